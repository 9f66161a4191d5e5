# Python's cmath module, after CPython's cmathmodule.c: the special values are those of C99's
# Annex G, and large arguments are scaled so that nothing overflows on the way. `cmath_domain` and
# `cmath_range` are its two errors.

LARGE = 4.4942328371557893e307  # DBL_MAX / 4
SQRT_LARGE = 6.703903964971298e153
LOG_LARGE = 708.3964185322641
DBL_MIN = 2.2250738585072014e-308
SQRT_DBL_MIN = 1.4916681462400413e-154
LN2 = 0.6931471805599453
LN10 = 2.302585092994046
HALF_PI = 1.5707963267948966


def cmath_domain(outside):
    if intrinsics.raises and outside:
        raise ValueError("math domain error")


def cmath_range(z):
    if intrinsics.raises and (is_infinite(z.real) or is_infinite(z.imag)):
        raise OverflowError("math range error")
    return z


def is_large(x, y):
    return intrinsics.fabs(x) > LARGE or intrinsics.fabs(y) > LARGE


def log_of_large(x, y):
    return log(hypot(x / 2.0, y / 2.0)) + LN2 * 2.0


def infinite_or_nan(x, y):
    # The real part of log, acosh and their kin where one of the parts is not finite.
    if is_infinite(x) or is_infinite(y):
        return math.inf
    return math.nan


def cmath_isfinite(z):
    return is_finite(z.real) and is_finite(z.imag)


def cmath_isinf(z):
    return is_infinite(z.real) or is_infinite(z.imag)


def cmath_isnan(z):
    return is_nan(z.real) or is_nan(z.imag)


def cmath_phase(z):
    return arctangent_of_point(z.imag, z.real)


def cmath_polar(z):
    r = hypot(z.real, z.imag)
    if intrinsics.raises and is_infinite(r) and cmath_isfinite(z):
        raise OverflowError("math range error")
    return r, cmath_phase(z)


def cmath_rect(r, phi):
    if is_finite(r) and is_finite(phi):
        if phi == 0.0:
            return intrinsics.complex(r, r * phi)
        return intrinsics.complex(r * cosine(phi), r * sine(phi))
    cmath_domain(r != 0.0 and not is_nan(r) and is_infinite(phi))
    if is_infinite(r):
        if phi == 0.0:
            return intrinsics.complex(r, phi * intrinsics.copysign(1.0, r))
        if is_finite(phi):
            return intrinsics.complex(
                intrinsics.copysign(r, r * cosine(phi)), intrinsics.copysign(r, r * sine(phi))
            )
        return intrinsics.complex(math.inf, math.nan)
    if r == 0.0:
        return intrinsics.complex(0.0, 0.0)
    if phi == 0.0:
        return intrinsics.complex(math.nan, 0.0)
    return intrinsics.complex(math.nan, math.nan)


def cmath_sqrt(z):
    x = z.real
    y = z.imag
    if not cmath_isfinite(z):
        return cmath_sqrt_special(x, y)
    if x == 0.0 and y == 0.0:
        return intrinsics.complex(0.0, y)
    ax = intrinsics.fabs(x)
    ay = intrinsics.fabs(y)
    if ax < DBL_MIN and ay < DBL_MIN:
        # The square root of 2**53 times the number is 2**27 times too large, with half a square.
        ax = ax * 9007199254740992.0
        s = intrinsics.sqrt(ax + hypot(ax, ay * 9007199254740992.0)) * 7.450580596923828e-09
    else:
        ax = ax / 8.0
        s = 2.0 * intrinsics.sqrt(ax + hypot(ax, ay / 8.0))
    d = ay / (2.0 * s)
    if x >= 0.0:
        return intrinsics.complex(s, intrinsics.copysign(d, y))
    return intrinsics.complex(d, intrinsics.copysign(s, y))


