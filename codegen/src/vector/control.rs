//! Control flow on lanes: conditions that differ among them become masks.

use std::rc::Rc;

use super::refusal::Why;
use super::rewrite::{Live, Open, Protected, Rewrite, is_plain};
use super::shape::Shape;
use crate::ir::construct::{binary, unary};
use crate::ir::{BinaryOp, Expr, Label, LocalId, Stmt, StmtKind, UnaryOp, visit};

/// How often the body of a loop inside is taken to be done.
const ROUNDS: i64 = 8;

/// What comes out of a branch.
struct Arm {
    /// The lanes that went in.
    mask: LocalId,
    out: Live,
}

impl Rewrite<'_> {
    /// An `If`; gives the lanes that come out of it.
    pub(super) fn branch(
        &mut self,
        stmt: &Stmt,
        (cond, then, otherwise): (&Expr, &[Stmt], &[Stmt]),
        live: Live,
        out: &mut Vec<Stmt>,
    ) -> Live {
        match self.shape(cond) {
            Shape::Uniform => {
                let cond = self.uniform(cond);
                self.together(cond, [then, otherwise], live, out)
            }
            Shape::Strided(_) | Shape::Varying => {
                let cond = self.lanes(cond);
                match [then, otherwise].map(|arm| self.leaves(arm)) {
                    [true, _] => self.unless(cond, otherwise, live, out),
                    [false, true] => self.unless(unary(UnaryOp::Not, cond), then, live, out),
                    [false, false] => self.apart(stmt, cond, [then, otherwise], live, out),
                }
            }
        }
    }

    /// All lanes take the same branch.
    fn together(&mut self, cond: Expr, arms: [&[Stmt]; 2], live: Live, out: &mut Vec<Stmt>) -> Live {
        let [mut then, mut otherwise] = [Vec::new(), Vec::new()];
        let ends = [self.block(arms[0], live, &mut then), self.block(arms[1], live, &mut otherwise)];
        let after = match ends {
            [Live::Gone, Live::Gone] => Live::Gone,
            [Live::Gone, end] | [end, Live::Gone] if end == live => live,
            ends if ends == [live, live] => live,
            ends => {
                let mask = self.add_lanes("live", crate::ir::Scalar::Bool);
                for (end, arm) in ends.into_iter().zip([&mut then, &mut otherwise]) {
                    if end != Live::Gone {
                        arm.push(self.assign(mask, self.mask(end)));
                    }
                }
                Live::Mask(mask)
            }
        };
        out.push(self.stmt(StmtKind::If { cond, then, otherwise }));
        after
    }

    /// Whether statements end with the loop: by raising, or by an exit to a place outside of it.
    fn leaves(&self, body: &[Stmt]) -> bool {
        let is_outside = |label| self.open.iter().all(|open| open.label != label);
        let mut stays = false;
        visit::walk(body, &mut |stmt| {
            stays |= matches!(stmt.kind, StmtKind::Exit(label) if !is_outside(label));
        });
        let ends = |stmt: &Stmt| matches!(stmt.kind, StmtKind::Raise(_) | StmtKind::Exit(_));
        !stays && body.last().is_some_and(ends)
    }

    /// The group is left where a condition holds for a lane: else all go on as they were.
    fn unless(&mut self, leaves: Expr, body: &[Stmt], live: Live, out: &mut Vec<Stmt>) -> Live {
        let cond = self.any(self.narrowed(live, leaves));
        let then = vec![self.stmt(StmtKind::Exit(self.bail()))];
        out.push(self.stmt(StmtKind::If { cond, then, otherwise: Vec::new() }));
        self.statements(body, live, out)
    }

    /// Each lane takes its own branch: one after the other, for some of the lanes.
    fn apart(
        &mut self,
        stmt: &Stmt,
        cond: Expr,
        [then, otherwise]: [&[Stmt]; 2],
        live: Live,
        out: &mut Vec<Stmt>,
    ) -> Live {
        let taken = self.new_mask("cond", cond, out);
        let mut second = (*self.on.liveness.otherwise(stmt)).clone();
        let after = self.on.liveness.after(stmt);
        second.union(&after);
        let value = self.narrowed(live, Expr::Local(taken));
        let then = self.arm(then, value, (Rc::new(second), live), out);
        // So the condition is not needed any more.
        let value = self.narrowed(live, unary(UnaryOp::Not, Expr::Local(then.mask)));
        let otherwise = self.arm(otherwise, value, (after, live), out);
        self.merged(live, [then, otherwise], out)
    }

    /// One branch.
    fn arm(
        &mut self,
        body: &[Stmt],
        value: Expr,
        (locals, live): (Rc<super::liveness::Locals>, Live),
        out: &mut Vec<Stmt>,
    ) -> Arm {
        let mask = self.new_mask("mask", value, out);
        self.protected.push(Protected { locals, live });
        let mut inner = Vec::new();
        let mut end = self.block(body, Live::Mask(mask), &mut inner);
        self.protected.pop();
        if is_plain(body) {
            out.append(&mut inner);
            return Arm { mask, out: end };
        }
        if let Live::Mask(narrower) = end
            && narrower != mask
        {
            let carried = self.new_mask("live", Expr::Local(mask), out);
            inner.push(self.assign(carried, Expr::Local(narrower)));
            end = Live::Mask(carried);
        }
        let cond = self.any(Expr::Local(mask));
        out.push(self.stmt(StmtKind::If { cond, then: inner, otherwise: Vec::new() }));
        Arm { mask, out: end }
    }

    /// The lanes that come out of two branches.
    fn merged(&mut self, live: Live, arms: [Arm; 2], out: &mut Vec<Stmt>) -> Live {
        let unchanged = arms.iter().all(|arm| arm.out == Live::Mask(arm.mask));
        if unchanged {
            return live;
        }
        let mut left = arms.iter().filter_map(|arm| match arm.out {
            Live::Mask(mask) => Some(mask),
            Live::All | Live::None | Live::Gone => None,
        });
        match (left.next(), left.next()) {
            (None, _) => Live::None,
            (Some(mask), None) => Live::Mask(mask),
            (Some(first), Some(second)) => {
                let both = binary(BinaryOp::Or, Expr::Local(first), Expr::Local(second));
                Live::Mask(self.new_mask("live", both, out))
            }
        }
    }

    /// Lanes leave a construct.
    pub(super) fn exit(&mut self, label: Label, live: Live, out: &mut Vec<Stmt>) -> Live {
        let Some(place) = self.open.iter().position(|open| open.label == label) else {
            // They leave the loop itself, which single numbers do.
            out.push(self.stmt(StmtKind::Exit(self.bail())));
            return Live::Gone;
        };
        let Open { new, live: began, left, .. } = self.open[place];
        if let Some(left) = left {
            let value = binary(BinaryOp::Or, Expr::Local(left), self.mask(live));
            out.push(self.assign(left, value));
        }
        if began == live {
            out.push(self.stmt(StmtKind::Exit(new)));
            return Live::Gone;
        }
        let crossed: Vec<Label> = self.open[place + 1..].iter().map(|open| open.label).collect();
        self.found.crossed.extend(crossed);
        Live::None
    }

    /// A block or a loop; gives the lanes that come out of it.
    pub(super) fn labelled(&mut self, stmt: &Stmt, live: Live, out: &mut Vec<Stmt>) -> Live {
        match &stmt.kind {
            StmtKind::Block { label, body } => {
                let (new, end, mut body, left) = self.opened(stmt, (*label, body), live, live, out);
                // Those at its end join here: where all leave it before, control does not come here.
                if let (Some(left), Live::All | Live::Mask(_)) = (left, end) {
                    let value = binary(BinaryOp::Or, Expr::Local(left), self.mask(end));
                    body.push(self.assign(left, value));
                }
                out.push(self.stmt(StmtKind::Block { label: new, body }));
                self.after(*label, live, left, Live::Gone, out)
            }
            StmtKind::Loop { label, body } => {
                let within = self.lanes_within(*label, live, out);
                let (new, end, mut body, left) = self.opened(stmt, (*label, body), live, within, out);
                self.end_round(*label, new, (within, end), &mut body);
                out.push(self.stmt(StmtKind::Loop { label: new, body }));
                self.after(*label, live, left, Live::Gone, out)
            }
            StmtKind::For { label, var, lo, hi, step, body, .. } => {
                if [lo, hi].into_iter().any(|end| self.shape(end) != Shape::Uniform) {
                    self.refuse(Why::InnerStep);
                    return live;
                }
                let within = self.lanes_within(*label, live, out);
                let [lo, hi] = [lo, hi].map(|end| self.uniform(end));
                let (new, end, mut body, left) = self.opened(stmt, (*label, body), live, within, out);
                self.end_round(*label, new, (within, end), &mut body);
                let (var, step) = (*var, *step);
                out.push(self.stmt(StmtKind::For {
                    label: new,
                    var,
                    lo,
                    hi,
                    step,
                    independent: false,
                    body,
                }));
                self.after(*label, live, left, within, out)
            }
            _ => unreachable!("bug in pykernel: a statement without a label is left"),
        }
    }

    /// The lanes for which a loop's body is done: its own mask, if they become fewer in it.
    fn lanes_within(&mut self, label: Label, live: Live, out: &mut Vec<Stmt>) -> Live {
        match self.facts.narrowed.contains(&label) {
            true => Live::Mask(self.new_mask("active", self.mask(live), out)),
            false => live,
        }
    }

    /// The body of a construct: its new label, the lanes at its end, the statements, and those that left it.
    fn opened(
        &mut self,
        stmt: &Stmt,
        (label, body): (Label, &[Stmt]),
        live: Live,
        within: Live,
        out: &mut Vec<Stmt>,
    ) -> (Label, Live, Vec<Stmt>, Option<LocalId>) {
        let new = self.add_label();
        let left = self.facts.crossed.contains(&label);
        let left = left.then(|| self.new_mask("left", self.mask(Live::None), out));
        self.open.push(Open { label, new, live: within, left });
        self.protected.push(Protected { locals: self.on.liveness.after(stmt), live });
        let mut inner = Vec::new();
        let gain = self.gain;
        let end = self.block(body, within, &mut inner);
        self.gain = gain + ROUNDS * (self.gain - gain);
        self.protected.pop();
        self.open.pop();
        (new, end, inner, left)
    }

    /// Ends a loop's round: without lanes there is no other.
    fn end_round(&mut self, label: Label, new: Label, (within, end): (Live, Live), body: &mut Vec<Stmt>) {
        if end == within || end == Live::Gone {
            return;
        }
        self.found.narrowed.insert(label);
        if let Live::Mask(active) = within {
            body.push(self.assign(active, self.mask(end)));
            let cond = unary(UnaryOp::Not, self.any(Expr::Local(active)));
            let then = vec![self.stmt(StmtKind::Exit(new))];
            body.push(self.stmt(StmtKind::If { cond, then, otherwise: Vec::new() }));
        }
    }

    /// The lanes behind a construct: those that began it, unless some have left for a place further out.
    fn after(
        &mut self,
        label: Label,
        live: Live,
        left: Option<LocalId>,
        end: Live,
        out: &mut Vec<Stmt>,
    ) -> Live {
        let Some(left) = left.filter(|_| self.facts.crossed.contains(&label)) else { return live };
        match end {
            Live::None | Live::Gone => Live::Mask(left),
            Live::All | Live::Mask(_) => {
                let value = binary(BinaryOp::Or, Expr::Local(left), self.mask(end));
                Live::Mask(self.new_mask("live", value, out))
            }
        }
    }
}
