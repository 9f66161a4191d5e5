# overflow checks: off
# lanes: 256
import math

from numba import float64, int64, njit, uint8


@njit
def mandel(x: float64, y: float64, max_iters: int64) -> int64:
    c = complex(x, y)
    z = 0j
    for i in range(max_iters):
        z = z*z + c
        if z.real * z.real + z.imag * z.imag >= 4:
            return 255 * i // max_iters
    return 255


@njit
def row(out: int64[::1], xs: float64[::1], y: float64, n: int64):
    # A helper with a loop that each lane leaves when it is done; the counter is the same for all.
    # check: by 4 {
    # check: = load xs[first] along 0
    # check: if !any(active
    # check: i.count.9 in 0..n {
    # check: store out[first] along 0 =
    for i in range(min(len(xs), len(out))):
        out[i] = mandel(xs[i], y, n)


@njit
def axpy(a: float64, x: float64[:], y: float64[:]):
    # Strides that are known when it runs: a loop for neighbours, and none that would save nothing.
    # check: if ((stride(x, 0) == 8) & (stride(y, 0) == 8)) {
    # once: by 4 {
    # not: in_bounds(first
    for i in range(min(len(x), len(y))):
        y[i] = a * x[i] + y[i]


@njit
def narrow(x: uint8[::1], y: uint8[::1]):
    # As many lanes as the widest numbers allow.
    # check: by 32 {
    for i in range(min(len(x), len(y))):
        y[i] = x[i] ^ y[i]


@njit(error_model='python')
def checked(x: float64[::1], y: float64[::1], out: float64[::1]):
    # A check of a whole group; where it fails for one, single numbers raise.
    # check: by 4 {
    # check: if any(
    # check: record ZeroDivisionError
    for i in range(min(len(x), len(y), len(out))):
        out[i] = x[i] / y[i]


@njit
def domain(x: float64[::1], out: float64[::1]):
    # Where one lane raises, the group is left, so that what follows knows no mask.
    # check: by 4 {
    # check: if any(
    # check: = load x[first] along 0
    # check: store out[first] along 0 =
    # not: where
    for i in range(min(len(x), len(out))):
        out[i] = math.sqrt(x[i]) + math.log(x[i])


@njit(error_model='python')
def written_first(x: float64[::1], y: float64[::1], out: float64[::1], other: float64[::1]):
    # What was written before a check is not read: it may be written again.
    # check: by 4 {
    for i in range(min(len(x), len(y), len(out), len(other))):
        out[i] = x[i] / y[i]
        other[i] = y[i] / x[i]


@njit(error_model='python')
def written_and_read(x: float64[::1], y: float64[::1]):
    # not: by 4
    for i in range(min(len(x), len(y))):
        x[i] = x[i] + 1.0
        y[i] = 1.0 / x[i]


@njit
def carried(x: float64[::1]):
    # not: by 4
    for i in range(1, len(x)):
        x[i] = x[i] + x[i - 1]


@njit
def order(x: float64[:]) -> float64:
    # Floats are added in the order that is written.
    # not: by 4
    s = 0.0
    for i in range(len(x)):
        s += x[i]
    return s


@njit
def gathered(table: float64[::1], at: int64[::1], out: float64[::1]):
    # Elements that lie anywhere, read for the lanes of which the condition holds.
    # check: = load table[
    # check: where mask
    for i in range(min(len(at), len(out))):
        if 0 <= at[i] < len(table):
            out[i] = cubic(table[at[i]])


@njit
def cubic(x):
    return x * x * x + 2.0 * x * x + 3.0 * x + 4.0
