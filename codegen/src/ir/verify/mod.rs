//! Checks the IR's invariants. A violation is a bug of the compiler, never a user's mistake.
//!
//! # What holds of a module
//! - Functions have different names.
//! - A call names a function of the module, and gives and takes what that function's parameters
//!   and results say. A view passes where a view of the same element type and rank is asked for,
//!   if the layouts are equal, the asked one is `Any`, or the rank is 0.
//!
//! # Of a function
//! - Every [`LocalId`] is one of its locals; parameters and results are different locals.
//! - The status is an `I32`.
//! - The effects are empty or as long as the parameters.
//! - An external one has no body, and neither parameters nor results but scalars; a routine of the host takes arrays of
//!   three dimensions.
//! - Labels are below `n_labels`, label 0 is the body's, no two constructs share one, and an
//!   `Exit` leaves a construct that it stands in.
//! - Every local is assigned before it is read, on each path, and every result and the status
//!   before the body is left by its end or by an `Exit`, when it raises too.
//!   Code that control cannot reach is exempt.
//!
//! # Of a statement
//! - The value of an `Assign` has the local's type; of views the rule of calls holds.
//! - `Load` and `Store` have a view, one `I64` for each dimension, a part that the element has,
//!   and a local or a value of the part's type.
//! - The condition of a `Check` and of an `If` is a bool.
//! - A `For`'s counter and bounds are `I64`s, its step is not 0, and only `For`s set its counter,
//!   none inside another that counts with it.
//! - A message's placeholders and its operands correspond in number and type, and there are at
//!   most `MAX_OPERANDS`; its braces are balanced or doubled.
//! - `Allocate` and `Reserve` have a view of layout C and an `I64` for each of its dimensions; an
//!   `Allocate` sets a bool and an owner.
//!
//! # Of an expression
//! - Operands have the types that [`super::Expr`] and its operations say; an `InBounds` compares
//!   `I64`s; a `Dim` or a `Stride` names an axis that the view has; a part of a view says what becomes
//!   of each of its axes; a C function has its number of arguments.
//! - A constant lies in the range of its type.
//!
//! # Of a stage
//! - At [`Stage::Raising`] there is no `Record`, no status, no `Retain` and no `Release`.
//! - At [`Stage::Status`] there is no `Check` and no `Raise`, and a call takes a status exactly if
//!   its callee gives one.

mod assignment;
mod expression;
mod raise;

use std::collections::BTreeSet;

use super::threads::{Atomic, Together};
use super::{
    Expr, Function, Label, LaneElements, Lanes, LocalId, Module, Part, Raise, Scalar, Stage, Stmt, StmtKind,
    Type, ViewType,
};
use crate::hir;
use crate::types::Kind;

/// Checks a module; gives a sentence for each violation. A violation is a bug of the compiler.
pub fn verify(module: &Module, stage: Stage) -> Result<(), Vec<String>> {
    let mut violations = Vec::new();
    let mut names = BTreeSet::new();
    for function in &module.functions {
        if !names.insert(&function.name) {
            violations.push(format!("two functions are called `{}`", function.name));
        }
        let mut checker = Checker::new(module, function, stage);
        checker.function();
        if checker.violations.is_empty() {
            checker.violations = match function.external {
                Some(_) => Vec::new(),
                None => assignment::check(function),
            };
        }
        violations.extend(checker.violations.iter().map(|text| format!("in `{}`: {text}", function.name)));
    }
    if violations.is_empty() { Ok(()) } else { Err(violations) }
}

/// Whether a value of one type may stand where one of the other is asked for.
fn passes_for(given: Type, asked: Type) -> bool {
    match (given, asked) {
        (Type::View(given), Type::View(asked)) => {
            let layout =
                given.layout == asked.layout || asked.layout == crate::types::Layout::Any || asked.rank == 0;
            given.element == asked.element && given.rank == asked.rank && layout
        }
        (Type::Scalar(given), Type::Scalar(asked)) => given == asked,
        (Type::Lanes(given), Type::Lanes(asked)) => given == asked,
        (Type::Owner, Type::Owner) => true,
        (Type::Scalar(_) | Type::Lanes(_) | Type::View(_) | Type::Owner, _) => false,
    }
}

