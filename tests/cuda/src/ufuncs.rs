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

pykernel::py_kernel! {
    from numba import vectorize, types, boolean, int8, int64, float32, float64, complex128

    @vectorize([types.UniTuple(int64, 2)(int64, int64), types.UniTuple(float64, 2)(float64, float64)], target="cuda")
    def sum_and_difference(x, y):
        return x + y, x - y

    @vectorize([float32(float32, float32), float64(float64, float64), complex128(complex128, complex128)], identity=0, target="cuda")
    def plus(x, y):
        return x + y

    @vectorize([int8(int8, int8), int64(int64, int64), float64(float64, float64)], target="cuda")
    def minus(x, y):
        return x - y

    @vectorize([boolean(boolean, boolean)], identity=0, target="cuda")
    def either(x, y):
        return x | y

    @vectorize([int64(int64, int64)], identity="reorderable", target="cuda")
    def smaller(x, y):
        return x if x < y else y

    @vectorize([int64(int64, int64)], target="cuda")
    def checked(x, y):
        if y < 0:
            raise ValueError("y is negative")
        return x * 10 + y
}

pykernel::py_kernel! {
    from numba import guvectorize, float64, int64

    @guvectorize([(float64[:, :], float64[:, :], float64[:, :])], "(m,n),(n,p)->(m,p)", target="cuda")
    def product(a, b, c):
        for i in range(a.shape[0]):
            for j in range(b.shape[1]):
                total = 0.0
                for k in range(a.shape[1]):
                    total += a[i, k] * b[k, j]
                c[i, j] = total

    @guvectorize([(float64[:], int64, float64[:])], "(n),()->(n)", target="cuda")
    def moving_mean(x, width, out):
        for i in range(len(x)):
            first = max(0, i - width + 1)
            total = 0.0
            for j in range(first, i + 1):
                total += x[j]
            out[i] = total / (i + 1 - first)

    @guvectorize([(float64[:], float64[:], float64[:])], "(n)->(),()", target="cuda")
    def least_and_greatest(x, least, greatest):
        least[0] = x[0]
        greatest[0] = x[0]
        for value in x:
            least[0] = min(least[0], value)
            greatest[0] = max(greatest[0], value)

    @guvectorize([(float64[:], float64)], "(n),()", writable_args=("x",), target="cuda")
    def shift(x, by):
        for i in range(len(x)):
            x[i] += by

    @guvectorize([(float64[:], float64[:])], "(n)->(k)", target="cuda")
    def stretch(x, out):
        for i in range(len(out)):
            place = i * len(x) // len(out)
            out[i] = x[place]

    @guvectorize([(float64[:], float64, float64[:])], "(n),()->(n)", target="cuda")
    def brighter(x, by, out):
        for i in range(len(x)):
            out[i] = x[i] * by + x[i] * x[i]
        for i in range(len(x)):
            if out[i] != out[i]:
                raise ValueError("not a number")

    @guvectorize([(int64[:], int64[:])], "(n)->()", target="cuda")
    def at_its_first(x, out):
        out[0] = x[x[0]]

    @guvectorize([(float64[:, ::1], float64[:])], "(m,n)->()", target="cuda")
    def corner(x, out):
        out[0] = x[0, 0] - x[-1, -1]
}
