//! The functions of the C library that kernels call.

/// Functions of the C library, until the math library of our own replaces them. Each takes and
/// gives doubles; the name is C's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the C function of its name")]
pub enum CFunction {
    Acos,
    Asin,
    Atan,
    Atan2,
    Cos,
    Erf,
    Erfc,
    Fmod,
    Lgamma,
    Nextafter,
    Remainder,
    Sin,
    Tan,
    Tgamma,
}

impl CFunction {
    /// Every function.
    pub const ALL: [CFunction; 14] = [
        CFunction::Acos,
        CFunction::Asin,
        CFunction::Atan,
        CFunction::Atan2,
        CFunction::Cos,
        CFunction::Erf,
        CFunction::Erfc,
        CFunction::Fmod,
        CFunction::Lgamma,
        CFunction::Nextafter,
        CFunction::Remainder,
        CFunction::Sin,
        CFunction::Tan,
        CFunction::Tgamma,
    ];

    /// The symbol in the C library.
    pub const fn name(self) -> &'static str {
        match self {
            CFunction::Acos => "acos",
            CFunction::Asin => "asin",
            CFunction::Atan => "atan",
            CFunction::Atan2 => "atan2",
            CFunction::Cos => "cos",
            CFunction::Erf => "erf",
            CFunction::Erfc => "erfc",
            CFunction::Fmod => "fmod",
            CFunction::Lgamma => "lgamma",
            CFunction::Nextafter => "nextafter",
            CFunction::Remainder => "remainder",
            CFunction::Sin => "sin",
            CFunction::Tan => "tan",
            CFunction::Tgamma => "tgamma",
        }
    }

    /// How many doubles it takes.
    pub const fn arity(self) -> usize {
        match self {
            CFunction::Atan2 | CFunction::Fmod | CFunction::Nextafter | CFunction::Remainder => 2,
            _ => 1,
        }
    }
}