def cmath_sqrt_special(x, y):
    if is_infinite(y):
        return intrinsics.complex(math.inf, y)
    if is_infinite(x) and is_nan(y):
        if x > 0.0:
            return intrinsics.complex(math.inf, math.nan)
        return intrinsics.complex(math.nan, math.inf)
    if is_infinite(x):
        if x > 0.0:
            return intrinsics.complex(math.inf, intrinsics.copysign(0.0, y))
        return intrinsics.complex(0.0, intrinsics.copysign(math.inf, y))
    return intrinsics.complex(math.nan, math.nan)


def cmath_log_plain(z):
    # The logarithm; of zero minus infinity.
    x = intrinsics.fabs(z.real)
    y = intrinsics.fabs(z.imag)
    if not cmath_isfinite(z):
        size = infinite_or_nan(x, y)
    elif x > LARGE or y > LARGE:
        size = log(hypot(x / 2.0, y / 2.0)) + LN2
    elif x == 0.0 and y == 0.0:
        size = -math.inf
    elif x < DBL_MIN and y < DBL_MIN:
        h = hypot(x * 9007199254740992.0, y * 9007199254740992.0)
        size = log(h) - 53.0 * LN2
    else:
        h = hypot(x, y)
        if 0.71 <= h and h <= 1.73:
            most = x if x > y else y
            least = y if x > y else x
            size = log1p((most - 1.0) * (most + 1.0) + least * least) / 2.0
        else:
            size = log(h)
    return intrinsics.complex(size, cmath_phase(z))


def cmath_log(z):
    cmath_domain(z.real == 0.0 and z.imag == 0.0)
    return cmath_log_plain(z)


def cmath_log_base(z, base):
    # As in CPython, only the base's mistakes count: its logarithm must exist and not be zero.
    below = cmath_log_plain(base)
    cmath_domain(base.real == 0.0 and base.imag == 0.0)
    cmath_domain(below.real == 0.0 and below.imag == 0.0)
    return cmath_quotient(cmath_log_plain(z), below)


def cmath_quotient(a, b):
    # CPython's _Py_c_quot, whose zero divisor gives zero.
    if b.real == 0.0 and b.imag == 0.0:
        return intrinsics.complex(0.0, 0.0)
    return complex_divide(a, b)


def cmath_log10(z):
    result = cmath_log(z)
    return intrinsics.complex(result.real / LN10, result.imag / LN10)


def signed_by_angle(size, re, im, y):
    # `size` with the signs of cos(y) and sin(y), times those of `re` and `im`.
    return intrinsics.complex(
        re * intrinsics.copysign(size, cosine(y)), im * intrinsics.copysign(size, sine(y))
    )


def cmath_exp(z):
    x = z.real
    y = z.imag
    if not cmath_isfinite(z):
        return cmath_exp_special(x, y)
    if x > LOG_LARGE:
        size = exp(x - 1.0)
        return cmath_range(
            intrinsics.complex(size * cosine(y) * math.e, size * sine(y) * math.e)
        )
    size = exp(x)
    return cmath_range(intrinsics.complex(size * cosine(y), size * sine(y)))


def cmath_exp_special(x, y):
    cmath_domain(is_infinite(y) and (is_finite(x) or x == math.inf))
    if is_infinite(x) and is_finite(y) and y != 0.0:
        return signed_by_angle(math.inf if x > 0.0 else 0.0, 1.0, 1.0, y)
    if x == -math.inf:
        return intrinsics.complex(0.0, y if y == 0.0 else 0.0)
    if y == 0.0:
        return intrinsics.complex(x, y)
    if x == math.inf:
        return intrinsics.complex(math.inf, math.nan)
    return intrinsics.complex(math.nan, math.nan)


def cmath_cosh(z):
    x = z.real
    y = z.imag
    if not cmath_isfinite(z):
        return cmath_cosh_special(x, y)
    scale = 1.0
    if intrinsics.fabs(x) > LOG_LARGE:
        x = x - intrinsics.copysign(1.0, x)
        scale = math.e
    re = cosine(y) * cosh(x) * scale
    return cmath_range(intrinsics.complex(re, sine(y) * sinh(x) * scale))


