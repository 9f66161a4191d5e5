"""Products, linear algebra, Fourier transforms and random numbers of NumPy's, as its users write them."""

import numpy as np
from numba import njit


@njit
def einsum_rows(x, y):
    return np.einsum("ij,ij->i", x, y)


@njit
def einsum_product(x, y):
    return np.einsum("ij,jk->ik", x, y)


@njit
def einsum_stack(x, y):
    return np.einsum("bij,bjk->bik", x, y)


@njit
def solve(a, b):
    return np.linalg.solve(a, b)


@njit
def inv(a):
    return np.linalg.inv(a)


@njit
def det(a):
    return np.linalg.det(a)


@njit
def cholesky(a):
    return np.linalg.cholesky(a)


@njit
def qr(a):
    return np.linalg.qr(a)


@njit
def svd(a):
    return np.linalg.svd(a)


@njit
def eigh(a):
    return np.linalg.eigh(a)


@njit
def norm(a):
    return np.linalg.norm(a)


@njit
def fft(x):
    return np.fft.fft(x)


@njit
def legacy_random(n):
    return np.random.random(n)


@njit
def legacy_normal(n):
    return np.random.normal(0.0, 1.0, n)


@njit
def legacy_integers(n):
    return np.random.randint(0, 1000, n)


@njit
def rng_random(rng, n):
    return rng.random(n)


@njit
def rng_normal(rng, n):
    return rng.standard_normal(n)


@njit
def rng_exponential(rng, n):
    return rng.exponential(2.0, n)


@njit
def rng_integers(rng, n):
    return rng.integers(0, 1000, n)


@njit
def rng_one_by_one(rng, n):
    total = 0.0
    for i in range(n):
        total += rng.random()
    return total
