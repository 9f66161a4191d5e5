# FOLD may take elements in any order, and one twice: several are looked at side by side.


@njit(boundscheck=False)
def FOLD_run(total, a):
    n = len(a)
    first = total
    second = total
    third = total
    for i in range(0, n - n % 4, 4):
        total = FOLD_of(total, a[i])
        first = FOLD_of(first, a[i + 1])
        second = FOLD_of(second, a[i + 2])
        third = FOLD_of(third, a[i + 3])
    for i in range(n - n % 4, n):
        total = FOLD_of(total, a[i])
    return FOLD_of(FOLD_of(total, first), FOLD_of(second, third))


@njit(boundscheck=False)
def FOLD_adjacent(total, a, offset, n):
    # Integers are collected on lanes. Of floats a row is folded at each of its places: that of four registers of 512 bits,
    # whose elements stay there while rows are read, in pieces that stay in the cache. The last row overlaps others.
    size = intrinsics.itemsize(a)
    if intrinsics.is_exact(a):
        for x in intrinsics.adjacent(a, offset, n):
            total = FOLD_of(total, x)
        return total
    else:
        width = intrinsics.trunc_div(256, size)
        if n < 2 * width:
            return FOLD_run(total, intrinsics.adjacent(a, offset, n))
        row = np.full(width, total)
        rows = intrinsics.trunc_div(n, width)
        for first in range(0, rows, 64):
            part = intrinsics.adjacent(a, offset + first * width * size, width * int_least(64, rows - first))
            FOLD_places(row, part)
        FOLD_places(row, intrinsics.adjacent(a, offset + (n - width) * size, width))
        return FOLD_run(total, row)


@njit(boundscheck=False)
def FOLD_places(row, a):
    # Folds `a` into a row, whose length is a divisor of its.
    width = len(row)
    rows = intrinsics.trunc_div(len(a), width)
    for k in range(width):
        best = row[k]
        for i in range(rows):
            best = FOLD_of(best, a[i * width + k])
        row[k] = best
