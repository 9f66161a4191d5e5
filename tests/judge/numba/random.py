"""A stand-in for `numba.cuda.random`: xoroshiro128+ on Python's integers. A state is a row of two `uint64`."""

import math

import numpy as np

from .types import Array, uint64

WORD = (1 << 64) - 1


class StateType:
    """`xoroshiro128p_type`, which is subscripted alone."""

    def __getitem__(self, axis):
        return Array(uint64, 2, Array.of_axes(uint64, axis).layout)


xoroshiro128p_type = StateType()


def rotated(x, count):
    """The bits of a word, turned to the left."""
    return (x << count | x >> 64 - count) & WORD


def xoroshiro128p_next(states, index):
    """The next number of a generator."""
    state = states[index]
    s0, s1 = int(state[0]), int(state[1])
    changed = s0 ^ s1
    state[0] = rotated(s0, 55) ^ changed ^ changed << 14 & WORD
    state[1] = rotated(changed, 36)
    return np.uint64(s0 + s1 & WORD)


def xoroshiro128p_jump(states, index):
    """Skips 2**64 numbers."""
    sums = [0, 0]
    for word in (0xBEAC0467EBA5FACB, 0xD86B048B86AA9922):
        for bit in range(64):
            if word >> bit & 1:
                sums = [total ^ int(part) for total, part in zip(sums, states[index])]
            xoroshiro128p_next(states, index)
    states[index] = sums


def init_xoroshiro128p_state(states, index, seed):
    """Makes a seed a state, by splitmix64."""
    z = int(seed) + 0x9E3779B97F4A7C15 & WORD
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & WORD
    z = (z ^ z >> 27) * 0x94D049BB133111EB & WORD
    states[index] = z ^ z >> 31


def xoroshiro128p_uniform_float64(states, index):
    """A number from 0 to 1, without 1."""
    return np.float64(int(xoroshiro128p_next(states, index)) >> 11) * 2.0**-53


def xoroshiro128p_uniform_float32(states, index):
    """The same, rounded."""
    return np.float32(xoroshiro128p_uniform_float64(states, index))


def logarithm(x):
    """That of a `float32`, rounded to one."""
    return np.float32(math.log(x) if x > 0 else -math.inf)


def xoroshiro128p_normal_float32(states, index):
    """A normal number, by Box and Muller."""
    u1, u2 = xoroshiro128p_uniform_float32(states, index), xoroshiro128p_uniform_float32(states, index)
    return np.sqrt(np.float32(-2) * logarithm(u1)) * np.float32(math.cos(np.float32(2 * math.pi) * u2))


def xoroshiro128p_normal_float64(states, index):
    """The same in `float64`, of uniform numbers that are `float32`."""
    u1, u2 = xoroshiro128p_uniform_float32(states, index), xoroshiro128p_uniform_float32(states, index)
    return np.sqrt(-2 * np.float64(logarithm(u1))) * np.float64(math.cos(2 * math.pi * float(u2)))
