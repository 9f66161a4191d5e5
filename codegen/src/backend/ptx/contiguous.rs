//! The loops of ufuncs over numbers that lie next to each other: each thread takes so many at once as one access of
//! memory brings, and where an instance is short twice as many, so that one access is under way while another is.
//!
//! ```text
//! for i in thread, thread + 2 * threads, … while i + threads < vectors:
//!     read vectors i and i + threads, compute, write both
//! if i < vectors: read vector i, compute, write it
//! if thread < the instances behind the last vector: read, compute, write one
//! ```
//!
//! All is read before anything is computed, and written when everything is: nobody else writes what is read, or reads
//! what is written.

use pykernel_abi::DeviceCode;

use super::address::Caller;
use super::call::class_of;
use super::entry::Place;
use super::function::FunctionCx;
use super::instances::Instances;
use super::instruction::{
    Class, Comparison, Instruction, Line, Opcode, Operand, Register, Space, Ty, Vector,
};
use super::memory::memory_type;
use super::module::{self, Slot};
use super::{Unit, Unsupported};
use crate::interface::Overload;
use crate::ir::{Function, LocalId, Scalar, elements};
use crate::types::DType;

/// How many bytes of memory one access brings at most.
const ACCESS: usize = DeviceCode::VECTOR;

/// Of instances of at most so many instructions two accesses are under way.
const SHORT: usize = 64;

/// Instances of more are done one by one: what lives at once would not fit into registers, and memory is not what they wait for.
const LONG: usize = 200;

/// Translates the loop of a ufunc's overload for operands of which each has its elements side by side, from an address
/// that is a multiple of [`ACCESS`] on, or is one number, whose step is 0; and what is written lies apart from all
/// else. Its parameters are the addresses, the number of instances and the steps, each all by value, and the address of the record.
/// None if instances are of another form than this needs.
pub(super) fn inner_loop(
    unit: &mut Unit<'_>,
    overload: &Overload,
) -> Result<Option<module::Function>, Unsupported> {
    let function = &unit.ir[overload.function];
    let Some(instances) = Instances::of(function) else { return Ok(None) };
    let widest = overload.types.iter().map(|dtype| dtype.size()).max().unwrap_or(ACCESS);
    let (together, in_flight) = match instances.cost() {
        // The thread of what is raised says which element it was.
        _ if function.status.is_some() => (1, 1),
        Some(..=SHORT) => ((ACCESS / widest).clamp(1, 4), 2),
        Some(..=LONG) => ((ACCESS / widest).clamp(1, 4), 1),
        Some(_) | None => (1, 1),
    };
    let cx = FunctionCx::new(unit, overload.function, Caller::Host);
    let name = format!("{}_contiguous_{}", overload.symbol, together * in_flight);
    Translation { cx, instances, together, in_flight, operands: Vec::new() }.entry(name, overload).map(Some)
}

/// The loop as far as it is translated.
struct Translation<'a, 'u> {
    cx: FunctionCx<'a, 'u>,
    instances: Instances<'u>,
    /// How many instances one access brings.
    together: usize,
    /// How many accesses of each operand are under way.
    in_flight: usize,
    operands: Vec<Elements>,
}

impl Translation<'_, '_> {
    fn entry(mut self, name: String, overload: &Overload) -> Result<module::Function, Unsupported> {
        let n = overload.types.len();
        let mut params = Vec::new();
        let cx = &mut self.cx;
        let [addresses, sizes, steps] = [n, 1, n].map(|count| cx.bytes_param(&mut params, 8 * count as u32));
        cx.fault = Some(cx.address_param(&mut params));
        cx.open(Function::BODY);
        for stmt in &self.instances.before {
            cx.statements(std::slice::from_ref(*stmt));
        }
        let Place { thread, threads } = cx.place_in_grid();
        let count = cx.load_param(sizes, 0, Ty::U64);
        for (place, dtype) in overload.types.iter().enumerate() {
            let words = [addresses, steps].map(|slot| (slot, 8 * place as u32));
            let view = self.cx.function.params[place];
            self.operands.push(Elements { view, dtype: *dtype, words });
        }
        self.vectors(thread, threads, count);
        if self.together > 1 {
            self.rest(thread, count);
        }
        self.cx.close(Function::BODY);
        self.cx.emit(Opcode::Ret, &[], []);
        self.cx.finish(name, params, 0)
    }

