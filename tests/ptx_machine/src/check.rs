//! Operands against the instruction's types (PTX ISA 6.5, 9.4): names become registers and addresses here.

use crate::instruction::{Address, Base, Register, Source};
use crate::mnemonic::Mnemonic;
use crate::parse::{Body, Operand, Symbol};
use crate::special;
use crate::table::Family;
use crate::types::{B32, Kind, PRED, Space, Type, U32, U64};

/// Operands as a row of the table names them.
#[derive(Default)]
pub(crate) struct Operands {
    /// What is written, None for `_`. A second predicate follows the first destination.
    pub d: Vec<Option<Register>>,
    pub s: Vec<Source>,
    pub address: Option<Address>,
    /// The bits of the destination registers.
    pub width: u8,
}

impl Operands {
    /// The first destination.
    pub fn first(&self) -> Option<Register> {
        self.d.first().copied().flatten()
    }

    /// The destination and the predicate after `|`.
    pub fn pair(&self) -> [Option<Register>; 2] {
        [self.first(), self.d.get(1).copied().flatten()]
    }

    /// The sources, filled up to `N` with zeros.
    pub fn sources<const N: usize>(&self) -> [Source; N] {
        std::array::from_fn(|index| self.s.get(index).copied().unwrap_or(Source::Immediate(0)))
    }
}