/// Checks one function; everything but the order of assignments and uses.
struct Checker<'a> {
    module: &'a Module,
    function: &'a Function,
    stage: Stage,
    /// For each label, whether a construct has it.
    defined: Vec<bool>,
    /// For each label, whether the statement at hand stands in its construct.
    enclosing: Vec<bool>,
    violations: Vec<String>,
}

impl<'a> Checker<'a> {
    fn new(module: &'a Module, function: &'a Function, stage: Stage) -> Self {
        let n_labels = function.n_labels as usize;
        let (defined, enclosing) = (vec![false; n_labels], vec![false; n_labels]);
        Checker { module, function, stage, defined, enclosing, violations: Vec::new() }
    }

    fn report(&mut self, text: impl Into<String>) {
        self.violations.push(text.into());
    }

    fn require(&mut self, holds: bool, text: impl FnOnce() -> String) {
        if !holds {
            self.violations.push(text());
        }
    }

    fn function(&mut self) {
        let function = self.function;
        let mut seen = BTreeSet::new();
        for local in function.params.iter().chain(&function.results).chain(&function.status) {
            self.local(*local);
            self.require(seen.insert(*local), || format!("local {} is declared twice", local.0));
        }
        for result in &function.results {
            self.local(*result);
        }
        if let Some(status) = function.status {
            self.require(self.stage == Stage::Status, || "there is a status before `status`".into());
            self.expect_local(status, Scalar::I32, "the status");
        }
        let effects = &function.effects;
        for effects in [&effects.reads, &effects.writes, &effects.returned] {
            let fits = effects.is_empty() || effects.len() == function.params.len();
            self.require(fits, || "the effects do not fit the parameters".into());
        }
        if let Some(external) = &function.external {
            let takes_arrays = matches!(external.at, hir::External::Routine(_));
            let fits = |local: &LocalId| match function.ty(*local) {
                Type::Scalar(_) => true,
                Type::View(view) => takes_arrays && view.rank == 3,
                Type::Owner => takes_arrays,
                Type::Lanes(_) => false,
            };
            let fits = function.body.is_empty() && function.params.iter().all(fits);
            self.require(fits, || "it is external, and has a body or takes what it cannot".into());
        }
        self.labelled(Function::BODY, &function.body);
    }

    /// The type of a local.
    fn local(&mut self, local: LocalId) -> Option<Type> {
        let found = self.function.locals.get(local.0 as usize);
        if found.is_none() {
            self.report(format!("there is no local {}", local.0));
        }
        found.map(|local| local.ty)
    }

    fn name(&self, local: LocalId) -> String {
        let name = self.function.locals.get(local.0 as usize).map_or("", |local| &local.name);
        format!("`{name}` (local {})", local.0)
    }

    fn expect_local(&mut self, local: LocalId, scalar: Scalar, what: &str) {
        if let Some(ty) = self.local(local).filter(|ty| *ty != Type::Scalar(scalar)) {
            self.report(format!("{what} is a {scalar}, but {} is a {ty}", self.name(local)));
        }
    }

    fn labelled(&mut self, label: Label, body: &[Stmt]) {
        let index = label.0 as usize;
        if index >= self.defined.len() {
            return self.report(format!("label {} is not below n_labels", label.0));
        }
        let twice = std::mem::replace(&mut self.defined[index], true);
        self.require(!twice, || format!("label {} is used twice", label.0));
        self.enclosing[index] = true;
        self.block(body);
        self.enclosing[index] = false;
    }

    fn block(&mut self, body: &[Stmt]) {
        body.iter().for_each(|stmt| self.stmt(&stmt.kind));
    }

