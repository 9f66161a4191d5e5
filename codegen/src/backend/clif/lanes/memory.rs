//! Loads and stores of lanes.

use cranelift_codegen::ir::{InstBuilder, StackSlotData, StackSlotKind, Type as ClifType, Value, types};

use super::place::Place;
use super::{FunctionCx, LanesVariables, REGISTER, Vectors};
use crate::backend::clif::clif_type;
use crate::backend::clif::expression::Operand;
use crate::backend::clif::view::ELEMENTS;
use crate::backend::operation::Operation;
use crate::ir::{Const, Expr, LaneElements, Lanes, LocalId, Part, Scalar, StmtKind, Type};

impl FunctionCx<'_, '_> {
    pub(in super::super) fn load_lanes(&mut self, local: LocalId, elements: &LaneElements) {
        let LanesVariables { lanes, .. } = self.lanes_variables(local);
        let mask = self.access_mask(elements);
        let loaded = match (self.place(elements, lanes.count), mask) {
            (Place::Adjacent(address), None) => self.load_adjacent(lanes, address),
            (Place::Adjacent(address), Some(mask)) if self.masks_memory(lanes.scalar) => {
                let mask = self.mask_of_width(&mask, lanes.scalar.bits()).registers[0];
                let ty = self.register_type(lanes.scalar, lanes.scalar.bits());
                let loaded = self.operation(Operation::LoadMasked, &[address, mask], Some(ty));
                self.loaded_form(lanes, loaded)
            }
            (Place::Adjacent(address), Some(mask)) => {
                let registers = self.if_all(
                    (&mask, false),
                    |cx| cx.load_adjacent(lanes, address).registers,
                    |cx| cx.load_each(lanes, (elements, &Place::Adjacent(address)), Some(&mask)).registers,
                );
                Vectors::new(lanes.scalar, lanes.count, lanes.scalar.bits(), registers)
            }
            (Place::Pairs(address), None) if self.machine().whole.is_none() => {
                self.load_pairs(lanes, elements.part, address)
            }
            (place, mask) if self.gathers(lanes.scalar) => {
                let (address, distance) = self.distances(elements, &place);
                let mask = self.whole_mask(mask.as_ref(), lanes.scalar.bits());
                let ty = self.register_type(lanes.scalar, lanes.scalar.bits());
                let loaded = self.operation(Operation::Gather, &[address, distance, mask], Some(ty));
                self.loaded_form(lanes, loaded)
            }
            (place, mask) => self.load_each(lanes, (elements, &place), mask.as_ref()),
        };
        self.set_lanes(local, &loaded);
    }

    pub(in super::super) fn store_lanes(&mut self, elements: &LaneElements, value: &Expr) {
        let value = self.lanes(value);
        let mask = self.access_mask(elements);
        match (self.place(elements, value.count), mask) {
            (Place::Adjacent(address), None) => self.store_adjacent(&value, address),
            (Place::Adjacent(address), Some(mask)) if self.masks_memory(value.scalar) => {
                let value = self.stored_form(&value);
                let mask = self.mask_of_width(&mask, value.bits).registers[0];
                self.operation(Operation::StoreMasked, &[address, mask, value.registers[0]], None);
            }
            (Place::Adjacent(address), Some(mask)) => {
                self.if_all(
                    (&mask, false),
                    |cx| {
                        cx.store_adjacent(&value, address);
                        Vec::new()
                    },
                    |cx| {
                        cx.store_each(&value, (elements, &Place::Adjacent(address)), Some(&mask));
                        Vec::new()
                    },
                );
            }
            (place, mask) if self.machine().scatters && self.gathers(value.scalar) => {
                let (address, distance) = self.distances(elements, &place);
                let mask = self.whole_mask(mask.as_ref(), value.bits);
                let args = [address, distance, mask, value.registers[0]];
                self.operation(Operation::Scatter, &args, None);
            }
            (place, mask) => self.store_each(&value, (elements, &place), mask.as_ref()),
        }
    }

    /// Whether registers are loaded and stored by masks.
    fn masks_memory(&self, scalar: Scalar) -> bool {
        self.machine().whole.is_some() && (self.machine().longs || scalar.bits() >= 32)
    }

    /// Whether lanes of a type are loaded from anywhere by an instruction.
    fn gathers(&self, scalar: Scalar) -> bool {
        self.machine().whole.is_some() && matches!(scalar.bits(), 32 | 64)
    }

    /// A mask of some width for lanes that are whole; without one, all lanes.
    fn whole_mask(&mut self, mask: Option<&Vectors>, bits: u32) -> Value {
        match mask {
            Some(mask) => self.mask_of_width(mask, bits).registers[0],
            None if bits == 64 => self.splat_bits(Scalar::U64, u64::MAX),
            None => self.splat_bits(Scalar::U32, u32::MAX.into()),
        }
    }

