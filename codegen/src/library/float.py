# Floats: division as Python rounds it, powers, rounding, and conversion to integers.

import math


def is_nan(x):
    return x != x


def is_infinite(x):
    return intrinsics.fabs(x) == math.inf


def is_finite(x):
    return intrinsics.fabs(x) < math.inf


def float_divide(a, b):
    if intrinsics.raises and b == 0.0:
        raise ZeroDivisionError("float division by zero")
    return a / b


def float_floor_divide(a, b):
    # CPython's float_floor_div and NumPy's npy_divmod, which agree but for a zero divisor.
    if b == 0.0:
        if intrinsics.raises:
            raise ZeroDivisionError("float floor division by zero")
        return a / b
    r = fmod(a, b)
    q = (a - r) / b
    if r != 0.0 and (b < 0.0) != (r < 0.0):
        q = q - 1.0
    if q == 0.0:
        return intrinsics.copysign(0.0, a / b)
    whole = intrinsics.floor(q)
    if q - whole > 0.5:
        whole = whole + 1.0
    return whole


def float_modulo(a, b):
    if b == 0.0 and intrinsics.raises:
        raise ZeroDivisionError("float modulo")
    r = fmod(a, b)
    if b == 0.0:
        return r
    if r == 0.0:
        return intrinsics.copysign(0.0, b)
    if (b < 0.0) != (r < 0.0):
        return r + b
    return r


def float_divmod(a, b):
    if b == 0.0 and intrinsics.raises:
        raise ZeroDivisionError("float divmod()")
    return float_floor_divide(a, b), float_modulo(a, b)


def float_power(x, y):
    # CPython gives a complex number for a negative base and a fractional exponent; here nan.
    if intrinsics.raises and x == 0.0 and y < 0.0 and is_finite(y):
        raise ZeroDivisionError("0.0 cannot be raised to a negative power")
    result = power(x, y)
    if intrinsics.raises and is_infinite(result) and is_finite(x) and is_finite(y):
        raise OverflowError("(34, 'Numerical result out of range')")
    return result


def float_power_numpy(x, y):
    return power(x, y)


def int_of_float(x):
    if intrinsics.raises:
        if is_nan(x):
            raise ValueError("cannot convert float NaN to integer")
        if is_infinite(x):
            raise OverflowError("cannot convert float infinity to integer")
        intrinsics.overflow_unless(fits_int(x))
    return intrinsics.wrap_int(x)


def int_of_floor(x):
    return int_of_float(intrinsics.floor(x))


def int_of_ceil(x):
    return int_of_float(intrinsics.ceil(x))


def int_of_round(x):
    return int_of_float(intrinsics.round_even(x))


def power_of_ten(n):
    # Exact for n up to 22.
    result = 1.0
    for _ in range(n):
        result = result * 10.0
    return result


def float_round(x, digits):
    # Correctly rounded: CPython rounds the exact decimal value, ties to even. The product with a
    # power of ten is held exactly, as a sum of two floats (Dekker's product), rounded to
    # an integer, and divided by the same power, which is exact up to 10**22.
    if not is_finite(x) or digits > 22 + 308 or x == 0.0:
        return x
    if digits < -308:
        return intrinsics.copysign(0.0, x)
    if digits < 0:
        return round_to_tens(x, -digits)
    unit = power_of_ten(digits)
    high = x * unit
    if not is_finite(high) or intrinsics.fabs(high) >= 4503599627370496.0:
        return x
    # By 2**100, one way and back: halves of the largest powers of ten would overflow.
    low = intrinsics.product_error(x * 1.2676506002282294e+30, unit * 7.888609052210118e-31)
    whole = intrinsics.round_even(high)
    rest = high - whole
    if rest == 0.5 and low > 0.0:
        whole = whole + 1.0
    elif rest == -0.5 and low < 0.0:
        whole = whole - 1.0
    elif rest == 0.5 and low < 0.0:
        whole = intrinsics.floor(high)
    elif rest == -0.5 and low > 0.0:
        whole = intrinsics.ceil(high)
    return intrinsics.copysign(whole / unit, x)


def round_to_tens(x, digits):
    unit = power(10.0, float(digits))
    rest = fmod(intrinsics.fabs(x), unit)
    below = intrinsics.fabs(x) - rest
    above = unit - rest
    if rest > above or (rest == above and fmod(below / unit, 2.0) != 0.0):
        below = below + unit
    if is_infinite(below):
        raise OverflowError("rounded value too large to represent")
    return intrinsics.copysign(below, x)


def float_round_numpy(x, digits):
    # NumPy multiplies, rounds and divides in the number's own type.
    if digits < 0:
        unit = intrinsics.like(power(10.0, float(-digits)), x)
        return intrinsics.round_even(x / unit) * unit
    unit = intrinsics.like(power(10.0, float(digits)), x)
    return intrinsics.round_even(x * unit) / unit




# NumPy's ufuncs of two numbers give the second one of two that are equal, zeros too.


def numpy_maximum(a, b):
    return intrinsics.select(a > b or a != a, a, b)


def numpy_minimum(a, b):
    return intrinsics.select(a < b or a != a, a, b)


def numpy_fmax(a, b):
    return intrinsics.select(a > b or b != b, a, b)


def numpy_fmin(a, b):
    return intrinsics.select(a < b or b != b, a, b)


def sign_of(x):
    zero = intrinsics.like(0, x)
    one = intrinsics.like(1, x)
    if x > zero:
        return one
    if x < zero:
        return zero - one
    return x + zero


def whole_floor(x):
    return intrinsics.floor(x)


def whole_ceil(x):
    return intrinsics.ceil(x)


def whole_trunc(x):
    return intrinsics.trunc(x)


def whole_rint(x):
    return intrinsics.round_even(x)

