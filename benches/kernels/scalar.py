"""Scalar loops. Numba compiles this file as it is; annotations are our signatures."""

from numba import njit, float64, int64, uint8


@njit
def mandel(x: float64, y: float64, max_iters: int64) -> int64:
    c = complex(x, y)
    z = 0j
    for i in range(max_iters):
        z = z * z + c
        if z.real * z.real + z.imag * z.imag >= 4:
            return 255 * i // max_iters
    return 255


@njit
def mandelbrot(image: uint8[:, ::1], max_iters: int64):
    height = image.shape[0]
    width = image.shape[1]
    for row in range(height):
        y = -1.0 + row * (2.0 / height)
        for column in range(width):
            x = -2.0 + column * (3.0 / width)
            image[row, column] = mandel(x, y, max_iters)


@njit
def total(x: float64[::1]) -> float64:
    s = 0.0
    for i in range(len(x)):
        s += x[i]
    return s


@njit
def smooth(x: float64[::1], out: float64[::1]):
    assert len(out) == len(x)
    for i in range(1, len(x) - 1):
        out[i] = 0.25 * x[i - 1] + 0.5 * x[i] + 0.25 * x[i + 1]


@njit
def collatz(limit: int64) -> int64:
    longest = 0
    for start in range(1, limit):
        n = start
        steps = 0
        while n != 1:
            if n % 2 == 0:
                n = n // 2
            else:
                n = 3 * n + 1
            steps += 1
        if steps > longest:
            longest = steps
    return longest


@njit
def add(a: int64, b: int64) -> int64:
    return a + b