    fn stmt(&mut self, stmt: &StmtKind) {
        match stmt {
            StmtKind::Assign { local, value } => self.assign(*local, value),
            StmtKind::Load { local, view, index, part } => {
                if let Some(scalar) = self.element(*view, index, *part) {
                    self.expect_local(*local, scalar, "the loaded element");
                }
            }
            StmtKind::Store { view, index, part, value } => {
                if let Some(scalar) = self.element(*view, index, *part) {
                    self.expect(value, scalar, "the stored value");
                }
            }
            StmtKind::LoadLanes { local, elements } => {
                if let Some(Type::Lanes(loaded)) = self.lanes(*local)
                    && let Some(scalar) = self.lane_elements(elements, loaded.count)
                {
                    self.require(loaded.scalar == scalar, || {
                        format!("a {scalar} is loaded into lanes of others")
                    });
                }
            }
            StmtKind::StoreLanes { elements, value } => match self.ty(value) {
                Some(Type::Lanes(stored)) => {
                    if let Some(scalar) = self.lane_elements(elements, stored.count) {
                        self.require(stored.scalar == scalar, || {
                            format!("lanes of others are stored as a {scalar}")
                        });
                    }
                }
                Some(ty) => self.report(format!("a {ty} is stored as lanes")),
                None => {}
            },
            StmtKind::CallLanes { .. } => self.call_lanes(stmt),
            StmtKind::Check { cond, raise, purpose: _ } => {
                self.require(self.stage == Stage::Raising, || "there is a `Check` after `status`".into());
                self.expect(cond, Scalar::Bool, "the condition of a check");
                self.raise(raise);
            }
            StmtKind::Raise(raise) => {
                self.require(self.stage == Stage::Raising, || "there is a `Raise` after `status`".into());
                self.raise(raise);
            }
            StmtKind::Record(raise) => {
                self.require(self.stage == Stage::Status, || "there is a `Record` before `status`".into());
                self.raise(raise);
            }
            StmtKind::Print(template) => self.template(&template.text, &template.operands),
            StmtKind::Call { .. } => self.call(stmt),
            StmtKind::Parallel { .. } => self.parallel(stmt),
            StmtKind::If { cond, then, otherwise } => {
                self.expect(cond, Scalar::Bool, "the condition of an if");
                self.block(then);
                self.block(otherwise);
            }
            StmtKind::Block { label, body } | StmtKind::Loop { label, body } => self.labelled(*label, body),
            StmtKind::Exit(label) => {
                let inside = self.enclosing.get(label.0 as usize) == Some(&true);
                self.require(inside, || format!("an `Exit` names label {}, which it is not in", label.0));
            }
            StmtKind::For { label, var, lo, hi, step, independent: _, body } => {
                self.expect_local(*var, Scalar::I64, "a counter");
                self.expect(lo, Scalar::I64, "the first value of a `For`");
                self.expect(hi, Scalar::I64, "the bound of a `For`");
                self.require(*step != 0, || "the step of a `For` is 0".into());
                self.labelled(*label, body);
            }
            StmtKind::Allocate { found, owner, view, shape, zeroed: _, most: _ } => {
                self.expect_local(*found, Scalar::Bool, "whether there was memory");
                self.owner(*owner);
                shape.iter().for_each(|extent| self.expect(extent, Scalar::I64, "an extent"));
                self.made(*view, shape.len());
            }
            StmtKind::Together { op, results, args } => self.together(*op, results, args),
            StmtKind::Atomic { op, old, view, index, args } => {
                if let Some(scalar) = self.element(*view, index, Part::First) {
                    self.atomic(*op, *old, scalar, args);
                }
            }
            StmtKind::Reserve { view, shape, room, space: _ } => {
                self.require(*room >= 0, || "there is room for fewer than no elements".into());
                shape.iter().for_each(|extent| self.expect(extent, Scalar::I64, "an extent"));
                self.made(*view, shape.len());
            }
            StmtKind::Retain(owner) | StmtKind::Release(owner) => {
                self.require(self.stage == Stage::Status, || "an owner counts before `drops`".into());
                self.owner(*owner);
            }
        }
    }

    fn together(&mut self, op: Together, results: &[LocalId], args: &[Expr]) {
        let number = op.number().and_then(|position| args.get(position)).and_then(|arg| self.ty(arg));
        let number = match number {
            Some(Type::Scalar(scalar)) => scalar,
            _ => Scalar::I64,
        };
        let (takes, gives) = op.signature(number);
        let counts = (takes.len(), gives.len()) == (args.len(), results.len());
        self.require(counts, || format!("{op:?} has {} operands, {} results", args.len(), results.len()));
        takes.iter().zip(args).for_each(|(scalar, arg)| self.expect(arg, *scalar, "an operand"));
        gives.iter().zip(results).for_each(|(scalar, local)| self.expect_local(*local, *scalar, "a result"));
    }

