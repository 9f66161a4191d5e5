//! Kernels that draw random numbers.

pykernel::py_kernel! {r#"
    from numba import cuda, float32, float64, int64
    from numba.cuda.random import xoroshiro128p_normal_float32, xoroshiro128p_type, xoroshiro128p_uniform_float64

    @cuda.jit
    def count_inside(states: xoroshiro128p_type[:], draws: int64, counts: int64[:]):
        i = cuda.grid(1)
        if i < states.shape[0]:
            for _ in range(draws):
                x = xoroshiro128p_uniform_float64(states, i)
                y = xoroshiro128p_uniform_float64(states, i)
                if x * x + y * y < 1:
                    counts[i] += 1

    @cuda.jit
    def normal(states: xoroshiro128p_type[::1], out: float32[:]):
        i = cuda.grid(1)
        for k in range(i, out.shape[0], cuda.gridsize(1)):
            out[k] = xoroshiro128p_normal_float32(states, i)
"#}
