//! Lowering one function: its locals, and the block under construction.

use super::elementwise::Operands;
use crate::hir::External;
use crate::ir::construct::{boolean, locals, zero};
use crate::ir::{self, LocalId, Scalar};
use crate::source::{Source, Span};
use crate::typed::{Instance, Program, WebId};
use crate::types::{ArrayType, DType, Kind, Type};

/// Lowers an instance to the function of that name.
pub(super) fn lower(program: &Program, source: &Source, instance: &Instance, name: String) -> ir::Function {
    let mut lowering = Lowering::new(program, source, instance, name);
    lowering.entry();
    lowering.stmts(&instance.body);
    lowering.function.body = std::mem::take(&mut lowering.out);
    lowering.set_placeholders();
    lowering.function.external = instance.external.clone().map(|at| {
        let body = std::mem::take(&mut lowering.function.body);
        let is_reference = !instance.body.is_empty() && !matches!(at, External::Routine(_));
        let reference = if is_reference { body } else { Vec::new() };
        Box::new(ir::External { at, reference })
    });
    lowering.function
}

/// The types of the scalars and views that make up a value: none of `None`, two of a complex
/// number, those of its items of a tuple; whether it is present and those of the inner type of an
/// optional value; else one.
pub(super) fn part_types(ty: &Type) -> Vec<ir::Type> {
    match ty {
        Type::None | Type::Text | Type::DType(_) => Vec::new(),
        Type::Tuple(items) => items.iter().flat_map(part_types).collect(),
        Type::Optional(inner) => {
            let mut parts = vec![ir::Type::Scalar(Scalar::Bool)];
            parts.extend(part_types(inner));
            parts
        }
        Type::Array(array) => vec![ir::Type::View((*array).into()), ir::Type::Owner],
        Type::Generator => vec![ir::Type::View(ArrayType::GENERATOR.into()), ir::Type::Owner],
        Type::Weak(weak) => parts_of(weak.dtype()),
        Type::Strong(dtype) => parts_of(*dtype),
        Type::Time(_) => parts_of(DType::Int64),
    }
}

fn parts_of(dtype: DType) -> Vec<ir::Type> {
    let n = if dtype.kind() == Kind::Complex { 2 } else { 1 };
    vec![ir::Type::Scalar(Scalar::of(dtype)); n]
}

/// The locals of a web.
#[derive(Default)]
struct WebLocals {
    parts: Vec<LocalId>,
    /// Whether it has been assigned; only if some use must ask.
    bound: Option<LocalId>,
}

/// A loop around the statement at hand.
pub(super) struct Loop {
    /// Leaving it is `break`.
    pub(super) exit: ir::Label,
    /// Leaving it is `continue`; made when there is one.
    pub(super) next: Option<ir::Label>,
}

impl AsMut<ir::Function> for Lowering<'_> {
    fn as_mut(&mut self) -> &mut ir::Function {
        &mut self.function
    }
}

/// The state of lowering one function.
pub(super) struct Lowering<'a> {
    pub(super) program: &'a Program,
    pub(super) source: &'a Source,
    pub(super) instance: &'a Instance,
    pub(super) function: ir::Function,
    pub(super) loops: Vec<Loop>,
    /// The old element while an `Update`'s new one is computed.
    pub(super) current: Vec<ir::Expr>,
    /// The operands of the loop over elements that a body is lowered in.
    pub(super) operands: Operands,
    webs: Vec<WebLocals>,
    /// The block under construction.
    out: Vec<ir::Stmt>,
}

impl<'a> Lowering<'a> {
    fn new(program: &'a Program, source: &'a Source, instance: &'a Instance, name: String) -> Self {
        let function = ir::Function {
            name,
            span: instance.span,
            params: Vec::new(),
            results: Vec::new(),
            status: None,
            locals: Vec::new(),
            n_labels: 1,
            body: Vec::new(),
            external: None,
            effects: ir::Effects::default(),
            library: instance.library,
            unchecked: !instance.boundscheck,
            fastmath: instance.fastmath,
            inline: instance.inline,
        };
        let webs = instance.webs.iter().map(|_| WebLocals::default()).collect();
        Lowering {
            program,
            source,
            instance,
            function,
            loops: Vec::new(),
            current: Vec::new(),
            operands: Operands::default(),
            webs,
            out: Vec::new(),
        }
    }

    /// Declares parameters, results and variables, and sets what must have a value on entry.
    fn entry(&mut self) {
        let instance = self.instance;
        for (ty, web) in &instance.params {
            let params = self.locals_of(&instance.webs[web.0 as usize].name, ty);
            self.function.params.extend(&params);
            if *ty == instance.webs[web.0 as usize].ty {
                self.webs[web.0 as usize].parts = params;
            }
        }
        self.function.results = self.locals_of("result", &instance.result);
        for index in 0..instance.webs.len() {
            self.declare(WebId(index as u32));
        }
        self.convert_params();
    }

    /// Gives a web that is set before it is read locals of its own from here on.
    pub(super) fn renew(&mut self, id: WebId) {
        let web = &self.instance.webs[id.0 as usize];
        self.webs[id.0 as usize].parts = self.locals_of(&web.name, &web.ty);
    }

    /// Gives a web its locals.
    fn declare(&mut self, id: WebId) {
        let web = &self.instance.webs[id.0 as usize];
        if self.parts_of(id).is_empty() {
            self.webs[id.0 as usize].parts = self.locals_of(&web.name, &web.ty);
        }
        if web.may_be_unbound {
            let bound =
                self.function.add_local(format!("{}.bound", web.name), ir::Type::Scalar(Scalar::Bool));
            self.webs[id.0 as usize].bound = Some(bound);
            self.set(bound, boolean(false), self.instance.span);
        }
    }

