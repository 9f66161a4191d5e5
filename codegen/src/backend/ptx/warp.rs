//! Lanes on the threads of a warp: all its threads run one instance of a gufunc in step, and each has one lane.
//!
//! Numbers are the same in all threads, so that control flow is too; lanes are a number of each thread's own. What one
//! thread writes others may read later, and what they have read one may write later: so the warp meets where a loop on lanes
//! begins and ends, and around what one thread writes for all. In between iterations are apart.
//!
//! The parameters of entries are those for threads; blocks have a multiple of 32 threads, and each warp does every
//! so-manieth instance.

use super::expression::Value;
use super::function::{FunctionCx, class};
use super::instruction::{Class, Comparison, Instruction, Line, Opcode, Operand, Register, Ty, Vector, Vote};
use super::memory::memory_type;
use crate::ir::threads::Source;
use crate::ir::{Expr, FunctionId, LaneElements, LocalId, Module, Scalar, Stmt, StmtKind, visit};
use crate::vector::Wanted;

/// How many threads a warp has.
const THREADS: u32 = 32;

/// All threads of a warp, as a mask.
const ALL: Operand = Operand::Int(0xffff_ffff);

/// What the back end wants of loops that a warp does.
pub(super) const LANES: Wanted = Wanted {
    bits: 64 * THREADS,
    rest: Some(64 * THREADS),
    gathers: true,
    registers: None,
    threads: Some(THREADS),
};

/// Whether a gufunc's loop gains by warps: some of an instance is on lanes, and it needs no memory of a thread's own.
pub(super) fn gains(ir: &Module, id: FunctionId) -> bool {
    has_lanes_within(ir, id) && is_shared(ir, id)
}

/// Whether there are lanes in the loop over instances; it is not itself on lanes then.
fn has_lanes_within(ir: &Module, id: FunctionId) -> bool {
    let mut found = false;
    visit::walk(&ir[id].body, &mut |stmt| {
        let StmtKind::For { step: 1, hi, body, .. } = &stmt.kind else { return };
        let all = ir[id].params.last().map(|view| Expr::Dim { view: *view, axis: 0 });
        found |= all.as_ref() == Some(hi) && has_lanes(ir, body);
    });
    found
}

/// Whether statements, or what they call, are on lanes.
fn has_lanes(ir: &Module, body: &[Stmt]) -> bool {
    let mut found = false;
    visit::walk(body, &mut |stmt| match &stmt.kind {
        StmtKind::Call { function, .. } | StmtKind::Parallel { function, .. } => {
            found = found || has_lanes(ir, &ir[*function].body);
        }
        kind => found |= is_on_lanes(kind),
    });
    found
}

const fn is_on_lanes(kind: &StmtKind) -> bool {
    matches!(kind, StmtKind::LoadLanes { .. } | StmtKind::StoreLanes { .. } | StmtKind::CallLanes { .. })
}

/// Whether a function, and what it calls, has no memory and no output of its own: a thread's is not its neighbours'.
fn is_shared(ir: &Module, id: FunctionId) -> bool {
    let mut own = false;
    visit::walk(&ir[id].body, &mut |stmt| match &stmt.kind {
        StmtKind::Reserve { .. } | StmtKind::Print(_) => own = true,
        StmtKind::Call { function, .. } | StmtKind::Parallel { function, .. } => {
            own = own || ir[id].effects.recursive || !is_shared(ir, *function);
        }
        _ => {}
    });
    !own
}

impl FunctionCx<'_, '_> {
    /// The number of this thread's lane.
    fn lane_number(&mut self) -> Register {
        let lane = self.special("%laneid");
        self.long(lane)
    }

    /// The number of a thread's warp among all.
    pub(super) fn warp_of(&mut self, thread: Register) -> Register {
        let shift = Operand::Int(THREADS.trailing_zeros().into());
        self.compute(Opcode::Shr, Ty::U64, Class::Long, [thread.into(), shift])
    }

    /// Has the warp meet: what its threads have read and written before, they have behind.
    pub(super) fn meet(&mut self) {
        self.emit(Opcode::WarpBarrier, &[], [ALL]);
    }

    /// Whether a loop is one on lanes: `vector` says of those alone that their iterations do not meet, and counts them by
    /// as many as there are.
    pub(super) fn is_on_lanes(&self, step: i64, independent: bool) -> bool {
        self.unit.is_for_warps() && independent && step == THREADS.into()
    }

    pub(super) fn lane_expression(&mut self, expr: &Expr) -> Value {
        match expr {
            Expr::Splat { value, .. } => self.expression(value),
            Expr::LaneNumbers { .. } => Value { operand: self.lane_number().into(), scalar: Scalar::I64 },
            Expr::AnyLane { mask } => {
                let mask = self.value(mask);
                let any = self.compute(Opcode::Vote(Vote::Any), Ty::Pred, Class::Predicate, [mask, ALL]);
                Value { operand: any.into(), scalar: Scalar::Bool }
            }
            Expr::Lane { lanes, lane } => {
                let lanes = self.expression(lanes);
                self.lane(lanes, *lane)
            }
            other => unreachable!("bug in pykernel: {other:?} is not on lanes"),
        }
    }

