# Remainders, which are exact, and neighbours.

from numba import njit


def whole_near(x):
    # The integer nearest to x, which is below 2**51, of float32 2**22.
    if intrinsics.is_float32(x):
        return (x + 12582912.0) - 12582912.0
    return (x + 6755399441055744.0) - 6755399441055744.0


def is_near(x, y):
    # Whether positive numbers have a quotient that `whole_near` can take, and products that do not overflow.
    if intrinsics.is_float32(x):
        return x / y < 2097152.0 and x < 1e35 and y < 1.2676506002282294e+30
    return x / y < 1125899906842624.0 and x < 1e300 and y < 1.0218702384817765e+295


def signed_rest(x, k, y):
    # x - k * y for k near x / y: it has no more bits than x or y, and so is exact where the product's two parts
    # are taken away one after the other.
    return (x - k * y) - intrinsics.product_error(k, y)


def positive_rest(x, y):
    # x modulo y, for positive numbers that are near.
    rest = signed_rest(x, whole_near(x / y), y)
    return intrinsics.select(rest < 0.0, rest + y, rest)


def fmod(x, y):
    size = intrinsics.fabs(x)
    divisor = intrinsics.fabs(y)
    rest = positive_rest(size, divisor)
    if not is_near(size, divisor):
        rest = fmod_of_far(size, divisor)
    return intrinsics.copysign(rest, x)


@njit(inline='never')
def fmod_of_far(x, y):
    if intrinsics.is_float32(x):
        return intrinsics.like(float_fmod_of_far(float(x), float(y)), x)
    return float_fmod_of_far(x, y)


def float_fmod_of_far(x, y):
    # Takes away multiples of y times powers of two that leave a quotient below 2**50, until that of y itself is.
    if is_nan(x) or is_nan(y) or x == math.inf or y == 0.0:
        return math.nan
    if x < y:
        return x
    scale = 1.0
    if y > 1e200:
        scale = 6.223015277861142e-61
    rest = x * scale
    y = y * scale
    while not rest / y < 1125899906842624.0:
        if rest < 1e-280:
            rest = rest * 1.6069380442589903e+60
            y = y * 1.6069380442589903e+60
            scale = scale * 1.6069380442589903e+60
        # The fraction of y, times 2**52 since it may be subnormal, with an exponent 49 below that of the rest.
        fraction = intrinsics.bits(y * 4503599627370496.0) & 0xFFFFFFFFFFFFF
        multiple = intrinsics.float_of_bits(fraction | (((intrinsics.bits(rest) >> 52) - 49) << 52))
        if rest > 1.0:
            rest = positive_rest(rest * 6.223015277861142e-61, multiple * 6.223015277861142e-61) * 1.6069380442589903e+60
        else:
            rest = positive_rest(rest, multiple)
    return positive_rest(rest, y) / scale


def nearest_rest(x, y):
    # x less the multiple of y that is nearest, of two the even one.
    k = whole_near(x / y)
    rest = signed_rest(x, k, y)
    is_odd = 2.0 * whole_near(0.5 * k) != k
    twice = rest + rest
    rest = intrinsics.select(twice > y or (twice == y and is_odd), rest - y, rest)
    return intrinsics.select(twice < -y or (twice == -y and is_odd), rest + y, rest)


def remainder(x, y):
    size = intrinsics.fabs(x)
    divisor = intrinsics.fabs(y)
    rest = nearest_rest(size, divisor)
    if not is_near(size, divisor):
        rest = remainder_of_far(size, divisor)
    return intrinsics.select(intrinsics.copysign(1.0, x) < 0.0, -rest, rest)


@njit(inline='never')
def remainder_of_far(x, y):
    if intrinsics.is_float32(x):
        return intrinsics.like(float_remainder_of_far(float(x), float(y)), x)
    return float_remainder_of_far(x, y)


def float_remainder_of_far(x, y):
    if x < 0.5 * y:
        return x
    if y > 1e290 and x < math.inf and y < math.inf:
        return nearest_rest(x * 6.223015277861142e-61, y * 6.223015277861142e-61) * 1.6069380442589903e+60
    return nearest_rest(float_fmod_of_far(x, y + y), y)


def nextafter(x, y):
    bits = intrinsics.bits(x)
    least = 5e-324
    if intrinsics.is_float32(x):
        least = 1.401298464324817e-45
    grows = (x < y) == (x > 0.0)
    moved = intrinsics.float_of_bits(intrinsics.select(grows, bits + 1, bits - 1))
    moved = intrinsics.select(x == 0.0, intrinsics.copysign(least, y), moved)
    moved = intrinsics.select(x == y, y, moved)
    return intrinsics.select(is_nan(x) or is_nan(y), x + y, moved)
