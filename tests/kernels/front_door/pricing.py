"""The folder form: `kernels!()` makes a module of each file, in a module of its folder."""

from numba import njit, float64


@njit
def discount(amounts: float64[:], rate: float64):
    for i in range(len(amounts)):
        amounts[i] /= (1.0 + rate) ** i
