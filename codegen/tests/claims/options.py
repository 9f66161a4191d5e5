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
    y = x
    y = (y * y * x + 0.5 * y - x) / (y * x - 0.25) + y * y * y * y
    y = (y * y * x + 1.5 * y - x) / (y * x - 1.25) + y * y * y * y
    y = (y * y * x + 2.5 * y - x) / (y * x - 2.25) + y * y * y * y
    y = (y * y * x + 3.5 * y - x) / (y * x - 3.25) + y * y * y * y
    y = (y * y * x + 4.5 * y - x) / (y * x - 4.25) + y * y * y * y
    y = (y * y * x + 5.5 * y - x) / (y * x - 5.25) + y * y * y * y
    y = (y * y * x + 6.5 * y - x) / (y * x - 6.25) + y * y * y * y
    y = (y * y * x + 7.5 * y - x) / (y * x - 7.25) + y * y * y * y
    y = (y * y * x + 8.5 * y - x) / (y * x - 8.25) + y * y * y * y
    y = (y * y * x + 9.5 * y - x) / (y * x - 9.25) + y * y * y * y
    y = (y * y * x + 10.5 * y - x) / (y * x - 10.25) + y * y * y * y
    y = (y * y * x + 11.5 * y - x) / (y * x - 11.25) + y * y * y * y
    return y


def large(x):
    y = x
    y = (y * y * x + 0.5 * y - x) / (y * x - 0.25) + y * y * y * y
    y = (y * y * x + 1.5 * y - x) / (y * x - 1.25) + y * y * y * y
    y = (y * y * x + 2.5 * y - x) / (y * x - 2.25) + y * y * y * y
    y = (y * y * x + 3.5 * y - x) / (y * x - 3.25) + y * y * y * y
    y = (y * y * x + 4.5 * y - x) / (y * x - 4.25) + y * y * y * y
    y = (y * y * x + 5.5 * y - x) / (y * x - 5.25) + y * y * y * y
    y = (y * y * x + 6.5 * y - x) / (y * x - 6.25) + y * y * y * y
    y = (y * y * x + 7.5 * y - x) / (y * x - 7.25) + y * y * y * y
    y = (y * y * x + 8.5 * y - x) / (y * x - 8.25) + y * y * y * y
    y = (y * y * x + 9.5 * y - x) / (y * x - 9.25) + y * y * y * y
    y = (y * y * x + 10.5 * y - x) / (y * x - 10.25) + y * y * y * y
    y = (y * y * x + 11.5 * y - x) / (y * x - 11.25) + y * y * y * y
    return y


def large_once(x):
    y = x
    y = (y * y * x + 0.5 * y - x) / (y * x - 0.25) + y * y * y * y
    y = (y * y * x + 1.5 * y - x) / (y * x - 1.25) + y * y * y * y
    y = (y * y * x + 2.5 * y - x) / (y * x - 2.25) + y * y * y * y
    y = (y * y * x + 3.5 * y - x) / (y * x - 3.25) + y * y * y * y
    y = (y * y * x + 4.5 * y - x) / (y * x - 4.25) + y * y * y * y
    y = (y * y * x + 5.5 * y - x) / (y * x - 5.25) + y * y * y * y
    y = (y * y * x + 6.5 * y - x) / (y * x - 6.25) + y * y * y * y
    y = (y * y * x + 7.5 * y - x) / (y * x - 7.25) + y * y * y * y
    y = (y * y * x + 8.5 * y - x) / (y * x - 8.25) + y * y * y * y
    y = (y * y * x + 9.5 * y - x) / (y * x - 9.25) + y * y * y * y
    y = (y * y * x + 10.5 * y - x) / (y * x - 10.25) + y * y * y * y
    y = (y * y * x + 11.5 * y - x) / (y * x - 11.25) + y * y * y * y
    return y


@njit(error_model='numpy')
def calls(x: float64) -> float64:
    # check: call never(
    # check: call large(
    # not: call always(
    # not: call asks(
    y = large(large(large(large(large(x)))))
    return never(x) + always(x) + asks(x) + large(large(large(large(large(-x))))) + y


@njit(error_model='numpy')
def calls_once(x: float64) -> float64:
    # not: call large_once(
    return large_once(x)
