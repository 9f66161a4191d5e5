"""Random calls of NumPy's reductions, with what NumPy answers.

    python tests/judge/random_reductions.py --cases 10000 --seed 1 random.md
    cargo run --release -p pykernel-cli -- test random.md

The first command writes a transcript: kernels that reduce arrays of random dtypes along random dimensions, and
calls with arrays of random shapes and strides. The second runs it.
"""

import argparse
import math
import random
from pathlib import Path

import judge

CALLS_OF_SECTION = 400
KERNELS_OF_SECTION = 20
EXTENTS = [0, 1, 1, 2, 2, 3, 4, 5, 7, 8, 9, 16, 17, 33, 64, 100, 129, 130, 300, 1000, 4096, 9000, 17000]
INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
FLOATS = ["float32", "float64"]
COMPLEX = ["complex64", "complex128"]
DTYPES = ["bool_", *INTEGERS, *FLOATS, *FLOATS, *FLOATS, *COMPLEX, *COMPLEX]
REAL = [dtype for dtype in DTYPES if dtype not in COMPLEX]

# Each reduction: the dtypes it is given, the keyword arguments it takes. What NumPy computes by products of complex
# numbers depends on the machine: some round these once.
REDUCTIONS = {
    "sum": (DTYPES, ["dtype", "initial", "out"]),
    "prod": (REAL, ["dtype", "initial", "out"]),
    "min": (REAL, ["initial", "out"]),
    "max": (REAL, ["initial", "out"]),
    "any": (DTYPES, ["out"]),
    "all": (DTYPES, ["out"]),
    "mean": (DTYPES, ["dtype", "out"]),
    "var": (DTYPES, ["ddof", "out"]),
    "std": (DTYPES, ["ddof"]),
    "ptp": ([dtype for dtype in REAL if dtype != "bool_"], ["out"]),
    "count_nonzero": (DTYPES, []),
    "nanmin": (REAL, []),
    "nanmax": (REAL, []),
    "nanprod": (REAL, []),
    "nansum": (DTYPES, ["dtype", "out"]),
    "nanmean": (DTYPES, ["out"]),
    "nanvar": (REAL, ["ddof"]),
    "nanstd": (REAL, ["ddof"]),
    "argmin": (REAL, []),
    "argmax": (REAL, []),
    "nanargmin": (REAL, []),
    "nanargmax": (REAL, []),
    "cumsum": (DTYPES, ["dtype", "out"]),
    "cumprod": (REAL, ["dtype"]),
    "nancumsum": (DTYPES, []),
    "nancumprod": (REAL, []),
    "median": (REAL, []),
    "nanmedian": (FLOATS, []),
}

# Those that go along one dimension or all, and of these the ones that keep it.
OF_ONE_AXIS = ["ptp", "argmin", "argmax", "nanargmin", "nanargmax", "cumsum", "cumprod", "nancumsum", "nancumprod"]
CUMULATIVE = OF_ONE_AXIS[-4:]


