//! A thread: a small machine with registers, local memory and a stack of calls.

use crate::fault::{FaultKind, Problem};
use crate::instruction::{BarrierAction, Register};
use crate::module::Function;
use crate::parse::FRAME_ALIGNMENT;

/// What a thread does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Status {
    Ready,
    Exited,
    /// At an operation in which lanes meet: its operands, the mask last.
    AtWarp {
        values: [u64; 4],
        mask: u32,
    },
    AtBarrier(Arrival),
}

/// How a thread came to a barrier.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Arrival {
    pub id: u32,
    pub threads: Option<u32>,
    pub action: BarrierAction,
    pub aligned: bool,
    pub predicate: bool,
}

/// An activation that waits for a call to return.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller {
    pub function: u32,
    pub at: u32,
    pub registers: usize,
    pub frame: usize,
}

/// One thread of a block.
#[derive(Debug)]
pub(crate) struct Thread {
    /// Its number in the block.
    pub number: u32,
    pub index: [u32; 3],
    pub status: Status,
    pub function: u32,
    /// The instruction that is executed, and the one after it.
    pub at: u32,
    pub next: u32,
    /// Where the present activation's registers and variables start.
    pub registers: usize,
    pub frame: usize,
    pub callers: Vec<Caller>,
    values: Vec<u64>,
    written: Vec<bool>,
    /// Local memory, and which of its bytes were written.
    pub local: Vec<u8>,
    pub local_written: Vec<bool>,
    pub carry: bool,
}

impl Thread {
    pub fn new(number: u32, index: [u32; 3], function: u32, of: &Function) -> Thread {
        Thread {
            number,
            index,
            status: Status::Ready,
            function,
            at: 0,
            next: 0,
            registers: 0,
            frame: 0,
            callers: Vec::new(),
            values: vec![0; of.registers.len()],
            written: vec![false; of.registers.len()],
            local: vec![0xcb; of.frame_bytes as usize],
            local_written: vec![false; of.frame_bytes as usize],
            carry: false,
        }
    }

    pub fn lane(&self) -> u32 {
        self.number % 32
    }

    #[inline]
    pub fn register(&self, register: Register) -> Option<u64> {
        let index = self.registers + register as usize;
        if self.written[index] { Some(self.values[index]) } else { None }
    }

    #[inline]
    pub fn set(&mut self, register: Option<Register>, value: u64) {
        if let Some(register) = register {
            let index = self.registers + register as usize;
            self.values[index] = value;
            self.written[index] = true;
        }
    }

    /// Starts an activation of a function; `limit` is how many bytes all may take.
    pub fn enter(&mut self, function: u32, of: &Function, limit: u32) -> Result<(), Problem> {
        let caller =
            Caller { function: self.function, at: self.at, registers: self.registers, frame: self.frame };
        self.callers.push(caller);
        self.registers = self.values.len();
        self.frame = self.local.len().next_multiple_of(FRAME_ALIGNMENT as usize);
        let bytes = self.frame + of.frame_bytes as usize;
        let depth = self.callers.len();
        if bytes + 32 * depth > limit as usize {
            let detail = format!("{depth} calls take more than {limit} bytes of local memory");
            return Err(Problem::new(FaultKind::StackOverflow, detail));
        }
        self.values.resize(self.registers + of.registers.len(), 0);
        self.written.resize(self.values.len(), false);
        self.local.resize(bytes, 0xcb);
        self.local_written.resize(bytes, false);
        (self.function, self.next) = (function, 0);
        Ok(())
    }

    /// Ends the present activation and goes on in its caller.
    pub fn leave(&mut self, caller: Caller) {
        self.values.truncate(self.registers);
        self.written.truncate(self.registers);
        self.local.truncate(self.frame);
        self.local_written.truncate(self.frame);
        (self.function, self.at, self.next) = (caller.function, caller.at, caller.at + 1);
        (self.registers, self.frame) = (caller.registers, caller.frame);
    }
}
