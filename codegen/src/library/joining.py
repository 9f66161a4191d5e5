

# Arrays made of several, and of one several times.


def concatenated_shape(arrays, shape, axis, place):
    # The shape of arrays one after another along an axis; they have as many dimensions as the first.
    if intrinsics.length(arrays) == 1:
        return shape
    else:
        rest = arrays[1:]
        other = rest[0].shape
        for k in range(intrinsics.length(shape)):
            if k != axis and other[k] != shape[k]:
                raise ValueError(intrinsics.text("all the input array dimensions except for the concatenation axis must match exactly, but along dimension ", k, ", the array at index 0 has size ", shape[k], " and the array at index ", place, " has size ", other[k]))
        if shape[axis] > 9223372036854775807 - other[axis]:
            too_big()
        return concatenated_shape(rest, intrinsics.with_item(shape, axis, shape[axis] + other[axis]), axis, place + 1)


def check_ranks(arrays, rank, place):
    first = arrays[0]
    if first.ndim != rank:
        raise ValueError(intrinsics.text("all the input array dimensions must match exactly, but the array at index 0 has ", rank, " dimension(s) and the array at index ", place, " has ", first.ndim, " dimension(s)"))
    elif intrinsics.length(arrays) > 1:
        check_ranks(arrays[1:], rank, place + 1)


def part_along(a, axis, start, stop):
    # What stands at these places along an axis: they exist.
    shape = intrinsics.with_item(a.shape, axis, stop - start)
    strides = a.strides
    if stop == start:
        return intrinsics.strided(a, 0, shape, strides, a.dtype)
    return intrinsics.strided(a, start * strides[axis], shape, strides, a.dtype)


def put_along(out, arrays, axis, start):
    first = arrays[0]
    extents = first.shape
    stop = start + extents[axis]
    part_along(out, axis, start, stop)[...] = first
    if intrinsics.length(arrays) > 1:
        put_along(out, arrays[1:], axis, stop)


def type_of_all(arrays):
    if intrinsics.length(arrays) == 1:
        return arrays[0].dtype
    else:
        return np.result_type(arrays[0], type_of_all(arrays[1:]))


def numpy_concatenate(arrays, axis=0, dtype=None):
    if axis is None:
        return numpy_concatenate(all_raveled(arrays), 0, dtype)
    else:
        first = arrays[0]
        if first.ndim == 0:
            raise ValueError("zero-dimensional arrays cannot be concatenated")
        else:
            place = normal_axis(axis, first.ndim)
            shape = concatenated_shape(arrays, first.shape, place, 1)
            if dtype is None:
                out = np.empty(shape, type_of_all(arrays))
            else:
                out = np.empty(shape, dtype)
            put_along(out, arrays, place, 0)
            return out


def all_raveled(arrays):
    first = numpy_ravel(arrays[0])
    if intrinsics.length(arrays) == 1:
        return (first,)
    else:
        return (first,) + all_raveled(arrays[1:])


def all_expanded(arrays, axis):
    first = arrays[0]
    part = intrinsics.strided(first, 0, intrinsics.inserted(first.shape, axis, 1), intrinsics.inserted(first.strides, axis, 0), first.dtype)
    if intrinsics.length(arrays) == 1:
        return (part,)
    else:
        return (part,) + all_expanded(arrays[1:], axis)


def check_shapes(arrays, shape):
    if arrays[0].shape != shape:
        raise ValueError("all input arrays must have the same shape")
    if intrinsics.length(arrays) > 1:
        check_shapes(arrays[1:], shape)


def numpy_stack(arrays, axis=0, dtype=None):
    first = arrays[0]
    check_shapes(arrays, first.shape)
    place = normal_axis(axis, first.ndim + 1)
    return numpy_concatenate(all_expanded(arrays, place), place, dtype)


def all_at_least(arrays, rank):
    first = arrays[0]
    if intrinsics.length(rank) == 1:
        part = numpy_atleast_1d(first)
    elif intrinsics.length(rank) == 2:
        part = numpy_atleast_2d(first)
    else:
        part = numpy_atleast_3d(first)
    if intrinsics.length(arrays) == 1:
        return (part,)
    else:
        return (part,) + all_at_least(arrays[1:], rank)


