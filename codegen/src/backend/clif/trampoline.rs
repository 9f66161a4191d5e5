//! Trampolines: from one signature for all entries to the C signature of each. Tests and the
//! command call kernels through them, whose types they know only when they run.

use cranelift_codegen::ir::{AbiParam, InstBuilder, MemFlagsData, Signature, Value, types};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_module::{FuncId, Linkage, Module};

use super::call::{entry_signature, has_result, leaves, parts};
use super::clif_type;
use super::view::TRUSTED;
use crate::backend::Error;
use crate::interface::{Leaf, Overload};
use crate::ir::Scalar;

/// Defines an overload's trampoline, exported under the entry's symbol with `.trampoline` after it:
///
/// ```c
/// int32_t trampoline(void *entry, const uint64_t *slots, void *result, Raised *raised);
/// ```
///
/// It calls `entry` with arguments from `slots`: the bits of a number, zero-extended (two slots
/// for a complex one), the address of an array's descriptor. `result` may be null if and only if
/// the kernel returns nothing.
pub fn define_trampoline(module: &mut dyn Module, overload: &Overload) -> Result<FuncId, Error> {
    let name = format!("{}.trampoline", overload.symbol);
    let failed = |error| Error::from_module(&name, &error);
    let signature = signature(module);
    let id = module.declare_function(&name, Linkage::Export, &signature).map_err(failed)?;
    let mut context = module.make_context();
    context.func.signature = signature;
    let mut scratch = FunctionBuilderContext::new();
    let builder = FunctionBuilder::new(&mut context.func, &mut scratch);
    translate(module, overload, builder);
    module.define_function(id, &mut context).map_err(failed)?;
    Ok(id)
}

/// What an inner loop that stands elsewhere is: the addresses of a function and of what it is called with first.
#[derive(Clone, Copy, Debug)]
pub struct Bound {
    /// `int32_t function(const void *context, uint8_t **args, const int64_t *dimensions, const int64_t *steps, Raised *raised)`.
    pub function: usize,
    /// What it is given first.
    pub context: usize,
}

/// Defines an inner loop (`pykernel_abi::InnerLoop`), exported under a name, that calls a function of the process.
pub fn define_inner_loop(module: &mut dyn Module, name: &str, bound: Bound) -> Result<FuncId, Error> {
    let failed = |error| Error::from_module(name, &error);
    let mut inner = signature(module);
    let id = module.declare_function(name, Linkage::Export, &inner).map_err(failed)?;
    let mut context = module.make_context();
    context.func.signature = inner.clone();
    let mut scratch = FunctionBuilderContext::new();
    let mut builder = FunctionBuilder::new(&mut context.func, &mut scratch);
    let block = builder.create_block();
    builder.append_block_params_for_function_params(block);
    builder.switch_to_block(block);
    builder.seal_block(block);
    let pointer = module.target_config().pointer_type();
    let [function, first] =
        [bound.function, bound.context].map(|address| builder.ins().iconst(pointer, address as i64));
    let mut args = vec![first];
    args.extend(builder.block_params(block));
    inner.params.push(AbiParam::new(pointer));
    let inner = builder.import_signature(inner);
    let call = builder.ins().call_indirect(inner, function, &args);
    let status = builder.inst_results(call)[0];
    builder.ins().return_(&[status]);
    builder.finalize(module.target_config());
    module.define_function(id, &mut context).map_err(failed)?;
    Ok(id)
}

fn signature(module: &dyn Module) -> Signature {
    let mut signature = module.make_signature();
    signature.params = vec![AbiParam::new(module.target_config().pointer_type()); 4];
    signature.returns.push(AbiParam::new(types::I32));
    signature
}

fn translate(module: &dyn Module, overload: &Overload, mut builder: FunctionBuilder<'_>) {
    let block = builder.create_block();
    builder.append_block_params_for_function_params(block);
    builder.switch_to_block(block);
    builder.seal_block(block);
    let params = builder.block_params(block).to_vec();
    let mut args = Vec::new();
    for leaf in leaves(overload) {
        match leaf {
            Leaf::Number(dtype) => {
                for _ in 0..parts(dtype) {
                    args.push(number_in_slot(&mut builder, Scalar::of(dtype), params[1], args.len()));
                }
            }
            Leaf::Array(..) => {
                let pointer = module.target_config().pointer_type();
                args.push(builder.ins().load(pointer, TRUSTED, params[1], 8 * args.len() as i32));
            }
        }
    }
    args.extend(has_result(overload).then_some(params[2]));
    args.push(params[3]);
    let signature = builder.import_signature(entry_signature(module, overload));
    let call = builder.ins().call_indirect(signature, params[0], &args);
    let status = builder.inst_results(call)[0];
    builder.ins().return_(&[status]);
    builder.finalize(module.target_config());
}

/// Reads a number from its slot: the low bits, whatever the byte order.
fn number_in_slot(builder: &mut FunctionBuilder<'_>, scalar: Scalar, slots: Value, index: usize) -> Value {
    let ty = clif_type(scalar);
    let bits = builder.ins().load(types::I64, TRUSTED, slots, 8 * index as i32);
    let low = match scalar.bits() {
        64 => bits,
        _ => builder.ins().ireduce(ty.as_int(), bits),
    };
    match scalar.is_float() {
        true => builder.ins().bitcast(ty, MemFlagsData::new(), low),
        false => low,
    }
}
