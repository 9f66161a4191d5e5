//! Gives every expression and variable a type, picks overloads, and reports the user's mistakes.
//!
//! A kernel is inferred once for each declared signature, a helper once for each list of argument
//! types (weak and strong ones differ) that it is called with. An instance whose callees' results
//! are not known yet is inferred again when they are: types only grow, so this ends. Within an
//! instance the variables' types are found the same way, by rounds over the body. Only the last
//! round reports and keeps what it built.

mod advanced;
mod allocate;
mod argument;
mod array_literal;
mod array_operation;
mod attribute;
mod builtin;
mod call;
mod convert;
mod core_dimensions;
mod device;
mod einsum;
mod elementwise;
mod expression;
mod flat;
mod flow;
mod fold;
mod forms;
mod gufunc_call;
mod indexing;
mod instruction;
mod iteration;
mod leaves;
mod none;
mod numpy_ufunc;
mod operator;
mod parallel;
pub mod promote;
mod random;
mod record;
mod reduce;
mod reduction;
mod refine;
mod statement;
mod subscript;
mod text;
mod time;
mod tuple;
mod ufunc;
mod ufunc_call;
mod ufunc_method;
mod warn;
mod web;
mod written;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::rc::Rc;

use pykernel_abi::routine::Routine;

use crate::builtin::{all_written, has_routine, python_name};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Note};
use crate::hir::{self, ErrorModel, External};
use crate::library::library;
use crate::source::Span;
use crate::typed::{Expr, ExprKind, InnerLoop, Instance, InstanceId, Program, Stmt, StmtKind, Web, WebId};
use crate::types::Type;
use crate::ufunc::{Kind, Ufunc};
use flow::Use;
use promote::Definition;
use web::WebTypes;

/// Infers everything that a kernel file exports, and the helpers that it calls.
///
/// The program holds the kernels without errors only together with those that have some; callers
/// must look at the diagnostics before they go on.
pub fn infer(module: &hir::Module, diagnostics: &mut Diagnostics) -> Program {
    let mut infer = Infer::new(module);
    let kernels = infer.kernels(diagnostics);
    infer.settle();
    let program = infer.finish(kernels, diagnostics);
    device::check(module, &program, diagnostics);
    program
}

/// An expression has no type: it is wrong and was reported, or depends on something that is not
/// known yet.
#[derive(Debug)]
struct Stop;

/// What typing something gives.
type Typed<T = Expr> = Result<T, Stop>;

/// How many instances a helper may need before its recursion is taken for endless.
const MAX_INSTANCES: usize = 1000;

/// How many calls a mistake in a helper shows, up to the kernel.
const MAX_CALLS_SHOWN: usize = 3;

/// How often the type of one assignment can change: types only grow, through less than this many
/// kinds and sizes. A round that changes nothing is the last.
const MAX_GROWTH: usize = 16;

/// In which file a function stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Origin {
    User,
    Library,
}

/// Why something in an instance has no type.
struct Stopped {
    /// A variable that is read and that nothing but itself gives a value.
    unassigned: Option<Diagnostic>,
}

/// What tells instances apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    origin: Origin,
    function: hir::FunctionId,
    params: Vec<Type>,
    /// Of a library function: `NumPy` if it must not raise for its operands' values.
    model: ErrorModel,
    /// Whether indices are checked.
    boundscheck: bool,
    fastmath: hir::FastMath,
}

/// An instance as far as it is known.
struct Slot {
    key: Key,
    flow: Rc<flow::Flow>,
    /// The result that the signature declares.
    declared: Option<Type>,
    /// The result; `None` as long as no path that returns is known.
    result: Option<Type>,
    /// The types of the webs; lent to the [`Body`] while it runs.
    webs: Vec<WebTypes>,
    /// Whether the types still changed when the rounds were ended.
    unsettled: bool,
    /// The call that made a helper's instance.
    made_by: Option<(InstanceId, Span)>,
    /// The instances that call this one.
    callers: BTreeSet<InstanceId>,
    queued: bool,
}

