//! What threads are, and what they do together.

use super::expression::Value;
use super::function::{FunctionCx, class};
use super::instruction::{Class, Comparison, Opcode, Operand, Reduction, Register, Rounding, Ty, Vote};
use crate::ir::threads::{Direction, Source, Special, Together};
use crate::ir::{Expr, LocalId, Scalar};

/// The clamp of a shuffle within the whole warp: the last lane to read from, and of `up` the first.
const LAST_LANE: i64 = 31;

impl FunctionCx<'_, '_> {
    /// A number that a thread has.
    pub(super) fn number_of_thread(&mut self, special: Special) -> Value {
        let value = self.special(register_name(special));
        Value { operand: self.long(value).into(), scalar: Scalar::I64 }
    }

    /// Does something together with other threads.
    pub(super) fn together(&mut self, op: Together, results: &[LocalId], args: &[Expr]) {
        let args: Vec<Value> = args.iter().map(|arg| self.expression(arg)).collect();
        let operands: Vec<Operand> = args.iter().map(|arg| arg.operand).collect();
        match op {
            Together::Barrier => self.emit(Opcode::Barrier, &[], [Operand::Int(0)]),
            Together::BarrierCount => {
                let count = self.reduced(Reduction::Count, Ty::U32, operands[0]);
                self.set_long(results[0], count);
            }
            Together::BarrierAll => {
                let all = self.reduced(Reduction::And, Ty::Pred, operands[0]);
                self.set(results[0], all);
            }
            Together::BarrierAny => {
                let any = self.reduced(Reduction::Or, Ty::Pred, operands[0]);
                self.set(results[0], any);
            }
            Together::Fence(scope) => self.emit(Opcode::Fence(scope), &[], []),
            Together::WarpBarrier => {
                let mask = self.short(operands[0]);
                self.emit(Opcode::WarpBarrier, &[], [mask]);
            }
            Together::Any => self.vote(Vote::Any, results[0], &operands),
            Together::All => self.vote(Vote::All, results[0], &operands),
            Together::Same => self.vote(Vote::Uniform, results[0], &operands),
            Together::Ballot => {
                let mask = self.short(operands[0]);
                let lanes =
                    self.compute(Opcode::Vote(Vote::Ballot), Ty::B32, Class::Short, [operands[1], mask]);
                self.set_long(results[0], lanes);
            }
            Together::Shuffle(source) => {
                let value = self.shuffled(source, &args);
                self.set(results[0], value);
            }
            Together::MatchAny => {
                let lanes = self.matching(Opcode::MatchAny, &args);
                self.set_long(results[0], lanes);
            }
            Together::MatchAll => {
                let lanes = self.matching(Opcode::MatchAll, &args);
                self.set_long(results[0], lanes);
                let all = self.setp(Comparison::Ne, Ty::U32, lanes, Operand::Int(0));
                self.set(results[1], all);
            }
            Together::ActiveMask => {
                let lanes = self.compute(Opcode::ActiveMask, Ty::B32, Class::Short, []);
                self.set_long(results[0], lanes);
            }
        }
    }

    /// Sets an `I64` to an unsigned number of 32 bits.
    fn set_long(&mut self, local: LocalId, value: Register) {
        let value = self.long(value);
        self.set(local, value);
    }

    /// The low 32 bits of an `I64`.
    fn short(&mut self, value: Operand) -> Operand {
        match value {
            Operand::Int(value) => Operand::Int(value & 0xffff_ffff),
            value => self.converted(Rounding::Exact, [Ty::U32, Ty::U64], Class::Short, value).into(),
        }
    }

    fn reduced(&mut self, reduction: Reduction, ty: Ty, predicate: Operand) -> Register {
        let class = super::call::class_of(ty);
        self.compute(Opcode::BarrierReduce(reduction), ty, class, [Operand::Int(0), predicate])
    }

    fn vote(&mut self, vote: Vote, result: LocalId, operands: &[Operand]) {
        let mask = self.short(operands[0]);
        let held = self.compute(Opcode::Vote(vote), Ty::Pred, Class::Predicate, [operands[1], mask]);
        self.set(result, held);
    }

