//! Raising: the first thread that does so fills the launch's fault.

use pykernel_abi::{MAX_OPERANDS, fault};

use super::function::FunctionCx;
use super::instruction::{Class, Comparison, Opcode, Operand, Register, Space, Step, Ty};
use crate::ir::{Expr, Raise, Scalar};

/// In the order of the fault's fields.
const PLACES: [&str; 6] = ["%tid.x", "%tid.y", "%tid.z", "%ctaid.x", "%ctaid.y", "%ctaid.z"];

impl FunctionCx<'_, '_> {
    /// The address of the launch's record, which begins with the fault.
    pub(super) fn fault(&self) -> Register {
        match self.fault {
            Some(fault) => fault,
            None => unreachable!("bug in pykernel: {} takes no fault", self.function.name),
        }
    }

    /// Fills the fault, unless another thread has.
    pub(super) fn record(&mut self, raise: &Raise) {
        if raise.operands.len() > MAX_OPERANDS {
            unreachable!("bug in pykernel: {} has too many operands", raise.class);
        }
        let fault = self.fault();
        let site = i64::from(self.site(raise)) + 1;
        let seen = self.register(Class::Short);
        let (expected, address) = (Operand::Int(0), Operand::Memory(fault, fault::SITE));
        self.emit(
            Opcode::Atomic(Step::CompareAndSwap, Space::Global),
            &[Ty::B32],
            [seen.into(), address, expected, Operand::Int(site)],
        );
        let is_taken = self.setp(Comparison::Ne, Ty::U32, seen, Operand::Int(0));
        let after = self.new_label();
        self.branch_if(Some((is_taken, true)), after);
        for (index, operand) in raise.operands.iter().enumerate() {
            let value = self.operand_word(operand);
            self.store_global(value.class.declared(), fault, fault::operand(index), value);
        }
        for (index, place) in PLACES.into_iter().enumerate() {
            let value = self.compute(Opcode::Mov, Ty::U32, Class::Short, [Operand::Special(place)]);
            self.store_global(Ty::U32, fault, fault::place(index), value);
        }
        self.place_label(after);
    }

    /// Writes a number into the device's memory.
    pub(super) fn store_global(&mut self, ty: Ty, address: Register, offset: i64, value: Register) {
        let address = Operand::Memory(address, offset);
        self.emit(Opcode::Store(Space::Global), &[ty], [address, value.into()]);
    }

    /// An operand of a template in 64 bits: an `F64` as it is, an integer or bool extended.
    pub(super) fn operand_word(&mut self, operand: &Expr) -> Register {
        let value = self.expression(operand);
        match value.scalar {
            Scalar::F64 => self.in_register(value.operand, Class::Double),
            _ => {
                let word = self.resized(Scalar::I64, value);
                self.in_register(word, Class::Long)
            }
        }
    }

    /// The number of a place that raises.
    fn site(&mut self, raise: &Raise) -> u32 {
        let sites = &mut self.unit.module.sites;
        let known = |site: &Raise| {
            (&site.class, &site.message, &site.place) == (&raise.class, &raise.message, &raise.place)
        };
        let index = sites.iter().position(known).unwrap_or_else(|| {
            sites.push(Raise { operands: Vec::new(), ..raise.clone() });
            sites.len() - 1
        });
        index as u32
    }
}
