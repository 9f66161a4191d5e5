"""Random calls of the ufuncs in random_ufuncs.md, with what NumPy answers.

    python tests/judge/random_ufuncs.py --cases 10000 --seed 1 random.md
    cargo run --release -p pykernel-cli -- test random.md

The first command writes a transcript: operands of random shapes, strides and dtypes, random methods
and keyword arguments, some of them wrong. The second runs it.
"""

import argparse
import random
from pathlib import Path

import judge

KERNELS = Path(__file__).with_suffix(".md")
CASES_IN_SECTION = 500

INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
FLOATS = ["float32", "float64"]
COMPLEX = ["complex64", "complex128"]
DTYPES = ["bool_", *INTEGERS, *FLOATS, *COMPLEX]

# The dtypes that a ufunc is mostly given.
UFUNCS = {
    "add": ["bool_", "int8", "int16", "int32", "int64", "uint8", "uint32", *FLOATS, *COMPLEX],
    "sub": ["int8", "int32", "int64", "uint16", *FLOATS],
    "least": ["uint8", "int8", "int16", "int32", "bool_", *FLOATS],
    "mul": ["uint8", "uint16", "int64", "uint64", *COMPLEX],
    "either": ["bool_"],
    "less": ["int8", "int64", *FLOATS],
    "double": [*INTEGERS, *FLOATS, *COMPLEX],
    "quotient": ["int8", "int64", *FLOATS],
}
FOLDED = ["add", "sub", "least", "mul", "either"]
GUFUNCS = {
    "total": ("(n)->()", ["int16", "int32", "int64", *FLOATS]),
    "g": ("(n),()->(n)", ["int8", "int64", *FLOATS]),
    "matmul": ("(m?,n),(n,p?)->(m?,p?)", ["int16", "int32", *FLOATS]),
    "cross": ("(3),(3)->(3)", ["int8", *FLOATS]),
    "weigh": ("(n|1),(n|1)->(n)", ["int8", "int64", "float64", *COMPLEX]),
    "convolve": ("(m),(n)->(m+n-1)", ["int32", *FLOATS]),
    "max_min": ("(n)->(),()", ["int8", "int16", *FLOATS]),
}


