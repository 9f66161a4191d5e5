# What iterations do to each other is looked at where nothing else is wrong.
from numba import njit, prange, float64, int64


@njit(parallel=True)
def meets(y: float64[:]):
    for i in prange(len(y)):
        y[i // 2] = 1.0                    # error: [parallel-access] y[i // 2] = 1.0


@njit(parallel=True)
def vouches(y: float64[:], to: int64[:]):
    for i in prange(len(to)):
        y[to[i]] = 1.0  # pykernel: disjoint


@njit(parallel={'prange': False})
def serial(y: float64[:]):
    for i in prange(len(y)):
        y[i // 2] = 1.0
