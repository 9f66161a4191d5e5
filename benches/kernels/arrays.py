"""NumPy's functions of arrays, as its users write them. Numba compiles this file as it is; the signatures are in `arrays.pyi`."""

import numpy as np
from numba import njit


@njit
def sum_all(x):
    return np.sum(x)


@njit
def sum_0(x):
    return np.sum(x, axis=0)


@njit
def sum_1(x):
    return np.sum(x, axis=1)


@njit
def mean_all(x):
    return np.mean(x)


@njit
def mean_0(x):
    return np.mean(x, axis=0)


@njit
def mean_1(x):
    return np.mean(x, axis=1)


@njit
def var_all(x):
    return np.var(x)


@njit
def var_0(x):
    return np.var(x, axis=0)


@njit
def var_1(x):
    return np.var(x, axis=1)


@njit
def max_all(x):
    return np.max(x)


@njit
def max_0(x):
    return np.max(x, axis=0)


@njit
def max_1(x):
    return np.max(x, axis=1)


@njit
def argmax_all(x):
    return np.argmax(x)


@njit
def argmax_0(x):
    return np.argmax(x, axis=0)


@njit
def argmax_1(x):
    return np.argmax(x, axis=1)


@njit
def nansum(x):
    return np.nansum(x)


@njit
def cumsum(x):
    return np.cumsum(x)


@njit
def median(x):
    return np.median(x)


@njit
def sort(x):
    return np.sort(x)


@njit
def argsort(x):
    return np.argsort(x)


@njit
def unique(x):
    return np.unique(x)


@njit
def positive(x):
    return x[x > 0]


@njit
def clip_below(x):
    x[x < 0] = -1


@njit
def taken(x, i):
    return x[i]


@njit
def put(x, i, y):
    x[i] = y


@njit
def product(x, y):
    return x @ y
