//! Entries: what the host launches.

use super::address::Caller;
use super::call::class_of;
use super::function::{FunctionCx, class};
use super::instruction::{Class, Comparison, Opcode, Operand, Register, Rounding, Space, Ty};
use super::memory::memory_type;
use super::module::{self, Param, Slot};
use super::view::fastest;
use super::{Unit, Unsupported};
use crate::interface::{Leaf, Overload, fields};
use crate::ir::{Expr, Scalar, Type, ViewType};
use crate::types::{ArrayType, DType};
use crate::ufunc::CoreLayout;
use pykernel_abi::device_loop::{AROUND, Aside, Moves, Share};

/// Translates the entry of an overload.
pub(super) fn translate(unit: &mut Unit<'_>, overload: &Overload) -> Result<module::Function, Unsupported> {
    let mut cx = FunctionCx::new(unit, overload.function, Caller::Host);
    let mut params = Vec::new();
    let mut flat = Vec::new();
    for leaf in overload.params.iter().flat_map(|param| param.ty.leaves()) {
        match leaf {
            Leaf::Number(dtype) => {
                for _ in crate::ir::elements::parts(dtype) {
                    flat.push(cx.number_param(&mut params, Scalar::of(dtype)));
                }
            }
            Leaf::Array(ty, _) => cx.array_param(&mut params, ty, &mut flat),
        }
    }
    let result = (!fields(&overload.result).is_empty()).then(|| cx.address_param(&mut params));
    cx.fault = Some(cx.address_param(&mut params));
    let returned = cx.inline_body(&flat);
    cx.write_returned(&returned, result);
    cx.emit(Opcode::Ret, &[], []);
    cx.finish(overload.symbol.clone(), params, 0)
}

/// Translates the loop of a ufunc's overload, whose function takes a view for each operand. Its parameters are those of
/// [`pykernel_abi::device_loop`]. Where warps do instances together, each counts as a thread does otherwise.
pub(super) fn loop_over_instances(
    unit: &mut Unit<'_>,
    overload: &Overload,
    layout: &CoreLayout,
    name: String,
) -> Result<module::Function, Unsupported> {
    let mut cx = FunctionCx::new(unit, overload.function, Caller::HostOfLoop);
    let operands: Vec<&Vec<usize>> = layout.inputs.iter().chain(&layout.outputs).collect();
    let (n_sizes, has_aside) = (layout.dimensions.len(), layout.dimensions.is_empty());
    let n_moves: usize = operands.iter().map(|core| Moves::WORDS + core.len()).sum();
    let mut params = Vec::new();
    let n_words = Share::WORDS + n_sizes + n_moves + if has_aside { Aside::WORDS } else { 0 };
    let words = cx.words_param(&mut params, n_words);
    cx.fault = Some(cx.address_param(&mut params));
    let (share, rest) = words.split_at(Share::WORDS);
    let (sizes, mut rest) = rest.split_at(n_sizes);
    let work = cx.work(share);
    let mut flat = Vec::new();
    let mut addresses = Vec::new();
    for core in operands {
        let (moves, others) = rest.split_at(Moves::WORDS);
        let (strides, others) = others.split_at(core.len());
        let address = cx.moved(&work, moves[0], moves[1], &moves[3..]);
        addresses.push(address);
        flat.extend([address, work.count]);
        flat.extend(core.iter().map(|dimension| sizes[*dimension]));
        flat.push(moves[2]);
        flat.extend(strides);
        rest = others;
    }
    if has_aside {
        let is_folding =
            overload.types.len() == 3 && layout.inputs.len() == 2 && overload.types[0] == overload.types[2];
        let first = is_folding.then(|| (overload.types[0], addresses[0]));
        cx.aside(&work, rest, first);
    }
    cx.inline_body(&flat);
    cx.emit(Opcode::Ret, &[], []);
    cx.finish(name, params, 0)
}

/// Where a thread is among all along x.
pub(super) struct Place {
    pub(super) thread: Register,
    pub(super) threads: Register,
}

/// What a thread of a loop, or a warp, does.
struct Work {
    /// Its number along x.
    thread: Register,
    /// The indices of the dimensions around.
    around: [Register; AROUND],
    /// Whether it is one of those that do more.
    is_longer: Register,
    /// How many instances.
    count: Register,
}

impl FunctionCx<'_, '_> {
    fn param(&mut self, params: &mut Vec<Param>, param: Param) -> Slot {
        params.push(param);
        Slot::Param(params.len() as u32 - 1)
    }

    /// A parameter of so many bytes.
    pub(super) fn bytes_param(&mut self, params: &mut Vec<Param>, bytes: u32) -> Slot {
        self.param(params, Param::Bytes(bytes))
    }

