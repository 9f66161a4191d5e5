//! The one printer of PTX.

use std::fmt::{self, Display, Formatter, Write as _};

use super::instruction::{
    Class, Comparison, Instruction, Label, Line, Opcode, Operand, Reduction, Register, Rounding, Space, Step,
    Ty, Vote,
};
use super::module::{Function, Module, Needs, Param, Slot};
use crate::hir::{LaunchBounds, Table};
use crate::ir::threads::{Scope, Source};
use crate::source;

/// The name of the shared memory that a launch gives.
const LAUNCH_SHARED: &str = "launch_shared";

impl Module {
    /// The text for drivers.
    pub fn text(&self) -> String {
        self.print(None)
    }

    /// The text with each line of Python, as a comment, before what comes from it.
    pub fn text_with_lines(&self, source: &source::Source) -> String {
        self.print(Some(source))
    }

    fn print(&self, source: Option<&source::Source>) -> String {
        let Needs { version: (major, minor), target } = self.needs();
        let mut text = format!(".version {major}.{minor}\n.target sm_{target}\n.address_size 64\n");
        for (kernel, why) in &self.refused {
            let place = source.map(|source| format!(" ({}:{})", source.file, source.line(why.span.start)));
            let line = format!("{kernel} is not here: {why}{}", place.unwrap_or_default());
            let _ = write!(text, "\n// {}\n", ascii(&line));
        }
        for (number, bytes) in &self.shared {
            let _ = write!(text, "\n.shared .align 16 .b8 {}[{bytes}];\n", Operand::Shared(Some(*number)));
        }
        for (place, (data, cached)) in self.tables.iter().enumerate() {
            let _ = write!(text, "\n{}", table(place as u32, data, *cached));
        }
        if self.uses_launch_shared {
            let _ = write!(text, "\n.extern .shared .align 16 .b8 {LAUNCH_SHARED}[];\n");
        }
        for function in &self.functions {
            // Writing to a string cannot fail.
            let _ = write!(text, "\n{}", Printed { function, source });
        }
        text
    }
}

/// A constant array: words of eight bytes, which are little-endian on a GPU.
fn table(place: u32, table: &Table, cached: bool) -> String {
    let space = if cached { Space::Constant } else { Space::Global };
    let words: Vec<String> = table
        .bytes(true)
        .chunks(8)
        .map(|chunk| {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            format!("0x{:x}", u64::from_le_bytes(word))
        })
        .collect();
    let (name, length) = (Operand::Table(place), words.len().max(1));
    let values = if words.is_empty() { String::new() } else { format!(" = {{{}}}", words.join(", ")) };
    format!("{} .align 16 .b64 {name}[{length}]{values};\n", space.suffix())
}

struct Printed<'a> {
    function: &'a Function,
    source: Option<&'a source::Source>,
}

impl Display for Printed<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Printed { function, source } = self;
        head(function, f)?;
        bounds(function.bounds, f)?;
        f.write_str("{\n")?;
        if function.frame > 0 {
            writeln!(f, "    .local .align 8 .b8 frame[{}];", function.frame)?;
        }
        for (class, count) in Class::ALL.into_iter().zip(function.registers).filter(|(_, count)| *count > 0) {
            writeln!(f, "    .reg .{} {}<{count}>;", class.declared().name(), class.prefix())?;
        }
        let mut current = None;
        for line in &function.body {
            match line {
                Line::Place(offset) => place(*offset, *source, &mut current, f)?,
                Line::Label(label) => writeln!(f, "{label}:")?,
                Line::Instruction(instruction) => writeln!(f, "    {instruction};")?,
                Line::Call { function, args, results } => call(function, args, results, f)?,
            }
        }
        f.write_str("}\n")
    }
}

/// `.visible .entry name(…)` or `.func (…) name(…)`.
fn head(function: &Function, f: &mut Formatter<'_>) -> fmt::Result {
    if function.is_entry {
        f.write_str(".visible .entry ")?;
    } else {
        f.write_str(".func ")?;
        if function.results > 0 {
            write!(f, "(.param .align 8 .b8 results[{}]) ", function.results)?;
        }
    }
    write!(f, "{}(", function.name)?;
    for (index, param) in function.params.iter().enumerate() {
        let comma = if index > 0 { "," } else { "" };
        match param {
            Param::Number(ty) => write!(f, "{comma}\n    .param .{} p{index}", ty.name())?,
            Param::Bytes(size) => write!(f, "{comma}\n    .param .align 8 .b8 p{index}[{size}]")?,
        }
    }
    writeln!(f, ")")
}

