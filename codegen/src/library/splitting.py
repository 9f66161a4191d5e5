

# Arrays split along an axis, as views.


def split_axis(axis, n):
    if axis < -n or axis >= n:
        raise IndexError("tuple index out of range")
    return normal_axis(axis, n)


def numpy_split(ary, indices_or_sections, axis=0):
    place = split_axis(axis, ary.ndim)
    if intrinsics.kind(indices_or_sections[0]) == 0:
        extents = ary.shape
        if intrinsics.trunc_rem(extents[place], intrinsics.length(indices_or_sections)) != 0:
            raise ValueError("array split does not result in an equal division")
        return numpy_array_split(ary, indices_or_sections, place)
    else:
        return parts_between(ary, indices_or_sections, place, 0)


def numpy_vsplit(ary, indices_or_sections):
    return numpy_split(ary, indices_or_sections, 0)


def numpy_hsplit(ary, indices_or_sections):
    if ary.ndim == 1:
        return numpy_split(ary, indices_or_sections, 0)
    else:
        return numpy_split(ary, indices_or_sections, 1)


def numpy_dsplit(ary, indices_or_sections):
    return numpy_split(ary, indices_or_sections, 2)


def numpy_array_split(ary, indices_or_sections, axis=0):
    # A number of sections is a tuple with a truth value for each.
    place = split_axis(axis, ary.ndim)
    if intrinsics.kind(indices_or_sections[0]) == 0:
        extents = ary.shape
        n = intrinsics.length(indices_or_sections)
        return parts_of_axis(ary, indices_or_sections, place, extents[place], n)
    else:
        return parts_between(ary, indices_or_sections, place, 0)


def parts_of_axis(ary, sections, place, extent, n):
    return equal_parts(ary, sections, place, 0, intrinsics.trunc_div(extent, n), intrinsics.trunc_rem(extent, n))


def equal_parts(a, sections, axis, start, extent, longer):
    # A part for each section; the first ones are longer by one.
    stop = start + extent
    if longer > 0:
        stop = stop + 1
    part = part_along(a, axis, start, stop)
    if intrinsics.length(sections) == 1:
        return (part,)
    else:
        return (part,) + equal_parts(a, sections[1:], axis, stop, extent, longer - 1)


def parts_between(a, indices, axis, start):
    # As slices are read: from each index to the next.
    extents = a.shape
    first = slice_place(start, extents[axis])
    stop = slice_place(indices[0], extents[axis])
    part = part_along(a, axis, first, maximum(first, stop))
    if intrinsics.length(indices) == 1:
        last = part_along(a, axis, stop, extents[axis])
        return (part, last)
    else:
        return (part,) + parts_between(a, indices[1:], axis, indices[0])


def slice_place(index, extent):
    if index < 0:
        index = index + extent
    if index < 0:
        return 0
    if index > extent:
        return extent
    return index
