"""The product of two matrices, for CPUs and for GPUs. Both add the products of an element in one order."""

from numba import cuda, njit, prange, float64

# The rows and columns that a block of threads has in shared memory.
TILE = 16


@njit(parallel=True)
def on_cpu(a: float64[:, ::1], b: float64[:, ::1], c: float64[:, ::1]):
    """c = a @ b, row by row: rows of b are read from end to end."""
    assert a.shape[1] == b.shape[0] and c.shape == (a.shape[0], b.shape[1]), "shapes do not fit"
    for i in prange(c.shape[0]):
        for j in range(c.shape[1]):
            c[i, j] = 0.0
        for k in range(a.shape[1]):
            for j in range(c.shape[1]):
                c[i, j] += a[i, k] * b[k, j]


@cuda.jit
def on_gpu(a: float64[:, ::1], b: float64[:, ::1], c: float64[:, ::1]):
    """c = a @ b, a thread for each element: a block reads each number of a and b once for all its threads."""
    left = cuda.shared.array((TILE, TILE), float64)
    right = cuda.shared.array((TILE, TILE), float64)
    column, row = cuda.grid(2)
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    total = 0.0
    for first in range(0, a.shape[1], TILE):
        left[y, x] = 0.0
        right[y, x] = 0.0
        if row < a.shape[0] and first + x < a.shape[1]:
            left[y, x] = a[row, first + x]
        if first + y < b.shape[0] and column < b.shape[1]:
            right[y, x] = b[first + y, column]
        cuda.syncthreads()
        for k in range(TILE):
            total += left[y, k] * right[k, x]
        cuda.syncthreads()
    if row < c.shape[0] and column < c.shape[1]:
        c[row, column] = total
