//! Packs objects into a static library, without `ar`.

use std::io::{self, Cursor};

use ar_archive_writer::{ArchiveKind, DEFAULT_OBJECT_READER, NewArchiveMember, write_archive_to_stream};
use target_lexicon::{BinaryFormat, Environment, Triple};

/// The name of a library's file, where rustc looks for it.
pub(super) fn file_name(library: &str, triple: &Triple) -> String {
    match triple.environment {
        Environment::Msvc => format!("{library}.lib"),
        _ => format!("lib{library}.a"),
    }
}

/// The bytes of an archive of named objects.
pub(super) fn archive(objects: &[(String, Vec<u8>)], triple: &Triple) -> io::Result<Vec<u8>> {
    let members: Vec<NewArchiveMember<'_>> = objects
        .iter()
        .map(|(name, bytes)| NewArchiveMember::new(bytes.as_slice(), &DEFAULT_OBJECT_READER, name.clone()))
        .collect();
    let mut bytes = Cursor::new(Vec::new());
    write_archive_to_stream(&mut bytes, &members, kind(triple), false, None)?;
    Ok(bytes.into_inner())
}

fn kind(triple: &Triple) -> ArchiveKind {
    match triple.binary_format {
        BinaryFormat::Macho => ArchiveKind::Darwin,
        BinaryFormat::Coff => ArchiveKind::Coff,
        _ => ArchiveKind::Gnu,
    }
}
