"""Checks the module `talk` under CPython: python check.py PATH/libtalk.so"""

import importlib.machinery
import importlib.util
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count

import numpy as np

loader = importlib.machinery.ExtensionFileLoader("talk", sys.argv[1])
talk = importlib.util.module_from_spec(importlib.util.spec_from_loader("talk", loader))
loader.exec_module(talk)


def check(found, expected):
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.dtype == expected.dtype, (found.dtype, expected.dtype)
    np.testing.assert_array_equal(found, expected)


def rel_diff(x, y):
    return 2 * (x - y) / (x + y)


assert type(talk.rel_diff) is np.ufunc
assert talk.rel_diff.types == ["ff->f", "dd->d"]
assert talk.max_min.signature == "(n)->(),()"

rng = np.random.default_rng(1)
x, y = rng.random((40, 30)), rng.random(30)
check(talk.rel_diff(x, y), rel_diff(x, y))
check(talk.rel_diff(x[::-2, ::3].T, 0.5), rel_diff(x[::-2, ::3].T, 0.5))
check(talk.rel_diff(x.astype("f"), np.float32(3)), rel_diff(x.astype("f"), np.float32(3)))
check(talk.rel_diff.outer(x[0], y), rel_diff(x[0][:, None], y))
check(talk.rel_diff(np.arange(5), 7), rel_diff(np.arange(5.0), 7.0))
out = np.zeros((40, 30))
check(talk.rel_diff(x, y, out=out, where=x > 0.5), np.where(x > 0.5, rel_diff(x, y), 0.0))
check(talk.rel_diff.reduce(x[:, :3], axis=1), rel_diff(rel_diff(x[:, 0], x[:, 1]), x[:, 2]))
for found, expected in zip(talk.max_min(x, axis=0), (x.max(axis=0), x.min(axis=0))):
    check(found, expected)

# No lock is held in the loop: two threads are nearly twice as fast as one.
re, im = np.linspace(-2, 0.5, 600), np.linspace(-1.2, 1.2, 600)[:, None]


def seconds(threads):
    with ThreadPoolExecutor(threads) as pool:
        start = time.perf_counter()
        images = list(pool.map(lambda _: talk.escape_time(re, im, 300), range(8)))
        elapsed = time.perf_counter() - start
    assert all((image == images[0]).all() for image in images)
    return elapsed


one, two = (min(seconds(threads) for _ in range(3)) for threads in (1, 2))
print(f"talk: all as NumPy says; 8 images on 1 thread {one:.3f} s, on 2 threads {two:.3f} s, {one / two:.2f} times as fast")
print(f"({cpu_count()} cores)")
