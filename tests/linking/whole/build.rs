//! As a user's.

fn main() {
    pykernel_codegen::Build::new().compile();
}
