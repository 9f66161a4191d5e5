//! Control: branches, arguments, results, calls.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    self, AbiParam, BlockCall, Inst, InstructionData, Opcode as Op, Type, Value, types,
};
use cranelift_codegen::isa::CallConv;
use iced_x86::Code;
use regalloc2::{Block, VReg};

use super::{Select, Selected, masks, unsupported};
use crate::backend::wide::Callee;
use crate::backend::wide::instruction::{Address, Base, Kind, Making, Size};
use crate::backend::wide::opcode::Opcode;
use crate::backend::wide::registers::{ARGUMENTS, FLOAT_ARGUMENTS, FLOAT_RESULTS, RESULTS, lanes};

impl Select<'_> {
    pub(super) fn control(&mut self, inst: Inst, data: &InstructionData) -> Selected {
        match *data {
            InstructionData::Jump { destination, .. } => self.jump(destination),
            InstructionData::Brif { arg, blocks, .. } => self.branch(arg, &blocks),
            InstructionData::MultiAry { opcode: Op::Return, .. } => self.leave(inst),
            InstructionData::Call { func_ref, .. } => self.call(inst, func_ref),
            _ => unsupported(data.opcode()),
        }
    }

    fn target(&self, destination: BlockCall) -> Block {
        self.blocks[&destination.block(&self.function.dfg.value_lists)]
    }

    /// The registers of the values that a destination is given.
    fn passed(&mut self, destination: BlockCall) -> Selected<Vec<VReg>> {
        let dfg = &self.function.dfg;
        let params = dfg.block_params(destination.block(&dfg.value_lists));
        let args: Vec<_> = destination.args(&dfg.value_lists).collect();
        let mut passed = Vec::new();
        for (param, arg) in params.iter().zip(args) {
            let Some(arg) = arg.as_value() else { return unsupported("an argument of another kind") };
            let ty = self.type_of(*param);
            if ty.is_int() && !ty.is_vector() {
                passed.push(self.number(arg)?);
                continue;
            }
            for part in 0..self.shape(ty).0 {
                passed.push(match ty.is_vector() && self.masks[*param] {
                    true => self.mask_register(arg, part)?,
                    false => self.register(arg, part)?,
                });
            }
        }
        Ok(passed)
    }

    fn jump(&mut self, destination: BlockCall) -> Selected {
        let passed = self.passed(destination)?;
        self.jump_to(self.target(destination), passed);
        Ok(())
    }

    fn jump_to(&mut self, target: Block, passed: Vec<VReg>) {
        self.program.connect(self.block, target);
        self.program.blocks[self.block.index()].passed = passed;
        let making = self.making(Kind::Jump);
        self.end(making);
    }

    /// A branch goes to blocks of its own, where what is passed is moved.
    fn branch(&mut self, cond: Value, destinations: &[BlockCall; 2]) -> Selected {
        let taken = self.condition(cond)?;
        let from = self.block;
        let edges = destinations.map(|destination| {
            let target = self.target(destination);
            let edge = self.program.add_block(self.program.blocks[target.index()].cold);
            self.program.connect(from, edge);
            edge
        });
        let making = self.making(Kind::Branch(taken));
        self.end(making);
        for (edge, destination) in edges.into_iter().zip(*destinations) {
            self.begin(edge);
            self.jump(destination)?;
        }
        Ok(())
    }

    /// Sets the flags; the code of the jump that is taken if a bool is true.
    pub(super) fn condition(&mut self, cond: Value) -> Selected<Code> {
        match self.definition(cond).copied() {
            // Whether it is false that a lane is true.
            Some(InstructionData::IntCompare { args: [left, right], cond: IntCC::Equal, .. })
                if self.constant_bits(right) == Some(0) && self.type_of(left) == types::I8 =>
            {
                Ok(self.condition(left)?.negate_condition_code())
            }
            Some(InstructionData::IntCompare { args: [left, right], cond, .. })
                if self.type_of(left).is_int() =>
            {
                self.compare(left, right, cond)?;
                Ok(jump_if(cond))
            }
            Some(InstructionData::Unary { opcode: Op::VanyTrue, arg }) => self.any(arg),
            _ => {
                let number = self.number(cond)?;
                let (code, size) = match self.type_of(cond) {
                    types::I8 => (Code::Test_rm8_r8, Size::Byte),
                    types::I16 => (Code::Test_rm16_r16, Size::Word),
                    types::I32 => (Code::Test_rm32_r32, Size::Half),
                    _ => (Code::Test_rm64_r64, Size::Long),
                };
                let making = self.making(Kind::Machine(code)).reads(number, size).reads(number, size);
                self.push(making);
                Ok(Code::Jne_rel32_64)
            }
        }
    }

    fn compare(&mut self, left: Value, right: Value, _: IntCC) -> Selected {
        let ty = self.type_of(left);
        let number = self.number(left)?;
        if let (types::I64, Some(immediate)) = (ty, self.immediate(right)) {
            let making = self
                .making(Kind::Machine(Code::Cmp_rm64_imm32))
                .reads(number, Size::Long)
                .immediate(immediate);
            self.push(making);
            return Ok(());
        }
        let other = self.number(right)?;
        let (code, size) = match ty {
            types::I8 => (Code::Cmp_rm8_r8, Size::Byte),
            types::I16 => (Code::Cmp_rm16_r16, Size::Word),
            types::I32 => (Code::Cmp_rm32_r32, Size::Half),
            _ => (Code::Cmp_rm64_r64, Size::Long),
        };
        let making = self.making(Kind::Machine(code)).reads(number, size).reads(other, size);
        self.push(making);
        Ok(())
    }

    /// The parameters, in the registers and on the stack in which the calling convention passes them.
    pub(super) fn arguments(&mut self, entry: ir::Block) -> Selected {
        // Cranelift passes what is called `fast` by the rules of System V.
        let convention = self.function.signature.call_conv;
        if !matches!(convention, CallConv::SystemV | CallConv::Fast) {
            return unsupported(format_args!("calling convention {convention}"));
        }
        let places = places(&self.function.signature.params)?;
        let params = self.function.dfg.block_params(entry).to_vec();
        let mut begin = self.making(Kind::Begin);
        let mut on_stack = Vec::new();
        for (param, place) in params.into_iter().zip(places) {
            let register = self.define(param)?[0];
            match place {
                Place::Register(fixed) => begin = begin.sets_fixed(register, fixed),
                Place::Stack(offset) => on_stack.push((param, register, offset)),
            }
        }
        self.push(begin);
        for (param, register, offset) in on_stack {
            let address = Address::at(Base::Incoming(offset), 0);
            let making = match self.type_of(param) {
                types::F64 => self.op(Opcode::LoadSd, Size::X).sets(register, Size::X),
                types::F32 => self.op(Opcode::LoadSs, Size::X).sets(register, Size::X),
                _ => self.making(Kind::Machine(Code::Mov_r64_rm64)).sets(register, Size::Long),
            };
            self.push(making.memory(address));
        }
        Ok(())
    }

    fn leave(&mut self, inst: Inst) -> Selected {
        let values = self.function.dfg.inst_args(inst).to_vec();
        let mut making = self.making(Kind::Return);
        let (mut numbers, mut floats) = (0, 0);
        for value in values {
            let ty = self.type_of(value);
            if ty.is_int() {
                let Some(fixed) = RESULTS.get(numbers) else { return unsupported("more numbers as results") };
                making = making.reads_fixed(self.number(value)?, *fixed);
                numbers += 1;
            } else {
                if floats == FLOAT_RESULTS {
                    return unsupported("more floats as results");
                }
                making = making.reads_fixed(self.register(value, 0)?, lanes(floats));
                floats += 1;
            }
        }
        self.end(making);
        Ok(())
    }

    fn call(&mut self, inst: Inst, callee: ir::FuncRef) -> Selected {
        if let Some(operation) = masks::operation(self.function, inst) {
            return self.operation(inst, operation);
        }
        let data = &self.function.dfg.ext_funcs[callee];
        let signature = &self.function.dfg.signatures[data.signature];
        let places = places(&signature.params)?;
        let is_float = |param: &&AbiParam| param.value_type.is_float();
        let floats = signature.returns.iter().filter(is_float).count();
        let numbers = signature.returns.len() - floats;
        if floats > FLOAT_RESULTS || numbers > RESULTS.len() {
            return unsupported("a call with more results");
        }
        let name = data.name.clone();
        let args = self.function.dfg.inst_args(inst).to_vec();
        let mut given = Vec::new();
        for (arg, place) in args.into_iter().zip(places) {
            let Place::Register(fixed) = place else { return unsupported("a call with more arguments") };
            let register = match self.type_of(arg) {
                ty if ty.is_int() => self.number(arg)?,
                _ => self.register(arg, 0)?,
            };
            given.push((register, fixed));
        }
        let index = self.callees.iter().position(|known| known.name == name).unwrap_or(self.callees.len());
        if index == self.callees.len() {
            self.callees.push(Callee { name, numbers, floats });
        }
        let mut making = self.making(Kind::Call(index as u32));
        for (register, fixed) in given {
            making = making.reads_fixed(register, fixed);
        }
        let results = self.function.dfg.inst_results(inst).to_vec();
        let (mut numbers, mut floats) = (0, 0);
        for result in results {
            let register = self.define(result)?[0];
            let fixed = match self.type_of(result).is_int() {
                true => {
                    numbers += 1;
                    RESULTS[numbers - 1]
                }
                false => {
                    floats += 1;
                    lanes(floats - 1)
                }
            };
            making = making.sets_fixed(register, fixed);
        }
        self.push(making);
        Ok(())
    }

    /// A bool that says whether the flags are as a jump wants them.
    pub(super) fn flag(&mut self, jump: Code) -> Selected<VReg> {
        let code = match jump {
            Code::Je_rel32_64 => Code::Sete_rm8,
            Code::Jne_rel32_64 => Code::Setne_rm8,
            Code::Jl_rel32_64 => Code::Setl_rm8,
            Code::Jle_rel32_64 => Code::Setle_rm8,
            Code::Jg_rel32_64 => Code::Setg_rm8,
            Code::Jge_rel32_64 => Code::Setge_rm8,
            Code::Jb_rel32_64 => Code::Setb_rm8,
            Code::Jbe_rel32_64 => Code::Setbe_rm8,
            Code::Ja_rel32_64 => Code::Seta_rm8,
            Code::Jae_rel32_64 => Code::Setae_rm8,
            _ => return unsupported("a flag of another kind"),
        };
        let register = self.program.add_register(crate::backend::wide::registers::NUMBER);
        let making: Making = self.making(Kind::Machine(code)).sets(register, Size::Byte);
        self.push(making);
        Ok(register)
    }
}

