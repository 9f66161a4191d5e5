//! The functions of the C library that kernels call.

/// Functions of the C library, until the math library of our own replaces them. Each takes and
/// gives doubles; the name is C's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the C function of its name")]
pub enum CFunction {
    Acosh,
    Asinh,
    Atanh,
    Cbrt,
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
    Sinh,
    Tanh,
    Tgamma,
}

impl CFunction {
    /// Every function.
    pub const ALL: [CFunction; 23] = [
        CFunction::Acosh,
        CFunction::Asinh,
        CFunction::Atanh,
        CFunction::Cbrt,
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
        CFunction::Sinh,
        CFunction::Tanh,
        CFunction::Tgamma,
    ];

    /// The symbol in the C library.
    pub const fn name(self) -> &'static str {
        match self {
            CFunction::Acosh => "acosh",
            CFunction::Asinh => "asinh",
            CFunction::Atanh => "atanh",
            CFunction::Cbrt => "cbrt",
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
            CFunction::Sinh => "sinh",
            CFunction::Tanh => "tanh",
            CFunction::Tgamma => "tgamma",
        }
    }

    /// How many doubles it takes.
    pub const fn arity(self) -> usize {
        match self {
            CFunction::Fmod
            | CFunction::Hypot
            | CFunction::Nextafter
            | CFunction::Pow
            | CFunction::Remainder => 2,
            _ => 1,
        }
    }
}
