//! What callers need to know of a file's kernels: names, types, modes, symbols.
//!
//! The macro turns it into Rust functions, the back end into entries, the build helper writes it
//! into the manifest, the command prints it. It says nothing of how a kernel computes.

mod boundary;
mod cost;
pub mod rust;

use std::collections::BTreeSet;

pub use boundary::{Field, Leaf, Number, ParamType, fields};

use crate::hir::{self, Device, External, LaunchBounds};
use crate::ir::{self, Mode, StmtKind};
use crate::source::{Source, Span};
use crate::symbol::{Package, Symbols};
use crate::typed::{Instance, InstanceId, Program};
use crate::types::{DType, Kind, Type};
use crate::ufunc::Ufunc;

/// The kernels that a file exports, in the order of their definitions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interface {
    /// The kernels.
    pub kernels: Vec<Kernel>,
}

/// One exported kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kernel {
    /// Its Python name.
    pub name: String,
    /// Where the name stands.
    pub span: Span,
    /// Its docstring.
    pub doc: Option<String>,
    /// One for each declared signature, in order; never empty.
    pub overloads: Vec<Overload>,
    /// The functions of the program's Rust that it may call, in the order of the table that its
    /// caller must give.
    pub callables: Vec<Callable>,
    /// The C functions that it may call and that its file does not vouch for: calling it is unsafe
    /// if there are any.
    pub untrusted: Vec<String>,
    /// What makes it a ufunc or a gufunc; its overloads are then inner loops.
    pub ufunc: Option<Ufunc>,
    /// What its launches promise, if it runs on GPUs alone.
    pub launched: Option<LaunchBounds>,
}

/// A function of the program's Rust that a kernel calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callable {
    /// Its path, as it reads where the kernels' macro stands.
    pub path: String,
    /// Where it is declared.
    pub span: Span,
    /// Its function in the module that the same analysis gave.
    pub function: ir::FunctionId,
    /// The types of its parameters: numbers.
    pub params: Vec<ParamType>,
    /// What it returns: a number type or `None`.
    pub result: Type,
}

impl Kernel {
    /// Whether its caller must vouch for something, so that it is an `unsafe fn`.
    pub fn is_unsafe(&self) -> bool {
        self.is_unchecked() || !self.untrusted.is_empty()
    }

    /// Whether its caller must vouch for its indices, or that iterations do not meet.
    pub fn is_unchecked(&self) -> bool {
        self.overloads.iter().any(|overload| overload.unchecked)
    }
}

/// One specialisation of a kernel, with an entry of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overload {
    /// The symbol of its entry (see `symbol`), or of its inner loop.
    pub symbol: String,
    /// Its function in the module that the same analysis gave. Of an inner loop, one that takes a
    /// view for each operand, whose first dimension is that of the loop.
    pub function: ir::FunctionId,
    /// Of an inner loop: the types of the inputs and then of the outputs.
    pub types: Vec<DType>,
    /// Of an inner loop: about how many operations an iteration takes, if all core dimensions are 1.
    pub cost: u32,
    /// Of an inner loop: whether it can raise. Only the passes tell for sure: until they have run it may
    /// be said of one that cannot.
    pub raises: bool,
    /// The parameters, in order.
    pub params: Vec<Param>,
    /// What it returns: a tree of numbers and arrays (see [`fields`]).
    pub result: Type,
    /// Whether it reaches a function that can call itself, so that the caller must set a stack
    /// limit.
    pub recursive: bool,
    /// Whether it reaches a function that trusts its indices, or that iterations do not meet, so that the
    /// caller must vouch for it.
    pub unchecked: bool,
    /// Whether it asks something of the program that runs it, so that the caller must set a host.
    pub host: bool,
}

/// A parameter of a kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    /// Its Python name.
    pub name: String,
    /// Its type.
    pub ty: ParamType,
}

