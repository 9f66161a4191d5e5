from numba import njit


@njit
def plus_one(x: int) -> int:
    return x + 1
