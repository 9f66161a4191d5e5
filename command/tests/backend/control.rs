//! Statements, arrays, calls and raising.

use pykernel_abi::{Array, Raised, Status};
use pykernel_codegen::backend::{self, Target};
use pykernel_codegen::ir::{
    BinaryOp, CompareOp, Const, Conversion, Expr, Function, FunctionId, Intrinsic, LocalId, Module, Part,
    Scalar, Stmt, StmtKind, Type,
};
use pykernel_codegen::types::{DType, Layout};

use crate::kernel::{
    array, assign, boxed, call, compile, exit, function, int, kernel, local, param, place, raise, result,
    scalar, stmt,
};

const I64: Type = Type::Scalar(Scalar::I64);

fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    Expr::Binary { op, left: boxed(left), right: boxed(right) }
}

fn add(left: Expr, right: Expr) -> Expr {
    binary(BinaryOp::Add, left, right)
}

fn compare(op: CompareOp, left: Expr, right: Expr) -> Expr {
    Expr::Compare { op, left: boxed(left), right: boxed(right) }
}

fn if_(cond: Expr, then: Vec<Stmt>, otherwise: Vec<Stmt>) -> Stmt {
    stmt(StmtKind::If { cond, then, otherwise })
}

/// `for var in range(lo, hi, step): n += 1; last = var`, giving `n` and `last` in one number.
fn counting(step: i64) -> Function {
    let mut f = function("count");
    let (lo, hi) = (param(&mut f, I64), param(&mut f, I64));
    let hash = result(&mut f, Scalar::I64);
    let (n, var) = (scalar(&mut f, Scalar::I64), scalar(&mut f, Scalar::I64));
    let label = f.add_label();
    let body = vec![
        assign(n, add(local(n), int(1))),
        assign(hash, add(binary(BinaryOp::Mul, local(hash), int(31)), local(var))),
        if_(compare(CompareOp::Ge, local(n), int(1000)), vec![exit(label)], vec![]),
    ];
    f.body = vec![
        assign(n, int(0)),
        assign(hash, int(0)),
        stmt(StmtKind::For { label, var, lo: local(lo), hi: local(hi), step, independent: false, body }),
    ];
    f
}

#[test]
fn counting_loops_neither_overflow_nor_run_once_too_often() {
    for step in [1, -1, 3, -3, i64::MAX, i64::MIN, 1 << 62] {
        let jit = compile(vec![counting(step)]);
        let ends = [0, 1, -1, 2, 3, 4, 10, -10, i64::MAX, i64::MAX - 1, i64::MIN, i64::MIN + 1];
        for (lo, hi) in ends.iter().flat_map(|lo| ends.iter().map(|hi| (*lo, *hi))) {
            let before = |x: i128| if step > 0 { x < hi.into() } else { x > hi.into() };
            let values = std::iter::successors(Some(i128::from(lo)), |x| Some(x + i128::from(step)));
            let want = values
                .take_while(|x| before(*x))
                .take(1000)
                .fold(0i64, |hash, x| hash.wrapping_mul(31).wrapping_add(x as i64));
            let got = call(&jit, &[lo as u64, hi as u64]).expect("nothing raises")[0];
            assert_eq!(got as i64, want, "range({lo}, {hi}, {step})");
        }
    }
}

/// Collatz steps, by an endless loop with exits from inside an `if`, and dead code after an exit.
#[test]
fn exits_leave_the_label_that_they_name() {
    let mut f = function("collatz");
    let n = param(&mut f, I64);
    let steps = result(&mut f, Scalar::I64);
    let (outer, inner) = (f.add_label(), f.add_label());
    let odd = compare(CompareOp::Ne, binary(BinaryOp::And, local(n), int(1)), int(0));
    let triple = add(binary(BinaryOp::Mul, local(n), int(3)), int(1));
    let half = binary(BinaryOp::Shr, local(n), int(1));
    let body = vec![
        if_(compare(CompareOp::Le, local(n), int(1)), vec![exit(outer), assign(steps, int(-1))], vec![]),
        stmt(StmtKind::Block {
            label: inner,
            body: vec![
                if_(odd, vec![assign(n, triple), exit(inner)], vec![]),
                assign(n, half),
                exit(inner),
                assign(n, int(0)),
            ],
        }),
        assign(steps, add(local(steps), int(1))),
    ];
    f.body = vec![
        assign(steps, int(0)),
        stmt(StmtKind::Loop { label: outer, body }),
        if_(compare(CompareOp::Eq, local(steps), int(0)), vec![exit(Function::BODY)], vec![]),
        assign(steps, add(local(steps), int(1000))),
    ];
    let jit = compile(vec![f]);
    for (n, want) in [(1, 0), (2, 1001), (27, 1111), (97, 1118)] {
        assert_eq!(call(&jit, &[n]), Ok([want, 0]), "{n}");
    }
}

