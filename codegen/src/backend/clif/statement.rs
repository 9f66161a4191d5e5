//! Statements: structured control flow becomes blocks.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, SourceLoc, Value};

use super::allocate::Allocation;
use super::branch::Targets;
use super::function::{Flow, FunctionCx};
use crate::ir::threads::Space;
use crate::ir::{CompareOp, Expr, Label, LocalId, Stmt, StmtKind, Type};

impl FunctionCx<'_, '_> {
    /// Translates statements up to the first that leaves.
    pub(super) fn statements(&mut self, body: &[Stmt]) -> Flow {
        let mut rest = body;
        while let Some((stmt, following)) = rest.split_first() {
            self.builder.set_srcloc(SourceLoc::new(stmt.span.start));
            rest = following;
            if let Some((next, behind)) = following.split_first()
                && self.store_both_parts(&stmt.kind, &next.kind)
            {
                rest = behind;
            } else if self.statement(stmt) == Flow::Leaves {
                return Flow::Leaves;
            }
        }
        Flow::Continues
    }

    fn statement(&mut self, stmt: &Stmt) -> Flow {
        match &stmt.kind {
            StmtKind::If { cond, then, otherwise } => return self.if_(cond, then, otherwise),
            StmtKind::Block { label, body } => return self.labelled(*label, body),
            StmtKind::Exit(label) => return self.exit(*label),
            StmtKind::Loop { label, body } => return self.repeated(*label, body),
            StmtKind::For { label, var, lo, hi, step, independent: _, body } => {
                let range = Range { var: *var, lo, hi, step: *step };
                return self.counted(*label, &range, body);
            }
            StmtKind::Assign { local, value } => self.assign(*local, value),
            StmtKind::Load { local, view, index, part } => {
                let value = self.load(*view, index, *part);
                self.set(*local, value);
            }
            StmtKind::Store { view, index, part, value } => {
                let value = self.expression(value).value;
                self.store(*view, index, *part, value);
            }
            StmtKind::LoadLanes { local, elements } => self.load_lanes(*local, elements),
            StmtKind::StoreLanes { elements, value } => self.store_lanes(elements, value),
            StmtKind::CallLanes { results, function, args, mask } => {
                self.call_lanes(results, *function, args, mask);
            }
            StmtKind::Call { results, function, args, status, place } => {
                self.call(*function, args, *status, results, place);
            }
            StmtKind::Parallel { function, count, cost, args, status, place: _ } => {
                self.parallel(*function, [count, cost], args, *status);
            }
            StmtKind::Record(raise) => self.record(raise),
            StmtKind::Print(template) => self.print(template),
            StmtKind::Allocate { found, owner, view, shape, zeroed, most: _ } => {
                self.allocate(Allocation { found: *found, owner: *owner, view: *view }, shape, *zeroed);
            }
            StmtKind::Reserve { view, shape, room: _, space: Space::Random(state) } => {
                self.random(*view, shape, *state);
            }
            StmtKind::Reserve { view, shape, room, space: _ } => self.reserve(*view, shape, *room),
            StmtKind::Retain(owner) => self.retain(*owner),
            StmtKind::Release(owner) => self.release(*owner),
            StmtKind::Together { .. } | StmtKind::Atomic { .. } => {
                unreachable!("bug in pykernel: {} is for GPUs alone", self.function.name)
            }
            StmtKind::Check { .. } | StmtKind::Raise(_) => {
                unreachable!("bug in pykernel: {} raises after the status pass", self.function.name)
            }
        }
        Flow::Continues
    }

    fn assign(&mut self, local: LocalId, value: &Expr) {
        match (self.function.ty(local), value) {
            (Type::Scalar(_), value) => {
                let value = self.expression(value).value;
                self.set(local, value);
            }
            (Type::Lanes(_), value) => self.assign_lanes(local, value),
            (Type::View(_), value) => {
                let array = self.array(value);
                self.set_view(local, &array);
            }
            (Type::Owner, value) => {
                let value = self.owner(value);
                self.set(local, value);
            }
        }
    }

    fn if_(&mut self, cond: &Expr, then: &[Stmt], otherwise: &[Stmt]) -> Flow {
        let [on_true, on_false, after] = std::array::from_fn(|_| self.builder.create_block());
        let for_lanes = calls_for_lanes(cond, then);
        if for_lanes {
            self.compute_kept(then);
        }
        if for_lanes || self.raises(cond, then) {
            self.builder.set_cold_block(on_true);
        }
        let leaving = match (leaves(then), leaves(otherwise)) {
            (true, _) => Some(on_true),
            (false, true) => Some(on_false),
            (false, false) => None,
        };
        self.branch(cond, Targets { on_true, on_false, leaving });
        let mut flow = Flow::Leaves;
        for (block, body) in [(on_true, then), (on_false, otherwise)] {
            self.continue_in(block);
            if self.statements(body) == Flow::Continues {
                self.builder.ins().jump(after, &[]);
                flow = Flow::Continues;
            }
        }
        if flow == Flow::Continues {
            self.continue_in(after);
        }
        flow
    }