    fn atomic(&mut self, op: Atomic, old: LocalId, scalar: Scalar, args: &[Expr]) {
        self.require(op.takes(scalar), || format!("{op:?} is done on a {scalar}"));
        self.require(args.len() == op.operands(), || format!("{op:?} has {} operands", args.len()));
        args.iter().for_each(|arg| self.expect(arg, scalar, "an operand of an atomic step"));
        self.expect_local(old, scalar, "an element as it was");
    }

    fn assign(&mut self, local: LocalId, value: &Expr) {
        let (Some(asked), Some(given)) = (self.local(local), self.ty(value)) else { return };
        let fits = passes_for(given, asked);
        self.require(fits, || format!("a {given} is assigned to a {asked}"));
    }

    /// The type of an element's part, if the access is well-formed.
    fn element(&mut self, view: LocalId, index: &[Expr], part: Part) -> Option<Scalar> {
        let view = self.view(view)?;
        index.iter().for_each(|index| self.expect(index, Scalar::I64, "an index"));
        self.part_of(view, index.len(), part)
    }

    /// The type of a part of the elements that so many indices say.
    fn part_of(&mut self, view: ViewType, indices: usize, part: Part) -> Option<Scalar> {
        self.require(indices == view.rank, || {
            format!("a view of rank {} is indexed with {indices} indices", view.rank)
        });
        let has_part = part == Part::First || view.element.kind() == Kind::Complex;
        self.require(has_part, || format!("a {} has no imaginary part", view.element));
        Some(Scalar::of(view.element))
    }

    /// The type of a local that is lanes.
    fn lanes(&mut self, local: LocalId) -> Option<Type> {
        let ty = self.local(local)?;
        let is_lanes = matches!(ty, Type::Lanes(_));
        self.require(is_lanes, || format!("a {ty} is used as lanes"));
        is_lanes.then_some(ty)
    }

    /// The type of the elements' part, if the access of so many lanes is well-formed.
    fn lane_elements(&mut self, elements: &LaneElements, count: u32) -> Option<Scalar> {
        let LaneElements { view, index, along, part, mask } = elements;
        if let Some(mask) = mask {
            self.expect_lanes(mask, Scalar::Bool, Some(count), "the mask of an access");
        }
        let view = self.view(*view)?;
        self.require(along.is_none_or(|axis| axis < view.rank), || "lanes go along no axis".into());
        for index in index {
            let lanes = along.is_none() && matches!(self.ty(index), Some(Type::Lanes(_)));
            self.expect_lanes(index, Scalar::I64, lanes.then_some(count), "an index");
        }
        self.part_of(view, index.len(), *part)
    }

    fn call_lanes(&mut self, stmt: &StmtKind) {
        let StmtKind::CallLanes { results, function, args, mask } = stmt else { return };
        let Some(callee) = self.module.functions.get(function.0 as usize) else {
            return self.report(format!("there is no function {}", function.0));
        };
        let Some(count) = self.mask(mask) else { return };
        let pure = callee.effects.is_pure();
        self.require(pure && callee.status.is_none(), || format!("`{}` is called for lanes", callee.name));
        let fits = args.len() == callee.params.len() && results.len() == callee.results.len();
        self.require(fits, || format!("`{}` is called with other operands", callee.name));
        for (arg, param) in args.iter().zip(&callee.params) {
            let lanes = matches!(self.ty(arg), Some(Type::Lanes(_)));
            if let Type::Scalar(scalar) = callee.ty(*param) {
                self.expect_lanes(arg, scalar, lanes.then_some(count), "an argument");
            }
        }
        for (local, result) in results.iter().zip(&callee.results) {
            let fits = match (self.local(*local), callee.ty(*result)) {
                (Some(Type::Lanes(taken)), Type::Scalar(scalar)) => taken == Lanes { scalar, count },
                _ => false,
            };
            self.require(fits, || format!("what `{}` gives is taken as another type", callee.name));
        }
    }

    /// An array that is made with so many extents.
    fn made(&mut self, view: LocalId, extents: usize) {
        if let Some(view) = self.view(view) {
            let fits = view.rank == extents && view.layout == crate::types::Layout::C;
            self.require(fits, || format!("a {view} is made of {extents} extents"));
        }
    }

