

# What is written where indices or masks say, and indices of all elements.


def element_of(a, k):
    # The element at a place that exists, in C's order, as an array of one.
    shape = a.shape
    strides = a.strides
    offset = 0
    for i in range(a.ndim):
        axis = a.ndim - 1 - i
        offset += k % shape[axis] * strides[axis]
        k = k // shape[axis]
    return intrinsics.strided(a, offset, (1,), (a.itemsize,), a.dtype)


def numpy_put(a, ind, v, mode=0):
    # 0: raise, 1: wrap, 2: clip.
    places = np.copy(numpy_ravel(ind))
    values = converted(numpy_ravel(v), a.dtype)
    n = a.size
    if len(values) > 0 and len(places) > 0:
        if n == 0:
            raise IndexError("cannot replace elements of an empty array")
        for i in range(len(places)):
            place = int(places[i])
            if mode == 0:
                if place < -n or place >= n:
                    raise IndexError(intrinsics.text("index ", place, " is out of bounds for axis 0 with size ", n))
                if place < 0:
                    place += n
            elif mode == 1:
                place = place % n
            else:
                place = maximum(0, minimum(place, n - 1))
            put_element(a, place, values[i % len(values)])


def put_element(a, place, x):
    if a.ndim == 0:
        a[()] = x
    else:
        element_of(a, place)[0] = x


def numpy_place(arr, mask, vals):
    if mask.size != arr.size:
        raise ValueError("place: mask and data must be the same size")
    chosen = np.copy(numpy_ravel(mask))
    values = converted(numpy_ravel(vals), arr.dtype)
    n = 0
    for i in range(len(chosen)):
        if chosen[i]:
            if len(values) == 0:
                raise ValueError("Cannot insert from an empty array!")
            put_element(arr, i, values[n % len(values)])
            n += 1


def numpy_putmask(a, mask, values):
    if mask.size != a.size:
        raise ValueError("putmask: mask and data must be the same size")
    chosen = np.copy(numpy_ravel(mask))
    many = converted(numpy_ravel(values), a.dtype)
    if len(many) > 0:
        for i in range(len(chosen)):
            if chosen[i]:
                put_element(a, i, many[i % len(many)])


def numpy_copyto(dst, src, casting=0, where=None):
    if where is None:
        dst[...] = src
    else:
        dst[...] = np.where(numpy_broadcast_to(where, dst.shape), src, dst)


def numpy_select(condlist, choicelist, default=0):
    if intrinsics.length(condlist) != intrinsics.length(choicelist):
        raise ValueError("list of cases must be same length as list of conditions")
    elif intrinsics.length(condlist) == 1:
        return np.where(condlist[0], choicelist[0], default)
    else:
        return np.where(condlist[0], choicelist[0], numpy_select(condlist[1:], choicelist[1:], default))


def numpy_ravel_multi_index(multi_index, dims, mode=0, order=0):
    if intrinsics.length(multi_index) != intrinsics.length(dims):
        raise ValueError("parameter multi_index must be a sequence of length " + "the number of dimensions")
    else:
        return raveled_index(multi_index, dims, dims, 0, mode, order)


def stride_of(dims, place, order):
    # How many elements neighbours along a dimension are apart.
    stride = 1
    for k in range(intrinsics.length(dims)):
        if (order == 0 and k > place) or (order == 1 and k < place):
            stride = stride * dims[k]
    return stride


def index_in(x, extent, mode):
    if mode == 0:
        if x < 0 or x >= extent:
            raise ValueError("invalid entry in coordinates array")
        return np.int64(x)
    if mode == 1:
        return np.int64(int(x) % extent)
    return np.int64(maximum(0, minimum(int(x), extent - 1)))


def indices_in(x, extent, mode):
    if intrinsics.is_number(x):
        return index_in(x, extent, mode)
    else:
        inside = np.empty(x.shape, np.int64)
        places = numpy_ravel(inside)
        given = numpy_ravel(x)
        for i in range(len(given)):
            places[i] = index_in(given[i], extent, mode)
        return inside


