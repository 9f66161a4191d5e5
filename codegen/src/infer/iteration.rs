//! Typing `for`: what a loop runs over, and what each iteration assigns.
//!
//! A loop over a `range` counts with its own variable. Everything else is a [`Sequence`]: a length
//! that is known before the loop, and the value at each place. So `zip`, `enumerate` and `reversed`
//! are arithmetic on places, and nest.

use super::call::given;
use super::subscript::row;
use super::tuple::{arithmetic, int, packed, variable};
use super::{Body, Stop, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir;
use crate::ir;
use crate::source::Span;
use crate::typed::{Expr, ExprKind, Operation, Stmt, StmtKind, WebId};
use crate::types::{ArrayType, Type};

/// What a `for` does: a count, and what each number of it stands for.
struct Iteration {
    /// What comes before the loop.
    before: Vec<StmtKind>,
    /// Start, stop and step of the count.
    range: [Expr; 3],
    /// The counter.
    counter: WebId,
    /// What comes first in each iteration.
    each: Vec<StmtKind>,
    /// The value of an iteration.
    item: Expr,
}

/// Values one after another, which iterating does not change.
pub(super) struct Sequence {
    /// What comes before the loop.
    pub(super) before: Vec<StmtKind>,
    /// How many there are, a constant or a variable; none if it is negative.
    pub(super) length: Expr,
    /// What comes first in each iteration.
    pub(super) each: Vec<StmtKind>,
    /// The value at the place.
    pub(super) item: Expr,
}

/// A call of a builtin by its name.
type BuiltinCall<'e> = (&'e str, &'e [hir::Expr], &'e [hir::Keyword]);

impl Body<'_, '_> {
    /// `for target in iterable`.
    pub(super) fn each(
        &mut self,
        target: &hir::Target,
        iterable: &hir::Expr,
        body: &[hir::Stmt],
        otherwise: &[hir::Stmt],
    ) -> Typed<Option<StmtKind>> {
        let start = self.iteration(iterable, target).and_then(|iteration| {
            let item = match (&iteration.item.kind, target) {
                // The counter is the loop's variable itself.
                (ExprKind::Variable { web, .. }, hir::Target::Variable(variable, _))
                    if *web == iteration.counter && self.local_type(*variable).is_none() =>
                {
                    None
                }
                _ => Some(self.assign_to(target, iteration.item.clone())?),
            };
            Ok((iteration, item))
        });
        let [typed, otherwise] = self.looped([body, otherwise], [true; 2], None);
        let (Iteration { before, range: [start, stop, step], counter, each, .. }, item) = start?;
        let span = iterable.span;
        let stmt = |kind| Stmt { kind, span };
        let body = each.into_iter().chain(item).map(stmt).chain(typed).collect();
        let repeat = StmtKind::ForRange { variable: counter, start, stop, step, body, otherwise };
        if before.is_empty() {
            return Ok(Some(repeat));
        }
        Ok(Some(StmtKind::Sequence(before.into_iter().chain([repeat]).map(stmt).collect())))
    }

    fn iteration(&mut self, iterable: &hir::Expr, target: &hir::Target) -> Typed<Iteration> {
        let span = iterable.span;
        if let Some((name @ ("range" | "numba.prange"), args, keywords)) = builtin_call(iterable) {
            self.no_keywords(name, keywords)?;
            return self.each_of_range(args, target, span);
        }
        let counter = self.temporary(Type::INT);
        let Sequence { before, length, each, item } =
            self.sequence(iterable, variable(counter, Type::INT, span))?;
        Ok(Iteration { before, range: [int(0, span), length, int(1, span)], counter, each, item })
    }

    fn each_of_range(&mut self, args: &[hir::Expr], target: &hir::Target, span: Span) -> Typed<Iteration> {
        let range = self.range(args, span);
        let counter = match target {
            hir::Target::Variable(variable, place) if self.local_type(*variable).is_none() => {
                self.check_declared(*place, &int(0, span))?;
                self.define(*place, &(Type::INT, None))?
            }
            hir::Target::Variable(..) | hir::Target::Tuple(..) | hir::Target::Element { .. } => {
                self.temporary(Type::INT)
            }
        };
        let item = variable(counter, Type::INT, span);
        Ok(Iteration { before: Vec::new(), range: range?, counter, each: Vec::new(), item })
    }