/// The state of the whole inference.
struct Infer<'a> {
    user: &'a hir::Module,
    library: &'static hir::Module,
    slots: Vec<Slot>,
    by_key: HashMap<Key, InstanceId>,
    n_instances: HashMap<(Origin, hir::FunctionId), usize>,
    queue: VecDeque<InstanceId>,
    flows: HashMap<(Origin, hir::FunctionId), Rc<flow::Flow>>,
    revealed: Vec<(Span, Type)>,
}

impl<'a> Infer<'a> {
    fn new(user: &'a hir::Module) -> Self {
        Infer {
            user,
            library: library(),
            slots: Vec::new(),
            by_key: HashMap::new(),
            n_instances: HashMap::new(),
            queue: VecDeque::new(),
            flows: HashMap::new(),
            revealed: Vec::new(),
        }
    }

    fn function(&self, origin: Origin, id: hir::FunctionId) -> &'a hir::Function {
        match origin {
            Origin::User => &self.user.functions[id.0 as usize],
            Origin::Library => &self.library.functions[id.0 as usize],
        }
    }

    /// Makes the instances of every kernel: one for each declared signature.
    fn kernels(&mut self, diagnostics: &mut Diagnostics) -> Vec<(hir::FunctionId, Vec<InstanceId>)> {
        let mut kernels = Vec::new();
        for (index, function) in self.user.functions.iter().enumerate() {
            let id = hir::FunctionId(index as u32);
            if function.body.is_none() || function.signatures.is_empty() {
                continue;
            }
            let instances = (0..function.signatures.len())
                .filter_map(|signature| self.kernel_instance(id, signature, diagnostics))
                .collect();
            kernels.push((id, instances));
        }
        kernels
    }

    fn kernel_instance(
        &mut self,
        id: hir::FunctionId,
        signature: usize,
        diagnostics: &mut Diagnostics,
    ) -> Option<InstanceId> {
        let function = self.function(Origin::User, id);
        let declared = &function.signatures[signature];
        if let Some(first) = function.signatures[..signature].iter().find(|s| s.params == declared.params) {
            diagnostics.report(
                Diagnostic::new(
                    Code::DuplicateDefinition,
                    declared.span,
                    format!("`{}` declares these parameter types twice", function.name),
                )
                .note_at(first.span, "first declared here")
                .help("remove one of the two signatures"),
            );
            return None;
        }
        self.instance(kernel_key(id, function, signature)).ok()
    }

    /// The instance with this key, made and queued if it is new.
    fn instance(&mut self, key: Key) -> Typed<InstanceId> {
        if let Some(id) = self.by_key.get(&key) {
            return Ok(*id);
        }
        let function = self.function(key.origin, key.function);
        let body = function.body.as_ref().ok_or(Stop)?;
        let n_instances = self.n_instances.entry((key.origin, key.function)).or_default();
        if *n_instances >= MAX_INSTANCES && function.signatures.is_empty() {
            return Err(Stop);
        }
        *n_instances += 1;
        let flow = Rc::clone(
            self.flows
                .entry((key.origin, key.function))
                .or_insert_with(|| Rc::new(flow::analyse(function, body))),
        );
        let declared = function
            .signatures
            .iter()
            .find(|signature| signature.params == key.params)
            .and_then(|signature| signature.result.clone());
        let id = InstanceId(self.slots.len() as u32);
        self.slots.push(Slot {
            webs: flow.webs.iter().map(|web| WebTypes::new(web.n_definitions)).collect(),
            unsettled: false,
            flow,
            result: declared.clone(),
            declared,
            made_by: None,
            callers: BTreeSet::new(),
            queued: true,
            key: key.clone(),
        });
        self.by_key.insert(key, id);
        match self.slots[id.0 as usize].key.origin {
            // The library does not call itself in circles, so its results are found at once.
            Origin::Library => {
                self.slots[id.0 as usize].queued = false;
                self.infer_instance(id);
            }
            Origin::User => self.queue.push_back(id),
        }
        Ok(id)
    }

    /// Infers until no result changes any more.
    fn settle(&mut self) {
        while let Some(id) = self.queue.pop_front() {
            self.slots[id.0 as usize].queued = false;
            self.infer_instance(id);
        }
    }

    /// Runs rounds over one instance until its variables' types and its result stay the same.
    fn infer_instance(&mut self, id: InstanceId) {
        let flow = &self.slots[id.0 as usize].flow;
        let n_definitions: usize = flow.webs.iter().map(|web| web.n_definitions).sum();
        for _ in 0..MAX_GROWTH * (n_definitions + 1) {
            let mut body = Body::new(self, id);
            body.run();
            let mut changed = body.changed;
            let result = body.end(&mut Diagnostics::default());
            let slot = &mut self.slots[id.0 as usize];
            if slot.result != result {
                slot.result = result;
                changed = true;
                self.queue_callers(id);
            }
            if !changed {
                return;
            }
        }
        self.slots[id.0 as usize].unsettled = true;
    }

    fn queue_callers(&mut self, id: InstanceId) {
        for caller in self.slots[id.0 as usize].callers.clone() {
            let slot = &mut self.slots[caller.0 as usize];
            if caller != id && slot.key.origin == Origin::User && !std::mem::replace(&mut slot.queued, true) {
                self.queue.push_back(caller);
            }
        }
    }

    /// The last round: builds the typed instances and reports what is wrong.
    fn finish(
        mut self,
        kernels: Vec<(hir::FunctionId, Vec<InstanceId>)>,
        diagnostics: &mut Diagnostics,
    ) -> Program {
        let mut program = Program { kernels, ..Program::default() };
        let mut stopped = Vec::new();
        while program.instances.len() < self.slots.len() {
            let id = InstanceId(program.instances.len() as u32);
            let (instance, has_stopped) = self.finish_instance(id, diagnostics);
            program.instances.push(instance);
            stopped.extend(has_stopped.map(|stopped| (id, stopped)));
        }
        if diagnostics.is_empty() {
            self.report_endless(&stopped, diagnostics);
        }
        program.loops = self.loops(&program.kernels);
        self.revealed.sort_by_key(|(span, _)| *span);
        self.revealed.dedup();
        program.revealed = self.revealed;
        program
    }

    /// The inner loops of the kernels that are ufuncs.
    fn loops(&self, kernels: &[(hir::FunctionId, Vec<InstanceId>)]) -> Vec<InnerLoop> {
        let of_kernel = |(id, instances): &(hir::FunctionId, Vec<InstanceId>)| {
            let ufunc = self.function(Origin::User, *id).ufunc.clone();
            let inner = |(instance, ufunc): (&InstanceId, Ufunc)| InnerLoop { instance: *instance, ufunc };
            let loops = instances.iter().zip(ufunc.into_iter().cycle()).map(inner);
            loops.collect::<Vec<_>>()
        };
        kernels.iter().flat_map(of_kernel).collect()
    }

    /// Builds an instance, and says whether and why something in it has no type.
    fn finish_instance(
        &mut self,
        id: InstanceId,
        diagnostics: &mut Diagnostics,
    ) -> (Instance, Option<Stopped>) {
        let origin = self.slots[id.0 as usize].key.origin;
        let mut body = Body::new(self, id);
        body.reporting = true;
        let stmts = body.run();
        let mut stopped = body.stopped;
        let unassigned = body.unassigned.take();
        let revealed = std::mem::take(&mut body.revealed);
        let temporaries = std::mem::take(&mut body.temporaries);
        let mut found = std::mem::take(&mut body.diagnostics);
        body.end(&mut found);
        if !found.is_empty() {
            found.annotate(&self.specialised_by(id));
        }
        self.revealed.extend(revealed);
        let slot = &self.slots[id.0 as usize];
        let function = self.function(origin, slot.key.function);
        stopped |= slot.result.is_none() || slot.unsettled;
        if let Some(External::Routine(routine)) = function.external
            && !has_routine(routine)
        {
            self.absent_routine(id, routine).into_iter().for_each(|absent| diagnostics.report(absent));
        }
        if origin == Origin::Library && !found.is_empty() {
            match self.not_taken(id, &found) {
                Some(refusal) => diagnostics.report(refusal),
                None => unreachable!(
                    "bug in pykernel: the library function `{}` does not fit {:?}: {:?}",
                    function.name, slot.key.params, found
                ),
            }
            found = Diagnostics::default();
        }
        diagnostics.append(found);
        let params = slot.flow.params.iter().map(|param| WebId(param.web as u32));
        let instance = Instance {
            name: function.name.as_str().into(),
            library: origin == Origin::Library,
            boundscheck: slot.key.boundscheck,
            fastmath: slot.key.fastmath,
            disjoint: false,
            inline: function.options.inline,
            params: slot.key.params.iter().cloned().zip(params).collect(),
            result: slot.result.clone().unwrap_or(Type::None),
            webs: webs_of(slot, function, temporaries),
            body: stmts,
            external: function.external.clone(),
            span: function.name_span,
        };
        (instance, stopped.then_some(Stopped { unassigned }))
    }

    /// The function of the library that a program calls, perhaps through others, where it makes an instance; and that
    /// call.
    fn called_by_user(&self, id: InstanceId) -> Option<(InstanceId, Span)> {
        let (mut callee, mut call) = (id, self.slots[id.0 as usize].made_by?);
        while self.slots[call.0.0 as usize].key.origin == Origin::Library {
            callee = call.0;
            call = self.slots[callee.0 as usize].made_by?;
        }
        Some((callee, call.1))
    }

    /// The refusal of a call that needs a routine which the program does not have.
    fn absent_routine(&self, id: InstanceId, routine: Routine) -> Option<Diagnostic> {
        let (callee, span) = self.called_by_user(id)?;
        let function = self.function(Origin::Library, self.slots[callee.0 as usize].key.function);
        let (name, ..) = all_written().find(|(_, text, _)| *text == function.name)?;
        let (name, feature) = (python_name(name), routine.feature());
        let message = format!("`{name}` needs the feature `{feature}` of the package `pykernel`");
        let help =
            format!("switch it on in Cargo.toml: `pykernel = {{ version = …, features = [\"{feature}\"] }}`");
        Some(Diagnostic::new(Code::MissingFeature, span, message).help(help))
    }

    /// The refusal of a call of one of NumPy's functions whose text has no meaning for the types at hand.
    fn not_taken(&self, id: InstanceId, found: &Diagnostics) -> Option<Diagnostic> {
        let first = found.clone().into_sorted().into_iter().next()?;
        let (callee, span) = self.called_by_user(id)?;
        let key = &self.slots[callee.0 as usize].key;
        let function = self.function(Origin::Library, key.function);
        let (name, ..) = all_written().find(|(_, text, _)| *text == function.name)?;
        let types: Vec<String> = key.params.iter().map(|ty| format!("`{ty}`")).collect();
        let message = format!("`{}` does not take {}", python_name(name), types.join(", "));
        Some(
            Diagnostic::new(Code::ArgumentMismatch, span, message)
                .note(format!("in it, {}", first.message))
                .help("convert the arguments with `astype`, or write a loop over the elements"),
        )
    }

    /// The calls that made a helper's instance, from the innermost one.
    fn specialised_by(&self, mut id: InstanceId) -> Vec<Note> {
        let mut notes = Vec::new();
        while let Some((caller, span)) = self.slots[id.0 as usize].made_by {
            if notes.len() == MAX_CALLS_SHOWN {
                break;
            }
            let key = &self.slots[id.0 as usize].key;
            let name = &self.function(key.origin, key.function).name;
            let types: Vec<String> = key.params.iter().map(Type::to_string).collect();
            let text = format!("`{name}` is specialised for ({}) by this call", types.join(", "));
            notes.push(Note { span: Some(span), text });
            id = caller;
        }
        notes
    }

    /// Where nothing else is wrong, types are missing because a recursion never ends, or because
    /// a variable is assigned only from itself. Only the functions that are in a recursion are
    /// named, not those that call them.
    fn report_endless(&self, stopped: &[(InstanceId, Stopped)], diagnostics: &mut Diagnostics) {
        let any = stopped.iter().any(|(id, _)| self.is_recursive(*id));
        if !any {
            let unassigned = stopped.iter().filter_map(|(_, stopped)| stopped.unassigned.clone());
            unassigned.for_each(|unassigned| diagnostics.report(unassigned));
        }
        if !diagnostics.is_empty() {
            return;
        }
        for (id, _) in stopped.iter().filter(|(id, _)| !any || self.is_recursive(*id)) {
            let key = &self.slots[id.0 as usize].key;
            let ever_new = self.n_instances.get(&(key.origin, key.function)) == Some(&MAX_INSTANCES);
            diagnostics.report(endless(self.function(key.origin, key.function), ever_new));
        }
    }

    /// Whether an instance without a result calls itself, perhaps through others.
    fn is_recursive(&self, id: InstanceId) -> bool {
        let mut seen = BTreeSet::new();
        let mut pending = vec![id];
        while let Some(callee) = pending.pop() {
            let unknown = |caller: &&InstanceId| self.slots[caller.0 as usize].result.is_none();
            for caller in self.slots[callee.0 as usize].callers.iter().filter(unknown) {
                if seen.insert(*caller) {
                    pending.push(*caller);
                }
            }
        }
        seen.contains(&id)
    }
}

