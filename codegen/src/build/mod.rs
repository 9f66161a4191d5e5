//! The build helper: what a package's `build.rs` calls.
//!
//! It finds the package's kernels, compiles each to an object, packs the objects into a library,
//! writes the manifest that the macro reads, and tells cargo about it all. Everything lies in a
//! folder of its own in `OUT_DIR`, where unchanged kernels keep their objects from build to build.

mod archive;
mod c;
mod directives;
mod discover;
mod emit;
mod job;
mod objects;
mod output;
#[cfg(test)]
mod tests;

use std::env;
use std::path::PathBuf;

use crate::kernels;
use crate::symbol::Package;
use job::Job;

/// Compiles the kernels of a package from its build script.
///
/// ```no_run
/// pykernel_codegen::Build::new().compile();
/// ```
///
/// It compiles each `py_kernel!` that is written out in `src`, `tests`, `examples`, `benches` or
/// `README.md`, documentation included, the files that they name, and every `.py` file in the
/// folder `kernels`, each with its stub. cargo runs it again when one of these changes.
#[derive(Clone, Debug)]
pub struct Build {
    overflow_checks: Option<bool>,
    kernels: String,
    paths: Vec<String>,
    stubs: Vec<String>,
    c: c::Wanted,
}

impl Default for Build {
    fn default() -> Self {
        Self::new()
    }
}

impl Build {
    /// A build as most packages want it.
    pub fn new() -> Self {
        let paths = ["src", "tests", "examples", "benches", "README.md"];
        Build {
            overflow_checks: None,
            kernels: kernels::FOLDER.to_owned(),
            paths: paths.into_iter().map(str::to_owned).collect(),
            stubs: Vec::new(),
            c: c::Wanted::default(),
        }
    }

    /// Whether overflow of Python's `int` raises `OverflowError`, or wraps. As for Rust's own
    /// integers, it raises where the profile has debug assertions, unless this says otherwise.
    pub fn overflow_checks(mut self, checks: bool) -> Self {
        self.overflow_checks = Some(checks);
        self
    }

    /// The folder of kernel files, from the package's root. It is `kernels` unless this says
    /// otherwise.
    pub fn kernels(mut self, folder: impl Into<String>) -> Self {
        self.kernels = folder.into();
        self
    }

    /// Looks for `py_kernel!` in one more folder or file, by its path from the package's root.
    /// Rust files and Markdown files are read.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.paths.push(path.into());
        self
    }

    /// Takes a stub that does not stand beside its kernel file, by its path from the package's root:
    /// `stubs/finance.pyi` declares the signatures of the kernel file `finance.py`, wherever it
    /// stands. Of two files of one name it belongs to the one whose folder has the name of its own.
    pub fn stub(mut self, path: impl Into<String>) -> Self {
        self.stubs.push(kernels::plain(&path.into()));
        self
    }

    /// Writes a header by which C and C++ programs call the package's kernels, but those in tests,
    /// examples, benches and Markdown. The path is from the package's root. A kernel has its own
    /// name there; one with several signatures has a function for each, with the parameters' types
    /// at the end of its name. See docs/c.md.
    pub fn c_header(mut self, path: impl Into<String>) -> Self {
        self.c.header = Some(path.into());
        self
    }

    /// Puts something before the names of the functions in the header, which must not be those of
    /// anything else in a C program.
    pub fn c_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.c.prefix = prefix.into();
        self
    }

    /// Copies the static library of the package's kernels to a path from the package's root, for C
    /// programs to link. It needs nothing but the C library and libm.
    pub fn c_library(mut self, path: impl Into<String>) -> Self {
        self.c.library = Some(path.into());
        self
    }

    /// Compiles a C file for kernels that call it, by its path from the package's root. cargo runs
    /// the build script again when something in the file's folder changes. `CC` and `CFLAGS` are
    /// those of the crate `cc`. See docs/c.md.
    pub fn c_source(mut self, path: impl Into<String>) -> Self {
        self.c.sources.files.push(path.into());
        self
    }

    /// Compiles the kernels. What is wrong is reported to cargo, which then fails the build; what
    /// is wrong in a kernel that a macro names is left to the macro, which shows the place.
    ///
    /// Outside a build script it ends the process with an error.
    pub fn compile(self) {
        match self.job() {
            Ok(job) => directives::print(&job.run().directives()),
            Err(variable) => {
                eprintln!("error: the environment variable {variable} is not set to text");
                eprintln!("help: pykernel_codegen::Build is for a build.rs, which cargo runs");
                std::process::exit(1);
            }
        }
    }

    /// What there is to do, from the environment that cargo gives a build script; otherwise the
    /// name of the variable that is missing.
    fn job(mut self) -> Result<Job, &'static str> {
        let variable = |name: &'static str| env::var(name).map_err(|_| name);
        self.c.sources.host = env::var("HOST").unwrap_or_default();
        self.c.sources.opt_level = env::var("OPT_LEVEL").unwrap_or_default();
        let checks = || env::var_os("CARGO_CFG_DEBUG_ASSERTIONS").is_some();
        Ok(Job {
            root: PathBuf::from(variable("CARGO_MANIFEST_DIR")?),
            out: PathBuf::from(variable("OUT_DIR")?).join("pykernel"),
            package: Package { name: variable("CARGO_PKG_NAME")?, version: variable("CARGO_PKG_VERSION")? },
            triple: variable("TARGET")?,
            features: variable("CARGO_CFG_TARGET_FEATURE").unwrap_or_default(),
            debug: has_debug_info(env::var("DEBUG").ok().as_deref()),
            overflow_checks: self.overflow_checks.unwrap_or_else(checks),
            kernels: self.kernels,
            paths: self.paths,
            stubs: self.stubs,
            c: self.c,
            compiler: compiler(),
            emit: env::var(emit::VARIABLE).unwrap_or_default(),
            reports: env::var(job::REPORT).is_ok_and(|value| !matches!(value.as_str(), "" | "0")),
        })
    }
}

/// Whether the profile asks for debug information, as the variable `DEBUG` says.
fn has_debug_info(debug: Option<&str>) -> bool {
    !matches!(debug, None | Some("" | "0" | "false" | "none"))
}

/// What tells this compiler from others, so that objects of an older one are not taken: its
/// version, and when the build script that holds it was linked.
fn compiler() -> String {
    let linked = env::current_exe().and_then(|exe| exe.metadata()).and_then(|exe| exe.modified()).ok();
    format!("{} {linked:?}", env!("CARGO_PKG_VERSION"))
}
