"""A stand-in for Numba in plain Python: nothing is compiled.

Its decorators convert declared parameters and results as `np.T(x)` does, at every call, kernel to
kernel too. So a kernel file runs wherever CPython and NumPy are, and gives the values that the
compiler must give. Kernels of several signatures pick one as the compiler does.
"""

import builtins
import functools
import inspect
import warnings

from . import types
from .types import *  # noqa: F403 (Numba's own interface: `from numba import float64`)
from .types import Signature, as_type, is_type

# Kernels compute with infinities and NaN on purpose; the compiler gives no warnings either.
warnings.filterwarnings("ignore", category=RuntimeWarning, message=".* encountered in ")

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


def kernel(function, signatures=()):
    """The function with the conversions of its signatures, or of its annotations."""
    signatures = list(signatures) or annotated(function)
    if not signatures:
        return function
    names = inspect.signature(function)
    for signature in signatures:
        if len(signature.params) != len(names.parameters):
            raise TypeError(f"{signature} does not fit {function.__name__}{names}")

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


def annotated(function):
    """The signature that a function's annotations declare, if all its parameters have one."""
    hints = dict(inspect.get_annotations(function))
    names = list(inspect.signature(function).parameters)
    if not hints or any(name not in hints for name in names):
        return []
    read = {name: as_type(read_hint(hint, function.__globals__)) for name, hint in hints.items()}
    return [Signature(read.get("return"), [read[name] for name in names])]


def read_hint(hint, known):
    """What an annotation says. Under `from __future__ import annotations` it is a string, and what is
    written in quotes one in another."""
    while isinstance(hint, str):
        hint = read_text(hint, known)
    return hint


def read_signatures(declared):
    """Signatures as decorators take them: one, a string, a tuple of parameters, or a list."""
    if isinstance(declared, list):
        return [signature for one in declared for signature in read_signatures(one)]
    if isinstance(declared, str):
        return read_signatures(read_text(declared))
    if isinstance(declared, Signature):
        return [declared]
    if isinstance(declared, tuple):
        return [Signature(None, [as_type(param) for param in declared])]
    if is_type(declared):
        return [Signature(None, [as_type(declared)])]
    raise TypeError(f"not a signature: {declared!r}")


def read_text(text, known=None):
    """A signature or a type in its string form, whose names are those of `numba.types`, or of the
    file."""
    weak = {python.__name__: weak for python, weak in types.WEAK.items()}
    names = {**vars(types), "types": types, **weak, "tuple": tuple, **(known or {})}
    return eval(text, {"__builtins__": {}}, names)
