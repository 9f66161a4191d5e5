//! The kernel files of a package: what `kernels!()` and `py_kernel!(file = "…")` read.

pub mod stub;

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use crate::diagnostic::{Code, Diagnostic};
use crate::interface::rust;
use crate::source::{Source, Span};

/// Where kernel files are unless the build script says otherwise.
pub const FOLDER: &str = "kernels";

/// How many bytes a kernel file may have.
const MAX_BYTES: u64 = 64 << 20;

/// How deep folders may be nested; links can make them endless.
const MAX_DEPTH: usize = 16;

/// A kernel file and its place among the modules that `kernels!()` makes.
#[derive(Clone, Debug)]
pub struct KernelFile {
    /// The Rust module's path from where `kernels!()` stands: `["finance"]` for
    /// `kernels/finance.py`, `["pricing", "options"]` for `kernels/pricing/options.py`.
    pub module: Vec<String>,
    /// The text.
    pub source: Source,
}

/// A file or folder that cannot be used, and why. The source has the text as far as it can be
/// read.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The file or folder.
    pub source: Source,
    /// What is wrong with it.
    pub diagnostic: Diagnostic,
}

impl Refused {
    fn new(name: &str, text: &str, span: Span, message: String, help: impl Into<String>) -> Box<Self> {
        let diagnostic = Diagnostic::new(Code::InvalidSource, span, message).help(help);
        Box::new(Refused { source: Source::file(name, text), diagnostic })
    }

    fn path(name: &str, message: String, help: impl Into<String>) -> Box<Self> {
        Self::new(name, "", Span::default(), message, help)
    }
}

/// Reads a kernel file with its stub: one of `stubs`, else the one beside it, if there is one.
/// Files are named by their paths from `root`; two paths of one file give one name.
pub fn read(root: &Path, path: &str, stubs: &[String]) -> Result<Source, Box<Refused>> {
    let source = read_text(root, path)?;
    let stub = match stub::named(stubs, &source.module) {
        Some(named) => Some(named.to_owned()),
        None => stub::beside(&source.module).filter(|beside| root.join(beside).exists()),
    };
    let stub = stub.map(|stub| read_text(root, &stub)).transpose()?;
    Ok(source.with_stub(stub))
}

/// Reads a file, named by its path from `root`.
fn read_text(root: &Path, path: &str) -> Result<Source, Box<Refused>> {
    let name = plain(path);
    let unreadable = |error: io::Error| {
        let help = format!("the path is taken from `{}`", root.display());
        Refused::path(&name, format!("cannot read `{name}`: {error}"), help)
    };
    let file = root.join(&name);
    if fs::metadata(&file).map_err(unreadable)?.len() > MAX_BYTES {
        let message = format!("`{name}` has more than {} MiB", MAX_BYTES >> 20);
        return Err(Refused::path(&name, message, "split the file"));
    }
    let bytes = fs::read(&file).map_err(unreadable)?;
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(Source::file(name, text)),
        Err(error) => Err(not_utf8(&name, &bytes, error.valid_up_to())),
    }
}

/// Says at which byte a file stops being UTF-8. The text shown has U+FFFD for it.
fn not_utf8(name: &str, bytes: &[u8], at: usize) -> Box<Refused> {
    let message = format!("`{name}` is not UTF-8 text: it has the byte 0x{:02X}", bytes[at]);
    let text = String::from_utf8_lossy(bytes);
    // The source drops carriage returns and a byte-order mark before the place.
    let start = Source::file(name, &text[..at]).text.len() as u32;
    Refused::new(name, &text, Span::new(start, start + 3), message, "save the file as UTF-8")
}

