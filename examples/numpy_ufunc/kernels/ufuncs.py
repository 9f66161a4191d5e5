"""Kernels that NumPy calls."""

import math

from numba import vectorize, guvectorize, float32, float64, int64


@vectorize([float32(float32, float32), float64(float64, float64)])
def rel_diff(x, y):
    """The difference of two numbers, relative to their mean."""
    return 2 * (x - y) / (x + y)


@vectorize([int64(float64, float64, int64)])
def escape_time(re, im, limit):
    """How many steps of Mandelbrot's iteration a point stays near 0: at most `limit`."""
    x = 0.0
    y = 0.0
    n = 0
    while n < limit and x * x + y * y <= 4.0:
        x, y = x * x - y * y + re, 2 * x * y + im
        n += 1
    return n


@guvectorize([(float64[:], float64[:], float64[:])], '(n)->(),()')
def max_min(arr, largest, smallest):
    """The largest and the smallest of some numbers; infinities of none."""
    top = -math.inf
    bottom = math.inf
    for x in arr:
        top = max(top, x)
        bottom = min(bottom, x)
    largest[0] = top
    smallest[0] = bottom
