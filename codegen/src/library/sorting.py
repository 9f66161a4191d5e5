

# Sorting and what stands on it. Sorts are stable merges, so that equal elements keep their order.


def comes_before(x, y):
    # NumPy's order: NaN is the last; complex numbers go by their real parts first.
    if intrinsics.kind(x) == 3:
        if x.real < y.real:
            return x.imag == x.imag or y.imag != y.imag
        if x.real > y.real:
            return y.imag != y.imag and x.imag == x.imag
        if x.real == y.real or (x.real != x.real and y.real != y.real):
            return x.imag < y.imag or (y.imag != y.imag and x.imag == x.imag)
        return y.real != y.real
    elif intrinsics.kind(x) == 2:
        return x < y or (y != y and x == x)
    else:
        return x < y


def sort_line(a):
    # Short runs by insertion, then runs of twice the length merged from one memory into the other.
    n = len(a)
    for start in range(0, n, 16):
        for i in range(start + 1, minimum(start + 16, n)):
            x = a[i]
            k = i
            while k > start and comes_before(x, a[k - 1]):
                a[k] = a[k - 1]
                k = k - 1
            a[k] = x
    if n > 16:
        merge_runs(a, np.empty(n, a.dtype))


def merge_runs(a, other):
    n = len(a)
    width = 16
    there = False
    while width < n:
        for start in range(0, n, 2 * width):
            if there:
                merge_two(other, a, start, minimum(start + width, n), minimum(start + 2 * width, n))
            else:
                merge_two(a, other, start, minimum(start + width, n), minimum(start + 2 * width, n))
        there = not there
        width = 2 * width
    if there:
        a[:] = other


def merge_two(a, out, start, middle, stop):
    i = start
    j = middle
    for k in range(start, stop):
        if j >= stop or (i < middle and not comes_before(a[j], a[i])):
            out[k] = a[i]
            i = i + 1
        else:
            out[k] = a[j]
            j = j + 1


def sort_indices(a, places):
    # The same of places, by the elements that stand there.
    n = len(places)
    for start in range(0, n, 16):
        for i in range(start + 1, minimum(start + 16, n)):
            place = places[i]
            k = i
            while k > start and comes_before(a[place], a[places[k - 1]]):
                places[k] = places[k - 1]
                k = k - 1
            places[k] = place
    if n > 16:
        merge_index_runs(a, places, np.empty(n, np.int64))


def merge_index_runs(a, places, other):
    n = len(places)
    width = 16
    there = False
    while width < n:
        for start in range(0, n, 2 * width):
            if there:
                merge_two_of_indices(a, other, places, start, minimum(start + width, n), minimum(start + 2 * width, n))
            else:
                merge_two_of_indices(a, places, other, start, minimum(start + width, n), minimum(start + 2 * width, n))
        there = not there
        width = 2 * width
    if there:
        places[:] = other


def merge_two_of_indices(a, places, out, start, middle, stop):
    i = start
    j = middle
    for k in range(start, stop):
        if j >= stop or (i < middle and not comes_before(a[places[j]], a[places[i]])):
            out[k] = places[i]
            i = i + 1
        else:
            out[k] = places[j]
            j = j + 1


def sort_rows(a, line):
    # Each run along the last dimension.
    if a.ndim == 1:
        line[:] = a
        sort_line(line)
        a[:] = line
    else:
        for i in range(len(a)):
            sort_rows(a[i], line)


def argsort_rows(out, a, line, places):
    if a.ndim == 1:
        line[:] = a
        for k in range(len(places)):
            places[k] = k
        sort_indices(line, places)
        out[:] = places
    else:
        for i in range(len(a)):
            argsort_rows(out[i], a[i], line, places)


def array_sort(a, axis=-1, kind=0):
    if a.ndim == 0:
        raise AxisError("axis -1 is out of bounds for array of dimension 0")
    else:
        place = normal_axis(axis, a.ndim)
        extents = a.shape
        sort_rows(numpy_swapaxes(a, place, a.ndim - 1), np.empty(extents[place], a.dtype))


