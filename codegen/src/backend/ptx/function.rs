//! One function while it is being translated: its locals, its registers, its labels, its lines.

use std::collections::{BTreeMap, BTreeSet};

use super::address::{Caller, Spaces};
use super::call;
use super::instruction::{Class, Instruction, Label, Line, Opcode, Operand, Register, Space, Ty};
use super::module::{self, Param, Slot};
use super::view::{self, View};
use super::{Unit, Unsupported};
use crate::hir::LaunchBounds;
use crate::ir::{self, Function, FunctionId, Lanes, LocalId, Part, Scalar, Type};
use crate::source::Span;

/// A function being translated.
pub(super) struct FunctionCx<'a, 'u> {
    pub(super) unit: &'a mut Unit<'u>,
    pub(super) function: &'u Function,
    /// The address of the fault to fill when something is raised.
    pub(super) fault: Option<Register>,
    /// How many bytes of the frame are taken.
    pub(super) frame: u32,
    /// Whether a loop on lanes is around the statement at hand.
    pub(super) on_lanes: bool,
    /// Where views lie.
    pub(super) spaces: Spaces,
    /// The registers that stand for elements of arrays, by part: what is read was read before, what is written will be
    /// written behind.
    pub(super) held: BTreeMap<(LocalId, Part), Register>,
    /// What the statement at hand does that GPUs cannot.
    pub(super) unsupported: Option<Unsupported>,
    span: Span,
    storage: Vec<Storage>,
    registers: [u32; Class::ALL.len()],
    /// How many of them are those of locals.
    n_own: [u32; Class::ALL.len()],
    body: Vec<Line>,
    n_labels: u32,
    /// For each label of the IR that is open, where leaving it goes, and whether something does.
    labels: Vec<Option<(Label, bool)>>,
}

/// Where a local lives.
enum Storage {
    Number(Register),
    View(View),
    /// It owns nothing: on a GPU nothing is allocated.
    Owner,
}

/// Whether control goes on after a statement.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Continues,
    Leaves,
}

/// The class of register that holds a number.
pub(super) const fn class(scalar: Scalar) -> Class {
    match scalar {
        Scalar::Bool => Class::Predicate,
        Scalar::I8 | Scalar::I16 | Scalar::I32 | Scalar::U8 | Scalar::U16 | Scalar::U32 => Class::Short,
        Scalar::I64 | Scalar::U64 => Class::Long,
        Scalar::F32 => Class::Single,
        Scalar::F64 => Class::Double,
    }
}

/// Translates a function that others call.
pub(super) fn translate(unit: &mut Unit<'_>, id: FunctionId) -> Result<module::Function, Unsupported> {
    let name = unit.functions[&id].clone();
    let mut cx = FunctionCx::new(unit, id, Caller::Function);
    let mut params = Vec::new();
    let mut own: Vec<Register> = Vec::new();
    for ty in call::param_types(cx.function) {
        let register = cx.register(call::class_of(ty));
        let slot = Slot::Param(params.len() as u32);
        cx.emit(Opcode::Load(Space::Param), &[ty], [register.into(), Operand::Slot(slot, 0)]);
        params.push(Param::Number(ty));
        own.push(register);
    }
    if call::takes_fault(cx.function) {
        cx.fault = Some(own.remove(0));
    }
    let own = cx.received(&own);
    let returned = cx.inline_body(&own);
    let results = cx.return_results(&returned);
    cx.emit(Opcode::Ret, &[], []);
    cx.finish(name, params, results)
}

