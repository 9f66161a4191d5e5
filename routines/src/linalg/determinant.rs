//! Determinants, by the factors L and U with partial pivoting.

use faer::dyn_stack::MemStack;
use faer::linalg::temp_mat_zeroed;
use faer::mat::AsMatMut;
use faer::traits::ComplexField;
use faer::traits::ext::ComplexFieldExt;

use super::{Field, indices, lu, memory, room};
use crate::Done;
use crate::operand::Stack;

/// [`Routine::Determinant`](pykernel_abi::routine::Routine::Determinant).
pub(super) fn determinant<T: Field>(a: Stack<T>, sign: Stack<T>, pivots: Stack<T::Real>) -> Done {
    let n = a.rows;
    a.has(a.count, n, n)?;
    sign.has(a.count, 1, 1)?;
    pivots.has(a.count, 1, n)?;
    let mut work = memory(&[room::<T>(n, n), lu::room::<T>(n)])?;
    let (mut permutation, mut inverse) = (indices(n)?, indices(n)?);
    let (mut factors, stack) = temp_mat_zeroed::<T, _, _>(n, n, MemStack::new(&mut work));
    let mut factors = factors.as_mat_mut();
    let zero = T::Real::zero_impl();
    for index in 0..a.count {
        // SAFETY: these are matrices of stacks that share no memory.
        let (given, mut sign, mut pivots) =
            unsafe { (a.matrix(index), sign.matrix_mut(index), pivots.matrix_mut(index)) };
        factors.copy_from(given);
        let (_, odd) = lu::factor(factors.as_mut(), &mut permutation, &mut inverse, stack);
        let mut unit = if odd { -T::one_impl() } else { T::one_impl() };
        for i in 0..n {
            let pivot = factors[(i, i)];
            let size = pivot.abs();
            pivots[(0, i)] = size;
            if size == zero {
                // What follows was divided by it.
                unit = T::zero_impl();
                (i + 1..n).for_each(|rest| pivots[(0, rest)] = T::Real::one_impl());
                break;
            }
            unit *= pivot.mul_real(size.recip());
        }
        sign[(0, 0)] = unit;
    }
    Ok(())
}