/// `while n > 0: n >>= 1; bits += 1`, with the test's exit on either side.
#[test]
fn while_loops_test_before_each_round() {
    for exit_is_first in [true, false] {
        let mut f = function("bits");
        let n = param(&mut f, I64);
        let bits = result(&mut f, Scalar::I64);
        let label = f.add_label();
        let test = match exit_is_first {
            true => if_(compare(CompareOp::Le, local(n), int(0)), vec![exit(label)], vec![]),
            false => if_(compare(CompareOp::Gt, local(n), int(0)), vec![], vec![exit(label)]),
        };
        let half = assign(n, binary(BinaryOp::Shr, local(n), int(1)));
        let body = vec![test, half, assign(bits, add(local(bits), int(1)))];
        f.body = vec![assign(bits, int(0)), stmt(StmtKind::Loop { label, body })];
        let jit = compile(vec![f]);
        for (n, want) in [(-1i64, 0), (0, 0), (1, 1), (2, 2), (1 << 40, 41)] {
            assert_eq!(call(&jit, &[n as u64]), Ok([want, 0]), "{n}");
        }
    }
}

/// `out[i, j] = in[j, i]`, over every layout.
fn transposing(element: DType, layouts: [Layout; 2], parts: &[Part]) -> Function {
    let mut f = function("transpose");
    let from = param(&mut f, array(element, 2, layouts[0]));
    let to = param(&mut f, array(element, 2, layouts[1]));
    let value = scalar(&mut f, Scalar::of(element));
    let (i, j) = (scalar(&mut f, Scalar::I64), scalar(&mut f, Scalar::I64));
    let (rows, columns) = (f.add_label(), f.add_label());
    let copy = |part: &Part| {
        let load = StmtKind::Load { local: value, view: from, index: vec![local(j), local(i)], part: *part };
        let index = vec![local(i), local(j)];
        [stmt(load), stmt(StmtKind::Store { view: to, index, part: *part, value: local(value) })]
    };
    let extent = |axis| Expr::Dim { view: to, axis };
    let body = parts.iter().flat_map(copy).collect();
    let inner = StmtKind::For {
        label: columns,
        var: j,
        lo: int(0),
        hi: extent(1),
        step: 1,
        independent: false,
        body,
    };
    let body = vec![stmt(inner)];
    f.body = vec![stmt(StmtKind::For {
        label: rows,
        var: i,
        lo: int(0),
        hi: extent(0),
        step: 1,
        independent: false,
        body,
    })];
    f
}

/// The descriptor of `shape` over `data`, with the strides of a layout (of any: C's, doubled).
fn descriptor(data: *mut u8, shape: [i64; 2], layout: Layout, size: i64) -> Array<2> {
    let strides = match layout {
        Layout::C => [shape[1] * size, size],
        Layout::F => [size, shape[0] * size],
        Layout::Any => [2 * shape[1] * size, 2 * size],
    };
    Array { data, shape, strides }
}

