//! Times as those of the crate `chrono`, and these as times.

use std::error::Error;
use std::fmt;

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

use super::unit::Day;
use super::{DateTime64, FixedUnit, TimeDelta64};

const NANOSECONDS: i128 = 1_000_000_000;

/// The error of a conversion: NaT, or a time that the other type does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfRange;

impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the time is NaT, or beyond the range of the type that it is converted to")
    }
}

impl Error for OutOfRange {}

/// So many units of nanoseconds, rounded down.
fn count<U: FixedUnit>(nanoseconds: i128) -> Result<i64, OutOfRange> {
    let (numerator, denominator) = U::SECONDS;
    // A unit that is finer than a nanosecond has a numerator of 1, and so does none lose digits.
    let count = match i128::from(denominator) / NANOSECONDS {
        finer @ 1.. => nanoseconds.checked_mul(finer).ok_or(OutOfRange)?,
        _ => nanoseconds.div_euclid(i128::from(numerator) * NANOSECONDS / i128::from(denominator)),
    };
    match i64::try_from(count) {
        Ok(count) if count != i64::MIN => Ok(count),
        _ => Err(OutOfRange),
    }
}

/// The nanoseconds of so many units, rounded down.
fn nanoseconds<U: FixedUnit>(count: i64) -> Result<i128, OutOfRange> {
    let (numerator, denominator) = U::SECONDS;
    match count {
        i64::MIN => Err(OutOfRange),
        _ => Ok((i128::from(count) * i128::from(numerator) * NANOSECONDS).div_euclid(denominator.into())),
    }
}

/// Whole seconds, and what is left in nanoseconds.
fn parts(nanoseconds: i128) -> Result<(i64, u32), OutOfRange> {
    let seconds = i64::try_from(nanoseconds.div_euclid(NANOSECONDS)).map_err(|_| OutOfRange)?;
    Ok((seconds, nanoseconds.rem_euclid(NANOSECONDS) as u32))
}

impl<U: FixedUnit> TryFrom<NaiveDateTime> for DateTime64<U> {
    type Error = OutOfRange;

    /// Rounded down to whole units.
    fn try_from(date: NaiveDateTime) -> Result<Self, OutOfRange> {
        let date = date.and_utc();
        let whole = i128::from(date.timestamp()) * NANOSECONDS;
        count::<U>(whole + i128::from(date.timestamp_subsec_nanos())).map(Self::new)
    }
}

impl<U: FixedUnit> TryFrom<DateTime64<U>> for NaiveDateTime {
    type Error = OutOfRange;

    /// Rounded down to whole nanoseconds.
    fn try_from(date: DateTime64<U>) -> Result<Self, OutOfRange> {
        let (seconds, rest) = parts(nanoseconds::<U>(date.count())?)?;
        chrono::DateTime::from_timestamp(seconds, rest).map(|date| date.naive_utc()).ok_or(OutOfRange)
    }
}

impl From<NaiveDate> for DateTime64<Day> {
    fn from(date: NaiveDate) -> Self {
        Self::new(date.signed_duration_since(NaiveDate::default()).num_days())
    }
}

impl TryFrom<DateTime64<Day>> for NaiveDate {
    type Error = OutOfRange;

    fn try_from(date: DateTime64<Day>) -> Result<Self, OutOfRange> {
        NaiveDateTime::try_from(date).map(|date| date.date())
    }
}

impl<U: FixedUnit> TryFrom<TimeDelta> for TimeDelta64<U> {
    type Error = OutOfRange;

    /// Rounded down to whole units.
    fn try_from(duration: TimeDelta) -> Result<Self, OutOfRange> {
        let whole = i128::from(duration.num_seconds()) * NANOSECONDS;
        count::<U>(whole + i128::from(duration.subsec_nanos())).map(Self::new)
    }
}

impl<U: FixedUnit> TryFrom<TimeDelta64<U>> for TimeDelta {
    type Error = OutOfRange;

    /// Rounded down to whole nanoseconds.
    fn try_from(duration: TimeDelta64<U>) -> Result<Self, OutOfRange> {
        let (seconds, rest) = parts(nanoseconds::<U>(duration.count())?)?;
        TimeDelta::new(seconds, rest).ok_or(OutOfRange)
    }
}

#[cfg(test)]
mod tests {
    use super::super::unit::{Attosecond, Hour, Millisecond, Nanosecond, Week};
    use super::*;

    fn date(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn dates_go_there_and_back() {
        for day in [date(1970, 1, 1), date(1969, 12, 31), date(2000, 2, 29), date(1600, 3, 1)] {
            let time: DateTime64<Day> = day.into();
            assert_eq!(NaiveDate::try_from(time), Ok(day));
            let noon = day.and_hms_milli_opt(12, 30, 15, 250).unwrap();
            let time = DateTime64::<Millisecond>::try_from(noon).unwrap();
            assert_eq!(NaiveDateTime::try_from(time), Ok(noon));
            let hour = DateTime64::<Hour>::try_from(noon).unwrap();
            assert_eq!(NaiveDateTime::try_from(hour), Ok(day.and_hms_opt(12, 0, 0).unwrap()));
        }
        assert_eq!(DateTime64::from(date(2000, 1, 1)), DateTime64::<Day>::new(10957));
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let far = date(3000, 1, 1).and_hms_opt(0, 0, 0).unwrap();
        assert_eq!(DateTime64::<Nanosecond>::try_from(far), Err(OutOfRange));
        assert_eq!(NaiveDateTime::try_from(DateTime64::<Day>::NAT), Err(OutOfRange));
        assert_eq!(NaiveDateTime::try_from(DateTime64::<Week>::new(i64::MAX)), Err(OutOfRange));
    }

    #[test]
    fn durations_are_rounded_down() {
        let duration = TimeDelta::new(-1, 500_000_000).unwrap();
        assert_eq!(TimeDelta64::<Millisecond>::try_from(duration), Ok(TimeDelta64::new(-500)));
        assert_eq!(TimeDelta64::<Hour>::try_from(duration), Ok(TimeDelta64::new(-1)));
        assert_eq!(
            TimeDelta64::<Attosecond>::try_from(duration),
            Ok(TimeDelta64::new(-500_000_000_000_000_000))
        );
        assert_eq!(TimeDelta::try_from(TimeDelta64::<Hour>::new(2)), Ok(TimeDelta::hours(2)));
    }
}
