//! Expressions: operands first, then one operation on their values.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, Value};
use pykernel_abi::raised;

use super::clif_type;
use super::function::FunctionCx;
use super::view::TRUSTED;
use crate::ir::{CompareOp, Const, Expr, Intrinsic, LocalId, Scalar, Type};

/// A value with its type in the IR, which tells signed from unsigned.
#[derive(Clone, Copy)]
pub(super) struct Operand {
    pub(super) value: Value,
    pub(super) scalar: Scalar,
}

impl FunctionCx<'_, '_> {
    /// Translates an expression. Only this function recurses, so that deep trees need little
    /// stack; what it calls takes values.
    pub(super) fn expression(&mut self, expr: &Expr) -> Operand {
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
                let args = args.iter().map(|arg| self.expression(arg)).collect();
                self.intrinsic(*op, args)
            }
            Expr::AnyLane { mask } => Operand { value: self.any_lane(mask), scalar: Scalar::Bool },
            Expr::Lane { lanes, lane } => self.lane(lanes, *lane),
            Expr::Splat { .. } | Expr::LaneNumbers { .. } => {
                unreachable!("bug in pykernel: lanes are used as a number")
            }
            Expr::Unowned | Expr::Empty(_) | Expr::Table { .. } => {
                unreachable!("bug in pykernel: {expr:?} is used as a number")
            }
            Expr::Dim { view, axis } => Operand { value: self.extent(*view, *axis), scalar: Scalar::I64 },
            Expr::Stride { view, axis } => Operand { value: self.stride(*view, *axis), scalar: Scalar::I64 },
            Expr::Address { view } => Operand { value: self.first_address(*view), scalar: Scalar::I64 },
            Expr::Overlap { written, read } => {
                Operand { value: self.overlap(*written, *read), scalar: Scalar::Bool }
            }
            Expr::SubView { .. } | Expr::Transpose { .. } | Expr::OfLayout { .. } | Expr::Strided { .. } => {
                unreachable!("bug in pykernel: an array is used as a number")
            }
            Expr::InBounds { index, extent } => {
                let index = self.expression(index);
                let extent = self.expression(extent);
                self.in_bounds(index, extent)
            }
        }
    }

    pub(super) fn constant(&mut self, constant: Const) -> Operand {
        let (value, scalar) = match constant {
            Const::Bool(value) => (self.integer(Scalar::Bool, value.into()), Scalar::Bool),
            Const::Int(scalar, value) => (self.integer(scalar, value), scalar),
            Const::F32(bits) => (self.builder.ins().f32const(f32::from_bits(bits)), Scalar::F32),
            Const::F64(bits) => (self.builder.ins().f64const(f64::from_bits(bits)), Scalar::F64),
        };
        Operand { value, scalar }
    }

    /// A constant of an integer type. Cranelift wants the bits above its width to be 0.
    pub(super) fn integer(&mut self, scalar: Scalar, value: i128) -> Value {
        let bits = value as u64 & (u64::MAX >> (64 - scalar.bits()));
        self.builder.ins().iconst(clif_type(scalar), bits as i64)
    }

    fn local(&mut self, local: LocalId) -> Operand {
        match self.function.ty(local) {
            Type::Scalar(scalar) => Operand { value: self.get(local), scalar },
            Type::Lanes(_) | Type::View(_) | Type::Owner => {
                unreachable!("bug in pykernel: lanes or an array are used as a number")
            }
        }
    }

    pub(super) fn compare(&mut self, op: CompareOp, left: Operand, right: Operand) -> Operand {
        let (left, right, scalar) = (left.value, right.value, left.scalar);
        let value = match scalar.is_float() {
            true => self.builder.ins().fcmp(float_condition(op), left, right),
            false => self.builder.ins().icmp(integer_condition(op, scalar.is_signed()), left, right),
        };
        Operand { value, scalar: Scalar::Bool }
    }

    fn select(&mut self, cond: Operand, then: Operand, otherwise: Operand) -> Operand {
        let value = self.builder.ins().select(cond.value, then.value, otherwise.value);
        Operand { value, scalar: then.scalar }
    }

    /// One unsigned comparison: the extent is not negative, so a negative index is above it.
    fn in_bounds(&mut self, index: Operand, extent: Operand) -> Operand {
        let value = self.builder.ins().icmp(IntCC::UnsignedLessThan, index.value, extent.value);
        Operand { value, scalar: Scalar::Bool }
    }

    pub(super) fn intrinsic(&mut self, op: Intrinsic, args: Vec<Operand>) -> Operand {
        let values: Vec<Value> = args.iter().map(|arg| arg.value).collect();
        let value = match op {
            Intrinsic::AddOverflows => self.sum_overflows(values[0], values[1]),
            Intrinsic::SubOverflows => self.difference_overflows(values[0], values[1]),
            Intrinsic::MulOverflows => self.product_overflows(values[0], values[1]),
            Intrinsic::Sqrt => self.builder.ins().sqrt(values[0]),
            Intrinsic::Floor | Intrinsic::Ceil | Intrinsic::Trunc | Intrinsic::RoundEven
                if !self.unit.machine.rounds =>
            {
                self.rounded_number(op, args[0])
            }
            Intrinsic::Floor => self.builder.ins().floor(values[0]),
            Intrinsic::Ceil => self.builder.ins().ceil(values[0]),
            Intrinsic::Trunc => self.builder.ins().trunc(values[0]),
            Intrinsic::RoundEven => self.builder.ins().nearest(values[0]),
            Intrinsic::CopySign => self.builder.ins().fcopysign(values[0], values[1]),
            Intrinsic::FusedMultiplyAdd => self.builder.ins().fma(values[0], values[1], values[2]),
            Intrinsic::MultiplyAdd => self.multiply_add(values[0], values[1], values[2]),
            Intrinsic::ProductError => self.product_error(values[0], values[1]),
            Intrinsic::CountOnes => self.builder.ins().popcnt(values[0]),
            Intrinsic::LeadingZeros => self.builder.ins().clz(values[0]),
            Intrinsic::ReverseBits => self.builder.ins().bitrev(values[0]),
            Intrinsic::MultiplyHigh => self.builder.ins().umulhi(values[0], values[1]),
            Intrinsic::StackExhausted => self.stack_exhausted(),
            Intrinsic::Special(_) => {
                unreachable!("bug in pykernel: {} is for GPUs alone", self.function.name)
            }
        };
        Operand { value, scalar: result(op, &args) }
    }

    /// A sum overflows if its sign is neither operand's. (Not every architecture has Cranelift's
    /// instructions for overflow, and this shares the sum with the addition that is checked.)
    fn sum_overflows(&mut self, left: Value, right: Value) -> Value {
        let changed = self.sum_changes_sign(left, right);
        self.builder.ins().icmp_imm_s(IntCC::SignedLessThan, changed, 0)
    }

    /// What is negative if a sum overflows.
    pub(super) fn sum_changes_sign(&mut self, left: Value, right: Value) -> Value {
        let sum = self.builder.ins().iadd(left, right);
        let [first, second] = [left, right].map(|operand| self.builder.ins().bxor(sum, operand));
        self.builder.ins().band(first, second)
    }

    /// A difference overflows if the operands' signs differ and its own is not the first's.
    fn difference_overflows(&mut self, left: Value, right: Value) -> Value {
        let changed = self.difference_changes_sign(left, right);
        self.builder.ins().icmp_imm_s(IntCC::SignedLessThan, changed, 0)
    }

    /// What is negative if a difference overflows.
    pub(super) fn difference_changes_sign(&mut self, left: Value, right: Value) -> Value {
        let difference = self.builder.ins().isub(left, right);
        let [first, second] = [right, difference].map(|other| self.builder.ins().bxor(left, other));
        self.builder.ins().band(first, second)
    }

    /// A product fits if its high half is all sign.
    fn product_overflows(&mut self, left: Value, right: Value) -> Value {
        let low = self.builder.ins().imul(left, right);
        let high = self.builder.ins().smulhi(left, right);
        let sign = self.builder.ins().sshr_imm_u(low, 63);
        self.builder.ins().icmp(IntCC::NotEqual, high, sign)
    }

    fn stack_exhausted(&mut self) -> Value {
        let record = self.raised();
        let limit = self.builder.ins().load(self.pointer, TRUSTED, record, raised::STACK_LIMIT);
        let stack = self.builder.ins().get_stack_pointer(self.pointer);
        self.builder.ins().icmp(IntCC::UnsignedLessThan, stack, limit)
    }
}

