

# NumPy's distributions. A generator of NumPy's new kind draws normal and exponential numbers by the ziggurat method, the old one by
# the polar method and a logarithm; where the two have one algorithm for the rest, it stands here once.


def all_places(out):
    return intrinsics.contiguous(out, (out.size,))


def drawn_shape(shape, size):
    # The shape of what is drawn where parameters are arrays of a shape.
    if size is None:
        return shape
    else:
        both = shape_of_two(size, shape, 1)
        same = intrinsics.length(both) == intrinsics.length(size)
        if same:
            for k in range(intrinsics.length(size)):
                if both[k] != size[k]:
                    same = False
        if not same:
            raise ValueError(intrinsics.text("Output size ", intrinsics.str(size), " is not compatible with broadcast dimensions of inputs ", intrinsics.str(both), "."))
        return size


def all_broadcast_to(a, out):
    # The elements of `a` for those of `out`, one after another.
    return all_places(np.copy(first_broadcast(a, out.shape)))


# The standard normal and exponential distributions.


def normal_one_standard(state):
    if intrinsics.is_pcg(state):
        return ziggurat_normal(state)
    else:
        return polar_normal(state)


def exponential_one_standard(state):
    if intrinsics.is_pcg(state):
        return ziggurat_exponential(state)
    else:
        return -log1p(-next_double(state))


def ziggurat_normal(state):
    drawn = pcg_next(state)
    layer = drawn & 0xff
    k = (drawn >> 9) & 0xfffffffffffff
    x = float(np.int64(k)) * float(NORMAL_WIDTH[layer])
    if drawn & 0x100 != 0:
        x = -x
    if k < NORMAL_INSIDE[layer]:
        return x
    return ziggurat_normal_beside(state, x, layer, k)


@njit(inline='never', boundscheck=False)
def ziggurat_normal_beside(state, x, layer, k):
    # The rest of the layer is above the curve in part; beyond the strip is the tail (Marsaglia, "Generating a Variable from the
    # Tail of the Normal Distribution", 1964).
    while True:
        if layer == 0:
            beyond = normal_tail(state)
            if (k >> 8) & 1 != 0:
                return -beyond
            return beyond
        upper = float(NORMAL_HEIGHT[layer - 1])
        lower = float(NORMAL_HEIGHT[layer])
        if (upper - lower) * next_double(state) + lower < exp(-0.5 * x * x):
            return x
        drawn = pcg_next(state)
        layer = drawn & 0xff
        k = (drawn >> 9) & 0xfffffffffffff
        x = float(np.int64(k)) * float(NORMAL_WIDTH[layer])
        if drawn & 0x100 != 0:
            x = -x
        if k < NORMAL_INSIDE[layer]:
            return x


def normal_tail(state):
    while True:
        x = -0.2736612373297582 * log1p(-next_double(state))
        y = -log1p(-next_double(state))
        if y + y > x * x:
            return 3.654152885361009 + x


def ziggurat_exponential(state):
    drawn = pcg_next(state) >> 3
    layer = drawn & 0xff
    k = drawn >> 8
    x = float(np.int64(k)) * float(EXPONENTIAL_WIDTH[layer])
    if k < EXPONENTIAL_INSIDE[layer]:
        return x
    return ziggurat_exponential_beside(state, x, layer)


@njit(inline='never', boundscheck=False)
def ziggurat_exponential_beside(state, x, layer):
    while True:
        if layer == 0:
            return 7.69711747013105 - log1p(-next_double(state))
        upper = float(EXPONENTIAL_HEIGHT[layer - 1])
        lower = float(EXPONENTIAL_HEIGHT[layer])
        if (upper - lower) * next_double(state) + lower < exp(-x):
            return x
        drawn = pcg_next(state) >> 3
        layer = drawn & 0xff
        k = drawn >> 8
        x = float(np.int64(k)) * float(EXPONENTIAL_WIDTH[layer])
        if k < EXPONENTIAL_INSIDE[layer]:
            return x


def ziggurat_normal_32(state):
    while True:
        drawn = pcg_next_half(state)
        layer = drawn & 0xff
        k = (drawn >> 9) & 0x7fffff
        x = np.float32(np.int32(k)) * NORMAL_WIDTH_32[layer]
        if drawn & 0x100 != 0:
            x = -x
        if k < NORMAL_INSIDE_32[layer]:
            return x
        if layer == 0:
            return normal_tail_32(state, k)
        upper = NORMAL_HEIGHT_32[layer - 1]
        lower = NORMAL_HEIGHT_32[layer]
        if float((upper - lower) * next_float(state) + lower) < exp(-0.5 * float(x) * float(x)):
            return x


