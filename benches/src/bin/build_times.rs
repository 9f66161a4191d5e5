//! How long a user's builds take: from nothing, and after an edit of one kernel of several, beside
//! an edit of the Rust code around them, which is what cargo and rustc need by themselves.
//!
//! `cargo run --release -p pykernel-benches --bin build_times [FOLDER]` builds a package in FOLDER,
//! which it makes and removes; without one, in the system's folder for temporary files.

#![expect(clippy::print_stdout, reason = "the table is what this program makes")]

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;
use std::{env, fs};

/// How many kernels the package has, in as many files.
const KERNELS: usize = 10;

/// How often each edit is timed; the median counts.
const ROUNDS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args().nth(1).map_or_else(env::temp_dir, PathBuf::from).join("pykernel-build-times");
    let package = Package::new(folder)?;
    for release in [false, true] {
        let cold = package.build(release)?;
        let rust = package.edits(release, |package, round| package.write_main(round))?;
        let kernel = package.edits(release, |package, round| package.write_kernel(0, round))?;
        println!("{}", if release { "release" } else { "dev" });
        println!("  from nothing                      {cold:>7.2} s");
        println!("  after an edit of Rust             {rust:>7.2} s");
        println!("  after an edit of 1 kernel of {KERNELS}   {kernel:>7.2} s: {:+.2} s", kernel - rust);
    }
    fs::remove_dir_all(&package.folder)?;
    Ok(())
}

/// A package like a user's.
struct Package {
    folder: PathBuf,
}

impl Package {
    fn new(folder: PathBuf) -> Result<Package, Box<dyn Error>> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
        fs::create_dir_all(folder.join("src"))?;
        fs::create_dir_all(folder.join("kernels"))?;
        fs::write(
            folder.join("Cargo.toml"),
            format!(
                "[workspace]\n[package]\nname = \"user\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
                 [dependencies]\npykernel = {{ path = {:?} }}\n\
                 [build-dependencies]\npykernel-codegen = {{ path = {:?} }}\n",
                root.join("runtime"),
                root.join("codegen")
            ),
        )?;
        fs::write(folder.join("build.rs"), "fn main() { pykernel_codegen::Build::new().compile(); }\n")?;
        let package = Package { folder };
        package.write_main(0)?;
        (0..KERNELS).try_for_each(|kernel| package.write_kernel(kernel, 0))?;
        Ok(package)
    }

    /// A program that calls every kernel.
    fn write_main(&self, round: usize) -> Result<(), Box<dyn Error>> {
        let mut text = "pykernel::kernels!();\nfn main() -> Result<(), pykernel::Error> {\n".to_owned();
        for kernel in 0..KERNELS {
            writeln!(text, "    println!(\"{{}}\", k{kernel}::mandel(0.1, {round}.5, 20)?);")?;
        }
        text.push_str("    Ok(())\n}\n");
        Ok(fs::write(self.folder.join("src/main.rs"), text)?)
    }

    fn write_kernel(&self, kernel: usize, round: usize) -> Result<(), Box<dyn Error>> {
        let text = format!(
            "from numba import njit, float64, int64\n\n\n@njit\n\
             def mandel(x: float64, y: float64, max_iters: int64) -> int64:\n    \
             c = complex(x, y)\n    z = 0j\n    for i in range(max_iters):\n        z = z * z + c\n        \
             if z.real * z.real + z.imag * z.imag >= 4:\n            return 255 * i // max_iters + {round}\n    \
             return 255\n"
        );
        Ok(fs::write(self.folder.join(format!("kernels/k{kernel}.py")), text)?)
    }

    /// The median of the times of builds, each after an edit.
    fn edits(
        &self,
        release: bool,
        edit: impl Fn(&Package, usize) -> Result<(), Box<dyn Error>>,
    ) -> Result<f64, Box<dyn Error>> {
        let mut times = Vec::new();
        for round in 1..=ROUNDS {
            edit(self, round + if release { ROUNDS } else { 0 })?;
            times.push(self.build(release)?);
        }
        times.sort_by(f64::total_cmp);
        Ok(times[ROUNDS / 2])
    }

    /// Builds; the seconds that it took.
    fn build(&self, release: bool) -> Result<f64, Box<dyn Error>> {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(["build", "--quiet"]).args(release.then_some("--release")).current_dir(&self.folder);
        // What cargo says to the package that this program belongs to is not for that one.
        cargo.env_remove("CARGO_TARGET_DIR").env_remove("CARGO_MANIFEST_DIR");
        let start = Instant::now();
        let status = cargo.status()?;
        if !status.success() {
            return Err(format!("the package in {} does not build", self.folder.display()).into());
        }
        Ok(start.elapsed().as_secs_f64())
    }
}
