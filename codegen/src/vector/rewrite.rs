//! Rewrites a loop's body to lanes.
//!
//! Which locals differ among the lanes depends on which conditions do, and the other way round. So a body
//! is rewritten under assumptions ([`Facts`]), starting with none; what is found against them joins
//! them, and the body is rewritten again. Facts only grow.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::expression::Number;
use super::liveness::{Liveness, Locals};
use super::reduction::Reduction;
use super::refusal::{Refusal, Why};
use super::shape::{self, Shape};
use super::survey::Survey;
use crate::ir::construct::{and, binary, boolean, compare, int, integer, select, unary};
use crate::ir::elements::zero_of;
use crate::ir::{
    Axis, BinaryOp, CompareOp, Conversion, Expr, Function, Label, Lanes, Local, LocalId, Scalar, Stmt,
    StmtKind, Type, UnaryOp,
};
use crate::source::Span;

/// So many operations on lanes cost less than asking whether any lane needs them.
const CHEAPER_THAN_A_BRANCH: usize = 8;

/// What is assumed of a body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// The shapes of the locals that are assigned.
    shapes: BTreeMap<LocalId, Shape>,
    /// The loops in which lanes come to rest while others go on.
    pub(super) narrowed: BTreeSet<Label>,
    /// The constructs that some lanes leave for a place behind an outer one.
    pub(super) crossed: BTreeSet<Label>,
}

/// The lanes for which statements are done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Live {
    /// All.
    All,
    /// Those of a mask.
    Mask(LocalId),
    /// None: they have all left for a place behind.
    None,
    /// None, and control does not come here.
    Gone,
}

/// A construct that is being rewritten.
pub(super) struct Open {
    /// Its label in the loop of single numbers.
    pub(super) label: Label,
    /// Its label here.
    pub(super) new: Label,
    /// The lanes for which its body begins.
    pub(super) live: Live,
    /// The lanes that have left it for the place behind it, where that is to be known.
    pub(super) left: Option<LocalId>,
}

/// The locals of which lanes that are at rest may need the value.
pub(super) struct Protected {
    pub(super) locals: Rc<Locals>,
    /// The lanes for which nothing of that holds: those that the construct began with.
    pub(super) live: Live,
}

/// The body of a loop.
#[derive(Clone, Copy)]
pub(super) struct Body<'a> {
    pub(super) function: &'a Function,
    pub(super) survey: &'a Survey,
    pub(super) liveness: &'a Liveness,
    pub(super) reductions: &'a [Reduction],
    /// The loop's counter.
    pub(super) var: LocalId,
    pub(super) body: &'a [Stmt],
    /// How many lanes there are.
    pub(super) count: u32,
    /// The loop's bound, where iterations from there on are among the lanes: they are masked out.
    pub(super) hi: Option<&'a Expr>,
    /// Whether elements along the last dimension of all views from outside of the loop are neighbours.
    pub(super) adjacent: bool,
    /// Whether an instruction loads lanes that are no neighbours.
    pub(super) gathers: bool,
}

/// A body on lanes.
pub(super) struct Rewritten {
    pub(super) body: Vec<Stmt>,
    /// What it adds to the function's locals.
    pub(super) locals: Vec<Local>,
    /// How many labels the function has with it.
    pub(super) n_labels: u32,
    /// The counter of the first lane.
    pub(super) first: LocalId,
    /// Leaving it ends the loop before this group of iterations.
    pub(super) bail: Label,
    /// The views and their dimensions along which elements are taken to be neighbours.
    pub(super) adjacent: BTreeSet<(LocalId, usize)>,
    /// Each variable that collects, with the lanes of all groups that are done, and those of this one.
    pub(super) collected: Vec<(Reduction, LocalId, LocalId)>,
    /// How much lanes save, against single numbers.
    pub(super) gain: i64,
    /// How many lanes there are.
    pub(super) count: u32,
    /// Which of them are iterations of the loop, where not all are.
    pub(super) mask: Option<LocalId>,
}

/// Rewrites the body of a loop.
pub(super) fn body(body: Body<'_>) -> Result<Rewritten, Refusal> {
    let mut facts = Facts::default();
    loop {
        let mut rewrite = Rewrite::new(body, &facts);
        let mut out = Vec::new();
        let live = rewrite.iterations(&mut out);
        rewrite.statements(body.body, live, &mut out);
        if rewrite.found == facts {
            return match rewrite.refusal.take() {
                Some(refusal) => Err(refusal),
                None => Ok(rewrite.finish(out)),
            };
        }
        facts = rewrite.found;
    }
}

