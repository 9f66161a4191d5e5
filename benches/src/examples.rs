//! The kernels of the examples, compiled here from their own files.

pub mod distances {
    //! Distances between points.
    pykernel::py_kernel!(file = "../examples/airports/kernels/distances.py");
}

pub mod neighbours {
    //! Neighbours on a grid.
    pykernel::py_kernel!(file = "../examples/airports/kernels/neighbours.py");
}

pub mod options {
    //! Prices of options.
    pykernel::py_kernel!(file = "../examples/options/kernels/black_scholes.py");
}

pub mod segments {
    //! Distances between segments.
    pykernel::py_kernel!(file = "../examples/airports/kernels/segments.py");
}
