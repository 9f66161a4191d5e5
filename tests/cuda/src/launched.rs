//! Kernels that run on GPUs alone.

pykernel::py_kernel! {r#"
    from numba import cuda, int32, int64, float32, float64, complex128, boolean

    TILE = 8

    @cuda.jit("void(float64[:,::1], float64[:,::1], float64[:,::1])")
    def matmul(a, b, c):
        left = cuda.shared.array((TILE, TILE), float64)
        right = cuda.shared.array((TILE, TILE), float64)
        x, y = cuda.grid(2)
        tx, ty = cuda.threadIdx.x, cuda.threadIdx.y
        total = 0.0
        for tile in range((a.shape[1] + TILE - 1) // TILE):
            left[ty, tx] = 0
            right[ty, tx] = 0
            if y < a.shape[0] and tx + tile * TILE < a.shape[1]:
                left[ty, tx] = a[y, tx + tile * TILE]
            if x < b.shape[1] and ty + tile * TILE < b.shape[0]:
                right[ty, tx] = b[ty + tile * TILE, x]
            cuda.syncthreads()
            for k in range(TILE):
                total += left[ty, k] * right[k, tx]
            cuda.syncthreads()
        if y < c.shape[0] and x < c.shape[1]:
            c[y, x] = total

    @cuda.jit("void(int64[:], int32[:])")
    def histogram(x, bins):
        for i in range(cuda.grid(1), x.shape[0], cuda.gridsize(1)):
            cuda.atomic.add(bins, x[i], 1)

    @cuda.jit("void(float32[:], int64)")
    def rotate(x, n):
        shared = cuda.shared.array(0, float32)
        t = cuda.threadIdx.x
        shared[t] = x[t]
        cuda.syncthreads()
        x[t] = shared[(t + n) % cuda.blockDim.x]

    @cuda.jit(["void(float32[:], float32)", "void(float64[::1], float64)", "void(float64[:], float64)"])
    def scale(x, factor):
        i = cuda.grid(1)
        if i < x.shape[0]:
            x[i] *= factor

    @cuda.jit("void(int64[:])", launch_bounds=(64, 2), max_registers=32)
    def bounded(x):
        i = cuda.grid(1)
        if i < x.shape[0]:
            x[i] = cuda.blockDim.x

    @cuda.jit
    def mixed(out: complex128[:], z: complex128, flag: bool, maybe: float | None, pair: tuple[int, float64[:]]):
        i = cuda.grid(1)
        if i < out.shape[0]:
            n, x = pair
            value = z * n + x[i]
            if flag:
                value += 1
            if maybe is not None:
                value += maybe
            out[i] = value

    @cuda.jit("void(int64[:])")
    def tell(x):
        i = cuda.grid(1)
        if x[i] > 1:
            print("element", i, "is", x[i])

    @cuda.jit("void(int64[:], int64)", boundscheck=False)
    def trusting(x, i):
        x[i] = 7
"#}
