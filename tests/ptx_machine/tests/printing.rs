//! What `vprintf` prints.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod device;

use device::run;
use ptx_machine::{FaultKind, Launch};

/// Prints with that format; each argument is stored by an instruction after `[arguments+…]`.
fn printed(format: &str, arguments: &[(usize, &str)]) -> Result<String, ptx_machine::Fault> {
    let bytes: Vec<String> = format.bytes().chain([0]).map(|byte| byte.to_string()).collect();
    let stores: String = arguments
        .iter()
        .map(|(at, value)| {
            let (t, value) = value.split_once(' ').unwrap();
            format!("st.local.{t} [arguments+{at}], {value};\n")
        })
        .collect();
    let text = device::kernel(&format!(
        ".local .align 8 .b8 arguments[64];\n{stores}mov.u64 %rd1, arguments;\ncvta.local.u64 %rd2, %rd1;\n\
         mov.u64 %rd3, text;\ncvta.global.u64 %rd4, %rd3;\n{{ .param .b64 f; .param .b64 a; .param .b32 s;\n\
         st.param.b64 [f], %rd4;\nst.param.b64 [a], %rd2;\ncall.uni (s), vprintf, (f, a);\n\
         ld.param.b32 %r1, [s]; }}\nst.global.u32 [%out], %r1;"
    ));
    let declarations = format!(
        ".extern .func (.param .b32 s) vprintf (.param .b64 f, .param .b64 a);\n\
         .global .align 1 .b8 text[{}] = {{{}}};\n.visible",
        bytes.len(),
        bytes.join(", ")
    );
    run(&text.replacen(".visible", &declarations, 1), &Launch::default()).map(|(_, report)| report.printed)
}

#[test]
fn integers() {
    assert_eq!(printed("%d %u %x\n", &[(0, "u32 -5"), (4, "u32 7"), (8, "u32 255")]).unwrap(), "-5 7 ff\n");
    let long = [(0, "u32 1"), (8, "u64 -2"), (16, "u64 9")];
    assert_eq!(printed("%d|%lld|%llu", &long).unwrap(), "1|-2|9");
    assert_eq!(
        printed("[%5d][%-5d][%05d]", &[(0, "u32 42"), (4, "u32 42"), (8, "u32 -42")]).unwrap(),
        "[   42][42   ][-0042]"
    );
    assert_eq!(printed("%c%c%%", &[(0, "u32 79"), (4, "u32 75")]).unwrap(), "OK%");
}

#[test]
fn floats() {
    let numbers =
        [(0, "f64 0d3FF8000000000000"), (8, "f64 0d3FF8000000000000"), (16, "f64 0d3FF8000000000000")];
    assert_eq!(printed("%f %.2f %8.1f", &numbers).unwrap(), "1.500000 1.50      1.5");
    assert_eq!(printed("%g %e %g", &numbers).unwrap(), "1.5 1.500000e+00 1.5");
    assert_eq!(printed("%g", &[(0, "f64 1e-7")]).unwrap(), "1e-07");
    assert_eq!(printed("%g", &[(0, "f64 1234567.0")]).unwrap(), "1.23457e+06");
    assert_eq!(printed("%f", &[(0, "f64 0d7FF0000000000000")]).unwrap(), "inf");
}

#[test]
fn what_cannot_be_printed() {
    assert_eq!(printed("%q", &[(0, "u32 1")]).unwrap_err().kind, FaultKind::InvalidPrint);
    assert_eq!(printed("%d", &[]).unwrap_err().kind, FaultKind::UninitialisedMemory);
    assert_eq!(printed("%s", &[(0, "u64 0")]).unwrap_err().kind, FaultKind::NullAccess);
}
