"""Short loops are written out; what their constants decide is gone, and so are the checks that a guard makes."""

from numba import njit, bool_, float64, int64


def occupied(grid, i, j):
    if 0 <= i < grid.shape[0] and 0 <= j < grid.shape[1]:
        return grid[i, j]
    return False


@njit
def neighbours(grid: bool_[:, ::1], i: int64, j: int64) -> int64:
    # not: in_bounds
    # not: for
    # not: Error
    count = 0
    for di in -1, 0, 1:
        for dj in -1, 0, 1:
            if di == 0 and dj == 0:
                continue
            elif 0 < i < 1000 and 0 < j < 1000 and occupied(grid, i + di, j + dj):
                count += 1
    return count


@njit
def guarded(x: float64[::1], i: int64) -> float64:
    # not: in_bounds
    if 0 <= i < len(x):
        return x[i]
    return 0.0


@njit
def long(n: int64) -> int64:
    # check: in 0..9
    s = n
    for k in range(9):
        s = s ^ (s + k if s < 1000 else k)
    return s