    fn owner(&mut self, local: LocalId) {
        if let Some(ty) = self.local(local).filter(|ty| *ty != Type::Owner) {
            self.report(format!("{} is used as an owner, but is a {ty}", self.name(local)));
        }
    }

    fn view(&mut self, local: LocalId) -> Option<ViewType> {
        match self.local(local)? {
            Type::View(view) => Some(view),
            ty @ (Type::Scalar(_) | Type::Lanes(_) | Type::Owner) => {
                self.report(format!("{} is used as a view, but is a {ty}", self.name(local)));
                None
            }
        }
    }

    fn call(&mut self, stmt: &StmtKind) {
        let StmtKind::Call { results, function, args, status, place: _ } = stmt else { return };
        let Some(callee) = self.module.functions.get(function.0 as usize) else {
            return self.report(format!("there is no function {}", function.0));
        };
        let name = &callee.name;
        self.arguments(callee, &callee.params, args);
        self.require(results.len() == callee.results.len(), || {
            format!("`{name}` has {} results, and {} are taken", callee.results.len(), results.len())
        });
        for (local, result) in results.iter().zip(&callee.results) {
            let (Some(taken), Some(given)) = (self.local(*local), callee.locals.get(result.0 as usize))
            else {
                continue;
            };
            self.require(taken == given.ty, || format!("`{name}` gives a {}, taken as a {taken}", given.ty));
        }
        self.call_status(*status, callee);
    }

    fn arguments(&mut self, callee: &Function, params: &[LocalId], args: &[Expr]) {
        let name = &callee.name;
        self.require(args.len() == params.len(), || {
            format!("`{name}` takes {} arguments, and {} are given", params.len(), args.len())
        });
        for (arg, param) in args.iter().zip(params) {
            let (Some(given), Some(asked)) = (self.ty(arg), callee.locals.get(param.0 as usize)) else {
                continue;
            };
            let fits = passes_for(given, asked.ty);
            self.require(fits, || format!("`{name}` is given a {given} for its {} {}", asked.ty, asked.name));
        }
    }

    fn parallel(&mut self, stmt: &StmtKind) {
        let StmtKind::Parallel { function, count, cost, args, status, place: _ } = stmt else { return };
        let Some(callee) = self.module.functions.get(function.0 as usize) else {
            return self.report(format!("there is no function {}", function.0));
        };
        let name = &callee.name;
        self.expect(count, Scalar::I64, "the count of a `Parallel`");
        self.expect(cost, Scalar::I64, "the cost of a `Parallel`");
        self.require(callee.results.is_empty(), || format!("`{name}` runs in parallel and has results"));
        self.require(callee.external.is_none(), || format!("`{name}` runs in parallel and has no body"));
        let ends = callee.params.iter().take(2).map(|param| callee.ty(*param));
        let takes_ends = ends.filter(|ty| *ty == Type::Scalar(Scalar::I64)).count() == 2;
        self.require(takes_ends, || format!("`{name}` runs in parallel and takes no part"));
        self.arguments(callee, callee.params.get(2..).unwrap_or_default(), args);
        self.call_status(*status, callee);
    }

    fn call_status(&mut self, status: Option<LocalId>, callee: &Function) {
        self.require(status.is_some() == callee.status.is_some(), || {
            format!("a call of `{}` and the function itself disagree on a status", callee.name)
        });
        if let Some(status) = status {
            self.expect_local(status, Scalar::I32, "a status");
        }
    }

    fn raise(&mut self, raise: &Raise) {
        self.require(!raise.class.is_empty(), || "an exception has no class".into());
        self.require(raise.place.line > 0, || "a place has no line".into());
        let n = raise.operands.len();
        let fits = n <= pykernel_abi::MAX_OPERANDS;
        self.require(fits, || format!("the message {:?} has {n} operands", raise.message));
        self.template(&raise.message, &raise.operands);
    }

    fn template(&mut self, text: &str, operands: &[Expr]) {
        match raise::placeholders(text) {
            Err(text) => self.report(text),
            Ok(wanted) => {
                let n = operands.len();
                self.require(wanted.len() == n, || format!("the message {text:?} has {n} operands"));
                for (operand, scalar) in operands.iter().zip(wanted) {
                    self.expect(operand, scalar, "an operand of a message");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
