//! Parallel loops: the host runs a body over parts of the places, with a context that holds the
//! arguments.
//!
//! A function that runs in parallel has beside it a *body* with the C signature of
//! `pykernel_abi::ParallelBody`: it reads the arguments, each in 8 bytes of the context, and calls the
//! function.

use cranelift_codegen::ir::{AbiParam, InstBuilder, Signature, StackSlotData, StackSlotKind, Value, types};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_module::{FuncId, Linkage, Module};
use pykernel_abi::{host, raised};

use super::function::FunctionCx;
use super::view::TRUSTED;
use super::{Translated, Unit};
use crate::backend::Error;
use crate::ir::{Expr, FunctionId, LocalId, Type};

/// `int32_t body(const uint8_t *context, int64_t first, int64_t end, Raised *raised)`.
fn body_signature(module: &dyn Module) -> Signature {
    let pointer = AbiParam::new(module.target_config().pointer_type());
    let mut signature = module.make_signature();
    signature.params = vec![pointer, AbiParam::new(types::I64), AbiParam::new(types::I64), pointer];
    signature.returns.push(AbiParam::new(types::I32));
    signature
}

impl Unit<'_> {
    /// The body of a function that runs in parallel, declared where it is first asked for.
    fn body(&mut self, id: FunctionId) -> FuncId {
        if let Some(known) = self.bodies.get(&id) {
            return *known;
        }
        let function = self.functions[&id];
        let declaration = self.module.declarations().get_function_decl(function);
        let name = format!("{}.body", declaration.linkage_name(function));
        let signature = body_signature(&*self.module);
        let body = match self.module.declare_function(&name, Linkage::Local, &signature) {
            Ok(body) => body,
            Err(error) => unreachable!("bug in pykernel: {name} is declared twice: {error}"),
        };
        self.bodies.insert(id, body);
        body
    }
}

/// Translates the body of a function that runs in parallel.
pub(super) fn translate(
    unit: &mut Unit<'_>,
    id: FunctionId,
    scratch: &mut FunctionBuilderContext,
) -> Result<Translated, Error> {
    let body = unit.body(id);
    let declarations = unit.module.declarations();
    let name = declarations.get_function_decl(body).linkage_name(body).into_owned();
    let kinds: Vec<_> = declarations.get_function_decl(unit.functions[&id]).signature.params.clone();
    let mut context = unit.module.make_context();
    context.func.signature = body_signature(&*unit.module);
    let config = unit.module.target_config();
    let mut cx = FunctionCx::new(unit, id, FunctionBuilder::new(&mut context.func, scratch));
    let params = cx.begin();
    cx.raised = Some(params[3]);
    let with_record = usize::from(super::call::takes_record(cx.function));
    let mut args = vec![params[1], params[2]];
    for (slot, param) in kinds.iter().skip(with_record + 2).enumerate() {
        args.push(cx.builder.ins().load(param.value_type, TRUSTED, params[0], 8 * slot as i32));
    }
    let returned = cx.call_internal(id, &args);
    let status = match returned.first() {
        Some(status) => *status,
        None => cx.builder.ins().iconst(types::I32, 0),
    };
    cx.builder.ins().return_(&[status]);
    cx.builder.finalize(config);
    Ok(Translated::new(body, name, id, context, &unit.isa))
}

impl FunctionCx<'_, '_> {
    /// Runs a function over `0..count`: through the host, or at once where the host has no threads.
    pub(super) fn parallel(
        &mut self,
        id: FunctionId,
        [count, cost]: [&Expr; 2],
        args: &[Expr],
        status: Option<LocalId>,
    ) {
        let mut flat = Vec::new();
        for (param, arg) in self.unit.ir[id].params[2..].iter().zip(args) {
            match self.unit.ir[id].ty(*param) {
                Type::Scalar(_) => flat.push(self.expression(arg).value),
                Type::Owner => flat.push(self.owner(arg)),
                Type::Lanes(_) => unreachable!("bug in pykernel: lanes are passed to a function"),
                Type::View(ty) => {
                    let array = self.array(arg);
                    self.flatten(&array, ty, &mut flat);
                }
            }
        }
        let context = self.context(&flat);
        let [count, cost] = [count, cost].map(|expr| self.expression(expr).value);
        let body = self.unit.body(id);
        let body = self.reference(body);
        let body = self.builder.ins().func_addr(self.pointer, body);
        let given = self.fork(body, context, [count, cost]);
        if let Some(status) = status {
            self.set(status, given);
        }
    }

    /// Values in the frame, each in 8 bytes; gives their address.
    fn context(&mut self, values: &[Value]) -> Value {
        let data = StackSlotData::new(StackSlotKind::ExplicitSlot, 8 * values.len().max(1) as u32, 3);
        let slot = self.builder.create_sized_stack_slot(data);
        for (index, value) in values.iter().enumerate() {
            self.builder.ins().stack_store(self.pointer, *value, slot, 8 * index as i32);
        }
        self.builder.ins().stack_addr(self.pointer, slot, 0)
    }

    /// Has the host run a body, or runs it; gives the status.
    fn fork(&mut self, body: Value, context: Value, [count, cost]: [Value; 2]) -> Value {
        let record = self.raised();
        let host = self.builder.ins().load(self.pointer, TRUSTED, record, raised::HOST);
        let parallel_for = self.builder.ins().load(self.pointer, TRUSTED, host, host::PARALLEL_FOR);
        let [threads, alone, after] = std::array::from_fn(|_| self.builder.create_block());
        let status = self.builder.append_block_param(after, types::I32);
        self.builder.ins().brif(parallel_for, threads, &[], alone, &[]);

        self.continue_in(threads);
        let mut signature = self.unit.module.make_signature();
        let [pointer, number] = [self.pointer, types::I64].map(AbiParam::new);
        signature.params = vec![pointer, pointer, number, number, pointer];
        signature.returns.push(AbiParam::new(types::I32));
        let signature = self.builder.import_signature(signature);
        let args = [body, context, count, cost, record];
        let call = self.builder.ins().call_indirect(signature, parallel_for, &args);
        let given = self.builder.inst_results(call)[0];
        self.builder.ins().jump(after, &[given.into()]);

        self.continue_in(alone);
        let signature = body_signature(&*self.unit.module);
        let signature = self.builder.import_signature(signature);
        let first = self.i64(0);
        let call = self.builder.ins().call_indirect(signature, body, &[context, first, count, record]);
        let given = self.builder.inst_results(call)[0];
        self.builder.ins().jump(after, &[given.into()]);

        self.continue_in(after);
        status
    }
}