pub(super) struct Rewrite<'a> {
    pub(super) on: Body<'a>,
    pub(super) facts: &'a Facts,
    /// The facts, with what was found against them.
    pub(super) found: Facts,
    pub(super) refusal: Option<Refusal>,
    locals: Vec<Local>,
    n_labels: u32,
    first: LocalId,
    bail: Label,
    /// The locals whose values are lanes, with those.
    pub(super) lanes: BTreeMap<LocalId, LocalId>,
    /// Those of them that may keep a value from before, or are assigned in a branch or a loop.
    kept: BTreeSet<LocalId>,
    /// How many branches and loops are around the statement at hand.
    depth: u32,
    /// The views that differ among the lanes: the view that each is a part of, and the part.
    pub(super) views: BTreeMap<LocalId, (LocalId, Vec<Part>)>,
    pub(super) open: Vec<Open>,
    pub(super) protected: Vec<Protected>,
    pub(super) adjacent: BTreeSet<(LocalId, usize)>,
    collected: Vec<(Reduction, LocalId, LocalId)>,
    pub(super) gain: i64,
    pub(super) span: Span,
    mask: Option<LocalId>,
}

/// What becomes of a dimension in a view that differs among the lanes.
#[derive(Clone)]
pub(super) enum Part {
    Index(Number),
    Whole,
    Slice { start: Number, extent: Expr, step: Expr },
    New,
}

impl<'a> Rewrite<'a> {
    fn new(on: Body<'a>, facts: &'a Facts) -> Self {
        let mut rewrite = Rewrite {
            on,
            facts,
            found: facts.clone(),
            refusal: None,
            locals: Vec::new(),
            n_labels: on.function.n_labels + 1,
            first: LocalId(0),
            bail: Label(on.function.n_labels),
            lanes: BTreeMap::new(),
            kept: BTreeSet::new(),
            depth: 0,
            views: BTreeMap::new(),
            open: Vec::new(),
            protected: Vec::new(),
            adjacent: BTreeSet::new(),
            collected: Vec::new(),
            gain: 0,
            mask: None,
            span: on.body.first().map_or(Span::default(), |stmt| stmt.span),
        };
        rewrite.first = rewrite.add("first", Type::Scalar(Scalar::I64));
        rewrite.begin_reductions();
        rewrite
    }

    /// Lanes that may keep a value have one from the start.
    fn finish(self, body: Vec<Stmt>) -> Rewritten {
        let span = self.span;
        let mut whole = Vec::with_capacity(self.lanes.len() + body.len());
        for (local, lanes) in self.lanes.iter().filter(|(local, _)| self.kept.contains(local)) {
            let Type::Scalar(scalar) = self.on.function.ty(*local) else { continue };
            let collects = self.collected.iter().find(|(reduction, ..)| reduction.local == *local);
            let value = match collects {
                Some((_, all, _)) => Expr::Local(*all),
                None => self.splat(Expr::Const(zero_of(scalar))),
            };
            whole.push(Stmt { kind: StmtKind::Assign { local: *lanes, value }, span });
        }
        whole.extend(body);
        Rewritten {
            body: whole,
            locals: self.locals,
            n_labels: self.n_labels,
            first: self.first,
            bail: self.bail,
            adjacent: self.adjacent,
            collected: self.collected,
            gain: self.gain,
            count: self.on.count,
            mask: self.mask,
        }
    }

    /// The lanes that are iterations of the loop.
    fn iterations(&mut self, out: &mut Vec<Stmt>) -> Live {
        let Some(hi) = self.on.hi else { return Live::All };
        // There is at least one; more than the lanes are as good as these, and do not overflow.
        let count = self.on.count;
        let left = binary(BinaryOp::Sub, hi.clone(), Expr::Local(self.first));
        let unsigned =
            |value: Expr| Expr::Convert { to: Scalar::U64, how: Conversion::Wrap, value: Box::new(value) };
        let few = compare(CompareOp::Lt, unsigned(left.clone()), integer(Scalar::U64, count.into()));
        let left = select(few, left, int(count.into()));
        let numbers = Expr::LaneNumbers { count };
        let mask = self.new_mask("iterations", compare(CompareOp::Lt, numbers, self.splat(left)), out);
        self.mask = Some(mask);
        Live::Mask(mask)
    }

