//! Line tables: which line of Python an instruction comes from, in DWARF.
//!
//! An object is one compile unit with a subprogram for each of its functions; an entry bears the
//! kernel's Python name. There are no variables.

use cranelift_codegen::ir::SourceLoc;
use cranelift_object::ObjectProduct;
use cranelift_object::object::SectionKind;
use cranelift_object::object::write::SectionId;
use gimli::write::{
    Address, AttributeValue, DwarfUnit, FileId, LineProgram, LineString, Range, RangeList, Sections,
    UnitEntryId,
};
use gimli::{Encoding, Format, LineEncoding, constants as dw};

use super::clif::Translated;
use super::section::{self, Section, address};
use super::{Error, Target};
use crate::ir::Function;
use crate::source::Source;

/// Where a kernel's text stands.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The text.
    pub source: &'a Source,
    /// The folder from which its file is named: the package's root.
    pub folder: &'a str,
}

/// The line tables of an object.
pub(super) struct Lines<'a> {
    source: &'a Source,
    dwarf: DwarfUnit,
    file: FileId,
    ranges: Vec<Range>,
}

impl<'a> Lines<'a> {
    /// The tables of no function yet.
    pub(super) fn new(origin: Origin<'a>, target: &Target) -> Self {
        // Version 4 is what every debugger in use reads.
        let address_size = target.triple().pointer_width().map_or(8, |width| width.bytes());
        let encoding = Encoding { format: Format::Dwarf32, version: 4, address_size };
        let text = |text: &str| text.replace('\0', "");
        let (file, folder) = (text(&origin.source.file), text(origin.folder));
        let folder = if folder.is_empty() { "." } else { &folder };
        let name = LineString::String(file.clone().into_bytes());
        let in_folder = LineString::String(folder.as_bytes().to_owned());
        let mut program =
            LineProgram::new(encoding, LineEncoding::default(), in_folder, None, name.clone(), None);
        let directory = program.default_directory();
        let file_id = program.add_file(name, directory, None);
        let mut dwarf = DwarfUnit::new(encoding);
        dwarf.unit.line_program = program;
        let mut lines = Lines { source: origin.source, dwarf, file: file_id, ranges: Vec::new() };
        let unit = lines.dwarf.unit.root();
        lines.set_text(unit, dw::DW_AT_producer, concat!("pykernel ", env!("CARGO_PKG_VERSION")));
        lines.set(unit, dw::DW_AT_language, AttributeValue::Language(dw::DW_LANG_Python));
        lines.set_text(unit, dw::DW_AT_name, &file);
        lines.set_text(unit, dw::DW_AT_comp_dir, folder);
        lines
    }

    fn set(&mut self, entry: UnitEntryId, name: gimli::DwAt, value: AttributeValue) {
        self.dwarf.unit.get_mut(entry).set(name, value);
    }

    fn set_text(&mut self, entry: UnitEntryId, name: gimli::DwAt, text: &str) {
        let id = self.dwarf.strings.add(text);
        self.set(entry, name, AttributeValue::StringRef(id));
    }

    /// Adds a function that has been compiled. The library's have no lines: their text is not the kernel's.
    pub(super) fn add(&mut self, of: &Function, function: &Translated) {
        if of.library {
            return;
        }
        let Some((size, places)) = places(function) else { return };
        let start = address(function.id);
        let line = self.source.line(of.span.start);
        self.dwarf.unit.line_program.begin_sequence(Some(start));
        self.row(0, line, false);
        let mut last = None;
        for (start, place) in places {
            // What has no place, such as a function's first instructions, goes with what precedes.
            let here = (place != SourceLoc::default()).then(|| self.source.line(place.bits()));
            if let Some(here) = here.filter(|here| last != Some(*here)) {
                self.row(start.into(), here, last.is_none());
                last = Some(here);
            }
        }
        self.dwarf.unit.line_program.end_sequence(size);
        self.ranges.push(Range::StartLength { begin: start, length: size });
        self.subprogram(of, function, line, size);
    }

    /// One row of the table: from this instruction on it is that line.
    fn row(&mut self, offset: u64, line: u32, is_first_of_body: bool) {
        let file = self.file;
        let row = self.dwarf.unit.line_program.row();
        (row.address_offset, row.line, row.file) = (offset, u64::from(line), file);
        row.prologue_end = is_first_of_body;
        self.dwarf.unit.line_program.generate_row();
    }

    fn subprogram(&mut self, of: &Function, function: &Translated, line: u32, size: u64) {
        let root = self.dwarf.unit.root();
        let entry = self.dwarf.unit.add(root, dw::DW_TAG_subprogram);
        // A specialisation's number is not Python's. There is no linkage name: debuggers would show
        // it instead.
        let name = of.name.split('.').next().unwrap_or(&of.name);
        self.set_text(entry, dw::DW_AT_name, name);
        self.set(entry, dw::DW_AT_decl_file, AttributeValue::FileIndex(Some(self.file)));
        self.set(entry, dw::DW_AT_decl_line, AttributeValue::Udata(line.into()));
        self.set(entry, dw::DW_AT_low_pc, AttributeValue::Address(address(function.id)));
        self.set(entry, dw::DW_AT_high_pc, AttributeValue::Udata(size));
    }

    /// Writes them into the object.
    pub(super) fn write(mut self, target: &Target, product: &mut ObjectProduct) -> Result<(), Error> {
        if !section::is_known(target.triple()) {
            return Ok(());
        }
        let ranges = self.dwarf.unit.ranges.add(RangeList(std::mem::take(&mut self.ranges)));
        let unit = self.dwarf.unit.root();
        self.set(unit, dw::DW_AT_low_pc, AttributeValue::Address(Address::Constant(0)));
        self.set(unit, dw::DW_AT_ranges, AttributeValue::RangeListRef(ranges));
        let mut sections = Sections::new(Section::new(target));
        let written = self.dwarf.write(&mut sections);
        written.map_err(|error| Error::Bug(format!("writing line tables failed: {error}")))?;
        place(&sections, product)
    }
}

/// How many bytes of code a compiled function has, and where each place begins.
fn places(function: &Translated) -> Option<(u64, Vec<(u32, SourceLoc)>)> {
    if let Some(compiled) = &function.wide {
        return Some((compiled.bytes.code_size.into(), compiled.bytes.lines.clone()));
    }
    let code = function.context.compiled_code()?;
    let places = code.buffer.get_srclocs_sorted().iter().map(|place| (place.start, place.loc));
    Some((code.code_info().total_size.into(), places.collect()))
}

/// Puts the sections that are not empty into the object.
fn place(sections: &Sections<Section>, product: &mut ObjectProduct) -> Result<(), Error> {
    let mut ids: Vec<(gimli::SectionId, SectionId)> = Vec::new();
    sections.for_each(|id, section| {
        if !section.is_empty() {
            let name = id.name().as_bytes().to_owned();
            ids.push((id, product.object.add_section(Vec::new(), name, SectionKind::Debug)));
        }
        Ok::<(), Error>(())
    })?;
    let find = |id| ids.iter().find(|(known, _)| *known == id).map(|(_, section)| *section);
    sections.for_each(|id, section| match find(id) {
        Some(place) => section.place(product, place, 1, &|product, other| {
            find(other).map(|other| product.object.section_symbol(other))
        }),
        None => Ok(()),
    })
}
