# Powers and roots: power, cbrt, hypot.

from numba import njit


def log2_in_parts(x):
    # log2(x) of a positive normal number as a sum with an error of about 2**-62 (2**-31).
    k, m = log_reduce(x)
    return log2_of_parts(k, m)


def log2_of_parts(k, m):
    # log2(2**k * m). With s as for log: (2 / log(2)) * atanh(s) = s * (3 + s**2 + r) * (2 / 3 / log(2)), all but
    # r in two parts.
    f = m - 1.0
    below = 2.0 + f
    inverse = 1.0 / below
    s = f * inverse
    product = s * below
    s_rest = (((f - product) - intrinsics.product_error(s, below)) - s * (f - (below - 2.0))) * inverse
    z = s * s
    z_rest = intrinsics.mul_add(s + s, s_rest, intrinsics.product_error(s, s))
    r = intrinsics.mul_add(log2_tail(z), z * z, z_rest)
    last = z + r
    series = 3.0 + last
    series_rest = (last - (series - 3.0)) + ((z - last) + r)
    u = s * series
    u_rest = intrinsics.mul_add(s_rest, series, intrinsics.product_error(s, series))
    u_rest = intrinsics.mul_add(s, series_rest, u_rest)
    w, w_rest = times_log2_scale(u, u_rest)
    result = k + w
    return result, ((k - result) + w) + w_rest


def times_log2_scale(u, rest):
    # A sum times 2 / 3 / log(2).
    if intrinsics.is_float32(u):
        rest = intrinsics.mul_add(rest, 0.9617967009544373, intrinsics.mul_add(u, -7.028461812552678e-09, intrinsics.product_error(u, 0.9617967009544373)))
        return u * 0.9617967009544373, rest
    rest = intrinsics.mul_add(rest, 0.9617966939259756, intrinsics.mul_add(u, 5.0577616648125907e-17, intrinsics.product_error(u, 0.9617966939259756)))
    return u * 0.9617966939259756, rest


def log2_tail(z):
    # 3 * (atanh(s) / s - 1 - z / 3) / z**2, z = s**2: sollya's fpminimax, weighted by z**2.
    if intrinsics.is_float32(z):
        r = intrinsics.mul_add(0.2778031527996063, z, 0.33353593945503235)
        r = intrinsics.mul_add(r, z, 0.4285661280155182)
        return intrinsics.mul_add(r, z, 0.6000000238418579)
    w = z * z
    even = intrinsics.mul_add(0.19373519873314696, w, 0.2307837105662495)
    even = intrinsics.mul_add(even, w, 0.33333333407610394)
    even = intrinsics.mul_add(even, w, 0.6000000000000004)
    odd = intrinsics.mul_add(0.19928666464281744, w, 0.27272712235790897)
    odd = intrinsics.mul_add(odd, w, 0.42857142857005137)
    return intrinsics.mul_add(odd, z, even)


def power(x, y):
    # 2**(y * log2(x)). A square is one product.
    high, low = log2_in_parts(x)
    product = y * high
    rest = intrinsics.mul_add(y, low, intrinsics.product_error(y, high))
    shifted, p = exp2_of_sum(product, rest)
    result = p * exp_scale(shifted)
    if intrinsics.is_float32(x):
        if y != 2.0 and not (x >= 1.1754943508222875e-38 and x < math.inf and intrinsics.fabs(product + rest) < 126.0):
            result = power_at_edge(x, y)
    else:
        if y != 2.0 and not (x >= 2.2250738585072014e-308 and x < math.inf and intrinsics.fabs(product + rest) < 1022.0):
            result = power_at_edge(x, y)
    return intrinsics.select(y == 2.0, x * x, result)


@njit(inline='never')
def power_at_edge(x, y):
    # Beyond 2**70 (2**40) every exponent is as good as that. The logarithm of 0 is -inf, that of inf itself.
    most = intrinsics.like(1180591620717411303424.0, x)
    if intrinsics.is_float32(x):
        most = intrinsics.like(1099511627776.0, x)
    exponent = intrinsics.select(y > most, most, intrinsics.select(y < -most, -most, y))
    size, extra = log_normal(intrinsics.fabs(x))
    k, m = log_reduce(size)
    high, low = log2_of_parts(k + extra, m)
    product = exponent * high
    rest = intrinsics.mul_add(exponent, low, intrinsics.product_error(exponent, high))
    shifted, p = exp2_of_sum(product, rest)
    if intrinsics.is_float32(x):
        return power_special(x, y, exp_at_edge(product * 0.6931471824645996, p, shifted))
    return power_special(x, y, exp_at_edge(product * 0.6931471805599453, p, shifted))


def exp2_of_sum(high, low):
    # 2**(high + low) = 2**k * p. What is multiplied by log(2) is split after 26 (12) bits, so that p
    # has only the last rounding's error, and powers that are floats come out exactly.
    if intrinsics.is_float32(high):
        shifted = high + 12583039.0
        f = high - (shifted - 12583039.0)
        first = (f + 1536.0) - 1536.0
        rest = (f - first) + low
        rest = intrinsics.mul_add(first, 3.1946184945309415e-05, rest * 0.6931471824645996)
        first = first * 0.693115234375
        return shifted, 1.0 + (first + (exp_tail(first + rest) + rest))
    shifted = high + 6755399441056767.0
    f = high - (shifted - 6755399441056767.0)
    first = (f + 100663296.0) - 100663296.0
    rest = (f - first) + low
    rest = intrinsics.mul_add(first, -1.904654299957768e-09, rest * 0.6931471805599453)
    first = first * 0.6931471824645996
    return shifted, 1.0 + (first + (exp_tail(first + rest) + rest))


