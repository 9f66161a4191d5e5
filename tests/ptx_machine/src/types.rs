//! The fundamental types of PTX and which of them agree (PTX ISA 5.2.1, 9.4 "Type Information for
//! Instructions and Operands").

use std::fmt;

/// What the bits of a type mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `.bX`: bits alone.
    Bits,
    /// `.uX`
    Unsigned,
    /// `.sX`
    Signed,
    /// `.fX`
    Float,
    /// `.pred`
    Predicate,
}

/// A fundamental type: `.u32`, `.f64`, `.pred`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Type {
    /// What its bits mean.
    pub kind: Kind,
    /// How many bits it has; one for `.pred`.
    pub bits: u8,
}

/// `.pred`
pub const PRED: Type = Type { kind: Kind::Predicate, bits: 1 };
/// `.u32`
pub const U32: Type = Type { kind: Kind::Unsigned, bits: 32 };
/// `.u64`
pub const U64: Type = Type { kind: Kind::Unsigned, bits: 64 };
/// `.b32`
pub const B32: Type = Type { kind: Kind::Bits, bits: 32 };
/// `.f32`
pub const F32: Type = Type { kind: Kind::Float, bits: 32 };
/// `.f64`
pub const F64: Type = Type { kind: Kind::Float, bits: 64 };

impl Type {
    /// The type of that name, which is without its dot: `u32`.
    pub fn named(name: &str) -> Option<Type> {
        if name == "pred" {
            return Some(PRED);
        }
        let kind = match name.as_bytes().first()? {
            b'b' => Kind::Bits,
            b'u' => Kind::Unsigned,
            b's' => Kind::Signed,
            b'f' => Kind::Float,
            _ => return None,
        };
        let bits = match &name[1..] {
            "8" if kind != Kind::Float => 8,
            "16" => 16,
            "32" => 32,
            "64" => 64,
            _ => return None,
        };
        Some(Type { kind, bits })
    }

    /// How many bytes a value takes in memory.
    pub fn bytes(self) -> usize {
        usize::from(self.bits).div_ceil(8)
    }

    /// The type of the same kind that has twice the bits, as `mul.wide` has it for its result.
    pub fn doubled(self) -> Type {
        Type { kind: self.kind, bits: self.bits * 2 }
    }

    /// Whether this is a floating-point type.
    pub fn is_float(self) -> bool {
        self.kind == Kind::Float
    }

    /// Whether this is an integer type with a sign.
    pub fn is_signed(self) -> bool {
        self.kind == Kind::Signed
    }

    /// A value's lowest bits, as many as this type has.
    #[inline]
    pub fn truncate(self, value: u64) -> u64 {
        if self.bits >= 64 { value } else { value & ((1 << self.bits) - 1) }
    }

    /// The value in 64 bits, its sign extended if the type has one.
    #[inline]
    pub fn widen(self, value: u64) -> u64 {
        if self.is_signed() {
            let unused = 64 - u32::from(self.bits);
            (((value << unused) as i64) >> unused) as u64
        } else {
            self.truncate(value)
        }
    }

    /// The number that a register of this type holds.
    #[inline]
    pub fn extend(self, value: u64) -> i128 {
        let wide = self.widen(value);
        if self.is_signed() { i128::from(wide as i64) } else { i128::from(wide) }
    }

    /// How two integers of this type compare.
    #[inline]
    pub fn compare(self, a: u64, b: u64) -> std::cmp::Ordering {
        let (a, b) = (self.widen(a), self.widen(b));
        if self.is_signed() { (a as i64).cmp(&(b as i64)) } else { a.cmp(&b) }
    }

    /// The smallest and the largest integer of this type.
    pub fn range(self) -> (i128, i128) {
        if self.is_signed() {
            (-(1 << (self.bits - 1)), (1 << (self.bits - 1)) - 1)
        } else {
            (0, (1 << self.bits) - 1)
        }
    }

    /// Whether a register of type `self` may stand where an instruction wants `wanted`: the same size, and
    /// the same kind, or integers of either sign, or one of both only bits.
    pub fn agrees(self, wanted: Type) -> bool {
        self.bits == wanted.bits && self.kind_agrees(wanted)
    }

    /// The same for `ld`, `st` and `cvt`, whose integer registers may be wider than the instruction says (PTX
    /// ISA 9.4.1).
    pub fn agrees_or_is_wider(self, wanted: Type) -> bool {
        let widens = !self.is_float() && !wanted.is_float();
        self.agrees(wanted) || widens && self.bits > wanted.bits && self.kind_agrees(wanted)
    }

    fn kind_agrees(self, wanted: Type) -> bool {
        let integer = |kind| matches!(kind, Kind::Unsigned | Kind::Signed);
        match (self.kind, wanted.kind) {
            (Kind::Predicate, other) | (other, Kind::Predicate) => other == Kind::Predicate,
            (Kind::Bits, _) | (_, Kind::Bits) => true,
            (a, b) => a == b || integer(a) && integer(b),
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Bits => write!(f, ".b{}", self.bits),
            Kind::Unsigned => write!(f, ".u{}", self.bits),
            Kind::Signed => write!(f, ".s{}", self.bits),
            Kind::Float => write!(f, ".f{}", self.bits),
            Kind::Predicate => write!(f, ".pred"),
        }
    }
}

/// A state space (PTX ISA 5.1), or generic addresses, which reach all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    /// No space named: the address says which it is.
    Generic,
    /// `.global`
    Global,
    /// `.shared`
    Shared,
    /// `.local`
    Local,
    /// `.const`
    Const,
    /// `.param`
    Param,
}

impl Space {
    /// The space of that name, which is without its dot.
    pub fn named(name: &str) -> Option<Space> {
        Some(match name {
            "global" => Space::Global,
            "shared" | "shared::cta" => Space::Shared,
            "local" => Space::Local,
            "const" => Space::Const,
            "param" => Space::Param,
            _ => return None,
        })
    }
}

impl fmt::Display for Space {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Space::Generic => "generic",
            Space::Global => "global",
            Space::Shared => "shared",
            Space::Local => "local",
            Space::Const => "constant",
            Space::Param => "parameter",
        })
    }
}
