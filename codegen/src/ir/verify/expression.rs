//! The types of expressions.

use std::fmt;

use super::Checker;
use crate::ir::{
    Axis, BinaryOp, CompareOp, Const, Conversion, Expr, Intrinsic, Lanes, LocalId, Scalar, Type, UnaryOp,
    ViewType,
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
            Expr::Strided { view, ty, offset, extents, strides } => {
                self.strided(*view, *ty, offset, [extents, strides]).map(Type::View)
            }
            Expr::Unowned => Some(Type::Owner),
            Expr::Empty(view) => Some(Type::View(*view)),
            Expr::Table { table, .. } => Some(Type::View(table.ty().into())),
            _ => self.computed(expr).map(Number::ty),
        }
    }

    /// Requires lanes, or, where `count` is none, a number of some type.
    pub(super) fn expect_lanes(&mut self, expr: &Expr, scalar: Scalar, count: Option<u32>, what: &str) {
        let asked = Number { scalar, count }.ty();
        if let Some(ty) = self.ty(expr).filter(|ty| *ty != asked) {
            self.report(format!("{what} is a {ty} and not a {asked}"));
        }
    }

    /// Requires a mask; gives the number of its lanes.
    pub(super) fn mask(&mut self, expr: &Expr) -> Option<u32> {
        match self.ty(expr)? {
            Type::Lanes(Lanes { scalar: Scalar::Bool, count }) => Some(count),
            ty => {
                self.report(format!("a {ty} is used as a mask"));
                None
            }
        }
    }

    /// Requires a number of some type.
    pub(super) fn expect(&mut self, expr: &Expr, scalar: Scalar, what: &str) {
        if let Some(ty) = self.ty(expr).filter(|ty| *ty != Type::Scalar(scalar)) {
            self.report(format!("{what} is a {ty} and not a {scalar}"));
        }
    }

    /// The type of a number, or of the numbers of lanes.
    fn number(&mut self, expr: &Expr) -> Option<Number> {
        match self.ty(expr)? {
            Type::Scalar(scalar) => Some(Number { scalar, count: None }),
            Type::Lanes(Lanes { scalar, count }) => Some(Number { scalar, count: Some(count) }),
            ty @ (Type::View(_) | Type::Owner) => {
                self.report(format!("a {ty} is used as a number"));
                None
            }
        }
    }

    fn computed(&mut self, expr: &Expr) -> Option<Number> {
        match expr {
            Expr::Local(_)
            | Expr::SubView { .. }
            | Expr::Transpose { .. }
            | Expr::OfLayout { .. }
            | Expr::Strided { .. }
            | Expr::Unowned
            | Expr::Empty(_)
            | Expr::Table { .. } => self.number(expr),
            Expr::Const(value) => self.constant(*value).map(Number::single),
            Expr::Unary { op, operand } => {
                let ty = self.number(operand)?;
                self.operands(unary_takes(*op, ty.scalar), format_args!("{op:?}"), ty)
            }
            Expr::Binary { op, left, right } => {
                let ty = self.same(left, right)?;
                self.operands(binary_takes(*op, ty.scalar), format_args!("{op:?}"), ty)
            }
            Expr::Compare { op, left, right } => {
                let ty = self.same(left, right)?;
                let takes = ty.scalar != Scalar::Bool || matches!(op, CompareOp::Eq | CompareOp::Ne);
                self.operands(takes, format_args!("{op:?}"), ty).map(|ty| ty.of(Scalar::Bool))
            }
            Expr::Select { cond, then, otherwise } => {
                let ty = self.same(then, otherwise)?;
                self.expect_lanes(cond, Scalar::Bool, ty.count, "the condition of a select");
                Some(ty)
            }
            Expr::Convert { to, how, value } => {
                let from = self.number(value)?;
                let takes = converts(*how, from.scalar, *to);
                self.operands(takes, format_args!("{how:?} to {to}"), from).map(|from| from.of(*to))
            }
            Expr::Intrinsic { op, args } => self.intrinsic(*op, args),
            Expr::Dim { view, axis } | Expr::Stride { view, axis } => self.dim(*view, *axis),
            Expr::Address { view } => self.view(*view).map(|_| Number::single(Scalar::I64)),
            Expr::Overlap { written, read } => {
                let views = [*written, *read].map(|view| self.view(view));
                views.iter().all(Option::is_some).then_some(Number::single(Scalar::Bool))
            }
            Expr::InBounds { index, extent } => {
                let ty = self.same(index, extent)?;
                self.operands(ty.scalar == Scalar::I64, format_args!("InBounds"), ty)
                    .map(|ty| ty.of(Scalar::Bool))
            }
            Expr::Splat { count, value } => {
                let ty = self.number(value)?;
                self.require(ty.count.is_none(), || "lanes are spread over lanes".into());
                Some(Number { count: Some(self.count(*count)), ..ty })
            }
            Expr::LaneNumbers { count } => {
                Some(Number { scalar: Scalar::I64, count: Some(self.count(*count)) })
            }
            Expr::AnyLane { mask } => self.mask(mask).map(|_| Number::single(Scalar::Bool)),
            Expr::Lane { lanes, lane } => {
                let ty = self.number(lanes)?;
                let has = ty.count.is_some_and(|count| *lane < count);
                self.require(has, || format!("a {} has no lane {lane}", ty.ty()));
                Some(Number::single(ty.scalar))
            }
        }
    }

    /// A number of lanes, which is looked at.
    pub(super) fn count(&mut self, count: u32) -> u32 {
        let fits = count.is_power_of_two() && (2..=Lanes::MOST).contains(&count);
        self.require(fits, || format!("there are {count} lanes"));
        count
    }

    fn operands(&mut self, takes: bool, op: fmt::Arguments<'_>, ty: Number) -> Option<Number> {
        self.require(takes, || format!("{op} is not defined for a {}", ty.ty()));
        takes.then_some(ty)
    }

    /// The common type of two numbers.
    fn same(&mut self, left: &Expr, right: &Expr) -> Option<Number> {
        let (left, right) = (self.number(left), self.number(right));
        self.meet(left?, right?)
    }

    fn meet(&mut self, left: Number, right: Number) -> Option<Number> {
        self.require(left == right, || format!("a {} meets a {}", left.ty(), right.ty()));
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

    fn dim(&mut self, view: LocalId, axis: usize) -> Option<Number> {
        let view = self.view(view)?;
        self.require(axis < view.rank, || format!("a {view} has no axis {axis}"));
        Some(Number::single(Scalar::I64))
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

    fn strided(
        &mut self,
        view: LocalId,
        ty: ViewType,
        offset: &Expr,
        numbers: [&[Expr]; 2],
    ) -> Option<ViewType> {
        self.view(view)?;
        self.expect(offset, Scalar::I64, "the offset of a view");
        for numbers in numbers {
            let n = numbers.len();
            self.require(n == ty.rank, || format!("a {ty} is made of {n} extents or strides"));
            numbers.iter().for_each(|number| self.expect(number, Scalar::I64, "an extent or stride"));
        }
        Some(ty)
    }

    fn intrinsic(&mut self, op: Intrinsic, args: &[Expr]) -> Option<Number> {
        let wanted = arity(op);
        self.require(args.len() == wanted, || format!("{op:?} has {} operands", args.len()));
        let Some(first) = args.first() else {
            let scalar = if matches!(op, Intrinsic::Special(_)) { Scalar::I64 } else { Scalar::Bool };
            return Some(Number::single(scalar));
        };
        let ty = self.number(first)?;
        for arg in &args[1..] {
            let other = self.number(arg)?;
            self.meet(ty, other)?;
        }
        let (takes, gives) = match op {
            Intrinsic::AddOverflows | Intrinsic::SubOverflows | Intrinsic::MulOverflows => {
                (ty.scalar == Scalar::I64, Scalar::Bool)
            }
            Intrinsic::CountOnes | Intrinsic::LeadingZeros | Intrinsic::ReverseBits => {
                (ty.scalar.is_int() && ty.scalar.bits() >= 32, ty.scalar)
            }
            Intrinsic::MultiplyHigh => (ty.scalar == Scalar::U64, ty.scalar),
            Intrinsic::StackExhausted | Intrinsic::Special(_) => (false, Scalar::Bool),
            Intrinsic::Sqrt
            | Intrinsic::Floor
            | Intrinsic::Ceil
            | Intrinsic::Trunc
            | Intrinsic::RoundEven
            | Intrinsic::CopySign
            | Intrinsic::FusedMultiplyAdd
            | Intrinsic::MultiplyAdd
            | Intrinsic::ProductError => (ty.scalar.is_float(), ty.scalar),
        };
        self.operands(takes, format_args!("{op:?}"), ty).map(|ty| ty.of(gives))
    }
}

/// The type of a number, or of each number of lanes.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Number {
    scalar: Scalar,
    /// How many lanes they are; none if it is no lanes.
    count: Option<u32>,
}

