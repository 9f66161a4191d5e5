"""Ufuncs of one chain: how far two signals are apart, as a share, damped, between 0 and 1."""

import math

from numba import vectorize, float64


@vectorize([float64(float64, float64)], target="cuda")
def rel_diff(x, y):
    """How far two numbers are apart, as a share of their mean."""
    return 2 * (x - y) / (x + y)


@vectorize([float64(float64, float64)], target="cuda")
def damped(x, rate):
    """An oscillation that fades."""
    return math.exp(-rate * abs(x)) * math.sin(x)


@vectorize([float64(float64)], target="cuda")
def logistic(x):
    """Any number as one between 0 and 1."""
    return 1 / (1 + math.exp(-x))
