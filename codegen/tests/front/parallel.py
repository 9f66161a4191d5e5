# Loops over `prange`. The transcripts under `tests/kernels/parallel` have more of each.
import numba
from numba import njit, prange, float64


@njit(parallel=True)
def leaves(y: float64[:]):
    for i in numba.prange(len(y)):
        if y[i] > 1.0:
            return                         # error: [parallel-exit] return


@njit(parallel=True)
def carries(y: float64[:]):
    k = 0
    for i in prange(len(y)):
        y[i] = k                           # error: [parallel-variable] k
        k = i


@njit(parallel=True)
def wrong_steps(y: float64[:]):
    for i in prange(0.5):                  # error: [argument-mismatch] 0.5
        y[i] = 1.0
    for i in prange():                     # error: [argument-mismatch] prange()
        y[i] = 1.0
    for a, b in prange(3):                 # error: [type-mismatch] prange(3)
        y[a] = 1.0