impl Number {
    const fn single(scalar: Scalar) -> Number {
        Number { scalar, count: None }
    }

    /// As many of another type.
    const fn of(self, scalar: Scalar) -> Number {
        Number { scalar, ..self }
    }

    fn ty(self) -> Type {
        match self.count {
            None => Type::Scalar(self.scalar),
            Some(count) => Type::Lanes(Lanes { scalar: self.scalar, count }),
        }
    }
}

const fn arity(op: Intrinsic) -> usize {
    match op {
        Intrinsic::StackExhausted | Intrinsic::Special(_) => 0,
        Intrinsic::Sqrt | Intrinsic::Floor | Intrinsic::Ceil | Intrinsic::Trunc | Intrinsic::RoundEven => 1,
        Intrinsic::CountOnes | Intrinsic::LeadingZeros | Intrinsic::ReverseBits => 1,
        Intrinsic::AddOverflows | Intrinsic::SubOverflows | Intrinsic::MulOverflows => 2,
        Intrinsic::CopySign | Intrinsic::ProductError | Intrinsic::MultiplyHigh => 2,
        Intrinsic::FusedMultiplyAdd | Intrinsic::MultiplyAdd => 3,
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
        BinaryOp::AddFree | BinaryOp::MulFree => ty.is_float(),
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
