//! Gives every expression and variable a type, picks overloads, and reports the user's mistakes.
//!
//! A kernel is inferred once for each declared signature, a helper once for each list of argument
//! types (weak and strong ones differ) that it is called with. An instance whose callees' results
//! are not known yet is inferred again when they are: types only grow, so this ends. Within an
//! instance the variables' types are found the same way, by rounds over the body. Only the last
//! round reports and keeps what it built.

mod attribute;
mod builtin;
mod call;
mod convert;
mod expression;
mod flow;
mod operator;
pub mod promote;
mod statement;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::rc::Rc;

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::hir::{self, ErrorModel};
use crate::library::library;
use crate::source::Span;
use crate::typed::{Expr, Instance, InstanceId, Program, Web, WebId};
use crate::types::Type;
use promote::Definition;

/// Infers everything that a kernel file exports, and the helpers that it calls.
///
/// The program holds the kernels without errors only together with those that have some; callers
/// must look at the diagnostics before they go on.
pub fn infer(module: &hir::Module, diagnostics: &mut Diagnostics) -> Program {
    let mut infer = Infer::new(module);
    let kernels = infer.kernels(diagnostics);
    infer.settle();
    infer.finish(kernels, diagnostics)
}

/// An expression has no type: it is wrong and was reported, or depends on something that is not
/// known yet.
#[derive(Debug)]
struct Stop;

/// What typing something gives.
type Typed<T = Expr> = Result<T, Stop>;

/// How many instances a file may need before its recursion is taken for endless.
const MAX_INSTANCES: usize = 4096;

/// How many rounds an instance may need before its types are taken not to settle.
const MAX_ROUNDS: usize = 64;

/// In which file a function stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Origin {
    User,
    Library,
}

/// What tells instances apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    origin: Origin,
    function: hir::FunctionId,
    params: Vec<Type>,
    /// Of a library function: `NumPy` if it must not raise for its operands' values.
    model: ErrorModel,
}

/// An instance as far as it is known.
struct Slot {
    key: Key,
    flow: Rc<flow::Flow>,
    /// The result that the signature declares.
    declared: Option<Type>,
    /// The result; `None` as long as no path that returns is known.
    result: Option<Type>,
    /// The types of the webs.
    webs: Vec<Option<Type>>,
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
        if self.slots.len() >= MAX_INSTANCES {
            return Err(Stop);
        }
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
            webs: vec![None; flow.webs.len()],
            flow,
            result: declared.clone(),
            declared,
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
        for _ in 0..MAX_ROUNDS {
            let mut body = Body::new(self, id);
            body.run();
            let (webs, result) = body.found(&mut Diagnostics::default());
            let slot = &mut self.slots[id.0 as usize];
            let result_changed = slot.result != result;
            if !result_changed && slot.webs == webs {
                return;
            }
            slot.webs = webs;
            slot.result = result;
            if result_changed {
                self.queue_callers(id);
            }
        }
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
        let mut next = 0;
        while next < self.slots.len() {
            program.instances.push(self.finish_instance(InstanceId(next as u32), diagnostics));
            next += 1;
        }
        self.revealed.sort_by_key(|(span, _)| *span);
        self.revealed.dedup();
        program.revealed = self.revealed;
        program
    }

    fn finish_instance(&mut self, id: InstanceId, diagnostics: &mut Diagnostics) -> Instance {
        let origin = self.slots[id.0 as usize].key.origin;
        let mut found = Diagnostics::default();
        let mut body = Body::new(self, id);
        body.reporting = true;
        let stmts = body.run();
        let stopped = body.stopped;
        let revealed = std::mem::take(&mut body.revealed);
        found.append(std::mem::take(&mut body.diagnostics));
        body.found(&mut found);
        self.revealed.extend(revealed);
        let slot = &self.slots[id.0 as usize];
        let function = self.function(origin, slot.key.function);
        if found.is_empty() && (stopped || slot.result.is_none() && slot.flow.falls_off) {
            found.report(endless(function, self.slots.len()));
        }
        if origin == Origin::Library && !found.is_empty() {
            unreachable!(
                "bug in pykernel: the library function `{}` does not fit {:?}: {:?}",
                function.name, slot.key.params, found
            );
        }
        diagnostics.append(found);
        Instance {
            name: function.name.as_str().into(),
            library: origin == Origin::Library,
            params: slot
                .key
                .params
                .iter()
                .cloned()
                .zip(slot.flow.params.iter().map(|web| WebId(*web as u32)))
                .collect(),
            result: slot.result.clone().unwrap_or(Type::None),
            webs: webs_of(slot, function),
            body: stmts,
            span: function.name_span,
        }
    }
}

