# Exponentials: exp, exp2, expm1, and what the hyperbolic functions share with them.
#
# exp(x) = 2**k * exp(r), k the integer nearest to x / log(2), |r| <= log(2) / 2 (Cody and Waite,
# "Software Manual for the Elementary Functions", 1980). exp(r) is a polynomial: sollya's
# fpminimax(exp(x), [|2, ..., 11|], [|D...|], [-L, L], absolute, 1 + x) with L = 1.0005 log(2) / 2,
# for float32 [|2, ..., 6|] and [|SG...|].


def exp_reduce(x):
    # x = k * log(2) + (high + low), high exact: `shifted` is k with the bias of exponents in its last
    # bits, since adding 1.5 * 2**52 leaves no fraction. log(2) is split after 40 and 15 bits.
    if intrinsics.is_float32(x):
        shifted = intrinsics.mul_add(1.4426950216293335, x, 12583039.0)
        k = shifted - 12583039.0
        return shifted, intrinsics.mul_add(k, -0.693145751953125, x), k * -1.428606765330187e-06
    shifted = intrinsics.mul_add(1.4426950408889634, x, 6755399441056767.0)
    k = shifted - 6755399441056767.0
    return shifted, intrinsics.mul_add(k, -0.6931471805601177, x), k * 1.7239444525614835e-13


def exp_reduce_lopsided(x):
    # The same with r from -0.288 to 0.406: where exp(x) - 1 is 0.5 and -0.25, k changes.
    if intrinsics.is_float32(x):
        shifted = intrinsics.mul_add(1.4426950216293335, x, -0.085) + 12583039.0
        k = shifted - 12583039.0
        return shifted, intrinsics.mul_add(k, -0.693145751953125, x), k * -1.428606765330187e-06
    shifted = intrinsics.mul_add(1.4426950408889634, x, -0.085) + 6755399441056767.0
    k = shifted - 6755399441056767.0
    return shifted, intrinsics.mul_add(k, -0.6931471805601177, x), k * 1.7239444525614835e-13


def exp_scale(shifted):
    # 2**k, for k from -1022 to 1023 (-126 to 127).
    if intrinsics.is_float32(shifted):
        return intrinsics.float_of_bits(intrinsics.bits(shifted) << 23)
    return intrinsics.float_of_bits(intrinsics.bits(shifted) << 52)


def exp_tail(r):
    # exp(r) - 1 - r.
    z = r * r
    if intrinsics.is_float32(r):
        even = intrinsics.mul_add(1.3777528656646609e-03, z, 4.1669301688671112e-02)
        odd = intrinsics.mul_add(8.3689596503973007e-03, z, 1.6666518151760101e-01)
        return intrinsics.mul_add(odd, r, intrinsics.mul_add(even, z, 0.49999988079071045)) * z
    even = intrinsics.mul_add(2.7631563299792574e-07, z, 2.4801489085441822e-05)
    even = intrinsics.mul_add(even, z, 0.001388888894793017)
    even = intrinsics.mul_add(even, z, 0.04166666666651143)
    even = intrinsics.mul_add(even, z, 0.5000000000000013)
    odd = intrinsics.mul_add(2.511787421483223e-08, z, 2.755721626845368e-06)
    odd = intrinsics.mul_add(odd, z, 1.9841269917406391e-04)
    odd = intrinsics.mul_add(odd, z, 0.008333333333307203)
    odd = intrinsics.mul_add(odd, z, 0.1666666666666669)
    return intrinsics.mul_add(odd, r, even) * z


def expm1_tail(r):
    # exp(r) - 1 - r, as exact beside r as beside 1: half of z loses nothing.
    z = r * r
    if intrinsics.is_float32(r):
        even = intrinsics.mul_add(0.001391871366649866, z, 0.041666578501462936)
        odd = intrinsics.mul_add(0.00020967170712538064, z, 0.008332000114023685)
        odd = intrinsics.mul_add(odd, z, 0.16666670143604279)
        return intrinsics.mul_add(z, 0.5, intrinsics.mul_add(even, r, odd) * (z * r))
    even = intrinsics.mul_add(2.2069157561904914e-09, z, 2.7554660448453267e-07)
    even = intrinsics.mul_add(even, z, 2.4801589448770513e-05)
    even = intrinsics.mul_add(even, z, 0.0013888888888161472)
    even = intrinsics.mul_add(even, z, 0.04166666666666751)
    odd = intrinsics.mul_add(2.5071325513522917e-08, z, 2.755732421919037e-06)
    odd = intrinsics.mul_add(odd, z, 0.00019841269828134808)
    odd = intrinsics.mul_add(odd, z, 0.008333333333337885)
    odd = intrinsics.mul_add(odd, z, 0.16666666666666663)
    return intrinsics.mul_add(z, 0.5, intrinsics.mul_add(even, r, odd) * (z * r))


