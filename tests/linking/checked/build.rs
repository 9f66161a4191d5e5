//! Asks for overflow checks whatever the profile.

fn main() {
    pykernel_codegen::Build::new().overflow_checks(true).compile();
}
