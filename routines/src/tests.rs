//! Operands that fit and operands that do not, as a kernel would never pass them.

use pykernel_abi::Array;
use pykernel_abi::routine::{Element, Operand, Outcome, ROUTINES, Routine};

use super::run;

fn operand<T>(data: &mut [T], shape: [i64; 3], element: Element) -> Operand {
    let size = size_of::<T>() as i64;
    let strides = [size * shape[1] * shape[2], size * shape[2], size];
    Operand { array: Array { data: data.as_mut_ptr().cast(), shape, strides }, element: element as u64 }
}

fn outcome(routine: Routine, operands: &[Operand]) -> i32 {
    // SAFETY: the tests' operands describe memory of theirs, or are refused.
    unsafe { run(routine as u32, operands.as_ptr(), operands.len()) }
}

#[test]
fn a_system_is_solved() {
    let (mut a, mut x) = ([3.0_f64, 1.0, 1.0, 2.0], [9.0_f64, 8.0]);
    let operands =
        [operand(&mut a, [1, 2, 2], Element::Float64), operand(&mut x, [1, 2, 1], Element::Float64)];
    assert_eq!(outcome(Routine::Solve, &operands), Outcome::Done as i32);
    assert!((x[0] - 2.0).abs() < 1e-12 && (x[1] - 3.0).abs() < 1e-12, "{x:?}");
}

#[test]
fn a_singular_matrix_is_found() {
    let (mut a, mut x) = ([3.0_f64, 6.0, 1.0, 2.0], [9.0_f64, 8.0]);
    let (mut sign, mut pivots) = ([7.0_f64], [7.0_f64; 2]);
    let a = operand(&mut a, [1, 2, 2], Element::Float64);
    let operands = [a, operand(&mut x, [1, 2, 1], Element::Float64)];
    assert_eq!(outcome(Routine::Solve, &operands), Outcome::Failed as i32);
    let operands = [
        a,
        operand(&mut sign, [1, 1, 1], Element::Float64),
        operand(&mut pivots, [1, 1, 2], Element::Float64),
    ];
    assert_eq!(outcome(Routine::Determinant, &operands), Outcome::Done as i32);
    assert_eq!((sign[0], pivots), (0.0, [3.0, 0.0]));
}

#[test]
fn what_does_not_fit_is_refused() {
    let (mut a, mut x) = ([0.0; 6], [0.0; 2]);
    let a = operand(&mut a, [1, 2, 3], Element::Float64);
    let x = operand(&mut x, [1, 2, 1], Element::Float64);
    let refused = Outcome::Refused as i32;
    for routine in ROUTINES {
        assert_eq!(outcome(routine, &[]), refused, "{routine:?} of nothing");
        assert_eq!(outcome(routine, &[a; 5]), refused, "{routine:?} of too much");
    }
    assert_eq!(outcome(Routine::Solve, &[a, x]), refused, "no square");
    let mut square = a;
    square.array.shape = [1, 2, 2];
    assert_eq!(outcome(Routine::Solve, &[square, Operand { element: 9, ..x }]), refused, "no element type");
    let mut negative = x;
    negative.array.shape[1] = -2;
    assert_eq!(outcome(Routine::Solve, &[square, negative]), refused, "a negative extent");
    let mut null = square;
    null.array.data = std::ptr::null_mut();
    assert_eq!(outcome(Routine::Solve, &[null, x]), refused, "no memory");
    let mut askew = square;
    askew.array.strides[1] = 3;
    assert_eq!(outcome(Routine::Solve, &[askew, x]), refused, "a stride between elements");
}

#[test]
fn other_numbers_are_no_routines() {
    // SAFETY: there are no operands.
    let outcome = unsafe { run(u32::MAX, std::ptr::NonNull::dangling().as_ptr(), 0) };
    assert_eq!(outcome, Outcome::Absent as i32);
}