def normal_tail_32(state, k):
    while True:
        x = np.float32(-0.27366123732975827) * log1p(-next_float(state))
        y = -log1p(-next_float(state))
        if y + y > x * x:
            x = np.float32(3.6541528853610087963519472518) + x
            if (k >> 8) & 1 != 0:
                return -x
            return x


def ziggurat_exponential_32(state):
    while True:
        drawn = pcg_next_half(state) >> 1
        layer = drawn & 0xff
        k = drawn >> 8
        x = np.float32(np.int32(k)) * EXPONENTIAL_WIDTH_32[layer]
        if k < EXPONENTIAL_INSIDE_32[layer]:
            return x
        if layer == 0:
            return np.float32(7.69711747013104972) - log1p(-next_float(state))
        upper = EXPONENTIAL_HEIGHT_32[layer - 1]
        lower = EXPONENTIAL_HEIGHT_32[layer]
        if (upper - lower) * next_float(state) + lower < exp(-x):
            return x


@njit(boundscheck=False)
def polar_normal(state):
    # Two at a time, of which one is kept (Marsaglia's polar method).
    if state[625] != 0:
        state[625] = 0
        return float(intrinsics.float_of_bits(np.uint64(state[626]) | (np.uint64(state[627]) << 32)))
    x = 0.0
    y = 0.0
    square = 0.0
    while square >= 1.0 or square == 0.0:
        x = 2.0 * next_double(state) - 1.0
        y = 2.0 * next_double(state) - 1.0
        square = x * x + y * y
    factor = intrinsics.sqrt(-2.0 * log(square) / square)
    kept = intrinsics.bits(factor * x)
    state[625] = 1
    state[626] = intrinsics.wrap_uint32(kept)
    state[627] = intrinsics.wrap_uint32(kept >> 32)
    return factor * y


# One number, or an array of a size, of the distributions without parameters.


def filled_with(state, size, dtype, kind):
    # 0 is uniform, 1 normal, 2 exponential, 3 exponential by a logarithm.
    if dtype is None:
        return filled_with(state, size, np.float64, kind)
    else:
        out = np.empty(size, dtype)
        places = all_places(out)
        for i in range(len(places)):
            if intrinsics.is_cast(out, 1.0):
                places[i] = drawn_of_32(state, kind)
            else:
                places[i] = drawn_of(state, kind)
        return out


def drawn_of(state, kind):
    if kind == 0:
        return next_double(state)
    if kind == 1:
        return normal_one_standard(state)
    if kind == 2:
        return exponential_one_standard(state)
    return -log1p(-next_double(state))


def drawn_of_32(state, kind):
    if kind == 0:
        return next_float(state)
    if kind == 1:
        return ziggurat_normal_32(state)
    if kind == 2:
        return ziggurat_exponential_32(state)
    return -log1p(-next_float(state))


def drawn_standard(state, size, dtype, kind):
    if size is None:
        if dtype is None:
            return drawn_of(state, kind)
        else:
            if intrinsics.is_cast(np.zeros(1, dtype), 1.0):
                return float(drawn_of_32(state, kind))
            else:
                return drawn_of(state, kind)
    else:
        return filled_with(state, size, dtype, kind)


def generator_random(state, size=None, dtype=None):
    return drawn_standard(state, size, dtype, 0)


def generator_standard_normal(state, size=None, dtype=None):
    return drawn_standard(state, size, dtype, 1)


def generator_standard_exponential(state, size=None, dtype=None, method=0):
    if method == 1:
        return drawn_standard(state, size, dtype, 3)
    else:
        return drawn_standard(state, size, dtype, 2)


def numpy_random_sample(state, size=None):
    return drawn_standard(state, size, None, 0)


def numpy_standard_normal(state, size=None):
    return drawn_standard(state, size, None, 1)


def numpy_standard_exponential(state, size=None):
    return drawn_standard(state, size, None, 2)


def numpy_rand(state, size=None):
    if size is None:
        return next_double(state)
    else:
        return filled_with(state, size, None, 0)