    /// Lanes that an operation has loaded.
    fn loaded_form(&mut self, lanes: Lanes, loaded: Option<Value>) -> Vectors {
        let loaded =
            Vectors::new(lanes.scalar, lanes.count, lanes.scalar.bits(), loaded.into_iter().collect());
        self.masks_of_bytes(loaded)
    }

    /// Stores both parts of adjacent complex elements at once, if two statements do that one after the other.
    pub(in super::super) fn store_both_parts(&mut self, first: &StmtKind, second: &StmtKind) -> bool {
        let (
            StmtKind::StoreLanes { elements: real, value: real_value },
            StmtKind::StoreLanes { elements: imaginary, value: imaginary_value },
        ) = (first, second)
        else {
            return false;
        };
        let imaginary_of_real = LaneElements { part: Part::Imaginary, ..real.clone() };
        let adjacent = real.along.is_some_and(|axis| self.adjacent_numbers(real.view, axis) == Some(2));
        if self.machine().whole.is_some()
            || real.part != Part::First
            || real.mask.is_some()
            || *imaginary != imaginary_of_real
            || !adjacent
        {
            return false;
        }
        let [values, imaginaries] = [real_value, imaginary_value].map(|value| self.lanes(value));
        if let Place::Pairs(address) = self.place(real, values.count) {
            let pairs = self.paired(&values, &imaginaries);
            self.store_adjacent(&pairs, address);
        }
        true
    }

    /// Numbers of two lanes in turn.
    fn paired(&mut self, first: &Vectors, second: &Vectors) -> Vectors {
        let ty = self.register_type(first.scalar, first.bits);
        let mut registers = Vec::new();
        for (first_register, second_register) in first.registers.iter().zip(&second.registers) {
            for high in [false, true] {
                let pairs = self.interleaved(first.bits, high, *first_register, *second_register);
                registers.push(self.cast(ty, pairs));
            }
        }
        let count = 2 * first.count;
        registers.truncate(self.machine().registers(count, first.bits) as usize);
        Vectors::new(first.scalar, count, first.bits, registers)
    }

    /// The mask of an access; none if all lanes are there.
    fn access_mask(&mut self, elements: &LaneElements) -> Option<Vectors> {
        match elements.mask.as_ref()? {
            Expr::Splat { value, .. } if **value == Expr::Const(Const::Bool(true)) => None,
            mask => Some(self.lanes(mask)),
        }
    }

