//! `vprintf`, the only function that the system gives (CUDA C++ Programming Guide, "Formatted Output").

use crate::fault::{FaultKind, Problem};
use crate::instruction::{Address, Base};
use crate::machine::Machine;
use crate::thread::Thread;

/// The longest text that is read.
const LONGEST: usize = 64 * 1024;

/// A conversion of a format: `%-8.3f`.
#[derive(Default)]
struct Conversion {
    left: bool,
    zeros: bool,
    plus: bool,
    width: usize,
    precision: Option<usize>,
    /// `l` or `ll`: 64 bits.
    long: bool,
    letter: char,
}

fn invalid(detail: impl Into<String>) -> Problem {
    Problem::new(FaultKind::InvalidPrint, detail)
}

impl Machine<'_> {
    /// Prints; how many arguments the format has. Arguments lie one after another, each aligned to its size.
    pub(crate) fn print(&mut self, thread: &Thread, format: u64, arguments: u64) -> Result<u64, Problem> {
        let format = self.text(thread, format)?;
        let mut characters = format.chars().peekable();
        let (mut next, mut count) = (arguments, 0);
        while let Some(character) = characters.next() {
            if character != '%' {
                self.printed.push(character);
                continue;
            }
            if characters.next_if_eq(&'%').is_some() {
                self.printed.push('%');
                continue;
            }
            let conversion = conversion(&mut characters)?;
            let bytes = if conversion.long || matches!(conversion.letter, 'f' | 'e' | 'g' | 's' | 'p') {
                8
            } else {
                4
            };
            next = next.checked_next_multiple_of(bytes).unwrap_or(0);
            let value = self.generic(thread, next, bytes as usize)?;
            next = next.wrapping_add(bytes);
            count += 1;
            let text = match conversion.letter {
                's' => self.text(thread, value)?,
                _ => converted(&conversion, value)?,
            };
            self.printed.push_str(&padded(&conversion, &text));
        }
        Ok(count)
    }

    fn generic(&mut self, thread: &Thread, address: u64, bytes: usize) -> Result<u64, Problem> {
        let address = Address { base: Base::Absolute, offset: address as i64 };
        self.load_generic(thread, address, bytes)
    }

    /// The text up to a zero byte.
    fn text(&mut self, thread: &Thread, address: u64) -> Result<String, Problem> {
        let mut bytes = Vec::new();
        while bytes.len() < LONGEST {
            match self.generic(thread, address.wrapping_add(bytes.len() as u64), 1)? {
                0 => return Ok(String::from_utf8_lossy(&bytes).into_owned()),
                byte => bytes.push(byte as u8),
            }
        }
        Err(invalid("a text without end"))
    }
}

fn conversion(characters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<Conversion, Problem> {
    let mut conversion = Conversion::default();
    while let Some(flag) = characters.next_if(|character| "-0+ #".contains(*character)) {
        conversion.left |= flag == '-';
        conversion.zeros |= flag == '0';
        conversion.plus |= flag == '+';
    }
    let number = |characters: &mut std::iter::Peekable<std::str::Chars<'_>>| {
        let mut value = 0_usize;
        while let Some(digit) = characters.next_if(char::is_ascii_digit) {
            value = (value * 10 + digit as usize - '0' as usize).min(1000);
        }
        value
    };
    conversion.width = number(characters);
    if characters.next_if_eq(&'.').is_some() {
        conversion.precision = Some(number(characters));
    }
    while let Some(length) = characters.next_if(|character| "lhzj".contains(*character)) {
        conversion.long |= length != 'h';
    }
    conversion.letter = characters.next().ok_or_else(|| invalid("a format ends within a conversion"))?;
    Ok(conversion)
}

fn converted(conversion: &Conversion, value: u64) -> Result<String, Problem> {
    let signed = if conversion.long { value as i64 } else { i64::from(value as i32) };
    let float = f64::from_bits(value);
    let precision = conversion.precision.unwrap_or(6);
    let text = match conversion.letter {
        'd' | 'i' => signed.to_string(),
        'u' => value.to_string(),
        'x' => format!("{value:x}"),
        'X' => format!("{value:X}"),
        'o' => format!("{value:o}"),
        'p' => format!("{value:#x}"),
        'c' => (value as u8 as char).to_string(),
        'f' | 'e' | 'g' if !float.is_finite() => not_finite(float),
        'f' => format!("{float:.precision$}"),
        'e' => exponential(float, precision),
        'g' => general(float, precision.max(1)),
        letter => return Err(invalid(format!("conversion '%{letter}' is not known"))),
    };
    let signed_number = matches!(conversion.letter, 'd' | 'i' | 'f' | 'e' | 'g');
    Ok(if conversion.plus && signed_number && !text.starts_with('-') { format!("+{text}") } else { text })
}

fn not_finite(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value > 0.0 { "inf".to_owned() } else { "-inf".to_owned() }
}

/// `1.500000e+00`
fn exponential(value: f64, precision: usize) -> String {
    let text = format!("{value:.precision$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ('-', exponent),
        None => ('+', exponent),
    };
    format!("{digits}e{sign}{exponent:0>2}")
}

/// The shorter of both, without zeros at the end (C11 7.21.6.1).
fn general(value: f64, precision: usize) -> String {
    let scientific = exponential(value, precision - 1);
    let exponent: i32 = scientific.split_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0);
    let trimmed = |digits: &str| match digits.contains('.') {
        true => digits.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => digits.to_owned(),
    };
    if exponent < -4 || exponent >= precision as i32 {
        let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "+00"));
        return format!("{}e{exponent}", trimmed(digits));
    }
    trimmed(&format!("{value:.*}", (precision as i32 - 1 - exponent).max(0) as usize))
}

fn padded(conversion: &Conversion, text: &str) -> String {
    let width = conversion.width;
    if conversion.left {
        return format!("{text:<width$}");
    }
    let numeric = !matches!(conversion.letter, 's' | 'c');
    if conversion.zeros && numeric {
        let (sign, digits) = text.split_at(usize::from(text.starts_with(['-', '+'])));
        return format!("{sign}{digits:0>0$}", width.saturating_sub(sign.len()));
    }
    format!("{text:>width$}")
}