    /// Whether the true side raises, and so is rarely run: it records, or passes on what a callee
    /// raised.
    fn raises(&self, cond: &Expr, then: &[Stmt]) -> bool {
        let tests_status = match cond {
            Expr::Compare { op: CompareOp::Ne, left, .. } => {
                self.function.status.is_some_and(|status| **left == Expr::Local(status))
            }
            _ => false,
        };
        tests_status || then.iter().any(|stmt| matches!(stmt.kind, StmtKind::Record(_)))
    }

    /// Translates a body that `Exit(label)` can leave.
    pub(super) fn labelled(&mut self, label: Label, body: &[Stmt]) -> Flow {
        self.open(label);
        if self.statements(body) == Flow::Continues {
            self.exit(label);
        }
        self.close(label)
    }

    fn exit(&mut self, label: Label) -> Flow {
        let destination = self.leave(label);
        self.builder.ins().jump(destination, &[]);
        Flow::Leaves
    }

    /// Translates a loop. A test at its top, which a `while` has, is done once before the loop and
    /// then at its bottom.
    fn repeated(&mut self, label: Label, body: &[Stmt]) -> Flow {
        self.open(label);
        let header = self.builder.create_block();
        let (test, body) = match leading_test(label, body) {
            Some((test, rest)) => (Some(test), rest),
            None => (None, body),
        };
        let place = self.builder.srcloc();
        self.repeat(test, label, header);
        self.builder.switch_to_block(header);
        if self.statements(body) == Flow::Continues {
            self.builder.set_srcloc(place);
            self.repeat(test, label, header);
        }
        self.builder.seal_block(header);
        self.close(label)
    }

    /// Goes to a loop's header, or past the loop if its test says so.
    fn repeat(&mut self, test: Option<Test<'_>>, label: Label, header: Block) {
        let Some(Test { cond, goes_on_if }) = test else {
            self.builder.ins().jump(header, &[]);
            return;
        };
        let after = self.leave(label);
        let targets = Targets { on_true: header, on_false: after, leaving: Some(after) };
        self.branch(cond, if goes_on_if { targets } else { targets.swapped() });
    }

    /// Translates a counting loop with its test at the bottom.
    fn counted(&mut self, label: Label, range: &Range<'_>, body: &[Stmt]) -> Flow {
        let lo = self.expression(range.lo).value;
        let hi = self.expression(range.hi).value;
        self.open(label);
        let header = self.builder.create_block();
        let var = self.builder.append_block_param(header, cranelift_codegen::ir::types::I64);
        let after = self.leave(label);
        let enters = self.builder.ins().icmp(range.before(), lo, hi);
        self.builder.ins().brif(enters, header, &[lo.into()], after, &[]);
        self.builder.switch_to_block(header);
        self.set(range.var, var);
        let place = self.builder.srcloc();
        if self.statements(body) == Flow::Continues {
            self.builder.set_srcloc(place);
            let (again, next) = self.advance(range, var, hi);
            self.builder.ins().brif(again, header, &[next.into()], after, &[]);
        }
        self.builder.seal_block(header);
        self.close(label)
    }

    /// Whether a counting loop runs again, and with which value. Neither step nor test overflows:
    /// the distance to `hi` is more than 0, and fits 64 unsigned bits.
    fn advance(&mut self, range: &Range<'_>, var: Value, hi: Value) -> (Value, Value) {
        let next = self.builder.ins().iadd_imm_s(var, range.step);
        if range.step.unsigned_abs() == 1 {
            return (self.builder.ins().icmp(range.before(), next, hi), next);
        }
        let distance = match range.step > 0 {
            true => self.builder.ins().isub(hi, var),
            false => self.builder.ins().isub(var, hi),
        };
        let step = self.i64(range.step.unsigned_abs() as i64);
        (self.builder.ins().icmp(IntCC::UnsignedGreaterThan, distance, step), next)
    }
}

/// A loop's test.
#[derive(Clone, Copy)]
struct Test<'a> {
    cond: &'a Expr,
    goes_on_if: bool,
}

/// Takes apart a loop's body that begins with `if cond: break`, on either side.
fn leading_test(label: Label, body: &[Stmt]) -> Option<(Test<'_>, &[Stmt])> {
    let (first, rest) = body.split_first()?;
    let StmtKind::If { cond, then, otherwise } = &first.kind else { return None };
    let leaves = |side: &[Stmt]| matches!(side, [Stmt { kind: StmtKind::Exit(exit), .. }] if *exit == label);
    let goes_on_if = match () {
        () if otherwise.is_empty() && leaves(then) => false,
        () if then.is_empty() && leaves(otherwise) => true,
        () => return None,
    };
    Some((Test { cond, goes_on_if }, rest))
}

/// Whether a body does not reach its end.
fn leaves(body: &[Stmt]) -> bool {
    matches!(body.last(), Some(Stmt { kind: StmtKind::Exit(_), .. }))
}

/// Whether a body calls for those lanes that a condition holds for, which are rare: else the callee's code
/// would stand here, on lanes.
fn calls_for_lanes(cond: &Expr, then: &[Stmt]) -> bool {
    let calls = |stmt: &Stmt| matches!(stmt.kind, StmtKind::CallLanes { .. });
    matches!(cond, Expr::AnyLane { .. }) && then.iter().any(calls)
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
    fn before(&self) -> IntCC {
        match self.step > 0 {
            true => IntCC::SignedLessThan,
            false => IntCC::SignedGreaterThan,
        }
    }
}
