# Where FOLD finds its result along a dimension.


@njit(inline='never', boundscheck=False)
def FOLD_place_axes(out, a, axis, moves):
    # Puts into `out` which element of `a` along a dimension is the first one that FOLD gives. Says whether there is
    # one everywhere. Where elements along another dimension are adjacent, and those along this one are not, they are
    # looked at side by side.
    if out.size == 0:
        return True
    n_axes = len(moves)
    extents = np.empty(n_axes, np.int64)
    strides = np.empty(n_axes, np.int64)
    steps = np.empty(n_axes, np.int64)
    counters = np.zeros(n_axes, np.int64)
    place = np.zeros(2, np.int64)
    length, stride, n = plan_along(extents, strides, steps, a, axis, moves)
    first = 0
    if stride != intrinsics.itemsize(a):
        first = bring_adjacent(extents, strides, steps, n, intrinsics.itemsize(a))
    is_everywhere = True
    while True:
        if first == 1:
            results = intrinsics.strided(out, int(place[1]), (int(extents[0]),), (int(steps[0]),))
            if not FOLD_place_columns(results, a, int(place[0]), stride, length):
                is_everywhere = False
        else:
            result = intrinsics.adjacent(out, int(place[1]), 1)
            if stride == intrinsics.itemsize(a):
                run = intrinsics.adjacent(a, int(place[0]), length)
                found = FOLD_place(run, FOLD_adjacent(run[0], run, 0, length))
            else:
                part = intrinsics.strided(a, int(place[0]), (length,), (stride,))
                found = FOLD_place(part, FOLD_run(part[0], part))
            result[0] = found
            is_everywhere = is_everywhere and found >= 0
        if not next_of_plan(counters, extents, strides, steps, n, first, place):
            return is_everywhere


@njit(inline='never', boundscheck=False)
def FOLD_place_all(out, a, none):
    # Puts into `out` which of all elements in C's order is the first one that FOLD gives, and says whether there is one.
    # They are looked at in the order of memory; `none` is a zero for each dimension.
    n_axes = len(none)
    extents = np.empty(n_axes, np.int64)
    strides = np.empty(n_axes, np.int64)
    steps = np.empty(n_axes, np.int64)
    counters = np.zeros(n_axes, np.int64)
    place = np.zeros(2, np.int64)
    numbers = np.empty(n_axes, np.int64)
    shape = a.shape
    number = np.int64(1)
    for i in range(n_axes):
        k = n_axes - 1 - i
        numbers[k] = number
        number = number * shape[k]
    n = plan_fold(extents, strides, steps, a, numbers, none)
    length = int(extents[0])
    stride = int(strides[0])
    run = intrinsics.adjacent(a, 0, 1)
    best = run[0]
    while True:
        if stride == intrinsics.itemsize(a):
            best = FOLD_adjacent(best, a, int(place[0]), length)
        else:
            best = FOLD_run(best, intrinsics.strided(a, int(place[0]), (length,), (stride,)))
        if not next_of_plan(counters, extents, strides, steps, n, 1, place):
            break
    first = np.int64(-1)
    while True:
        if stride == intrinsics.itemsize(a):
            found = FOLD_place(intrinsics.adjacent(a, int(place[0]), length), best)
        else:
            found = FOLD_place(intrinsics.strided(a, int(place[0]), (length,), (stride,)), best)
        if found >= 0:
            at = place[1] + found * steps[0]
            if first < 0 or at < first:
                first = at
        if not next_of_plan(counters, extents, strides, steps, n, 1, place):
            break
    result = intrinsics.adjacent(out, 0, 1)
    result[0] = first
    return first >= 0


@njit(boundscheck=False)
def FOLD_place(a, best):
    if FOLD_is_nan(best):
        for i in range(len(a)):
            if a[i] == best or a[i] != a[i]:
                return i
    else:
        for i in range(len(a)):
            if a[i] == best:
                return i
    return -1


@njit(boundscheck=False)
def FOLD_place_columns(out, a, offset, stride, length):
    # The same for adjacent columns, which lanes look at in pieces that stay in the cache.
    bests = np.empty(256, a.dtype)
    places = np.empty(256, np.int64)
    n = len(out)
    is_everywhere = True
    for start in range(0, n, 256):
        size = int_least(256, n - start)
        at = offset + start * intrinsics.itemsize(a)
        row = intrinsics.adjacent(a, at, size)
        for j in range(size):
            bests[j] = row[j]
            places[j] = 0
        for i in range(1, length):
            row = intrinsics.adjacent(a, at + i * stride, size)
            for j in range(size):
                best = bests[j]
                places[j] = intrinsics.select(FOLD_exceeds(row[j], best), np.int64(i), places[j])
                bests[j] = FOLD_of(best, row[j])
        for j in range(size):
            out[start + j] = places[j]
            if FOLD_is_missing(bests[j]):
                out[start + j] = -1
                is_everywhere = False
    return is_everywhere
