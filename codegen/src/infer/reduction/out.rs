//! Reductions into arrays that are given.

use super::super::elementwise::{assignment, casts_to, operand};
use super::super::{Body, Stop, Typed};
use super::axes::{Reduced, name_of};
use super::{Call, Reducing};
use crate::builtin::What;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::CompareOp;
use crate::typed::{Expr, ExprKind, Input, Operation, Output, Piece, Raise, Rules};
use crate::types::{ArrayType, Type};

impl Body<'_, '_> {
    /// A reduction whose result goes to `out`, which it gives.
    pub(super) fn reduced_to(&mut self, call: &Call<'_>, reducing: &mut Reducing, out: Expr) -> Typed {
        let Type::Array(ty) = out.ty else {
            return self.wrong_argument(reducing.row, &out, "an array as `out`");
        };
        self.check_writable(&out, out.span)?;
        let extents = self.extents_of_result(reducing);
        let rank = extents.len();
        if ty.rank != rank {
            let message =
                format!("`out` of `{}` has {} dimensions, and the result {rank}", name_of(reducing), ty.rank);
            return self.report(
                Diagnostic::new(Code::WrongRank, out.span, message)
                    .help("give an array of the result's shape"),
            );
        }
        let mut evaluated = self.fitting(reducing, &out, extents);
        if rank > 0 && !reducing.reduction.keeps_shape() {
            reducing.keys = Some(self.moves(reducing, &out));
        }
        reducing.out = Some(ty.dtype());
        let result = self.reduced(call, reducing)?;
        self.check_taken(reducing, &result, &out, ty)?;
        let result = self.set_before(result, &mut evaluated);
        let (inputs, element) = match result.ty {
            Type::Array(given) => {
                let span = result.span;
                (vec![Input::plain(result)], operand(0, given, span))
            }
            _ => (Vec::new(), result),
        };
        let element = self.convert(element, &Type::Strong(ty.dtype()))?;
        let element = if inputs.is_empty() { self.set_before(element, &mut evaluated) } else { element };
        evaluated.push(assignment(
            Output::given(out.clone()),
            inputs,
            element,
            Rules::Assignment,
            reducing.span,
        ));
        Ok(super::axes::behind(evaluated, out))
    }

    /// Whether `out` takes what a reduction gives. NumPy computes in its type, and rounds to it again and again.
    fn check_taken(&mut self, reducing: &Reducing, result: &Expr, out: &Expr, ty: ArrayType) -> Typed<()> {
        let given = result.ty.element().ok_or(Stop)?;
        let what = reducing.reduction.what;
        let is_exact = matches!(
            what,
            What::Minimum
                | What::Maximum
                | What::Any
                | What::All
                | What::ArgMinimum
                | What::ArgMaximum
                | What::Spread
        );
        if given == ty.dtype() || is_exact && casts_to(&Type::Strong(given), &Type::Strong(ty.dtype())) {
            return Ok(());
        }
        let message = format!("the result is `{given}`, and `out` an array of `{}`", ty.element);
        self.report(
            Diagnostic::new(Code::TypeMismatch, out.span, message)
                .note("NumPy would round to `out`'s type on the way, as often as its buffer is full")
                .help("give an array of the result's type, or name another `dtype`"),
        )
    }

    /// The shape of the result.
    fn extents_of_result(&self, reducing: &Reducing) -> Vec<Expr> {
        let extents = (0..reducing.ty.rank).map(|axis| reducing.extent(axis));
        match (reducing.reduction.keeps_shape(), &reducing.axes.named) {
            (false, _) => self.extents_left(reducing),
            (true, Some(_)) => extents.collect(),
            (true, None) => {
                vec![Expr::new(ExprKind::Size(Box::new(reducing.array.clone())), Type::INT, reducing.span)]
            }
        }
    }

    /// Raises where `out` has not the shape of the result.
    fn fitting(&self, reducing: &Reducing, out: &Expr, extents: Vec<Expr>) -> Vec<Expr> {
        let span = reducing.span;
        let extent = |axis| Expr::new(ExprKind::Extent(Box::new(out.clone()), axis), Type::INT, span);
        let message = wrong_shape(reducing, &(0..extents.len()).map(extent).collect::<Vec<_>>());
        let check = |(axis, wanted): (usize, Expr)| {
            let equal = Operation::Compare(CompareOp::Eq);
            let cond = Box::new(Self::operation(equal, vec![extent(axis), wanted], Type::BOOL, span));
            let raise = Raise { class: "ValueError".into(), message: message.clone() };
            let value = Box::new(Expr::new(ExprKind::Bool(true), Type::BOOL, span));
            Expr::new(ExprKind::Checked { cond, raise, value }, Type::BOOL, span)
        };
        extents.into_iter().enumerate().map(check).collect()
    }
}

/// NumPy's words: the shape of `out`, how it is seen, and that of the array; as much of it as a message holds.
fn wrong_shape(reducing: &Reducing, out: &[Expr]) -> Vec<Piece> {
    let numbers = |exprs: &[Expr]| exprs.iter().cloned().map(Piece::Value).collect::<Vec<_>>();
    let array: Vec<Expr> = (0..reducing.ty.rank).map(|axis| reducing.extent(axis)).collect();
    let mut kept = numbers(out).into_iter();
    let mut next = || kept.next().unwrap_or(Piece::Text("newaxis".to_owned()));
    let seen = match &reducing.axes.reduced {
        Reduced::These(reduced) if !reducing.axes.keepdims => {
            let axis = |reduced: &bool| if *reduced { Piece::Text("newaxis".to_owned()) } else { next() };
            // Those in front are left out.
            reduced.iter().skip_while(|reduced| **reduced).map(axis).collect()
        }
        Reduced::These(_) | Reduced::At(_) => numbers(out),
    };
    let mut pieces =
        vec![Piece::Text("operands could not be broadcast together with remapped shapes".to_owned())];
    if 2 * out.len() + array.len() <= pykernel_abi::MAX_OPERANDS {
        pieces.push(Piece::Text(" [original->remapped]: ".to_owned()));
        pieces.extend(in_parentheses(numbers(out), true));
        pieces.push(Piece::Text("->".to_owned()));
        pieces.extend(in_parentheses(seen, false));
        pieces.push(Piece::Text(" ".to_owned()));
        pieces.extend(in_parentheses(numbers(&array), true));
    }
    pieces
}

/// A tuple's text.
pub(in crate::infer) fn in_parentheses(items: Vec<Piece>, is_tuple: bool) -> Vec<Piece> {
    let mut pieces = vec![Piece::Text("(".to_owned())];
    let n = items.len();
    for (index, item) in items.into_iter().enumerate() {
        pieces.push(item);
        let comma = index + 1 < n || is_tuple && n == 1;
        pieces.extend(comma.then(|| Piece::Text(",".to_owned())));
    }
    pieces.push(Piece::Text(")".to_owned()));
    pieces
}
