"""`math` with correctly rounded results: what `reference = "mpmath"` compares with.

Machines' own libraries differ in the last bits of transcendental functions. The judge therefore
asks CPython for the exceptions and the special values, and mpmath for the digits.
"""

import inspect
import math
import types

import mpmath

PRECISION = 300

SAME_NAME = """
    acos acosh asin asinh atan atan2 atanh cbrt cos cosh erf erfc exp expm1
    gamma hypot log10 log1p sin sinh tan tanh
""".split()


def exact(name):
    """The function of mpmath that is `math`'s of this name."""
    others = {
        "exp2": lambda x: mpmath.power(2, x),
        "lgamma": lambda x: mpmath.log(abs(mpmath.gamma(x))),
        "log": lambda x, base=mpmath.e: mpmath.log(x) / mpmath.log(base),
        "log2": lambda x: mpmath.log(x) / mpmath.log(2),
        "pow": mpmath.power,
        "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
        "log1p": lambda x: mpmath.log1p(x),
        "expm1": lambda x: mpmath.expm1(x),
    }
    return others.get(name) or getattr(mpmath, name)


def rounded(name):
    """`math`'s function with a correctly rounded result."""
    judge, function = getattr(math, name), exact(name)

    def call(*args):
        approximate = judge(*args)
        # Around zero and the infinities C's own rules are exact, and know signed zeros.
        if not all(math.isfinite(x) and x != 0.0 for x in [approximate, *args]):
            return approximate
        with mpmath.workprec(PRECISION):
            result = function(*(mpmath.mpf(float(arg)) for arg in args))
            return float(result)

    return call


def module():
    """A stand-in for `math`."""
    names = [*SAME_NAME, "exp2", "lgamma", "log", "log2", "pow"]
    stand_in = types.ModuleType("math")
    vars(stand_in).update({n: v for n, v in inspect.getmembers(math) if not n.startswith("__")})
    vars(stand_in).update({name: rounded(name) for name in names})
    return stand_in
