//! Steps on an element that no other thread comes between: one instruction where there is one, else a loop that tries
//! again until nobody has come between.

use super::compare::arithmetic_type;
use super::expression::Value;
use super::function::{FunctionCx, class};
use super::instruction::{Class, Comparison, Opcode, Operand, Register, Space, Step, Ty};
use super::threads::{integer_class, untyped};
use crate::ir::threads::Atomic;
use crate::ir::{Expr, LocalId, Part, Scalar};

/// The element that a step changes.
#[derive(Clone, Copy)]
struct Place {
    space: Space,
    address: Operand,
    scalar: Scalar,
}

impl FunctionCx<'_, '_> {
    /// Changes an element in one step.
    pub(super) fn atomic(&mut self, op: Atomic, old: LocalId, view: LocalId, index: &[Expr], args: &[Expr]) {
        let args: Vec<Value> = args.iter().map(|arg| self.expression(arg)).collect();
        let index: Vec<Operand> = index.iter().map(|index| self.value(index)).collect();
        let space = self.spaces.store(view);
        if space == Space::Local {
            return self.refuse("change an array of the thread's own atomically: no other thread sees it");
        }
        let scalar = Scalar::of(self.view(view).ty.element);
        let place = Place { space, address: self.element(view, &index, Part::First), scalar };
        let value = match instruction(op, scalar) {
            Some((step, ty)) => self.step(step, ty, place, &args),
            None if op == Atomic::Sub => {
                let zero = Value { operand: Operand::Int(0), scalar };
                let negated = match scalar.is_float() {
                    true => self.unary(crate::ir::UnaryOp::Neg, args[0]),
                    false => self.binary(crate::ir::BinaryOp::Sub, zero, args[0]),
                };
                let ty = addition_type(scalar);
                self.step(Step::Add, ty, place, &[negated])
            }
            None => self.tried(op, place, args[0]),
        };
        self.set(old, value);
    }

    /// One instruction.
    fn step(&mut self, step: Step, ty: Ty, place: Place, args: &[Value]) -> Register {
        let class = class(place.scalar);
        let old = self.register(class);
        let opcode = Opcode::Atomic(step, place.space);
        let values: Vec<Operand> =
            args.iter().map(|arg| self.in_register(arg.operand, class).into()).collect();
        match values[..] {
            [value] => self.emit(opcode, &[ty], [old.into(), place.address, value]),
            [first, second] => self.emit(opcode, &[ty], [old.into(), place.address, first, second]),
            _ => unreachable!("bug in pykernel: {step:?} takes {} numbers", values.len()),
        }
        old
    }

    /// Puts what an operation gives in the place of what it was given, until that still stands there.
    fn tried(&mut self, op: Atomic, place: Place, arg: Value) -> Register {
        let (own, scalar) = (class(place.scalar), place.scalar);
        let bits = integer_class(own);
        let ty = untyped(bits);
        let arg = Value { operand: self.in_register(arg.operand, own).into(), scalar };
        let seen = self.register(bits);
        // A step that changes nothing reads what others have just written.
        let none = self.in_register(Operand::Int(0), bits);
        let look = Opcode::Atomic(Step::CompareAndSwap, place.space);
        self.emit(look, &[ty], [seen.into(), place.address, none.into(), none.into()]);
        let again = self.new_label();
        self.place_label(again);
        let old = match bits == own {
            true => seen,
            false => self.compute(Opcode::Mov, ty, own, [seen.into()]),
        };
        let new = self.changed(op, Value { operand: old.into(), scalar }, arg);
        let new = self.bits(new);
        let found = self.register(bits);
        self.emit(look, &[ty], [found.into(), place.address, seen.into(), new.into()]);
        let compared = if bits == Class::Long { Ty::U64 } else { Ty::U32 };
        let failed = self.setp(Comparison::Ne, compared, found, seen);
        let kept = self.register(own);
        self.copy(kept, old);
        self.copy(seen, found);
        self.branch_if(Some((failed, true)), again);
        kept
    }

