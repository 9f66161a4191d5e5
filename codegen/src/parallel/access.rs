//! What a loop's body reads and writes of arrays.

use super::origins::Facts;
use super::region::{Place, Scope};
use crate::source::Span;
use crate::typed::{Element, Expr, ExprKind, Fill, Output, Site, Stmt, StmtKind, visit};

/// One access.
pub(super) struct Access {
    pub(super) place: Place,
    pub(super) writes: bool,
    pub(super) span: Span,
}

/// The accesses of a body, those of an iteration's own arrays included.
pub(super) fn accesses(scope: &Scope<'_>, body: &[Stmt], facts: &Facts) -> Vec<Access> {
    let mut search = Search { scope, facts, found: Vec::new() };
    visit::walk(body, &mut |stmt| match &stmt.kind {
        StmtKind::Store(element, _) | StmtKind::Update(element, _) => {
            search.element(element, true, stmt.span);
        }
        _ => {}
    });
    visit::walk_exprs(body, &mut |expr| search.expr(expr));
    search.found
}

struct Search<'a, 's> {
    scope: &'a Scope<'s>,
    facts: &'a Facts,
    found: Vec<Access>,
}

impl Search<'_, '_> {
    fn element(&mut self, element: &Element, writes: bool, span: Span) {
        let place = match self.scope.place_of(&element.array) {
            Place::Unknown => Place::Unknown,
            Place::Regions(regions) => {
                let element = |region| self.scope.element(region, &element.indices);
                Place::Regions(regions.into_iter().map(element).collect())
            }
        };
        self.found.push(Access { place, writes, span });
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Element(element) => self.element(element, false, expr.span),
            ExprKind::Call(callee, args) => {
                for (position, arg) in args.iter().enumerate() {
                    self.whole(arg, self.facts.writes[callee.0 as usize][position], arg.span);
                }
            }
            ExprKind::Elementwise(elementwise) => {
                for input in &elementwise.inputs {
                    input.operands(&mut |read| self.whole(read, false, expr.span));
                }
                for output in &elementwise.outputs {
                    if let Output::Given { array, sites, .. } = output {
                        self.whole(array, true, expr.span);
                        let indices = sites.iter().filter_map(Site::index);
                        indices.for_each(|index| self.whole(index, false, expr.span));
                    }
                }
            }
            ExprKind::Allocate(allocation) => {
                if let Fill::Copy(array) = &allocation.fill {
                    self.whole(array, false, expr.span);
                }
            }
            _ => {}
        }
    }

    /// All elements of an array, or of those in a tuple.
    fn whole(&mut self, value: &Expr, writes: bool, span: Span) {
        if value.ty.holds_memory() {
            self.found.push(Access { place: self.scope.place_of(value), writes, span });
        }
    }
}
