"""A condition that a helper returns is decided where it returns; what is computed twice is computed once."""
# overflow checks: off

from numba import njit, bool_, float64, int64


@njit
def count(x: bool_[::1]) -> int64:
    # check: s = (s + round.i64(
    # not: if
    s = 0
    for i in range(len(x)):
        if occupied_at(x, i):
            s += 1
    return s


def occupied_at(x, i):
    if 0 <= i < len(x):
        return x[i]
    return False


@njit
def once(x: float64) -> float64:
    # check: result = (t + t)
    a = curve(x)
    b = curve(x)
    return a + b


def curve(x):
    return 1.0 / (1.0 + x * x)
