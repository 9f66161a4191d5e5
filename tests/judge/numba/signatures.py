"""Signatures as kernels declare them: of a decorator, in any of Numba's forms, or of annotations."""

import inspect

from . import types
from .types import Signature, as_type, is_type


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


def check(function, signatures):
    """Refuses signatures that do not fit a function."""
    names = inspect.signature(function)
    for signature in signatures:
        if len(signature.params) != len(names.parameters):
            raise TypeError(f"{signature} does not fit {function.__name__}{names}")


def type_of(value):
    """The type of a number, or of a tuple of them."""
    return as_type(tuple(map(type_of, value)) if isinstance(value, tuple) else type(value))
