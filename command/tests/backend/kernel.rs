//! Kernels made of IR by hand, without the front end.

use std::sync::Arc;

use pykernel_abi::{Host, Raised, Site, Status};
use pykernel_cli::host;
use pykernel_cli::jit::Jit;
use pykernel_codegen::backend::Level;
use pykernel_codegen::interface::{Kernel, Number, Overload, Param, ParamType};
use pykernel_codegen::ir::{
    Const, Effects, Expr, Function, FunctionId, Label, LocalId, Mode, Module, Place, Raise, Scalar, Stmt,
    StmtKind, Type, ViewType,
};
use pykernel_codegen::source::Span;
use pykernel_codegen::types::{ArrayType, DType};

/// A function without parameters, locals, body.
pub fn function(name: &str) -> Function {
    Function {
        name: name.to_owned(),
        span: Span::default(),
        params: Vec::new(),
        results: Vec::new(),
        status: None,
        locals: Vec::new(),
        n_labels: 1,
        body: Vec::new(),
        external: None,
        effects: Effects::default(),
        library: false,
        unchecked: false,
        fastmath: Default::default(),
        inline: Default::default(),
    }
}

pub fn param(function: &mut Function, ty: Type) -> LocalId {
    let local = function.add_local("p", ty);
    function.params.push(local);
    local
}

pub fn result(function: &mut Function, scalar: Scalar) -> LocalId {
    let local = function.add_local("r", Type::Scalar(scalar));
    function.results.push(local);
    local
}

pub fn scalar(function: &mut Function, scalar: Scalar) -> LocalId {
    function.add_local("x", Type::Scalar(scalar))
}

pub fn stmt(kind: StmtKind) -> Stmt {
    Stmt { kind, span: Span::new(0, 0) }
}

pub fn assign(local: LocalId, value: Expr) -> Stmt {
    stmt(StmtKind::Assign { local, value })
}

pub fn exit(label: Label) -> Stmt {
    stmt(StmtKind::Exit(label))
}

pub fn local(local: LocalId) -> Expr {
    Expr::Local(local)
}

pub fn int(value: i64) -> Expr {
    Expr::Const(Const::Int(Scalar::I64, value.into()))
}

pub fn boxed(expr: Expr) -> Box<Expr> {
    Box::new(expr)
}

pub fn place() -> Place {
    Place { file: "k.py".into(), line: 3, function: "f".into() }
}

pub fn raise(class: &str, message: &str, operands: Vec<Expr>) -> Raise {
    Raise { class: Arc::from(class), message: Arc::from(message), operands, place: place() }
}

/// The dtype whose elements are this machine number.
pub fn dtype(scalar: Scalar) -> DType {
    DType::ALL.into_iter().find(|dtype| Scalar::of(*dtype) == scalar).expect("every scalar is a dtype's")
}

/// The type of an array parameter.
pub fn array(element: DType, rank: usize, layout: pykernel_codegen::types::Layout) -> Type {
    Type::View(ViewType { element, rank, layout })
}

/// The kernel with one overload, the given function, whose parameters and result are not complex.
pub fn kernel(module: &Module, id: FunctionId) -> Kernel {
    let function = &module[id];
    let params = function.params.iter().map(|param| Param {
        name: "p".to_owned(),
        ty: match function.ty(*param) {
            Type::Scalar(scalar) => ParamType::Number(Number::Strong(dtype(scalar))),
            Type::View(ViewType { element, rank, layout }) => {
                ParamType::Array(ArrayType::of(element, rank, layout), Mode::Write)
            }
            Type::Lanes(_) | Type::Owner => panic!("kernels take no lanes and no owners"),
        },
    });
    let result = match function.results.as_slice() {
        [] => pykernel_codegen::types::Type::None,
        [one, ..] => match function.ty(*one) {
            Type::Scalar(scalar) => pykernel_codegen::types::Type::Strong(dtype(scalar)),
            Type::Lanes(_) | Type::View(_) | Type::Owner => panic!("kernels return numbers"),
        },
    };
    let overload = Overload {
        symbol: format!("pyk_{}", function.name),
        function: id,
        types: Vec::new(),
        cost: 0,
        raises: false,
        params: params.collect(),
        result,
        recursive: false,
        unchecked: false,
        host: function.effects.host,
    };
    Kernel {
        name: function.name.clone(),
        span: Span::new(0, 0),
        doc: None,
        overloads: vec![overload],
        callables: vec![],
        untrusted: vec![],
        ufunc: None,
        launched: None,
    }
}

/// A module of functions, of which the first is the kernel, compiled.
pub fn compile(functions: Vec<Function>) -> Jit {
    compile_at(Level::V1, functions)
}

/// The same at a CPU level.
pub fn compile_at(level: Level, functions: Vec<Function>) -> Jit {
    let module = Module { functions };
    let kernel = kernel(&module, FunctionId(0));
    Jit::new(&module, &kernel, level).unwrap_or_else(|error| panic!("{error}"))
}

/// Calls a kernel; the result, or the exception.
pub fn call(jit: &Jit, slots: &[u64]) -> Result<[u64; 2], String> {
    call_in(jit, slots, &host::HOST)
}

/// Calls a kernel in a host.
pub fn call_in(jit: &Jit, slots: &[u64], host: &Host) -> Result<[u64; 2], String> {
    let mut results = [0; 2];
    let mut raised = Raised::new(0, host, 0);
    // SAFETY: the tests pass what their hand-written functions take.
    match unsafe { jit.call(0, slots, &mut results, &mut raised) } {
        Status::Returned => Ok(results),
        // SAFETY: the kernel that raised is alive.
        Status::Raised => Err(unsafe { describe(&raised) }),
    }
}

/// Writes what was raised: `ValueError: template [operands] at file:line in function`.
///
/// # Safety
/// The record's site must be alive.
unsafe fn describe(raised: &Raised) -> String {
    // SAFETY: sites are aligned, begin with this head and are followed by their texts.
    let (head, texts) = unsafe {
        let head = *raised.site.cast::<Site>();
        let length = head.class_len + head.message_len + head.file_len + head.function_len;
        (head, std::slice::from_raw_parts(raised.site.add(Site::SIZE), length as usize))
    };
    let mut texts = std::str::from_utf8(texts).expect("sites are UTF-8");
    let mut next = |length: u32| {
        let (text, rest) = texts.split_at(length as usize);
        texts = rest;
        text
    };
    let (class, message) = (next(head.class_len), next(head.message_len));
    let (file, function) = (next(head.file_len), next(head.function_len));
    format!("{class}: {message} {:?} at {file}:{} in {function}", raised.operands, head.line)
}
