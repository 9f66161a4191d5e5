

# Arrays of other shapes: views where NumPy's are, copies elsewhere.


def normal_axis(axis, n):
    # A dimension, counted from the first one.
    if axis < -n or axis >= n:
        raise AxisError(intrinsics.text("axis ", axis, " is out of bounds for array of dimension ", n))
    if axis < 0:
        return axis + n
    return axis


def not_reshaped(a, shape):
    raise ValueError(intrinsics.text("cannot reshape array of size ", a.size, " into shape ", shape))


def completed(a, shape):
    # The shape that `reshape` is asked for, with what is unknown found out.
    if intrinsics.length(shape) == 0:
        if a.size != 1:
            not_reshaped(a, shape)
        return shape
    else:
        unknown = -1
        known = 1
        for k in range(intrinsics.length(shape)):
            extent = shape[k]
            if extent < 0:
                if unknown >= 0:
                    raise ValueError("can only specify one unknown dimension")
                unknown = k
            elif extent != 0 and known > intrinsics.trunc_div(9223372036854775807, extent):
                not_reshaped(a, shape)
            else:
                known = known * extent
        if unknown < 0:
            if known != a.size:
                not_reshaped(a, shape)
            if not is_countable(shape, 1):
                too_big()
            return shape
        if known == 0 or intrinsics.trunc_rem(a.size, known) != 0:
            not_reshaped(a, shape)
        shape = intrinsics.with_item(shape, unknown, intrinsics.trunc_div(a.size, known))
        if not is_countable(shape, 1):
            too_big()
        return shape


def strides_after(a, shape, strides):
    # Whether the elements of `a`, which has some, are a view of a shape, and its strides, which those given stand for
    # where they do not matter: runs of dimensions that have as many elements before and after are looked at one by one.
    # In such a run the dimensions before must go through memory in equal steps.
    n = intrinsics.length(shape)
    old = a.ndim
    before = a.shape
    steps = a.strides
    i = 0
    j = 0
    while i < old and j < n:
        first = j
        many = before[i]
        wanted = shape[j]
        step = steps[i]
        while many != wanted:
            if wanted < many:
                j = j + 1
                wanted = wanted * shape[j]
            else:
                i = i + 1
                # What has one element has no steps.
                if before[i] != 1:
                    if many != 1 and step != steps[i] * before[i]:
                        return False, strides
                    step = steps[i]
                many = many * before[i]
        if many == 1:
            step = a.itemsize
        k = j
        while k >= first:
            strides = intrinsics.with_item(strides, k, step)
            step = step * shape[k]
            k = k - 1
        i = i + 1
        j = j + 1
    # What is left are dimensions of extent 1.
    while j < n:
        step = a.itemsize
        if j > 0:
            step = strides[j - 1]
        strides = intrinsics.with_item(strides, j, step)
        j = j + 1
    return True, strides


def numpy_reshape(a, shape):
    shape = completed(a, shape)
    if intrinsics.is_c(a):
        return intrinsics.contiguous(a, shape)
    if a.flags.c_contiguous:
        return intrinsics.contiguous(a, shape)
    if a.ndim > 0 and intrinsics.length(shape) > 0:
        fits, strides = strides_after(a, shape, shape)
        if fits:
            return intrinsics.strided(a, 0, shape, strides, a.dtype)
    return intrinsics.contiguous(np.copy(a), shape)


def numpy_ravel(a):
    if intrinsics.is_c(a):
        return intrinsics.contiguous(a, (a.size,))
    if a.flags.c_contiguous:
        return intrinsics.contiguous(a, (a.size,))
    return intrinsics.contiguous(np.copy(a), (a.size,))


def array_flatten(a):
    return intrinsics.contiguous(np.copy(a), (a.size,))


def permuted(a, axes):
    # The dimensions of `a` in another order: each of them once.
    shape = a.shape
    strides = a.strides
    new_shape = shape
    new_strides = strides
    for k in range(a.ndim):
        new_shape = intrinsics.with_item(new_shape, k, shape[axes[k]])
        new_strides = intrinsics.with_item(new_strides, k, strides[axes[k]])
    return intrinsics.strided(a, 0, new_shape, new_strides, a.dtype)


