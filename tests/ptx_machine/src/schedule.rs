//! Which thread runs when (CUDA's independent thread scheduling): each until it exits or waits, in an order
//! that the seed chooses.

use crate::fault::{Fault, FaultKind, Problem};
use crate::machine::Machine;
use crate::thread::{Status, Thread};

/// Random orders, the same for the same seed (xorshift64*, Vigna 2016).
#[derive(Debug)]
pub(crate) struct Order {
    state: u64,
    shuffles: bool,
}

impl Order {
    /// Seed zero leaves threads in order.
    pub fn new(seed: u64) -> Order {
        Order { state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1, shuffles: seed != 0 }
    }

    fn next(&mut self) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        self.state.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn shuffle(&mut self, items: &mut [usize]) {
        if !self.shuffles {
            return;
        }
        for last in (1..items.len()).rev() {
            let other = (self.next() >> 33) as usize % (last + 1);
            items.swap(last, other);
        }
    }
}

impl Machine<'_> {
    /// Runs the present block's threads until all have exited.
    pub fn run_block(&mut self) -> Result<(), Fault> {
        let mut threads = self.threads();
        let mut order: Vec<usize> = (0..threads.len()).collect();
        loop {
            self.order.shuffle(&mut order);
            let mut progress = false;
            for &index in &order {
                if threads[index].status == Status::Ready {
                    progress = true;
                    self.run(&mut threads[index])?;
                }
            }
            if threads.iter().all(|thread| thread.status == Status::Exited) {
                return Ok(());
            }
            progress |= self.complete_warp_operations(&mut threads)?;
            progress |= self.complete_barriers(&mut threads)?;
            if !progress {
                return Err(self.stuck(&threads));
            }
        }
    }

    /// Says who waits where, when nobody can go on.
    fn stuck(&self, threads: &[Thread]) -> Fault {
        let describe = |thread: &Thread| match thread.status {
            Status::Exited => format!("thread {} has exited", thread.number),
            _ => format!("thread {} at line {}", thread.number, self.line(thread)),
        };
        let at_barrier = |thread: &&Thread| matches!(thread.status, Status::AtBarrier(_));
        let (first, kind, what) = match threads.iter().rfind(at_barrier) {
            Some(thread) => (thread, FaultKind::DivergentBarrier, "divergent barrier"),
            None => match threads.iter().rfind(|thread| thread.status != Status::Exited) {
                Some(thread) => (thread, FaultKind::Deadlock, "deadlock"),
                None => unreachable!("bug in ptx_machine: a block without threads is not stuck"),
            },
        };
        let place = |thread: &Thread| (thread.status == Status::Exited, thread.function, thread.at);
        let other = threads.iter().find(|thread| place(thread) != place(first));
        let other = other.map_or_else(|| "all threads are there".to_owned(), describe);
        let line = self.line(first);
        let mut detail = format!("{what}: thread {} waits at line {line}, {other}", first.number);
        if let Status::AtWarp { mask, .. } = first.status {
            detail.push_str(&format!(" (its mask is {mask:#010x})"));
        }
        self.fault(first, Problem::new(kind, detail))
    }
}
