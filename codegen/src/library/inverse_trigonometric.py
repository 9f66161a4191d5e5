# Arc sine, arc cosine and arc tangent. Each adds a small angle to a multiple of pi/4, whose float and the
# rest of it are added apart. The polynomials are sollya's fpminimax, absolute.


def arcsine_terms(z):
    # (asin(s) - s) / s**3 with z = s * s up to 1/4.
    if intrinsics.is_float32(z):
        p = intrinsics.mul_add(0.03452089801430702, z, 0.016594337299466133)
        p = intrinsics.mul_add(p, z, 0.03123455122113228)
        p = intrinsics.mul_add(p, z, 0.04458542540669441)
        p = intrinsics.mul_add(p, z, 0.07500153034925461)
        return intrinsics.mul_add(p, z, 0.1666666567325592)
    p = intrinsics.mul_add(0.029077773226401375, z, -0.015333687793902021)
    p = intrinsics.mul_add(p, z, 0.01771874281252789)
    p = intrinsics.mul_add(p, z, 0.005336831497677771)
    p = intrinsics.mul_add(p, z, 0.010351934614171053)
    p = intrinsics.mul_add(p, z, 0.011474521210771313)
    p = intrinsics.mul_add(p, z, 0.013971711915872018)
    p = intrinsics.mul_add(p, z, 0.017352357280151113)
    p = intrinsics.mul_add(p, z, 0.02237217455605303)
    p = intrinsics.mul_add(p, z, 0.030381944094300603)
    p = intrinsics.mul_add(p, z, 0.04464285714700721)
    p = intrinsics.mul_add(p, z, 0.07499999999998017)
    return intrinsics.mul_add(p, z, 0.16666666666666669)

def arctangent_terms(z):
    # (r - atan(r)) / r**3 with z = r * r up to (sqrt(2) - 1)**2.
    if intrinsics.is_float32(z):
        p = intrinsics.mul_add(0.06448882073163986, z, -0.10742045938968658)
        p = intrinsics.mul_add(p, z, 0.14263644814491272)
        p = intrinsics.mul_add(p, z, -0.19999518990516663)
        return intrinsics.mul_add(p, z, 0.3333333134651184)
    p = intrinsics.mul_add(0.019242622882686203, z, -0.039289673906476356)
    p = intrinsics.mul_add(p, z, 0.05087633676191829)
    p = intrinsics.mul_add(p, z, -0.05858606305996053)
    p = intrinsics.mul_add(p, z, 0.06664569737687982)
    p = intrinsics.mul_add(p, z, -0.07692187835513391)
    p = intrinsics.mul_add(p, z, 0.09090904807050684)
    p = intrinsics.mul_add(p, z, -0.11111111021915032)
    p = intrinsics.mul_add(p, z, 0.1428571428477016)
    p = intrinsics.mul_add(p, z, -0.1999999999999623)
    return intrinsics.mul_add(p, z, 0.3333333333333333)

def arc_apart(quarters, r, lack, z):
    # quarters * pi/4 - asin(r + lack), with z = r * r.
    if intrinsics.is_float32(r):
        start = quarters * 0.785398006439209
        rest = quarters * 1.5695823932524066e-07
    else:
        start = quarters * 0.7853981633974483
        rest = quarters * 3.061616997868383e-17
    most = start - r
    rest = rest + ((start - most) - r)
    return most + (rest - intrinsics.mul_add(r, z * arcsine_terms(z), lack))


def double_root(z):
    # 2 * sqrt(z), and what its rounding lost. No root that is not zero is as small as 1e-30.
    root = intrinsics.sqrt(z)
    lack = ((z - root * root) - intrinsics.product_error(root, root)) / (root + 1e-30)
    return 2.0 * root, lack


def arcsine(x):
    # Above a half it is pi/2 - 2 * asin(sqrt((1 - x) / 2)).
    size = intrinsics.fabs(x)
    is_small = size < 0.5
    zero = intrinsics.like(0.0, x)
    z = intrinsics.select(is_small, size * size, 0.5 - 0.5 * size)
    root, lack = double_root(z)
    r = intrinsics.select(is_small, -size, root)
    lack = intrinsics.select(is_small, zero, lack)
    quarters = intrinsics.select(is_small, zero, intrinsics.like(2.0, x))
    return intrinsics.copysign(arc_apart(quarters, r, lack, z), x)


