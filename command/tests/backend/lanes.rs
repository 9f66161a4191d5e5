//! Each operation of the IR on lanes, against the same operation on single numbers, bit for bit.

use crate::kernel::{self, boxed, call, dtype, function, int, local, param, stmt};
use crate::operations::{
    BINARY, COMPARE, FLOATS, INTEGERS, binary, compare, constant, convert, edges, intrinsic, rows, unary,
};
use pykernel::call::levels;
use pykernel_cli::jit::Jit;
use pykernel_codegen::backend::{self, Level, Target};
use pykernel_codegen::ir::{
    BinaryOp, CompareOp, Conversion, Expr, Function, FunctionId, Intrinsic, LaneElements, Lanes, LocalId,
    Module, Part, Scalar, StmtKind, Type, UnaryOp,
};
use pykernel_codegen::types::Layout;

/// Compiles a kernel of one function for a level.
pub fn compile(f: Function, level: Level) -> Jit {
    let module = Module { functions: vec![f] };
    let kernel = kernel::kernel(&module, FunctionId(0));
    Jit::new(&module, &kernel, level).unwrap_or_else(|error| panic!("{error}"))
}

/// An array of one dimension in memory.
pub struct Data {
    pub bytes: Vec<u8>,
    size: usize,
}

impl Data {
    /// Numbers by their bits.
    pub fn new(scalar: Scalar, numbers: impl IntoIterator<Item = u64>) -> Data {
        let size = scalar.bits() as usize / 8;
        let bytes = numbers.into_iter().flat_map(|bits| bits.to_le_bytes()[..size].to_vec()).collect();
        Data { bytes, size }
    }

    pub fn descriptor(&mut self) -> pykernel_abi::Array<1> {
        let length = self.bytes.len() / self.size;
        pykernel_abi::Array {
            data: self.bytes.as_mut_ptr().cast(),
            shape: [length as i64],
            strides: [self.size as i64],
        }
    }

    pub fn get(&self, index: usize) -> u64 {
        let mut bits = [0; 8];
        bits[..self.size].copy_from_slice(&self.bytes[index * self.size..][..self.size]);
        u64::from_le_bytes(bits)
    }
}

/// An operation on operands of some types.
struct Operation {
    what: String,
    operands: Vec<Scalar>,
    to: Scalar,
    expr: Box<dyn Fn(Vec<Expr>) -> Expr>,
}

/// How an operand is given to lanes.
#[derive(Clone, Copy, PartialEq)]
enum Given {
    /// Each lane has its own.
    Lanes,
    /// The first lane's, for all.
    Same,
}

/// A kernel `f(operands…, out)` on arrays that computes so many elements at once, or one if `count` is
/// none; the last operand is given as `last` says.
fn computes(operation: &Operation, count: Option<u32>, last: Given) -> Function {
    let mut f = function("f");
    let view = |f: &mut Function, scalar| param(f, kernel::array(dtype(scalar), 1, Layout::C));
    let views: Vec<LocalId> = operation.operands.iter().map(|scalar| view(&mut f, *scalar)).collect();
    let out = view(&mut f, operation.to);
    let var = f.add_local("i", Type::Scalar(Scalar::I64));
    let label = f.add_label();
    let mut body = Vec::new();
    let mut operands = Vec::new();
    for (position, (scalar, view)) in operation.operands.iter().zip(&views).enumerate() {
        let same = last == Given::Same && position + 1 == views.len();
        let lanes = count.filter(|_| !same);
        let x = f.add_local("x", ty(*scalar, lanes));
        body.push(match lanes {
            Some(_) => stmt(StmtKind::LoadLanes { local: x, elements: elements(*view, var) }),
            None => {
                stmt(StmtKind::Load { local: x, view: *view, index: vec![local(var)], part: Part::First })
            }
        });
        operands.push(match count {
            Some(count) if same => Expr::Splat { count, value: boxed(local(x)) },
            _ => local(x),
        });
    }
    let value = (operation.expr)(operands);
    body.push(match count {
        Some(_) => stmt(StmtKind::StoreLanes { elements: elements(out, var), value }),
        None => stmt(StmtKind::Store { view: out, index: vec![local(var)], part: Part::First, value }),
    });
    let hi = Expr::Dim { view: out, axis: 0 };
    let step = count.map_or(1, i64::from);
    f.body = vec![stmt(StmtKind::For { label, var, lo: int(0), hi, step, independent: false, body })];
    f
}

