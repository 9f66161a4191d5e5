//! Calls that leave the kernel: of functions of the program's Rust, and of C.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{AbiParam, InstBuilder, Signature, StackSlotData, StackSlotKind, Value, types};
use cranelift_module::{Linkage, Module};
use pykernel_abi::{Status, raised};

use super::call::c_number;
use super::clif_type;
use super::expression::Operand;
use super::function::FunctionCx;
use super::view::TRUSTED;
use crate::backend::Error;
use crate::hir::External;
use crate::ir::{Conversion, Function, FunctionId, LocalId, Place, Raise, Scalar, Type};

impl FunctionCx<'_, '_> {
    /// Calls a function that stands elsewhere, and sets the locals that take its status and its
    /// results.
    pub(super) fn call_external(
        &mut self,
        (id, at): (FunctionId, &External),
        args: &[Value],
        (status, results): (Option<LocalId>, &[LocalId]),
        place: &Place,
    ) {
        match at {
            External::Rust(path) => {
                let raised = self.call_rust(id, args, results);
                self.status_of_rust(raised, path, place);
                if let Some(status) = status {
                    self.set(status, raised);
                }
            }
            External::C { .. } => {
                let given = self.call_symbol(id, at, args);
                results.iter().zip(given).for_each(|(local, value)| self.set(*local, value));
            }
            External::Routine(_) => unreachable!("bug in pykernel: a routine is called with flat operands"),
        }
    }

    /// Calls a function of the caller's table; gives its status.
    fn call_rust(&mut self, id: FunctionId, args: &[Value], results: &[LocalId]) -> Value {
        let index = self.unit.callables.iter().position(|callable| *callable == id);
        let Some(index) = index else {
            unreachable!("bug in pykernel: {} is in no table", self.unit.ir[id].name)
        };
        let size = self.pointer.bytes();
        let record = self.raised();
        let table = self.builder.ins().load(self.pointer, TRUSTED, record, raised::CALLABLES);
        let address = self.builder.ins().load(self.pointer, TRUSTED, table, (index as u32 * size) as i32);
        let mut signature = self.signature_of(id);
        let mut args = args.to_vec();
        let slot = StackSlotData::new(StackSlotKind::ExplicitSlot, 16, 3);
        let slot = (!results.is_empty()).then(|| self.builder.create_sized_stack_slot(slot));
        if let Some(slot) = slot {
            signature.params.push(AbiParam::new(self.pointer));
            args.push(self.builder.ins().stack_addr(self.pointer, slot, 0));
        }
        signature.returns.push(AbiParam::new(types::I32));
        let signature = self.builder.import_signature(signature);
        let call = self.builder.ins().call_indirect(signature, address, &args);
        let status = self.builder.inst_results(call)[0];
        let mut offset = 0;
        for local in results {
            let ty = clif_type(scalar(self.function, *local));
            if let Some(slot) = slot {
                let value = self.builder.ins().stack_load(self.pointer, ty, slot, offset);
                self.set(*local, value);
            }
            offset += ty.bytes() as i32;
        }
        status
    }

    /// Fills the record where a function of Rust has failed.
    fn status_of_rust(&mut self, status: Value, path: &str, place: &Place) {
        let [failed, next] = [self.builder.create_block(), self.builder.create_block()];
        self.builder.set_cold_block(failed);
        let raised = self.builder.ins().icmp_imm_s(IntCC::NotEqual, status, Status::Returned as i64);
        self.builder.ins().brif(raised, failed, &[], next, &[]);
        self.continue_in(failed);
        self.record(&Raise {
            class: "RuntimeError".into(),
            message: format!("the Rust function {path} panicked")
                .replace('{', "{{")
                .replace('}', "}}")
                .into(),
            operands: Vec::new(),
            place: place.clone(),
        });
        self.builder.ins().jump(next, &[]);
        self.continue_in(next);
    }

    /// Calls a function of C; gives its result, widened to that of the declaration.
    pub(super) fn call_symbol(&mut self, id: FunctionId, at: &External, args: &[Value]) -> Option<Value> {
        let External::C { symbol, result, .. } = at else {
            unreachable!("bug in pykernel: {} is not C's", self.unit.ir[id].name)
        };
        let mut signature = self.signature_of(id);
        signature.returns.extend(result.map(|dtype| c_number(Scalar::of(dtype))));
        let declared = self.unit.module.declare_function(symbol, Linkage::Import, &signature);
        let callee = match declared.map_err(|error| Error::from_module(symbol, &error)) {
            Ok(callee) => self.reference(callee),
            Err(error) => unreachable!("bug in pykernel: {error}"),
        };
        let call = self.builder.ins().call(callee, args);
        let from =
            Operand { value: *self.builder.inst_results(call).first()?, scalar: Scalar::of((*result)?) };
        let function = &self.unit.ir[id];
        let to = scalar(function, *function.results.first()?);
        let how = if to.is_float() { Conversion::Round } else { Conversion::Wrap };
        Some(self.convert(to, how, from).value)
    }

    /// The C signature of a function's parameters.
    fn signature_of(&self, id: FunctionId) -> Signature {
        let function = &self.unit.ir[id];
        let mut signature = self.unit.module.make_signature();
        let params = function.params.iter().map(|param| c_number(scalar(function, *param)));
        signature.params.extend(params);
        signature
    }
}

fn scalar(function: &Function, local: LocalId) -> Scalar {
    match function.ty(local) {
        Type::Scalar(scalar) => scalar,
        Type::Lanes(_) | Type::View(_) | Type::Owner => {
            unreachable!("bug in pykernel: {} passes an array elsewhere", function.name)
        }
    }
}
