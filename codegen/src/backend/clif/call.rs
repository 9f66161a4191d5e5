//! Signatures and calls.

use cranelift_codegen::ir::{AbiParam, FuncRef, InstBuilder, Signature, Value, types};
use cranelift_codegen::isa::CallConv;
use cranelift_module::{FuncId, Module};

use super::clif_type;
use super::function::FunctionCx;
use super::view::numbers;
use crate::hir::External;
use crate::interface::{Leaf, Overload, Param, fields};
use crate::ir::{Expr, Function, FunctionId, LocalId, Place, Scalar, Type};
use crate::types::DType;

/// The signature of a function inside the object.
pub(super) fn internal_signature(module: &dyn Module, function: &Function) -> Signature {
    let pointer = AbiParam::new(module.target_config().pointer_type());
    let mut signature = Signature::new(CallConv::Fast);
    signature.params.extend(takes_record(function).then_some(pointer));
    let flat = |local: &LocalId| match function.ty(*local) {
        Type::Scalar(scalar) => vec![AbiParam::new(clif_type(scalar))],
        Type::Owner => vec![pointer],
        Type::Lanes(_) => unreachable!("bug in pykernel: lanes are passed to a function"),
        Type::View(view) => {
            let mut flat = vec![AbiParam::new(types::I64); 1 + numbers(view)];
            flat[0] = pointer;
            flat
        }
    };
    signature.params.extend(function.params.iter().flat_map(flat));
    signature.returns.extend(function.status.iter().chain(&function.results).flat_map(flat));
    signature
}

/// Whether a function takes the record: it may raise, or asks something of the host.
pub(super) const fn takes_record(function: &Function) -> bool {
    function.status.is_some() || function.effects.host
}

/// The C signature of an overload's entry.
pub(super) fn entry_signature(module: &dyn Module, overload: &Overload) -> Signature {
    let pointer = AbiParam::new(module.target_config().pointer_type());
    let mut signature = module.make_signature();
    for leaf in leaves(overload) {
        match leaf {
            Leaf::Number(dtype) => {
                let part = c_number(Scalar::of(dtype));
                signature.params.extend(std::iter::repeat_n(part, parts(dtype)));
            }
            Leaf::Array(..) => signature.params.push(pointer),
        }
    }
    signature.params.extend(has_result(overload).then_some(pointer));
    signature.params.push(pointer);
    signature.returns.push(AbiParam::new(types::I32));
    signature
}

/// What is passed for the parameters of an overload, in order.
pub(super) fn leaves(overload: &Overload) -> impl Iterator<Item = Leaf> {
    overload.params.iter().flat_map(|Param { ty, .. }| ty.leaves())
}

/// Whether an entry takes the address of its result.
pub(super) fn has_result(overload: &Overload) -> bool {
    !fields(&overload.result).is_empty()
}

/// How many machine numbers hold a number.
pub(super) const fn parts(dtype: DType) -> usize {
    match dtype {
        DType::Complex64 | DType::Complex128 => 2,
        _ => 1,
    }
}

/// A number as C passes it: narrow integers are extended by the caller.
pub(super) fn c_number(scalar: Scalar) -> AbiParam {
    let param = AbiParam::new(clif_type(scalar));
    match scalar {
        Scalar::Bool | Scalar::U8 | Scalar::U16 | Scalar::U32 => param.uext(),
        Scalar::I8 | Scalar::I16 | Scalar::I32 => param.sext(),
        Scalar::I64 | Scalar::U64 | Scalar::F32 | Scalar::F64 => param,
    }
}

impl FunctionCx<'_, '_> {
    /// Calls a function of the kernel and sets the locals that take its results.
    pub(super) fn call(
        &mut self,
        id: FunctionId,
        args: &[Expr],
        status: Option<LocalId>,
        results: &[LocalId],
        place: &Place,
    ) {
        if let Some(External::Routine(routine)) =
            self.unit.ir[id].external.as_ref().map(|external| &external.at)
        {
            return self.call_routine((id, *routine), args, results);
        }
        let mut values = Vec::new();
        for (param, arg) in self.unit.ir[id].params.iter().zip(args) {
            match self.unit.ir[id].ty(*param) {
                Type::Scalar(_) => values.push(self.expression(arg).value),
                Type::Owner => values.push(self.owner(arg)),
                Type::Lanes(_) => unreachable!("bug in pykernel: lanes are passed to a function"),
                Type::View(ty) => {
                    let array = self.array(arg);
                    self.flatten(&array, ty, &mut values);
                }
            }
        }
        if let Some(external) = &self.unit.ir[id].external {
            return self.call_external((id, &external.at), &values, (status, results), place);
        }
        let returned = self.call_internal(id, &values);
        let with_status = self.unit.ir[id].status.is_some();
        let mut returned = returned.as_slice();
        for local in status.filter(|_| with_status).iter().chain(results) {
            returned = self.take(*local, returned);
        }
    }

    /// Calls a function of the kernel with its parameters flattened; gives the status, if the
    /// function has one, and the results.
    pub(super) fn call_internal(&mut self, id: FunctionId, args: &[Value]) -> Vec<Value> {
        let with_record = takes_record(&self.unit.ir[id]);
        let mut values: Vec<Value> = Vec::with_capacity(args.len() + 1);
        values.extend(with_record.then(|| self.raised()));
        values.extend(args);
        let callee = self.unit.functions[&id];
        let callee = self.reference(callee);
        let call = self.builder.ins().call(callee, &values);
        self.builder.inst_results(call).to_vec()
    }

    /// Calls a function that only computes, with numbers; gives its results.
    pub(super) fn call_pure(&mut self, id: FunctionId, args: &[Value]) -> Vec<Value> {
        match &self.unit.ir[id].external {
            Some(external) => self.call_symbol(id, &external.at, args).into_iter().collect(),
            None => self.call_internal(id, args),
        }
    }

    pub(super) fn reference(&mut self, id: FuncId) -> FuncRef {
        match self.references.get(&id) {
            Some(known) => *known,
            None => {
                let reference = self.unit.module.declare_func_in_func(id, self.builder.func);
                self.references.insert(id, reference);
                reference
            }
        }
    }
}
