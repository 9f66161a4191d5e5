"""Times Numba on the same kernels and data: reads a benchmark's name a line, answers its seconds."""

import importlib.util
import pathlib
import sys
import time

import numpy as np

path = pathlib.Path(__file__).parent / "kernels" / "scalar.py"
spec = importlib.util.spec_from_file_location("scalar", path)
scalar = importlib.util.module_from_spec(spec)
spec.loader.exec_module(scalar)

image = np.zeros((200, 300), np.uint8)
x = np.arange(1_000_000) % 1000 * 0.001
out = np.zeros_like(x)
points = (np.arange(1500) % 97 * 0.01).reshape(500, 3)
distances = np.zeros((500, 500))

RUNS = {
    "mandelbrot": lambda: scalar.mandelbrot(image, 200),
    "total": lambda: scalar.total(x),
    "smooth": lambda: scalar.smooth(x, out),
    "pairwise": lambda: scalar.pairwise(points, distances),
    "collatz": lambda: scalar.collatz(30_000),
}

for run in RUNS.values():
    run()
print("ready", flush=True)
for line in sys.stdin:
    run = RUNS.get(line.strip())
    if run is None:
        print("nan", flush=True)
        continue
    start = time.perf_counter()
    run()
    print(time.perf_counter() - start, flush=True)
