from numba import float64, int64, njit


def at(x, i):
    return x[i]


@njit(boundscheck=False)
def unchecked(x: float64[:], i: int64) -> float64:
    # not: IndexError
    # not: raises
    return x[i] + at(x, -1)


@njit(boundscheck=False)
def unchecked_store(x: float64[:, :], i: int64):
    # not: IndexError
    x[i, 0] += 1


def asks(x):
    return x * 3


@njit(inline='never')
def never(x):
    return x * 5


@njit(inline='always')
def always(x):
    for i in range(10):
        if x > 1:
            x = ((x * x * x + x * x) / (x * x - 3.0) + x * x * x * x) / (x * x * x * x * x - 2 * x * x + 3 * x)
        elif x > 2:
            x = ((x * x * x + x * x) / (x * x - 4.0) + x * x * x * x) / (x * x * x * x * x - 2 * x * x + 3 * x)
        elif x > 3:
            x = ((x * x * x + x * x) / (x * x - 5.0) + x * x * x * x) / (x * x * x * x * x - 2 * x * x + 3 * x)
        elif x > 4:
            x = ((x * x * x + x * x) / (x * x - 6.0) + x * x * x * x) / (x * x * x * x * x - 2 * x * x + 3 * x)
    return x


def large(x):
    for i in range(10):
        if x > 1:
            x = ((x * x * x + x * x) / (x * x - 3.0) + x * x * x * x) / (x * x * x * x * x - 2 * x * x + 3 * x)
        elif x > 2:
            x = ((x * x * x + x * x) / (x * x - 4.0) + x * x * x * x) / (x * x * x * x * x - 2 * x * x + 3 * x)
        elif x > 3:
            x = ((x * x * x + x * x) / (x * x - 5.0) + x * x * x * x) / (x * x * x * x * x - 2 * x * x + 3 * x)
        elif x > 4:
            x = ((x * x * x + x * x) / (x * x - 6.0) + x * x * x * x) / (x * x * x * x * x - 2 * x * x + 3 * x)
    return x


@njit(error_model='numpy')
def calls(x: float64) -> float64:
    # check: call never(
    # check: call large(
    # not: call always(
    # not: call asks(
    return never(x) + always(x) + asks(x) + large(x)
