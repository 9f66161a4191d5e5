//! Removes checks that always hold, and selects and branches that are decided: the wrap-around of
//! an index that is not negative, bounds checks in loops over `range(len(x))`, overflow checks on
//! counters.
//!
//! Before: anything that the verifier accepts. After: the same, with fewer checks; decided
//! conditions are constants, for `simplify` to clean up.
//!
//! # How
//! One walk over the body in program order knows for each local its current value: a sum of
//! *symbols*, which stand for values that never change ([`linear`]). An assignment gives a local
//! another sum; where paths join and where a loop begins, the locals that were assigned get new
//! symbols. So what is known of symbols ([`facts`]) stays true when locals change, and only has to
//! be forgotten where control leaves the branch or loop in which it was found. A symbol that is
//! made in a loop stands for another value in each iteration; nothing outside of the loop and of
//! the iteration mentions it.
//!
//! Facts come from the bounds of `For`s, from the conditions of branches and checks, and, in loops,
//! from guesses that a look ahead over the body has confirmed.

mod evaluate;
mod facts;
mod linear;
mod operation;
mod value;
mod views;

use std::collections::{BTreeMap, BTreeSet};

use self::evaluate::{Compared, State};
use self::linear::Linear;
use self::value::{Cond, Value};
use super::simplify::range;
use crate::ir::{Const, Expr, Function, Local, LocalId, Module, Scalar, Stmt, StmtKind, Type, visit};

/// Runs the pass.
pub fn run(module: &mut Module) {
    module.functions.iter_mut().for_each(function);
}

/// Runs the pass over one function.
pub fn function(function: &mut Function) {
    let mut body = std::mem::take(&mut function.body);
    Walk::new(function).body(&mut body);
    function.body = body;
}

/// A walk over one function.
struct Walk<'a> {
    locals: &'a [Local],
    state: State,
    /// Whether control can come here.
    reachable: bool,
    /// The values that assignments have replaced, to go back to where a branch began.
    trail: Vec<(LocalId, Value)>,
}

impl<'a> Walk<'a> {
    fn new(function: &'a Function) -> Self {
        let mut walk =
            Walk { locals: &function.locals, state: State::default(), reachable: true, trail: Vec::new() };
        walk.state.locals = function.locals.iter().map(|local| walk.unknown(local.ty)).collect();
        walk
    }

    fn unknown(&mut self, ty: Type) -> Value {
        match ty {
            Type::Scalar(scalar) => self.state.unknown(scalar),
            Type::View(view) => self.state.unknown_view(view.rank),
            Type::Lanes(_) | Type::Owner => Value::Float,
        }
    }

    fn set(&mut self, local: LocalId, value: Value) {
        let old = std::mem::replace(&mut self.state.locals[local.0 as usize], value);
        self.trail.push((local, old));
    }

    /// Gives locals new, unknown values.
    fn forget(&mut self, locals: impl IntoIterator<Item = LocalId>) {
        for local in locals {
            let value = self.unknown(self.locals[local.0 as usize].ty);
            self.set(local, value);
        }
    }

    fn body(&mut self, body: &mut Vec<Stmt>) {
        body.retain_mut(|stmt| {
            let keep = self.stmt(&mut stmt.kind);
            keep || self.state.looks_ahead
        });
    }

