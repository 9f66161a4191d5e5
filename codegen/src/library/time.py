

# Dates and durations as numbers of units, int64. The smallest number is NaT, which is no time; whatever has it as an
# operand gives it. Days are counted from 1970-01-01, months from January 1970.


def is_nat(t):
    return t == -9223372036854775808


def time_add(a, b):
    return intrinsics.select(is_nat(a) | is_nat(b), np.int64(-9223372036854775808), a + b)


def time_subtract(a, b):
    return intrinsics.select(is_nat(a) | is_nat(b), np.int64(-9223372036854775808), a - b)


def time_times(t, n):
    return intrinsics.select(is_nat(t), np.int64(-9223372036854775808), t * n)


def time_of_float(x):
    # What is not finite is no time; the rest is cut to a whole number.
    if x - x == 0.0:
        return np.int64(x)
    return np.int64(-9223372036854775808)


def time_times_float(t, x):
    if is_nat(t):
        return np.int64(-9223372036854775808)
    return time_of_float(np.float64(t) * x)


def time_divide(t, n):
    if is_nat(t) or n == 0:
        return np.int64(-9223372036854775808)
    return intrinsics.trunc_div(t, n)


def time_divide_float(t, x):
    if is_nat(t):
        return np.int64(-9223372036854775808)
    return time_of_float(np.float64(t) / x)


def time_ratio(a, b):
    if is_nat(a) or is_nat(b):
        return np.float64(math.nan)
    return np.float64(a) / np.float64(b)


def time_floor_ratio(a, b):
    if is_nat(a) or is_nat(b) or b == 0:
        return np.int64(0)
    return int_floor_divide(a, b)


def time_modulo(a, b):
    if is_nat(a) or is_nat(b) or b == 0:
        return np.int64(-9223372036854775808)
    return int_modulo(a, b)


def time_sign(t):
    return np.int64(t > 0) - np.int64(t < 0)


def time_eq(a, b):
    return a == b and not is_nat(a)


def time_ne(a, b):
    return a != b or is_nat(a)


def time_lt(a, b):
    return a < b and not is_nat(a)


def time_le(a, b):
    return a <= b and not is_nat(a)


def time_gt(a, b):
    return a > b and not is_nat(b)


def time_ge(a, b):
    return a >= b and not is_nat(b)


def time_minimum(a, b):
    # NaT is the smallest number.
    return intrinsics.select(a < b, a, b)


def time_maximum(a, b):
    return nat_first(np.maximum(nat_last(a), nat_last(b)))


def time_fmin(a, b):
    return nat_first(np.minimum(nat_last(a), nat_last(b)))


def time_fmax(a, b):
    return intrinsics.select(a > b, a, b)


# The same numbers in another order, in which NaT comes last, and back.


def nat_last(t):
    return t - np.int64(1)


def nat_first(t):
    return t + np.int64(1)


def time_to_coarser(t, n):
    # Rounded down, so that each unit of the coarser kind holds the finer ones that begin in it.
    if is_nat(t):
        return t
    return int_floor_divide(t, np.int64(n))


def time_scaled(t, n, d):
    if is_nat(t):
        return t
    return int_floor_divide(t * np.int64(n), np.int64(d))


# The proleptic Gregorian calendar repeats after 146097 days. Years are counted from March on, so that a leap day is
# the last of its year: the methods of H. Hinnant, "chrono-compatible low-level date algorithms".


def days_of_months(m):
    if is_nat(m):
        return m
    march = m + np.int64(23638)
    year = int_floor_divide(march, np.int64(12))
    month = march - year * np.int64(12)
    before = intrinsics.trunc_div(month * np.int64(153) + np.int64(2), np.int64(5))
    leaps = int_floor_divide(year, np.int64(4)) - int_floor_divide(year, np.int64(100)) + int_floor_divide(year, np.int64(400))
    return year * np.int64(365) + leaps + before - np.int64(719468)


def months_of_days(d):
    if is_nat(d):
        return d
    day = d + np.int64(719468)
    era = int_floor_divide(day, np.int64(146097))
    of_era = day - era * np.int64(146097)
    year = intrinsics.trunc_div(of_era - intrinsics.trunc_div(of_era, np.int64(1460)) + intrinsics.trunc_div(of_era, np.int64(36524)) - intrinsics.trunc_div(of_era, np.int64(146096)), np.int64(365))
    of_year = of_era - (year * np.int64(365) + intrinsics.trunc_div(year, np.int64(4)) - intrinsics.trunc_div(year, np.int64(100)))
    month = intrinsics.trunc_div(of_year * np.int64(5) + np.int64(2), np.int64(153))
    return (era * np.int64(400) + year) * np.int64(12) + month - np.int64(23638)


# Reductions of durations: of numbers that are NaT, of how many, of the smallest of them.


def time_total(total, smallest):
    return intrinsics.select(is_nat(smallest), smallest, total)


def count_of_each(n, n_sums):
    return intrinsics.trunc_div(n, n_sums) if n_sums != 0 else 0


def dates_diff(a, n, axis):
    if n < 1:
        raise ValueError("dates have differences of order 1 and more")
    place = normal_axis(axis, a.ndim)
    out = differences(a, place)
    for k in range(1, n):
        out = differences(out, place)
    return out
