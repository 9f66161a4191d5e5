# overflow checks: off
# lanes: 256
from numba import float64, njit


@njit(fastmath=True)
def dot(x: float64[:], y: float64[:]) -> float64:
    # Each lane adds up for itself.
    # check: by 4 {
    # check: + free lane(all, 3)
    s = 0.0
    for i in range(min(len(x), len(y))):
        s += x[i] * y[i]
    return s


@njit
def in_order(x: float64[:]) -> float64:
    # not: free
    # not: by 4 {
    s = 0.0
    for i in range(len(x)):
        s += x[i]
    return s


@njit(fastmath={'contract', 'arcp', 'nnan'})
def contracted(x: float64, y: float64, z: float64) -> float64:
    # check: mul_add(
    # not: /
    # not: !=
    # not: free
    w = x * y + z
    if w != w:
        return x
    return w / 3.0


@njit
def exact(x: float64, y: float64, z: float64) -> float64:
    # not: mul_add(
    # check: / 3.0
    return (x * y + z) / 3.0
