# Reductions of whole arrays, given as arrays of one dimension: NumPy's results, bit for bit.

import numpy as np
from numba import njit

import intrinsics


@njit(inline='never', boundscheck=False)
def sum_block(a):
    # At most 128 floats, as NumPy's pairwise_sum adds them: eight sums, which a tree joins. A complex
    # number is two of the eight.
    n = len(a)
    width = 8
    total = -0.0
    if intrinsics.is_complex(a):
        width = 4
        total = intrinsics.complex(-0.0, -0.0)
    if n < width:
        for x in a:
            total += x
        return total
    rows = intrinsics.trunc_div(n, width)
    sums = np.empty(width, a.dtype)
    for k in range(width):
        total = a[k]
        for row in range(1, rows):
            total += a[row * width + k]
        sums[k] = total
    total = (sums[0] + sums[1]) + (sums[2] + sums[3])
    if width == 8:
        total = total + ((sums[4] + sums[5]) + (sums[6] + sums[7]))
    for i in range(rows * width, n):
        total += a[i]
    return total


def sum_half(n, parts):
    # How many of n numbers the left half of a sum has: a multiple of eight floats.
    half = intrinsics.trunc_div(n * parts, 2)
    return intrinsics.trunc_div(half - half % 8, parts)


@njit(boundscheck=False)
def open_halves(size, parts, rests, depth):
    # NumPy's recursion, from left to right: for each half that is open, how many numbers its right one
    # has, or 0 once that is open.
    while size * parts > 128:
        half = sum_half(size, parts)
        rests[depth] = intrinsics.wrapping_sub(size, half)
        depth = intrinsics.wrapping_add(depth, 1)
        size = half
    return size, depth


@njit(boundscheck=False)
def close_halves(total, sums, rests, depth):
    while depth > 0 and rests[depth - 1] == 0:
        depth = intrinsics.wrapping_sub(depth, 1)
        total = sums[depth] + total
    return total, depth


@njit(inline='never', boundscheck=False)
def pairwise_sum(a):
    parts = 1
    if intrinsics.is_complex(a):
        parts = 2
    if len(a) * parts <= 128:
        return sum_block(a)
    sums = np.empty(48, a.dtype)
    rests = np.empty(48, np.int64)
    depth = 0
    start = 0
    size = len(a)
    while True:
        size, depth = open_halves(size, parts, rests, depth)
        stop = intrinsics.wrapping_add(start, size)
        total, depth = close_halves(sum_block(a[start:stop]), sums, rests, depth)
        start = stop
        if depth == 0:
            return total
        sums[depth - 1] = total
        size = int(rests[depth - 1])
        rests[depth - 1] = 0


def fill_block(block, start, stop):
    # In its place stands what computes these elements, wherever `sum_filled` is used.
    return


@njit(inline='never', boundscheck=False)
def sum_filled(n, zero):
    # What `sum_run` gives for n elements that are computed block by block.
    parts = 1
    if intrinsics.is_complex(zero):
        parts = 2
    block = np.full(128, zero)
    sums = np.full(48, zero)
    rests = np.empty(48, np.int64)
    depth = 0
    start = 0
    size = n
    while True:
        size, depth = open_halves(size, parts, rests, depth)
        stop = intrinsics.wrapping_add(start, size)
        fill_block(block[:size], start, stop)
        total, depth = close_halves(sum_block(block[:size]), sums, rests, depth)
        start = stop
        if depth == 0:
            return zero + total
        sums[depth - 1] = total
        size = int(rests[depth - 1])
        rests[depth - 1] = 0


@njit(boundscheck=False)
def sum_run(a):
    return intrinsics.like(0.0, a[0]) + pairwise_sum(a)


def least_of(best, x):
    return intrinsics.select(best < x or best != best, best, x)


def greatest_of(best, x):
    return intrinsics.select(best > x or best != best, best, x)


def mean_of(total, n):
    # NumPy divides in double precision.
    if intrinsics.is_complex(total):
        return intrinsics.like(np.complex128(total) / np.complex128(n), total)
    return intrinsics.like(np.float64(total) / np.float64(n), total)


def degrees_of_freedom(n, ddof):
    freedom = float(n) - ddof
    return intrinsics.select(freedom < 0.0, 0.0, freedom)


def square_of(x):
    if intrinsics.is_complex(x):
        return x.real * x.real + x.imag * x.imag
    return x * x


def where_number(x, square):
    return intrinsics.select(x == x, square, intrinsics.like(0, square))


def variance_of_numbers(total, n, ddof):
    freedom = float(n) - ddof
    if freedom <= 0.0:
        return intrinsics.like(math.nan, total)
    return intrinsics.like(np.float64(total) / np.float64(freedom), total)
