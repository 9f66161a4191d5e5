//! What rustc says to users: spans inside Python text, and what must not compile.
//!
//! Each binary of the packages in `tests/ui` is checked, and what rustc prints is compared with
//! the `.stderr` file beside it. `PYKERNEL_BLESS=1` writes these files anew. They hold for one
//! version of rustc.

mod user;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use user::{Workspace, cargo};

/// The rustc whose words the files have.
const RUSTC: &str = "rustc 1.95.";

/// Lines that say nothing, or name files of this machine.
const NOISE: [&str; 3] =
    ["error: could not compile", "the full name for the type", "consider using `--verbose`"];

/// The packages: with a build script as ours, with none, and with ones that compile nothing.
const PACKAGES: [&str; 4] = ["fixture", "bare", "idle", "other_version"];

#[test]
fn rustc_says_what_users_should_read() -> io::Result<()> {
    if let Some(reason) = unusable() {
        println!("skipped: {reason}");
        return Ok(());
    }
    let ui = Workspace::open("ui")?;
    let cases = PACKAGES.map(|package| cases(&ui.folder, package));
    let cases = cases.into_iter().collect::<io::Result<Vec<_>>>()?.concat();
    assert!(!cases.is_empty());
    let differences = cases.iter().filter_map(|case| case.difference(&ui).transpose());
    let differences = differences.collect::<io::Result<Vec<String>>>()?;
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    Ok(())
}

/// Why the cases cannot be checked here.
fn unusable() -> Option<String> {
    let version = |program: &str| {
        let output = Command::new(program).arg("--version").output();
        output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    match (version(&cargo()), version("rustc")) {
        (Err(error), _) => Some(format!("cargo does not run: {error}")),
        (_, Err(error)) => Some(format!("rustc does not run: {error}")),
        (_, Ok(rustc)) if !rustc.starts_with(RUSTC) => {
            Some(format!("the files are for {RUSTC}, this is {rustc}"))
        }
        (Ok(_), Ok(_)) => None,
    }
}

/// A binary of one of the packages.
#[derive(Clone)]
struct Case {
    package: &'static str,
    file: PathBuf,
}

fn cases(ui: &Path, package: &'static str) -> io::Result<Vec<Case>> {
    let folder = fs::read_dir(ui.join(package).join("src/bin"))?;
    let mut files = folder.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<PathBuf>>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "rs"));
    files.sort();
    Ok(files.into_iter().map(|file| Case { package, file }).collect())
}

impl Case {
    /// How what rustc says differs from what it should.
    fn difference(&self, ui: &Workspace) -> io::Result<Option<String>> {
        let (said, expected) = (self.check(ui)?, self.file.with_extension("stderr"));
        if std::env::var_os("PYKERNEL_BLESS").is_some() {
            fs::write(&expected, &said)?;
        }
        let wanted = fs::read_to_string(&expected).unwrap_or_default();
        Ok((said != wanted).then(|| {
            let file = self.file.display();
            format!(
                "{file}: rustc says\n\n{said}\nand should say\n\n{wanted}\n(PYKERNEL_BLESS=1 accepts it)\n"
            )
        }))
    }

    /// What rustc says, without what depends on the machine.
    fn check(&self, ui: &Workspace) -> io::Result<String> {
        let name = self.file.file_stem().unwrap_or_default();
        let output =
            ui.cargo("check").args(["--quiet", "--package", self.package, "--bin"]).arg(name).output()?;
        let text = String::from_utf8_lossy(&output.stderr);
        let kept = text.lines().filter(|line| !NOISE.iter().any(|noise| line.contains(noise)));
        let mut excerpt = Excerpt::OfUsers;
        let kept = kept.filter(|line| excerpt.is_kept(line));
        Ok(kept.map(|line| format!("{line}\n")).collect())
    }
}

/// Whose code rustc shows. That of our crates changes with each edit, and lies elsewhere on each machine.
#[derive(PartialEq)]
enum Excerpt {
    OfUsers,
    OfOurs,
}

impl Excerpt {
    /// Whether a line is not of an excerpt of our code.
    fn is_kept(&mut self, line: &str) -> bool {
        let start = line.trim_start();
        let is_place = start.starts_with("--> ") || start.starts_with("::: ");
        let is_code = start.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start().starts_with('|')
            || start.starts_with("...");
        *self = match () {
            () if is_place && start[4..].starts_with('/') => Excerpt::OfOurs,
            () if is_place || !is_code => Excerpt::OfUsers,
            () => return *self == Excerpt::OfUsers,
        };
        *self == Excerpt::OfUsers
    }
}
