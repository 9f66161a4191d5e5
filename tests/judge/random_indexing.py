"""Random subscripts: what they read, store and update, as NumPy does it.

    python tests/judge/random_indexing.py --cases 10000 --seed 1 random.md
    cargo run --release -p pykernel-cli -- test random.md

The first command writes a transcript: kernels whose subscripts hold integers, slices, ellipses, new dimensions, arrays of
integers and masks in any order, and calls with arrays of random shapes and strides. The second runs it.
"""

import math

import numpy as np
from random_arrays import COMPLEX, FLOATS, INTEGERS, literal, strided, type_of, write

DTYPES = ["bool_", *INTEGERS, *FLOATS, *FLOATS, *COMPLEX]
# What an array of a dtype is set to: numbers of it, and those of others that it holds.
SAFE = ["bool_", "int8", "int16", "int32", "int64", "float64", "complex128"]
CASTS = {dtype: [dtype, dtype, *SAFE[: SAFE.index(dtype)]] if dtype in SAFE else [dtype] for dtype in DTYPES}
# What sets parts of an array to other parts of it, or changes them by these.
MOVES = ["move", "shift"]
# How often an index lies outside, and an array of values has a wrong shape.
WRONG = 0.02


class Kernel:
    """A kernel with one subscript, or two of one array."""

    def __init__(self, rng, number, _serial):
        self.rng = rng
        self.function = f"k{number}"
        self.dtype = rng.choice(DTYPES)
        self.rank = rng.choice([1, 1, 2, 2, 2, 3, 3, 4])
        self.layout = rng.choice(["any", "any", "any", "C", "F"])
        self.names = iter(f"i{count}" for count in range(99))
        self.indices = rng.choice([(3,), (2, 3), (4,), ()])
        self.kind = rng.choice(["read", "read", "read", "store", "store", "number", "update", "move", "shift"])
        self.items = self.random_items()
        if self.kind in MOVES and not all(isinstance(item, Slice) for item in self.items):
            self.kind = "read"
        self.others = [Slice(self, axis, item) for axis, item in enumerate(self.items)] if self.kind in MOVES else []
        self.value_dtype = rng.choice(CASTS[self.dtype]) if self.kind == "store" else self.dtype

    def chance(self, probability):
        return self.rng.random() < probability

    def random_items(self):
        """What stands between the brackets: for each item the dimensions that it takes follow those before."""
        rng, items, axis = self.rng, [], 0
        is_plain = self.kind in MOVES or self.chance(0.4)
        wanted = self.rank if self.chance(0.6) else rng.randint(0, self.rank)
        has_rest = False
        while axis < wanted:
            left = wanted - axis
            kind = rng.choice(["slice"] * 3 if self.kind in MOVES else ["index", "slice", "slice"] if is_plain else ["index", "slice", "array", "array", "mask"])
            made = {"index": Index, "slice": Slice, "array": Array, "mask": Mask}[kind](self, axis)
            if isinstance(made, Mask):
                made.rank = rng.randint(1, left)
            items.append(made)
            axis += made.rank
            if not has_rest and self.kind not in MOVES and self.chance(0.1):
                items.append(Other("..."))
                has_rest = True
                axis += self.rank - wanted
                for item in items[:-1]:
                    item.is_before_rest = True
                wanted = self.rank
            elif self.kind not in MOVES and self.chance(0.1):
                items.append(Other("None"))
        return items or [Other("...")]

    def text(self):
        """Its lines."""
        params = [("x", type_of(self.dtype, self.rank, self.layout))]
        for item in [*self.items, *self.others]:
            params += item.params()
        subscript = f"x[{', '.join(item.text() for item in self.items)}]"
        is_element = len(self.items) == self.rank and all(isinstance(item, Index) for item in self.items)
        self.value_rank = 0 if is_element else self.rng.randint(0, 2)
        if self.kind in ("store", "update"):
            params.append(("v", type_of(self.value_dtype, self.value_rank) if self.value_rank else self.value_dtype))
        op = self.rng.choice(["|", "&", "^"]) if self.dtype == "bool_" else self.rng.choice(["+", "-", "*"])
        lines = {
            "read": [f"return {subscript}"],
            "store": [f"{subscript} = v", "return x"],
            "number": [f"{subscript} = {'True' if self.dtype == 'bool_' else '7'}", "return x"],
            "update": [f"{subscript} {op}= v", "return x"],
            "move": [f"{subscript} = x[{', '.join(item.text() for item in self.others)}]", "return x"],
            "shift": [f"{subscript} {op}= x[{', '.join(item.text() for item in self.others)}]", "return x"],
        }[self.kind]
        names = ", ".join(f"{name}: {ty}" for name, ty in params)
        return ["@njit", f"def {self.function}({names}):", *(f"    {line}" for line in lines), ""]

    def calls(self):
        """A line that calls it."""
        rng = self.rng
        shape = [rng.choice([0, 1, 2, 3, 4, 5]) if self.chance(0.1) else rng.choice([2, 3, 3, 4, 5]) for _ in range(self.rank)]
        args = [strided(rng, shape, self.layout, self.elements)]
        for item in [*self.items, *self.others]:
            args += item.args(shape)
        if self.kind in ("store", "update"):
            args.append(self.values(shape, args))
        return [f">>> {self.function}({', '.join(args)})"]

    def values(self, shape, args):
        """An array that broadcasts to what the subscript stands for, if that is something."""
        if self.value_rank == 0:
            return literal(self.rng, self.value_dtype, (1,), self.numbers(self.value_dtype)) + "[0]"
        wanted = list(self.shape_of(shape, args) or [2, 2])
        wanted = ([1] * self.value_rank + wanted)[-self.value_rank :]
        given = [1 if self.chance(0.2) else extent for extent in wanted]
        if self.chance(WRONG):
            given[0] += 1
        return strided(self.rng, given, "any", lambda whole: literal(self.rng, self.value_dtype, whole, self.numbers(self.value_dtype)))

    def shape_of(self, shape, args):
        """The shape of what the subscript stands for, by NumPy; `None` where it refuses it."""
        names = [name for item in self.items for name, _ in item.params()]
        known = {name: eval(arg, {"np": np}) for name, arg in zip(names, args[1:])}
        subscript = eval(f"np.s_[{', '.join(item.text() for item in self.items)}]", {"np": np, **known})
        try:
            return np.zeros(shape)[subscript].shape
        except (IndexError, ValueError):
            return None

    def numbers(self, dtype):
        if dtype == "bool_":
            return ["True", "False"]
        if dtype in COMPLEX:
            return ["1.5+2j", "-0.5j", "3.0", "-2.25-1j"]
        if dtype in FLOATS:
            return ["1.5", "-0.0", "3.0", "np.nan", "-7.25", "1e30"]
        return ["0", "1", "2", "3", "7", "100"] if dtype[0] == "u" else ["0", "-1", "2", "-3", "7", "100"]

    def elements(self, whole):
        n = math.prod(whole)
        if n < 60:
            return literal(self.rng, self.dtype, whole, self.numbers(self.dtype))
        return f"np.linspace(0, 100, {n}).astype(np.{self.dtype})"


