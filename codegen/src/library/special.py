# The error functions and the gamma functions. Python has them in `math` alone, and so of float64 alone.


def near_error_terms(z):
    # erf(x) / x - 1 with |x| up to 0.9375, z = x * x: sollya's fpminimax, absolute.
    p = intrinsics.mul_add(-8.127566563239721e-10, z, 1.3882442152645707e-08)
    p = intrinsics.mul_add(p, z, -1.6242685714209974e-07)
    p = intrinsics.mul_add(p, z, 1.6451475405840557e-06)
    p = intrinsics.mul_add(p, z, -1.492503271955565e-05)
    p = intrinsics.mul_add(p, z, 0.00012055308640690131)
    p = intrinsics.mul_add(p, z, -0.0008548326378525573)
    p = intrinsics.mul_add(p, z, 0.005223977614293092)
    p = intrinsics.mul_add(p, z, -0.026866170643943)
    p = intrinsics.mul_add(p, z, 0.11283791670948067)
    p = intrinsics.mul_add(p, z, -0.3761263890318356)
    return intrinsics.mul_add(p, z, 0.12837916709551256)

def far_error_terms(x):
    # -log2(erfc(x)) from 0.9375 to 6: sollya's remez, weighted by erfc(x), which is all that counts beside 1.
    w = x * x
    even = intrinsics.mul_add(-1.776005957946258e-12, w, -1.6919250567793298e-09)
    even = intrinsics.mul_add(even, w, -2.0257470347180313e-07)
    even = intrinsics.mul_add(even, w, -6.85018938478353e-06)
    even = intrinsics.mul_add(even, w, -7.135279713279393e-05)
    even = intrinsics.mul_add(even, w, 3.7863914271907625e-05)
    even = intrinsics.mul_add(even, w, 0.0025070139339771905)
    even = intrinsics.mul_add(even, w, -0.027551843371090554)
    even = intrinsics.mul_add(even, w, 0.9184558183086392)
    even = intrinsics.mul_add(even, w, 1.504991306261271e-07)
    odd = intrinsics.mul_add(8.011375254214698e-11, w, 2.2207937367460454e-08)
    odd = intrinsics.mul_add(odd, w, 1.3571428220459706e-06)
    odd = intrinsics.mul_add(odd, w, 2.603856967524026e-05)
    odd = intrinsics.mul_add(odd, w, 0.00011614945350224714)
    odd = intrinsics.mul_add(odd, w, -0.0008859123477069686)
    odd = intrinsics.mul_add(odd, w, -0.00036405705179869125)
    odd = intrinsics.mul_add(odd, w, 0.14824705175274056)
    odd = intrinsics.mul_add(odd, w, 1.6279054509443078)
    return intrinsics.mul_add(odd, x, even)


def error_function(x):
    # 1 - erfc(x) where that loses nothing, erfc(x) as exp2 computes it.
    size = intrinsics.fabs(x)
    near = intrinsics.mul_add(size, near_error_terms(size * size), size)
    exponent = far_error_terms(intrinsics.select(size > 6.0, 6.0, size))
    shifted = 6755399441056767.0 - exponent
    r = ((6755399441056767.0 - shifted) - exponent) * 0.6931471805599453
    p = 1.0 + (r + exp_tail(r))
    far = 1.0 - p * exp_scale(shifted)
    return intrinsics.copysign(intrinsics.select(size < 0.9375, near, far), x)


def scaled_terms(t):
    # ((1 + 2 * x) * exp(x * x) * erfc(x) - its value at 3.5) / t with t = (x - 3.5) / (x + 3.5), x from 0.5 to
    # 27.5: sollya's remez (M. Shepherd and J. Laframboise, "Chebyshev Approximation of (1 + 2x) exp(x**2) erfc x", 1981).
    p = intrinsics.mul_add(-9.69163962714178e-11, t, 1.0387886968175375e-08)
    p = intrinsics.mul_add(p, t, 8.121888168713734e-10)
    p = intrinsics.mul_add(p, t, -9.299006275565098e-08)
    p = intrinsics.mul_add(p, t, -8.179730733714838e-09)
    p = intrinsics.mul_add(p, t, 6.001345212255723e-07)
    p = intrinsics.mul_add(p, t, -4.408547756562705e-08)
    p = intrinsics.mul_add(p, t, -3.814389609953372e-06)
    p = intrinsics.mul_add(p, t, 2.3282425072849624e-06)
    p = intrinsics.mul_add(p, t, 2.4260948745562284e-05)
    p = intrinsics.mul_add(p, t, -4.278220828112685e-05)
    p = intrinsics.mul_add(p, t, -0.00012151243089191912)
    p = intrinsics.mul_add(p, t, 0.0005643844120478363)
    p = intrinsics.mul_add(p, t, -0.0003022678749138382)
    p = intrinsics.mul_add(p, t, -0.004215019906938566)
    p = intrinsics.mul_add(p, t, 0.01909933094208093)
    p = intrinsics.mul_add(p, t, -0.0488233258279713)
    p = intrinsics.mul_add(p, t, 0.08798315382488538)
    p = intrinsics.mul_add(p, t, -0.11508959816018928)
    p = intrinsics.mul_add(p, t, 0.0975190951532581)
    p = intrinsics.mul_add(p, t, -0.010555596332218326)
    return intrinsics.mul_add(p, t, -0.14000918013761943)

