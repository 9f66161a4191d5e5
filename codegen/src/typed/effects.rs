//! What statements and expressions do beyond giving a value: what may be moved across what.

use super::{Axis, Elementwise, Expr, ExprKind, Operation, Output, Program, Shaped, Stmt, StmtKind};
use crate::types::{Kind, Type};

/// What running something does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// Whether control may not come to its end, by an exception or otherwise.
    pub leaves: bool,
    /// Whether it writes to arrays, or does something that others see.
    pub acts: bool,
}

/// What calling each instance of a program does.
#[derive(Debug)]
pub struct Effects {
    instances: Vec<Effect>,
}

const ALL: Effect = Effect { leaves: true, acts: true };
const LEAVES: Effect = Effect { leaves: true, acts: false };
const ACTS: Effect = Effect { leaves: false, acts: true };

impl Effect {
    const fn and(self, other: Effect) -> Effect {
        Effect { leaves: self.leaves || other.leaves, acts: self.acts || other.acts }
    }
}

impl Effects {
    /// The effects of a program's instances: each is known once those that it calls are. What calls
    /// itself may use up the stack.
    pub fn of(program: &Program) -> Effects {
        let mut known: Vec<Option<Effect>> = program.instances.iter().map(|_| None).collect();
        let mut changed = true;
        while changed {
            changed = false;
            for (index, instance) in program.instances.iter().enumerate() {
                if known[index].is_some() {
                    continue;
                }
                let effect = match instance.external {
                    Some(_) => Some(ALL),
                    None => block(&instance.body, of_function, &|callee| known[callee]),
                };
                changed |= effect.is_some();
                known[index] = effect;
            }
        }
        Effects { instances: known.into_iter().map(|effect| effect.unwrap_or(ALL)).collect() }
    }

    /// What a statement does.
    pub fn of_stmt(&self, stmt: &Stmt) -> Effect {
        block(std::slice::from_ref(stmt), own, &|callee| Some(self.instances[callee])).unwrap_or(ALL)
    }

    /// What an expression does.
    pub fn of_expr(&self, value: &Expr) -> Effect {
        expr(value, &|callee| Some(self.instances[callee])).unwrap_or(ALL)
    }
}

/// The effect of a function, if it is known yet.
type Known<'k> = &'k dyn Fn(usize) -> Option<Effect>;

fn block(body: &[Stmt], own: fn(&StmtKind) -> Effect, known: Known<'_>) -> Option<Effect> {
    let mut effect = Some(Effect::default());
    super::visit::walk(body, &mut |stmt| {
        let mut here = Some(own(&stmt.kind));
        stmt.kind.exprs(&mut |value| here = both(here, expr(value, known)));
        effect = both(effect, here);
    });
    effect
}

fn both(left: Option<Effect>, right: Option<Effect>) -> Option<Effect> {
    Some(left?.and(right?))
}

/// What a statement of a function does itself to those who call the function: its jumps end inside.
fn of_function(kind: &StmtKind) -> Effect {
    match kind {
        StmtKind::Return(_) | StmtKind::Break | StmtKind::Continue => Effect::default(),
        _ => own(kind),
    }
}

/// What a statement does itself.
fn own(kind: &StmtKind) -> Effect {
    match kind {
        StmtKind::Assign(..) | StmtKind::Evaluate(_) | StmtKind::Sequence(_) | StmtKind::If(..) => {
            Effect::default()
        }
        StmtKind::ForRange { step, .. } => match step.int_literal() {
            Some(1..) => Effect::default(),
            _ => LEAVES,
        },
        StmtKind::While(..)
        | StmtKind::Break
        | StmtKind::Continue
        | StmtKind::Return(_)
        | StmtKind::Raise(_)
        | StmtKind::Assert(..)
        | StmtKind::CheckOverflow(_) => LEAVES,
        StmtKind::Print(_) => ACTS,
        StmtKind::Store(..) | StmtKind::Update(..) | StmtKind::Parallel(_) | StmtKind::Fork { .. } => ALL,
    }
}

fn expr(value: &Expr, known: Known<'_>) -> Option<Effect> {
    let mut effect = Some(Effect::default());
    value.walk(&mut |part| {
        let here = match &part.kind {
            ExprKind::Call(callee, _) => known(callee.0 as usize),
            ExprKind::Elementwise(elementwise) => Some(of_elementwise(elementwise)),
            // What threads write, others see from here on.
            ExprKind::Together(..) | ExprKind::Atomic(..) | ExprKind::Reserve(_) => Some(ALL),
            _ if may_raise(part) => Some(LEAVES),
            _ => Some(Effect::default()),
        };
        effect = both(effect, here);
    });
    effect
}

/// Whether an expression itself may raise, but for want of memory.
fn may_raise(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Variable { check, .. } => *check,
        ExprKind::Convert(from) => {
            let is_int = value.ty.dtype().is_some_and(|dtype| dtype.kind() == Kind::Int);
            from.ty == Type::INT && is_int
        }
        ExprKind::Operation(Operation::Checked(_), _) => true,
        ExprKind::Checked { .. } | ExprKind::Allocate(_) => true,
        ExprKind::Element(element) => !element.indices.is_empty(),
        ExprKind::Part(_, axes) => axes.iter().any(|axis| match axis {
            Axis::Index(_) => true,
            Axis::Slice([_, _, Some(step)]) => step.int_literal().is_none_or(|step| step == 0),
            Axis::Slice(_) | Axis::Whole | Axis::New => false,
        }),
        _ => false,
    }
}

/// What a loop over elements does itself, apart from its body.
fn of_elementwise(elementwise: &Elementwise) -> Effect {
    let writes = elementwise.outputs.iter().any(|output| matches!(output, Output::Given { .. }));
    Effect { leaves: elementwise.may_not_fit(), acts: writes }
}

impl Elementwise {
    /// Whether shapes may not fit together, or an index not its dimension.
    pub fn may_not_fit(&self) -> bool {
        let are_two = |operands: &[Shaped]| {
            let mut arrays = operands.iter().filter_map(|operand| match operand {
                Shaped::Input(place) => {
                    let value = &self.inputs[*place].value;
                    match value.kind {
                        ExprKind::Variable { web, .. } if matches!(value.ty, Type::Array(_)) => Some(Ok(web)),
                        _ => None,
                    }
                }
                Shaped::Absorbed(place) => Some(Err(*place)),
            });
            let first = arrays.next();
            arrays.any(|other| Some(other) != first)
        };
        let is_new = self.outputs.iter().all(|output| matches!(output, Output::New { .. }))
            && self.inputs.iter().all(|input| input.sites.is_empty());
        !is_new || are_two(&self.operands) || self.absorbed.iter().any(|absorbed| are_two(&absorbed.operands))
    }
}