#[test]
fn elements_lie_where_the_layout_says() {
    let layouts = [Layout::C, Layout::F, Layout::Any];
    for (from, to) in layouts.iter().flat_map(|from| layouts.iter().map(|to| (*from, *to))) {
        for (element, parts) in [
            (DType::Bool, &[Part::First][..]),
            (DType::Int16, &[Part::First]),
            (DType::Float32, &[Part::First]),
            (DType::Complex128, &[Part::First, Part::Imaginary]),
        ] {
            let jit = compile(vec![transposing(element, [from, to], parts)]);
            let size = element.size() as i64;
            let mut source: Vec<u64> =
                (0..128).map(|i| (0x0101_0101_0101_0101 * (i % 2)) ^ (i << 8)).collect();
            let mut target = vec![0u64; 128];
            let source = descriptor(source.as_mut_ptr().cast(), [3, 5], from, size);
            let target = descriptor(target.as_mut_ptr().cast(), [5, 3], to, size);
            call(&jit, &[&raw const source as u64, &raw const target as u64]).expect("nothing raises");
            let element = |array: &Array<2>, i: i64, j: i64| {
                let offset = i * array.strides[0] + j * array.strides[1];
                // SAFETY: the descriptors above describe their buffers.
                unsafe { std::slice::from_raw_parts(array.data.offset(offset as isize), size as usize) }
            };
            for (i, j) in (0..5).flat_map(|i| (0..3).map(move |j| (i, j))) {
                assert_eq!(element(&target, i, j), element(&source, j, i), "{from:?} to {to:?} [{i}, {j}]");
            }
        }
    }
}

/// A function that copies its view parameter to a local and gives `view[i]`, called by a kernel
/// that passes a C array where any layout is taken.
#[test]
fn arrays_pass_through_calls_and_copies() {
    let mut f = function("outer");
    let view = param(&mut f, array(DType::Float64, 2, Layout::C));
    let i = param(&mut f, I64);
    let out = result(&mut f, Scalar::F64);
    let args = vec![local(view), local(i)];
    f.body = vec![stmt(StmtKind::Call {
        results: vec![out],
        function: FunctionId(1),
        args,
        status: None,
        place: place(),
    })];
    let mut g = function("inner");
    let any = array(DType::Float64, 2, Layout::Any);
    let view = param(&mut g, any);
    let i = param(&mut g, I64);
    let out = result(&mut g, Scalar::F64);
    let copy = g.add_local("copy", any);
    let index = vec![local(i), int(1)];
    let load = StmtKind::Load { local: out, view: copy, index, part: Part::First };
    g.body = vec![assign(copy, local(view)), stmt(load)];
    let jit = compile(vec![f, g]);
    let mut data = [0.0, 1.0, 2.0, 10.0, 11.0, 12.0];
    let array = descriptor(data.as_mut_ptr().cast(), [2, 3], Layout::C, 8);
    assert_eq!(call(&jit, &[&raw const array as u64, 1]), Ok([11.0f64.to_bits(), 0]));
}

/// A status with `Record`, as the status pass leaves it: raises if `n < 0`.
fn raising(name: &str) -> (Function, LocalId, LocalId) {
    let mut f = function(name);
    let n = param(&mut f, I64);
    let out = result(&mut f, Scalar::I64);
    let status = scalar(&mut f, Scalar::I32);
    f.status = Some(status);
    let operands = vec![
        local(n),
        Expr::Const(Const::F64(1.5f64.to_bits())),
        Expr::Const(Const::Bool(true)),
        Expr::Const(Const::Int(Scalar::U64, u64::MAX.into())),
    ];
    let raise = raise("ValueError", "{i} {f} {b} {u}", operands);
    let then = vec![stmt(StmtKind::Record(raise)), assign(status, i32(1)), exit(Function::BODY)];
    f.body = vec![
        assign(status, i32(0)),
        assign(out, int(0)),
        if_(compare(CompareOp::Lt, local(n), int(0)), then, vec![]),
        assign(out, add(local(n), int(1))),
    ];
    (f, n, out)
}

fn i32(value: i32) -> Expr {
    Expr::Const(Const::Int(Scalar::I32, value.into()))
}

/// What `raising` records for -7, as the tests describe it.
fn minus_seven() -> String {
    let mut operands = [0; pykernel_abi::MAX_OPERANDS];
    operands[..4].copy_from_slice(&[-7i64 as u64, 1.5f64.to_bits(), 1, u64::MAX]);
    format!("ValueError: {{i}} {{f}} {{b}} {{u}} {operands:?} at k.py:3 in f")
}

