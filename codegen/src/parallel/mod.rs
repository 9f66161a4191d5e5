//! Parallel loops: proves that their iterations do not meet, and makes their bodies functions.
//!
//! Before: a typed program with [`StmtKind::Parallel`]. After: none is left; each is a
//! [`StmtKind::Fork`] of an instance that takes the ends of a part and what the body reads. What cannot
//! be proved is reported. What can be proved but for the values of variables is tested before the loop,
//! which is serial where the test fails.

mod access;
mod apart;
mod cost;
mod guard;
mod origins;
mod outline;
mod polynomial;
mod proof;
mod region;

use crate::diagnostic::Diagnostics;
use crate::source::{Source, Span};
use crate::typed::{Expr, InstanceId, Program, Stmt, StmtKind};

/// The comment that vouches for the accesses on its line.
const DISJOINT: &str = "# pykernel: disjoint";

/// Proves and outlines all parallel loops of a program that is free of errors.
pub fn run(program: &mut Program, source: &Source, diagnostics: &mut Diagnostics) {
    if program.instances.iter().all(|instance| loops(&instance.body).is_empty()) {
        return;
    }
    let facts = origins::facts(program);
    let mut found = Vec::new();
    for index in 0..program.instances.len() {
        let id = InstanceId(index as u32);
        let mut vouched = false;
        for parallel in loops(&program[id].body) {
            let proof = proof::prove(program, id, parallel, &facts, &|span| is_vouched(source, span));
            proof.diagnostics.into_iter().for_each(|diagnostic| diagnostics.report(diagnostic));
            vouched |= proof.vouched;
            found.push((proof.guard, cost::of(program, &parallel.body, parallel.iteration)));
        }
        program.instances[index].disjoint |= vouched;
    }
    apart::check(program, &facts, diagnostics);
    outline::run(program, found);
}

/// The parallel loops of a body, in the order of the text. None stands in another.
fn loops(body: &[Stmt]) -> Vec<&crate::typed::Parallel> {
    let mut loops = Vec::new();
    crate::typed::visit::walk(body, &mut |stmt| {
        if let StmtKind::Parallel(parallel) = &stmt.kind {
            loops.push(&**parallel);
        }
    });
    loops
}

/// Whether the line on which something begins ends in the comment that vouches for it.
fn is_vouched(source: &Source, span: Span) -> bool {
    let (part, span) = source.part(span);
    let line = part.text.get(span.start as usize..).and_then(|text| text.lines().next()).unwrap_or_default();
    line.trim_end().ends_with(DISJOINT)
}

/// A test before a loop; none where nothing is left to be tested.
type Guard = Option<Expr>;
