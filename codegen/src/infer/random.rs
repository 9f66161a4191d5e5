//! Typing `numba.cuda.random`: steps of generators whose states are rows of an array.

use super::{Body, Typed, subscript};
use crate::builtin::{Row, python_name};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::typed::{Expr, Operation};
use crate::types::Element::Number;
use crate::types::{ArrayType, DType, Kind, Type};

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
