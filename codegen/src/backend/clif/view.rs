//! Arrays: their variables, and the addresses of their elements.

use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Type as ClifType, Value, types};
use cranelift_frontend::{FunctionBuilder, Variable};

use super::clif_type;
use super::function::FunctionCx;
use crate::ir::{Expr, LocalId, Part, Scalar, ViewType};
use crate::types::Layout;

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

/// Memory that is there and aligned: kernels access it only where their caller vouches for it.
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

    /// Sets an array that is never looked at.
    pub(super) fn empty_view(&mut self, local: LocalId) {
        let zero = self.i64(0);
        let nowhere = self.builder.ins().iconst(self.pointer, 0);
        let numbers = std::iter::repeat_n(zero, numbers(self.view(local).ty));
        let flat: Vec<Value> = std::iter::once(nowhere).chain(numbers).collect();
        self.bind_view(local, &flat);
    }

    /// Makes an array local another name for the same array.
    pub(super) fn copy_view(&mut self, to: LocalId, from: LocalId) {
        let (target, source) = (self.view(to), self.view(from));
        let data = self.builder.use_var(source.data);
        self.builder.def_var(target.data, data);
        for (to, from) in target.extents.iter().zip(&source.extents) {
            let extent = self.builder.use_var(*from);
            self.builder.def_var(*to, extent);
        }
        for (axis, to) in target.strides.iter().enumerate() {
            if let Stride::Varying(to) = to {
                let stride = self.stride(&source, axis);
                self.builder.def_var(*to, stride);
            }
        }
    }

    /// Appends an array in the flat form that a parameter of type `ty` has.
    pub(super) fn flatten(&mut self, local: LocalId, ty: ViewType, flat: &mut Vec<Value>) {
        let view = self.view(local);
        flat.push(self.builder.use_var(view.data));
        flat.extend(view.extents.iter().map(|extent| self.builder.use_var(*extent)));
        let known = fastest(ty.layout, ty.rank);
        flat.extend((0..ty.rank).filter(|axis| Some(*axis) != known).map(|axis| self.stride(&view, axis)));
    }

    fn stride(&mut self, view: &View, axis: usize) -> Value {
        match view.strides[axis] {
            Stride::Element(size) => self.i64(size),
            Stride::Varying(variable) => self.builder.use_var(variable),
        }
    }

    pub(super) fn extent(&mut self, local: LocalId, axis: usize) -> Value {
        let extent = self.view(local).extents[axis];
        self.builder.use_var(extent)
    }

    pub(super) fn load(&mut self, view: LocalId, index: &[Expr], part: Part) -> Value {
        let view = self.view(view);
        let address = self.address(&view, index);
        let ty = clif_type(Scalar::of(view.ty.element));
        self.builder.ins().load(ty, TRUSTED, address, offset(view.ty, part))
    }

    pub(super) fn store(&mut self, view: LocalId, index: &[Expr], part: Part, value: Value) {
        let view = self.view(view);
        let address = self.address(&view, index);
        self.builder.ins().store(TRUSTED, value, address, offset(view.ty, part));
    }

    /// The address of an element. The slowest dimension is added first, so that what an inner
    /// loop does not change can be hoisted out of it.
    fn address(&mut self, view: &View, index: &[Expr]) -> Value {
        let indices: Vec<Value> = index.iter().map(|index| self.expression(index).value).collect();
        let mut axes: Vec<usize> = (0..indices.len()).collect();
        if view.ty.layout == Layout::F {
            axes.reverse();
        }
        let mut address = self.builder.use_var(view.data);
        for axis in axes {
            let stride = self.stride(view, axis);
            let distance = self.builder.ins().imul(indices[axis], stride);
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
