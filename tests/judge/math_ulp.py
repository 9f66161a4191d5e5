"""How far elementary functions are from what mpmath computes, in units in the last place.

    python tests/judge/math_ulp.py --points 2000 --seed 1 [--program PATH] [--ptx] [NAME ...]

At random arguments, and at those where functions change their behaviour and near them: for each function, in
float64 and in float32, the largest error at each CPU level that this machine has (with --ptx: of the code for GPUs, on
a machine that runs it without one), as a fraction of a unit in the last place of the exact result. It fails where one is beyond the function's bound, or a special value is wrong.
The functions, their bounds and their results are those of `command/examples/exact`, built for releases unless
it is given as it was built.
"""

import argparse
import math
import platform
import random
import struct
import subprocess
import sys
from pathlib import Path

import mpmath
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ["cargo", "run", "--release", "--quiet", "-p", "pykernel-cli", "--example", "exact", "--"]

# Where NumPy's name is another than C's.
NUMPY = {"pow": "power", "asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh"}
NUMPY |= {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "atan2": "arctan2"}

# Where mpmath's name is another, or it has none, or CPython is exact.
EXACT = {
    "exp2": lambda x: mpmath.mpf(2) ** x,
    "log2": lambda x: mpmath.log(x, 2),
    "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
    "pow": lambda x, y: x**y,
    "lgamma": lambda x: mpmath.re(mpmath.loggamma(x)),
    "fmod": lambda x, y: mpmath.mpf(math.fmod(x, y)),
    "remainder": lambda x, y: mpmath.mpf(math.remainder(x, y)),
}

# What C has where CPython raises ValueError; elsewhere that is nan.
POLES = {
    "gamma": lambda x: math.copysign(math.inf, x) if x == 0 else math.nan,
    "lgamma": lambda x: math.inf,
}

EDGES = [5e-324, 1e-310, 2.2250738585072014e-308, 1e-40, 1.1754943508222875e-38, 1e-20, 1e-8, 0.03, 0.125, 0.25]
EDGES += [0.2876820724517809, 0.34657359027997264, 0.4054651081081644, 0.5, 0.7071067811865476, 0.9375, 1.0]
EDGES += [1.4142135623730951, 2.0, 3.0, 6.0, 10.0, 22.0, 27.5, 87.0, 88.72283, 103.97, 126.0, 149.0, 171.6, 708.0]
EDGES += [709.782712893384, 710.4758600739439, 745.1332191019411, 1022.0, 1023.9999999999999, 1074.0, 268435456.0]
EDGES += [1e30, 1e300, 1.7976931348623157e308]


def random_float(chance, dtype):
    kind = chance.randrange(4)
    if kind == 0:
        near = chance.choice(EDGES) * (1 + chance.choice([-1, 1]) * 2.0 ** chance.randint(-52, -2))
        return dtype(near * chance.choice([-1, 1]))
    if kind == 1:
        return dtype(1 + chance.choice([-1, 1]) * 2.0 ** chance.uniform(-52, 0))
    if kind == 2:
        return dtype(chance.uniform(-40, 40))
    if dtype is np.float64:
        return dtype(struct.unpack("d", chance.randbytes(8))[0])
    return dtype(struct.unpack("f", chance.randbytes(4))[0])


def arguments(arity, dtype, points, chance):
    """Rows of arguments."""
    edges = [dtype(edge * sign) for edge in [0.0, math.inf, *EDGES] for sign in [-1, 1]] + [dtype(math.nan)]
    rows = [[edge] for edge in edges] if arity == 1 else [[x, y] for x in edges[::5] for y in edges[::5]]
    return rows + [[random_float(chance, dtype) for _ in range(arity)] for _ in range(points)]


def special(name, row):
    """What C's function gives, as far as that is known to be exact: infinities, nan and zeros."""
    if hasattr(np, NUMPY.get(name, name)) and name not in POLES and name not in ["fmod", "remainder"]:
        return float(getattr(np, NUMPY.get(name, name))(*row))
    try:
        return getattr(math, name)(*map(float, row))
    except ValueError:
        return POLES.get(name, lambda *_: math.nan)(*map(float, row))
    except OverflowError:
        return math.copysign(math.inf, row[0]) if name == "gamma" else math.inf