    /// The number of another lane. One of 64 bits goes in two halves.
    fn shuffled(&mut self, source: Source, args: &[Value]) -> Register {
        let (mask, lane) = (self.short(args[0].operand), self.short(args[2].operand));
        let clamp = Operand::Int(if source == Source::Before { 0 } else { LAST_LANE });
        // A lane counts modulo 32; so many lanes before or behind are none from 32 on, which 6 bits say.
        let lane = match source {
            Source::Lane | Source::Xor => lane,
            Source::Before | Source::Behind => {
                self.compute(Opcode::Min, Ty::U32, Class::Short, [lane, Operand::Int(LAST_LANE + 1)]).into()
            }
        };
        let other = |cx: &mut Self, bits: Register| {
            cx.compute(Opcode::Shuffle(source), Ty::B32, Class::Short, [bits.into(), lane, clamp, mask])
        };
        let bits = self.bits(args[1]);
        let got = match bits.class {
            Class::Long => {
                let [low, high] = self.halves(bits);
                let [low, high] = [low, high].map(|half| other(self, half));
                self.joined(low, high)
            }
            _ => other(self, bits),
        };
        match class(args[1].scalar) {
            own if own == got.class => got,
            own => self.compute(Opcode::Mov, untyped(own), own, [got.into()]),
        }
    }

    fn matching(&mut self, opcode: Opcode, args: &[Value]) -> Register {
        let (mask, bits) = (self.short(args[0].operand), self.bits(args[1]));
        self.compute(opcode, untyped(bits.class), Class::Short, [bits.into(), mask])
    }

    /// A number's bits, as an integer of its width.
    pub(super) fn bits(&mut self, value: Value) -> Register {
        let register = self.in_register(value.operand, class(value.scalar));
        let integer = integer_class(register.class);
        match integer == register.class {
            true => register,
            false => self.compute(Opcode::Mov, untyped(integer), integer, [register.into()]),
        }
    }

    fn halves(&mut self, bits: Register) -> [Register; 2] {
        let narrow = |cx: &mut Self, bits: Register| {
            cx.converted(Rounding::Exact, [Ty::U32, Ty::U64], Class::Short, bits.into())
        };
        let low = narrow(self, bits);
        let high = self.compute(Opcode::Shr, Ty::U64, Class::Long, [bits.into(), Operand::Int(32)]);
        [low, narrow(self, high)]
    }

    fn joined(&mut self, low: Register, high: Register) -> Register {
        let [low, high] = [low, high].map(|half| self.long(half));
        let high = self.compute(Opcode::Shl, Ty::B64, Class::Long, [high.into(), Operand::Int(32)]);
        self.compute(Opcode::Or, Ty::B64, Class::Long, [high.into(), low.into()])
    }
}

/// The class of integers with a class's bits.
pub(super) const fn integer_class(class: Class) -> Class {
    match class {
        Class::Single => Class::Short,
        Class::Double => Class::Long,
        other => other,
    }
}

/// The type of a class's bits.
pub(super) const fn untyped(class: Class) -> Ty {
    match class {
        Class::Predicate => Ty::Pred,
        Class::Short | Class::Single => Ty::B32,
        Class::Long | Class::Double => Ty::B64,
    }
}

const fn register_name(special: Special) -> &'static str {
    use Direction::{X, Y, Z};
    match special {
        Special::ThreadIndex(X) => "%tid.x",
        Special::ThreadIndex(Y) => "%tid.y",
        Special::ThreadIndex(Z) => "%tid.z",
        Special::BlockIndex(X) => "%ctaid.x",
        Special::BlockIndex(Y) => "%ctaid.y",
        Special::BlockIndex(Z) => "%ctaid.z",
        Special::BlockSize(X) => "%ntid.x",
        Special::BlockSize(Y) => "%ntid.y",
        Special::BlockSize(Z) => "%ntid.z",
        Special::GridSize(X) => "%nctaid.x",
        Special::GridSize(Y) => "%nctaid.y",
        Special::GridSize(Z) => "%nctaid.z",
        Special::Lane => "%laneid",
        Special::LanesBefore => "%lanemask_lt",
        Special::SharedBytes => "%dynamic_smem_size",
    }
}