def numpy_transpose(a, axes=None):
    if axes is None:
        return a.T
    if intrinsics.length(axes) != a.ndim:
        raise ValueError("axes don't match array")
    if a.ndim == 0:
        return a
    else:
        for k in range(a.ndim):
            axes = intrinsics.with_item(axes, k, normal_axis(axes[k], a.ndim))
            for i in range(k):
                if axes[i] == axes[k]:
                    raise ValueError("repeated axis in transpose")
        return permuted(a, axes)


def counted(a):
    # The numbers of the dimensions.
    axes = a.shape
    for k in range(a.ndim):
        axes = intrinsics.with_item(axes, k, k)
    return axes


def numpy_swapaxes(a, axis1, axis2):
    if axis1 < -a.ndim or axis1 >= a.ndim:
        raise AxisError(intrinsics.text("axis1: axis ", axis1, " is out of bounds for array of dimension ", a.ndim))
    if axis2 < -a.ndim or axis2 >= a.ndim:
        raise AxisError(intrinsics.text("axis2: axis ", axis2, " is out of bounds for array of dimension ", a.ndim))
    i = normal_axis(axis1, a.ndim)
    j = normal_axis(axis2, a.ndim)
    if a.ndim == 0:
        return a
    else:
        axes = counted(a)
        return permuted(a, intrinsics.with_item(intrinsics.with_item(axes, i, j), j, i))


def moved(a, source, destination):
    axes = intrinsics.without(counted(a), source)
    return permuted(a, intrinsics.inserted(axes, destination, source))


def numpy_rollaxis(a, axis, start=0):
    n = a.ndim
    axis = normal_axis(axis, n)
    if start < -n or start > n:
        raise AxisError(intrinsics.text("'start' arg requires ", -n, " <= start < ", n + 1, ", but ", start, " was passed in"))
    if start < 0:
        start = start + n
    if axis < start:
        start = start - 1
    if a.ndim == 0:
        return a
    else:
        return moved(a, axis, start)


def in_source(axis, n):
    if axis < -n or axis >= n:
        raise AxisError(intrinsics.text("source: axis ", axis, " is out of bounds for array of dimension ", n))
    return normal_axis(axis, n)


def in_destination(axis, n):
    if axis < -n or axis >= n:
        raise AxisError(intrinsics.text("destination: axis ", axis, " is out of bounds for array of dimension ", n))
    return normal_axis(axis, n)


def numpy_moveaxis(a, source, destination):
    n = a.ndim
    for k in range(intrinsics.length(source)):
        source = intrinsics.with_item(source, k, in_source(source[k], n))
        for i in range(k):
            if source[i] == source[k]:
                raise ValueError("repeated axis in `source` argument")
    for k in range(intrinsics.length(destination)):
        destination = intrinsics.with_item(destination, k, in_destination(destination[k], n))
        for i in range(k):
            if destination[i] == destination[k]:
                raise ValueError("repeated axis in `destination` argument")
    if intrinsics.length(source) != intrinsics.length(destination):
        raise ValueError("`source` and `destination` arguments must have the same number of elements")
    if intrinsics.length(source) > a.ndim:
        return a
    else:
        # What is moved stands where it goes; the others keep their order in the places that are left.
        order = counted(a)
        free = 0
        for k in range(a.ndim):
            taken = -1
            for i in range(intrinsics.length(destination)):
                if destination[i] == k:
                    taken = source[i]
            if taken < 0:
                while is_in(source, free):
                    free = free + 1
                taken = free
                free = free + 1
            order = intrinsics.with_item(order, k, taken)
        return permuted(a, order)


def is_in(items, x):
    for k in range(intrinsics.length(items)):
        if items[k] == x:
            return True
    return False


