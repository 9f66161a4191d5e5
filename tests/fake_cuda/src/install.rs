//! Puts the library where programs look for `libcuda.so.1`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, io, process};

/// What Cargo calls the library, and what programs open. Some look for the development name first.
const BUILT: &str = "libfake_cuda.so";
const OPENED: [&str; 2] = ["libcuda.so.1", "libcuda.so"];

/// How many links this process has made.
static LINKS: AtomicU32 = AtomicU32::new(0);

/// Puts the built library into a folder, under the names of NVIDIA's. Programs find it there that are started
/// with the folder in `LD_LIBRARY_PATH`. Gives the path of `libcuda.so.1`.
///
/// It has to be called from a program that Cargo built, such as a test: Cargo leaves the library beside it.
///
/// # Errors
///
/// The library is not there, or the folder cannot be written.
pub fn install(folder: &Path) -> io::Result<PathBuf> {
    let library = built()?;
    fs::create_dir_all(folder)?;
    for name in OPENED {
        // Several tests may do this at once, on threads and in processes: a link is there at any time.
        let fresh =
            folder.join(format!(".{name}.{}.{}", process::id(), LINKS.fetch_add(1, Ordering::Relaxed)));
        // A process of that number may have died here.
        if fresh.is_symlink() {
            fs::remove_file(&fresh)?;
        }
        link(&library, &fresh)?;
        fs::rename(&fresh, folder.join(name))?;
    }
    Ok(folder.join(OPENED[0]))
}

/// A command that runs a program with the library, which is installed into a folder. The program does not inherit
/// settings of the driver.
///
/// # Errors
///
/// As for [`install`].
pub fn command(program: &Path, folder: &Path) -> io::Result<Command> {
    install(folder)?;
    let mut paths = vec![folder.to_owned()];
    paths.extend(env::split_paths(&env::var_os("LD_LIBRARY_PATH").unwrap_or_default()));
    let paths = env::join_paths(paths).map_err(io::Error::other)?;
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("FAKE_CUDA_") {
            command.env_remove(name);
        }
    }
    command.env("LD_LIBRARY_PATH", paths);
    Ok(command)
}

/// The library in this program's folder, or above it, where Cargo puts tests, examples and programs.
fn built() -> io::Result<PathBuf> {
    let program = env::current_exe()?;
    let folders = program.ancestors().skip(1).take(2);
    let places = folders.flat_map(|folder| [folder.join("deps").join(BUILT), folder.join(BUILT)]);
    let mut found: Vec<PathBuf> = places.filter(|path| path.exists()).collect();
    // The newest, where a build of this package alone has left one more.
    found.sort_by_key(|path| fs::metadata(path).and_then(|metadata| metadata.modified()).ok());
    found.pop().ok_or_else(|| {
        let text = format!("{BUILT} is not beside {}: is the package fake_cuda built?", program.display());
        io::Error::new(io::ErrorKind::NotFound, text)
    })
}

#[cfg(unix)]
fn link(library: &Path, at: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(library, at)
}

#[cfg(not(unix))]
fn link(library: &Path, at: &Path) -> io::Result<()> {
    fs::copy(library, at).map(|_| ())
}
