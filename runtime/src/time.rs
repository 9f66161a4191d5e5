//! Dates and durations, NumPy's `datetime64` and `timedelta64`: numbers of a unit.
//!
//! A kernel that declares `types.NPDatetime('D')` takes [`DateTime64<Day>`](DateTime64), one that declares
//! `types.NPTimedelta('ns')[:]` an array of [`TimeDelta64<Nanosecond>`](TimeDelta64). With the feature `chrono` they are
//! made of that crate's dates and durations, and these of them.
//!
//! ```
//! use pykernel::time::{DateTime64, TimeDelta64, unit::Day};
//!
//! let first: DateTime64<Day> = DateTime64::new(10957); // 2000-01-01
//! assert_eq!(first.count() + 31, 10988);
//! assert!(TimeDelta64::<Day>::NAT.is_nat());
//! ```

#[cfg(feature = "chrono")]
mod chrono;

#[cfg(feature = "chrono")]
pub use self::chrono::OutOfRange;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use crate::argument::Argument;
use crate::dtype::{DType, Element};
use crate::record::{FieldOf, FieldType};

/// A unit of time, one of the types of [`mod@unit`].
pub trait Unit: Copy + Send + Sync + 'static {
    /// NumPy's code: `D`, `ns`; empty of what has no unit of its own.
    const CODE: &'static str;
}

/// A unit of fixed length.
pub trait FixedUnit: Unit {
    /// How many seconds it has, as numerator and denominator.
    const SECONDS: (i64, i64);
}

/// The units of time.
pub mod unit {
    use super::{FixedUnit, Unit};

    macro_rules! units {
        ($($name:ident $code:literal $doc:literal;)*) => {
            $(
                #[doc = $doc]
                #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
                pub enum $name {}

                impl Unit for $name {
                    const CODE: &'static str = $code;
                }
            )*
        };
    }

    macro_rules! fixed {
        ($($name:ident $numerator:literal / $denominator:literal;)*) => {
            $(impl FixedUnit for $name {
                const SECONDS: (i64, i64) = ($numerator, $denominator);
            })*
        };
    }

    units! {
        Generic "" "The unit of what it meets.";
        Year "Y" "Years of the Gregorian calendar.";
        Month "M" "Months of the Gregorian calendar.";
        Week "W" "Weeks, which begin on Thursdays.";
        Day "D" "Days.";
        Hour "h" "Hours.";
        Minute "m" "Minutes.";
        Second "s" "Seconds.";
        Millisecond "ms" "10⁻³ s.";
        Microsecond "us" "10⁻⁶ s.";
        Nanosecond "ns" "10⁻⁹ s.";
        Picosecond "ps" "10⁻¹² s.";
        Femtosecond "fs" "10⁻¹⁵ s.";
        Attosecond "as" "10⁻¹⁸ s.";
    }

    fixed! {
        Week 604_800 / 1;
        Day 86_400 / 1;
        Hour 3_600 / 1;
        Minute 60 / 1;
        Second 1 / 1;
        Millisecond 1 / 1_000;
        Microsecond 1 / 1_000_000;
        Nanosecond 1 / 1_000_000_000;
        Picosecond 1 / 1_000_000_000_000;
        Femtosecond 1 / 1_000_000_000_000_000;
        Attosecond 1 / 1_000_000_000_000_000_000;
    }
}

macro_rules! times {
    ($($(#[$doc:meta])* $name:ident $numpy:literal;)*) => {
        $(
            $(#[$doc])*
            ///
            /// NaT, which is no time, equals nothing and is neither before nor behind anything.
            #[repr(transparent)]
            #[derive(Clone, Copy)]
            pub struct $name<U>(i64, PhantomData<U>);

            impl<U: Unit> $name<U> {
                /// NumPy's `NaT`.
                pub const NAT: Self = Self::new(i64::MIN);

                /// So many units; NaT of the smallest number.
                pub const fn new(count: i64) -> Self {
                    Self(count, PhantomData)
                }

                /// How many units; of NaT the smallest number.
                pub const fn count(self) -> i64 {
                    self.0
                }

                /// Whether this is NaT.
                pub const fn is_nat(self) -> bool {
                    self.0 == i64::MIN
                }
            }

            impl<U> Default for $name<U> {
                fn default() -> Self {
                    Self(0, PhantomData)
                }
            }

            impl<U: Unit> PartialEq for $name<U> {
                fn eq(&self, other: &Self) -> bool {
                    self.0 == other.0 && !self.is_nat()
                }
            }

            impl<U: Unit> PartialOrd for $name<U> {
                fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                    (!self.is_nat() && !other.is_nat()).then(|| self.0.cmp(&other.0))
                }
            }

            impl<U> Hash for $name<U> {
                fn hash<H: Hasher>(&self, state: &mut H) {
                    self.0.hash(state);
                }
            }

            impl<U: Unit> fmt::Debug for $name<U> {
                /// Writes the count and the dtype: `10957 as datetime64[D]`.
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    match self.is_nat() {
                        true => f.write_str("NaT")?,
                        false => write!(f, "{}", self.0)?,
                    }
                    match U::CODE {
                        "" => write!(f, " as {}", $numpy),
                        code => write!(f, " as {}[{code}]", $numpy),
                    }
                }
            }

            // SAFETY: it is an `i64`, and 0 of it is one.
            unsafe impl<U: Unit> Element for $name<U> {
                const DTYPE: DType = DType::Int64;
            }

            impl<U: Unit> Argument for $name<U> {
                type Canonical = Self;
                #[inline]
                fn canonical(self) -> Self {
                    self
                }
            }

            impl<U: Unit> FieldOf for $name<U> {
                const TYPE: FieldType = FieldType::Time { of: $numpy, unit: U::CODE };
            }
        )*
    };
}

times! {
    /// A date: so many units after the beginning of 1970.
    DateTime64 "datetime64";
    /// A duration: so many units.
    TimeDelta64 "timedelta64";
}

#[cfg(test)]
mod tests {
    use super::unit::{Day, Generic};
    use super::*;

    #[test]
    fn no_time_is_like_another() {
        let (nat, day) = (DateTime64::<Day>::NAT, DateTime64::<Day>::new(1));
        assert_ne!(nat, nat);
        assert_eq!(nat.partial_cmp(&day), None);
        assert!(day < DateTime64::new(2));
        assert_eq!(format!("{nat:?}, {day:?}"), "NaT as datetime64[D], 1 as datetime64[D]");
        assert_eq!(format!("{:?}", TimeDelta64::<Generic>::default()), "0 as timedelta64");
        assert_eq!(size_of::<TimeDelta64<Day>>(), 8);
    }
}
