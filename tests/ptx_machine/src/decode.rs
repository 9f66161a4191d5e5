//! From a row of the table and checked operands to an instruction.

use crate::check::Operands;
use crate::instruction::{
    Address, Barrier, BarrierAction, Base, Call, Callee, Combine, Comparison, Compute, Operation, Passed,
    Source, Strength, WarpOperation,
};
use crate::mnemonic::Mnemonic;
use crate::module::Formal;
use crate::parse::{Body, Operand, Symbol};
use crate::special;
use crate::table::Family;
use crate::types::{B32, Kind, PRED, Space, Type, U32};

impl<'a> Body<'_, 'a> {
    /// Decodes an instruction; the error says what is wrong with it.
    pub(crate) fn decode(
        &mut self,
        mnemonic: &Mnemonic<'_>,
        given: &[Operand<'a>],
        line: u32,
    ) -> Result<Operation, String> {
        match mnemonic.row.family {
            Family::Move => return self.moved(mnemonic, given),
            Family::Branch => return self.branch(given, line),
            Family::BranchIndex => return self.branch_index(given, line),
            Family::Call => return self.call(given),
            _ => {}
        }
        let operands = self.operands(mnemonic, given)?;
        let (d, s) = (operands.first(), operands.sources());
        let t = mnemonic.types.last().copied().unwrap_or(B32);
        let space = mnemonic.space();
        Ok(match mnemonic.row.family {
            Family::Compute(Compute::Lop3) if !matches!(operands.s[3..], [Source::Immediate(_)]) => {
                return Err("operand 5: the table is a constant".to_owned());
            }
            Family::Compute(compute) => computed(compute, mnemonic, &operands, t),
            Family::Carry(carry) => {
                let (reads, writes) = (
                    mnemonic.row.form.starts_with(['a', 's', 'm']) && reads_carry(mnemonic),
                    mnemonic.has("cc"),
                );
                Operation::Carry { carry, t, reads, writes, d, s: operands.sources() }
            }
            Family::Convert => converted(mnemonic, &operands)?,
            Family::SetPredicate => {
                let (comparison, combine) = comparison(mnemonic, t)?;
                Operation::SetPredicate {
                    comparison,
                    combine,
                    t,
                    ftz: mnemonic.has("ftz"),
                    p: operands.pair(),
                    s: operands.sources(),
                }
            }
            Family::Set => {
                let (comparison, combine) = comparison(mnemonic, t)?;
                let to = mnemonic.types.first().copied().unwrap_or(B32);
                Operation::Set {
                    comparison,
                    combine,
                    to,
                    t,
                    ftz: mnemonic.has("ftz"),
                    d,
                    s: operands.sources(),
                }
            }
            Family::Load(access) => loaded(mnemonic, access, t, operands)?,
            Family::Store(access) => stored(mnemonic, access, t, operands)?,
            Family::Atomic(atomic) => {
                Operation::Atomic { space, atomic, t, address: address(&operands), d, s: operands.sources() }
            }
            Family::ConvertAddress if mnemonic.has("to") => Operation::FromGeneric { space, d, s: s[0] },
            Family::ConvertAddress => {
                self.check_variable_space(s[0], space)?;
                Operation::ToGeneric { space, d, s: s[0] }
            }
            Family::IsSpace => Operation::IsSpace { space, d, s: s[0] },
            Family::Return => Operation::Return,
            Family::Exit => Operation::Exit,
            Family::Trap => Operation::Trap,
            Family::Barrier(action) => barrier(mnemonic, action, &operands)?,
            Family::Warp(operation) => Operation::Warp { operation, d: operands.pair(), s },
            Family::Reduce(atomic) => {
                Operation::Warp { operation: WarpOperation::Reduce(atomic, t), d: [d, None], s }
            }
            Family::Fence => Operation::Fence { block_only: mnemonic.has("cta") },
            Family::ActiveMask => Operation::ActiveMask { d },
            _ => Operation::Nothing,
        })
    }

    /// `cvta.shared` takes the address of a shared variable.
    fn check_variable_space(&self, source: Source, space: Space) -> Result<(), String> {
        let (name, lies_in) = match source {
            Source::Variable(index, _) => {
                let variable = &self.parser.module.variables[index as usize];
                (&variable.name, variable.space)
            }
            Source::Frame(index, _) => {
                let variable = &self.function.frame[index as usize];
                (&variable.name, variable.space)
            }
            _ => return Ok(()),
        };
        if lies_in == space {
            Ok(())
        } else {
            Err(format!("'{name}' lies in {lies_in} memory, not in {space}"))
        }
    }

    /// `mov`: registers, special registers, addresses, and vectors in braces.
    fn moved(&mut self, mnemonic: &Mnemonic<'_>, given: &[Operand<'a>]) -> Result<Operation, String> {
        let t = mnemonic.types.first().copied().unwrap_or(B32);
        let [to, from] = given else { return Err(format!("takes 2 operands, not {}", given.len())) };
        let found = match (to, from) {
            (Operand::List(_), Operand::List(_)) => return Err("one side is a register".to_owned()),
            (Operand::List(parts), _) => return self.unpacked(t, parts, from),
            (_, Operand::List(parts)) => return self.packed(t, to, parts),
            (_, Operand::Not(_)) if t == PRED => {
                let operands = self.operands(mnemonic, given)?;
                return Ok(Operation::Move { d: operands.first(), s: operands.sources::<1>()[0] });
            }
            (_, Operand::Component(name, component)) => special::component(name, component),
            (_, Operand::Name(name)) if self.symbol(name).is_none() => special::scalar(name),
            _ => None,
        };
        let s = match found {
            // `mov.b16 %h1, %tid.x` is left from the first GPUs, and no others mix sizes.
            Some((special, of)) if of.agrees(t) => Source::Special(special),
            Some((_, of)) => return Err(format!("operand 2: the special register is {of}, wanted {t}")),
            None => self.source(from, t, false).map_err(|message| format!("operand 2: {message}"))?,
        };
        let d = self.written(to, t).map_err(|message| format!("operand 1: {message}"))?;
        Ok(Operation::Move { d: Some(d), s })
    }

    fn written(&mut self, operand: &Operand<'a>, t: Type) -> Result<u32, String> {
        match self.source(operand, t, false)? {
            Source::Register(register) => Ok(register),
            _ => Err("only a register can be written".to_owned()),
        }
    }

    fn part(t: Type, count: usize) -> Result<Type, String> {
        let bits = usize::from(t.bits) / count.max(1);
        if t.kind != Kind::Bits || !matches!(count, 2 | 4) || bits < 8 {
            return Err(format!("{t} has no {count} parts"));
        }
        Ok(Type { kind: Kind::Bits, bits: bits as u8 })
    }

    fn packed(&mut self, t: Type, to: &Operand<'a>, parts: &[Operand<'a>]) -> Result<Operation, String> {
        let part = Self::part(t, parts.len())?;
        let d = self.written(to, t)?;
        let parts =
            parts.iter().map(|operand| self.source(operand, part, false)).collect::<Result<_, _>>()?;
        Ok(Operation::Pack { d: Some(d), parts, bits: part.bits })
    }

    fn unpacked(&mut self, t: Type, parts: &[Operand<'a>], from: &Operand<'a>) -> Result<Operation, String> {
        let part = Self::part(t, parts.len())?;
        let s = self.source(from, t, false)?;
        let written = |operand: &Operand<'a>| match operand {
            Operand::Sink => Ok(None),
            _ => self.written(operand, part).map(Some),
        };
        let parts = parts.iter().map(written).collect::<Result<_, _>>()?;
        Ok(Operation::Unpack { parts, s, bits: part.bits })
    }

    fn branch(&mut self, given: &[Operand<'a>], line: u32) -> Result<Operation, String> {
        let [Operand::Name(label)] = given else { return Err("takes a label".to_owned()) };
        self.branch_to(label, 0, line);
        Ok(Operation::Branch { target: 0 })
    }

    fn branch_index(&mut self, given: &[Operand<'a>], line: u32) -> Result<Operation, String> {
        let [index, Operand::Name(list)] = given else {
            return Err("takes an index and a list of labels".to_owned());
        };
        let index = self.source(index, U32, false)?;
        let Some(labels) = self.targets(list) else {
            return Err(format!("unknown '.branchtargets' '{list}'"));
        };
        for (position, label) in labels.iter().enumerate() {
            self.branch_to(label, position, line);
        }
        Ok(Operation::BranchIndex { index, targets: vec![0; labels.len()] })
    }

    /// `call (results), name, (arguments)`
    fn call(&mut self, given: &[Operand<'a>]) -> Result<Operation, String> {
        let (results, name, arguments): (&[_], _, &[_]) = match given {
            [Operand::Name(name)] => (&[], name, &[]),
            [Operand::Name(name), Operand::List(arguments)] => (&[], name, arguments),
            [Operand::List(results), Operand::Name(name)] => (results, name, &[]),
            [Operand::List(results), Operand::Name(name), Operand::List(arguments)] => {
                (results, name, arguments)
            }
            _ => {
                return Err(
                    "takes (results), a function and (arguments); calls by address are not known".to_owned()
                );
            }
        };
        let Some(Symbol::Function(index)) = self.symbol(name) else {
            return Err(format!("unknown function '{name}'"));
        };
        let callee = &self.parser.module.functions[index as usize];
        let (parameters, formal_results) = (callee.parameters.clone(), callee.results.clone());
        if (results.len(), arguments.len()) != (formal_results.len(), parameters.len()) {
            let (takes, gives) = (parameters.len(), formal_results.len());
            return Err(format!("'{name}' takes {takes} arguments and gives {gives} results"));
        }
        let callee = if *name == "vprintf" { Callee::Print } else { Callee::Function(index) };
        let mut passed = |operands: &[Operand<'a>], formals: &[Formal]| -> Result<Vec<Passed>, String> {
            operands.iter().zip(formals).map(|(operand, &formal)| self.passed(operand, formal)).collect()
        };
        let call = Call {
            callee,
            arguments: passed(arguments, &parameters)?,
            results: passed(results, &formal_results)?,
        };
        let writes_constant = |result: &Passed| matches!(result, Passed::Source(source) if !matches!(source, Source::Register(_)));
        if call.results.iter().any(writes_constant) {
            return Err("a result goes to a register or a '.param' variable".to_owned());
        }
        self.function.callees.push(index);
        Ok(Operation::Call(Box::new(call)))
    }

    fn passed(&mut self, operand: &Operand<'a>, formal: Formal) -> Result<Passed, String> {
        let frame = match operand {
            Operand::Name(name) => match self.symbol(name) {
                Some(Symbol::Frame(index)) => Some(index),
                _ => None,
            },
            _ => None,
        };
        match (formal, frame) {
            (Formal::Frame(_, size), Some(index)) if self.function.frame[index as usize].size == size => {
                Ok(Passed::Frame(index))
            }
            (Formal::Frame(_, size), Some(_)) => Err(format!("expected a '.param' variable of {size} bytes")),
            // A register may stand for a parameter of its size.
            (Formal::Frame(_, size), None) => {
                let bits = u8::try_from(size * 8).ok().filter(|bits| matches!(bits, 8 | 16 | 32 | 64));
                let Some(bits) = bits else { return Err("expected a '.param' variable".to_owned()) };
                Ok(Passed::Source(self.source(operand, Type { kind: Kind::Bits, bits }, false)?))
            }
            (Formal::Register(_, t), Some(index))
                if self.function.frame[index as usize].size as usize == t.bytes() =>
            {
                Ok(Passed::Frame(index))
            }
            (Formal::Register(_, t), _) => Ok(Passed::Source(self.source(operand, t, false)?)),
        }
    }
}

fn reads_carry(mnemonic: &Mnemonic<'_>) -> bool {
    ["addc", "subc", "madc"].iter().any(|name| mnemonic.row.form.starts_with(name))
}

fn computed(compute: Compute, mnemonic: &Mnemonic<'_>, operands: &Operands, t: Type) -> Operation {
    // `slct` computes on its first type; the last is that of the sign it looks at.
    let mut modifiers = mnemonic.modifiers();
    if compute == Compute::Slct {
        modifiers.nan = t.is_float();
    }
    Operation::Compute { compute, t, modifiers, d: operands.first(), s: operands.sources() }
}

fn address(operands: &Operands) -> Address {
    operands.address.unwrap_or(Address { base: Base::Absolute, offset: 0 })
}

/// `cvt`, with the rules on rounding (PTX ISA 9.7.9.21).
fn converted(mnemonic: &Mnemonic<'_>, operands: &Operands) -> Result<Operation, String> {
    let [to, from] = mnemonic.types[..] else { return Err("takes two types".to_owned()) };
    let modifiers = mnemonic.modifiers();
    let narrows = to.is_float() && from.is_float() && to.bits < from.bits;
    let rounds = !from.is_float() && to.is_float() || narrows;
    let integral = from.is_float() && !to.is_float();
    let same = to.is_float() && to == from;
    if rounds && modifiers.rounding.is_none() {
        return Err("needs a rounding modifier: .rn, .rz, .rm or .rp".to_owned());
    }
    if integral && modifiers.integral.is_none() {
        return Err("needs a rounding modifier: .rni, .rzi, .rmi or .rpi".to_owned());
    }
    if modifiers.rounding.is_some() && !rounds || modifiers.integral.is_some() && !(integral || same) {
        return Err("takes no such rounding modifier".to_owned());
    }
    let within = to.range().0 <= from.range().0 && from.range().1 <= to.range().1;
    if modifiers.sat && !to.is_float() && !from.is_float() && within {
        return Err(format!("takes no .sat: {to} has all values of {from}"));
    }
    if modifiers.ftz && !(to == crate::types::F32 || from == crate::types::F32) {
        return Err("takes .ftz only where .f32 takes part".to_owned());
    }
    let (d, s, width) = (operands.first(), operands.sources::<1>()[0], operands.width);
    Ok(Operation::Convert { to, from, modifiers, width, d, s })
}

/// The comparison that the name says, and how it is combined. Integers have no unordered ones, bits no order.
fn comparison(mnemonic: &Mnemonic<'_>, t: Type) -> Result<(Comparison, Option<Combine>), String> {
    let combine = mnemonic.word(|word| match word {
        "and" => Some(Combine::And),
        "or" => Some(Combine::Or),
        "xor" => Some(Combine::Xor),
        _ => None,
    });
    let Some((name, comparison)) = mnemonic.word(|word| compared(word).map(|found| (word.to_owned(), found)))
    else {
        return Err("has no comparison".to_owned());
    };
    let known = match t.kind {
        Kind::Float => !matches!(&*name, "lo" | "ls" | "hi" | "hs"),
        Kind::Unsigned => {
            matches!(&*name, "eq" | "ne" | "lt" | "le" | "gt" | "ge" | "lo" | "ls" | "hi" | "hs")
        }
        Kind::Signed => matches!(&*name, "eq" | "ne" | "lt" | "le" | "gt" | "ge"),
        _ => matches!(&*name, "eq" | "ne"),
    };
    if known { Ok((comparison, combine)) } else { Err(format!("'.{name}' does not compare {t}")) }
}

/// Comparisons by name (PTX ISA 9.3.1).
fn compared(name: &str) -> Option<Comparison> {
    let of = |less, equal, greater, unordered| Some(Comparison { less, equal, greater, unordered });
    match name {
        "eq" => of(false, true, false, false),
        "ne" => of(true, false, true, false),
        "lt" | "lo" => of(true, false, false, false),
        "le" | "ls" => of(true, true, false, false),
        "gt" | "hi" => of(false, false, true, false),
        "ge" | "hs" => of(false, true, true, false),
        "equ" => of(false, true, false, true),
        "neu" => of(true, false, true, true),
        "ltu" => of(true, false, false, true),
        "leu" => of(true, true, false, true),
        "gtu" => of(false, false, true, true),
        "geu" => of(false, true, true, true),
        "num" => of(true, true, true, false),
        "nan" => of(false, false, false, true),
        _ => None,
    }
}

/// Vectors move at most 16 bytes (PTX ISA 9.7.9.8).
fn check_vector(mnemonic: &Mnemonic<'_>, t: Type) -> Result<(), String> {
    if mnemonic.lanes() * t.bytes() > 16 { Err("a vector has at most 16 bytes".to_owned()) } else { Ok(()) }
}

fn loaded(
    mnemonic: &Mnemonic<'_>,
    access: Strength,
    t: Type,
    operands: Operands,
) -> Result<Operation, String> {
    check_vector(mnemonic, t)?;
    let (address, width) = (address(&operands), operands.width);
    Ok(Operation::Load { space: mnemonic.space(), t, access, address, width, d: operands.d })
}

fn stored(
    mnemonic: &Mnemonic<'_>,
    access: Strength,
    t: Type,
    operands: Operands,
) -> Result<Operation, String> {
    check_vector(mnemonic, t)?;
    if mnemonic.space() == Space::Const {
        return Err("constant memory is not written".to_owned());
    }
    let address = address(&operands);
    if matches!(address.base, Base::Parameter(_)) {
        return Err("a kernel's parameters are not written".to_owned());
    }
    Ok(Operation::Store { space: mnemonic.space(), t, access, address, s: operands.s })
}

fn barrier(mnemonic: &Mnemonic<'_>, action: BarrierAction, operands: &Operands) -> Result<Operation, String> {
    let reduces = matches!(action, BarrierAction::Popc | BarrierAction::And | BarrierAction::Or);
    let (predicate, rest) = match operands.s.split_last() {
        Some((&predicate, rest)) if reduces => (predicate, rest),
        _ => (Source::Immediate(0), &operands.s[..]),
    };
    let [id, threads @ ..] = rest else { return Err("takes a barrier's number".to_owned()) };
    if matches!(*id, Source::Immediate(16..)) {
        return Err("barriers have the numbers 0 to 15".to_owned());
    }
    // `bar` is `barrier.aligned` (PTX ISA 9.7.13.1).
    let aligned = mnemonic.row.form.starts_with("bar ") || mnemonic.has("aligned");
    let threads = threads.first().copied();
    if matches!(threads, Some(Source::Immediate(count)) if !count.is_multiple_of(32)) {
        return Err("the count of threads is no multiple of a warp".to_owned());
    }
    if action == BarrierAction::Arrive && threads == Some(Source::Immediate(0)) {
        return Err("'arrive' needs a count of threads".to_owned());
    }
    Ok(Operation::Barrier(Box::new(Barrier {
        id: *id,
        threads,
        action,
        aligned,
        d: operands.first(),
        predicate,
    })))
}
