"""Recursions whose types never end."""
from numba import float32


def endless(x):                            # error: [endless-types] endless
    return endless(x)


def first(x):                              # error: [endless-types] first
    return second(x)


def second(x):                             # error: [endless-types] second
    return first(x)


def factorial(n):
    if n > 1:
        return n * factorial(n - 1)
    return 1


def is_even(n):
    if n == 0:
        return True
    return is_odd(n - 1)


def is_odd(n):
    if n == 0:
        return False
    return is_even(n - 1)


def wider(x, n):
    if n > 0:
        return wider(x * 1j, n - 1)
    return x


def for_ever(x):
    while True:
        x = x + 1


def calls(x: float, n: int, s: float32):
    reveal_type(factorial(n))              # revealed: int
    reveal_type(factorial(s))              # revealed: float32
    reveal_type(is_even(n))                # revealed: bool
    reveal_type(wider(s, n))               # revealed: complex64
    for_ever(x)
    endless(x)
    first(x)
