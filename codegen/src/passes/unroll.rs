//! Writes out short loops whose number of iterations is known: loops over a tuple's items, over the
//! three dimensions of space. In each copy the counter is a constant.
//!
//! Before: anything that the verifier accepts. After: the same, without the `For`s between
//! constants that have few iterations, a small body and no array of more than a few elements in it. A loop
//! around one that stays also stays: what costs runs inside, and its iterations may become lanes.
//! In functions that had one, what the constants decide is gone.

use std::collections::{BTreeMap, BTreeSet};

use super::ranges;
use super::simplify;
use crate::ir::rename::{Names, rename};
use crate::ir::threads::Space;
use crate::ir::{Const, Expr, Function, Label, Local, LocalId, Module, Scalar, Stmt, StmtKind, visit};

/// How many iterations are written out at most.
const MOST_COPIES: i128 = 8;

/// How many statements and expressions all copies of a body may have.
const LARGEST: usize = 1000;

/// How many elements an array may have that is made in each copy: those become locals.
const FEW_ELEMENTS: i64 = 16;

/// The statements and expressions that a function may grow by.
const GROWTH: usize = 20_000;

/// Runs the pass.
pub fn run(module: &mut Module) {
    for function in &mut module.functions {
        if unroll(function) {
            simplify::function(function);
            ranges::function(function);
            simplify::function(function);
        }
    }
}

/// Unrolls the loops of one function, inner ones first; says whether there was one.
fn unroll(function: &mut Function) -> bool {
    let mut body = std::mem::take(&mut function.body);
    let mut unroll = Unroll {
        mentions: vec![0; function.locals.len()],
        locals: std::mem::take(&mut function.locals),
        n_labels: function.n_labels,
        grown: 0,
    };
    function.params.iter().chain(&function.results).for_each(|local| unroll.mentions[local.0 as usize] += 1);
    for (local, n) in mentions(&body) {
        unroll.mentions[local.0 as usize] += n;
    }
    unroll.body(&mut body);
    let Unroll { locals, n_labels, grown, .. } = unroll;
    (function.body, function.locals, function.n_labels) = (body, locals, n_labels);
    grown > 0
}

/// How often a body mentions each local.
fn mentions(body: &[Stmt]) -> BTreeMap<LocalId, usize> {
    let mut mentions = BTreeMap::new();
    visit::walk(body, &mut |stmt| {
        let mut mention = |local| *mentions.entry(local).or_default() += 1;
        stmt.kind.read(&mut mention);
        stmt.kind.assigned(&mut mention);
    });
    mentions
}

struct Unroll {
    /// How often the function mentions each local.
    mentions: Vec<usize>,
    locals: Vec<Local>,
    n_labels: u32,
    /// How much the copies have added.
    grown: usize,
}

impl Unroll {
    fn body(&mut self, body: &mut Vec<Stmt>) {
        for mut stmt in std::mem::take(body) {
            stmt.kind.bodies_mut().for_each(|inner| self.body(inner));
            match self.counts(&stmt.kind) {
                Some(counts) => self.write_out(stmt, &counts, body),
                None => body.push(stmt),
            }
        }
    }

    /// The counter's values in a loop that is to be written out.
    fn counts(&mut self, stmt: &StmtKind) -> Option<Vec<i128>> {
        let StmtKind::For { lo, hi, step, body, .. } = stmt else { return None };
        let (Expr::Const(Const::Int(_, lo)), Expr::Const(Const::Int(_, hi))) = (lo, hi) else { return None };
        let step = i128::from(*step);
        let n = ((hi - lo + step - step.signum()) / step).max(0);
        if n > MOST_COPIES || reserves(body) || has_loop(body) {
            return None;
        }
        let size = visit::size(body) * n as usize;
        if size > LARGEST || self.grown + size > GROWTH {
            return None;
        }
        self.grown += size;
        Some((0..n).map(|k| lo + k * step).collect())
    }