class Item:
    """An item of a subscript, at a dimension of the array."""

    rank = 1
    is_before_rest = False

    def __init__(self, kernel, axis):
        self.kernel, self.rng, self.axis = kernel, kernel.rng, axis
        self.name = next(kernel.names)

    def text(self):
        return self.name

    def extent(self, shape):
        """That of the dimension."""
        return shape[self.axis]

    def index(self, extent):
        """A place of a dimension."""
        if extent == 0 or self.rng.random() < WRONG:
            return self.rng.choice([extent, -extent - 1, extent + 3])
        return self.rng.randrange(-extent, extent)


class Index(Item):
    """An integer."""

    def params(self):
        return [(self.name, "int64")]

    def args(self, shape):
        return [str(self.index(self.extent(shape)))]


class Slice(Item):
    """A slice, some of whose bounds are parameters; or one of as many elements as another."""

    def __init__(self, kernel, axis, like=None):
        super().__init__(kernel, axis)
        self.given = [like is not None or self.rng.random() < 0.6 for _ in range(2)]
        self.step = like.step if like else self.rng.choice([None, None, 1, 2, -1, -2, 3])
        self.like = like
        self.bounds = [0, 0]

    def text(self):
        start, stop = [f"{self.name}_{n}" if given else "" for n, given in enumerate(self.given)]
        return f"{start}:{stop}" + (f":{self.step}" if self.step else "")

    def params(self):
        return [(f"{self.name}_{n}", "int64") for n, given in enumerate(self.given) if given]

    def args(self, shape):
        extent = self.extent(shape)
        if self.like:
            # The bounds of the other, moved: as many elements, unless one is cut at the ends.
            whole = range(extent)[slice(*self.like.bounds, self.step)]
            shift = self.rng.choice([-1, 0, 1])
            start, stop, step = whole.start + shift, whole.stop + shift, whole.step
            if min(start, stop) < 0 or len(range(extent)[start:stop:step]) != len(whole):
                start, stop = whole.start, max(whole.stop, 0)
            self.bounds = [start, stop]
            return [str(start), str(stop)]
        self.bounds = [self.rng.randint(-extent - 2, extent + 2) if given else None for given in self.given]
        return [str(bound) for bound in self.bounds if bound is not None]


class Array(Item):
    """An array of integers, of the shape that all have in a kernel, or of 1 in a dimension."""

    def __init__(self, kernel, axis):
        super().__init__(kernel, axis)
        self.shape = [1 if self.rng.random() < 0.15 else extent for extent in kernel.indices] or [1]
        self.dtype = self.rng.choice(["int64", "int64", "int32", "uint8"])

    def params(self):
        return [(self.name, type_of(self.dtype, len(self.shape)))]

    def args(self, shape):
        extent = self.extent(shape)
        indices = [self.index(extent) for _ in range(math.prod(self.shape))]
        if self.dtype == "uint8":
            indices = [abs(index) for index in indices]
        text = f"np.array({indices}, dtype=np.{self.dtype})"
        return [text if len(self.shape) == 1 else f"{text}.reshape({tuple(self.shape)})"]


class Mask(Item):
    """A mask, of as many dimensions as it takes."""

    def params(self):
        return [(self.name, type_of("bool_", self.rank))]

    def args(self, shape):
        extents = list(shape[self.axis : self.axis + self.rank])
        if self.rng.random() < WRONG:
            extents[0] += 1
        whole = [extent for extent in extents]
        return [strided(self.rng, whole, "any", lambda shape: literal(self.rng, "bool_", shape, ["True", "False"]))]


class Other(Item):
    """An ellipsis, or a new dimension."""

    rank = 0

    def __init__(self, text):
        self.written = text

    def text(self):
        return self.written

    def params(self):
        return []

    def args(self, shape):
        return []


if __name__ == "__main__":
    raise SystemExit(write(__doc__, "Random subscripts", Kernel, DTYPES))
