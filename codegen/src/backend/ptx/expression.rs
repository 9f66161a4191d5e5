//! Expressions: operands first, then one operation on their values.

use super::function::{FunctionCx, class};
use super::instruction::{Class, Comparison, Opcode, Operand, Register, Ty};
use crate::ir::{Const, Expr, Lanes, LocalId, Scalar, Type};

/// A value with its type in the IR, which tells signed from unsigned: a constant, or in a register, which is that of a
/// local where it is the local's value. Bools are always in registers.
#[derive(Clone, Copy)]
pub(super) struct Value {
    pub(super) operand: Operand,
    pub(super) scalar: Scalar,
}

impl FunctionCx<'_, '_> {
    /// An expression's value.
    pub(super) fn value(&mut self, expr: &Expr) -> Operand {
        self.expression(expr).operand
    }

    /// The register with an expression's value.
    pub(super) fn register_of(&mut self, expr: &Expr) -> Register {
        let Value { operand, scalar } = self.expression(expr);
        self.in_register(operand, class(scalar))
    }

    /// A value in a register.
    pub(super) fn in_register(&mut self, operand: Operand, class: Class) -> Register {
        match operand {
            Operand::Register(register) => register,
            other => self.compute(Opcode::Mov, class.declared(), class, [other]),
        }
    }

    /// Translates an expression. Only this function recurses, so that deep trees need little stack; what
    /// it calls takes values.
    pub(super) fn expression(&mut self, expr: &Expr) -> Value {
        match expr {
            Expr::Const(constant) => self.constant(*constant),
            Expr::Local(local) => self.local(*local),
            Expr::Unary { op, operand } => {
                let operand = self.expression(operand);
                self.unary(*op, operand)
            }
            Expr::Binary { op, left, right } => {
                let left = self.expression(left);
                let right = self.expression(right);
                self.binary(*op, left, right)
            }
            Expr::Compare { op, left, right } => {
                let left = self.expression(left);
                let right = self.expression(right);
                self.compare(*op, left, right)
            }
            Expr::Select { cond, then, otherwise } => {
                let cond = self.expression(cond);
                let then = self.expression(then);
                let otherwise = self.expression(otherwise);
                self.select(cond, then, otherwise)
            }
            Expr::Convert { to, how, value } => {
                let value = self.expression(value);
                self.convert(*to, *how, value)
            }
            Expr::Intrinsic { op, args } => {
                let args: Vec<Value> = args.iter().map(|arg| self.expression(arg)).collect();
                self.intrinsic(*op, &args)
            }
            Expr::Dim { view, axis } => {
                Value { operand: self.view(*view).extents[*axis].into(), scalar: Scalar::I64 }
            }
            Expr::Stride { view, axis } => {
                Value { operand: self.view(*view).strides[*axis].operand(), scalar: Scalar::I64 }
            }
            Expr::Address { view } => Value { operand: self.view(*view).data.into(), scalar: Scalar::I64 },
            Expr::Overlap { written, read } => {
                Value { operand: self.overlap(*written, *read).into(), scalar: Scalar::Bool }
            }
            Expr::InBounds { index, extent } => {
                let index = self.value(index);
                let extent = self.value(extent);
                // The extent is not negative, so a negative index is above it.
                let inside = self.setp(Comparison::Lt, Ty::U64, index, extent);
                Value { operand: inside.into(), scalar: Scalar::Bool }
            }
            Expr::AnyLane { .. } | Expr::Lane { .. } | Expr::Splat { .. } | Expr::LaneNumbers { .. } => {
                self.lane_expression(expr)
            }
            Expr::Unowned
            | Expr::Empty(_)
            | Expr::Table { .. }
            | Expr::SubView { .. }
            | Expr::Transpose { .. }
            | Expr::Strided { .. }
            | Expr::OfLayout { .. } => unreachable!("bug in pykernel: {expr:?} is used as a number"),
        }
    }

    pub(super) fn constant(&mut self, constant: Const) -> Value {
        let operand = match constant {
            Const::Bool(value) => {
                let value = Operand::Int(value.into());
                self.compute(Opcode::Mov, Ty::Pred, Class::Predicate, [value]).into()
            }
            Const::Int(_, value) => Operand::Int(value as i64),
            Const::F32(bits) => Operand::F32(bits),
            Const::F64(bits) => Operand::F64(bits),
        };
        Value { operand, scalar: constant.scalar() }
    }

    fn local(&mut self, local: LocalId) -> Value {
        match self.function.ty(local) {
            Type::Scalar(scalar) | Type::Lanes(Lanes { scalar, .. }) => {
                Value { operand: self.get(local).into(), scalar }
            }
            Type::View(_) | Type::Owner => {
                unreachable!("bug in pykernel: an array is used as a number")
            }
        }
    }

    fn select(&mut self, cond: Value, then: Value, otherwise: Value) -> Value {
        let [cond, yes, no] = [cond, then, otherwise].map(|value| value.operand);
        let class = class(then.scalar);
        let register = match class {
            Class::Predicate => {
                let logic =
                    |cx: &mut Self, opcode, args| cx.compute(opcode, Ty::Pred, Class::Predicate, args);
                let yes = logic(self, Opcode::And, [cond, yes]);
                let not = self.compute(Opcode::Not, Ty::Pred, Class::Predicate, [cond]);
                let no = logic(self, Opcode::And, [not.into(), no]);
                logic(self, Opcode::Or, [yes.into(), no.into()])
            }
            class => self.compute(Opcode::Selp, class.declared(), class, [yes, no, cond]),
        };
        Value { operand: register.into(), scalar: then.scalar }
    }
}