/// The webs of an instance; a web that only unreachable or wrong code defines is an int.
fn webs_of(slot: &Slot, function: &hir::Function) -> Vec<Web> {
    let flow = &slot.flow;
    let webs = flow.webs.iter().zip(&flow.may_be_unbound).zip(&slot.webs);
    webs.map(|((variable, may_be_unbound), ty)| Web {
        name: function.variables[variable.0 as usize].name.as_str().into(),
        ty: ty.clone().unwrap_or(Type::INT),
        may_be_unbound: *may_be_unbound,
    })
    .collect()
}

fn endless(function: &hir::Function, n_instances: usize) -> Diagnostic {
    let (message, help) = if n_instances >= MAX_INSTANCES {
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
    }
}

/// One round over one instance.
struct Body<'i, 'a> {
    infer: &'i mut Infer<'a>,
    id: InstanceId,
    function: &'a hir::Function,
    flow: Rc<flow::Flow>,
    /// The types that the last round gave the webs.
    webs: Vec<Option<Type>>,
    /// What this round finds to define each web.
    definitions: Vec<Vec<(Definition, Span)>>,
    /// What this round finds to be returned.
    returns: Vec<(Definition, Span)>,
    /// Whether this is the last round.
    reporting: bool,
    /// Whether something had no type.
    stopped: bool,
    diagnostics: Diagnostics,
    revealed: Vec<(Span, Type)>,
}

impl<'i, 'a> Body<'i, 'a> {
    fn new(infer: &'i mut Infer<'a>, id: InstanceId) -> Self {
        let slot = &infer.slots[id.0 as usize];
        let function = infer.function(slot.key.origin, slot.key.function);
        let flow = Rc::clone(&slot.flow);
        let mut definitions = vec![Vec::new(); flow.webs.len()];
        for ((param, web), variable) in slot.key.params.iter().zip(&flow.params).zip(&function.variables) {
            definitions[*web].push(((param.clone(), None), variable.span));
        }
        Body {
            id,
            function,
            webs: slot.webs.clone(),
            definitions,
            returns: Vec::new(),
            reporting: false,
            stopped: false,
            diagnostics: Diagnostics::default(),
            revealed: Vec::new(),
            flow,
            infer,
        }
    }

    fn slot(&self) -> &Slot {
        &self.infer.slots[self.id.0 as usize]
    }

    fn model(&self) -> ErrorModel {
        self.slot().key.model
    }

    fn in_library(&self) -> bool {
        self.slot().key.origin == Origin::Library
    }

    /// Reports what is wrong and stops; only the last round's reports are seen.
    fn report<T>(&mut self, diagnostic: Diagnostic) -> Typed<T> {
        self.diagnostics.report(diagnostic);
        Err(Stop)
    }

    fn run(&mut self) -> Vec<crate::typed::Stmt> {
        let body = self.function.body.as_deref().unwrap_or_default();
        self.block(body)
    }

    /// The webs' types and the result, as this round's definitions give them.
    fn found(mut self, diagnostics: &mut Diagnostics) -> (Vec<Option<Type>>, Option<Type>) {
        let definitions = std::mem::take(&mut self.definitions);
        let webs = definitions
            .iter()
            .enumerate()
            .map(|(web, definitions)| {
                let variable = self.flow.webs[web];
                let name = &self.function.variables[variable.0 as usize].name;
                joined(definitions, &format!("`{name}`"), diagnostics)
            })
            .collect();
        (webs, self.result(diagnostics))
    }

