//! Lanes: the registers that hold them, and their expressions.
//!
//! Lanes are as many 128-bit registers as they fill, side by side. Lanes of bools are masks: all bits of a
//! lane or none. Where Cranelift has no instruction on registers, a lane at a time goes through the code
//! of single numbers, and every result is the one that this code gives.

mod arithmetic;
mod call;
mod convert;
mod divide;
mod each;
mod float;
mod mask;
mod memory;
mod place;
mod resize;
mod widths;

use cranelift_codegen::ir::{
    AbiParam, ConstantData, Endianness, ExtFuncData, ExternalName, InstBuilder, MemFlagsData, Signature,
    Type as ClifType, Value, types,
};
use cranelift_codegen::isa::CallConv;
use cranelift_frontend::{FunctionBuilder, Variable};

pub(super) use widths::mask_widths;

use super::expression::Operand;
use super::function::FunctionCx;
use super::machine::{Machine, REGISTER};
use crate::backend::operation::Operation;
use crate::ir::{Expr, Lanes, LocalId, Scalar};

/// Several numbers in registers.
#[derive(Clone)]
struct Vectors {
    scalar: Scalar,
    /// How many numbers there are. Where they do not fill a register, what stands behind them is any.
    count: u32,
    /// The width of each: its type's own, but that of a mask depends on where it comes from.
    bits: u32,
    registers: Vec<Value>,
    /// The number that all lanes are, where they are known to be one.
    uniform: Option<Value>,
}

impl Vectors {
    /// Numbers that may be different.
    fn new(scalar: Scalar, count: u32, bits: u32, registers: Vec<Value>) -> Vectors {
        Vectors { scalar, count, bits, registers, uniform: None }
    }

    /// The same with other numbers in its registers.
    fn with(&self, registers: Vec<Value>) -> Vectors {
        Vectors::new(self.scalar, self.count, self.bits, registers)
    }
}

/// The variables of a local that is lanes.
#[derive(Clone)]
pub(super) struct LanesVariables {
    lanes: Lanes,
    bits: u32,
    registers: Vec<Variable>,
}

impl LanesVariables {
    /// Declares them; the width of a mask's lanes is given.
    pub(super) fn declare(
        builder: &mut FunctionBuilder<'_>,
        machine: Machine,
        lanes: Lanes,
        mask_width: Option<u32>,
    ) -> LanesVariables {
        let bits = mask_width.unwrap_or(lanes.scalar.bits());
        let ty = machine.register_type(lanes.scalar, bits);
        let registers = (0..machine.registers(lanes.count, bits)).map(|_| builder.declare_var(ty)).collect();
        LanesVariables { lanes, bits, registers }
    }
}

/// The integer type of so many bits.
fn integer_type(bits: u32) -> ClifType {
    ClifType::int_with_byte_size((bits / 8) as u16).unwrap_or(types::I8)
}

impl FunctionCx<'_, '_> {
    fn machine(&self) -> Machine {
        self.unit.machine
    }

    /// The type of a register of lanes of so many bits.
    fn register_type(&self, scalar: Scalar, bits: u32) -> ClifType {
        self.machine().register_type(scalar, bits)
    }

    /// What an operation gives that Cranelift's IR lacks.
    fn operation(&mut self, operation: Operation, args: &[Value], result: Option<ClifType>) -> Option<Value> {
        let mut signature = Signature::new(CallConv::Fast);
        let types = args.iter().map(|arg| self.builder.func.dfg.value_type(*arg));
        signature.params = types.map(AbiParam::new).collect();
        signature.returns.extend(result.map(AbiParam::new));
        let signature = self.builder.import_signature(signature);
        let name = self.builder.func.declare_imported_user_function(operation.name());
        let name = ExternalName::user(name);
        let data = ExtFuncData { name, signature, colocated: true, patchable: false };
        let function = self.builder.import_function(data);
        let call = self.builder.ins().call(function, args);
        self.builder.inst_results(call).first().copied()
    }

    /// Lanes that an operation makes of lanes.
    fn operated(&mut self, operation: Operation, to: Scalar, bits: u32, of: Value) -> Value {
        let ty = self.register_type(to, bits);
        self.operation(operation, &[of], Some(ty)).unwrap_or(of)
    }

    /// Sets a local that is lanes.
    pub(super) fn assign_lanes(&mut self, local: LocalId, value: &Expr) {
        let value = self.lanes(value);
        self.set_lanes(local, &value);
    }

    /// The number of one lane.
    pub(super) fn lane(&mut self, lanes: &Expr, lane: u32) -> Operand {
        let lanes = self.lanes(lanes);
        self.extract(&lanes, lane)
    }