#[test]
fn what_is_raised_reaches_the_caller_and_no_result_does() {
    let jit = compile(vec![raising("f").0]);
    assert_eq!(call(&jit, &[5]), Ok([6, 0]));
    assert_eq!(call(&jit, &[-7i64 as u64]), Err(minus_seven()));
    let (mut results, mut raised) = ([77, 77], Raised::new(0, std::ptr::null(), 0));
    // SAFETY: the kernel takes one integer.
    let status = unsafe { jit.call(0, &[-7i64 as u64], &mut results, &mut raised) };
    assert_eq!((status, results), (Status::Raised, [77, 77]));
}

#[test]
fn what_a_callee_raises_passes_through() {
    let mut f = function("outer");
    let n = param(&mut f, I64);
    let out = result(&mut f, Scalar::I64);
    let status = scalar(&mut f, Scalar::I32);
    f.status = Some(status);
    let call_inner = StmtKind::Call {
        results: vec![out],
        function: FunctionId(1),
        args: vec![local(n)],
        status: Some(status),
        place: place(),
    };
    f.body = vec![
        stmt(call_inner),
        if_(compare(CompareOp::Ne, local(status), i32(0)), vec![exit(Function::BODY)], vec![]),
        assign(out, binary(BinaryOp::Mul, local(out), int(2))),
    ];
    let jit = compile(vec![f, raising("inner").0]);
    assert_eq!(call(&jit, &[5]), Ok([12, 0]));
    assert_eq!(call(&jit, &[-7i64 as u64]), Err(minus_seven()));
}

/// `def f(n): return 1 + f(n - 1) if n > 0 else 0`, with the check of the stack.
fn recursive() -> Function {
    let mut f = function("f");
    let n = param(&mut f, I64);
    let out = result(&mut f, Scalar::I64);
    let status = scalar(&mut f, Scalar::I32);
    f.status = Some(status);
    let exhausted = Expr::Intrinsic { op: Intrinsic::StackExhausted, args: vec![] };
    let record = StmtKind::Record(raise("RecursionError", "maximum recursion depth exceeded", vec![]));
    let again = StmtKind::Call {
        results: vec![out],
        function: FunctionId(0),
        args: vec![binary(BinaryOp::Sub, local(n), int(1))],
        status: Some(status),
        place: place(),
    };
    f.body = vec![
        assign(status, i32(0)),
        assign(out, int(0)),
        if_(exhausted, vec![stmt(record), assign(status, i32(1)), exit(Function::BODY)], vec![]),
        if_(compare(CompareOp::Le, local(n), int(0)), vec![exit(Function::BODY)], vec![]),
        stmt(again),
        if_(compare(CompareOp::Ne, local(status), i32(0)), vec![exit(Function::BODY)], vec![]),
        assign(out, add(local(out), int(1))),
    ];
    f
}

#[test]
fn recursion_ends_at_the_stack_limit() {
    let jit = compile(vec![recursive()]);
    let here = &raw const jit as usize;
    let run = |n: u64| {
        let (mut results, mut raised) = ([0, 0], Raised::new(here - (256 << 10), std::ptr::null(), 0));
        // SAFETY: the kernel takes one integer; the limit leaves it 256 KiB.
        (unsafe { jit.call(0, &[n], &mut results, &mut raised) }, results[0])
    };
    assert_eq!(run(1000), (Status::Returned, 1000));
    assert_eq!(run(u64::MAX >> 1), (Status::Raised, 0));
    assert_eq!(run(1000), (Status::Returned, 1000));
}

