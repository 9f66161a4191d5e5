//! CPU levels: sets of instructions that a kernel can have a variant for.

/// What a machine has beyond what every machine of its architecture has. Levels are ordered: a machine
/// that has one has all below it.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Nothing. Its number is 0, so that a record of zeros is right for every machine.
    V1 = 0,
    /// x86-64-v3 of the System V ABI: vectors of 256 bits, multiplication and addition in one.
    V3 = 3,
    /// x86-64-v4: vectors of 512 bits, more registers for them, and masks in registers of their own.
    V4 = 4,
}

impl Level {
    /// The levels of x86-64, in their order. Other architectures have the first one.
    pub const X86_64: [Level; 3] = [Level::V1, Level::V3, Level::V4];

    /// The number, as in [`Raised::level`](crate::Raised::level).
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// The name that people give it.
    pub const fn name(self) -> &'static str {
        match self {
            Level::V1 => "v1",
            Level::V3 => "v3",
            Level::V4 => "v4",
        }
    }

    /// The level with a name.
    pub fn named(name: &str) -> Option<Level> {
        Level::X86_64.into_iter().find(|level| level.name() == name)
    }

    /// What its code may use, as rustc names it: what code generators make use of, which is less than
    /// the ABI's list at v3. All that a level below may use is in it.
    pub const fn features(self) -> &'static [&'static str] {
        match self {
            Level::V1 => &[],
            Level::V3 => &[
                "sse3", "ssse3", "sse4.1", "sse4.2", "popcnt", "avx", "avx2", "bmi1", "bmi2", "lzcnt", "fma",
            ],
            Level::V4 => &[
                "sse3", "ssse3", "sse4.1", "sse4.2", "popcnt", "avx", "avx2", "bmi1", "bmi2", "lzcnt", "fma",
                "avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl",
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_in_the_order_of_their_numbers_and_0_asks_for_nothing() {
        assert!(Level::X86_64.is_sorted_by_key(|level| level.number()));
        assert_eq!((Level::V1.number(), Level::V1.features().len()), (0, 0));
        assert_eq!(Level::X86_64.map(|level| Level::named(level.name())), Level::X86_64.map(Some));
        assert!(Level::X86_64.windows(2).all(|pair| pair[1].features().starts_with(pair[0].features())));
    }
}
