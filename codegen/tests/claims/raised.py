from numba import float64, int64, njit


@njit
def divided(x: int, y: int) -> float:
    # The library's exception is raised by its caller.
    # check: record ZeroDivisionError("division by zero") at tests/claims/raised.py:9
    # not: library
    return x / y


@njit
def factorial(n: int64) -> int64:
    # check: record RecursionError("maximum recursion depth exceeded") at tests/claims/raised.py:18
    # check: call factorial
    if n <= 1:
        return 1
    return n * factorial(n - 1)


@njit
def cannot(x: float64) -> float64:
    # not: status
    # not: raises
    return x * 2.0


@njit
def never(n: int64) -> int64:
    # check: record ValueError("always")
    # not: result = 1
    if n == n:
        raise ValueError("always")
    return 1