    /// Variables that collect are lanes, and keep what they have while lanes are at rest.
    fn begin_reductions(&mut self) {
        let mut locals = Locals::default();
        for reduction in self.on.reductions {
            locals.insert(reduction.local);
            self.give(reduction.local, Shape::Varying);
            self.kept.insert(reduction.local);
            let lanes = self.lanes_of(reduction.local);
            let Type::Lanes(Lanes { scalar, .. }) = self.locals[self.locals.len() - 1].ty else { continue };
            let all = self.add_lanes("all", scalar);
            self.collected.push((*reduction, all, lanes));
        }
        self.protected.push(Protected { locals: Rc::new(locals), live: Live::All });
    }

    /// Adds a local.
    pub(super) fn add(&mut self, name: &str, ty: Type) -> LocalId {
        self.locals.push(Local { name: name.into(), ty });
        LocalId((self.on.function.locals.len() + self.locals.len() - 1) as u32)
    }

    pub(super) fn add_lanes(&mut self, name: &str, scalar: Scalar) -> LocalId {
        let count = self.on.count;
        self.add(name, Type::Lanes(Lanes { scalar, count }))
    }

    pub(super) fn add_label(&mut self) -> Label {
        self.n_labels += 1;
        Label(self.n_labels - 1)
    }

    /// The counter of the first lane.
    pub(super) const fn first(&self) -> LocalId {
        self.first
    }

    pub(super) const fn bail(&self) -> Label {
        self.bail
    }

    pub(super) fn refuse(&mut self, why: Why) {
        let span = self.span;
        self.refusal.get_or_insert(Refusal { why, span });
    }

    pub(super) fn stmt(&self, kind: StmtKind) -> Stmt {
        Stmt { kind, span: self.span }
    }

    pub(super) fn assign(&self, local: LocalId, value: Expr) -> Stmt {
        self.stmt(StmtKind::Assign { local, value })
    }

    /// The shape of a local.
    pub(super) fn shape_of(&self, local: LocalId) -> Shape {
        match self.facts.shapes.get(&local) {
            Some(shape) => *shape,
            None if local == self.on.var => Shape::Strided(1),
            None => Shape::Uniform,
        }
    }

    pub(super) fn shape(&self, expr: &Expr) -> Shape {
        shape::of(expr, &|local| self.shape_of(local))
    }

    /// Notes the shape that a local is given.
    pub(super) fn give(&mut self, local: LocalId, shape: Shape) {
        let fact = self.found.shapes.entry(local).or_insert(shape);
        *fact = fact.join(shape);
    }

    /// Whether lanes that are at rest may need the value that a local has.
    pub(super) fn is_protected(&self, local: LocalId, live: Live) -> bool {
        let needs = |protected: &Protected| protected.live != live && protected.locals.contains(local);
        self.protected.iter().any(needs)
    }

    /// The lanes of a local.
    pub(super) fn lanes_of(&mut self, local: LocalId) -> LocalId {
        if let Some(lanes) = self.lanes.get(&local) {
            return *lanes;
        }
        let Type::Scalar(scalar) = self.on.function.ty(local) else {
            unreachable!("bug in pykernel: an array becomes lanes")
        };
        let name = self.on.function.locals[local.0 as usize].name.clone();
        let lanes = self.add_lanes(&name, scalar);
        self.lanes.insert(local, lanes);
        lanes
    }

    /// Sets a local to a value on some of the lanes.
    pub(super) fn set_lanes(&mut self, local: LocalId, value: Expr, live: Live, out: &mut Vec<Stmt>) {
        let lanes = self.lanes_of(local);
        if self.depth > 0 {
            self.kept.insert(local);
        }
        let value = match (self.is_protected(local, live), live) {
            (true, Live::Mask(mask)) => select(Expr::Local(mask), value, Expr::Local(lanes)),
            _ => value,
        };
        out.push(self.assign(lanes, value));
    }

    pub(super) fn splat(&self, value: Expr) -> Expr {
        Expr::Splat { count: self.on.count, value: Box::new(value) }
    }

    /// The mask of some lanes.
    pub(super) fn mask(&self, live: Live) -> Expr {
        match live {
            Live::All => self.splat(boolean(true)),
            Live::Mask(mask) => Expr::Local(mask),
            Live::None | Live::Gone => self.splat(boolean(false)),
        }
    }

    /// Those of the lanes for which a mask holds too.
    pub(super) fn narrowed(&self, live: Live, mask: Expr) -> Expr {
        match live {
            Live::All => mask,
            Live::Mask(_) => binary(BinaryOp::And, self.mask(live), mask),
            Live::None | Live::Gone => self.mask(live),
        }
    }

    pub(super) fn any(&self, mask: Expr) -> Expr {
        Expr::AnyLane { mask: Box::new(mask) }
    }

