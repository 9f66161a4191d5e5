//! Calls from among lanes: a thunk saves all registers that the function uses, so that at the place of the
//! call, which is seldom reached, nothing but the results is changed. Else whatever lives there would be
//! spilled in the loops around it.

use iced_x86::{Code, Register};
use regalloc2::PReg;

use super::Callee;
use super::encode::Assembler;
use super::instruction::{Address, Base, Size};
use super::registers::{LANES, MASK, NUMBER, RESULTS, SAVED, lanes, named};

/// Writes the thunk of a callee; gives where it begins.
pub(super) fn write(asm: &mut Assembler, callee: &Callee, index: u32, used: &[PReg]) -> u32 {
    let begin = asm.begin_thunk(index);
    let results: Vec<PReg> =
        RESULTS.into_iter().take(callee.numbers).chain((0..callee.floats).map(lanes)).collect();
    let kept: Vec<PReg> = used
        .iter()
        .copied()
        .filter(|register| !results.contains(register) && !SAVED.contains(register))
        .collect();
    let mut places = Vec::new();
    let mut size = 0;
    for register in &kept {
        let (kind, bytes) = match register.class() {
            NUMBER => (Size::Long, 8),
            MASK => (Size::Mask, 8),
            LANES if asm.widest() == Size::Z => (Size::Z, 64),
            LANES => (Size::Y, 32),
        };
        let address = Address::at(Base::Register(Register::RSP), size);
        places.push((named(*register, kind), address, kind));
        size += bytes;
    }
    // A call from where `rsp` is a multiple of 64 leaves the return address below it.
    let size = (size + 8 + 63) / 64 * 64 - 8;
    asm.with_immediate(Code::Sub_rm64_imm32, Register::RSP, size.into());
    for (register, address, kind) in &places {
        asm.spill(*address, *register, *kind);
    }
    asm.registers(Code::VEX_Vzeroupper, &[]);
    asm.call_out(index);
    for (register, address, kind) in &places {
        asm.reload(*register, *address, *kind);
    }
    asm.with_immediate(Code::Add_rm64_imm32, Register::RSP, size.into());
    asm.registers(Code::Retnq, &[]);
    begin
}
