//! Orthogonal and triangular factors, by Householder's reflections.

use faer::dyn_stack::MemStack;
use faer::linalg::householder;
use faer::linalg::qr::no_pivoting::factor;
use faer::linalg::temp_mat_zeroed;
use faer::mat::AsMatMut;
use faer::{Conj, Par, Spec};
use pykernel_abi::routine::Outcome;

use super::{Field, memory, room, set_identity};
use crate::Done;
use crate::operand::Stack;

/// [`Routine::Qr`](pykernel_abi::routine::Routine::Qr).
pub(super) fn qr<T: Field>(a: Stack<T>, q: Stack<T>, r: Stack<T>) -> Done {
    let (m, n) = (a.rows, a.columns);
    let reflections = m.min(n);
    q.has(a.count, m, q.columns)?;
    r.has(a.count, r.rows, n)?;
    if q.columns > m || r.rows > m {
        return Err(Outcome::Refused);
    }
    let block = factor::recommended_block_size::<T>(m, n).max(1);
    let apply =
        householder::apply_block_householder_sequence_on_the_left_in_place_scratch::<T>(m, block, q.columns);
    let mut work = memory(&[
        room::<T>(m, n),
        room::<T>(block, reflections),
        room::<T>(m, q.columns),
        factor::qr_in_place_scratch::<T>(m, n, block, Par::Seq, Spec::default()),
        apply,
    ])?;
    let (mut factors, stack) = temp_mat_zeroed::<T, _, _>(m, n, MemStack::new(&mut work));
    let mut factors = factors.as_mat_mut();
    let (mut coefficients, stack) = temp_mat_zeroed::<T, _, _>(block, reflections, stack);
    let mut coefficients = coefficients.as_mat_mut();
    let (mut basis, stack) = temp_mat_zeroed::<T, _, _>(m, q.columns, stack);
    let mut basis = basis.as_mat_mut();
    for index in 0..a.count {
        // SAFETY: these are matrices of stacks that share no memory.
        let (given, mut q, mut r) = unsafe { (a.matrix(index), q.matrix_mut(index), r.matrix_mut(index)) };
        factors.copy_from(given);
        set_identity(basis.as_mut());
        if reflections > 0 {
            factor::qr_in_place(factors.as_mut(), coefficients.as_mut(), Par::Seq, stack, Spec::default());
            if basis.ncols() > 0 {
                householder::apply_block_householder_sequence_on_the_left_in_place_with_conj(
                    factors.as_ref().subcols(0, reflections),
                    coefficients.as_ref(),
                    Conj::No,
                    basis.as_mut(),
                    Par::Seq,
                    stack,
                );
            }
        }
        q.copy_from(basis.as_ref());
        for row in 0..r.nrows() {
            for column in 0..n {
                r[(row, column)] = if row <= column { factors[(row, column)] } else { T::zero_impl() };
            }
        }
    }
    Ok(())
}
