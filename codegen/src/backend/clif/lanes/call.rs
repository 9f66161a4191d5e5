//! Calls lane by lane.

use cranelift_codegen::ir::{InstBuilder, Value};

use super::{FunctionCx, Vectors};
use crate::backend::operation::Operation;
use crate::ir::elements::zero_of;
use crate::ir::{Const, Expr, FunctionId, LocalId, Scalar, Stmt, StmtKind, Type};

impl FunctionCx<'_, '_> {
    /// Calls a function for each lane that is there. The results of the others are zeros.
    pub(in super::super) fn call_lanes(
        &mut self,
        results: &[LocalId],
        id: FunctionId,
        args: &[Expr],
        mask: &Expr,
    ) {
        let all = matches!(mask, Expr::Splat { value, .. } if **value == Expr::Const(Const::Bool(true)));
        let mask = self.lanes(mask);
        let args: Vec<Vectors> = args.iter().map(|arg| self.argument(arg, mask.count)).collect();
        let operands: Vec<&Vectors> = [&mask].into_iter().chain(&args).collect();
        let scalars: Vec<Scalar> =
            results.iter().map(|local| self.lanes_variables(*local).lanes.scalar).collect();
        let given = self.each_lane(mask.count, &operands, &scalars, &mut |cx, _, numbers| {
            let args: Vec<Value> = numbers[1..].iter().map(|number| number.value).collect();
            match all {
                true => cx.call_pure(id, &args),
                false => cx.call_if(numbers[0].value, id, &args),
            }
        });
        for (local, lanes) in results.iter().zip(&given) {
            self.set_lanes(*local, lanes);
        }
    }

    /// Before a branch in which calls are made for some lanes, computes what it keeps of the others.
    pub(in super::super) fn compute_kept(&mut self, body: &[Stmt]) {
        if self.machine().whole.is_none() {
            return;
        }
        for stmt in body {
            let StmtKind::Assign { local, value: Expr::Select { otherwise, .. } } = &stmt.kind else {
                continue;
            };
            if **otherwise != Expr::Local(*local) || !matches!(self.function.ty(*local), Type::Lanes(_)) {
                continue;
            }
            let lanes = self.get_lanes(*local);
            if lanes.scalar != Scalar::Bool {
                let kept = self.operated(Operation::Here, lanes.scalar, lanes.bits, lanes.registers[0]);
                self.set_lanes(*local, &lanes.with(vec![kept]));
            }
        }
    }

    fn argument(&mut self, arg: &Expr, count: u32) -> Vectors {
        match self.is_lanes(arg) {
            true => self.lanes(arg),
            false => {
                let number = self.expression(arg);
                self.splat(count, number)
            }
        }
    }

    /// Calls a function if a lane is there; the results are zeros if not.
    fn call_if(&mut self, there: Value, id: FunctionId, args: &[Value]) -> Vec<Value> {
        let [called, after] = std::array::from_fn(|_| self.new_block_here());
        let function = &self.unit.ir[id];
        let zeros: Vec<Value> = function
            .results
            .iter()
            .map(|result| match function.ty(*result) {
                Type::Scalar(scalar) => self.constant(zero_of(scalar)).value,
                ty => unreachable!("bug in pykernel: lanes of a {ty}"),
            })
            .collect();
        let params: Vec<Value> = zeros
            .iter()
            .map(|zero| {
                let ty = self.builder.func.dfg.value_type(*zero);
                self.builder.append_block_param(after, ty)
            })
            .collect();
        let zeros: Vec<_> = zeros.into_iter().map(Into::into).collect();
        self.builder.ins().brif(there, called, &[], after, &zeros);
        self.continue_in(called);
        let given = self.call_pure(id, args);
        self.jump_with(after, &given);
        self.continue_in(after);
        params
    }
}
