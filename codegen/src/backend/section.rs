//! The bytes of a section that `gimli` writes, with the addresses that the linker fills in.

use cranelift_module::FuncId;
use cranelift_object::ObjectProduct;
use cranelift_object::object::write::{self, SectionId, SymbolId};
use cranelift_object::object::{RelocationEncoding, RelocationFlags, RelocationKind};
use gimli::RunTimeEndian;
use gimli::constants::DW_EH_PE_pcrel;
use gimli::write::{Address, EndianVec, RelocateWriter, Relocation, RelocationTarget};
use target_lexicon::{BinaryFormat, Endianness, Triple};

use super::{Error, Target};

/// A section while it is being written.
#[derive(Clone)]
pub(super) struct Section {
    bytes: EndianVec<RunTimeEndian>,
    relocations: Vec<Relocation>,
}

impl RelocateWriter for Section {
    type Writer = EndianVec<RunTimeEndian>;

    fn writer(&self) -> &Self::Writer {
        &self.bytes
    }

    fn writer_mut(&mut self) -> &mut Self::Writer {
        &mut self.bytes
    }

    fn relocate(&mut self, relocation: Relocation) {
        self.relocations.push(relocation);
    }
}

impl Section {
    /// An empty section for a target.
    pub(super) fn new(target: &Target) -> Section {
        let endian = match target.triple().endianness() {
            Ok(Endianness::Big) => RunTimeEndian::Big,
            Ok(Endianness::Little) | Err(()) => RunTimeEndian::Little,
        };
        Section { bytes: EndianVec::new(endian), relocations: Vec::new() }
    }

    /// Whether nothing was written.
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.slice().is_empty()
    }

    /// Puts the bytes into a section of an object. `symbol` gives the symbol of another section.
    pub(super) fn place(
        &self,
        product: &mut ObjectProduct,
        id: SectionId,
        align: u64,
        symbol: &dyn Fn(&mut ObjectProduct, gimli::SectionId) -> Option<SymbolId>,
    ) -> Result<(), Error> {
        product.object.append_section_data(id, self.bytes.slice(), align);
        for relocation in &self.relocations {
            let symbol = match relocation.target {
                RelocationTarget::Symbol(index) => product.function_symbol(FuncId::from_u32(index as u32)),
                RelocationTarget::Section(section) => symbol(product, section)
                    .ok_or_else(|| Error::Bug(format!("{} is named and not written", section.name())))?,
            };
            let placed = product.object.add_relocation(id, in_object(relocation, symbol));
            placed.map_err(|error| Error::Bug(format!("a debugger's section cannot be placed: {error}")))?;
        }
        Ok(())
    }
}

/// The address of a function, which only the linker knows.
pub(super) fn address(function: FuncId) -> Address {
    Address::Symbol { symbol: function.as_u32() as usize, addend: 0 }
}

/// Whether a target's object format takes these sections. Mach-O wants other relocations in
/// `__eh_frame`, and COFF other unwind tables altogether; neither is written yet.
pub(super) fn is_known(triple: &Triple) -> bool {
    triple.binary_format == BinaryFormat::Elf
}

fn in_object(relocation: &Relocation, symbol: SymbolId) -> write::Relocation {
    let relative = relocation.eh_pe.is_some_and(|encoding| encoding.application() == DW_EH_PE_pcrel);
    let flags = RelocationFlags::Generic {
        kind: if relative { RelocationKind::Relative } else { RelocationKind::Absolute },
        encoding: RelocationEncoding::Generic,
        size: relocation.size * 8,
    };
    write::Relocation { offset: relocation.offset as u64, symbol, addend: relocation.addend, flags }
}