class Case:
    """One call: lines that make its operands, the call, and lines that show what it wrote."""

    def __init__(self, rng):
        self.rng = rng
        self.before, self.after = [], []
        # Where a cast or a sum in another order could differ, numbers are small integers.
        self.tame = rng.random() < 0.5
        self.numbers = ["2", "-3", "0", "1.5", "True", "2j"]

    def chance(self, probability):
        return self.rng.random() < probability

    def extents(self, most=3):
        return [self.rng.choice([0, 1, 2, 2, 3, 3, 4, 5]) for _ in range(self.rng.randint(0, most))]

    def narrowed(self, shape):
        """A shape that broadcasts to this one."""
        shape = list(shape)
        while shape and self.chance(0.2):
            shape.pop(0)
        return [1 if self.chance(0.15) else extent for extent in shape]

    def number(self, dtype):
        """The text of an element."""
        rng = self.rng
        if dtype == "bool_":
            return rng.choice(["True", "False"])
        if dtype in INTEGERS:
            bits = int(dtype.lstrip("uint"))
            least, most = (0, 2**bits - 1) if dtype[0] == "u" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
            if not self.tame and self.chance(0.3):
                return str(rng.choice([least, most, rng.randint(least, most)]))
            return str(rng.randint(0 if dtype[0] == "u" else -9, 9))
        if dtype in FLOATS:
            return self.real()
        return f"{self.real()}+{abs(float(rng.randint(0, 9)))}j"

    def real(self):
        if self.tame:
            return f"{self.rng.randint(-9, 9)}.0"
        if self.chance(0.1):
            return self.rng.choice(["np.nan", "np.inf", "-np.inf", "-0.0", "1e300", "-1e-300", "3e38"])
        return repr(round(self.rng.uniform(-9, 9), self.rng.randint(0, 4)))

    def array(self, name, dtype, shape):
        """Lines that make an array of this shape with random strides."""
        rng = self.rng
        if self.chance(0.1) and shape:
            kept = self.narrowed(shape)
            self.before.append(f"{name} = np.broadcast_to({self.fresh(dtype, kept)}, {tuple(shape)})")
            return name
        order = list(range(len(shape)))
        if self.chance(0.5):
            rng.shuffle(order)
        steps = [rng.choice([1, 1, 1, -1, 2, -2, 3]) for _ in shape]
        base = [0] * len(shape)
        for axis, (extent, step) in enumerate(zip(shape, steps)):
            base[order.index(axis)] = extent and (extent - 1) * abs(step) + 1
        size = 1
        for extent in base:
            size *= extent
        if size > 150 or order == sorted(order) and all(step == 1 for step in steps):
            self.before.append(f"{name} = {self.fresh(dtype, shape)}")
            return name
        self.before.append(f"{name}_ = {self.fresh(dtype, base)}")
        back = [order.index(axis) for axis in range(len(shape))]
        slices = ", ".join(":" if step == 1 else f"::{step}" for step in steps)
        self.before.append(f"{name} = {name}_.transpose({', '.join(map(str, back))})[{slices}]")
        return name

    def fresh(self, dtype, shape):
        size = 1
        for extent in shape:
            size *= extent
        numbers = ", ".join(self.number(dtype) for _ in range(size))
        text = f"np.array([{numbers}], dtype=np.{dtype})"
        return text if len(shape) == 1 else f"{text}.reshape({tuple(shape)})"

    def operand(self, name, dtype, shape):
        """An array, or a number of Python's."""
        if self.chance(0.15):
            return self.rng.choice(self.numbers)
        return self.array(name, dtype, self.narrowed(shape))

    def out(self, name, dtype, shape):
        """An array to be written; its whole memory is shown after the call."""
        self.array(name, dtype, shape)
        if "np.broadcast_to" in self.before[-1]:
            self.before[-1] = f"{name} = {self.fresh(dtype, shape)}"
        memory = f"{name}_"
        self.after.append(memory if self.before[-1].startswith(f"{name} = {memory}") else name)
        return name

    def written(self, name, ufunc, shape):
        """An array for results that are cast without a check: one that can hold them."""
        wide = COMPLEX if ufunc == "mul" else ["int32", "int64", *FLOATS, *COMPLEX]
        return self.out(name, self.rng.choice(wide), shape)

    def mask(self, shape):
        """A `where=`."""
        return f"where={self.array('m', 'bool_', self.narrowed(shape))}"

    def dtype(self, dtypes):
        """Mostly one of these."""
        return self.rng.choice(DTYPES if self.chance(0.05) else dtypes)

    def signed_dtype(self, dtypes):
        """A `dtype=` that holds what is negative."""
        signed = [dtype for dtype in dtypes if dtype[0] != "u"]
        return f"dtype=np.{self.rng.choice(signed)}"

    def casting(self, *rules):
        return f"casting='{self.rng.choice(rules)}'"

    def lines(self, call):
        return [*self.before, call, *self.after]


def elementwise(case):
    """A call of a ufunc."""
    if case.chance(0.1):
        return picked(case)
    name = case.rng.choice(list(UFUNCS))
    keywords, shape = [], case.extents()
    if case.chance(0.1):
        keywords.append(case.casting("no", "equiv", "safe", "same_kind"))
    elif case.chance(0.1) and name != "quotient":
        # Floats that an integer cannot hold become what the machine makes of them.
        case.tame = True
        keywords += [case.casting("same_kind", "unsafe"), case.signed_dtype(UFUNCS[name])]
        # Which of complex types NumPy names, as it refuses one, depends on more than that.
        case.numbers.remove("2j")
    n_inputs = 1 if name == "double" else 2
    inputs = [case.operand("ab"[i], case.dtype(UFUNCS[name]), shape) for i in range(n_inputs)]
    if case.chance(0.03):
        inputs[-1] = case.array("d", "int64", case.extents())
    return called(case, name, inputs, keywords, shape, 2 if name == "quotient" else 1, UFUNCS[name])


def picked(case):
    shape = case.extents()
    dtypes = [["bool_"], ["int8", "int16", "int32"], FLOATS]
    inputs = [case.operand(name, case.dtype(of), shape) for name, of in zip("abd", dtypes)]
    return called(case, "pick", inputs, [], shape, 1, FLOATS)