def numpy_squeeze(a, axis):
    # How many dimensions are left stands in the program: those that go are named.
    n = a.ndim
    shape = a.shape
    strides = a.strides
    for k in range(intrinsics.length(axis)):
        axis = intrinsics.with_item(axis, k, normal_axis(axis[k], n))
        for i in range(k):
            if axis[i] == axis[k]:
                raise ValueError("duplicate value in 'axis'")
    for k in range(intrinsics.length(axis)):
        if shape[axis[k]] != 1:
            raise ValueError("cannot select an axis to squeeze out which has size not equal to one")
    return squeezed(a, shape, strides, axis)


def squeezed(a, shape, strides, axis):
    if intrinsics.length(shape) == 0:
        return intrinsics.strided(a, 0, shape, strides, a.dtype)
    else:
        at = axis[0]
        less_shape = intrinsics.without(shape, at)
        less_strides = intrinsics.without(strides, at)
        if intrinsics.length(axis) > 1:
            rest = axis[1:]
            for k in range(intrinsics.length(rest)):
                if rest[k] > at:
                    rest = intrinsics.with_item(rest, k, rest[k] - 1)
            return squeezed(a, less_shape, less_strides, rest)
        else:
            return intrinsics.strided(a, 0, less_shape, less_strides, a.dtype)


def numpy_expand_dims(a, axis):
    n = a.ndim + intrinsics.length(axis)
    for k in range(intrinsics.length(axis)):
        axis = intrinsics.with_item(axis, k, normal_axis(axis[k], n))
        for i in range(k):
            if axis[i] == axis[k]:
                raise ValueError("repeated axis")
    return expanded(a, a.shape, a.strides, axis)


def expanded(a, shape, strides, axis):
    # The first dimension to come stands before the others.
    least = axis[0]
    place = 0
    for k in range(intrinsics.length(axis)):
        if axis[k] < least:
            least = axis[k]
            place = k
    shape = intrinsics.inserted(shape, least, 1)
    strides = intrinsics.inserted(strides, least, 0)
    if intrinsics.length(axis) > 1:
        return expanded(a, shape, strides, intrinsics.without(axis, place))
    else:
        return intrinsics.strided(a, 0, shape, strides, a.dtype)


def numpy_atleast_1d(a):
    if a.ndim == 0:
        return a[None]
    return a


def numpy_atleast_2d(a):
    if a.ndim == 0:
        return a[None, None]
    if a.ndim == 1:
        return a[None, :]
    return a


def numpy_atleast_3d(a):
    if a.ndim == 0:
        return a[None, None, None]
    if a.ndim == 1:
        return a[None, :, None]
    if a.ndim == 2:
        return a[:, :, None]
    return a


def numpy_flip(a, axis=None):
    if axis is None:
        return flipped(a, a.shape, a.strides, counted_axes(a))
    else:
        for k in range(intrinsics.length(axis)):
            axis = intrinsics.with_item(axis, k, normal_axis(axis[k], a.ndim))
            for i in range(k):
                if axis[i] == axis[k]:
                    raise ValueError("repeated axis")
        return flipped(a, a.shape, a.strides, axis)


def counted_axes(a):
    if a.ndim == 0:
        return a.shape
    else:
        return counted(a)


def flipped(a, shape, strides, axes):
    if a.ndim == 0:
        return a
    else:
        offset = 0
        turned = strides
        for k in range(intrinsics.length(axes)):
            axis = axes[k]
            if shape[axis] > 0:
                offset = offset + (shape[axis] - 1) * strides[axis]
            turned = intrinsics.with_item(turned, axis, -strides[axis])
        return intrinsics.strided(a, offset, shape, turned, a.dtype)


def numpy_fliplr(a):
    if a.ndim < 2:
        raise ValueError("Input must be >= 2-d.")
    return a[:, ::-1]


def numpy_flipud(a):
    if a.ndim < 1:
        raise ValueError("Input must be >= 1-d.")
    return a[::-1, ...]


def numpy_rot90(a, k=1):
    k = k % 4
    if k == 0:
        return a[:, :]
    if k == 1:
        return numpy_swapaxes(a[:, ::-1], 0, 1)
    if k == 2:
        return a[::-1, ::-1]
    return numpy_swapaxes(a[::-1, :], 0, 1)
