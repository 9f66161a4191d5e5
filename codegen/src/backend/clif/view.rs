//! Arrays: their variables, and the addresses of their elements.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Type as ClifType, Value, types};
use cranelift_frontend::{FunctionBuilder, Variable};

use super::clif_type;
use super::function::FunctionCx;
use crate::ir::{Axis, Const, Expr, LocalId, Part, Scalar, ViewType};
use crate::types::{Kind, Layout};

/// The variables of an array local.
#[derive(Clone)]
pub(super) struct View {
    ty: ViewType,
    data: Variable,
    extents: Vec<Variable>,
    strides: Vec<Stride>,
}

/// The distance in bytes between neighbours along a dimension.
#[derive(Clone, Copy)]
enum Stride {
    /// The size of an element: the fastest dimension of a contiguous array.
    Element(i64),
    Varying(Variable),
}

/// An array: its address, its extents, its strides.
pub(super) struct Array {
    data: Value,
    extents: Vec<Value>,
    strides: Vec<Value>,
}

impl Array {
    /// The address of its first element.
    pub(super) const fn data(&self) -> Value {
        self.data
    }

    /// The extent and the stride of each dimension.
    pub(super) fn dimensions(&self) -> impl Iterator<Item = (Value, Value)> {
        self.extents.iter().copied().zip(self.strides.iter().copied())
    }

    fn push(&mut self, extent: Value, stride: Value) {
        self.extents.push(extent);
        self.strides.push(stride);
    }
}

impl View {
    pub(super) fn declare(builder: &mut FunctionBuilder<'_>, pointer: ClifType, ty: ViewType) -> View {
        let strides = (0..ty.rank).map(|axis| match fastest(ty.layout, ty.rank) {
            Some(fastest) if fastest == axis => Stride::Element(ty.element.size() as i64),
            _ => Stride::Varying(builder.declare_var(types::I64)),
        });
        let strides = strides.collect();
        let extents = (0..ty.rank).map(|_| builder.declare_var(types::I64)).collect();
        View { ty, data: builder.declare_var(pointer), extents, strides }
    }
}

/// The dimension along which elements are adjacent, if the layout tells.
pub(super) fn fastest(layout: Layout, rank: usize) -> Option<usize> {
    match layout {
        Layout::C => rank.checked_sub(1),
        Layout::F if rank > 0 => Some(0),
        Layout::F | Layout::Any => None,
    }
}

/// How many extents and strides a view needs beside its address.
pub(super) fn numbers(ty: ViewType) -> usize {
    2 * ty.rank - usize::from(fastest(ty.layout, ty.rank).is_some())
}

/// Elements: memory that is there, as kernels access it only where their caller vouches for it. The fields of packed
/// records need not be aligned.
pub(super) const ELEMENTS: MemFlagsData = MemFlagsData::new().with_notrap();

/// Memory that is there and aligned.
pub(super) const TRUSTED: MemFlagsData = MemFlagsData::trusted();

impl FunctionCx<'_, '_> {
    /// Sets an array from its flat form: address, extents, strides that vary.
    ///
    /// Strides are never computed from extents, although a contiguous layout would allow it:
    /// Cranelift hoists what involves a constant out of one loop only, a parameter out of all.
    pub(super) fn bind_view(&mut self, local: LocalId, flat: &[Value]) {
        let view = self.view(local);
        let strides = view.strides.iter().filter_map(|stride| match stride {
            Stride::Element(_) => None,
            Stride::Varying(variable) => Some(variable),
        });
        let variables = [&view.data].into_iter().chain(&view.extents).chain(strides);
        for (variable, value) in variables.zip(flat) {
            self.builder.def_var(*variable, *value);
        }
    }

    /// Makes an array local an array.
    pub(super) fn set_view(&mut self, local: LocalId, array: &Array) {
        let view = self.view(local);
        self.builder.def_var(view.data, array.data);
        for (variable, extent) in view.extents.iter().zip(&array.extents) {
            self.builder.def_var(*variable, *extent);
        }
        for (stride, value) in view.strides.iter().zip(&array.strides) {
            if let Stride::Varying(variable) = stride {
                self.builder.def_var(*variable, *value);
            }
        }
    }