def called(case, name, inputs, keywords, shape, n_outputs, dtypes):
    """The lines of a call with outputs and a mask, perhaps."""
    masked = case.chance(0.15)
    if masked or case.chance(0.3):
        is_unsafe = any("unsafe" in keyword for keyword in keywords)
        if is_unsafe:
            outputs = [case.written("c0", name, shape)]
        else:
            outputs = [case.out(f"c{i}", case.dtype(dtypes), shape) for i in range(n_outputs)]
        is_shared = is_unsafe or any(line.startswith("a = np.broadcast_to") for line in case.before)
        if n_outputs == 1 and not masked and not is_shared and case.chance(0.3) and inputs[0] == "a":
            outputs = inputs[:1]
        keywords.append(f"out=({', '.join(outputs)},)" if n_outputs > 1 or case.chance(0.3) else f"out={outputs[0]}")
        if masked:
            keywords.append(case.mask(shape))
    return case.lines(f"{name}({', '.join([*inputs, *keywords])})")


def axis_of(case, shape):
    if case.chance(0.05):
        return case.rng.choice([len(shape), -len(shape) - 1])
    return case.rng.randrange(-len(shape), len(shape)) if shape else 0


def reduce(case):
    name = case.rng.choice(FOLDED)
    shape, keywords = case.extents(4), []
    kept = None
    if shape and case.chance(0.7):
        if case.chance(0.5):
            axis = axis_of(case, shape)
            kept = {axis % len(shape)}
        elif case.chance(0.3):
            axis, kept = None, set(range(len(shape)))
            case.tame = True
        else:
            axis = tuple(case.rng.sample(range(len(shape)), case.rng.randint(0, len(shape))))
            kept, case.tame = set(axis), True
        keywords.append(f"axis={axis}")
    kept = {0} if kept is None else kept
    keepdims = case.chance(0.2)
    if keepdims:
        keywords.append("keepdims=True")
    if case.chance(0.2):
        case.tame = True
        keywords.append(case.signed_dtype(UFUNCS[name]))
    written = case.chance(0.2)
    case.tame = case.tame or written
    # NumPy may take several axes in another order, on which products depend.
    if name == "mul" and len(kept) > 1:
        name = "add"
    dtypes = UFUNCS[name]
    array = case.array("a", case.dtype(dtypes), shape)
    masked = case.chance(0.2)
    if case.chance(0.2) or masked and case.chance(0.8):
        # NumPy casts it to the type of the output before it begins.
        fractions = [] if written else ["0.5"]
        keywords.append(f"initial={case.rng.choice(['2', '1', 'None', 'np.int8(3)', *fractions])}")
    if masked:
        keywords.append(case.mask(shape))
    if written:
        left = [1 if axis in kept else extent for axis, extent in enumerate(shape) if keepdims or axis not in kept]
        keywords.append(f"out={case.written('c', name, left)}")
    return case.lines(f"{name}.reduce({', '.join([array, *keywords])})")


def accumulate(case):
    name = case.rng.choice(FOLDED)
    shape, keywords = case.extents(3) or [3], []
    if case.chance(0.7):
        keywords.append(f"axis={axis_of(case, shape)}")
    return folded(case, name, "accumulate", shape, shape, [], keywords)


def reduceat(case):
    name = case.rng.choice(FOLDED)
    shape, keywords = case.extents(3) or [4], []
    axis = 0
    if case.chance(0.7):
        axis = axis_of(case, shape)
        keywords.append(f"axis={axis}")
    axis = axis % len(shape)
    extent = shape[axis]
    count = case.rng.randint(0, 5) if extent else 0
    indices = [case.rng.randrange(extent + (case.rng.random() < 0.02)) for _ in range(count)]
    indices = f"np.array({indices}, dtype=np.{case.rng.choice(['int64', 'int32', 'uint8'])})"
    result = [*shape[:axis], count, *shape[axis + 1 :]]
    return folded(case, name, "reduceat", shape, result, [indices], keywords)


def folded(case, name, method, shape, result, args, keywords):
    if case.chance(0.2):
        case.tame = True
        keywords.append(case.signed_dtype(UFUNCS[name]))
    written = case.chance(0.3)
    case.tame = case.tame or written
    array = case.array("a", case.dtype(UFUNCS[name]), shape)
    if written:
        keywords.append(f"out={case.written('c', name, result)}")
    return case.lines(f"{name}.{method}({', '.join([array, *args, *keywords])})")


def outer(case):
    name = case.rng.choice([*FOLDED, "less", "quotient"])
    shapes = [case.extents(2), case.extents(2)]
    inputs = [case.operand(name_, case.dtype(UFUNCS[name]), shape) for name_, shape in zip("ab", shapes)]
    return case.lines(f"{name}.outer({', '.join(inputs)})")


