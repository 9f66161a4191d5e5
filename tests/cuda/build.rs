//! Compiles the kernels of the tests.

fn main() {
    pykernel_codegen::Build::new().compile();
}
