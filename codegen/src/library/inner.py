# The inner dimension of the fold FOLD, which folds one element after the other.


def FOLD_lead(out, a, extents, lead):
    return 1, extents[0]


@njit(boundscheck=False)
def FOLD_inner(total, a, offset, extents, strides, lead, size, counters):
    n = int(extents[0])
    if strides[0] == intrinsics.itemsize(a):
        return FOLD_adjacent(total, a, offset, n)
    return FOLD_run(total, intrinsics.strided(a, offset, (n,), (int(strides[0]),)))
