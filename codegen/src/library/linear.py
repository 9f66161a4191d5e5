

# Products of vectors and matrices. Sums are left folds, from the first product to the last.


def add_product(out, a, b):
    # Matrices of one type; rows of `b` are added up, so that neighbours are: four, then those that are left.
    n = a.shape[1]
    fours = n - n % 4
    for i in range(a.shape[0]):
        for k in range(0, fours, 4):
            for j in range(b.shape[1]):
                total = (out[i, j] + a[i, k] * b[k, j]) + a[i, k + 1] * b[k + 1, j]
                out[i, j] = (total + a[i, k + 2] * b[k + 2, j]) + a[i, k + 3] * b[k + 3, j]
        for k in range(fours, n):
            x = a[i, k]
            for j in range(b.shape[1]):
                out[i, j] = out[i, j] + x * b[k, j]


def fold_of_products(a, b):
    total = np.zeros((), a.dtype)[()]
    for i in range(len(a)):
        total = total + a[i] * b[i]
    return total


def of_type(a, dtype):
    if a.dtype == dtype:
        return a
    return converted(a, dtype)


def not_aligned(a, b, i, j):
    left = a.shape
    right = b.shape
    raise ValueError(intrinsics.text("shapes ", left, " and ", right, " not aligned: ", left[i], " (dim ", i, ") != ", right[j], " (dim ", j, ")"))


def numpy_dot(a, b, out=None):
    if out is None:
        return product_of(a, b)
    else:
        return put_product(out, product_of(a, b))


def product_of(a, b):
    if a.ndim == 0 or b.ndim == 0:
        return np.multiply(a, b)
    else:
        dtype = np.result_type(a, b)
        return dot_of(of_type(a, dtype), of_type(b, dtype))


def put_product(out, product):
    # NumPy takes an array of the product's type and shape in the order C, and no other.
    if intrinsics.is_number(product):
        if out.ndim != 0 or intrinsics.is_cast(out, product):
            wrong_product()
        out[...] = product
    elif out.ndim != product.ndim or intrinsics.is_cast(out, product):
        wrong_product()
    else:
        if not out.flags.c_contiguous:
            wrong_product()
        if out.shape != product.shape:
            raise ValueError("output array has wrong dimensions")
        out[...] = product
    return out


def wrong_product():
    raise ValueError("output array is not acceptable (must have the right datatype, number of dimensions, and be a C-Array)")


def dot_of(a, b):
    n = a.shape[-1]
    if b.ndim == 1:
        if n != len(b):
            not_aligned(a, b, a.ndim - 1, 0)
        if a.ndim == 1:
            return fold_of_products(a, b)
        else:
            out = np.empty(a.shape[:-1], a.dtype)
            fold_rows(out, a, b)
            return out
    else:
        if n != b.shape[-2]:
            not_aligned(a, b, a.ndim - 1, b.ndim - 2)
        if a.ndim == 1 and b.ndim == 2:
            row = np.zeros((1, b.shape[1]), a.dtype)
            add_product(row, a[None, :], b)
            return row[0]
        elif a.ndim == 2 and b.ndim == 2:
            out = np.zeros((a.shape[0], b.shape[1]), a.dtype)
            add_product(out, a, b)
            return out
        elif a.ndim == 1:
            out = np.empty(b.shape[:-2] + b.shape[-1:], a.dtype)
            fold_columns(out, a, b)
            return out
        else:
            out = np.empty(a.shape[:-1] + b.shape[:-2] + b.shape[-1:], a.dtype)
            fold_all(out, a, b)
            return out


def fold_rows(out, a, b):
    if a.ndim == 2:
        for i in range(len(a)):
            out[i] = fold_of_products(a[i], b)
    else:
        for i in range(len(a)):
            fold_rows(out[i], a[i], b)


def fold_columns(out, a, b):
    # A vector with each column of matrices.
    if b.ndim == 2:
        for j in range(b.shape[1]):
            out[j] = fold_of_products(a, b[:, j])
    else:
        for i in range(len(b)):
            fold_columns(out[i], a, b[i])


def fold_all(out, a, b):
    if a.ndim == 1:
        fold_columns(out, a, b)
    else:
        for i in range(len(a)):
            fold_all(out[i], a[i], b)


def numpy_vdot(a, b):
    dtype = np.result_type(a, b)
    left = of_type(numpy_ravel(a), dtype)
    right = of_type(numpy_ravel(b), dtype)
    if len(left) != len(right):
        raise ValueError("cannot reshape arrays of different sizes for vdot")
    if intrinsics.kind(left) == 3:
        return fold_of_products(np.conjugate(left), right)
    else:
        return fold_of_products(left, right)


def numpy_inner(a, b):
    if a.ndim == 0 or b.ndim == 0:
        return np.multiply(a, b)
    else:
        if a.shape[-1] != b.shape[-1]:
            not_aligned(a, b, a.ndim - 1, b.ndim - 1)
        if b.ndim == 1:
            return product_of(a, b)
        else:
            return product_of(a, numpy_swapaxes(b, -1, -2))