fn ty(scalar: Scalar, lanes: Option<u32>) -> Type {
    match lanes {
        Some(count) => Type::Lanes(Lanes { scalar, count }),
        None => Type::Scalar(scalar),
    }
}

/// The elements of a view of one dimension from an index on.
pub fn elements(view: LocalId, first: LocalId) -> LaneElements {
    LaneElements { view, index: vec![local(first)], along: Some(0), part: Part::First, mask: None }
}

/// Runs a kernel on rows of operands.
fn run(jit: &Jit, operation: &Operation, rows: &[Vec<u64>]) -> Data {
    let mut arrays: Vec<Data> = operation
        .operands
        .iter()
        .enumerate()
        .map(|(position, scalar)| Data::new(*scalar, rows.iter().map(|row| row[position])))
        .collect();
    arrays.push(Data::new(operation.to, rows.iter().map(|_| 0)));
    let descriptors: Vec<pykernel_abi::Array<1>> = arrays.iter_mut().map(Data::descriptor).collect();
    let slots: Vec<u64> = descriptors.iter().map(|array| std::ptr::from_ref(array) as u64).collect();
    call(jit, &slots).expect("nothing raises");
    arrays.remove(operation.operands.len())
}

/// Rows of numbers of all sizes.
fn random(operands: &[Scalar]) -> Vec<Vec<u64>> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut number = |scalar: &Scalar| match scalar {
        Scalar::Bool => next() >> 63,
        Scalar::F64 => ((next() as i64 >> (next() % 64)) as f64 / (1u64 << (next() % 20)) as f64).to_bits(),
        Scalar::F32 => {
            ((next() as i64 >> (next() % 64)) as f32 / (1u64 << (next() % 20)) as f32).to_bits().into()
        }
        integer => (next() as i64 >> (next() % 64)) as u64 & (u64::MAX >> (64 - integer.bits())),
    };
    (0..512).map(|_| operands.iter().map(&mut number).collect()).collect()
}

/// The same data with every number of the last operand 64 times.
fn grouped(operands: &[Scalar]) -> Vec<Vec<u64>> {
    let Some((last, others)) = operands.split_last() else { return Vec::new() };
    let others = rows(others);
    let groups = edges(*last).into_iter().flat_map(|last| {
        let length = others.len().next_multiple_of(64);
        let cycled = others.iter().cycle().take(length);
        cycled.map(move |row| [&row[..], &[last]].concat()).collect::<Vec<_>>()
    });
    groups.collect()
}

fn is_nan(scalar: Scalar, bits: u64) -> bool {
    match scalar {
        Scalar::F32 => f32::from_bits(bits as u32).is_nan(),
        Scalar::F64 => f64::from_bits(bits).is_nan(),
        _ => false,
    }
}

/// Checks an operation on lanes of each number that makes a difference.
fn check(level: Level, operation: &Operation) {
    let mut all = rows(&operation.operands);
    all.extend(random(&operation.operands));
    let length = all.len().next_multiple_of(64);
    all = all.into_iter().cycle().take(length).collect();
    let scalar = compile(computes(operation, None, Given::Lanes), level);
    for (given, rows) in [(Given::Lanes, all), (Given::Same, grouped(&operation.operands))] {
        let expected = run(&scalar, operation, &rows);
        for count in [2, 8, 32] {
            let jit = compile(computes(operation, Some(count), given), level);
            let got = run(&jit, operation, &rows);
            for (index, row) in rows.iter().enumerate() {
                let (got, want) = (got.get(index), expected.get(index));
                let same = got == want || is_nan(operation.to, got) && is_nan(operation.to, want);
                let what = &operation.what;
                assert!(
                    same,
                    "{what} of {count} lanes of {:?}: {row:x?} gives {got:x}, not {want:x}",
                    operation.operands
                );
            }
        }
    }
}

fn operation(
    what: String,
    operands: &[Scalar],
    to: Scalar,
    expr: impl Fn(Vec<Expr>) -> Expr + 'static,
) -> Operation {
    Operation { what, operands: operands.to_vec(), to, expr: Box::new(expr) }
}

