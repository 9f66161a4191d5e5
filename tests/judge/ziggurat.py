"""Writes the tables of the ziggurat method as NumPy rounds them: codegen/src/library/ziggurat.py.

    python tests/judge/ziggurat.py > codegen/src/library/ziggurat.py

A density f is covered by 256 layers of one area v: a strip from 0 to r with the tail beyond r, and above it rectangles from
0 to x[i], with v = x[i] * (f(x[i - 1]) - f(x[i])) (Marsaglia and Tsang, "The Ziggurat Method for Generating Random Variables",
2000). r is where the highest one ends at f(0) = 1. With a draw k below m, k * w[i] is a number in layer i, below x[i - 1] where k
is below the table's k[i]; f[i] is f(x[i]). mpmath computes them; the last bits, which streams of numbers depend on, are those of
the tables in the judge's NumPy, which must be no further away than their own arithmetic explains.
"""

import struct
import sys
from pathlib import Path

import numpy as np
from mpmath import erfc, exp, log, mp, mpf, pi, sqrt

LAYERS = 256
LIBRARY = next(Path(np.random.__file__).parent.glob("_generator*.so")).read_bytes()

NORMAL = (lambda x: exp(-x * x / 2), lambda y: sqrt(-2 * log(y)), lambda r: sqrt(pi / 2) * erfc(r / sqrt(mpf(2))), mpf("3.65"))
EXPONENTIAL = (lambda x: exp(-x), lambda y: -log(y), lambda r: exp(-r), mpf("7.69"))


def edges(density, r):
    """The area of the layers and where each ends, and how far the highest one is above 1, if the strip ends at r."""
    f, inverse, tail, _ = density
    area = r * f(r) + tail(r)
    x = [mpf(0)] * LAYERS
    x[-1] = r
    for i in reversed(range(LAYERS - 1)):
        height = area / x[i + 1] + f(x[i + 1])
        if height >= 1:
            return area, x, height - 1 + i
        x[i] = inverse(height)
    return area, x, height - 1


def end_of_strip(density):
    """Where the strip ends so that the highest layer ends at 1."""
    low, high = density[3], density[3] + mpf("0.01")
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if edges(density, middle)[2] > 0 else (low, middle)
    return high


def tables(density, steps):
    """The tables k, w and f for draws below `steps`."""
    f = density[0]
    area, x, _ = edges(density, end_of_strip(density))
    widths = [area / f(x[-1]), *x[1:]]
    inside = [x[-1] / widths[0], mpf(0), *(x[i - 1] / x[i] for i in range(2, LAYERS))]
    heights = [mpf(1), *(f(one) for one in x[1:])]
    return [one * steps for one in inside], [one / steps for one in widths], heights


def rounded(values, code, places):
    """NumPy's rounding of a table: some of its numbers in a row are found as they are, and so is where it begins."""
    size = struct.calcsize(code)
    for start in range(2, LAYERS - 3):
        for spread in places:
            part = [spread(one) for one in values[start : start + 2]]
            at = LIBRARY.find(struct.pack(f"<2{code}", *part))
            begin = at - start * size
            found = struct.unpack_from(f"<{LAYERS}{code}", LIBRARY, begin) if begin > 0 else ()
            if found and all(is_near(one, exact, code) for one, exact in zip(found, values)):
                return found
    sys.exit("NumPy has no such table")


def is_near(found, exact, code):
    """Whether a number is what NumPy's own arithmetic may have made of an exact one."""
    allowed = {"d": mpf(2) ** -46, "f": mpf(2) ** -22}.get(code, mpf(0))
    return abs(found - exact) <= allowed * abs(exact) + (128 if code == "Q" else 1 if code == "I" else 0)


def text(name, values, dtype):
    """A constant of the library."""
    exact = {"np.float32": lambda one: repr(float(str(np.float32(one))))}.get(dtype, repr)
    items, lines = [exact(one) for one in values], [""]
    for item in items:
        if len(lines[-1]) + len(item) > 136:
            lines.append("")
        lines[-1] += f" {item}," if lines[-1] else f"{item},"
    body = "\n".join("    " + line for line in lines)
    return f"{name} = np.array([\n{body}\n], dtype={dtype})\n"


def main():
    """Prints the file."""
    mp.dps = 60
    print("\n\n# Tables of the ziggurat method, by `tests/judge/ziggurat.py`, which tells what they are.\n\n")
    truncated, nearest = [int, lambda one: int(one) - 1], [lambda one: int(mp.nint(one))]
    for name, density in [("NORMAL", NORMAL), ("EXPONENTIAL", EXPONENTIAL)]:
        k, w, f = tables(density, mpf(2) ** (52 if name == "NORMAL" else 53))
        print(text(f"{name}_INSIDE", rounded(k, "Q", truncated), "np.uint64"))
        print(text(f"{name}_WIDTH", rounded(w, "d", [float]), "np.float64"))
        print(text(f"{name}_HEIGHT", rounded(f, "d", [float]), "np.float64"))
        k, w, f = tables(density, mpf(2) ** 23)
        print(text(f"{name}_INSIDE_32", rounded(k, "I", nearest), "np.uint32"))
        print(text(f"{name}_WIDTH_32", rounded(w, "f", [float]), "np.float32"))
        print(text(f"{name}_HEIGHT_32", rounded(f, "f", [float]), "np.float32"))


if __name__ == "__main__":
    main()
