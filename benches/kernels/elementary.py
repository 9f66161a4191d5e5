"""Mathematical functions and loops that are timed one element at a time: what lanes are for."""

import math

import numpy as np
from numba import float64, njit, vectorize


@vectorize([float64(float64)])
def exp(x):
    return math.exp(x)


@vectorize([float64(float64)])
def log(x):
    return math.log(x)


@vectorize([float64(float64)])
def sin(x):
    return math.sin(x)


@vectorize([float64(float64)])
def cos(x):
    return math.cos(x)


@vectorize([float64(float64)])
def tan(x):
    return math.tan(x)


@vectorize([float64(float64)])
def tanh(x):
    return math.tanh(x)


@vectorize([float64(float64)])
def erf(x):
    return math.erf(x)


@vectorize([float64(float64, float64)])
def power(x, y):
    return x ** y


@vectorize([float64(float64, float64)])
def rel_diff(x, y):
    return 2 * (x - y) / (x + y)


@njit(error_model='python')
def rel_diff_loop(x: float64[::1], y: float64[::1], out: float64[::1]):
    for i in range(len(out)):
        out[i] = 2 * (x[i] - y[i]) / (x[i] + y[i])


@njit
def total(x: float64[::1]) -> float64:
    return np.sum(x)


@njit
def expression(a: float64[::1], b: float64[::1], c: float64[::1], out: float64[::1]):
    out[:] = a * b + np.sin(c)
