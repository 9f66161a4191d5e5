//! Puts a loop together: first groups of iterations on lanes, then what is left, one by one.
//!
//! ```text
//! next = lo
//! for first in lo..hi - (lanes - 1) by lanes {   # leaving it leaves this group undone
//!     …
//!     next = first + lanes
//! }
//! for var in next..hi { … }
//! ```
//!
//! Where elements lie next to each other only for some callers, there are two loops on lanes, and a
//! test before them.

use std::collections::BTreeSet;

use super::liveness::Liveness;
use super::pressure::is_crowded;
use super::reduction::Reduction;
use super::refusal::{Refusal, Why};
use super::rewrite::{self, Body, Rewritten};
use super::survey::{self, Survey};
use super::{Stage, apart, counted, independence};
use crate::ir::construct::{and, binary, compare, int, select};
use crate::ir::{
    BinaryOp, CompareOp, Const, Expr, Function, Lanes, LocalId, Scalar, Stmt, StmtKind, Type, visit,
};
use crate::source::Span;

/// What lanes must save at least where elements do not lie next to each other.
const WORTH: i64 = 8;

/// How many iterations are worth lanes, where they are known to be no more.
const FEWEST: u32 = 4;

/// A loop.
struct For<'a> {
    var: LocalId,
    lo: &'a Expr,
    hi: &'a Expr,
    body: &'a [Stmt],
    /// The loop as it stands in the function.
    stmt: &'a Stmt,
    span: Span,
}

/// A loop on lanes with what is left of it, and the number of lanes.
pub(super) fn vectorised(stage: &mut Stage<'_>, stmt: &Stmt) -> Result<(u32, Vec<Stmt>), Refusal> {
    let StmtKind::For { label, var, lo, hi, step, independent, body } = &stmt.kind else {
        unreachable!("bug in pykernel: only `For` is made a loop on lanes")
    };
    let span = stmt.span;
    let refuse = |why| Err(Refusal { why, span });
    if *step != 1 {
        return refuse(Why::Step);
    }
    survey::check(stage.module, &stage.function, body)?;
    survey::can_repeat(body, &stage.origins)?;
    let survey = Survey::of(*var, body);
    let n_locals = stage.function.locals.len();
    // The rest begins when iterations have run, which may assign what the bound is made of.
    let keep = |function: &mut Function| function.add_local("bound", Type::Scalar(Scalar::I64));
    let kept = (!survey.is_invariant(hi)).then(|| keep(&mut stage.function));
    let bound = kept.map_or_else(|| hi.clone(), Expr::Local);
    let (written_out, locals) = counted::written_out(body, &survey, stage.function.locals.len());
    stage.function.locals.extend(locals);
    let on = For { var: *var, lo, hi: &bound, body: &written_out, stmt, span };
    match lanes(stage, &on, *independent) {
        Ok((count, mut stmts, next)) => {
            let keep = |local| Stmt { kind: StmtKind::Assign { local, value: hi.clone() }, span };
            stmts.splice(0..0, kept.map(keep));
            let (label, var, lo, hi) = (*label, *var, Expr::Local(next), bound);
            let (independent, body) = (*independent, body.clone());
            let rest = StmtKind::For { label, var, lo, hi, step: 1, independent, body };
            stmts.push(Stmt { kind: rest, span });
            Ok((count, stmts))
        }
        Err(refusal) => {
            stage.function.locals.truncate(n_locals);
            Err(refusal)
        }
    }
}