    fn write_out(&mut self, stmt: Stmt, counts: &[i128], out: &mut Vec<Stmt>) {
        let Stmt { kind: StmtKind::For { label, var, body, .. }, span } = stmt else { return };
        let inside = mentions(&body);
        let is_own = |(local, n): (&LocalId, &usize)| {
            (*local != var && self.mentions[local.0 as usize] == *n).then_some(*local)
        };
        let own: BTreeSet<LocalId> = inside.iter().filter_map(is_own).collect();
        let mut copies = Vec::new();
        for count in counts {
            let mut copy = body.clone();
            let counter = Expr::Const(Const::Int(Scalar::I64, *count));
            let mut names =
                Copy { own: &own, values: [(var, counter)].into(), labels: labels(&body), unroll: self };
            rename(&mut copy, &mut names);
            copies.append(&mut copy);
        }
        for (local, n) in inside {
            self.mentions[local.0 as usize] -= n;
        }
        for (local, n) in mentions(&copies) {
            self.mentions[local.0 as usize] += n;
        }
        out.push(Stmt { kind: StmtKind::Block { label, body: copies }, span });
    }
}

/// Whether a body reserves more than a little of the frame, which `escape` has shared out: each copy
/// would reserve as much.
fn reserves(body: &[Stmt]) -> bool {
    let mut found = false;
    visit::walk(body, &mut |stmt| {
        found |=
            matches!(stmt.kind, StmtKind::Reserve { room, space: Space::Frame, .. } if room > FEW_ELEMENTS);
    });
    found
}

/// Whether a body has a loop.
fn has_loop(body: &[Stmt]) -> bool {
    let mut found = false;
    visit::walk(body, &mut |stmt| {
        found |= matches!(stmt.kind, StmtKind::Loop { .. } | StmtKind::For { .. });
    });
    found
}

/// The labels that a body has, without names in a copy yet.
fn labels(body: &[Stmt]) -> BTreeMap<Label, Option<Label>> {
    let mut labels = BTreeMap::new();
    visit::walk(body, &mut |stmt| {
        if let StmtKind::Block { label, .. } | StmtKind::Loop { label, .. } | StmtKind::For { label, .. } =
            &stmt.kind
        {
            labels.insert(*label, None);
        }
    });
    labels
}

/// One copy of a loop's body.
struct Copy<'a> {
    /// The locals that only the body mentions: each copy has its own, so that what is assigned once
    /// in the body is assigned once. Every iteration assigns them before it reads them, since the
    /// first one must.
    own: &'a BTreeSet<LocalId>,
    /// What stands for the locals that were met so far.
    values: BTreeMap<LocalId, Expr>,
    /// What stands for the labels that the body has.
    labels: BTreeMap<Label, Option<Label>>,
    unroll: &'a mut Unroll,
}

impl Names for Copy<'_> {
    fn value(&mut self, local: LocalId) -> Expr {
        if !self.own.contains(&local) {
            return self.values.get(&local).cloned().unwrap_or(Expr::Local(local));
        }
        let Unroll { locals, mentions, .. } = &mut *self.unroll;
        let copied = self.values.entry(local).or_insert_with(|| {
            locals.push(locals[local.0 as usize].clone());
            mentions.push(0);
            Expr::Local(LocalId(locals.len() as u32 - 1))
        });
        copied.clone()
    }

    fn label(&mut self, label: Label) -> Label {
        let Some(copied) = self.labels.get_mut(&label) else { return label };
        *copied.get_or_insert_with(|| {
            self.unroll.n_labels += 1;
            Label(self.unroll.n_labels - 1)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    /// The IR of a kernel file's first function after this pass.
    fn unrolled(text: &str) -> String {
        let source = Source::file("k.py", text);
        let package = crate::symbol::Package { name: "p".into(), version: "0".into() };
        let mut analysis = crate::analysis::analyse(&source, &package);
        super::super::inline::run(&mut analysis.module);
        run(&mut analysis.module);
        analysis.module.functions.truncate(1);
        crate::ir::print::print(&analysis.module)
    }

    #[test]
    fn short_loops_are_written_out() {
        let ir = unrolled(
            "from numba import njit, int64\n@njit\ndef f(n: int64) -> int64:\n    s = n\n    for k in -1, 2:\n        if s == k:\n            break\n        s = s * s + k\n    return s\n",
        );
        assert!(!ir.contains("for ") && ir.contains("!= -1") && ir.contains("!= 2"), "{ir}");
    }

    #[test]
    fn long_loops_stay() {
        let ir = unrolled(
            "from numba import njit, int64\n@njit\ndef f(n: int64) -> int64:\n    s = n\n    for k in range(9):\n        s = s * s + k\n    return s\n",
        );
        assert!(ir.contains("in 0..9"), "{ir}");
    }
}
