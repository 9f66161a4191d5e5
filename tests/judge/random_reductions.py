"""Random calls of NumPy's reductions, with what NumPy answers.

    python tests/judge/random_reductions.py --cases 10000 --seed 1 random.md
    cargo run --release -p pykernel-cli -- test random.md

The first command writes a transcript: kernels that reduce arrays of random dtypes along random dimensions, and
calls with arrays of random shapes and strides. The second runs it.
"""

import math

from random_arrays import COMPLEX, FLOATS, INTEGERS, strided, type_of, write

EXTENTS = [0, 1, 1, 2, 2, 3, 4, 5, 7, 8, 9, 16, 17, 33, 64, 100, 129, 130, 300, 1000, 4096, 9000, 17000]
DTYPES = ["bool_", *INTEGERS, *FLOATS, *FLOATS, *FLOATS, *COMPLEX, *COMPLEX]
REAL = [dtype for dtype in DTYPES if dtype not in COMPLEX]
NUMBERS = [*INTEGERS, *FLOATS, *FLOATS]

# Each reduction: the dtypes it is given, the keyword arguments it takes. What NumPy computes by products of complex
# numbers depends on the machine: some round these once.
REDUCTIONS = {
    "sum": (DTYPES, ["dtype", "initial", "out", "where"]),
    "prod": (REAL, ["dtype", "initial", "out", "where"]),
    "min": (REAL, ["initial", "out", "where"]),
    "max": (REAL, ["initial", "out", "where"]),
    "any": (DTYPES, ["out", "where"]),
    "all": (DTYPES, ["out", "where"]),
    "mean": (DTYPES, ["dtype", "out", "where"]),
    "var": (DTYPES, ["ddof", "out", "where"]),
    "std": (DTYPES, ["ddof", "where"]),
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
    "quantile": (NUMBERS, ["q"]),
    "percentile": (NUMBERS, ["q"]),
    "nanquantile": (FLOATS, ["q"]),
    "nanpercentile": (FLOATS, ["q"]),
    "average": (FLOATS, ["weights"]),
}

# Those that go along one dimension or all, and of these the ones that keep it.
OF_ONE_AXIS = ["ptp", "argmin", "argmax", "nanargmin", "nanargmax", "cumsum", "cumprod", "nancumsum", "nancumprod"]
CUMULATIVE = OF_ONE_AXIS[-4:]

# Which zero is the least, or stands in the middle, depends on the machine.
EXTREMA = ["min", "max", "nanmin", "nanmax"]
OF_ZEROS = [*EXTREMA, "median", "nanmedian", "quantile", "percentile", "nanquantile", "nanpercentile"]


