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


@njit(boundscheck=False)
def sum_chunks(a, chunk):
    # NumPy adds up what its buffer holds, one after the other.
    total = intrinsics.like(0.0, a[0])
    n = len(a)
    start = 0
    while start < n:
        stop = n
        if n - start > chunk:
            stop = start + chunk
        total = total + pairwise_sum(a[start:stop])
        start = stop
    return total


def is_turned(shape, strides):
    # Whether NumPy goes through an array in Fortran's order: where that is the one of memory.
    turned = False
    last = 0
    for k in range(len(strides)):
        stride = strides[k]
        if stride < 0:
            stride = -stride
        if shape[k] != 1 and stride != 0:
            if last != 0:
                if stride <= last:
                    return False
                turned = True
            last = stride
    return turned


def chunk_of(shape, strides, turned, most):
    # How many elements NumPy adds up at once: so many times the last dimensions that its buffer holds,
    # those counted as one that are adjacent. A last dimension that the buffer does not hold is taken
    # `most` at once.
    fits = 1
    run = 1
    after = 0
    n = len(shape)
    for i in range(n):
        k = n - 1 - i
        if turned:
            k = i
        extent = shape[k]
        if extent == 0:
            return 1
        if extent != 1:
            if run == 1 or strides[k] == after:
                run = run * extent
            else:
                if fits * run > 8192:
                    break
                fits = fits * run
                run = extent
            after = strides[k] * extent
    if fits * run <= 8192:
        fits = fits * run
    elif fits == 1:
        return minimum(run, most)
    return fits * intrinsics.trunc_div(8192, fits)


def sum_integers(a, zero):
    for x in a:
        zero = zero + x
    return zero


def product_of(a, one):
    for x in a:
        one = one * x
    return one


@njit(boundscheck=False)
def mean_of(total, n):
    return total / intrinsics.like(n, total)


# The order does not matter for the least and the greatest, but for the sign of a zero, which it does in
# NumPy too. Four are looked at side by side.


@njit(boundscheck=False)
def least(a):
    n = len(a)
    if n == 0:
        raise ValueError("zero-size array to reduction operation minimum which has no identity")
    best = a[0]
    if n >= 4:
        b1 = a[1]
        b2 = a[2]
        b3 = a[3]
        for i in range(0, n - n % 4, 4):
            best = least_of(best, a[i])
            b1 = least_of(b1, a[i + 1])
            b2 = least_of(b2, a[i + 2])
            b3 = least_of(b3, a[i + 3])
        best = least_of(least_of(best, b1), least_of(b2, b3))
    for i in range(n - n % 4, n):
        best = least_of(best, a[i])
    return best


def least_of(best, x):
    return intrinsics.select(best < x or best != best, best, x)


@njit(boundscheck=False)
def greatest(a):
    n = len(a)
    if n == 0:
        raise ValueError("zero-size array to reduction operation maximum which has no identity")
    best = a[0]
    if n >= 4:
        b1 = a[1]
        b2 = a[2]
        b3 = a[3]
        for i in range(0, n - n % 4, 4):
            best = greatest_of(best, a[i])
            b1 = greatest_of(b1, a[i + 1])
            b2 = greatest_of(b2, a[i + 2])
            b3 = greatest_of(b3, a[i + 3])
        best = greatest_of(greatest_of(best, b1), greatest_of(b2, b3))
    for i in range(n - n % 4, n):
        best = greatest_of(best, a[i])
    return best


def greatest_of(best, x):
    return intrinsics.select(best > x or best != best, best, x)


