//! Functions in `float32`, at each CPU level, beside those in `float64`, over all arguments.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use pykernel::call::levels;
use pykernel_codegen::backend::Level;

use crate::function::{Compiled, FUNCTIONS, Function, Place};

/// So many arguments are done at a time: they stay in the cache.
const BLOCK: usize = 1 << 12;

/// How many numbers have the bits of a `float32`.
const ALL: usize = 1 << 32;

/// The largest error that was found, in units in the last place, and where.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Worst {
    error: f64,
    x: f32,
}

/// Goes through every so many arguments of each function, or of those with names, and prints the largest errors.
pub fn measure(stride: usize, names: &[&str]) -> Result<(), String> {
    let levels: Vec<Level> = levels().collect();
    let mut beyond = Vec::new();
    let wanted = |function: &&Function| names.is_empty() || names.contains(&function.name);
    let narrow = |function: &&Function| function.has_float32 && function.arity == 1;
    for function in FUNCTIONS.iter().filter(narrow).filter(wanted) {
        for (level, worst) in levels.iter().zip(worst(function, &levels, stride)) {
            println!("{:<6} float32 {}: {:.4} at {:?}", function.name, level.name(), worst.error, worst.x);
            if worst.error > function.bound {
                beyond.push(format!("{} at {:?}", function.name, worst.x));
            }
        }
    }
    if beyond.is_empty() { Ok(()) } else { Err(format!("beyond their bounds: {}", beyond.join(", "))) }
}

/// The largest error at each level.
fn worst(function: &Function, levels: &[Level], stride: usize) -> Vec<Worst> {
    let exact = function.compile::<f64>(Place::Cpu(*levels.last().unwrap_or(&Level::V1)));
    let narrow: Vec<Compiled<f32>> =
        levels.iter().map(|level| function.compile(Place::Cpu(*level))).collect();
    let found = Mutex::new(vec![Worst { error: 0.0, x: 0.0 }; levels.len()]);
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let start = next.fetch_add(BLOCK * stride, Ordering::Relaxed);
            if start >= ALL {
                return;
            }
            let bits = (start..ALL.min(start + BLOCK * stride)).step_by(stride);
            let x: Vec<f32> = bits.map(|bits| f32::from_bits(bits as u32)).collect();
            let wide: Vec<f64> = x.iter().copied().map(f64::from).collect();
            let (mut right, mut given) = (vec![0.0; x.len()], vec![0.0; x.len()]);
            exact.run(&[&wide], &mut right);
            for (at, narrow) in narrow.iter().enumerate() {
                narrow.run(&[&x], &mut given);
                let error =
                    given.iter().zip(&right).map(|(given, right)| error(*given, *right)).fold(0.0, f64::max);
                let mut found = found.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                if error > found[at].error {
                    found[at] = first_with(error, &x, &given, &right);
                }
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    found.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Where the largest error of a block is.
fn first_with(largest: f64, x: &[f32], given: &[f32], right: &[f64]) -> Worst {
    let at = given.iter().zip(right).position(|(given, right)| error(*given, *right) == largest);
    Worst { error: largest, x: at.map_or(f32::NAN, |at| x[at]) }
}

/// How far a result is from the right one, in units in the last place of that. An infinite one counts as
/// 2**128, the next number if there were one. NaN and the signs of zeros must be right.
fn error(given: f32, right: f64) -> f64 {
    const OVERFLOW: f64 = 2.0 * (1u128 << 127) as f64;
    if given.is_nan() || right.is_nan() || given.is_sign_negative() != right.is_sign_negative() {
        return if given.is_nan() && right.is_nan() { 0.0 } else { f64::INFINITY };
    }
    let (given, right) = (f64::from(given).abs().min(OVERFLOW), right.abs().min(OVERFLOW));
    // The exponent of the right result, as those of subnormal and of too large numbers are.
    let exponent = (right.to_bits() >> 52).clamp(1023 - 126, 1023 + 127);
    (given - right).abs() * f64::from_bits((2 * 1023 + 23 - exponent) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_in_units_of_the_right_result() {
        let up = |x: f32| f32::from_bits(x.to_bits() + 1);
        assert_eq!(error(up(1.0), 1.0), 1.0);
        assert_eq!(error(2.0, f64::from(2.0f32).next_down()), 2f64.powi(-29));
        assert_eq!(error(1e-45, 0.0), 1.0);
        assert_eq!(error(f32::INFINITY, f64::from(f32::MAX)), 1.0);
        assert_eq!(error(f32::INFINITY, 1e300), 0.0);
        assert_eq!(error(f32::NAN, f64::NAN), 0.0);
        assert_eq!([error(0.0, -0.0), error(f32::NAN, 1.0), error(1.0, f64::NAN)], [f64::INFINITY; 3]);
    }

    /// A part of what `exact every 1` does.
    #[test]
    fn functions_of_float32_are_within_their_bounds() {
        assert_eq!(measure(crate::STRIDE, &[]), Ok(()));
    }
}