def numpy_sort(a, axis=-1, kind=0):
    if axis is None:
        out = array_flatten(a)
        array_sort(out, 0)
        return out
    else:
        out = np.copy(a)
        array_sort(out, axis)
        return out


def numpy_argsort(a, axis=-1, kind=0):
    if axis is None:
        return numpy_argsort(array_flatten(a), 0)
    elif a.ndim == 0:
        raise AxisError("axis -1 is out of bounds for array of dimension 0")
    else:
        place = normal_axis(axis, a.ndim)
        extents = a.shape
        n = extents[place]
        out = np.empty(a.shape, np.int64)
        last = a.ndim - 1
        argsort_rows(numpy_swapaxes(out, place, last), numpy_swapaxes(a, place, last), np.empty(n, a.dtype), np.empty(n, np.int64))
        return out


def check_kth(a, kth, axis):
    # Of no elements any place is one.
    extents = a.shape
    n = extents[normal_axis(axis, a.ndim)]
    if a.size != 0 and (kth < -n or kth >= n):
        if kth < 0:
            raise ValueError(intrinsics.text("kth(=", kth + n, ") out of bounds (", n, ")"))
        raise ValueError(intrinsics.text("kth(=", kth, ") out of bounds (", n, ")"))


def numpy_partition(a, kth, axis=-1):
    # All of it is sorted, which is one of the partitions.
    check_kth(a, kth, axis)
    return numpy_sort(a, axis)


def numpy_argpartition(a, kth, axis=-1):
    check_kth(a, kth, axis)
    return numpy_argsort(a, axis)


def numpy_lexsort(keys):
    n = len(keys[0])
    places = np.arange(n)
    sort_by_keys(keys, places)
    return places


def sort_by_keys(keys, places):
    # The last key is looked at first, so it is sorted by last.
    first = keys[0]
    if len(first) != len(places):
        raise ValueError("all keys need to be the same shape")
    sort_indices(first, places)
    if intrinsics.length(keys) > 1:
        sort_by_keys(keys[1:], places)


def place_in(a, x, right):
    # How many elements of a sorted array come before `x`; by `right` those that are equal are among them.
    low = 0
    high = len(a)
    while low < high:
        middle = low + intrinsics.trunc_div(high - low, 2)
        element = intrinsics.like(a[middle], x)
        if right:
            goes_on = not comes_before(x, element)
        else:
            goes_on = comes_before(element, x)
        if goes_on:
            low = middle + 1
        else:
            high = middle
    return low


def numpy_searchsorted(a, v, side=0):
    if intrinsics.is_number(v):
        x = np.asarray(v, np.result_type(a, np.asarray(v)))
        return np.int64(place_in(a, x[()], side == 1))
    else:
        keys = converted(v, np.result_type(a, v))
        out = np.empty(v.shape, np.int64)
        places = intrinsics.contiguous(out, (out.size,))
        flat = intrinsics.contiguous(keys, (keys.size,))
        for i in range(len(flat)):
            places[i] = place_in(a, flat[i], side == 1)
        return out


def numpy_digitize(x, bins, right=False):
    # Bins that fall are searched from their end.
    n = len(bins)
    rises = True
    falls = True
    for i in range(1, n):
        if comes_before(bins[i], bins[i - 1]):
            rises = False
        if comes_before(bins[i - 1], bins[i]):
            falls = False
    if not rises and not falls:
        raise ValueError("bins must be monotonically increasing or decreasing")
    side = 1
    if right:
        side = 0
    if rises:
        return numpy_searchsorted(bins, x, side)
    return n - numpy_searchsorted(bins[::-1], x, side)


def numpy_bincount(x, weights=None, minlength=0):
    if minlength < 0:
        raise ValueError("'minlength' must not be negative")
    n = minlength
    for i in range(len(x)):
        if int(x[i]) < 0:
            raise ValueError("'list' argument must have no negative elements")
        n = maximum(n, int(x[i]) + 1)
    if weights is None:
        counts = np.zeros(n, np.int64)
        for i in range(len(x)):
            counts[int(x[i])] += 1
        return counts
    else:
        if len(weights) != len(x):
            raise ValueError("The weights and list don't have the same length.")
        sums = np.zeros(n)
        for i in range(len(x)):
            sums[int(x[i])] += float(weights[i])
        return sums


