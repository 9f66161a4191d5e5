//! The inner loops of ufuncs and gufuncs: what they go over, and what they call.

use super::{InstanceId, Program};
use crate::types::{DType, Type};
use crate::ufunc::{Kind, Ufunc};

/// An inner loop: it calls an instance once for each element of its operands.
#[derive(Clone, Debug)]
pub struct InnerLoop {
    /// What is called.
    pub instance: InstanceId,
    /// The ufunc that it is a loop of.
    pub ufunc: Ufunc,
}

/// An operand of an inner loop.
#[derive(Clone, Debug)]
pub struct LoopOperand<'a> {
    /// The type of its elements.
    pub dtype: DType,
    /// Its core dimensions, by their positions in the layout.
    pub core: &'a [usize],
    /// The parameter or the part of the result that it is.
    pub ty: &'a Type,
}

impl InnerLoop {
    /// The operands: inputs, then outputs.
    pub fn operands<'a>(&'a self, program: &'a Program) -> Vec<LoopOperand<'a>> {
        let instance = &program[self.instance];
        let params = instance.params.iter().map(|(ty, _)| ty);
        let results = match self.ufunc.kind {
            Kind::Vectorize => instance.result.results(),
            Kind::Guvectorize => &[],
        };
        let layout = &self.ufunc.layout;
        let cores = layout.inputs.iter().chain(&layout.outputs);
        let operands = params.chain(results).zip(cores);
        operands.map(|(ty, core)| LoopOperand { dtype: element(ty), core, ty }).collect()
    }
}

/// The type of the elements of an operand that is declared so.
fn element(ty: &Type) -> DType {
    match ty.element() {
        Some(dtype) => dtype,
        None => unreachable!("bug in pykernel: an operand of a ufunc is of type `{ty}`"),
    }
}
