//! Dates and durations, NumPy's `datetime64` and `timedelta64`: counts of a unit in 64 bits.

use std::fmt;

/// A type of dates or of durations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Time {
    /// Whether it counts units since 1970, `datetime64`, or is a length, `timedelta64`.
    pub of: Counted,
    /// What is counted.
    pub unit: Unit,
}

/// What a number of units says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Counted {
    /// A length of time.
    Duration,
    /// The time since the beginning of 1970.
    Date,
}

/// A unit of time, by NumPy's names; the finer, the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Unit {
    /// None: that of what it meets.
    Generic,
    /// `Y`.
    Year,
    /// `M`.
    Month,
    /// `W`, from Thursday to Wednesday, as 1970 began.
    Week,
    /// `D`.
    Day,
    /// `h`.
    Hour,
    /// `m`.
    Minute,
    /// `s`.
    Second,
    /// `ms`.
    Millisecond,
    /// `us`.
    Microsecond,
    /// `ns`.
    Nanosecond,
    /// `ps`.
    Picosecond,
    /// `fs`.
    Femtosecond,
    /// `as`.
    Attosecond,
}

/// How many units the next coarser one has, from the day on.
const STEPS: [(Unit, i64); 10] = [
    (Unit::Day, 7),
    (Unit::Hour, 24),
    (Unit::Minute, 60),
    (Unit::Second, 60),
    (Unit::Millisecond, 1000),
    (Unit::Microsecond, 1000),
    (Unit::Nanosecond, 1000),
    (Unit::Picosecond, 1000),
    (Unit::Femtosecond, 1000),
    (Unit::Attosecond, 1000),
];

impl Unit {
    /// Every unit but the generic one, from coarse to fine.
    pub const ALL: [Unit; 13] = [
        Unit::Year,
        Unit::Month,
        Unit::Week,
        Unit::Day,
        Unit::Hour,
        Unit::Minute,
        Unit::Second,
        Unit::Millisecond,
        Unit::Microsecond,
        Unit::Nanosecond,
        Unit::Picosecond,
        Unit::Femtosecond,
        Unit::Attosecond,
    ];

    /// NumPy's code, which is empty of the generic unit.
    pub const fn code(self) -> &'static str {
        match self {
            Unit::Generic => "",
            Unit::Year => "Y",
            Unit::Month => "M",
            Unit::Week => "W",
            Unit::Day => "D",
            Unit::Hour => "h",
            Unit::Minute => "m",
            Unit::Second => "s",
            Unit::Millisecond => "ms",
            Unit::Microsecond => "us",
            Unit::Nanosecond => "ns",
            Unit::Picosecond => "ps",
            Unit::Femtosecond => "fs",
            Unit::Attosecond => "as",
        }
    }

    /// The unit with this code.
    pub fn coded(code: &str) -> Option<Unit> {
        Unit::ALL.into_iter().find(|unit| unit.code() == code)
    }

    /// Whether it has no fixed length: a year or a month.
    pub const fn is_of_calendar(self) -> bool {
        matches!(self, Unit::Year | Unit::Month)
    }

    /// How many of a finer unit one of this unit has; `None` if that is not fixed, or more than 64 bits hold.
    pub fn count_in(self, finer: Unit) -> Option<i64> {
        match (self, finer) {
            _ if self == finer => Some(1),
            (Unit::Year, Unit::Month) => Some(12),
            _ if self.is_of_calendar() || self == Unit::Generic || finer < self => None,
            _ => {
                let between = STEPS.iter().filter(|(unit, _)| *unit > self && *unit <= finer);
                between.map(|(_, steps)| *steps).try_fold(1i64, i64::checked_mul)
            }
        }
    }
}

impl Time {
    /// Dates in a unit.
    pub const fn date(unit: Unit) -> Time {
        Time { of: Counted::Date, unit }
    }

    /// Durations in a unit.
    pub const fn duration(unit: Unit) -> Time {
        Time { of: Counted::Duration, unit }
    }

    /// Whether these are dates.
    pub const fn is_date(self) -> bool {
        matches!(self.of, Counted::Date)
    }

    /// The type with this name: `datetime64[ns]`, `M8[ns]`, `timedelta64`, `m8`.
    pub fn named(name: &str) -> Option<Time> {
        let (stem, unit) = match name.strip_suffix(']').and_then(|name| name.split_once('[')) {
            Some((stem, code)) => (stem, Unit::coded(code)?),
            None => (name, Unit::Generic),
        };
        let of = match stem {
            "datetime64" | "M8" => Counted::Date,
            "timedelta64" | "m8" => Counted::Duration,
            _ => return None,
        };
        Some(Time { of, unit })
    }
}

impl fmt::Display for Time {
    /// Writes NumPy's name: `datetime64[ns]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.of {
            Counted::Date => "datetime64",
            Counted::Duration => "timedelta64",
        })?;
        match self.unit {
            Unit::Generic => Ok(()),
            unit => write!(f, "[{}]", unit.code()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for unit in Unit::ALL.into_iter().chain([Unit::Generic]) {
            for time in [Time::date(unit), Time::duration(unit)] {
                assert_eq!(Time::named(&time.to_string()), Some(time));
            }
        }
        assert_eq!(Time::named("M8[h]"), Some(Time::date(Unit::Hour)));
        assert_eq!(Time::named("M8[x]"), None);
    }

    #[test]
    fn units_are_counted_in_finer_ones() {
        for (coarse, fine, count) in [
            (Unit::Week, Unit::Hour, Some(168)),
            (Unit::Day, Unit::Nanosecond, Some(86_400_000_000_000)),
            (Unit::Day, Unit::Attosecond, None),
            (Unit::Year, Unit::Month, Some(12)),
            (Unit::Month, Unit::Day, None),
            (Unit::Hour, Unit::Day, None),
        ] {
            assert_eq!(coarse.count_in(fine), count, "{coarse:?} in {fine:?}");
        }
    }
}
