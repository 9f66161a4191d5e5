"""Times Numba and NumPy on the same data: reads a peer and a benchmark a line, answers the seconds."""

import importlib.util
import pathlib
import sys
import time

import numpy as np

import whole_arrays

HERE = pathlib.Path(__file__).parent


def load(file):
    """The module of a kernel file, by its path from this folder."""
    path = HERE / file
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


scalar = load("kernels/scalar.py")
distances = load("../examples/airports/kernels/distances.py")
neighbours = load("../examples/airports/kernels/neighbours.py")
segments = load("../examples/airports/kernels/segments.py")
pricing = load("../examples/options/kernels/black_scholes.py")

image = np.zeros((200, 300), np.uint8)
x = np.arange(1_000_000) % 1000 * 0.001
out = np.zeros_like(x)
points = (np.arange(1500) % 97 * 0.01).reshape(500, 3)
near = np.zeros((500, 500))
lines = (np.arange(900) * 37 % 101 * 0.01).reshape(150, 6)
grid = (np.arange(1_000_000) * 2654435761 % 2**32 < 2**30).reshape(1000, 1000)
prices = 80.0 + np.arange(100_000) % 41
years = 0.25 + np.arange(100_000) % 8 * 0.25
strikes = np.full(100_000, 100.0)
calls, puts = np.zeros(100_000), np.zeros(100_000)

NUMBA = {
    "mandelbrot": lambda: scalar.mandelbrot(image, 200),
    "total": lambda: scalar.total(x),
    "smooth": lambda: scalar.smooth(x, out),
    "pairwise": lambda: distances.pairwise(points, near),
    "segments": lambda: segments.compute(lines),
    "neighbours": lambda: neighbours.find_max_neighbours(grid),
    "options": lambda: pricing.black_scholes(calls, puts, prices, strikes, years, 0.02, 0.3),
    "collatz": lambda: scalar.collatz(30_000),
}

NUMPY = {
    "mandelbrot": lambda: whole_arrays.mandelbrot(image, 200),
    "total": lambda: whole_arrays.total(x),
    "smooth": lambda: whole_arrays.smooth(x, out),
    "pairwise": lambda: whole_arrays.pairwise(points, near),
    "neighbours": lambda: whole_arrays.neighbours(grid),
    "options": lambda: whole_arrays.options(calls, puts, prices, strikes, years, 0.02, 0.3),
}

RUNS = {"numba": NUMBA, "numpy": NUMPY}

for run in NUMBA.values():
    run()
print("ready", flush=True)
for line in sys.stdin:
    peer, _, name = line.strip().partition(" ")
    run = RUNS[peer].get(name)
    if run is None:
        print("nan", flush=True)
        continue
    start = time.perf_counter()
    run()
    print(time.perf_counter() - start, flush=True)