    /// Does all vectors.
    fn vectors(&mut self, thread: Register, threads: Register, count: Register) {
        let (together, in_flight) = (self.together, self.in_flight);
        let mut walkers = self.walkers(thread, together, in_flight);
        for walker in &mut walkers {
            walker.advance = self.cx.product(walker.advance, threads);
        }
        let cx = &mut self.cx;
        let shift = Operand::Int(together.trailing_zeros().into());
        let vectors = cx.compute(Opcode::Shr, Ty::U64, Class::Long, [count.into(), shift]);
        let next = cx.register(Class::Long);
        cx.copy(next, thread);
        let [again, alone, after] = [(); 3].map(|()| cx.new_label());
        cx.place_label(again);
        let last = (1..in_flight).fold(next, |last, _| cx.sum(last, threads));
        let is_behind = cx.setp(Comparison::Ge, Ty::U64, last, vectors);
        cx.branch_if(Some((is_behind, true)), if in_flight > 1 { alone } else { after });
        self.accesses(&walkers, in_flight);
        let cx = &mut self.cx;
        cx.emit(Opcode::Add, &[Ty::U64], [next.into(), last.into(), threads.into()]);
        cx.branch_if(None, again);
        if in_flight > 1 {
            cx.place_label(alone);
            let is_behind = cx.setp(Comparison::Ge, Ty::U64, next, vectors);
            cx.branch_if(Some((is_behind, true)), after);
            self.accesses(&walkers, 1);
        }
        self.cx.place_label(after);
    }

    /// Does the instances behind the last vector, each in one thread.
    fn rest(&mut self, thread: Register, count: Register) {
        let cx = &mut self.cx;
        let after = cx.new_label();
        let whole = Operand::Int(-(self.together as i64));
        let first = cx.compute(Opcode::And, Ty::B64, Class::Long, [count.into(), whole]);
        let index = cx.sum(first, thread);
        let is_behind = cx.setp(Comparison::Ge, Ty::U64, index, count);
        cx.branch_if(Some((is_behind, true)), after);
        let walkers = self.walkers(index, 1, 1);
        self.accesses(&walkers, 1);
        self.cx.place_label(after);
    }

    /// Where a thread begins that has the accesses of a number, each of so many instances; it will hold several of them.
    fn walkers(&mut self, number: Register, together: usize, in_flight: usize) -> Vec<Walker> {
        let walker = |operand: Elements| {
            let per_access = together * elements::parts(operand.dtype).len();
            let class = class_of(operand.ty());
            let cx = &mut self.cx;
            let mut hold = || (0..per_access).map(|_| cx.register(class)).collect::<Vec<_>>();
            let held: Vec<Vec<Register>> = (0..in_flight).map(|_| hold()).collect();
            let [base, step] = operand.words.map(|(slot, offset)| cx.load_param(slot, offset, Ty::U64));
            let base = cx.global(base);
            let advance = match together {
                1 => step,
                _ => cx.product(step, Operand::Int(together as i64)),
            };
            let address = cx.advanced(base, number, advance);
            let is_read = self.instances.read.contains(&operand.view);
            let moves = is_read.then(|| cx.setp(Comparison::Ne, Ty::U64, step, Operand::Int(0)));
            Walker { operand, moves, address, advance, held }
        };
        self.operands.clone().into_iter().map(walker).collect()
    }