    /// Translates an expression that is lanes. As among numbers, only this function recurses.
    fn lanes(&mut self, expr: &Expr) -> Vectors {
        match expr {
            Expr::Local(local) => self.get_lanes(*local),
            Expr::Splat { count, value } => {
                let value = self.expression(value);
                self.splat(*count, value)
            }
            Expr::LaneNumbers { count } => self.lane_numbers(*count),
            Expr::Unary { op, operand } => {
                let operand = self.lanes(operand);
                self.unary_lanes(*op, &operand)
            }
            Expr::Binary { op, left, right } => {
                let left = self.lanes(left);
                let right = self.lanes(right);
                self.binary_lanes(*op, &left, &right)
            }
            Expr::Compare { op, left, right } => {
                let left = self.lanes(left);
                let right = self.lanes(right);
                self.compare_lanes(*op, &left, &right)
            }
            Expr::Select { cond, then, otherwise } => {
                let cond = self.lanes(cond);
                let then = self.lanes(then);
                let otherwise = self.lanes(otherwise);
                self.select_lanes(&cond, &then, &otherwise)
            }
            Expr::Convert { to, how, value } => {
                let value = self.lanes(value);
                self.convert_lanes(*to, *how, &value)
            }
            Expr::Intrinsic { op, args } => {
                let args: Vec<Vectors> = args.iter().map(|arg| self.lanes(arg)).collect();
                self.intrinsic_lanes(*op, &args)
            }
            Expr::InBounds { index, extent } => {
                let index = self.lanes(index);
                let extent = self.lanes(extent);
                self.in_bounds_lanes(&index, &extent)
            }
            Expr::Const(_)
            | Expr::Dim { .. }
            | Expr::Stride { .. }
            | Expr::Address { .. }
            | Expr::Overlap { .. }
            | Expr::SubView { .. }
            | Expr::Transpose { .. }
            | Expr::Strided { .. }
            | Expr::OfLayout { .. }
            | Expr::AnyLane { .. }
            | Expr::Lane { .. }
            | Expr::Unowned
            | Expr::Empty(_)
            | Expr::Table { .. } => unreachable!("bug in pykernel: {expr:?} is used as lanes"),
        }
    }

    fn get_lanes(&mut self, local: LocalId) -> Vectors {
        let LanesVariables { lanes, bits, registers } = self.lanes_variables(local);
        let registers = registers.iter().map(|variable| self.builder.use_var(*variable)).collect();
        Vectors::new(lanes.scalar, lanes.count, bits, registers)
    }

    fn set_lanes(&mut self, local: LocalId, value: &Vectors) {
        let LanesVariables { lanes, bits, registers } = self.lanes_variables(local);
        let value = match lanes.scalar {
            Scalar::Bool => &self.mask_of_width(value, bits),
            _ => value,
        };
        for (variable, register) in registers.iter().zip(&value.registers) {
            self.builder.def_var(*variable, *register);
        }
    }

    /// Lanes that are all one number.
    fn splat(&mut self, count: u32, number: Operand) -> Vectors {
        let Operand { value, scalar } = number;
        let bits = scalar.bits();
        let lane = match scalar {
            Scalar::Bool => self.mask_lane(value, bits),
            _ => value,
        };
        let ty = self.register_type(scalar, bits);
        let register = self.builder.ins().splat(ty, lane);
        let registers = vec![register; self.machine().registers(count, bits) as usize];
        Vectors { scalar, count, bits, registers, uniform: Some(value) }
    }

    /// Registers of integers that are known here, byte by byte.
    fn constant_register(&mut self, bits: u32, bytes: Vec<u8>) -> Value {
        let constant = self.builder.func.dfg.constants.insert(ConstantData::from(bytes));
        let ty = self.register_type(Scalar::U64, bits);
        self.builder.ins().vconst(ty, constant)
    }

    fn lane_numbers(&mut self, count: u32) -> Vectors {
        let scalar = Scalar::I64;
        if self.machine().whole.is_some() {
            let ty = self.register_type(scalar, scalar.bits());
            let numbers = self.operation(Operation::LaneNumbers, &[], Some(ty));
            return Vectors::new(scalar, count, scalar.bits(), numbers.into_iter().collect());
        }
        let register = |cx: &mut Self, first: u32| {
            let numbers = [first, first + 1].map(u64::from);
            cx.constant_register(
                scalar.bits(),
                numbers.iter().flat_map(|number| number.to_le_bytes()).collect(),
            )
        };
        let registers = (0..count).step_by(2).map(|first| register(self, first)).collect();
        Vectors::new(scalar, count, scalar.bits(), registers)
    }

    /// What stands in one lane, as a number: a bool is 0 or 1.
    fn extract(&mut self, lanes: &Vectors, lane: u32) -> Operand {
        let scalar = lanes.scalar;
        if let Some(value) = lanes.uniform {
            return Operand { value, scalar };
        }
        let each = self.machine().whole.unwrap_or(REGISTER / lanes.bits);
        let register = lanes.registers[(lane / each) as usize];
        let value = self.builder.ins().extractlane(register, (lane % each) as u8);
        self.number_form(scalar, lanes.bits, value)
    }

    /// Computes register by register.
    fn registers<const N: usize>(
        &mut self,
        operands: [&Vectors; N],
        mut compute: impl FnMut(&mut Self, [Value; N]) -> Value,
    ) -> Vec<Value> {
        let count = operands[0].registers.len();
        (0..count).map(|index| compute(self, operands.map(|lanes| lanes.registers[index]))).collect()
    }

    /// The bits of a register, as a register of another type.
    fn cast(&mut self, ty: ClifType, register: Value) -> Value {
        if self.builder.func.dfg.value_type(register) == ty {
            return register;
        }
        let flags = MemFlagsData::new().with_endianness(Endianness::Little);
        self.builder.ins().bitcast(ty, flags, register)
    }

    /// A register of one number.
    fn splat_bits(&mut self, scalar: Scalar, bits: u64) -> Value {
        let integer = integer_type(scalar.bits());
        let number = self.builder.ins().iconst(integer, bits as i64);
        let bits = scalar.bits();
        let ty = self.register_type(Scalar::U64, bits);
        let register = self.builder.ins().splat(ty, number);
        self.cast(self.register_type(scalar, bits), register)
    }
}
