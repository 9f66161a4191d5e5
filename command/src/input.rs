//! Reads the files that a user names.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use pykernel_codegen::kernels::stub;
use pykernel_codegen::source::Source;

/// The largest file that is read: text is addressed by 32 bits, and no kernel needs more.
const MAX_LEN: u64 = 64 << 20;

/// Why a file cannot be read.
#[derive(Debug)]
pub struct Unreadable {
    path: PathBuf,
    cause: Cause,
}

#[derive(Debug)]
enum Cause {
    Io(io::Error),
    TooLarge(u64),
    /// The byte at which it is no longer UTF-8, and its line.
    NotText {
        offset: usize,
        line: usize,
    },
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.cause {
            Cause::Io(error) => write!(f, "cannot read {path}: {error}"),
            Cause::TooLarge(len) => write!(f, "{path} is too large: {len} bytes of at most {MAX_LEN}"),
            Cause::NotText { offset, line } => {
                write!(f, "{path} is not UTF-8: byte {offset}, on line {line}, is not part of a character")
            }
        }
    }
}

/// Reads a file's text.
pub fn text(path: &Path) -> Result<String, Unreadable> {
    let fail = |cause| Unreadable { path: path.to_owned(), cause };
    let len = fs::metadata(path).map_err(|error| fail(Cause::Io(error)))?.len();
    if len > MAX_LEN {
        return Err(fail(Cause::TooLarge(len)));
    }
    let bytes = fs::read(path).map_err(|error| fail(Cause::Io(error)))?;
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes()[..offset].iter().filter(|byte| **byte == b'\n').count();
        fail(Cause::NotText { offset, line })
    })
}

/// Reads a kernel file with the stub beside it, if there is one.
pub fn source(path: &Path) -> Result<Source, Unreadable> {
    let name = path.display().to_string();
    let source = Source::file(name.as_str(), &text(path)?);
    let stub = stub::beside(&name).map(PathBuf::from).filter(|stub| stub.exists());
    let stub = stub.map(|stub| Ok(Source::file(stub.display().to_string(), &text(&stub)?))).transpose()?;
    Ok(source.with_stub(stub))
}
