import numpy as np
from numba import float64, int64, njit, vectorize


@njit
def into_its_place(a: float64[::1], b: float64[::1], out: float64[::1]):
    # not: allocate
    out[:] = a * b + a / 2 - abs(b)


@njit
def across_statements(a: float64[::1], b: float64[::1], c: float64[::1], out: float64[::1]):
    # not: allocate
    t = a * b
    u = t + c
    out[:] = u - t


@njit
def in_a_loop(a: float64[:, ::1], out: float64[::1], n: int64):
    # not: allocate
    for i in range(n):
        row = a[i] * 2.0
        out += row


@njit
def one_new_array(a: float64[::1], b: float64[::1]):
    # once: allocate(
    return (a + b) * (a - b)


@njit
def read_twice(a: float64[::1], out: float64[::1]):
    # check: allocate
    t = a * 2.0
    out[:] = t
    return t


@njit
def written_between(a: float64[::1], b: float64[::1], out: float64[::1]):
    # check: allocate
    t = a * b
    out[0] = 1.0
    out[:] = t + out


@njit
def kept_for_later(a: float64[::1], out: float64[::1], n: int64):
    # check: allocate
    t = a * 2.0
    for i in range(n):
        out += t


@njit
def raises_in_the_loop(a: int64[::1], b: int64[::1], out: int64[::1]):
    # check: allocate
    t = a ** b
    out[:] = t + 1


@njit
def summed(a: float64[::1]):
    # check: call sum_filled
    # not: allocate
    return np.sum(a * 2.0 + abs(a))


@njit
def summed_of_two(a: float64[::1], b: float64[::1]):
    # once: call sum_filled
    # once: allocate(
    return np.sum(a * b)


@njit
def summed_and_kept(a: float64[::1]):
    # once: allocate(
    # not: sum_filled
    t = a * 2.0
    return np.sum(t), t


@njit
def of_functions(a: float64[::1], b: float64[::1], c: float64[::1], out: float64[::1]):
    # What a function does to return is no reason to compute it alone.
    # not: allocate
    out[:] = a * b + np.sin(c) - clamped(a)


@vectorize([float64(float64)])
def clamped(x):
    for i in range(3):
        if x < i:
            break
        x = x - 0.5
    if x < 0.0:
        return 0.0
    return x


@njit
def of_a_function_that_raises(a: float64[::1], b: float64[::1], out: float64[::1]):
    # check: allocate
    t = positive(a)
    out[:] = t + b


@vectorize([float64(float64)])
def positive(x):
    if x < 0.0:
        raise ValueError("negative")
    return x


@njit
def indexed(a: float64[::1], i: int64[::1], b: float64[::1], out: float64[::1]):
    # not: allocate
    out[:] = a[i] * b + 1.0


@njit
def indexed_rows(a: float64[:, ::1], i: int64[::1], out: float64[:, ::1]):
    # not: allocate
    out[:] = a[i] * 2.0


@njit
def written_by_mask(a: float64[::1], b: float64[::1]):
    # not: allocate
    a[a < b] = 0.0
    a[(a > 1.0) & (b != 0.0)] *= 2.0


@njit
def written_by_indices(a: float64[::1], i: int64[::1], b: float64[::1]):
    # not: allocate
    a[i] = b
    a[[0, -1]] = 1.0


@njit
def indexed_where_it_is_written(a: float64[::1], i: int64[::1]):
    # once: allocate(
    # check: allocate(dim(i, 0))
    a[:2] = a[i] * 2.0


@njit
def moved(a: float64[::1], i: int64[::1], j: int64[::1]):
    # once: allocate(
    # check: allocate(dim(j, 0))
    a[i] = a[j] * 2.0
