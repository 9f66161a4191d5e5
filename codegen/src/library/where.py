# The fold FOLD of the elements of an array where a mask of its shape is true.


@njit(inline='never', boundscheck=False)
def FOLD_where_axes(out, a, moves, keys, mask, numbers):
    if a.size == 0:
        return
    n_axes = len(moves)
    extents = np.empty(n_axes, np.int64)
    strides = np.empty(n_axes, np.int64)
    axes = np.zeros(n_axes, np.int64)
    steps = np.empty(n_axes, np.int64)
    mask_strides = np.empty(n_axes, np.int64)
    counters = np.zeros(n_axes, np.int64)
    inner = np.zeros(n_axes, np.int64)
    n = sort_axes(extents, strides, axes, a, numbers, keys)
    along = mask.strides
    for k in range(n):
        steps[k] = moves[int(axes[k])]
        mask_strides[k] = along[int(axes[k])]
    n = joined_with_mask(extents, strides, steps, mask_strides, n)
    lead = folded_first(steps, n)
    size = 1
    for k in range(lead):
        size = size * int(extents[k])
    chunk = size
    if lead > 1 or intrinsics.is_cast(out, a):
        joined, held = elements_at_once(extents, lead, intrinsics.is_cast(out, a))
        chunk = minimum(size, int(held))
    at = 0
    to = 0
    mask_at = 0
    while True:
        result = intrinsics.adjacent(out, to, 1)
        result[0] = FOLD_where_inner(result[0], a, mask, at, mask_at, extents, strides, mask_strides, lead, inner, size, chunk)
        k = lead
        while k < n:
            counters[k] += 1
            at += int(strides[k])
            to += int(steps[k])
            mask_at += int(mask_strides[k])
            if counters[k] < extents[k]:
                break
            at -= int(strides[k] * extents[k])
            to -= int(steps[k] * extents[k])
            mask_at -= int(mask_strides[k] * extents[k])
            counters[k] = 0
            k += 1
        if k == n:
            return
