//! Compiles the benchmarks' kernels.

fn main() {
    pykernel_codegen::Build::new().compile();
}