/// Arithmetic and comparisons of a type.
fn arithmetic(scalar: Scalar) -> Vec<Operation> {
    let mut all = Vec::new();
    let ops = match scalar {
        Scalar::Bool => &[BinaryOp::And, BinaryOp::Or, BinaryOp::Xor][..],
        scalar if scalar.is_float() => &BINARY[..4],
        _ => &BINARY[..],
    };
    all.extend(ops.iter().map(|op| operation(format!("{op:?}"), &[scalar; 2], scalar, binary(*op))));
    let ops = match scalar {
        Scalar::Bool => &[UnaryOp::Not][..],
        Scalar::F32 | Scalar::F64 => &[UnaryOp::Neg, UnaryOp::Abs][..],
        scalar if scalar.is_signed() => &[UnaryOp::Neg, UnaryOp::Abs, UnaryOp::Not][..],
        _ => &[UnaryOp::Neg, UnaryOp::Not][..],
    };
    all.extend(ops.iter().map(|op| operation(format!("{op:?}"), &[scalar], scalar, unary(*op))));
    let ops = if scalar == Scalar::Bool { &COMPARE[..2] } else { &COMPARE[..] };
    all.extend(ops.iter().map(|op| operation(format!("{op:?}"), &[scalar; 2], Scalar::Bool, compare(*op))));
    all.push(operation("Select".into(), &[Scalar::Bool, scalar, scalar], scalar, |mut args| Expr::Select {
        cond: boxed(args.remove(0)),
        then: boxed(args.remove(0)),
        otherwise: boxed(args.remove(0)),
    }));
    all.push(operation("the less".into(), &[scalar; 2], scalar, move |args| {
        let op = if scalar == Scalar::Bool { CompareOp::Ne } else { CompareOp::Lt };
        Expr::Select {
            cond: boxed(compare(op)(args.clone())),
            then: boxed(args[0].clone()),
            otherwise: boxed(args[1].clone()),
        }
    }));
    all
}

/// Conversions of a type to all others.
fn conversions(from: Scalar) -> Vec<Operation> {
    let mut all = Vec::new();
    for to in INTEGERS.into_iter().chain(FLOATS) {
        let how = match (from, from.is_float(), to.is_float()) {
            (Scalar::Bool, ..) | (_, _, true) => Conversion::Round,
            (_, true, false) => Conversion::Saturate,
            (_, false, false) => Conversion::Wrap,
        };
        all.push(operation(format!("{how:?} to {to:?}"), &[from], to, convert(to, how)));
        if from != Scalar::Bool && from.is_float() != to.is_float() && from.bits() == to.bits() {
            let how = Conversion::Bits;
            all.push(operation(format!("{how:?} to {to:?}"), &[from], to, convert(to, how)));
        }
    }
    all
}

fn intrinsics() -> Vec<Operation> {
    let mut all = Vec::new();
    for scalar in FLOATS {
        let one =
            [Intrinsic::Sqrt, Intrinsic::Floor, Intrinsic::Ceil, Intrinsic::Trunc, Intrinsic::RoundEven];
        all.extend(one.map(|op| operation(format!("{op:?}"), &[scalar], scalar, intrinsic(op))));
        let two = [Intrinsic::CopySign, Intrinsic::ProductError];
        all.extend(two.map(|op| operation(format!("{op:?}"), &[scalar; 2], scalar, intrinsic(op))));
        let three = [Intrinsic::FusedMultiplyAdd, Intrinsic::MultiplyAdd];
        all.extend(three.map(|op| operation(format!("{op:?}"), &[scalar; 3], scalar, intrinsic(op))));
    }
    for scalar in [Scalar::I32, Scalar::U32, Scalar::I64, Scalar::U64] {
        let bits = [Intrinsic::CountOnes, Intrinsic::LeadingZeros, Intrinsic::ReverseBits];
        all.extend(bits.map(|op| operation(format!("{op:?}"), &[scalar], scalar, intrinsic(op))));
    }
    for op in [Intrinsic::AddOverflows, Intrinsic::SubOverflows, Intrinsic::MulOverflows] {
        all.push(operation(format!("{op:?}"), &[Scalar::I64; 2], Scalar::Bool, intrinsic(op)));
    }
    all.push(operation("InBounds".into(), &[Scalar::I64; 2], Scalar::Bool, |mut args| Expr::InBounds {
        index: boxed(args.remove(0)),
        extent: boxed(args.remove(0)),
    }));
    all
}

fn numbers() -> impl Iterator<Item = Scalar> {
    INTEGERS.into_iter().chain(FLOATS).chain([Scalar::Bool])
}

#[test]
fn arithmetic_of_lanes_is_that_of_numbers() {
    for level in levels() {
        numbers().flat_map(arithmetic).for_each(|operation| check(level, &operation));
    }
}

#[test]
fn conversions_of_lanes_are_those_of_numbers() {
    for level in levels() {
        numbers().flat_map(conversions).for_each(|operation| check(level, &operation));
    }
}

