# Python's math module. CPython raises ValueError where a result has no value ("domain") and
# OverflowError where it has no float ("range"); `checked` and `checked_range` are its math_1.


def checked(result, x):
    if intrinsics.raises:
        if is_nan(result) and not is_nan(x):
            raise ValueError("math domain error")
        if is_infinite(result) and is_finite(x):
            raise ValueError("math domain error")
    return result


def checked_range(result, x):
    if intrinsics.raises:
        if is_nan(result) and not is_nan(x):
            raise ValueError("math domain error")
        if is_infinite(result) and is_finite(x):
            raise OverflowError("math range error")
    return result


def checked_two(result, x, y):
    if intrinsics.raises and is_nan(result) and not is_nan(x) and not is_nan(y):
        raise ValueError("math domain error")
    return result


def math_acos(x):
    return checked(arccosine(x), x)


def math_acosh(x):
    return checked(acosh(x), x)


def math_asin(x):
    return checked(arcsine(x), x)


def math_asinh(x):
    return asinh(x)


def math_atan(x):
    return arctangent(x)


def math_atan2(y, x):
    return arctangent_of_point(y, x)


def math_atanh(x):
    return checked(atanh(x), x)


def math_cbrt(x):
    return cbrt(x)


def math_comb(n, k):
    if n < 0:
        raise ValueError("n must be a non-negative integer")
    if k < 0:
        raise ValueError("k must be a non-negative integer")
    if k > n:
        return 0
    if k > n - k:
        k = n - k
    # From 34 factors on no result has 64 bits.
    intrinsics.overflow_unless(k < 34)
    if k >= 34:
        return 0
    result = 1
    for i in range(k):
        # Dividing first keeps every step below the result itself.
        shared = math_gcd(result, i + 1)
        rest = intrinsics.trunc_div(i + 1, shared)
        result = intrinsics.trunc_div(result, shared) * intrinsics.trunc_div(n - i, rest)
    return result


def math_copysign(x, y):
    return intrinsics.copysign(x, y)


def math_cos(x):
    return checked(cosine(x), x)


def math_cosh(x):
    return checked_range(cosh(x), x)


def math_degrees(x):
    return x * (180.0 / math.pi)


def math_erf(x):
    return error_function(x)


def math_erfc(x):
    return complementary_error_function(x)


def math_exp(x):
    return checked_range(exp(x), x)


def math_exp2(x):
    return checked_range(exp2(x), x)


def math_expm1(x):
    return checked_range(expm1(x), x)


def math_fabs(x):
    return intrinsics.fabs(x)


def math_factorial(n):
    if n < 0:
        raise ValueError("factorial() not defined for negative values")
    intrinsics.overflow_unless(n <= 20)
    if n > 65:
        # 66! is a multiple of 2**64.
        return 0
    result = 1
    for i in range(2, n + 1):
        result = intrinsics.wrapping_mul(result, i)
    return result


def math_fmod(x, y):
    if is_infinite(y) and is_finite(x):
        return x
    return checked_two(fmod(x, y), x, y)


def math_gamma(x):
    if intrinsics.raises:
        if x == -math.inf:
            raise ValueError("math domain error")
        if x <= 0.0 and x == intrinsics.floor(x):
            raise ValueError("math domain error")
    return checked_range(gamma_function(x), x)


def math_gcd(a, b):
    return int(common_divisor(magnitude(a), magnitude(b)))


def common_divisor(x, y):
    while y != 0:
        rest = intrinsics.trunc_rem(x, y)
        x = y
        y = rest
    return x


def math_hypot(x, y):
    return hypot(x, y)


def math_isclose(a, b, rel_tol, abs_tol):
    if intrinsics.raises and (rel_tol < 0.0 or abs_tol < 0.0):
        raise ValueError('tolerances must be non-negative')
    if a == b:
        return True
    if is_infinite(a) or is_infinite(b):
        return False
    apart = intrinsics.fabs(b - a)
    if apart <= intrinsics.fabs(rel_tol * b) or apart <= intrinsics.fabs(rel_tol * a):
        return True
    return apart <= abs_tol


def math_isfinite(x):
    return is_finite(x)


