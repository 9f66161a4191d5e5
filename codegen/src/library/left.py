# FOLD takes one element after the other.


@njit(boundscheck=False)
def FOLD_run(total, a):
    for x in a:
        total = FOLD_of(total, x)
    return total


@njit(boundscheck=False)
def FOLD_adjacent(total, a, offset, n):
    return FOLD_run(total, intrinsics.adjacent(a, offset, n))