/// Builds the interface of a file that is free of errors, from the lowered module with its
/// effects. Exported is every function with a signature whose name has no leading underscore.
pub fn interface(
    source: &Source,
    package: &Package,
    hir: &hir::Module,
    program: &Program,
    module: &ir::Module,
) -> Interface {
    let symbols = Symbols::new(package, source, hir);
    let exported = |id: hir::FunctionId| {
        let function = &hir.functions[id.0 as usize];
        let is_called = function.device == Some(Device::Function);
        function.external.is_none() && !is_called && !function.name.starts_with('_')
    };
    let kernels = program.kernels.iter().filter(|(id, _)| exported(*id));
    Interface {
        kernels: kernels.map(|(id, instances)| kernel(*id, instances, &symbols, program, module)).collect(),
    }
}

fn kernel(
    id: hir::FunctionId,
    instances: &[InstanceId],
    symbols: &Symbols<'_>,
    program: &Program,
    module: &ir::Module,
) -> Kernel {
    let function = &symbols.hir().functions[id.0 as usize];
    let types = |id: &InstanceId| program[*id].params.iter().map(|(ty, _)| ty.clone()).collect();
    let types: Vec<Vec<Type>> = instances.iter().map(types).collect();
    let overload = |(symbol, id): (String, &InstanceId)| {
        let (called, own) = (program.function_of(*id), ir::FunctionId(id.0));
        let inner = program.loops.iter().find(|inner| inner.instance == *id);
        let operands = inner.map(|inner| inner.operands(program)).unwrap_or_default();
        Overload {
            symbol,
            function: called,
            params: params(function, &program[*id], &module[own]),
            result: program[*id].result.clone(),
            types: operands.iter().map(|operand| operand.dtype).collect(),
            cost: inner.map_or(0, |inner| cost::of(module, own, inner.ufunc.kind)),
            raises: inner.is_some() && module[called].effects.raises,
            recursive: reaches(module, called, |function| function.effects.recursive),
            unchecked: reaches(module, called, |function| function.unchecked && !function.library)
                || reached(module, vec![called]).iter().any(|id| is_vouched(program, *id)),
            host: module[called].effects.host,
        }
    };
    let external = external(module, instances);
    Kernel {
        name: function.name.clone(),
        span: function.name_span,
        doc: function.doc.clone(),
        callables: external.iter().filter_map(|id| callable(program, *id)).collect(),
        untrusted: external.iter().filter_map(|id| untrusted(&module[*id])).collect(),
        ufunc: function.ufunc.clone(),
        launched: match function.device {
            Some(Device::Kernel(bounds)) => Some(bounds),
            Some(Device::Function) | None => None,
        },
        overloads: symbols.entries(id, &types).into_iter().zip(instances).map(overload).collect(),
    }
}

/// The parameters as a caller sees them.
fn params(function: &hir::Function, instance: &Instance, lowered: &ir::Function) -> Vec<Param> {
    let mut next = 0;
    let params = instance.params.iter().zip(&function.variables);
    params
        .map(|((ty, _), variable)| Param {
            name: variable.name.clone(),
            ty: param_type(ty, lowered, &mut next),
        })
        .collect()
}

/// A parameter whose parts begin at parameter `next` of the IR, which is moved past them.
fn param_type(ty: &Type, lowered: &ir::Function, next: &mut usize) -> ParamType {
    match ty {
        Type::Weak(weak) => ParamType::Number(number(Number::Weak(*weak), next)),
        Type::Strong(dtype) => ParamType::Number(number(Number::Strong(*dtype), next)),
        Type::Time(time) => ParamType::Number(number(Number::Time(*time), next)),
        Type::Array(array) => {
            let mode = mode(&lowered.effects, *next);
            *next += view_width(lowered, *next);
            ParamType::Array(*array, mode)
        }
        Type::Tuple(items) => {
            ParamType::Tuple(items.iter().map(|item| param_type(item, lowered, next)).collect())
        }
        Type::Optional(inner) => {
            *next += 1;
            match Number::of(inner) {
                Some(inner) => ParamType::Optional(number(inner, next)),
                None => impossible(ty),
            }
        }
        Type::Generator => {
            *next += view_width(lowered, *next);
            ParamType::Generator
        }
        Type::None | Type::Text | Type::DType(_) => impossible(ty),
    }
}

