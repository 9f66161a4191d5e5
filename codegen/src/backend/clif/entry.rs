//! The exported entry of an overload: C arguments in, status out.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_module::Module;
use pykernel_abi::{Status, array};

use super::call::{has_result, leaves, parts};
use super::function::FunctionCx;
use super::view::{TRUSTED, fastest};
use super::{Translated, Unit, call};
use crate::backend::Error;
use crate::interface::{Leaf, Overload};
use crate::ir::{Expr, Type, ViewType};

/// Translates an entry: the function itself where nothing else calls it, else a call.
pub(super) fn translate(
    unit: &mut Unit<'_>,
    overload: &Overload,
    scratch: &mut FunctionBuilderContext,
) -> Result<Translated, Error> {
    let signature = call::entry_signature(&*unit.module, overload);
    let (id, name) = unit.declare_entry(&overload.symbol, &signature)?;
    let mut context = unit.module.make_context();
    context.func.signature = signature;
    let config = unit.module.target_config();
    let builder = FunctionBuilder::new(&mut context.func, scratch);
    let mut cx = FunctionCx::new(unit, overload.function, builder);
    let params = cx.begin();
    cx.raised = params.last().copied();
    let flat = cx.flat_arguments(overload, &params);
    let returned = match cx.unit.functions.contains_key(&overload.function) {
        true => cx.call_internal(overload.function, &flat),
        false => cx.inline_body(&flat),
    };
    // The result's address stands before the record's.
    let result = has_result(overload).then(|| params[params.len() - 2]);
    cx.finish_entry(&returned, result);
    cx.builder.finalize(config);
    Ok(Translated::new(id, name, overload.function, context, &unit.isa))
}

/// The struct that a kernel writes, as far as it is written.
struct Fields {
    result: Value,
    offset: u32,
}

impl FunctionCx<'_, '_> {
    /// The arguments as internal functions take them.
    fn flat_arguments(&mut self, overload: &Overload, params: &[Value]) -> Vec<Value> {
        let mut params = params.iter().copied();
        let mut own = self.function.params.iter().map(|param| self.function.ty(*param)).peekable();
        let mut flat = Vec::new();
        for leaf in leaves(overload) {
            match leaf {
                Leaf::Number(dtype) => {
                    let parts = parts(dtype);
                    own.by_ref().take(parts).for_each(drop);
                    flat.extend(params.by_ref().take(parts));
                }
                Leaf::Array(ty, _) => {
                    own.next();
                    if let Some(descriptor) = params.next() {
                        self.load_descriptor(descriptor, ty.into(), &mut flat);
                    }
                    if own.next_if_eq(&Type::Owner).is_some() {
                        flat.push(self.owner(&Expr::Unowned));
                    }
                }
            }
        }
        flat
    }

    fn load_descriptor(&mut self, descriptor: Value, ty: ViewType, flat: &mut Vec<Value>) {
        let mut load = |ty, offset| flat.push(self.builder.ins().load(ty, TRUSTED, descriptor, offset));
        load(self.pointer, array::DATA);
        (0..ty.rank).for_each(|axis| load(types::I64, array::shape(axis)));
        let known = fastest(ty.layout, ty.rank);
        (0..ty.rank)
            .filter(|axis| Some(*axis) != known)
            .for_each(|axis| load(types::I64, array::stride(ty.rank, axis)));
    }

    /// Writes the result unless something was raised, and returns the status.
    fn finish_entry(&mut self, returned: &[Value], result: Option<Value>) {
        let Some(result) = result else {
            let status = match returned {
                [status] => *status,
                _ => self.returned(),
            };
            self.builder.ins().return_(&[status]);
            return;
        };
        if self.function.status.is_none() {
            self.write_result(returned, result);
            return;
        }
        let [write, leave] = [self.builder.create_block(), self.builder.create_block()];
        self.builder.set_cold_block(leave);
        let raised = self.builder.ins().icmp_imm_s(IntCC::NotEqual, returned[0], Status::Returned as i64);
        self.builder.ins().brif(raised, leave, &[], write, &[]);
        self.continue_in(leave);
        self.builder.ins().return_(&returned[..1]);
        self.continue_in(write);
        self.write_result(&returned[1..], result);
    }

    /// Writes the fields of the result.
    fn write_result(&mut self, mut values: &[Value], result: Value) {
        let mut fields = Fields { result, offset: 0 };
        let mut types = self.function.results.iter().map(|local| self.function.ty(*local)).peekable();
        while let Some(ty) = types.next() {
            match ty {
                Type::Scalar(_) | Type::Owner => values = self.write_numbers(1, values, &mut fields),
                Type::Lanes(_) => unreachable!("bug in pykernel: lanes are a result"),
                Type::View(ty) => {
                    values = self.write_descriptor(ty, values, &mut fields);
                    // An array that surely belongs to an argument has no owner.
                    if types.peek() != Some(&Type::Owner) {
                        let none = self.owner(&Expr::Unowned);
                        self.write_numbers(1, &[none], &mut fields);
                    }
                }
            }
        }
        let status = self.returned();
        self.builder.ins().return_(&[status]);
    }

    /// Writes the first of some numbers, each at the next address of its natural alignment; gives
    /// the others.
    fn write_numbers<'v>(&mut self, n: usize, values: &'v [Value], fields: &mut Fields) -> &'v [Value] {
        let (now, later) = values.split_at(n);
        for value in now {
            let size = self.builder.func.dfg.value_type(*value).bytes();
            fields.offset = fields.offset.next_multiple_of(size);
            self.builder.ins().store(TRUSTED, *value, fields.result, fields.offset as i32);
            fields.offset += size;
        }
        later
    }

    fn write_descriptor<'v>(
        &mut self,
        ty: ViewType,
        values: &'v [Value],
        fields: &mut Fields,
    ) -> &'v [Value] {
        let mut values = self.write_numbers(1 + ty.rank, values, fields);
        let known = fastest(ty.layout, ty.rank);
        for axis in 0..ty.rank {
            if Some(axis) == known {
                let stride = self.i64(ty.element.size() as i64);
                self.write_numbers(1, &[stride], fields);
            } else {
                values = self.write_numbers(1, values, fields);
            }
        }
        values
    }

    pub(super) fn returned(&mut self) -> Value {
        self.builder.ins().iconst(types::I32, Status::Returned as i64)
    }
}
