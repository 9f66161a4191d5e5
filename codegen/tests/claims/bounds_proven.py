from numba import float64, int64, njit, uint8


@njit
def total(x: float64[:]) -> float64:
    # check: load x[
    # not: IndexError
    # not: OverflowError
    # not: select
    # not: status
    s = 0.0
    for i in range(len(x)):
        s += x[i]
    return s


@njit
def downwards(x: float64[:]) -> float64:
    # not: IndexError
    s = 0.0
    for i in range(len(x) - 1, -1, -1):
        s += x[i]
    return s


@njit
def every_other(x: float64[:]) -> float64:
    # not: IndexError
    s = 0.0
    for i in range(0, len(x) - 1, 2):
        s += x[i] * x[i + 1]
    return s


@njit
def table(x: float64[:, :], out: float64[:, :]):
    # check: AssertionError
    # not: IndexError
    assert out.shape[0] == x.shape[0] and out.shape[1] == x.shape[1]
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            out[i, j] = 2.0 * x[i, j]


@njit
def stencil(u: float64[:, :], out: float64[:, :]):
    # not: IndexError
    # not: OverflowError
    n = u.shape[0]
    m = u.shape[1]
    if out.shape[0] != n or out.shape[1] != m:
        raise ValueError("shapes differ")
    for i in range(1, n - 1):
        for j in range(1, m - 1):
            out[i, j] = u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1]


@njit
def product(a: float64[:, ::1], b: float64[:, ::1], out: float64[:, ::1]):
    # not: IndexError
    if a.shape[1] != b.shape[0]:
        raise ValueError("the inner dimensions differ")
    assert out.shape[0] == a.shape[0]
    assert out.shape[1] == b.shape[1]
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            s = 0.0
            for k in range(a.shape[1]):
                s += a[i, k] * b[k, j]
            out[i, j] = s


@njit
def shorter(x: float64[:], y: float64[:]) -> float64:
    # not: IndexError
    s = 0.0
    for i in range(min(len(x), len(y))):
        s += x[i] * y[i]
    return s


@njit
def guarded(x: float64[:], n: int64) -> float64:
    # not: IndexError
    s = 0.0
    for i in range(n):
        if i < len(x):
            s += x[i]
    return s


@njit
def checked_once(x: float64[:], n: int64) -> float64:
    # not: IndexError
    if n > len(x):
        raise ValueError("too long")
    s = 0.0
    for i in range(n):
        s += x[i]
    return s


@njit
def while_counting(x: float64[:]) -> float64:
    # not: IndexError
    # not: OverflowError
    s = 0.0
    i = 0
    while i < len(x):
        s += x[i]
        i += 1
    return s


@njit
def bisect(x: float64[:], v: float64) -> int64:
    # not: IndexError
    # not: OverflowError
    lo = 0
    hi = len(x)
    while lo < hi:
        mid = (lo + hi) // 2
        if x[mid] < v:
            lo = mid + 1
        else:
            hi = mid
    return lo


@njit
def filtered(x: float64[:], out: float64[:]) -> int64:
    # not: IndexError
    n = 0
    for i in range(len(x)):
        if x[i] > 0.0 and n < len(out):
            out[n] = x[i]
            n += 1
    return n


@njit
def around(x: float64[:], out: float64[:]):
    # not: IndexError
    n = len(x)
    assert len(out) == n
    for i in range(n):
        out[i] = x[(i + 1) % n] - x[(i - 1) % n]


@njit
def reversed_in_place(x: float64[:]):
    # not: IndexError
    for i in range(len(x) // 2):
        t = x[i]
        x[i] = x[len(x) - 1 - i]
        x[len(x) - 1 - i] = t


@njit
def clamped(x: float64[:], k: int64) -> float64:
    # not: IndexError
    if len(x) == 0:
        return 0.0
    return x[min(max(k, 0), len(x) - 1)]


@njit
def histogram(data: uint8[:], counts: int64[:]):
    # not: IndexError
    assert len(counts) == 256
    for i in range(len(data)):
        counts[data[i]] += 1


def value_at(x, i):
    return x[i]


@njit
def through_a_helper(x: float64[:]) -> float64:
    # not: call
    # not: IndexError
    s = 0.0
    for i in range(len(x)):
        s += value_at(x, i)
    return s


@njit
def with_continue(x: float64[:], out: float64[:]) -> int64:
    # not: IndexError
    # not: block
    n = 0
    for i in range(len(x)):
        if x[i] <= 0.0:
            continue
        if n >= len(out):
            break
        out[n] = x[i]
        n += 1
    return n


@njit
def backwards(x: float64[:]) -> float64:
    # not: IndexError
    s = 0.0
    for i in reversed(range(len(x))):
        s = s * 0.5 + x[i]
    return s


@njit
def at_offsets(x: float64[:], out: float64[:]):
    # not: IndexError
    for k, i in enumerate(range(len(x))):
        if k < len(out):
            out[k] = x[i]


@njit
def side_by_side(x: float64[:], y: float64[:]) -> float64:
    # not: IndexError
    s = 0.0
    for i, j in zip(range(len(x)), range(len(y))):
        s += x[i] * y[j]
    return s
