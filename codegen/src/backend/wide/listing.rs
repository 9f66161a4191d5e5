//! What a function has become, as text.

use cranelift_codegen::ir::SourceLoc;
use iced_x86::{Code, Formatter, GasFormatter, Instruction};

/// A line of a listing.
#[derive(Clone, Copy, Debug)]
pub(super) enum Line {
    /// From here on code belongs to a place.
    Place(SourceLoc),
    Block(usize),
    Instruction(Instruction),
    /// An instruction with a constant at a place of the pool.
    WithConstant(Instruction, u32),
    /// A jump to a block.
    Jump(Code, usize),
    /// A call of one of the thunks, by the callee's place.
    Call(u32),
    Thunk(u32),
}

/// Writes a listing; places as `@` and their offset in the text, as Cranelift does.
pub(super) fn text(listing: &[Line]) -> String {
    let mut formatter = GasFormatter::new();
    let mut text = String::new();
    let mut place = SourceLoc::default();
    for line in listing {
        if let Line::Place(next) = line {
            place = *next;
            continue;
        }
        if !matches!(line, Line::Block(_) | Line::Thunk(_)) && place != SourceLoc::default() {
            text.push_str(&format!("@{:04x}", place.bits()));
            place = SourceLoc::default();
        }
        match line {
            Line::Place(_) => {}
            Line::Block(block) => text.push_str(&format!("block{block}:")),
            Line::Thunk(callee) => text.push_str(&format!("call{callee}:")),
            Line::Instruction(instruction) => {
                text.push_str("  ");
                formatter.format(instruction, &mut text);
            }
            Line::WithConstant(instruction, offset) => {
                let mut instruction = *instruction;
                instruction.set_memory_displacement64((*offset).into());
                text.push_str("  ");
                formatter.format(&instruction, &mut text);
            }
            Line::Jump(code, block) => {
                let name = format!("{:?}", code.mnemonic()).to_lowercase();
                text.push_str(&format!("  {name} block{block}"));
            }
            Line::Call(callee) => text.push_str(&format!("  call call{callee}")),
        }
        text.push('\n');
    }
    text
}