/// What the launches of an entry promise, and what it may use.
fn bounds(bounds: LaunchBounds, f: &mut Formatter<'_>) -> fmt::Result {
    if let Some(threads) = bounds.threads {
        writeln!(f, ".maxntid {threads}, 1, 1")?;
    }
    if let Some(blocks) = bounds.blocks {
        writeln!(f, ".minnctapersm {blocks}")?;
    }
    if let Some(registers) = bounds.registers {
        writeln!(f, ".maxnreg {registers}")?;
    }
    Ok(())
}

/// A line of Python, where another one begins.
fn place(
    offset: u32,
    source: Option<&source::Source>,
    current: &mut Option<u32>,
    f: &mut Formatter<'_>,
) -> fmt::Result {
    let Some(source) = source else { return Ok(()) };
    let number = source.line(offset);
    if current.replace(number) == Some(number) {
        return Ok(());
    }
    let text = source.text.lines().nth((number - source.first_line) as usize).unwrap_or("").trim_ascii();
    writeln!(f, "    // {}", ascii(&format!("{}:{number}: {text}", source.file)))
}

/// A text as PTX allows it in comments.
fn ascii(text: &str) -> String {
    let mut ascii = String::new();
    for character in text.chars() {
        match character.is_ascii() {
            true => ascii.push(character),
            false => ascii.extend(character.escape_default()),
        }
    }
    ascii
}

/// A call by the rules of the ABI: what is given and what comes back lies in parameters of its own scope.
fn call(
    function: &str,
    args: &[(Ty, Register)],
    results: &[(Ty, u32, Register)],
    f: &mut Formatter<'_>,
) -> fmt::Result {
    f.write_str("    {\n")?;
    let size = results.iter().map(|(ty, offset, _)| (offset + ty.size()).next_multiple_of(8)).max();
    if let Some(size) = size {
        writeln!(f, "    .param .align 8 .b8 r[{size}];")?;
    }
    for (index, (ty, register)) in args.iter().enumerate() {
        writeln!(f, "    .param .{} a{index};", ty.name())?;
        writeln!(f, "    st.param.{} [a{index}], {register};", ty.name())?;
    }
    let names: Vec<String> = (0..args.len()).map(|index| format!("a{index}")).collect();
    let returned = if size.is_some() { "(r), " } else { "" };
    writeln!(f, "    call {returned}{function}, ({});", names.join(", "))?;
    for (ty, offset, register) in results {
        writeln!(f, "    ld.param.{} {register}, [r+{offset}];", ty.name())?;
    }
    f.write_str("    }\n")
}

impl Display for Instruction {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some((predicate, holds)) = self.guard {
            write!(f, "@{}{predicate} ", if holds { "" } else { "!" })?;
        }
        self.opcode.fmt(f)?;
        let accesses = matches!(self.opcode, Opcode::Load(_) | Opcode::Store(_));
        for operand in self.operands.iter().filter(|_| accesses) {
            if let Operand::Vector(vector) = operand {
                write!(f, ".v{}", vector.registers().len())?;
            }
        }
        for ty in &self.types {
            write!(f, ".{}", ty.name())?;
        }
        for (index, operand) in self.operands.iter().enumerate() {
            write!(f, "{}{operand}", if index == 0 { " " } else { ", " })?;
        }
        Ok(())
    }
}