def complement_far(x):
    # erfc(x) for x from 0.5 to 27.5. Each factor has a tail, so that only the last product rounds.
    t = (x - 3.5) / (x + 3.5)
    u = t * scaled_terms(t)
    top = 1.2423492448711544 + u
    top_tail = (1.2423492448711544 - top) + u
    bottom = 1.0 + 2.0 * x
    bottom_tail = 1.0 - (bottom - 2.0 * x)
    inverse = 1.0 / bottom
    q = top * inverse
    lack = (top - q * bottom) - intrinsics.product_error(q, bottom)
    q_tail = (lack + (top_tail - q * bottom_tail)) * inverse
    square = x * x
    shifted, high, low = exp_reduce(-square)
    low = low - intrinsics.product_error(x, x)
    r = high + low
    low = (high - r) + low
    p = 1.0 + r
    p_tail = ((1.0 - p) + r) + (exp_tail(r) + intrinsics.mul_add(r, low, low))
    product = q * p
    product_tail = intrinsics.product_error(q, p) + intrinsics.mul_add(q, p_tail, q_tail * p)
    # Only the last step can be inexact, where the result is subnormal.
    return (product + product_tail) * exp_scale(shifted + 512.0) * 7.458340731200207e-155


def complementary_error_function(x):
    size = intrinsics.fabs(x)
    near = 1.0 - intrinsics.copysign(intrinsics.mul_add(size, near_error_terms(size * size), size), x)
    far = complement_far(intrinsics.select(size > 27.25, 27.25, intrinsics.select(size < 0.5, 0.5, size)))
    far = intrinsics.select(x < 0.0, 2.0 - far, far)
    return intrinsics.select(size < 0.5, near, intrinsics.select(is_nan(x), x, far))


def stirling_terms(z):
    # What Stirling's series adds to the logarithm of gamma, for z from 16 on.
    v = 1.0 / (z * z)
    p = intrinsics.mul_add(-1.9175269175269176e-03, v, 8.4175084175084171e-04)
    p = intrinsics.mul_add(p, v, -5.9523809523809529e-04)
    p = intrinsics.mul_add(p, v, 7.9365079365079365e-04)
    p = intrinsics.mul_add(p, v, -2.7777777777777779e-03)
    return intrinsics.mul_add(p, v, 8.3333333333333329e-02) / z


def log2_gamma(z, rest):
    # log2(gamma(z + rest)) for z from 16 on, as a sum: (z - 1/2) * log2(z) - z * log2(e) + log2(2 * pi) / 2 + the series;
    # the derivative is about log2(z) - log2(e) / (2 * z).
    high, low = log2_in_parts(z)
    factor = z - 0.5
    first = factor * high
    first_rest = intrinsics.mul_add(factor, low, intrinsics.product_error(factor, high))
    second = z * -1.4426950408889634
    second_rest = intrinsics.mul_add(z, -2.0355273740931033e-17, intrinsics.product_error(z, -1.4426950408889634))
    total = first + second
    total_rest = (first - total) + second
    total_rest = total_rest + (first_rest + second_rest)
    last = stirling_terms(z) + rest * (0.6931471805599453 * high - 0.5 / z)
    last = intrinsics.mul_add(last, 1.4426950408889634, total_rest - 7.153413670427599e-17)
    result = total + 1.3257480647361595
    return result, ((total - result) + 1.3257480647361595) + last


def rising_product(x, n):
    # x * (x + 1) * ... * (x + n - 1) as a sum times 2**-512 to some power, which is counted.
    high = 1.0
    low = 0.0
    scales = 0
    for i in range(n):
        term = x + i
        term_rest = two_sum_error(x, float(i), term)
        product = high * term
        error = intrinsics.product_error(high, term) + intrinsics.mul_add(high, term_rest, low * term)
        high = product + error
        low = (product - high) + error
        if intrinsics.fabs(high) > 1e150:
            high = high * 7.458340731200207e-155
            low = low * 7.458340731200207e-155
            scales = scales + 1
    return high, low, scales


def steps_to_16(x):
    # How often 1 must be added to x, which is above -200, to come to 16.
    return intrinsics.wrap_int(17.0 - intrinsics.floor(x)) if x < 16.0 else 0


