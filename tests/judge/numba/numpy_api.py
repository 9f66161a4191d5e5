"""Real ufuncs of NumPy over loops in Python, by NumPy's C API through ctypes.

A loop is called with arrays that lie over the operands' memory, as NumPy's inner loop gets it:
the first dimension is that of the loop, the others are core dimensions. What it raises is kept,
as NumPy's loops have no way to say it; the loops that follow do nothing.
"""

import ctypes
import threading

import numpy as np

INNER_LOOP = ctypes.CFUNCTYPE(
    None,
    ctypes.POINTER(ctypes.c_void_p),
    ctypes.POINTER(ctypes.c_ssize_t),
    ctypes.POINTER(ctypes.c_ssize_t),
    ctypes.c_void_p,
)

# `PyUFunc_None`, `PyUFunc_ReorderableNone` and `PyUFunc_IdentityValue` of numpy/ufuncobject.h.
NO_IDENTITY, REORDERABLE, IDENTITY_VALUE = -1, -2, -3

# The place of `PyUFunc_FromFuncAndDataAndSignatureAndIdentity` in numpy/__ufunc_api.h.
MAKE_UFUNC = 42

# `NPY_ITER_READWRITE | NPY_ITER_UPDATEIFCOPY` of numpy/ndarraytypes.h.
WRITTEN = 0x00010000 | 0x00800000

PROCESS_CORE_DIMENSIONS = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(ctypes.c_ssize_t))


class Fields(ctypes.Structure):
    """`PyUFuncObject` of numpy/ufuncobject.h."""

    _fields_ = [
        *[(name, ctypes.c_ssize_t) for name in ("ob_refcnt", "ob_type")],
        *[(name, ctypes.c_int) for name in ("nin", "nout", "nargs", "identity")],
        *[(name, ctypes.c_void_p) for name in ("functions", "data")],
        *[(name, ctypes.c_int) for name in ("ntypes", "reserved1")],
        *[(name, ctypes.c_void_p) for name in ("name", "types", "doc", "ptr", "obj", "userloops")],
        *[(name, ctypes.c_int) for name in ("core_enabled", "core_num_dim_ix")],
        *[(name, ctypes.c_void_p) for name in ("core_num_dims", "core_dim_ixs", "core_offsets")],
        *[(name, ctypes.c_void_p) for name in ("core_signature", "type_resolver", "dict", "vectorcall")],
        ("reserved3", ctypes.c_void_p),
        ("op_flags", ctypes.POINTER(ctypes.c_uint32)),
        ("iter_flags", ctypes.c_uint32),
        *[(name, ctypes.c_void_p) for name in ("core_dim_sizes", "core_dim_flags", "identity_value")],
        *[(name, ctypes.c_void_p) for name in ("dispatch_cache", "loops")],
        ("process_core_dims_func", ctypes.c_void_p),
    ]


# NumPy reads them for as long as a ufunc lives, which nobody tells.
kept_alive = []


class Raised(threading.local):
    """What a loop has raised on this thread since the ufunc was called."""

    error = None


raised = Raised()


def call(ufunc, *args, **keywords):
    """Calls a ufunc or its method, and raises what its loops have raised."""
    outer, raised.error = raised.error, None
    try:
        result = ufunc(*args, **keywords)
    finally:
        error, raised.error = raised.error, outer
        if error is not None:
            raise error
    return result


def make_ufunc(name, loops, n_inputs, n_outputs, layout, identity):
    """A ufunc. `loops` are pairs of the operands' dtypes and a function of their arrays; `layout` is
    the text of the core dimensions and, for each operand, their positions, or `None`."""
    text, dimensions = layout or (None, [[]] * (n_inputs + n_outputs))
    functions = [inner_loop(dtypes, dimensions, function) for dtypes, function in loops]
    pointers = (ctypes.c_void_p * len(loops))(
        *(ctypes.cast(function, ctypes.c_void_p).value for function in functions)
    )
    data = (ctypes.c_void_p * len(loops))()
    types = bytes(dtype.num for dtypes, _ in loops for dtype in dtypes)
    texts = [part and part.encode() for part in (name, text)]
    kept_alive.append((functions, pointers, data, types, texts))
    kind, value = identity
    return constructor()(
        pointers, data, types, len(loops), n_inputs, n_outputs, kind, texts[0], b"", 0, texts[1], value
    )


def set_written(ufunc, operands):
    """Has NumPy write inputs back that it has copied."""
    for operand in operands:
        Fields.from_address(id(ufunc)).op_flags[operand] = WRITTEN


def set_sizes(ufunc, function):
    """Has a function find all sizes of core dimensions from those that are known; others are -1."""
    fields = Fields.from_address(id(ufunc))

    def process(_, sizes):
        try:
            for place, size in enumerate(function(sizes[: fields.core_num_dim_ix])):
                sizes[place] = size
        except Exception as error:
            raised.error = error
            return -1
        return 0

    hook = PROCESS_CORE_DIMENSIONS(process)
    kept_alive.append(hook)
    fields.process_core_dims_func = ctypes.cast(hook, ctypes.c_void_p)


def constructor():
    """NumPy's function that makes ufuncs."""
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    table = pointer(np._core._multiarray_umath._UFUNC_API, None)
    address = ctypes.cast(table, ctypes.POINTER(ctypes.c_void_p))[MAKE_UFUNC]
    pointer_and_text = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p]
    texts = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p]
    params = [*pointer_and_text, *[ctypes.c_int] * 4, *texts, ctypes.py_object]
    return ctypes.PYFUNCTYPE(ctypes.py_object, *params)(address)


def inner_loop(dtypes, dimensions, function):
    """NumPy's inner loop that calls a function with the operands as arrays."""

    def run(args, sizes, steps, _):
        if raised.error is not None:
            return
        try:
            stride = len(dtypes)
            arrays = []
            for operand, (dtype, core) in enumerate(zip(dtypes, dimensions)):
                shape = [sizes[0], *(sizes[1 + dimension] for dimension in core)]
                strides = [steps[operand], *(steps[stride + axis] for axis in range(len(core)))]
                stride += len(core)
                arrays.append(at(args[operand], dtype, shape, strides))
            function(*arrays)
        except Exception as error:
            raised.error = error

    return INNER_LOOP(run)


class Memory:
    """What NumPy asks for an array over memory."""

    def __init__(self, interface):
        self.__array_interface__ = interface


def at(address, dtype, shape, strides):
    """The array that lies at an address."""
    interface = dict(data=(address, False), typestr=dtype.str, version=3)
    return np.asarray(Memory(dict(interface, shape=tuple(shape), strides=tuple(strides))))