def numpy_randn(state, size=None):
    if size is None:
        return normal_one_standard(state)
    else:
        return filled_with(state, size, None, 1)


# Distributions made of these.


def is_negative(x):
    # Zero can be negative, NaN cannot.
    return float(x) == float(x) and intrinsics.copysign(1.0, float(x)) < 0.0


def normal_check(loc, scale, many):
    if is_negative(scale):
        raise ValueError("scale < 0")


def normal_one(state, loc, scale):
    return float(loc) + float(scale) * normal_one_standard(state)


def random_normal(state, loc=0.0, scale=1.0, size=None):
    return normal_of_2(state, loc, scale, size)


def exponential_check(scale, many):
    if is_negative(scale):
        raise ValueError("scale < 0")


def exponential_one(state, scale):
    return float(scale) * exponential_one_standard(state)


def random_exponential(state, scale=1.0, size=None):
    return exponential_of_1(state, scale, size)


def difference_of(high, low):
    if intrinsics.is_number(high) and intrinsics.is_number(low):
        return float(high) - float(low)
    else:
        return np.asarray(high, np.float64) - np.asarray(low, np.float64)


def uniform_check(low, width, many):
    if is_negative(width):
        raise ValueError("high - low < 0")


def uniform_one(state, low, width):
    return float(low) + float(width) * next_double(state)


def generator_uniform(state, low=0.0, high=1.0, size=None):
    width = difference_of(high, low)
    if intrinsics.is_number(width):
        if not math.isfinite(width):
            raise OverflowError("high - low range exceeds valid bounds")
    else:
        check_finite(width)
    return uniform_of_2(state, low, width, size)


def check_finite(width):
    for x in all_places(np.copy(width)):
        if not math.isfinite(x):
            raise OverflowError("Range exceeds valid bounds")


def between_check(low, width, many):
    pass


def between_one(state, low, width):
    return float(low) + float(width) * next_double(state)


def numpy_uniform(state, low=0.0, high=1.0, size=None):
    width = difference_of(high, low)
    if intrinsics.is_number(width):
        if not math.isfinite(width):
            raise OverflowError("Range exceeds valid bounds")
    else:
        check_finite(width)
    return between_of_2(state, low, width, size)


def lognormal_check(mean, sigma, many):
    if is_negative(sigma):
        raise ValueError("sigma < 0")


def lognormal_one(state, mean, sigma):
    return exp(normal_one(state, mean, sigma))


def random_lognormal(state, mean=0.0, sigma=1.0, size=None):
    return lognormal_of_2(state, mean, sigma, size)


def standard_gamma_check(shape, many):
    if is_negative(shape):
        raise ValueError("shape < 0")


def standard_gamma_one(state, shape):
    # Marsaglia and Tsang, "A Simple Method for Generating Gamma Variables", 2000; below 1 Ahrens and Dieter's, 1974.
    shape = float(shape)
    if shape == 1.0:
        return exponential_one_standard(state)
    if shape == 0.0:
        return 0.0
    if shape < 1.0:
        while True:
            u = next_double(state)
            v = exponential_one_standard(state)
            if u <= 1.0 - shape:
                x = power(u, 1.0 / shape)
                if x <= v:
                    return x
            else:
                y = -log((1.0 - u) / shape)
                x = power(1.0 - shape + shape * y, 1.0 / shape)
                if x <= v + y:
                    return x
    b = shape - 1.0 / 3.0
    c = 1.0 / intrinsics.sqrt(9.0 * b)
    while True:
        x = normal_one_standard(state)
        v = 1.0 + c * x
        while v <= 0.0:
            x = normal_one_standard(state)
            v = 1.0 + c * x
        v = v * v * v
        u = next_double(state)
        if u < 1.0 - 0.0331 * (x * x) * (x * x):
            return b * v
        if log(u) < 0.5 * x * x + b * (1.0 - v + log(v)):
            return b * v


def random_standard_gamma(state, shape, size=None):
    return standard_gamma_of_1(state, shape, size)


def gamma_check(shape, scale, many):
    if is_negative(shape):
        raise ValueError("shape < 0")
    if is_negative(scale):
        raise ValueError("scale < 0")


def gamma_one(state, shape, scale):
    return float(scale) * standard_gamma_one(state, shape)


def random_gamma(state, shape, scale=1.0, size=None):
    return gamma_of_2(state, shape, scale, size)
