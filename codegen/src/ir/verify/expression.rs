//! The types of expressions.

use super::Checker;
use crate::ir::{
    Axis, BinaryOp, CompareOp, Const, Conversion, Expr, Intrinsic, LocalId, Scalar, Type, UnaryOp, ViewType,
};

impl Checker<'_> {
    /// The type of an expression; `None` where it is ill-formed, which was reported.
    pub(super) fn ty(&mut self, expr: &Expr) -> Option<Type> {
        match expr {
            Expr::Local(local) => self.local(*local),
            Expr::SubView { view, axes } => self.part(*view, axes).map(Type::View),
            Expr::Transpose { view } => self.view(*view).map(|view| Type::View(view.transposed())),
            Expr::OfLayout { view, layout } => {
                self.view(*view).map(|view| Type::View(ViewType { layout: *layout, ..view }))
            }
            Expr::Unowned => Some(Type::Owner),
            Expr::Empty(view) => Some(Type::View(*view)),
            _ => self.computed(expr).map(Type::Scalar),
        }
    }

    /// Requires a number of some type.
    pub(super) fn expect(&mut self, expr: &Expr, scalar: Scalar, what: &str) {
        if let Some(ty) = self.ty(expr).filter(|ty| *ty != Type::Scalar(scalar)) {
            self.report(format!("{what} is a {ty} and not a {scalar}"));
        }
    }

    /// The type of a number.
    fn scalar(&mut self, expr: &Expr) -> Option<Scalar> {
        match self.ty(expr)? {
            Type::Scalar(scalar) => Some(scalar),
            ty @ (Type::View(_) | Type::Owner) => {
                self.report(format!("a {ty} is used as a number"));
                None
            }
        }
    }

    fn computed(&mut self, expr: &Expr) -> Option<Scalar> {
        match expr {
            Expr::Local(_)
            | Expr::SubView { .. }
            | Expr::Transpose { .. }
            | Expr::OfLayout { .. }
            | Expr::Unowned
            | Expr::Empty(_) => self.scalar(expr),
            Expr::Const(value) => self.constant(*value),
            Expr::Unary { op, operand } => {
                let ty = self.scalar(operand)?;
                self.operands(unary_takes(*op, ty), format!("{op:?}"), ty)
            }
            Expr::Binary { op, left, right } => {
                let ty = self.same(left, right)?;
                self.operands(binary_takes(*op, ty), format!("{op:?}"), ty)
            }
            Expr::Compare { op, left, right } => {
                let ty = self.same(left, right)?;
                let takes = ty != Scalar::Bool || matches!(op, CompareOp::Eq | CompareOp::Ne);
                self.operands(takes, format!("{op:?}"), ty).map(|_| Scalar::Bool)
            }
            Expr::Select { cond, then, otherwise } => {
                self.expect(cond, Scalar::Bool, "the condition of a select");
                self.same(then, otherwise)
            }
            Expr::Convert { to, how, value } => {
                let from = self.scalar(value)?;
                self.operands(converts(*how, from, *to), format!("{how:?} to {to}"), from).map(|_| *to)
            }
            Expr::Intrinsic { op, args } => self.intrinsic(*op, args),
            Expr::Dim { view, axis } | Expr::Stride { view, axis } => self.dim(*view, *axis),
            Expr::Address { view } => self.view(*view).map(|_| Scalar::I64),
            Expr::Overlap { written, read } => {
                let views = [*written, *read].map(|view| self.view(view));
                views.iter().all(Option::is_some).then_some(Scalar::Bool)
            }
            Expr::InBounds { index, extent } => {
                self.expect(index, Scalar::I64, "an index");
                self.expect(extent, Scalar::I64, "an extent");
                Some(Scalar::Bool)
            }
        }
    }

    fn operands(&mut self, takes: bool, op: String, ty: Scalar) -> Option<Scalar> {
        self.require(takes, || format!("{op} is not defined for a {ty}"));
        takes.then_some(ty)
    }

    /// The common type of two numbers.
    fn same(&mut self, left: &Expr, right: &Expr) -> Option<Scalar> {
        let (left, right) = (self.scalar(left), self.scalar(right));
        let (left, right) = (left?, right?);
        self.require(left == right, || format!("a {left} meets a {right}"));
        (left == right).then_some(left)
    }

    fn constant(&mut self, value: Const) -> Option<Scalar> {
        match value {
            Const::Bool(_) => Some(Scalar::Bool),
            Const::F32(_) => Some(Scalar::F32),
            Const::F64(_) => Some(Scalar::F64),
            Const::Int(scalar, value) => {
                let fits = scalar.is_int() && fits(scalar, value);
                self.require(fits, || format!("{value} is not a {scalar}"));
                fits.then_some(scalar)
            }
        }
    }

    fn dim(&mut self, view: LocalId, axis: usize) -> Option<Scalar> {
        let view = self.view(view)?;
        self.require(axis < view.rank, || format!("a {view} has no axis {axis}"));
        Some(Scalar::I64)
    }

    /// The type of a part of a view.
    fn part(&mut self, view: LocalId, axes: &[Axis]) -> Option<ViewType> {
        let view = self.view(view)?;
        let taken = axes.iter().filter(|axis| **axis != Axis::New).count();
        self.require(taken == view.rank, || format!("a part of a {view} is made of {taken} axes"));
        for axis in axes {
            axis.operands(&mut |operand| self.expect(operand, Scalar::I64, "a part's index, extent or step"));
        }
        (taken == view.rank).then(|| view.part(axes))
    }

    fn intrinsic(&mut self, op: Intrinsic, args: &[Expr]) -> Option<Scalar> {
        let wanted = arity(op);
        self.require(args.len() == wanted, || format!("{op:?} has {} operands", args.len()));
        match op {
            Intrinsic::AddOverflows | Intrinsic::SubOverflows | Intrinsic::MulOverflows => {
                args.iter().for_each(|arg| self.expect(arg, Scalar::I64, "an operand of an overflow test"));
                Some(Scalar::Bool)
            }
            Intrinsic::StackExhausted => Some(Scalar::Bool),
            Intrinsic::C(_) => {
                args.iter().for_each(|arg| self.expect(arg, Scalar::F64, "an argument of a C function"));
                Some(Scalar::F64)
            }
            Intrinsic::Sqrt
            | Intrinsic::Floor
            | Intrinsic::Ceil
            | Intrinsic::Trunc
            | Intrinsic::RoundEven
            | Intrinsic::CopySign
            | Intrinsic::FusedMultiplyAdd
            | Intrinsic::MultiplyAdd
            | Intrinsic::ProductError => {
                let ty = self.scalar(args.first()?)?;
                args[1..].iter().for_each(|arg| self.expect(arg, ty, "an operand"));
                self.operands(ty.is_float(), format!("{op:?}"), ty)
            }
        }
    }
}

