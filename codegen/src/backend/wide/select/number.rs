//! Numbers and single floats, which all lanes share. Integers have 64 bits here; those above a type's width are
//! any.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstructionData, Opcode as Op, Type, Value, types};
use iced_x86::Code;
use regalloc2::VReg;

use super::arithmetic::{logic, rounding};
use super::flow::jump_if;
use super::masks::{predicate, with_source};
use super::value::Source;
use super::{Select, Selected, unsupported};
use crate::backend::wide::instruction::{Kind, Size};
use crate::backend::wide::opcode::Opcode;
use crate::backend::wide::registers::{LANES, MASK, NUMBER, RAX, RDX};

impl Select<'_> {
    /// An operation that gives a number or a single float.
    pub(super) fn number_inst(&mut self, result: Value, data: &InstructionData) -> Selected {
        let args = data.arguments(&self.function.dfg.value_lists).to_vec();
        let ty = self.type_of(result);
        match (data.opcode(), *data) {
            // These are selected where they are used.
            (Op::Icmp | Op::VanyTrue, _) => Ok(()),
            (Op::Fcmp, InstructionData::FloatCompare { args, cond, .. }) => {
                self.float_comparison(result, args, cond)
            }
            (Op::Extractlane, InstructionData::BinaryImm8 { arg, imm, .. }) => {
                self.extracted_lane(result, arg, imm)
            }
            (Op::Bitcast, _) => self.number_cast(result, args[0]),
            (opcode, _) if ty.is_int() => match args[..] {
                [operand] => self.number_by(result, opcode, operand),
                [left, right] => self.number_of_two(result, opcode, left, right),
                [cond, then, otherwise] if opcode == Op::Select => {
                    self.chosen_number(result, cond, [then, otherwise])
                }
                _ => unsupported(opcode),
            },
            (opcode, _) => match args[..] {
                [operand] => self.float_by(result, opcode, operand),
                [left, right] => self.float_of_two(result, opcode, left, right),
                [cond, then, otherwise] if opcode == Op::Select => {
                    self.chosen_float(result, cond, [then, otherwise])
                }
                [a, b, c] if opcode == Op::Fma => {
                    let form = self.fused_form([a, b, c]);
                    let register = self.fused_part(&form, ty, 0, Size::X)?;
                    self.values[result] = vec![register];
                    Ok(())
                }
                _ => unsupported(opcode),
            },
        }
    }

    /// A number with one operation on it by an immediate.
    pub(super) fn with_immediate(&mut self, code: Code, number: VReg, value: i64) -> VReg {
        let result = self.program.add_register(NUMBER);
        let making = self.making(Kind::Machine(code)).changes(number, result, Size::Long).immediate(value);
        self.push(making);
        result
    }

    /// The bits of a number that a mask has.
    pub(super) fn masked_number(&mut self, number: VReg, mask: i64) -> VReg {
        self.with_immediate(Code::And_rm64_imm32, number, mask)
    }

    fn number_of_two(&mut self, result: Value, opcode: Op, left: Value, right: Value) -> Selected {
        let ty = self.type_of(result);
        let commutes = matches!(opcode, Op::Iadd | Op::Imul | Op::Band | Op::Bor | Op::Bxor);
        let swapped = commutes && self.constant_bits(left).is_some();
        let [left, right] = if swapped { [right, left] } else { [left, right] };
        let [by_register, by_immediate] = match opcode {
            Op::Iadd => [Code::Add_r64_rm64, Code::Add_rm64_imm32],
            Op::Isub => [Code::Sub_r64_rm64, Code::Sub_rm64_imm32],
            Op::Imul => [Code::Imul_r64_rm64, Code::Imul_r64_rm64_imm32],
            Op::Band => [Code::And_r64_rm64, Code::And_rm64_imm32],
            Op::Bor => [Code::Or_r64_rm64, Code::Or_rm64_imm32],
            Op::Bxor => [Code::Xor_r64_rm64, Code::Xor_rm64_imm32],
            Op::Ishl | Op::Ushr | Op::Sshr => return self.number_shift(result, opcode, left, right),
            Op::Smulhi => return self.high_product(result, [left, right]),
            Op::Sdiv | Op::Udiv | Op::Srem | Op::Urem => return self.divided(result, opcode, [left, right]),
            Op::Smin | Op::Smax | Op::Umin | Op::Umax => {
                return self.least_or_greatest(result, opcode, [left, right]);
            }
            _ => return unsupported(format_args!("{opcode} of {ty}")),
        };
        let immediate = self.immediate(right);
        let left = self.number(left)?;
        let register = match (immediate, opcode) {
            (Some(value), Op::Imul) => {
                let register = self.program.add_register(NUMBER);
                let making = self
                    .making(Kind::Machine(by_immediate))
                    .sets(register, Size::Long)
                    .reads(left, Size::Long)
                    .immediate(value);
                self.push(making);
                register
            }
            (Some(value), _) => self.with_immediate(by_immediate, left, value),
            (None, _) => {
                let right = self.number(right)?;
                let register = self.program.add_register(NUMBER);
                let making = self
                    .making(Kind::Machine(by_register))
                    .changes(left, register, Size::Long)
                    .reads(right, Size::Long);
                self.push(making);
                register
            }
        };
        self.values[result] = vec![register];
        Ok(())
    }

    /// Counts are taken modulo the width.
    fn number_shift(&mut self, result: Value, opcode: Op, value: Value, count: Value) -> Selected {
        let ty = self.type_of(result);
        let number = match opcode {
            Op::Ishl => self.number(value)?,
            Op::Ushr => self.extended(value, false)?,
            _ => self.extended(value, true)?,
        };
        if let Some(count) = self.constant_bits(count) {
            let code = match opcode {
                Op::Ishl => Code::Shl_rm64_imm8,
                Op::Ushr => Code::Shr_rm64_imm8,
                _ => Code::Sar_rm64_imm8,
            };
            let count = count as i64 & i64::from(ty.bits() - 1);
            let register = self.with_immediate(code, number, count);
            self.values[result] = vec![register];
            return Ok(());
        }
        let count = self.number(count)?;
        let count = self.masked_number(count, i64::from(ty.bits() - 1));
        let code = match opcode {
            Op::Ishl => Code::VEX_Shlx_r64_rm64_r64,
            Op::Ushr => Code::VEX_Shrx_r64_rm64_r64,
            _ => Code::VEX_Sarx_r64_rm64_r64,
        };
        let register = self.define(result)?[0];
        let making = self
            .making(Kind::Machine(code))
            .sets(register, Size::Long)
            .reads(number, Size::Long)
            .reads(count, Size::Long);
        self.push(making);
        Ok(())
    }

    /// The high half of a product of two numbers of 64 bits.
    fn high_product(&mut self, result: Value, [left, right]: [Value; 2]) -> Selected {
        if self.type_of(result) != types::I64 {
            return unsupported("the high half of a product of fewer bits");
        }
        let [left, right] = [self.number(left)?, self.number(right)?];
        let [low, high] = [(); 2].map(|()| self.program.add_register(NUMBER));
        let making = self
            .making(Kind::Machine(Code::Imul_rm64))
            .reads(right, Size::Long)
            .reads_fixed(left, RAX)
            .sets_fixed(low, RAX)
            .sets_fixed(high, RDX);
        self.push(making);
        self.values[result] = vec![high];
        Ok(())
    }

    /// A quotient or a remainder; neither by 0 nor one that does not fit.
    fn divided(&mut self, result: Value, opcode: Op, [left, right]: [Value; 2]) -> Selected {
        let signed = matches!(opcode, Op::Sdiv | Op::Srem);
        let [left, right] = [self.extended(left, signed)?, self.extended(right, signed)?];
        let above = match signed {
            true => {
                let above = self.program.add_register(NUMBER);
                let making =
                    self.making(Kind::Machine(Code::Cqo)).reads_fixed(left, RAX).sets_fixed(above, RDX);
                self.push(making);
                above
            }
            false => self.number_of(0),
        };
        let [quotient, remainder] = [(); 2].map(|()| self.program.add_register(NUMBER));
        let code = if signed { Code::Idiv_rm64 } else { Code::Div_rm64 };
        let making = self
            .making(Kind::Machine(code))
            .reads(right, Size::Long)
            .reads_fixed(left, RAX)
            .reads_fixed(above, RDX)
            .sets_fixed(quotient, RAX)
            .sets_fixed(remainder, RDX);
        self.push(making);
        let is_quotient = matches!(opcode, Op::Sdiv | Op::Udiv);
        self.values[result] = vec![if is_quotient { quotient } else { remainder }];
        Ok(())
    }

    /// A number in 64 bits, by its sign or by zeros.
    pub(super) fn extended(&mut self, value: Value, signed: bool) -> Selected<VReg> {
        let number = self.number(value)?;
        let (code, from, to) = match (self.type_of(value), signed) {
            (types::I8, true) => (Code::Movsx_r64_rm8, Size::Byte, Size::Long),
            (types::I8, false) => (Code::Movzx_r32_rm8, Size::Byte, Size::Half),
            (types::I16, true) => (Code::Movsx_r64_rm16, Size::Word, Size::Long),
            (types::I16, false) => (Code::Movzx_r32_rm16, Size::Word, Size::Half),
            (types::I32, true) => (Code::Movsxd_r64_rm32, Size::Half, Size::Long),
            (types::I32, false) => (Code::Mov_r32_rm32, Size::Half, Size::Half),
            _ => return Ok(number),
        };
        let register = self.program.add_register(NUMBER);
        let making = self.making(Kind::Machine(code)).sets(register, to).reads(number, from);
        self.push(making);
        Ok(register)
    }

    fn number_by(&mut self, result: Value, opcode: Op, operand: Value) -> Selected {
        let register = match opcode {
            Op::Ireduce => self.number(operand)?,
            Op::Sextend => self.extended(operand, true)?,
            Op::Uextend => self.extended(operand, false)?,
            Op::Ineg | Op::Bnot => {
                let code = if opcode == Op::Ineg { Code::Neg_rm64 } else { Code::Not_rm64 };
                let number = self.number(operand)?;
                let register = self.program.add_register(NUMBER);
                let making = self.making(Kind::Machine(code)).changes(number, register, Size::Long);
                self.push(making);
                register
            }
            _ => return unsupported(format_args!("{opcode} of a number")),
        };
        self.values[result] = vec![register];
        Ok(())
    }

    /// `otherwise`, or `then` where the flags are as the jump wants them.
    fn moved_if(&mut self, jump: Code, then: VReg, otherwise: VReg) -> Selected<VReg> {
        let code = match jump {
            Code::Je_rel32_64 => Code::Cmove_r64_rm64,
            Code::Jne_rel32_64 => Code::Cmovne_r64_rm64,
            Code::Jl_rel32_64 => Code::Cmovl_r64_rm64,
            Code::Jle_rel32_64 => Code::Cmovle_r64_rm64,
            Code::Jg_rel32_64 => Code::Cmovg_r64_rm64,
            Code::Jge_rel32_64 => Code::Cmovge_r64_rm64,
            Code::Jb_rel32_64 => Code::Cmovb_r64_rm64,
            Code::Jbe_rel32_64 => Code::Cmovbe_r64_rm64,
            Code::Ja_rel32_64 => Code::Cmova_r64_rm64,
            Code::Jae_rel32_64 => Code::Cmovae_r64_rm64,
            _ => return unsupported("a move by another flag"),
        };
        let register = self.program.add_register(NUMBER);
        let making =
            self.making(Kind::Machine(code)).changes(otherwise, register, Size::Long).reads(then, Size::Long);
        self.push(making);
        Ok(register)
    }

    fn chosen_number(&mut self, result: Value, cond: Value, [then, otherwise]: [Value; 2]) -> Selected {
        let (then, otherwise) = (self.number(then)?, self.number(otherwise)?);
        let jump = self.condition(cond)?;
        let register = self.moved_if(jump, then, otherwise)?;
        self.values[result] = vec![register];
        Ok(())
    }

    fn least_or_greatest(&mut self, result: Value, opcode: Op, [left, right]: [Value; 2]) -> Selected {
        let (signed, cond) = match opcode {
            Op::Smin => (true, IntCC::SignedLessThan),
            Op::Smax => (true, IntCC::SignedGreaterThan),
            Op::Umin => (false, IntCC::UnsignedLessThan),
            _ => (false, IntCC::UnsignedGreaterThan),
        };
        let [left, right] = [self.extended(left, signed)?, self.extended(right, signed)?];
        let making =
            self.making(Kind::Machine(Code::Cmp_rm64_r64)).reads(left, Size::Long).reads(right, Size::Long);
        self.push(making);
        let register = self.moved_if(jump_if(cond), left, right)?;
        self.values[result] = vec![register];
        Ok(())
    }

    fn number_cast(&mut self, result: Value, from: Value) -> Selected {
        let (to, ty) = (self.type_of(result), self.type_of(from));
        if ty.is_vector() {
            return unsupported(format_args!("a cast from {ty} to {to}"));
        }
        let register = match (to.is_int(), ty.is_int()) {
            (true, false) => {
                let register = self.register(from, 0)?;
                self.number_of_lane(register, to)
            }
            (false, true) => {
                let number = self.number(from)?;
                self.number_in_lanes(number, ty)
            }
            (true, true) => self.number(from)?,
            (false, false) => self.register(from, 0)?,
        };
        self.values[result] = vec![register];
        Ok(())
    }

    fn float_comparison(&mut self, result: Value, [left, right]: [Value; 2], cond: FloatCC) -> Selected {
        let narrow = self.type_of(left) == types::F32;
        let opcode = if narrow { Opcode::Cmpss } else { Opcode::Cmpsd };
        let (left, right) = (self.register(left, 0)?, self.source(right, 0)?);
        if self.has_masks() {
            let mask = self.program.add_register(MASK);
            let making = self.op(opcode, Size::X).sets(mask, Size::Mask).reads(left, Size::X);
            self.push(with_source(making, right, Size::X).immediate(predicate(cond)));
            let register = self.define(result)?[0];
            let making = self
                .making(Kind::Machine(Code::VEX_Kmovb_r32_kr))
                .sets(register, Size::Half)
                .reads(mask, Size::Mask);
            self.push(making);
            return Ok(());
        }
        let lanes = self.program.add_register(LANES);
        let making = self.op(opcode, Size::X).sets(lanes, Size::X).reads(left, Size::X);
        self.push(with_source(making, right, Size::X).immediate(predicate(cond)));
        let number = self.number_of_lane(lanes, types::I32);
        let register = self.masked_number(number, 1);
        self.values[result] = vec![register];
        Ok(())
    }

    fn float_of_two(&mut self, result: Value, opcode: Op, left: Value, right: Value) -> Selected {
        let ty = self.type_of(result);
        let narrow = ty == types::F32;
        if opcode == Op::Fcopysign {
            return self.with_sign(result, left, right);
        }
        let opcode = match opcode {
            Op::Fadd => [Opcode::Addsd, Opcode::Addss],
            Op::Fsub => [Opcode::Subsd, Opcode::Subss],
            Op::Fmul => [Opcode::Mulsd, Opcode::Mulss],
            Op::Fdiv => [Opcode::Divsd, Opcode::Divss],
            _ => return unsupported(format_args!("{opcode} of {ty}")),
        }[usize::from(narrow)];
        let (left, right) = (self.register(left, 0)?, self.source(right, 0)?);
        let register = self.lanes_of(opcode, Size::X, left, right);
        self.values[result] = vec![register];
        Ok(())
    }

    /// A float with the sign of another.
    fn with_sign(&mut self, result: Value, value: Value, sign: Value) -> Selected {
        let lanes = if self.type_of(result) == types::F32 { types::I32X4 } else { types::I64X2 };
        let bit = 1u64 << (lanes.lane_bits() - 1);
        let [value, sign] = [self.register(value, 0)?, self.register(sign, 0)?];
        let [size, only_sign] = [bit - 1, bit].map(|bits| self.known_lanes_of(lanes, Size::X, bits));
        let size = self.lanes_of(logic(Opcode::And, lanes), Size::X, value, size);
        let sign = self.lanes_of(logic(Opcode::And, lanes), Size::X, sign, only_sign);
        let register = self.lanes_of(Opcode::Or, Size::X, size, Source::Register(sign));
        self.values[result] = vec![register];
        Ok(())
    }

    fn float_by(&mut self, result: Value, opcode: Op, operand: Value) -> Selected {
        let ty = self.type_of(result);
        let narrow = ty == types::F32;
        let register = match opcode {
            Op::FcvtFromSint => {
                let number = self.extended(operand, true)?;
                let opcode = if narrow { Opcode::Cvtsi2ss } else { Opcode::Cvtsi2sd };
                // The bits above the float come from the first operand.
                let zero = self.number_of(0);
                let above = self.number_in_lanes(zero, types::I64);
                let register = self.program.add_register(LANES);
                let making = self
                    .op(opcode, Size::X)
                    .sets(register, Size::X)
                    .reads(above, Size::X)
                    .reads(number, Size::Long);
                self.push(making);
                register
            }
            Op::Sqrt | Op::Fpromote | Op::Fdemote => {
                let opcode = match (opcode, narrow) {
                    (Op::Sqrt, false) => Opcode::Sqrtsd,
                    (Op::Sqrt, true) => Opcode::Sqrtss,
                    (_, false) => Opcode::Cvtss2sd,
                    (_, true) => Opcode::Cvtsd2ss,
                };
                let operand = self.register(operand, 0)?;
                self.lanes_of(opcode, Size::X, operand, Source::Register(operand))
            }
            Op::Floor | Op::Ceil | Op::Trunc | Op::Nearest => {
                let operand = self.register(operand, 0)?;
                let instruction = if narrow { Opcode::Roundss } else { Opcode::Roundsd };
                let register = self.program.add_register(LANES);
                let making = self
                    .op(instruction, Size::X)
                    .sets(register, Size::X)
                    .reads(operand, Size::X)
                    .reads(operand, Size::X)
                    .immediate(rounding(opcode));
                self.push(making);
                register
            }
            Op::Fabs | Op::Fneg => {
                let lanes: Type = if narrow { types::I32X4 } else { types::I64X2 };
                let sign = 1u64 << (lanes.lane_bits() - 1);
                let (instruction, bits) =
                    if opcode == Op::Fabs { (Opcode::And, sign - 1) } else { (Opcode::Xor, sign) };
                let operand = self.register(operand, 0)?;
                let known = self.known_lanes_of(lanes, Size::X, bits);
                self.lanes_of(logic(instruction, lanes), Size::X, operand, known)
            }
            _ => return unsupported(format_args!("{opcode} of a float")),
        };
        self.values[result] = vec![register];
        Ok(())
    }

    /// 1 for a number that is not 0, and 0 for 0.
    fn truth(&mut self, cond: Value) -> Selected<VReg> {
        let number = match self.definition(cond).map(InstructionData::opcode) {
            Some(Op::Fcmp) => return self.number(cond),
            Some(Op::Icmp | Op::VanyTrue) => self.number(cond)?,
            _ => {
                let jump = self.condition(cond)?;
                self.flag(jump)?
            }
        };
        Ok(self.masked_number(number, 1))
    }

    fn chosen_float(&mut self, result: Value, cond: Value, [then, otherwise]: [Value; 2]) -> Selected {
        let narrow = self.type_of(result) == types::F32;
        let [then, otherwise] = [self.register(then, 0)?, self.register(otherwise, 0)?];
        let number = self.truth(cond)?;
        let register = if self.has_masks() {
            let mask = self.program.add_register(MASK);
            let making = self
                .making(Kind::Machine(Code::VEX_Kmovb_kr_r32))
                .sets(mask, Size::Mask)
                .reads(number, Size::Half);
            self.push(making);
            let opcode = if narrow { Opcode::Blendmd } else { Opcode::Blendmq };
            let register = self.program.add_register(LANES);
            let making = self
                .op(opcode, Size::X)
                .sets(register, Size::X)
                .reads(otherwise, Size::X)
                .reads(then, Size::X)
                .masked(mask, false);
            self.push(making);
            register
        } else {
            let all = self.program.add_register(NUMBER);
            let making = self.making(Kind::Machine(Code::Neg_rm64)).changes(number, all, Size::Long);
            self.push(making);
            let mask = self.number_in_lanes(all, types::I64);
            let opcode = if narrow { Opcode::Blendvps } else { Opcode::Blendvpd };
            self.blended(opcode, Size::X, [mask, then, otherwise])
        };
        self.values[result] = vec![register];
        Ok(())
    }
}
