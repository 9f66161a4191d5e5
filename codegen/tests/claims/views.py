from numba import float64, int64, njit


@njit
def all_but_the_first(x: float64[:]) -> float64:
    # not: IndexError
    s = 0.0
    y = x[1:]
    for i in range(len(y)):
        s += y[i]
    return s


@njit
def all_but_the_last(x: float64[:]) -> float64:
    # not: IndexError
    s = 0.0
    y = x[:-1]
    for i in range(y.shape[0]):
        s += y[i]
    return s


@njit
def some(x: float64[:], start: int64, stop: int64, step: int64) -> float64:
    # check: slice step cannot be zero
    # not: IndexError
    s = 0.0
    y = x[start:stop:step]
    for i in range(len(y)):
        s += y[i]
    return s


@njit
def neighbours(x: float64[:], out: float64[:]):
    # not: IndexError
    inner = x[1:-1]
    n = min(len(inner), len(out))
    for i in range(n):
        out[i] = inner[i]


@njit
def rows(x: float64[:, :]) -> float64:
    # not: IndexError
    s = 0.0
    for row in x:
        for value in row:
            s += value
    return s


@njit
def columns(x: float64[:, :]) -> float64:
    # not: IndexError
    s = 0.0
    for column in x.T:
        for i in range(x.shape[0]):
            s += column[i]
    return s


@njit
def smaller_and_smaller(x: float64[:]) -> float64:
    # not: IndexError
    s = 0.0
    y = x
    while len(y) > 0:
        s += y[0]
        y = y[1:]
    return s


def total(x):
    s = 0.0
    for value in x:
        s += value
    return s


@njit
def through_a_helper(x: float64[:, :], i: int64) -> float64:
    # check: IndexError("index {i} is out of bounds for axis 0 with size {i}"
    # not: call
    return total(x[i, 1:])


def tail(x):
    return x[1:]


@njit
def written_through_a_result(x: float64[:], y: float64[:]):
    # check: reads(y) writes(x)
    t = tail(x)
    for i in range(min(len(t), len(y))):
        t[i] = y[i]


@njit
def one_too_far(x: float64[:]) -> float64:
    # check: IndexError
    s = 0.0
    y = x[1:]
    for i in range(len(x)):
        s += y[i]
    return s


@njit
def other_arrays_are_apart(x: float64[:, :], i: int64, y: float64[:]):
    # check: writes(x)
    # not: overlap
    # not: allocate
    x[i, 1:] = y


@njit
def one_array_may(x: float64[:]):
    # check: overlap
    x[1:] = x[:-1]


@njit
def helpers_may_be_given_one_array_twice(x: float64[:], y: float64[:]):
    # not: overlap
    assign(x, y[1:])


def assign(to, values):
    to[:] = values


@njit
def numbers_are_not_read(x: float64[:]):
    # not: overlap
    # not: IndexError
    x[1:] = 0.0
    x *= 2.0
