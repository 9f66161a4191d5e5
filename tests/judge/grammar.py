"""The closed grammar of a transcript's `>>>` lines, which the compiler's own harness reads too.

A line is an expression or `name = expression`. `check` refuses everything else, so that no
transcript needs Python to run.
"""

import ast

FUNCTIONS = {
    "np": {"array", "zeros", "ones", "full", "arange", "linspace", "asfortranarray", "broadcast_to"},
    "": {"float", "complex"},
}
SCALARS = {"bool_", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"}
SCALARS |= {"float32", "float64", "complex64", "complex128"}
CONSTANTS = {("np", "inf"), ("np", "nan"), ("np", "pi"), ("math", "inf"), ("math", "nan"), ("math", "pi")}
METHODS = {"reshape", "transpose", "astype", "copy"}
UFUNC_METHODS = {"reduce", "accumulate", "reduceat", "outer", "at"}
ATTRIBUTES = {"T"}
OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Pow)


class NotInGrammar(Exception):
    """A line that transcripts cannot have."""


def check(text, kernels, ufuncs=frozenset()):
    """The statement of a `>>>` line, if it is in the grammar; `kernels` are the callable names, and
    `ufuncs` those whose methods can be called too."""
    kernels = {*kernels, *ufuncs, *((ufunc, method) for ufunc in ufuncs for method in UFUNC_METHODS)}
    try:
        (stmt,) = ast.parse(text).body
    except (SyntaxError, ValueError) as error:
        raise NotInGrammar(f"not one statement: {text!r}") from error
    match stmt:
        case ast.Assign(targets=[ast.Name()], value=value) | ast.Expr(value=value):
            check_expr(value, kernels)
        case _:
            raise NotInGrammar(f"neither an expression nor an assignment: {text!r}")
    return stmt


def check_expr(node, kernels):
    """Refuses an expression that is not in the grammar."""

    def each(nodes):
        for one in nodes:
            check_expr(one, kernels)

    match node:
        case ast.Constant(value=None | bool() | int() | float() | complex() | str()) | ast.Name():
            return
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return check_expr(operand, kernels)
        case ast.BinOp(op=op, left=left, right=right) if isinstance(op, OPERATORS):
            return each([left, right])
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return each(items)
        case ast.Attribute(value=ast.Name(id=module), attr=name) if is_name(module, name):
            return
        case ast.Attribute(value=value, attr=name) if name in ATTRIBUTES:
            return check_expr(value, kernels)
        case ast.Subscript(value=value, slice=index):
            check_expr(value, kernels)
            return each_slice(index, kernels)
        case ast.Call(func=func, args=args, keywords=keywords):
            check_callee(func, kernels)
            return each([*args, *(keyword.value for keyword in keywords)])
    raise NotInGrammar(f"not in the grammar: {ast.unparse(node)}")


def is_name(module, name):
    """Whether `module.name` is a constant or a dtype."""
    return (module, name) in CONSTANTS or module == "np" and name in SCALARS


def check_callee(func, kernels):
    """Refuses to call what is neither a kernel, a constructor nor a method of arrays."""
    match func:
        case ast.Subscript(value=ast.Name(id=name), slice=extent) if name in kernels:
            return check_expr(extent, kernels)
        case ast.Name(id=name) if name in kernels or name in FUNCTIONS[""]:
            return
        case ast.Attribute(value=ast.Attribute(value=ast.Name(id="np"), attr="random"), attr="default_rng"):
            return
        case ast.Attribute(value=ast.Name(id="np"), attr=name) if name in FUNCTIONS["np"] | SCALARS:
            return
        case ast.Attribute(value=ast.Name(id=ufunc), attr=method) if (ufunc, method) in kernels:
            return
        case ast.Attribute(value=value, attr=name) if name in METHODS:
            return check_expr(value, kernels)
    raise NotInGrammar(f"cannot be called in a transcript: {ast.unparse(func)}")


def each_slice(index, kernels):
    """Refuses a subscript that is neither integers nor slices of integers."""
    for axis in index.elts if isinstance(index, ast.Tuple) else [index]:
        parts = [axis.lower, axis.upper, axis.step] if isinstance(axis, ast.Slice) else [axis]
        for part in parts:
            if part is not None:
                check_expr(part, kernels)
