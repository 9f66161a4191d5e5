//! What kernels ask of their host for `np.linalg` and `np.fft`: routines over stacks of matrices, one thread each, so that
//! the bits are the same whoever asks.

#[cfg(feature = "fft")]
mod fft;
#[cfg(feature = "linalg")]
mod linalg;
mod operand;

use std::panic::{AssertUnwindSafe, catch_unwind};

use pykernel_abi::routine::{Operand, Outcome, ROUTINES, Routine};

/// Why a routine has not written its outputs.
type Done = Result<(), Outcome>;

/// [`pykernel_abi::routine::RunRoutine`].
///
/// # Safety
/// There are `n_operands` operands. Each describes memory that is valid for reading, and for writing where the routine
/// writes it; what is written shares no memory with another operand, and nobody else looks at it meanwhile.
pub unsafe extern "C" fn run(routine: u32, operands: *const Operand, n_operands: usize) -> i32 {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let Some(routine) = ROUTINES.get(routine as usize) else { return Err(Outcome::Absent) };
        // SAFETY: the caller vouches for it.
        let operands = unsafe { std::slice::from_raw_parts(operands, n_operands) };
        run_checked(*routine, operands)
    }));
    match outcome {
        Ok(Ok(())) => Outcome::Done as i32,
        Ok(Err(outcome)) => outcome as i32,
        Err(_) => Outcome::Refused as i32,
    }
}

fn run_checked(routine: Routine, operands: &[Operand]) -> Done {
    match routine {
        #[cfg(feature = "linalg")]
        Routine::Solve
        | Routine::Determinant
        | Routine::Cholesky
        | Routine::Qr
        | Routine::Svd
        | Routine::Eigh
        | Routine::Eig => linalg::run(routine, operands),
        #[cfg(feature = "fft")]
        Routine::Fft | Routine::InverseFft => fft::run(routine, operands),
        #[cfg(not(all(feature = "linalg", feature = "fft")))]
        _ => {
            let _ = operands;
            Err(Outcome::Absent)
        }
    }
}

#[cfg(all(test, feature = "linalg", feature = "fft"))]
mod tests;