    /// What a step that no instruction does makes of an element.
    fn changed(&mut self, op: Atomic, old: Value, arg: Value) -> Value {
        let class = class(old.scalar);
        let ty = arithmetic_type(old.scalar);
        let taken = match op {
            Atomic::Max => self.setp(Comparison::Gt, ty, arg.operand, old.operand),
            Atomic::Min => self.setp(Comparison::Lt, ty, arg.operand, old.operand),
            Atomic::MaxNumber | Atomic::MinNumber => {
                let comparison = if op == Atomic::MaxNumber { Comparison::Gt } else { Comparison::Lt };
                let better = self.setp(comparison, ty, arg.operand, old.operand);
                let no_number = self.setp(Comparison::Nan, ty, old.operand, old.operand);
                let args = [better.into(), no_number.into()];
                self.compute(Opcode::Or, Ty::Pred, Class::Predicate, args)
            }
            Atomic::Increment => return self.next(old, arg),
            Atomic::Decrement => return self.previous(old, arg),
            _ => unreachable!("bug in pykernel: {op:?} is an instruction on {}", old.scalar),
        };
        let args = [arg.operand, old.operand, taken.into()];
        let register = self.compute(Opcode::Selp, class.declared(), class, args);
        Value { operand: register.into(), scalar: old.scalar }
    }

    /// One more; 0 from a bound on.
    fn next(&mut self, old: Value, bound: Value) -> Value {
        let more = self.compute(Opcode::Add, Ty::U64, Class::Long, [old.operand, Operand::Int(1)]);
        let ends = self.setp(Comparison::Ge, Ty::U64, old.operand, bound.operand);
        let args = [Operand::Int(0), more.into(), ends.into()];
        let register = self.compute(Opcode::Selp, Ty::B64, Class::Long, args);
        Value { operand: register.into(), scalar: old.scalar }
    }

    /// One less; from 0, and from above a bound, the bound.
    fn previous(&mut self, old: Value, bound: Value) -> Value {
        let less = self.compute(Opcode::Sub, Ty::U64, Class::Long, [old.operand, Operand::Int(1)]);
        let is_first = self.setp(Comparison::Eq, Ty::U64, old.operand, Operand::Int(0));
        let is_above = self.setp(Comparison::Gt, Ty::U64, old.operand, bound.operand);
        let ends = self.compute(Opcode::Or, Ty::Pred, Class::Predicate, [is_first.into(), is_above.into()]);
        let args = [bound.operand, less.into(), ends.into()];
        let register = self.compute(Opcode::Selp, Ty::B64, Class::Long, args);
        Value { operand: register.into(), scalar: old.scalar }
    }
}

/// The instruction that does a step, and its type.
fn instruction(op: Atomic, scalar: Scalar) -> Option<(Step, Ty)> {
    let bits = untyped(class(scalar));
    let ordered = match scalar {
        Scalar::I32 => Ty::S32,
        Scalar::U32 => Ty::U32,
        Scalar::I64 => Ty::S64,
        _ => Ty::U64,
    };
    Some(match op {
        Atomic::Add => (Step::Add, addition_type(scalar)),
        Atomic::Max | Atomic::MaxNumber if !scalar.is_float() => (Step::Max, ordered),
        Atomic::Min | Atomic::MinNumber if !scalar.is_float() => (Step::Min, ordered),
        Atomic::And => (Step::And, bits),
        Atomic::Or => (Step::Or, bits),
        Atomic::Xor => (Step::Xor, bits),
        Atomic::Exchange => (Step::Exchange, bits),
        Atomic::CompareAndSwap => (Step::CompareAndSwap, bits),
        Atomic::Increment if scalar == Scalar::U32 => (Step::Increment, Ty::U32),
        Atomic::Decrement if scalar == Scalar::U32 => (Step::Decrement, Ty::U32),
        _ => return None,
    })
}

/// The type of an addition: of 64 bits there is no signed one, whose bits are the same.
const fn addition_type(scalar: Scalar) -> Ty {
    match scalar {
        Scalar::F32 => Ty::F32,
        Scalar::F64 => Ty::F64,
        Scalar::I64 | Scalar::U64 => Ty::U64,
        Scalar::I32 => Ty::S32,
        _ => Ty::U32,
    }
}
