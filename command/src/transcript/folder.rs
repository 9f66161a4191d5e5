//! Finds the transcripts below a folder.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::case::{self, Case};
use crate::input;

/// The Markdown files below a folder but for `README.md`, in the order of their paths.
pub fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(self::files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "md") && !path.ends_with("README.md")
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The tests of a transcript. A file that cannot be read is one that fails.
pub fn cases(file: &Path) -> Vec<Result<Case, String>> {
    let name = file.display().to_string();
    let text = input::text(file).map_err(|error| error.to_string());
    let cases = text
        .and_then(|text| case::read_markdown(&name, &text).map_err(|mistake| format!("{name}: {mistake}")));
    cases.unwrap_or_else(|mistake| vec![Err(mistake)])
}
