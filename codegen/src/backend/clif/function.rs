//! One function while it is being translated: its locals, its labels, its beginning and its end.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use cranelift_codegen::ir::{
    Block, FuncRef, GlobalValue, InstBuilder, StackSlot, StackSlotData, StackSlotKind, Type as ClifType,
    Value, types,
};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext, Variable};
use cranelift_module::{DataId, FuncId, Module};

use super::call::takes_record;
use super::lanes::{LanesVariables, mask_widths};
use super::view::{View, numbers};
use super::{Translated, Unit, clif_type};
use crate::backend::{Error, wide};
use crate::ir::{Expr, Function, FunctionId, Label, LocalId, Type, visit};

/// A function being translated.
pub(super) struct FunctionCx<'a, 'u> {
    pub(super) unit: &'a mut Unit<'u>,
    pub(super) function: &'u Function,
    pub(super) builder: FunctionBuilder<'a>,
    pub(super) pointer: ClifType,
    /// The record to fill when something is raised.
    pub(super) raised: Option<Value>,
    pub(super) references: BTreeMap<FuncId, FuncRef>,
    pub(super) sites: BTreeMap<DataId, GlobalValue>,
    /// Memory of the frame that what is accessed in place of nothing lies in.
    pub(super) unused: Option<StackSlot>,
    /// Memory for lanes whose numbers are taken one by one.
    pub(super) rows: Vec<StackSlot>,
    storage: Vec<Storage>,
    labels: Vec<Option<Destination>>,
}

/// Where a local lives.
enum Storage {
    /// A number, or an owner that the caller keeps: the address of its block, null if it owns none.
    Scalar(Variable),
    /// An owner of the function's own. Each lives up to the function's end, where all exits meet: in
    /// registers, every exit would have to bring all of them there.
    Owner(StackSlot),
    View(View),
    Lanes(LanesVariables),
}

/// Where leaving a label goes.
#[derive(Clone, Copy)]
pub(super) struct Destination {
    pub(super) block: Block,
    /// Whether something goes there.
    pub(super) used: bool,
}

/// Whether control goes on after a statement.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Continues,
    Leaves,
}

/// Translates a function that is called from inside the object.
pub(super) fn translate(
    unit: &mut Unit<'_>,
    id: FunctionId,
    scratch: &mut FunctionBuilderContext,
) -> Result<Translated, Error> {
    let Some(count) = wide_lanes(unit, id) else { return narrow(unit, id, scratch) };
    match apart(unit, id, count, scratch) {
        Ok(translated) => Ok(translated),
        Err(refused) => Ok(Translated { refused: Some(refused), ..narrow(unit, id, scratch)? }),
    }
}

/// Translates a loop on so many lanes that stands apart for the back end that has wider registers, if it can.
fn apart(
    unit: &mut Unit<'_>,
    id: FunctionId,
    count: u32,
    scratch: &mut FunctionBuilderContext,
) -> Result<Translated, wide::Unsupported> {
    let machine = unit.machine;
    unit.machine = machine.with_whole_lanes(count, wide::has_avx512(unit.level));
    let translated = narrow(unit, id, scratch);
    unit.machine = machine;
    let mut translated = translated.map_err(|error| wide::Unsupported(error.to_string()))?;
    let compiled = wide::compile(&mut translated.context, unit.isa.triple(), unit.level, count)?;
    Ok(Translated { wide: Some(compiled), ..translated })
}

/// How many lanes a function has, if it has lanes and the variant's level wide registers for them.
pub(super) fn wide_lanes(unit: &Unit<'_>, id: FunctionId) -> Option<u32> {
    wide::register_bits(unit.level).filter(|_| wide::is_known(unit.isa.triple()))?;
    lanes_count(&unit.ir[id])
}

/// How many lanes a function has, if it has lanes, and everywhere as many.
fn lanes_count(function: &Function) -> Option<u32> {
    let counts = RefCell::new(BTreeSet::new());
    for local in &function.locals {
        if let Type::Lanes(lanes) = local.ty {
            counts.borrow_mut().insert(lanes.count);
        }
    }
    visit::any(&function.body, &|expr| {
        if let Expr::Splat { count, .. } | Expr::LaneNumbers { count } = expr {
            counts.borrow_mut().insert(*count);
        }
        false
    });
    let counts = counts.into_inner();
    counts.first().copied().filter(|_| counts.len() == 1)
}

