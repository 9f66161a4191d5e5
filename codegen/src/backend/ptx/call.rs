//! Signatures and calls.

use super::function::{FunctionCx, class, count};
use super::instruction::{Class, Line, Opcode, Operand, Register, Space, Ty};
use super::memory::memory_type;
use super::module::Slot;
use super::view::numbers;
use crate::hir::External;
use crate::ir::{Expr, Function, FunctionId, LocalId, Scalar, Type};

/// Whether a function takes the address of the launch's record: it may raise, or prints.
pub(super) const fn takes_fault(function: &Function) -> bool {
    function.status.is_some() || function.effects.prints
}

/// The types of a function's parameters in flat form, the fault first.
pub(super) fn param_types(function: &Function) -> Vec<Ty> {
    let mut types = Vec::new();
    types.extend(takes_fault(function).then_some(Ty::B64));
    types.extend(function.params.iter().flat_map(|param| passed(function.ty(*param))));
    types
}

/// The types of a function's results in flat form, with their offsets, the status first.
fn result_types(function: &Function) -> Vec<(Ty, u32)> {
    let results = function.status.iter().chain(&function.results);
    let mut offset = 0;
    let place = |ty: Ty| {
        let at = offset;
        offset += 8;
        (ty, at)
    };
    results.flat_map(|result| passed(function.ty(*result))).map(place).collect()
}

/// The types by which a value is passed. A bool is a number of 32 bits, for predicates cannot be.
fn passed(ty: Type) -> Vec<Ty> {
    match ty {
        Type::Scalar(scalar) => vec![passed_number(scalar)],
        Type::View(view) => vec![Ty::B64; 1 + numbers(view)],
        Type::Owner => Vec::new(),
        Type::Lanes(_) => unreachable!("bug in pykernel: there are lanes on a GPU"),
    }
}

const fn passed_number(scalar: Scalar) -> Ty {
    match class(scalar) {
        Class::Predicate | Class::Short => Ty::B32,
        Class::Long => Ty::B64,
        Class::Single => Ty::F32,
        Class::Double => Ty::F64,
    }
}

/// The class of register that takes what is passed.
pub(super) const fn class_of(ty: Ty) -> Class {
    match ty {
        Ty::Pred => Class::Predicate,
        Ty::U8 | Ty::S8 | Ty::U16 | Ty::S16 | Ty::B32 | Ty::U32 | Ty::S32 => Class::Short,
        Ty::B64 | Ty::U64 | Ty::S64 => Class::Long,
        Ty::F32 => Class::Single,
        Ty::F64 => Class::Double,
    }
}

impl FunctionCx<'_, '_> {
    /// The parameters as the body takes them.
    pub(super) fn received(&mut self, passed: &[Register]) -> Vec<Register> {
        let function = self.function;
        let types = function.params.iter().map(|param| function.ty(*param)).collect::<Vec<_>>();
        self.unpassed(&types, passed)
    }

    /// Values as they are used, of values as they are passed.
    fn unpassed(&mut self, types: &[Type], passed: &[Register]) -> Vec<Register> {
        let mut passed = passed.iter().copied();
        let mut values = Vec::new();
        for ty in types {
            for _ in 0..count(*ty) {
                let Some(value) = passed.next() else {
                    unreachable!("bug in pykernel: fewer values are passed than taken")
                };
                values.push(match ty {
                    Type::Scalar(Scalar::Bool) => self.bool_of_byte(value),
                    _ => value,
                });
            }
        }
        values
    }

    /// Values as they are passed.
    fn as_passed(&mut self, types: &[Type], values: &[Register]) -> Vec<Register> {
        let mut rest = values;
        let mut passed = Vec::new();
        for ty in types {
            let (own, others) = rest.split_at(count(*ty));
            rest = others;
            match ty {
                Type::Scalar(Scalar::Bool) => {
                    let number = self.number_of_bool(Scalar::U32, own[0].into());
                    passed.push(self.in_register(number, Class::Short));
                }
                _ => passed.extend(own),
            }
        }
        passed
    }

