//! Systems of linear equations, by the factors L and U with partial pivoting.

use faer::Par;
use faer::dyn_stack::MemStack;
use faer::linalg::lu::partial_pivoting::solve as triangles;
use faer::linalg::temp_mat_zeroed;
use faer::mat::AsMatMut;
use pykernel_abi::routine::Outcome;

use super::{Field, indices, lu, memory, room};
use crate::Done;
use crate::operand::Stack;

/// [`Routine::Solve`](pykernel_abi::routine::Routine::Solve).
pub(super) fn solve<T: Field>(a: Stack<T>, x: Stack<T>) -> Done {
    let (n, k) = (a.rows, x.columns);
    a.has(a.count, n, n)?;
    x.has(a.count, n, k)?;
    if n == 0 {
        return Ok(());
    }
    let mut work = memory(&[
        room::<T>(n, n),
        room::<T>(n, k),
        lu::room::<T>(n),
        triangles::solve_in_place_scratch::<usize, T>(n, k, Par::Seq),
    ])?;
    let (mut permutation, mut inverse) = (indices(n)?, indices(n)?);
    let (mut factors, stack) = temp_mat_zeroed::<T, _, _>(n, n, MemStack::new(&mut work));
    let mut factors = factors.as_mat_mut();
    let (mut rhs, stack) = temp_mat_zeroed::<T, _, _>(n, k, stack);
    let mut rhs = rhs.as_mat_mut();
    for index in 0..a.count {
        // SAFETY: these are matrices of two stacks that share no memory.
        let (given, mut result) = unsafe { (a.matrix(index), x.matrix_mut(index)) };
        factors.copy_from(given);
        rhs.copy_from(result.as_ref());
        let (rows, _) = lu::factor(factors.as_mut(), &mut permutation, &mut inverse, stack);
        if (0..n).any(|i| factors[(i, i)] == T::zero_impl()) {
            return Err(Outcome::Failed);
        }
        triangles::solve_in_place(factors.as_ref(), factors.as_ref(), rows, rhs.as_mut(), Par::Seq, stack);
        result.copy_from(rhs.as_ref());
    }
    Ok(())
}
