//! The functions of the C library that kernels call.

/// Functions of the C library, until the math library of our own replaces them. Each takes and
/// gives doubles; the name is C's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the C function of its name")]
pub enum CFunction {
    Acos,
    Acosh,
    Asin,
    Asinh,
    Atan,
    Atan2,
    Atanh,
    Cbrt,
    Cos,
    Cosh,
    Erf,
    Erfc,
    Exp,
    Exp2,
    Expm1,
    Fmod,
    Hypot,
    Lgamma,
    Log,
    Log10,
    Log1p,
    Log2,
    Nextafter,
    Pow,
    Remainder,
    Sin,
    Sinh,
    Tan,
    Tanh,
    Tgamma,
}

impl CFunction {
    /// Every function.
    pub const ALL: [CFunction; 30] = [
        CFunction::Acos,
        CFunction::Acosh,
        CFunction::Asin,
        CFunction::Asinh,
        CFunction::Atan,
        CFunction::Atan2,
        CFunction::Atanh,
        CFunction::Cbrt,
        CFunction::Cos,
        CFunction::Cosh,
        CFunction::Erf,
        CFunction::Erfc,
        CFunction::Exp,
        CFunction::Exp2,
        CFunction::Expm1,
        CFunction::Fmod,
        CFunction::Hypot,
        CFunction::Lgamma,
        CFunction::Log,
        CFunction::Log10,
        CFunction::Log1p,
        CFunction::Log2,
        CFunction::Nextafter,
        CFunction::Pow,
        CFunction::Remainder,
        CFunction::Sin,
        CFunction::Sinh,
        CFunction::Tan,
        CFunction::Tanh,
        CFunction::Tgamma,
    ];

    /// The symbol in the C library.
    pub const fn name(self) -> &'static str {
        match self {
            CFunction::Acos => "acos",
            CFunction::Acosh => "acosh",
            CFunction::Asin => "asin",
            CFunction::Asinh => "asinh",
            CFunction::Atan => "atan",
            CFunction::Atan2 => "atan2",
            CFunction::Atanh => "atanh",
            CFunction::Cbrt => "cbrt",
            CFunction::Cos => "cos",
            CFunction::Cosh => "cosh",
            CFunction::Erf => "erf",
            CFunction::Erfc => "erfc",
            CFunction::Exp => "exp",
            CFunction::Exp2 => "exp2",
            CFunction::Expm1 => "expm1",
            CFunction::Fmod => "fmod",
            CFunction::Hypot => "hypot",
            CFunction::Lgamma => "lgamma",
            CFunction::Log => "log",
            CFunction::Log10 => "log10",
            CFunction::Log1p => "log1p",
            CFunction::Log2 => "log2",
            CFunction::Nextafter => "nextafter",
            CFunction::Pow => "pow",
            CFunction::Remainder => "remainder",
            CFunction::Sin => "sin",
            CFunction::Sinh => "sinh",
            CFunction::Tan => "tan",
            CFunction::Tanh => "tanh",
            CFunction::Tgamma => "tgamma",
        }
    }

    /// How many doubles it takes.
    pub const fn arity(self) -> usize {
        match self {
            CFunction::Atan2
            | CFunction::Fmod
            | CFunction::Hypot
            | CFunction::Nextafter
            | CFunction::Pow
            | CFunction::Remainder => 2,
            _ => 1,
        }
    }
}
