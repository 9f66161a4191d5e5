//! Typing random numbers: `numba.cuda.random`, steps of generators whose states are rows of an array; and the states of NumPy's and
//! Python's generators.

use super::{Body, Typed, subscript};
use crate::builtin::{Row, python_name};
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::threads::RandomState;
use crate::source::Span;
use crate::typed::{Expr, ExprKind, Operation, Room};
use crate::types::Element::Number;
use crate::types::{ArrayType, DType, Kind, Layout, Type};

/// What the library asks for: `intrinsics.random_state(which)`.
pub(super) fn state(which: &Expr, span: Span) -> Expr {
    let state = match which.int_literal() {
        Some(0) => RandomState::NumPy,
        Some(1) => RandomState::Python,
        Some(2) => RandomState::Entropy,
        _ => unreachable!("bug in pykernel: the library asks for no state that there is"),
    };
    state_for(state, span)
}

/// What the program keeps of random numbers for the thread.
pub(super) fn state_for(state: RandomState, span: Span) -> Expr {
    let words = ArrayType::of(DType::UInt32, 1, Layout::C);
    Expr::new(ExprKind::Reserve(Room::Random(state)), Type::Array(words), span)
}

/// The generator of a state.
pub(super) fn generator(state: Expr) -> Expr {
    let span = state.span;
    Expr::new(ExprKind::Convert(Box::new(state)), Type::Generator, span)
}

/// The state of a generator, as the library sees it.
pub(super) fn state_of(generator: Expr) -> Expr {
    let span = generator.span;
    Expr::new(ExprKind::Convert(Box::new(generator)), Type::Array(ArrayType::GENERATOR), span)
}

/// `xoroshiro128p_next(states, index)` and the like. They run on CPUs as on GPUs.
pub(super) fn random(body: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    let mut args = args.into_iter();
    let (Some(states), Some(index), seed) = (args.next(), args.next(), args.next()) else {
        unreachable!("bug in pykernel: the arity was checked")
    };
    let Type::Array(ty @ ArrayType { element: Number(DType::UInt64), rank: 2, .. }) = states.ty else {
        let message =
            format!("`{}` takes an array of states, and this is `{}`", python_name(row.name), states.ty);
        return body.report(
            Diagnostic::new(Code::ArgumentMismatch, states.span, message).help(
                "declare it `xoroshiro128p_type[:]`, which is `uint64[:, :]`: a row for each generator",
            ),
        );
    };
    body.check_writable(&states, states.span)?;
    let (at, index) = (index.span, body.index_of(index)?);
    let mut operands = vec![subscript::row(states, ty, index, at)];
    if let Some(seed) = seed {
        operands.push(body.seed(row, seed)?);
    }
    body.library_call(row.library(), operands, false, span)
}

impl Body<'_, '_> {
    /// A seed, by its bits.
    fn seed(&mut self, row: &Row, seed: Expr) -> Typed {
        match seed.ty.dtype().map(DType::kind) {
            Some(Kind::Int) => {
                let span = seed.span;
                Ok(Body::operation(Operation::Cast, vec![seed], Type::Strong(DType::UInt64), span))
            }
            _ => self.wrong_argument(row, &seed, "an integer as a seed"),
        }
    }
}
