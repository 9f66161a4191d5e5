

# More of NumPy's distributions: what is made of uniform, normal, exponential and gamma numbers, and whole numbers.


def beta_check(a, b, many):
    if float(a) <= 0.0:
        raise ValueError("a <= 0")
    if float(b) <= 0.0:
        raise ValueError("b <= 0")


def beta_one(state, a, b):
    a = float(a)
    b = float(b)
    if a > 1.0 or b > 1.0:
        x = standard_gamma_one(state, a)
        y = standard_gamma_one(state, b)
        return x / (x + y)
    # Johnk, "Erzeugung von betaverteilten und gammaverteilten Zufallszahlen", 1964.
    while True:
        u = next_double(state)
        v = next_double(state)
        x = power(u, 1.0 / a)
        y = power(v, 1.0 / b)
        if x + y <= 1.0 and (x + y > 0.0 or u + v > 0.0):
            if x + y > 0.0:
                return x / (x + y)
            p = log(u) / a
            q = log(v) / b
            most = q
            if p > q:
                most = p
            p = p - most
            q = q - most
            return exp(p - log(exp(p) + exp(q)))


def random_beta(state, a, b, size=None):
    return beta_of_2(state, a, b, size)


def chisquare_check(df, many):
    if float(df) <= 0.0:
        raise ValueError("df <= 0")


def chisquare_one(state, df):
    return 2.0 * standard_gamma_one(state, float(df) / 2.0)


def random_chisquare(state, df, size=None):
    return chisquare_of_1(state, df, size)


def f_check(dfnum, dfden, many):
    if float(dfnum) <= 0.0:
        raise ValueError("dfnum <= 0")
    if float(dfden) <= 0.0:
        raise ValueError("dfden <= 0")


def f_one(state, dfnum, dfden):
    above = chisquare_one(state, dfnum) * float(dfden)
    return above / (chisquare_one(state, dfden) * float(dfnum))


def random_f(state, dfnum, dfden, size=None):
    return f_of_2(state, dfnum, dfden, size)


def standard_t_check(df, many):
    if float(df) <= 0.0:
        raise ValueError("df <= 0")


def standard_t_one(state, df):
    x = normal_one_standard(state)
    y = standard_gamma_one(state, float(df) / 2.0)
    return intrinsics.sqrt(float(df) / 2.0) * x / intrinsics.sqrt(y)


def random_standard_t(state, df, size=None):
    return standard_t_of_1(state, df, size)


def random_standard_cauchy(state, size=None):
    if size is None:
        return cauchy_one(state)
    else:
        out = np.empty(size, np.float64)
        places = all_places(out)
        for i in range(len(places)):
            places[i] = cauchy_one(state)
        return out


def cauchy_one(state):
    x = normal_one_standard(state)
    return x / normal_one_standard(state)


def pareto_check(a, many):
    if float(a) <= 0.0:
        raise ValueError("a <= 0")


def pareto_one(state, a):
    if intrinsics.is_pcg(state):
        return expm1(exponential_one_standard(state) / float(a))
    else:
        return exp(exponential_one_standard(state) / float(a)) - 1.0


def random_pareto(state, a, size=None):
    return pareto_of_1(state, a, size)


def weibull_check(a, many):
    if is_negative(a):
        raise ValueError("a < 0")


def weibull_one(state, a):
    if float(a) == 0.0:
        return 0.0
    return power(exponential_one_standard(state), 1.0 / float(a))


def random_weibull(state, a, size=None):
    return weibull_of_1(state, a, size)


def power_check(a, many):
    if float(a) <= 0.0:
        raise ValueError("a <= 0")


def power_one(state, a):
    if intrinsics.is_pcg(state):
        return power(-expm1(-exponential_one_standard(state)), 1.0 / float(a))
    else:
        return power(1.0 - exp(-exponential_one_standard(state)), 1.0 / float(a))


def random_power(state, a, size=None):
    return power_of_1(state, a, size)


def laplace_check(loc, scale, many):
    if is_negative(scale):
        raise ValueError("scale < 0")


def laplace_one(state, loc, scale):
    u = next_double(state)
    while u == 0.0:
        u = next_double(state)
    if u >= 0.5:
        return float(loc) - float(scale) * log(2.0 - u - u)
    return float(loc) + float(scale) * log(u + u)


def random_laplace(state, loc=0.0, scale=1.0, size=None):
    return laplace_of_2(state, loc, scale, size)


def gumbel_check(loc, scale, many):
    if is_negative(scale):
        raise ValueError("scale < 0")


def gumbel_one(state, loc, scale):
    u = 1.0 - next_double(state)
    while u >= 1.0:
        u = 1.0 - next_double(state)
    return float(loc) - float(scale) * log(-log(u))


def random_gumbel(state, loc=0.0, scale=1.0, size=None):
    return gumbel_of_2(state, loc, scale, size)


def logistic_check(loc, scale, many):
    if is_negative(scale):
        raise ValueError("scale < 0")


def logistic_one(state, loc, scale):
    u = next_double(state)
    while u == 0.0:
        u = next_double(state)
    return float(loc) + float(scale) * log(u / (1.0 - u))