    fn result(&self, diagnostics: &mut Diagnostics) -> Option<Type> {
        let falls_off = self.flow.falls_off;
        if let Some(declared) = &self.slot().declared {
            if falls_off && *declared != Type::None && !self.stopped {
                diagnostics.report(self.missing_return(declared));
            }
            return Some(declared.clone());
        }
        let mut returns = self.returns.clone();
        if falls_off {
            returns.push(((Type::None, None), self.function.name_span));
        }
        if returns.is_empty() && !falls_off && !self.stopped && !has_return(self.function) {
            // It never returns: it loops for ever or raises on every path.
            return Some(Type::None);
        }
        match returns.iter().find(|((ty, _), _)| *ty != Type::None) {
            Some(((ty, _), _)) if falls_off => {
                diagnostics.report(self.missing_return(ty));
                None
            }
            _ => {
                let strong =
                    joined(&returns, &format!("the result of `{}`", self.function.name), diagnostics);
                strong.filter(|ty| self.returnable(ty, diagnostics))
            }
        }
    }

    fn missing_return(&self, result: &Type) -> Diagnostic {
        Diagnostic::new(
            Code::TypeMismatch,
            self.function.name_span,
            format!("`{}` returns `{result}`, but a path ends without `return`", self.function.name),
        )
        .label("this path gives `None`")
        .help("end the function with a `return` of that type, or with a `raise`")
    }

    fn returnable(&self, ty: &Type, diagnostics: &mut Diagnostics) -> bool {
        let returned = matches!(ty, Type::None | Type::Weak(_) | Type::Strong(_));
        if !returned {
            diagnostics.report(
                Diagnostic::new(
                    Code::TypeMismatch,
                    self.function.name_span,
                    format!(
                        "`{}` returns `{ty}`, which a function cannot return in this version",
                        self.function.name
                    ),
                )
                .help("return a number, or write into an array parameter"),
            );
        }
        returned
    }
}

/// Whether a `return` stands anywhere in a function.
fn has_return(function: &hir::Function) -> bool {
    fn in_block(body: &[hir::Stmt]) -> bool {
        body.iter().any(|stmt| match &stmt.kind {
            hir::StmtKind::Return(_) => true,
            hir::StmtKind::If { then, otherwise, .. } => in_block(then) || in_block(otherwise),
            hir::StmtKind::While { body, .. } | hir::StmtKind::For { body, .. } => in_block(body),
            hir::StmtKind::Assign { .. } | hir::StmtKind::Augment { .. } | hir::StmtKind::Expr(_) => false,
            hir::StmtKind::Break | hir::StmtKind::Continue => false,
            hir::StmtKind::Raise { .. } | hir::StmtKind::Assert { .. } => false,
        })
    }
    function.body.as_deref().is_some_and(in_block)
}

/// The one type of definitions that meet; `None` if there is none, or none yet.
fn joined(definitions: &[(Definition, Span)], what: &str, diagnostics: &mut Diagnostics) -> Option<Type> {
    let types: Vec<Definition> = definitions.iter().map(|(definition, _)| definition.clone()).collect();
    if types.is_empty() {
        return None;
    }
    match promote::join(&types) {
        Ok(ty) => Some(ty),
        Err((a, b)) => {
            let place =
                |ty: &Type| definitions.iter().rev().find(|((t, _), _)| t == ty).map(|(_, span)| *span);
            let here = place(&b).unwrap_or(definitions[0].1);
            let mut diagnostic = Diagnostic::new(
                Code::TypeMismatch,
                here,
                format!("{what} would be `{a}` on one path and `{b}` on another"),
            )
            .label(format!("`{b}` here"))
            .help("convert one of them to the other's type, or use two names");
            if let Some(span) = place(&a).filter(|span| *span != here) {
                diagnostic = diagnostic.note_at(span, format!("`{a}` here"));
            }
            diagnostics.report(diagnostic);
            None
        }
    }
}
