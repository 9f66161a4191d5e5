//! Calls lane by lane.

use cranelift_codegen::ir::{InstBuilder, Value};

use super::{FunctionCx, LanesVariables, Vectors};
use crate::ir::elements::zero_of;
use crate::ir::{Const, Expr, FunctionId, LocalId, Type};

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
        let mut given: Vec<Vec<Value>> = Vec::new();
        for lane in 0..mask.count {
            let args: Vec<Value> = args.iter().map(|arg| self.extract(arg, lane).value).collect();
            given.push(match all {
                true => self.call_pure(id, &args),
                false => {
                    let there = self.extract(&mask, lane).value;
                    self.call_if(there, id, &args)
                }
            });
        }
        for (position, local) in results.iter().enumerate() {
            let LanesVariables { lanes, .. } = self.lanes_variables(*local);
            let result =
                self.collect(lanes.scalar, lanes.count, &mut |_, lane| given[lane as usize][position]);
            self.set_lanes(*local, &result);
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
        let [called, after] = std::array::from_fn(|_| self.builder.create_block());
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