def random_logistic(state, loc=0.0, scale=1.0, size=None):
    return logistic_of_2(state, loc, scale, size)


def rayleigh_check(scale, many):
    if is_negative(scale):
        raise ValueError("scale < 0")


def rayleigh_one(state, scale):
    if intrinsics.is_pcg(state):
        return float(scale) * intrinsics.sqrt(2.0 * exponential_one_standard(state))
    else:
        return float(scale) * intrinsics.sqrt(-2.0 * log1p(-next_double(state)))


def random_rayleigh(state, scale=1.0, size=None):
    return rayleigh_of_1(state, scale, size)


def wald_check(mean, scale, many):
    if float(mean) <= 0.0:
        raise ValueError("mean <= 0")
    if float(scale) <= 0.0:
        raise ValueError("scale <= 0")


def wald_one(state, mean, scale):
    # Michael, Schucany and Haas, "Generating Random Variates Using Transformations with Multiple Roots", 1976.
    mean = float(mean)
    scale = float(scale)
    y = normal_one_standard(state)
    x = 0.0
    if intrinsics.is_pcg(state):
        y = mean * y * y
        d = 1.0 + intrinsics.sqrt(1.0 + 4.0 * scale / y)
        x = mean * (1.0 - 2.0 / d)
    else:
        y = mean * y * y
        x = mean + mean / (2.0 * scale) * (y - intrinsics.sqrt(4.0 * scale * y + y * y))
    u = next_double(state)
    if u <= mean / (mean + x):
        return x
    return mean * mean / x


def random_wald(state, mean, scale, size=None):
    return wald_of_2(state, mean, scale, size)


def triangular_check(left, mode, right, many):
    if float(left) > float(mode):
        raise ValueError("left > mode")
    if float(mode) > float(right):
        raise ValueError("mode > right")
    if float(left) == float(right):
        raise ValueError("left == right")


def triangular_one(state, left, mode, right):
    left = float(left)
    right = float(right)
    base = right - left
    rise = float(mode) - left
    u = next_double(state)
    if u <= rise / base:
        return left + intrinsics.sqrt(u * (rise * base))
    return right - intrinsics.sqrt((1.0 - u) * ((right - float(mode)) * base))


def random_triangular(state, left, mode, right, size=None):
    return triangular_of_3(state, left, mode, right, size)


def vonmises_check(mu, kappa, many):
    if is_negative(kappa):
        raise ValueError("kappa < 0")


def vonmises_one(state, mu, kappa):
    # Best and Fisher, "Efficient Simulation of the von Mises Distribution", 1979; beside a large kappa a normal number.
    mu = float(mu)
    kappa = float(kappa)
    if kappa != kappa:
        return math.nan
    if kappa < 1e-8:
        return 3.141592653589793 * (2.0 * next_double(state) - 1.0)
    if kappa > 1e6 and intrinsics.is_pcg(state):
        return vonmises_as_normal(state, mu, kappa)
    s = 1.0 / kappa + kappa
    if kappa >= 1e-5:
        r = 1.0 + intrinsics.sqrt(1.0 + 4.0 * kappa * kappa)
        rho = (r - intrinsics.sqrt(2.0 * r)) / (2.0 * kappa)
        s = (1.0 + rho * rho) / (2.0 * rho)
    w = 0.0
    while True:
        z = cosine(3.141592653589793 * next_double(state))
        w = (1.0 + s * z) / (s + z)
        y = kappa * (s - w)
        v = next_double(state)
        if y * (2.0 - y) - v >= 0.0 or log(y / v) + 1.0 - y >= 0.0:
            break
    u = next_double(state)
    angle = arccosine(w)
    if u < 0.5:
        angle = -angle
    return angle_around(angle + mu)


def vonmises_as_normal(state, mu, kappa):
    angle = mu + intrinsics.sqrt(1.0 / kappa) * normal_one_standard(state)
    if angle < -3.141592653589793:
        angle = angle + 6.283185307179586
    if angle > 3.141592653589793:
        angle = angle - 6.283185307179586
    return angle


def angle_around(angle):
    # An angle from -pi to pi.
    size = intrinsics.fabs(angle)
    size = fmod(size + 3.141592653589793, 6.283185307179586) - 3.141592653589793
    if angle < 0.0:
        return -size
    return size


def random_vonmises(state, mu, kappa, size=None):
    return vonmises_of_2(state, mu, kappa, size)


# Whole numbers.


def poisson_check(lam, many):
    if not float(lam) >= 0.0:
        if many:
            raise ValueError("lam < 0 or lam contains NaNs")
        raise ValueError("lam < 0 or lam is NaN")
    if float(lam) > 9.223372006484771e18:
        raise ValueError("lam value too large")


def poisson_one(state, lam):
    lam = float(lam)
    if lam >= 10.0:
        return poisson_by_rejection(state, lam)
    if lam == 0.0:
        return 0
    least = exp(-lam)
    count = 0
    product = next_double(state)
    while product > least:
        count = count + 1
        product = product * next_double(state)
    return count