/// The webs of an instance; a web that only unreachable or wrong code defines is an int.
fn webs_of(slot: &Slot, function: &hir::Function, temporaries: Vec<Type>) -> Vec<Web> {
    let flow = &slot.flow;
    let webs = flow.webs.iter().zip(&slot.webs);
    let variables = webs.map(|(web, types)| Web {
        name: function.variables[web.variable.0 as usize].name.as_str().into(),
        ty: types.ty.clone().unwrap_or(Type::INT),
        may_be_unbound: web.may_be_unbound,
    });
    let temporary = |ty| Web { name: "t".into(), ty, may_be_unbound: false };
    variables.chain(temporaries.into_iter().map(temporary)).collect()
}

fn endless(function: &hir::Function, ever_new: bool) -> Diagnostic {
    let (message, help) = if ever_new {
        (
            format!("`{}` calls itself with ever new types", function.name),
            "declare its parameter types in a signature",
        )
    } else {
        (
            format!("the result type of `{}` cannot be known: every path calls itself", function.name),
            "add a path that returns without a call, or declare the result type",
        )
    };
    Diagnostic::new(Code::EndlessTypes, function.name_span, message).help(help)
}

/// What tells the instances of one kernel apart: the declared types.
fn kernel_key(id: hir::FunctionId, function: &hir::Function, signature: usize) -> Key {
    Key {
        origin: Origin::User,
        function: id,
        params: function.signatures[signature].params.clone(),
        model: function.options.error_model.unwrap_or(ErrorModel::Mixed),
        boundscheck: function.options.boundscheck.unwrap_or(true),
        fastmath: function.options.fastmath.unwrap_or_default(),
    }
}