def answer(name, row):
    """The exact result: a number of mpmath's, or a float where there is none or it is zero."""
    own = special(name, row)
    if any(not math.isfinite(x) or x == 0 for x in row) or not math.isfinite(own) or own == 0:
        return own
    exact = EXACT.get(name) or getattr(mpmath, name)
    return exact(*map(mpmath.mpf, map(float, row)))


def error(given, exact, dtype, least_size=0):
    """How far a result is from the exact one, in units in the last place of that, or of a number of the least
    size. An infinite result counts as the next number, if there were one. NaN and the signs of zeros must be right."""
    given = float(given)
    if math.isnan(given) or mpmath.isnan(exact):
        return 0.0 if math.isnan(given) and mpmath.isnan(exact) else math.inf
    negative = math.copysign(1, exact) < 0 if isinstance(exact, float) else exact < 0
    if negative != (math.copysign(1, given) < 0):
        return math.inf
    info = np.finfo(dtype)
    overflow = mpmath.ldexp(1, int(info.maxexp))
    size, exact = min(abs(mpmath.mpf(given)), overflow), min(abs(mpmath.mpf(exact)), overflow)
    exponent = mpmath.frexp(max(exact, least_size))[1] - 1 if exact else info.minexp
    exponent = min(max(exponent, int(info.minexp)), int(info.maxexp) - 1)
    return float(mpmath.ldexp(abs(size - exact), int(info.nmant) - exponent))


def ours(name, level, rows, dtype):
    """Our results, one for each row."""
    columns = np.array(rows, dtype=dtype).T.tobytes()
    run = subprocess.run([*PROGRAM, "values", name, np.dtype(dtype).name, level], input=columns, stdout=subprocess.PIPE, check=True, cwd=ROOT)
    return np.frombuffer(run.stdout, dtype=dtype)


def levels():
    """The CPU levels that this machine has."""
    if platform.machine() != "x86_64":
        return ["v1"]
    flags = Path("/proc/cpuinfo").read_text().split()
    needs = {"v1": [], "v3": ["avx2", "fma"], "v4": ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"]}
    return [level for level, features in needs.items() if all(feature in flags for feature in features)]


def measure(name, arity, bound, dtype, options):
    """Prints a function's largest error at each level; whether they are within the bound."""
    rows = arguments(arity, dtype, options.points, random.Random(f"{options.seed} {name}"))
    exact = [answer(name, row) for row in rows]
    # The zeros of lgamma to the left of 0, which nobody reaches but by more digits than there are.
    sizes = [1 / 16 if name == "lgamma" and row[0] < 0 else 0 for row in rows]
    well = True
    for level in ["ptx"] if options.ptx else levels():
        given = ours(name, level, rows, dtype)
        errors = [error(*result, dtype, size) for *result, size in zip(given, exact, sizes)]
        worst = max(range(len(rows)), key=errors.__getitem__)
        at = ", ".join(repr(float(x)) for x in rows[worst])
        verdict = "" if errors[worst] <= bound else f", beyond {bound}: it gives {given[worst]} for {exact[worst]}"
        print(f"{name:<9} {np.dtype(dtype).name} {level}: {errors[worst]:.4f} at {at}{verdict}", flush=True)
        well &= not verdict
    return well


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--program", type=Path)
    parser.add_argument("--ptx", action="store_true")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    if options.program:
        PROGRAM[:] = [options.program.resolve()]
    mpmath.mp.prec = 160
    np.seterr(all="ignore")
    listed = subprocess.run([*PROGRAM, "list"], stdout=subprocess.PIPE, check=True, cwd=ROOT, text=True).stdout
    well = True
    for name, arity, bound, *dtypes in map(str.split, listed.splitlines()):
        for dtype in dtypes if not options.names or name in options.names else []:
            well &= measure(name, int(arity), float(bound), getattr(np, dtype), options)
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