def poisson_by_rejection(state, lam):
    # Hormann, "The Transformed Rejection Method for Generating Poisson Random Variables", 1993.
    root = intrinsics.sqrt(lam)
    loglam = log(lam)
    b = 0.931 + 2.53 * root
    a = -0.059 + 0.02483 * b
    inverse = 1.1239 + 1.1328 / (b - 3.4)
    v_r = 0.9277 - 3.6224 / (b - 2.0)
    while True:
        u = next_double(state) - 0.5
        v = next_double(state)
        us = 0.5 - intrinsics.fabs(u)
        k = intrinsics.floor((2.0 * a / us + b) * u + lam + 0.43)
        if us >= 0.07 and v <= v_r:
            return intrinsics.wrap_int(k)
        if k >= 0.0 and not (us < 0.013 and v > us):
            if log(v) + log(inverse) - log(a / (us * us) + b) <= -lam + k * loglam - log_of_gamma(k + 1.0):
                return intrinsics.wrap_int(k)


def log_of_gamma(x):
    # Stirling's series, as in Zhang and Jin, "Computation of Special Functions", 1996.
    if x == 1.0 or x == 2.0:
        return 0.0
    n = 0
    if x <= 7.0:
        n = intrinsics.wrap_int(7.0 - x)
    far = x + float(n)
    square = 1.0 / (far * far)
    series = -1.39243221690590e+00
    series = series * square + 1.796443723688307e-01
    series = series * square + -2.955065359477124e-02
    series = series * square + 6.410256410256410e-03
    series = series * square + -1.917526917526918e-03
    series = series * square + 8.417508417508418e-04
    series = series * square + -5.952380952380952e-04
    series = series * square + 7.936507936507937e-04
    series = series * square + -2.777777777777778e-03
    series = series * square + 8.333333333333333e-02
    result = series / far + 0.5 * 1.8378770664093453 + (far - 0.5) * log(far) - far
    for _ in range(n):
        result = result - log(far - 1.0)
        far = far - 1.0
    return result


def random_poisson(state, lam=1.0, size=None):
    return poisson_of_1(state, lam, size)


def negative_binomial_check(n, p, many):
    if float(n) <= 0.0:
        raise ValueError("n <= 0")
    if not (float(p) > 0.0 and float(p) <= 1.0):
        raise ValueError("p <= 0, p > 1 or p contains NaNs")


def negative_binomial_one(state, n, p):
    return poisson_one(state, gamma_one(state, n, (1.0 - float(p)) / float(p)))


def random_negative_binomial(state, n, p, size=None):
    return negative_binomial_of_2(state, n, p, size)


def geometric_check(p, many):
    if not (float(p) > 0.0 and float(p) <= 1.0):
        raise ValueError("p <= 0, p > 1 or p contains NaNs")


def geometric_one(state, p):
    p = float(p)
    if p < 0.3333333333333333:
        if intrinsics.is_pcg(state):
            z = intrinsics.ceil(-exponential_one_standard(state) / log1p(-p))
            if z >= 9.223372036854776e18:
                return 9223372036854775807
            return intrinsics.wrap_int(z)
        else:
            return intrinsics.wrap_int(intrinsics.ceil(log1p(-next_double(state)) / log(1.0 - p)))
    count = 1
    total = p
    part = p
    u = next_double(state)
    while u > total:
        part = part * (1.0 - p)
        total = total + part
        count = count + 1
    return count


def random_geometric(state, p, size=None):
    return geometric_of_1(state, p, size)


def logseries_check(p, many):
    if not (float(p) >= 0.0 and float(p) < 1.0):
        if many:
            raise ValueError("p < 0, p >= 1 or p contains NaNs")
        raise ValueError("p < 0, p >= 1 or p is NaN")


def logseries_one(state, p):
    # Kemp, "Efficient Generation of Logarithmically Distributed Pseudo-Random Variables", 1981.
    p = float(p)
    r = log1p(-p)
    while True:
        v = next_double(state)
        if v >= p:
            return 1
        u = next_double(state)
        q = -expm1(r * u)
        if v <= q * q:
            count = intrinsics.floor(1.0 + log(v) / log(q))
            if count >= 1.0 and v != 0.0:
                return intrinsics.wrap_int(count)
        elif v >= q:
            return 1
        else:
            return 2


def random_logseries(state, p, size=None):
    return logseries_of_1(state, p, size)


def noncentral_chisquare_check(df, nonc, many):
    if float(df) <= 0.0:
        raise ValueError("df <= 0")
    if is_negative(nonc):
        raise ValueError("nonc < 0")


def noncentral_chisquare_one(state, df, nonc):
    df = float(df)
    nonc = float(nonc)
    if nonc != nonc:
        return math.nan
    if nonc == 0.0:
        return chisquare_one(state, df)
    if df > 1.0:
        rest = chisquare_one(state, df - 1.0)
        x = normal_one_standard(state) + intrinsics.sqrt(nonc)
        return rest + x * x
    count = poisson_one(state, nonc / 2.0)
    return chisquare_one(state, df + 2.0 * float(count))


def random_noncentral_chisquare(state, df, nonc, size=None):
    return noncentral_chisquare_of_2(state, df, nonc, size)
