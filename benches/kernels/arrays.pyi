"""The types of `arrays.py`: both floats, any strides."""

from numba import float32, float64, int64, njit


@njit([(float64[:, :],), (float32[:, :],)])
def sum_all(x): ...


@njit([(float64[:, :],), (float32[:, :],)])
def sum_0(x): ...


@njit([(float64[:, :],), (float32[:, :],)])
def sum_1(x): ...


@njit([(float64[:, :],), (float32[:, :],)])
def mean_all(x): ...


@njit([(float64[:, :],), (float32[:, :],)])
def mean_0(x): ...


@njit([(float64[:, :],), (float32[:, :],)])
def mean_1(x): ...


@njit([(float64[:, :],), (float32[:, :],)])
def var_all(x): ...


@njit([(float64[:, :],), (float32[:, :],)])
def var_0(x): ...


@njit([(float64[:, :],), (float32[:, :],)])
def var_1(x): ...


@njit([(float64[:, :],), (float32[:, :],)])
def max_all(x): ...


@njit([(float64[:, :],), (float32[:, :],)])
def max_0(x): ...


@njit([(float64[:, :],), (float32[:, :],)])
def max_1(x): ...


@njit([(float64[:, :],), (float32[:, :],)])
def argmax_all(x): ...


@njit([(float64[:, :],), (float32[:, :],)])
def argmax_0(x): ...


@njit([(float64[:, :],), (float32[:, :],)])
def argmax_1(x): ...


@njit([(float64[:],), (float32[:],)])
def nansum(x): ...


@njit([(float64[:],), (float32[:],)])
def cumsum(x): ...


@njit([(float64[:],), (float32[:],)])
def median(x): ...


@njit([(float64[:],), (float32[:],)])
def sort(x): ...


@njit([(float64[:],), (float32[:],)])
def argsort(x): ...


@njit([(float64[:],), (float32[:],)])
def unique(x): ...


@njit([(float64[:],), (float32[:],)])
def positive(x): ...


@njit([(float64[:],), (float32[:],)])
def clip_below(x): ...


@njit([(float64[:], int64[:]), (float32[:], int64[:])])
def taken(x, i): ...


@njit([(float64[:], int64[:], float64[:]), (float32[:], int64[:], float32[:])])
def put(x, i, y): ...


@njit([(float64[:, ::1], float64[:, ::1]), (float32[:, ::1], float32[:, ::1])])
def product(x, y): ...
