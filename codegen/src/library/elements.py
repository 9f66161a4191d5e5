

# What is done with each element, or with neighbours.


def numpy_clip(a, a_min=None, a_max=None, min=None, max=None):
    if a_min is None:
        if a_max is None:
            return between(a, min, max)
        else:
            return between(a, min, a_max)
    else:
        if a_max is None:
            return between(a, a_min, max)
        else:
            return between(a, a_min, a_max)


def between(a, low, high):
    if low is None:
        if high is None:
            return np.positive(a)
        else:
            return intrinsics.at_most(a, high)
    elif high is None:
        return intrinsics.at_least(a, low)
    else:
        return intrinsics.at_most(intrinsics.at_least(a, low), high)


def not_below(x, low):
    return intrinsics.select(x < low or low != low, low, x)


def not_above(x, high):
    return intrinsics.select(x > high or high != high, high, x)


def numpy_round(a, decimals=0):
    if intrinsics.kind(a) <= 1:
        if decimals >= 0:
            return np.positive(a)
        unit = 10.0 ** -decimals
        rounded = np.rint(a / unit) * unit
        if intrinsics.is_number(a):
            return intrinsics.like(rounded, a)
        elif a.ndim == 0:
            return intrinsics.like(rounded, a[()])
        else:
            return converted(rounded, a.dtype)
    else:
        if decimals == 0:
            return np.rint(a)
        if decimals > 0:
            unit = 10.0 ** decimals
            return np.rint(a * unit) / unit
        unit = 10.0 ** -decimals
        return np.rint(a / unit) * unit


def numpy_isclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    y = b * 1.0
    close = np.less_equal(np.abs(a - y), atol + rtol * np.abs(y)) & np.isfinite(y) | np.equal(a, y)
    if equal_nan:
        return close | (np.isnan(a * 1.0) & np.isnan(y))
    return close


def all_true(x):
    if intrinsics.is_number(x):
        return bool(x)
    else:
        return bool(np.all(x))


def numpy_allclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    return all_true(numpy_isclose(a, b, rtol, atol, equal_nan))


def numpy_array_equal(a1, a2, equal_nan=False):
    if a1.ndim != a2.ndim:
        return False
    else:
        if a1.shape != a2.shape:
            return False
        if equal_nan:
            return all_true(np.equal(a1, a2) | (np.not_equal(a1, a1) & np.not_equal(a2, a2)))
        return all_true(np.equal(a1, a2))


def numpy_array_equiv(a1, a2):
    if not are_together(a1.shape, a2.shape):
        return False
    return all_true(np.equal(a1, a2))


def are_together(shape, other):
    # Whether shapes broadcast.
    if intrinsics.length(shape) == 0 or intrinsics.length(other) == 0:
        return True
    if intrinsics.length(shape) < intrinsics.length(other):
        return are_together(other, shape)
    else:
        missing = intrinsics.length(shape) - intrinsics.length(other)
        for k in range(intrinsics.length(other)):
            if other[k] != shape[missing + k] and other[k] != 1 and shape[missing + k] != 1:
                return False
        return True


def largest_like(x):
    if intrinsics.is_float32(x):
        return intrinsics.like(3.4028234663852886e+38, x)
    else:
        return intrinsics.like(1.7976931348623157e+308, x)


def number_of(x, nan, posinf, neginf):
    most = largest_like(x)
    if x != x:
        return intrinsics.like(nan, x)
    if x > most:
        if posinf is None:
            return most
        else:
            return intrinsics.like(posinf, x)
    if x < -most:
        if neginf is None:
            return -most
        else:
            return intrinsics.like(neginf, x)
    return x


def numpy_nan_to_num(x, copy=True, nan=0.0, posinf=None, neginf=None):
    if copy is None:
        out = x
    else:
        out = np.copy(x)
    if intrinsics.kind(x) == 2:
        to_numbers(out, nan, posinf, neginf)
    elif intrinsics.kind(x) == 3:
        to_numbers(array_real(out), nan, posinf, neginf)
        to_numbers(array_imag(out), nan, posinf, neginf)
    if out.ndim == 0:
        return out[()]
    return out


def to_numbers(a, nan, posinf, neginf):
    if a.ndim == 0:
        a[()] = number_of(a[()], nan, posinf, neginf)
    elif a.ndim == 1:
        for i in range(len(a)):
            a[i] = number_of(a[i], nan, posinf, neginf)
    else:
        for i in range(len(a)):
            to_numbers(a[i], nan, posinf, neginf)


def numpy_real(val):
    if intrinsics.is_number(val):
        return val.real
    else:
        return array_real(val)


def numpy_imag(val):
    if intrinsics.is_number(val):
        return val.imag
    else:
        return array_imag(val)


