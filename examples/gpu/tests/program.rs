//! The program on machines with a GPU, by the driver for tests, and without one.

use std::path::Path;

/// What the program prints on the driver for tests; without a device if there is to be none.
fn printed(folder: &str, no_device: &str) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
    let mut command =
        fake_cuda::command(Path::new(env!("CARGO_BIN_EXE_gpu")), &folder).expect("the library is built");
    let output = command
        .args(["300", "20"])
        .env("FAKE_CUDA_NO_DEVICE", no_device)
        .output()
        .expect("the program starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}\n{text}{}", output.status, String::from_utf8_lossy(&output.stderr));
    text
}

#[test]
fn the_gpus_values_are_the_cpus() {
    let text = printed("gpu_there", "0");
    assert_eq!(text.matches("copied there first, and back at last").count(), 2, "{text}");
    assert!(!text.contains("No GPU"), "{text}");
}

#[test]
fn without_a_gpu_the_cpu_computes() {
    let text = printed("gpu_absent", "1");
    assert!(text.contains("A chain of three ufuncs over 300 elements"), "{text}");
    assert!(text.contains("of shapes [20, 21] and [21, 22]"), "{text}");
    assert!(text.contains("No GPU has computed, the CPU has: the CUDA driver reports no device"), "{text}");
}