#[test]
fn intrinsics_of_lanes_are_those_of_numbers() {
    for level in levels() {
        intrinsics().iter().for_each(|operation| check(level, operation));
    }
}

#[test]
fn integers_are_shifted_and_divided_by_constants() {
    for level in levels() {
        for scalar in INTEGERS {
            for op in [BinaryOp::Shl, BinaryOp::Shr, BinaryOp::Div, BinaryOp::Rem] {
                for count in edges(scalar) {
                    let by = move |mut args: Vec<Expr>| {
                        let by = match args.remove(1) {
                            Expr::Splat { count: lanes, .. } => {
                                Expr::Splat { count: lanes, value: boxed(constant(scalar, count)) }
                            }
                            _ => constant(scalar, count),
                        };
                        binary(op)(vec![args.remove(0), by])
                    };
                    let operation = operation(format!("{op:?} by {count}"), &[scalar; 2], scalar, by);
                    let rows: Vec<Vec<u64>> =
                        edges(scalar).into_iter().cycle().take(64).map(|x| vec![x, 0]).collect();
                    let single = compile(computes(&operation, None, Given::Same), level);
                    let lanes = compile(computes(&operation, Some(16), Given::Same), level);
                    let [single, lanes] = [single, lanes].map(|jit| run(&jit, &operation, &rows).bytes);
                    assert_eq!(single, lanes, "{op:?} of {scalar:?} by {count:x}");
                }
            }
        }
    }
}

#[test]
fn every_operation_on_lanes_compiles_for_every_machine_with_registers() {
    let all = numbers().flat_map(arithmetic).chain(numbers().flat_map(conversions)).chain(intrinsics());
    let all: Vec<Operation> = all.collect();
    for (triple, features) in [
        ("x86_64-unknown-linux-gnu", ""),
        ("x86_64-unknown-linux-gnu", "sse3,ssse3"),
        ("x86_64-unknown-linux-gnu", "sse3,ssse3,sse4.1"),
        ("x86_64-unknown-linux-gnu", &Level::V3.features().join(",")),
        ("x86_64-unknown-linux-gnu", &Level::V4.features().join(",")),
        ("aarch64-unknown-linux-gnu", "neon"),
    ] {
        let target = Target::parse(triple, features).expect("a known triple");
        for operation in &all {
            for count in [2, 16] {
                let module = Module { functions: vec![computes(operation, Some(count), Given::Lanes)] };
                let kernel = kernel::kernel(&module, FunctionId(0));
                let object = backend::object(&[module.into()], &kernel, &target, None);
                assert!(object.is_ok(), "{triple} {features}: {}: {:?}", operation.what, object.err());
            }
        }
    }
}

#[test]
fn arithmetic_comparisons_and_choices_of_floats_stay_in_registers() {
    let hot = operation("hot".into(), &[Scalar::F64; 3], Scalar::F64, |args| {
        let product = binary(BinaryOp::Mul)(vec![args[0].clone(), args[1].clone()]);
        let sum = binary(BinaryOp::Add)(vec![product, args[2].clone()]);
        let less = compare(CompareOp::Lt)(vec![sum.clone(), args[0].clone()]);
        let both = compare(CompareOp::Ne)(vec![args[1].clone(), args[2].clone()]);
        Expr::Select {
            cond: boxed(binary(BinaryOp::And)(vec![less, both])),
            then: boxed(sum),
            otherwise: boxed(args[2].clone()),
        }
    });
    // Eight lanes fill so many registers.
    for (level, times, less) in
        [(Level::V1, 4, "cmpltpd"), (Level::V3, 2, "cmplt_oqpd"), (Level::V4, 1, "cmplt_oqpd")]
    {
        let target = Target::parse("x86_64-unknown-linux-gnu", "").expect("a known triple").at(level);
        let module = Module { functions: vec![computes(&hot, Some(8), Given::Lanes)] };
        let kernel = kernel::kernel(&module, FunctionId(0));
        let asm = backend::asm_text(&[module.into()], &kernel, &target).expect("it compiles");
        // The function itself, which its entry calls where another back end compiles it.
        let asm = asm.split("\n; pyk_f, ").next().unwrap_or(&asm);
        let count = |name: &str| asm.matches(name).count();
        for name in ["mulpd", "addpd", less, "cmpneqpd"] {
            assert_eq!(count(name), times, "{name}:\n{asm}");
        }
        for name in ["sd ", "pextr", "pinsr", "shuf", "unpck", "  call"] {
            assert_eq!(count(name), 0, "{name}:\n{asm}");
        }
    }
}
