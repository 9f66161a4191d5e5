# overflow checks: off
# lanes: 256
from numba import float64, guvectorize, int64, vectorize


@vectorize([float64(float64, float64)])
def rel_diff(x, y):
    # Adjacent elements, those of any strides, and what is carried from one to the next.
    # not: call
    # not: status
    # not: check
    # check: = in.0.C
    # check: (stride(in.0, 0) == 8)
    # check: at.8 = at.8[1 for
    # check: (address(in.0) + stride(in.0, 0)) == address(out.0)
    return 2 * (x - y) / (x + y)


@vectorize([int64(float64, float64)])
def narrowed(x, y):
    # A result of another type is never carried.
    # not: address(
    # check: = in.1.C
    return int64(x) + int64(y)


@vectorize([float64(float64)])
def one(x):
    # not: address(
    return x * x


@guvectorize([(float64[:, :], float64[:, :], float64[:, :])], '(m,n),(n,p)->(m,p)')
def matmul(a, b, c):
    # not: in_bounds
    # not: raise
    # not: status
    # not: call
    # check: 0 for dim(in.0, 2), 0 for dim(in.1, 2)]
    # check: (stride(in.1, 2) == 8)
    # check: (stride(in.1, 1) == (8 * dim(in.1, 2)))
    m, n = a.shape
    p = b.shape[1]
    for i in range(m):
        for j in range(p):
            total = 0.0
            for k in range(n):
                total += a[i, k] * b[k, j]
            c[i, j] = total


@guvectorize([(float64[:], float64[:], float64[:])], '(n)->(),()')
def max_min(x, high, low):
    # The first element is looked at, which there may not be: one check, before the loop.
    # check: IndexError
    high[0] = x[0]
    low[0] = x[0]
    for i in range(1, x.shape[0]):
        if x[i] > high[0]:
            high[0] = x[i]
        elif x[i] < low[0]:
            low[0] = x[i]


@guvectorize([(float64[:], float64[:])], '(n)->(n)')
def same_extent(x, out):
    # not: in_bounds
    # not: status
    for i in range(len(x)):
        out[i] = x[i] + 1.0


@guvectorize([(float64[::1], int64, float64[::1])], '(n),()->(n)')
def contiguous_core(x, width, out):
    # check: .C
    # not: in_bounds
    total = 0.0
    for i in range(len(out)):
        total += x[i]
        out[i] = total


@guvectorize([(float64[:], float64[:], float64[:])], '(3),(3)->(3)')
def cross(a, b, c):
    # Sizes that are fixed need no checks.
    # not: in_bounds
    # not: status
    # check: for 3]
    c[0] = a[1] * b[2] - a[2] * b[1]
    c[1] = a[2] * b[0] - a[0] * b[2]
    c[2] = a[0] * b[1] - a[1] * b[0]


@guvectorize([(float64[:], float64[:], float64[:])], '(m),(n)->(m+n-1)')
def convolve(x, y, out):
    # The size of the output is what the rule says.
    # not: in_bounds
    # not: status
    for k in range(out.shape[0]):
        out[k] = 0.0
    for i in range(x.shape[0]):
        for j in range(y.shape[0]):
            out[i + j] += x[i] * y[j]
