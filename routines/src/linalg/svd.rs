//! Singular values and vectors.

use faer::dyn_stack::MemStack;
use faer::linalg::svd::{self as faer_svd, ComputeSvdVectors};
use faer::linalg::temp_mat_zeroed;
use faer::mat::AsMatMut;
use faer::traits::ext::ComplexFieldExt;
use faer::{Par, Spec};
use pykernel_abi::routine::Outcome;

use super::{Field, memory, room, set_identity};
use crate::Done;
use crate::operand::Stack;

/// [`Routine::Svd`](pykernel_abi::routine::Routine::Svd).
pub(super) fn svd<T: Field>(a: Stack<T>, u: Stack<T>, s: Stack<T::Real>, vh: Stack<T>) -> Done {
    let (m, n) = (a.rows, a.columns);
    let k = m.min(n);
    s.has(a.count, 1, k)?;
    let vectors = match (u.rows, u.columns, vh.rows, vh.columns) {
        (0, 0, 0, 0) => ComputeSvdVectors::No,
        full if full == (m, m, n, n) => ComputeSvdVectors::Full,
        thin if thin == (m, k, k, n) => ComputeSvdVectors::Thin,
        _ => return Err(Outcome::Refused),
    };
    u.has(a.count, u.rows, u.columns)?;
    vh.has(a.count, vh.rows, vh.columns)?;
    let scratch = faer_svd::svd_scratch::<T>(m, n, vectors, vectors, Par::Seq, Spec::default());
    let parts = [
        room::<T>(m, n),
        room::<T>(k, 1),
        room::<T>(u.rows, u.columns),
        room::<T>(vh.columns, vh.rows),
        if k == 0 { room::<T>(0, 0) } else { scratch },
    ];
    let mut work = memory(&parts)?;
    let (mut given, stack) = temp_mat_zeroed::<T, _, _>(m, n, MemStack::new(&mut work));
    let mut given = given.as_mat_mut();
    let (mut values, stack) = temp_mat_zeroed::<T, _, _>(k, 1, stack);
    let mut values = values.as_mat_mut();
    let (mut left, stack) = temp_mat_zeroed::<T, _, _>(u.rows, u.columns, stack);
    let mut left = left.as_mat_mut();
    let (mut right, stack) = temp_mat_zeroed::<T, _, _>(vh.columns, vh.rows, stack);
    let mut right = right.as_mat_mut();
    let wanted = vectors != ComputeSvdVectors::No;
    for index in 0..a.count {
        // SAFETY: these are matrices of stacks that share no memory.
        let (matrix, mut u, mut s, mut vh) =
            unsafe { (a.matrix(index), u.matrix_mut(index), s.matrix_mut(index), vh.matrix_mut(index)) };
        given.copy_from(matrix);
        if k == 0 {
            set_identity(u);
            set_identity(vh);
            continue;
        }
        // The iterations compare, and nothing compares with what is not a number.
        if !given.as_ref().is_all_finite() {
            return Err(Outcome::Failed);
        }
        faer_svd::svd(
            given.as_ref(),
            values.as_mut().col_mut(0).as_diagonal_mut(),
            wanted.then_some(left.as_mut()),
            wanted.then_some(right.as_mut()),
            Par::Seq,
            stack,
            Spec::default(),
        )
        .map_err(|_| Outcome::Failed)?;
        for i in 0..k {
            s[(0, i)] = values[(i, 0)].real();
        }
        u.copy_from(left.as_ref());
        vh.copy_from(right.as_ref().adjoint());
    }
    Ok(())
}
