

# Discrete Fourier transforms: the host's routine transforms rows, which stand here as they are asked for: cut off or filled
# up with zeros, along any dimension, and scaled.


@extern("fft")
def fft_routine(x):
    return 4


@extern("inverse_fft")
def inverse_fft_routine(x):
    return 4


def check_points(n):
    if n < 1:
        raise ValueError(intrinsics.text("Invalid number of FFT data points (", n, ") specified."))


def points_of(a, n, axis):
    # How many points are asked for, along a dimension.
    if n is None:
        if axis < -a.ndim or axis >= a.ndim:
            raise IndexError("tuple index out of range")
        return a.shape[normal_axis(axis, a.ndim)]
    else:
        return n


def complex_type(a):
    return np.result_type(inexact(a), np.complex64)


def along_last(a, axis):
    return numpy_moveaxis(a, (axis,), (-1,))


def back_in_place(y, axis):
    if axis == y.ndim - 1:
        return y
    return np.copy(numpy_moveaxis(y, (-1,), (axis,)))


def all_lines(y):
    return intrinsics.contiguous(y, (1, n_stacked(y.shape[:-1]), y.shape[-1]))


def transform(y, norm, inverse):
    # In place. 0: the inverse is scaled, 1: both are, 2: the other is.
    n = y.shape[-1]
    if inverse:
        check_ran(inverse_fft_routine(all_lines(y)))
    else:
        check_ran(fft_routine(all_lines(y)))
    kind = norm_number(norm)
    factor = 1.0
    if kind == 1:
        factor = 1.0 / np.sqrt(float(n))
    elif (kind == 0) == inverse:
        factor = 1.0 / float(n)
    if factor != 1.0:
        y *= factor


def norm_number(norm):
    if norm is None:
        return 0
    else:
        return norm


def transformed(a, n, axis, norm, inverse):
    check_points(n)
    i = normal_axis(axis, a.ndim)
    given = along_last(a, i)
    y = np.zeros(given.shape[:-1] + (n,), complex_type(a))
    m = minimum(n, given.shape[-1])
    y[..., :m] = given[..., :m]
    transform(y, norm, inverse)
    return back_in_place(y, i)


def fft_fft(a, n=None, axis=-1, norm=None):
    return transformed(a, points_of(a, n, axis), axis, norm, False)


def fft_ifft(a, n=None, axis=-1, norm=None):
    return transformed(a, points_of(a, n, axis), axis, norm, True)


def fft_rfft(a, n=None, axis=-1, norm=None):
    points = points_of(a, n, axis)
    y = transformed(a, points, axis, norm, False)
    i = normal_axis(axis, a.ndim)
    return np.copy(part_along(y, i, 0, (points >> 1) + 1))


def fft_irfft(a, n=None, axis=-1, norm=None):
    # The points behind the middle are the conjugates of those before.
    if n is None:
        points = (points_of(a, n, axis) - 1) * 2
    else:
        points = n
    check_points(points)
    i = normal_axis(axis, a.ndim)
    given = along_last(a, i)
    y = np.zeros(given.shape[:-1] + (points,), complex_type(a))
    m = minimum((points >> 1) + 1, given.shape[-1])
    y[..., :m] = given[..., :m]
    y[..., 0] = y[..., 0].real
    if points & 1 == 0:
        y[..., points >> 1] = y[..., points >> 1].real
    last = (points + 1) >> 1
    if last > 1:
        y[..., points + 1 - last:] = np.conjugate(y[..., 1:last])[..., ::-1]
    transform(y, norm, True)
    return np.copy(back_in_place(y, i).real)


def last_axes(a, n):
    # The last n dimensions, of a tuple that is as long.
    for k in range(intrinsics.length(n)):
        n = intrinsics.with_item(n, k, k - intrinsics.length(n))
    return n


def transformed_all(a, s, axes, norm, inverse):
    y = np.empty(a.shape, complex_type(a))
    y[...] = a
    for j in range(intrinsics.length(axes)):
        k = intrinsics.length(axes) - 1 - j
        y = transformed(y, extent_or(y, s, axes, k), axes[k], norm, inverse)
    return y


def extent_or(y, s, axes, k):
    if s is None:
        return points_of(y, None, axes[k])
    else:
        if s[k] == -1:
            return points_of(y, None, axes[k])
        return s[k]


def many_transformed(a, s, axes, norm, inverse):
    if axes is None:
        if s is None:
            return transformed_all(a, s, last_axes(a, a.shape), norm, inverse)
        else:
            return transformed_all(a, s, last_axes(a, s), norm, inverse)
    else:
        if s is not None:
            check_lengths(intrinsics.length(s), intrinsics.length(axes))
        return transformed_all(a, s, axes, norm, inverse)


def check_lengths(n, m):
    if n != m:
        raise ValueError("Shape and axes have different lengths.")


def fft_fftn(a, s=None, axes=None, norm=None):
    return many_transformed(a, s, axes, norm, False)


def fft_ifftn(a, s=None, axes=None, norm=None):
    return many_transformed(a, s, axes, norm, True)


def fft_fft2(a, s=None, axes=(-2, -1), norm=None):
    return many_transformed(a, s, axes, norm, False)


def fft_ifft2(a, s=None, axes=(-2, -1), norm=None):
    return many_transformed(a, s, axes, norm, True)


def fft_fftfreq(n, d=1.0):
    step = frequency_step(n, d)
    out = np.empty((n,), np.float64)
    positive = (n + 1) >> 1
    for i in range(n):
        if i < positive:
            out[i] = i * step
        else:
            out[i] = (i - n) * step
    return out


def fft_rfftfreq(n, d=1.0):
    step = frequency_step(n, d)
    out = np.empty(((n >> 1) + 1,), np.float64)
    for i in range(len(out)):
        out[i] = i * step
    return out


def frequency_step(n, d):
    return 1.0 / (n * float(d))


def fft_fftshift(x, axes=None):
    if axes is None:
        return shifted(x, counted_axes(x), False)
    else:
        return shifted(x, axes, False)


def fft_ifftshift(x, axes=None):
    if axes is None:
        return shifted(x, counted_axes(x), True)
    else:
        return shifted(x, axes, True)


def shifted(x, axes, back):
    y = np.copy(x)
    for k in range(intrinsics.length(axes)):
        i = normal_axis(axes[k], x.ndim)
        half = x.shape[i] >> 1
        if back:
            y = rolled(y, 0 - half, i)
        else:
            y = rolled(y, half, i)
    return y
