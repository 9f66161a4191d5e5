//! Reductions and accumulations by ufuncs that no engine of sums, products and extrema is for.
//!
//! They are left folds: a loop over elements that reads what an earlier round of it has written.

use super::super::elementwise::operand;
use super::super::tuple::{after, int};
use super::super::ufunc_call::only_element;
use super::super::{Body, Stop, Typed};
use super::{Function, part};
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::CompareOp;
use crate::source::Span;
use crate::typed::{
    Allocation, Axis, Elementwise, Expr, ExprKind, Fill, Input, Operation, Output, Piece, Raise, Rules,
};
use crate::types::{ArrayType, DType, Layout, Type};
use crate::ufunc::Identity;

/// A fold of an array's elements, along one axis or all of them.
pub(in crate::infer) struct Fold<'a> {
    pub(in crate::infer) function: Function<'a>,
    /// The array, a variable.
    pub(in crate::infer) array: Expr,
    pub(in crate::infer) ty: ArrayType,
    pub(in crate::infer) axes: Vec<usize>,
    pub(in crate::infer) keepdims: bool,
    /// What the function takes and gives.
    pub(in crate::infer) natural: DType,
    /// What it begins with, if not with the first element.
    pub(in crate::infer) initial: Option<Expr>,
    /// Which elements are folded, if not all: an array, which is broadcast to the other.
    pub(in crate::infer) mask: Option<Expr>,
    pub(in crate::infer) evaluated: Vec<Expr>,
}

impl Body<'_, '_> {
    /// What a fold of nothing gives, if it has one.
    pub(in crate::infer) fn identity(&mut self, fold: &Fold<'_>) -> Typed<Option<Expr>> {
        let span = fold.function.span();
        let value = match fold.function {
            Function::NumPy(row, ..) => super::numpy::identity(row, span),
            Function::Declared(callee, _) => match callee.ufunc.identity {
                Identity::Value(value) => Some(int(value.into(), span)),
                Identity::None | Identity::Reorderable => None,
            },
        };
        value.map(|value| self.convert(value, &Type::Strong(fold.natural))).transpose()
    }

    /// A left fold.
    pub(in crate::infer) fn reduce_by(&mut self, mut fold: Fold<'_>) -> Typed {
        let span = fold.function.span();
        let kept: Vec<usize> = (0..fold.ty.rank).filter(|axis| !fold.axes.contains(axis)).collect();
        let shape: Vec<Expr> = kept.iter().map(|axis| extent(&fold.array, *axis)).collect();
        self.check_fold(&fold)?;
        let fill = fold.initial.clone().map_or(Fill::Zero, Fill::Value);
        let ty = ArrayType::of(fold.natural, kept.len(), Layout::C);
        let kind = ExprKind::Allocate(Box::new(Allocation { shape, fill }));
        let made = Expr::new(kind, Type::Array(ty), span);
        if fold.initial.is_none() {
            let checks: Vec<Expr> = fold.axes.iter().map(|axis| not_empty(&fold, *axis)).collect();
            fold.evaluated.extend(checks);
        }
        let total = self.set_before(made, &mut fold.evaluated);
        let axis = |axis: usize| if fold.axes.contains(&axis) { Axis::New } else { Axis::Whole };
        let spread = part(&total, ty, (0..fold.ty.rank).map(axis).collect());
        if fold.initial.is_some() {
            let step = self.step(&fold, spread.clone(), fold.array.clone(), spread.clone())?;
            fold.evaluated.push(step);
        } else {
            let first = self.beginning(&fold, fold.first(fold.axes.len()), spread.clone())?;
            fold.evaluated.push(first);
            for place in (0..fold.axes.len()).rev() {
                let rest = fold.run(&fold.first(place), fold.axes[place], Some(1), None);
                let step = self.step(&fold, spread.clone(), rest, spread.clone())?;
                fold.evaluated.push(step);
            }
        }
        let value = match (fold.keepdims, ty.rank) {
            (true, _) => spread,
            (false, 0) => only_element(total),
            (false, _) => total,
        };
        Ok(after(fold.evaluated, value))
    }

    /// Refuses folds whose order NumPy does not say.
    fn check_fold(&mut self, fold: &Fold<'_>) -> Typed<()> {
        let (name, span) = (fold.function.name(), fold.function.span());
        let is_ordered = match fold.function {
            Function::Declared(callee, _) => callee.ufunc.identity == Identity::None,
            Function::NumPy(row, ..) => !super::numpy::is_reorderable(row),
        };
        if is_ordered && fold.axes.len() > 1 {
            let message = format!(
                "reduction operation '{name}' is not reorderable, so at most one axis may be specified"
            );
            let help = match fold.function {
                Function::Declared(..) => {
                    "reduce along one axis after the other, or declare an `identity`, perhaps `'reorderable'`"
                }
                Function::NumPy(..) => "reduce along one axis after the other",
            };
            return self.report(Diagnostic::new(Code::UnsupportedSyntax, span, message).help(help));
        }
        if fold.mask.is_some() && fold.initial.is_none() {
            let message = format!(
                "reduction operation '{name}' does not have an identity, so to use a where mask one has to \
                 specify 'initial'"
            );
            return self.report(
                Diagnostic::new(Code::ArgumentMismatch, span, message)
                    .help("say what to begin with: `initial=0`"),
            );
        }
        Ok(())
    }

