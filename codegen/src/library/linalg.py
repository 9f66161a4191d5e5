

# Linear algebra. Routines of the host work on stacks of matrices of float64 and complex128, as NumPy does whatever the
# result's type; what is the same for all of them, shapes, types and exceptions, stands here.


from pykernel import extern


@extern("solve")
def solve_routine(a, x):
    return 4


@extern("determinant")
def determinant_routine(a, sign, pivots):
    return 4


@extern("cholesky")
def cholesky_routine(a, l):
    return 4


@extern("qr")
def qr_routine(a, q, r):
    return 4


@extern("svd")
def svd_routine(a, u, s, vh):
    return 4


@extern("eigh")
def eigh_routine(a, w, v):
    return 4


@extern("eig")
def eig_routine(a, w, v):
    return 4


def check_ran(outcome):
    # What has nothing to do with the matrices at hand.
    if outcome == 2:
        raise MemoryError("Unable to allocate memory to work in")
    if outcome == 4:
        raise RuntimeError("the program that runs this kernel has no such routine")
    if outcome != 0:
        raise RuntimeError("a routine has failed")


def wide(a):
    # In what NumPy computes.
    if intrinsics.kind(a) == 3:
        return of_type(a, np.complex128)
    else:
        return of_type(a, np.float64)


def inexact(a):
    if intrinsics.kind(a) <= 1:
        return converted(a, np.float64)
    return a


def n_stacked(shape):
    if intrinsics.length(shape) == 0:
        return 1
    else:
        n = 1
        for k in range(intrinsics.length(shape)):
            n = n * shape[k]
        return n


def as_stack(a):
    if a.ndim == 3:
        return a
    elif a.ndim == 2:
        return a[None, :, :]
    else:
        return numpy_reshape(a, (n_stacked(a.shape[:-2]), a.shape[-2], a.shape[-1]))


def stack_of(a):
    # The same of an array that is contiguous in C's order, to write to.
    return intrinsics.contiguous(a, (n_stacked(a.shape[:-2]), a.shape[-2], a.shape[-1]))


def rows_of(a):
    # Each run of the last dimension as a matrix of one row.
    return intrinsics.contiguous(a, (n_stacked(a.shape[:-1]), 1, a.shape[-1]))


def numbers_of(a):
    return intrinsics.contiguous(a, (n_stacked(a.shape), 1, 1))


def number_or_array(a):
    if a.ndim == 0:
        return a[()]
    else:
        return a


def check_square(a):
    if a.shape[-2] != a.shape[-1]:
        raise LinAlgError("Last 2 dimensions of the array must be square")


def adjoint(a):
    # Of each matrix of a stack.
    if intrinsics.kind(a) == 3:
        return numpy_swapaxes(np.conjugate(a), -1, -2)
    else:
        return numpy_swapaxes(a, -1, -2)


def linalg_solve(a, b):
    check_square(a)
    left = inexact(a)
    right = inexact(b)
    dtype = np.result_type(left, right)
    n = a.shape[-1]
    kind = np.result_type(dtype, np.float64)
    if b.ndim == 1:
        if len(b) != n:
            raise ValueError(intrinsics.text("solve1: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature (m,m),(m)->(m) (size ", len(b), " is different from ", n, ")"))
        x = np.empty(a.shape[:-1] + (1,), kind)
        x[...] = b[:, None]
        solve_stack(of_type(left, kind), x)
        return of_type(numpy_reshape(x, a.shape[:-1]), dtype)
    else:
        if b.shape[-2] != n:
            raise ValueError(intrinsics.text("solve: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature (m,m),(m,n)->(m,n) (size ", b.shape[-2], " is different from ", n, ")"))
        if a.ndim == 2 and b.ndim == 2:
            x = np.empty(b.shape, kind)
            x[...] = b
            solve_stack(of_type(left, kind), x)
            return of_type(x, dtype)
        else:
            loop = shape_of_two(a.shape[:-2], b.shape[:-2], 1)
            x = np.empty(loop + b.shape[-2:], kind)
            x[...] = b
            solve_stack(broadcast_view(of_type(left, kind), loop + a.shape[-2:]), x)
            return of_type(x, dtype)


def solve_stack(a, x):
    outcome = solve_routine(as_stack(a), stack_of(x))
    if outcome == 1:
        raise LinAlgError("Singular matrix")
    check_ran(outcome)