def exp(x):
    shifted, high, low = exp_reduce(x)
    p = 1.0 + (high + (exp_tail(high + low) + low))
    result = p * exp_scale(shifted)
    if intrinsics.is_float32(x):
        if not intrinsics.fabs(x) < 87.0:
            result = exp_at_edge(x, p, shifted)
    else:
        if not intrinsics.fabs(x) < 708.0:
            result = exp_at_edge(x, p, shifted)
    return result


def exp_at_edge(x, p, shifted):
    # Where 2**k, or the result, is no normal number, or x is none: half of k at a time.
    if intrinsics.is_float32(x):
        k = shifted - 12583039.0
        half = intrinsics.mul_add(0.5, k, 12582912.0) - 12582912.0
        first = exp_scale(half + 12583039.0)
        second = exp_scale((k - half) + 12583039.0)
        result = p * first * second
        result = intrinsics.select(x > 88.8, math.inf, result)
        return intrinsics.select(is_nan(x), x, intrinsics.select(x < -104.0, 0.0, result))
    k = shifted - 6755399441056767.0
    half = intrinsics.mul_add(0.5, k, 6755399441055744.0) - 6755399441055744.0
    first = exp_scale(half + 6755399441056767.0)
    second = exp_scale((k - half) + 6755399441056767.0)
    result = p * first * second
    result = intrinsics.select(x > 709.8, math.inf, result)
    return intrinsics.select(is_nan(x), x, intrinsics.select(x < -745.2, 0.0, result))


def exp2(x):
    # 2**x = 2**k * exp(r), r = (x - k) * log(2), to which `low` is what rounding takes.
    if intrinsics.is_float32(x):
        shifted = x + 12583039.0
        f = x - (shifted - 12583039.0)
        high = f * 0.6931471824645996
        low = intrinsics.mul_add(f, -1.904654323148236e-09, intrinsics.product_error(f, 0.6931471824645996))
        p = 1.0 + (high + (exp_tail(high) + low))
        result = p * exp_scale(shifted)
        if not intrinsics.fabs(x) < 126.0:
            result = exp_at_edge(x * 0.6931471824645996, p, shifted)
        return result
    shifted = x + 6755399441056767.0
    f = x - (shifted - 6755399441056767.0)
    high = f * 0.6931471805599453
    low = intrinsics.mul_add(f, 2.3190468138462996e-17, intrinsics.product_error(f, 0.6931471805599453))
    p = 1.0 + (high + (exp_tail(high) + low))
    result = p * exp_scale(shifted)
    if not intrinsics.fabs(x) < 1022.0:
        result = exp_at_edge(x * 0.6931471805599453, p, shifted)
    return result


def expm1_in_parts(x, is_short):
    # exp(x) - 1 as a sum, for x that exp does not take to an edge, with 2**k in `shifted` and exp(r).
    # exp(x) - 1 = (s - 1) + s * (exp(r) - 1), s = 2**k; the sum with the leading term is exact, as what that adds
    # is less than s - 1, or all (Dekker's fast two-sum). What s - 1 itself loses where s is large counts unless
    # `is_short`.
    shifted, high, low = exp_reduce_lopsided(x)
    s = exp_scale(shifted)
    tail = expm1_tail(high + low) + low
    whole = s - 1.0
    first = s * high
    top = whole + first
    lost = first - (top - whole)
    if not is_short:
        lost = lost + ((s - whole) - 1.0)
    rest = intrinsics.mul_add(s, tail, lost)
    return shifted, 1.0 + (high + tail), top, rest


def expm1(x):
    shifted, p, top, rest = expm1_in_parts(x, False)
    result = intrinsics.copysign(top + rest, x)
    if intrinsics.is_float32(x):
        if not intrinsics.fabs(x) < 87.0:
            result = expm1_at_edge(x, shifted, p)
    else:
        if not intrinsics.fabs(x) < 708.0:
            result = expm1_at_edge(x, shifted, p)
    return result


def expm1_at_edge(x, shifted, p):
    return intrinsics.select(x < 0.0, -1.0, exp_at_edge(x, p, shifted))


def two_sum_error(a, b, total):
    # What rounding took from a + b (Knuth's two-sum).
    from_b = total - a
    return (a - (total - from_b)) + (b - from_b)