    /// What an expression gives, one after another; the item is the one at `place`, a variable.
    fn sequence(&mut self, iterable: &hir::Expr, place: Expr) -> Typed<Sequence> {
        let span = iterable.span;
        match builtin_call(iterable) {
            Some((name @ ("range" | "numba.prange"), args, keywords)) => {
                self.no_keywords(name, keywords)?;
                return self.range_sequence(args, place, span);
            }
            Some(("enumerate", args, keywords)) => return self.enumerated(args, keywords, place, span),
            Some(("zip", args, keywords)) => return self.zipped(args, keywords, place, span),
            Some(("reversed", args, keywords)) => return self.reversed(args, keywords, place, span),
            Some(("numpy.ndenumerate", args, [])) => return self.nd_enumerated(args, place, span),
            Some(("numpy.nditer", args, keywords)) => return self.nd_iter(args, keywords, place, span),
            Some(("numpy.ndindex", args, [])) => return self.nd_index(args, place, span),
            _ => {}
        }
        if let Some(array) = self.flat(iterable) {
            return self.flat_sequence(array?, place);
        }
        let value = self.expr(iterable)?;
        match &value.ty {
            Type::Tuple(_) => self.tuple_sequence(value, place),
            Type::Array(array) if array.rank > 0 => {
                let array = *array;
                Ok(self.array_sequence(value, array, place))
            }
            ty => {
                let message = format!("`for` cannot iterate over `{ty}`");
                self.report(
                    Diagnostic::new(Code::NotIterable, span, message)
                        .help("iterate over `range(...)`, an array with dimensions, or a tuple"),
                )
            }
        }
    }

    /// `start + place * step`, which is between start and stop and so cannot overflow.
    fn range_sequence(&mut self, args: &[hir::Expr], place: Expr, span: Span) -> Typed<Sequence> {
        let mut before = Vec::new();
        let [start, stop, step] = self.range(args, span)?.map(|arg| self.aside(arg, &mut before));
        let is = |value: &Expr, number| value.int_literal() == Some(number);
        if is(&start, 0) && is(&step, 1) {
            return Ok(Sequence { before, length: stop, each: Vec::new(), item: place });
        }
        let length = vec![start.clone(), stop, step.clone()];
        let length = self.library_call("range_length", length, true, span)?;
        let length = self.aside(length, &mut before);
        let steps = match is(&step, 1) {
            true => place,
            false => arithmetic(ir::BinaryOp::Mul, place, step, span),
        };
        let item = arithmetic(ir::BinaryOp::Add, start, steps, span);
        Ok(Sequence { before, length, each: Vec::new(), item })
    }

    /// The elements of an array, or views of what stands at each index of its first dimension. The
    /// body may give the array's name to another array.
    fn array_sequence(&mut self, array: Expr, ty: ArrayType, place: Expr) -> Sequence {
        let span = array.span;
        let mut before = Vec::new();
        let array = self.aside(array, &mut before);
        let length = Expr::new(ExprKind::Extent(Box::new(array.clone()), 0), Type::INT, span);
        let length = self.aside(length, &mut before);
        Sequence { before, length, each: Vec::new(), item: row(array, ty, place, span) }
    }

    /// The items of a tuple in their common type.
    fn tuple_sequence(&mut self, tuple: Expr, place: Expr) -> Typed<Sequence> {
        let span = tuple.span;
        let (before, items) = self.set_aside(tuple);
        let length = int(items.len() as i128, span);
        let item = self.item_at(items, place, span)?;
        Ok(Sequence { before, length, each: Vec::new(), item })
    }

