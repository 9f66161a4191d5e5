//! Statements: structured control flow becomes labels and branches.

use super::function::{Flow, FunctionCx};
use super::instruction::{Class, Comparison, Opcode, Operand, Register, Ty};
use crate::ir::{Expr, Label, LocalId, Stmt, StmtKind, Type};

impl FunctionCx<'_, '_> {
    /// Translates statements up to the first that leaves.
    pub(super) fn statements(&mut self, body: &[Stmt]) -> Flow {
        for stmt in body {
            self.begin_place(stmt.span);
            if self.statement(stmt) == Flow::Leaves {
                return Flow::Leaves;
            }
        }
        Flow::Continues
    }

    fn statement(&mut self, stmt: &Stmt) -> Flow {
        match &stmt.kind {
            StmtKind::If { cond, then, otherwise } => return self.if_(cond, then, otherwise),
            StmtKind::Block { label, body } => return self.labelled(*label, body),
            StmtKind::Exit(label) => {
                let to = self.leave(*label);
                self.branch_if(None, to);
                return Flow::Leaves;
            }
            StmtKind::Loop { label, body } => return self.repeated(*label, body),
            StmtKind::For { label, var, lo, hi, step, independent, body } => {
                let range = Range { var: *var, lo, hi, step: *step };
                if self.on_lanes || !self.is_on_lanes(*step, *independent) {
                    return self.counted(*label, &range, body);
                }
                self.meet();
                self.on_lanes = true;
                let flow = self.counted(*label, &range, body);
                self.on_lanes = false;
                self.meet();
                return flow;
            }
            StmtKind::Assign { local, value } => self.assign(*local, value),
            StmtKind::Load { local, view, index, part } => self.load_element(*local, *view, index, *part),
            StmtKind::Store { view, index, part, value } => self.store_element(*view, index, *part, value),
            StmtKind::Call { results, function, args, status, place: _ } => {
                self.call(*function, args, *status, results);
            }
            StmtKind::Parallel { function, count, args, status, .. } => {
                self.in_order(*function, count, args, *status);
            }
            StmtKind::Record(raise) => self.record(raise),
            StmtKind::Print(template) => self.print(template),
            StmtKind::Allocate { .. } => self.refuse("make an array whose size is known only when it runs"),
            StmtKind::Reserve { view, shape, room, space } => self.reserve(*view, shape, *room, *space),
            StmtKind::Together { op, results, args } => self.together(*op, results, args),
            StmtKind::Atomic { op, old, view, index, args } => {
                self.atomic(*op, *old, *view, index, args);
            }
            // Owners own nothing.
            StmtKind::Retain(_) | StmtKind::Release(_) => {}
            StmtKind::LoadLanes { local, elements } => self.load_lanes(*local, elements),
            StmtKind::StoreLanes { elements, value } => self.store_lanes(elements, value),
            StmtKind::CallLanes { results, function, args, mask } => {
                self.call_lanes(results, *function, args, mask);
            }
            StmtKind::Check { .. } | StmtKind::Raise(_) => {
                unreachable!("bug in pykernel: {} raises after the status pass", self.function.name)
            }
        }
        Flow::Continues
    }

    fn assign(&mut self, local: LocalId, value: &Expr) {
        match self.function.ty(local) {
            Type::Scalar(_) | Type::Lanes(_) => {
                let value = self.value(value);
                self.set(local, value);
            }
            Type::View(_) => self.assign_view(local, value),
            Type::Owner => {}
        }
    }

    fn if_(&mut self, cond: &Expr, then: &[Stmt], otherwise: &[Stmt]) -> Flow {
        if let ([Stmt { kind: StmtKind::Exit(label), .. }], []) = (then, otherwise) {
            let to = self.leave(*label);
            self.branch(cond, true, to);
            return Flow::Continues;
        }
        let (not, after) = (self.new_label(), self.new_label());
        self.branch_unless(cond, not);
        let first = self.statements(then);
        if otherwise.is_empty() {
            self.place_label(not);
            return Flow::Continues;
        }
        if first == Flow::Continues {
            self.branch_if(None, after);
        }
        self.place_label(not);
        let second = self.statements(otherwise);
        if first == Flow::Leaves && second == Flow::Leaves {
            return Flow::Leaves;
        }
        self.place_label(after);
        Flow::Continues
    }