def numpy_angle(z, deg=False):
    angle = np.arctan2(numpy_imag(z), numpy_real(z))
    if deg:
        return angle * (180.0 / math.pi)
    return angle * 1.0


def numpy_sinc(x):
    y = np.multiply(x, math.pi)
    y = np.where(np.equal(y, 0.0), 1e-20, y)
    return np.sin(y) / y


def numpy_diff(a, n=1, axis=-1):
    if n < 0:
        raise ValueError(intrinsics.text("order must be non-negative but got ", n))
    place = normal_axis(axis, a.ndim)
    if n == 0:
        return a
    out = differences(a, place)
    for k in range(1, n):
        out = differences(out, place)
    return out


def differences(a, axis):
    extents = a.shape
    n = extents[axis]
    after = part_along(a, axis, minimum(1, n), n)
    before = part_along(a, axis, 0, maximum(0, n - 1))
    if intrinsics.kind(a) == 0:
        return np.not_equal(after, before)
    else:
        return after - before


def numpy_ediff1d(ary, to_end=None, to_begin=None):
    row = differences(numpy_ravel(ary), 0)
    if to_begin is None:
        with_begin = row
    else:
        with_begin = numpy_concatenate((converted(numpy_ravel(to_begin), row.dtype), row), 0, None)
    if to_end is None:
        return with_begin
    else:
        return numpy_concatenate((with_begin, converted(numpy_ravel(to_end), row.dtype)), 0, None)


def numpy_gradient(f, spacing=1.0):
    n = len(f)
    if n < 2:
        raise ValueError("Shape of array too small to calculate a numerical gradient, at least (edge_order + 1) elements are required.")
    values = f * 1.0
    out = np.empty(n, values.dtype)
    out[1:n - 1] = (values[2:] - values[:n - 2]) / (2.0 * spacing)
    out[0] = (values[1] - values[0]) / spacing
    out[n - 1] = (values[n - 1] - values[n - 2]) / spacing
    return out


def numpy_trapezoid(y, x=None, dx=1.0):
    n = maximum(0, len(y) - 1)
    both = y[minimum(1, len(y)):] + y[:n]
    if x is None:
        return np.sum(dx * both / 2.0)
    else:
        return np.sum(differences(x, 0) * both / 2.0)


def numpy_unwrap(p, discont=None, period=6.283185307179586):
    half = period / 2.0
    limit = half
    if discont is None:
        limit = half
    else:
        limit = maximum(discont, half)
    out = p * 1.0
    shift = intrinsics.like(0.0, np.zeros((), out.dtype)[()])
    for i in range(1, len(p)):
        step = intrinsics.like(p[i], shift) - intrinsics.like(p[i - 1], shift)
        moved_step = np.mod(step + half, period) - half
        if moved_step == -half and step > 0.0:
            moved_step = intrinsics.like(half, shift)
        if intrinsics.fabs(step) >= limit:
            shift = shift + (moved_step - step)
        out[i] = intrinsics.like(p[i], shift) + shift
    return out


def numpy_interp(x, xp, fp, left=None, right=None):
    n = len(xp)
    if n == 0:
        raise ValueError("array of sample points is empty")
    if len(fp) != n:
        raise ValueError("fp and xp are not of the same length.")
    first = float(fp[0])
    last = float(fp[n - 1])
    if left is None:
        below = first
    else:
        below = float(left)
    if right is None:
        above = last
    else:
        above = float(right)
    if intrinsics.is_number(x):
        return np.float64(interpolated(float(x), xp, fp, below, above))
    else:
        out = np.empty(x.shape)
        keys = converted(x, np.float64)
        flat = intrinsics.contiguous(keys, (keys.size,))
        values = intrinsics.contiguous(out, (out.size,))
        for i in range(len(flat)):
            values[i] = interpolated(float(flat[i]), xp, fp, below, above)
        return out


def interpolated(x, xp, fp, below, above):
    n = len(xp)
    if x != x:
        return x
    if x > float(xp[n - 1]):
        return above
    if x < float(xp[0]):
        return below
    low = 0
    high = n
    while high - low > 1:
        middle = low + intrinsics.trunc_div(high - low, 2)
        if x >= float(xp[middle]):
            low = middle
        else:
            high = middle
    x0 = float(xp[low])
    y0 = float(fp[low])
    if low == n - 1 or x0 == x:
        return y0
    x1 = float(xp[low + 1])
    y1 = float(fp[low + 1])
    slope = (y1 - y0) / (x1 - x0)
    value = slope * (x - x0) + y0
    if value != value:
        value = slope * (x - x1) + y1
        if value != value and y0 == y1:
            value = y0
    return value