/// How many parameters of the IR a view is: what other kernels may make has an owner too.
fn view_width(lowered: &ir::Function, param: usize) -> usize {
    let is_owner = |param: &ir::LocalId| lowered.ty(*param) == ir::Type::Owner;
    if lowered.params.get(param + 1).is_some_and(is_owner) { 2 } else { 1 }
}

fn impossible(ty: &Type) -> ! {
    unreachable!("bug in pykernel: a signature declares a parameter of type `{ty}`")
}

/// A number; a complex one is two parameters of the IR.
fn number(number: Number, next: &mut usize) -> Number {
    *next += width(number.dtype());
    number
}

/// How many parameters of the IR a number is.
const fn width(dtype: DType) -> usize {
    match dtype.kind() {
        Kind::Bool | Kind::Int | Kind::Float => 1,
        Kind::Complex => 2,
    }
}

fn mode(effects: &ir::Effects, param: usize) -> Mode {
    if effects.writes.get(param).copied().unwrap_or(false) { Mode::Write } else { Mode::Read }
}

/// Whether a function is, or calls, perhaps through others, one of a kind.
fn reaches(module: &ir::Module, function: ir::FunctionId, is: impl Fn(&ir::Function) -> bool) -> bool {
    reached(module, vec![function]).into_iter().any(|id| is(&module[id]))
}

/// Whether a function's file vouches that iterations do not meet.
fn is_vouched(program: &Program, function: ir::FunctionId) -> bool {
    program.instances.get(function.0 as usize).is_some_and(|instance| instance.disjoint)
}

/// The functions that some functions reach, themselves included.
fn reached(module: &ir::Module, mut pending: Vec<ir::FunctionId>) -> BTreeSet<ir::FunctionId> {
    let mut reached = BTreeSet::new();
    while let Some(id) = pending.pop() {
        if reached.insert(id) {
            calls(&module[id].body, &mut pending);
        }
    }
    reached
}

/// The functions outside of the file that a kernel reaches.
fn external(module: &ir::Module, instances: &[InstanceId]) -> Vec<ir::FunctionId> {
    let entries = instances.iter().map(|id| ir::FunctionId(id.0)).collect();
    reached(module, entries).into_iter().filter(|id| module[*id].external.is_some()).collect()
}

fn callable(program: &Program, function: ir::FunctionId) -> Option<Callable> {
    let instance = &program[InstanceId(function.0)];
    let Some(External::Rust(path)) = &instance.external else { return None };
    let params = instance.params.iter().map(|(ty, _)| match ty {
        Type::Weak(weak) => ParamType::Number(Number::Weak(*weak)),
        Type::Strong(dtype) => ParamType::Number(Number::Strong(*dtype)),
        other => unreachable!("bug in pykernel: a function of Rust takes `{other}`"),
    });
    let (path, params) = (path.to_string(), params.collect());
    Some(Callable { path, span: instance.span, function, params, result: instance.result.clone() })
}

fn untrusted(function: &ir::Function) -> Option<String> {
    match &function.external.as_ref()?.at {
        External::C { symbol, trusted: false, .. } => Some(symbol.to_string()),
        External::C { .. } | External::Rust(_) | External::Routine(_) => None,
    }
}