def at(case):
    name = case.rng.choice([*FOLDED, "double"])
    shape = [max(extent, 1) for extent in case.extents(3)] or [3]
    case.tame = True
    array = case.written("a", name, shape)
    n_indexed = case.rng.randint(1, len(shape))
    count = case.rng.randint(0, 6)
    indices = []
    for extent in shape[:n_indexed]:
        most = extent + (case.rng.random() < 0.02)
        indices.append(f"np.array({[case.rng.randrange(-extent, most) for _ in range(count)]}, dtype=np.int64)")
    index = f"({', '.join(indices)},)" if n_indexed > 1 else indices[0]
    args = [array, index]
    if name != "double":
        args.append(case.operand("b", case.dtype(UFUNCS[name]), [count, *shape[n_indexed:]]))
    return case.lines(f"{name}.at({', '.join(args)})")


def generalized(case):
    """A call of a gufunc."""
    if case.chance(0.1):
        return shifted(case)
    name = case.rng.choice(list(GUFUNCS))
    layout, dtypes = GUFUNCS[name]
    sizes = {size: case.rng.choice([0, 1, 2, 3, 4]) for size in "mnp"}
    if name == "max_min":
        sizes["n"] += 1
    dropped = {size for size in "mp" if case.chance(0.2)} if "?" in layout else set()
    loops, keywords = case.extents(2), []

    def core(text):
        names = [part for part in text.strip("()").split(",") if part and part.rstrip("?") not in dropped]
        return [eval(part.rstrip("?").removesuffix("|1"), {}, sizes) for part in names]

    inputs, outputs = [side.replace("),(", ") (").split() for side in layout.split("->")]
    shapes = []
    for text in inputs:
        shape = core(text)
        if "|1" in text and case.chance(0.4):
            shape = [1]
        if shape and case.chance(0.03):
            shape[case.rng.randrange(len(shape))] += 1
        shapes.append([*case.narrowed(loops), *shape])
    results = [core(text) for text in outputs]
    moved = None
    if name in ("total", "max_min", "g", "cross", "weigh") and case.chance(0.2):
        if all(len(shape) > 1 for shape, text in zip(shapes, inputs) if text != "()"):
            moved = 0
            keywords.append("axis=0")
            shapes = [shape if text == "()" else [shape[-1], *shape[:-1]] for shape, text in zip(shapes, inputs)]
    args = [
        case.array(name_, case.dtype(dtypes), shape)
        if shape or case.chance(0.5)
        else case.rng.choice(["2", "1.5", "0", "300"])
        for name_, shape in zip("ab", shapes)
    ]
    if name in ("total", "max_min") and case.chance(0.2):
        keywords.append("keepdims=True")
    elif moved is None and min(min(result, default=0) for result in results) >= 0 and case.chance(0.3):
        made = [case.out(f"c{i}", case.dtype(dtypes), [*loops, *result]) for i, result in enumerate(results)]
        keywords.append(f"out=({', '.join(made)},)")
    if case.chance(0.05):
        keywords.append(case.casting("no", "equiv", "safe", "same_kind"))
    return case.lines(f"{name}({', '.join([*args, *keywords])})")


def shifted(case):
    case.tame = True
    shape = case.extents(3) or [3]
    array = case.out("a", case.rng.choice(FLOATS), shape)
    by = case.array("b", case.dtype(FLOATS), case.narrowed(shape[:-1]))
    return case.lines(f"shift({array}, {by})")


KINDS = {elementwise: 30, reduce: 20, generalized: 25, accumulate: 7, reduceat: 7, outer: 5, at: 6}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("file", type=Path, metavar="FILE.md")
    arguments.add_argument("--cases", type=int, default=10_000)
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    judge.require_pinned()
    rng = random.Random(options.seed)
    lines = KERNELS.read_text(encoding="utf-8").splitlines()
    for start in range(0, options.cases, CASES_IN_SECTION):
        lines += ["", f"## From {start}", "", "```pycon"]
        for _ in range(min(CASES_IN_SECTION, options.cases - start)):
            (kind,) = rng.choices(list(KINDS), KINDS.values())
            lines += [f">>> {line}" for line in kind(Case(rng))]
        lines.append("```")
    options.file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    results = []
    judge.with_large_stack(lambda: results.extend(judge.judge_files([options.file], True)))
    return 0 if all(results) else 1


if __name__ == "__main__":
    raise SystemExit(main())
