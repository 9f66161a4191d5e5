# overflow checks: off
from numba import float32, float64, int64, njit


@njit
def mandel(x: float64, y: float64, max_iters: int64) -> int64:
    # not: call
    # not: raises
    # not: status
    # The squares of the test are those with which the next round begins.
    # check: = (z.re * z.re)
    # check: for
    # check: = (z.re * z.re)
    # check: >= 4.0)
    c = complex(x, y)
    z = 0j
    for i in range(max_iters):
        z = z * z + c
        if z.real * z.real + z.imag * z.imag >= 4:
            return 255 * i // max_iters
    return 255


@njit
def ratio(x: float32, y: float32) -> float32:
    # check: result = (x / y)
    # not: if
    return x / y


@njit
def larger(x: int64, y: int64) -> int64:
    # check: select((y > x), y, x)
    return max(x, y)


@njit
def folded(x: float64) -> float64:
    # check: result = (x * 12.0)
    return x * (3 * 4.0) + -0.0


def add_one(x):
    return x + 1


def add_two(x):
    return add_one(add_one(x))


@njit
def chain(x: float64) -> float64:
    # not: call
    # check: (x + 1.0)
    return add_two(x)


@njit
def unused(x: float64[:], y: float64) -> float64:
    # not: load
    # not: if
    # not: *
    if 1 > 2:
        return x[0]
    b = y * y
    return y


def quotient(x, y):
    if y == 0.0:
        raise ValueError("no quotient")
    return x / y


@njit
def twice(x: float64, y: float64) -> float64:
    # What may raise is computed once, as it has not raised when it is needed again.
    # once: record ValueError
    # once: (x / y)
    return quotient(x, y) + 1.0 / (2.0 + quotient(x, y))


@njit
def changed(x: float64, y: float64) -> float64:
    # The second call is one with another value.
    # check: record ValueError
    # check: record ValueError
    a = quotient(x, y)
    for _ in range(2):
        y = y - 1.0
        a += quotient(x, y)
    return a
