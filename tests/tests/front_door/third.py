"""The file form: `py_kernel!(file = "…")`."""

from numba import njit, float64


@njit
def third(x: float64) -> float64:
    return x / 3  # don't stop at `//` or 'quotes'