const fn arity(op: Intrinsic) -> usize {
    match op {
        Intrinsic::StackExhausted => 0,
        Intrinsic::Sqrt | Intrinsic::Floor | Intrinsic::Ceil | Intrinsic::Trunc | Intrinsic::RoundEven => 1,
        Intrinsic::AddOverflows | Intrinsic::SubOverflows | Intrinsic::MulOverflows => 2,
        Intrinsic::CopySign | Intrinsic::ProductError => 2,
        Intrinsic::FusedMultiplyAdd | Intrinsic::MultiplyAdd => 3,
        Intrinsic::C(function) => function.arity(),
    }
}

fn unary_takes(op: UnaryOp, ty: Scalar) -> bool {
    match op {
        UnaryOp::Neg => ty != Scalar::Bool,
        UnaryOp::Abs => ty.is_signed() || ty.is_float(),
        UnaryOp::Not => !ty.is_float(),
    }
}

fn binary_takes(op: BinaryOp, ty: Scalar) -> bool {
    match op {
        BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div => ty != Scalar::Bool,
        BinaryOp::Rem | BinaryOp::Shl | BinaryOp::Shr => ty.is_int(),
        BinaryOp::And | BinaryOp::Or | BinaryOp::Xor => !ty.is_float(),
    }
}

fn converts(how: Conversion, from: Scalar, to: Scalar) -> bool {
    match how {
        Conversion::Round if from == Scalar::Bool => to != Scalar::Bool,
        Conversion::Round => to.is_float(),
        Conversion::Wrap => from.is_int() && to.is_int(),
        Conversion::Saturate => from.is_float() && to.is_int(),
        Conversion::Bits => {
            let between = from.is_float() && to.is_int() || from.is_int() && to.is_float();
            between && from.bits() == to.bits()
        }
    }
}

/// Whether an integer type holds a value.
fn fits(scalar: Scalar, value: i128) -> bool {
    let bits = scalar.bits();
    let (low, high) = if scalar.is_signed() {
        (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1)
    } else {
        (0, (1i128 << bits) - 1)
    };
    (low..=high).contains(&value)
}