class Kernel:
    """A kernel that reduces the array it is given."""

    def __init__(self, rng, number):
        self.rng = rng
        self.function = f"k{number}"
        self.name = rng.choice(list(REDUCTIONS))
        dtypes, self.options = REDUCTIONS[self.name]
        self.dtype = rng.choice(dtypes)
        self.rank = rng.choice([0, *[1] * 4, *[2] * 8, *[3] * 8, *[4] * 4])
        self.layout = rng.choice(["any", "any", "any", "C", "F"])
        self.axis, self.reduced = self.random_axis()
        self.is_dynamic = isinstance(self.axis, int) and self.rank > 0 and rng.random() < 0.3
        self.keepdims = self.name not in CUMULATIVE and rng.random() < 0.2
        self.out = None

    def random_axis(self):
        """An axis, and the dimensions that it stands for."""
        rng, kind = self.rng, self.rng.random()
        if self.rank == 0 or kind < 0.15:
            return None, set(range(self.rank))
        if kind < 0.6 or self.name in OF_ONE_AXIS:
            axis = rng.randrange(-self.rank, self.rank)
            return axis, {axis % self.rank}
        axes = rng.sample(range(self.rank), rng.randint(1, self.rank))
        return tuple(axes), set(axes)

    def text(self):
        """Its lines."""
        params = [("x", self.type_of(self.dtype, self.rank, self.layout))]
        keywords = []
        if self.axis is not None:
            keywords.append("axis=axis" if self.is_dynamic else f"axis={self.axis}")
        if self.is_dynamic:
            params.append(("axis", "int64"))
        if self.keepdims:
            keywords.append("keepdims=True")
        result = self.result_dtype()
        if "dtype" in self.options and self.chance(0.25):
            result = self.rng.choice(self.wider())
            keywords.append(f"dtype=np.{result}")
        if "ddof" in self.options and self.chance(0.5):
            keywords.append(f"ddof={self.rng.choice([1, 2, 0.5])}")
        if "initial" in self.options and self.chance(0.2):
            keywords.append("initial=1" if self.dtype == "bool_" else "initial=3")
        if "out" in self.options and self.chance(0.25):
            self.out = result
            rank = len(self.shape_left([2] * self.rank))
            params.append(("out", self.type_of(result, rank, "any")))
            keywords.append("out=out")
        names = ", ".join(f"{name}: {ty}" for name, ty in params)
        call = f"np.{self.name}({', '.join(['x', *keywords])})"
        turned = ["    x[...] *= 0.8 - 0.6j"] if self.dtype in COMPLEX else []
        if self.dtype in FLOATS and self.name[:3] == "nan":
            turned = ["    x[...] = np.where(np.abs(x) < 5.0, np.nan, x)"]
        return ["@njit", f"def {self.function}({names}):", *turned, f"    return {call}", ""]

    def type_of(self, dtype, rank, layout):
        if rank == 0:
            return f"types.Array({dtype}, 0, 'C')"
        axes = [":"] * rank
        if layout != "any":
            axes[-1 if layout == "C" else 0] = "::1"
        return f"{dtype}[{', '.join(axes)}]"

    def chance(self, probability):
        return self.rng.random() < probability

    def result_dtype(self):
        """The dtype that NumPy computes in where none is named."""
        if self.name in ("any", "all"):
            return "bool_"
        is_exact = self.dtype not in FLOATS + COMPLEX
        if self.name in ("sum", "prod", "nansum", "cumsum", "cumprod") and is_exact:
            return "uint64" if self.dtype[0] == "u" else "int64"
        if self.name in ("mean", "var", "nanmean") and is_exact:
            return "float64"
        if self.name == "var":
            return {"complex64": "float32", "complex128": "float64"}.get(self.dtype, self.dtype)
        return self.dtype

    def wider(self):
        """The dtypes that may be named."""
        if self.dtype in COMPLEX:
            return COMPLEX
        return FLOATS if self.dtype in FLOATS or self.name == "mean" else [*FLOATS, "int64"]

    def calls(self):
        """Lines that call it."""
        shape = self.shape()
        args = [self.array(shape)]
        if self.is_dynamic:
            args.append(str(self.axis))
        if self.out is None:
            return [f">>> {self.function}({', '.join(args)})"]
        kept = self.shape_left(shape)
        if self.chance(0.05) and kept and min(kept) > 1:
            kept[self.rng.randrange(len(kept))] += 5
        out = f"np.zeros({tuple(kept)}, dtype=np.{self.out})"
        if len(kept) > 1 and self.chance(0.4):
            axes = self.rng.sample(range(len(kept)), len(kept))
            back = [kept[axes.index(axis)] for axis in range(len(kept))]
            out = f"np.zeros({tuple(kept[axis] for axis in axes)}, dtype=np.{self.out})"
            out += f".transpose({', '.join(str(axes.index(axis)) for axis in range(len(kept)))})"
        return [f">>> out = {out}", f">>> {self.function}({', '.join([*args, 'out'])})"]

    def shape_left(self, shape):
        """The shape of the result."""
        if self.name in CUMULATIVE:
            return shape if self.axis is not None else [math.prod(shape)]
        if self.keepdims:
            return [1 if axis in self.reduced else extent for axis, extent in enumerate(shape)]
        return [extent for axis, extent in enumerate(shape) if axis not in self.reduced]

    def shape(self):
        """A shape of which not much is left."""
        while True:
            shape = [self.rng.choice(EXTENTS) for _ in range(self.rank)]
            if math.prod(shape) <= 40000 and math.prod(self.shape_left(shape)) <= 40:
                return shape

    def array(self, shape):
        """An array of this shape, with strides of its layout."""
        order = list(range(self.rank))
        steps = [1] * self.rank
        if self.layout == "F":
            order.reverse()
        elif self.layout == "any":
            if self.chance(0.6):
                self.rng.shuffle(order)
            if self.chance(0.6):
                steps = [self.rng.choice([1, 1, 1, -1, 2, -2, 3]) for _ in shape]
        base = [0] * self.rank
        for axis, (extent, step) in enumerate(zip(shape, steps)):
            base[order.index(axis)] = extent and (extent - 1) * abs(step) + 1
        text = self.elements(base)
        if self.rank != 1:
            text += f".reshape({tuple(base)})"
        if order != sorted(order):
            text += f".transpose({', '.join(str(order.index(axis)) for axis in range(self.rank))})"
        if any(step != 1 for step in steps):
            text += f"[{', '.join(':' if step == 1 else f'::{step}' for step in steps)}]"
        return text

    def elements(self, base):
        """As many elements as an array of this shape has."""
        size = math.prod(base)
        if self.dtype in FLOATS + COMPLEX and 0 < size < 30 and self.chance(0.5):
            values = ["0.0", "-1e-300", "0.0", "-0.0", "np.nan", "np.inf", "-np.inf", "1e300", "3e38", "0.1", "-7.25"]
            # Which zero is the least depends on the machine.
            values = ", ".join(self.rng.choice(values[4 * ("m" in self.name) :]) for _ in range(size))
            return f"np.array([{values}], dtype=np.{self.dtype})"
        low, high = self.rng.uniform(-50, 10), self.rng.uniform(20, 90)
        if self.dtype[0] in "ub":
            low = 0.0
        if "prod" in self.name and size > 40:
            low, high = (0.0, 3.0) if self.dtype[0] in "uib" else (0.97, 1.04)
        parts = f"{low!r}, {high!r}"
        return f"np.linspace({parts}, {size}).astype(np.{self.dtype})"


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("file", type=Path, metavar="FILE.md")
    arguments.add_argument("--cases", type=int, default=10_000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--only", nargs="*", choices=list(REDUCTIONS), help="only these reductions")
    options = arguments.parse_args()
    judge.require_pinned()
    for name in set(REDUCTIONS) - set(options.only or REDUCTIONS):
        del REDUCTIONS[name]
    rng = random.Random(options.seed)
    lines = ["# Random reductions", ""]
    for start in range(0, options.cases, CALLS_OF_SECTION):
        kernels = [Kernel(rng, number) for number in range(KERNELS_OF_SECTION)]
        lines += [f"## From {start}", "", "```py", "import numpy as np", "from numba import njit, types, " + ", ".join(sorted({*DTYPES})), ""]
        lines += [line for kernel in kernels for line in kernel.text()]
        lines += ["```", "", "```pycon"]
        for _ in range(CALLS_OF_SECTION // KERNELS_OF_SECTION):
            lines += [line for kernel in kernels for line in kernel.calls()]
        lines += ["```", ""]
    options.file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    results = []
    judge.with_large_stack(lambda: results.extend(judge.judge_files([options.file], True)))
    return 0 if all(results) else 1


if __name__ == "__main__":
    raise SystemExit(main())