impl<'a, 'u> FunctionCx<'a, 'u> {
    pub(super) fn new(unit: &'a mut Unit<'u>, id: FunctionId, caller: Caller) -> Self {
        let function = &unit.ir[id];
        let spaces = Spaces::of(function, unit.ir, caller);
        let mut cx = FunctionCx {
            unit,
            function,
            fault: None,
            frame: 0,
            on_lanes: false,
            spaces,
            held: BTreeMap::new(),
            unsupported: None,
            span: function.span,
            storage: Vec::new(),
            registers: [0; Class::ALL.len()],
            n_own: [0; Class::ALL.len()],
            body: Vec::new(),
            n_labels: 0,
            labels: vec![None; function.n_labels as usize],
        };
        if function.effects.recursive {
            cx.refuse("call itself: the stack of a thread is small, and no fault says when it is full");
        }
        for local in &function.locals {
            let storage = match local.ty {
                Type::Scalar(scalar) | Type::Lanes(Lanes { scalar, .. }) => {
                    Storage::Number(cx.register(class(scalar)))
                }
                Type::View(ty) => Storage::View(View::declare(&mut cx, ty)),
                Type::Owner => Storage::Owner,
            };
            cx.storage.push(storage);
        }
        cx.n_own = cx.registers;
        cx
    }

    /// The function as it has become.
    pub(super) fn finish(
        self,
        name: String,
        params: Vec<Param>,
        results: u32,
    ) -> Result<module::Function, Unsupported> {
        if let Some(unsupported) = self.unsupported {
            return Err(unsupported);
        }
        let (registers, body, frame) = (self.registers, self.body, self.frame);
        Ok(module::Function {
            name,
            is_entry: self.spaces.is_entry(),
            bounds: LaunchBounds::default(),
            params,
            results,
            frame,
            registers,
            body,
        })
    }

    /// Translates the function's body with the given parameters, flattened; gives the status, if it has
    /// one, and its results.
    pub(super) fn inline_body(&mut self, params: &[Register]) -> Vec<Register> {
        let mut params = params;
        for param in &self.function.params {
            params = self.take(*param, params);
        }
        let function = self.function;
        if self.labelled(Function::BODY, &function.body) == Flow::Leaves {
            // It never ends. What follows is not reached.
            let never = self.new_label();
            self.place_label(never);
        }
        let mut returned = Vec::new();
        for result in function.status.iter().chain(&function.results) {
            self.flat(*result, &mut returned);
        }
        returned
    }

    /// Appends the value of a local in flat form.
    fn flat(&mut self, local: LocalId, flat: &mut Vec<Register>) {
        match self.function.ty(local) {
            Type::Scalar(_) => flat.push(self.get(local)),
            Type::View(ty) => {
                let array = self.array(&ir::Expr::Local(local));
                self.flatten(&array, ty, flat);
            }
            Type::Owner | Type::Lanes(_) => {}
        }
    }

