"""Numba's types, as far as kernels have them: they declare, and they convert as `np.T(x)` does.

A type that is called with types makes a signature, `float64(float64, int32)`; called with a value
it converts it, `float64(1)`; subscripted it makes an array type, `float64[:, ::1]`.
"""

import types as python_types
import typing

import numpy as np


class Type:
    """What a parameter or a result can be declared to be."""

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return self.name

    def __eq__(self, other):
        return isinstance(other, Type) and self.name == other.name

    def __hash__(self):
        return hash(self.name)

    def __call__(self, *args):
        if all(is_type(arg) for arg in args):
            return Signature(self, [as_type(arg) for arg in args])
        (value,) = args
        return self.convert(value)

    def __or__(self, other):
        return Optional(self) if other is None else NotImplemented

    __ror__ = __or__

    def convert(self, value):
        """The value as one of this type."""
        raise TypeError(f"{self} converts no values")

    def fit(self, value):
        """How well a value fits: 0 exactly, 1 safely, 2 within its kind, 3 not at all."""
        return 3


class Scalar(Type):
    """A NumPy scalar type: strong."""

    def __init__(self, name):
        super().__init__(name)
        self.scalar = getattr(np, name)
        self.dtype = np.dtype(self.scalar)

    def __getitem__(self, axes):
        return Array.of_axes(self, axes)

    def convert(self, value):
        return self.scalar(number(value, self))

    def fit(self, value):
        if type(value) is self.scalar:
            return 0
        if isinstance(value, np.generic):
            return fit_dtypes(value.dtype, self.dtype)
        if type(value) in WEAK_DTYPES:
            return fit_dtypes(WEAK_DTYPES[type(value)], self.dtype)
        return 3


class Record(Type):
    """A structured dtype: its values are NumPy's, passed as they are."""

    def __init__(self, dtype):
        self.dtype = dtype
        super().__init__(f"Record({dtype})")

    def __getitem__(self, axes):
        return Array.of_axes(self, axes)

    def convert(self, value):
        return value

    @staticmethod
    def make_c_struct(fields):
        """The record with the gaps that C leaves."""
        described = [(name, as_type(element).dtype, *shape) for name, element, *shape in fields]
        return Record(np.dtype(described, align=True))


class Time(Type):
    """Dates or durations in a unit."""

    def __init__(self, name, unit):
        super().__init__(f"{name}[{unit}]")
        self.scalar, self.unit = getattr(np, name), unit
        self.dtype = np.dtype(self.name)

    def __getitem__(self, axes):
        return Array.of_axes(self, axes)

    def convert(self, value):
        return self.scalar(value, self.unit)

    def fit(self, value):
        return 0 if isinstance(value, self.scalar) else 3


def NPDatetime(unit):
    """Dates in a unit."""
    return Time("datetime64", unit)


def NPTimedelta(unit):
    """Durations in a unit."""
    return Time("timedelta64", unit)


def from_dtype(dtype):
    """Numba's type for NumPy's."""
    if dtype.kind in "mM":
        return Time(dtype.type.__name__, np.datetime_data(dtype)[0])
    return Record(dtype) if dtype.fields else OF_NUMPY[dtype.type]


class Weak(Type):
    """One of Python's own number types."""

    def __init__(self, python):
        super().__init__(python.__name__)
        self.python = python

    @property
    def dtype(self):
        """The dtype of an array of them."""
        return WEAK_DTYPES[self.python]

    def convert(self, value):
        return self.python(number(value, self))

    def fit(self, value):
        if type(value) is self.python:
            return 0
        if isinstance(value, np.generic):
            return fit_dtypes(value.dtype, WEAK_DTYPES[self.python])
        if type(value) in WEAK_DTYPES:
            return fit_dtypes(WEAK_DTYPES[type(value)], WEAK_DTYPES[self.python])
        return 3


class NoneType(Type):
    """The result of a kernel that returns nothing."""

    def convert(self, value):
        if value is not None:
            raise TypeError(f"a kernel that is declared to return nothing returned {value!r}")


class Optional(Type):
    """`None`, or a value of a type."""

    def __init__(self, inner):
        self.inner = as_type(inner)
        super().__init__(f"optional({self.inner})")

    def convert(self, value):
        return None if value is None else self.inner.convert(value)

    def fit(self, value):
        return 1 if value is None else max(1, self.inner.fit(value))


optional = Optional


class Array(Type):
    """An array: its dtype, rank and layout are checked, and it is passed as it is."""

    def __init__(self, dtype, ndim, layout, readonly=False):
        self.element, self.ndim, self.layout = as_type(dtype), ndim, layout
        axes = [":"] * ndim
        if layout != "A" and ndim > 0:
            axes[-1 if layout == "C" else 0] = "::1"
        text = ", ".join(axes) if ndim else "()"
        super().__init__(f"{self.element}[{text}]" + (" readonly" if readonly else ""))

    @staticmethod
    def of_axes(element, axes):
        """`float64[:, ::1]`, `float64[::1, :]`, `float64[:]`, `float64[()]`."""
        axes = axes if isinstance(axes, tuple) else (axes,)
        whole, unit = slice(None), slice(None, None, 1)
        if any(axis not in (whole, unit) for axis in axes) or axes.count(unit) > 1:
            raise TypeError(f"not the axes of an array type: {axes}")
        if unit not in axes:
            return Array(element, len(axes), "A")
        if axes[-1] == unit:
            return Array(element, len(axes), "C")
        if axes[0] == unit:
            return Array(element, len(axes), "F")
        raise TypeError("only the first or the last axis of an array can be ::1")

    def convert(self, value):
        if wrong := self.refusal(value):
            raise TypeError(wrong)
        return value

    def refusal(self, value):
        """Why an array is not one of this type, in the words of the compiled kernel; else `None`."""
        if not isinstance(value, np.ndarray):
            return f"must be {self}, got {type(value).__name__}"
        if value.dtype != self.element.dtype:
            return f"must be {self}, got elements of {value.dtype}"
        if value.ndim != self.ndim:
            return f"must be {self}, got an array of {value.ndim} dimensions"
        if not self.has_layout(value):
            return f"must be {self}, got shape {value.shape} with strides {value.strides} in bytes"
        return None

    def has_layout(self, value):
        """Whether the array lies in memory as this type says."""
        flags = value.flags
        return {"A": True, "C": flags.c_contiguous, "F": flags.f_contiguous}[self.layout]

    def fit(self, value):
        if not isinstance(value, np.ndarray) or value.dtype != self.element.dtype:
            return 3
        if value.ndim != self.ndim or not self.has_layout(value):
            return 3
        return 1 if self.layout == "A" else 0