    /// The number of one lane, in all threads.
    fn lane(&mut self, lanes: Value, lane: u32) -> Value {
        let scalar = lanes.scalar;
        let register = match class(scalar) {
            Class::Predicate => {
                let number = self.number_of_bool(Scalar::U32, lanes.operand);
                let number = self.in_register(number, Class::Short);
                let number = self.of_lane(number, lane);
                self.bool_of_byte(number)
            }
            class @ (Class::Short | Class::Single) => {
                let own = self.in_register(lanes.operand, class);
                self.of_lane(own, lane)
            }
            class @ (Class::Long | Class::Double) => {
                let own = self.in_register(lanes.operand, class);
                let halves = [(); 2].map(|()| self.register(Class::Short));
                let pair = Operand::Vector(Vector::Two(halves));
                self.emit(Opcode::Mov, &[Ty::B64], [pair, own.into()]);
                let halves = halves.map(|half| self.of_lane(half, lane));
                let pair = Operand::Vector(Vector::Two(halves));
                self.compute(Opcode::Mov, Ty::B64, class, [pair])
            }
        };
        Value { operand: register.into(), scalar }
    }

    /// What a lane has in a register of 32 bits.
    fn of_lane(&mut self, own: Register, lane: u32) -> Register {
        let last = Operand::Int(i64::from(THREADS) - 1);
        let args = [own.into(), Operand::Int(lane.into()), last, ALL];
        self.compute(Opcode::Shuffle(Source::Lane), Ty::B32, own.class, args)
    }

    /// Reads an element in each thread whose lane is there; the others have a zero.
    pub(super) fn load_lanes(&mut self, local: LocalId, elements: &LaneElements) {
        let (address, guard) = self.lane_address(elements);
        let scalar = Scalar::of(self.view(elements.view).ty.element);
        let to = self.get(local);
        let read = if scalar == Scalar::Bool { self.register(Class::Short) } else { to };
        if guard.is_some() {
            self.clear(read);
        }
        let opcode = Opcode::Load(self.spaces.load(elements.view));
        self.guarded(guard, opcode, memory_type(scalar), vec![read.into(), address]);
        if scalar == Scalar::Bool {
            let value = self.bool_of_byte(read);
            self.copy(to, value);
        }
    }

    /// Writes an element in each thread whose lane is there.
    pub(super) fn store_lanes(&mut self, elements: &LaneElements, value: &Expr) {
        let value = self.expression(value);
        let (address, guard) = self.lane_address(elements);
        let stored = self.storable(value);
        let opcode = Opcode::Store(self.spaces.store(elements.view));
        self.guarded(guard, opcode, memory_type(value.scalar), vec![address, stored.into()]);
    }

    /// Where this thread's element lies, and whether its lane is there.
    fn lane_address(&mut self, elements: &LaneElements) -> (Operand, Option<Register>) {
        let mut index: Vec<Operand> = elements.index.iter().map(|index| self.value(index)).collect();
        if let Some(axis) = elements.along {
            let lane = self.lane_number();
            let args = [index[axis], lane.into()];
            index[axis] = self.compute(Opcode::Add, Ty::S64, Class::Long, args).into();
        }
        let guard = elements.mask.as_ref().map(|mask| self.register_of(mask));
        (self.element(elements.view, &index, elements.part), guard)
    }

    /// Writes in one thread what is the same in all.
    pub(super) fn store_once(&mut self, opcode: Opcode, ty: Ty, address: Operand, value: Register) {
        let lane = self.special("%laneid");
        let is_first = self.setp(Comparison::Eq, Ty::U32, lane, Operand::Int(0));
        self.meet();
        self.guarded(Some(is_first), opcode, ty, vec![address, value.into()]);
        self.meet();
    }

    /// Calls a function in each thread whose lane is there; the others have zeros.
    pub(super) fn call_lanes(&mut self, results: &[LocalId], id: FunctionId, args: &[Expr], mask: &Expr) {
        for result in results {
            let result = self.get(*result);
            self.clear(result);
        }
        let values: Vec<Register> = args.iter().map(|arg| self.register_of(arg)).collect();
        let mask = self.register_of(mask);
        let after = self.new_label();
        self.branch_if(Some((mask, false)), after);
        let returned = self.call_alone(id, &values);
        for (result, value) in results.iter().zip(returned) {
            let result = self.get(*result);
            self.copy(result, value);
        }
        self.place_label(after);
    }

    fn clear(&mut self, register: Register) {
        let zero = match register.class {
            Class::Single => Operand::F32(0),
            Class::Double => Operand::F64(0),
            Class::Predicate | Class::Short | Class::Long => Operand::Int(0),
        };
        self.copy(register, zero);
    }

    fn guarded(&mut self, guard: Option<Register>, opcode: Opcode, ty: Ty, operands: Vec<Operand>) {
        let guard = guard.map(|predicate| (predicate, true));
        self.line(Line::Instruction(Instruction { guard, opcode, types: vec![ty], operands }));
    }
}
