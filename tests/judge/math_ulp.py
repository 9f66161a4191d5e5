"""Random arguments of elementary functions, with what mpmath answers, correctly rounded.

    python tests/judge/math_ulp.py --points 2000 --seed 1 ulp.md
    cargo run --release -p pykernel-cli -- test ulp.md

The first command writes a transcript: for each function in float64 and in float32 arguments at which it
changes its behaviour, near them, near 1, and of all exponents. The second runs it, with fused
multiply-add and without, and fails where a result is further from the right one than the function's bound.
"""

import argparse
import math
import random
import struct
from pathlib import Path

import mpmath
import numpy as np

# Units in the last place that a result may be off from the correctly rounded one.
FUNCTIONS = {
    "exp": 1,
    "exp2": 1,
    "expm1": 1,
    "log": 1,
    "log2": 1,
    "log10": 1,
    "log1p": 1,
    "cbrt": 1,
    "sinh": 2,
    "cosh": 2,
    "tanh": 2,
    "asinh": 2,
    "acosh": 2,
    "atanh": 2,
    "sin": 1,
    "cos": 1,
    "tan": 2,
    "asin": 2,
    "acos": 2,
    "atan": 2,
}
TWO = {"pow": 2, "hypot": 1, "atan2": 2}

# Where NumPy's name is another.
NUMPY = {"pow": "power", "asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh"}
NUMPY |= {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "atan2": "arctan2"}

EXACT = {
    "exp2": lambda x: mpmath.mpf(2) ** x,
    "log2": lambda x: mpmath.log(x, 2),
    "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
    "pow": lambda x, y: x**y,
}

EDGES = [5e-324, 1e-310, 2.2250738585072014e-308, 1e-40, 1.1754943508222875e-38, 1e-20, 1e-8, 0.03, 0.125, 0.25]
EDGES += [0.2876820724517809, 0.34657359027997264, 0.4054651081081644, 0.5, 0.7071067811865476, 1.0, 1.4142135623730951]
EDGES += [2.0, 3.0, 10.0, 22.0, 87.0, 88.72283, 103.97, 126.0, 149.0, 708.0, 709.782712893384, 710.4758600739439]
EDGES += [745.1332191019411, 1022.0, 1023.9999999999999, 1074.0, 268435456.0, 1e30, 1e300, 1.7976931348623157e308]


def rounded(value, dtype):
    """The nearest float to a number of mpmath's; of the width's own subnormal ones too."""
    if not mpmath.isfinite(value) or value == 0:
        return dtype(float(value))
    bits, least = (53, -1074) if dtype is np.float64 else (24, -149)
    exponent = max(int(mpmath.floor(mpmath.log(abs(value), 2))) - bits + 1, least)
    return dtype(float(mpmath.ldexp(mpmath.nint(mpmath.ldexp(value, -exponent)), exponent)))


def answer(name, arguments, dtype):
    """What NumPy's function gives where that is exact or special, mpmath's value elsewhere."""
    own = getattr(np, NUMPY.get(name, name))(*arguments)
    if any(not math.isfinite(x) or x == 0 for x in arguments) or math.isnan(own) or math.isinf(own) or own == 0:
        return own
    exact = EXACT.get(name) or getattr(mpmath, name)
    return rounded(exact(*map(mpmath.mpf, map(float, arguments))), dtype)


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


def section(name, arity, dtype, ulp, points, chance):
    kind = np.dtype(dtype).name
    params = ["x", "y"][:arity]
    lines = [f"## `{name}` of {kind}", "", "```toml", f"ulp = {ulp}", "```", "", "```py", "import numpy as np"]
    lines += [f"from numba import njit, {kind}", "", f"@njit({kind}({', '.join([kind] * arity)}))"]
    lines += [f"def f({', '.join(params)}):", f"    return np.{NUMPY.get(name, name)}({', '.join(params)})", "```", "", "```pycon"]
    signs = [-1, 1]
    edges = [dtype(edge * sign) for edge in [0.0, math.inf, *EDGES] for sign in signs] + [dtype(math.nan)]
    rows = [[edge] for edge in edges] if arity == 1 else [[x, y] for x in edges[::5] for y in edges[::5]]
    rows += [[random_float(chance, dtype) for _ in params] for _ in range(points)]
    for row in rows:
        result = answer(name, row, dtype)
        given = ", ".join(written(x, kind) for x in row)
        lines += [f">>> f({given})", f"np.{kind}({result})"]
    return [*lines, "```", ""]


def written(x, kind):
    """A number as Python's programs write it."""
    special = {"inf": "np.inf", "-inf": "-np.inf", "nan": "np.nan"}
    return f"np.{kind}({special.get(str(x), str(x))})"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("file", type=Path)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    mpmath.mp.prec = 160
    np.seterr(all="ignore")
    lines = ["# Elementary functions, in units in the last place", "", "```toml", 'reference = "mpmath"', "```", ""]
    for dtype in [np.float64, np.float32]:
        for name, ulp in FUNCTIONS.items():
            lines += section(name, 1, dtype, ulp, options.points, chance)
        for name, ulp in TWO.items():
            lines += section(name, 2, dtype, ulp, options.points, chance)
    options.file.write_text("\n".join(lines))


if __name__ == "__main__":
    main()