/// The functions that statements call.
fn calls(body: &[ir::Stmt], found: &mut Vec<ir::FunctionId>) {
    for stmt in body {
        match &stmt.kind {
            StmtKind::Call { function, .. }
            | StmtKind::CallLanes { function, .. }
            | StmtKind::Parallel { function, .. } => found.push(*function),
            StmtKind::If { then, otherwise, .. } => {
                calls(then, found);
                calls(otherwise, found);
            }
            StmtKind::Block { body, .. } | StmtKind::Loop { body, .. } | StmtKind::For { body, .. } => {
                calls(body, found);
            }
            StmtKind::Assign { .. } | StmtKind::Load { .. } | StmtKind::Store { .. } => {}
            StmtKind::LoadLanes { .. } | StmtKind::StoreLanes { .. } => {}
            StmtKind::Check { .. } | StmtKind::Raise(_) | StmtKind::Record(_) | StmtKind::Exit(_) => {}
            StmtKind::Allocate { .. } | StmtKind::Reserve { .. } => {}
            StmtKind::Together { .. } | StmtKind::Atomic { .. } => {}
            StmtKind::Print(_) | StmtKind::Retain(_) | StmtKind::Release(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::analyse;

    fn kernels(text: &str) -> Vec<Kernel> {
        let package = Package { name: "p".into(), version: "1.0.0".into() };
        let text = format!("from numba import njit, float32, float64, int8, complex64, complex128\n{text}");
        let analysis = analyse(&Source::file("kernels/a.py", &text), &package);
        assert_eq!(analysis.diagnostics, []);
        analysis.interface.kernels
    }

    fn signatures(text: &str) -> Vec<String> {
        kernels(text).iter().flat_map(rust::signatures).collect()
    }

    #[test]
    fn exported_is_what_has_a_signature_and_no_underscore() {
        let text = "
@njit
def helper(x):
    return x
@njit
def _private(x: float) -> float:
    return x
@njit
def public(x: float) -> float:
    '''Doc.'''
    return helper(x)
";
        let kernels = kernels(text);
        let shown: Vec<_> =
            kernels.iter().map(|kernel| (kernel.name.as_str(), kernel.doc.as_deref())).collect();
        assert_eq!(shown, [("public", Some("Doc."))]);
    }

    #[test]
    fn written_arrays_are_found_behind_complex_parameters() {
        let text = "
@njit
def scale(z: complex, a: float64[:, :], w: complex64, b: complex128[::1]):
    a[0, 0] = z.real
    b[0] = b[0] * w
";
        assert_eq!(
            signatures(text),
            ["pub fn scale(z: Complex<f64>, a: impl Into<ArrayViewMut2<'_, f64>>, w: Complex<f32>, \
             b: impl Into<ArrayViewMut1<'_, Complex<f64>>>) -> Result<(), Error>"]
        );
    }

    /// For each kernel, the names of the parameters that it takes as `&mut`.
    fn written(text: &str) -> Vec<String> {
        let is_written = |param: &&Param| matches!(param.ty, ParamType::Array(_, Mode::Write));
        let names = |kernel: &Kernel| {
            let params = kernel.overloads[0].params.iter().filter(is_written);
            params.map(|param| param.name.as_str()).collect::<Vec<_>>().join(" ")
        };
        kernels(text).iter().map(names).collect()
    }

    #[test]
    fn stores_reach_parameters_through_names_branches_and_calls() {
        let text = "
def put(x, y, n):
    if n > 0:
        put(y, x, n - 1)
    else:
        x[0] = y[0]
def swapped(x, y, n):
    put(y, x, n)
def look(x, n):
    if n > 0:
        return look(x, n - 1)
    return x[0]
@njit
def other_name(a: float64[:], b: float64[:]):
    c = a
    d = c
    d[0] += b[0]
@njit
def one_of_two(a: float64[:], b: float64[:], c: float64[:], n: int):
    d = a
    if n > 0:
        d = b
    d[0] = c[0]
@njit
def in_a_loop(a: float64[:], b: float64[:], c: float64[:], n: int):
    d = c
    e = c
    for i in range(n):
        e[0] = 1.0
        e = d
        d = b
    a[0]
@njit
def in_recursion(a: float64[:], b: float64[:], n: int):
    put(a, b, n)
@njit
def behind_helpers(a: float64[:], b: float64[:], n: int):
    swapped(a, a, n)
    look(b, n)
@njit
def behind_kernels(a: float64[:], b: float64[:], n: int):
    c = b
    other_name(c, a)
@njit
def perhaps_none(a: float64[:], b: float64[:], n: int):
    if n > 0:
        c = b
    c[0] = a[0]
@njit
def to_itself(a: float64[:], b: float64[:], c: float64[:], n: int) -> None:
    if n > 0:
        to_itself(b, c, a, n - 1)
    else:
        a[0] = 1.0
@njit
def name_taken_back(a: float64[:], b: float64[:]):
    c = a
    c = b
    c[0] = a[0]
";
        let expected = ["a", "a b", "b c", "a b", "a", "b", "b", "a b c"];
        let mut written = written(text);
        // A name that was taken back may count: the whole of a name's life is one.
        let taken_back = written.pop().expect("the last kernel");
        assert_eq!(written, expected);
        assert!(taken_back.contains('b'), "{taken_back}");
    }

    #[test]
    fn each_signature_is_an_overload_with_a_symbol() {
        let text = "
@njit([float32(float32[:], int8), float64(float64[:], int8)])
def first(a, match):
    return a[match]
";
        assert_eq!(
            signatures(text),
            [
                "pub fn first(a: impl Into<ArrayView1<'_, f32>>, r#match: i8) -> Result<f32, Error>",
                "pub fn first(a: impl Into<ArrayView1<'_, f64>>, r#match: i8) -> Result<f64, Error>",
            ]
        );
        let kernel = kernels(text).remove(0);
        assert_ne!(kernel.overloads[0].symbol, kernel.overloads[1].symbol);
    }

    #[test]
    fn loops_of_ufuncs_are_overloads() {
        let text = "
from numba import guvectorize, vectorize
@vectorize([float32(float32, int8), float64(float64, int8)])
def power(x, n):
    if n < 0:
        raise ValueError('negative')
    return x ** n
@guvectorize([(complex64[:], int8, float32[:])], '(n),()->()', writable_args=(0,))
def put(x, n, out):
    x[n] = 0
    out[0] = n
";
        let kernels = kernels(text);
        let shown: Vec<String> = kernels.iter().flat_map(rust::signatures).collect();
        assert_eq!(
            shown,
            [
                "pub static power: Ufunc // (f32, i8) -> f32",
                "pub static power: Ufunc // (f64, i8) -> f64",
                "pub static put: Ufunc // (Complex<f32>, i8) -> f32 over (n),()->()",
            ]
        );
        let [power, put] = kernels.as_slice() else { panic!("{kernels:?}") };
        assert!(power.overloads.iter().all(|overload| overload.raises && overload.cost > 1));
        assert_ne!(power.overloads[0].symbol, power.overloads[1].symbol);
        assert_eq!(put.ufunc.as_ref().map(|ufunc| ufunc.writable.clone()), Some(vec![0]));
        assert_eq!(put.overloads[0].params.len(), 3);
    }

    #[test]
    fn stubs_declare_the_types_of_ufuncs() {
        let text = "from numba import guvectorize, vectorize\n\
                    @vectorize(identity=0)\ndef add(x, y):\n    return x + y\n\
                    @guvectorize('(n)->()')\ndef first(x, out):\n    out[0] = x[0]\n";
        let stub = "from numba import float64, int64, vectorize\n\
                    @vectorize([int64(int64, int64), float64(float64, float64)])\n\
                    def add(x, y): ...\n\
                    def first(x: float64[:], out: float64[:]) -> None: ...\n";
        let source = Source::file("k.py", text).with_stub(Some(Source::file("k.pyi", stub)));
        let package = Package { name: "p".into(), version: "1.0.0".into() };
        let analysis = analyse(&source, &package);
        assert_eq!(analysis.diagnostics, []);
        let shown: Vec<String> = analysis.interface.kernels.iter().flat_map(rust::signatures).collect();
        assert_eq!(
            shown,
            [
                "pub static add: Ufunc // (i64, i64) -> i64",
                "pub static add: Ufunc // (f64, f64) -> f64",
                "pub static first: Ufunc // (f64) -> f64 over (n)->()",
            ]
        );
    }

    #[test]
    fn who_reaches_recursion_needs_a_stack_limit() {
        let text = "
@njit
def count(n):
    if n <= 0:
        return 0
    return count(n - 1)
@njit
def deep(n: int) -> int:
    return count(n)
@njit
def flat(n: int) -> int:
    return n
";
        let recursive: Vec<bool> = kernels(text).iter().map(|kernel| kernel.overloads[0].recursive).collect();
        assert_eq!(recursive, [true, false]);
    }
}