def is_same(x, y):
    # As members of a set, in which there is one NaN.
    if intrinsics.kind(x) >= 2:
        return x == y or (x != x and y != y)
    else:
        return x == y


def numpy_unique(ar, return_index=None, return_inverse=None, return_counts=None):
    a = array_flatten(ar)
    n = len(a)
    places = np.arange(n)
    sort_indices(a, places)
    firsts = np.empty(n, np.int64)
    numbers = np.empty(n, np.int64)
    many = 0
    for i in range(n):
        if i == 0 or not is_same(a[places[i]], a[places[i - 1]]):
            firsts[many] = i
            many = many + 1
        numbers[places[i]] = many - 1
    values = np.empty(many, a.dtype)
    index = np.empty(many, np.int64)
    counts = np.empty(many, np.int64)
    for k in range(many):
        index[k] = places[firsts[k]]
        values[k] = a[index[k]]
        stop = n
        if k + 1 < many:
            stop = int(firsts[k + 1])
        counts[k] = stop - int(firsts[k])
    if return_index is None and return_inverse is None and return_counts is None:
        return values
    else:
        result = (values,)
        if return_index is None:
            with_index = result
        else:
            with_index = result + (index,)
        if return_inverse is None:
            with_inverse = with_index
        else:
            with_inverse = with_index + (intrinsics.contiguous(numbers, ar.shape),)
        if return_counts is None:
            return with_inverse
        else:
            return with_inverse + (counts,)


def numpy_union1d(ar1, ar2):
    return numpy_unique(numpy_concatenate((ar1, ar2), None, None), None, None, None)


def is_member(x, sorted_array):
    # NaN is a member of nothing.
    place = place_in(sorted_array, x, False)
    return place < len(sorted_array) and intrinsics.like(sorted_array[place], x) == x


def members(a, sorted_array, wanted):
    # The elements of `a` that are members, or that are none.
    n = len(a)
    kept = np.empty(n, a.dtype)
    many = 0
    for i in range(n):
        if is_member(a[i], sorted_array) == wanted:
            kept[many] = a[i]
            many = many + 1
    return np.copy(kept[:many])


def numpy_intersect1d(ar1, ar2):
    dtype = np.result_type(ar1, ar2)
    a = numpy_unique(converted(ar1, dtype), None, None, None)
    return members(a, numpy_unique(converted(ar2, dtype), None, None, None), True)


def numpy_setdiff1d(ar1, ar2):
    a = numpy_unique(ar1, None, None, None)
    dtype = np.result_type(ar1, ar2)
    others = numpy_unique(converted(ar2, dtype), None, None, None)
    n = len(a)
    kept = np.empty(n, a.dtype)
    many = 0
    like = np.zeros((), dtype)[()]
    for i in range(n):
        if not is_member(intrinsics.like(a[i], like), others):
            kept[many] = a[i]
            many = many + 1
    return np.copy(kept[:many])


def numpy_setxor1d(ar1, ar2):
    dtype = np.result_type(ar1, ar2)
    a = numpy_unique(converted(ar1, dtype), None, None, None)
    b = numpy_unique(converted(ar2, dtype), None, None, None)
    return numpy_sort(numpy_concatenate((members(a, b, False), members(b, a, False)), 0, None), -1)


def numpy_isin(element, test_elements, invert=False):
    # NaN is no member, as it equals nothing.
    dtype = np.result_type(element, test_elements)
    others = numpy_sort(converted(numpy_ravel(test_elements), dtype), -1)
    keys = converted(element, dtype)
    flat = intrinsics.contiguous(keys, (keys.size,))
    out = np.empty(element.shape, np.bool_)
    found = intrinsics.contiguous(out, (out.size,))
    for i in range(len(flat)):
        found[i] = is_member(flat[i], others) != invert
    return out
