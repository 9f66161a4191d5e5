"""Mandelbrot's iteration in two ways that use all cores: as a ufunc, and as a loop over `prange`."""

from numba import njit, prange, vectorize, float64, int64


@njit
def steps(re: float64, im: float64, limit: int64) -> int64:
    """How many steps a point stays near 0: at most `limit`."""
    x = 0.0
    y = 0.0
    n = 0
    while n < limit and x * x + y * y <= 4.0:
        x, y = x * x - y * y + re, 2 * x * y + im
        n += 1
    return n


@vectorize([int64(float64, float64, int64)])
def escape_time(re, im, limit):
    """The steps of each point."""
    return steps(re, im, limit)


@njit(parallel=True)
def render(re: float64[:], im: float64[:], limit: int64, image: int64[:, :]) -> int64:
    """Writes the steps of each point of a grid, and gives their sum."""
    total = 0
    for i in prange(image.shape[0]):
        for j in range(image.shape[1]):
            image[i, j] = steps(re[j], im[i], limit)
            total += image[i, j]
    return total
