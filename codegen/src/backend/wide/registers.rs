//! The registers: those that values may be in, and those that the System V calling convention names.

use iced_x86::Register;
use regalloc2::{MachineEnv, PReg, PRegSet, RegClass};

use super::instruction::Size;
use super::opcode::Extension;

/// Numbers and addresses.
pub(super) const NUMBER: RegClass = RegClass::Int;
/// Lanes, and single floats.
pub(super) const LANES: RegClass = RegClass::Float;
/// Masks, where they have registers of their own.
pub(super) const MASK: RegClass = RegClass::Vector;

pub(super) const RAX: PReg = PReg::new(0, NUMBER);
pub(super) const RCX: PReg = PReg::new(1, NUMBER);
pub(super) const RDX: PReg = PReg::new(2, NUMBER);
pub(super) const RBX: PReg = PReg::new(3, NUMBER);
pub(super) const RSI: PReg = PReg::new(6, NUMBER);
pub(super) const RDI: PReg = PReg::new(7, NUMBER);
pub(super) const R8: PReg = PReg::new(8, NUMBER);
pub(super) const R9: PReg = PReg::new(9, NUMBER);

/// Those in which the first numbers are passed (System V ABI, section 3.2.3).
pub(super) const ARGUMENTS: [PReg; 6] = [RDI, RSI, RDX, RCX, R8, R9];

/// Those in which numbers are returned.
pub(super) const RESULTS: [PReg; 2] = [RAX, RDX];

/// How many floats are passed in registers, and how many are returned.
pub(super) const FLOAT_ARGUMENTS: usize = 8;
pub(super) const FLOAT_RESULTS: usize = 2;

/// Those that a function leaves as they were; `rbp` too, which is not used for values.
pub(super) const SAVED: [PReg; 5] =
    [RBX, PReg::new(12, NUMBER), PReg::new(13, NUMBER), PReg::new(14, NUMBER), PReg::new(15, NUMBER)];

/// A register of lanes.
pub(super) const fn lanes(number: usize) -> PReg {
    PReg::new(number, LANES)
}

/// A register of masks.
pub(super) const fn mask(number: usize) -> PReg {
    PReg::new(number, MASK)
}

/// How many registers of lanes and of masks values may be in. `k0` cannot mask.
#[derive(Clone, Copy, Debug)]
pub(super) struct Available {
    pub(super) lanes: usize,
    pub(super) masks: usize,
}

impl Available {
    /// All that an extension has.
    pub(super) const fn of(extension: Extension) -> Available {
        match extension {
            Extension::Avx2 => Available { lanes: 16, masks: 0 },
            Extension::Avx512 => Available { lanes: 32, masks: 7 },
        }
    }

    /// What the allocator is told.
    pub(super) fn environment(self) -> MachineEnv {
        let set = |registers: &mut dyn Iterator<Item = PReg>| {
            let mut set = PRegSet::empty();
            registers.for_each(|register| set.add(register));
            set
        };
        let numbers = [RAX, RCX, RDX, RSI, RDI, R8, R9, PReg::new(10, NUMBER), PReg::new(11, NUMBER)];
        MachineEnv {
            preferred_regs_by_class: [
                set(&mut numbers.into_iter()),
                set(&mut (0..self.lanes).map(lanes)),
                set(&mut (1..=self.masks).map(mask)),
            ],
            non_preferred_regs_by_class: [set(&mut SAVED.into_iter()), PRegSet::empty(), PRegSet::empty()],
            scratch_by_class: [None; 3],
            fixed_stack_slots: Vec::new(),
        }
    }
}

/// A register as instructions of some size name it.
pub(super) fn named(register: PReg, size: Size) -> Register {
    let first = match size {
        Size::Byte => return byte(register),
        Size::Word => Register::AX,
        Size::Half => Register::EAX,
        Size::Long => Register::RAX,
        Size::X => Register::XMM0,
        Size::Y => Register::YMM0,
        Size::Z => Register::ZMM0,
        Size::Mask => Register::K0,
    };
    first + register.hw_enc() as u32
}

/// The low byte of a register, which has its own names: `AH` to `BH` stand between them.
fn byte(register: PReg) -> Register {
    match register.hw_enc() {
        low @ 0..4 => Register::AL + low as u32,
        high => Register::SPL + (high - 4) as u32,
    }
}