    pub(super) fn load_param(&mut self, slot: Slot, offset: u32, ty: Ty) -> Register {
        self.compute(Opcode::Load(Space::Param), ty, class_of(ty), [Operand::Slot(slot, offset)])
    }

    fn number_param(&mut self, params: &mut Vec<Param>, scalar: Scalar) -> Register {
        let ty = memory_type(scalar);
        let slot = self.param(params, Param::Number(ty));
        let value = self.load_param(slot, 0, ty);
        match class(scalar) {
            Class::Predicate => self.bool_of_byte(value),
            _ => value,
        }
    }

    /// The address of memory of the device.
    pub(super) fn address_param(&mut self, params: &mut Vec<Param>) -> Register {
        let slot = self.param(params, Param::Number(Ty::U64));
        let address = self.load_param(slot, 0, Ty::U64);
        self.global(address)
    }

    fn words_param(&mut self, params: &mut Vec<Param>, count: usize) -> Vec<Register> {
        let slot = self.param(params, Param::Bytes(8 * count as u32));
        (0..count as u32).map(|index| self.load_param(slot, 8 * index, Ty::U64)).collect()
    }

    fn array_param(&mut self, params: &mut Vec<Param>, ty: ArrayType, flat: &mut Vec<Register>) {
        let ty = ViewType::from(ty);
        let words = self.words_param(params, 1 + 2 * ty.rank);
        flat.push(self.global(words[0]));
        flat.extend(&words[1..1 + ty.rank]);
        let known = fastest(ty);
        flat.extend((0..ty.rank).filter(|axis| Some(*axis) != known).map(|axis| words[1 + ty.rank + axis]));
    }

    /// An address that the host has given, as one in the device's memory.
    pub(super) fn global(&mut self, address: Register) -> Register {
        self.compute(Opcode::CvtaTo(Space::Global), Ty::U64, Class::Long, [address.into()])
    }

    /// An unsigned number of 32 bits in 64.
    pub(super) fn long(&mut self, value: Register) -> Register {
        self.converted(Rounding::Exact, [Ty::U64, Ty::U32], Class::Long, value.into())
    }

    pub(super) fn special(&mut self, name: &'static str) -> Register {
        self.compute(Opcode::Mov, Ty::U32, Class::Short, [Operand::Special(name)])
    }

    /// Which of the grid's threads along x this is.
    pub(super) fn place_in_grid(&mut self) -> Place {
        let (thread, width) = self.place_along_x();
        let blocks = self.special("%nctaid.x");
        let blocks = self.long(blocks);
        let threads = self.compute(Opcode::MulLow, Ty::U64, Class::Long, [width.into(), blocks.into()]);
        Place { thread, threads }
    }

    /// The number of this thread among all along x, and how many a block has.
    fn place_along_x(&mut self) -> (Register, Register) {
        let [thread, block, width] = ["%tid.x", "%ctaid.x", "%ntid.x"].map(|name| {
            let value = self.special(name);
            self.long(value)
        });
        (self.advanced(thread, block, width), width)
    }

    /// What this thread does, or its warp.
    fn work(&mut self, share: &[Register]) -> Work {
        let (thread, _) = self.place_along_x();
        let thread = if self.unit.is_for_warps() { self.warp_of(thread) } else { thread };
        let is_longer = self.setp(Comparison::Lt, Ty::U64, thread, share[1]);
        let after = self.new_label();
        let count = self.compute(Opcode::Mov, Ty::B64, Class::Long, [share[0].into()]);
        self.branch_if(Some((is_longer, false)), after);
        self.emit(Opcode::Add, &[Ty::U64], [count.into(), count.into(), share[2].into()]);
        self.place_label(after);
        let around = self.indices_around([share[3], share[4]]);
        Work { thread, around, is_longer, count }
    }

    /// Where the first element of an operand is for a thread, by its steps from thread to thread and along the dimensions around.
    fn moved(&mut self, work: &Work, address: Register, thread: Register, around: &[Register]) -> Register {
        let mut address = self.global(address);
        for (index, step) in work.around.into_iter().zip(around) {
            address = self.advanced(address, index, *step);
        }
        self.advanced(address, work.thread, thread)
    }

    /// Obeys what is beside the operands: a mask leaves threads without instances, and the first element of a fold is
    /// copied to where the first operand, of a type, is.
    fn aside(&mut self, work: &Work, words: &[Register], first: Option<(DType, Register)>) {
        let (after, masked) = (self.new_label(), self.new_label());
        let is_nothing = self.setp(Comparison::Eq, Ty::U64, words[0], Operand::Int(Aside::NOTHING as i64));
        self.branch_if(Some((is_nothing, true)), after);
        self.branch_if(Some((work.is_longer, false)), after);
        let address = self.moved(work, words[1], words[2], &words[3..]);
        if let Some((dtype, to)) = first {
            let is_mask = self.setp(Comparison::Eq, Ty::U64, words[0], Operand::Int(Aside::MASK as i64));
            self.branch_if(Some((is_mask, true)), masked);
            self.copy_element(dtype, to, address);
            self.branch_if(None, after);
        }
        self.place_label(masked);
        let byte = self.register(Class::Short);
        let at = Operand::Memory(address, 0);
        self.emit(Opcode::Load(Space::Global), &[Ty::U8], [byte.into(), at]);
        let is_set = self.bool_of_byte(byte);
        self.branch_if(Some((is_set, true)), after);
        self.copy(work.count, Operand::Int(0));
        self.place_label(after);
    }

