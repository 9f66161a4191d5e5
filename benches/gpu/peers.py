"""Times the kernels of GPUs by numba-cuda: reads a peer and a benchmark a line, answers the seconds of a run."""

import pathlib
import statistics
import sys
import time

import numpy as np
from numba import cuda

sys.path.append(str(pathlib.Path(__file__).parent.parent))
import gufuncs
import kernels
from serve import serve

# Seconds before the first run that is timed, and how many are.
WARM_UP, RUNS = 0.3, 31

if not cuda.is_available():
    sys.exit("there is no GPU")


def on_device(run):
    """The time between events around a run, the median of several."""
    def once():
        start, end = cuda.event(), cuda.event()
        start.record()
        run()
        end.record()
        end.synchronize()
        return start.elapsed_time(end) / 1e3

    return median(once)


def on_host(run):
    """The time of a run that waits, by the host's clock."""
    def once():
        start = time.perf_counter()
        run()
        return time.perf_counter() - start

    return median(once)


def median(once):
    start = time.perf_counter()
    once()
    while time.perf_counter() - start < WARM_UP:
        once()
    return statistics.median(once() for _ in range(RUNS))


def guarded(case):
    """A benchmark that numba-cuda refuses has no time, and the others have theirs."""
    def peers(*sizes):
        try:
            seconds = case(*sizes)
        except Exception as error:
            print(f"{case.__name__} {sizes}: {error!r}", file=sys.stderr)
            seconds = float("nan")
        return {"numba": lambda: seconds}

    return peers


def natural(n):
    return (np.arange(n) * 37 % 101).astype(np.float64)


def pair(n):
    return 1.0 + np.arange(n) % 100, 1.5 + np.arange(n) % 77


def mandelbrot(n, limit):
    re, im = np.linspace(-2, 0.5, n), np.linspace(-1.2, 1.2, n)[:, None]
    # Whole arrays, so that nothing depends on how numba-cuda broadcasts; the kernel computes far longer than it reads.
    operands = [cuda.to_device(np.ascontiguousarray(np.broadcast_to(x, (n, n)))) for x in (re, im, np.int64(limit))]
    out = cuda.device_array((n, n), np.int64)
    return on_device(lambda: kernels.escape_time(*operands, out=out))


def rel_diff(n):
    x, y = map(cuda.to_device, pair(n))
    out = cuda.device_array(n)
    return on_device(lambda: kernels.rel_diff(x, y, out=out))


def rel_diff_pinned(n):
    x, y = (cuda.pinned_array(n) for _ in range(2))
    x[:], y[:] = pair(n)
    return on_host(lambda: kernels.rel_diff(x, y))


def rel_diff_pageable(n):
    x, y = pair(n)
    return on_host(lambda: kernels.rel_diff(x, y))


def options(n):
    i = np.arange(n)
    inputs = [cuda.to_device(x) for x in (80.0 + i % 41, np.full(n, 100.0), 0.25 + i % 8 * 0.25)]
    outputs = [cuda.device_array(n) for _ in range(2)]
    launch = kernels.black_scholes[-(-n // 256), 256]
    return on_device(lambda: launch(*outputs, *inputs, 0.02, 0.3))


def row_sums(rows, columns):
    x, sums = cuda.to_device(natural(rows * columns).reshape(rows, columns)), cuda.device_array(rows)
    launch = kernels.row_sums[-(-rows * 32 // 256), 256]
    return on_device(lambda: launch(x, sums))


def batch_matmul(count, n):
    a, b, out = (cuda.to_device(0.125 + natural(count * n * n).reshape(count, n, n) / 7) for _ in range(3))
    thick = max(256 // (n * n), 1)
    launch = kernels.batch_matmul[-(-count // thick), (n, n, thick)]
    return on_device(lambda: launch(a, b, out))


def gufunc_sums(rows, columns):
    x, out = cuda.to_device(natural(rows * columns).reshape(rows, columns) / 7), cuda.device_array(rows)
    return on_device(lambda: gufuncs.sums(x, out=out))


def gufunc_products(count, n):
    a, b, out = (cuda.to_device(0.125 + natural(count * n * n).reshape(count, n, n) / 7) for _ in range(3))
    return on_device(lambda: gufuncs.products(a, b, out=out))


def block_sums(n, grid):
    x, parts, total = cuda.to_device(natural(n)), cuda.device_array(grid), cuda.device_array(1)

    def run():
        kernels.block_sums[grid, kernels.THREADS](x, parts)
        kernels.block_sums[1, kernels.THREADS](parts, total)

    return on_device(run)


def histogram(n, grid):
    numbers = (np.arange(n, dtype=np.uint32) * np.uint32(2_654_435_761) >> 24).astype(np.int32)
    x, bins = cuda.to_device(numbers), cuda.to_device(np.zeros(kernels.THREADS, np.int32))
    launch = kernels.histogram[grid, kernels.THREADS]
    return on_device(lambda: launch(x, bins))


def matmul(n):
    a, b, c = (cuda.to_device(0.125 + natural(n * n).reshape(n, n) / 7) for _ in range(3))
    tile = kernels.TILE
    launch = kernels.matmul[(n // tile, n // tile), (tile, tile)]
    return on_device(lambda: launch(a, b, c))


def launch(n, count):
    x = cuda.to_device(np.ones(n))
    launch = kernels.scale[1, n]

    def once():
        start = time.perf_counter()
        for _ in range(count):
            launch(x, 1.0)
        asked = time.perf_counter() - start
        cuda.synchronize()
        return asked / count

    return median(once)


CASES = [
    mandelbrot, rel_diff, rel_diff_pinned, rel_diff_pageable, options, row_sums, batch_matmul, gufunc_sums,
    gufunc_products, block_sums, histogram, matmul, launch,
]

serve({case.__name__: guarded(case) for case in CASES}, lambda run: run())