@njit(inline='never')
def gamma_function(x):
    # Stirling's series, and below 16 the recurrence from there, also to the left of zero, as it is of fewer steps
    # than its product has bits.
    if not (x < 171.7):
        return x * math.inf
    if x < -184.0 or intrinsics.fabs(x) < 1e-30:
        return gamma_at_edge(x)
    if x < 0.0 and x == intrinsics.floor(x):
        return math.nan
    n = steps_to_16(x)
    z = x + n
    exponent, exponent_rest = log2_gamma(z, two_sum_error(x, float(n), z))
    shifted, p = exp2_of_sum(exponent, exponent_rest)
    high, low, scales = rising_product(x, n)
    power = exp_scale(shifted - 64.0)
    inverse = 1.0 / high
    q = p * inverse
    lack = (p - q * high) - intrinsics.product_error(q, high)
    result = (q + (lack - q * low) * inverse) * power
    result = result * 18446744073709551616.0
    for _ in range(scales):
        result = result * 7.458340731200207e-155
    return result


def gamma_at_edge(x):
    if intrinsics.fabs(x) < 1e-30:
        return 1.0 / x
    if x == -math.inf or x == intrinsics.floor(x):
        return math.nan
    return intrinsics.select(is_whole(0.5 * intrinsics.floor(x)), 0.0, -0.0)


def log_gamma_terms_1(t):
    # log(gamma(1 + t)) / t for |t| up to 0.2: a Chebyshev interpolation by mpmath.
    p = intrinsics.mul_add(-0.06869529258642065, t, 0.07291551561975514)
    p = intrinsics.mul_add(p, t, -0.06595321026589533)
    p = intrinsics.mul_add(p, t, 0.0706781911781102)
    p = intrinsics.mul_add(p, t, -0.07695961508730413)
    p = intrinsics.mul_add(p, t, 0.08338242400916544)
    p = intrinsics.mul_add(p, t, -0.09095343622597617)
    p = intrinsics.mul_add(p, t, 0.10009884478936122)
    p = intrinsics.mul_add(p, t, -0.11133427291151056)
    p = intrinsics.mul_add(p, t, 0.12550967695201842)
    p = intrinsics.mul_add(p, t, -0.14404989672366536)
    p = intrinsics.mul_add(p, t, 0.16955717694975594)
    p = intrinsics.mul_add(p, t, -0.20738555102880396)
    p = intrinsics.mul_add(p, t, 0.27058080842792165)
    p = intrinsics.mul_add(p, t, -0.4006856343865313)
    p = intrinsics.mul_add(p, t, 0.8224670334241131)
    return intrinsics.mul_add(p, t, -0.5772156649015329)

def log_gamma_terms_2(t):
    # log(gamma(2 + t)) / t for |t| up to 0.2.
    p = intrinsics.mul_add(-9.710700995797883e-06, t, 2.1088970402938112e-05)
    p = intrinsics.mul_add(p, t, -4.491252948209234e-05)
    p = intrinsics.mul_add(p, t, 9.94281119118419e-05)
    p = intrinsics.mul_add(p, t, -0.00022315508997900875)
    p = intrinsics.mul_add(p, t, 0.0005096702358188539)
    p = intrinsics.mul_add(p, t, -0.0011927539078103561)
    p = intrinsics.mul_add(p, t, 0.0028905103223918955)
    p = intrinsics.mul_add(p, t, -0.007385551028693563)
    p = intrinsics.mul_add(p, t, 0.020580808427826537)
    p = intrinsics.mul_add(p, t, -0.06735230105319806)
    p = intrinsics.mul_add(p, t, 0.32246703342411315)
    return intrinsics.mul_add(p, t, 0.42278433509846713)

@njit(inline='never')
def log_gamma(x):
    # Beside the zeros at 1 and 2 polynomials of their own; beside those to the left of zero the error is absolute, of about 2**-56.
    if intrinsics.fabs(x - 1.0) <= 0.2:
        return (x - 1.0) * log_gamma_terms_1(x - 1.0) + 0.0
    if intrinsics.fabs(x - 2.0) <= 0.2:
        return (x - 2.0) * log_gamma_terms_2(x - 2.0)
    if x > 1e17:
        return x * (log(x) - 1.0)
    if intrinsics.fabs(x) < 1e-18:
        return -log(intrinsics.fabs(x))
    if x < 0.0 and x == intrinsics.floor(x):
        return math.inf
    if x < -24.0:
        # The reflection, whose sine is of a number that is taken apart exactly.
        turn = x - intrinsics.round_even(x)
        high, low = log2_gamma(-x, 0.0)
        sine_log = log(intrinsics.fabs(x * sine(turn * 3.141592653589793)))
        return (1.1447298858494002 - sine_log) - (high + low) * 0.6931471805599453
    n = steps_to_16(x)
    z = x + n
    high, low = log2_gamma(z, two_sum_error(x, float(n), z))
    if n > 0:
        product, product_rest, _ = rising_product(x, n)
        size, size_rest = log2_in_parts(intrinsics.fabs(product))
        total = high - size
        low = ((high - total) - size) + (low - size_rest - product_rest / product * 1.4426950408889634)
        high = total
    result = high * 0.6931471805599453
    rest = intrinsics.mul_add(low, 0.6931471805599453, intrinsics.product_error(high, 0.6931471805599453))
    return result + intrinsics.mul_add(high, 2.3190468138462996e-17, rest)
