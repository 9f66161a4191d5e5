from numba import float64, int64, njit


@njit
def unrelated(x: float64[:], n: int64) -> float64:
    # check: IndexError
    s = 0.0
    for i in range(n):
        s += x[i]
    return s


@njit
def one_too_far(x: float64[:]) -> float64:
    # check: IndexError
    s = 0.0
    for i in range(len(x)):
        s += x[i + 1]
    return s


@njit
def other_array(x: float64[:], y: float64[:]) -> float64:
    # check: IndexError
    s = 0.0
    for i in range(len(x)):
        s += y[i]
    return s


@njit
def other_axis(x: float64[:, :]) -> float64:
    # check: for axis 1
    # not: for axis 0
    s = 0.0
    for i in range(x.shape[0]):
        s += x[i, i]
    return s


@njit
def maybe_empty(x: float64[:]) -> float64:
    # check: IndexError
    return x[len(x) - 1]


@njit
def wraps_around(x: float64[:], n: int64) -> float64:
    # In a build that lets integers wrap, n + 1 may be the smallest one.
    # check: IndexError
    if n >= 0:
        return x[min(n + 1, len(x) - 1)]
    return 0.0


@njit
def changed_counter(x: float64[:], step: int64) -> float64:
    # check: IndexError
    s = 0.0
    i = 0
    while i < len(x):
        s += x[i]
        i += step
    return s


@njit
def stale_test(x: float64[:], i: int64, j: int64) -> float64:
    # check: IndexError
    if 0 <= i and i < len(x):
        i = j
        return x[i]
    return 0.0


@njit
def once_is_enough(x: float64[:], i: int64) -> float64:
    # check: record IndexError("index {i} is out of bounds for axis 0 with size {i}", i, dim(x, 0)) at tests/claims/bounds_kept.py:80
    # not: bounds_kept.py:81
    s = x[i]
    s += x[i]
    return s