class Tuple(Type):
    """A tuple, whose items are of these types."""

    def __init__(self, items):
        self.items = [as_type(item) for item in items]
        items = ", ".join(map(str, self.items))
        super().__init__(f"({items},)" if len(self.items) == 1 else f"({items})")

    def convert(self, value):
        if not isinstance(value, tuple) or len(value) != len(self.items):
            raise TypeError(f"expected {self}, got {value!r}")
        return tuple(item.convert(part) for item, part in zip(self.items, value))

    def fit(self, value):
        if not isinstance(value, tuple) or len(value) != len(self.items):
            return 3
        return max(item.fit(part) for item, part in zip(self.items, value))


class Generator(Type):
    """NumPy's generator of random numbers, passed as it is."""

    def __init__(self):
        super().__init__("Generator")

    def convert(self, value):
        if self.fit(value):
            raise TypeError(f"expected a generator, got {type(value).__name__}")
        return value

    def fit(self, value):
        return 0 if isinstance(value, np.random.Generator) else 3


def UniTuple(item, count):
    """A tuple of items of one type."""
    return Tuple([item] * count)


class Signature:
    """Declared parameters and, unless it is to be inferred, the declared result."""

    def __init__(self, result, params):
        self.result, self.params = result, params

    def __repr__(self):
        return f"{self.result or ''}({', '.join(map(str, self.params))})"


def number(value, wanted):
    """The value, if a declared number can be made of it."""
    if not isinstance(value, (bool, int, float, complex, np.generic)):
        raise TypeError(f"expected {wanted}, got {type(value).__name__}")
    return value


def fit_dtypes(given, wanted):
    """How well a number of one dtype fits a parameter of another."""
    if np.promote_types(given, wanted) == wanted:
        return 1
    kinds = {"b": 0, "i": 1, "u": 1, "f": 2, "c": 3}
    return 2 if kinds[given.kind] <= kinds[wanted.kind] else 3


WEAK_DTYPES = {
    bool: np.dtype(np.bool_),
    int: np.dtype(np.int64),
    float: np.dtype(np.float64),
    complex: np.dtype(np.complex128),
}

int8, int16, int32, int64 = map(Scalar, ("int8", "int16", "int32", "int64"))
uint8, uint16, uint32, uint64 = map(Scalar, ("uint8", "uint16", "uint32", "uint64"))
float32, float64 = map(Scalar, ("float32", "float64"))
complex64, complex128 = map(Scalar, ("complex64", "complex128"))
boolean = bool_ = b1 = bool8 = Scalar("bool_")
i1, i2, i4, i8 = int8, int16, int32, int64
u1, u2, u4, u8 = uint8, uint16, uint32, uint64
f4, f8, c8, c16 = float32, float64, complex64, complex128
byte, char, uchar, short, ushort = uint8, int8, uint8, int16, uint16
int_, uint, intc, uintc = int64, uint64, int32, uint32
intp, uintp, ssize_t, size_t = int64, uint64, int64, uint64
long_, ulong, longlong, ulonglong = int64, uint64, int64, uint64
float_, double = float32, float64
void = none = NoneType("None")
npy_rng = Generator()

WEAK = {python: Weak(python) for python in WEAK_DTYPES}
SCALARS = [int8, int16, int32, int64, uint8, uint16, uint32, uint64]
SCALARS += [float32, float64, complex64, complex128, bool_]
OF_NUMPY = {scalar.scalar: scalar for scalar in SCALARS}


def is_type(value):
    """Whether this declares something."""
    if isinstance(value, Type) or value is None or is_tuple(value) or optional_of(value) is not None:
        return True
    return isinstance(value, type) and (value in WEAK or value in OF_NUMPY or value is np.random.Generator)


def is_tuple(value):
    """Whether this is `tuple[float, int]` or a tuple of types."""
    return typing.get_origin(value) is tuple or (isinstance(value, tuple) and all(map(is_type, value)))


def as_type(value):
    """A declared type: Numba's own, NumPy's scalar class, Python's number or tuple, or `None`."""
    if value is None:
        return void
    if is_tuple(value):
        return Tuple(value if isinstance(value, tuple) else typing.get_args(value))
    if isinstance(value, Type):
        return value
    if (inner := optional_of(value)) is not None:
        return Optional(inner)
    if value is np.random.Generator:
        return npy_rng
    if value in WEAK:
        return WEAK[value]
    if value in OF_NUMPY:
        return OF_NUMPY[value]
    raise TypeError(f"not a type that kernels have: {value!r}")


def optional_of(value):
    """The type that Python's `float | None` or `Optional[float]` makes optional, or `None`."""
    if typing.get_origin(value) not in (typing.Union, python_types.UnionType):
        return None
    inner = [arg for arg in typing.get_args(value) if arg is not type(None)]
    return inner[0] if len(inner) == 1 else None
