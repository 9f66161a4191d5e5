# Functions of NumPy, and what they share with Python's of the same name.


def fraction_and_whole(x):
    # The fraction has the sign of x, also where it is zero.
    rest = intrinsics.select(is_infinite(x), intrinsics.like(0.0, x), x - intrinsics.trunc(x))
    return intrinsics.copysign(rest, x), intrinsics.trunc(x)


def fraction_and_exponent(x):
    # x = fraction * 2**exponent, the fraction from 0.5 to 1. Subnormal numbers are made normal first.
    is_plain = x == 0.0 or not is_finite(x)
    if intrinsics.is_float32(x):
        is_small = intrinsics.fabs(x) < 1.1754943508222875e-38
        bits = intrinsics.bits(intrinsics.select(is_small, x * 33554432.0, x))
        exponent = intrinsics.wrap_int((bits >> 23) & 0xFF)
        exponent = intrinsics.wrapping_sub(exponent, intrinsics.select(is_small, 126 + 25, 126))
        fraction = intrinsics.float_of_bits((bits & 0x807FFFFF) | 0x3F000000)
    else:
        is_small = intrinsics.fabs(x) < 2.2250738585072014e-308
        bits = intrinsics.bits(intrinsics.select(is_small, x * 18014398509481984.0, x))
        exponent = intrinsics.wrap_int((bits >> 52) & 0x7FF)
        exponent = intrinsics.wrapping_sub(exponent, intrinsics.select(is_small, 1022 + 54, 1022))
        fraction = intrinsics.float_of_bits((bits & 0x800FFFFFFFFFFFFF) | 0x3FE0000000000000)
    return intrinsics.select(is_plain, x, intrinsics.like(fraction, x)), intrinsics.select(is_plain, 0, exponent)


def numpy_frexp(x):
    fraction, exponent = fraction_and_exponent(x)
    return fraction, intrinsics.wrap_int32(exponent)


def numpy_ldexp(x, n):
    # float64 holds all results of float32 that are not too large or too small, so these are rounded once.
    return intrinsics.like(math_ldexp(float(x), n), x)


def numpy_int_fmod(a, b):
    if b == 0:
        return b
    return intrinsics.trunc_rem(a, b)


def numpy_gcd(a, b):
    return intrinsics.like(common_divisor(magnitude(a), magnitude(b)), a)


def numpy_lcm(a, b):
    x = magnitude(a)
    y = magnitude(b)
    if x == 0 or y == 0:
        return intrinsics.like(0, a)
    return intrinsics.like(intrinsics.trunc_div(x, common_divisor(x, y)) * y, a)


def numpy_logaddexp(x, y):
    apart = x - y
    larger = intrinsics.select(apart > 0.0, x, y)
    result = larger + log1p(exp(-intrinsics.fabs(apart)))
    result = intrinsics.select(is_nan(apart), apart, result)
    return intrinsics.select(x == y, x + 0.6931471805599453, result)


def numpy_logaddexp2(x, y):
    apart = x - y
    larger = intrinsics.select(apart > 0.0, x, y)
    result = larger + log1p(exp2(-intrinsics.fabs(apart))) * 1.4426950408889634
    result = intrinsics.select(is_nan(apart), apart, result)
    return intrinsics.select(x == y, x + 1.0, result)


def numpy_heaviside(x, middle):
    zero = intrinsics.like(0.0, x)
    side = intrinsics.select(x > 0.0, intrinsics.like(1.0, x), zero)
    return intrinsics.select(is_nan(x), x, intrinsics.select(x == 0.0, middle, side))


def numpy_signbit(x):
    return intrinsics.copysign(1.0, x) < 0.0


def numpy_spacing(x):
    # To the next number away from zero; from zero to the one above.
    x = intrinsics.select(x == 0.0, intrinsics.like(0.0, x), x)
    return nextafter(x, intrinsics.copysign(math.inf, x)) - x