def power_special(x, y, result):
    # The sign of powers of negative numbers, and what no logarithm tells; `result` is |x|**y.
    is_negative = intrinsics.copysign(1.0, x) < 0.0
    is_odd = is_whole(y) and not is_whole(y * 0.5)
    result = intrinsics.select(is_negative and is_odd, -result, result)
    result = intrinsics.select(x < 0.0 and x > -math.inf and not is_whole(y), math.nan, result)
    return intrinsics.select(y == 0.0 or x == 1.0, 1.0, result)


def is_whole(y):
    # Whether an infinity or a number is an integer.
    size = intrinsics.fabs(y)
    if intrinsics.is_float32(y):
        return size >= 8388608.0 or (size + 8388608.0) - 8388608.0 == size
    return size >= 4503599627370496.0 or (size + 4503599627370496.0) - 4503599627370496.0 == size


def cbrt(x):
    # |x| = 2**(3 q) * v, v between 0.35 and 2.83. A polynomial (sollya's remez, relative) gives
    # m**(-1/3), a step of Newton's 28 bits of v**(-1/3), that a root `t` with few enough bits that
    # its square is exact, and a step of Halley's the result (Kahan, "Computing a real cube root").
    y, extra = log_normal(intrinsics.fabs(x))
    k, m = log_reduce(y)
    k = intrinsics.select(is_finite(extra), k + extra, 0.0)
    r = intrinsics.mul_add(0.12836091220378876, m, -0.7023604512214661)
    r = intrinsics.mul_add(r, m, 1.5612808465957642)
    r = intrinsics.mul_add(r, m, -1.8618252277374268)
    r = intrinsics.mul_add(r, m, 1.8745204210281372)
    q = nearest_third(k)
    left = k - 3.0 * q
    v = m * intrinsics.select(left > 0.0, 2.0, intrinsics.select(left < 0.0, 0.5, 1.0))
    r = r * intrinsics.select(left > 0.0, 0.7937005259840998, intrinsics.select(left < 0.0, 1.2599210498948732, 1.0))
    r = intrinsics.mul_add(r * 0.3333333333333333, intrinsics.mul_add(-v * r, r * r, 1.0), r)
    t = v * (r * r)
    if intrinsics.is_float32(x):
        t = intrinsics.float_of_bits(intrinsics.bits(t) & 0xfffff000)
    else:
        t = intrinsics.float_of_bits(intrinsics.bits(t) & 0xffffffffc0000000)
    ratio = v / (t * t)
    root = intrinsics.mul_add(t, (ratio - t) / ((t + t) + ratio), t)
    if intrinsics.is_float32(x):
        root = root * exp_scale(q + 12583039.0)
    else:
        root = root * exp_scale(q + 6755399441056767.0)
    # What has no root but itself.
    return intrinsics.select(is_finite(extra), intrinsics.copysign(root, x), x)


def nearest_third(k):
    if intrinsics.is_float32(k):
        return intrinsics.mul_add(0.3333333432674408, k, 12582912.0) - 12582912.0
    return intrinsics.mul_add(0.3333333333333333, k, 6755399441055744.0) - 6755399441055744.0


def hypot(x, y):
    a = intrinsics.fabs(x)
    b = intrinsics.fabs(y)
    most = intrinsics.select(a > b, a, b)
    least = intrinsics.select(a > b, b, a)
    if intrinsics.is_float32(x):
        result = hypot_of(most, least)
        if not (most < 1.8e19 and most > 1e-13 and least < 1.8e19):
            result = hypot_at_edge(most, least, 1.2621774483536189e-29, 7.922816251426434e28)
        return result
    result = hypot_of(most, least)
    if not (most < 1e150 and most > 1e-140 and least < 1e150):
        result = hypot_at_edge(most, least, 2.4099198651028841e-181, 4.149515568880993e180)
    return result


def hypot_of(x, y):
    # The root, and a step of Newton's with what rounding took: Borges, "Algorithm 1014: An improved
    # algorithm for hypot(x,y)", ACM Transactions on Mathematical Software 47 (2020).
    root = intrinsics.sqrt(intrinsics.mul_add(x, x, y * y))
    square = root * root
    rest = ((x * x - square) + y * y) + ((intrinsics.product_error(x, x) + intrinsics.product_error(y, y)) - intrinsics.product_error(root, root))
    return root + rest / (root + root)


def hypot_at_edge(x, y, small, large):
    # With squares that neither overflow nor lose bits.
    scale = intrinsics.select(x > 1.0, small, large)
    back = intrinsics.select(x > 1.0, large, small)
    result = hypot_of(x * scale, y * scale) * back
    result = intrinsics.select(x == 0.0, intrinsics.select(is_nan(y), y, 0.0), result)
    return intrinsics.select(is_infinite(x) or is_infinite(y), math.inf, result)
