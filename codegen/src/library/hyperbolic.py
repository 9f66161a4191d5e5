# Hyperbolic functions, by exp(x) - 1, and their inverses, by log(1 + x).


def sinh(x):
    # (e + e / (1 + e)) / 2 with e = exp(|x|) - 1.
    size = intrinsics.fabs(x)
    shifted, p, top, rest = expm1_in_parts(size, False)
    e = top + rest
    below = 1.0 + e
    q = e / below
    # What rounding took from both sides of the quotient q; 1 / (1 + e) is 1 - q.
    e_rest = rest - (e - top)
    below_rest = (e - (below - 1.0)) + e_rest
    q_rest = intrinsics.mul_add(-q, below_rest, e_rest) * (1.0 - q)
    twice = top + q
    result = 0.5 * (twice + (((top - twice) + q) + (rest + q_rest)))
    if intrinsics.is_float32(x):
        if not size < 87.0:
            result = exp_at_edge(size - 0.6931472, p, shifted - 1.0)
    else:
        if not size < 708.0:
            result = exp_at_edge(size - 0.6931471805599453, p, shifted - 1.0)
    return intrinsics.copysign(result, x)


def cosh(x):
    size = intrinsics.fabs(x)
    shifted, high, low = exp_reduce(size)
    p = 1.0 + (high + (exp_tail(high + low) + low))
    e = p * exp_scale(shifted)
    result = intrinsics.mul_add(e, 0.5, 0.5 / e)
    if intrinsics.is_float32(x):
        if not size < 87.0:
            result = exp_at_edge(size - 0.6931472, p, shifted - 1.0)
    else:
        if not size < 708.0:
            result = exp_at_edge(size - 0.6931471805599453, p, shifted - 1.0)
    return result


def tanh(x):
    # -e / (2 + e) with e = exp(-2 |x|) - 1, which is 1 from 22 (10) on.
    size = intrinsics.fabs(x)
    if intrinsics.is_float32(x):
        size = intrinsics.select(size > 10.0, 10.0, size)
    else:
        size = intrinsics.select(size > 22.0, 22.0, size)
    shifted, p, top, rest = expm1_in_parts(size * -2.0, True)
    e = top + rest
    below = 2.0 + e
    # What rounding took from both sides of the quotient q; 1 / (2 + e) is (1 - q) / 2.
    e_rest = rest - (e - top)
    below_rest = (e - (below - 2.0)) + e_rest
    q = e / below
    half = intrinsics.mul_add(-0.5, q, 0.5)
    return intrinsics.copysign(intrinsics.mul_add(intrinsics.mul_add(-q, below_rest, e_rest), half, q), x)


def asinh(x):
    # log(1 + v), v = |x| + x**2 / (1 + sqrt(1 + x**2)); from 2**28 on log(2 |x|).
    size = intrinsics.fabs(x)
    square = size * size
    q = square / (1.0 + intrinsics.sqrt(1.0 + square))
    v = size + q
    low = (size - v) + q
    k = intrinsics.like(0.0, x)
    if not size < 268435456.0:
        v = size - 1.0
        low = intrinsics.like(0.0, x)
        k = intrinsics.like(1.0, x)
    return intrinsics.copysign(log_of_1_plus(v, low, k), x)


def acosh(x):
    # log(1 + v), v = x - 1 + sqrt(x**2 - 1).
    t = intrinsics.select(x < 1.0, math.nan, x - 1.0)
    q = intrinsics.sqrt(intrinsics.mul_add(t, t, t + t))
    v = t + q
    low = two_sum_error(t, q, v)
    k = intrinsics.like(0.0, x)
    if not x < 268435456.0:
        v = x - 1.0
        low = intrinsics.like(0.0, x)
        k = intrinsics.like(1.0, x)
    return log_of_1_plus(v, low, k)


def atanh(x):
    # log(1 + v) / 2, v = 2 |x| / (1 - |x|) = 2 |x| + 2 x**2 / (1 - |x|).
    size = intrinsics.fabs(x)
    twice = size + size
    q = twice * size / intrinsics.select(size > 1.0, math.nan, 1.0 - size)
    v = twice + q
    low = two_sum_error(twice, q, v)
    return intrinsics.copysign(0.5 * log_of_1_plus(v, low, intrinsics.like(0.0, x)), x)
