//! Parallel loops: with the host's threads, and without.

use pykernel_abi::{Array, Host};
use pykernel_cli::host::HOST;
use pykernel_codegen::ir::{
    BinaryOp, CompareOp, Expr, Function, FunctionId, Module, Part, Purpose, Scalar, StmtKind, Type,
};
use pykernel_codegen::passes::{self, Options};
use pykernel_codegen::types::{DType, Layout};

use crate::kernel::{array, boxed, call_in, compile, function, int, local, param, place, raise, stmt};

const I64: Type = Type::Scalar(Scalar::I64);

/// `for i in first..end: y[i] = i * by`, which raises where `i` is `bad`.
fn body(raises: bool) -> Function {
    let mut f = function("f.prange");
    let (first, end) = (param(&mut f, I64), param(&mut f, I64));
    let view = param(&mut f, array(DType::Int64, 1, Layout::Any));
    let (by, bad) = (param(&mut f, I64), param(&mut f, I64));
    let (var, label) = (f.add_local("i", I64), f.add_label());
    let value = Expr::Binary { op: BinaryOp::Mul, left: boxed(local(var)), right: boxed(local(by)) };
    let cond = Expr::Compare { op: CompareOp::Ne, left: boxed(local(var)), right: boxed(local(bad)) };
    let raise = raise("ValueError", "at {i}", vec![local(var)]);
    let check = stmt(StmtKind::Check { cond, raise, purpose: Purpose::Semantics });
    let store = stmt(StmtKind::Store { view, index: vec![local(var)], part: Part::First, value });
    let body = if raises { vec![check, store] } else { vec![store] };
    f.body = vec![stmt(StmtKind::For {
        label,
        var,
        lo: local(first),
        hi: local(end),
        step: 1,
        independent: false,
        body,
    })];
    f
}

/// A kernel that runs it over `n` places.
fn caller(n: i64) -> Function {
    let mut f = function("f");
    let view = param(&mut f, array(DType::Int64, 1, Layout::Any));
    let (by, bad) = (param(&mut f, I64), param(&mut f, I64));
    let args = vec![local(view), local(by), local(bad)];
    let (function, place) = (FunctionId(1), place());
    let parallel = StmtKind::Parallel { function, count: int(n), cost: int(1), args, status: None, place };
    f.body = vec![stmt(parallel)];
    f
}

/// Runs it; gives what was raised, and the elements.
fn run(raises: bool, n: i64, bad: i64, host: &Host) -> (Result<(), String>, Vec<i64>) {
    let mut module = Module { functions: vec![caller(n), body(raises)] };
    passes::effects::analyse(&mut module);
    let module = passes::run(module, &[FunctionId(0)], Options { overflow_checks: false, lanes: None });
    let jit = compile(module.functions);
    let mut elements = vec![-1i64; 12];
    let descriptor = Array::<1> { data: elements.as_mut_ptr().cast(), shape: [12], strides: [8] };
    let slots = [(&raw const descriptor).addr() as u64, 7, bad as u64];
    (call_in(&jit, &slots, host).map(drop), elements)
}

#[test]
fn parts_are_all_of_it_with_threads_and_without() {
    for host in [HOST, Host { parallel_for: None, ..HOST }] {
        for n in [-1, 0, 1, 5, 12] {
            for raises in [false, true] {
                let expected: Vec<i64> = (0..12).map(|i| if i < n { 7 * i } else { -1 }).collect();
                assert_eq!(run(raises, n, 99, &host), (Ok(()), expected));
            }
        }
    }
}

#[test]
fn the_lowest_place_raises() {
    for host in [HOST, Host { parallel_for: None, ..HOST }] {
        let (raised, elements) = run(true, 12, 6, &host);
        let raised = raised.expect_err("it raises at 6");
        assert!(raised.starts_with("ValueError: at {i} [6,"), "{raised}");
        assert_eq!(elements[..6], [0, 7, 14, 21, 28, 35]);
    }
}