def numpy_vstack(arrays, dtype=None):
    return numpy_concatenate(all_at_least(arrays, (0, 0)), 0, dtype)


def numpy_hstack(arrays, dtype=None):
    parts = all_at_least(arrays, (0,))
    if parts[0].ndim == 1:
        return numpy_concatenate(parts, 0, dtype)
    else:
        return numpy_concatenate(parts, 1, dtype)


def numpy_dstack(arrays):
    return numpy_concatenate(all_at_least(arrays, (0, 0, 0)), 2, None)


def numpy_column_stack(arrays):
    return numpy_concatenate(as_columns(arrays), 1, None)


def as_columns(arrays):
    first = arrays[0]
    if first.ndim == 0:
        part = first[None, None]
    elif first.ndim == 1:
        part = first[:, None]
    else:
        part = first
    if intrinsics.length(arrays) == 1:
        return (part,)
    else:
        return (part,) + as_columns(arrays[1:])


def numpy_append(arr, values, axis=None):
    if axis is None:
        return numpy_concatenate((numpy_ravel(arr), numpy_ravel(values)), 0, None)
    else:
        return numpy_concatenate((arr, values), axis, None)


def numpy_repeat(a, repeats, axis=None):
    if axis is None:
        return repeated(numpy_ravel(a), repeats, 0)
    else:
        return repeated(a, repeats, normal_axis(axis, a.ndim))


def repeated(a, repeats, axis):
    extents = a.shape
    n = extents[axis]
    if intrinsics.is_number(repeats):
        if repeats < 0:
            raise ValueError("negative dimensions are not allowed")
        if repeats != 0 and n > intrinsics.trunc_div(9223372036854775807, repeats):
            too_big()
        out = np.empty(intrinsics.with_item(extents, axis, n * repeats), a.dtype)
        for k in range(n):
            for i in range(repeats):
                place = k * repeats + i
                part_along(out, axis, place, place + 1)[...] = part_along(a, axis, k, k + 1)
        return out
    else:
        return repeated_each(a, repeats, axis)


def repeated_each(a, repeats, axis):
    extents = a.shape
    n = extents[axis]
    many = len(repeats)
    if many != n and many != 1:
        raise ValueError(intrinsics.text("operands could not be broadcast together with shape (", n, ",) (", many, ",)"))
    total = 0
    for k in range(n):
        count = int(repeats[k % many])
        if count < 0:
            raise ValueError("repeats may not contain negative values.")
        if count > 9223372036854775807 - total:
            too_big()
        total = total + count
    out = np.empty(intrinsics.with_item(extents, axis, total), a.dtype)
    place = 0
    for k in range(n):
        for i in range(int(repeats[k % many])):
            part_along(out, axis, place, place + 1)[...] = part_along(a, axis, k, k + 1)
            place = place + 1
    return out


def numpy_tile(a, reps):
    # Each dimension of the result is that of the array so many times; the shorter of both gets leading ones.
    if intrinsics.length(reps) < a.ndim:
        return tiled(a, with_ones(reps, a.shape))
    elif intrinsics.length(reps) > a.ndim:
        return tiled(with_dimensions(a, reps), reps)
    else:
        return tiled(a, reps)


def with_ones(shape, longer):
    missing = intrinsics.length(longer) - intrinsics.length(shape)
    for k in range(intrinsics.length(longer)):
        value = 1
        if intrinsics.length(shape) > 0:
            if k >= missing:
                value = shape[k - missing]
        longer = intrinsics.with_item(longer, k, value)
    return longer


def with_dimensions(a, longer):
    return intrinsics.strided(a, 0, with_ones(a.shape, longer), with_zeros(a.strides, longer), a.dtype)


def with_zeros(strides, longer):
    missing = intrinsics.length(longer) - intrinsics.length(strides)
    for k in range(intrinsics.length(longer)):
        value = 0
        if intrinsics.length(strides) > 0:
            if k >= missing:
                value = strides[k - missing]
        longer = intrinsics.with_item(longer, k, value)
    return longer


