"""Gufuncs that are timed on GPUs: the same text by pykernel and by numba-cuda."""

from numba import float64, guvectorize


@guvectorize([(float64[:], float64[:])], "(n)->()", target="cuda")
def sums(x, out):
    total = 0.0
    for i in range(x.shape[0]):
        total += x[i]
    out[0] = total


@guvectorize([(float64[:, :], float64[:, :], float64[:, :])], "(m,n),(n,p)->(m,p)", target="cuda")
def products(a, b, c):
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            total = 0.0
            for k in range(a.shape[1]):
                total += a[i, k] * b[k, j]
            c[i, j] = total
