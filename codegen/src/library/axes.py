# Folds of arrays along some of their dimensions, in the order in which NumPy's iterator goes through memory.
#
# A plan is what that iterator would do: for each of its dimensions, from the innermost, an extent, how many bytes
# apart neighbours are, and how many bytes apart their results are, which is 0 along dimensions that are folded.


@njit(boundscheck=False)
def plan_fold(extents, strides, moves, a, out_strides, keys):
    # Fills in a plan and says how many dimensions it has. NumPy sorts dimensions by their strides, and by those
    # of the results where these were there before (`keys`); then it joins those that are one run.
    n = sort_axes(extents, strides, moves, a, out_strides, keys)
    joined = 0
    for k in range(1, n):
        extent = extents[joined]
        if strides[joined] * extent == strides[k] and moves[joined] * extent == moves[k]:
            extents[joined] = extent * extents[k]
        else:
            joined += 1
            extents[joined] = extents[k]
            strides[joined] = strides[k]
            moves[joined] = moves[k]
    return joined + 1


@njit(boundscheck=False)
def sort_axes(extents, strides, moves, a, out_strides, keys):
    # An insertion sort in which dimensions that cannot be compared keep the order C. Those of one element are
    # left out, but for one.
    shape = a.shape
    steps = a.strides
    order = np.empty(len(steps), np.int64)
    n = 0
    for i in range(len(steps)):
        k = len(steps) - 1 - i
        if shape[k] == 1:
            continue
        place = n
        for j in range(n):
            at = n - 1 - j
            inner = is_inner(steps[k], strides[at], keys[k], order[at])
            if inner < 0:
                break
            if inner > 0:
                place = at
        for j in range(n - place):
            at = n - j
            extents[at] = extents[at - 1]
            strides[at] = strides[at - 1]
            moves[at] = moves[at - 1]
            order[at] = order[at - 1]
        extents[place] = shape[k]
        strides[place] = steps[k]
        moves[place] = out_strides[k]
        order[place] = keys[k]
        n += 1
    if n == 0:
        extents[0] = 1
        strides[0] = 0
        moves[0] = 0
        n = 1
    return n


def is_inner(stride, other, key, other_key):
    # 1 if the first dimension goes inside of the other, -1 if outside, 0 if that is open.
    inner = 0
    if key != 0 and other_key != 0:
        inner = intrinsics.select(int_magnitude(other_key) <= int_magnitude(key), -1, 1)
    if stride != 0 and other != 0:
        if int_magnitude(other) <= int_magnitude(stride):
            inner = -1
        elif inner == 0:
            inner = 1
    return inner


def int_magnitude(x):
    return intrinsics.select(x < 0, intrinsics.wrapping_sub(0, x), x)


def int_least(x, y):
    return intrinsics.select(x < y, x, y)


@njit(boundscheck=False)
def folded_first(moves, n):
    # How many of a plan's inner dimensions are folded.
    lead = 0
    while lead < n and moves[lead] == 0:
        lead += 1
    return lead


@njit(boundscheck=False)
def bring_folded(extents, strides, moves, n):
    # Moves the innermost dimension that is folded next to the innermost of all. Says how many dimensions the two
    # are. What is added up to one result comes in the same order as before.
    folded = 1
    while folded < n and moves[folded] != 0:
        folded += 1
    if folded >= n:
        return 1
    extent = extents[folded]
    stride = strides[folded]
    for i in range(folded - 1):
        k = folded - i
        extents[k] = extents[k - 1]
        strides[k] = strides[k - 1]
        moves[k] = moves[k - 1]
    extents[1] = extent
    strides[1] = stride
    moves[1] = 0
    return 2


@njit(boundscheck=False)
def elements_at_once(extents, lead, is_cast):
    # How many of its dimensions NumPy's buffer joins, of those that are folded first, and how many elements it
    # holds: that many are added up pairwise. It has room for 8192, and none is needed for one dimension that is
    # not converted.
    size = extents[0]
    if is_cast and size >= 8192:
        return 1, 8192
    joined = 1
    held = size
    core = 1
    cost = 1
    if is_cast:
        cost = 2
    for k in range(1, lead):
        if size >= 8192 and cost > 1:
            break
        inner = size
        size = size * extents[k]
        if 2 * held <= cost * intrinsics.select(size > 8192, 8192, size):
            joined = k + 1
            held = size
            core = inner
        cost = 2
    if joined > 1 and held > 8192:
        held = core * intrinsics.trunc_div(8192, core)
    return joined, held


@njit(boundscheck=False)
def next_of_plan(counters, extents, strides, moves, n, first, place):
    # Goes on to the next index of a plan's dimensions from `first` on: `place` holds how many bytes away its
    # element and its result are. Says whether there is one.
    for k in range(first, n):
        counters[k] += 1
        place[0] += strides[k]
        place[1] += moves[k]
        if counters[k] < extents[k]:
            return True
        place[0] -= strides[k] * extents[k]
        place[1] -= moves[k] * extents[k]
        counters[k] = 0
    return False


@njit(boundscheck=False)
def gather(block, a, counters, extents, strides, lead, place):
    # The next elements of a plan's first `lead` dimensions, converted.
    n = len(block)
    filled = 0
    while filled < n:
        count = extents[0] - counters[0]
        if count > n - filled:
            count = np.int64(n - filled)
        part = intrinsics.strided(a, int(place[0]), (int(count),), (int(strides[0]),))
        for i in range(len(part)):
            block[filled + i] = intrinsics.like(part[i], block[0])
        filled += int(count)
        counters[0] += count
        place[0] += strides[0] * count
        k = 0
        while k + 1 < lead and counters[k] == extents[k]:
            place[0] += strides[k + 1] - strides[k] * extents[k]
            counters[k] = 0
            counters[k + 1] += 1
            k += 1