    /// The array that an expression is.
    pub(super) fn array(&mut self, expr: &Expr) -> Array {
        match expr {
            Expr::Local(local) => self.array_in(*local),
            Expr::SubView { view, axes } => self.part(*view, axes),
            Expr::Transpose { view } => {
                let mut array = self.array_in(*view);
                array.extents.reverse();
                array.strides.reverse();
                array
            }
            Expr::OfLayout { view, .. } => self.array_in(*view),
            Expr::Strided { view, offset, extents, strides, .. } => {
                let offset = self.expression(offset).value;
                let first = self.first_address(*view);
                let data = self.builder.ins().iadd(first, offset);
                let [extents, strides] = [extents, strides]
                    .map(|numbers| numbers.iter().map(|number| self.expression(number).value).collect());
                Array { data, extents, strides }
            }
            Expr::Empty(ty) => {
                // An address that is aligned and not null.
                let data = self.builder.ins().iconst(self.pointer, ty.element.size() as i64);
                let zeros = vec![self.i64(0); ty.rank];
                Array { data, extents: zeros.clone(), strides: zeros }
            }
            Expr::Table { table, .. } => {
                let data = self.table(table);
                let numbers = |numbers: &[i64], cx: &mut Self| numbers.iter().map(|n| cx.i64(*n)).collect();
                let (extents, strides) = (numbers(&table.shape, self), numbers(&table.strides(), self));
                Array { data, extents, strides }
            }
            other => unreachable!("bug in pykernel: {other:?} is not an array"),
        }
    }

    fn array_in(&mut self, local: LocalId) -> Array {
        let view = self.view(local);
        Array {
            data: self.builder.use_var(view.data),
            extents: view.extents.iter().map(|extent| self.builder.use_var(*extent)).collect(),
            strides: (0..view.ty.rank).map(|axis| self.stride_of(&view, axis)).collect(),
        }
    }

    fn part(&mut self, view: LocalId, axes: &[Axis]) -> Array {
        let (data, mut dimensions) = (self.first_address(view), 0..);
        let mut part = Array { data, extents: Vec::new(), strides: Vec::new() };
        for axis in axes {
            // What is not asked for is not carried around loops.
            let place = if *axis == Axis::New { 0 } else { dimensions.next().unwrap_or_default() };
            match axis {
                Axis::Index(index) => {
                    let stride = self.stride(view, place);
                    part.data = self.advanced(part.data, index, stride);
                }
                Axis::Whole => {
                    let (extent, stride) = (self.extent(view, place), self.stride(view, place));
                    part.push(extent, stride);
                }
                Axis::New => {
                    let (extent, stride) = (self.i64(1), self.i64(0));
                    part.push(extent, stride);
                }
                Axis::Slice { start, extent, step } => {
                    let stride = self.stride(view, place);
                    part.data = self.advanced(part.data, start, stride);
                    let stride = match step {
                        Expr::Const(Const::Int(_, 1)) => stride,
                        step => {
                            let step = self.expression(step).value;
                            self.builder.ins().imul(stride, step)
                        }
                    };
                    let extent = self.expression(extent).value;
                    part.push(extent, stride);
                }
            }
        }
        part
    }

    /// An address, `index` times a stride further.
    fn advanced(&mut self, address: Value, index: &Expr, stride: Value) -> Value {
        let index = self.expression(index).value;
        let distance = self.builder.ins().imul(index, stride);
        self.builder.ins().iadd(address, distance)
    }

    /// Appends an array in the flat form that a parameter of type `ty` has.
    pub(super) fn flatten(&mut self, array: &Array, ty: ViewType, flat: &mut Vec<Value>) {
        flat.push(array.data);
        flat.extend(&array.extents);
        let known = fastest(ty.layout, ty.rank);
        let strides = array.strides.iter().enumerate();
        flat.extend(strides.filter(|(axis, _)| Some(*axis) != known).map(|(_, stride)| stride));
    }

    pub(super) fn stride(&mut self, local: LocalId, axis: usize) -> Value {
        let view = self.view(local);
        self.stride_of(&view, axis)
    }

    fn stride_of(&mut self, view: &View, axis: usize) -> Value {
        match view.strides[axis] {
            Stride::Element(size) => self.i64(size),
            Stride::Varying(variable) => self.builder.use_var(variable),
        }
    }

    /// The distance in bytes between neighbours along a dimension, a power of two, where it is known.
    pub(super) fn known_stride(&self, local: LocalId, axis: usize) -> Option<i64> {
        match self.view(local).strides[axis] {
            Stride::Element(size) => Some(size),
            Stride::Varying(_) => None,
        }
    }

