# FOLD takes one element after the other, where the mask is true.


@njit(boundscheck=False)
def FOLD_where_inner(total, a, mask, at, mask_at, extents, strides, mask_strides, lead, counters, size, chunk):
    for i in range(size):
        if intrinsics.adjacent(mask, mask_at, 1)[0]:
            total = FOLD_of(total, intrinsics.adjacent(a, at, 1)[0])
        k = 0
        while k < lead:
            counters[k] += 1
            at += int(strides[k])
            mask_at += int(mask_strides[k])
            if counters[k] < extents[k]:
                break
            at -= int(strides[k] * extents[k])
            mask_at -= int(mask_strides[k] * extents[k])
            counters[k] = 0
            k += 1
    return total