    /// Whether the statement is to stay.
    fn stmt(&mut self, stmt: &mut StmtKind) -> bool {
        match stmt {
            StmtKind::Assign { local, value } => {
                let value = self.state.value(value);
                self.set(*local, value);
            }
            StmtKind::Load { local, index, .. } => {
                self.values(index);
                self.forget([*local]);
            }
            StmtKind::Store { index, value, .. } => {
                self.values(index);
                self.state.value(value);
            }
            StmtKind::LoadLanes { .. } | StmtKind::StoreLanes { .. } | StmtKind::CallLanes { .. } => {
                unreachable!("bug in pykernel: there are lanes before `vector`")
            }
            StmtKind::Check { cond, .. } => return self.check(cond),
            StmtKind::Together { results, args, .. } => {
                self.values(args);
                self.forget(results.iter().copied());
            }
            StmtKind::Atomic { old, index, args, .. } => {
                self.values(index);
                self.values(args);
                self.forget([*old]);
            }
            StmtKind::Call { results, args, status, .. } => {
                self.values(args);
                self.forget(results.iter().chain(&*status).copied());
            }
            StmtKind::Parallel { count, cost, args, status, .. } => {
                self.values(args);
                for expr in [count, cost] {
                    self.state.value(expr);
                }
                self.forget(*status);
            }
            StmtKind::If { cond, then, otherwise } => self.branch(cond, then, otherwise),
            StmtKind::Block { body, .. } => {
                let (mark, assigned) = (self.state.facts.mark(), assigned(body));
                self.body(body);
                self.state.facts.forget(mark);
                self.forget(assigned);
                self.reachable = true;
            }
            StmtKind::Loop { body, .. } => self.repeat(body, None),
            StmtKind::For { var, lo, hi, step, body, .. } => {
                let counter = match (self.state.value(lo), self.state.value(hi)) {
                    (Value::Int(_, lo), Value::Int(_, hi)) => {
                        Counter { var: *var, lo, hi, ascends: *step > 0 }
                    }
                    bounds => unreachable!("bug in pykernel: a `For` counts over {bounds:?}"),
                };
                self.repeat(body, Some(counter));
            }
            StmtKind::Raise(_) | StmtKind::Exit(_) => self.reachable = false,
            StmtKind::Allocate { found, view, shape, most, .. } => {
                self.forget([*found]);
                self.make(*view, shape, most);
            }
            StmtKind::Reserve { view, shape, .. } => self.make(*view, shape, &mut None),
            StmtKind::Record(_) | StmtKind::Print(_) | StmtKind::Retain(_) | StmtKind::Release(_) => {}
        }
        true
    }

    /// A new array; `most` is set to how many elements it has at most.
    fn make(&mut self, view: LocalId, shape: &mut [Expr], most: &mut Option<i64>) {
        let shape: Vec<Value> = shape.iter_mut().map(|extent| self.state.value(extent)).collect();
        if !self.state.looks_ahead {
            *most = self.state.most_elements(&shape);
        }
        let made = self.state.view_of(shape);
        self.set(view, made);
    }

    fn values(&mut self, exprs: &mut [Expr]) {
        for expr in exprs {
            self.state.value(expr);
        }
    }

    /// Whether a check is to stay. After it its condition holds.
    fn check(&mut self, cond: &mut Expr) -> bool {
        if let Value::Bool(cond) = self.state.value(cond) {
            self.state.facts.learn(&cond, true);
        }
        *cond != Expr::Const(Const::Bool(true))
    }

    fn branch(&mut self, cond: &mut Expr, then: &mut Vec<Stmt>, otherwise: &mut Vec<Stmt>) {
        let Value::Bool(cond) = self.state.value(cond) else {
            unreachable!("bug in pykernel: a condition is not a bool")
        };
        if let Cond::Const(holds) = *cond {
            return self.body(if holds { then } else { otherwise });
        }
        let (mark, start, reachable) = (self.state.facts.mark(), self.trail.len(), self.reachable);
        self.state.facts.learn(&cond, true);
        self.body(then);
        let then_goes_on = std::mem::replace(&mut self.reachable, reachable);
        let after_then = self.end(start);
        self.state.facts.forget(mark);

        self.state.facts.learn(&cond, false);
        self.body(otherwise);
        if !then_goes_on {
            return;
        }
        let after_otherwise = self.end(start);
        if self.reachable {
            self.join(mark, after_then, after_otherwise);
        } else {
            self.state.facts.forget(mark);
            self.state.facts.learn(&cond, true);
            self.reachable = true;
            after_then.into_iter().for_each(|(local, end)| self.set(local, end.value));
        }
    }

