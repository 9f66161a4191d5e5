//! The machine's CPU level, found once: kernels run their best variant for it.

use std::sync::atomic::{AtomicU32, Ordering};

use pykernel_abi::Level;

/// The variable by which a user asks for less than the machine has: `v1`, `v3`. It is read at the first
/// call of a kernel, and never asks for more.
const VARIABLE: &str = "PYKERNEL_CPU";

/// No level's number.
const UNKNOWN: u32 = u32::MAX;

static NUMBER: AtomicU32 = AtomicU32::new(UNKNOWN);

/// The number of the level for a kernel's record.
#[inline]
pub(crate) fn number() -> u32 {
    // It is the same whoever finds it, and nothing else is published with it.
    match NUMBER.load(Ordering::Relaxed) {
        UNKNOWN => find(),
        number => number,
    }
}

/// The levels at which this process can run kernels, in their order.
pub fn levels() -> impl DoubleEndedIterator<Item = Level> {
    Level::X86_64.into_iter().filter(|level| level.number() <= number())
}

/// The level at which this process runs kernels.
pub fn level() -> Level {
    levels().next_back().unwrap_or(Level::V1)
}

#[cold]
fn find() -> u32 {
    let asked = std::env::var(VARIABLE).ok();
    let number = highest(asked.as_deref(), &|feature| has(feature) == Some(true)).number();
    NUMBER.store(number, Ordering::Relaxed);
    number
}

/// The highest level whose features the machine has, not above one that is asked for: `v2` gives
/// the one below it. What is no level's name asks for nothing.
fn highest(asked: Option<&str>, has: &dyn Fn(&str) -> bool) -> Level {
    let most = asked.and_then(|name| name.strip_prefix('v')?.parse().ok()).unwrap_or(UNKNOWN);
    let is_there =
        |level: &Level| level.number() <= most && level.features().iter().all(|feature| has(feature));
    Level::X86_64.into_iter().rfind(is_there).unwrap_or(Level::V1)
}

/// The standard library is asked for features by literals.
macro_rules! features {
    ($($name:tt)*) => {
        /// Whether the machine has a feature and its system keeps the registers that it needs; `None`
        /// of one that no level asks for.
        fn has(feature: &str) -> Option<bool> {
            match feature {
                $($name => Some(detected!($name)),)*
                _ => None,
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
macro_rules! detected {
    ($name:tt) => {
        std::arch::is_x86_feature_detected!($name)
    };
}

#[cfg(not(target_arch = "x86_64"))]
macro_rules! detected {
    ($name:tt) => {
        false
    };
}

features! {
    "sse3" "ssse3" "sse4.1" "sse4.2" "popcnt" "avx" "avx2" "bmi1" "bmi2" "lzcnt" "fma"
    "avx512f" "avx512bw" "avx512cd" "avx512dq" "avx512vl"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_of_a_level_can_be_asked_for() {
        for level in Level::X86_64 {
            assert!(level.features().iter().all(|feature| has(feature).is_some()), "{}", level.name());
        }
        assert_eq!(has("no-such-thing"), None);
    }

    #[test]
    fn a_level_needs_all_its_features_and_is_never_above_what_is_asked_for() {
        let all = |_: &str| true;
        for asked in [None, Some("v4"), Some("v5"), Some("native"), Some(""), Some("v")] {
            assert_eq!(highest(asked, &all), Level::V4, "{asked:?}");
        }
        assert_eq!(highest(Some("v3"), &all), Level::V3);
        for asked in [Some("v0"), Some("v1"), Some("v2")] {
            assert_eq!(highest(asked, &all), Level::V1, "{asked:?}");
        }
        for missing in Level::V3.features() {
            assert_eq!(highest(None, &|feature| feature != *missing), Level::V1, "{missing}");
        }
        let of_v4 = Level::V4.features().iter().filter(|feature| !Level::V3.features().contains(feature));
        for missing in of_v4 {
            assert_eq!(highest(None, &|feature| feature != *missing), Level::V3, "{missing}");
        }
        assert_eq!(highest(Some("v3"), &|_| false), Level::V1);
    }
}
