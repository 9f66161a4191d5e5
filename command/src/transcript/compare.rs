//! Compares what a kernel gave with the answer in the transcript: types, dtypes and shapes must be
//! the same, integers and bools equal, floats equal to the bit or within the allowed distance.

use pykernel_codegen::types::DType;

use super::expected::Expected;
use super::number::{Datum, Number};
use super::value::{Failure, Raised, Value};

/// What is wrong with a result, if something is.
pub fn compare(expected: &Expected, result: &Result<Value, Failure>, ulp: u64) -> Result<(), String> {
    match (expected, result) {
        (_, Err(Failure::Misuse(message))) => Err(message.clone()),
        (Expected::Raised(expected), Err(Failure::Raised(raised))) if same_exception(expected, raised) => {
            Ok(())
        }
        (Expected::Value(expected), Ok(value)) if same(expected, value, ulp) => Ok(()),
        (expected, result) => {
            let expected = match expected {
                Expected::Value(value) => value.to_string(),
                Expected::Raised(raised) => format!("`{raised}` to be raised"),
            };
            let result = match result {
                Ok(value) => value.to_string(),
                Err(Failure::Raised(raised)) => format!("`{raised}` raised"),
                Err(Failure::Misuse(message)) => message.clone(),
            };
            Err(format!("expected {expected}\n     got {result}"))
        }
    }
}

fn same_exception(expected: &Raised, raised: &Raised) -> bool {
    let first_line = |message: &str| message.lines().next().unwrap_or("").trim_end().to_owned();
    expected.class == raised.class && first_line(&expected.message) == first_line(&raised.message)
}

fn same(expected: &Value, value: &Value, ulp: u64) -> bool {
    match (expected, value) {
        (Value::None, Value::None) => true,
        (Value::Number(expected), Value::Number(number)) => same_number(*expected, *number, ulp),
        (Value::Array(expected), Value::Array(array)) => {
            let same_datum = |(a, b): (Datum, Datum)| same_datum(expected.dtype, a, b, ulp);
            expected.dtype == array.dtype
                && expected.shape == array.shape
                && expected.elements().into_iter().zip(array.elements()).all(same_datum)
        }
        (Value::Tuple(expected), Value::Tuple(items)) => {
            expected.len() == items.len() && expected.iter().zip(items).all(|(a, b)| same(a, b, ulp))
        }
        _ => false,
    }
}

/// Whether two numbers have one type and one value.
pub fn same_number(expected: Number, number: Number, ulp: u64) -> bool {
    expected.ty == number.ty && same_datum(expected.ty.dtype(), expected.datum, number.datum, ulp)
}

fn same_datum(dtype: DType, expected: Datum, datum: Datum, ulp: u64) -> bool {
    let narrow = matches!(dtype, DType::Float32 | DType::Complex64);
    let near = |a: f64, b: f64| (a.is_nan() && b.is_nan()) || distance(a, b, narrow) <= ulp;
    match (expected, datum) {
        (Datum::Float(a), Datum::Float(b)) => near(a, b),
        (Datum::Complex(a, b), Datum::Complex(c, d)) => {
            near(a, c) && near(b, d) || near_complex((a, b), (c, d), narrow, ulp)
        }
        (expected, datum) => expected == datum,
    }
}

/// Whether two complex numbers are so near that each part is off by no more than so many units in
/// the last place of the larger part: the smaller one has no better accuracy than that.
fn near_complex((a, b): (f64, f64), (c, d): (f64, f64), narrow: bool, ulp: u64) -> bool {
    let epsilon = if narrow { f64::from(f32::EPSILON) } else { f64::EPSILON };
    let allowed = a.abs().max(b.abs()) * epsilon * ulp as f64;
    ulp > 0 && allowed.is_finite() && [a - c, b - d].into_iter().all(|difference| difference.abs() <= allowed)
}

/// How many floats lie between two: 0 for the same bits, 1 for neighbours, and for the two zeros.
fn distance(a: f64, b: f64, narrow: bool) -> u64 {
    if a.is_finite() != b.is_finite() {
        return u64::MAX;
    }
    let place = |value: f64| {
        let (magnitude, negative) = match narrow {
            true => (i64::from((value as f32).abs().to_bits()), value.is_sign_negative()),
            false => (value.abs().to_bits() as i64, value.is_sign_negative()),
        };
        if negative { -magnitude - 1 } else { magnitude }
    };
    i128::from(place(a)).abs_diff(i128::from(place(b))).try_into().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::expected;
    use super::*;

    fn check(expected: &str, given: &str, ulp: u64) -> bool {
        let Ok(Expected::Value(value)) = expected::parse(given) else { panic!("{given}") };
        compare(&expected::parse(expected).unwrap(), &Ok(value), ulp).is_ok()
    }

    #[test]
    fn types_count() {
        assert!(check("3", "3", 0) && check("nan", "nan", 0) && check("", "", 0));
        assert!(!check("3", "np.int64(3)", 0) && !check("3", "3.0", 0) && !check("True", "1", 0));
        assert!(!check("array([1])", "array([1], dtype=int32)", 0));
        assert!(!check("array([1])", "array([[1]])", 0));
    }

    #[test]
    fn floats_are_compared_by_their_bits() {
        assert!(!check("0.0", "-0.0", 0));
        assert!(!check("1.0", "1.0000000000000002", 0) && check("1.0", "1.0000000000000002", 1));
        assert!(!check("1.0", "0.9999999999999998", 1) && check("1.0", "0.9999999999999998", 2));
        assert!(check("np.float32(1.0)", "np.float32(1.0000001)", 1));
        assert!(!check("inf", "1.7976931348623157e+308", 1) && !check("nan", "inf", 9));
        assert!(check("(nan+1j)", "(nan+1j)", 0) && !check("(1+0j)", "(1-0j)", 0));
        assert!(check("(1+1e-17j)", "(1-1e-17j)", 1) && !check("(1+1e-15j)", "(1-1e-15j)", 1));
        assert!(!check("(inf+1j)", "(1+1j)", 9) && !check("(1+1j)", "(nan+1j)", 9));
    }

    #[test]
    fn exceptions_are_compared_by_class_and_first_line() {
        let expected = expected::parse("Traceback (most recent call last):\nValueError: no").unwrap();
        assert!(compare(&expected, &Err(Failure::raised("ValueError", "no\nmore")), 0).is_ok());
        let wrong = compare(&expected, &Err(Failure::raised("TypeError", "no")), 0);
        assert_eq!(
            wrong.unwrap_err(),
            "expected `ValueError: no` to be raised\n     got `TypeError: no` raised"
        );
    }
}
