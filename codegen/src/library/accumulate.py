# What FOLD has come to at each element along a dimension.


@njit(inline='never', boundscheck=False)
def FOLD_accumulate(out, a, axis, moves):
    # `out` has the shape of `a`, and elements that lie `moves` bytes apart. Where the dimension is not the last one,
    # elements along the last one go side by side.
    if out.size == 0:
        return
    n_axes = len(moves)
    extents = np.empty(n_axes, np.int64)
    strides = np.empty(n_axes, np.int64)
    steps = np.empty(n_axes, np.int64)
    counters = np.zeros(n_axes, np.int64)
    place = np.zeros(2, np.int64)
    length, stride, n = plan_along(extents, strides, steps, a, axis, moves)
    first = 0
    columns = 1
    column_stride = 0
    column_step = 0
    if axis != n_axes - 1:
        first = 1
        columns = int(extents[0])
        column_stride = int(strides[0])
        column_step = int(steps[0])
    is_adjacent = column_stride == intrinsics.itemsize(a) and column_step == intrinsics.itemsize(out)
    step = moves[axis]
    while True:
        if is_adjacent:
            FOLD_accumulate_rows(out, int(place[1]), step, a, int(place[0]), stride, length, columns)
        else:
            results = intrinsics.strided(out, int(place[1]), (columns, length), (column_step, step))
            parts = intrinsics.strided(a, int(place[0]), (columns, length), (column_stride, stride))
            for j in range(columns):
                FOLD_accumulate_run(results[j], parts[j])
        if not next_of_plan(counters, extents, strides, steps, n, first, place):
            return


@njit(boundscheck=False)
def FOLD_accumulate_run(out, a):
    total = FOLD_element(a[0], out[0])
    out[0] = total
    for i in range(1, len(a)):
        total = FOLD_of(total, a[i])
        out[i] = total


@njit(boundscheck=False)
def FOLD_accumulate_rows(out, place, step, a, offset, stride, length, columns):
    before = intrinsics.adjacent(out, place, columns)
    row = intrinsics.adjacent(a, offset, columns)
    for j in range(columns):
        before[j] = FOLD_element(row[j], before[j])
    for i in range(1, length):
        before = intrinsics.adjacent(out, place + (i - 1) * step, columns)
        result = intrinsics.adjacent(out, place + i * step, columns)
        row = intrinsics.adjacent(a, offset + i * stride, columns)
        for j in range(columns):
            result[j] = FOLD_of(before[j], row[j])
