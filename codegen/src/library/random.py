# `numba.cuda.random`: xoroshiro128+ of 2016, by David Blackman and Sebastiano Vigna (prng.di.unimi.it/xoroshiro128plus.c), seeded by
# splitmix64 (prng.di.unimi.it/splitmix64.c). A state is an array of two uint64.

import numpy as np

import intrinsics


def xoroshiro_next(state):
    s0 = state[0]
    s1 = state[1]
    changed = s0 ^ s1
    state[0] = ((s0 << 55) | (s0 >> 9)) ^ changed ^ (changed << 14)
    state[1] = (changed << 36) | (changed >> 28)
    return s0 + s1


def xoroshiro_jump(state):
    # The polynomial of 2**64 steps: a coefficient for each step.
    s0 = np.uint64(0)
    s1 = np.uint64(0)
    for word in (np.uint64(0xbeac0467eba5facb), np.uint64(0xd86b048b86aa9922)):
        for _ in range(64):
            if word & 1 != 0:
                s0 = s0 ^ state[0]
                s1 = s1 ^ state[1]
            word = word >> 1
            xoroshiro_next(state)
    state[0] = s0
    state[1] = s1


def xoroshiro_init(state, seed):
    # Both halves are the first number of splitmix64, as in Numba.
    z = seed + 0x9e3779b97f4a7c15
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb
    z = z ^ (z >> 31)
    state[0] = z
    state[1] = z


def xoroshiro_uniform_float64(state):
    # The upper 53 bits, which a float64 holds, times 2**-53.
    return np.float64(xoroshiro_next(state) >> 11) * 1.1102230246251565e-16


def xoroshiro_uniform_float32(state):
    # Rounded from 53 bits, and so at times to 1.
    return np.float32(xoroshiro_uniform_float64(state))


# Box and Muller's transform of two uniform numbers, of which Numba draws float32 for both widths. It takes the one with the cosine.


def xoroshiro_normal_float32(state):
    u1 = xoroshiro_uniform_float32(state)
    u2 = xoroshiro_uniform_float32(state)
    return intrinsics.sqrt(-2.0 * log(u1)) * cosine(6.283185307179586 * u2)


def xoroshiro_normal_float64(state):
    u1 = xoroshiro_uniform_float32(state)
    u2 = xoroshiro_uniform_float32(state)
    return intrinsics.sqrt(-2.0 * np.float64(log(u1))) * cosine(6.283185307179586 * np.float64(u2))
