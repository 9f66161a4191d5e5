//! The kernels that are timed, and one of the examples that has the same results on the CPU.

pykernel::py_kernel!(file = "gpu/kernels.py");

pub mod on_cpu {
    //! Prices of options.
    pykernel::py_kernel!(file = "../examples/options/kernels/black_scholes.py");
}
