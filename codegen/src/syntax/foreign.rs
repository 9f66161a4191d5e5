//! Functions of C, as `ctypes` and `cffi` declare them at the module level.
//!
//! ```text
//! lib = ctypes.CDLL(None)  # pykernel: trusted      ffi = cffi.FFI()
//! spread = lib.spread                               ffi.cdef("double spread(double, double);")
//! spread.argtypes = [c_double, c_double]            lib = ffi.dlopen(None)  # pykernel: trusted
//! spread.restype = c_double                         spread = lib.spread
//! ```
//!
//! Which library is opened means nothing here: the program is linked with it.

use std::collections::BTreeMap;

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::{self as ast, Expr, ExprCall, Stmt};
use ruff_text_size::Ranged;

use super::Reader;
use super::cdef;
use super::import::{Entity, Foreign};
use super::names::Binding;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{self, External, FunctionId, Options, Signature, Variable};
use crate::source::Span;
use crate::types::{DType, Type};

/// The comment that vouches for a library's declarations, on the line that opens it.
const TRUSTED: &str = "# pykernel: trusted";

/// What a C function takes and returns; `None` of `void`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Prototype {
    pub(super) params: Vec<DType>,
    pub(super) result: Option<DType>,
}

/// What the module level declares of C.
#[derive(Debug, Default)]
pub(super) struct Declarations {
    /// How many functions the file defines itself; those of C come after them.
    n_defined: usize,
    libraries: Vec<Library>,
    /// What each `FFI` declares.
    ffis: Vec<BTreeMap<String, Prototype>>,
    functions: Vec<Function>,
}

/// A library of C functions.
#[derive(Debug)]
struct Library {
    /// The `FFI` that opened it; `None` of `ctypes`.
    ffi: Option<usize>,
    trusted: bool,
    /// Its functions that the file names.
    functions: BTreeMap<String, FunctionId>,
}

/// A function of C.
#[derive(Debug)]
struct Function {
    symbol: String,
    /// Where it is first named.
    span: Span,
    params: Option<Vec<DType>>,
    result: Option<Option<DType>>,
    trusted: bool,
}

/// Something of C that a name of the module level stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Handle {
    /// A library, by its number.
    Library(usize),
    /// An `FFI`, by its number.
    Ffi(usize),
}

impl Declarations {
    pub(super) fn new(n_defined: usize) -> Self {
        Declarations { n_defined, ..Declarations::default() }
    }

    fn function(&mut self, id: FunctionId) -> Option<&mut Function> {
        self.functions.get_mut((id.0 as usize).checked_sub(self.n_defined)?)
    }

    fn declare(&mut self, id: FunctionId, fact: impl FnOnce(&mut Function)) {
        if let Some(function) = self.function(id) {
            fact(function);
        }
    }
}

