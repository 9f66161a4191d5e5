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
use crate::types::ArrayType;
use crate::ufunc::CoreLayout;

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

/// Translates the loop of a ufunc's overload, whose function takes a view for each operand. Its parameters are the addresses,
/// dimensions and steps of `pykernel_abi::InnerLoop`, each all by value, and then the three dimensions around that loop, of
/// which `%ctaid.y` counts all indices, the first fastest: the extents of the first two, and three steps for each operand. Along x, each thread
/// does the loop for every so-manieth instance, so that neighbours read neighbours.
pub(super) fn loop_over_instances(
    unit: &mut Unit<'_>,
    overload: &Overload,
    layout: &CoreLayout,
    name: String,
) -> Result<module::Function, Unsupported> {
    let mut cx = FunctionCx::new(unit, overload.function, Caller::HostOfLoop);
    let operands: Vec<&Vec<usize>> = layout.inputs.iter().chain(&layout.outputs).collect();
    let n_steps = operands.iter().map(|core| 1 + core.len()).sum();
    let mut params = Vec::new();
    let addresses = cx.words_param(&mut params, operands.len());
    let sizes = cx.words_param(&mut params, 1 + layout.dimensions.len());
    let steps = cx.words_param(&mut params, n_steps);
    let around = cx.words_param(&mut params, 2 + AROUND * operands.len());
    cx.fault = Some(cx.address_param(&mut params));
    let share = cx.share(sizes[0]);
    let addresses: Vec<Register> = addresses.into_iter().map(|address| cx.global(address)).collect();
    cx.move_around(&addresses, [around[0], around[1]], &around[2..]);
    let mut next_stride = operands.len();
    let mut flat = Vec::new();
    for (place, core) in operands.iter().enumerate() {
        flat.push(cx.advanced(addresses[place], share.first, steps[place]));
        flat.push(share.count);
        flat.extend(core.iter().map(|dimension| sizes[1 + dimension]));
        let step = [steps[place].into(), share.threads.into()];
        flat.push(cx.compute(Opcode::MulLow, Ty::S64, Class::Long, step));
        flat.extend(&steps[next_stride..next_stride + core.len()]);
        next_stride += core.len();
    }
    cx.inline_body(&flat);
    cx.emit(Opcode::Ret, &[], []);
    cx.finish(name, params, 0)
}

/// How many dimensions there are around a ufunc's loop.
const AROUND: usize = 3;

/// Where a thread is among all along x.
pub(super) struct Place {
    pub(super) thread: Register,
    pub(super) threads: Register,
}

/// What a thread does of a number of things: `first`, and so many, each `threads` behind the one before.
struct Share {
    first: Register,
    count: Register,
    threads: Register,
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
        let slot = self.bytes_param(params, 8 * count as u32);
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

    /// Which of the grid's threads along x this is.
    pub(super) fn place_in_grid(&mut self) -> Place {
        let special = |cx: &mut Self, name| {
            let value = cx.special(name);
            cx.long(value)
        };
        let [thread, block, width, blocks] =
            ["%tid.x", "%ctaid.x", "%ntid.x", "%nctaid.x"].map(|name| special(self, name));
        let thread = self.advanced(thread, block, width);
        let threads = self.compute(Opcode::MulLow, Ty::U64, Class::Long, [width.into(), blocks.into()]);
        Place { thread, threads }
    }

    pub(super) fn special(&mut self, name: &'static str) -> Register {
        self.compute(Opcode::Mov, Ty::U32, Class::Short, [Operand::Special(name)])
    }

    /// What a thread, or a warp, does of `n` things. It divides only where it may have several.
    fn share(&mut self, n: Register) -> Share {
        let place = self.place_in_grid();
        let Place { thread: first, threads } =
            if self.unit.is_for_warps() { self.of_warps(place) } else { place };
        let long = |cx: &mut Self, opcode, args| cx.compute(opcode, Ty::U64, Class::Long, args);
        // Rounded up; the first is at most the last, so nothing wraps.
        let first_within = long(self, Opcode::Min, [first.into(), n.into()]);
        let left = long(self, Opcode::Sub, [n.into(), first_within.into()]);
        let count = long(self, Opcode::Min, [left.into(), Operand::Int(1)]);
        let after = self.new_label();
        let have_one = self.setp(Comparison::Ge, Ty::U64, threads, n);
        self.branch_if(Some((have_one, true)), after);
        let above = long(self, Opcode::Add, [threads.into(), Operand::Int(-1)]);
        let sum = long(self, Opcode::Add, [left.into(), above.into()]);
        self.emit(Opcode::Div, &[Ty::U64], [count.into(), sum.into(), threads.into()]);
        self.place_label(after);
        Share { first, count, threads }
    }

    /// Moves addresses to this thread's place in the dimensions around a loop, by the extents of the first two and the
    /// steps of each operand. All extents are numbers of 32 bits.
    fn move_around(&mut self, addresses: &[Register], extents: [Register; 2], steps: &[Register]) {
        let rows = self.special("%nctaid.y");
        let is_one = self.setp(Comparison::Eq, Ty::U32, rows, Operand::Int(1));
        let after = self.new_label();
        self.branch_if(Some((is_one, true)), after);
        let indices = self.indices_around(extents);
        for (address, steps) in addresses.iter().zip(steps.chunks(AROUND)) {
            for (index, step) in indices.into_iter().zip(steps) {
                let operands = [(*address).into(), index.into(), (*step).into(), (*address).into()];
                self.emit(Opcode::MadLow, &[Ty::S64], operands);
            }
        }
        self.place_label(after);
    }

    /// The indices of the dimensions around a loop, by the extents of the first two. All are numbers of 32 bits.
    fn indices_around(&mut self, extents: [Register; 2]) -> [Register; AROUND] {
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
