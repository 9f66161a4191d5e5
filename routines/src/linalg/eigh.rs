//! Eigenvalues and eigenvectors of matrices that are their own adjoints.

use faer::dyn_stack::MemStack;
use faer::linalg::evd::{self, ComputeEigenvectors};
use faer::linalg::temp_mat_zeroed;
use faer::mat::AsMatMut;
use faer::traits::ext::ComplexFieldExt;
use faer::{Par, Spec};
use pykernel_abi::routine::Outcome;

use super::{Field, memory, room};
use crate::Done;
use crate::operand::Stack;

/// [`Routine::Eigh`](pykernel_abi::routine::Routine::Eigh).
pub(super) fn eigh<T: Field>(a: Stack<T>, w: Stack<T::Real>, v: Stack<T>) -> Done {
    let n = a.rows;
    a.has(a.count, n, n)?;
    w.has(a.count, 1, n)?;
    if n == 0 {
        return Ok(());
    }
    let vectors = match v.rows {
        0 => ComputeEigenvectors::No,
        _ => ComputeEigenvectors::Yes,
    };
    v.has(a.count, v.rows, v.rows)?;
    if vectors == ComputeEigenvectors::Yes {
        v.has(a.count, n, n)?;
    }
    let scratch = evd::self_adjoint_evd_scratch::<T>(n, vectors, Par::Seq, Spec::default());
    let mut work = memory(&[room::<T>(n, n), room::<T>(n, 1), room::<T>(v.rows, v.rows), scratch])?;
    let (mut given, stack) = temp_mat_zeroed::<T, _, _>(n, n, MemStack::new(&mut work));
    let mut given = given.as_mat_mut();
    let (mut values, stack) = temp_mat_zeroed::<T, _, _>(n, 1, stack);
    let mut values = values.as_mat_mut();
    let (mut basis, stack) = temp_mat_zeroed::<T, _, _>(v.rows, v.rows, stack);
    let mut basis = basis.as_mat_mut();
    for index in 0..a.count {
        // SAFETY: these are matrices of stacks that share no memory.
        let (matrix, mut w, mut v) = unsafe { (a.matrix(index), w.matrix_mut(index), v.matrix_mut(index)) };
        given.copy_from_triangular_lower(matrix);
        for i in 0..n {
            given[(i, i)] = T::from_real_impl(&given[(i, i)].real());
        }
        // The iterations compare, and nothing compares with what is not a number.
        if !given.as_ref().is_all_finite() {
            return Err(Outcome::Failed);
        }
        evd::self_adjoint_evd(
            given.as_ref(),
            values.as_mut().col_mut(0).as_diagonal_mut(),
            (vectors == ComputeEigenvectors::Yes).then_some(basis.as_mut()),
            Par::Seq,
            stack,
            Spec::default(),
        )
        .map_err(|_| Outcome::Failed)?;
        for i in 0..n {
            w[(0, i)] = values[(i, 0)].real();
        }
        v.copy_from(basis.as_ref());
    }
    Ok(())
}
