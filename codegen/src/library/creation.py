

# Arrays that are made by a rule.


def at_most(k, n):
    # The number of a diagonal, as far as it matters for so many rows or columns.
    if k > n:
        return n
    if k < -n:
        return -n
    return k


def numpy_eye(N, M=None, k=0, dtype=None):
    if M is None:
        return diagonal_of_ones(N, N, k, dtype)
    else:
        return diagonal_of_ones(N, M, k, dtype)


def numpy_identity(n, dtype=None):
    return diagonal_of_ones(n, n, 0, dtype)


def diagonal_of_ones(n, m, k, dtype):
    out = np.zeros((n, m), dtype)
    k = at_most(k, maximum(n, m))
    for i in range(n):
        if i + k >= 0 and i + k < m:
            out[i, i + k] = 1
    return out


def numpy_tri(N, M=None, k=0, dtype=None):
    if M is None:
        return triangle(N, N, k, dtype)
    else:
        return triangle(N, M, k, dtype)


def triangle(n, m, k, dtype):
    n = maximum(n, 0)
    m = maximum(m, 0)
    out = np.zeros((n, m), dtype)
    k = at_most(k, maximum(n, m))
    for i in range(n):
        for j in range(minimum(m, maximum(0, i + k + 1))):
            out[i, j] = 1
    return out


def numpy_tril(m, k=0):
    out = np.zeros(m.shape, m.dtype)
    keep_triangle(out, m, k, True)
    return out


def numpy_triu(m, k=0):
    out = np.zeros(m.shape, m.dtype)
    keep_triangle(out, m, k, False)
    return out


def keep_triangle(out, a, k, lower):
    if a.ndim == 2:
        n = a.shape[0]
        m = a.shape[1]
        k = at_most(k, maximum(n, m))
        for i in range(n):
            # The columns up to the diagonal, and those from it on.
            if lower:
                end = minimum(m, maximum(0, i + k + 1))
                out[i, :end] = a[i, :end]
            else:
                start = minimum(m, maximum(0, i + k))
                out[i, start:] = a[i, start:]
    else:
        for i in range(len(a)):
            keep_triangle(out[i], a[i], k, lower)


def numpy_diag(v, k=0):
    if v.ndim == 1:
        return diagonal_matrix(v, k)
    else:
        return diagonal_view(v, k, 0, 1)


def numpy_diagflat(v, k=0):
    return diagonal_matrix(numpy_ravel(v), k)


def diagonal_matrix(v, k):
    if k > 1073741824 or k < -1073741824:
        too_big()
    n = len(v)
    size = n + k
    if k < 0:
        size = n - k
    out = np.zeros((size, size), v.dtype)
    for i in range(n):
        if k < 0:
            out[i - k, i] = v[i]
        else:
            out[i, i + k] = v[i]
    return out


def numpy_diagonal(a, offset=0, axis1=0, axis2=1):
    i = axis_named(axis1, a.ndim, 1)
    j = axis_named(axis2, a.ndim, 2)
    if i == j:
        raise ValueError("axis1 and axis2 cannot be the same")
    return diagonal_view(a, offset, i, j)


def axis_named(axis, n, number):
    if axis < -n or axis >= n:
        raise AxisError(intrinsics.text("axis", number, ": axis ", axis, " is out of bounds for array of dimension ", n))
    return normal_axis(axis, n)


def diagonal_view(a, k, i, j):
    # The elements whose index in `j` is that in `i` and `k` more, as the last dimension.
    shape = a.shape
    strides = a.strides
    rows = shape[i]
    columns = shape[j]
    k = at_most(k, maximum(rows, columns))
    if k >= 0:
        n = maximum(0, minimum(rows, columns - k))
        offset = k * strides[j]
    else:
        n = maximum(0, minimum(rows + k, columns))
        offset = -k * strides[i]
    if n == 0:
        offset = 0
    step = strides[i] + strides[j]
    first = minimum(i, j)
    second = maximum(i, j) - 1
    left = intrinsics.without(intrinsics.without(shape, first), second)
    steps = intrinsics.without(intrinsics.without(strides, first), second)
    last = a.ndim - 2
    return intrinsics.strided(a, offset, intrinsics.inserted(left, last, n), intrinsics.inserted(steps, last, step), a.dtype)


def numpy_linspace(start, stop, num=50, endpoint=True, retstep=None, dtype=None):
    if num < 0:
        raise ValueError(intrinsics.text("Number of samples, ", num, ", must be non-negative."))
    dt = np.result_type(start, stop, 1.0)
    first = np.asarray(start, dt) * 1.0
    last = np.asarray(stop, dt) * 1.0
    y = np.empty(num, dt)
    step = fill_evenly(y, first, last, endpoint)
    if dtype is None:
        out = y
    else:
        if intrinsics.kind(dtype) == 1 and intrinsics.kind(y) == 2:
            y[...] = np.floor(y)
        out = converted(y, dtype)
    if retstep is None:
        return out
    else:
        return out, step


