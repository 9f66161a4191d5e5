"""The core dimensions of gufuncs, `(m,n),(n,p)->(m,p)`: NumPy's layouts, and what they lack.

NumPy knows names, fixed sizes and optional dimensions, `n?`. `n|1` stretches operands in which the
dimension is 1 before NumPy sees them; a rule, `m+n-1`, is a name for NumPy, whose size a hook gives.
"""

import ast
import re

import numpy as np

OPERAND = re.compile(r"\(([^()]*)\)")


class Layout:
    """The core dimensions of a gufunc's operands."""

    def __init__(self, text, n_params):
        text = "".join(text.split())
        operands = [part.split(",") if part else [] for part in OPERAND.findall(text)]
        if len(operands) != n_params:
            raise TypeError(f"{text} does not fit {n_params} parameters")
        self.n_inputs = text.split("->")[0].count("(")
        self.n_outputs = n_params - self.n_inputs
        self.marks = {}
        # The dimensions in the order in which they are first named, without their marks.
        self.dimensions = []
        self.operands = [[self.dimension(mark) for mark in operand] for operand in operands]
        self.rules = {
            place: name
            for place, name in enumerate(self.dimensions)
            if not name.isidentifier() and not name.isdigit()
        }
        # The layout as errors write it.
        self.text = self.written(lambda place: self.dimensions[place] + self.marks[place])

    def dimension(self, mark):
        """The place of a dimension among all."""
        name = re.sub(r"\?|\|1$", "", mark)
        if name not in self.dimensions:
            self.dimensions.append(name)
        place = self.dimensions.index(name)
        self.marks[place] = self.marks.get(place, "") or mark[len(name) :]
        return place

    def written(self, name):
        """The layout with names for its dimensions."""
        operands = [f"({','.join(map(name, operand))})" for operand in self.operands]
        text = ",".join(operands[: self.n_inputs])
        return f"{text}->{','.join(operands[self.n_inputs :])}" if self.n_outputs else text

    @property
    def has_dimensions(self):
        """Whether an operand has core dimensions."""
        return bool(self.dimensions)

    def for_numpy(self):
        """The text that NumPy reads."""

        def name(place):
            text = f"_size{place}" if place in self.rules else self.dimensions[place]
            return text + ("?" if "?" in self.marks[place] else "")

        return self.written(name)

    def role(self, operand):
        """What NumPy calls an operand."""
        outputs = operand - self.n_inputs
        return f"Input operand {operand}" if outputs < 0 else f"Output operand {outputs}"

    def apply_rules(self, sizes):
        """The sizes with those that rules give; -1 is what is not known."""
        known = {name: sizes[place] for place, name in enumerate(self.dimensions) if place not in self.rules}
        for place, rule in self.rules.items():
            terms = [node.id for node in ast.walk(ast.parse(rule)) if isinstance(node, ast.Name)]
            if any(known[term] < 0 for term in terms):
                continue
            size = eval(rule, {}, known)
            if size < 0:
                given = ", ".join(f"{name}={known[name]}" for name in dict.fromkeys(terms))
                raise ValueError(f"the size {size} of core dimension {rule} is negative, with gufunc "
                                 f"signature {self.text} ({given})")
            if sizes[place] not in (-1, size):
                operand = next(index for index, core in enumerate(self.operands) if place in core)
                core = self.operands[operand].index(place)
                raise ValueError(f"{self.role(operand)} has a mismatch in its core dimension {core}, with "
                                 f"gufunc signature {self.text} (size {sizes[place]} is different from {size})")
            sizes[place] = size
        return sizes

    def stretch(self, inputs, outputs, written, axis, axes):
        """The inputs with broadcastable dimensions as long as they are in other operands."""
        if not any("|1" in marks for marks in self.marks.values()):
            return inputs
        inputs = [np.asarray(x) if self.operands[index] else x for index, x in enumerate(inputs)]
        given = [*inputs, *outputs]
        missing = self.missing(given)
        sizes, stretched = {}, []
        for operand, array in enumerate(given):
            core = [place for place in self.operands[operand] if place not in missing]
            for position, place in enumerate(core):
                at = axis_of(array, position, len(core), axis, axes[operand] if axes else None)
                if at is None or "|1" not in self.marks[place]:
                    continue
                if array.shape[at] == 1 and operand < self.n_inputs and operand not in written:
                    stretched.append((operand, place, at))
                else:
                    sizes.setdefault(place, array.shape[at])
        for operand, place, at in stretched:
            shape = list(inputs[operand].shape)
            shape[at] = sizes.get(place, 1)
            inputs[operand] = np.broadcast_to(inputs[operand], shape)
        return inputs

    def missing(self, given):
        """The optional dimensions that operands leave out, as NumPy finds them."""
        missing = set()
        for core, array in zip(self.operands, given):
            for place in core:
                rank = sum(other not in missing for other in core)
                if isinstance(array, np.ndarray) and array.ndim < rank and "?" in self.marks[place]:
                    missing.add(place)
        return missing


def axis_of(array, position, n_core, axis, axes):
    """The axis of an array that has a core dimension; `None` if NumPy will refuse the call."""
    if not isinstance(array, np.ndarray):
        return None
    if axis is not None:
        at = axis
    elif axes is not None:
        at = axes[position] if isinstance(axes, tuple) and position < len(axes) else axes
    else:
        at = position - n_core
    return at if isinstance(at, int) and -array.ndim <= at < array.ndim else None