/// The type of an intrinsic's result.
fn result(op: Intrinsic, args: &[Operand]) -> Scalar {
    match op {
        Intrinsic::AddOverflows
        | Intrinsic::SubOverflows
        | Intrinsic::MulOverflows
        | Intrinsic::StackExhausted => Scalar::Bool,
        Intrinsic::Special(_) => Scalar::I64,
        Intrinsic::Sqrt
        | Intrinsic::Floor
        | Intrinsic::Ceil
        | Intrinsic::Trunc
        | Intrinsic::RoundEven
        | Intrinsic::CopySign
        | Intrinsic::FusedMultiplyAdd
        | Intrinsic::MultiplyAdd
        | Intrinsic::ProductError
        | Intrinsic::CountOnes
        | Intrinsic::LeadingZeros
        | Intrinsic::ReverseBits
        | Intrinsic::MultiplyHigh => args[0].scalar,
    }
}

fn integer_condition(op: CompareOp, signed: bool) -> IntCC {
    match (op, signed) {
        (CompareOp::Eq, _) => IntCC::Equal,
        (CompareOp::Ne, _) => IntCC::NotEqual,
        (CompareOp::Lt, true) => IntCC::SignedLessThan,
        (CompareOp::Le, true) => IntCC::SignedLessThanOrEqual,
        (CompareOp::Gt, true) => IntCC::SignedGreaterThan,
        (CompareOp::Ge, true) => IntCC::SignedGreaterThanOrEqual,
        (CompareOp::Lt, false) => IntCC::UnsignedLessThan,
        (CompareOp::Le, false) => IntCC::UnsignedLessThanOrEqual,
        (CompareOp::Gt, false) => IntCC::UnsignedGreaterThan,
        (CompareOp::Ge, false) => IntCC::UnsignedGreaterThanOrEqual,
    }
}

/// `NotEqual` alone is true of NaN.
fn float_condition(op: CompareOp) -> FloatCC {
    match op {
        CompareOp::Eq => FloatCC::Equal,
        CompareOp::Ne => FloatCC::NotEqual,
        CompareOp::Lt => FloatCC::LessThan,
        CompareOp::Le => FloatCC::LessThanOrEqual,
        CompareOp::Gt => FloatCC::GreaterThan,
        CompareOp::Ge => FloatCC::GreaterThanOrEqual,
    }
}
