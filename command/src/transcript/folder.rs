//! Finds the transcripts below a folder.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::case::{self, Case};
use crate::input;

/// The tests of all transcripts below a folder whose names contain one of the arguments, if there are
/// any but options; a file that cannot be read is always among them.
pub fn selected(
    folder: &Path,
    arguments: impl Iterator<Item = String>,
) -> io::Result<Vec<Result<Case, String>>> {
    let words: Vec<String> = arguments.filter(|argument| !argument.starts_with('-')).collect();
    let wanted = |case: &Result<Case, String>| match case {
        Ok(case) => words.is_empty() || words.iter().any(|word| case.name.contains(word.as_str())),
        Err(_) => true,
    };
    Ok(files(folder)?.iter().flat_map(|file| cases(file)).filter(wanted).collect())
}

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