/// One round over one instance.
struct Body<'i, 'a> {
    infer: &'i mut Infer<'a>,
    id: InstanceId,
    function: &'a hir::Function,
    flow: Rc<flow::Flow>,
    /// The types of the webs as far as they are known.
    webs: Vec<WebTypes>,
    /// Whether this round has found something new.
    changed: bool,
    /// What this round finds to be returned.
    returns: Vec<(Definition, Span)>,
    /// Whether this is the last round.
    reporting: bool,
    /// For each node of the flow, whether it may be `None`, by the types of the round before.
    may_be_none: Vec<bool>,
    /// Whether control comes here, as far as tests for `None` decide.
    reachable: bool,
    /// Whether it comes to a `return`.
    returns_at_all: bool,
    /// For each loop around what is typed, whether a `break` is reached.
    loops: Vec<bool>,
    /// Whether what is typed runs in parallel.
    in_parallel: bool,
    /// Whether what is typed is done with elements of arrays.
    in_elements: bool,
    /// Whether something had no type.
    stopped: bool,
    /// The first variable without a type that may be read before it is assigned.
    unassigned: Option<Diagnostic>,
    /// What [`hir::ExprKind::Typed`] stands for.
    typed: Vec<Expr>,
    /// The types of webs that no variable has: values that are used more than once.
    temporaries: Vec<Type>,
    diagnostics: Diagnostics,
    revealed: Vec<(Span, Type)>,
}

