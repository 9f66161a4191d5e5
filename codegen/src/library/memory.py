

# Arrays as their memory is: their strides, views of other forms, copies.


def array_nbytes(a):
    return a.size * a.itemsize


def has_strides(shape, strides, size):
    # Whether strides are those of adjacent elements in C's order. Of what has no elements, or one in a dimension,
    # any are.
    n = intrinsics.length(shape)
    fits = True
    for i in range(n):
        k = n - 1 - i
        if shape[k] == 0:
            return True
        if shape[k] != 1:
            if strides[k] != size:
                fits = False
            size = intrinsics.wrapping_mul(size, shape[k])
    return fits


def is_c_contiguous(a):
    if intrinsics.is_c(a):
        return True
    if a.ndim == 0:
        return True
    return has_strides(a.shape, a.strides, a.itemsize)


def is_f_contiguous(a):
    return is_c_contiguous(a.T)


def array_real(a):
    if intrinsics.kind(a) != 3:
        return a
    return intrinsics.strided(a, 0, a.shape, a.strides, intrinsics.part_type(a))


def array_imag(a):
    if intrinsics.kind(a) != 3:
        return np.zeros_like(a)
    return intrinsics.strided(a, intrinsics.part_type(a).itemsize, a.shape, a.strides, intrinsics.part_type(a))


def array_copy(a, dtype):
    return np.copy(a)


def array_of_arrays(arrays, dtype):
    first = arrays[0]
    out = np.empty(intrinsics.inserted(first.shape, 0, intrinsics.length(arrays)), dtype)
    put_rows(out, arrays, 0)
    return out


def put_rows(out, arrays, place):
    first = arrays[0]
    if first.shape != out[0, ...].shape:
        raise ValueError("setting an array element with a sequence. The requested array has an inhomogeneous shape after 1 dimensions.")
    out[place, ...] = first
    if intrinsics.length(arrays) > 1:
        put_rows(out, arrays[1:], place + 1)


def array_view(a, dtype):
    return intrinsics.strided(a, 0, a.shape, a.strides, dtype)


def numpy_astype(a, dtype=None, copy=True):
    if copy is None and a.dtype == dtype:
        return a
    return converted(a, dtype)


def converted(a, dtype):
    # NumPy drops imaginary parts where it converts to real numbers.
    out = np.empty(a.shape, dtype)
    if intrinsics.kind(a) == 3 and intrinsics.kind(out) != 3 and intrinsics.kind(out) != 0:
        out[...] = array_real(a)
    else:
        out[...] = a
    return out


def array_fill(a, value):
    a[...] = value
