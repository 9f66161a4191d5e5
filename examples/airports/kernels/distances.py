"""Distances between points of space."""

import math

from numba import njit, float64


@njit
def pairwise(X: float64[:, ::1], D: float64[:, ::1]):
    """Writes the distance between every two rows of X into D, of shape (len(X), len(X))."""
    n = X.shape[0]
    dimensions = X.shape[1]
    for i in range(n):
        for j in range(n):
            total = 0.0
            for k in range(dimensions):
                difference = X[i, k] - X[j, k]
                total += difference * difference
            D[i, j] = math.sqrt(total)