@njit(inline='never', boundscheck=False)
def gathered_sum(zero, n, a, counters, extents, strides, lead, place):
    # The pairwise sum of the next n elements of a plan's first `lead` dimensions.
    parts = 1
    if intrinsics.is_complex(zero):
        parts = 2
    block = np.full(128, zero)
    sums = np.full(48, zero)
    rests = np.empty(48, np.int64)
    depth = 0
    size = n
    while True:
        size, depth = open_halves(size, parts, rests, depth)
        gather(block[:size], a, counters, extents, strides, lead, place)
        total, depth = close_halves(sum_block(block[:size]), sums, rests, depth)
        if depth == 0:
            return total
        sums[depth - 1] = total
        size = int(rests[depth - 1])
        rests[depth - 1] = 0


@njit(boundscheck=False)
def order_of(result, order, room, a, numbers, none):
    # The dimensions of `a` from the outermost in memory, and how many bytes neighbours are apart along each dimension of an
    # array in `room` whose elements follow each other as those of `a`. Dimensions of one element are outermost.
    n_axes = len(numbers)
    extents = np.empty(n_axes, np.int64)
    strides = np.empty(n_axes, np.int64)
    axes = np.zeros(n_axes, np.int64)
    n = sort_axes(extents, strides, axes, a, numbers, none)
    stride = np.int64(intrinsics.itemsize(room))
    for k in range(n):
        result[axes[k]] = stride
        order[n_axes - 1 - k] = axes[k]
        stride = stride * extents[k]
    outer = 0
    for axis in range(n_axes):
        if result[axis] == 0:
            order[outer] = axis
            outer += 1


@njit(boundscheck=False)
def plan_along(extents, strides, steps, a, axis, moves):
    # A plan of all dimensions but one, in the order C: the extent and the stride of that one, and how many the others are.
    shape = a.shape
    along = a.strides
    n = 0
    for i in range(len(moves)):
        k = len(moves) - 1 - i
        if k != axis:
            extents[n] = shape[k]
            strides[n] = along[k]
            steps[n] = moves[k]
            n += 1
    return shape[axis], along[axis], n


@njit(boundscheck=False)
def joined_with_mask(extents, strides, steps, mask_strides, n):
    # Joins dimensions that are one run in the array, in the mask and in what is written; says how many are left.
    joined = 0
    for k in range(1, n):
        extent = extents[joined]
        if strides[joined] * extent == strides[k] and steps[joined] * extent == steps[k] and mask_strides[joined] * extent == mask_strides[k]:
            extents[joined] = extent * extents[k]
        else:
            joined += 1
            extents[joined] = extents[k]
            strides[joined] = strides[k]
            steps[joined] = steps[k]
            mask_strides[joined] = mask_strides[k]
    return joined + 1


# `reduceat`: folds from each index to the next one.


@njit(boundscheck=False)
def first_outside(indices, n):
    # The place of the first index that is none of n elements', and that index; -1 if all are.
    for i in range(len(indices)):
        if indices[i] < 0 or indices[i] >= n:
            return i, int(indices[i])
    return -1, 0


@njit(boundscheck=False)
def between_indices(indices, n):
    # Which elements stand behind an index and before the next one, and to which index each of them belongs.
    count = 0
    for i in range(len(indices)):
        stop = n
        if i + 1 < len(indices):
            stop = int(indices[i + 1])
        if stop > int(indices[i]) + 1:
            count += stop - int(indices[i]) - 1
    places = np.empty((2, count), np.int64)
    at = 0
    for i in range(len(indices)):
        stop = n
        if i + 1 < len(indices):
            stop = int(indices[i + 1])
        for k in range(int(indices[i]) + 1, stop):
            places[0, at] = k
            places[1, at] = i
            at += 1
    return places


@njit(inline='never', boundscheck=False)
def add_reduceat(out, a, indices, axis, moves):
    # Adds to each element of `out`, which the element of `a` at an index is, the sum of those before the next index.
    if out.size == 0:
        return
    n_axes = len(moves)
    extents = np.empty(n_axes, np.int64)
    strides = np.empty(n_axes, np.int64)
    steps = np.empty(n_axes, np.int64)
    counters = np.zeros(n_axes, np.int64)
    place = np.zeros(2, np.int64)
    length, stride, n = plan_along(extents, strides, steps, a, axis, moves)
    step = moves[axis]
    while True:
        for i in range(len(indices)):
            start = int(indices[i]) + 1
            stop = length
            if i + 1 < len(indices):
                stop = int(indices[i + 1])
            if stop > start:
                result = intrinsics.adjacent(out, int(place[1]) + i * step, 1)
                result[0] = add_adjacent(result[0], a, int(place[0]) + start * stride, stop - start, stride)
        if not next_of_plan(counters, extents, strides, steps, n, 0, place):
            return


@njit(boundscheck=False)
def bring_adjacent(extents, strides, moves, n, size):
    # Moves a dimension along which elements are adjacent to the innermost place. Says how many there are: 1 or none.
    for k in range(n):
        if strides[k] == size and extents[k] > 1:
            extent = extents[k]
            move = moves[k]
            extents[k] = extents[0]
            strides[k] = strides[0]
            moves[k] = moves[0]
            extents[0] = extent
            strides[0] = np.int64(size)
            moves[0] = move
            return 1
    return 0