def linalg_inv(a):
    check_square(a)
    given = inexact(a)
    x = np.empty(a.shape, np.result_type(given, np.float64))
    x[...] = numpy_eye(a.shape[-1], None, 0, x.dtype)
    solve_stack(wide(given), x)
    return of_type(x, given.dtype)


def sign_and_pivots(a):
    check_square(a)
    given = wide(a)
    sign = np.empty(a.shape[:-2], given.dtype)
    pivots = np.empty(a.shape[:-1], np.float64)
    check_ran(determinant_routine(as_stack(given), numbers_of(sign), rows_of(pivots)))
    return sign, np.sum(np.log(pivots), axis=-1)


def linalg_slogdet(a):
    sign, logarithm = sign_and_pivots(a)
    dtype = inexact(a).dtype
    if a.ndim == 2:
        return np.full((), sign[()], dtype)[()], np.full((), logarithm, intrinsics.part_type(dtype))[()]
    else:
        return of_type(sign, dtype), of_type(logarithm, intrinsics.part_type(dtype))


def linalg_det(a):
    sign, logarithm = sign_and_pivots(a)
    dtype = inexact(a).dtype
    if a.ndim == 2:
        return np.full((), sign[()] * np.exp(logarithm), dtype)[()]
    else:
        return of_type(sign * np.exp(logarithm), dtype)


def linalg_cholesky(a, upper=False):
    check_square(a)
    given = wide(a)
    l = np.empty(a.shape, given.dtype)
    if upper:
        outcome = cholesky_routine(as_stack(adjoint(given)), stack_of(l))
    else:
        outcome = cholesky_routine(as_stack(given), stack_of(l))
    if outcome == 1:
        raise LinAlgError("Matrix is not positive definite")
    check_ran(outcome)
    factor = of_type(l, inexact(a).dtype)
    if upper:
        return np.copy(adjoint(factor))
    return factor


def linalg_qr(a, mode=None):
    m = a.shape[-2]
    n = a.shape[-1]
    if mode is None:
        return factors_qr(a, minimum(m, n), minimum(m, n))
    elif intrinsics.length(mode) == 0:
        return factors_qr(a, minimum(m, n), minimum(m, n))
    elif intrinsics.length(mode) == 1:
        return factors_qr(a, m, m)
    else:
        return factors_qr(a, 0, minimum(m, n))[1]


def factors_qr(a, columns, rows):
    given = wide(a)
    loop = a.shape[:-2]
    q = np.empty(loop + (a.shape[-2], columns), given.dtype)
    r = np.empty(loop + (rows, a.shape[-1]), given.dtype)
    check_ran(qr_routine(as_stack(given), stack_of(q), stack_of(r)))
    dtype = inexact(a).dtype
    return of_type(q, dtype), of_type(r, dtype)


def linalg_svd(a, full_matrices=True, compute_uv=True):
    m = a.shape[-2]
    n = a.shape[-1]
    k = minimum(m, n)
    if compute_uv is None:
        u, s, vh = factors_svd(a, 0, 0, 0, 0)
        return s
    else:
        if full_matrices:
            return factors_svd(a, m, m, n, n)
        return factors_svd(a, m, k, k, n)


def factors_svd(a, m, columns, rows, n):
    given = wide(a)
    loop = a.shape[:-2]
    u = np.empty(loop + (m, columns), given.dtype)
    s = np.empty(loop + (minimum(a.shape[-2], a.shape[-1]),), np.float64)
    vh = np.empty(loop + (rows, n), given.dtype)
    outcome = svd_routine(as_stack(given), stack_of(u), rows_of(s), stack_of(vh))
    if outcome == 1:
        raise LinAlgError("SVD did not converge")
    check_ran(outcome)
    dtype = inexact(a).dtype
    return of_type(u, dtype), of_type(s, intrinsics.part_type(dtype)), of_type(vh, dtype)


def singular_values(a):
    u, s, vh = factors_svd(a, 0, 0, 0, 0)
    return s


def linalg_eigh(a, UPLO=0):
    return factors_eigh(a, UPLO, a.shape[-1])


def linalg_eigvalsh(a, UPLO=0):
    return factors_eigh(a, UPLO, 0)[0]


def factors_eigh(a, uplo, n):
    check_square(a)
    given = wide(a)
    w = np.empty(a.shape[:-1], np.float64)
    v = np.empty(a.shape[:-2] + (n, n), given.dtype)
    if uplo & 1:
        outcome = eigh_routine(as_stack(adjoint(given)), rows_of(w), stack_of(v))
    else:
        outcome = eigh_routine(as_stack(given), rows_of(w), stack_of(v))
    if outcome == 1:
        raise LinAlgError("Eigenvalues did not converge")
    check_ran(outcome)
    dtype = inexact(a).dtype
    return of_type(w, intrinsics.part_type(dtype)), of_type(v, dtype)


