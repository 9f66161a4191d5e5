# Indexing with arrays: where elements are true, and those that a mask selects.


def count_true(a):
    n = 0
    if a.ndim == 1:
        for x in a:
            n = intrinsics.wrapping_add(n, intrinsics.select(bool(x), 1, 0))
    else:
        for row in a:
            n = intrinsics.wrapping_add(n, count_true(row))
    return n


def places_of(a):
    # For each dimension a row: where the elements are that are true, in the order C.
    places = np.empty((a.ndim, count_true(a)), np.int64)
    fill_places(a, places, 0, 0)
    return places


def fill_places(a, places, axis, n):
    # Each place is written, and the next one over it unless it counts: nothing branches on an element.
    if a.ndim == 1:
        last = places.shape[1]
        for i in range(len(a)):
            if n == last:
                break
            places[axis, n] = i
            n = intrinsics.wrapping_add(n, intrinsics.select(bool(a[i]), 1, 0))
    else:
        for i in range(len(a)):
            first = n
            n = fill_places(a[i], places, axis + 1, n)
            places[axis, first:n] = i
    return n


def where_true(a, mask):
    # There is room for one more: each element is written, and the next one over it unless it counts.
    n = count_true(mask)
    room = np.empty(n + 1, a.dtype)
    fill_true(a, mask, room, 0)
    return room[:n]


@njit(boundscheck=False)
def fill_true(a, mask, room, n):
    if a.ndim == 1:
        for i in range(len(mask)):
            room[n] = a[i]
            n = intrinsics.wrapping_add(n, intrinsics.select(bool(mask[i]), 1, 0))
    else:
        for i in range(len(mask)):
            n = fill_true(a[i], mask[i], room, n)
    return n
