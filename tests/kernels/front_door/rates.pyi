from typing import overload
from numba import njit, float32, float64, int64

@overload
def compound(amount: float32, rate: float32, years: int64) -> float32: ...
@overload
def compound(amount: float64, rate: float64, years: int64) -> float64: ...

@njit(boundscheck=False)
def largest(rates: float64[:]) -> float64: ...