impl<'i, 'a> Body<'i, 'a> {
    fn new(infer: &'i mut Infer<'a>, id: InstanceId) -> Self {
        let slot = &mut infer.slots[id.0 as usize];
        let mut webs = std::mem::take(&mut slot.webs);
        let (flow, params, origin, name) =
            (Rc::clone(&slot.flow), slot.key.params.clone(), slot.key.origin, slot.key.function);
        let function = infer.function(origin, name);
        let mut changed = false;
        for ((param, definition), variable) in params.into_iter().zip(&flow.params).zip(&function.variables) {
            changed |= webs[definition.web].define(definition.index, (param, None), variable.span);
        }
        let may_be_none = none::nodes_that_may_be_none(&flow, &webs);
        Body {
            id,
            function,
            webs,
            changed,
            returns: Vec::new(),
            reporting: false,
            may_be_none,
            reachable: true,
            returns_at_all: false,
            loops: Vec::new(),
            in_parallel: false,
            in_elements: false,
            stopped: false,
            unassigned: None,
            typed: Vec::new(),
            temporaries: Vec::new(),
            diagnostics: Diagnostics::default(),
            revealed: Vec::new(),
            flow,
            infer,
        }
    }

    fn slot(&self) -> &Slot {
        &self.infer.slots[self.id.0 as usize]
    }

