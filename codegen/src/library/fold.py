# The fold FOLD of an array along some of its dimensions. `library/mod.rs` puts the folds' names in (see folds.py).


@njit(inline='never', boundscheck=False)
def FOLD_axes(out, a, moves, keys):
    # Folds `a` into `out`, whose elements lie `moves` bytes apart along each dimension of `a`, 0 where it is folded.
    if a.size == 0:
        return
    n_axes = len(moves)
    extents = np.empty(n_axes, np.int64)
    strides = np.empty(n_axes, np.int64)
    steps = np.empty(n_axes, np.int64)
    counters = np.zeros(n_axes, np.int64)
    inner = np.zeros(n_axes, np.int64)
    place = np.zeros(2, np.int64)
    n = plan_fold(extents, strides, steps, a, moves, keys)
    lead = folded_first(steps, n)
    if lead > 0:
        lead, size = FOLD_lead(out, a, extents, lead)
        while True:
            result = intrinsics.adjacent(out, int(place[1]), 1)
            result[0] = FOLD_inner(result[0], a, int(place[0]), extents, strides, lead, size, inner)
            if not next_of_plan(counters, extents, strides, steps, n, lead, place):
                return
    first = bring_folded(extents, strides, steps, n)
    rows = 1
    if first == 2:
        rows = int(extents[1])
    columns = int(extents[0])
    row_stride = int(strides[first - 1])
    is_adjacent = strides[0] == intrinsics.itemsize(a) and steps[0] == intrinsics.itemsize(out)
    while True:
        if is_adjacent:
            result = intrinsics.adjacent(out, int(place[1]), columns)
            FOLD_rows(result, a, int(place[0]), rows, row_stride)
        else:
            result = intrinsics.strided(out, int(place[1]), (columns,), (int(steps[0]),))
            part = intrinsics.strided(a, int(place[0]), (rows, columns), (row_stride, int(strides[0])))
            FOLD_columns(result, part)
        if not next_of_plan(counters, extents, strides, steps, n, first, place):
            return


@njit(boundscheck=False)
def FOLD_rows(out, a, offset, rows, stride):
    # Folds rows of adjacent elements into one, four at a time, in pieces that stay in the cache.
    n = len(out)
    for start in range(0, n, 1024):
        size = n - start
        if size > 1024:
            size = 1024
        result = out[start:start + size]
        at = offset + start * intrinsics.itemsize(a)
        for r in range(0, rows - rows % 4, 4):
            row0 = intrinsics.adjacent(a, at + r * stride, size)
            row1 = intrinsics.adjacent(a, at + (r + 1) * stride, size)
            row2 = intrinsics.adjacent(a, at + (r + 2) * stride, size)
            row3 = intrinsics.adjacent(a, at + (r + 3) * stride, size)
            for j in range(size):
                total = FOLD_of(FOLD_of(result[j], row0[j]), row1[j])
                result[j] = FOLD_of(FOLD_of(total, row2[j]), row3[j])
        for r in range(rows - rows % 4, rows):
            row = intrinsics.adjacent(a, at + r * stride, size)
            for j in range(size):
                result[j] = FOLD_of(result[j], row[j])


@njit(boundscheck=False)
def FOLD_columns(out, a):
    for row in a:
        for j in range(len(out)):
            out[j] = FOLD_of(out[j], row[j])