    /// A new mask with a value.
    pub(super) fn new_mask(&mut self, name: &str, value: Expr, out: &mut Vec<Stmt>) -> LocalId {
        let mask = self.add_lanes(name, Scalar::Bool);
        out.push(self.assign(mask, value));
        mask
    }

    /// Statements, for some of the lanes; gives the lanes that come out. Where lanes have come to rest,
    /// what follows is done only while there are others: it may read memory.
    pub(super) fn block(&mut self, body: &[Stmt], live: Live, out: &mut Vec<Stmt>) -> Live {
        self.depth += 1;
        let after = self.statements(body, live, out);
        self.depth -= 1;
        after
    }

    /// The statements of a block.
    pub(super) fn statements(&mut self, body: &[Stmt], live: Live, out: &mut Vec<Stmt>) -> Live {
        for (index, stmt) in body.iter().enumerate() {
            self.span = stmt.span;
            let after = self.statement(stmt, live, out);
            match after {
                Live::None | Live::Gone => return after,
                Live::Mask(mask) if after != live && !is_plain(&body[index + 1..]) => {
                    return self.rest(&body[index + 1..], mask, out);
                }
                _ if after != live => return self.statements(&body[index + 1..], after, out),
                _ => {}
            }
        }
        live
    }

    /// Statements that are done only if there are lanes.
    fn rest(&mut self, body: &[Stmt], mask: LocalId, out: &mut Vec<Stmt>) -> Live {
        let (live, mut inner) = (Live::Mask(mask), Vec::new());
        let ended = self.block(body, live, &mut inner);
        let after = match ended {
            _ if ended == live => live,
            _ => {
                let after = self.new_mask("live", Expr::Local(mask), out);
                if ended != Live::Gone {
                    inner.push(self.assign(after, self.mask(ended)));
                }
                Live::Mask(after)
            }
        };
        let cond = self.any(Expr::Local(mask));
        out.push(self.stmt(StmtKind::If { cond, then: inner, otherwise: Vec::new() }));
        after
    }

    fn statement(&mut self, stmt: &Stmt, live: Live, out: &mut Vec<Stmt>) -> Live {
        match &stmt.kind {
            StmtKind::Assign { local, value } => self.assignment(*local, value, live, out),
            StmtKind::Load { local, view, index, part } => {
                self.load(*local, (*view, index, *part), live, out);
            }
            StmtKind::Store { view, index, part, value } => {
                self.store((*view, index, *part), value, live, out);
            }
            StmtKind::Check { cond, .. } => self.check(cond, live, out),
            StmtKind::Raise(_) => {
                out.push(self.stmt(StmtKind::Exit(self.bail)));
                return Live::Gone;
            }
            StmtKind::Call { results, function, args, place, .. } => {
                self.call((results, *function, args, place), live, out);
            }
            StmtKind::If { cond, then, otherwise } => {
                return self.branch(stmt, (cond, then, otherwise), live, out);
            }
            StmtKind::Exit(label) => return self.exit(*label, live, out),
            StmtKind::Block { .. } | StmtKind::Loop { .. } | StmtKind::For { .. } => {
                return self.labelled(stmt, live, out);
            }
            StmtKind::Parallel { .. }
            | StmtKind::Record(_)
            | StmtKind::Print(_)
            | StmtKind::Allocate { .. }
            | StmtKind::Reserve { .. }
            | StmtKind::Together { .. }
            | StmtKind::Atomic { .. }
            | StmtKind::LoadLanes { .. }
            | StmtKind::StoreLanes { .. }
            | StmtKind::CallLanes { .. }
            | StmtKind::Retain(_)
            | StmtKind::Release(_) => unreachable!("bug in pykernel: a loop that was refused is rewritten"),
        }
        live
    }

    fn assignment(&mut self, local: LocalId, value: &Expr, live: Live, out: &mut Vec<Stmt>) {
        if let Type::View(_) = self.on.function.ty(local) {
            return self.view(local, value, live, out);
        }
        self.gain += self.gain_of(value);
        let shape = if self.is_protected(local, live) { Shape::Varying } else { self.shape(value) };
        self.give(local, shape);
        match self.shape_of(local) {
            Shape::Varying => {
                let value = self.lanes(value);
                self.set_lanes(local, value, live, out);
            }
            Shape::Uniform | Shape::Strided(_) => {
                let value = self.uniform(value);
                out.push(self.assign(local, value));
            }
        }
    }