    /// Undoes the assignments since `start`; gives the values that they came to.
    fn undo(&mut self, start: usize) -> BTreeMap<LocalId, Value> {
        let mut values = BTreeMap::new();
        for (local, old) in self.trail.drain(start..).rev() {
            let new = std::mem::replace(&mut self.state.locals[local.0 as usize], old);
            values.entry(local).or_insert(new);
        }
        values
    }

    /// Ends a branch that began at `start`: undoes its assignments, tells what they came to.
    fn end(&mut self, start: usize) -> BTreeMap<LocalId, End> {
        let ends = self.undo(start).into_iter().map(|(local, value)| {
            let is = self.state.compared(&value, &self.state.locals[local.0 as usize]);
            (local, End { value, is })
        });
        ends.collect()
    }

    /// Goes on after two branches. What was found since `mark`, in the second, is forgotten.
    fn join(&mut self, mark: usize, mut left: BTreeMap<LocalId, End>, mut right: BTreeMap<LocalId, End>) {
        let locals: BTreeSet<LocalId> = left.keys().chain(right.keys()).copied().collect();
        let mut pairs = Vec::new();
        for local in locals {
            let old = self.state.locals[local.0 as usize].clone();
            let first =
                left.remove(&local).unwrap_or_else(|| End { value: old.clone(), is: Compared::default() });
            let (second, first_is) = match right.remove(&local) {
                // How the first compares to this nobody knows: it was compared to the old value.
                Some(second) => (second.value, first.is.to_zero()),
                None => (old, first.is),
            };
            let second_is = self.state.compared(&second, &first.value);
            pairs.push((local, [first.value, second], [first_is, second_is]));
        }
        self.state.facts.forget(mark);
        for (local, values, compared) in pairs {
            let value = self.state.join(values, compared);
            self.set(local, value);
        }
    }

    /// A loop. At its beginning nothing is known of what its body assigns, but for guesses that
    /// hold before the first iteration and, given that they hold at the beginning of an iteration,
    /// hold at its end.
    fn repeat(&mut self, body: &mut Vec<Stmt>, counter: Option<Counter>) {
        let mark = self.state.facts.mark();
        let assigned = assigned(body);
        let guesses = self.confirmed(body, &assigned, counter.as_ref());
        self.begin(&assigned, counter.as_ref(), &guesses);
        self.body(body);
        self.state.facts.forget(mark);
        self.forget(assigned.into_iter().chain(counter.map(|counter| counter.var)));
        self.reachable = true;
    }

    /// Begins an iteration.
    fn begin(&mut self, assigned: &BTreeSet<LocalId>, counter: Option<&Counter>, guesses: &[Guess]) {
        self.forget(assigned.iter().copied());
        if let Some(counter) = counter {
            self.count(counter);
        }
        for guess in guesses {
            if let Some(fact) = guess.about(&self.state) {
                self.state.facts.assume(fact);
            }
        }
    }

    fn count(&mut self, counter: &Counter) {
        let facts = &mut self.state.facts;
        // The first value, and the last one that is possible.
        let (first, end) = (&counter.lo, &counter.hi);
        let (low, high) = match counter.ascends {
            true => (first.clone(), end.clone().offset(-1)),
            false => (end.clone().offset(1), first.clone()),
        };
        let (lowest, highest) = (facts.bounds(&low).0, facts.bounds(&high).1);
        let all = range(Scalar::I64);
        let lowest = lowest.clamp(all.0, all.1);
        let var = Linear::symbol(facts.symbol((lowest, highest.clamp(lowest, all.1))));
        for fact in [var.minus(&low), high.minus(&var)].into_iter().flatten() {
            facts.assume(fact);
        }
        self.set(counter.var, Value::Int(Scalar::I64, var));
    }

