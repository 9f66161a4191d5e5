

# Generators of random bits, as NumPy and CPython have them.
#
# A state of PCG64 is an array of six uint64: the number, upper half first, and its increment likewise; whether half of a draw is
# kept, and that half (O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms for Random Number
# Generation", 2014). Every such array is a generator's, so that indices below six need no check.
#
# A state of MT19937 is an array of 628 uint32, which `pykernel_abi::random` tells (Matsumoto and Nishimura, "Mersenne Twister: A
# 623-dimensionally equidistributed uniform pseudorandom number generator", 1998). The program keeps two for each thread: 0 is
# NumPy's, 1 Python's.


@njit(boundscheck=False)
def pcg_next(state):
    # A step of the linear congruential generator modulo 2**128, whose halves are put together and turned (XSL-RR).
    before = state[1]
    step = state[3]
    low = before * np.uint64(0x4385df649fccf645) + step
    high = intrinsics.multiply_high(before, np.uint64(0x4385df649fccf645)) + before * np.uint64(0x2360ed051fc65da4)
    high = high + state[0] * np.uint64(0x4385df649fccf645) + state[2] + np.uint64(low < step)
    state[0] = high
    state[1] = low
    folded = high ^ low
    turn = high >> 58
    return (folded >> turn) | (folded << ((64 - turn) & 63))


@njit(boundscheck=False)
def pcg_next_half(state):
    # The lower half of a draw first, then the upper one.
    if state[4] != 0:
        state[4] = 0
        return intrinsics.wrap_uint32(state[5])
    drawn = pcg_next(state)
    state[4] = 1
    state[5] = drawn >> 32
    return intrinsics.wrap_uint32(drawn)


@njit(boundscheck=False)
def twister_next(state):
    place = state[624]
    if place >= 624:
        twister_refill(state)
        place = np.uint32(0)
    y = state[place]
    state[624] = place + 1
    y = y ^ (y >> 11)
    y = y ^ ((y << 7) & np.uint32(0x9d2c5680))
    y = y ^ ((y << 15) & np.uint32(0xefc60000))
    return y ^ (y >> 18)


@njit(inline='never', boundscheck=False)
def twister_refill(state):
    for k in range(227):
        state[k] = state[k + 397] ^ twisted(state[k], state[k + 1])
    for k in range(227, 623):
        state[k] = state[k - 227] ^ twisted(state[k], state[k + 1])
    state[623] = state[396] ^ twisted(state[623], state[0])


def twisted(upper, lower):
    y = (upper & np.uint32(0x80000000)) | (lower & np.uint32(0x7fffffff))
    return (y >> 1) ^ (np.uint32(0x9908b0df) * (y & 1))


def next_uint32(state):
    if intrinsics.is_pcg(state):
        return pcg_next_half(state)
    else:
        return twister_next(state)


def next_uint64(state):
    if intrinsics.is_pcg(state):
        return pcg_next(state)
    else:
        high = np.uint64(twister_next(state))
        return (high << 32) | np.uint64(twister_next(state))


def next_double(state):
    # 53 bits between 0 and 1.
    if intrinsics.is_pcg(state):
        return float(np.int64(pcg_next(state) >> 11)) * 1.1102230246251565e-16
    else:
        high = twister_next(state) >> 5
        low = twister_next(state) >> 6
        return (float(high) * 67108864.0 + float(low)) * 1.1102230246251565e-16


def next_float(state):
    # 24 bits between 0 and 1.
    return np.float32(np.int32(next_uint32(state) >> 8)) * np.float32(5.9604644775390625e-08)


# Seeds. `SeedSequence` hashes a seed's words of 32 bits into a pool of four, and the pool into as many words as are asked for
# (O'Neill, "Developing a seed_seq Alternative", 2015).


def seed_hashed(value, factor):
    value = (value ^ factor) * (factor * np.uint32(0x931e8875))
    return value ^ (value >> 16)


def seed_mixed(x, y):
    mixed = np.uint32(0xca01f9dd) * x - np.uint32(0x4973f715) * y
    return mixed ^ (mixed >> 16)


def seed_pool(pool):
    # The words of the seed become the pool.
    factor = np.uint32(0x43b0d7e5)
    for k in range(4):
        pool[k] = seed_hashed(pool[k], factor)
        factor = factor * np.uint32(0x931e8875)
    for source in range(4):
        for k in range(4):
            if source != k:
                pool[k] = seed_mixed(pool[k], seed_hashed(pool[source], factor))
                factor = factor * np.uint32(0x931e8875)


def seed_words(pool, words):
    factor = np.uint32(0x8b51f9dd)
    for k in range(len(words)):
        word = pool[k & 3] ^ factor
        factor = factor * np.uint32(0x58f38ded)
        word = word * factor
        words[k] = word ^ (word >> 16)


