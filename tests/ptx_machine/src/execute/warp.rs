//! Operations in which the lanes of a warp meet (PTX ISA 9.7.9.6, 9.7.13.8 to 9.7.13.10): when every lane in
//! the mask that has not exited has come to the same instruction with the same mask.

use super::integer;
use crate::fault::{Fault, FaultKind, Problem};
use crate::instruction::{Operation, Register, Source, WarpOperation};
use crate::machine::Machine;
use crate::thread::{Status, Thread};

/// The lanes that meet: their numbers in the warp and the operands of each.
type Meeting = [Option<[u64; 4]>; 32];

impl Machine<'_> {
    /// A thread comes to a warp operation and waits there.
    pub(super) fn arrive_at_warp(
        &mut self,
        thread: &mut Thread,
        operation: WarpOperation,
        s: &[Source; 4],
    ) -> Result<(), Problem> {
        let values = self.read_all(thread, s)?;
        let mask = values[mask_operand(operation)] as u32;
        if mask >> thread.lane() & 1 == 0 {
            let detail = format!("lane {} is not in its own mask {mask:#010x}", thread.lane());
            return Err(Problem::new(FaultKind::LaneNotInMask, detail));
        }
        thread.status = Status::AtWarp { values, mask };
        Ok(())
    }

    /// Completes what all lanes have come to; whether anything was.
    pub fn complete_warp_operations(&mut self, threads: &mut [Thread]) -> Result<bool, Fault> {
        let mut progress = false;
        for (number, warp) in threads.chunks_mut(32).enumerate() {
            for lane in 0..warp.len() {
                if let Some((meeting, d, operation)) = self.meeting(warp, lane) {
                    self.complete(warp, number, &meeting, d, operation)?;
                    progress = true;
                }
            }
        }
        Ok(progress)
    }

    /// The lanes that meet with this one, if all have come.
    fn meeting(
        &self,
        warp: &[Thread],
        lane: usize,
    ) -> Option<(Meeting, [Option<Register>; 2], WarpOperation)> {
        let first = &warp[lane];
        let Status::AtWarp { mask, .. } = first.status else { return None };
        let mut meeting: Meeting = [None; 32];
        for (other, thread) in warp.iter().enumerate().filter(|(other, _)| mask >> other & 1 == 1) {
            match thread.status {
                Status::Exited => {}
                Status::AtWarp { values, mask: its }
                    if its == mask && (thread.function, thread.at) == (first.function, first.at) =>
                {
                    meeting[other] = Some(values);
                }
                _ => return None,
            }
        }
        let code = &self.module.functions[first.function as usize].code;
        match code[first.at as usize].operation {
            Operation::Warp { operation, d, .. } => Some((meeting, d, operation)),
            _ => None,
        }
    }

    fn complete(
        &mut self,
        warp: &mut [Thread],
        number: usize,
        meeting: &Meeting,
        d: [Option<Register>; 2],
        operation: WarpOperation,
    ) -> Result<(), Fault> {
        if operation == WarpOperation::Sync {
            self.block.warp_syncs[number] = self.tick();
        }
        for lane in 0..warp.len() {
            let Some(values) = meeting[lane] else { continue };
            let (value, predicate) = match result(operation, meeting, lane as u32, values) {
                Ok(result) => result,
                Err(problem) => return Err(self.fault(&warp[lane], problem)),
            };
            warp[lane].set(d[0], value);
            warp[lane].set(d[1], u64::from(predicate));
            warp[lane].status = Status::Ready;
        }
        Ok(())
    }
}

/// Which operand is the mask.
fn mask_operand(operation: WarpOperation) -> usize {
    match operation {
        WarpOperation::Sync => 0,
        WarpOperation::ShuffleUp
        | WarpOperation::ShuffleDown
        | WarpOperation::ShuffleButterfly
        | WarpOperation::ShuffleIndex => 3,
        _ => 1,
    }
}

/// What a lane gets: a value, and a predicate if the operation has one.
fn result(
    operation: WarpOperation,
    meeting: &Meeting,
    lane: u32,
    values: [u64; 4],
) -> Result<(u64, bool), Problem> {
    let lanes = || meeting.iter().flatten().map(|values| values[0]);
    let mask_where = |holds: &dyn Fn(u64) -> bool| -> u64 {
        let bit = |(lane, values): (usize, &Option<[u64; 4]>)| {
            u64::from(values.is_some_and(|v| holds(v[0]))) << lane
        };
        meeting.iter().enumerate().map(bit).sum()
    };
    Ok(match operation {
        WarpOperation::Sync => (0, false),
        WarpOperation::VoteAll => (u64::from(lanes().all(|value| value != 0)), false),
        WarpOperation::VoteAny => (u64::from(lanes().any(|value| value != 0)), false),
        WarpOperation::VoteUniform => (u64::from(lanes().all(|value| value == values[0])), false),
        WarpOperation::VoteBallot => (mask_where(&|value| value != 0), false),
        WarpOperation::MatchAny => (mask_where(&|value| value == values[0]), false),
        WarpOperation::MatchAll => {
            let all = lanes().all(|value| value == values[0]);
            (if all { mask_where(&|_| true) } else { 0 }, all)
        }
        WarpOperation::Reduce(atomic, t) => {
            let reduced = lanes().reduce(|a, b| integer::atomic(atomic, t, a, b, 0));
            (reduced.unwrap_or(0), false)
        }
        _ => {
            let (source, inside) = shuffle_source(operation, lane, values[1] as u32, values[2] as u32);
            let Some(of) = meeting[source as usize] else {
                let detail = format!("lane {lane} shuffles from lane {source}, which does not take part");
                return Err(Problem::new(FaultKind::InactiveLane, detail));
            };
            (of[0], inside)
        }
    })
}

/// The lane that a shuffle reads, and whether it lies in the segment; if not, a lane reads itself (PTX ISA 9.7.9.6).
fn shuffle_source(operation: WarpOperation, lane: u32, b: u32, c: u32) -> (u32, bool) {
    let (clamp, segment, b) = (c & 31, c >> 8 & 31, b & 31);
    let most = lane & segment | clamp & !segment;
    let least = lane & segment;
    let (source, inside) = match operation {
        WarpOperation::ShuffleUp => {
            let source = lane.wrapping_sub(b);
            (source, source as i32 >= most as i32)
        }
        WarpOperation::ShuffleDown => (lane + b, lane + b <= most),
        WarpOperation::ShuffleButterfly => (lane ^ b, lane ^ b <= most),
        _ => {
            let source = least | b & !segment;
            (source, source <= most)
        }
    };
    if inside { (source, true) } else { (lane, false) }
}
