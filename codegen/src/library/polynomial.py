

# Polynomials by their coefficients, the highest first, and windows.


def numpy_polyval(p, x):
    # Horner's rule.
    dtype = np.result_type(p, x)
    if intrinsics.is_number(x):
        one = np.zeros(1, dtype)
        one[0] = x
        return horner(of_type(p, dtype), one)[0]
    elif x.ndim == 0:
        one = np.zeros(1, dtype)
        one[0] = x[()]
        return horner(of_type(p, dtype), one)[0]
    else:
        return horner(of_type(p, dtype), of_type(x, dtype))


def horner(p, x):
    y = np.zeros(x.shape, x.dtype)
    for i in range(len(p)):
        y = y * x + p[i]
    return y


def padded_front(a, n, dtype):
    out = np.zeros(n, dtype)
    out[n - len(a):] = a
    return out


def numpy_polyadd(a1, a2):
    n = maximum(len(a1), len(a2))
    dtype = np.result_type(a1, a2)
    return padded_front(a1, n, dtype) + padded_front(a2, n, dtype)


def numpy_polysub(a1, a2):
    n = maximum(len(a1), len(a2))
    dtype = np.result_type(a1, a2)
    return padded_front(a1, n, dtype) - padded_front(a2, n, dtype)


def numpy_polymul(a1, a2):
    return numpy_convolve(a1, a2, 0)


def numpy_polyder(p, m=1):
    if m < 0:
        raise ValueError("Order of derivative must be positive (see polyint)")
    out = np.copy(p)
    for step in range(m):
        n = len(out) - 1
        for i in range(maximum(n, 0)):
            out[i] = out[i] * intrinsics.like(n - i, out[i])
        out = out[:maximum(n, 0)]
    return np.copy(out)


def numpy_polyint(p, m=1):
    if m < 0:
        raise ValueError("Order of integral must be positive (see polyder)")
    out = converted(p, np.result_type(p, np.float64))
    for step in range(m):
        wide = np.zeros(len(out) + 1, out.dtype)
        for i in range(len(out)):
            wide[i] = out[i] / float(len(out) - i)
        out = wide
    return out


def window_points(n):
    # Twice how far n points are from the middle.
    points = np.empty(maximum(n, 0), np.float64)
    for i in range(len(points)):
        points[i] = float(2 * i + 1 - n)
    return points


def numpy_bartlett(M):
    n = window_points(M)
    if M == 1:
        return np.ones(1, np.float64)
    return np.where(n <= 0.0, 1.0 + n / float(M - 1), 1.0 - n / float(M - 1))


def numpy_blackman(M):
    n = window_points(M)
    if M == 1:
        return np.ones(1, np.float64)
    return 0.42 + 0.5 * np.cos(math.pi * n / float(M - 1)) + 0.08 * np.cos(2.0 * math.pi * n / float(M - 1))


def numpy_hamming(M):
    n = window_points(M)
    if M == 1:
        return np.ones(1, np.float64)
    return 0.54 + 0.46 * np.cos(math.pi * n / float(M - 1))


def numpy_hanning(M):
    n = window_points(M)
    if M == 1:
        return np.ones(1, np.float64)
    return 0.5 + 0.5 * np.cos(math.pi * n / float(M - 1))
