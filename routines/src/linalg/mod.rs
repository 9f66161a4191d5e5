//! Linear algebra, over faer: factorisations in memory of their own, column by column as faer has it.

mod cholesky;
mod determinant;
mod eig;
mod eigh;
mod lu;
mod qr;
mod solve;
mod svd;

use faer::dyn_stack::{MemBuffer, StackReq};
use faer::linalg::temp_mat_scratch;
use faer::traits::ComplexField;
use faer::{MatMut, MatRef};
use num_complex::Complex;
use pykernel_abi::routine::{Element, Operand, Outcome, Routine};

use crate::Done;
use crate::operand::{Number, Stack, element};

/// A number that matrices consist of.
pub(crate) trait Field: ComplexField<Real: Number> + Number {}

impl<T: ComplexField<Real: Number> + Number> Field for T {}

/// Runs a routine over operands whose first has the element type that it computes in.
pub(crate) fn run(routine: Routine, operands: &[Operand]) -> Done {
    let first = operands.first().ok_or(Outcome::Refused)?;
    match element(first)? {
        Element::Float64 => match (routine, operands) {
            (Routine::Eig, [a, w, v]) => eig::of_real(Stack::of(a)?, Stack::of(w)?, Stack::of(v)?),
            _ => run_any::<f64>(routine, operands),
        },
        Element::Complex128 => match (routine, operands) {
            (Routine::Eig, [a, w, v]) => eig::of_complex(Stack::of(a)?, Stack::of(w)?, Stack::of(v)?),
            _ => run_any::<Complex<f64>>(routine, operands),
        },
        // NumPy computes in double precision too, and rounds what comes out.
        Element::Float32 | Element::Complex64 => Err(Outcome::Refused),
    }
}

fn run_any<T: Field>(routine: Routine, operands: &[Operand]) -> Done {
    match (routine, operands) {
        (Routine::Solve, [a, x]) => solve::solve::<T>(Stack::of(a)?, Stack::of(x)?),
        (Routine::Determinant, [a, sign, pivots]) => {
            determinant::determinant::<T>(Stack::of(a)?, Stack::of(sign)?, Stack::of(pivots)?)
        }
        (Routine::Cholesky, [a, l]) => cholesky::cholesky::<T>(Stack::of(a)?, Stack::of(l)?),
        (Routine::Qr, [a, q, r]) => qr::qr::<T>(Stack::of(a)?, Stack::of(q)?, Stack::of(r)?),
        (Routine::Svd, [a, u, s, vh]) => {
            svd::svd::<T>(Stack::of(a)?, Stack::of(u)?, Stack::of(s)?, Stack::of(vh)?)
        }
        (Routine::Eigh, [a, w, v]) => eigh::eigh::<T>(Stack::of(a)?, Stack::of(w)?, Stack::of(v)?),
        _ => Err(Outcome::Refused),
    }
}

impl<T: Field> Stack<T> {
    /// A matrix to read.
    ///
    /// # Safety
    /// There is such a matrix, and nobody writes it while this one is used.
    unsafe fn matrix<'a>(&self, index: usize) -> MatRef<'a, T> {
        let [_, down, right] = self.strides;
        // SAFETY: an operand's elements can be read at each index within its shape; without elements nothing is.
        unsafe { MatRef::from_raw_parts(address(self.start(index)), self.rows, self.columns, down, right) }
    }

    /// A matrix to write.
    ///
    /// # Safety
    /// There is such a matrix, its elements lie apart, and nobody else looks at it while this one is used.
    unsafe fn matrix_mut<'a>(&self, index: usize) -> MatMut<'a, T> {
        let [_, down, right] = self.strides;
        // SAFETY: as above, for writing.
        unsafe {
            MatMut::from_raw_parts_mut(address(self.start(index)), self.rows, self.columns, down, right)
        }
    }
}

/// An address that is never null, as matrices without elements have one too.
fn address<T>(start: *mut T) -> *mut T {
    if start.is_null() { std::ptr::dangling_mut() } else { start }
}

/// Memory for all of these.
fn memory(parts: &[StackReq]) -> Result<MemBuffer, Outcome> {
    MemBuffer::try_new(StackReq::all_of(parts)).map_err(|_| Outcome::NoMemory)
}

/// What a matrix takes.
fn room<T: Field>(rows: usize, columns: usize) -> StackReq {
    temp_mat_scratch::<T>(rows, columns)
}

/// So many zeros.
fn indices(n: usize) -> Result<Vec<usize>, Outcome> {
    let mut indices = Vec::new();
    indices.try_reserve_exact(n).map_err(|_| Outcome::NoMemory)?;
    indices.resize(n, 0);
    Ok(indices)
}

/// Sets a matrix to ones on its diagonal and zeros elsewhere.
fn set_identity<T: Field>(mut matrix: MatMut<'_, T>) {
    matrix.fill(T::zero_impl());
    matrix.diagonal_mut().column_vector_mut().fill(T::one_impl());
}
