# Complex numbers. Products are the schoolbook formula, as in CPython and NumPy; the two differ in
# how they divide.


def complex_add(a, b):
    return intrinsics.complex(a.real + b.real, a.imag + b.imag)


def complex_sub(a, b):
    return intrinsics.complex(a.real - b.real, a.imag - b.imag)


def complex_mul(a, b):
    return intrinsics.complex(a.real * b.real - a.imag * b.imag, a.real * b.imag + a.imag * b.real)


def complex_neg(a):
    return intrinsics.complex(-a.real, -a.imag)


def complex_conjugate(a):
    return intrinsics.complex(a.real, -a.imag)


def complex_truth(a):
    return a.real != 0.0 or a.imag != 0.0


def complex_of_complexes(a, b):
    # complex(a, b) is a + b * 1j, without the product's signed zeros.
    return intrinsics.complex(a.real - b.imag, a.imag + b.real)


def complex_eq(a, b):
    return a.real == b.real and a.imag == b.imag


def complex_ne(a, b):
    return a.real != b.real or a.imag != b.imag


# NumPy orders complex scalars by their real parts, then by their imaginary ones. (Its array loops
# also look for NaN in the imaginary parts where the real ones decide.)
def complex_lt(a, b):
    return a.real < b.real or (a.real == b.real and a.imag < b.imag)


def complex_le(a, b):
    return a.real < b.real or (a.real == b.real and a.imag <= b.imag)


def complex_gt(a, b):
    return complex_lt(b, a)


def complex_ge(a, b):
    return complex_le(b, a)


def complex_abs(a):
    size = hypot(a.real, a.imag)
    if intrinsics.raises and is_infinite(size) and is_finite(a.real) and is_finite(a.imag):
        raise OverflowError("absolute value too large")
    return size


def complex64_abs(a):
    return hypot(a.real, a.imag)


def complex_divide(a, b):
    # Smith's algorithm as CPython's _Py_c_quot writes it.
    if b.real == 0.0 and b.imag == 0.0:
        if intrinsics.raises:
            raise ZeroDivisionError("complex division by zero")
        return complex_divide_numpy(a, b)
    if intrinsics.fabs(b.real) >= intrinsics.fabs(b.imag):
        ratio = b.imag / b.real
        scale = b.real + b.imag * ratio
        return intrinsics.complex((a.real + a.imag * ratio) / scale, (a.imag - a.real * ratio) / scale)
    if intrinsics.fabs(b.imag) >= intrinsics.fabs(b.real):
        ratio = b.real / b.imag
        scale = b.real * ratio + b.imag
        return intrinsics.complex((a.real * ratio + a.imag) / scale, (a.imag * ratio - a.real) / scale)
    return intrinsics.complex(intrinsics.like(math.nan, a.real), intrinsics.like(math.nan, a.real))


def complex_divide_numpy(a, b):
    # Smith's algorithm as NumPy's loops write it: with a reciprocal.
    real = intrinsics.fabs(b.real)
    imag = intrinsics.fabs(b.imag)
    if real >= imag:
        if real == 0.0 and imag == 0.0:
            return intrinsics.complex(a.real / real, a.imag / real)
        ratio = b.imag / b.real
        scale = 1.0 / (b.real + b.imag * ratio)
        return intrinsics.complex((a.real + a.imag * ratio) * scale, (a.imag - a.real * ratio) * scale)
    ratio = b.real / b.imag
    scale = 1.0 / (b.imag + b.real * ratio)
    return intrinsics.complex((a.real * ratio + a.imag) * scale, (a.imag * ratio - a.real) * scale)


def complex_power(a, b):
    # CPython's complex_pow: small integer exponents by repeated squaring, others by polar form.
    if b.imag == 0.0 and b.real == intrinsics.floor(b.real) and intrinsics.fabs(b.real) <= 100.0:
        n = intrinsics.wrap_int(b.real)
        if n > 0:
            result = complex_power_unsigned(a, n)
        else:
            bottom = complex_power_unsigned(a, 0 - n)
            if intrinsics.raises and bottom.real == 0.0 and bottom.imag == 0.0:
                raise ZeroDivisionError("0.0 to a negative or complex power")
            result = complex_divide(intrinsics.complex(1.0, 0.0), bottom)
    else:
        if intrinsics.raises and a.real == 0.0 and a.imag == 0.0 and (b.imag != 0.0 or b.real < 0.0):
            raise ZeroDivisionError("0.0 to a negative or complex power")
        result = complex_power_polar(a, b)
    if intrinsics.raises and (is_infinite(result.real) or is_infinite(result.imag)):
        raise OverflowError("complex exponentiation")
    return result


def complex_power_unsigned(a, n):
    result = intrinsics.complex(1.0, 0.0)
    square = a
    mask = 1
    while n >= mask:
        if n & mask != 0:
            result = complex_mul(result, square)
        mask = mask << 1
        square = complex_mul(square, square)
    return result


def complex_power_polar(a, b):
    if a.real == 0.0 and a.imag == 0.0:
        return intrinsics.complex(0.0, 0.0)
    size = hypot(a.real, a.imag)
    length = power(size, b.real)
    angle = arctangent_of_point(a.imag, a.real)
    phase = angle * b.real
    if b.imag != 0.0:
        length = length * exp(-(angle * b.imag))
        phase = phase + b.imag * log(size)
    return intrinsics.complex(length * cosine(phase), length * sine(phase))


def complex_power_numpy(a, b):
    # NumPy's npy_cpow.
    one = intrinsics.complex(intrinsics.like(1.0, a.real), intrinsics.like(0.0, a.real))
    if b.real == 0.0 and b.imag == 0.0:
        return one
    if a.real == 0.0 and a.imag == 0.0:
        if b.real > 0.0 and b.imag == 0.0:
            return intrinsics.complex(intrinsics.like(0.0, a.real), intrinsics.like(0.0, a.real))
        return intrinsics.complex(intrinsics.like(math.nan, a.real), intrinsics.like(math.nan, a.real))
    small = b.real > -100.0 and b.real < 100.0 and intrinsics.trunc(b.real) == b.real
    if b.imag == 0.0 and small:
        return complex_power_integer_numpy(a, intrinsics.wrap_int(b.real), one)
    wide = complex_power_polar(complex(a), complex(b))
    return intrinsics.complex(intrinsics.like(wide.real, a.real), intrinsics.like(wide.imag, a.real))


def complex_power_integer_numpy(a, n, one):
    if n == 1:
        return a
    if n == 2:
        return complex_mul(a, a)
    if n == 3:
        return complex_mul(a, complex_mul(a, a))
    left = int_abs(n)
    result = one
    square = a
    mask = 1
    while True:
        if left & mask != 0:
            result = complex_mul(result, square)
        mask = mask << 1
        if left < mask:
            break
        square = complex_mul(square, square)
    if n < 0:
        return complex_divide_numpy(one, result)
    return result


