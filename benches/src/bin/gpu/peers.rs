//! The same work by numba-cuda and by CUDA C++, where they are.

use std::path::PathBuf;
use std::process::Command;

use crate::peer::Python;

/// Who else is timed.
pub struct Peers {
    numba: Option<Python>,
    /// The program that `nvcc` made of `gpu/peers.cu`.
    cpp: Option<PathBuf>,
    /// What the peers are, with their versions, or why they are not there.
    pub versions: [String; 2],
}

/// What a command says: the last line of its output, `None` where it fails.
pub fn says(program: &str, arguments: &[&str]) -> Option<String> {
    let output =
        Command::new(program).args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().lines().last()?.trim().to_owned())
}

impl Peers {
    pub fn start(python: Option<&str>) -> Peers {
        let numba = python.and_then(|python| Python::start(python, "gpu/peers.py"));
        let cpp = compiled();
        let numba_is = match (python, &numba) {
            (None, _) => "numba-cuda is missing: no Python was named".into(),
            (Some(_), None) => "numba-cuda is missing: the Python has none that finds the GPU".into(),
            (Some(python), Some(_)) => {
                let asks = "import numba, numba_cuda; print(f'numba-cuda {numba_cuda.__version__}, numba {numba.__version__}')";
                says(python, &["-c", asks])
                    .unwrap_or_else(|| "numba-cuda, of a version that it does not tell".into())
            }
        };
        let cpp_is = match &cpp {
            None => "CUDA C++ is missing: `nvcc` is not on the path, or compiles nothing".into(),
            Some(_) => format!("nvcc: {}", says("nvcc", &["--version"]).unwrap_or_default()),
        };
        let versions = [numba_is, cpp_is];
        versions.iter().for_each(|version| println!("{version}"));
        Peers { numba, cpp, versions }
    }

    /// The seconds of a workload by numba-cuda; `None` where it has none.
    pub fn numba(&mut self, case: &str) -> Option<f64> {
        self.numba.as_mut().map(|python| python.time("numba", case)).filter(|seconds| seconds.is_finite())
    }

    /// The seconds of a workload by CUDA C++: the median of so many runs.
    pub fn cpp(&self, case: &str, runs: usize) -> Option<f64> {
        let runs = runs.to_string();
        let arguments: Vec<&str> = std::iter::once(&*runs).chain(case.split(' ')).collect();
        says(self.cpp.as_ref()?.to_str()?, &arguments)?.parse().ok()
    }
}

/// Compiles `gpu/peers.cu` beside this program, for this machine's GPU.
fn compiled() -> Option<PathBuf> {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/gpu/peers.cu");
    let program = std::env::current_exe().ok()?.with_file_name("gpu_peers");
    says("nvcc", &["--version"])?;
    let made = Command::new("nvcc").args(["-O3", "-arch=native", "-o"]).arg(&program).arg(source).status();
    made.is_ok_and(|status| status.success()).then_some(program)
}