    /// Sets, on entry, the locals that are only read once a check has found them assigned.
    fn set_placeholders(&mut self) {
        let unbound = self.webs.iter().filter(|web| web.bound.is_some());
        let unbound: Vec<LocalId> = unbound.flat_map(|web| &web.parts).copied().collect();
        if unbound.is_empty() {
            return;
        }
        let value = |local: LocalId| placeholder(self.function.ty(local));
        let span = self.instance.span;
        let set = |local| ir::Stmt { kind: ir::StmtKind::Assign { local, value: value(local) }, span };
        let placeholders: Vec<ir::Stmt> = unbound.into_iter().map(set).collect();
        self.function.body.splice(0..0, placeholders);
    }

    /// Sets the webs of parameters whose type is not the one that callers pass.
    fn convert_params(&mut self) {
        let mut next = 0;
        for (ty, web) in &self.instance.params {
            let n = part_types(ty).len();
            let parts = locals(&self.function.params[next..next + n]);
            next += n;
            let web_ty = &self.instance.webs[web.0 as usize].ty;
            if web_ty != ty {
                let parts = self.converted(parts, ty, web_ty, self.instance.span);
                self.assign_web(*web, parts, self.instance.span);
            }
        }
    }

    fn locals_of(&mut self, name: &str, ty: &Type) -> Vec<LocalId> {
        let mut local = |name: String, ty: &ir::Type| self.function.add_local(name, *ty);
        match (ty, part_types(ty).as_slice()) {
            (Type::Tuple(items), _) => {
                let items = items.iter().enumerate();
                items.flat_map(|(index, ty)| self.locals_of(&format!("{name}.{index}"), ty)).collect()
            }
            (Type::Optional(inner), _) => {
                let present = local(format!("{name}.present"), &ir::Type::Scalar(Scalar::Bool));
                [present].into_iter().chain(self.locals_of(name, inner)).collect()
            }
            (Type::Array(_) | Type::Generator, [view, owner]) => {
                vec![local(name.to_owned(), view), local(format!("{name}.owner"), owner)]
            }
            (_, [re, im]) => vec![local(format!("{name}.re"), re), local(format!("{name}.im"), im)],
            (_, types) => types.iter().map(|ty| local(name.to_owned(), ty)).collect(),
        }
    }

    /// New temporaries for a value of a type.
    pub(super) fn temporaries(&mut self, ty: &Type) -> Vec<LocalId> {
        self.locals_of("t", ty)
    }

    /// The locals of a web.
    pub(super) fn parts_of(&self, web: WebId) -> &[LocalId] {
        &self.webs[web.0 as usize].parts
    }

    /// Whether a web has been assigned, if that is known only at run time.
    pub(super) fn bound(&self, web: WebId) -> Option<LocalId> {
        self.webs[web.0 as usize].bound
    }

    /// Adds a statement to the block under construction.
    pub(super) fn emit(&mut self, kind: ir::StmtKind, span: Span) {
        self.out.push(ir::Stmt { kind, span });
    }

    /// The statements that `fill` emits, as a block of their own.
    pub(super) fn block(&mut self, fill: impl FnOnce(&mut Self)) -> Vec<ir::Stmt> {
        let outer = std::mem::take(&mut self.out);
        fill(self);
        std::mem::replace(&mut self.out, outer)
    }

    /// Adds the statements of a finished block.
    pub(super) fn append(&mut self, block: Vec<ir::Stmt>) {
        self.out.extend(block);
    }

    /// `local = value`.
    pub(super) fn set(&mut self, local: LocalId, value: ir::Expr, span: Span) {
        self.emit(ir::StmtKind::Assign { local, value }, span);
    }

    /// Sets locals to values, all of which are computed before.
    pub(super) fn set_all(&mut self, targets: &[LocalId], mut values: Vec<ir::Expr>, span: Span) {
        for (index, value) in values.iter_mut().enumerate().skip(1) {
            if targets[..index].iter().any(|target| reads(value, *target)) {
                let saved = self.function.add_local("t", self.function.ty(targets[index]));
                let value = std::mem::replace(value, ir::Expr::Local(saved));
                self.set(saved, value, span);
            }
        }
        for (target, value) in targets.iter().zip(values) {
            self.set(*target, value, span);
        }
    }

    /// Assigns a variable.
    pub(super) fn assign_web(&mut self, web: WebId, values: Vec<ir::Expr>, span: Span) {
        let targets = self.parts_of(web).to_vec();
        self.set_all(&targets, values, span);
        if let Some(bound) = self.bound(web) {
            self.set(bound, boolean(true), span);
        }
    }

    /// A value that can be used more than once: a constant, a local, or else a new temporary.
    pub(super) fn save(&mut self, value: ir::Expr, scalar: Scalar, span: Span) -> ir::Expr {
        match value {
            ir::Expr::Const(_) | ir::Expr::Local(_) => value,
            _ => {
                let local = self.function.add_local("t", ir::Type::Scalar(scalar));
                self.set(local, value, span);
                ir::Expr::Local(local)
            }
        }
    }
}

/// A value that is never looked at.
pub(super) fn placeholder(ty: ir::Type) -> ir::Expr {
    match ty {
        ir::Type::Scalar(scalar) => zero(scalar),
        ir::Type::View(view) => ir::Expr::Empty(view),
        ir::Type::Owner => ir::Expr::Unowned,
        ir::Type::Lanes(_) => unreachable!("bug in pykernel: there are lanes before `vector`"),
    }
}

/// Whether an expression reads a local.
fn reads(expr: &ir::Expr, local: LocalId) -> bool {
    let mut found = false;
    expr.locals(&mut |read| found |= read == local);
    found
}