impl<'a> Body<'_, 'a> {
    /// Resolves and checks operands by their pattern in the table.
    pub(crate) fn operands(
        &mut self,
        mnemonic: &Mnemonic<'_>,
        given: &[Operand<'a>],
    ) -> Result<Operands, String> {
        let all = mnemonic.row.operands.split_whitespace();
        let mut patterns: Vec<&str> = all.clone().collect();
        if patterns.len() != given.len() {
            patterns.retain(|pattern| !pattern.starts_with('?'));
        }
        if patterns.len() != given.len() {
            return Err(format!("takes {} operands, not {}", all.count(), given.len()));
        }
        let mut operands = Operands::default();
        for (index, (pattern, operand)) in patterns.iter().zip(given).enumerate() {
            self.operand(mnemonic, pattern.trim_start_matches('?'), operand, &mut operands)
                .map_err(|message| format!("operand {}: {message}", index + 1))?;
        }
        Ok(operands)
    }

    fn operand(
        &mut self,
        mnemonic: &Mnemonic<'_>,
        pattern: &str,
        operand: &Operand<'a>,
        found: &mut Operands,
    ) -> Result<(), String> {
        if pattern == "[]" {
            found.address = Some(self.address(operand, mnemonic.space())?);
            return Ok(());
        }
        let wider = pattern.ends_with('~');
        let pattern = pattern.trim_end_matches('~');
        if let Some(pattern) = pattern.strip_prefix('=') {
            return self.destinations(mnemonic, pattern, wider, operand, found);
        }
        if pattern == "{}" {
            let t = last_type(mnemonic)?;
            for item in vector(operand, mnemonic.lanes())? {
                found.s.push(self.source(item, t, wider)?);
            }
            return Ok(());
        }
        if let (Some(_), Operand::Not(name)) = (pattern.strip_prefix('!'), operand) {
            found.s.push(Source::Not(self.register(name, PRED, false)?));
            return Ok(());
        }
        let t = named_type(mnemonic, pattern.trim_start_matches('!'))?;
        found.s.push(self.source(operand, t, wider)?);
        Ok(())
    }

    fn destinations(
        &mut self,
        mnemonic: &Mnemonic<'_>,
        pattern: &str,
        wider: bool,
        operand: &Operand<'a>,
        found: &mut Operands,
    ) -> Result<(), String> {
        if pattern == "{}" {
            let t = last_type(mnemonic)?;
            for item in vector(operand, mnemonic.lanes())? {
                self.destination(item, t, wider, mnemonic.lanes() > 1, found)?;
            }
            return Ok(());
        }
        let (pattern, second) = match pattern.strip_suffix("|p") {
            Some(pattern) => (pattern, true),
            None => (pattern, false),
        };
        let t = named_type(mnemonic, pattern)?;
        let discards = matches!(mnemonic.row.family, Family::SetPredicate | Family::Atomic(_));
        match operand {
            Operand::Pair(pair) if second => {
                self.destination(&pair.0, t, wider, discards, found)?;
                self.destination(&pair.1, PRED, false, true, found)
            }
            _ => self.destination(operand, t, wider, discards, found),
        }
    }

    /// A register that is written; `_` where the instruction lets a result be discarded.
    fn destination(
        &mut self,
        operand: &Operand<'a>,
        t: Type,
        wider: bool,
        discards: bool,
        found: &mut Operands,
    ) -> Result<(), String> {
        let register = match operand {
            Operand::Sink if discards => None,
            Operand::Name(name) => Some(self.register(name, t, wider)?),
            _ => return Err("only a register can be written".to_owned()),
        };
        if let Some(register) = register {
            let width = self.function.registers[register as usize].1.bits;
            if t != PRED && found.width != 0 && found.width != width {
                return Err("the registers of a vector have one size".to_owned());
            }
            if t != PRED {
                found.width = width;
            }
        }
        found.d.push(register);
        Ok(())
    }

    /// The register of that name, whose type has to agree.
    fn register(&self, name: &str, wanted: Type, wider: bool) -> Result<Register, String> {
        let Some(symbol) = self.symbol(name) else {
            let is_special = special::is_vector(name) || special::scalar(name).is_some();
            return Err(if is_special {
                format!("special register '{name}' is read by 'mov' alone")
            } else {
                format!("unknown name '{name}'")
            });
        };
        let Symbol::Register(register) = symbol else { return Err(format!("'{name}' is no register")) };
        let t = self.function.registers[register as usize].1;
        if t.agrees(wanted) || wider && t.agrees_or_is_wider(wanted) {
            Ok(register)
        } else {
            Err(format!("'{name}' is {t}, wanted {wanted}"))
        }
    }

    /// A value that is read.
    pub(crate) fn source(&mut self, operand: &Operand<'a>, t: Type, wider: bool) -> Result<Source, String> {
        match operand {
            Operand::Name(name) => match self.symbol(name) {
                Some(Symbol::Register(_)) | None => self.register(name, t, wider).map(Source::Register),
                Some(symbol) => self.address_of(name, symbol, 0, t),
            },
            Operand::NameOffset(name, offset) => match self.symbol(name) {
                Some(Symbol::Register(_)) | None => Err(format!("'{name}' is no variable")),
                Some(symbol) => self.address_of(name, symbol, *offset, t),
            },
            Operand::Constant(constant) => match constant.bits(t) {
                Some(bits) => Ok(Source::Immediate(bits)),
                None => Err(format!("{constant:?} is no value of type {t}")),
            },
            Operand::Component(name, _) => Err(format!("special register '{name}' is read by 'mov' alone")),
            _ => Err(format!("expected a value of type {t}")),
        }
    }

    /// The address of a variable as a value: `mov.u64 %rd1, table+8`.
    fn address_of(&mut self, name: &str, symbol: Symbol, offset: i64, t: Type) -> Result<Source, String> {
        let is_address = |space| match space {
            Space::Shared | Space::Local => t.agrees(U32) || t.agrees(U64),
            _ => t.agrees(U64),
        };
        let (space, source) = match symbol {
            Symbol::Variable(index) => {
                self.mention(index);
                (self.parser.module.variables[index as usize].space, Source::Variable(index, offset))
            }
            Symbol::Frame(index) => (self.function.frame[index as usize].space, Source::Frame(index, offset)),
            _ => return Err(format!("the address of '{name}' is not known as a value")),
        };
        if space == Space::Param {
            return Err(format!("parameter '{name}' is read by 'ld.param' alone"));
        }
        if is_address(space) { Ok(source) } else { Err(format!("the address of '{name}' is no {t}")) }
    }

    /// Remembers that this function uses a shared variable.
    fn mention(&mut self, variable: u32) {
        if self.parser.module.variables[variable as usize].space == Space::Shared {
            self.function.shared.push(variable);
        }
    }

    /// An address operand of an instruction on that space.
    fn address(&mut self, operand: &Operand<'a>, space: Space) -> Result<Address, String> {
        let Operand::Address(name, offset) = operand else {
            return Err("expected an address in brackets".to_owned());
        };
        let offset = *offset;
        let Some(name) = name else { return Ok(Address { base: Base::Absolute, offset }) };
        let (base, lies_in) = match self.symbol(name) {
            Some(Symbol::Register(register)) => {
                let t = self.function.registers[register as usize].1;
                let narrow = matches!(space, Space::Shared | Space::Local) && t.bits == 32;
                if t.is_float() || t.kind == Kind::Predicate || !(narrow || t.bits == 64) {
                    return Err(format!("'{name}' is {t}, which is no {space} address"));
                }
                return Ok(Address { base: Base::Register(register), offset });
            }
            Some(Symbol::Variable(index)) => {
                self.mention(index);
                (Base::Variable(index), self.parser.module.variables[index as usize].space)
            }
            Some(Symbol::Frame(index)) => (Base::Frame(index), self.function.frame[index as usize].space),
            Some(Symbol::Parameter(index)) => (Base::Parameter(index), Space::Param),
            Some(Symbol::Function(_)) => return Err(format!("'{name}' is a function")),
            None => return Err(format!("unknown name '{name}'")),
        };
        let generic = space == Space::Generic && matches!(lies_in, Space::Global | Space::Const);
        if lies_in == space || generic {
            Ok(Address { base, offset })
        } else {
            Err(format!("'{name}' lies in {lies_in} memory, not in {space}"))
        }
    }
}

/// The values of a vector operand, or the only one.
fn vector<'o, 'a>(operand: &'o Operand<'a>, lanes: usize) -> Result<&'o [Operand<'a>], String> {
    match operand {
        Operand::List(items) if lanes > 1 && items.len() == lanes => Ok(items),
        Operand::List(_) => Err(format!("expected {lanes} values")),
        _ if lanes > 1 => Err(format!("expected {lanes} values in braces")),
        single => Ok(std::slice::from_ref(single)),
    }
}

fn last_type(mnemonic: &Mnemonic<'_>) -> Result<Type, String> {
    mnemonic.types.last().copied().ok_or_else(|| "has no type".to_owned())
}

/// The type that a pattern of the table names.
fn named_type(mnemonic: &Mnemonic<'_>, pattern: &str) -> Result<Type, String> {
    match pattern {
        "t" => last_type(mnemonic),
        "s" => mnemonic.types.first().copied().ok_or_else(|| "has no type".to_owned()),
        "w" => last_type(mnemonic).map(Type::doubled),
        "p" => Ok(PRED),
        _ => Ok(Type::named(pattern).unwrap_or(B32)),
    }
}
