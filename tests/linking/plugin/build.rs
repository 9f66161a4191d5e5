//! Lets C programs call the same kernels as the Rust library.

fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    pykernel_codegen::Build::new()
        .c_header(format!("{out}/kernels.h"))
        .c_library(format!("{out}/libkernels.a"))
        .compile();
}