    /// The guesses that a look ahead confirms; none while looking ahead, and where nothing could
    /// come of it.
    fn confirmed(
        &mut self,
        body: &mut Vec<Stmt>,
        assigned: &BTreeSet<LocalId>,
        counter: Option<&Counter>,
    ) -> Vec<Guess> {
        /// Each round drops the guesses that the others did not need.
        const ROUNDS: usize = 3;
        if self.state.looks_ahead || !has_check(body) {
            return Vec::new();
        }
        let mut guesses = self.guesses(&carried(body, assigned));
        for _ in 0..ROUNDS {
            if guesses.is_empty() {
                return guesses;
            }
            let n = guesses.len();
            self.look_ahead(body, assigned, counter, &mut guesses);
            if guesses.len() == n {
                return guesses;
            }
        }
        Vec::new()
    }

    /// That locals only grow, or only shrink.
    fn guesses(&self, locals: &[LocalId]) -> Vec<Guess> {
        const MOST: usize = 16;
        let mut guesses = Vec::new();
        for local in locals {
            if let Value::Int(_, before) = &self.state.locals[local.0 as usize] {
                guesses.extend([true, false].map(|grows| Guess {
                    local: *local,
                    before: before.clone(),
                    grows,
                }));
            }
        }
        guesses.truncate(MOST);
        guesses
    }

    /// Keeps the guesses that hold at the end of an iteration if all hold at its beginning.
    fn look_ahead(
        &mut self,
        body: &mut Vec<Stmt>,
        assigned: &BTreeSet<LocalId>,
        counter: Option<&Counter>,
        guesses: &mut Vec<Guess>,
    ) {
        let (mark, start, reachable) = (self.state.facts.mark(), self.trail.len(), self.reachable);
        self.state.looks_ahead = true;
        self.begin(assigned, counter, guesses);
        self.body(body);
        let state = &self.state;
        guesses.retain(|guess| guess.about(state).is_some_and(|fact| state.facts.proves(&fact)));
        self.undo(start);
        self.state.facts.forget(mark);
        self.state.looks_ahead = false;
        self.reachable = reachable;
    }
}

/// What a branch left in a local, and how it compares to what was there before.
struct End {
    value: Value,
    is: Compared,
}

/// The counter of a `For`.
struct Counter {
    var: LocalId,
    lo: Linear,
    hi: Linear,
    ascends: bool,
}

/// That a local is always at least, or always at most, what it was before a loop.
struct Guess {
    local: LocalId,
    before: Linear,
    grows: bool,
}

impl Guess {
    /// The guess as a fact about the local's current value.
    fn about(&self, state: &State) -> Option<Linear> {
        let Value::Int(_, now) = &state.locals[self.local.0 as usize] else { return None };
        if self.grows { now.minus(&self.before) } else { self.before.minus(now) }
    }
}

/// The locals that a body assigns.
fn assigned(body: &[Stmt]) -> BTreeSet<LocalId> {
    let mut assigned = BTreeSet::new();
    visit::walk(body, &mut |stmt| stmt.kind.assigned(&mut |local| _ = assigned.insert(local)));
    assigned
}

/// Those of the locals that a body assigns whose values it may carry from one iteration to the
/// next: it mentions a read of them first.
fn carried(body: &[Stmt], assigned: &BTreeSet<LocalId>) -> Vec<LocalId> {
    let mut carried = Vec::new();
    let mut met = BTreeSet::new();
    visit::walk(body, &mut |stmt| {
        stmt.kind.read(&mut |local| {
            if assigned.contains(&local) && met.insert(local) {
                carried.push(local);
            }
        });
        stmt.kind.assigned(&mut |local| _ = met.insert(local));
    });
    carried
}

fn has_check(body: &[Stmt]) -> bool {
    let mut found = false;
    visit::walk(body, &mut |stmt| found |= matches!(stmt.kind, StmtKind::Check { .. }));
    found
}
