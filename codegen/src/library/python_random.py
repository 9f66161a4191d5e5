

# CPython's module `random`, with its generator's state.


def python_random(state):
    return next_double(state)


def python_uniform(state, a, b):
    return float(a) + (float(b) - float(a)) * next_double(state)


def python_getrandbits(state, k):
    if k < 0:
        raise ValueError("number of bits must be non-negative")
    if k > 64:
        raise OverflowError("a number of more than 64 bits is no int of kernels")
    bits = random_bits(state, k)
    intrinsics.overflow_unless(bits >> 63 == 0)
    return intrinsics.wrap_int(bits)


def random_bits(state, k):
    if k == 0:
        return np.uint64(0)
    if k <= 32:
        return np.uint64(twister_next(state)) >> (32 - k)
    low = np.uint64(twister_next(state))
    return low | ((np.uint64(twister_next(state)) >> (64 - k)) << 32)


def python_below(state, n):
    # A number below one that is above 0.
    bits = 64 - int(intrinsics.leading_zeros(np.uint64(n)))
    drawn = random_bits(state, bits)
    while drawn >= np.uint64(n):
        drawn = random_bits(state, bits)
    return intrinsics.wrap_int(drawn)


def python_randrange(state, start, stop=None, step=1):
    if stop is None:
        if start <= 0:
            raise ValueError("empty range for randrange()")
        return python_below(state, start)
    else:
        width = stop - start
        if step == 1:
            if width <= 0:
                raise ValueError(intrinsics.text("empty range for randrange() (", start, ", ", stop, ", ", width, ")"))
            return start + python_below(state, width)
        if step == 0:
            raise ValueError("zero step for randrange()")
        n = 0
        if step > 0:
            n = (width + step - 1) // step
        else:
            n = (width + step + 1) // step
        if n <= 0:
            raise ValueError("empty range for randrange()")
        return start + step * python_below(state, n)


def python_randint(state, a, b):
    return python_randrange(state, a, b + 1, 1)


def python_choice(state, seq):
    if len(seq) == 0:
        raise IndexError("Cannot choose from an empty sequence")
    return seq[python_below(state, len(seq))]


def python_shuffle(state, x):
    for i in range(len(x) - 1, 0, -1):
        j = python_below(state, i + 1)
        moved = x[j]
        x[j] = x[i]
        x[i] = moved


@njit(boundscheck=False)
def python_gauss(state, mu=0.0, sigma=1.0):
    # Two at a time, of which one is kept (Box and Muller's transform).
    if state[625] != 0:
        state[625] = 0
        kept = intrinsics.float_of_bits(np.uint64(state[626]) | (np.uint64(state[627]) << 32))
        return float(mu) + float(kept) * float(sigma)
    angle = next_double(state) * 6.283185307179586
    radius = intrinsics.sqrt(-2.0 * log(1.0 - next_double(state)))
    kept = intrinsics.bits(sine(angle) * radius)
    state[625] = 1
    state[626] = intrinsics.wrap_uint32(kept)
    state[627] = intrinsics.wrap_uint32(kept >> 32)
    return float(mu) + cosine(angle) * radius * float(sigma)


def python_normalvariate(state, mu=0.0, sigma=1.0):
    # Kinderman and Monahan, "Computer Generation of Random Variables Using the Ratio of Uniform Deviates", 1977.
    while True:
        u = next_double(state)
        v = 1.0 - next_double(state)
        z = 1.7155277699214135 * (u - 0.5) / v
        if z * z / 4.0 <= -log(v):
            return float(mu) + z * float(sigma)


def python_lognormvariate(state, mu, sigma):
    x = python_normalvariate(state, mu, sigma)
    result = exp(x)
    if math.isinf(result) and not math.isinf(x):
        raise OverflowError("math range error")
    return result


def python_expovariate(state, lambd):
    x = -log(1.0 - next_double(state))
    if float(lambd) == 0.0:
        raise ZeroDivisionError("float division by zero")
    return x / float(lambd)


def python_triangular(state, low=0.0, high=1.0, mode=None):
    u = next_double(state)
    low = float(low)
    high = float(high)
    c = 0.5
    if mode is not None:
        if high == low:
            return low
        c = (float(mode) - low) / (high - low)
    if u > c:
        return high + (low - high) * intrinsics.sqrt((1.0 - u) * (1.0 - c))
    return low + (high - low) * intrinsics.sqrt(u * c)


def python_vonmisesvariate(state, mu, kappa):
    kappa = float(kappa)
    if kappa <= 1e-6:
        return 6.283185307179586 * next_double(state)
    s = 0.5 / kappa
    r = s + intrinsics.sqrt(1.0 + s * s)
    z = 0.0
    while True:
        z = cosine(3.141592653589793 * next_double(state))
        d = z / (r + z)
        u = next_double(state)
        if u < 1.0 - d * d or u <= (1.0 - d) * exp(d):
            break
    q = 1.0 / r
    angle = arccosine((q + z) / (1.0 + q * z))
    if next_double(state) > 0.5:
        return (float(mu) + angle) % 6.283185307179586
    return (float(mu) - angle) % 6.283185307179586


def python_gammavariate(state, alpha, beta):
    alpha = float(alpha)
    beta = float(beta)
    if alpha <= 0.0 or beta <= 0.0:
        raise ValueError("gammavariate: alpha and beta must be > 0.0")
    if alpha > 1.0:
        # Cheng, "The Generation of Gamma Variables with Non-integral Shape Parameters", 1977.
        a = intrinsics.sqrt(2.0 * alpha - 1.0)
        b = alpha - 1.3862943611198906
        c = alpha + a
        while True:
            u = next_double(state)
            if 1e-7 < u and u < 0.9999999:
                w = 1.0 - next_double(state)
                v = log(u / (1.0 - u)) / a
                x = alpha * exp(v)
                z = u * u * w
                r = b + c * v - x
                if r + 2.504077396776274 - 4.5 * z >= 0.0 or r >= log(z):
                    return x * beta
    if alpha == 1.0:
        return -log(1.0 - next_double(state)) * beta
    # Ahrens and Dieter's GS.
    while True:
        b = (2.718281828459045 + alpha) / 2.718281828459045
        p = b * next_double(state)
        x = 0.0
        if p <= 1.0:
            x = power(p, 1.0 / alpha)
        else:
            x = -log((b - p) / alpha)
        u = next_double(state)
        if p > 1.0:
            if u <= power(x, alpha - 1.0):
                return x * beta
        elif u <= exp(-x):
            return x * beta


def python_betavariate(state, alpha, beta):
    y = python_gammavariate(state, alpha, 1.0)
    if y == 0.0:
        return 0.0
    return y / (y + python_gammavariate(state, beta, 1.0))


def python_paretovariate(state, alpha):
    u = 1.0 - next_double(state)
    if float(alpha) == 0.0:
        raise ZeroDivisionError("float division by zero")
    return power(u, -1.0 / float(alpha))


def python_weibullvariate(state, alpha, beta):
    u = 1.0 - next_double(state)
    if float(beta) == 0.0:
        raise ZeroDivisionError("float division by zero")
    return float(alpha) * power(-log(u), 1.0 / float(beta))