def math_isinf(x):
    return is_infinite(x)


def math_isnan(x):
    return is_nan(x)


def math_isqrt(n):
    if n < 0:
        raise ValueError("isqrt() argument must be nonnegative")
    # The float's root is off by at most one.
    wanted = intrinsics.wrap_uint64(n)
    root = intrinsics.wrap_uint64(intrinsics.wrap_int(intrinsics.sqrt(float(n))))
    if root * root > wanted:
        root = root - 1
    if (root + 1) * (root + 1) <= wanted:
        root = root + 1
    return intrinsics.wrap_int(root)


def math_lcm(a, b):
    if a == 0 or b == 0:
        return 0
    return int_abs(intrinsics.trunc_div(a, math_gcd(a, b)) * b)


def power_of_two(n):
    # For exponents of normal floats.
    return intrinsics.float_of_bits(intrinsics.wrap_uint64(n + 1023) << 52)


def math_ldexp(x, n):
    if x == 0.0 or not is_finite(x):
        return x
    # Steps through 2**53 keep a subnormal result from being rounded twice.
    y = x
    if n > 1023:
        y = y * power_of_two(1023)
        n = minimum(n - 1023, 2046)
        if n > 1023:
            y = y * power_of_two(1023)
            n = minimum(n - 1023, 1023)
    elif n < -1022:
        n = maximum(n, -4000)
        y = y * power_of_two(-1022 + 53)
        n = n + 1022 - 53
        if n < -1022:
            y = y * power_of_two(-1022 + 53)
            n = maximum(n + 1022 - 53, -1022)
    result = y * power_of_two(n)
    if intrinsics.raises and is_infinite(result):
        raise OverflowError("math range error")
    return result


def math_lgamma(x):
    if is_infinite(x):
        return math.inf
    if intrinsics.raises and x <= 0.0 and x == intrinsics.floor(x):
        raise ValueError("math domain error")
    return checked_range(log_gamma(x), x)


def math_log(x):
    if intrinsics.raises and x <= 0.0:
        raise ValueError("math domain error")
    return log(x)


def math_log_base(x, base):
    top = math_log(x)
    bottom = math_log(base)
    if intrinsics.raises and bottom == 0.0:
        raise ZeroDivisionError("float division by zero")
    return top / bottom


def math_log10(x):
    if intrinsics.raises and x <= 0.0:
        raise ValueError("math domain error")
    return log10(x)


def math_log1p(x):
    return checked(log1p(x), x)


def math_log2(x):
    if intrinsics.raises and x <= 0.0:
        raise ValueError("math domain error")
    return log2(x)


def math_nextafter(x, y):
    return nextafter(x, y)


def math_perm(n, k):
    if n < 0:
        raise ValueError("n must be a non-negative integer")
    if k < 0:
        raise ValueError("k must be a non-negative integer")
    if k > n:
        return 0
    result = 1
    for i in range(k):
        result = result * (n - i)
        if result == 0:
            # It wrapped round to a multiple of 2**64 and stays there.
            break
    return result


def math_pow(x, y):
    result = power(x, y)
    if intrinsics.raises and is_finite(x) and is_finite(y):
        if is_nan(result) or (is_infinite(result) and x == 0.0):
            raise ValueError("math domain error")
        if is_infinite(result):
            raise OverflowError("math range error")
    return result


def math_radians(x):
    return x * (math.pi / 180.0)


def math_remainder(x, y):
    if is_infinite(y) and is_finite(x):
        return x
    return checked_two(remainder(x, y), x, y)


def math_sin(x):
    return checked(sine(x), x)


def math_sinh(x):
    return checked_range(sinh(x), x)


def math_sqrt(x):
    if intrinsics.raises and x < 0.0:
        raise ValueError("math domain error")
    return intrinsics.sqrt(x)


def math_tan(x):
    return checked(tangent(x), x)


def math_tanh(x):
    return tanh(x)


def math_ulp(x):
    if is_nan(x):
        return x
    size = intrinsics.fabs(x)
    if is_infinite(size):
        return size
    above = nextafter(size, math.inf)
    if is_infinite(above):
        return size - nextafter(size, 0.0)
    return above - size
