//! The exported inner loop of a ufunc: NumPy's arguments in, status out.

use cranelift_codegen::ir::{AbiParam, InstBuilder, Signature, Type as ClifType, Value, types};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_module::Module;

use super::function::FunctionCx;
use super::view::TRUSTED;
use super::{Translated, Unit};
use crate::backend::Error;
use crate::interface::Overload;
use crate::ufunc::CoreLayout;

/// The signature of `pykernel_abi::InnerLoop`.
fn signature(module: &dyn Module) -> Signature {
    let mut signature = module.make_signature();
    signature.params = vec![AbiParam::new(module.target_config().pointer_type()); 4];
    signature.returns.push(AbiParam::new(types::I32));
    signature
}

/// Translates an inner loop, whose function takes a view for each operand.
pub(super) fn translate(
    unit: &mut Unit<'_>,
    overload: &Overload,
    layout: &CoreLayout,
    scratch: &mut FunctionBuilderContext,
) -> Result<Translated, Error> {
    let signature = signature(&*unit.module);
    let (id, name) = unit.declare_entry(&overload.symbol, &signature)?;
    let mut context = unit.module.make_context();
    context.func.signature = signature;
    let config = unit.module.target_config();
    let builder = FunctionBuilder::new(&mut context.func, scratch);
    let mut cx = FunctionCx::new(unit, overload.function, builder);
    let params = cx.begin();
    cx.raised = params.last().copied();
    let views = cx.operands(layout, [params[0], params[1], params[2]]);
    let returned = cx.inline_body(&views);
    let status = returned.first().copied().unwrap_or_else(|| cx.returned());
    cx.builder.ins().return_(&[status]);
    cx.builder.finalize(config);
    Ok(Translated::new(id, name, overload.function, context, &unit.isa))
}

impl FunctionCx<'_, '_> {
    /// The views of the operands in flat form: address, extents, strides.
    fn operands(&mut self, layout: &CoreLayout, [args, dimensions, steps]: [Value; 3]) -> Vec<Value> {
        let sizes: Vec<Value> =
            (0..=layout.dimensions.len()).map(|index| self.entry(types::I64, dimensions, index)).collect();
        let operands: Vec<&Vec<usize>> = layout.inputs.iter().chain(&layout.outputs).collect();
        let mut next_stride = operands.len();
        let mut flat = Vec::new();
        for (place, core) in operands.into_iter().enumerate() {
            flat.push(self.entry(self.pointer, args, place));
            flat.push(sizes[0]);
            flat.extend(core.iter().map(|dimension| sizes[1 + dimension]));
            flat.push(self.entry(types::I64, steps, place));
            for _ in core {
                flat.push(self.entry(types::I64, steps, next_stride));
                next_stride += 1;
            }
        }
        flat
    }

    /// An entry of an array of 64-bit numbers.
    fn entry(&mut self, ty: ClifType, array: Value, index: usize) -> Value {
        self.builder.ins().load(ty, TRUSTED, array, 8 * index as i32)
    }
}
