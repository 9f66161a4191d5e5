//! Compiles the kernels in `kernels/`.

fn main() {
    pykernel_codegen::Build::new().compile();
}
