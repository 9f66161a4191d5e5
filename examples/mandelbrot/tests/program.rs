//! The program on machines with a GPU, by the driver for tests, and without one.

use std::path::{Path, PathBuf};
use std::process::Command;

const PROGRAM: &str = env!("CARGO_BIN_EXE_mandelbrot");

/// A folder of one test's own, where it leaves the picture.
fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    std::fs::create_dir_all(&folder).expect("the library is built");
    folder
}

/// What the program prints.
fn printed(command: &mut Command) -> String {
    let output = command.output().expect("the program starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}\n{text}{}", output.status, String::from_utf8_lossy(&output.stderr));
    text
}

#[test]
fn the_gpu_renders_the_cpus_picture() {
    let folder = folder("mandelbrot_gpu");
    let mut command = fake_cuda::command(Path::new(PROGRAM), &folder).unwrap();
    let text = printed(command.args(["45", "30"]).current_dir(&folder));
    assert!(text.contains("and copied") && text.contains("All pictures are equal, byte for byte"), "{text}");
    assert!(!text.contains("No GPU"), "{text}");
}

#[test]
fn without_a_gpu_the_cpu_renders() {
    let folder = folder("mandelbrot_cpu");
    let mut command = fake_cuda::command(Path::new(PROGRAM), &folder).unwrap();
    let text = printed(command.args(["45", "30"]).current_dir(&folder).env("FAKE_CUDA_NO_DEVICE", "1"));
    assert!(text.contains("No GPU has rendered, the CPU has: the CUDA driver reports no device"), "{text}");
    assert!(text.contains("All pictures are equal, byte for byte"), "{text}");
    let picture = std::fs::read(folder.join("mandelbrot.png")).unwrap();
    assert_eq!(&picture[16..24], [0, 0, 0, 45, 0, 0, 0, 30], "width and height of the PNG");
}

#[test]
fn a_size_is_two_numbers() {
    let output = Command::new(PROGRAM).arg("many").output().unwrap();
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("'many' is no size: mandelbrot WIDTH HEIGHT"), "{text}");
}
