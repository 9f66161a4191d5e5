"""Random arrays as transcripts write them, and transcripts of random kernels."""

import argparse
import math
import random
from pathlib import Path

import judge

KERNELS_OF_SECTION = 20
INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
FLOATS = ["float32", "float64"]
COMPLEX = ["complex64", "complex128"]


def type_of(dtype, rank, layout="any"):
    """The type that a kernel declares."""
    if rank == 0:
        return f"types.Array({dtype}, 0, 'C')"
    axes = [":"] * rank
    if layout != "any":
        axes[-1 if layout == "C" else 0] = "::1"
    return f"{dtype}[{', '.join(axes)}]"


def strided(rng, shape, layout, elements):
    """An array of this shape, with strides of its layout: `elements` writes the array that it is a view of."""
    rank = len(shape)
    order, steps = list(range(rank)), [1] * rank
    if layout == "F":
        order.reverse()
    elif layout == "any":
        if rng.random() < 0.6:
            rng.shuffle(order)
        if rng.random() < 0.6:
            steps = [rng.choice([1, 1, 1, -1, 2, -2, 3]) for _ in shape]
    whole = [0] * rank
    for axis, (extent, step) in enumerate(zip(shape, steps)):
        whole[order.index(axis)] = extent and (extent - 1) * abs(step) + 1
    text = elements(whole)
    if rank != 1:
        text += f".reshape({tuple(whole)})"
    if order != sorted(order):
        text += f".transpose({', '.join(str(order.index(axis)) for axis in range(rank))})"
    if any(step != 1 for step in steps):
        text += f"[{', '.join(':' if step == 1 else f'::{step}' for step in steps)}]"
    return text


def literal(rng, dtype, shape, values):
    """An array of numbers that are written out."""
    numbers = ", ".join(rng.choice(values) for _ in range(math.prod(shape)))
    return f"np.array([{numbers}], dtype=np.{dtype})"


def write(description, title, kernel, dtypes):
    """The program that writes a transcript of random kernels, each made by `kernel(rng, number, serial)`: its number in its
    section, and among all, by which it takes its form, so that none is left out."""
    arguments = argparse.ArgumentParser(description=description, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("file", type=Path, metavar="FILE.md")
    arguments.add_argument("--cases", type=int, default=10_000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--calls", type=int, default=20, help="of each kernel")
    options = arguments.parse_args()
    judge.require_pinned()
    rng = random.Random(options.seed)
    lines = [f"# {title}", ""]
    imported = "from numba import njit, types, " + ", ".join(sorted({"bool_", "int64", "float64", *dtypes}))
    of_section = KERNELS_OF_SECTION * options.calls
    for start in range(0, options.cases, of_section):
        before = start // options.calls
        kernels = [kernel(rng, number, before + number) for number in range(KERNELS_OF_SECTION)]
        lines += [f"## From {start}", "", "```py", "import numpy as np", imported, ""]
        lines += [line for kernel in kernels for line in kernel.text()]
        lines += ["```", "", "```pycon"]
        for number in range(min(of_section, options.cases - start)):
            lines += kernels[number % len(kernels)].calls()
        lines += ["```", ""]
    options.file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    results = []
    judge.with_large_stack(lambda: results.extend(judge.judge_files([options.file], True)))
    return 0 if all(results) else 1