/// Where a parameter comes.
#[derive(Clone, Copy)]
enum Place {
    Register(regalloc2::PReg),
    /// So many bytes above the first one on the stack.
    Stack(u32),
}

/// Section 3.2.3 of the System V ABI: registers by class, then the stack, in order.
fn places(params: &[AbiParam]) -> Selected<Vec<Place>> {
    let (mut numbers, mut floats, mut on_stack) = (0, 0, 0);
    let mut places = Vec::new();
    for param in params {
        let ty: Type = param.value_type;
        if ty.is_vector() || ty.bits() > 64 || param.purpose != ir::ArgumentPurpose::Normal {
            return unsupported(format_args!("a parameter {param}"));
        }
        let register = match ty.is_int() {
            true => {
                numbers += 1;
                ARGUMENTS.get(numbers - 1).copied()
            }
            false => {
                floats += 1;
                (floats <= FLOAT_ARGUMENTS).then(|| lanes(floats - 1))
            }
        };
        places.push(match register {
            Some(register) => Place::Register(register),
            None => {
                on_stack += 8;
                Place::Stack(on_stack - 8)
            }
        });
    }
    Ok(places)
}

/// The jump that is taken if a comparison of numbers holds.
pub(super) const fn jump_if(cond: IntCC) -> Code {
    match cond {
        IntCC::Equal => Code::Je_rel32_64,
        IntCC::NotEqual => Code::Jne_rel32_64,
        IntCC::SignedLessThan => Code::Jl_rel32_64,
        IntCC::SignedLessThanOrEqual => Code::Jle_rel32_64,
        IntCC::SignedGreaterThan => Code::Jg_rel32_64,
        IntCC::SignedGreaterThanOrEqual => Code::Jge_rel32_64,
        IntCC::UnsignedLessThan => Code::Jb_rel32_64,
        IntCC::UnsignedLessThanOrEqual => Code::Jbe_rel32_64,
        IntCC::UnsignedGreaterThan => Code::Ja_rel32_64,
        IntCC::UnsignedGreaterThanOrEqual => Code::Jae_rel32_64,
    }
}
