//! Small functions, each wrong in one way, and the sentence that says so.

use super::verify;
use crate::ir::{
    BinaryOp, Const, Conversion, Expr, Function, FunctionId, Label, LocalId, Module, Part, Place, Purpose,
    Raise, Scalar, Stage, Stmt, StmtKind, Type, ViewType,
};
use crate::source::Span;
use crate::types::{DType, Layout};

/// `f(x: f64[:], n: i64, c: bool) -> r: i64` with spare locals `t: i64`, `i: i64` and `z: f64`.
const X: LocalId = LocalId(0);
const N: LocalId = LocalId(1);
const C: LocalId = LocalId(2);
const R: LocalId = LocalId(3);
const T: LocalId = LocalId(4);
const I: LocalId = LocalId(5);
const Z: LocalId = LocalId(6);

fn function(body: Vec<StmtKind>) -> Function {
    let view = ViewType { element: DType::Float64, rank: 1, layout: Layout::C };
    let mut function = Function {
        name: "f".into(),
        span: Span::default(),
        params: vec![X, N, C],
        results: vec![R],
        status: None,
        locals: Vec::new(),
        n_labels: 4,
        external: None,
        body: stmts(body),
        effects: Default::default(),
        library: false,
        unchecked: false,
        fastmath: Default::default(),
        inline: Default::default(),
    };
    function.add_local("x", Type::View(view));
    for (name, scalar) in [
        ("n", Scalar::I64),
        ("c", Scalar::Bool),
        ("r", Scalar::I64),
        ("t", Scalar::I64),
        ("i", Scalar::I64),
        ("z", Scalar::F64),
    ] {
        function.add_local(name, Type::Scalar(scalar));
    }
    function
}

fn stmts(body: Vec<StmtKind>) -> Vec<Stmt> {
    body.into_iter().map(|kind| Stmt { kind, span: Span::default() }).collect()
}

fn local(local: LocalId) -> Expr {
    Expr::Local(local)
}

fn int(value: i64) -> Expr {
    Expr::Const(Const::Int(Scalar::I64, value.into()))
}

fn set(local: LocalId, value: Expr) -> StmtKind {
    StmtKind::Assign { local, value }
}

fn branch(then: Vec<StmtKind>, otherwise: Vec<StmtKind>) -> StmtKind {
    StmtKind::If { cond: local(C), then: stmts(then), otherwise: stmts(otherwise) }
}

fn count(var: LocalId, body: Vec<StmtKind>) -> StmtKind {
    StmtKind::For {
        label: Label(1),
        var,
        lo: int(0),
        hi: local(N),
        step: 1,
        independent: false,
        body: stmts(body),
    }
}

fn repeat(label: u32, body: Vec<StmtKind>) -> StmtKind {
    StmtKind::Loop { label: Label(label), body: stmts(body) }
}

fn exit(label: u32) -> StmtKind {
    StmtKind::Exit(Label(label))
}

fn raise(message: &str, operands: Vec<Expr>) -> Raise {
    let place = Place { file: "k.py".into(), line: 1, function: "f".into() };
    Raise { class: "ValueError".into(), message: message.into(), operands, place }
}

#[track_caller]
fn accepts(body: Vec<StmtKind>) {
    let module = Module { functions: vec![function(body)] };
    assert_eq!(verify(&module, Stage::Raising), Ok(()));
}

#[track_caller]
fn refuses(body: Vec<StmtKind>, sentence: &str) {
    let module = Module { functions: vec![function(body)] };
    let violations = verify(&module, Stage::Raising).expect_err("it is well-formed");
    assert!(violations.iter().any(|violation| violation.contains(sentence)), "{violations:?}");
}

/// `refuses` for a body to which the result's assignment is added.
#[track_caller]
fn refuses_before_end(mut body: Vec<StmtKind>, sentence: &str) {
    body.push(set(R, int(0)));
    refuses(body, sentence);
}