    /// Whether an expression is lanes, not a number. Its first operand tells.
    pub(super) fn is_lanes(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Local(local) => matches!(self.function.ty(*local), Type::Lanes(_)),
            Expr::Splat { .. } | Expr::LaneNumbers { .. } => true,
            Expr::Unary { operand: of, .. }
            | Expr::Binary { left: of, .. }
            | Expr::Compare { left: of, .. }
            | Expr::Select { then: of, .. }
            | Expr::Convert { value: of, .. }
            | Expr::InBounds { index: of, .. } => self.is_lanes(of),
            Expr::Intrinsic { args, .. } => args.first().is_some_and(|arg| self.is_lanes(arg)),
            Expr::Const(_)
            | Expr::Dim { .. }
            | Expr::Stride { .. }
            | Expr::Address { .. }
            | Expr::Overlap { .. }
            | Expr::SubView { .. }
            | Expr::Transpose { .. }
            | Expr::OfLayout { .. }
            | Expr::Strided { .. }
            | Expr::AnyLane { .. }
            | Expr::Lane { .. }
            | Expr::Unowned
            | Expr::Empty(_)
            | Expr::Table { .. } => false,
        }
    }

    /// Loads whole pairs, and keeps one part of each.
    fn load_pairs(&mut self, lanes: Lanes, part: Part, address: Value) -> Vectors {
        let pairs = self.load_adjacent(Lanes { count: 2 * lanes.count, ..lanes }, address);
        let registers = self.each_pair(&pairs.registers, |cx, low, high| {
            cx.every_other(lanes.scalar, part == Part::Imaginary, low, high)
        });
        Vectors::new(lanes.scalar, lanes.count, pairs.bits, registers)
    }

    fn load_adjacent(&mut self, lanes: Lanes, address: Value) -> Vectors {
        let Lanes { scalar, count } = lanes;
        let bits = scalar.bits();
        let (ty, whole) = (self.register_type(scalar, bits), self.machine().whole.is_some());
        let register = |cx: &mut Self, index: u32| {
            let offset = (index * REGISTER / 8) as i32;
            match count * bits {
                filled @ ..REGISTER if !whole => cx.load_part(ty, filled, address),
                // Cranelift makes an operand of `cmpps` and `cmppd` of what is loaded as floats, wherever it
                // lies: without VEX these want addresses that are multiples of 16.
                _ if !cx.machine().fuses && scalar.is_float() => {
                    let bits_type = cx.register_type(Scalar::U64, bits);
                    let loaded = cx.builder.ins().load(bits_type, ELEMENTS, address, offset);
                    cx.cast(ty, loaded)
                }
                _ => cx.builder.ins().load(ty, ELEMENTS, address, offset),
            }
        };
        let loaded = (0..self.machine().registers(count, bits)).map(|index| register(self, index)).collect();
        let loaded = Vectors::new(scalar, count, bits, loaded);
        self.masks_of_bytes(loaded)
    }

    fn masks_of_bytes(&mut self, loaded: Vectors) -> Vectors {
        match loaded.scalar {
            // In memory, true is 1.
            Scalar::Bool => {
                let masks = self.registers([&loaded], |cx, [bytes]| cx.builder.ins().ineg(bytes));
                loaded.with(masks)
            }
            _ => loaded,
        }
    }

    /// Loads fewer bits than a register has, and no others.
    fn load_part(&mut self, ty: ClifType, bits: u32, address: Value) -> Value {
        let narrow = super::integer_type(bits);
        let mut value = self.builder.ins().load(narrow, ELEMENTS, address, 0);
        if bits < 32 {
            value = self.builder.ins().uextend(types::I32, value);
        }
        let whole = self.register_type(Scalar::U64, bits.max(32));
        let register = self.builder.ins().scalar_to_vector(whole, value);
        self.cast(ty, register)
    }

    fn store_adjacent(&mut self, value: &Vectors, address: Value) {
        let value = self.stored_form(value);
        let filled = value.count * value.bits;
        for (index, register) in value.registers.iter().enumerate() {
            let offset = (index as u32 * REGISTER / 8) as i32;
            if filled < REGISTER && self.machine().whole.is_none() {
                let narrow = self.cast(self.register_type(Scalar::U64, filled), *register);
                let part = self.builder.ins().extractlane(narrow, 0);
                self.builder.ins().store(ELEMENTS, part, address, offset);
            } else {
                self.builder.ins().store(ELEMENTS, *register, address, offset);
            }
        }
    }

    /// Bytes of 0 and 1 in place of a mask.
    fn stored_form(&mut self, value: &Vectors) -> Vectors {
        match value.scalar {
            Scalar::Bool => {
                let mask = self.mask_of_width(value, 8);
                let bytes = self.registers([&mask], |cx, [mask]| cx.builder.ins().ineg(mask));
                mask.with(bytes)
            }
            _ => value.clone(),
        }
    }

    fn load_each(
        &mut self,
        lanes: Lanes,
        (elements, place): (&LaneElements, &Place),
        mask: Option<&Vectors>,
    ) -> Vectors {
        let ty = clif_type(lanes.scalar);
        let operands: Vec<&Vectors> = place.indices().iter().chain(mask).collect();
        let mut loaded = self.each_lane(lanes.count, &operands, &[lanes.scalar], &mut |cx, lane, numbers| {
            let address = cx.lane_address((elements, place), lane, numbers);
            vec![cx.builder.ins().load(ty, ELEMENTS, address, 0)]
        });
        loaded.swap_remove(0)
    }

    fn store_each(
        &mut self,
        value: &Vectors,
        (elements, place): (&LaneElements, &Place),
        mask: Option<&Vectors>,
    ) {
        let operands: Vec<&Vectors> = [value].into_iter().chain(place.indices()).chain(mask).collect();
        self.each_lane(value.count, &operands, &[], &mut |cx, lane, numbers| {
            let address = cx.lane_address((elements, place), lane, &numbers[1..]);
            cx.builder.ins().store(ELEMENTS, numbers[0].value, address, 0);
            Vec::new()
        });
    }

    /// The address of a lane's element, by its indices, which a mask may follow: then of unused memory in the frame
    /// where the lane is masked out.
    fn lane_address(
        &mut self,
        (elements, place): (&LaneElements, &Place),
        lane: Value,
        numbers: &[Operand],
    ) -> Value {
        let (indices, mask) = numbers.split_at(place.indices().len());
        let address = self.element_of_lane(elements, place, lane, indices);
        let [there, ..] = mask else { return address };
        let unused = self.unused_memory();
        self.builder.ins().select(there.value, address, unused)
    }

    fn unused_memory(&mut self) -> Value {
        let slot = match self.unused {
            Some(slot) => slot,
            None => {
                let data = StackSlotData::new(StackSlotKind::ExplicitSlot, 8, 3);
                *self.unused.insert(self.builder.create_sized_stack_slot(data))
            }
        };
        self.builder.ins().stack_addr(self.pointer, slot, 0)
    }
}
