"""Random calls of what sorts, ranks and searches, as NumPy does it.

    python tests/judge/random_sorting.py --cases 10000 --seed 1 random.md
    cargo run --release -p pykernel-cli -- test random.md

The first command writes a transcript: kernels that sort arrays of random dtypes along random dimensions, and calls with
arrays of random shapes and strides, with NaN, infinities and many equal elements. The second runs it.
"""

import math

from random_arrays import COMPLEX, FLOATS, INTEGERS, literal, strided, type_of, write

DTYPES = ["bool_", *INTEGERS, *FLOATS, *FLOATS, *FLOATS, *COMPLEX]
REAL = [dtype for dtype in DTYPES if dtype not in COMPLEX]

# Each function: the dtypes that it takes, the ranks, and what a kernel returns. Equal elements are in any order in NumPy
# where it does not say `stable`: only values are looked at there.
FORMS = {
    "sort": (DTYPES, (1, 4), "np.sort(x{axis})"),
    "sort all": (DTYPES, (0, 3), "np.sort(x, axis=None)"),
    "method": (DTYPES, (1, 3), "x"),
    "argsort": (REAL, (1, 4), "np.argsort(x{axis}, kind='stable')"),
    "partition": (REAL, (1, 1), "np.partition(x, k)[k]"),
    "parts": (REAL, (1, 3), "np.sort(np.partition(x, k{axis}){axis}{axis_again})"),
    "argpartition": (REAL, (1, 1), "x[np.argpartition(x, k)][k]"),
    "lexsort": (REAL, (1, 1), "np.lexsort((y, x))"),
    "lexsort three": (REAL, (1, 1), "np.lexsort((x, y, x[::-1]))"),
    "sort along": (DTYPES, (1, 3), "np.sort(x, axis=axis)"),
    "argsort along": (REAL, (1, 3), "np.argsort(x, axis=axis, kind='stable')"),
    "searchsorted": (REAL, (1, 1), "np.searchsorted(np.sort(x), y, side='{side}')"),
    "digitize": (REAL, (1, 1), "np.digitize(y, np.unique(x))"),
    "unique": (REAL, (0, 3), "np.unique(x)"),
    "unique parts": (REAL, (1, 1), "np.unique(x, return_index=True, return_inverse=True, return_counts=True)"),
    "median": (REAL, (1, 3), "np.median(x{axis})"),
    "isin": (REAL, (1, 2), "np.isin(x, y)"),
    "union1d": (REAL, (1, 1), "np.union1d(x, y)"),
    "intersect1d": (REAL, (1, 1), "np.intersect1d(x, y)"),
    "setdiff1d": (REAL, (1, 1), "np.setdiff1d(x, y)"),
}


class Kernel:
    """A kernel that sorts the array it is given."""

    def __init__(self, rng, number, serial):
        self.rng = rng
        self.function = f"k{number}"
        self.name = list(FORMS)[serial % len(FORMS)]
        dtypes, (least, most), self.form = FORMS[self.name]
        self.dtype = rng.choice(dtypes)
        self.rank = rng.randint(least, most)
        self.layout = rng.choice(["any", "any", "any", "C", "F"])
        self.axis = rng.randrange(-self.rank, self.rank) if self.rank else None

    def text(self):
        """Its lines."""
        params = [("x", type_of(self.dtype, self.rank, self.layout))]
        if self.has("y"):
            params.append(("y", type_of(self.dtype, 1)))
        if self.has("k"):
            params.append(("k", "int64"))
        if self.name.endswith("along"):
            params.append(("axis", "int64"))
        said = f", axis={self.axis}" if self.rank > 1 or self.rng.random() < 0.3 else ""
        form = self.form.format(axis=said, axis_again="", side=self.rng.choice(["left", "right"]))
        if self.name == "parts":
            form = self.form.replace("{axis}{axis_again}", "{again}").format(axis=said, again=said)
        names = ", ".join(f"{name}: {ty}" for name, ty in params)
        before = [f"    x.sort({said.removeprefix(', ')})"] if self.name == "method" else []
        return ["@njit", f"def {self.function}({names}):", *before, f"    return {form}", ""]

    def has(self, name):
        """Whether the form has a parameter."""
        return f"({name}" in self.form or f", {name}" in self.form

    def calls(self):
        """A line that calls it."""
        rng = self.rng
        most = [0, 1, 2, 3, 8, 17, 40, 130] if self.rank < 2 else [0, 1, 2, 3, 5, 9]
        shape = [rng.choice(most) if rng.random() < 0.5 else rng.choice([2, 3, 5]) for _ in range(self.rank)]
        args = [strided(rng, shape, self.layout, self.elements)]
        if self.has("y"):
            n = shape[0] if "lexsort" in self.name else rng.choice([0, 1, 3, 7])
            args.append(strided(rng, [n], "any", self.elements))
        if self.has("k"):
            extent = shape[self.axis]
            place = rng.randrange(-extent, extent) if extent else 0
            args.append(str(extent + 1 if rng.random() < 0.03 else place))
        if self.name.endswith("along"):
            args.append(str(rng.randrange(-self.rank, self.rank) if rng.random() > 0.05 else self.rank))
        return [f">>> {self.function}({', '.join(args)})"]

    def elements(self, whole):
        """Few different ones, many, or the odd ones."""
        n, rng = math.prod(whole), self.rng
        kind = rng.random()
        if self.dtype == "bool_":
            return literal(rng, self.dtype, whole, ["True", "False"])
        if self.dtype in FLOATS and kind < 0.4:
            zero = "0.0" if "stable" not in self.form else rng.choice(["0.0", "-0.0"])
            odd = [zero, "np.nan", "np.inf", "-np.inf", "1e30", "-7.25", "0.1", "-1e-30"]
            return literal(rng, self.dtype, whole, odd)
        if self.dtype in COMPLEX:
            return literal(rng, self.dtype, whole, ["1+2j", "1-2j", "0.5j", "-3.0", "1+1j", "2.5"])
        if n > 400:
            return f"np.linspace(0, {rng.choice([3, 100])}, {n}).astype(np.{self.dtype})"
        least, most = (0, rng.choice([2, 9, 100])) if self.dtype[0] == "u" else rng.choice([(-1, 1), (-100, 100)])
        return literal(rng, self.dtype, whole, [str(number) for number in range(least, most + 1)])


if __name__ == "__main__":
    raise SystemExit(write(__doc__, "Random sorting", Kernel, DTYPES))