/// A path with `/` between its parts, without `.` and, where it can be, without `..`.
pub(crate) fn plain(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split(['/', '\\']) {
        match part {
            "." => {}
            "" if !parts.is_empty() => {}
            ".." if parts.last().is_some_and(|last| !matches!(*last, ".." | "")) => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// The kernel files under a folder of the package at `root`, in the order of their names. What
/// begins with a dot or two underscores (`__init__.py`, `__pycache__`) is not looked at. Each has
/// its stub, as [`read`] finds it.
pub fn list(root: &Path, folder: &str, stubs: &[String]) -> Result<Vec<KernelFile>, Box<Refused>> {
    let mut files = Vec::new();
    visit(root, &plain(folder), stubs, &mut Vec::new(), &mut files)?;
    check_collisions(&files)?;
    Ok(files)
}

fn visit(
    root: &Path,
    folder: &str,
    stubs: &[String],
    module: &mut Vec<String>,
    files: &mut Vec<KernelFile>,
) -> Result<(), Box<Refused>> {
    if module.len() > MAX_DEPTH {
        let message = format!("`{folder}` is nested too deeply");
        return Err(Refused::path(folder, message, "is there a link to a folder around it?"));
    }
    let names = names(root, folder)?;
    stub::check_belong(folder, &names)?;
    for name in names {
        let path = format!("{folder}/{name}");
        if root.join(&path).is_dir() {
            module.push(name);
            visit(root, &path, stubs, module, files)?;
            module.pop();
        } else if let Some(stem) = name.strip_suffix(".py") {
            let module = [module.as_slice(), &[stem.to_owned()]].concat();
            module.iter().try_for_each(|part| check_module(&path, part))?;
            files.push(KernelFile { module, source: read(root, &path, stubs)? });
        }
    }
    Ok(())
}

/// What a folder holds, sorted.
fn names(root: &Path, folder: &str) -> Result<Vec<String>, Box<Refused>> {
    let unreadable = |error: io::Error| {
        let help = format!("make the folder `{folder}` beside Cargo.toml and put kernel files into it");
        Refused::path(folder, format!("cannot read the folder `{folder}`: {error}"), help)
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(root.join(folder)).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') && !name.starts_with("__") {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// A module's name must be one in Rust and in Python.
fn check_module(path: &str, module: &str) -> Result<(), Box<Refused>> {
    let refuse = |why: &str, help: &str| {
        Err(Refused::path(path, format!("`{path}` cannot be a module: `{module}` is {why}"), help))
    };
    let starts = module.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if !starts || !module.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return refuse("not an identifier", "use letters, digits and `_`, and no digit first");
    }
    if rust::identifier(module).as_deref() != Some(module) {
        return refuse("a keyword of Rust", "rename it");
    }
    Ok(())
}

/// A file and a folder of one name would be one module.
fn check_collisions(files: &[KernelFile]) -> Result<(), Box<Refused>> {
    let modules: BTreeSet<&[String]> = files.iter().map(|file| file.module.as_slice()).collect();
    for KernelFile { module, source } in files {
        let folders = (1..module.len()).map(|length| &module[..length]);
        if let Some(folder) = folders.into_iter().find(|folder| modules.contains(folder)) {
            let name = folder.join("::");
            let message = format!(
                "`{}` and a file beside its folder would both be in the module `{name}`",
                source.file
            );
            return Err(Refused::path(&source.file, message, "rename the file or the folder"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::render;

    /// A folder with files, which the test removes.
    fn package(name: &str, files: &[(&str, &[u8])]) -> PathBuf {
        let root = std::env::temp_dir().join(format!("pykernel-kernels-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        for (path, content) in files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        root
    }

    fn refusal(name: &str, files: &[(&str, &[u8])]) -> String {
        let root = package(name, files);
        let refused = list(&root, "kernels", &[]).unwrap_err();
        fs::remove_dir_all(root).unwrap();
        refused.diagnostic.message
    }

    #[test]
    fn files_become_modules_in_order() {
        let files: &[(&str, &[u8])] = &[
            ("kernels/b.py", b"x"),
            ("kernels/a/c.py", b""),
            ("kernels/__init__.py", b""),
            ("kernels/.x.py", b""),
            ("kernels/my-data/x.csv", b""),
        ];
        let root = package("order", files);
        let files = list(&root, "./kernels/", &[]).unwrap();
        let shown: Vec<String> =
            files.iter().map(|f| format!("{} {}", f.module.join("::"), f.source.module)).collect();
        assert_eq!(shown, ["a::c kernels/a/c.py", "b kernels/b.py"]);
        assert_eq!(&*read(&root, "kernels/a/../b.py", &[]).unwrap().file, "kernels/b.py");
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn what_cannot_be_a_module_is_refused() {
        let cases: &[(&str, &str)] = &[
            (
                "kernels/my-kernel.py",
                "`kernels/my-kernel.py` cannot be a module: `my-kernel` is not an identifier",
            ),
            ("kernels/match.py", "`kernels/match.py` cannot be a module: `match` is a keyword of Rust"),
            ("kernels/1/a.py", "`kernels/1/a.py` cannot be a module: `1` is not an identifier"),
        ];
        for (path, expected) in cases {
            assert_eq!(refusal("module", &[(path, b"")]), *expected);
        }
        let alone = refusal("alone", &[("kernels/a.pyi", b"")]);
        assert_eq!(alone, "the stub `kernels/a.pyi` belongs to no kernel file");
        let both = refusal("both", &[("kernels/a.py", b""), ("kernels/a/b.py", b"")]);
        assert_eq!(both, "`kernels/a/b.py` and a file beside its folder would both be in the module `a`");
        assert!(refusal("missing", &[("x", b"")]).starts_with("cannot read the folder `kernels`: "));
    }

    #[test]
    fn text_must_be_utf8_and_the_place_is_shown() {
        let root = package("utf8", &[("x.py", b"\xEF\xBB\xBFa = 1\r\nb = '\xE9'\r\n")]);
        let refused = read(&root, "x.py", &[]).unwrap_err();
        fs::remove_dir_all(root).unwrap();
        let shown = render::render(&refused.source, &[refused.diagnostic], render::Style::Plain);
        let expected = "\
error[invalid-source]: `x.py` is not UTF-8 text: it has the byte 0xE9
 --> x.py:2:6
  |
2 | b = '\u{fffd}'
  |      ^
  |
  = help: save the file as UTF-8
";
        assert_eq!(shown, expected);
    }
}