impl Reader<'_> {
    /// Reads a statement that declares something of C; says whether it is one.
    pub(super) fn foreign(&mut self, stmt: &Stmt) -> bool {
        match stmt {
            Stmt::Assign(ast::StmtAssign { targets, value, .. }) => match targets.as_slice() {
                [Expr::Name(name)] => {
                    let name = ast::Identifier::new(name.id.clone(), name.range);
                    self.binds_foreign(&name, value, stmt)
                }
                [Expr::Attribute(target)] => self.declares_types(target, value),
                _ => false,
            },
            Stmt::Expr(call) => match &*call.value {
                Expr::Call(call) => self.declares_in_c(call),
                _ => false,
            },
            _ => false,
        }
    }

    /// `lib = ctypes.CDLL(…)`, `ffi = FFI()`, `lib = ffi.dlopen(…)`, `f = lib.f`.
    fn binds_foreign(&mut self, name: &ast::Identifier, value: &Expr, stmt: &Stmt) -> bool {
        let binding = match value {
            Expr::Call(call) => self.opened(call, stmt).map(Binding::Foreign),
            Expr::Attribute(attribute) => match self.handle(&attribute.value) {
                Some(Handle::Library(library)) => {
                    let found = self.member_of(library, &attribute.attr);
                    Some(found.map_or(Binding::Refused, Binding::Function))
                }
                Some(Handle::Ffi(_)) | None => None,
            },
            _ => None,
        };
        let Some(binding) = binding else { return false };
        self.bind_name(name, binding);
        true
    }

    /// What a call makes that opens a library or declares in C.
    fn opened(&mut self, call: &ExprCall, stmt: &Stmt) -> Option<Handle> {
        let ffi = match &*call.func {
            Expr::Attribute(method) if method.attr.as_str() == "dlopen" => {
                match self.handle(&method.value)? {
                    Handle::Ffi(ffi) => Some(ffi),
                    Handle::Library(_) => return None,
                }
            }
            callee => match self.entity(callee, &|_| false)? {
                Entity::Foreign(Foreign::Library) => None,
                Entity::Foreign(Foreign::Ffi) => {
                    self.foreign.ffis.push(BTreeMap::new());
                    return Some(Handle::Ffi(self.foreign.ffis.len() - 1));
                }
                _ => return None,
            },
        };
        let trusted = self.is_trusted(stmt);
        self.foreign.libraries.push(Library { ffi, trusted, functions: BTreeMap::new() });
        Some(Handle::Library(self.foreign.libraries.len() - 1))
    }

    /// Whether the comment that vouches stands behind a statement.
    fn is_trusted(&self, stmt: &Stmt) -> bool {
        let next = self.tokens.after(stmt.end()).first();
        let comment = next.filter(|token| token.kind() == TokenKind::Comment);
        comment.is_some_and(|comment| self.slice(comment.range()).trim_end() == TRUSTED)
    }

    /// What a name stands for, if it is something of C.
    fn handle(&self, expr: &Expr) -> Option<Handle> {
        let Expr::Name(name) = expr else { return None };
        match self.names.get(&name.id) {
            Some(Binding::Foreign(handle)) => Some(*handle),
            _ => None,
        }
    }

    /// `lib.name` in a kernel, where `lib` is a library.
    pub(super) fn foreign_member(
        &mut self,
        value: &Expr,
        name: &ast::Identifier,
    ) -> Option<Option<FunctionId>> {
        match self.handle(value)? {
            Handle::Library(library) => Some(self.member_of(library, name)),
            Handle::Ffi(_) => None,
        }
    }

    /// A function of a library; `None` if its `FFI` does not declare it, which is reported.
    fn member_of(&mut self, library: usize, name: &ast::Identifier) -> Option<FunctionId> {
        let (symbol, span) = (name.to_string(), self.span(name));
        let Library { ffi, trusted, functions } = &self.foreign.libraries[library];
        if let Some(known) = functions.get(&symbol) {
            return Some(*known);
        }
        let prototype = match ffi {
            Some(ffi) => match self.foreign.ffis[*ffi].get(&symbol) {
                Some(prototype) => Some(prototype.clone()),
                None => {
                    let message = format!("`{symbol}` is in no `cdef` of this library");
                    let help = format!("declare it before: `ffi.cdef(\"double {symbol}(double);\")`");
                    self.report(Diagnostic::new(Code::ForeignDeclaration, span, message).help(help));
                    return None;
                }
            },
            None => None,
        };
        let id = FunctionId((self.foreign.n_defined + self.foreign.functions.len()) as u32);
        let (params, result) = prototype.map(|it| (it.params, it.result)).unzip();
        let function = Function { symbol: symbol.clone(), span, params, result, trusted: *trusted };
        self.foreign.functions.push(function);
        self.foreign.libraries[library].functions.insert(symbol, id);
        Some(id)
    }

    /// `f.argtypes = […]`, `lib.f.restype = …`.
    fn declares_types(&mut self, target: &ast::ExprAttribute, value: &Expr) -> bool {
        let id = match &*target.value {
            Expr::Name(name) => match self.names.get(&name.id) {
                Some(Binding::Function(id)) => Some(*id),
                _ => return false,
            },
            Expr::Attribute(member) => match self.foreign_member(&member.value, &member.attr) {
                Some(found) => found,
                None => return false,
            },
            _ => return false,
        };
        let Some(id) = id else { return true };
        if self.foreign.function(id).is_none() {
            return false;
        }
        match target.attr.as_str() {
            "argtypes" => {
                let items = match value {
                    Expr::List(list) => &*list.elts,
                    Expr::Tuple(tuple) => &*tuple.elts,
                    one => std::slice::from_ref(one),
                };
                let params: Vec<DType> = items.iter().map(|item| self.c_type(item)).collect();
                self.foreign.declare(id, |function| function.params = Some(params));
            }
            "restype" => {
                let result = (!value.is_none_literal_expr()).then(|| self.c_type(value));
                self.foreign.declare(id, |function| function.result = Some(result));
            }
            _ => return false,
        }
        true
    }

    /// A type of `ctypes`; a stand-in for one that is wrong, which is reported.
    fn c_type(&mut self, expr: &Expr) -> DType {
        if let Some(Entity::Foreign(Foreign::Number(dtype))) = self.entity(expr, &|_| false) {
            return dtype;
        }
        let span = self.span(expr);
        self.report(
            Diagnostic::new(Code::ForeignDeclaration, span, "this is not a C type that kernels can pass")
                .help("write one with a size, such as `c_double`, `c_int` or `c_int64`, after `from ctypes import …`"),
        );
        DType::Float64
    }

    /// `ffi.cdef("…")`.
    fn declares_in_c(&mut self, call: &ExprCall) -> bool {
        let Expr::Attribute(method) = &*call.func else { return false };
        let Some(Handle::Ffi(ffi)) = self.handle(&method.value) else { return false };
        if method.attr.as_str() != "cdef" {
            return false;
        }
        let span = self.span(call);
        let declared = match (&*call.arguments.args, &*call.arguments.keywords) {
            ([Expr::StringLiteral(text)], []) => cdef::parse(text.value.to_str()),
            _ => Err("`cdef` takes one string".to_owned()),
        };
        match declared {
            Ok(declared) => self.foreign.ffis[ffi].extend(declared),
            Err(message) => self.report(
                Diagnostic::new(Code::ForeignDeclaration, span, message)
                    .help("declare functions of numbers: `double spread(double x, int64_t n);`"),
            ),
        }
        true
    }

    /// The functions of C that the file names, in the order of their ids.
    pub(super) fn foreign_functions(&mut self) -> Vec<hir::Function> {
        let functions = std::mem::take(&mut self.foreign.functions);
        for (index, function) in functions.iter().enumerate() {
            self.check_agrees(function, &functions[..index]);
        }
        functions.into_iter().map(|function| self.foreign_function(function)).collect()
    }

    /// One symbol is one function, whoever declares it.
    fn check_agrees(&mut self, function: &Function, earlier: &[Function]) {
        let other = earlier.iter().find(|other| other.symbol == function.symbol);
        let other = other.and_then(|other| other.params.clone().zip(other.result));
        let prototype = function.params.clone().zip(function.result);
        if let (Some(prototype), Some(expected)) = (prototype, other)
            && prototype != expected
        {
            let message = format!("`{}` is known with other types", function.symbol);
            self.report(
                Diagnostic::new(Code::ForeignDeclaration, function.span, message)
                    .help("a C function has one signature"),
            );
        }
    }

    fn foreign_function(&mut self, function: Function) -> hir::Function {
        let Function { symbol, span, params, result, trusted } = function;
        let signature = params.clone().zip(result).and_then(|(params, c_result)| {
            let params = params.into_iter().map(Type::Strong).collect();
            Some(Signature { params, result: Some(python_type(c_result)?), span })
        });
        if signature.is_none() {
            let (message, help) = match result {
                Some(Some(dtype)) if params.is_some() => (
                    format!("`{symbol}` returns `{dtype}`, which Python's `int` of 64 bits does not hold"),
                    "declare a signed result",
                ),
                _ => (
                    format!("`{symbol}` does not declare what it takes and returns"),
                    "assign both: `f.argtypes = [c_double]` and `f.restype = c_double`, or `None` for `void`",
                ),
            };
            self.report(Diagnostic::new(Code::ForeignDeclaration, span, message).help(help));
        }
        let n_params = params.map_or(0, |params| params.len());
        let variable = |index| Variable { name: format!("p{index}"), span, declared: None };
        let result = result.flatten();
        hir::Function {
            name: symbol.clone(),
            name_span: span,
            span,
            stub: Vec::new(),
            doc: None,
            n_params,
            defaults: Vec::new(),
            variables: (0..n_params).map(variable).collect(),
            body: signature.is_some().then(Vec::new),
            refused: signature.is_none(),
            signatures: signature.into_iter().collect(),
            options: Options::default(),
            external: Some(External::C { symbol: symbol.into(), result, trusted }),
            ufunc: None,
            device: None,
            locals: Vec::new(),
        }
    }
}

/// The type of a result as Python has it; `None` if it has none that holds it.
fn python_type(result: Option<DType>) -> Option<Type> {
    match result {
        None => Some(Type::None),
        Some(DType::Bool) => Some(Type::BOOL),
        Some(DType::Float32 | DType::Float64) => Some(Type::FLOAT),
        Some(DType::UInt64) => None,
        Some(_) => Some(Type::INT),
    }
}
