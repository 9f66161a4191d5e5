//! Calls: values go to the callee's parameters, and its results come back (PTX ISA 7.1).

use crate::fault::Problem;
use crate::instruction::{Call, Callee, Operation, Passed, Register, Source};
use crate::machine::Machine;
use crate::module::{Formal, Function};
use crate::thread::{Status, Thread};

/// A value on its way between activations: the bytes of a variable and which of them were written, or a
/// register's bits.
enum Value {
    Bytes(Vec<u8>, Vec<bool>),
    Bits(u64),
}

impl Machine<'_> {
    pub(super) fn call(&mut self, thread: &mut Thread, call: &Call) -> Result<(), Problem> {
        let module = self.module;
        let mut values = Vec::new();
        for argument in &call.arguments {
            values.push(match *argument {
                Passed::Source(source) => Value::Bits(self.read(thread, source)?),
                Passed::Frame(index) => taken(thread, &module.functions[thread.function as usize], index),
            });
        }
        let index = match call.callee {
            Callee::Function(index) => index,
            Callee::Print => {
                let [format, arguments] = [0, 1].map(|index| values.get(index).map_or(0, Value::bits));
                let printed = self.print(thread, format, arguments)?;
                if let Some(result) = call.results.first() {
                    put(thread, &module.functions[thread.function as usize], *result, Value::Bits(printed));
                }
                return Ok(());
            }
        };
        let callee = &module.functions[index as usize];
        thread.enter(index, callee, self.launch.stack_limit)?;
        for (formal, value) in callee.parameters.iter().zip(values) {
            match *formal {
                Formal::Register(register, _) => {
                    put(thread, callee, Passed::Source(Source::Register(register)), value);
                }
                Formal::Frame(variable, _) => put(thread, callee, Passed::Frame(variable), value),
            }
        }
        Ok(())
    }

    /// `ret`: out of a kernel it is `exit`.
    pub(super) fn give_back(&mut self, thread: &mut Thread) -> Result<(), Problem> {
        let module = self.module;
        let Some(caller) = thread.callers.last().copied() else {
            thread.status = Status::Exited;
            return Ok(());
        };
        let callee = &module.functions[thread.function as usize];
        let mut values = Vec::new();
        for formal in &callee.results {
            values.push(match *formal {
                Formal::Register(register, _) => Value::Bits(self.register(thread, register)?),
                Formal::Frame(variable, _) => taken(thread, callee, variable),
            });
        }
        thread.callers.pop();
        thread.leave(caller);
        let function = &module.functions[caller.function as usize];
        if let Operation::Call(call) = &function.code[caller.at as usize].operation {
            for (result, value) in call.results.iter().zip(values) {
                put(thread, function, *result, value);
            }
        }
        Ok(())
    }
}

impl Value {
    fn bits(&self) -> u64 {
        match self {
            Value::Bits(bits) => *bits,
            Value::Bytes(bytes, _) => crate::memory::from_bytes(&bytes[..bytes.len().min(8)]),
        }
    }
}

fn taken(thread: &Thread, function: &Function, index: u32) -> Value {
    let variable = &function.frame[index as usize];
    let start = thread.frame + variable.offset as usize;
    let range = start..start + variable.size as usize;
    Value::Bytes(thread.local[range.clone()].to_vec(), thread.local_written[range].to_vec())
}

/// Puts a value into a variable or a register of the present activation. A variable that was never written
/// leaves a register so.
fn put(thread: &mut Thread, function: &Function, to: Passed, value: Value) {
    match to {
        Passed::Source(source) => {
            let written = !matches!(&value, Value::Bytes(_, written) if written.contains(&false));
            let register: Option<Register> = match source {
                Source::Register(register) if written => Some(register),
                _ => None,
            };
            thread.set(register, value.bits());
        }
        Passed::Frame(index) => {
            let variable = &function.frame[index as usize];
            let start = thread.frame + variable.offset as usize;
            let size = variable.size as usize;
            let (bytes, written) = match value {
                Value::Bytes(bytes, written) => (bytes, written),
                Value::Bits(bits) => (bits.to_le_bytes()[..size.min(8)].to_vec(), vec![true; size.min(8)]),
            };
            let end = start + bytes.len().min(size);
            thread.local[start..end].copy_from_slice(&bytes[..end - start]);
            thread.local_written[start..end].copy_from_slice(&written[..end - start]);
        }
    }
}
