//! The front door: each form in which a kernel can be given compiles, links and runs.

pykernel::kernels!();

mod braces {
    pykernel::py_kernel! {
        from numba import njit, int64

        @njit
        def half(x: int64) -> int64:
            return x // 2  # what Rust takes for a comment
    }
}

mod raw_string {
    pykernel::py_kernel!(
        r#"
        from numba import njit

        @njit('float64(float64)')
        def fourth(x):
            # what Rust's lexer doesn't let through between braces
            if x < 0:
                raise ValueError('x is "negative"')
            return x / 4
        "#
    );
}

mod escaped_string {
    pykernel::py_kernel!(
        "from numba import njit\n\n@njit(\"int64(int64)\")\ndef fifth(x):\n    return x // 5\n"
    );
}

mod file {
    pykernel::py_kernel!(file = "tests/front_door/third.py");
}

mod with_a_stub {
    pykernel::py_kernel!(file = "tests/front_door/untouched.py");
}

mod unchecked {
    pykernel::py_kernel! {
        from numba import njit, float32, float64, int64

        @njit(boundscheck=False)
        def at(x: float64[:], i: int64) -> float64:
            return x[i]

        @njit([float32(float32[:], int64), float64(float64[:], int64)], boundscheck=False)
        def element(x, i):
            return x[i]

        @njit
        def ends(x: float64[:]) -> float64:
            return at(x, 0) + at(x, -1)
    }
}

#[test]
fn braces_keep_the_exact_text() {
    assert_eq!(braces::half(-7), Ok(-4));
}

#[test]
fn strings_hold_what_braces_cannot() {
    assert_eq!(raw_string::fourth(1.0), Ok(0.25));
    let error = raw_string::fourth(-1.0).unwrap_err();
    assert_eq!((error.class(), error.message()), ("ValueError", "x is \"negative\""));
    assert_eq!((error.file(), error.function()), ("tests/front_door.rs", "fourth"));
    let text = include_str!("front_door.rs");
    let line = text.lines().position(|line| line.contains("raise ValueError")).unwrap() as u32 + 1;
    assert_eq!(error.line(), line);
    assert_eq!(escaped_string::fifth(-6), Ok(-2));
}

#[test]
fn files_are_named_alone_or_by_their_folder() {
    assert_eq!(file::third(6.0), Ok(2.0));
    let mut amounts = [100.0, 110.0, 121.0];
    assert_eq!(front_door::pricing::discount(&mut amounts, 0.1), Ok(()));
    assert!(amounts.iter().all(|amount| (amount - 100.0_f64).abs() < 1e-9), "{amounts:?}");
}

#[test]
fn stubs_beside_a_file_and_elsewhere_declare_its_types() {
    assert_eq!(front_door::rates::compound(100.0_f32, 0.5_f32, 2), Ok(225.0_f32));
    assert_eq!(front_door::rates::compound(100.0, 0.5, 2), Ok(225.0));
    assert_eq!(with_a_stub::sixth(3.0), Ok(0.5));
}

#[test]
fn without_bounds_checks_the_caller_vouches() {
    let xs = [1.0, 5.0, 3.0];
    // SAFETY: the array has three elements; `largest` looks at those that it has.
    let found = unsafe {
        (
            unchecked::at(&xs, -2),
            unchecked::element(&xs, 1),
            unchecked::element(&[0.5_f32], 0),
            unchecked::ends(&xs),
            front_door::rates::largest(&xs),
        )
    };
    assert_eq!(found, (Ok(5.0), Ok(5.0), Ok(0.5), Ok(4.0), Ok(5.0)));
}