    /// All that the fold goes through, along one axis.
    pub(in crate::infer) fn accumulate_by(&mut self, mut fold: Fold<'_>) -> Typed {
        let span = fold.function.span();
        let [axis] = fold.axes[..] else {
            return self.report(
                Diagnostic::new(Code::UnsupportedSyntax, span, "accumulate does not allow multiple axes")
                    .help("give one axis"),
            );
        };
        let ty = ArrayType::of(fold.natural, fold.ty.rank, Layout::C);
        let shape = (0..ty.rank).map(|axis| extent(&fold.array, axis)).collect();
        let kind = ExprKind::Allocate(Box::new(Allocation { shape, fill: Fill::Zero }));
        let made = Expr::new(kind, Type::Array(ty), span);
        let total = self.set_before(made, &mut fold.evaluated);
        let [first, rest] = [(None, Some(1)), (Some(1), None)]
            .map(|(start, stop)| [&fold.array, &total].map(|array| fold.run(array, axis, start, stop)));
        let before = fold.run(&total, axis, None, Some(-1));
        let [array, into] = first;
        let first = self.beginning(&fold, array, into)?;
        let [array, into] = rest;
        let step = self.step(&fold, before, array, into)?;
        fold.evaluated.extend([first, step]);
        Ok(after(fold.evaluated, total))
    }

    /// The first elements, as what the fold begins with.
    fn beginning(&mut self, fold: &Fold<'_>, array: Expr, into: Expr) -> Typed {
        let body = self.convert(element(0, &array)?, &Type::Strong(fold.natural))?;
        Ok(folding(vec![array], into, body, fold.function.span()))
    }

    /// `into[...] = f(before, array)`, one element after the other.
    fn step(&mut self, fold: &Fold<'_>, before: Expr, array: Expr, into: Expr) -> Typed {
        let (span, natural) = (fold.function.span(), Type::Strong(fold.natural));
        let Some(mask) = fold.mask.clone() else {
            let body = self.fold_of_elements(fold, [element(0, &before)?, element(1, &array)?])?;
            return Ok(folding(vec![before, array], into, body, span));
        };
        let body = self.fold_of_elements(fold, [element(0, &before)?, element(2, &array)?])?;
        let optional = natural.optional();
        let cond = Box::new(self.truth(element(1, &mask)?)?);
        let [then, otherwise] = [Some(Box::new(body)), None]
            .map(|value| Box::new(Expr::new(ExprKind::Optional(value), optional.clone(), span)));
        let body = Expr::new(ExprKind::Conditional { cond, then, otherwise }, optional, span);
        Ok(folding(vec![before, mask, array], into, body, span))
    }

    /// What was folded before and the next element, as one.
    fn fold_of_elements(&mut self, fold: &Fold<'_>, [before, next]: [Expr; 2]) -> Typed {
        let natural = Type::Strong(fold.natural);
        let next = match fold.function {
            Function::NumPy(..) => self.convert(next, &natural)?,
            Function::Declared(..) => next,
        };
        let result = self.applied(fold.function, vec![before, next])?;
        self.convert(result, &natural)
    }
}

impl Fold<'_> {
    /// What is first along the first `n` of the axes.
    fn first(&self, n: usize) -> Expr {
        let first = |array: Expr, axis: &usize| self.run(&array, *axis, None, Some(1));
        self.axes[..n].iter().fold(self.array.clone(), first)
    }

    /// A part of an array along an axis.
    fn run(&self, array: &Expr, axis: usize, start: Option<i128>, stop: Option<i128>) -> Expr {
        let Type::Array(ty) = array.ty else { unreachable!("bug in pykernel: `{}` is folded", array.ty) };
        let bound = |bound: Option<i128>| bound.map(|bound| int(bound, self.function.span()));
        let mut axes = vec![Axis::Whole; ty.rank];
        axes[axis] = Axis::Slice([bound(start), bound(stop), None]);
        part(array, ty, axes)
    }
}

/// Checks, for its effect, that there is something to begin with along an axis.
fn not_empty(fold: &Fold<'_>, axis: usize) -> Expr {
    let span = fold.function.span();
    let operands = vec![extent(&fold.array, axis), int(0, span)];
    let cond = Expr::new(ExprKind::Operation(Operation::Compare(CompareOp::Ne), operands), Type::BOOL, span);
    let text =
        format!("zero-size array to reduction operation {} which has no identity", fold.function.name());
    let raise = Raise { class: "ValueError".into(), message: vec![Piece::Text(text)] };
    let value = Box::new(int(0, span));
    Expr::new(ExprKind::Checked { cond: Box::new(cond), raise, value }, Type::INT, span)
}

/// A loop over elements that reads what it has written.
fn folding(inputs: Vec<Expr>, into: Expr, body: Expr, span: Span) -> Expr {
    let inputs = inputs.into_iter().map(Input::plain).collect();
    let outputs = vec![Output::given(into)];
    let kind = ExprKind::Elementwise(Box::new(Elementwise::new(inputs, outputs, body, Rules::Fold)));
    Expr::new(kind, Type::None, span)
}

/// The element of an operand.
pub(super) fn element(place: usize, array: &Expr) -> Typed {
    match array.ty {
        Type::Array(ty) => Ok(operand(place, ty, array.span)),
        _ => Err(Stop),
    }
}

fn extent(array: &Expr, axis: usize) -> Expr {
    Expr::new(ExprKind::Extent(Box::new(array.clone()), axis), Type::INT, array.span)
}