impl Display for Opcode {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Opcode::Mov => "mov",
            Opcode::Add => "add",
            Opcode::Sub => "sub",
            Opcode::MulLow => "mul.lo",
            Opcode::MulHigh => "mul.hi",
            Opcode::MadLow => "mad.lo",
            Opcode::Div => "div",
            Opcode::Rem => "rem",
            Opcode::AddRn => "add.rn",
            Opcode::SubRn => "sub.rn",
            Opcode::MulRn => "mul.rn",
            Opcode::DivRn => "div.rn",
            Opcode::SqrtRn => "sqrt.rn",
            Opcode::FmaRn => "fma.rn",
            Opcode::Neg => "neg",
            Opcode::Abs => "abs",
            Opcode::Min => "min",
            Opcode::Max => "max",
            Opcode::And => "and",
            Opcode::Or => "or",
            Opcode::Xor => "xor",
            Opcode::Not => "not",
            Opcode::Shl => "shl",
            Opcode::Shr => "shr",
            Opcode::Popc => "popc",
            Opcode::Clz => "clz",
            Opcode::Brev => "brev",
            Opcode::CopySign => "copysign",
            Opcode::Setp(comparison) => return write!(f, "setp.{}", comparison.name()),
            Opcode::Selp => "selp",
            Opcode::Cvt(rounding) => return write!(f, "cvt{}", rounding.suffix()),
            Opcode::Load(space) => return write!(f, "ld{}", space.suffix()),
            Opcode::Store(space) => return write!(f, "st{}", space.suffix()),
            Opcode::CvtaFrom(space) => return write!(f, "cvta{}", space.suffix()),
            Opcode::CvtaTo(space) => return write!(f, "cvta.to{}", space.suffix()),
            Opcode::Atomic(step, space) => return write!(f, "atom{}.{}", space.suffix(), step.name()),
            Opcode::Barrier => "bar.sync",
            Opcode::BarrierReduce(Reduction::Count) => "bar.red.popc",
            Opcode::BarrierReduce(Reduction::And) => "bar.red.and",
            Opcode::BarrierReduce(Reduction::Or) => "bar.red.or",
            Opcode::Fence(Scope::Block) => "membar.cta",
            Opcode::Fence(Scope::Device) => "membar.gl",
            Opcode::Fence(Scope::System) => "membar.sys",
            Opcode::WarpBarrier => "bar.warp.sync",
            Opcode::Vote(Vote::Any) => "vote.sync.any",
            Opcode::Vote(Vote::All) => "vote.sync.all",
            Opcode::Vote(Vote::Uniform) => "vote.sync.uni",
            Opcode::Vote(Vote::Ballot) => "vote.sync.ballot",
            Opcode::Shuffle(Source::Lane) => "shfl.sync.idx",
            Opcode::Shuffle(Source::Before) => "shfl.sync.up",
            Opcode::Shuffle(Source::Behind) => "shfl.sync.down",
            Opcode::Shuffle(Source::Xor) => "shfl.sync.bfly",
            Opcode::MatchAny => "match.any.sync",
            Opcode::MatchAll => "match.all.sync",
            Opcode::ActiveMask => "activemask",
            Opcode::Bra => "bra",
            Opcode::Ret => "ret",
        })
    }
}

impl Comparison {
    const fn name(self) -> &'static str {
        match self {
            Comparison::Eq => "eq",
            Comparison::Ne => "ne",
            Comparison::Lt => "lt",
            Comparison::Le => "le",
            Comparison::Gt => "gt",
            Comparison::Ge => "ge",
            Comparison::Neu => "neu",
            Comparison::Nan => "nan",
        }
    }
}

impl Step {
    const fn name(self) -> &'static str {
        match self {
            Step::Add => "add",
            Step::Min => "min",
            Step::Max => "max",
            Step::And => "and",
            Step::Or => "or",
            Step::Xor => "xor",
            Step::Exchange => "exch",
            Step::CompareAndSwap => "cas",
            Step::Increment => "inc",
            Step::Decrement => "dec",
        }
    }
}

impl Rounding {
    const fn suffix(self) -> &'static str {
        match self {
            Rounding::Exact => "",
            Rounding::Nearest => ".rn",
            Rounding::NearestInteger => ".rni",
            Rounding::ZeroInteger => ".rzi",
            Rounding::DownInteger => ".rmi",
            Rounding::UpInteger => ".rpi",
        }
    }
}

impl Space {
    const fn suffix(self) -> &'static str {
        match self {
            Space::Generic => "",
            Space::Global => ".global",
            Space::ReadOnly => ".global.nc",
            Space::Local => ".local",
            Space::Shared => ".shared",
            Space::Constant => ".const",
            Space::Param => ".param",
        }
    }
}

impl Display for Operand {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Operand::Register(register) => register.fmt(f),
            Operand::Vector(vector) => {
                let names: Vec<String> = vector.registers().iter().map(Register::to_string).collect();
                write!(f, "{{{}}}", names.join(", "))
            }
            Operand::Int(value) => value.fmt(f),
            Operand::F32(bits) => write!(f, "0f{bits:08X}"),
            Operand::F64(bits) => write!(f, "0d{bits:016X}"),
            Operand::Memory(register, 0) => write!(f, "[{register}]"),
            Operand::Memory(register, offset) => write!(f, "[{register}+{offset}]"),
            Operand::Slot(slot, 0) => write!(f, "[{slot}]"),
            Operand::Slot(slot, offset) => write!(f, "[{slot}+{offset}]"),
            Operand::Frame => f.write_str("frame"),
            Operand::Shared(Some(number)) => write!(f, "shared{number}"),
            Operand::Shared(None) => f.write_str(LAUNCH_SHARED),
            Operand::Table(place) => write!(f, "table{place}"),
            Operand::Special(name) => f.write_str(name),
            Operand::Label(label) => label.fmt(f),
        }
    }
}

impl Display for Slot {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Slot::Param(index) => write!(f, "p{index}"),
            Slot::Results => f.write_str("results"),
        }
    }
}

impl Display for Register {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.class.prefix(), self.number)
    }
}

impl Display for Label {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "L{}", self.0)
    }
}
