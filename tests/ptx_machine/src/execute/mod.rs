//! Executes instructions. This file dispatches; each of the others has one kind of them.

mod atomic;
mod barrier;
mod call;
mod convert;
mod float;
mod integer;
mod memory;
pub(crate) mod shared_memory;
mod special;
mod warp;

use crate::fault::{Fault, FaultKind, Problem};
use crate::instruction::{Combine, Comparison, Compute, Instruction, Modifiers, Operation, Register, Source};
use crate::machine::Machine;
use crate::thread::{Status, Thread};
use crate::types::{F32, Kind, Space, Type};

/// How many instructions a thread executes before others have a turn: threads that spin must not stop those
/// that they wait for.
const SLICE: u32 = 4096;

impl Machine<'_> {
    /// Runs a thread until it exits or waits, or its slice is over.
    pub fn run(&mut self, thread: &mut Thread) -> Result<(), Fault> {
        let module = self.module;
        let mut function = thread.function;
        let mut code = &module.functions[function as usize].code[..];
        for _ in 0..SLICE {
            if thread.function != function {
                function = thread.function;
                code = &module.functions[function as usize].code;
            }
            if let Err(problem) = self.step(thread, code) {
                return Err(self.fault(thread, problem));
            }
            if thread.status != Status::Ready {
                break;
            }
        }
        Ok(())
    }

    #[inline]
    fn step(&mut self, thread: &mut Thread, code: &[Instruction]) -> Result<(), Problem> {
        thread.at = thread.next;
        thread.next += 1;
        self.steps += 1;
        if self.steps > self.launch.step_limit {
            let detail = format!("more than {} instructions", self.launch.step_limit);
            return Err(Problem::new(FaultKind::StepLimit, detail));
        }
        let instruction = &code[thread.at as usize];
        if let Some((register, negated)) = instruction.guard
            && (self.register(thread, register)? != 0) == negated
        {
            return Ok(());
        }
        self.execute(thread, &instruction.operation)
    }

    fn execute(&mut self, thread: &mut Thread, operation: &Operation) -> Result<(), Problem> {
        match operation {
            Operation::Compute { compute, t, modifiers, d, s } => {
                let values = self.read_all(thread, s)?;
                thread.set(*d, computed(*compute, *t, *modifiers, values)?);
            }
            Operation::Move { d, s } => {
                let value = self.read(thread, *s)?;
                thread.set(*d, value);
            }
            Operation::SetPredicate { comparison, combine, t, ftz, p, s } => {
                self.set_predicate(thread, *comparison, *combine, (*t, *ftz), p, s)?;
            }
            Operation::Branch { target } => thread.next = *target,
            Operation::Load { space, t, access, address, width, d } => {
                self.load(thread, (*space, *access), *t, *address, *width, d)?;
            }
            Operation::Store { space, t, access, address, s } => {
                self.store(thread, (*space, *access), *t, *address, s)?;
            }
            Operation::Convert { to, from, modifiers, width, d, s } => {
                let bits = self.read(thread, *s)?;
                let nan = self.launch.nan_to_integer;
                thread.set(*d, convert::convert(*to, *from, *modifiers, *width, bits, nan)?);
            }
            _ => return self.execute_rare(thread, operation),
        }
        Ok(())
    }

    fn execute_rare(&mut self, thread: &mut Thread, operation: &Operation) -> Result<(), Problem> {
        match operation {
            Operation::Carry { carry, t, reads, writes, d, s } => {
                let flag = *reads && thread.carry;
                let values = self.read_all(thread, s)?;
                let (value, flag) = integer::carry(*carry, *t, values, flag);
                thread.carry = if *writes { flag } else { thread.carry };
                thread.set(*d, value);
            }
            Operation::Set { comparison, combine, to, t, ftz, d, s } => {
                let [a, b, c] = self.read_all(thread, s)?;
                let holds = combined(*combine, float::compare(*comparison, *t, *ftz, a, b), c);
                let truth = if *to == F32 { u64::from(1f32.to_bits()) } else { 0xffff_ffff };
                thread.set(*d, if holds { truth } else { 0 });
            }
            Operation::Pack { d, parts, bits } => {
                let mut whole = 0;
                for (index, part) in parts.iter().enumerate() {
                    whole |= self.read(thread, *part)? << (index * usize::from(*bits));
                }
                thread.set(*d, whole);
            }
            Operation::Unpack { parts, s, bits } => {
                let whole = self.read(thread, *s)?;
                let part = Type { kind: Kind::Bits, bits: *bits };
                for (index, d) in parts.iter().enumerate() {
                    thread.set(*d, part.truncate(whole >> (index * usize::from(*bits))));
                }
            }
            Operation::Atomic { space, atomic, t, address, d, s } => {
                self.atomic(thread, *space, *atomic, *t, *address, *d, s)?;
            }
            Operation::ToGeneric { space, d, s } => {
                let address = self.read(thread, *s)?;
                thread.set(*d, shared_memory::to_generic(*space, address));
            }
            Operation::FromGeneric { space, d, s } => {
                let address = self.read(thread, *s)?;
                thread.set(*d, shared_memory::from_generic(*space, address)?);
            }
            Operation::IsSpace { space, d, s } => {
                let address = self.read(thread, *s)?;
                thread.set(*d, u64::from(self.is_space(*space, address)));
            }
            Operation::BranchIndex { index, targets } => {
                let index = self.read(thread, *index)?;
                thread.next = *targets.get(index as usize).ok_or_else(|| {
                    let detail = format!("branch to target {index} of {}", targets.len());
                    Problem::new(FaultKind::BranchIndex, detail)
                })?;
            }
            Operation::Call(call) => self.call(thread, call)?,
            Operation::Return => self.give_back(thread)?,
            Operation::Exit => thread.status = Status::Exited,
            Operation::Trap => return Err(Problem::new(FaultKind::Trap, "trap")),
            Operation::Barrier(barrier) => self.arrive(thread, barrier)?,
            Operation::Warp { operation, s, .. } => self.arrive_at_warp(thread, *operation, s)?,
            Operation::Fence { block_only } => {
                let now = self.tick();
                self.published.fence(self.block.number, now, *block_only);
            }
            // PTX promises nothing of which other lanes are active, so none is.
            Operation::ActiveMask { d } => thread.set(*d, 1 << thread.lane()),
            _ => {}
        }
        Ok(())
    }

    fn set_predicate(
        &mut self,
        thread: &mut Thread,
        comparison: Comparison,
        combine: Option<Combine>,
        (t, ftz): (Type, bool),
        p: &[Option<Register>; 2],
        s: &[Source; 3],
    ) -> Result<(), Problem> {
        let [a, b, c] = self.read_all(thread, s)?;
        let holds = float::compare(comparison, t, ftz, a, b);
        thread.set(p[0], u64::from(combined(combine, holds, c)));
        thread.set(p[1], u64::from(combined(combine, !holds, c)));
        Ok(())
    }

    /// A register's value, which must have been written.
    #[inline]
    pub fn register(&self, thread: &Thread, register: Register) -> Result<u64, Problem> {
        match thread.register(register) {
            Some(value) => Ok(value),
            None => Err(self.unwritten(thread, register)),
        }
    }

    #[cold]
    fn unwritten(&self, thread: &Thread, register: Register) -> Problem {
        let (name, t) = &self.module.functions[thread.function as usize].registers[register as usize];
        let detail = format!("register '{name}' ({t}) is read before it is written");
        Problem::new(FaultKind::UninitialisedRegister, detail)
    }

    #[inline]
    pub fn read(&self, thread: &Thread, source: Source) -> Result<u64, Problem> {
        match source {
            Source::Register(register) => self.register(thread, register),
            Source::Immediate(value) => Ok(value),
            _ => self.read_other(thread, source),
        }
    }

    #[inline(never)]
    fn read_other(&self, thread: &Thread, source: Source) -> Result<u64, Problem> {
        match source {
            Source::Not(register) => Ok(self.register(thread, register)? ^ 1),
            Source::Special(special) => Ok(self.special(thread, special)),
            Source::Variable(index, offset) => Ok(self.variable_address(index).wrapping_add_signed(offset)),
            Source::Frame(index, offset) => Ok(self.frame_address(thread, index).wrapping_add_signed(offset)),
            Source::Register(_) | Source::Immediate(_) => self.read(thread, source),
        }
    }

    #[inline]
    fn read_all<const N: usize>(&self, thread: &Thread, sources: &[Source; N]) -> Result<[u64; N], Problem> {
        let mut values = [0; N];
        for (value, source) in values.iter_mut().zip(sources) {
            *value = self.read(thread, *source)?;
        }
        Ok(values)
    }

    /// The address of a variable of the module in its own space.
    fn variable_address(&self, index: u32) -> u64 {
        match self.module.variables[index as usize].space {
            Space::Shared => self.block.shared.offset(index),
            _ => self.addresses[index as usize],
        }
    }

    /// The local address of a variable of the present activation.
    fn frame_address(&self, thread: &Thread, index: u32) -> u64 {
        let variable = &self.module.functions[thread.function as usize].frame[index as usize];
        thread.frame as u64 + u64::from(variable.offset)
    }
}

#[inline]
fn computed(compute: Compute, t: Type, modifiers: Modifiers, s: [u64; 4]) -> Result<u64, Problem> {
    if compute == Compute::Slct {
        // The last type is that of the operand whose sign chooses.
        let not_negative =
            if t.is_float() { float::number(s[2], t, modifiers.ftz) >= 0.0 } else { t.extend(s[2]) >= 0 };
        return Ok(s[if not_negative { 0 } else { 1 }]);
    }
    if t.is_float() {
        Ok(float::compute(compute, t, modifiers, s))
    } else {
        integer::compute(compute, t, modifiers, s)
    }
}

fn combined(combine: Option<Combine>, holds: bool, c: u64) -> bool {
    match combine {
        None => holds,
        Some(Combine::And) => holds && c != 0,
        Some(Combine::Or) => holds || c != 0,
        Some(Combine::Xor) => holds != (c != 0),
    }
}
