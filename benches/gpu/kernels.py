"""Kernels that are timed on GPUs: the same text by pykernel and by numba-cuda."""

import math

from numba import cuda, float64, int32, int64, vectorize

# Threads of a block, and numbers of a histogram.
THREADS = 256
# The sides of the tiles of a product.
TILE = 16
# The most threads of a block.
MOST = 1024
FULL = 0xFFFFFFFF


@vectorize([float64(float64, float64)], target="cuda")
def rel_diff(x, y):
    return 2 * (x - y) / (x + y)


@vectorize([int64(float64, float64, int64)], target="cuda")
def escape_time(re, im, limit):
    x = 0.0
    y = 0.0
    n = 0
    while n < limit and x * x + y * y <= 4.0:
        x, y = x * x - y * y + re, 2 * x * y + im
        n += 1
    return n


@cuda.jit(device=True)
def cnd(d):
    """Abramowitz and Stegun, 26.2.17, as in examples/options."""
    k = 1.0 / (1.0 + 0.2316419 * abs(d))
    polynomial = k * (
        0.319381530 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429)))
    )
    tail = math.exp(-0.5 * d * d) / math.sqrt(2.0 * math.pi) * polynomial
    if d > 0:
        return 1.0 - tail
    return tail


@cuda.jit("void(float64[::1], float64[::1], float64[::1], float64[::1], float64[::1], float64, float64)")
def black_scholes(call_result, put_result, stock_price, option_strike, option_years, risk_free, volatility):
    i = cuda.grid(1)
    if i < stock_price.shape[0]:
        years = option_years[i]
        deviation = volatility * math.sqrt(years)
        d1 = (math.log(stock_price[i] / option_strike[i]) + (risk_free + 0.5 * volatility**2) * years) / deviation
        d2 = d1 - deviation
        discounted = option_strike[i] * math.exp(-risk_free * years)
        call_result[i] = stock_price[i] * cnd(d1) - discounted * cnd(d2)
        put_result[i] = discounted * (1.0 - cnd(d2)) - stock_price[i] * (1.0 - cnd(d1))


@cuda.jit("void(float64[:, ::1], float64[::1])")
def row_sums(x, sums):
    """A warp for each row, whose lanes read side by side."""
    thread = cuda.grid(1)
    row = thread // 32
    lane = thread % 32
    total = 0.0
    if row < x.shape[0]:
        for column in range(lane, x.shape[1], 32):
            total += x[row, column]
    for step in (16, 8, 4, 2, 1):
        total += cuda.shfl_down_sync(FULL, total, step)
    if lane == 0 and row < x.shape[0]:
        sums[row] = total


@cuda.jit("void(float64[:, :, ::1], float64[:, :, ::1], float64[:, :, ::1])")
def batch_matmul(a, b, c):
    """As many products as blocks are thick; a thread for each element."""
    left = cuda.shared.array(MOST, float64)
    right = cuda.shared.array(MOST, float64)
    n = a.shape[1]
    x, y, z = cuda.threadIdx.x, cuda.threadIdx.y, cuda.threadIdx.z
    i = cuda.blockIdx.x * cuda.blockDim.z + z
    first = z * n * n
    if i < a.shape[0]:
        left[first + y * n + x] = a[i, y, x]
        right[first + y * n + x] = b[i, y, x]
    cuda.syncthreads()
    if i < a.shape[0]:
        total = 0.0
        for k in range(n):
            total += left[first + y * n + k] * right[first + k * n + x]
        c[i, y, x] = total


@cuda.jit("void(float64[::1], float64[::1])")
def block_sums(x, sums):
    """A sum for each block, in a tree; each thread first adds what is a grid apart."""
    shared = cuda.shared.array(THREADS, float64)
    t = cuda.threadIdx.x
    total = 0.0
    for i in range(cuda.grid(1), x.shape[0], cuda.gridsize(1)):
        total += x[i]
    shared[t] = total
    cuda.syncthreads()
    step = THREADS // 2
    while step > 0:
        if t < step:
            shared[t] += shared[t + step]
        cuda.syncthreads()
        step //= 2
    if t == 0:
        sums[cuda.blockIdx.x] = shared[0]


@cuda.jit("void(int32[::1], int32[::1])")
def histogram(x, bins):
    """Each block counts in its own memory, and adds that once."""
    own = cuda.shared.array(THREADS, int32)
    t = cuda.threadIdx.x
    own[t] = 0
    cuda.syncthreads()
    for i in range(cuda.grid(1), x.shape[0], cuda.gridsize(1)):
        cuda.atomic.add(own, x[i], 1)
    cuda.syncthreads()
    cuda.atomic.add(bins, t, own[t])


@cuda.jit("void(float64[:, ::1], float64[:, ::1], float64[:, ::1])")
def matmul(a, b, c):
    """By tiles in shared memory; all sides are multiples of a tile's."""
    left = cuda.shared.array((TILE, TILE), float64)
    right = cuda.shared.array((TILE, TILE), float64)
    x, y = cuda.grid(2)
    tx, ty = cuda.threadIdx.x, cuda.threadIdx.y
    total = 0.0
    for first in range(0, a.shape[1], TILE):
        left[ty, tx] = a[y, first + tx]
        right[ty, tx] = b[first + ty, x]
        cuda.syncthreads()
        for k in range(TILE):
            total += left[ty, k] * right[k, tx]
        cuda.syncthreads()
    c[y, x] = total


@cuda.jit("void(float64[::1], float64)")
def scale(x, factor):
    i = cuda.grid(1)
    if i < x.shape[0]:
        x[i] *= factor