    /// `enumerate(inner, start)`.
    fn enumerated(
        &mut self,
        args: &[hir::Expr],
        keywords: &[hir::Keyword],
        place: Expr,
        span: Span,
    ) -> Typed<Sequence> {
        let (inner, start) = match (args, keywords) {
            ([inner], []) => (inner, None),
            ([inner, start], []) => (inner, Some(start)),
            ([inner], [keyword]) if keyword.name == "start" => (inner, Some(&keyword.value)),
            _ => {
                return self.wrong_iterator(
                    "enumerate",
                    args,
                    keywords,
                    "`enumerate(t)` or `enumerate(t, 1)`",
                    span,
                );
            }
        };
        let mut sequence = self.sequence(inner, place.clone())?;
        let number = match start {
            None => place,
            Some(start) => {
                let start = self.range_argument(start)?;
                let start = self.aside(start, &mut sequence.before);
                let sum = vec![place, start];
                Self::operation(Operation::Checked(ir::BinaryOp::Add), sum, Type::INT, span)
            }
        };
        sequence.item = packed(vec![number, sequence.item], span);
        Ok(sequence)
    }

    /// `zip(a, b)`: tuples of items, as many as the shortest has.
    fn zipped(
        &mut self,
        args: &[hir::Expr],
        keywords: &[hir::Keyword],
        place: Expr,
        span: Span,
    ) -> Typed<Sequence> {
        if args.is_empty() || !keywords.is_empty() {
            return self.wrong_iterator("zip", args, keywords, "`zip(a, b)`", span);
        }
        let inner: Vec<Typed<Sequence>> = args.iter().map(|arg| self.sequence(arg, place.clone())).collect();
        let mut zip = Sequence { before: Vec::new(), length: place, each: Vec::new(), item: int(0, span) };
        let (mut items, mut shortest) = (Vec::new(), None);
        for sequence in inner {
            let sequence = sequence?;
            zip.before.extend(sequence.before);
            zip.each.extend(sequence.each);
            items.push(sequence.item);
            shortest = Some(match shortest {
                None => sequence.length,
                Some(length) => self.shorter(length, sequence.length, span)?,
            });
        }
        zip.length = self.aside(shortest.ok_or(Stop)?, &mut zip.before);
        zip.item = packed(items, span);
        Ok(zip)
    }

    fn shorter(&mut self, a: Expr, b: Expr, span: Span) -> Typed {
        match (a.int_literal(), b.int_literal()) {
            (Some(a), Some(b)) => Ok(int(a.min(b), span)),
            _ => self.library_call("minimum", vec![a, b], false, span),
        }
    }

    /// `reversed(inner)`: the places from the last one.
    fn reversed(
        &mut self,
        args: &[hir::Expr],
        keywords: &[hir::Keyword],
        place: Expr,
        span: Span,
    ) -> Typed<Sequence> {
        let ([inner], []) = (args, keywords) else {
            return self.wrong_iterator("reversed", args, keywords, "`reversed(range(n))`", span);
        };
        if let Some((name @ ("enumerate" | "zip" | "reversed"), ..)) = builtin_call(inner) {
            let message = format!("`{name}(...)` cannot be reversed");
            return self.report(
                Diagnostic::new(Code::NotIterable, inner.span, message)
                    .help("reverse what it iterates over: `zip(reversed(a), reversed(b))`"),
            );
        }
        let back = self.temporary(Type::INT);
        let mut sequence = self.sequence(inner, variable(back, Type::INT, span))?;
        let last = arithmetic(ir::BinaryOp::Sub, sequence.length.clone(), int(1, span), span);
        let from_end = arithmetic(ir::BinaryOp::Sub, last, place, span);
        sequence.each.insert(0, StmtKind::Assign(back, from_end));
        Ok(sequence)
    }

    pub(super) fn wrong_iterator<T>(
        &mut self,
        name: &str,
        args: &[hir::Expr],
        keywords: &[hir::Keyword],
        form: &str,
        span: Span,
    ) -> Typed<T> {
        let message = match keywords.first() {
            Some(keyword) => format!("`{name}` with `{}` is not supported in this version", keyword.name),
            None => format!("`{name}` is not called so: {}", given(args.len())),
        };
        self.report(Diagnostic::new(Code::ArgumentMismatch, span, message).help(format!("write {form}")))
    }
}

/// The builtin that an expression calls.
fn builtin_call(expr: &hir::Expr) -> Option<BuiltinCall<'_>> {
    let hir::ExprKind::Call { callee, args, keywords } = &expr.kind else { return None };
    match &callee.kind {
        hir::ExprKind::Builtin(name) => Some((name, args, keywords)),
        _ => None,
    }
}
