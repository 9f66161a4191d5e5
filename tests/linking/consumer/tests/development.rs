//! Calls a kernel of a development dependency.

#[test]
fn development_dependencies_have_kernels() {
    assert_eq!(probe::measure(shapes::area(2.0).unwrap()), Ok(6.0));
}