def linalg_eig(a):
    w, v = factors_eig(a, a.shape[-1])
    if intrinsics.kind(a) == 3:
        return w, v
    else:
        if are_complex(w):
            raise ValueError("eig() argument must not cause a domain change.")
        return np.copy(w.real), np.copy(v.real)


def linalg_eigvals(a):
    w, v = factors_eig(a, 0)
    if intrinsics.kind(a) == 3:
        return w
    else:
        if are_complex(w):
            raise ValueError("eigvals() argument must not cause a domain change.")
        return np.copy(w.real)


def are_complex(w):
    return np.any(w.imag != 0)


def factors_eig(a, n):
    check_square(a)
    given = wide(a)
    if not np.all(np.isfinite(given)):
        raise LinAlgError("Array must not contain infs or NaNs")
    w = np.empty(a.shape[:-1], np.complex128)
    v = np.empty(a.shape[:-2] + (n, n), np.complex128)
    outcome = eig_routine(as_stack(given), rows_of(w), stack_of(v))
    if outcome == 1:
        raise LinAlgError("Eigenvalues did not converge")
    check_ran(outcome)
    dtype = np.result_type(inexact(a), np.complex64)
    return of_type(w, dtype), of_type(v, dtype)


def epsilon_of(a):
    # The distance of 1 to the next number of the type that a result has.
    if intrinsics.is_float32(intrinsics_parts(a)):
        return np.float32(1.1920929e-07)
    else:
        return np.float64(2.220446049250313e-16)


def intrinsics_parts(a):
    return np.zeros((), intrinsics.part_type(inexact(a).dtype))


def linalg_matrix_rank(A, tol=None, rtol=None):
    if A.ndim < 2:
        return 1 if np.any(A != 0) else 0
    else:
        s = singular_values(A)
        if tol is None:
            if rtol is None:
                return count_above(s, np.multiply(largest_of(s), maximum(A.shape[-2], A.shape[-1]) * epsilon_of(A)))
            else:
                return count_above(s, np.multiply(largest_of(s), rtol))
        else:
            if rtol is not None:
                raise ValueError("`tol` and `rtol` can't be both set.")
            return count_above(s, tol)


def largest_of(s):
    # Of each row, which has none but positive numbers, or none at all.
    if s.shape[-1] == 0:
        return np.zeros(s.shape[:-1] + (1,), s.dtype)
    return np.max(s, axis=-1, keepdims=True)


def count_above(s, bounds):
    return np.count_nonzero(s > bounds, axis=-1)


def linalg_pinv(a, rcond=None, rtol=None):
    if rcond is not None and rtol is not None:
        raise ValueError("`rtol` and `rcond` can't be both set.")
    if rcond is None:
        if rtol is None:
            return pseudo_inverse(a, 1e-15)
        else:
            return pseudo_inverse(a, rtol)
    else:
        return pseudo_inverse(a, rcond)


def pseudo_inverse(a, rcond):
    given = inexact(a)
    m = a.shape[-2]
    n = a.shape[-1]
    out = np.empty(a.shape[:-2] + (n, m), given.dtype)
    if a.size > 0:
        k = minimum(m, n)
        u, s, vh = factors_svd(given, m, k, k, n)
        large = s > rcond * largest_of(s)
        s = np.where(large, np.divide(1, np.where(large, s, 1)), 0)
        v = adjoint(vh)
        out[...] = np.matmul(v * s[..., None, :], adjoint(u))
    return out