    /// How many bytes a number of an element has: the element, or one of its parts.
    pub(super) fn number_size(&self, local: LocalId) -> i64 {
        i64::from(Scalar::of(self.view(local).ty.element).bits() / 8)
    }

    pub(super) fn first_address(&mut self, local: LocalId) -> Value {
        let data = self.view(local).data;
        self.builder.use_var(data)
    }

    /// Whether the bytes between the first and the last elements of two arrays meet.
    pub(super) fn overlap(&mut self, written: LocalId, read: LocalId) -> Value {
        let ([first, end], [other_first, other_end]) = (self.bytes(written), self.bytes(read));
        let before = self.builder.ins().icmp(IntCC::UnsignedLessThan, first, other_end);
        let after = self.builder.ins().icmp(IntCC::UnsignedLessThan, other_first, end);
        self.builder.ins().band(before, after)
    }

    /// The address of an array's lowest byte, and the one after its highest.
    fn bytes(&mut self, local: LocalId) -> [Value; 2] {
        let size = self.view(local).ty.element.size() as i64;
        let array = self.array_in(local);
        let zero = self.i64(0);
        let mut first = array.data;
        let mut end = self.builder.ins().iadd_imm_s(array.data, size);
        for (extent, stride) in array.extents.into_iter().zip(array.strides) {
            let last = self.builder.ins().iadd_imm_s(extent, -1);
            let distance = self.builder.ins().imul(last, stride);
            let down = self.builder.ins().smin(distance, zero);
            let up = self.builder.ins().smax(distance, zero);
            first = self.builder.ins().iadd(first, down);
            end = self.builder.ins().iadd(end, up);
        }
        [first, end]
    }

    pub(super) fn extent(&mut self, local: LocalId, axis: usize) -> Value {
        let extent = self.view(local).extents[axis];
        self.builder.use_var(extent)
    }

    pub(super) fn load(&mut self, view: LocalId, index: &[Expr], part: Part) -> Value {
        let index: Vec<Value> = index.iter().map(|index| self.expression(index).value).collect();
        let view = self.view(view);
        let address = self.address(&view, &index);
        let ty = clif_type(Scalar::of(view.ty.element));
        self.builder.ins().load(ty, ELEMENTS, address, offset(view.ty, part))
    }

    pub(super) fn store(&mut self, view: LocalId, index: &[Expr], part: Part, value: Value) {
        let index: Vec<Value> = index.iter().map(|index| self.expression(index).value).collect();
        let view = self.view(view);
        let address = self.address(&view, &index);
        self.builder.ins().store(ELEMENTS, value, address, offset(view.ty, part));
    }

    /// The address of a part of an element.
    pub(super) fn element_address(&mut self, view: LocalId, index: &[Value], part: Part) -> Value {
        let view = self.view(view);
        let address = self.address(&view, index);
        match offset(view.ty, part) {
            0 => address,
            offset => self.builder.ins().iadd_imm_s(address, i64::from(offset)),
        }
    }

    /// Where elements lie behind each other along a dimension: of how many numbers each is.
    pub(super) fn adjacent_numbers(&self, view: LocalId, axis: usize) -> Option<u32> {
        let View { ty, .. } = self.view(view);
        let numbers = if ty.element.kind() == Kind::Complex { 2 } else { 1 };
        (fastest(ty.layout, ty.rank) == Some(axis)).then_some(numbers)
    }

    /// The address of an element. The slowest dimension is added first, so that what an inner
    /// loop does not change can be hoisted out of it.
    fn address(&mut self, view: &View, index: &[Value]) -> Value {
        let mut axes: Vec<usize> = (0..index.len()).collect();
        if view.ty.layout == Layout::F {
            axes.reverse();
        }
        let mut address = self.builder.use_var(view.data);
        for axis in axes {
            let stride = self.stride_of(view, axis);
            let distance = self.builder.ins().imul(index[axis], stride);
            address = self.builder.ins().iadd(address, distance);
        }
        address
    }
}

/// The offset of a part in its element.
fn offset(ty: ViewType, part: Part) -> i32 {
    match part {
        Part::First => 0,
        Part::Imaginary => ty.element.size() as i32 / 2,
    }
}