    /// Translates a body that `Exit(label)` can leave.
    pub(super) fn labelled(&mut self, label: Label, body: &[Stmt]) -> Flow {
        self.open(label);
        let flow = self.statements(body);
        match self.close(label) {
            Flow::Continues => Flow::Continues,
            Flow::Leaves => flow,
        }
    }

    fn repeated(&mut self, label: Label, body: &[Stmt]) -> Flow {
        self.open(label);
        let again = self.new_label();
        self.place_label(again);
        if self.statements(body) == Flow::Continues {
            self.branch_if(None, again);
        }
        self.close(label)
    }

    /// Translates a counting loop with its test at the bottom.
    fn counted(&mut self, label: Label, range: &Range<'_>, body: &[Stmt]) -> Flow {
        let lo = self.value(range.lo);
        let hi = self.value(range.hi);
        // The body may change what the bound is computed from.
        let bound = self.compute(Opcode::Mov, Ty::B64, Class::Long, [hi]);
        self.set(range.var, lo);
        let var = self.get(range.var);
        self.open(label);
        let (again, after) = (self.new_label(), self.leave(label));
        let enters = self.setp(range.before(), Ty::S64, var, bound);
        self.branch_if(Some((enters, false)), after);
        self.place_label(again);
        if self.statements(body) == Flow::Continues {
            self.advance(range, var, bound, again);
        }
        self.close(label)
    }

    /// Goes to the next round of a counting loop, if there is one. Neither step nor test overflows: the distance to
    /// the bound is more than 0, and fits 64 unsigned bits.
    fn advance(
        &mut self,
        range: &Range<'_>,
        var: Register,
        bound: Register,
        again: super::instruction::Label,
    ) {
        let next = |cx: &mut Self| {
            cx.emit(Opcode::Add, &[Ty::S64], [var.into(), var.into(), Operand::Int(range.step)]);
        };
        if range.step.unsigned_abs() == 1 {
            next(self);
            let more = self.setp(range.before(), Ty::S64, var, bound);
            return self.branch_if(Some((more, true)), again);
        }
        let ends = if range.step > 0 { [bound.into(), var.into()] } else { [var.into(), bound.into()] };
        let distance = self.compute(Opcode::Sub, Ty::S64, Class::Long, ends);
        let step = Operand::Int(range.step.unsigned_abs() as i64);
        let more = self.setp(Comparison::Gt, Ty::U64, distance, step);
        next(self);
        self.branch_if(Some((more, true)), again);
    }

    /// Runs a body over all places in one part.
    fn in_order(
        &mut self,
        function: crate::ir::FunctionId,
        count: &Expr,
        args: &[Expr],
        status: Option<LocalId>,
    ) {
        let zero = Expr::Const(crate::ir::Const::Int(crate::ir::Scalar::I64, 0));
        let all: Vec<Expr> = [zero, count.clone()].into_iter().chain(args.iter().cloned()).collect();
        let enters = self.value(count);
        let enters = self.setp(Comparison::Gt, Ty::S64, enters, Operand::Int(0));
        let after = self.new_label();
        if let Some(status) = status {
            self.set(status, Operand::Int(0));
        }
        self.branch_if(Some((enters, false)), after);
        self.call(function, &all, status, &[]);
        self.place_label(after);
    }
}

/// What a counting loop runs over.
struct Range<'a> {
    var: LocalId,
    lo: &'a Expr,
    hi: &'a Expr,
    step: i64,
}

impl Range<'_> {
    /// The comparison by which a value stands before `hi`.
    const fn before(&self) -> Comparison {
        match self.step > 0 {
            true => Comparison::Lt,
            false => Comparison::Gt,
        }
    }
}
