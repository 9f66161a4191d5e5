

# Sorting and what stands on it. Sorts are stable: short ones and those of complex numbers merge runs, others go by the
# bytes of keys (Knuth 5.2.5).


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


def key_of(x):
    # An integer without sign that stands in NumPy's order where `x` does: zeros are one, NaNs are the last.
    if intrinsics.kind(x) == 2:
        bits = np.uint64(intrinsics.bits(intrinsics.select(x == 0, intrinsics.like(0, x), x)))
        sign = np.uint64(1) << np.uint64(8 * intrinsics.itemsize(x) - 1)
        last = sign | (sign - np.uint64(1))
        key = intrinsics.select((bits & sign) != np.uint64(0), last ^ bits, bits | sign)
        return intrinsics.select(x == x, key, last)
    elif intrinsics.kind(x) == 1:
        sign = np.uint64(1) << np.uint64(8 * intrinsics.itemsize(x) - 1)
        is_signed = intrinsics.wrapping_sub(intrinsics.like(0, x), intrinsics.like(1, x)) < intrinsics.like(0, x)
        return np.uint64(x) ^ intrinsics.select(is_signed, sign, np.uint64(0))
    else:
        return np.uint64(x)


@njit(boundscheck=False)
def digit_of(key, place):
    return intrinsics.wrap_int((key >> np.uint64(8 * place)) & np.uint64(255))


@njit(inline='never', boundscheck=False)
def count_digits(counts, a):
    # For each byte of the keys and each of its values, how many keys have it.
    for i in range(len(a)):
        key = key_of(a[i])
        for place in range(intrinsics.itemsize(a)):
            counts[256 * place + digit_of(key, place)] += 1


@njit(inline='never', boundscheck=False)
def starts_of(counts, place, n):
    # Where those with each value of a byte begin. Says whether they do not all have the same one.
    start = 0
    differ = True
    for k in range(256 * place, 256 * place + 256):
        count = counts[k]
        if count == n:
            differ = False
        counts[k] = start
        start += int(count)
    return differ


@njit(inline='never', boundscheck=False)
def deal(out, a, counts, place):
    for i in range(len(a)):
        x = a[i]
        digit = 256 * place + digit_of(key_of(x), place)
        out[counts[digit]] = x
        counts[digit] += 1


@njit(inline='never', boundscheck=False)
def deal_places(out, places, a, counts, place):
    for i in range(len(places)):
        at = places[i]
        digit = 256 * place + digit_of(key_of(a[at]), place)
        out[counts[digit]] = at
        counts[digit] += 1


def sort_by_digits(a, other, counts):
    count_digits(counts, a)
    there = False
    for place in range(intrinsics.itemsize(a)):
        if starts_of(counts, place, len(a)):
            if there:
                deal(a, other, counts, place)
            else:
                deal(other, a, counts, place)
            there = not there
    if there:
        a[:] = other


def sort_places_by_digits(a, places, other, counts):
    count_digits(counts, a)
    there = False
    for place in range(intrinsics.itemsize(a)):
        if starts_of(counts, place, len(a)):
            if there:
                deal_places(places, other, a, counts, place)
            else:
                deal_places(other, places, a, counts, place)
            there = not there
    if there:
        places[:] = other


def sort_line(a):
    n = len(a)
    if intrinsics.kind(a) == 3:
        sort_by_merging(a)
    elif n < 512:
        sort_by_merging(a)
    else:
        sort_by_digits(a, np.empty(n, a.dtype), np.zeros(2048, np.int64))


def sort_by_merging(a):
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
    # The same of places, by the elements that stand there: each of them once.
    n = len(places)
    if intrinsics.kind(a) == 3:
        merge_indices(a, places)
    elif n < 512:
        merge_indices(a, places)
    else:
        sort_places_by_digits(a, places, np.empty(n, np.int64), np.zeros(2048, np.int64))


def merge_indices(a, places):
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


def check_kth(kth, n):
    if kth < -n or kth >= n:
        if kth < 0:
            raise ValueError(intrinsics.text("kth(=", kth + n, ") out of bounds (", n, ")"))
        raise ValueError(intrinsics.text("kth(=", kth, ") out of bounds (", n, ")"))


def numpy_partition(a, kth, axis=-1):
    # All of it is sorted, which is one of the partitions.
    extents = a.shape
    check_kth(kth, extents[normal_axis(axis, a.ndim)])
    return numpy_sort(a, axis)


def numpy_argpartition(a, kth, axis=-1):
    extents = a.shape
    check_kth(kth, extents[normal_axis(axis, a.ndim)])
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
    if return_index is None and return_inverse is None and return_counts is None:
        return distinct(a)
    else:
        return distinct_with(ar, a, return_index, return_inverse, return_counts)


def distinct(a):
    # What stands in `a`, which is sorted on the way.
    sort_line(a)
    many = 0
    for i in range(len(a)):
        if i == 0 or not is_same(a[i], a[many - 1]):
            a[many] = a[i]
            many = many + 1
    return np.copy(a[:many])


def distinct_with(ar, a, return_index, return_inverse, return_counts):
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
    place = place_in(sorted_array, x, False)
    return place < len(sorted_array) and is_same(intrinsics.like(sorted_array[place], x), x)


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
        x = flat[i]
        found[i] = (x == x and is_member(x, others)) != invert
    return out