def fill_evenly(y, first, last, endpoint):
    n = len(y)
    parts = n
    if endpoint:
        parts = n - 1
    like = first + last
    delta = last - first
    step = intrinsics.like(math.nan, like)
    if parts > 0:
        step = delta / intrinsics.like(parts, like)
        if step == 0.0:
            for i in range(n):
                y[i] = intrinsics.like(i, like) / intrinsics.like(parts, like) * delta + first
        else:
            for i in range(n):
                y[i] = intrinsics.like(i, like) * step + first
    else:
        for i in range(n):
            y[i] = intrinsics.like(i, like) * delta + first
    if endpoint and n > 1:
        y[n - 1] = last
    return step


def numpy_logspace(start, stop, num=50, endpoint=True, base=10.0, dtype=None):
    y = numpy_linspace(start, stop, num, endpoint, None, None)
    powers = np.power(base, y)
    if dtype is None:
        return powers
    else:
        return converted(powers, dtype)


def numpy_geomspace(start, stop, num=50, endpoint=True, dtype=None):
    dt = np.result_type(start, stop, 1.0)
    first = np.asarray(start, dt) * 1.0
    last = np.asarray(stop, dt) * 1.0
    if first == 0.0 or last == 0.0:
        raise ValueError("Geometric sequence cannot include zero")
    sign = np.sign(first)
    first = first / sign
    last = last / sign
    powers = numpy_logspace(np.log10(first), np.log10(last), num, endpoint, 10.0, None)
    n = len(powers)
    if n > 0:
        powers[0] = first
        if n > 1 and endpoint:
            powers[n - 1] = last
    powers *= sign
    if dtype is None:
        return powers
    else:
        return converted(powers, dtype)


def numpy_meshgrid(xi, copy=True, sparse=None, indexing=0):
    # By `xy` the second array is for the first dimension.
    shape = lengths_of(xi)
    turned = False
    if intrinsics.length(xi) > 1:
        if indexing == 0:
            turned = True
            shape = intrinsics.with_item(intrinsics.with_item(shape, 0, shape[1]), 1, shape[0])
    return grids(xi, shape, 0, turned, sparse)


def lengths_of(arrays):
    n = arrays[0].size
    if intrinsics.length(arrays) == 1:
        return (n,)
    else:
        return (n,) + lengths_of(arrays[1:])


def grids(arrays, shape, place, turned, sparse):
    axis = place
    if turned and place < 2:
        axis = 1 - place
    row = numpy_ravel(arrays[0])
    ones = shape
    for k in range(intrinsics.length(shape)):
        ones = intrinsics.with_item(ones, k, 1)
    grid = grid_of(row, intrinsics.with_item(ones, axis, len(row)), shape, sparse)
    if intrinsics.length(arrays) == 1:
        return (grid,)
    else:
        return (grid,) + grids(arrays[1:], shape, place + 1, turned, sparse)


def grid_of(row, extents, shape, sparse):
    lying = np.copy(intrinsics.contiguous(row, extents))
    if sparse is None:
        return np.copy(broadcast_view(lying, shape))
    else:
        return lying


def numpy_vander(x, N=None, increasing=False):
    if N is None:
        return powers_of(x, len(x), increasing)
    else:
        return powers_of(x, N, increasing)


def powers_of(x, n, increasing):
    out = np.empty((len(x), n), np.result_type(x, np.int64))
    for i in range(len(x)):
        for k in range(n):
            place = n - 1 - k
            before = n - k
            if increasing:
                place = k
                before = k - 1
            if k == 0:
                out[i, place] = 1
            else:
                out[i, place] = out[i, before] * x[i]
    return out


def numpy_ascontiguousarray(a, dtype=None):
    if a.ndim == 0:
        return numpy_ascontiguousarray(a[None], dtype)
    else:
        if dtype is None:
            return contiguous_of(a)
        else:
            if a.dtype == dtype:
                return contiguous_of(a)
            return converted(a, dtype)


def contiguous_of(a):
    if intrinsics.is_c(a):
        return a
    if a.flags.c_contiguous:
        return intrinsics.contiguous(a, a.shape)
    return np.copy(a)


def numpy_asfortranarray(a, dtype=None):
    if dtype is None:
        return contiguous_of(a.T).T
    else:
        if a.dtype == dtype:
            return contiguous_of(a.T).T
        return converted(a.T, dtype).T


def numpy_indices(dimensions, dtype=None):
    if dtype is None:
        return indices_of(dimensions, np.int64)
    else:
        return indices_of(dimensions, dtype)


def indices_of(shape, dtype):
    out = np.empty(intrinsics.inserted(shape, 0, intrinsics.length(shape)), dtype)
    ones = shape
    for k in range(intrinsics.length(shape)):
        ones = intrinsics.with_item(ones, k, 1)
    for k in range(intrinsics.length(shape)):
        row = np.arange(shape[k])
        out[k] = intrinsics.contiguous(row, intrinsics.with_item(ones, k, shape[k]))
    return out
