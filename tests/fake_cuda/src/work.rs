//! What streams and graphs do: each kind of work, and its execution.

use std::sync::Arc;

use crate::code::{Code, Outcome};
use crate::driver::{Driver, Handle, in_host_function};
use crate::host::{HostFunction, HostRange};
use crate::launch::KernelLaunch;

/// Nanoseconds of the imagined clock that any work takes.
const OVERHEAD: u64 = 2000;
/// Bytes that are copied in a nanosecond.
const BANDWIDTH: u64 = 16;

/// A piece of work.
#[derive(Clone, Debug)]
pub enum Work {
    /// A kernel runs.
    Launch(Arc<KernelLaunch>),
    /// Bytes are copied.
    Copy {
        /// Where to.
        to: Place,
        /// Where from.
        from: Place,
        /// How many.
        bytes: u64,
    },
    /// Memory is filled with a value of one, two or four bytes.
    Fill {
        /// Where it starts.
        address: u64,
        /// The value's bytes.
        value: Vec<u8>,
        /// How many values.
        count: u64,
    },
    /// Memory goes back to its pool.
    Free(u64),
    /// An event is recorded.
    Record(Handle),
    /// The stream waits until another one has done the work with a ticket.
    Wait {
        /// The other stream.
        stream: Handle,
        /// The ticket.
        ticket: u64,
    },
    /// A function of the program is called.
    Call(HostFunction),
}

/// Where bytes are.
#[derive(Clone, Debug)]
pub enum Place {
    /// In a device's memory.
    Device(u64),
    /// In the program's memory, at the time of the work.
    Host(HostRange),
    /// What the program's memory held at the time of the call.
    Staged(Arc<[u8]>),
}

impl Driver {
    /// Does a piece of work of a context.
    pub fn execute(&mut self, context: Handle, ticket: u64, work: Work) -> Outcome<()> {
        self.clock += OVERHEAD;
        match work {
            Work::Launch(launch) => self.run_launch(context, &launch),
            Work::Copy { to, from, bytes } => self.run_copy(&to, &from, bytes),
            Work::Fill { address, value, count } => self.run_fill(address, &value, count),
            Work::Free(address) => self.release(address),
            Work::Record(event) => {
                self.completed(event, ticket);
                Ok(())
            }
            Work::Wait { .. } => unreachable!("bug in fake_cuda: streams do their waiting"),
            Work::Call(function) => {
                in_host_function(|| function.call());
                Ok(())
            }
        }
    }

    fn run_copy(&mut self, to: &Place, from: &Place, bytes: u64) -> Outcome<()> {
        self.clock += bytes / BANDWIDTH;
        if let (Place::Device(to), Place::Device(from)) = (to, from)
            && self.device_at(*to)? == self.device_at(*from)?
        {
            let device = self.device_at(*to)?;
            let result = self.devices[device].memory.copy(*to, *from, bytes);
            return result.map_err(|problem| self.illegal(problem.detail()));
        }
        let data = match from {
            Place::Device(address) => {
                let device = self.device_at(*address)?;
                let mut data = vec![0; bytes as usize];
                let result = self.devices[device].memory.read(*address, &mut data);
                result.map_err(|problem| self.illegal(problem.detail()))?;
                data
            }
            Place::Host(range) => range.read(),
            Place::Staged(data) => data.to_vec(),
        };
        match to {
            Place::Device(address) => {
                let device = self.device_at(*address)?;
                let result = self.devices[device].memory.write(*address, &data);
                result.map_err(|problem| self.illegal(problem.detail()))
            }
            Place::Host(range) => {
                range.write(0, &data);
                Ok(())
            }
            Place::Staged(_) => unreachable!("bug in fake_cuda: nothing is copied to what was staged"),
        }
    }

    fn run_fill(&mut self, address: u64, value: &[u8], count: u64) -> Outcome<()> {
        self.clock += count * value.len() as u64 / BANDWIDTH;
        let device = self.device_at(address)?;
        let result = self.devices[device].memory.write(address, &value.repeat(count as usize));
        result.map_err(|problem| self.illegal(problem.detail()))
    }

    /// Says what work other than a kernel did wrong.
    fn illegal(&mut self, detail: &str) -> Code {
        self.report_fault(detail);
        Code::IllegalAddress
    }
}
