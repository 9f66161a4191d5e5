//! Compiles the kernels of this package.

fn main() {
    pykernel_codegen::Build::new().compile();
}
