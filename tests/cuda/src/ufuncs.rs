//! Ufuncs with code for GPUs.

pykernel::py_kernel! {
    from numba import vectorize, float32, float64, int64
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

    @vectorize([float64(float64)])
    def halved(x):
        return x / 2
}