def raveled_index(rest, dims_left, dims, place, mode, order):
    own = indices_in(rest[0], dims_left[0], mode) * stride_of(dims, place, order)
    if intrinsics.length(rest) == 1:
        return own
    else:
        return own + raveled_index(rest[1:], dims_left[1:], dims, place + 1, mode, order)


def check_raveled(x, size):
    if x < 0 or x >= size:
        raise ValueError(intrinsics.text("index ", int(x), " is out of bounds for array with size ", size))


def numpy_unravel_index(indices, shape, order=0):
    size = 1
    for k in range(intrinsics.length(shape)):
        size = size * shape[k]
    if intrinsics.is_number(indices):
        check_raveled(indices, size)
        return unraveled(np.int64(indices), shape, shape, 0, order)
    else:
        given = numpy_ravel(indices)
        for i in range(len(given)):
            check_raveled(given[i], size)
        return unraveled(converted(indices, np.int64), shape, shape, 0, order)


def unraveled(x, rest, shape, place, order):
    own = x // np.int64(maximum(stride_of(shape, place, order), 1)) % np.int64(maximum(rest[0], 1))
    if intrinsics.length(rest) == 1:
        return (own,)
    else:
        return (own,) + unraveled(x, rest[1:], shape, place + 1, order)


def is_in_triangle(i, j, k, upper):
    # Whether an element stands on the diagonal k or below, or above.
    if upper:
        return j - i >= k
    return j - i <= k


def triangle_indices(n, m, k, upper):
    count = 0
    for i in range(n):
        for j in range(m):
            if is_in_triangle(i, j, k, upper):
                count += 1
    rows = np.empty(count, np.int64)
    columns = np.empty(count, np.int64)
    at = 0
    for i in range(n):
        for j in range(m):
            if is_in_triangle(i, j, k, upper):
                rows[at] = i
                columns[at] = j
                at += 1
    return rows, columns


def numpy_tril_indices(n, k=0, m=None):
    if m is None:
        return triangle_indices(n, n, k, False)
    else:
        return triangle_indices(n, m, k, False)


def numpy_triu_indices(n, k=0, m=None):
    if m is None:
        return triangle_indices(n, n, k, True)
    else:
        return triangle_indices(n, m, k, True)


def numpy_tril_indices_from(arr, k=0):
    return triangle_indices(arr.shape[0], arr.shape[1], k, False)


def numpy_triu_indices_from(arr, k=0):
    return triangle_indices(arr.shape[0], arr.shape[1], k, True)


def numpy_trim_zeros(filt, trim=0):
    # 0: at both ends, 1: in front, 2: behind.
    first = 0
    last = len(filt)
    if trim != 2:
        while first < last and filt[first] == 0:
            first += 1
    if trim != 1:
        while last > first and filt[last - 1] == 0:
            last -= 1
    return filt[first:last]


def numpy_histogram2d(x, y, bins=10):
    if len(x) != len(y):
        raise ValueError("x and y must have the same length.")
    x_edges = even_edges(x, bins, None)
    y_edges = even_edges(y, bins, None)
    counts = np.zeros((bins, bins), np.float64)
    for k in range(len(x)):
        i = place_of_sample(float(x[k]), x_edges)
        j = place_of_sample(float(y[k]), y_edges)
        if i >= 0 and j >= 0:
            counts[i, j] += 1.0
    return counts, converted(x_edges, np.float64), converted(y_edges, np.float64)


def place_of_sample(x, edges):
    # Between which edges a sample lies: what is on the last one is before it; -1 outside.
    last = len(edges) - 1
    if not (x >= edges[0] and x <= edges[last]):
        return -1
    low = 0
    high = last
    while high - low > 1:
        middle = (low + high) // 2
        if x >= edges[middle]:
            low = middle
        else:
            high = middle
    return low
