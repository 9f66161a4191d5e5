//! Eigenvalues and eigenvectors of any square matrix. Each vector has length 1, and its largest element is real.

use faer::dyn_stack::MemStack;
use faer::linalg::evd::{self, ComputeEigenvectors};
use faer::linalg::temp_mat_zeroed;
use faer::mat::AsMatMut;
use faer::traits::ext::ComplexFieldExt;
use faer::{MatMut, Par, Spec};
use num_complex::Complex;
use pykernel_abi::routine::Outcome;

use super::{Field, memory, room};
use crate::Done;
use crate::operand::Stack;

/// Whether vectors are asked for, of operands that fit.
fn vectors<T: Field>(
    a: &Stack<T>,
    w: &Stack<Complex<f64>>,
    v: &Stack<Complex<f64>>,
) -> Result<ComputeEigenvectors, Outcome> {
    let n = a.rows;
    a.has(a.count, n, n)?;
    w.has(a.count, 1, n)?;
    if v.rows == 0 {
        return v.has(a.count, 0, 0).map(|()| ComputeEigenvectors::No);
    }
    v.has(a.count, n, n).map(|()| ComputeEigenvectors::Yes)
}

/// [`Routine::Eig`](pykernel_abi::routine::Routine::Eig) of real matrices.
pub(super) fn of_real(a: Stack<f64>, w: Stack<Complex<f64>>, v: Stack<Complex<f64>>) -> Done {
    let n = a.rows;
    let vectors = vectors(&a, &w, &v)?;
    if n == 0 {
        return Ok(());
    }
    let wanted = vectors == ComputeEigenvectors::Yes;
    let scratch = evd::evd_scratch::<f64>(n, ComputeEigenvectors::No, vectors, Par::Seq, Spec::default());
    let mut work = memory(&[room::<f64>(n, n), room::<f64>(n, 2), room::<f64>(v.rows, v.rows), scratch])?;
    let (mut given, stack) = temp_mat_zeroed::<f64, _, _>(n, n, MemStack::new(&mut work));
    let mut given = given.as_mat_mut();
    let (mut values, stack) = temp_mat_zeroed::<f64, _, _>(n, 2, stack);
    let mut values = values.as_mat_mut();
    let (mut basis, stack) = temp_mat_zeroed::<f64, _, _>(v.rows, v.rows, stack);
    let mut basis = basis.as_mat_mut();
    for index in 0..a.count {
        // SAFETY: these are matrices of stacks that share no memory.
        let (matrix, mut w, mut v) = unsafe { (a.matrix(index), w.matrix_mut(index), v.matrix_mut(index)) };
        given.copy_from(matrix);
        if !given.as_ref().is_all_finite() {
            return Err(Outcome::Failed);
        }
        let (real, imaginary) = values.as_mut().split_at_col_mut(1);
        evd::evd_real(
            given.as_ref(),
            real.col_mut(0).as_diagonal_mut(),
            imaginary.col_mut(0).as_diagonal_mut(),
            None,
            wanted.then_some(basis.as_mut()),
            Par::Seq,
            stack,
            Spec::default(),
        )
        .map_err(|_| Outcome::Failed)?;
        // Of a pair of conjugate values the vectors' real parts stand in one column, the imaginary ones in the next.
        let mut j = 0;
        while j < n {
            let (re, im) = (values[(j, 0)], values[(j, 1)]);
            let is_pair = im != 0.0 && j + 1 < n;
            w[(0, j)] = Complex::new(re, im);
            if is_pair {
                w[(0, j + 1)] = Complex::new(re, -im);
            }
            for i in 0..v.nrows() {
                let part = if is_pair { basis[(i, j + 1)] } else { 0.0 };
                v[(i, j)] = Complex::new(basis[(i, j)], part);
                if is_pair {
                    v[(i, j + 1)] = Complex::new(basis[(i, j)], -part);
                }
            }
            j += if is_pair { 2 } else { 1 };
        }
        normalise(v);
    }
    Ok(())
}

/// [`Routine::Eig`](pykernel_abi::routine::Routine::Eig) of complex matrices.
pub(super) fn of_complex(a: Stack<Complex<f64>>, w: Stack<Complex<f64>>, v: Stack<Complex<f64>>) -> Done {
    let n = a.rows;
    let vectors = vectors(&a, &w, &v)?;
    if n == 0 {
        return Ok(());
    }
    let wanted = vectors == ComputeEigenvectors::Yes;
    let scratch =
        evd::evd_scratch::<Complex<f64>>(n, ComputeEigenvectors::No, vectors, Par::Seq, Spec::default());
    let parts = [
        room::<Complex<f64>>(n, n),
        room::<Complex<f64>>(n, 1),
        room::<Complex<f64>>(v.rows, v.rows),
        scratch,
    ];
    let mut work = memory(&parts)?;
    let (mut given, stack) = temp_mat_zeroed::<Complex<f64>, _, _>(n, n, MemStack::new(&mut work));
    let mut given = given.as_mat_mut();
    let (mut values, stack) = temp_mat_zeroed::<Complex<f64>, _, _>(n, 1, stack);
    let mut values = values.as_mat_mut();
    let (mut basis, stack) = temp_mat_zeroed::<Complex<f64>, _, _>(v.rows, v.rows, stack);
    let mut basis = basis.as_mat_mut();
    for index in 0..a.count {
        // SAFETY: these are matrices of stacks that share no memory.
        let (matrix, mut w, mut v) = unsafe { (a.matrix(index), w.matrix_mut(index), v.matrix_mut(index)) };
        given.copy_from(matrix);
        if !given.as_ref().is_all_finite() {
            return Err(Outcome::Failed);
        }
        evd::evd_cplx(
            given.as_ref(),
            values.as_mut().col_mut(0).as_diagonal_mut(),
            None,
            wanted.then_some(basis.as_mut()),
            Par::Seq,
            stack,
            Spec::default(),
        )
        .map_err(|_| Outcome::Failed)?;
        for i in 0..n {
            w[(0, i)] = values[(i, 0)];
        }
        v.copy_from(basis.as_ref());
        normalise(v);
    }
    Ok(())
}

/// Gives each column the length 1, and turns it so that its largest element is real.
fn normalise(mut v: MatMut<'_, Complex<f64>>) {
    for j in 0..v.ncols() {
        let mut largest = 0;
        for i in 1..v.nrows() {
            if v[(i, j)].abs2() > v[(largest, j)].abs2() {
                largest = i;
            }
        }
        let length = v.as_ref().col(j).norm_l2();
        let turn = v[(largest, j)].conj();
        let size = turn.abs();
        if size == 0.0 || length == 0.0 {
            continue;
        }
        let is_real = turn.im == 0.0;
        let factor = match is_real {
            true => Complex::new(length.recip(), 0.0),
            false => turn.mul_real(&(size * length).recip()),
        };
        for i in 0..v.nrows() {
            v[(i, j)] *= factor;
        }
        if !is_real {
            v[(largest, j)].im = 0.0;
        }
    }
}
