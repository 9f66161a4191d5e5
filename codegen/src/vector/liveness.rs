//! Which locals are read after each statement of a loop's body, before they are assigned anew.

use std::collections::HashMap;
use std::rc::Rc;

use crate::ir::{Function, Label, LocalId, Stmt, StmtKind};

/// A set of locals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Locals(Vec<u64>);

impl Locals {
    pub(super) fn contains(&self, local: LocalId) -> bool {
        self.0.get(local.0 as usize / 64).is_some_and(|word| word >> (local.0 % 64) & 1 == 1)
    }

    pub(super) fn insert(&mut self, local: LocalId) {
        let word = local.0 as usize / 64;
        self.0.resize(self.0.len().max(word + 1), 0);
        self.0[word] |= 1 << (local.0 % 64);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = LocalId> {
        let bits = |word: u64| (0..u64::BITS).filter(move |bit| word >> bit & 1 == 1);
        (0u32..)
            .zip(&self.0)
            .flat_map(move |(index, word)| bits(*word).map(move |bit| LocalId(index * u64::BITS + bit)))
    }

    fn remove(&mut self, local: LocalId) {
        if let Some(word) = self.0.get_mut(local.0 as usize / 64) {
            *word &= !(1 << (local.0 % 64));
        }
    }

    pub(super) fn union(&mut self, other: &Locals) {
        self.0.resize(self.0.len().max(other.0.len()), 0);
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word |= other);
    }

    fn covers(&self, other: &Locals) -> bool {
        let word = |index| self.0.get(index).copied().unwrap_or(0);
        other.0.iter().enumerate().all(|(index, other)| other & !word(index) == 0)
    }
}

/// What is live in a body. Statements are told apart by where they are: the body stays in its place.
pub(super) struct Liveness {
    after: HashMap<*const Stmt, Rc<Locals>>,
    /// What is live where the second branch of an `If` begins.
    otherwise: HashMap<*const Stmt, Rc<Locals>>,
    /// What is live where the body begins.
    pub(super) before: Locals,
}

impl Liveness {
    /// Of the body of a loop, after an iteration of which these are read. What leaves the loop is done
    /// again by single numbers, and needs nothing.
    pub(super) fn of_loop(body: &[Stmt], end: &Locals) -> Liveness {
        Liveness::of(body, end.clone(), HashMap::new())
    }

    /// Of a function's body.
    pub(super) fn of_function(function: &Function, body: &[Stmt]) -> Liveness {
        let mut end = Locals::default();
        function.results.iter().chain(&function.status).for_each(|result| end.insert(*result));
        Liveness::of(body, end.clone(), HashMap::from([(Function::BODY, end)]))
    }

    fn of(body: &[Stmt], end: Locals, exits: HashMap<Label, Locals>) -> Liveness {
        let mut walk = Walk { after: HashMap::new(), otherwise: HashMap::new(), exits };
        let before = walk.block(body, end);
        Liveness { after: walk.after, otherwise: walk.otherwise, before }
    }

    /// What is live behind a statement.
    pub(super) fn after(&self, stmt: &Stmt) -> Rc<Locals> {
        self.after.get(&std::ptr::from_ref(stmt)).cloned().unwrap_or_default()
    }

    /// What is live where the second branch of an `If` begins.
    pub(super) fn otherwise(&self, stmt: &Stmt) -> Rc<Locals> {
        self.otherwise.get(&std::ptr::from_ref(stmt)).cloned().unwrap_or_default()
    }
}

struct Walk {
    after: HashMap<*const Stmt, Rc<Locals>>,
    otherwise: HashMap<*const Stmt, Rc<Locals>>,
    /// What is live where leaving a label goes.
    exits: HashMap<Label, Locals>,
}

impl Walk {
    /// What is live before some statements.
    fn block(&mut self, body: &[Stmt], mut live: Locals) -> Locals {
        for stmt in body.iter().rev() {
            self.after.insert(std::ptr::from_ref(stmt), Rc::new(live.clone()));
            live = self.stmt(stmt, live);
        }
        live
    }

    fn stmt(&mut self, stmt: &Stmt, mut live: Locals) -> Locals {
        match &stmt.kind {
            StmtKind::Exit(label) => live = self.exits.get(label).cloned().unwrap_or_default(),
            StmtKind::Raise(_) => live = Locals::default(),
            StmtKind::If { then, otherwise, .. } => {
                let second = self.block(otherwise, live.clone());
                self.otherwise.insert(std::ptr::from_ref(stmt), Rc::new(second.clone()));
                live = self.block(then, live);
                live.union(&second);
            }
            StmtKind::Block { label, body } => {
                self.exits.insert(*label, live.clone());
                live = self.block(body, live);
            }
            StmtKind::Loop { label, body } => {
                self.exits.insert(*label, live);
                live = self.repeated(body, Locals::default());
            }
            StmtKind::For { label, var, body, .. } => {
                self.exits.insert(*label, live.clone());
                live = self.repeated(body, live);
                live.remove(*var);
            }
            _ => stmt.kind.assigned(&mut |local| live.remove(local)),
        }
        stmt.kind.read(&mut |local| live.insert(local));
        live
    }

    /// What is live where each iteration of a loop begins, if this is when the last one has ended.
    fn repeated(&mut self, body: &[Stmt], mut head: Locals) -> Locals {
        loop {
            let before = self.block(body, head.clone());
            if head.covers(&before) {
                return head;
            }
            head.union(&before);
        }
    }
}
