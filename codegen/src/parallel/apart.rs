//! Functions with parallel loops take it that their array parameters do not overlap where one of them
//! is written. Rust guarantees it; calls from other functions are looked at here.

use std::collections::BTreeSet;

use super::origins::{Facts, Origin, Origins, written};
use super::{loops, outline};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::typed::{ExprKind, Program, visit};

/// For each instance, the pairs of parameters that must be apart.
type Pairs = Vec<BTreeSet<(usize, usize)>>;

/// Reports calls that give a part of one array for two parameters that must be apart.
pub(super) fn check(program: &Program, facts: &Facts, diagnostics: &mut Diagnostics) {
    let mut pairs: Pairs = (0..program.instances.len()).map(|index| own(program, index, facts)).collect();
    if pairs.iter().all(BTreeSet::is_empty) {
        return;
    }
    // Pairs only grow, so this ends.
    while (0..program.instances.len()).any(|index| calls(program, index, facts, &mut pairs, None)) {}
    for index in 0..program.instances.len() {
        calls(program, index, facts, &mut pairs, Some(diagnostics));
    }
}

/// The pairs that an instance's own loops need.
fn own(program: &Program, index: usize, facts: &Facts) -> BTreeSet<(usize, usize)> {
    let mut pairs = BTreeSet::new();
    for parallel in loops(&program.instances[index].body) {
        let mut used = BTreeSet::new();
        for web in outline::webs(&parallel.body).read {
            used.extend(params(facts.of(index, web)));
        }
        let mut apart = |written: &Origins| {
            for param in params(written) {
                pairs.extend(used.iter().filter(|other| **other != param).map(|other| (param, *other)));
            }
        };
        written(&parallel.body, &facts.writes, &mut |array, _| apart(&facts.of_value(index, array)));
        parallel.folded.iter().for_each(|[array, _]| apart(facts.of(index, *array)));
    }
    pairs
}

fn params(origins: &Origins) -> impl Iterator<Item = usize> {
    origins.iter().filter_map(|origin| match origin {
        Origin::Param(position) => Some(*position),
        Origin::Made(_) => None,
    })
}

/// Looks at the calls of an instance: adds the pairs that they need of its own parameters, and says
/// whether there are new ones; reports those that cannot be.
fn calls(
    program: &Program,
    index: usize,
    facts: &Facts,
    pairs: &mut Pairs,
    mut diagnostics: Option<&mut Diagnostics>,
) -> bool {
    let mut found = pairs[index].clone();
    visit::walk_exprs(&program.instances[index].body, &mut |expr| {
        let ExprKind::Call(callee, args) = &expr.kind else { return };
        for (written, other) in &pairs[callee.0 as usize] {
            let [first, second] = [written, other].map(|param| facts.of_value(index, &args[*param]));
            if let (Some(diagnostics), false) = (&mut diagnostics, first.is_disjoint(&second)) {
                diagnostics.report(overlap(&program[*callee].name, expr.span));
            }
            for first in params(&first) {
                found.extend(params(&second).filter(|second| *second != first).map(|second| (first, second)));
            }
        }
    });
    let grew = found != pairs[index];
    pairs[index] = found;
    grew
}

fn overlap(name: &str, span: crate::source::Span) -> Diagnostic {
    let message = format!("`{name}` writes an array in a parallel loop, and may be given a part of it twice");
    Diagnostic::new(Code::ParallelAccess, span, message).help("give it a copy: `np.copy(x)`")
}
