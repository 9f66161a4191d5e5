"""Distances between line segments of space.

The closest points of two segments minimise a quadratic function on the unit square: D. Eberly,
"Robust Computation of Distance Between Line Segments" (Geometric Tools, 2015), by clamping one
parameter, then the other.
"""

import math

import numpy as np
from numba import njit, float64


@njit
def dot3d(a, b):
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@njit
def difference(a, b):
    d = np.empty(3)
    for k in range(3):
        d[k] = a[k] - b[k]
    return d


@njit
def along(start, direction, t):
    """The point start + t * direction."""
    point = np.empty(3)
    for k in range(3):
        point[k] = start[k] + t * direction[k]
    return point


@njit
def clamp(t):
    return min(max(t, 0.0), 1.0)


@njit
def compute(a: float64[:, ::1]) -> float64[:, ::1]:
    """The distance between every two segments; a row of a holds the two ends of one."""
    assert a.shape[1] == 6, "a segment is six numbers"
    n = a.shape[0]
    distances = np.zeros((n, n))
    for i in range(n):
        p = a[i, 0:3]
        u = difference(a[i, 3:6], p)
        uu = dot3d(u, u)
        for j in range(i):
            q = a[j, 0:3]
            v = difference(a[j, 3:6], q)
            w = difference(q, p)
            uv, vv = dot3d(u, v), dot3d(v, v)
            uw, vw = dot3d(u, w), dot3d(v, w)
            denominator = uu * vv - uv**2
            s = clamp((uw * vv - vw * uv) / denominator) if denominator > 0.0 else 0.0
            t = (uv * s - vw) / vv if vv > 0.0 else 0.0
            if t != clamp(t):
                t = clamp(t)
                s = clamp((uv * t + uw) / uu) if uu > 0.0 else 0.0
            closest = difference(along(p, u, s), along(q, v, t))
            distances[i, j] = distances[j, i] = math.sqrt(dot3d(closest, closest))
    return distances
