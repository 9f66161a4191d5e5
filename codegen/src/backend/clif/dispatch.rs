//! Dispatchers: what stands under the symbol of an entry or inner loop that has several variants. It
//! reads the level in the caller's record and jumps to the best variant that the machine can run.
//!
//! A jump leaves the arguments and the stack as they are, which costs less than a call; Cranelift
//! jumps to no function of the C calling convention, so the instructions are written here. Only x86-64
//! has several levels.

use cranelift_codegen::binemit::Reloc;
use cranelift_codegen::ir::Signature;
use cranelift_codegen::isa::CallConv;
use cranelift_module::{FuncId, Module, ModuleReloc};
use pykernel_abi::{Level, raised};

use crate::backend::Error;

/// A dispatcher, declared but not yet defined.
pub(in crate::backend) struct Dispatcher {
    pub(in crate::backend) id: FuncId,
    /// Its symbol.
    pub(in crate::backend) name: String,
    pub(in crate::backend) code: Vec<u8>,
    relocations: Vec<ModuleReloc>,
    /// The code as text.
    pub(in crate::backend) text: String,
}

/// The number of bytes from a multiple of which functions begin.
const ALIGNMENT: u64 = 16;

impl Dispatcher {
    /// A dispatcher for an exported function whose last parameter is the record. The variants, the
    /// lowest one first, are local functions of the same signature.
    pub(super) fn new(
        id: FuncId,
        name: &str,
        signature: &Signature,
        variants: &[(Level, FuncId)],
    ) -> Dispatcher {
        let (code, relocations, text) = (Vec::new(), Vec::new(), String::new());
        let mut dispatcher = Dispatcher { id, name: name.to_owned(), code, relocations, text };
        let record = dispatcher.find_record(signature);
        for (level, variant) in variants[1..].iter().rev() {
            dispatcher.compare(record, *level);
            dispatcher.jump(&[0x0f, 0x83], "jae", *variant, *level);
        }
        let (lowest, variant) = variants[0];
        dispatcher.jump(&[0xe9], "jmp", variant, lowest);
        dispatcher
    }

    /// Gives the register that holds the record's address: the one in which the last parameter
    /// comes, or `rax`, into which it is loaded from the stack.
    fn find_record(&mut self, signature: &Signature) -> Register {
        match last_parameter(signature) {
            Place::Register(register) => register,
            Place::Stack(offset) => {
                // mov rax, [rsp + offset]
                self.code.extend([0x48, 0x8b, 0x84, 0x24]);
                self.code.extend(offset.to_le_bytes());
                self.text.push_str(&format!("  movq {offset}(%rsp), %rax\n"));
                RAX
            }
        }
    }

    /// `cmp dword [record + LEVEL], level`
    fn compare(&mut self, Register(number, name): Register, level: Level) {
        const { assert!(raised::LEVEL < 0x80) };
        if number >= 8 {
            self.code.push(0x41);
        }
        // The operand is of 8 bits of offset from a register; 7 tells a comparison from an addition.
        let operand = 0b01 << 6 | 7 << 3 | number & 7;
        self.code.extend([0x83, operand, raised::LEVEL as u8, level.number() as u8]);
        self.text.push_str(&format!("  cmpl ${}, {}(%{name})\n", level.number(), raised::LEVEL));
    }

    /// A jump of some opcode, whose distance the linker fills in.
    fn jump(&mut self, opcode: &[u8], name: &str, to: FuncId, level: Level) {
        self.code.extend(opcode);
        self.relocations.push(ModuleReloc {
            offset: self.code.len() as u32,
            kind: Reloc::X86CallPCRel4,
            name: to.into(),
            // The distance counts from the end of its four bytes.
            addend: -4,
        });
        self.code.extend([0; 4]);
        self.text.push_str(&format!("  {name} {}.{}\n", self.name, level.name()));
    }

    /// Puts it into the module.
    pub(in crate::backend) fn define(&self, module: &mut dyn Module) -> Result<(), Error> {
        let defined = module.define_function_bytes(self.id, ALIGNMENT, &self.code, &self.relocations);
        defined.map_err(|error| Error::from_module(&self.name, &error))
    }
}

/// A register by its number in instructions, and its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Register(u8, &'static str);

const RAX: Register = Register(0, "rax");
const RCX: Register = Register(1, "rcx");
const RDX: Register = Register(2, "rdx");
const RSI: Register = Register(6, "rsi");
const RDI: Register = Register(7, "rdi");
const R8: Register = Register(8, "r8");
const R9: Register = Register(9, "r9");

/// Where a parameter comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Register(Register),
    /// That far above the stack pointer, where the address to return to is.
    Stack(i32),
}

/// Where the last parameter comes, an address behind numbers and addresses.
fn last_parameter(signature: &Signature) -> Place {
    let before = &signature.params[..signature.params.len() - 1];
    let n_floats = before.iter().filter(|param| param.value_type.is_float()).count();
    let n_integers = before.len() - n_floats;
    if signature.call_conv == CallConv::WindowsFastcall {
        // The first four have registers by their place, and room above the return address.
        let registers = [RCX, RDX, R8, R9];
        let on_stack = 8 + 8 * before.len() as i32;
        return registers.get(before.len()).map_or(Place::Stack(on_stack), |found| Place::Register(*found));
    }
    // Section 3.2.3 of the System V ABI: registers by class, then the stack, in order.
    let registers = [RDI, RSI, RDX, RCX, R8, R9];
    let on_stack = n_integers.saturating_sub(registers.len()) + n_floats.saturating_sub(8);
    let on_stack = 8 + 8 * on_stack as i32;
    registers.get(n_integers).map_or(Place::Stack(on_stack), |found| Place::Register(*found))
}

#[cfg(test)]
mod tests {
    use super::*;
    use cranelift_codegen::ir::{AbiParam, types};

    fn place(call_conv: CallConv, n_integers: usize, n_floats: usize) -> Place {
        let mut signature = Signature::new(call_conv);
        signature.params = vec![AbiParam::new(types::F64); n_floats];
        signature.params.extend(vec![AbiParam::new(types::I64); n_integers + 1]);
        last_parameter(&signature)
    }

    #[test]
    fn the_record_is_found_behind_any_parameters() {
        use Place::{Register, Stack};
        let system_v = |n_integers, n_floats| place(CallConv::SystemV, n_integers, n_floats);
        assert_eq!(system_v(0, 0), Register(RDI));
        assert_eq!(system_v(5, 20), Register(R9));
        assert_eq!([system_v(6, 8), system_v(7, 8), system_v(6, 10)], [Stack(8), Stack(16), Stack(24)]);
        let windows = |n_integers, n_floats| place(CallConv::WindowsFastcall, n_integers, n_floats);
        assert_eq!([windows(0, 0), windows(1, 2)], [Register(RCX), Register(R9)]);
        // The address to return to and 32 bytes of room for the first four.
        assert_eq!([windows(3, 1), windows(2, 3)], [Stack(40), Stack(48)]);
    }
}
