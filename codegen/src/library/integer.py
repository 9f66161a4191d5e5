# Integers: division as Python rounds it, powers, shifts, and comparisons across types.

import intrinsics


def magnitude(a):
    # The absolute value as a uint64, which holds that of every int64.
    if a < 0:
        return intrinsics.wrapping_sub(intrinsics.wrap_uint64(0), intrinsics.wrap_uint64(a))
    return intrinsics.wrap_uint64(a)


def int_of_uint64(a):
    intrinsics.overflow_unless(a <= 9223372036854775807)
    return intrinsics.wrap_int(a)


def int_abs(a):
    if a < 0:
        return 0 - a
    return a


def int_floor_divide(a, b):
    if b == 0:
        if intrinsics.raises:
            raise ZeroDivisionError("integer division or modulo by zero")
        return b
    q = intrinsics.trunc_div(a, b)
    r = intrinsics.wrapping_sub(a, intrinsics.wrapping_mul(q, b))
    if r != 0 and (r ^ b) < 0:
        return intrinsics.wrapping_sub(q, 1)
    return q


def python_floor_divide(a, b):
    intrinsics.overflow_unless(b != -1 or a != -9223372036854775808)
    return int_floor_divide(a, b)


def int_modulo(a, b):
    if b == 0:
        if intrinsics.raises:
            raise ZeroDivisionError("integer modulo by zero")
        return b
    r = intrinsics.trunc_rem(a, b)
    if r != 0 and (r ^ b) < 0:
        return intrinsics.wrapping_add(r, b)
    return r


def int_divide(a, b):
    # The exact quotient, rounded once: CPython's long_true_divide.
    if b == 0:
        if intrinsics.raises:
            raise ZeroDivisionError("division by zero")
        return float(a) / 0.0
    exact = 9007199254740992
    if a <= exact and a >= -exact and b <= exact and b >= -exact:
        return float(a) / float(b)
    return int_divide_wide(a, b)


def int_divide_wide(a, b):
    # Long division of the magnitudes until the quotient has more bits than a float, the last
    # one telling whether a remainder is left, so that the conversion rounds correctly.
    n = magnitude(a)
    d = magnitude(b)
    q = intrinsics.trunc_div(n, d)
    r = intrinsics.trunc_rem(n, d)
    scale = 1.0
    while r != 0 and q < 36028797018963968:
        q = q * 2
        r = r * 2
        if r >= d:
            q = q + 1
            r = r - d
        scale = scale * 0.5
    if r != 0:
        q = q | 1
    quotient = float(q) * scale
    if (a < 0) != (b < 0):
        return -quotient
    return quotient


def int_power(base, exponent):
    if exponent < 0:
        if base == 0:
            raise ZeroDivisionError("0.0 cannot be raised to a negative power")
        raise ValueError("Integers to negative integer powers are not allowed.")
    result = 1
    while exponent > 0:
        if exponent & 1 == 1:
            result = result * base
        exponent = exponent >> 1
        if exponent > 0:
            base = base * base
    return result


def int_power_numpy(base, exponent):
    if exponent < 0:
        raise ValueError("Integers to negative integer powers are not allowed.")
    result = intrinsics.like(1, base)
    while exponent > 0:
        if exponent & 1 == 1:
            result = result * base
        exponent = exponent >> 1
        base = base * base
    return result


def int_left_shift(a, n):
    if n < 0:
        raise ValueError("negative shift count")
    shifted = a << n
    intrinsics.overflow_unless(shifted >> n == a)
    return shifted


def int_right_shift(a, n):
    if n < 0:
        raise ValueError("negative shift count")
    return a >> n


def int_round(a, digits):
    # To a multiple of a power of ten, ties to the even multiple: CPython's int.__round__.
    if digits >= 0:
        return a
    if digits < -18:
        intrinsics.overflow_unless(digits < -19 or (a < 5000000000000000000 and a > -5000000000000000000))
        return 0
    unit = 1
    for _ in range(-digits):
        unit = unit * 10
    below = a - int_modulo(a, unit)
    rest = a - below
    half = intrinsics.trunc_div(unit, 2)
    if rest > half or (rest == half and int_modulo(intrinsics.trunc_div(below, unit), 2) != 0):
        return below + unit
    return below


def int_round_numpy(a, digits):
    # NumPy divides, rounds and multiplies in float64.
    if digits >= 0:
        return a
    unit = power(10.0, float(-digits))
    return intrinsics.like(intrinsics.round_even(float(a) / unit) * unit, a)


def lowest_one(x):
    # The place of the lowest 1, which alone `x & -x` has, counted from 1; 0 of 0, above which all bits are 0.
    width = intrinsics.leading_zeros(intrinsics.like(0, x))
    return intrinsics.wrap_uint32(width - intrinsics.leading_zeros(x & (0 - x)))