#[test]
fn an_if_assigns_what_both_branches_assign_or_the_one_that_goes_on() {
    accepts(vec![branch(vec![set(R, int(1))], vec![set(R, int(2))])]);
    accepts(vec![branch(vec![StmtKind::Raise(raise("", vec![]))], vec![set(R, int(2))])]);
    accepts(vec![branch(vec![set(R, int(2)), exit(0)], vec![StmtKind::Raise(raise("", vec![]))])]);
    refuses(vec![branch(vec![set(R, int(1))], vec![])], "`r` (local 3) is read where it may not be assigned");
    refuses(vec![branch(vec![exit(0)], vec![]), set(R, int(1))], "`r` (local 3) is read where");
}

#[test]
fn a_loop_assigns_what_every_exit_has_assigned() {
    let first = branch(vec![set(T, int(1)), exit(1)], vec![]);
    let second = branch(vec![set(T, int(2)), exit(1)], vec![]);
    accepts(vec![repeat(1, vec![first.clone(), second.clone()]), set(R, local(T))]);
    let third = branch(vec![exit(1)], vec![]);
    refuses(vec![repeat(1, vec![first, second, third]), set(R, local(T))], "`t` (local 4) is read");
    accepts(vec![repeat(1, vec![])]);
}

#[test]
fn exits_that_share_a_prefix_of_assignments_keep_it() {
    let leave = || branch(vec![set(I, int(1)), exit(1)], vec![]);
    accepts(vec![repeat(1, vec![set(T, int(1)), leave(), leave(), exit(1)]), set(R, local(T))]);
    let body = vec![set(T, int(1)), leave(), leave(), exit(1)];
    refuses_before_end(vec![repeat(1, body), set(R, local(I))], "`i` (local 5) is read");
}

#[test]
fn a_for_may_run_not_once_and_owns_its_counter() {
    accepts(vec![set(R, int(0)), count(I, vec![set(R, local(I))])]);
    refuses(vec![count(I, vec![set(R, local(I))])], "`r` (local 3) is read");
    refuses_before_end(vec![count(I, vec![]), set(T, local(I))], "`i` (local 5) is read");
    refuses_before_end(vec![count(I, vec![set(I, int(0))])], "the counter `i` (local 5) is assigned");
    let twice = StmtKind::For {
        label: Label(2),
        var: I,
        lo: int(0),
        hi: int(1),
        step: 1,
        independent: false,
        body: vec![],
    };
    refuses_before_end(vec![count(I, vec![twice])], "counts in a `For` of its own");
    let still = StmtKind::For {
        label: Label(2),
        var: I,
        lo: int(0),
        hi: int(1),
        step: 0,
        independent: false,
        body: vec![],
    };
    refuses_before_end(vec![still], "the step of a `For` is 0");
}

#[test]
fn labels_are_unique_and_enclosing() {
    refuses_before_end(vec![exit(1)], "an `Exit` names label 1, which it is not in");
    refuses_before_end(vec![repeat(1, vec![exit(1)]), repeat(1, vec![exit(1)])], "label 1 is used twice");
    refuses_before_end(vec![repeat(7, vec![exit(7)])], "label 7 is not below n_labels");
}

#[test]
fn operands_have_the_types_that_the_operation_takes() {
    let binary = |op, left, right| Expr::Binary { op, left: Box::new(left), right: Box::new(right) };
    refuses_before_end(vec![set(T, binary(BinaryOp::Add, int(1), local(C)))], "a i64 meets a bool");
    let zero = Expr::Const(Const::F64(0));
    refuses_before_end(
        vec![set(Z, binary(BinaryOp::Shl, zero.clone(), zero.clone()))],
        "Shl is not defined for a f64",
    );
    refuses_before_end(vec![set(T, zero.clone())], "a f64 is assigned to a i64");
    refuses_before_end(vec![set(T, local(X))], "a float64[::1] is assigned to a i64");
    let wrap = Expr::Convert { to: Scalar::I64, how: Conversion::Wrap, value: Box::new(zero) };
    refuses_before_end(vec![set(T, wrap)], "Wrap to i64 is not defined for a f64");
    let wide = Expr::Const(Const::Int(Scalar::I8, 300));
    refuses_before_end(vec![set(T, wide)], "300 is not a i8");
    refuses_before_end(vec![set(T, Expr::Dim { view: X, axis: 1 })], "has no axis 1");
    refuses_before_end(vec![set(LocalId(9), int(1))], "there is no local 9");
}

