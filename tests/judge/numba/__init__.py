"""A stand-in for Numba in plain Python: nothing is compiled.

Its decorators convert declared parameters and results as `np.T(x)` does, at every call, kernel to
kernel too. So a kernel file runs wherever CPython and NumPy are, and gives the values that the
compiler must give. Kernels of several signatures pick one as the compiler does.
"""

import builtins
import functools
import inspect
import warnings

import numpy as np

from . import types
from .signatures import annotated, check, read_signatures
from .types import *  # noqa: F403 (Numba's own interface: `from numba import float64`)
from .ufunc import Ufunc, guvectorize, vectorize  # noqa: F401

# Kernels compute with infinities and NaN on purpose; the compiler gives no warnings either.
warnings.filterwarnings("ignore", category=RuntimeWarning, message=".* encountered in ")
warnings.filterwarnings("ignore", category=np.exceptions.ComplexWarning)

# The compiler shows the type; here it is nothing but its argument.
builtins.reveal_type = lambda value: value


def njit(*args, **options):
    """`@njit`, `@njit(...)` with signatures of any form and with any of Numba's options."""
    declared = args[0] if args else options.get("signature_or_function")
    if inspect.isfunction(declared):
        return kernel(declared, [])
    signatures = [] if declared is None else read_signatures(declared)
    return lambda function: kernel(function, signatures)


jit = cfunc = njit
prange = range


def kernel(function, signatures=()):
    """The function with the conversions of its signatures, or of its annotations."""
    signatures = list(signatures) or annotated(function)
    if not signatures:
        return function
    check(function, signatures)
    names = inspect.signature(function)

    @functools.wraps(function)
    def call(*args, **keywords):
        if keywords or len(args) != len(names.parameters):
            bound = names.bind(*args, **keywords)
            bound.apply_defaults()
            args = bound.args
        signature = pick(function, signatures, args)
        for name, param, arg in zip(names.parameters, signature.params, args):
            refuse_arrays(param, arg, function.__name__, name)
        result = function(*(param.convert(arg) for param, arg in zip(signature.params, args)))
        return result if signature.result is None else signature.result.convert(result)

    call.py_func = function
    call.is_kernel = True
    return call


def refuse_arrays(param, arg, function, name):
    """Raises for an array of another type, in an argument or among its items."""
    if isinstance(param, types.Array) and (wrong := param.refusal(arg)):
        raise TypeError(f"{function}() argument '{name}' {wrong}")
    if isinstance(param, types.Tuple) and isinstance(arg, tuple):
        for index, (item, part) in enumerate(zip(param.items, arg)):
            refuse_arrays(item, part, function, f"{name}[{index}]")


def pick(function, signatures, args):
    """The first signature that fits best: exactly, safely, within the kinds; one alone always."""
    if len(signatures) == 1:
        return signatures[0]
    for wanted in (0, 1, 2):
        for signature in signatures:
            if all(param.fit(arg) <= wanted for param, arg in zip(signature.params, args)):
                return signature
    given = ", ".join(type(arg).__name__ for arg in args)
    raise TypeError(f"no signature of {function.__name__} takes ({given})")


from . import cuda  # noqa: E402, F401 (it is made of the functions above)