    /// Sets a local from the first of some values, in flat form; gives the others.
    pub(super) fn take<'v>(&mut self, local: LocalId, values: &'v [Register]) -> &'v [Register] {
        match self.function.ty(local) {
            Type::Scalar(_) => self.set(local, values[0]),
            Type::View(ty) => self.bind_view(local, &values[..1 + view::numbers(ty)]),
            Type::Owner | Type::Lanes(_) => {}
        }
        &values[count(self.function.ty(local))..]
    }

    /// The register of a local that is a number.
    pub(super) fn get(&self, local: LocalId) -> Register {
        match &self.storage[local.0 as usize] {
            Storage::Number(register) => *register,
            Storage::View(_) | Storage::Owner => {
                unreachable!("bug in pykernel: an array is used as a number")
            }
        }
    }

    /// Sets a local that is a number.
    pub(super) fn set(&mut self, local: LocalId, value: impl Into<Operand>) {
        let (register, value) = (self.get(local), value.into());
        // What has just been computed is computed there; nobody else reads it.
        if let Some(Line::Instruction(last)) = self.body.last_mut()
            && last.operands.first() == Some(&value)
            && matches!(&value, Operand::Register(computed) if computed.number >= self.n_own[computed.class as usize])
        {
            last.operands[0] = register.into();
            return;
        }
        self.copy(register, value);
    }

    /// The registers of a view.
    pub(super) fn view(&self, local: LocalId) -> View {
        match &self.storage[local.0 as usize] {
            Storage::View(view) => view.clone(),
            Storage::Number(_) | Storage::Owner => {
                unreachable!("bug in pykernel: a number is used as an array")
            }
        }
    }

    pub(super) fn register(&mut self, class: Class) -> Register {
        let count = &mut self.registers[class as usize];
        *count += 1;
        Register { class, number: *count - 1 }
    }

    /// Adds an instruction; its operands are the result, if it has one, and what it takes.
    pub(super) fn emit<const N: usize>(&mut self, opcode: Opcode, types: &[Ty], operands: [Operand; N]) {
        self.body.push(Line::Instruction(Instruction {
            guard: None,
            opcode,
            types: types.to_vec(),
            operands: operands.into(),
        }));
    }

    /// Adds an instruction with one type; gives the register with its result.
    pub(super) fn compute<const N: usize>(
        &mut self,
        opcode: Opcode,
        ty: Ty,
        class: Class,
        args: [Operand; N],
    ) -> Register {
        let result = self.register(class);
        let operands = std::iter::once(result.into()).chain(args).collect();
        let instruction = Instruction { guard: None, opcode, types: vec![ty], operands };
        self.body.push(Line::Instruction(instruction));
        result
    }

    /// Adds a line.
    pub(super) fn line(&mut self, line: Line) {
        self.body.push(line);
    }

    /// Sets a register.
    pub(super) fn copy(&mut self, to: Register, from: impl Into<Operand>) {
        let from = from.into();
        if from != Operand::Register(to) {
            self.emit(Opcode::Mov, &[to.class.declared()], [to.into(), from]);
        }
    }

    /// Goes to a label, where a predicate has a value.
    pub(super) fn branch_if(&mut self, guard: Option<(Register, bool)>, to: Label) {
        let (opcode, operands) = (Opcode::Bra, vec![Operand::Label(to)]);
        self.body.push(Line::Instruction(Instruction { guard, opcode, types: Vec::new(), operands }));
    }

    pub(super) fn new_label(&mut self) -> Label {
        self.n_labels += 1;
        Label(self.n_labels - 1)
    }

    pub(super) fn place_label(&mut self, label: Label) {
        self.body.push(Line::Label(label));
    }

    /// Makes a place where leaving a label of the IR goes.
    pub(super) fn open(&mut self, label: ir::Label) {
        let place = self.new_label();
        self.labels[label.0 as usize] = Some((place, false));
    }

    /// Where leaving a label goes; counts as going there.
    pub(super) fn leave(&mut self, label: ir::Label) -> Label {
        match &mut self.labels[label.0 as usize] {
            Some((place, used)) => {
                *used = true;
                *place
            }
            None => unreachable!("bug in pykernel: label {} is left outside of it", label.0),
        }
    }

    /// Goes on where leaving a label goes, if anything does.
    pub(super) fn close(&mut self, label: ir::Label) -> Flow {
        match self.labels[label.0 as usize].take() {
            Some((place, true)) => {
                self.place_label(place);
                Flow::Continues
            }
            Some((_, false)) => Flow::Leaves,
            None => unreachable!("bug in pykernel: label {} is closed twice", label.0),
        }
    }

    /// Notes what Python text the following lines come from.
    pub(super) fn begin_place(&mut self, span: Span) {
        self.span = span;
        self.body.push(Line::Place(span.start));
    }

    /// Notes that a kernel cannot run on a GPU, for what it does at the place at hand.
    pub(super) fn refuse(&mut self, what: &str) {
        let (what, span) = (what.to_owned(), self.span);
        self.unsupported.get_or_insert(Unsupported { what, span });
    }
}

/// How many registers hold a value in flat form.
pub(super) fn count(ty: Type) -> usize {
    match ty {
        Type::Scalar(_) => 1,
        Type::View(view) => 1 + view::numbers(view),
        Type::Owner | Type::Lanes(_) => 0,
    }
}

/// The parameters of a function, by position, that it or what it calls writes.
pub(super) fn written(function: &Function) -> BTreeSet<usize> {
    let writes = function.effects.writes.iter().enumerate();
    writes.filter(|(_, writes)| **writes).map(|(position, _)| position).collect()
}