/// A loop over `if a and (b or not c)`, with every truth value.
#[test]
fn branches_on_compound_conditions_agree_with_their_values() {
    let bool_ = Type::Scalar(Scalar::Bool);
    let mut f = function("f");
    let [a, b, c] = std::array::from_fn(|_| local(param(&mut f, bool_)));
    let out = result(&mut f, Scalar::I64);
    let not = |x: &Expr| Expr::Unary { op: pykernel_codegen::ir::UnaryOp::Not, operand: boxed(x.clone()) };
    let truth = |value| Expr::Const(Const::Bool(value));
    let select = |cond: &Expr, then: Expr, otherwise: Expr| Expr::Select {
        cond: boxed(cond.clone()),
        then: boxed(then),
        otherwise: boxed(otherwise),
    };
    let conditions = [
        binary(BinaryOp::And, a.clone(), binary(BinaryOp::Or, b.clone(), not(&c))),
        select(&a, select(&b, truth(true), not(&c)), truth(false)),
        select(&a, b.clone(), c.clone()),
    ];
    f.body = vec![assign(out, int(0))];
    for (bit, cond) in conditions.into_iter().enumerate() {
        f.body.push(if_(cond, vec![assign(out, add(local(out), int(1 << bit)))], vec![]));
    }
    let jit = compile(vec![f]);
    for bits in 0..8u64 {
        let [a, b, c] = [bits & 1 != 0, bits & 2 != 0, bits & 4 != 0];
        let first = u64::from(a && (b || !c));
        let want = first | first << 1 | u64::from(if a { b } else { c }) << 2;
        assert_eq!(call(&jit, &[a.into(), b.into(), c.into()]), Ok([want, 0]), "{a} {b} {c}");
    }
}

/// Threads of the test runner have 2 MiB of stack, as a build script's worker may.
#[test]
fn deep_trees_need_little_stack() {
    let mut f = function("deep");
    let x = param(&mut f, I64);
    let out = result(&mut f, Scalar::I64);
    let deep = (0..500).fold(local(x), |tree, _| add(tree, int(1)));
    let cond = (0..500).fold(compare(CompareOp::Gt, local(x), int(0)), |tree, _| {
        binary(BinaryOp::And, tree, compare(CompareOp::Ne, local(x), int(7)))
    });
    let truth = Expr::Convert { to: Scalar::I64, how: Conversion::Round, value: boxed(cond.clone()) };
    let mut body =
        vec![assign(out, add(deep, truth)), if_(cond, vec![assign(out, add(local(out), int(1)))], vec![])];
    for _ in 0..150 {
        let label = f.add_label();
        let then = vec![stmt(StmtKind::Block { label, body })];
        body = vec![if_(compare(CompareOp::Ge, local(x), int(0)), then, vec![])];
    }
    f.body = vec![assign(out, int(0))];
    f.body.extend(body);
    let jit = compile(vec![f]);
    assert_eq!(call(&jit, &[5]), Ok([507, 0]));
    assert_eq!(call(&jit, &[7]), Ok([507, 0]));
}

#[test]
fn objects_are_the_same_bytes_each_time_for_every_architecture() {
    let module = Module { functions: vec![recursive(), raising("g").0, counting(3)] };
    let irs = [module.clone().into()];
    for triple in [
        "x86_64-unknown-linux-gnu",
        "aarch64-apple-darwin",
        "x86_64-pc-windows-msvc",
        "aarch64-unknown-linux-gnu",
        "riscv64gc-unknown-linux-gnu",
        "s390x-unknown-linux-gnu",
    ] {
        let target = Target::parse(triple, "").expect("a known triple");
        for id in 0..3 {
            let kernel = kernel(&module, FunctionId(id));
            let object =
                || backend::object(&irs, &kernel, &target, None).unwrap_or_else(|error| panic!("{error}"));
            let bytes = object();
            assert_eq!(bytes, object(), "{triple}");
            assert!(bytes.windows(4).any(|window| window == b"pyk_"), "{triple}: no symbol");
        }
    }
}

#[test]
fn stages_print() {
    let module = Module { functions: vec![recursive()] };
    let kernel = kernel(&module, FunctionId(0));
    let irs = [module.into()];
    let clif = backend::clif_text(&irs, &kernel, &Target::host()).expect("it compiles");
    assert!(clif.contains("; pyk_f.f\nfunction") && clif.contains("; pyk_f\nfunction"), "{clif}");
    let asm = backend::asm_text(&irs, &kernel, &Target::host()).expect("it compiles");
    assert!(asm.contains("; pyk_f.f, ") && asm.contains("block"), "{asm}");
}
