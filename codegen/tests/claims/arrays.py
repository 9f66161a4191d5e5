import numpy as np
from numba import float64, int64, njit


@njit
def small_in_a_loop(x: float64[:, :]) -> float64:
    # not: allocate
    # not: release
    # not: MemoryError
    # check: reserve(3)
    s = 0.0
    for i in range(x.shape[0]):
        a = np.empty(3)
        a[i % 3] = x[i, 0]
        s += a[0] + a[2]
    return s


def third(a):
    return a[2]


@njit
def small_and_passed(x: float64[:]) -> float64:
    # not: allocate
    s = 0.0
    for i in range(len(x)):
        a = np.full(3, x[i])
        s += third(a)
    return s


@njit
def kept_from_before(n: int64) -> int64:
    # check: allocate(2)
    # not: reserve
    last = np.full(2, 0)
    for i in range(n):
        here = np.full(2, i)
        here[0] += last[1]
        last = here
    return last[0]


@njit
def large(i: int64) -> float64:
    # check: allocate(1000)
    # check: release
    a = np.zeros(1000)
    return a[i]


@njit
def known_extent(n: int64) -> float64:
    # not: IndexError
    a = np.zeros(n)
    s = 0.0
    for i in range(n):
        a[i] = i
    for i in range(len(a)):
        s += a[i]
    return s


@njit
def memory_of_the_caller(x: float64[:]) -> float64:
    # not: owner
    y = x
    return third(y)


@njit
def in_registers(x: float64[:, ::1]) -> float64:
    # not: allocate
    # not: reserve
    # not: store
    s = 0.0
    for i in range(x.shape[0]):
        row = x[i, 0:3]
        a = np.zeros(row.shape)
        b = np.empty(3, np.complex128)
        for k in range(3):
            a[k] = 2 * row[k]
            b[k] = a[k] * 1j
        for k in range(len(b)):
            s += a[k] * b[k].imag
    return s


@njit
def indexed_by_what_it_holds(x: int64[:], n: int64) -> int64:
    # check: reserve(4)
    # not: allocate
    a = np.zeros(4, np.int64)
    for i in range(n):
        a[x[i]] += 1
    return a[0]


@njit
def frame_is_shared(x: float64, n: int64) -> float64:
    # check: in 0..8
    s = x
    for i in range(8):
        t = np.empty(500)
        t[n] = s
        s = s + t[n] * 0.5
    return s