def linalg_lstsq(a, b, rcond=None):
    left = inexact(a)
    right = inexact(b)
    dtype = np.result_type(left, right)
    kind = np.result_type(dtype, np.float64)
    m = a.shape[0]
    n = a.shape[1]
    if b.shape[0] != m:
        raise LinAlgError("Incompatible dimensions")
    k = minimum(m, n)
    x = of_type(left, kind)
    u, s, vh = factors_svd(x, m, k, k, n)
    if rcond is None:
        bound = maximum(m, n) * 2.220446049250313e-16
    else:
        bound = float(rcond)
    if bound < 0:
        bound = 2.220446049250313e-16
    rank = 0
    for i in range(k):
        if s[i] > bound * s[0]:
            rank += 1
    y = columns_of(of_type(right, kind))
    products = np.dot(adjoint(u), y)
    solution = np.zeros((n, y.shape[1]), kind)
    for i in range(rank):
        for j in range(y.shape[1]):
            products[i, j] = products[i, j] / s[i]
    solution[...] = np.dot(adjoint(vh)[:, :rank], products[:rank])
    part = intrinsics.part_type(dtype)
    n_left = y.shape[1]
    if rank != n or m <= n:
        n_left = 0
    rest = np.zeros((n_left,), np.float64)
    if n_left > 0:
        difference = y - np.dot(x, solution)
        for j in range(n_left):
            for i in range(m):
                rest[j] += difference[i, j].real * difference[i, j].real + difference[i, j].imag * difference[i, j].imag
    if b.ndim == 1:
        return of_type(np.copy(solution[:, 0]), dtype), of_type(rest, part), np.int32(rank), of_type(s, part)
    else:
        return of_type(solution, dtype), of_type(rest, part), np.int32(rank), of_type(s, part)


def columns_of(b):
    if b.ndim == 1:
        return b[:, None]
    else:
        return b


def linalg_matrix_power(a, n):
    check_square(a)
    if n < 0:
        if intrinsics.kind(a) <= 1:
            raise ValueError("whole numbers to a negative power: convert the matrix with `astype(np.float64)`")
        else:
            return positive_power(linalg_inv(a), 0 - n)
    return positive_power(a, n)


def positive_power(a, n):
    # By squares, from the lowest bit of the exponent on.
    result = np.empty(a.shape, a.dtype)
    if n == 0:
        result[...] = numpy_eye(a.shape[-1], None, 0, a.dtype)
        return result
    result[...] = a
    if n == 3:
        return np.matmul(np.matmul(a, a), a)
    square = np.copy(a)
    started = False
    while n > 0:
        if n & 1:
            if started:
                result = np.matmul(result, square)
            else:
                result = np.copy(square)
                started = True
        n = n >> 1
        if n > 0:
            square = np.matmul(square, square)
    return result


def linalg_multi_dot(arrays):
    # Three matrices in the order that takes fewer products, more of them from the left.
    if intrinsics.length(arrays) < 2:
        raise ValueError("Expecting at least two arrays.")
    elif intrinsics.length(arrays) == 2:
        return np.dot(arrays[0], arrays[1])
    elif intrinsics.length(arrays) == 3:
        a = as_matrix(arrays[0])
        b = arrays[1]
        c = columns_of(arrays[2])
        first = a.shape[0] * b.shape[1] * (a.shape[1] + c.shape[1])
        last = a.shape[1] * c.shape[1] * (a.shape[0] + b.shape[1])
        if first < last:
            return np.dot(np.dot(arrays[0], b), arrays[2])
        return np.dot(arrays[0], np.dot(b, arrays[2]))
    else:
        return linalg_multi_dot((np.dot(arrays[0], arrays[1]),) + arrays[2:])


def as_matrix(a):
    if a.ndim == 1:
        return a[None, :]
    else:
        return a


def linalg_cond(x, p=None):
    if x.size == 0:
        raise LinAlgError("cond is not defined on empty arrays")
    if p is None:
        return not_nan(ratio_of_ends(singular_values(x)), x)
    elif intrinsics.is_number(p):
        if p == 2:
            return not_nan(ratio_of_ends(singular_values(x)), x)
        if p == -2:
            return not_nan(np.divide(1, ratio_of_ends(singular_values(x))), x)
        check_square(x)
        return not_nan(np.multiply(linalg_norm(x, p, (-2, -1)), linalg_norm(inverse_or_nan(x), p, (-2, -1))), x)
    else:
        check_square(x)
        return not_nan(np.multiply(linalg_norm(x, p, (-2, -1)), linalg_norm(inverse_or_nan(x), p, (-2, -1))), x)


def ratio_of_ends(s):
    return s[..., 0] / s[..., -1]


def inverse_or_nan(a):
    given = inexact(a)
    x = np.empty(a.shape, np.result_type(given, np.float64))
    x[...] = numpy_eye(a.shape[-1], None, 0, x.dtype)
    outcome = solve_routine(as_stack(wide(given)), stack_of(x))
    if outcome == 1:
        x[...] = math.nan
    else:
        check_ran(outcome)
    return of_type(x, given.dtype)


