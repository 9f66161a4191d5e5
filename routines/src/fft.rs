//! Fourier transforms, over rustfft: each row of a stack by itself.

use num_complex::Complex;
use pykernel_abi::routine::{Element, Operand, Outcome, Routine};
use rustfft::{FftDirection, FftNum, FftPlanner};

use crate::Done;
use crate::operand::{Number, Stack, element};

/// Runs a routine over its one operand.
pub(crate) fn run(routine: Routine, operands: &[Operand]) -> Done {
    let [x] = operands else { return Err(Outcome::Refused) };
    let direction = match routine {
        Routine::Fft => FftDirection::Forward,
        Routine::InverseFft => FftDirection::Inverse,
        _ => return Err(Outcome::Refused),
    };
    match element(x)? {
        Element::Complex64 => transform::<f32>(Stack::of(x)?, direction),
        Element::Complex128 => transform::<f64>(Stack::of(x)?, direction),
        Element::Float32 | Element::Float64 => Err(Outcome::Refused),
    }
}

fn transform<T: FftNum>(x: Stack<Complex<T>>, direction: FftDirection) -> Done
where
    Complex<T>: Number,
{
    let n = x.columns;
    if n == 0 || x.rows == 0 || x.count == 0 {
        return Ok(());
    }
    if n > 1 && x.strides[2] != 1 {
        return Err(Outcome::Refused);
    }
    let plan = FftPlanner::new().plan_fft(n, direction);
    let mut scratch = Vec::new();
    let zero = Complex::new(T::zero(), T::zero());
    scratch.try_reserve_exact(plan.get_inplace_scratch_len()).map_err(|_| Outcome::NoMemory)?;
    scratch.resize(plan.get_inplace_scratch_len(), zero);
    for index in 0..x.count {
        for row in 0..x.rows {
            let start = x.start(index).wrapping_offset(row as isize * x.strides[1]);
            // SAFETY: the n elements of a row stand side by side, and nobody else looks at them.
            let row = unsafe { std::slice::from_raw_parts_mut(start, n) };
            plan.process_with_scratch(row, &mut scratch);
        }
    }
    Ok(())
}
