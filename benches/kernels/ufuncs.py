"""Ufuncs and gufuncs that are timed: those of Numba's manual and talks, and some that only move memory."""

from numba import vectorize, guvectorize, float64, int64


@vectorize([float64(float64, float64)])
def rel_diff(x, y):
    return 2 * (x - y) / (x + y)


@vectorize([float64(float64, float64)], identity=0)
def add(x, y):
    return x + y


@vectorize([int64(float64, float64, int64)])
def escape_time(re, im, limit):
    x = 0.0
    y = 0.0
    n = 0
    while n < limit and x * x + y * y <= 4.0:
        x, y = x * x - y * y + re, 2 * x * y + im
        n += 1
    return n


@guvectorize([(int64[:], int64, int64[:])], '(n),()->(n)')
def g(x, y, res):
    for i in range(x.shape[0]):
        res[i] = x[i] + y


@guvectorize([(float64[:, :], float64[:, :], float64[:, :])], '(m,n),(n,p)->(m,p)')
def batch_matmul(a, b, c):
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            total = 0.0
            for k in range(a.shape[1]):
                total += a[i, k] * b[k, j]
            c[i, j] = total


@guvectorize([(float64[:], float64[:], float64[:])], '(n)->(),()')
def max_min(arr, largest, smallest):
    top = arr[0]
    bottom = arr[0]
    for i in range(arr.shape[0]):
        top = max(top, arr[i])
        bottom = min(bottom, arr[i])
    largest[0] = top
    smallest[0] = bottom


@guvectorize([(float64[:], int64, float64[:])], '(n),()->(n)')
def move_mean(a, window, out):
    total = 0.0
    count = 0
    for i in range(window):
        total += a[i]
        count += 1
        out[i] = total / count
    for i in range(window, a.shape[0]):
        total += a[i] - a[i - window]
        out[i] = total / count