/// The loops on lanes: how many lanes, the statements, and the local with the first iteration that is left.
fn lanes(
    stage: &mut Stage<'_>,
    on: &For<'_>,
    independent: bool,
) -> Result<(u32, Vec<Stmt>, LocalId), Refusal> {
    let survey = Survey::of(on.var, on.body);
    let refuse = |why| Err(Refusal { why, span: on.span });
    let outliving = stage.liveness.after(on.stmt);
    let liveness = Liveness::of_loop(on.body, &outliving);
    let mut reductions = Vec::new();
    for carried in survey::carried(&survey, on.var, &liveness) {
        match Reduction::of(&stage.function, on.body, carried) {
            Some(reduction) => reductions.push(reduction),
            None => {
                let name = stage.function.locals[carried.0 as usize].name.clone();
                return refuse(Why::Carried(name));
            }
        }
    }
    // Nothing is carried: what is assigned once is read behind that alone.
    if !independent {
        independence::check(&stage.origins, (on.var, on.body), &survey)?;
    }
    let Some(mut count) = count(stage, on) else { return refuse(Why::Short) };
    let collects = |local| reductions.iter().any(|reduction: &Reduction| reduction.local == local);
    let keeps_last = survey.assigned().any(|local| outliving.contains(local) && !collects(local));
    let gathers = stage.lanes.gathers;
    let body = |function: &Function, adjacent, count, hi| {
        let (survey, liveness, reductions) = (&survey, &liveness, reductions.as_slice());
        let For { var, body, .. } = *on;
        rewrite::body(Body {
            function,
            survey,
            liveness,
            reductions,
            var,
            body,
            count,
            hi,
            adjacent,
            gathers,
        })
    };
    let mut groups = Groups::new(&mut stage.function, on, count, keeps_last);
    // Threads read and write as well what lies apart.
    let threads = stage.lanes.threads;
    let mut together = body(&stage.function, threads.is_none(), count, None)?;
    let crowded = |registers| is_crowded(&together, &stage.function, registers, widest(stage, on));
    if stage.lanes.registers.is_some_and(crowded) {
        count /= 2;
        groups.count = count;
        together = body(&stage.function, true, count, None)?;
    }
    // What is left is done by a mask, if it can be.
    let fewer =
        if keeps_last { None } else { stage.lanes.rest.and_then(|bits| rest_count(stage, on, count, bits)) };
    let rest = |stage: &mut Stage<'_>, groups: &Groups, adjacent| {
        let rewritten = fewer.and_then(|fewer| body(&stage.function, adjacent, fewer, Some(on.hi)).ok());
        rewritten.map_or(Vec::new(), |rewritten| groups.run_rest(stage, rewritten, on.hi))
    };
    if together.gain <= 0 && threads.is_none() {
        return refuse(Why::Nothing);
    }
    let adjacent = if threads.is_none() { together.adjacent.clone() } else { BTreeSet::new() };
    let mut stmts = groups.begin(on);
    let mut then = groups.run(stage, together);
    then.extend(rest(stage, &groups, threads.is_none()));
    if adjacent.is_empty() {
        stmts.extend(then);
    } else {
        let cond = are_adjacent(&stage.function, &adjacent);
        let scattered = body(&stage.function, false, count, None)?;
        let worth = scattered.gain >= WORTH;
        let mut otherwise = if worth { groups.run(stage, scattered) } else { Vec::new() };
        otherwise.extend(if worth { rest(stage, &groups, false) } else { Vec::new() });
        stmts.push(Stmt { kind: StmtKind::If { cond, then, otherwise }, span: on.span });
    }
    Ok((count, stmts, groups.next))
}

/// What the loops on lanes of one loop share.
struct Groups {
    count: u32,
    /// The first iteration that is not done.
    next: LocalId,
    /// The end of the groups' first iterations.
    end: LocalId,
    /// Whether the last iteration is left to single numbers, as its values outlive the loop.
    keeps_last: bool,
    span: Span,
}

impl Groups {
    fn new(function: &mut Function, on: &For<'_>, count: u32, keeps_last: bool) -> Groups {
        let mut add = |name: &str| function.add_local(name, Type::Scalar(Scalar::I64));
        Groups { count, next: add("next"), end: add("end"), keeps_last, span: on.span }
    }

    fn assign(&self, local: LocalId, value: Expr) -> Stmt {
        Stmt { kind: StmtKind::Assign { local, value }, span: self.span }
    }

    /// What stands before the loops. The end does not wrap: no loop that begins at its bound is run.
    fn begin(&self, on: &For<'_>) -> Vec<Stmt> {
        let short = i64::from(self.count) - i64::from(!self.keeps_last);
        let room = compare(CompareOp::Gt, on.hi.clone(), int(i64::MIN + short));
        let end = select(room, binary(BinaryOp::Sub, on.hi.clone(), int(short)), int(i64::MIN));
        vec![self.assign(self.next, on.lo.clone()), self.assign(self.end, end)]
    }

    /// A loop on lanes.
    fn run(&self, stage: &mut Stage<'_>, rewritten: Rewritten) -> Vec<Stmt> {
        let done = binary(BinaryOp::Add, Expr::Local(rewritten.first), int(self.count.into()));
        self.run_to(stage, rewritten, Expr::Local(self.end), done)
    }

    /// A loop on lanes for what is left, the last group by a mask.
    fn run_rest(&self, stage: &mut Stage<'_>, rewritten: Rewritten, hi: &Expr) -> Vec<Stmt> {
        let Some(mask) = rewritten.mask else { return Vec::new() };
        let done = binary(BinaryOp::Add, Expr::Local(rewritten.first), int(rewritten.count.into()));
        // Where the last lane is there, so are all iterations of the group.
        let last = Expr::Lane { lanes: Box::new(Expr::Local(mask)), lane: rewritten.count - 1 };
        let done = select(last, done, hi.clone());
        self.run_to(stage, rewritten, hi.clone(), done)
    }

