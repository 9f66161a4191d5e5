"""What can be imported."""
from __future__ import annotations

import math
import math as m
import numba
import numba as nb
import numba.types
import numpy as np
from math import pi, sin as sine
from numba import cuda, njit, types, vectorize
from numba.experimental import jitclass
from numba.types import f8, i4
from numpy import float32

import os                                  # error: [unknown-import] os
import numpi                               # error: [unknown-import] numpi
import decimal as c                        # error: [unknown-import] decimal
import intrinsics                          # error: [unknown-import] intrinsics
from math import sine                      # error: [unknown-import] sine  # error: [duplicate-definition] sine
from math import *                         # error: [unsupported-syntax] *
from numba import float46                  # error: [unknown-import] float46
from scipy.special import erf              # error: [unknown-import] scipy.special
from . import other                        # error: [unsupported-syntax] from . import other
import math as np                          # error: [duplicate-definition] np


@nb.njit
def used(x: nb.float64, y: numba.int8, z: types.float32, w: np.uint8, v: f8, u: i4, t: float32):
    reveal_type(x)                         # revealed: float64
    reveal_type(y)                         # revealed: int8
    reveal_type(z)                         # revealed: float32
    reveal_type(w)                         # revealed: uint8
    reveal_type(v)                         # revealed: float64
    reveal_type(u)                         # revealed: int32
    reveal_type(t)                         # revealed: float32
    reveal_type(m.sqrt(pi))                # revealed: float
    reveal_type(sine(math.tau))            # revealed: float
    reveal_type(np.pi)                     # revealed: float
    reveal_type(np.float32(1))             # revealed: float32
    reveal_type(nb.int16(1))               # revealed: int16
    reveal_type(nb.types.intp(1))          # revealed: int64


def wrong(x: float):
    os.getcwd()
    math.sinus(x)                          # error: [no-such-attribute] sinus
    np.kaiser(3)                           # error: [no-such-attribute] kaiser
    cuda.grid(1)                           # error: [gpu-only] cuda.grid(1)
    njit                                   # error: [unsupported-syntax] njit


def imports(x: float):
    import math                            # error: [unsupported-syntax] import math
    return math.sqrt(x)


def wrong_module_as_value(x: float):
    math                                   # error: [unsupported-syntax] math
    y = x + m                              # error: [unsupported-syntax] m