def default_rng(seed=None):
    pool = np.zeros(4, np.uint32)
    if seed is None:
        pool[:] = intrinsics.random_state(2)[:4]
    else:
        if seed < 0:
            raise ValueError("expected non-negative integer")
        bits = np.uint64(seed)
        pool[0] = intrinsics.wrap_uint32(bits)
        pool[1] = intrinsics.wrap_uint32(bits >> 32)
    seed_pool(pool)
    words = np.zeros(8, np.uint32)
    seed_words(pool, words)
    state = np.zeros(6, np.uint64)
    pcg_start(state, words)
    return intrinsics.generator(state)


def pcg_start(state, words):
    # The words are a number and an increment, of which each is two uint64, upper half first.
    high = np.uint64(words[0]) | (np.uint64(words[1]) << 32)
    low = np.uint64(words[2]) | (np.uint64(words[3]) << 32)
    step_high = np.uint64(words[4]) | (np.uint64(words[5]) << 32)
    step_low = np.uint64(words[6]) | (np.uint64(words[7]) << 32)
    state[2] = (step_high << 1) | (step_low >> 63)
    state[3] = (step_low << 1) | 1
    pcg_next(state)
    before = state[1]
    state[1] = before + low
    state[0] = state[0] + high + np.uint64(state[1] < low)
    pcg_next(state)


def numpy_seed(state, seed=None):
    if seed is None:
        forget_seed(state)
    else:
        if seed < 0 or seed > 4294967295:
            raise ValueError("Seed must be between 0 and 2**32 - 1")
        twister_start(state, np.uint32(seed))


def twister_start(state, seed):
    for k in range(624):
        state[k] = seed
        seed = np.uint32(1812433253) * (seed ^ (seed >> 30)) + np.uint32(k + 1)
    state[624] = 624
    state[625] = 0


def forget_seed(state):
    pool = np.zeros(4, np.uint32)
    pool[:] = intrinsics.random_state(2)[:4]
    seed_pool(pool)
    seed_words(pool, state[:624])
    state[0] = 0x80000000
    state[624] = 624
    state[625] = 0


def python_seed(state, a=None):
    if a is None:
        forget_seed(state)
    else:
        # The absolute value's words, of which there is at least one.
        bits = intrinsics.wrap_uint64(a)
        if a < 0:
            bits = np.uint64(0) - bits
        low = intrinsics.wrap_uint32(bits)
        high = intrinsics.wrap_uint32(bits >> 32)
        twister_start(state, np.uint32(19650218))
        words = 1
        if high != 0:
            words = 2
        word = 0
        place = 1
        for _ in range(624):
            before = state[place - 1]
            part = low
            if word == 1:
                part = high
            state[place] = (state[place] ^ ((before ^ (before >> 30)) * np.uint32(1664525))) + part + np.uint32(word)
            place = place + 1
            word = word + 1
            if place >= 624:
                state[0] = state[623]
                place = 1
            if word >= words:
                word = 0
        for _ in range(623):
            before = state[place - 1]
            state[place] = (state[place] ^ ((before ^ (before >> 30)) * np.uint32(1566083941))) - np.uint32(place)
            place = place + 1
            if place >= 624:
                state[0] = state[623]
                place = 1
        state[0] = 0x80000000


# Numbers below a bound.


def bit_mask(most):
    # All bits up to the highest one of a uint64 that is not 0.
    return np.uint64(0xffffffffffffffff) >> intrinsics.leading_zeros(most)


def below_masked(state, most):
    # A uint64 up to `most`: draws of as many bits as it has are taken until one is not above.
    if most == 0:
        return most
    mask = bit_mask(most)
    if most <= 0xffffffff:
        drawn = np.uint64(next_uint32(state)) & mask
        while drawn > most:
            drawn = np.uint64(next_uint32(state)) & mask
        return drawn
    drawn = next_uint64(state) & mask
    while drawn > most:
        drawn = next_uint64(state) & mask
    return drawn


def below_scaled(state, most):
    # A uint64 up to `most`: the upper half of a product, where the lower one is not among the few that would make some of them
    # more likely (Lemire, "Fast Random Integer Generation in an Interval", 2019).
    if most == 0:
        return most
    if most < 0xffffffff:
        return below_scaled_32(state, most + 1)
    if most == 0xffffffff:
        return np.uint64(next_uint32(state))
    if most == np.uint64(0xffffffffffffffff):
        return next_uint64(state)
    count = most + 1
    drawn = next_uint64(state)
    if drawn * count < count:
        least = (np.uint64(0) - count) % count
        while drawn * count < least:
            drawn = next_uint64(state)
    return intrinsics.multiply_high(drawn, count)


def below_scaled_32(state, count):
    product = np.uint64(next_uint32(state)) * count
    if (product & 0xffffffff) < count:
        least = (np.uint64(0x100000000) - count) % count
        while (product & 0xffffffff) < least:
            product = np.uint64(next_uint32(state)) * count
    return product >> 32


def below(state, most):
    if intrinsics.is_pcg(state):
        return below_scaled(state, most)
    else:
        return below_masked(state, most)
