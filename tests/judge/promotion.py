"""The promotion table: what each operator gives for each two scalar types, value and dtype.

    python tests/judge/promotion.py          checks tests/promotion/table.tsv
    python tests/judge/promotion.py --write  writes it

Exit status 1 on any difference. A row is a call of the kernel `def k(a: L, b: R): return a op b`.
Its columns, separated by tabs:

    operator  left type  left value  right type  right value  result  mark

The types `bool int float complex` are Python's, all others NumPy's. Of a unary operator the right
type and value are empty. Where every value gives a TypeError the values are `*`: the compiler
refuses the kernel. The mark is `ulp=N` where libraries may differ in the last bits, `not-finite`
where they agree on no more than that, or a departure of docs/language.md, whose result is what
CPython gives and the compiler must not. Complex powers are mpmath's, rounded: CPython's and NumPy's
own lose up to half of their digits.
"""

import argparse
import math
import operator
import sys
import warnings
from pathlib import Path

import mpmath
import numpy as np

from judge import first_line, require_pinned
from reference import PRECISION

TABLE = Path(__file__).resolve().parent.parent / "promotion" / "table.tsv"

BINARY = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "<<": operator.lshift,
    ">>": operator.rshift,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
UNARY = {"-": operator.neg, "+": operator.pos, "~": operator.invert, "not": operator.not_}
WEAK = {"bool": bool, "int": int, "float": float, "complex": complex}
INTS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
STRONG = ["bool_", *INTS, "float32", "float64", "complex64", "complex128"]
TYPES = [*WEAK, *STRONG]

# How near a complex power comes, in units of the larger part's last place.
COMPLEX_POWER = "ulp=128"


def values(name):
    """Values of a type by their roles; the pairs of a row are pairs of roles."""
    if name in ("bool", "bool_"):
        return {"some": True, "small": True, "zero": False, "top": True, "bottom": False, "odd": True}
    if name == "int" or name in INTS:
        info = np.iinfo("int64" if name == "int" else name)
        low, high = int(info.min), int(info.max)
        odd = -7 if low < 0 else high - 1
        return {"some": 7, "small": 3, "zero": 0, "top": high, "bottom": low, "odd": odd}
    if name in ("float", "float32", "float64"):
        top = float(np.finfo("float32" if name == "float32" else "float64").max)
        return {"some": 7.25, "small": -2.5, "zero": -0.0, "top": top, "bottom": -math.inf, "odd": math.nan}
    top, odd, zero = 3e38 - 3e38j, complex(math.nan, 1.0), complex(0.0, -0.0)
    return {"some": 1.5 - 2j, "small": 2 + 0j, "zero": zero, "top": top, "bottom": -1 + 0.5j, "odd": odd}


PAIRS = [("some", "small"), ("top", "some"), ("odd", "top"), ("bottom", "odd"), ("small", "zero")]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--write", action="store_true", help="write the table instead of checking it")
    write = arguments.parse_args().write
    require_pinned()
    warnings.simplefilter("ignore")
    rows = ["\t".join(row) for row in table()]
    if write:
        TABLE.write_text("\n".join(rows) + "\n", encoding="utf-8")
    written = TABLE.read_text(encoding="utf-8").splitlines()
    failed = differences(written, rows)
    print(f"{len(rows) - min(failed, len(rows))} passed, {failed} failed")
    return 1 if failed else 0


def differences(written, rows):
    """How many rows differ; the first few are shown."""
    wrong = [pair for pair in zip(written, rows) if not same(*pair)]
    for old, new in wrong[:10]:
        print(f"the table says: {old}\nCPython says:   {new}")
    return len(wrong) + abs(len(written) - len(rows))


def same(old, new):
    """Whether a row of the table is the judge's, but for last bits where it is so marked."""
    *old, old_result, old_mark = old.split("\t")
    *new, new_result, new_mark = new.split("\t")
    return old == new and old_mark == new_mark and (old_result == new_result or new_mark.startswith("ulp="))


def table():
    """All rows."""
    for symbol, function in UNARY.items():
        for name in TYPES:
            yield from rows_of(symbol, function, [name], [(value,) for value in values(name).values()])
    for symbol, function in BINARY.items():
        for left in TYPES:
            for right in TYPES:
                roles = [*PAIRS, ("small", "some")] if symbol == "**" else PAIRS
                pairs = [(values(left)[a], values(right)[b]) for a, b in roles]
                if symbol in ("**", "<<") and left in WEAK and right == "int":
                    # More would take CPython for ever.
                    pairs = [(a, min(b, 65)) for a, b in pairs]
                yield from rows_of(symbol, function, [left, right], pairs)


def rows_of(symbol, function, types, calls):
    """The rows of one kernel: one for each of the calls, or a single one if it is refused."""
    # By their text, in which -0.0 is not 0.0 and nan is nan.
    calls = {repr(call): call for call in calls}.values()
    outcomes = [outcome(symbol, function, types, call) for call in calls]
    left, right = types[0], types[1] if len(types) == 2 else ""
    if all(result == "TypeError" for result, _ in outcomes):
        yield [symbol, left, "*", right, "*" if right else "", "TypeError", ""]
        return
    for call, (result, mark) in zip(calls, outcomes):
        a, b = [*map(repr, call), ""][:2]
        yield [symbol, left, a, right, b, result, mark]


def outcome(symbol, function, types, call):
    """What CPython gives for a call, and its mark."""
    operands = [WEAK[name](value) if name in WEAK else getattr(np, name)(value) for name, value in zip(types, call)]
    try:
        result = function(*operands)
    except TypeError:
        return "TypeError", ""
    except Exception as error:
        return first_line(error), ""
    mark = mark_of(symbol, types, operands, result)
    if mark == COMPLEX_POWER:
        result = complex_power(*operands, type(result))
    return repr(result), mark


def complex_power(left, right, as_type):
    """A complex power, correctly rounded."""
    with mpmath.workprec(PRECISION):
        return as_type(complex(mpmath.power(mpmath.mpc(complex(left)), mpmath.mpc(complex(right)))))


def mark_of(symbol, types, operands, result):
    """Why the compiler's result may be another, if it may."""
    if type(result) is int and not -(2**63) <= result < 2**63:
        return "int-64"
    if symbol != "**":
        return ""
    if types[0] in ("bool", "int") and types[1] in ("bool", "int") and operands[1] < 0:
        return "int-power"
    if isinstance(result, complex) and "complex" not in "".join(types):
        return "float-power"
    if isinstance(result, (float, np.floating)) and math.isfinite(result):
        return "ulp=1"
    if isinstance(result, (complex, np.complexfloating)) and np.isfinite(result):
        return COMPLEX_POWER if result != 0 else ""
    if isinstance(result, (complex, np.complexfloating)):
        return "not-finite"
    return ""


if __name__ == "__main__":
    sys.exit(main())
