"""The talk's kernels in their first form, on whole arrays and their parts, as NumPy's users write them."""

import numpy as np
from numba import njit, bool_, float64, int64, uint8


@njit
def mandelbrot(image: uint8[:, ::1], max_iters: int64):
    """All points go on together; those that left the circle are masked out."""
    height, width = image.shape
    x = -2.0 + np.arange(width) * (3.0 / width)
    y = -1.0 + np.arange(height) * (2.0 / height)
    c = x + 1j * y[:, None]
    z = np.zeros_like(c)
    inside = np.ones(c.shape, np.bool_)
    image[...] = 255
    for i in range(max_iters):
        z[inside] = z[inside] * z[inside] + c[inside]
        left = inside & (z.real * z.real + z.imag * z.imag >= 4)
        image[left] = 255 * i // max_iters
        inside &= ~left


@njit
def cnd(d):
    """The cumulative normal distribution (Abramowitz and Stegun 26.2.17)."""
    k = 1.0 / (1.0 + 0.2316419 * np.abs(d))
    polynomial = k * (0.319381530 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429))))
    tail = np.exp(-0.5 * d * d) / np.sqrt(2.0 * np.pi) * polynomial
    return np.where(d > 0, 1.0 - tail, tail)


@njit
def black_scholes(
    calls: float64[::1],
    puts: float64[::1],
    prices: float64[::1],
    strikes: float64[::1],
    years: float64[::1],
    risk_free: float64,
    volatility: float64,
):
    deviation = volatility * np.sqrt(years)
    d1 = (np.log(prices / strikes) + (risk_free + 0.5 * volatility**2) * years) / deviation
    d2 = d1 - deviation
    below1 = cnd(d1)
    below2 = cnd(d2)
    discounted = strikes * np.exp(-risk_free * years)
    calls[:] = prices * below1 - discounted * below2
    puts[:] = discounted * (1.0 - below2) - prices * (1.0 - below1)


@njit
def cell_region(grid, i, j):
    """The cells around one; beyond the edges there are none."""
    height, width = grid.shape
    if 0 < i < height - 1 and 0 < j < width - 1:
        return grid[i - 1 : i + 2, j - 1 : j + 2]
    region = np.zeros((3, 3), np.bool_)
    for k, row in enumerate(range(i - 1, i + 2)):
        for l, column in enumerate(range(j - 1, j + 2)):
            if 0 <= row < height and 0 <= column < width:
                region[k, l] = grid[row, column]
    return region


@njit
def find_max_neighbours(grid: bool_[:, ::1]) -> int64:
    most = 0
    for i in range(grid.shape[0]):
        for j in range(grid.shape[1]):
            count = np.sum(cell_region(grid, i, j)) - int(grid[i, j])
            most = max(most, count)
    return most


@njit
def dot3d(a, b):
    return np.sum(a * b)


@njit
def compute(a: float64[:, ::1]) -> float64[:, ::1]:
    """The distance between every two segments; a row of `a` holds the two ends of one."""
    n = a.shape[0]
    distances = np.zeros((n, n))
    for i in range(n):
        p = a[i, 0:3]
        u = a[i, 3:6] - p
        uu = dot3d(u, u)
        for j in range(i):
            q = a[j, 0:3]
            v = a[j, 3:6] - q
            w = q - p
            uv, vv = dot3d(u, v), dot3d(v, v)
            uw, vw = dot3d(u, w), dot3d(v, w)
            denominator = uu * vv - uv**2
            s = min(max((uw * vv - vw * uv) / denominator, 0.0), 1.0) if denominator > 0.0 else 0.0
            t = (uv * s - vw) / vv if vv > 0.0 else 0.0
            if t < 0.0 or t > 1.0:
                t = min(max(t, 0.0), 1.0)
                s = min(max((uv * t + uw) / uu, 0.0), 1.0) if uu > 0.0 else 0.0
            closest = (p + u * s) - (q + v * t)
            distances[i, j] = distances[j, i] = np.sqrt(np.sum(closest**2))
    return distances


@njit
def pairwise(X: float64[:, ::1], D: float64[:, ::1]):
    n = X.shape[0]
    for i in range(n):
        for j in range(n):
            D[i, j] = np.sqrt(np.sum(np.power(X[i, :] - X[j, :], 2)))


@njit
def pairwise_whole(X: float64[:, ::1], D: float64[:, ::1]):
    difference = X[:, None, :] - X[None, :, :]
    D[:, :] = np.sqrt(np.sum(difference * difference, axis=2))


@njit
def neighbours_whole(grid: bool_[:, ::1]) -> int64:
    height, width = grid.shape
    padded = np.zeros((height + 2, width + 2), np.int64)
    padded[1:-1, 1:-1] = grid
    count = np.zeros(grid.shape, np.int64)
    for i in range(3):
        for j in range(3):
            if i != 1 or j != 1:
                count += padded[i : i + height, j : j + width]
    return np.max(count)
