//! `.eh_frame`: how to find a function's caller from any of its instructions.
//!
//! Kernels never unwind; the tables are for backtraces, debuggers and profilers, which otherwise
//! lose the callers of a kernel.

use cranelift_codegen::isa::TargetIsa;
use cranelift_codegen::isa::unwind::UnwindInfo;
use cranelift_module::FuncId;
use cranelift_object::ObjectProduct;
use cranelift_object::object::write::StandardSection;
use gimli::constants::{DW_EH_PE_pcrel, DW_EH_PE_sdata4, DwEhPe};
use gimli::write::{CallFrameInstruction, CieId, EhFrame, FrameDescriptionEntry, FrameTable};
use gimli::{Register, X86_64};

use super::clif::{Dispatcher, Translated};
use super::section::{Section, address, is_known};
use super::wide::Bytes;
use super::{Error, Target};

/// The frames of an object's functions.
#[derive(Default)]
pub(super) struct Frames {
    table: FrameTable,
    /// What they have in common, once there is one.
    cie: Option<CieId>,
}

impl Frames {
    /// Adds a function that has been compiled.
    pub(super) fn add(&mut self, function: &Translated) -> Result<(), Error> {
        let isa = &*function.isa;
        if let Some(compiled) = &function.wide {
            if let Some(cie) = is_known(isa.triple()).then(|| self.cie(isa)).flatten() {
                self.table.add_fde(cie, wide_frame(&compiled.bytes, function.id));
            }
            return Ok(());
        }
        let Some(code) = function.context.compiled_code().filter(|_| is_known(isa.triple())) else {
            return Ok(());
        };
        let info =
            code.create_unwind_info(isa).map_err(|error| Error::from_codegen(&function.name, &error))?;
        if let (Some(UnwindInfo::SystemV(info)), Some(cie)) = (info, self.cie(isa)) {
            self.table.add_fde(cie, info.to_fde(address(function.id)));
        }
        Ok(())
    }

    /// Adds a dispatcher: all over it the caller's address is where the call has left it.
    pub(super) fn add_dispatcher(&mut self, isa: &dyn TargetIsa, dispatcher: &Dispatcher) {
        if let Some(cie) = is_known(isa.triple()).then(|| self.cie(isa)).flatten() {
            let size = dispatcher.code.len() as u32;
            self.table.add_fde(cie, FrameDescriptionEntry::new(address(dispatcher.id), size));
        }
    }

    fn cie(&mut self, isa: &dyn TargetIsa) -> Option<CieId> {
        if self.cie.is_none() {
            let mut cie = isa.create_systemv_cie()?;
            // Absolute addresses would have to be filled in when a program is loaded.
            cie.fde_address_encoding = DwEhPe(DW_EH_PE_pcrel.0 | DW_EH_PE_sdata4.0);
            self.cie = Some(self.table.add_cie(cie));
        }
        self.cie
    }

    /// Writes them into the object.
    pub(super) fn write(&self, target: &Target, product: &mut ObjectProduct) -> Result<(), Error> {
        if self.cie.is_none() {
            return Ok(());
        }
        let mut section = EhFrame(Section::new(target));
        let written = self.table.write_eh_frame(&mut section);
        written.map_err(|error| Error::Bug(format!("writing .eh_frame failed: {error}")))?;
        let id = product.object.section_id(StandardSection::EhFrame);
        section.0.place(product, id, 8, &|_, _| None)
    }
}

/// The frame of a function of wide vectors: `rbp`, which it pushes first, leads to the caller's.
fn wide_frame(bytes: &Bytes, function: FuncId) -> FrameDescriptionEntry {
    let mut entry = FrameDescriptionEntry::new(address(function), bytes.code_size);
    let mut offset = 1;
    entry.add_instruction(offset, CallFrameInstruction::CfaOffset(16));
    entry.add_instruction(offset, CallFrameInstruction::Offset(X86_64::RBP, -16));
    offset += 3;
    entry.add_instruction(offset, CallFrameInstruction::CfaRegister(X86_64::RBP));
    for (place, register) in (3..).zip(&bytes.saved) {
        // Those from `r8` on are pushed by two bytes.
        offset += if *register < 8 { 1 } else { 2 };
        let register = if *register == 3 { X86_64::RBX } else { Register(*register) };
        entry.add_instruction(offset, CallFrameInstruction::Offset(register, -8 * place));
    }
    entry
}
