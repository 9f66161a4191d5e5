//! Numbers as Python's `repr` writes them.

/// A `float`: the fewest digits that read back as the same number, with an exponent below `1e-4`
/// and from `1e16` on.
pub fn float(x: f64) -> String {
    match x.is_finite() {
        true => of_digits(&format!("{x:e}"), |exponent| (-4..16).contains(&exponent)),
        false => format!("{x:?}").to_lowercase(),
    }
}

/// A `float32` as NumPy's `str` writes it: the fewest digits that tell it from other `float32`s,
/// with an exponent below `1e-4` and from `1e6` on.
pub fn float32(x: f32) -> String {
    let size = f64::from(x.abs());
    match x.is_finite() {
        true => of_digits(&format!("{x:e}"), |_| (1e-4..1e6).contains(&size)),
        false => float(f64::from(x)),
    }
}

/// Python's form of a number in Rust's scientific form; without an exponent where that is asked.
fn of_digits(text: &str, is_fixed: impl Fn(i32) -> bool) -> String {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    match exponent {
        _ if matches!(mantissa, "0" | "-0") => format!("{mantissa}.0"),
        _ if is_fixed(exponent) => fixed(mantissa, exponent),
        _ => format!("{mantissa}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs()),
    }
}

/// A complex number, its parts as `print` writes floats; in parentheses, if asked for, unless its
/// real part is positive zero.
pub fn complex(re: f64, im: f64, print: impl Fn(f64) -> String, parentheses: bool) -> String {
    let part = |x: f64| {
        let text = print(x);
        text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
    };
    let sign = if im.is_sign_negative() && !im.is_nan() { "" } else { "+" };
    match (re == 0.0 && re.is_sign_positive(), parentheses) {
        (true, _) => format!("{}j", part(im)),
        (false, true) => format!("({}{sign}{}j)", part(re), part(im)),
        (false, false) => format!("{}{sign}{}j", part(re), part(im)),
    }
}

/// A `bool`.
pub const fn bool(x: bool) -> &'static str {
    if x { "True" } else { "False" }
}

/// `d.ddd` times ten to the power of `exponent`, without an exponent.
fn fixed(mantissa: &str, exponent: i32) -> String {
    let (sign, unsigned) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let digits = unsigned.replace('.', "");
    let Ok(whole) = usize::try_from(exponent + 1) else {
        return format!("{sign}0.{}{digits}", "0".repeat((-exponent - 1) as usize));
    };
    match whole {
        0 => format!("{sign}0.{digits}"),
        _ if whole >= digits.len() => format!("{sign}{digits}{}.0", "0".repeat(whole - digits.len())),
        _ => format!("{sign}{}.{}", &digits[..whole], &digits[whole..]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_print_as_in_python() {
        let written_by_python = [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (-1.5, "-1.5"),
            (0.1, "0.1"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1e-4, "0.0001"),
            (0.00012345, "0.00012345"),
            (9.999e-5, "9.999e-05"),
            (123456.789, "123456.789"),
            (1e15, "1000000000000000.0"),
            (1234567890123456.7, "1234567890123456.8"),
            (1e16, "1e+16"),
            (1.5e16, "1.5e+16"),
            (-2.5e-7, "-2.5e-07"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
            (-f64::NAN, "nan"),
        ];
        for (x, text) in written_by_python {
            assert_eq!(float(x), text);
        }
        let written_by_numpy = [
            (0.1, "0.1"),
            (-0.0, "-0.0"),
            (123456.0, "123456.0"),
            (999999.5, "999999.5"),
            (1e6, "1e+06"),
            (16777216.0, "1.6777216e+07"),
            (0.00010001, "0.00010001"),
            (1e-4, "1e-04"),
            (-f32::MAX, "-3.4028235e+38"),
        ];
        for (x, text) in written_by_numpy {
            assert_eq!(float32(x), text);
        }
        assert_eq!(float32(f32::INFINITY), "inf");
    }

    #[test]
    fn complex_numbers_print_as_in_python() {
        let written_by_python = [
            ((1.0, 2.0), "(1+2j)"),
            ((0.0, 2.0), "2j"),
            ((-0.0, -2.0), "(-0-2j)"),
            ((f64::NAN, f64::NEG_INFINITY), "(nan-infj)"),
            ((1e16, 1e15), "(1e+16+1000000000000000j)"),
            ((0.0, -f64::NAN), "nanj"),
            ((1.5, -0.0), "(1.5-0j)"),
        ];
        for ((re, im), text) in written_by_python {
            assert_eq!(complex(re, im, float, true), text);
        }
        assert_eq!(complex(1e6, 0.5, |x| float32(x as f32), false), "1e+06+0.5j");
    }
}