def cmath_cosh_special(x, y):
    cmath_domain(is_infinite(y) and not is_nan(x))
    if is_infinite(x):
        if y == 0.0:
            return intrinsics.complex(math.inf, y * intrinsics.copysign(1.0, x))
        if is_finite(y):
            return signed_by_angle(math.inf, 1.0, intrinsics.copysign(1.0, x), y)
        return intrinsics.complex(math.inf, math.nan)
    if x == 0.0 or y == 0.0:
        return intrinsics.complex(math.nan, 0.0)
    return intrinsics.complex(math.nan, math.nan)


def cmath_sinh(z):
    x = z.real
    y = z.imag
    if not cmath_isfinite(z):
        return cmath_sinh_special(x, y)
    scale = 1.0
    if intrinsics.fabs(x) > LOG_LARGE:
        x = x - intrinsics.copysign(1.0, x)
        scale = math.e
    re = cosine(y) * sinh(x) * scale
    return cmath_range(intrinsics.complex(re, sine(y) * cosh(x) * scale))


def cmath_sinh_special(x, y):
    cmath_domain(is_infinite(y) and not is_nan(x))
    if y == 0.0:
        return intrinsics.complex(x, y)
    if is_infinite(x):
        if is_finite(y):
            return signed_by_angle(math.inf, intrinsics.copysign(1.0, x), 1.0, y)
        return intrinsics.complex(math.inf, math.nan)
    if x == 0.0:
        return intrinsics.complex(0.0, math.nan)
    return intrinsics.complex(math.nan, math.nan)


def cmath_tanh(z):
    x = z.real
    y = z.imag
    if not cmath_isfinite(z):
        return cmath_tanh_special(x, y)
    if intrinsics.fabs(x) > LOG_LARGE:
        small = exp(-2.0 * intrinsics.fabs(x))
        im = 4.0 * sine(y) * cosine(y) * small
        return intrinsics.complex(intrinsics.copysign(1.0, x), im)
    tx = tanh(x)
    ty = tangent(y)
    cx = 1.0 / cosh(x)
    both = tx * ty
    below = 1.0 + both * both
    return intrinsics.complex(tx * (1.0 + ty * ty) / below, ((ty / below) * cx) * cx)


def cmath_tanh_special(x, y):
    cmath_domain(is_infinite(y) and is_finite(x))
    if is_infinite(x):
        im = 0.0
        if y == 0.0:
            im = y
        elif is_finite(y):
            im = intrinsics.copysign(0.0, 2.0 * sine(y) * cosine(y))
        return intrinsics.complex(intrinsics.copysign(1.0, x), im)
    if y == 0.0:
        return intrinsics.complex(math.nan, y)
    return intrinsics.complex(math.nan, math.nan)


def turned(z):
    # z times i, without the product's signed zeros.
    return intrinsics.complex(-z.imag, z.real)


def turned_back(z):
    return intrinsics.complex(z.imag, -z.real)


def cmath_cos(z):
    return cmath_cosh(turned(z))


def cmath_sin(z):
    return turned_back(cmath_sinh(turned(z)))


def cmath_tan(z):
    return turned_back(cmath_tanh(turned(z)))


def cmath_acos(z):
    x = z.real
    y = z.imag
    if not cmath_isfinite(z):
        return cmath_acos_special(x, y)
    if is_large(x, y):
        return intrinsics.complex(
            arctangent_of_point(intrinsics.fabs(y), x), intrinsics.copysign(log_of_large(x, y), -y)
        )
    a = cmath_sqrt(intrinsics.complex(1.0 - x, -y))
    b = cmath_sqrt(intrinsics.complex(1.0 + x, y))
    re = 2.0 * arctangent_of_point(a.real, b.real)
    return intrinsics.complex(re, asinh(b.real * a.imag - b.imag * a.real))


