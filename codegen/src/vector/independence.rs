//! Whether iterations of a loop read or write elements that others write.
//!
//! Two accesses of one array meet in one iteration alone if along some dimension both have an index
//! that is the loop's counter times the same number, not 0, plus the same value, which no iteration changes.
//! Only iterations that are done together count, which are few: no product of theirs comes around.

use std::collections::{BTreeMap, BTreeSet};

use super::refusal::{Refusal, Why};
use super::survey::Survey;
use crate::ir::construct::{binary, int};
use crate::ir::roots::{self, Maker};
use crate::ir::{Axis, BinaryOp, Const, Expr, Function, LocalId, Module, Scalar, Stmt, StmtKind, visit};
use crate::source::Span;

/// Refuses a loop whose iterations may meet.
pub(super) fn check(
    origins: &Origins,
    (var, body): (LocalId, &[Stmt]),
    survey: &Survey,
) -> Result<(), Refusal> {
    let mut accesses = Vec::new();
    let definitions = definitions(body, survey);
    let context = Context { var, survey, definitions: &definitions };
    visit::walk(body, &mut |stmt| match &stmt.kind {
        StmtKind::Load { view, index, .. } => accesses.push(context.access(*view, index, stmt.span, false)),
        StmtKind::Store { view, index, .. } => accesses.push(context.access(*view, index, stmt.span, true)),
        _ => {}
    });
    for store in accesses.iter().filter(|access| access.writes) {
        if !store.index.iter().any(|index| index.as_ref().is_some_and(Linear::moves)) {
            return Err(Refusal { why: Why::OneElement, span: store.span });
        }
        for other in &accesses {
            let apart = !origins.meet(store.view, other.view) || store.one_iteration(other);
            if !apart {
                return Err(Refusal { why: Why::Meets, span: other.span });
            }
        }
    }
    Ok(())
}

/// Where the views of a function come from.
pub(super) struct Origins {
    params: Vec<BTreeSet<usize>>,
    makers: Vec<BTreeSet<Maker>>,
}

impl Origins {
    /// Of a function with its body.
    pub(super) fn of(module: &Module, function: &Function) -> Origins {
        Origins { params: roots::of_views(function, module), makers: roots::makers(function, module) }
    }

    /// Whether two views may be parts of the same memory.
    pub(super) fn meet(&self, left: LocalId, right: LocalId) -> bool {
        let [left, right] = [left, right].map(|view| view.0 as usize);
        let made = !self.makers[left].is_disjoint(&self.makers[right]);
        left == right || made || !self.params[left].is_disjoint(&self.params[right])
    }
}

/// An access of an array.
struct Access {
    view: LocalId,
    /// Along each dimension, if it is known.
    index: Vec<Option<Linear>>,
    span: Span,
    writes: bool,
}

impl Access {
    /// Whether only iterations that are the same one can meet here.
    fn one_iteration(&self, other: &Access) -> bool {
        let same = |(left, right): (&Option<Linear>, &Option<Linear>)| {
            left.as_ref().is_some_and(Linear::moves) && left == right
        };
        self.view == other.view && self.index.iter().zip(&other.index).any(same)
    }
}

/// `factor * counter + rest`.
#[derive(Clone, PartialEq, Eq)]
struct Linear {
    factor: i64,
    rest: Expr,
}

/// What locals are that the body assigns once.
type Definitions = BTreeMap<LocalId, Expr>;

fn definitions(body: &[Stmt], survey: &Survey) -> Definitions {
    let mut definitions = Definitions::new();
    visit::walk(body, &mut |stmt| {
        if let StmtKind::Assign { local, value } = &stmt.kind
            && survey.assignments(*local) == 1
        {
            definitions.insert(*local, value.clone());
        }
    });
    definitions
}

struct Context<'a> {
    var: LocalId,
    survey: &'a Survey,
    definitions: &'a Definitions,
}

impl Context<'_> {
    /// An access, of the view that the accessed one is a part of where that is known.
    fn access(&self, view: LocalId, index: &[Expr], span: Span, writes: bool) -> Access {
        let (mut view, mut index) = (view, index.iter().map(|index| self.linear(index)).collect::<Vec<_>>());
        while let Some(value) = self.definitions.get(&view) {
            match value {
                Expr::Local(of) | Expr::OfLayout { view: of, .. } => view = *of,
                Expr::Transpose { view: of } => {
                    view = *of;
                    index.reverse();
                }
                Expr::SubView { view: of, axes } => {
                    view = *of;
                    index = self.whole(axes, &index);
                }
                _ => break,
            }
        }
        Access { view, index, span, writes }
    }

    /// The index in a view of what has an index in a part of it.
    fn whole(&self, axes: &[Axis], index: &[Option<Linear>]) -> Vec<Option<Linear>> {
        let mut index = index.iter().cloned();
        let mut whole = Vec::new();
        for axis in axes {
            match axis {
                Axis::Index(at) => whole.push(self.linear(at)),
                Axis::Whole => whole.push(index.next().flatten()),
                Axis::Slice { start, step, .. } => {
                    let at = index.next().flatten();
                    let at = at.zip(constant(step)).map(|(at, step)| at.times(step));
                    whole.push(at.zip(self.linear(start)).map(|(at, start)| at.plus(start, BinaryOp::Add)));
                }
                Axis::New => drop(index.next()),
            }
        }
        whole
    }

    fn linear(&self, expr: &Expr) -> Option<Linear> {
        if self.survey.is_invariant(expr) {
            return Some(Linear { factor: 0, rest: expr.clone() });
        }
        match expr {
            Expr::Local(local) if *local == self.var => Some(Linear { factor: 1, rest: int(0) }),
            Expr::Local(local) => self.linear(self.definitions.get(local)?),
            Expr::Binary { op: op @ (BinaryOp::Add | BinaryOp::Sub), left, right } => {
                Some(self.linear(left)?.plus(self.linear(right)?, *op))
            }
            Expr::Binary { op: BinaryOp::Mul, left, right } => match (constant(left), constant(right)) {
                (_, Some(factor)) => Some(self.linear(left)?.times(factor)),
                (Some(factor), _) => Some(self.linear(right)?.times(factor)),
                _ => None,
            },
            _ => None,
        }
    }
}

impl Linear {
    /// Whether it is another one in each of a few neighbouring iterations.
    fn moves(&self) -> bool {
        self.factor != 0 && self.factor.unsigned_abs() < 1 << 48
    }

    fn plus(self, other: Linear, op: BinaryOp) -> Linear {
        let zero = int(0);
        let factor = match op {
            BinaryOp::Sub => self.factor.wrapping_sub(other.factor),
            _ => self.factor.wrapping_add(other.factor),
        };
        let rest = match (op, self.rest, other.rest) {
            (_, rest, other) if other == zero => rest,
            (BinaryOp::Add, rest, other) if rest == zero => other,
            (op, rest, other) => binary(op, rest, other),
        };
        Linear { factor, rest }
    }

    fn times(self, factor: i64) -> Linear {
        let rest = match self.rest == int(0) || factor == 1 {
            true => self.rest,
            false => binary(BinaryOp::Mul, self.rest, int(factor)),
        };
        Linear { factor: self.factor.wrapping_mul(factor), rest }
    }
}

fn constant(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::Const(Const::Int(Scalar::I64, value)) => i64::try_from(*value).ok(),
        _ => None,
    }
}