def minimum(a, b):
    if b < a:
        return b
    return a


def maximum(a, b):
    if b > a:
        return b
    return a


def signed_eq_unsigned(a, b):
    return a >= 0 and intrinsics.wrap_uint64(a) == b


def signed_ne_unsigned(a, b):
    return a < 0 or intrinsics.wrap_uint64(a) != b


def signed_lt_unsigned(a, b):
    return a < 0 or intrinsics.wrap_uint64(a) < b


def signed_le_unsigned(a, b):
    return a < 0 or intrinsics.wrap_uint64(a) <= b


def signed_gt_unsigned(a, b):
    return a >= 0 and intrinsics.wrap_uint64(a) > b


def signed_ge_unsigned(a, b):
    return a >= 0 and intrinsics.wrap_uint64(a) >= b


def unsigned_eq_signed(a, b):
    return signed_eq_unsigned(b, a)


def unsigned_ne_signed(a, b):
    return signed_ne_unsigned(b, a)


def unsigned_lt_signed(a, b):
    return signed_gt_unsigned(b, a)


def unsigned_le_signed(a, b):
    return signed_ge_unsigned(b, a)


def unsigned_gt_signed(a, b):
    return signed_lt_unsigned(b, a)


def unsigned_ge_signed(a, b):
    return signed_le_unsigned(b, a)


def fits_int(x):
    return x >= -9223372036854775808.0 and x < 9223372036854775808.0


def int_eq_float(i, x):
    return fits_int(x) and intrinsics.trunc(x) == x and intrinsics.wrap_int(x) == i


def int_ne_float(i, x):
    return not int_eq_float(i, x)


def int_lt_float(i, x):
    if fits_int(x):
        return i < intrinsics.wrap_int(intrinsics.ceil(x))
    return x > 0.0


def int_le_float(i, x):
    if fits_int(x):
        return i <= intrinsics.wrap_int(intrinsics.floor(x))
    return x > 0.0


def int_gt_float(i, x):
    if fits_int(x):
        return i > intrinsics.wrap_int(intrinsics.floor(x))
    return x < 0.0


def int_ge_float(i, x):
    if fits_int(x):
        return i >= intrinsics.wrap_int(intrinsics.ceil(x))
    return x < 0.0


def float_eq_int(x, i):
    return int_eq_float(i, x)


def float_ne_int(x, i):
    return int_ne_float(i, x)


def float_lt_int(x, i):
    return int_gt_float(i, x)


def float_le_int(x, i):
    return int_ge_float(i, x)


def float_gt_int(x, i):
    return int_lt_float(i, x)


def float_ge_int(x, i):
    return int_le_float(i, x)


# What is known of a value without looking at it; computing it may still raise.


def true_of(x):
    return True


def false_of(x):
    return False


def zero_of(x):
    return intrinsics.like(0, x)




def int_divmod(a, b):
    if b == 0 and intrinsics.raises:
        raise ZeroDivisionError("integer division or modulo by zero")
    return int_floor_divide(a, b), int_modulo(a, b)


def python_divmod(a, b):
    if b == 0 and intrinsics.raises:
        raise ZeroDivisionError("integer division or modulo by zero")
    return python_floor_divide(a, b), int_modulo(a, b)


def tuple_place(i, n):
    if i < 0:
        i = i + n
    if i < 0 or i >= n:
        raise IndexError("tuple index out of range")
    return i


def range_length(start, stop, step):
    # How many numbers a range has; those that 63 bits cannot count are never counted to the end.
    if step == 0:
        raise ValueError("range() arg 3 must not be zero")
    first = intrinsics.wrap_uint64(start)
    end = intrinsics.wrap_uint64(stop)
    if step > 0:
        if start >= stop:
            return 0
        distance = end - first
    else:
        if start <= stop:
            return 0
        distance = first - end
    n = intrinsics.trunc_div(distance - 1, magnitude(step))
    if n >= 9223372036854775807:
        return 9223372036854775807
    return intrinsics.wrap_int(n) + 1


def parallel_leaves(n, most):
    # Into how many parts the sums of a parallel loop are cut. It depends on nothing but the loop. Iterations
    # may be long, so few of them are all apart; of many each part has some.
    some = maximum(intrinsics.trunc_div(most, 8), minimum(intrinsics.trunc_div(n, 8), most))
    return maximum(minimum(n, some), 0)


def parallel_leaf(leaf, leaves, n):
    # The first iteration of a part; parts differ by one iteration at most.
    length = intrinsics.trunc_div(n, leaves)
    return leaf * length + minimum(leaf, n - leaves * length)