    /// Writes what the function returns; gives how many bytes that takes.
    pub(super) fn return_results(&mut self, returned: &[Register]) -> u32 {
        let function = self.function;
        let types = returned_types(function);
        let values = self.as_passed(&types, returned);
        let places = result_types(function);
        for ((ty, offset), value) in places.iter().zip(values) {
            let slot = Operand::Slot(Slot::Results, *offset);
            self.emit(Opcode::Store(Space::Param), &[*ty], [slot, value.into()]);
        }
        8 * places.len() as u32
    }

    /// Calls a function of the kernel and sets the locals that take its results.
    pub(super) fn call(
        &mut self,
        id: FunctionId,
        args: &[Expr],
        status: Option<LocalId>,
        results: &[LocalId],
    ) {
        let mut values = Vec::new();
        let callee = &self.unit.ir[id];
        for (param, arg) in callee.params.iter().zip(args) {
            match callee.ty(*param) {
                Type::Scalar(_) => values.push(self.register_of(arg)),
                Type::View(ty) => {
                    let array = self.generic(arg);
                    self.flatten(&array, ty, &mut values);
                }
                Type::Owner | Type::Lanes(_) => {}
            }
        }
        let status = status.filter(|_| callee.status.is_some());
        let returned = self.call_flat(id, &values);
        let mut returned = returned.as_slice();
        for local in status.iter().chain(results) {
            returned = self.take(*local, returned);
        }
    }

    /// Calls a function with its parameters in flat form; gives the status, if it has one, and its results.
    pub(super) fn call_flat(&mut self, id: FunctionId, args: &[Register]) -> Vec<Register> {
        let name = self.unit.functions.get(&id).cloned();
        self.call_named(name, id, args)
    }

    /// Calls what a function is for a thread alone, in flat form too.
    pub(super) fn call_alone(&mut self, id: FunctionId, args: &[Register]) -> Vec<Register> {
        let name = self.unit.alone.and_then(|alone| alone.get(&id)).cloned();
        self.call_named(name, id, args)
    }

    fn call_named(&mut self, name: Option<String>, id: FunctionId, args: &[Register]) -> Vec<Register> {
        let callee = &self.unit.ir[id];
        let Some(name) = name else {
            let what = match callee.external.as_ref().map(|external| &external.at) {
                Some(External::Routine(routine)) => {
                    format!("run the routine `{}`, which only CPUs have", routine.name())
                }
                _ => format!("call {}, which stands outside of the file", callee.name),
            };
            self.refuse(&what);
            return self.anything(&returned_types(callee));
        };
        let name = name.into();
        let types: Vec<Type> = callee.params.iter().map(|param| callee.ty(*param)).collect();
        let mut values: Vec<Register> = takes_fault(callee).then(|| self.fault()).into_iter().collect();
        values.extend(self.as_passed(&types, args));
        let args = param_types(callee).into_iter().zip(values).collect();
        let place = |(ty, offset): (Ty, u32)| (ty, offset, self.register(class_of(ty)));
        let results: Vec<(Ty, u32, Register)> = result_types(callee).into_iter().map(place).collect();
        let passed: Vec<Register> = results.iter().map(|(_, _, register)| *register).collect();
        self.line(Line::Call { function: name, args, results });
        self.unpassed(&returned_types(callee), &passed)
    }

    /// Registers in place of what is not computed.
    fn anything(&mut self, types: &[Type]) -> Vec<Register> {
        let mut registers = Vec::new();
        for ty in types {
            let class = match ty {
                Type::Scalar(scalar) => class(*scalar),
                _ => Class::Long,
            };
            registers.extend((0..count(*ty)).map(|_| self.register(class)));
        }
        registers
    }

    /// Stores a result of an entry, at an address.
    pub(super) fn store_result(&mut self, address: Register, offset: u32, scalar: Scalar, value: Register) {
        let value = self.storable(super::expression::Value { operand: value.into(), scalar });
        let place = Operand::Memory(address, offset.into());
        self.emit(Opcode::Store(Space::Global), &[memory_type(scalar)], [place, value.into()]);
    }
}

/// The types of a function's status, if it has one, and results.
fn returned_types(function: &Function) -> Vec<Type> {
    function.status.iter().chain(&function.results).map(|result| function.ty(*result)).collect()
}
