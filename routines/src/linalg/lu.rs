//! The factors L and U of a square matrix, with partial pivoting, in its place.

use faer::dyn_stack::{MemStack, StackReq};
use faer::linalg::lu::partial_pivoting::factor;
use faer::perm::PermRef;
use faer::traits::ext::ComplexFieldExt;
use faer::{MatMut, Par, Spec};

use super::Field;

/// Up to this size the elements are computed one after the other, without fused multiplications: so many a matrix is
/// found to be singular that is, as its numbers stand.
const SMALL: usize = 16;

/// What is needed to work in.
pub(super) fn room<T: Field>(n: usize) -> StackReq {
    factor::lu_in_place_scratch::<usize, T>(n, n, Par::Seq, Spec::default())
}

/// Factors a matrix; gives the permutation of its rows, and whether that is odd.
pub(super) fn factor<'p, T: Field>(
    a: MatMut<'_, T>,
    permutation: &'p mut [usize],
    inverse: &'p mut [usize],
    stack: &mut MemStack,
) -> (PermRef<'p, usize>, bool) {
    if a.nrows() > SMALL {
        let (info, rows) = factor::lu_in_place(a, permutation, inverse, Par::Seq, stack, Spec::default());
        return (rows, info.transposition_count % 2 == 1);
    }
    let odd = factor_small(a, permutation);
    for (place, row) in permutation.iter().enumerate() {
        inverse[*row] = place;
    }
    let n = permutation.len();
    (PermRef::new_checked(permutation, inverse, n), odd)
}

fn factor_small<T: Field>(mut a: MatMut<'_, T>, permutation: &mut [usize]) -> bool {
    let n = permutation.len();
    permutation.iter_mut().enumerate().for_each(|(place, row)| *row = place);
    let mut odd = false;
    for j in 0..n {
        let mut pivot = j;
        for i in j + 1..n {
            if a[(i, j)].abs1() > a[(pivot, j)].abs1() {
                pivot = i;
            }
        }
        if pivot != j {
            for k in 0..n {
                let above = a[(j, k)];
                a[(j, k)] = a[(pivot, k)];
                a[(pivot, k)] = above;
            }
            permutation.swap(j, pivot);
            odd = !odd;
        }
        if a[(j, j)] == T::zero_impl() {
            continue;
        }
        let reciprocal = a[(j, j)].recip();
        for i in j + 1..n {
            a[(i, j)] *= reciprocal;
        }
        for k in j + 1..n {
            for i in j + 1..n {
                a[(i, k)] = a[(i, k)] - a[(i, j)] * a[(j, k)];
            }
        }
    }
    odd
}