class Kernel:
    """A kernel that reduces the array it is given."""

    def __init__(self, rng, number, serial):
        self.rng = rng
        self.function = f"k{number}"
        self.name = list(REDUCTIONS)[serial % len(REDUCTIONS)]
        dtypes, self.options = REDUCTIONS[self.name]
        self.dtype = rng.choice(dtypes)
        self.rank = rng.choice([0, *[1] * 4, *[2] * 8, *[3] * 8, *[4] * 4])
        # The order in which products are summed is that of memory in NumPy, and C's order in kernels.
        self.layout = "C" if self.name == "average" else rng.choice(["any", "any", "any", "C", "F"])
        self.axis, self.reduced = self.random_axis()
        self.is_dynamic = isinstance(self.axis, int) and self.rank > 0 and rng.random() < 0.3
        self.keepdims = self.name not in CUMULATIVE and rng.random() < 0.2
        self.out = None
        self.beside = None

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
        params = [("x", type_of(self.dtype, self.rank, self.layout))]
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
            params.append(("out", type_of(result, rank, "any")))
            keywords.append("out=out")
        if "where" in self.options and self.chance(0.2):
            if self.name in EXTREMA and not any(keyword.startswith("initial") for keyword in keywords):
                keywords.append("initial=1" if self.dtype == "bool_" else "initial=3")
            # NumPy goes through both in the order of memory that suits both, kernels in that of the array.
            self.beside, self.layout = "bool_", "C"
            params[0] = ("x", type_of(self.dtype, self.rank, "C"))
            params.append(("w", type_of("bool_", self.rank)))
            keywords.append("where=w")
        if "weights" in self.options and self.chance(0.6):
            self.beside = self.dtype
            params.append(("w", type_of(self.dtype, self.rank)))
            keywords.append("weights=w")
        if "q" in self.options:
            keywords.insert(0, str(self.rng.choice([0, 1, 0.5, 0.25, 0.3, 0.99])))
        names = ", ".join(f"{name}: {ty}" for name, ty in params)
        call = f"np.{self.name}({', '.join(['x', *keywords])})"
        turned = ["    x[...] *= 0.8 - 0.6j"] if self.dtype in COMPLEX else []
        if self.dtype in FLOATS and self.name[:3] == "nan":
            turned = ["    x[...] = np.where(np.abs(x) < 5.0, np.nan, x)"]
        return ["@njit", f"def {self.function}({names}):", *turned, f"    return {call}", ""]

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
        beside = [strided(self.rng, shape, "C", self.numbers_beside)] if self.beside else []
        if self.out is None:
            args += beside
        if self.out is None:
            return [f">>> {self.function}({', '.join(args)})"]
        kept = self.shape_left(shape)
        # Messages hold nine numbers.
        if self.chance(0.05) and self.rank <= 2 and kept and min(kept) > 1:
            kept[self.rng.randrange(len(kept))] += 5
        out = f"np.zeros({tuple(kept)}, dtype=np.{self.out})"
        if len(kept) > 1 and self.chance(0.4):
            axes = self.rng.sample(range(len(kept)), len(kept))
            back = [kept[axes.index(axis)] for axis in range(len(kept))]
            out = f"np.zeros({tuple(kept[axis] for axis in axes)}, dtype=np.{self.out})"
            out += f".transpose({', '.join(str(axes.index(axis)) for axis in range(len(kept)))})"
        return [f">>> out = {out}", f">>> {self.function}({', '.join([*args, 'out', *beside])})"]

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
            # NumPy selects by the reduced dimensions as one, whose size it cannot tell where others are 0.
            selects = "q" in self.options or "median" in self.name
            if selects and math.prod(shape) == 0 and self.rank > 1:
                continue
            if math.prod(shape) <= 40000 and math.prod(self.shape_left(shape)) <= 40:
                return shape

    def array(self, shape):
        """An array of this shape, with strides of its layout."""
        return strided(self.rng, shape, self.layout, self.elements)

    def numbers_beside(self, base):
        """The elements of a mask, or of weights."""
        if self.beside == "bool_":
            return f"np.linspace(-3.0, 3.0, {math.prod(base)}).astype(np.int8).astype(np.bool_)"
        return f"np.linspace(0.5, 3.0, {math.prod(base)}).astype(np.{self.beside})"

    def elements(self, base):
        """As many elements as an array of this shape has."""
        size = math.prod(base)
        if self.dtype in FLOATS + COMPLEX and 0 < size < 30 and self.chance(0.5):
            values = ["0.0", "-1e-300", "0.0", "-0.0", "np.nan", "np.inf", "-np.inf", "1e300", "3e38", "0.1", "-7.25"]
            if self.name == "nanmedian":
                # Of an odd number NumPy adds the middle one to itself, which overflows.
                values = [value for value in values if value not in ("1e300", "3e38")]
            values = ", ".join(self.rng.choice(values[4 * (self.name in OF_ZEROS) :]) for _ in range(size))
            return f"np.array([{values}], dtype=np.{self.dtype})"
        low, high = self.rng.uniform(-50, 10), self.rng.uniform(20, 90)
        if self.dtype[0] in "ub":
            low = 0.0
        if "prod" in self.name and size > 40:
            low, high = (0.0, 3.0) if self.dtype[0] in "uib" else (0.97, 1.04)
        parts = f"{low!r}, {high!r}"
        return f"np.linspace({parts}, {size}).astype(np.{self.dtype})"


if __name__ == "__main__":
    raise SystemExit(write(__doc__, "Random reductions", Kernel, DTYPES))
