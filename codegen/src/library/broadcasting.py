

# Arrays broadcast to the shapes of others, as views.


def numpy_broadcast_to(a, shape):
    if a.ndim > intrinsics.length(shape):
        if intrinsics.length(shape) == 0:
            raise ValueError("cannot broadcast a non-scalar to a scalar array")
        raise ValueError("input operand has more dimensions than allowed by the axis remapping")
    elif intrinsics.length(shape) == 0:
        return a
    else:
        for k in range(intrinsics.length(shape)):
            if shape[k] < 0:
                raise ValueError("all elements of broadcast shape must be non-negative")
        return broadcast_view(a, shape)


def too_big():
    raise ValueError("array is too big; `arr.size * arr.dtype.itemsize` is larger than the maximum possible size.")


def is_countable(shape, itemsize):
    # Whether no extent is above 2**48, and the bytes of all elements can be counted.
    size = itemsize
    for k in range(intrinsics.length(shape)):
        if shape[k] > 281474976710656:
            return False
        if shape[k] != 0:
            if size > intrinsics.trunc_div(9223372036854775807, shape[k]):
                return False
            size = size * shape[k]
    return True


def broadcast_view(a, shape):
    n = intrinsics.length(shape)
    if not is_countable(shape, a.itemsize):
        raise ValueError("iterator is too large")
    missing = n - a.ndim
    strides = shape
    for k in range(missing):
        strides = intrinsics.with_item(strides, k, 0)
    if a.ndim > 0:
        extents = a.shape
        steps = a.strides
        for k in range(a.ndim):
            if extents[k] == shape[missing + k]:
                strides = intrinsics.with_item(strides, missing + k, steps[k])
            elif extents[k] == 1:
                strides = intrinsics.with_item(strides, missing + k, 0)
            else:
                raise ValueError(intrinsics.text("operands could not be broadcast together with remapped shapes [original->remapped]: ", extents, "  and requested shape ", shape))
    return intrinsics.strided(a, 0, shape, strides, a.dtype)


def numpy_broadcast_shapes(shapes):
    return shape_of_all(shapes, shapes[0], 1)


def shape_of_all(shapes, shape, place):
    if intrinsics.length(shapes) == 1:
        return shape
    else:
        rest = shapes[1:]
        return shape_of_all(rest, shape_of_two(shape, rest[0], place), place + 1)


def shape_of_two(shape, other, place):
    if intrinsics.length(other) == 0:
        return shape
    if intrinsics.length(shape) == 0:
        return other
    if intrinsics.length(shape) < intrinsics.length(other):
        return joined_shape(other, shape, shape, other, place)
    return joined_shape(shape, other, shape, other, place)


def joined_shape(longer, shorter, shape, other, place):
    missing = intrinsics.length(longer) - intrinsics.length(shorter)
    both = longer
    for k in range(intrinsics.length(shorter)):
        if longer[missing + k] == 1:
            both = intrinsics.with_item(both, missing + k, shorter[k])
        elif shorter[k] != 1 and shorter[k] != longer[missing + k]:
            raise ValueError(intrinsics.text("shape mismatch: objects cannot be broadcast to a single shape.  Mismatch is between arg ", place - 1, " with shape ", intrinsics.str(shape), " and arg ", place, " with shape ", intrinsics.str(other), "."))
    return both


def numpy_broadcast_arrays(arrays):
    return all_broadcast(arrays, shape_of_arrays(arrays, arrays[0].shape, 1))


def shape_of_arrays(arrays, shape, place):
    if intrinsics.length(arrays) == 1:
        return shape
    else:
        rest = arrays[1:]
        return shape_of_arrays(rest, shape_of_two(shape, rest[0].shape, place), place + 1)


def all_broadcast(arrays, shape):
    first = arrays[0]
    view = first_broadcast(first, shape)
    if intrinsics.length(arrays) == 1:
        return (view,)
    else:
        return (view,) + all_broadcast(arrays[1:], shape)


def first_broadcast(a, shape):
    if intrinsics.length(shape) == 0:
        return a
    else:
        return broadcast_view(a, shape)