    /// What raises: with elements of whole arrays NumPy computes.
    fn model(&self) -> ErrorModel {
        if self.in_elements { ErrorModel::NumPy } else { self.slot().key.model }
    }

    fn in_library(&self) -> bool {
        self.slot().key.origin == Origin::Library
    }

    /// Reports what is wrong and stops; only the last round's reports are seen.
    fn report<T>(&mut self, diagnostic: Diagnostic) -> Typed<T> {
        if self.reporting {
            self.diagnostics.report(diagnostic);
        }
        Err(Stop)
    }

    fn run(&mut self) -> Vec<Stmt> {
        let body = self.function.body.as_deref().unwrap_or_default();
        let mut stmts = self.block(body);
        self.reachable &= self.flow.falls_off;
        if let Some(ty @ Type::Optional(_)) = self.slot().result.clone().filter(|_| self.reachable) {
            let span = self.function.name_span;
            let none = Expr::new(ExprKind::Optional(None), ty, span);
            stmts.push(Stmt { kind: StmtKind::Return(Some(none)), span });
        }
        stmts
    }

    /// Ends the round: gives the webs back to their slot and says what the function returns.
    fn end(self, diagnostics: &mut Diagnostics) -> Option<Type> {
        let result = self.result(diagnostics);
        if self.reporting {
            for (web, types) in self.flow.webs.iter().zip(&self.webs) {
                let name = &self.function.variables[web.variable.0 as usize].name;
                types.conflict(name).into_iter().for_each(|conflict| diagnostics.report(conflict));
            }
        }
        self.infer.slots[self.id.0 as usize].webs = self.webs;
        result
    }