    /// The next accesses of this thread, so many at once.
    fn accesses(&mut self, walkers: &[Walker], n: usize) {
        let mut addresses = Vec::new();
        for walker in walkers {
            let mut at = vec![walker.address];
            for _ in 1..n {
                at.push(self.cx.sum(at[at.len() - 1], walker.advance));
            }
            for (address, held) in at.iter().zip(&walker.held) {
                walker.moves.iter().for_each(|moves| self.cx.read(walker, *moves, *address, held));
            }
            addresses.push(at);
        }
        for access in 0..n {
            self.instances(walkers, access);
        }
        for (walker, at) in walkers.iter().zip(addresses) {
            let is_written = self.instances.written.iter().any(|(view, _)| *view == walker.operand.view);
            for (address, held) in at.iter().zip(&walker.held).filter(|_| is_written) {
                self.cx.access(Opcode::Store(Space::Global), &walker.operand, *address, held, None);
            }
            let (own, last) = (walker.address.into(), at[at.len() - 1].into());
            self.cx.emit(Opcode::Add, &[Ty::S64], [own, last, walker.advance.into()]);
        }
    }

    /// The instances of an access, one after another.
    fn instances(&mut self, walkers: &[Walker], access: usize) {
        let parts = |walker: &Walker| elements::parts(walker.operand.dtype).len();
        let together = walkers.iter().map(|walker| walker.held[access].len() / parts(walker)).max();
        for instance in 0..together.unwrap_or(0) {
            self.cx.held.clear();
            for walker in walkers {
                let own = walker.held[access].iter().skip(instance * parts(walker));
                for (part, register) in elements::parts(walker.operand.dtype).iter().zip(own) {
                    self.cx.held.insert((walker.operand.view, *part), *register);
                }
            }
            self.cx.statements(self.instances.body);
        }
        self.cx.held.clear();
    }
}

/// An operand.
#[derive(Clone)]
struct Elements {
    view: LocalId,
    dtype: DType,
    /// Where its address and its step are among the parameters.
    words: [(Slot, u32); 2],
}

impl Elements {
    /// The type of each part in memory.
    fn ty(&self) -> Ty {
        memory_type(Scalar::of(self.dtype))
    }
}

/// An operand on a thread's way through it.
struct Walker {
    operand: Elements,
    /// Of what is read, whether it has a step.
    moves: Option<Register>,
    /// The address of what comes next.
    address: Register,
    /// How far what comes then lies behind that.
    advance: Register,
    /// The parts of the elements of each access that is under way.
    held: Vec<Vec<Register>>,
}

impl FunctionCx<'_, '_> {
    /// Reads what lies side by side, or the one number that an operand is.
    fn read(&mut self, walker: &Walker, moves: Register, address: Register, held: &[Register]) {
        let operand = &walker.operand;
        let opcode = Opcode::Load(self.spaces.load(operand.view));
        self.access(opcode, operand, address, held, Some((moves, true)));
        let (number, copies) = held.split_at(elements::parts(operand.dtype).len());
        self.access(opcode, operand, address, number, Some((moves, false)));
        for (index, register) in copies.iter().enumerate() {
            let operands = vec![(*register).into(), number[index % number.len()].into()];
            let (guard, types) = (Some((moves, false)), vec![register.class.declared()]);
            self.line(Line::Instruction(Instruction { guard, opcode: Opcode::Mov, types, operands }));
        }
    }

    /// Reads or writes what lies side by side, where a predicate holds.
    fn access(
        &mut self,
        opcode: Opcode,
        operand: &Elements,
        address: Register,
        held: &[Register],
        guard: Option<(Register, bool)>,
    ) {
        let value = match *held {
            [one] => one.into(),
            [a, b] => Operand::Vector(Vector::Two([a, b])),
            [a, b, c, d] => Operand::Vector(Vector::Four([a, b, c, d])),
            _ => unreachable!("bug in pykernel: an access has {} numbers", held.len()),
        };
        let mut operands = vec![value, Operand::Memory(address, 0)];
        if matches!(opcode, Opcode::Store(_)) {
            operands.reverse();
        }
        self.line(Line::Instruction(Instruction { guard, opcode, types: vec![operand.ty()], operands }));
    }

    fn product(&mut self, left: Register, right: impl Into<Operand>) -> Register {
        self.compute(Opcode::MulLow, Ty::S64, Class::Long, [left.into(), right.into()])
    }

    fn sum(&mut self, left: Register, right: Register) -> Register {
        self.compute(Opcode::Add, Ty::S64, Class::Long, [left.into(), right.into()])
    }
}
