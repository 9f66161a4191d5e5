"""The judge of the examples: what CPython computes from the examples' kernels and data.

    python tests/judge/examples.py            checks every file in examples/*/expected
    python tests/judge/examples.py --write    writes them; nobody else may

Exit status 1 on any difference. The last line is `N passed, N failed`.
"""

import csv
import importlib.util
import math
import sys
from pathlib import Path

import numpy as np

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "examples"
RADIUS = 6371.0088
N = 40


def main():
    write = sys.argv[1:] == ["--write"]
    results = [judge(EXAMPLES / file, text, write) for file, text in (airports() | options()).items()]
    print(f"{results.count(True)} passed, {results.count(False)} failed")
    return 0 if all(results) else 1


def judge(file, text, write):
    """Writes a file, or says whether it has the text."""
    if write:
        file.write_text(text)
    if file.exists() and file.read_text() == text:
        return True
    print(f"{file}: not what CPython computes")
    return False


def airports():
    rows = read("airports/data/airports.csv")
    places = np.array([[float(row["latitude"]), float(row["longitude"])] for row in rows])
    points = np.array([point(math.radians(latitude), math.radians(longitude)) for latitude, longitude in places])
    distances = np.zeros((N, N))
    load("airports/kernels/distances.py").pairwise(points[:N], distances)
    segments = load("airports/kernels/segments.py").compute(points[: 2 * N].reshape(N, 6))
    most = load("airports/kernels/neighbours.py").find_max_neighbours(grid(places))
    return {
        "airports/expected/distances.csv": table(distances),
        "airports/expected/segments.csv": table(segments),
        "airports/expected/neighbours.csv": f"{most}\n",
    }


def point(latitude, longitude):
    return [
        RADIUS * math.cos(latitude) * math.cos(longitude),
        RADIUS * math.cos(latitude) * math.sin(longitude),
        RADIUS * math.sin(latitude),
    ]


def grid(places):
    cells = np.zeros((52, 118), np.bool_)
    for latitude, longitude in places:
        row, column = (latitude - 24.0) * 2.0, (longitude + 125.0) * 2.0
        if 0 <= row < 52 and 0 <= column < 118:
            cells[int(row), int(column)] = True
    return cells


def options():
    prices = np.array([float(row["price"]) for row in read("options/data/prices.csv")])
    strikes = np.floor(prices / 5.0) * 5.0
    years = 0.25 * (np.arange(len(prices)) % 8 + 1)
    calls, puts = np.zeros(len(prices)), np.zeros(len(prices))
    kernel = load("options/kernels/black_scholes.py").black_scholes
    kernel(calls, puts, prices, strikes, years, 0.02, 0.2906)
    return {"options/expected/values.csv": table(np.stack([calls, puts], axis=1))}


def read(file):
    with open(EXAMPLES / file, newline="") as lines:
        return list(csv.DictReader(lines))


def load(file):
    """The module of a kernel file, with the stand-in for Numba that stands beside this file."""
    path = EXAMPLES / file
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def table(rows):
    return "".join(",".join(repr(float(value)) for value in row) + "\n" for row in rows)


if __name__ == "__main__":
    sys.exit(main())