    /// A loop on lanes, up to a bound; after a group that is `done` is the first iteration that is not done.
    fn run_to(&self, stage: &mut Stage<'_>, rewritten: Rewritten, hi: Expr, done: Expr) -> Vec<Stmt> {
        let Rewritten { mut body, locals, n_labels, first, bail, collected, count: lanes, .. } = rewritten;
        let n_locals = stage.function.locals.len();
        stage.function.locals.extend(locals);
        stage.function.n_labels = n_labels;
        let (count, lo) = (i64::from(lanes), Expr::Local(self.next));
        body.push(self.assign(self.next, done));
        let runs = compare(CompareOp::Lt, lo.clone(), hi.clone());
        let mut stmts = Vec::new();
        for (reduction, all, _) in &collected {
            let value = Expr::Splat { count: lanes, value: Box::new(reduction.identity()) };
            stmts.push(self.assign(*all, value));
        }
        // What a group has collected counts when it is done.
        body.extend(collected.iter().map(|(_, all, lanes)| self.assign(*all, Expr::Local(*lanes))));
        let kind = StmtKind::For { label: bail, var: first, lo, hi, step: count, independent: true, body };
        stmts.push(Stmt { kind, span: self.span });
        for (reduction, all, _) in &collected {
            stmts.extend(reduction.collected(*all, lanes).map(|value| self.assign(reduction.local, value)));
        }
        if stage.lanes.rest.is_some() && stage.lanes.threads.is_none() {
            let collected = collected.iter().map(|(reduction, ..)| reduction.local);
            let given: Vec<LocalId> = [self.next].into_iter().chain(collected).collect();
            let call = apart::called(stage, stmts, &given, self.span);
            // Nothing names the lanes here any more.
            stage.function.locals.truncate(n_locals);
            let kind = StmtKind::If { cond: runs, then: vec![call], otherwise: Vec::new() };
            return vec![Stmt { kind, span: self.span }];
        }
        stmts
    }
}

/// Whether the elements of views are neighbours along dimensions.
fn are_adjacent(function: &Function, views: &BTreeSet<(LocalId, usize)>) -> Expr {
    let conds = views.iter().map(|(view, axis)| {
        let size = match function.ty(*view) {
            Type::View(view) => view.element.size() as i64,
            ty => unreachable!("bug in pykernel: a {ty} has strides"),
        };
        compare(CompareOp::Eq, Expr::Stride { view: *view, axis: *axis }, int(size))
    });
    conds.reduce(and).unwrap_or(Expr::Const(Const::Bool(true)))
}

/// How many lanes there are: so many that the widest of the numbers that differ fill the bits at hand; all
/// iterations, where it is known that they are few. None if they are too few.
fn count(stage: &Stage<'_>, on: &For<'_>) -> Option<u32> {
    if let Some(threads) = stage.lanes.threads {
        return trips(on).is_none_or(|trips| trips >= threads / FEWEST).then_some(threads);
    }
    let count = (stage.lanes.bits / widest(stage, on)).clamp(2, Lanes::MOST);
    let most = if stage.lanes.rest.is_some() { count } else { (4 * count).min(Lanes::MOST) };
    match trips(on) {
        Some(trips) if trips.is_power_of_two() && (FEWEST..=most).contains(&trips) => Some(trips),
        Some(trips) if trips < count && (stage.lanes.rest.is_none() || trips < FEWEST) => None,
        _ => Some(count),
    }
}

/// How many lanes there are for what groups of so many leave; none if they leave nothing.
fn rest_count(stage: &Stage<'_>, on: &For<'_>, count: u32, bits: u32) -> Option<u32> {
    let fewer = stage.lanes.threads.unwrap_or(bits / widest(stage, on)).clamp(2, count);
    let leaves = trips(on).is_none_or(|trips| trips % count != 0);
    leaves.then_some(fewer)
}

/// How many iterations there are, where that is known.
fn trips(on: &For<'_>) -> Option<u32> {
    let (Expr::Const(Const::Int(_, lo)), Expr::Const(Const::Int(_, hi))) = (on.lo, on.hi) else {
        return None;
    };
    u32::try_from(hi - lo).ok()
}

/// How many bits the widest of the numbers have that differ.
fn widest(stage: &Stage<'_>, on: &For<'_>) -> u32 {
    let mut widest = 8;
    let mut note = |ty: Type| {
        if let Type::Scalar(scalar) = ty {
            widest = widest.max(scalar.bits());
        }
    };
    visit::walk(on.body, &mut |stmt| match &stmt.kind {
        StmtKind::Load { local, .. } => note(stage.function.ty(*local)),
        StmtKind::Store { view, .. } => {
            if let Type::View(view) = stage.function.ty(*view) {
                note(Type::Scalar(Scalar::of(view.element)));
            }
        }
        StmtKind::Assign { local, .. } => note(stage.function.ty(*local)),
        StmtKind::Call { results, .. } => results.iter().for_each(|result| note(stage.function.ty(*result))),
        _ => {}
    });
    widest
}
