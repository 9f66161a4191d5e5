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
    # Many adjacent elements are rows, which lanes fold.
    if n < 256:
        return FOLD_run(total, intrinsics.adjacent(a, offset, n))
    row = np.full(64, total)
    rows = intrinsics.trunc_div(n, 64)
    size = 64 * intrinsics.itemsize(a)
    FOLD_rows(row, a, offset, rows, size)
    total = FOLD_run(total, row)
    return FOLD_run(total, intrinsics.adjacent(a, offset + rows * size, n - rows * 64))