fn narrow(
    unit: &mut Unit<'_>,
    id: FunctionId,
    scratch: &mut FunctionBuilderContext,
) -> Result<Translated, Error> {
    let clif_id = unit.functions[&id];
    let declaration = unit.module.declarations().get_function_decl(clif_id);
    let name = declaration.linkage_name(clif_id).into_owned();
    let mut context = unit.module.make_context();
    context.func.signature = declaration.signature.clone();
    let config = unit.module.target_config();
    let builder = FunctionBuilder::new(&mut context.func, scratch);
    let mut cx = FunctionCx::new(unit, id, builder);
    let mut params = cx.begin();
    if takes_record(cx.function) {
        cx.raised = Some(params.remove(0));
    }
    let returned = cx.inline_body(&params);
    cx.builder.ins().return_(&returned);
    cx.builder.finalize(config);
    Ok(Translated::new(clif_id, name, id, context, &unit.isa))
}

impl<'a, 'u> FunctionCx<'a, 'u> {
    pub(super) fn new(unit: &'a mut Unit<'u>, id: FunctionId, builder: FunctionBuilder<'a>) -> Self {
        let function = &unit.ir[id];
        let pointer = unit.module.target_config().pointer_type();
        FunctionCx {
            unit,
            function,
            builder,
            pointer,
            raised: None,
            references: BTreeMap::new(),
            sites: BTreeMap::new(),
            unused: None,
            rows: Vec::new(),
            storage: Vec::new(),
            labels: vec![None; function.n_labels as usize],
        }
    }

    /// Makes the entry block; gives the parameters.
    pub(super) fn begin(&mut self) -> Vec<Value> {
        let entry = self.builder.create_block();
        self.builder.append_block_params_for_function_params(entry);
        self.builder.switch_to_block(entry);
        self.builder.seal_block(entry);
        self.builder.block_params(entry).to_vec()
    }

    /// Translates the function's body with the given parameters, flattened; gives the status, if
    /// it has one, and its results.
    pub(super) fn inline_body(&mut self, params: &[Value]) -> Vec<Value> {
        self.declare_locals();
        let function = self.function;
        self.bind(params);
        if self.labelled(Function::BODY, &function.body) == Flow::Leaves {
            // It never ends. The return that follows still needs a block.
            let never = self.builder.create_block();
            self.continue_in(never);
        }
        let mut returned = Vec::new();
        for result in function.status.iter().chain(&function.results) {
            match function.ty(*result) {
                Type::Scalar(_) | Type::Owner => returned.push(self.get(*result)),
                Type::Lanes(_) => unreachable!("bug in pykernel: lanes are a result"),
                Type::View(ty) => {
                    let array = self.array(&Expr::Local(*result));
                    self.flatten(&array, ty, &mut returned);
                }
            }
        }
        returned
    }

    fn declare_locals(&mut self) {
        let params = &self.function.params;
        let mask_widths = mask_widths(self.function);
        for (index, local) in self.function.locals.iter().enumerate() {
            let storage = match local.ty {
                Type::Scalar(scalar) => Storage::Scalar(self.builder.declare_var(clif_type(scalar))),
                Type::Owner if params.contains(&LocalId(index as u32)) => {
                    Storage::Scalar(self.builder.declare_var(self.pointer))
                }
                Type::Owner => Storage::Owner(self.owner_slot()),
                Type::View(ty) => Storage::View(View::declare(&mut self.builder, self.pointer, ty)),
                Type::Lanes(lanes) => {
                    let mask_width = mask_widths.get(&LocalId(index as u32)).copied();
                    let machine = self.unit.machine;
                    Storage::Lanes(LanesVariables::declare(&mut self.builder, machine, lanes, mask_width))
                }
            };
            self.storage.push(storage);
        }
    }

    fn owner_slot(&mut self) -> StackSlot {
        let bytes = self.pointer.bytes();
        let align = bytes.trailing_zeros() as u8;
        let data = StackSlotData::new(StackSlotKind::ExplicitSlot, bytes, align);
        self.builder.create_sized_stack_slot(data)
    }

    fn bind(&mut self, mut params: &[Value]) {
        for param in &self.function.params {
            params = self.take(*param, params);
        }
    }

