//! Routines of linear algebra and Fourier transforms, which kernels ask of their host.

use crate::Array;

/// What a routine computes. Its operands are stacks of matrices: the first extent is that of the stack, which is
/// the same of all operands. Outputs share memory with no other operand.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Routine {
    /// `a`, of n rows and columns, and `x`, of n rows: solves `a @ y = x` and writes `y` to `x`. Fails where `a` is singular.
    Solve = 0,
    /// `a`, of n rows and columns; `sign`, of one element, and `pivots`, a row of n real elements that are not negative:
    /// the determinant of `a` is the product of all. The sign is 0 where a pivot is.
    Determinant = 1,
    /// `a` and `l`, of n rows and columns: the lower triangular `l` with `l @ l.conj().T = a`, of which only the lower
    /// triangle is read. Fails where `a` is not positive definite.
    Cholesky = 2,
    /// `a`, of m rows and n columns; `q`, of m rows and as many columns as there are reflections wanted, or none; `r`,
    /// of n columns and at most m rows: `q @ r = a`.
    Qr = 3,
    /// `a`, of m rows and n columns; `u`, `s`, a row of min(m, n) elements, and `vh`: `u @ diag(s) @ vh = a`, the
    /// singular values falling. `u` has m columns or min(m, n), `vh` n rows or min(m, n), or both are empty. Fails where
    /// the values do not converge.
    Svd = 4,
    /// `a`, of n rows and columns; `w`, a row of n elements; `v`, of n rows and columns, or empty: `a @ v = v @ diag(w)`,
    /// for an `a` that is its own adjoint, of which only the lower triangle is read, the eigenvalues rising. Fails where
    /// they do not converge.
    Eigh = 5,
    /// The same for any square `a`; `w` and `v` are complex, and the eigenvalues in no order.
    Eig = 6,
    /// `x`, complex: each row becomes its discrete Fourier transform, not scaled.
    Fft = 7,
    /// The same with the other sign in the exponent.
    InverseFft = 8,
}

/// All routines, in the order of their numbers.
pub const ROUTINES: [Routine; 9] = [
    Routine::Solve,
    Routine::Determinant,
    Routine::Cholesky,
    Routine::Qr,
    Routine::Svd,
    Routine::Eigh,
    Routine::Eig,
    Routine::Fft,
    Routine::InverseFft,
];

impl Routine {
    /// Its name in the compiler's library.
    pub const fn name(self) -> &'static str {
        match self {
            Routine::Solve => "solve",
            Routine::Determinant => "determinant",
            Routine::Cholesky => "cholesky",
            Routine::Qr => "qr",
            Routine::Svd => "svd",
            Routine::Eigh => "eigh",
            Routine::Eig => "eig",
            Routine::Fft => "fft",
            Routine::InverseFft => "inverse_fft",
        }
    }

    /// Whether it writes the operand at a place.
    pub const fn writes(self, operand: usize) -> bool {
        matches!(self, Routine::Fft | Routine::InverseFft) || operand > 0
    }

    /// The feature of the package `pykernel` that has it.
    pub const fn feature(self) -> &'static str {
        match self {
            Routine::Fft | Routine::InverseFft => "fft",
            _ => "linalg",
        }
    }
}

/// The type of an operand's elements.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// `float32`.
    Float32 = 0,
    /// `float64`.
    Float64 = 1,
    /// `complex64`: the real part, then the imaginary one.
    Complex64 = 2,
    /// `complex128`, likewise.
    Complex128 = 3,
}

/// An operand of a routine.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Operand {
    /// Where its elements are.
    pub array: Array<3>,
    /// The number of an [`Element`].
    pub element: u64,
}

impl Operand {
    /// The size of an operand, in bytes.
    pub const SIZE: usize = 64;

    /// The offset of the element's number.
    pub const ELEMENT: usize = 56;
}

/// How a routine ended.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It has written its outputs.
    Done = 0,
    /// There is no solution, as the routine says.
    Failed = 1,
    /// There was no memory to work in.
    NoMemory = 2,
    /// The operands are not what the routine takes, or it failed for a mistake of its own.
    Refused = 3,
    /// The host has no such routine.
    Absent = 4,
}

/// Runs a routine, by its number, over as many operands; gives an [`Outcome`]. Does not unwind.
pub type RunRoutine = unsafe extern "C" fn(routine: u32, operands: *const Operand, n_operands: usize) -> i32;

#[cfg(test)]
mod tests {
    use super::*;
    use core::mem::offset_of;

    #[test]
    fn operands_lie_as_code_has_them() {
        assert_eq!(size_of::<Operand>(), Operand::SIZE);
        assert_eq!(offset_of!(Operand, element), Operand::ELEMENT);
    }

    #[test]
    fn routines_stand_at_their_numbers() {
        assert!(ROUTINES.iter().enumerate().all(|(number, routine)| *routine as usize == number));
    }
}