#[test]
fn elements_need_a_view_an_index_for_each_axis_and_the_part() {
    let load = |local, view, index, part| StmtKind::Load { local, view, index, part };
    refuses_before_end(vec![load(Z, N, vec![int(0)], Part::First)], "`n` (local 1) is used as a view");
    refuses_before_end(vec![load(Z, X, vec![], Part::First)], "of rank 1 is indexed with 0");
    refuses_before_end(vec![load(Z, X, vec![int(0)], Part::Imaginary)], "a float64 has no imaginary part");
    refuses_before_end(vec![load(T, X, vec![int(0)], Part::First)], "the loaded element is a f64");
}

#[test]
fn messages_fit_their_operands_and_stages_their_statements() {
    refuses(vec![StmtKind::Raise(raise("{i}", vec![]))], "has 0 operands");
    refuses(vec![StmtKind::Raise(raise("{i}", vec![local(C)]))], "an operand of a message is a bool");
    refuses(vec![StmtKind::Raise(raise("{", vec![]))], "is malformed");
    refuses_before_end(vec![StmtKind::Record(raise("", vec![]))], "there is a `Record` before `status`");
    let check = StmtKind::Check { cond: local(C), raise: raise("", vec![]), purpose: Purpose::Semantics };
    let module = Module { functions: vec![function(vec![check, set(R, int(0))])] };
    assert_eq!(verify(&module, Stage::Status), Err(vec!["in `f`: there is a `Check` after `status`".into()]));
}

#[test]
fn calls_fit_their_callee() {
    let place = Place { file: "k.py".into(), line: 1, function: "f".into() };
    let call = |args, results| StmtKind::Call {
        results,
        function: FunctionId(0),
        args,
        status: None,
        place: place.clone(),
    };
    accepts(vec![call(vec![local(X), local(N), local(C)], vec![R])]);
    refuses_before_end(
        vec![call(vec![local(X), local(N)], vec![R])],
        "`f` takes 3 arguments, and 2 are given",
    );
    refuses_before_end(
        vec![call(vec![local(X), local(C), local(C)], vec![R])],
        "`f` is given a bool for its i64 n",
    );
    refuses_before_end(
        vec![call(vec![local(X), local(N), local(C)], vec![])],
        "`f` has 1 results, and 0 are taken",
    );
    refuses_before_end(
        vec![call(vec![local(X), local(N), local(C)], vec![Z])],
        "`f` gives a i64, taken as a f64",
    );
}

#[test]
fn what_runs_in_parallel_takes_a_part_and_gives_nothing() {
    let place = Place { file: "k.py".into(), line: 1, function: "f".into() };
    let mut body = function(Vec::new());
    (body.name, body.params, body.results) = ("body".into(), vec![N, T, X], Vec::new());
    let parallel = |function, count, args| StmtKind::Parallel {
        function: FunctionId(function),
        count,
        cost: int(1),
        args,
        status: None,
        place: place.clone(),
    };
    let verified = |stmt: StmtKind| {
        let caller = function(vec![stmt, set(R, int(0))]);
        verify(&Module { functions: vec![caller, body.clone()] }, Stage::Raising)
            .map_err(|found| found.join("; "))
    };
    let expect = |stmt, words: &str| {
        let found = verified(stmt).expect_err(words);
        assert!(found.contains(words), "{found}");
    };
    assert_eq!(verified(parallel(1, int(3), vec![local(X)])), Ok(()));
    expect(parallel(1, local(C), vec![local(X)]), "the count of a `Parallel`");
    expect(parallel(1, int(3), vec![]), "takes 1 arguments, and 0 are given");
    expect(parallel(0, int(3), vec![local(C)]), "runs in parallel and has results");
    expect(parallel(0, int(3), vec![local(C)]), "runs in parallel and takes no part");
    expect(parallel(7, int(3), vec![]), "there is no function 7");
}
