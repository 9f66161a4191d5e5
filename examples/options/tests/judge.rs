//! The kernel against what CPython has computed from the same data (`expected/`, written by
//! `tests/judge/examples.py`).

use std::error::Error;

use options::Options;

/// Dollars. `exp` and `log` come from two C libraries.
const TOLERANCE: f64 = 1e-11;

#[test]
fn values_are_the_judges() -> Result<(), Box<dyn Error>> {
    let [calls, puts] = Options::read()?.values()?;
    let expected = include_str!("../expected/values.csv");
    assert_eq!(expected.lines().count(), calls.len());
    for ((line, call), put) in expected.lines().zip(calls).zip(puts) {
        let (expected_call, expected_put) = line.split_once(',').ok_or("not two numbers")?;
        for (found, expected) in [(call, expected_call), (put, expected_put)] {
            assert!((found - expected.parse::<f64>()?).abs() < TOLERANCE, "{found} is not {expected}");
        }
    }
    Ok(())
}
