//! The operations of expressions.

use super::threads::Special;

/// An operation with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// Integers (wraps) and floats (flips the sign bit).
    Neg,
    /// Signed integers (wraps) and floats (clears the sign bit).
    Abs,
    /// Bools and integers: flips every bit (of a bool: the one).
    Not,
}

/// An operation with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// Integers and floats.
    Add,
    /// Integers and floats.
    Sub,
    /// Integers and floats.
    Mul,
    /// Integers (truncates) and floats.
    Div,
    /// Integers: the remainder of `Div`, with the sign of the left operand.
    Rem,
    /// Bools and integers.
    And,
    /// Bools and integers.
    Or,
    /// Bools and integers.
    Xor,
    /// Integers.
    Shl,
    /// Integers: arithmetic if signed, logical if unsigned.
    Shr,
    /// Floats: `Add`, in sums that several iterations make, which may be done in any order.
    AddFree,
    /// Floats: `Mul`, in such products.
    MulFree,
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompareOp {
    /// Equal.
    Eq,
    /// Not equal; true if either is NaN.
    Ne,
    /// Less; bools have no order.
    Lt,
    /// Less or equal.
    Le,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
}

/// What a conversion does with values that the new type does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Conversion {
    /// To a float: rounds to nearest even, from integers and floats; exact where it can be.
    /// From a bool to a number: 0 or 1.
    Round,
    /// Between integers: keeps the low bits, sign- or zero-extends by the source's signedness.
    Wrap,
    /// From a float to an integer: truncates; NaN gives 0, what is out of range the nearest bound.
    Saturate,
    /// Same width, same bits: between a float and the integer of its width.
    Bits,
}

/// An operation of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Intrinsic {
    /// `I64, I64` → bool: whether the sum does not fit.
    AddOverflows,
    /// `I64, I64` → bool: whether the difference does not fit.
    SubOverflows,
    /// `I64, I64` → bool: whether the product does not fit.
    MulOverflows,
    /// Float → the same: square root.
    Sqrt,
    /// Float → the same: towards minus infinity.
    Floor,
    /// Float → the same: towards plus infinity.
    Ceil,
    /// Float → the same: towards zero.
    Trunc,
    /// Float → the same: to nearest, ties to even.
    RoundEven,
    /// Float, float → the same: the first with the sign of the second.
    CopySign,
    /// Float, float, float → the same: `a * b + c`, rounded once.
    FusedMultiplyAdd,
    /// Float, float, float → the same: `a * b + c`, rounded once where the target has an instruction
    /// for that, after the product and after the sum where it has none. The one operation whose value
    /// depends on the target: what uses it is right with both.
    MultiplyAdd,
    /// Float, float → the same: the exact error of their product, `a * b - fl(a * b)`, where neither
    /// the product nor, for targets without a fused instruction, an operand times `2**27 + 1` (of
    /// `F32` `2**12 + 1`) overflows, and the error is no smaller than the least subnormal.
    ProductError,
    /// Integer of 32 or 64 bits → the same: how many of its bits are 1.
    CountOnes,
    /// Integer of 32 or 64 bits → the same: how many bits stand above the highest 1; of 0 all.
    LeadingZeros,
    /// Integer of 32 or 64 bits → the same: its bits from the other end.
    ReverseBits,
    /// `U64, U64` → `U64`: the upper half of their product.
    MultiplyHigh,
    /// No operand → bool: whether the stack has come down to the caller's limit.
    StackExhausted,
    /// No operand → `I64`: a number that a thread of a GPU has.
    Special(Special),
}
