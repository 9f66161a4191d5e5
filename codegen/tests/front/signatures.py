from numba import boolean, cfunc, complex128, cuda, float32, float64, int32, int64, jit, njit, types, vectorize, void
import numba as nb
import numpy as np


@njit(float64(float64, int32[:, ::1]))
def object_form(x, a):
    reveal_type(x)                         # revealed: float64
    reveal_type(a)                         # revealed: int32[:, ::1]
    return 1


@jit("f8(f8[:,::1], i4)", nopython=True, cache=True)
def string_form(a, n):
    reveal_type(a)                         # revealed: float64[:, ::1]
    reveal_type(n)                         # revealed: int32
    return 1.0


@njit("void(f8[::1, :], b1, c16)")
def string_void(a, b, c):
    reveal_type(a)                         # revealed: float64[::1, :]
    reveal_type(b)                         # revealed: bool_
    reveal_type(c)                         # revealed: complex128


@njit((float64, int32))
def tuple_form(x, n):
    return x


@njit([float32(float32), (float64,), "i8(i8)"])
def several(x):
    return x


@njit(signature_or_function=int64(int64))
def by_name(n):
    return n


@njit()
def annotated(x: float64[:, ::1], y: "float64[:]", z: float, b: boolean) -> None:
    reveal_type(x)                         # revealed: float64[:, ::1]
    reveal_type(y)                         # revealed: float64[:]
    reveal_type(z)                         # revealed: float
    reveal_type(b)                         # revealed: bool_


@njit(float64(float64))
def both(x: float64) -> float64:
    return x


def constructed(
    a: types.Array(float64, 2, 'C', readonly=True),
    b: types.Array(float64, 0, 'A'),
    c: nb.types.Array(dtype=int32, ndim=1, layout="F"),
    d: float64[()],
    e: float64[::1],
    f: float64[:, :, ::1],
):
    reveal_type(a)                         # revealed: float64[:, ::1] readonly
    reveal_type(b)                         # revealed: float64[()]
    reveal_type(c)                         # revealed: int32[::1]
    reveal_type(d)                         # revealed: float64[()]
    reveal_type(e)                         # revealed: float64[::1]
    reveal_type(f)                         # revealed: float64[:, :, ::1]


@njit(error_model='numpy', fastmath=False, boundscheck=True, nogil=True, inline='always', debug=False)
def options(x: float):
    pass


def helper(x, y):
    return x + y


# What does not fit.

@njit(float64(float64, float64))           # error: [bad-signature] float64(float64, float64)
def too_many(x):
    return x


@njit([(float64,), (float64,)])            # error: [duplicate-definition] (float64,)
def twice(x):
    return x


@njit(float64(float64))
def disagrees(x: float32):                 # error: [bad-signature] float32
    return x


@njit(float64(float64))
def disagrees_in_result(x) -> int:         # error: [bad-signature] int
    return x


def some(x: float64, y):                   # error: [bad-signature] y
    return x


def only_result(x) -> float:               # error: [bad-signature] float
    return x


def takes_none(x: None):                   # error: [bad-signature] (x: None)
    return 1


@njit(float64[:](int64))
def gives_array(n):
    return n                               # error: [type-mismatch] n


@njit(float64)                             # error: [bad-signature] float64
def no_signature(x):
    return x


@njit(float64(float64), float64(float64))  # error: [bad-signature] float64(float64)
def two_positional(x):
    return x


@njit("f8(f8")                             # error: [bad-signature] "f8(f8"
def unclosed(x):
    return x


@njit("f8(f8)" "(i4)")                     # error: [bad-signature] "f8(f8)" "(i4)"
def two_strings(x):
    return x


@njit("f8(f9)")                            # error: [unknown-type] f9
def unknown_in_string(x):
    return x


def unknown(x: float46):                   # error: [unknown-type] float46
    return x


def not_imported(x: uint8):                # error: [unknown-type] uint8
    return x


def not_a_type(x: 3):                      # error: [unknown-type] 3
    return x


def a_function(x: helper):                 # error: [unknown-type] helper
    return x


def a_module(x: np):                       # error: [unknown-type] np
    return x


def later_type(x: types.Tuple):            # error: [unknown-type] types.Tuple
    return x


def weak_elements(x: float[:]):            # error: [unknown-type] float
    return x


def bad_layout(x: float64[::2]):           # error: [unknown-type] ::2
    return x


def two_units(x: float64[::1, ::1]):       # error: [unknown-type] ::1, ::1
    return x


def bad_array(x: types.Array(float64, 2)): # error: [unknown-type] types.Array(float64, 2)
    return x


def no_array(x: types.Array):              # error: [unknown-type] types.Array
    return x


@vectorize                                 # error: [bad-signature] vectorize
def ufunc(x):
    return x


@cuda.jit
def on_gpu(x):                             # error: [bad-signature] on_gpu
    return x


@njitt                                     # error: [unknown-decorator] njitt
def misspelled(x):
    return x


@njit
@jit                                       # error: [unknown-decorator] jit
def two(x):
    return x


@njit(parallel='yes')                      # error: [unknown-option] parallel='yes'
def parallel(x: float):
    return x


@njit(fastmath={'nnan', 'nan'})            # error: [unknown-option] fastmath={'nnan', 'nan'}
def fast(x: float):
    return x


@njit(boundscheck=0)                       # error: [unknown-option] boundscheck=0
def unchecked(x: float):
    return x


@njit(inline=True)                         # error: [unknown-option] inline=True
def inlined(x: float):
    return x


@njit(locals=float64)                      # error: [unknown-option] float64
def no_dictionary(x: float):
    return x


@njit(locals={x: float64})                 # error: [unknown-option] x
def no_quotes(x: float):
    return x


@njit(locals={'y': float64})               # error: [bad-signature] 'y'
def no_variable(x: float):
    return x


@njit(identity=0)                          # error: [unknown-option] identity=0
def of_vectorize(x: float):
    return x


@cfunc                                     # error: [bad-signature] cfunc
def no_callback(x):
    return x


@njit(error_modle='numpy')                 # error: [unknown-option] error_modle='numpy'
def misspelled_option(x: float):
    return x


@njit(error_model='c')                     # error: [unknown-option] error_model='c'
def unknown_model(x: float):
    return x


@njit(**options)                           # error: [unsupported-syntax] **options
def spread(x: float):
    return x


def crate(x: float):                       # error: [reserved-name] crate
    return x


def takes_self(self: float):               # error: [reserved-name] self
    return self


def match(move: float, fn: float):
    return move


def _super(self: float):
    return self


def several(y):                            # error: [duplicate-definition] several
    return y


def same(x: float, y: float, x: float):    # error: [duplicate-definition] x
    return x