    /// Copies an element in the device's memory.
    fn copy_element(&mut self, dtype: DType, to: Register, from: Register) {
        let ty = memory_type(Scalar::of(dtype));
        for part in 0..crate::ir::elements::parts(dtype).len() {
            let (value, offset) = (self.register(class_of(ty)), (part as u32 * ty.size()).into());
            self.emit(Opcode::Load(Space::Global), &[ty], [value.into(), Operand::Memory(from, offset)]);
            self.store_global(ty, to, offset, value);
        }
    }

    /// The indices of the dimensions around the threads, by the extents of the first two. It divides only where there are any.
    fn indices_around(&mut self, extents: [Register; 2]) -> [Register; AROUND] {
        let around = [(); AROUND].map(|()| self.in_register(Operand::Int(0), Class::Long));
        let rows = self.special("%nctaid.y");
        let is_one = self.setp(Comparison::Eq, Ty::U32, rows, Operand::Int(1));
        let after = self.new_label();
        self.branch_if(Some((is_one, true)), after);
        let indices = self.indices_of_row(extents);
        around.into_iter().zip(indices).for_each(|(to, from)| self.copy(to, from));
        self.place_label(after);
        around
    }

    /// The indices that a block's place along y stands for. All are numbers of 32 bits.
    fn indices_of_row(&mut self, extents: [Register; 2]) -> [Register; AROUND] {
        let narrow = |cx: &mut Self, value: Register| {
            cx.converted(Rounding::Exact, [Ty::U32, Ty::U64], Class::Short, value.into())
        };
        let [first, second] = extents.map(|extent| narrow(self, extent));
        let row = self.special("%ctaid.y");
        let split = |cx: &mut Self, row: Register, extent: Register| {
            let [left, index] = [Opcode::Div, Opcode::Rem]
                .map(|opcode| cx.compute(opcode, Ty::U32, Class::Short, [row.into(), extent.into()]));
            (cx.long(index), left)
        };
        let (i, row) = split(self, row, first);
        let (j, row) = split(self, row, second);
        [i, j, self.long(row)]
    }

    /// Writes the result unless something was raised.
    fn write_returned(&mut self, returned: &[Register], result: Option<Register>) {
        let Some(result) = result else { return };
        let mut values = returned;
        let after = self.new_label();
        if self.function.status.is_some() {
            let raised = self.setp(Comparison::Ne, Ty::U32, values[0], Operand::Int(0));
            self.branch_if(Some((raised, true)), after);
            values = &values[1..];
        }
        let mut fields = Fields { result, offset: 0 };
        let function = self.function;
        let mut types = function.results.iter().map(|local| (*local, function.ty(*local))).peekable();
        while let Some((local, ty)) = types.next() {
            match ty {
                Type::Scalar(scalar) => {
                    self.write_field(&mut fields, scalar, values[0]);
                    values = &values[1..];
                }
                Type::View(view) => {
                    // What belongs to an argument has no owner.
                    types.next_if(|(_, ty)| *ty == Type::Owner);
                    self.write_view(&mut fields, &Expr::Local(local));
                    values = &values[super::function::count(Type::View(view))..];
                }
                Type::Owner | Type::Lanes(_) => {}
            }
        }
        self.place_label(after);
    }

    /// Writes a number at the next address of its natural alignment.
    fn write_field(&mut self, fields: &mut Fields, scalar: Scalar, value: Register) {
        let size = scalar.bits() / 8;
        fields.offset = fields.offset.next_multiple_of(size);
        self.store_result(fields.result, fields.offset, scalar, value);
        fields.offset += size;
    }

    /// Writes an array's descriptor, and that nobody owns it.
    fn write_view(&mut self, fields: &mut Fields, view: &Expr) {
        let array = self.generic(view);
        let words = [Operand::from(array.data)].into_iter().chain(array.extents).chain(array.strides);
        for word in words.chain([Operand::Int(0)]).collect::<Vec<_>>() {
            let word = self.in_register(word, Class::Long);
            self.write_field(fields, Scalar::I64, word);
        }
    }
}

/// The struct that a kernel writes, as far as it is written.
struct Fields {
    result: Register,
    offset: u32,
}
