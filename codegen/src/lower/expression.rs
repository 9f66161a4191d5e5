//! Lowering expressions: to the scalars, or the view, that make up their value.

use super::convert::cast;
use super::function::{Lowering, part_types};
use crate::ir::construct::{binary, boolean, compare, float, int, integer, locals, unary};
use crate::ir::{self, BinaryOp, Conversion, Intrinsic, LocalId, Scalar};
use crate::source::Span;
use crate::typed::{Expr, ExprKind, InstanceId, Operation, Strided, WebId};
use crate::types::{DType, Type};

/// The dtype of a number's type. A time is the number of its units.
pub(super) fn dtype_of(ty: &Type) -> DType {
    match ty {
        Type::Time(_) => DType::Int64,
        _ => ty.dtype().unwrap_or_else(|| unreachable!("bug in pykernel: `{ty}` is not a number")),
    }
}

/// The machine number that holds a real number, or one part of a complex one.
pub(super) fn scalar_of(ty: &Type) -> Scalar {
    Scalar::of(dtype_of(ty))
}

impl Lowering<'_> {
    /// The parts of an expression's value, as [`part_types`] counts them.
    pub(super) fn parts(&mut self, expr: &Expr) -> Vec<ir::Expr> {
        match &expr.kind {
            ExprKind::Int(value) => vec![integer(scalar_of(&expr.ty), *value)],
            ExprKind::Float(value) => vec![float(scalar_of(&expr.ty), *value)],
            ExprKind::Complex(re, im) => {
                let scalar = scalar_of(&expr.ty);
                vec![float(scalar, *re), float(scalar, *im)]
            }
            ExprKind::Bool(value) => vec![boolean(*value)],
            ExprKind::None | ExprKind::Text(_) => Vec::new(),
            ExprKind::Variable { web, check } => self.variable(*web, *check, expr.span),
            ExprKind::Bound(web) => vec![self.bound(*web).map_or(boolean(true), ir::Expr::Local)],
            ExprKind::Bind(web, value) => {
                let parts = self.parts(value);
                self.assign_web(*web, parts, expr.span);
                locals(self.parts_of(*web))
            }
            ExprKind::Current => self.current.clone(),
            ExprKind::Operand(place) => self.operand(*place, expr),
            ExprKind::Convert(value) => {
                let parts = self.parts(value);
                self.converted(parts, &value.ty, &expr.ty, expr.span)
            }
            ExprKind::Operation(op, args) => self.operation(*op, args, expr),
            ExprKind::Call(callee, args) => self.call(*callee, args, expr),
            ExprKind::Logical { and, left, right } => self.logical(*and, left, right, expr),
            ExprKind::Conditional { cond, then, otherwise } => self.conditional(cond, then, otherwise, expr),
            ExprKind::Tuple(items) => items.iter().flat_map(|item| self.parts(item)).collect(),
            ExprKind::Item(tuple, index) => self.item(tuple, *index),
            ExprKind::Optional(value) => self.optional(value.as_deref(), &expr.ty),
            ExprKind::Present(value) => self.parts(value).into_iter().take(1).collect(),
            ExprKind::Inner(value) => self.parts(value).into_iter().skip(1).collect(),
            ExprKind::Checked { cond, raise, value } => self.checked_value(cond, raise, value, expr.span),
            ExprKind::Table { table, cached } => {
                vec![ir::Expr::Table { table: table.clone(), cached: *cached }, ir::Expr::Unowned]
            }
            ExprKind::Element(element) => self.load(element, expr.span),
            ExprKind::Extent(array, axis) => vec![ir::Expr::Dim { view: self.view(array), axis: *axis }],
            ExprKind::Stride(array, axis) => {
                vec![ir::Expr::Stride { view: self.view(array), axis: *axis }]
            }
            ExprKind::Size(array) => vec![self.size(array)],
            ExprKind::Part(array, axes) => self.part(array, axes, expr.span).into(),
            ExprKind::Transpose(array) => {
                let (view, owner) = self.view_and_owner(array);
                vec![ir::Expr::Transpose { view }, owner]
            }
            ExprKind::Flat(array) => self.flat(array, expr.span),
            ExprKind::Strided(strided) => self.strided(strided, expr),
            ExprKind::Allocate(allocation) => self.allocate(allocation, expr),
            ExprKind::Elementwise(elementwise) => self.elementwise(elementwise, expr),
            ExprKind::Together(op, args) => self.with_others(*op, args, expr),
            ExprKind::Atomic(op, element, args) => self.atomic(*op, element, args, expr.span),
            ExprKind::Reserve(room) => self.reserve(room, expr),
        }
    }

    /// The parts of one item of a tuple.
    fn item(&mut self, tuple: &Expr, index: usize) -> Vec<ir::Expr> {
        let Type::Tuple(items) = &tuple.ty else {
            unreachable!("bug in pykernel: `{}` has no items", tuple.ty)
        };
        let parts = self.parts(tuple);
        let before: usize = items[..index].iter().map(|ty| part_types(ty).len()).sum();
        parts.into_iter().skip(before).take(part_types(&items[index]).len()).collect()
    }

    /// The value of an expression that is a real number.
    pub(super) fn scalar(&mut self, expr: &Expr) -> ir::Expr {
        match <[ir::Expr; 1]>::try_from(self.parts(expr)) {
            Ok([value]) => value,
            Err(parts) => unreachable!("bug in pykernel: a `{}` has {} parts", expr.ty, parts.len()),
        }
    }

    /// A local that holds an array.
    pub(super) fn view(&mut self, array: &Expr) -> LocalId {
        self.view_and_owner(array).0
    }

    /// A local that holds an array, and the owner of its memory.
    pub(super) fn view_and_owner(&mut self, array: &Expr) -> (LocalId, ir::Expr) {
        let (view, owner) = match <[ir::Expr; 2]>::try_from(self.parts(array)) {
            Ok([ir::Expr::Local(local), owner]) => return (local, owner),
            Ok([view, owner]) => (view, owner),
            Err(parts) => unreachable!("bug in pykernel: an array has {} parts", parts.len()),
        };
        let Some(ty) = self.function.view_type(&view) else {
            unreachable!("bug in pykernel: {view:?} is not an array")
        };
        let local = self.function.add_local("t", ir::Type::View(ty));
        self.set(local, view, array.span);
        (local, owner)
    }

    /// The memory of an array in another form: a view of it, and its owner.
    fn strided(&mut self, strided: &Strided, expr: &Expr) -> Vec<ir::Expr> {
        let Type::Array(ty) = expr.ty else { unreachable!("bug in pykernel: a `{}` is strided", expr.ty) };
        let (view, owner) = self.view_and_owner(&strided.array);
        let offset = Box::new(self.scalar(&strided.offset));
        let [extents, strides] = [&strided.shape, &strided.strides].map(|numbers| {
            let number = |number| {
                let value = self.scalar(number);
                self.save(value, Scalar::I64, expr.span)
            };
            numbers.iter().map(number).collect()
        });
        vec![ir::Expr::Strided { view, ty: ty.into(), offset, extents, strides }, owner]
    }

    fn variable(&mut self, web: WebId, check: bool, span: Span) -> Vec<ir::Expr> {
        if check {
            let name = self.instance.webs[web.0 as usize].name.clone();
            self.check_bound(&name, self.bound(web), span);
        }
        locals(self.parts_of(web))
    }

    /// The number of elements: the product of the extents.
    fn size(&mut self, array: &Expr) -> ir::Expr {
        let view = self.view(array);
        let rank = match self.function.ty(view) {
            ir::Type::View(view) => view.rank,
            ir::Type::Scalar(_) | ir::Type::Lanes(_) | ir::Type::Owner => 0,
        };
        let extents = (0..rank).map(|axis| ir::Expr::Dim { view, axis });
        extents.reduce(|product, extent| binary(BinaryOp::Mul, product, extent)).unwrap_or(int(1))
    }

    fn call(&mut self, callee: InstanceId, args: &[Expr], expr: &Expr) -> Vec<ir::Expr> {
        let args = args.iter().flat_map(|arg| self.parts(arg)).collect();
        let results = self.temporaries(&self.program[callee].result);
        let values = locals(&results);
        let (function, place) = (ir::FunctionId(callee.0), self.place(expr.span));
        self.emit(ir::StmtKind::Call { results, function, args, status: None, place }, expr.span);
        values
    }

    fn operation(&mut self, op: Operation, args: &[Expr], expr: &Expr) -> Vec<ir::Expr> {
        match (op, args) {
            (Operation::Unary(op), [operand]) => vec![unary(op, self.scalar(operand))],
            (Operation::Binary(op), [left, right]) => {
                let left = self.scalar(left);
                vec![binary(op, left, self.scalar(right))]
            }
            (Operation::Compare(op), [left, right]) => {
                let left = self.scalar(left);
                vec![compare(op, left, self.scalar(right))]
            }
            (Operation::Checked(op), [left, right]) => vec![self.checked(op, left, right, expr.span)],
            (Operation::Intrinsic(op), _) => {
                let args = args.iter().map(|arg| self.scalar(arg)).collect();
                vec![ir::Expr::Intrinsic { op, args }]
            }
            (Operation::Complex, [re, im]) => vec![self.scalar(re), self.scalar(im)],
            (Operation::Real, [value]) => self.parts(value).into_iter().take(1).collect(),
            (Operation::Imaginary, [value]) => self.parts(value).into_iter().skip(1).collect(),
            (Operation::Bits, [value]) => {
                let (to, value) = (scalar_of(&expr.ty), Box::new(self.scalar(value)));
                vec![ir::Expr::Convert { to, how: Conversion::Bits, value }]
            }
            (Operation::Cast, [value]) => {
                let parts = self.parts(value);
                cast(parts, dtype_of(&value.ty), dtype_of(&expr.ty))
            }
            (Operation::Select, [cond, then, otherwise]) => {
                let [cond, then, otherwise] =
                    [cond, then, otherwise].map(|operand| Box::new(self.scalar(operand)));
                vec![ir::Expr::Select { cond, then, otherwise }]
            }
            _ => unreachable!("bug in pykernel: {op:?} has {} operands", args.len()),
        }
    }

    /// `+`, `-` or `*` of Python's `int`.
    fn checked(&mut self, op: BinaryOp, left: &Expr, right: &Expr, span: Span) -> ir::Expr {
        let left = self.scalar(left);
        let left = self.save(left, Scalar::I64, span);
        let right = self.scalar(right);
        let right = self.save(right, Scalar::I64, span);
        let overflows = match op {
            BinaryOp::Add => Intrinsic::AddOverflows,
            BinaryOp::Sub => Intrinsic::SubOverflows,
            BinaryOp::Mul => Intrinsic::MulOverflows,
            other => unreachable!("bug in pykernel: {other:?} is not checked for overflow"),
        };
        let overflows = ir::Expr::Intrinsic { op: overflows, args: vec![left.clone(), right.clone()] };
        self.check_overflow(unary(ir::UnaryOp::Not, overflows), span);
        binary(op, left, right)
    }

    /// The types of an expression's parts.
    pub(super) fn scalars_of(ty: &Type) -> Vec<Scalar> {
        let scalar = |ty| match ty {
            ir::Type::Scalar(scalar) => Some(scalar),
            ir::Type::Lanes(_) | ir::Type::View(_) | ir::Type::Owner => None,
        };
        part_types(ty).into_iter().filter_map(scalar).collect()
    }
}
