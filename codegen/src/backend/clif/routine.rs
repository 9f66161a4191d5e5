//! Calls of the host's routines: linear algebra and Fourier transforms.

use cranelift_codegen::ir::{AbiParam, InstBuilder, StackSlotData, StackSlotKind, types};
use pykernel_abi::routine::{Element, Operand, Outcome, Routine};
use pykernel_abi::{array, host, raised};

use super::function::FunctionCx;
use super::view::TRUSTED;
use crate::ir::{Expr, FunctionId, LocalId, Type};
use crate::types::DType;

impl FunctionCx<'_, '_> {
    /// Asks the host for a routine, with the arrays among the arguments as its operands; sets the local that takes its
    /// outcome.
    pub(super) fn call_routine(
        &mut self,
        (id, routine): (FunctionId, Routine),
        args: &[Expr],
        results: &[LocalId],
    ) {
        let mut operands = Vec::new();
        let callee = &self.unit.ir[id];
        for (param, arg) in callee.params.iter().zip(args) {
            if let Type::View(ty) = callee.ty(*param) {
                operands.push((self.array(arg), element(ty.element)));
            }
        }
        let size = (Operand::SIZE * operands.len()) as u32;
        let slot =
            self.builder.create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, size, 3));
        for (number, (operand, element)) in operands.iter().enumerate() {
            let start = (Operand::SIZE * number) as i32;
            let element = self.i64(*element as i64);
            let mut store = |offset: i32, value| {
                self.builder.ins().stack_store(self.pointer, value, slot, start + offset);
            };
            store(array::DATA, operand.data());
            for (axis, (extent, stride)) in operand.dimensions().enumerate() {
                store(array::shape(axis), extent);
                store(array::stride(3, axis), stride);
            }
            store(Operand::ELEMENT as i32, element);
        }
        let address = self.builder.ins().stack_addr(self.pointer, slot, 0);
        let record = self.raised();
        let host = self.builder.ins().load(self.pointer, TRUSTED, record, raised::HOST);
        let run = self.builder.ins().load(self.pointer, TRUSTED, host, host::RUN_ROUTINE);
        let [there, after] = [self.builder.create_block(), self.builder.create_block()];
        let outcome = self.builder.append_block_param(after, types::I32);
        let absent = self.builder.ins().iconst(types::I32, Outcome::Absent as i64);
        self.builder.ins().brif(run, there, &[], after, &[absent.into()]);

        self.continue_in(there);
        let mut signature = self.unit.module.make_signature();
        let [number, pointer] = [types::I32, self.pointer].map(AbiParam::new);
        signature.params = vec![number, pointer, pointer];
        signature.returns.push(AbiParam::new(types::I32));
        let signature = self.builder.import_signature(signature);
        let number = self.builder.ins().iconst(types::I32, routine as i64);
        let n_operands = self.i64(operands.len() as i64);
        let call = self.builder.ins().call_indirect(signature, run, &[number, address, n_operands]);
        let given = self.builder.inst_results(call)[0];
        self.builder.ins().jump(after, &[given.into()]);

        self.continue_in(after);
        let outcome = self.builder.ins().sextend(types::I64, outcome);
        results.iter().for_each(|local| self.set(*local, outcome));
    }
}

/// The element type of an operand.
fn element(dtype: DType) -> Element {
    match dtype {
        DType::Float32 => Element::Float32,
        DType::Float64 => Element::Float64,
        DType::Complex64 => Element::Complex64,
        DType::Complex128 => Element::Complex128,
        other => unreachable!("bug in pykernel: a routine takes elements of {other}"),
    }
}
