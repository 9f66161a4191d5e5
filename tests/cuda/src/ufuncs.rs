//! Ufuncs with code for GPUs.

pykernel::py_kernel! {
    from numba import vectorize, boolean, complex64, float32, float64, int8, int64
    import math

    @vectorize([float32(float32, float32), float64(float64, float64)], target="cuda")
    def rel_diff(x, y):
        return 2 * (x - y) / (x + y)

    @vectorize([float64(float64)], target="cuda")
    def wave(x):
        return math.exp(-x) * math.sin(x)

    @vectorize([int64(int64, int64)], target="cuda")
    def divided(a, b):
        if b == 0:
            raise ZeroDivisionError("b is 0")
        return a // b

    @vectorize([float64(float64, float64, float64)], target="cuda")
    def fused(a, b, c):
        return a * b + c

    @vectorize([float64(int8, float32, boolean), complex64(complex64, float32, boolean)], target="cuda")
    def mixed(a, b, c):
        return a * b + c

    @vectorize([int64(float64, float64)], target="cuda")
    def escapes(x, y):
        a, b, n = 0.0, 0.0, 0
        while n < 20 and a * a + b * b < 4:
            a, b, n = a * a - b * b + x, 2 * a * b + y, n + 1
        return n

    @vectorize([float64(float64)])
    def halved(x):
        return x / 2
}
