"""The types of `numerics.py`."""

from numba import complex128, float64, int64, njit, types


@njit((float64[:, :], float64[:, :]))
def einsum_rows(x, y): ...


@njit((float64[:, :], float64[:, :]))
def einsum_product(x, y): ...


@njit((float64[:, :, :], float64[:, :, :]))
def einsum_stack(x, y): ...


@njit((float64[:, :], float64[:]))
def solve(a, b): ...


@njit((float64[:, :],))
def inv(a): ...


@njit((float64[:, :],))
def det(a): ...


@njit((float64[:, :],))
def cholesky(a): ...


@njit((float64[:, :],))
def qr(a): ...


@njit((float64[:, :],))
def svd(a): ...


@njit((float64[:, :],))
def eigh(a): ...


@njit((float64[:, :],))
def norm(a): ...


@njit((complex128[:],))
def fft(x): ...


@njit((int64,))
def legacy_random(n): ...


@njit((int64,))
def legacy_normal(n): ...


@njit((int64,))
def legacy_integers(n): ...


@njit((types.npy_rng, int64))
def rng_random(rng, n): ...


@njit((types.npy_rng, int64))
def rng_normal(rng, n): ...


@njit((types.npy_rng, int64))
def rng_exponential(rng, n): ...


@njit((types.npy_rng, int64))
def rng_integers(rng, n): ...


@njit((types.npy_rng, int64))
def rng_one_by_one(rng, n): ...
