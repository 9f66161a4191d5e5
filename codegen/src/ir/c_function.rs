//! The functions of the C library that kernels call.

/// Functions of the C library, until the math library of our own replaces them. Each takes and
/// gives doubles; the name is C's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the C function of its name")]
pub enum CFunction {
    Erf,
    Erfc,
    Fmod,
    Lgamma,
    Nextafter,
    Remainder,
    Tgamma,
}

impl CFunction {
    /// Every function.
    pub const ALL: [CFunction; 7] = [
        CFunction::Erf,
        CFunction::Erfc,
        CFunction::Fmod,
        CFunction::Lgamma,
        CFunction::Nextafter,
        CFunction::Remainder,
        CFunction::Tgamma,
    ];

    /// The symbol in the C library.
    pub const fn name(self) -> &'static str {
        match self {
            CFunction::Erf => "erf",
            CFunction::Erfc => "erfc",
            CFunction::Fmod => "fmod",
            CFunction::Lgamma => "lgamma",
            CFunction::Nextafter => "nextafter",
            CFunction::Remainder => "remainder",
            CFunction::Tgamma => "tgamma",
        }
    }

    /// How many doubles it takes.
    pub const fn arity(self) -> usize {
        match self {
            CFunction::Fmod | CFunction::Nextafter | CFunction::Remainder => 2,
            _ => 1,
        }
    }
}