    /// A view: the same for all lanes, or a part that is remembered for what reads and writes there.
    fn view(&mut self, local: LocalId, value: &Expr, live: Live, out: &mut Vec<Stmt>) {
        let shape = self.shape(value);
        if self.on.survey.assignments(local) != 1
            && (shape != Shape::Uniform || self.is_protected(local, live))
        {
            return self.refuse(Why::ArrayChosen);
        }
        self.give(local, shape);
        if shape == Shape::Uniform {
            let value = self.uniform(value);
            return out.push(self.assign(local, value));
        }
        let part = match value {
            Expr::SubView { view, axes } => {
                let axes = axes.iter().map(|axis| self.part(axis, out)).collect();
                Some((*view, axes))
            }
            Expr::Local(view) | Expr::OfLayout { view, .. } => self.views.get(view).cloned(),
            Expr::Transpose { .. } => None,
            _ => None,
        };
        match part {
            Some(part) => drop(self.views.insert(local, part)),
            None => self.refuse(Why::ArrayChosen),
        }
    }

    fn part(&mut self, axis: &Axis, out: &mut Vec<Stmt>) -> Part {
        match axis {
            Axis::Index(index) => Part::Index(self.saved(index, out)),
            Axis::Whole => Part::Whole,
            Axis::Slice { start, extent, step } => {
                if [extent, step].into_iter().any(|expr| self.shape(expr) != Shape::Uniform) {
                    self.refuse(Why::Layout);
                }
                let [extent, step] = [extent, step].map(|expr| match self.saved(expr, out) {
                    Number::Single { value, .. } => value,
                    Number::Lanes(_) => expr.clone(),
                });
                Part::Slice { start: self.saved(start, out), extent, step }
            }
            Axis::New => Part::New,
        }
    }

    /// A number that keeps its value whatever is assigned later.
    fn saved(&mut self, expr: &Expr, out: &mut Vec<Stmt>) -> Number {
        match self.number(expr) {
            Number::Single { value, step } => {
                let local = self.add("at", Type::Scalar(Scalar::I64));
                out.push(self.assign(local, value));
                Number::Single { value: Expr::Local(local), step }
            }
            Number::Lanes(value) => {
                let local = self.add_lanes("at", Scalar::I64);
                out.push(self.assign(local, value));
                Number::Lanes(Expr::Local(local))
            }
        }
    }

    /// Lanes for which a check fails end the loop before this group of iterations.
    fn check(&mut self, cond: &Expr, live: Live, out: &mut Vec<Stmt>) {
        let fails = match self.shape(cond) {
            Shape::Uniform => unary(UnaryOp::Not, self.uniform(cond)),
            Shape::Strided(_) | Shape::Varying => match self.ends_in_bounds(cond, live) {
                Some(holds) => unary(UnaryOp::Not, holds),
                None => {
                    self.gain += self.gain_of(cond);
                    let fails = unary(UnaryOp::Not, self.lanes(cond));
                    let fails = self.narrowed(live, fails);
                    self.any(fails)
                }
            },
        };
        let then = vec![self.stmt(StmtKind::Exit(self.bail))];
        out.push(self.stmt(StmtKind::If { cond: fails, then, otherwise: Vec::new() }));
    }

    /// Whether an index that grows from lane to lane is in bounds, which it is if its ends are.
    fn ends_in_bounds(&mut self, cond: &Expr, live: Live) -> Option<Expr> {
        let Expr::InBounds { index, extent } = cond else { return None };
        let (Shape::Strided(step), Shape::Uniform, Live::All) = (self.shape(index), self.shape(extent), live)
        else {
            return None;
        };
        let (first, extent) = (self.uniform(index), self.uniform(extent));
        let reach = step.checked_mul(i64::from(self.on.count) - 1)?;
        let last = binary(BinaryOp::Add, first.clone(), int(reach));
        let inside =
            |index: Expr| Expr::InBounds { index: Box::new(index), extent: Box::new(extent.clone()) };
        Some(and(inside(first), inside(last)))
    }
}

/// Whether statements only compute, and little: lanes that are at rest may as well.
pub(super) fn is_plain(body: &[Stmt]) -> bool {
    let operations = body.iter().map(|stmt| match &stmt.kind {
        StmtKind::Assign { value, .. } => Some(operations(value)),
        _ => None,
    });
    operations.sum::<Option<usize>>().is_some_and(|operations| operations <= CHEAPER_THAN_A_BRANCH)
}

/// How many operations an expression has.
fn operations(expr: &Expr) -> usize {
    let mut total = usize::from(!matches!(expr, Expr::Local(_) | Expr::Const(_)));
    expr.operands(&mut |operand| total += operations(operand));
    total
}
