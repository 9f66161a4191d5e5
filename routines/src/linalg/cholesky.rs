//! The factors of Cholesky.

use faer::dyn_stack::MemStack;
use faer::linalg::cholesky::llt::factor;
use faer::linalg::temp_mat_zeroed;
use faer::mat::AsMatMut;
use faer::traits::ComplexField;
use faer::traits::ext::ComplexFieldExt;
use faer::{Par, Spec};
use pykernel_abi::routine::Outcome;

use super::{Field, memory, room};
use crate::Done;
use crate::operand::Stack;

/// [`Routine::Cholesky`](pykernel_abi::routine::Routine::Cholesky).
pub(super) fn cholesky<T: Field>(a: Stack<T>, l: Stack<T>) -> Done {
    let n = a.rows;
    a.has(a.count, n, n)?;
    l.has(a.count, n, n)?;
    if n == 0 {
        return Ok(());
    }
    let scratch = factor::cholesky_in_place_scratch::<T>(n, Par::Seq, Spec::default());
    let mut work = memory(&[room::<T>(n, n), scratch])?;
    let (mut factor, stack) = temp_mat_zeroed::<T, _, _>(n, n, MemStack::new(&mut work));
    let mut factor = factor.as_mat_mut();
    for index in 0..a.count {
        // SAFETY: these are matrices of two stacks that share no memory.
        let (given, mut result) = unsafe { (a.matrix(index), l.matrix_mut(index)) };
        factor.copy_from_triangular_lower(given);
        let regularization = factor::LltRegularization::default();
        let info =
            factor::cholesky_in_place(factor.as_mut(), regularization, Par::Seq, stack, Spec::default());
        let is_positive = |i| factor[(i, i)].real() > T::Real::zero_impl();
        if info.is_err() || !(0..n).all(is_positive) {
            return Err(Outcome::Failed);
        }
        result.fill(T::zero_impl());
        result.copy_from_triangular_lower(factor.as_ref());
    }
    Ok(())
}
