"""Times ufuncs of Numba and NumPy on the same data: reads a peer and a benchmark a line, answers the seconds of a call."""

import pathlib
import sys

import numba
import numpy as np
from numba import float64, int64

sys.path.insert(0, str(pathlib.Path(__file__).parent / "kernels"))
import ufuncs
from serve import serve

PARALLEL = numba.vectorize([float64(float64, float64)], target="parallel")(lambda x, y: 2 * (x - y) / (x + y))
ESCAPE = numba.vectorize([int64(float64, float64, int64)], target="parallel")(ufuncs.escape_time._dispatcher.py_func)


def pair(n):
    return 1.0 + np.arange(n) % 100, 1.5 + np.arange(n) % 77


def numpy_rel_diff(x, y, out):
    np.add(x, y, out=out)
    return np.divide(2 * (x - y), out, out=out)


def rel_diff(n):
    (x, y), out = pair(n), np.zeros(n)
    return {
        "numba": lambda: ufuncs.rel_diff(x, y, out=out),
        "parallel": lambda: PARALLEL(x, y, out=out),
        "numpy": lambda: numpy_rel_diff(x, y, out),
    }


def add(n):
    (x, y), out = pair(n), np.zeros(n)
    return {"numba": lambda: ufuncs.add(x, y, out=out), "numpy": lambda: np.add(x, y, out=out)}


def escape_time(n):
    re, im, out = np.linspace(-2, 0.5, n), np.linspace(-1.2, 1.2, n)[:, None], np.zeros((n, n), np.int64)
    return {
        "numba": lambda: ufuncs.escape_time(re, im, 200, out=out),
        "parallel": lambda: ESCAPE(re, im, 200, out=out),
    }


def g(n):
    x, out = np.arange(n), np.zeros(n, np.int64)
    return {"numba": lambda: ufuncs.g(x, 3, out), "numpy": lambda: np.add(x, 3, out=out)}


def batch_matmul(count, n):
    a = (np.arange(count * n * n) % 7.0).reshape(count, n, n)
    out = np.zeros_like(a)
    return {"numba": lambda: ufuncs.batch_matmul(a, a, out), "numpy": lambda: np.matmul(a, a, out=out)}


def max_min(rows, n):
    a = (np.arange(rows * n) * 37 % 101.0).reshape(rows, n)
    low, high = np.zeros(rows), np.zeros(rows)
    return {
        "numba": lambda: ufuncs.max_min(a, high, low),
        "numpy": lambda: (a.max(axis=1, out=high), a.min(axis=1, out=low)),
    }


def move_mean(rows, n):
    a = (np.arange(rows * n) * 37 % 101.0).reshape(rows, n)
    out = np.zeros_like(a)
    return {"numba": lambda: ufuncs.move_mean(a, 10, out)}


def reduce(order, axis):
    a = np.asarray((np.arange(9_000_000) % 100.0).reshape(3000, 3000), order=order)
    return {
        "numba": lambda: ufuncs.add.reduce(a, axis=axis),
        "numpy": lambda: np.add.reduce(a, axis=axis),
    }


CASES = {
    "rel_diff": rel_diff, "add": add, "escape_time": escape_time, "g": g, "batch_matmul": batch_matmul,
    "max_min": max_min, "move_mean": move_mean, "reduce": lambda order, axis: reduce("CF"[order], axis),
}

serve(CASES)
