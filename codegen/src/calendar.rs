//! Dates as `np.datetime64` reads them: the part of ISO 8601 of its
//! [manual](https://numpy.org/doc/2.4/reference/arrays.datetime.html), in the proleptic Gregorian calendar.

use crate::types::Unit;

/// The number that is no time, NaT.
pub const NAT: i64 = i64::MIN;

/// A date of a text, `2005-02-25T03:30`, and the unit to which it says it; a message in NumPy's words if it is none.
pub fn parse(text: &str) -> Result<(Unit, i64), String> {
    if text.is_empty() || text.eq_ignore_ascii_case("nat") {
        return Ok((Unit::Generic, NAT));
    }
    let mut reader = Reader { text, at: 0 };
    let year = reader.year()?;
    let Some(month) = reader.part('-', 2, 1, 12, "Month")? else {
        return reader.end(Unit::Year, year - 1970);
    };
    let months = (year - 1970) * 12 + month - 1;
    let Some(day) = reader.part('-', 2, 1, days_in(year, month), "Day")? else {
        return reader.end(Unit::Month, months);
    };
    let days = days_of_months(months) + day - 1;
    let separator = if reader.rest().starts_with(' ') { ' ' } else { 'T' };
    let Some(hour) = reader.part(separator, 2, 0, 23, "Hours")? else { return reader.end(Unit::Day, days) };
    let hours = days * 24 + hour;
    let Some(minute) = reader.part(':', 2, 0, 59, "Minutes")? else { return reader.end(Unit::Hour, hours) };
    let minutes = hours * 60 + minute;
    let Some(second) = reader.part(':', 2, 0, 59, "Seconds")? else {
        return reader.end(Unit::Minute, minutes);
    };
    let seconds = minutes * 60 + second;
    match reader.fraction() {
        None => reader.end(Unit::Second, seconds),
        Some((unit, digits, fraction)) => {
            let scale = 10i64.pow(digits);
            let whole = seconds.checked_mul(scale).and_then(|whole| whole.checked_add(fraction));
            let whole = whole.ok_or_else(|| format!("the date \"{text}\" lies beyond its unit's range"))?;
            reader.end(unit, whole)
        }
    }
}

/// A date in another unit, rounded down; `None` beyond its range.
pub fn in_unit((unit, count): (Unit, i64), wanted: Unit) -> Option<i64> {
    if unit == wanted || count == NAT || unit == Unit::Generic {
        return Some(count);
    }
    if let Some(n) = unit.count_in(wanted) {
        return count.checked_mul(n);
    }
    if let Some(n) = wanted.count_in(unit) {
        return Some(count.div_euclid(n));
    }
    match (unit, wanted) {
        (Unit::Year, _) => in_unit((Unit::Month, count.checked_mul(12)?), wanted),
        (Unit::Month, _) => in_unit((Unit::Day, days_of_months(count)), wanted),
        (Unit::Day, Unit::Month) => Some(months_of_days(count)),
        (Unit::Day, Unit::Year) => Some(months_of_days(count).div_euclid(12)),
        (_, Unit::Year | Unit::Month) => in_unit((Unit::Day, in_unit((unit, count), Unit::Day)?), wanted),
        _ => None,
    }
}

/// The first day of a month, both counted from the beginning of 1970; years begin in March here, so that a leap day is
/// the last of its year (H. Hinnant, "chrono-compatible low-level date algorithms").
pub const fn days_of_months(months: i64) -> i64 {
    let march = months + 1969 * 12 + 10;
    let (year, month) = (march.div_euclid(12), march.rem_euclid(12));
    let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leaps + (month * 153 + 2) / 5 - 719_468
}

/// The month of a day, both counted from the beginning of 1970.
const fn months_of_days(days: i64) -> i64 {
    // A month has 30.436875 days on average: this is the month or one next to it.
    let mut months = (days * 4800).div_euclid(146_097);
    while days_of_months(months) > days {
        months -= 1;
    }
    while days_of_months(months + 1) <= days {
        months += 1;
    }
    months
}

const fn days_in(year: i64, month: i64) -> i64 {
    let months = (year - 1970) * 12 + month - 1;
    days_of_months(months + 1) - days_of_months(months)
}

