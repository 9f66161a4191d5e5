# Functions that stand elsewhere.
import pykernel
from numba import njit, float64
from pykernel import extern

@extern("f")
def half_typed(x: float64, y) -> float64:   # error: [bad-signature] y
    return x

@pykernel.extern("")                        # error: [foreign-declaration] pykernel.extern("")
def empty(x: float64) -> float64:
    return x

@njit
def used_as_value(x: float64) -> float64:
    return extern                           # error: [unsupported-syntax] extern

@extern("a::b")
def fine(x: float64) -> float64:
    """Only a docstring."""
    ...

@njit
def calls(x: float64) -> float64:
    reveal_type(fine(x))                    # revealed: float64
    return fine(x, 1)                       # error: [argument-mismatch] fine(x, 1)
