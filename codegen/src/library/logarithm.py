# Logarithms: log, log2, log10, log1p, and what the inverse hyperbolic functions share with them.
#
# x = 2**k * (1 + f), 1 + f between sqrt(1/2) and sqrt(2). With s = f / (2 + f),
# log(1 + f) = log((1 + s) / (1 - s)) = 2 s + s R(s**2) = f - (f**2 / 2 - s (f**2 / 2 + R)), in which
# only f and the last sum are as large as the result. R is sollya's fpminimax of
# log((1 + sqrt(z)) / (1 - sqrt(z))) / sqrt(z) - 2, [|1, ..., 7|], [|D...|], 0 <= z <= 0.02944,
# for float32 [|1, ..., 4|], [|SG...|].


def log_tail(z):
    # R(z).
    if intrinsics.is_float32(z):
        r = intrinsics.mul_add(0.24023637175559998, z, 0.28510403633117676)
        r = intrinsics.mul_add(r, z, 0.40000846982002258)
        return intrinsics.mul_add(r, z, 0.66666662693023682) * z
    w = z * z
    even = intrinsics.mul_add(0.15313880353982903, w, 0.22222198455222344)
    even = intrinsics.mul_add(even, w, 0.3999999999940987)
    odd = intrinsics.mul_add(0.14797720780322572, w, 0.1818357071391698)
    odd = intrinsics.mul_add(odd, w, 0.28571428743492633)
    odd = intrinsics.mul_add(odd, w, 0.6666666666666735)
    return intrinsics.mul_add(even, w, odd * z)


def log_reduce(x):
    # k and 1 + f, for x positive, normal and finite. What is added to the bits carries into the
    # exponent where the fraction is that of sqrt(2) or more.
    bits = intrinsics.bits(x)
    if intrinsics.is_float32(x):
        moved = bits + 0x4afb0d
        k = intrinsics.float_of_bits((moved >> 23) | 0x4b000000) - 8388735.0
        return k, intrinsics.float_of_bits((moved & 0x7fffff) + 0x3f3504f3)
    moved = bits + 0x95f619980c433
    k = intrinsics.float_of_bits((moved >> 52) | 0x4330000000000000) - 4503599627371519.0
    return k, intrinsics.float_of_bits((moved & 0xfffffffffffff) + 0x3fe6a09e667f3bcd)


def log_normal(x):
    # x, or where it is no positive normal number one that is, and what is to be added to k: for
    # a logarithm that is infinite or nan just that.
    y = x
    extra = intrinsics.like(0.0, x)
    if intrinsics.is_float32(x):
        if not (x >= 1.1754943508222875e-38 and x < math.inf):
            y, extra = log_special(x, x * 16777216.0, -24.0)
    else:
        if not (x >= 2.2250738585072014e-308 and x < math.inf):
            y, extra = log_special(x, x * 18014398509481984.0, -54.0)
    return y, extra


def log_special(x, scaled, exponent):
    is_subnormal = x > 0.0 and x < 1.0
    other = intrinsics.select(x == 0.0, -math.inf, intrinsics.select(x > 0.0, x, math.nan))
    return intrinsics.select(is_subnormal, scaled, 1.0), intrinsics.select(is_subnormal, exponent, other)


def log_of_sum(k, f, c):
    # log(2**k * (1 + f + c)), c far smaller than f, unless k is 0: then f is 0 where c is not.
    s = f / (2.0 + f)
    half = 0.5 * f * f
    inner = s * (half + log_tail(s * s))
    if intrinsics.is_float32(f):
        return intrinsics.mul_add(k, 0.693145751953125, f - (half - (inner + intrinsics.mul_add(k, 1.428606765330187e-06, c))))
    return intrinsics.mul_add(k, 0.6931471805592082, f - (half - (inner + intrinsics.mul_add(k, 7.371002565167799e-13, c))))


def log(x):
    y, extra = log_normal(x)
    k, m = log_reduce(y)
    return log_of_sum(k + extra, m - 1.0, intrinsics.like(0.0, x))


def log1p(x):
    return log_of_1_plus(x, intrinsics.like(0.0, x), intrinsics.like(0.0, x))


def log_of_1_plus(x, low, exponent):
    # log(2**exponent * (1 + x + low)).
    u = 1.0 + x
    y, extra = log_normal(u)
    rest = two_sum_error(intrinsics.like(1.0, x), x, u) + low
    k, m = log_reduce(y)
    # The rest is to m as it was to u; where u is huge, nothing.
    rest = intrinsics.select(x < 18446744073709551616.0, rest * ratio_of_bits(m, y), 0.0)
    high = m - 1.0
    f = high + rest
    c = (high - f) + rest
    result = log_of_sum(k + (extra + exponent), f, c * (1.0 - f))
    return intrinsics.select(x == 0.0, x, result)


def ratio_of_bits(m, y):
    # m / y, a power of two.
    if intrinsics.is_float32(y):
        return intrinsics.float_of_bits(intrinsics.bits(m) - intrinsics.bits(y) + 0x3f800000)
    return intrinsics.float_of_bits(intrinsics.bits(m) - intrinsics.bits(y) + 0x3ff0000000000000)


def log_in_parts(f):
    # log(1 + f) as a sum, the first part with few enough bits to be multiplied exactly.
    s = f / (2.0 + f)
    half = 0.5 * f * f
    high = f - half
    if intrinsics.is_float32(f):
        high = intrinsics.float_of_bits(intrinsics.bits(high) & 0xfffff000)
    else:
        high = intrinsics.float_of_bits(intrinsics.bits(high) & 0xfffffffff8000000)
    return high, ((f - high) - half) + s * (half + log_tail(s * s))


def log2(x):
    y, extra = log_normal(x)
    k, m = log_reduce(y)
    k = k + extra
    high, low = log_in_parts(m - 1.0)
    if intrinsics.is_float32(x):
        first = high * 1.44287109375
        rest = intrinsics.mul_add(low, 1.44287109375, (low + high) * -1.7605285393074155e-04)
        total = k + first
        return intrinsics.select(is_finite(k), total + (rest + ((k - total) + first)), k)
    first = high * 1.4426950514316559
    rest = intrinsics.mul_add(low, 1.4426950514316559, (low + high) * -1.0542692476429138e-08)
    total = k + first
    return intrinsics.select(is_finite(k), total + (rest + ((k - total) + first)), k)


def log10(x):
    y, extra = log_normal(x)
    k, m = log_reduce(y)
    k = k + extra
    high, low = log_in_parts(m - 1.0)
    if intrinsics.is_float32(x):
        first = high * 0.434326171875
        rest = intrinsics.mul_add(low, 0.434326171875, (low + high) * -3.1689971365267411e-05)
        rest = intrinsics.mul_add(k, 4.605039066518657e-06, rest)
        whole = k * 0.301025390625
        total = whole + first
        return intrinsics.select(is_finite(k), total + (rest + ((whole - total) + first)), k)
    first = high * 0.43429448455572128
    rest = intrinsics.mul_add(low, 0.43429448455572128, (low + high) * -2.6524694553078583e-09)
    rest = intrinsics.mul_add(k, -8.532344317057107e-14, rest)
    whole = k * 0.3010299956640665
    total = whole + first
    return intrinsics.select(is_finite(k), total + (rest + ((whole - total) + first)), k)