/// A text that is read from left to right.
struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    /// The digits that come next, at most so many.
    fn digits(&mut self, most: usize) -> &str {
        let rest = &self.text[self.at..];
        let n = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        self.at += n;
        &rest[..n]
    }

    /// A year has four digits, or has a sign and more.
    fn year(&mut self) -> Result<i64, String> {
        let sign = if self.rest().starts_with('-') { -1 } else { 1 };
        let is_signed = self.rest().starts_with(['-', '+']);
        self.at += usize::from(is_signed);
        let digits = self.digits(if is_signed { 6 } else { 4 });
        match digits.parse::<i64>() {
            Ok(year) if digits.len() >= 4 => Ok(sign * year),
            _ => Err(self.unreadable()),
        }
    }

    /// A number behind a separator, if that stands there.
    fn part(
        &mut self,
        separator: char,
        n: usize,
        low: i64,
        high: i64,
        name: &str,
    ) -> Result<Option<i64>, String> {
        if !self.rest().starts_with(separator) {
            return Ok(None);
        }
        self.at += 1;
        let digits = self.digits(n);
        match digits.parse::<i64>() {
            Ok(value) if digits.len() == n && (low..=high).contains(&value) => Ok(Some(value)),
            Ok(_) if digits.len() == n => {
                Err(format!("{name} out of range in datetime string \"{}\"", self.text))
            }
            _ => Err(self.unreadable()),
        }
    }

    /// The fraction of a second: the coarsest unit that holds it, how many digits that has, and the number of it.
    fn fraction(&mut self) -> Option<(Unit, u32, i64)> {
        if !self.rest().starts_with('.') {
            return None;
        }
        self.at += 1;
        let digits = self.digits(18);
        let n = digits.len().next_multiple_of(3).max(3) as u32;
        let unit = match n {
            3 => Unit::Millisecond,
            6 => Unit::Microsecond,
            9 => Unit::Nanosecond,
            12 => Unit::Picosecond,
            15 => Unit::Femtosecond,
            _ => Unit::Attosecond,
        };
        let padding = 10i64.pow(n - digits.len() as u32);
        Some((unit, n, digits.parse::<i64>().unwrap_or(0) * padding))
    }

    /// What was read, if nothing is left.
    fn end(&self, unit: Unit, count: i64) -> Result<(Unit, i64), String> {
        match self.rest() {
            "" => Ok((unit, count)),
            _ => Err(self.unreadable()),
        }
    }

    fn unreadable(&self) -> String {
        format!("Error parsing datetime string \"{}\" at position {}", self.text, self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_to_the_unit_that_they_say() {
        for (text, unit, count) in [
            ("NaT", Unit::Generic, NAT),
            ("1970", Unit::Year, 0),
            ("1969-12", Unit::Month, -1),
            ("2000-03-01", Unit::Day, 11017),
            ("1969-12-31T23", Unit::Hour, -1),
            ("1970-01-02 01:02", Unit::Minute, 1502),
            ("1970-01-01T00:00:01", Unit::Second, 1),
            ("1970-01-01T00:00:01.5", Unit::Millisecond, 1500),
            ("1970-01-01T00:00:01.0005", Unit::Microsecond, 1_000_500),
        ] {
            assert_eq!(parse(text), Ok((unit, count)), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_says_where() {
        let error = |text| parse(text).unwrap_err();
        assert_eq!(error("2000-02-30"), "Day out of range in datetime string \"2000-02-30\"");
        assert_eq!(error("2000W01"), "Error parsing datetime string \"2000W01\" at position 4");
        assert_eq!(error("today"), "Error parsing datetime string \"today\" at position 0");
    }

    #[test]
    fn months_and_days_are_those_of_each_other() {
        for months in -40_000..40_000 {
            let first = days_of_months(months);
            assert_eq!((months_of_days(first), months_of_days(first - 1)), (months, months - 1));
        }
        assert_eq!(in_unit((Unit::Day, -1), Unit::Year), Some(-1));
        assert_eq!(in_unit((Unit::Year, 30), Unit::Week), Some(1565));
        assert_eq!(in_unit((Unit::Hour, -1), Unit::Month), Some(-1));
    }
}