def cmath_acos_special(x, y):
    if is_nan(y):
        if is_infinite(x):
            return intrinsics.complex(math.nan, math.inf)
        return intrinsics.complex(HALF_PI if x == 0.0 else math.nan, math.nan)
    im = -intrinsics.copysign(infinite_or_nan(x, y), y)
    return intrinsics.complex(arctangent_of_point(intrinsics.fabs(y), x), im)


def cmath_acosh(z):
    x = z.real
    y = z.imag
    if not cmath_isfinite(z):
        return intrinsics.complex(infinite_or_nan(x, y), arctangent_of_point(y, x))
    if is_large(x, y):
        return intrinsics.complex(log_of_large(x, y), arctangent_of_point(y, x))
    a = cmath_sqrt(intrinsics.complex(x - 1.0, y))
    b = cmath_sqrt(intrinsics.complex(x + 1.0, y))
    re = asinh(a.real * b.real + a.imag * b.imag)
    return intrinsics.complex(re, 2.0 * arctangent_of_point(a.imag, b.real))


def cmath_asinh(z):
    x = z.real
    y = z.imag
    if not cmath_isfinite(z):
        re = infinite_or_nan(x, y)
        if not is_nan(x):
            re = intrinsics.copysign(re, x)
        im = y if y == 0.0 and is_nan(x) else arctangent_of_point(y, intrinsics.fabs(x))
        return intrinsics.complex(re, im)
    if is_large(x, y):
        re = intrinsics.copysign(log_of_large(x, y), x)
        return intrinsics.complex(re, arctangent_of_point(y, intrinsics.fabs(x)))
    a = cmath_sqrt(intrinsics.complex(1.0 + y, -x))
    b = cmath_sqrt(intrinsics.complex(1.0 - y, x))
    re = asinh(a.real * b.imag - b.real * a.imag)
    return intrinsics.complex(re, arctangent_of_point(y, a.real * b.real - a.imag * b.imag))


def cmath_asin(z):
    return turned_back(cmath_asinh(turned(z)))


def cmath_atanh(z):
    # For a real part of no negative sign, by atanh(z) = -atanh(-z).
    if intrinsics.copysign(1.0, z.real) < 0.0 and not is_nan(z.real):
        return complex_neg(cmath_atanh_right(-z.real, -z.imag))
    return cmath_atanh_right(z.real, z.imag)


def cmath_atanh_right(x, y):
    ay = intrinsics.fabs(y)
    if not is_finite(x) or not is_finite(y):
        return cmath_atanh_special(x, y)
    if x > SQRT_LARGE or ay > SQRT_LARGE:
        h = hypot(x / 2.0, y / 2.0)
        return intrinsics.complex(x / 4.0 / h / h, intrinsics.copysign(HALF_PI, y))
    if x == 1.0 and ay < SQRT_DBL_MIN:
        cmath_domain(ay == 0.0)
        if ay == 0.0:
            return intrinsics.complex(math.inf, y)
        re = -log(intrinsics.sqrt(ay) / intrinsics.sqrt(hypot(ay, 2.0)))
        return intrinsics.complex(re, intrinsics.copysign(arctangent_of_point(2.0, -ay) / 2.0, y))
    left = 1.0 - x
    re = log1p(4.0 * x / (left * left + ay * ay)) / 4.0
    return intrinsics.complex(re, -arctangent_of_point(-2.0 * y, left * (1.0 + x) - ay * ay) / 2.0)


def cmath_atanh_special(x, y):
    if is_infinite(y):
        return intrinsics.complex(0.0, intrinsics.copysign(HALF_PI, y))
    if is_infinite(x):
        return intrinsics.complex(0.0, math.nan if is_nan(y) else intrinsics.copysign(HALF_PI, y))
    if x == 0.0:
        return intrinsics.complex(x, math.nan)
    return intrinsics.complex(math.nan, math.nan)


def cmath_atan(z):
    return turned_back(cmath_atanh(turned(z)))