def numpy_outer(a, b):
    return np.multiply(numpy_ravel(a)[:, None], numpy_ravel(b)[None, :])


def wrong_core(operand, dimension, n, m):
    raise ValueError(intrinsics.text("matmul: Input operand ", operand, " has a mismatch in its core dimension ", dimension, ", with gufunc signature (n?,k),(k,m?)->(n?,m?) (size ", n, " is different from ", m, ")"))


def numpy_matmul(x1, x2):
    dtype = np.result_type(x1, x2)
    a = of_type(x1, dtype)
    b = of_type(x2, dtype)
    if b.ndim == 1:
        if a.shape[-1] != len(b):
            wrong_core(1, 0, len(b), a.shape[-1])
        return dot_of(a, b)
    else:
        if a.shape[-1] != b.shape[-2]:
            wrong_core(1, 0, b.shape[-2], a.shape[-1])
        if a.ndim <= 2 and b.ndim == 2:
            return dot_of(a, b)
        elif a.ndim == 1:
            return dot_of(a, b)
        else:
            loop = shape_of_two(a.shape[:-2], b.shape[:-2], 1)
            left = broadcast_view(a, loop + a.shape[-2:])
            right = broadcast_view(b, loop + b.shape[-2:])
            out = np.zeros(loop + (a.shape[-2], b.shape[-1]), dtype)
            add_products(out, left, right)
            return out


def add_products(out, a, b):
    if a.ndim == 2:
        add_product(out, a, b)
    else:
        for i in range(len(a)):
            add_products(out[i], a[i], b[i])


def numpy_kron(a, b):
    if a.ndim < b.ndim:
        return numpy_kron(a[None, :], b)
    elif b.ndim < a.ndim:
        return numpy_kron(a, b[None, :])
    elif a.ndim == 1:
        return numpy_reshape(np.multiply(a[:, None], b[None, :]), (a.size * b.size,))
    else:
        products = np.multiply(a[:, None, :, None], b[None, :, None, :])
        return numpy_reshape(products, (a.shape[0] * b.shape[0], a.shape[1] * b.shape[1]))


def numpy_cross(a, b):
    if a.shape[-1] != 3 or b.shape[-1] != 3:
        raise ValueError("Both input arrays must be (arrays of) 3-dimensional vectors, but they are {} and {} dimensional instead.")
    out = np.empty(shape_of_two(a.shape, b.shape, 1), np.result_type(a, b))
    out[..., 0] = a[..., 1] * b[..., 2] - a[..., 2] * b[..., 1]
    out[..., 1] = a[..., 2] * b[..., 0] - a[..., 0] * b[..., 2]
    out[..., 2] = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    return out


def numpy_trace(a, offset=0):
    line = diagonal_view(a, offset, 0, 1)
    if intrinsics.kind(a) <= 1:
        wide = np.sum(np.zeros((1,), a.dtype))
        for i in range(len(line)):
            wide = wide + intrinsics.like(line[i], wide)
        return wide
    else:
        return np.sum(np.copy(line))


def full_correlation(a, v, reverse):
    # For each distance of the two, the sum of products of what stands at one place.
    n = len(a)
    m = len(v)
    out = np.zeros(n + m - 1, a.dtype)
    for i in range(n):
        for k in range(m):
            if reverse:
                out[i + m - 1 - k] = out[i + m - 1 - k] + a[i] * v[k]
            else:
                out[i + k] = out[i + k] + a[i] * v[k]
    return out


def middle_of(full, n, m, mode, turned):
    # 0: all, 1: as many as the longer has, 2: where the shorter lies in the longer.
    short = minimum(n, m)
    if mode == 0:
        return full
    if mode == 1:
        start = short - 1 - intrinsics.trunc_div(short, 2)
        if turned:
            start = intrinsics.trunc_div(short, 2)
        return np.copy(full[start:start + maximum(n, m)])
    return np.copy(full[short - 1:maximum(n, m)])


def numpy_convolve(a, v, mode=0):
    if len(a) == 0:
        raise ValueError("a cannot be empty")
    if len(v) == 0:
        raise ValueError("v cannot be empty")
    dtype = np.result_type(a, v)
    full = full_correlation(of_type(a, dtype), of_type(v, dtype), False)
    return middle_of(full, len(a), len(v), mode, False)


def numpy_correlate(a, v, mode=2):
    if len(a) == 0:
        raise ValueError("first array argument cannot be empty")
    if len(v) == 0:
        raise ValueError("second array argument cannot be empty")
    dtype = np.result_type(a, v)
    if intrinsics.kind(v) == 3:
        full = full_correlation(of_type(a, dtype), of_type(np.conjugate(v), dtype), True)
    else:
        full = full_correlation(of_type(a, dtype), of_type(v, dtype), True)
    return middle_of(full, len(a), len(v), mode, len(a) < len(v))
