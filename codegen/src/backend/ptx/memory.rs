//! Reading and writing elements.

use super::expression::Value;
use super::function::{FunctionCx, class};
use super::instruction::{Class, Comparison, Opcode, Operand, Register, Space, Ty};
use crate::ir::{self, Expr, LocalId, Part, Scalar, Type};

/// The type by which a number lies in memory.
pub(super) const fn memory_type(scalar: Scalar) -> Ty {
    match scalar {
        Scalar::Bool | Scalar::U8 => Ty::U8,
        Scalar::I8 => Ty::S8,
        Scalar::I16 => Ty::S16,
        Scalar::U16 => Ty::U16,
        Scalar::I32 | Scalar::U32 => Ty::B32,
        Scalar::I64 | Scalar::U64 => Ty::B64,
        Scalar::F32 => Ty::F32,
        Scalar::F64 => Ty::F64,
    }
}

impl FunctionCx<'_, '_> {
    /// Reads a part of an element into a local.
    pub(super) fn load_element(&mut self, local: LocalId, view: LocalId, index: &[Expr], part: Part) {
        if let Some(held) = self.held.get(&(view, part)).copied() {
            let value = match self.function.ty(local) {
                Type::Scalar(Scalar::Bool) => self.bool_of_byte(held),
                _ => held,
            };
            let to = self.get(local);
            return self.copy(to, value);
        }
        let index: Vec<Operand> = index.iter().map(|index| self.value(index)).collect();
        let scalar = Scalar::of(self.view(view).ty.element);
        let to = self.get(local);
        if scalar != Scalar::Bool {
            return self.load(view, &index, part, memory_type(scalar), to);
        }
        let byte = self.register(Class::Short);
        self.load(view, &index, part, memory_type(scalar), byte);
        let value = self.bool_of_byte(byte);
        self.copy(to, value);
    }

    /// Writes a part of an element.
    pub(super) fn store_element(&mut self, view: LocalId, index: &[Expr], part: Part, value: &Expr) {
        let value = self.expression(value);
        if let Some(held) = self.held.get(&(view, part)).copied() {
            let stored = self.storable(value);
            return self.copy(held, stored);
        }
        let index: Vec<Operand> = index.iter().map(|index| self.value(index)).collect();
        let stored = self.storable(value);
        self.store(view, &index, part, memory_type(value.scalar), stored);
    }

    /// A number as it is stored.
    pub(super) fn storable(&mut self, value: Value) -> Register {
        match value.scalar {
            Scalar::Bool => {
                let number = self.number_of_bool(Scalar::U8, value.operand);
                self.in_register(number, Class::Short)
            }
            scalar => self.in_register(value.operand, class(scalar)),
        }
    }

    pub(super) fn bool_of_byte(&mut self, byte: Register) -> Register {
        self.setp(Comparison::Ne, Ty::U32, byte, Operand::Int(0))
    }

    /// Sets memory aside and makes it an array.
    pub(super) fn reserve(&mut self, local: LocalId, shape: &[Expr], room: i64, space: ir::threads::Space) {
        let Type::View(ty) = self.function.ty(local) else {
            unreachable!("bug in pykernel: a number is made an array")
        };
        let size = ty.element.size() as i64;
        let data = match space {
            ir::threads::Space::Frame => self.in_frame(local, room * size),
            ir::threads::Space::Shared(number) => self.shared(local, Some((number, room * size))),
            ir::threads::Space::Launch => self.shared(local, None),
            ir::threads::Space::Random(_) => {
                self.refuse("draw from the program's global generators of random numbers");
                self.in_frame(local, room * size)
            }
        };
        let extents: Vec<Register> = shape.iter().map(|extent| self.register_of(extent)).collect();
        self.make_view(local, data, &extents, size);
    }

    /// The address of so many bytes of the function's frame.
    fn in_frame(&mut self, local: LocalId, bytes: i64) -> Register {
        let offset = self.frame;
        self.frame += (bytes.max(1) as u32).next_multiple_of(8);
        let start = self.compute(Opcode::Mov, Ty::U64, Class::Long, [Operand::Frame]);
        let data =
            self.compute(Opcode::Add, Ty::U64, Class::Long, [start.into(), Operand::Int(offset.into())]);
        match self.spaces.is_local(local) {
            true => data,
            false => self.compute(Opcode::CvtaFrom(Space::Local), Ty::U64, Class::Long, [data.into()]),
        }
    }

    /// The address of memory that the threads of a block share: so many bytes of a number, or what the launch gives.
    fn shared(&mut self, local: LocalId, of_module: Option<(u32, i64)>) -> Register {
        match of_module {
            Some((number, bytes)) => drop(self.unit.module.shared.insert(number, bytes.max(1) as u32)),
            None => self.unit.module.uses_launch_shared = true,
        }
        let name = Operand::Shared(of_module.map(|(number, _)| number));
        let data = self.compute(Opcode::Mov, Ty::U64, Class::Long, [name]);
        match self.spaces.is_shared(local) {
            true => data,
            false => self.compute(Opcode::CvtaFrom(Space::Shared), Ty::U64, Class::Long, [data.into()]),
        }
    }

    /// Sets a view to contiguous memory, last dimension fastest.
    fn make_view(&mut self, local: LocalId, data: Register, extents: &[Register], size: i64) {
        let view = self.view(local);
        let known = super::view::fastest(ir::ViewType { layout: crate::types::Layout::C, ..view.ty });
        let mut flat = vec![data];
        flat.extend(extents);
        for axis in (0..extents.len()).filter(|axis| Some(*axis) != known) {
            let mut stride = self.in_register(Operand::Int(size), Class::Long);
            for extent in &extents[axis + 1..] {
                stride =
                    self.compute(Opcode::MulLow, Ty::S64, Class::Long, [stride.into(), (*extent).into()]);
            }
            flat.push(stride);
        }
        self.bind_view(local, &flat);
    }
}
