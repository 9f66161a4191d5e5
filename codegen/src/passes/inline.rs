//! Replaces calls by the callee's body.
//!
//! Before: any calls. After: no call of a library function is left but of those that ask for it
//! (`inline='never'`), nor of a function that is not
//! recursive and is small, at all places together not large, or asks for it, and every function is simplified. What a library function raises is raised at
//! the place of the call.

use super::calls::Calls;
use super::simplify::{self, assignments};
use super::tables;
use crate::hir::Inline;
use crate::ir::rename::{self, Names};
use crate::ir::{Expr, Function, FunctionId, Label, Local, LocalId, Module, Place, Stmt, StmtKind, visit};
use crate::source::Span;

/// The statements and expressions that a function may have in all to be inlined.
const SMALL: usize = 200;

/// Those that a function may have at all places at which it is called together.
const TOGETHER: usize = 2_000;

/// Those that a function may grow to by inlining others than the library's.
const LARGE: usize = 20_000;

/// Runs the pass: callees first, so that a body is whole when it is copied.
pub fn run(module: &mut Module) {
    let mut sizes = vec![usize::MAX; module.functions.len()];
    let calls = Calls::of(module);
    let n_calls = calls.counts();
    for component in calls.components() {
        for id in component {
            inline_into(module, id, (&sizes, &n_calls));
            tables::to_entry(&mut module[id]);
            simplify::function(&mut module[id]);
            sizes[id.0 as usize] = visit::size(&module[id].body);
        }
    }
}

/// Inlines into one function what of its callees is to be inlined.
fn inline_into(module: &mut Module, id: FunctionId, (sizes, n_calls): (&[usize], &[usize])) {
    let function = &mut module[id];
    let body = std::mem::take(&mut function.body);
    let locals = std::mem::take(&mut function.locals);
    let mut caller = Caller { n_labels: function.n_labels, module, sizes, n_calls, locals, grown: 0 };
    let body = caller.body(body);
    let Caller { n_labels, locals, .. } = caller;
    let function = &mut module[id];
    (function.body, function.locals, function.n_labels) = (body, locals, n_labels);
}

/// The function that is inlined into.
struct Caller<'a> {
    module: &'a Module,
    /// How large each callee is; endless for those that are not done, which only a cycle of calls
    /// can make.
    sizes: &'a [usize],
    /// At how many places each function is called.
    n_calls: &'a [usize],
    locals: Vec<Local>,
    n_labels: u32,
    /// How much has been inlined.
    grown: usize,
}

/// A call to be inlined.
struct Call {
    results: Vec<LocalId>,
    args: Vec<Expr>,
    place: Place,
    span: Span,
}

impl Caller<'_> {
    fn body(&mut self, body: Vec<Stmt>) -> Vec<Stmt> {
        let (module, mut out) = (self.module, Vec::with_capacity(body.len()));
        for Stmt { mut kind, span } in body {
            match kind {
                StmtKind::Call { results, function, args, place, status: None } if self.inlines(function) => {
                    self.call(&module[function], Call { results, args, place, span }, &mut out);
                }
                _ => {
                    kind.bodies_mut().for_each(|inner| *inner = self.body(std::mem::take(inner)));
                    out.push(Stmt { kind, span });
                }
            }
        }
        out
    }

    fn inlines(&mut self, id: FunctionId) -> bool {
        let (callee, size) = (&self.module[id], self.sizes[id.0 as usize]);
        let asked = match callee.inline {
            Inline::Auto => size <= SMALL || size.saturating_mul(self.n_calls[id.0 as usize]) <= TOGETHER,
            Inline::Always => true,
            Inline::Never => false,
        };
        let inlines = !callee.effects.recursive
            && callee.external.is_none()
            && size != usize::MAX
            && (asked || callee.library)
            && (callee.library || self.grown + size <= LARGE)
            && callee.inline != Inline::Never;
        self.grown += if inlines { size } else { 0 };
        inlines
    }

    /// Puts the callee's body in the place of a call. While it runs, nothing changes the caller's
    /// locals but those that take its results: an argument that reads none of these can stand for
    /// a parameter that the callee never assigns.
    fn call(&mut self, callee: &Function, call: Call, out: &mut Vec<Stmt>) {
        let Call { results, args, place, span } = call;
        let assign = |out: &mut Vec<Stmt>, local, value| {
            out.push(Stmt { kind: StmtKind::Assign { local, value }, span });
        };
        let assignments = assignments(callee);
        let first_label = self.n_labels;
        self.n_labels += callee.n_labels;
        let mut copy =
            Copy { callee, values: vec![None; callee.locals.len()], first_label, locals: &mut self.locals };
        for (param, arg) in callee.params.iter().zip(args) {
            let stands = match &arg {
                Expr::Const(_) | Expr::Unowned => true,
                Expr::Local(local) => !results.contains(local),
                _ => false,
            };
            if stands && assignments[param.0 as usize] == 1 {
                copy.values[param.0 as usize] = Some(arg);
            } else {
                assign(out, rename::local(*param, &mut copy), arg);
            }
        }
        for (result, target) in callee.results.iter().zip(&results) {
            copy.values[result.0 as usize].get_or_insert(Expr::Local(*target));
        }
        let mut body = body_at(callee, &place, span);
        rename::rename(&mut body, &mut copy);
        out.push(Stmt { kind: StmtKind::Block { label: Label(first_label), body }, span });
        for (result, target) in callee.results.iter().zip(&results) {
            let value = copy.value(*result);
            if value != Expr::Local(*target) {
                assign(out, *target, value);
            }
        }
    }
}

/// A body being copied into a caller.
struct Copy<'a> {
    callee: &'a Function,
    /// What stands for each of the callee's locals, as far as it was met.
    values: Vec<Option<Expr>>,
    /// The label in the caller that stands for the callee's first.
    first_label: u32,
    /// The caller's locals.
    locals: &'a mut Vec<Local>,
}

impl Names for Copy<'_> {
    fn value(&mut self, local: LocalId) -> Expr {
        let index = local.0 as usize;
        self.values[index].clone().unwrap_or_else(|| {
            self.locals.push(self.callee.locals[index].clone());
            let fresh = Expr::Local(LocalId(self.locals.len() as u32 - 1));
            self.values[index] = Some(fresh.clone());
            fresh
        })
    }

    fn label(&mut self, label: Label) -> Label {
        Label(label.0 + self.first_label)
    }
}

/// The callee's body as the caller sees it: what the library does, the call does.
fn body_at(callee: &Function, place: &Place, span: Span) -> Vec<Stmt> {
    let mut body = callee.body.clone();
    if callee.library {
        visit::walk_mut(&mut body, &mut |stmt| {
            stmt.span = span;
            if let Some(raise) = stmt.kind.raise_mut() {
                raise.place = place.clone();
            }
        });
    }
    body
}