def arccosine(x):
    size = intrinsics.fabs(x)
    is_small = size < 0.5
    zero = intrinsics.like(0.0, x)
    z = intrinsics.select(is_small, size * size, 0.5 - 0.5 * size)
    root, lack = double_root(z)
    r = intrinsics.select(is_small, x, -intrinsics.copysign(root, x))
    lack = intrinsics.select(is_small, zero, -intrinsics.copysign(lack, x * lack))
    quarters = intrinsics.select(x < 0.0, intrinsics.like(4.0, x), zero)
    quarters = intrinsics.select(is_small, intrinsics.like(2.0, x), quarters)
    return arc_apart(quarters, r, lack, z)


def arctangent_of_ratio(y, x, is_left):
    # The angle of the point (x, y), of which neither is negative, or of (-x, y) where `is_left`. The lesser over the greater, or
    # where they are near each other their difference over their sum, has a quotient of at most
    # sqrt(2) - 1; what its rounding lost is `lack`.
    is_steep = y > x
    small = intrinsics.select(is_steep, x, y)
    large = intrinsics.select(is_steep, y, x)
    is_diagonal = small > 0.4142135623730951 * large
    zero = intrinsics.like(0.0, x)
    top = intrinsics.select(is_diagonal, small - large, small)
    bottom = intrinsics.select(is_diagonal, small + large, large)
    top_tail = intrinsics.select(is_diagonal, small - (top + large), zero)
    bottom_tail = intrinsics.select(is_diagonal, small - (bottom - large), zero)
    inverse = 1.0 / bottom
    ratio = top * inverse
    excess = intrinsics.product_error(ratio, bottom) - (top - ratio * bottom)
    lack = (excess + (ratio * bottom_tail - top_tail)) * inverse
    # The quotient of numbers that are far apart is right as it is, and its error may be too small for a float.
    lack = intrinsics.select(small < least_of_quotients(small), zero, lack)
    z = ratio * ratio
    rest = intrinsics.mul_add(ratio * z, arctangent_terms(z), lack)
    is_turned = is_steep != is_left
    ratio = intrinsics.select(is_turned, -ratio, ratio)
    rest = intrinsics.select(is_turned, -rest, rest)
    quarters = intrinsics.select(is_diagonal, intrinsics.like(1.0, x), intrinsics.select(is_steep, intrinsics.like(2.0, x), zero))
    quarters = intrinsics.select(is_left, 4.0 - quarters, quarters)
    if intrinsics.is_float32(x):
        start = quarters * 0.785398006439209
        start_tail = quarters * 1.5695823932524066e-07
    else:
        start = quarters * 0.7853981633974483
        start_tail = quarters * 3.061616997868383e-17
    angle = start + ratio
    return angle + ((((start - angle) + ratio) + start_tail) - rest)


def least_of_quotients(x):
    if intrinsics.is_float32(x):
        return 7.888609052210118e-31
    return 1.1830521861667747e-271


def arctangent(x):
    # Beyond 2**60 it is pi/2 as if it were 2**60.
    size = intrinsics.fabs(x)
    size = intrinsics.select(size > 1152921504606846976.0, intrinsics.like(1152921504606846976.0, x), size)
    return intrinsics.copysign(arctangent_of_ratio(size, intrinsics.like(1.0, x), False), x)


def arctangent_of_point(y, x):
    # A power of two keeps the products from overflowing; a point at infinity is one of the eight with
    # coordinates 0 and 1.
    ay = intrinsics.fabs(y)
    ax = intrinsics.fabs(x)
    size = intrinsics.select(ay > ax, ay, ax)
    one = intrinsics.like(1.0, size)
    zero = intrinsics.like(0.0, size)
    if intrinsics.is_float32(size):
        scale = intrinsics.select(size > 1.2676506002282294e+30, intrinsics.like(9.313225746154785e-10, x), intrinsics.select(size < 8.673617379884035e-19, intrinsics.like(1.8446744073709552e+19, x), one))
    else:
        scale = intrinsics.select(size > 1.0218702384817765e+295, intrinsics.like(8.673617379884035e-19, x), intrinsics.select(size < 3.8725919148493183e-121, intrinsics.like(3.273390607896142e+150, x), one))
    is_far = size == math.inf
    ay = intrinsics.select(is_far, intrinsics.select(ay == math.inf, one, zero), ay * scale)
    ax = intrinsics.select(is_far, intrinsics.select(ax == math.inf, one, zero), ax * scale)
    ax = intrinsics.select(size == 0.0, one, ax)
    angle = arctangent_of_ratio(ay, ax, intrinsics.copysign(1.0, x) < 0.0)
    angle = intrinsics.select(is_nan(y), y, angle)
    return intrinsics.copysign(intrinsics.select(is_nan(x), x, angle), y)
