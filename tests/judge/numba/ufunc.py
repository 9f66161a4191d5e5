"""`@vectorize` and `@guvectorize`: ufuncs of NumPy's own that call the undecorated function for each
element or core block, with NumPy's scalars and arrays of the declared dtypes."""

import functools
import inspect

import numpy as np

from . import numpy_api, signatures as declarations
from .layout import Layout
from .types import Array, Tuple

METHODS = ("reduce", "accumulate", "reduceat", "outer", "at")


def vectorize(declared=None, /, **options):
    """`@vectorize`, `@vectorize(...)` with signatures of any form and with any of Numba's options."""
    if inspect.isfunction(declared):
        return Ufunc(declared, [])
    signatures = [] if declared is None else declarations.read_signatures(declared)
    return lambda function: Ufunc(function, signatures, None, options)


def guvectorize(*args, **options):
    """`@guvectorize(signatures, layout)`, or `@guvectorize(layout)` of a function with annotations."""
    *declared, layout = args
    signatures = [signature for one in declared for signature in declarations.read_signatures(one)]
    return lambda function: Ufunc(function, signatures, layout, options)


class Ufunc:
    """A ufunc or gufunc of NumPy, which raises what its function raises."""

    is_kernel = True

    def __init__(self, function, signatures, layout=None, options=None):
        functools.update_wrapper(self, function)
        options = options or {}
        self.py_func, self.declared = function, (layout, options)
        signatures = list(signatures) or declarations.annotated(function)
        if not signatures:
            raise TypeError(f"{function.__name__} declares no types")
        declarations.check(function, signatures)
        names = list(inspect.signature(function).parameters)
        self.layout = layout and Layout(layout, len(names))
        writable = [names.index(arg) if isinstance(arg, str) else arg for arg in options.get("writable_args", ())]
        self.writable = writable
        make = functools.partial(of_blocks, layout=self.layout, writable=writable) if layout else of_elements
        loops = [make(function, signature) for signature in signatures]
        n_inputs = self.layout.n_inputs if layout else len(names)
        n_outputs = len(loops[0][0]) - n_inputs
        identity = identity_of(options.get("identity"))
        core = self.layout and (self.layout.for_numpy(), self.layout.operands)
        self.ufunc = numpy_api.make_ufunc(function.__name__, loops, n_inputs, n_outputs, core, identity)
        if writable:
            numpy_api.set_written(self.ufunc, writable)
        if self.layout and self.layout.rules:
            numpy_api.set_sizes(self.ufunc, self.apply_rules)

    def redeclared(self, signatures):
        """The same with other signatures."""
        return Ufunc(self.py_func, signatures, *self.declared)

    def __getattr__(self, name):
        value = getattr(vars(self)["ufunc"], name)
        if name not in METHODS:
            return value
        order = {"order": "C"} if name == "outer" else {}
        return functools.partial(numpy_api.call, value, **order)

    def __call__(self, *args, **keywords):
        # Of several elements that raise, the first in this order is it that counts.
        keywords.setdefault("order", "C")
        if self.layout is None:
            return numpy_api.call(self.ufunc, *args, **keywords)
        n_inputs = self.layout.n_inputs
        out = keywords.get("out", args[n_inputs:])
        outputs = out if isinstance(out, tuple) else (out,)
        inputs = self.layout.stretch(
            list(args[:n_inputs]), outputs, self.writable, keywords.get("axis"), keywords.get("axes")
        )
        copies = {} if self.layout.has_dimensions else self.copies(inputs)
        inputs = [copies.get(index, x) for index, x in enumerate(inputs)]
        try:
            result = numpy_api.call(self.ufunc, *inputs, *args[n_inputs:], **keywords)
        except Exception as error:
            raise self.with_layout(error) from error
        for index, copy in copies.items():
            np.copyto(args[index], copy, casting="unsafe")
        return result

    def copies(self, inputs):
        """The written inputs as the loop takes them: without core dimensions, NumPy's path for one
        dimension forgets what it has copied."""
        if not all(isinstance(inputs[index], np.ndarray) for index in self.writable):
            return {}
        given = [x.dtype if isinstance(x, (np.ndarray, np.generic)) else type(x) for x in inputs]
        dtypes = self.ufunc.resolve_dtypes((*given, *[None] * self.ufunc.nout))
        return {index: inputs[index].astype(dtypes[index]) for index in self.writable}

    def with_layout(self, error):
        """An error that speaks of the layout as it is declared."""
        plain = self.layout.for_numpy()
        if plain == self.layout.text or plain not in str(error):
            return error
        return type(error)(str(error).replace(plain, self.layout.text))

    def apply_rules(self, sizes):
        """The sizes with those of dimensions that have a rule."""
        try:
            return self.layout.apply_rules(sizes)
        except ValueError as error:
            raise ValueError(f"{self.ufunc.__name__}: {error}") from None


def identity_of(identity):
    """NumPy's kind of an identity, and its value."""
    if identity is None:
        return numpy_api.NO_IDENTITY, None
    if identity == "reorderable":
        return numpy_api.REORDERABLE, None
    return numpy_api.IDENTITY_VALUE, identity


def of_elements(function, signature):
    """The dtypes of a loop, and the loop: a function of numbers that returns one, or a tuple."""
    result = signature.result or returned(function, signature)
    results = result.items if isinstance(result, Tuple) else [result]
    params = signature.params

    def loop(*arrays):
        inputs, outputs = arrays[: len(params)], arrays[len(params) :]
        for index in range(len(arrays[0])):
            given = function(*(param.convert(array[index]) for param, array in zip(params, inputs)))
            given = given if isinstance(result, Tuple) else (given,)
            for array, ty, value in zip(outputs, results, given, strict=True):
                array[index] = ty.convert(value)

    return [dtype(ty) for ty in [*params, *results]], loop


def of_blocks(function, signature, layout, writable):
    """The dtypes of a loop, and the loop: a function of numbers and arrays that writes its outputs."""
    params = signature.params

    def loop(*arrays):
        for operand in set(range(layout.n_inputs)) - set(writable):
            arrays[operand].flags.writeable = False
        for index in range(len(arrays[0])):
            blocks = [block(*operand, index) for operand in zip(params, layout.operands, arrays)]
            for operand, (param, core) in enumerate(zip(params, blocks)):
                if isinstance(param, Array) and (wrong := param.refusal(core)):
                    role = layout.role(operand).lower().replace(" operand", "")
                    raise TypeError(f"{function.__name__}() {role} {wrong}")
            function(*blocks)

    return [dtype(ty) for ty in params], loop


def block(param, core, array, index):
    """What a function gets of an operand: a number, or an array of its core dimensions. Where it has
    none, `x[:]` has one element."""
    if not isinstance(param, Array):
        return param.convert(array[index])
    return array[index] if core else array[index : index + 1]


def returned(function, signature):
    """The type of a result that nobody has declared."""
    for sample in (1, 2, 0):
        try:
            result = function(*(param.convert(sample) for param in signature.params))
        except Exception:
            continue
        return declarations.type_of(result)
    raise TypeError(f"{function.__name__}: what it returns has no type")


def dtype(ty):
    """NumPy's dtype of a number, or of an array's elements."""
    return ty.element.dtype if isinstance(ty, Array) else ty.dtype
