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

import ctypes as ct
import cffi

ffi = cffi.FFI()
ffi.cdef("float ratio(int8_t, float); void put(double);")
lib = ffi.dlopen(None)
ratio = lib.ratio
other = ct.CDLL(None)
other.put.argtypes = []
other.put.restype = ct.c_int
lib.put                                     # error: [unsupported-syntax] lib.put
ffi.cdef(3)                                 # error: [foreign-declaration] ffi.cdef(3)
ratio.restype = ct.c_float
ratio.errcheck = None                       # error: [unsupported-syntax] ratio.errcheck = None

@njit
def of_c(lib: float64, n: int) -> float64:
    reveal_type(ratio(n, n))                # revealed: float
    reveal_type(other.put())                # revealed: int
    ratio(1)                                # error: [argument-mismatch] ratio(1)
    ratio(1.5, 2)                           # error: [argument-mismatch] 1.5
    ffi                                     # error: [unsupported-syntax] ffi
    return lib.ratio                        # error: [no-such-attribute] lib.ratio

@njit
def uses_put(x: float64) -> None:
    lib.put(x)                              # error: [foreign-declaration] put
