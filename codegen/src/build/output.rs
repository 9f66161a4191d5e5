//! Writes files so that nobody ever sees half of one.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The build helper's folder.
#[derive(Debug)]
pub(super) struct Output {
    folder: PathBuf,
    /// The names of the files that belong to this build.
    kept: BTreeSet<String>,
}

impl Output {
    /// Makes the folder.
    pub(super) fn open(folder: &Path) -> Result<Self, String> {
        fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
        Ok(Output { folder: folder.to_owned(), kept: BTreeSet::new() })
    }

    /// Keeps a file of an earlier build, if there is one.
    pub(super) fn keep(&mut self, name: &str) -> bool {
        let exists = self.folder.join(name).is_file();
        if exists {
            self.kept.insert(name.to_owned());
        }
        exists
    }

    /// Writes a file whole or not at all, and leaves one alone that has the content already.
    pub(super) fn write(&mut self, name: &str, content: &[u8]) -> Result<(), String> {
        let path = self.folder.join(name);
        self.kept.insert(name.to_owned());
        if fs::read(&path).is_ok_and(|old| old == content) {
            return Ok(());
        }
        let draft = self.folder.join(format!("{name}.{}.draft", std::process::id()));
        let written = fs::write(&draft, content).and_then(|()| fs::rename(&draft, &path));
        written.map_err(|error| {
            let _ = fs::remove_file(&draft);
            unwritable(&path, &error)
        })
    }

    /// The content of a file of this build.
    pub(super) fn read(&self, name: &str) -> Result<Vec<u8>, String> {
        let path = self.folder.join(name);
        fs::read(&path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))
    }

    /// Removes what earlier builds left, and says how many files that were.
    pub(super) fn remove_stale(&self) -> Result<usize, String> {
        let failed = |error: io::Error| unwritable(&self.folder, &error);
        let mut removed = 0;
        for entry in fs::read_dir(&self.folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if !self.kept.contains(&*entry.file_name().to_string_lossy()) {
                fs::remove_file(entry.path()).map_err(failed)?;
                removed += 1;
            }
        }
        Ok(removed)
    }
}

fn unwritable(path: &Path, error: &io::Error) -> String {
    format!("cannot write `{}`: {error}\nhelp: cargo's target folder must be writable", path.display())
}
