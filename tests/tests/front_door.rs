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