    /// Sets a local from the first of some values, in flat form; gives the others.
    pub(super) fn take<'v>(&mut self, local: LocalId, values: &'v [Value]) -> &'v [Value] {
        let count = match self.function.ty(local) {
            Type::Scalar(_) | Type::Owner => 1,
            Type::View(ty) => 1 + numbers(ty),
            Type::Lanes(_) => unreachable!("bug in pykernel: lanes are passed to a function"),
        };
        let (own, rest) = values.split_at(count);
        match self.function.ty(local) {
            Type::Scalar(_) | Type::Owner => self.set(local, own[0]),
            Type::View(_) | Type::Lanes(_) => self.bind_view(local, own),
        }
        rest
    }

    /// The value of a local that is a number or an owner.
    pub(super) fn get(&mut self, local: LocalId) -> Value {
        match &self.storage[local.0 as usize] {
            Storage::Scalar(variable) => self.builder.use_var(*variable),
            Storage::Owner(slot) => self.builder.ins().stack_load(self.pointer, self.pointer, *slot, 0),
            Storage::View(_) | Storage::Lanes(_) => {
                unreachable!("bug in pykernel: an array or lanes are used as a number")
            }
        }
    }

    /// Sets a local that is a number or an owner.
    pub(super) fn set(&mut self, local: LocalId, value: Value) {
        match &self.storage[local.0 as usize] {
            Storage::Scalar(variable) => self.builder.def_var(*variable, value),
            Storage::Owner(slot) => {
                self.builder.ins().stack_store(self.pointer, value, *slot, 0);
            }
            Storage::View(_) | Storage::Lanes(_) => {
                unreachable!("bug in pykernel: a number is assigned to an array or to lanes")
            }
        }
    }

    /// The variables of a view.
    pub(super) fn view(&self, local: LocalId) -> View {
        match &self.storage[local.0 as usize] {
            Storage::View(view) => view.clone(),
            Storage::Scalar(_) | Storage::Owner(_) | Storage::Lanes(_) => {
                unreachable!("bug in pykernel: a number is used as an array")
            }
        }
    }

    /// The variables of lanes.
    pub(super) fn lanes_variables(&self, local: LocalId) -> LanesVariables {
        match &self.storage[local.0 as usize] {
            Storage::Lanes(lanes) => lanes.clone(),
            Storage::Scalar(_) | Storage::Owner(_) | Storage::View(_) => {
                unreachable!("bug in pykernel: a number or an array is used as lanes")
            }
        }
    }

    /// The record to fill when something is raised.
    pub(super) fn raised(&self) -> Value {
        match self.raised {
            Some(raised) => raised,
            None => unreachable!("bug in pykernel: {} takes no record", self.function.name),
        }
    }

    pub(super) fn i64(&mut self, value: i64) -> Value {
        self.builder.ins().iconst(types::I64, value)
    }

    /// Makes a new block the place where leaving a label goes.
    pub(super) fn open(&mut self, label: Label) {
        let block = self.builder.create_block();
        self.labels[label.0 as usize] = Some(Destination { block, used: false });
    }

    /// Where leaving a label goes; counts as going there.
    pub(super) fn leave(&mut self, label: Label) -> Block {
        match &mut self.labels[label.0 as usize] {
            Some(destination) => {
                destination.used = true;
                destination.block
            }
            None => unreachable!("bug in pykernel: label {} is left outside of it", label.0),
        }
    }

    /// Goes on where leaving a label goes, if anything does.
    pub(super) fn close(&mut self, label: Label) -> Flow {
        match self.labels[label.0 as usize].take() {
            Some(destination) if destination.used => {
                self.continue_in(destination.block);
                Flow::Continues
            }
            Some(_) => Flow::Leaves,
            None => unreachable!("bug in pykernel: label {} is closed twice", label.0),
        }
    }

    /// A block for what belongs to the one at hand: cold if that is.
    pub(super) fn new_block_here(&mut self) -> Block {
        let block = self.builder.create_block();
        let here = self.builder.current_block();
        if here.is_some_and(|here| self.builder.func.layout.is_cold(here)) {
            self.builder.set_cold_block(block);
        }
        block
    }

    /// Goes on in a block whose predecessors are all known.
    pub(super) fn continue_in(&mut self, block: Block) {
        self.builder.switch_to_block(block);
        self.builder.seal_block(block);
    }
}
