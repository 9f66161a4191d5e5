# Where FOLD finds its result along a dimension.


@njit(inline='never', boundscheck=False)
def FOLD_place_axes(out, a, axis, moves):
    # Puts into `out` which element of `a` along a dimension is the first one that FOLD gives. Says whether there is
    # one everywhere.
    if out.size == 0:
        return True
    n_axes = len(moves)
    extents = np.empty(n_axes, np.int64)
    strides = np.empty(n_axes, np.int64)
    steps = np.empty(n_axes, np.int64)
    counters = np.zeros(n_axes, np.int64)
    place = np.zeros(2, np.int64)
    length, stride, n = plan_along(extents, strides, steps, a, axis, moves)
    is_everywhere = True
    while True:
        result = intrinsics.adjacent(out, int(place[1]), 1)
        if stride == intrinsics.itemsize(a):
            run = intrinsics.adjacent(a, int(place[0]), length)
            found = FOLD_place(run, FOLD_adjacent(run[0], run, 0, length))
        else:
            part = intrinsics.strided(a, int(place[0]), (length,), (stride,))
            found = FOLD_place(part, FOLD_run(part[0], part))
        result[0] = found
        is_everywhere = is_everywhere and found >= 0
        if not next_of_plan(counters, extents, strides, steps, n, 0, place):
            return is_everywhere


@njit(boundscheck=False)
def FOLD_place(a, best):
    for i in range(len(a)):
        if FOLD_is(a[i], best):
            return i
    return -1
