"""Neighbours on a grid of cells that are occupied or not."""

from numba import njit, bool_, int64


@njit
def check_neighbour(grid, i, j):
    """Whether there is a cell (i, j) and it is occupied."""
    if 0 <= i < grid.shape[0] and 0 <= j < grid.shape[1]:
        return grid[i, j]
    return False


@njit
def find_max_neighbours(grid: bool_[:, ::1]) -> int64:
    """The largest number of occupied cells around any cell; a cell has up to eight neighbours."""
    most = 0
    for i in range(grid.shape[0]):
        for j in range(grid.shape[1]):
            count = 0
            for di in -1, 0, 1:
                for dj in -1, 0, 1:
                    if di == 0 and dj == 0:
                        continue
                    elif check_neighbour(grid, i + di, j + dj):
                        count += 1
            most = max(most, count)
    return most