def not_nan(r, x):
    # What is no number, of matrices that are numbers, is infinite.
    if intrinsics.is_number(r):
        if r != r and not np.any(np.isnan(x)):
            return np.multiply(intrinsics.like(math.inf, r), 1)
        return np.multiply(r, 1)
    else:
        return np.where(np.isnan(r), math.inf, r)


def linalg_norm(x, ord=None, axis=None, keepdims=None):
    given = inexact(x)
    if axis is None:
        if ord is None:
            root = np.sqrt(np.sum(squares_of(numpy_ravel(given))))
            if keepdims is None:
                return root
            else:
                return np.full(ones_like_shape(x.shape), root)
        elif x.ndim == 1:
            return shaped_norm(vector_norms(given, ord), x.shape, (0,), keepdims)
        else:
            check_dimensions(x.ndim)
            return shaped_norm(matrix_norms(given, ord), x.shape, (0, 1), keepdims)
    elif intrinsics.length(axis) == 1:
        i = normal_axis(axis[0], x.ndim)
        return shaped_norm(vector_norms(numpy_moveaxis(given, (i,), (-1,)), ord), x.shape, (i,), keepdims)
    else:
        check_dimensions(intrinsics.length(axis))
        i = normal_axis(axis[0], x.ndim)
        j = normal_axis(axis[1], x.ndim)
        if i == j:
            raise ValueError("Duplicate axes given.")
        return shaped_norm(matrix_norms(numpy_moveaxis(given, (i, j), (-2, -1)), ord), x.shape, (i, j), keepdims)


def check_dimensions(n):
    if n != 2:
        raise ValueError("Improper number of dimensions to norm.")


def ones_like_shape(shape):
    for k in range(intrinsics.length(shape)):
        shape = intrinsics.with_item(shape, k, 1)
    return shape


def shaped_norm(norms, shape, axis, keepdims):
    if keepdims is None:
        return norms
    else:
        for k in range(intrinsics.length(axis)):
            shape = intrinsics.with_item(shape, axis[k], 1)
        out = np.empty(shape, np.result_type(norms))
        out[...] = numpy_reshape(np.multiply(norms, np.ones((1,), np.result_type(norms))), shape)
        return out


def squares_of(x):
    if intrinsics.kind(x) == 3:
        return x.real * x.real + x.imag * x.imag
    else:
        return x * x


def vector_norms(x, ord):
    # Of each run along the last dimension.
    if ord is None:
        return np.sqrt(np.sum(squares_of(x), axis=-1))
    elif intrinsics.is_number(ord):
        size = np.abs(x)
        if ord == math.inf:
            return largest_size(size)
        if ord == -math.inf:
            return np.min(size, axis=-1)
        if ord == 0:
            return np.sum(np.where(size != 0, np.ones((), size.dtype), np.zeros((), size.dtype)), axis=-1)
        if ord == 1:
            return np.sum(size, axis=-1)
        if ord == 2:
            return np.sqrt(np.sum(squares_of(x), axis=-1))
        order = intrinsics.like(ord, np.zeros((), size.dtype)[()])
        return np.power(np.sum(np.power(size, order), axis=-1), 1 / order)
    else:
        check_text(intrinsics.length(ord))
        return largest_size(np.abs(x))


def check_text(n):
    # Vectors have no norm that is named.
    if n == 0:
        raise ValueError("Invalid norm order 'fro' for vectors")
    if n == 1:
        raise ValueError("Invalid norm order 'f' for vectors")
    if n == 2:
        raise ValueError("Invalid norm order 'nuc' for vectors")


def largest_size(size):
    return np.max(size, axis=-1, initial=0)


def matrix_norms(x, ord):
    # Of the matrices of the last two dimensions.
    if ord is None:
        return np.sqrt(np.sum(np.sum(squares_of(x), axis=-1), axis=-1))
    elif intrinsics.is_number(ord):
        if ord == 2:
            return largest_size(singular_values(x))
        if ord == -2:
            return np.min(singular_values(x), axis=-1)
        size = np.abs(x)
        if ord == 1:
            return largest_size(np.sum(size, axis=-2))
        if ord == math.inf:
            return largest_size(np.sum(size, axis=-1))
        if ord == -1:
            return np.min(np.sum(size, axis=-2), axis=-1)
        if ord == -math.inf:
            return np.min(np.sum(size, axis=-1), axis=-1)
        raise ValueError("Invalid norm order for matrices.")
    elif intrinsics.length(ord) <= 1:
        return np.sqrt(np.sum(np.sum(squares_of(x), axis=-1), axis=-1))
    else:
        return np.sum(singular_values(x), axis=-1)