    fn result(&self, diagnostics: &mut Diagnostics) -> Option<Type> {
        // A `return` or `raise` at the end may be what was refused.
        let is_empty = self.function.body.as_ref().is_some_and(Vec::is_empty);
        let is_only_declared = self.function.external.is_some() && is_empty;
        let falls_off = self.reachable && !self.function.refused && !is_only_declared;
        if let Some(declared) = &self.slot().declared {
            if falls_off && !declared.may_be_none() && !self.stopped {
                diagnostics.report(self.missing_return(declared));
            }
            return Some(declared.clone());
        }
        let mut returns = self.returns.clone();
        if falls_off {
            returns.push(((Type::None, None), self.function.name_span));
        }
        if !falls_off && !self.stopped && !self.returns_at_all {
            // It never returns: it loops for ever or raises on every path.
            return Some(Type::None);
        }
        let place = returns.last().map(|(_, span)| *span);
        let joined = joined(&returns, &self.function.name, diagnostics);
        if let Some(Type::Optional(ty)) = &joined
            && falls_off
            && !self.function.signatures.is_empty()
        {
            diagnostics.report(self.missing_return(ty));
            return None;
        }
        joined.filter(|ty| self.returnable(ty, place, diagnostics))
    }

    fn missing_return(&self, result: &Type) -> Diagnostic {
        Diagnostic::new(
            Code::TypeMismatch,
            self.function.name_span,
            format!("`{}` returns `{result}`, but a path ends without `return`", self.function.name),
        )
        .label("its end can be reached, which gives `None`")
        .help("end the function with a `return` of that type, or with a `raise`")
    }

    fn returnable(&self, ty: &Type, place: Option<Span>, diagnostics: &mut Diagnostics) -> bool {
        let is_helper = self.function.signatures.is_empty();
        let is_dtype = is_helper && matches!(ty, Type::DType(_));
        let is_kept = |ty: &Type| match ty {
            Type::Generator => !is_helper,
            Type::Text | Type::DType(_) => true,
            _ => false,
        };
        let returned = is_dtype || !ty.holds(&is_kept);
        if !returned {
            diagnostics.report(
                Diagnostic::new(
                    Code::TypeMismatch,
                    place.unwrap_or(self.function.name_span),
                    format!(
                        "`{}` returns `{ty}`, which a function cannot return in this version",
                        self.function.name
                    ),
                )
                .help("return numbers, arrays, tuples and `None`"),
            );
        }
        returned && self.gives_outputs(ty, place, diagnostics)
    }

    /// Whether what is returned are the outputs of the ufunc that the function is, if it is one.
    fn gives_outputs(&self, ty: &Type, place: Option<Span>, diagnostics: &mut Diagnostics) -> bool {
        let Some(ufunc) = self.function.ufunc.as_ref().filter(|it| it.kind == Kind::Vectorize) else {
            return true;
        };
        let (results, n_outputs) = (ty.results(), ufunc.layout.outputs.len());
        let is_single = matches!(ty, Type::Tuple(_)) && n_outputs == 1;
        let are_outputs = results.len() == n_outputs && results.iter().all(|ty| ty.dtype().is_some());
        if !are_outputs || is_single {
            let outputs = if n_outputs == 1 { "a number".to_owned() } else { format!("{n_outputs} numbers") };
            let message = format!("the ufunc `{}` gives {outputs}, and this is `{ty}`", self.function.name);
            diagnostics.report(
                Diagnostic::new(Code::TypeMismatch, place.unwrap_or(self.function.name_span), message)
                    .help("return a number, or a tuple of two or more; declare the result's type where it is not written so"),
            );
        }
        are_outputs && !is_single
    }
}

/// The one type of the values that are returned; `None` if there is none, or none yet.
fn joined(returns: &[(Definition, Span)], function: &str, diagnostics: &mut Diagnostics) -> Option<Type> {
    let types: Vec<Definition> = returns.iter().map(|(definition, _)| definition.clone()).collect();
    if types.is_empty() {
        return None;
    }
    match promote::join(&types) {
        Ok(ty) => Some(ty),
        Err((a, b)) => {
            diagnostics.report(web::conflict(returns, &format!("the result of `{function}`"), &a, &b));
            None
        }
    }
}