def tiled(a, reps):
    if a.ndim == 0:
        return np.copy(a)
    else:
        shape = a.shape
        for k in range(a.ndim):
            if reps[k] < 0:
                raise ValueError("negative dimensions are not allowed")
            if reps[k] != 0 and shape[k] > intrinsics.trunc_div(9223372036854775807, reps[k]):
                too_big()
            shape = intrinsics.with_item(shape, k, shape[k] * reps[k])
        out = np.empty(shape, a.dtype)
        tile_into(out, a)
        return out


def tile_into(out, a):
    # Row by row: an element of the array stands at each place that is a multiple of the extent away.
    if out.ndim == 1:
        for i in range(len(out)):
            out[i] = a[i % len(a)]
    else:
        for i in range(len(out)):
            tile_into(out[i], a[i % len(a)])


def numpy_roll(a, shift, axis=None):
    if axis is None:
        return numpy_reshape(rolled(numpy_ravel(a), shift, 0), a.shape)
    else:
        return rolled(a, shift, normal_axis(axis, a.ndim))


def rolled(a, shift, axis):
    out = np.empty(a.shape, a.dtype)
    extents = a.shape
    n = extents[axis]
    if n > 0:
        shift = shift % n
        part_along(out, axis, shift, n)[...] = part_along(a, axis, 0, n - shift)
        part_along(out, axis, 0, shift)[...] = part_along(a, axis, n - shift, n)
    return out


def numpy_delete(arr, obj, axis=None):
    if axis is None:
        return deleted(numpy_ravel(arr), obj, 0)
    else:
        return deleted(arr, obj, normal_axis(axis, arr.ndim))


def deleted(a, index, axis):
    extents = a.shape
    n = extents[axis]
    place = place_along(index, axis, n)
    out = np.empty(intrinsics.with_item(extents, axis, n - 1), a.dtype)
    part_along(out, axis, 0, place)[...] = part_along(a, axis, 0, place)
    part_along(out, axis, place, n - 1)[...] = part_along(a, axis, place + 1, n)
    return out


def place_along(index, axis, n):
    if index < -n or index >= n:
        raise IndexError(intrinsics.text("index ", index, " is out of bounds for axis ", axis, " with size ", n))
    if index < 0:
        return index + n
    return index


def numpy_insert(arr, obj, values, axis=None):
    if axis is None:
        return inserted_at(numpy_ravel(arr), obj, values, 0)
    else:
        return inserted_at(arr, obj, values, normal_axis(axis, arr.ndim))


def inserted_at(a, index, values, axis):
    # Values are moved to the front of the other dimensions where they have fewer; one that stands alone fills a place.
    extents = a.shape
    n = extents[axis]
    if index < -n or index > n:
        raise IndexError(intrinsics.text("index ", index, " is out of bounds for axis ", axis, " with size ", n))
    place = index
    if index < 0:
        place = index + n
    if a.ndim == 1:
        count = values.size
        out = np.empty(n + count, a.dtype)
        out[:place] = a[:place]
        out[place:place + count] = numpy_ravel(values)
        out[place + count:] = a[place:]
        return out
    else:
        out = np.empty(intrinsics.with_item(extents, axis, n + 1), a.dtype)
        part_along(out, axis, 0, place)[...] = part_along(a, axis, 0, place)
        numpy_squeeze(part_along(out, axis, place, place + 1), (axis,))[...] = values
        part_along(out, axis, place + 1, n + 1)[...] = part_along(a, axis, place, n)
        return out


def numpy_resize(a, new_shape):
    for k in range(intrinsics.length(new_shape)):
        if new_shape[k] < 0:
            raise ValueError("all elements of `new_shape` must be non-negative")
    row = numpy_ravel(a)
    out = np.zeros(new_shape, a.dtype)
    flat = intrinsics.contiguous(out, (out.size,))
    if len(row) > 0:
        for i in range(len(flat)):
            flat[i] = row[i % len(row)]
    return out
