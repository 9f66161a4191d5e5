//! Arrays: their registers.

use super::function::FunctionCx;
use super::instruction::{Class, Comparison, Opcode, Operand, Register, Ty};
use crate::ir::{Axis, Const, Expr, LocalId, Part, ViewType};
use crate::types::Layout;

/// The registers of an array local.
#[derive(Clone)]
pub(super) struct View {
    pub(super) ty: ViewType,
    pub(super) data: Register,
    pub(super) extents: Vec<Register>,
    pub(super) strides: Vec<Stride>,
}

/// The distance in bytes between neighbours along a dimension.
#[derive(Clone, Copy)]
pub(super) enum Stride {
    /// The size of an element: the fastest dimension of a contiguous array.
    Element(i64),
    Varying(Register),
}

impl Stride {
    pub(super) fn operand(self) -> Operand {
        match self {
            Stride::Element(size) => Operand::Int(size),
            Stride::Varying(register) => register.into(),
        }
    }
}

/// An array: its address, its extents, its strides.
pub(super) struct Array {
    pub(super) data: Register,
    pub(super) extents: Vec<Operand>,
    pub(super) strides: Vec<Operand>,
}

impl View {
    pub(super) fn declare(cx: &mut FunctionCx<'_, '_>, ty: ViewType) -> View {
        let strides = (0..ty.rank).map(|axis| match fastest(ty) {
            Some(fastest) if fastest == axis => Stride::Element(ty.element.size() as i64),
            _ => Stride::Varying(cx.register(Class::Long)),
        });
        let strides = strides.collect();
        let extents = (0..ty.rank).map(|_| cx.register(Class::Long)).collect();
        View { ty, data: cx.register(Class::Long), extents, strides }
    }

    /// The offset of a part in its element.
    pub(super) fn offset(&self, part: Part) -> i64 {
        match part {
            Part::First => 0,
            Part::Imaginary => self.ty.element.size() as i64 / 2,
        }
    }
}

/// The dimension along which elements are adjacent, if the layout tells.
pub(super) fn fastest(ty: ViewType) -> Option<usize> {
    match ty.layout {
        Layout::C => ty.rank.checked_sub(1),
        Layout::F if ty.rank > 0 => Some(0),
        Layout::F | Layout::Any => None,
    }
}

/// How many extents and strides a view needs beside its address.
pub(super) fn numbers(ty: ViewType) -> usize {
    2 * ty.rank - usize::from(fastest(ty).is_some())
}

impl FunctionCx<'_, '_> {
    /// Sets an array from its flat form: address, extents, strides that vary.
    pub(super) fn bind_view(&mut self, local: LocalId, flat: &[Register]) {
        let view = self.view(local);
        let strides = view.strides.iter().filter_map(|stride| match stride {
            Stride::Element(_) => None,
            Stride::Varying(register) => Some(*register),
        });
        let registers: Vec<Register> =
            [view.data].into_iter().chain(view.extents.iter().copied()).chain(strides).collect();
        for (register, value) in registers.into_iter().zip(flat) {
            self.copy(register, *value);
        }
    }

    /// Makes an array local an array, whose registers may be those of the local itself.
    pub(super) fn set_view(&mut self, local: LocalId, array: &Array) {
        let view = self.view(local);
        let mut targets = vec![view.data];
        let mut values = vec![Operand::Register(array.data)];
        targets.extend(&view.extents);
        values.extend(array.extents.iter().copied());
        for (stride, value) in view.strides.iter().zip(&array.strides) {
            if let Stride::Varying(register) = stride {
                targets.push(*register);
                values.push(*value);
            }
        }
        self.copy_all(&targets, values);
    }

    /// Sets registers at once: values that are set themselves are kept aside first.
    fn copy_all(&mut self, targets: &[Register], mut values: Vec<Operand>) {
        for (index, value) in values.iter_mut().enumerate() {
            if let Operand::Register(register) = value
                && targets[..index].contains(register)
            {
                let kept = self.register(register.class);
                self.copy(kept, *register);
                *value = kept.into();
            }
        }
        for (target, value) in targets.iter().zip(values) {
            self.copy(*target, value);
        }
    }

