//! `bar` and `barrier` (PTX ISA 9.7.13.1): a warp has come when all its threads that have not exited have.

use crate::fault::{Fault, FaultKind, Problem};
use crate::instruction::{Barrier, BarrierAction, Operation};
use crate::machine::Machine;
use crate::thread::{Arrival, Status, Thread};

impl Machine<'_> {
    /// A thread comes to a barrier and waits there.
    pub(super) fn arrive(&mut self, thread: &mut Thread, barrier: &Barrier) -> Result<(), Problem> {
        let error = |detail: String| Err(Problem::new(FaultKind::InvalidBarrier, detail));
        let id = self.read(thread, barrier.id)?;
        if id > 15 {
            return error(format!("barrier {id}; there are 0 to 15"));
        }
        let threads = match barrier.threads {
            Some(source) => Some(self.read(thread, source)? as u32),
            None => None,
        };
        if let Some(count) = threads
            && (count == 0 || !count.is_multiple_of(32))
        {
            return error(format!("barrier {id} for {count} threads, which is no multiple of a warp"));
        }
        let predicate = self.read(thread, barrier.predicate)? != 0;
        let (action, aligned) = (barrier.action, barrier.aligned);
        thread.status = Status::AtBarrier(Arrival { id: id as u32, threads, action, aligned, predicate });
        Ok(())
    }

    /// Opens the barriers to which all have come; whether there was one.
    pub fn complete_barriers(&mut self, threads: &mut [Thread]) -> Result<bool, Fault> {
        let mut progress = false;
        for id in 0..16 {
            let warps: Vec<usize> = (0..threads.len().div_ceil(32))
                .filter(|&warp| has_come(warp_of(threads, warp), id))
                .collect();
            let Some(&first) = warps.first() else { continue };
            for &warp in &warps {
                self.check_aligned(warp_of(threads, warp))?;
            }
            progress |= self.count_arrivals(threads, &warps, id);
            progress |= self.open(threads, &warps, first, id)?;
        }
        Ok(progress)
    }

    /// With `.aligned`, all threads of a warp execute the same instruction.
    fn check_aligned(&self, warp: &[Thread]) -> Result<(), Fault> {
        let waiting = || warp.iter().filter_map(|thread| Some((thread, arrival(thread)?)));
        let Some((first, _)) = waiting().next() else { return Ok(()) };
        match waiting().find(|(thread, arrival)| arrival.aligned && thread.at != first.at) {
            Some((thread, _)) => Err(self.divergent(thread, first)),
            None => Ok(()),
        }
    }

    fn divergent(&self, thread: &Thread, other: &Thread) -> Fault {
        let there = match other.status {
            Status::Exited => format!("thread {} has exited", other.number),
            _ => format!("thread {} at line {}", other.number, self.line(other)),
        };
        let line = self.line(thread);
        let detail = format!("divergent barrier: thread {} waits at line {line}, {there}", thread.number);
        self.fault(thread, Problem::new(FaultKind::DivergentBarrier, detail))
    }

    /// Lets warps go on that only tell that they came.
    fn count_arrivals(&mut self, threads: &mut [Thread], warps: &[usize], id: u32) -> bool {
        let mut progress = false;
        for &warp in warps {
            let threads = warp_of_mut(threads, warp);
            let arrives = |thread: &Thread| arrival(thread).is_none_or(|a| a.action == BarrierAction::Arrive);
            if threads.iter().all(arrives) {
                self.block.arrived[id as usize] += 32;
                release(threads);
                progress = true;
            }
        }
        progress
    }

    fn open(
        &mut self,
        threads: &mut [Thread],
        warps: &[usize],
        first: usize,
        id: u32,
    ) -> Result<bool, Fault> {
        // Those that only arrived have gone on by now.
        let waiting: Vec<usize> =
            warps.iter().copied().filter(|&warp| has_come(warp_of(threads, warp), id)).collect();
        let arrivals = || waiting.iter().flat_map(|&warp| warp_of(threads, warp)).filter_map(arrival);
        let Some(model) = arrivals().next() else { return Ok(false) };
        if arrivals().any(|arrival| arrival.threads != model.threads) {
            let thread = &warp_of(threads, first)[0];
            let detail = format!("threads come to barrier {id} with different counts");
            return Err(self.fault(thread, Problem::new(FaultKind::InvalidBarrier, detail)));
        }
        let counted = self.block.arrived[id as usize] + 32 * waiting.len() as u32;
        let complete = match model.threads {
            Some(count) => counted >= count,
            None => (0..threads.len().div_ceil(32))
                .all(|warp| waiting.contains(&warp) || warp_of(threads, warp).iter().all(has_exited)),
        };
        if !complete {
            return Ok(false);
        }
        if model.threads.is_none() && self.launch.strict_barriers {
            self.check_strictly(threads)?;
        }
        self.reduce(threads, &waiting);
        self.block.arrived[id as usize] = 0;
        self.block.barrier = self.tick();
        for &warp in &waiting {
            release(warp_of_mut(threads, warp));
        }
        Ok(true)
    }

    /// All threads of the block are at one instruction.
    fn check_strictly(&self, threads: &[Thread]) -> Result<(), Fault> {
        let place = |thread: &Thread| (has_exited(thread), thread.function, thread.at);
        let Some(last) = threads.iter().rfind(|thread| !has_exited(thread)) else { return Ok(()) };
        match threads.iter().find(|thread| place(thread) != place(last)) {
            Some(other) => Err(self.divergent(last, other)),
            None => Ok(()),
        }
    }

    /// Gives the result of `bar.red` to all who wait.
    fn reduce(&self, threads: &mut [Thread], warps: &[usize]) {
        let predicates: Vec<bool> = warps
            .iter()
            .flat_map(|&warp| warp_of(threads, warp))
            .filter_map(arrival)
            .map(|arrival| arrival.predicate)
            .collect();
        let count = predicates.iter().filter(|&&predicate| predicate).count();
        for &warp in warps {
            for thread in warp_of_mut(threads, warp) {
                let Some(arrival) = arrival(thread) else { continue };
                let value = match arrival.action {
                    BarrierAction::Popc => count as u64,
                    BarrierAction::And => u64::from(count == predicates.len()),
                    BarrierAction::Or => u64::from(count > 0),
                    _ => continue,
                };
                let code = &self.module.functions[thread.function as usize].code;
                if let Operation::Barrier(barrier) = &code[thread.at as usize].operation {
                    thread.set(barrier.d, value);
                }
            }
        }
    }
}

fn warp_of(threads: &[Thread], warp: usize) -> &[Thread] {
    &threads[warp * 32..threads.len().min(warp * 32 + 32)]
}

fn warp_of_mut(threads: &mut [Thread], warp: usize) -> &mut [Thread] {
    let end = threads.len().min(warp * 32 + 32);
    &mut threads[warp * 32..end]
}

fn has_exited(thread: &Thread) -> bool {
    thread.status == Status::Exited
}

fn arrival(thread: &Thread) -> Option<Arrival> {
    match thread.status {
        Status::AtBarrier(arrival) => Some(arrival),
        _ => None,
    }
}

/// Whether all threads of a warp that have not exited, and at least one, are at that barrier.
fn has_come(warp: &[Thread], id: u32) -> bool {
    let at = |thread: &Thread| arrival(thread).is_some_and(|arrival| arrival.id == id);
    warp.iter().any(at) && warp.iter().all(|thread| has_exited(thread) || at(thread))
}

fn release(warp: &mut [Thread]) {
    for thread in warp.iter_mut().filter(|thread| !has_exited(thread)) {
        thread.status = Status::Ready;
    }
}