    /// The array that an expression is.
    pub(super) fn array(&mut self, expr: &Expr) -> Array {
        match expr {
            Expr::Local(local) | Expr::OfLayout { view: local, .. } => self.array_in(*local),
            Expr::SubView { view, axes } => self.part(*view, axes),
            Expr::Transpose { view } => {
                let mut array = self.array_in(*view);
                array.extents.reverse();
                array.strides.reverse();
                array
            }
            Expr::Strided { view, offset, extents, strides } => {
                let data = Operand::Register(self.array_in(*view).data);
                let offset = self.value(offset);
                let mut numbers =
                    |numbers: &[Expr]| numbers.iter().map(|number| self.value(number)).collect();
                let (extents, strides) = (numbers(extents), numbers(strides));
                let data = self.compute(Opcode::Add, Ty::S64, Class::Long, [data, offset]);
                Array { data, extents, strides }
            }
            Expr::Empty(ty) => {
                // An address that is aligned and not null.
                let size = Operand::Int(ty.element.size() as i64);
                let data = self.compute(Opcode::Mov, Ty::B64, Class::Long, [size]);
                let zeros = vec![Operand::Int(0); ty.rank];
                Array { data, extents: zeros.clone(), strides: zeros }
            }
            Expr::Table { table, cached } => {
                let number = self.unit.module.table(table, *cached);
                let data = self.compute(Opcode::Mov, Ty::U64, Class::Long, [Operand::Table(number)]);
                let numbers = |numbers: &[i64]| numbers.iter().map(|n| Operand::Int(*n)).collect();
                Array { data, extents: numbers(&table.shape), strides: numbers(&table.strides()) }
            }
            other => unreachable!("bug in pykernel: {other:?} is not an array"),
        }
    }

    fn array_in(&mut self, local: LocalId) -> Array {
        let view = self.view(local);
        Array {
            data: view.data,
            extents: view.extents.iter().map(|extent| Operand::from(*extent)).collect(),
            strides: view.strides.iter().map(|stride| stride.operand()).collect(),
        }
    }

    fn part(&mut self, local: LocalId, axes: &[Axis]) -> Array {
        let view = self.view(local);
        let mut dimensions = 0..;
        let mut part = Array { data: view.data, extents: Vec::new(), strides: Vec::new() };
        for axis in axes {
            let place = if *axis == Axis::New { 0 } else { dimensions.next().unwrap_or_default() };
            match axis {
                Axis::Index(index) => {
                    let index = self.value(index);
                    part.data = self.advanced(part.data, index, view.strides[place].operand());
                }
                Axis::Whole => {
                    part.extents.push(view.extents[place].into());
                    part.strides.push(view.strides[place].operand());
                }
                Axis::New => {
                    part.extents.push(Operand::Int(1));
                    part.strides.push(Operand::Int(0));
                }
                Axis::Slice { start, extent, step } => {
                    let stride = view.strides[place].operand();
                    let start = self.value(start);
                    part.data = self.advanced(part.data, start, stride);
                    part.extents.push(self.value(extent));
                    part.strides.push(self.stepped(stride, step));
                }
            }
        }
        part
    }

    /// A stride, several steps at a time.
    fn stepped(&mut self, stride: Operand, step: &Expr) -> Operand {
        if let Expr::Const(Const::Int(_, 1)) = step {
            return stride;
        }
        let step = self.value(step);
        self.compute(Opcode::MulLow, Ty::S64, Class::Long, [step, stride]).into()
    }

    /// Appends an array in the flat form that a parameter of type `ty` has.
    pub(super) fn flatten(&mut self, array: &Array, ty: ViewType, flat: &mut Vec<Register>) {
        let known = fastest(ty);
        let strides = array.strides.iter().enumerate();
        let strides = strides.filter(|(axis, _)| Some(*axis) != known).map(|(_, stride)| stride);
        flat.push(array.data);
        for operand in array.extents.iter().chain(strides) {
            flat.push(self.in_register(*operand, Class::Long));
        }
    }

    /// Whether the bytes between the first and the last elements of two arrays meet.
    pub(super) fn overlap(&mut self, written: LocalId, read: LocalId) -> Register {
        let ([first, end], [other_first, other_end]) = (self.bytes(written), self.bytes(read));
        let before = self.setp(Comparison::Lt, Ty::U64, first, other_end);
        let after = self.setp(Comparison::Lt, Ty::U64, other_first, end);
        self.compute(Opcode::And, Ty::Pred, Class::Predicate, [before.into(), after.into()])
    }

    /// The address of an array's lowest byte, and the one after its highest.
    fn bytes(&mut self, local: LocalId) -> [Register; 2] {
        let view = self.view(local);
        let long = |cx: &mut Self, opcode, args| cx.compute(opcode, Ty::S64, Class::Long, args);
        let size = view.ty.element.size() as i64;
        let data = self.generic(&Expr::Local(local)).data;
        let mut first = data;
        let mut end = long(self, Opcode::Add, [data.into(), Operand::Int(size)]);
        for (extent, stride) in view.extents.iter().zip(&view.strides) {
            let last = long(self, Opcode::Add, [(*extent).into(), Operand::Int(-1)]);
            let distance = long(self, Opcode::MulLow, [last.into(), stride.operand()]);
            let down = long(self, Opcode::Min, [distance.into(), Operand::Int(0)]);
            let up = long(self, Opcode::Max, [distance.into(), Operand::Int(0)]);
            first = long(self, Opcode::Add, [first.into(), down.into()]);
            end = long(self, Opcode::Add, [end.into(), up.into()]);
        }
        [first, end]
    }
}
