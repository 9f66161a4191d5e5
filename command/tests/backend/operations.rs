//! Each operation of the IR on each machine number, against Rust's own arithmetic: with operands
//! that only the call knows, and with constants, which the code generator folds.

use crate::kernel::{self, assign, boxed, call, compile, function, local, param, result};
use pykernel::call::levels;
use pykernel_cli::jit::Jit;
use pykernel_codegen::backend::{self, Level, Target};
use pykernel_codegen::ir::{
    BinaryOp, CompareOp, Const, Conversion, Expr, FunctionId, Intrinsic, LocalId, Module, Part, Scalar,
    StmtKind, Type, UnaryOp,
};
use pykernel_codegen::types::Layout;

pub const INTEGERS: [Scalar; 8] =
    [Scalar::I8, Scalar::I16, Scalar::I32, Scalar::I64, Scalar::U8, Scalar::U16, Scalar::U32, Scalar::U64];
pub const FLOATS: [Scalar; 2] = [Scalar::F32, Scalar::F64];
/// Those of integers, the first four of floats too.
pub const BINARY: [BinaryOp; 10] = [
    BinaryOp::Add,
    BinaryOp::Sub,
    BinaryOp::Mul,
    BinaryOp::Div,
    BinaryOp::Rem,
    BinaryOp::And,
    BinaryOp::Or,
    BinaryOp::Xor,
    BinaryOp::Shl,
    BinaryOp::Shr,
];
pub const COMPARE: [CompareOp; 6] =
    [CompareOp::Eq, CompareOp::Ne, CompareOp::Lt, CompareOp::Le, CompareOp::Gt, CompareOp::Ge];

/// Values at which operations change their behaviour, as bits, zero-extended.
pub fn edges(scalar: Scalar) -> Vec<u64> {
    match scalar {
        Scalar::Bool => vec![0, 1],
        Scalar::F32 => float_edges().iter().map(|x| u64::from((*x as f32).to_bits())).collect(),
        Scalar::F64 => float_edges().iter().map(|x| x.to_bits()).collect(),
        _ => {
            let min = if scalar.is_signed() { 1u64 << (scalar.bits() - 1) } else { 0 };
            let near = |x: u64| [x.wrapping_sub(1), x, x.wrapping_add(1)];
            let mut edges: Vec<u64> = [0, min, 1 << (scalar.bits() - 1), scalar.bits().into()]
                .into_iter()
                .flat_map(near)
                .chain([7, 10, 100])
                .map(|x| x & mask(scalar))
                .collect();
            edges.sort_unstable();
            edges.dedup();
            edges
        }
    }
}

fn float_edges() -> Vec<f64> {
    let positive = [
        0.0,
        0.5,
        1.0,
        1.5,
        2.5,
        3.0,
        0.1,
        127.5,
        128.0,
        255.5,
        256.0,
        32767.5,
        65536.0,
        2147483647.5,
        2147483648.0,
        4294967295.5,
        4294967296.0,
        9.223372036854776e18,
        1.8446744073709552e19,
        4503599627370497.5,
        1e300,
        f64::MIN_POSITIVE,
        5e-324,
        1e-40,
        f64::INFINITY,
        f64::NAN,
    ];
    positive.into_iter().flat_map(|x| [x, -x]).collect()
}

fn mask(scalar: Scalar) -> u64 {
    u64::MAX >> (64 - scalar.bits())
}

/// An integer's value.
fn value(scalar: Scalar, bits: u64) -> i128 {
    match scalar.is_signed() {
        true => i128::from((bits << (64 - scalar.bits())) as i64 >> (64 - scalar.bits())),
        false => bits.into(),
    }
}

fn float(scalar: Scalar, bits: u64) -> f64 {
    match scalar {
        Scalar::F32 => f32::from_bits(bits as u32).into(),
        _ => f64::from_bits(bits),
    }
}

/// The bits of a float of the given type that is rounded once from `x`.
fn float_bits(scalar: Scalar, x: f64) -> u64 {
    match scalar {
        Scalar::F32 => u64::from((x as f32).to_bits()),
        _ => x.to_bits(),
    }
}

pub fn constant(scalar: Scalar, bits: u64) -> Expr {
    Expr::Const(match scalar {
        Scalar::Bool => Const::Bool(bits != 0),
        Scalar::F32 => Const::F32(bits as u32),
        Scalar::F64 => Const::F64(bits),
        _ => Const::Int(scalar, value(scalar, bits)),
    })
}

/// Whether two results are the same; all NaNs are.
fn same(scalar: Scalar, left: u64, right: u64) -> bool {
    left == right || scalar.is_float() && float(scalar, left).is_nan() && float(scalar, right).is_nan()
}

/// A kernel `f(x: scalars[0], …) -> to` that computes one expression of its parameters.
fn computes(scalars: &[Scalar], to: Scalar, expr: &dyn Fn(Vec<Expr>) -> Expr) -> Jit {
    computes_at(Level::V1, scalars, to, expr)
}

/// The same at a CPU level.
fn computes_at(level: Level, scalars: &[Scalar], to: Scalar, expr: &dyn Fn(Vec<Expr>) -> Expr) -> Jit {
    let mut f = function("f");
    let params = scalars.iter().map(|scalar| local(param(&mut f, Type::Scalar(*scalar)))).collect();
    let to = result(&mut f, to);
    f.body = vec![assign(to, expr(params))];
    kernel::compile_at(level, vec![f])
}

/// A kernel that writes an expression for each list of constants into an array.
fn folds(scalars: &[Scalar], to: Scalar, rows: &[Vec<u64>], expr: &dyn Fn(Vec<Expr>) -> Expr) -> Jit {
    let mut f = function("f");
    let out = param(&mut f, kernel::array(kernel::dtype(to), 1, Layout::C));
    for (index, row) in rows.iter().enumerate() {
        let operands = row.iter().zip(scalars).map(|(bits, scalar)| constant(*scalar, *bits)).collect();
        let index = vec![kernel::int(index as i64)];
        let part = Part::First;
        f.body.push(kernel::stmt(StmtKind::Store { view: out, index, part, value: expr(operands) }));
    }
    compile(vec![f])
}

/// Checks an expression over the rows of operands, by call at each level and by constant folding.
fn check(
    what: &str,
    scalars: &[Scalar],
    to: Scalar,
    expr: &dyn Fn(Vec<Expr>) -> Expr,
    expected: &dyn Fn(&[u64]) -> u64,
) {
    let rows = rows(scalars);
    let jits: Vec<Jit> = levels().map(|level| computes_at(level, scalars, to, expr)).collect();
    let mut out = vec![0u64; rows.len()];
    let array = pykernel_abi::Array::<1> {
        data: out.as_mut_ptr().cast(),
        shape: [rows.len() as i64],
        strides: [i64::from(to.bits() / 8)],
    };
    call(&folds(scalars, to, &rows, expr), &[&raw const array as u64]).expect("nothing raises");
    let bytes: Vec<u8> = out.iter().flat_map(|word| word.to_ne_bytes()).collect();
    for (index, row) in rows.iter().enumerate() {
        let want = expected(row) & mask(to);
        for jit in &jits {
            let got = call(jit, row).expect("nothing raises")[0] & mask(to);
            assert!(same(to, got, want), "{what} {scalars:?} {row:x?}: {got:x}, not {want:x}");
        }
        let size = to.bits() as usize / 8;
        let mut folded = [0; 8];
        folded[..size].copy_from_slice(&bytes[index * size..][..size]);
        let got = u64::from_ne_bytes(folded);
        assert!(same(to, got, want), "folded {what} {scalars:?} {row:x?}: {got:x}, not {want:x}");
    }
}

/// All combinations of edge values.
pub fn rows(scalars: &[Scalar]) -> Vec<Vec<u64>> {
    scalars.iter().fold(vec![Vec::new()], |rows, scalar| {
        let extend = |row: &Vec<u64>| {
            edges(*scalar).into_iter().map(|edge| [&row[..], &[edge]].concat()).collect::<Vec<_>>()
        };
        rows.iter().flat_map(extend).collect()
    })
}

pub fn unary(op: UnaryOp) -> impl Fn(Vec<Expr>) -> Expr {
    move |mut args| Expr::Unary { op, operand: boxed(args.remove(0)) }
}

pub fn binary(op: BinaryOp) -> impl Fn(Vec<Expr>) -> Expr {
    move |mut args| Expr::Binary { op, left: boxed(args.remove(0)), right: boxed(args.remove(0)) }
}

pub fn compare(op: CompareOp) -> impl Fn(Vec<Expr>) -> Expr {
    move |mut args| Expr::Compare { op, left: boxed(args.remove(0)), right: boxed(args.remove(0)) }
}

pub fn convert(to: Scalar, how: Conversion) -> impl Fn(Vec<Expr>) -> Expr {
    move |mut args| Expr::Convert { to, how, value: boxed(args.remove(0)) }
}

pub fn intrinsic(op: Intrinsic) -> impl Fn(Vec<Expr>) -> Expr {
    move |args| Expr::Intrinsic { op, args }
}

/// The specification of integer arithmetic, on the exact integers.
fn integer(op: BinaryOp, scalar: Scalar, left: u64, right: u64) -> u64 {
    let (x, y) = (value(scalar, left), value(scalar, right));
    let huge = right >= u64::from(scalar.bits());
    let exact = match op {
        BinaryOp::Add => x + y,
        BinaryOp::Sub => x - y,
        BinaryOp::Mul => x.wrapping_mul(y),
        BinaryOp::Div => x.checked_div(y).unwrap_or(0),
        BinaryOp::Rem => x.checked_rem(y).unwrap_or(0),
        BinaryOp::And => x & y,
        BinaryOp::Or => x | y,
        BinaryOp::Xor => x ^ y,
        BinaryOp::Shl if huge => 0,
        BinaryOp::Shl => x << right,
        BinaryOp::Shr => x >> right.min(127),
        BinaryOp::AddFree | BinaryOp::MulFree => unreachable!("{op:?} is one of floats"),
    };
    exact as u64
}

#[test]
fn integer_arithmetic_wraps_and_is_total() {
    for scalar in INTEGERS {
        for op in BINARY {
            let expected = |row: &[u64]| integer(op, scalar, row[0], row[1]);
            check(&format!("{op:?}"), &[scalar; 2], scalar, &binary(op), &expected);
        }
        check("Neg", &[scalar], scalar, &unary(UnaryOp::Neg), &|row| row[0].wrapping_neg());
        check("Not", &[scalar], scalar, &unary(UnaryOp::Not), &|row| !row[0]);
        if scalar.is_signed() {
            let expected = |row: &[u64]| value(scalar, row[0]).unsigned_abs() as u64;
            check("Abs", &[scalar], scalar, &unary(UnaryOp::Abs), &expected);
        }
    }
}

#[test]
fn division_by_each_constant_is_total() {
    for scalar in INTEGERS {
        for (op, divisor) in [BinaryOp::Div, BinaryOp::Rem, BinaryOp::Shl, BinaryOp::Shr]
            .into_iter()
            .flat_map(|op| edges(scalar).into_iter().map(move |divisor| (op, divisor)))
        {
            let expr = |mut args: Vec<Expr>| binary(op)(vec![args.remove(0), constant(scalar, divisor)]);
            let jit = computes(&[scalar], scalar, &expr);
            for left in edges(scalar) {
                let got = call(&jit, &[left]).expect("nothing raises")[0] & mask(scalar);
                let want = integer(op, scalar, left, divisor) & mask(scalar);
                assert_eq!(got, want, "{op:?} {scalar:?} {left:x} by the constant {divisor:x}");
            }
        }
    }
}

#[test]
fn float_arithmetic_is_ieee() {
    for scalar in FLOATS {
        // One operation on floats that are exact in f64 rounds to f32 as a single rounding does.
        let ordered = [BinaryOp::Add, BinaryOp::Sub, BinaryOp::Mul, BinaryOp::Div];
        for op in ordered.into_iter().chain([BinaryOp::AddFree, BinaryOp::MulFree]) {
            let expected = |row: &[u64]| {
                let (x, y) = (float(scalar, row[0]), float(scalar, row[1]));
                let exact = match op {
                    BinaryOp::Add | BinaryOp::AddFree => x + y,
                    BinaryOp::Sub => x - y,
                    BinaryOp::Mul | BinaryOp::MulFree => x * y,
                    _ => x / y,
                };
                float_bits(scalar, exact)
            };
            check(&format!("{op:?}"), &[scalar; 2], scalar, &binary(op), &expected);
        }
        let sign = 1 << (scalar.bits() - 1);
        check("Neg", &[scalar], scalar, &unary(UnaryOp::Neg), &|row| row[0] ^ sign);
        check("Abs", &[scalar], scalar, &unary(UnaryOp::Abs), &|row| row[0] & !sign);
    }
}

#[test]
fn float_intrinsics_are_exact() {
    type Rounding = fn(f64) -> f64;
    let roundings: [(Intrinsic, Rounding); 5] = [
        (Intrinsic::Sqrt, f64::sqrt),
        (Intrinsic::Floor, f64::floor),
        (Intrinsic::Ceil, f64::ceil),
        (Intrinsic::Trunc, f64::trunc),
        (Intrinsic::RoundEven, f64::round_ties_even),
    ];
    for scalar in FLOATS {
        for (op, exact) in roundings {
            let expected = |row: &[u64]| float_bits(scalar, exact(float(scalar, row[0])));
            check(&format!("{op:?}"), &[scalar], scalar, &intrinsic(op), &expected);
        }
        let sign = 1 << (scalar.bits() - 1);
        let expected = |row: &[u64]| row[0] & !sign | row[1] & sign;
        check("CopySign", &[scalar; 2], scalar, &intrinsic(Intrinsic::CopySign), &expected);
    }
}

#[test]
fn upper_halves_of_products_are_exact() {
    let scalar = Scalar::U64;
    let high = |row: &[u64]| ((u128::from(row[0]) * u128::from(row[1])) >> 64) as u64;
    check("MultiplyHigh", &[scalar; 2], scalar, &intrinsic(Intrinsic::MultiplyHigh), &high);
}

#[test]
fn bits_are_those_of_the_width() {
    for scalar in [Scalar::I32, Scalar::U32, Scalar::I64, Scalar::U64] {
        let above = 64 - scalar.bits();
        let ones = |row: &[u64]| u64::from((row[0] & mask(scalar)).count_ones());
        check("CountOnes", &[scalar], scalar, &intrinsic(Intrinsic::CountOnes), &ones);
        let zeros = |row: &[u64]| u64::from((row[0] & mask(scalar)).leading_zeros() - above);
        check("LeadingZeros", &[scalar], scalar, &intrinsic(Intrinsic::LeadingZeros), &zeros);
        let reversed = |row: &[u64]| row[0].reverse_bits() >> above;
        check("ReverseBits", &[scalar], scalar, &intrinsic(Intrinsic::ReverseBits), &reversed);
    }
}

#[test]
fn fused_multiply_add_rounds_once() {
    for scalar in FLOATS {
        let jit = computes(&[scalar; 3], scalar, &intrinsic(Intrinsic::FusedMultiplyAdd));
        for row in rows(&[scalar; 2]) {
            for z in [0, row[0], row[1] ^ (1 << (scalar.bits() - 1)), float_bits(scalar, -1.0)] {
                let got = call(&jit, &[row[0], row[1], z]).expect("nothing raises")[0] & mask(scalar);
                let want = match scalar {
                    Scalar::F32 => {
                        let [x, y, z] = [row[0], row[1], z].map(|bits| f32::from_bits(bits as u32));
                        u64::from(x.mul_add(y, z).to_bits())
                    }
                    _ => f64::from_bits(row[0]).mul_add(f64::from_bits(row[1]), f64::from_bits(z)).to_bits(),
                };
                assert!(same(scalar, got, want), "fma {scalar:?} {row:x?} {z:x}: {got:x}, not {want:x}");
            }
        }
    }
}

/// The JIT's target has no more than x86-64-v1, which rounds twice.
#[cfg(target_arch = "x86_64")]
#[test]
fn without_a_fused_instruction_multiply_add_rounds_twice() {
    for scalar in FLOATS {
        let jit = computes(&[scalar; 3], scalar, &intrinsic(Intrinsic::MultiplyAdd));
        for row in rows(&[scalar; 2]) {
            for z in [0, row[0], row[1] ^ (1 << (scalar.bits() - 1)), float_bits(scalar, -1.0)] {
                let got = call(&jit, &[row[0], row[1], z]).expect("nothing raises")[0] & mask(scalar);
                let want = match scalar {
                    Scalar::F32 => {
                        let [x, y, z] = [row[0], row[1], z].map(|bits| f32::from_bits(bits as u32));
                        u64::from((x * y + z).to_bits())
                    }
                    _ => (f64::from_bits(row[0]) * f64::from_bits(row[1]) + f64::from_bits(z)).to_bits(),
                };
                assert!(same(scalar, got, want), "{scalar:?} {row:x?} {z:x}: {got:x}, not {want:x}");
            }
        }
    }
}

#[test]
fn product_error_is_exact_where_nothing_overflows_or_is_lost() {
    let factors = [1.0, -1.0, 3.0, 0.1, 1.0 / 3.0, -7.7, 1e10, 1e-10, 1.9999999, 12345678.9, 0.0];
    for scalar in FLOATS {
        let jit = computes(&[scalar; 2], scalar, &intrinsic(Intrinsic::ProductError));
        for (x, y) in factors.iter().flat_map(|x| factors.map(|y| (*x, y))) {
            let row = [x, y].map(|x| float_bits(scalar, x));
            let got = call(&jit, &row).expect("nothing raises")[0] & mask(scalar);
            let [x, y] = row.map(|bits| float(scalar, bits));
            let want = match scalar {
                // The product is exact in twice the bits.
                Scalar::F32 => x * y - f64::from((x * y) as f32),
                _ => x.mul_add(y, -(x * y)),
            };
            assert_eq!(float(scalar, got), want, "{scalar:?} {x} * {y}");
        }
    }
}

#[test]
fn multiply_add_is_one_instruction_where_the_target_has_it() {
    let fused = |triple, features| {
        let mut f = function("f");
        let args = [(); 3].map(|()| local(param(&mut f, Type::Scalar(Scalar::F64)))).into();
        let to = result(&mut f, Scalar::F64);
        f.body = vec![assign(to, intrinsic(Intrinsic::MultiplyAdd)(args))];
        let module = Module { functions: vec![f] };
        let kernel = kernel::kernel(&module, FunctionId(0));
        let target = Target::parse(triple, features).expect("a known triple").at(Level::V1);
        let text = backend::clif_text(&[module.into()], &kernel, &target).expect("it compiles");
        assert_ne!(text.contains(" fma "), text.contains(" fmul "), "{text}");
        text.contains(" fma ")
    };
    assert!(!fused("x86_64-unknown-linux-gnu", "sse3,sse4.1,avx"));
    assert!(fused("x86_64-unknown-linux-gnu", "avx,avx2,fma"));
    assert!(fused("aarch64-unknown-linux-gnu", "neon"));
}

#[test]
fn bools_are_bits() {
    for op in [BinaryOp::And, BinaryOp::Or, BinaryOp::Xor] {
        let expected = |row: &[u64]| integer(op, Scalar::Bool, row[0], row[1]);
        check(&format!("{op:?}"), &[Scalar::Bool; 2], Scalar::Bool, &binary(op), &expected);
    }
    check("Not", &[Scalar::Bool], Scalar::Bool, &unary(UnaryOp::Not), &|row| row[0] ^ 1);
    let select = |mut args: Vec<Expr>| Expr::Select {
        cond: boxed(args.remove(0)),
        then: boxed(args.remove(0)),
        otherwise: boxed(args.remove(0)),
    };
    for scalar in [Scalar::Bool, Scalar::I8, Scalar::U16, Scalar::I32, Scalar::U64] {
        let expected = |row: &[u64]| if row[0] != 0 { row[1] } else { row[2] };
        check("Select", &[Scalar::Bool, scalar, scalar], scalar, &select, &expected);
    }
    for scalar in FLOATS {
        let jit = computes(&[Scalar::Bool, scalar, scalar], scalar, &select);
        assert_eq!(call(&jit, &[1, 2, 3]).expect("nothing raises")[0] & mask(scalar), 2);
        assert_eq!(call(&jit, &[0, 2, 3]).expect("nothing raises")[0] & mask(scalar), 3);
    }
}

#[test]
fn comparisons_know_signs_and_nan() {
    for scalar in INTEGERS.into_iter().chain(FLOATS).chain([Scalar::Bool]) {
        for op in COMPARE {
            if scalar == Scalar::Bool && !matches!(op, CompareOp::Eq | CompareOp::Ne) {
                continue;
            }
            let expected = |row: &[u64]| {
                let order = match scalar.is_float() {
                    true => float(scalar, row[0]).partial_cmp(&float(scalar, row[1])),
                    false => value(scalar, row[0]).partial_cmp(&value(scalar, row[1])),
                };
                u64::from(match op {
                    CompareOp::Eq => order.is_some_and(|order| order.is_eq()),
                    CompareOp::Ne => !order.is_some_and(|order| order.is_eq()),
                    CompareOp::Lt => order.is_some_and(|order| order.is_lt()),
                    CompareOp::Le => order.is_some_and(|order| order.is_le()),
                    CompareOp::Gt => order.is_some_and(|order| order.is_gt()),
                    CompareOp::Ge => order.is_some_and(|order| order.is_ge()),
                })
            };
            check(&format!("{op:?}"), &[scalar; 2], Scalar::Bool, &compare(op), &expected);
        }
    }
}

#[test]
fn integers_convert_by_their_own_sign() {
    for from in INTEGERS.into_iter().chain([Scalar::Bool]) {
        for to in INTEGERS {
            let how = if from == Scalar::Bool { Conversion::Round } else { Conversion::Wrap };
            check(&format!("to {to:?}"), &[from], to, &convert(to, how), &|row| value(from, row[0]) as u64);
        }
        for to in FLOATS {
            let expected = |row: &[u64]| match to {
                Scalar::F32 => u64::from((value(from, row[0]) as f32).to_bits()),
                _ => (value(from, row[0]) as f64).to_bits(),
            };
            check(&format!("to {to:?}"), &[from], to, &convert(to, Conversion::Round), &expected);
        }
    }
}

#[test]
fn floats_convert_by_rounding_and_saturate_to_integers() {
    for from in FLOATS {
        for to in FLOATS {
            let expected = |row: &[u64]| float_bits(to, float(from, row[0]));
            check(&format!("to {to:?}"), &[from], to, &convert(to, Conversion::Round), &expected);
        }
        for to in INTEGERS {
            let [low, high] = match to.is_signed() {
                true => [-(1i128 << (to.bits() - 1)), (1 << (to.bits() - 1)) - 1],
                false => [0, (1 << to.bits()) - 1],
            };
            let expected = |row: &[u64]| (float(from, row[0]) as i128).clamp(low, high) as u64;
            check(&format!("to {to:?}"), &[from], to, &convert(to, Conversion::Saturate), &expected);
        }
    }
    for (float, integer) in
        [(Scalar::F32, Scalar::U32), (Scalar::F64, Scalar::I64), (Scalar::F64, Scalar::U64)]
    {
        check("bits", &[float], integer, &convert(integer, Conversion::Bits), &|row| row[0]);
        check("bits", &[integer], float, &convert(float, Conversion::Bits), &|row| row[0]);
    }
}

#[test]
fn overflow_and_bounds_are_seen() {
    let overflows = |op: BinaryOp| {
        move |row: &[u64]| {
            let (x, y) = (i128::from(row[0] as i64), i128::from(row[1] as i64));
            let exact = match op {
                BinaryOp::Add => x + y,
                BinaryOp::Sub => x - y,
                _ => x * y,
            };
            u64::from(i64::try_from(exact).is_err())
        }
    };
    for (intrinsic_op, op) in [
        (Intrinsic::AddOverflows, BinaryOp::Add),
        (Intrinsic::SubOverflows, BinaryOp::Sub),
        (Intrinsic::MulOverflows, BinaryOp::Mul),
    ] {
        let what = format!("{intrinsic_op:?}");
        check(&what, &[Scalar::I64; 2], Scalar::Bool, &intrinsic(intrinsic_op), &overflows(op));
    }
    let in_bounds =
        |mut args: Vec<Expr>| Expr::InBounds { index: boxed(args.remove(0)), extent: boxed(args.remove(0)) };
    let jit = computes(&[Scalar::I64; 2], Scalar::Bool, &in_bounds);
    for index in edges(Scalar::I64) {
        for extent in [0, 1, 7, 64, pykernel_abi::MAX_EXTENT as u64] {
            let want = (index as i64) >= 0 && (index as i64) < extent as i64;
            assert_eq!(call(&jit, &[index, extent]).expect("nothing raises")[0] & 1, u64::from(want));
        }
    }
}

/// Every operation on every machine number, computed from the parameter of its type.
fn every_operation(of: &dyn Fn(Scalar) -> Expr) -> Vec<(Scalar, Expr)> {
    let numbers = || INTEGERS.into_iter().chain(FLOATS);
    let mut all = Vec::new();
    for scalar in numbers() {
        let pair = || vec![of(scalar), of(scalar)];
        let ops = if scalar.is_float() { &BINARY[..4] } else { &BINARY[..] };
        all.extend(ops.iter().map(|op| (scalar, binary(*op)(pair()))));
        all.extend([UnaryOp::Neg, UnaryOp::Abs].map(|op| (scalar, unary(op)(pair()))));
        all.extend(COMPARE.map(|op| (Scalar::Bool, compare(op)(pair()))));
        for to in numbers() {
            let how = match (scalar.is_float(), to.is_float()) {
                (_, true) => Conversion::Round,
                (true, false) => Conversion::Saturate,
                (false, false) => Conversion::Wrap,
            };
            all.push((to, convert(to, how)(pair())));
        }
    }
    for scalar in FLOATS {
        let one =
            [Intrinsic::Sqrt, Intrinsic::Floor, Intrinsic::Ceil, Intrinsic::Trunc, Intrinsic::RoundEven];
        all.extend(one.map(|op| (scalar, intrinsic(op)(vec![of(scalar)]))));
        let pair = || vec![of(scalar), of(scalar)];
        all.push((scalar, intrinsic(Intrinsic::CopySign)(pair())));
        all.push((scalar, intrinsic(Intrinsic::ProductError)(pair())));
        for op in [Intrinsic::FusedMultiplyAdd, Intrinsic::MultiplyAdd] {
            all.push((scalar, intrinsic(op)(vec![of(scalar), of(scalar), of(scalar)])));
        }
    }
    for scalar in [Scalar::I32, Scalar::U32, Scalar::I64, Scalar::U64] {
        let bits = [Intrinsic::CountOnes, Intrinsic::LeadingZeros, Intrinsic::ReverseBits];
        all.extend(bits.map(|op| (scalar, intrinsic(op)(vec![of(scalar)]))));
    }
    let pair = vec![of(Scalar::U64), of(Scalar::U64)];
    all.push((Scalar::U64, intrinsic(Intrinsic::MultiplyHigh)(pair)));
    for op in [Intrinsic::AddOverflows, Intrinsic::SubOverflows, Intrinsic::MulOverflows] {
        all.push((Scalar::Bool, intrinsic(op)(vec![of(Scalar::I64), of(Scalar::I64)])));
    }
    all
}

#[test]
fn every_operation_compiles_for_every_architecture() {
    let mut f = function("f");
    let scalars = INTEGERS.into_iter().chain(FLOATS).chain([Scalar::Bool]);
    let params: Vec<(Scalar, LocalId, LocalId)> = scalars
        .map(|scalar| {
            let number = param(&mut f, Type::Scalar(scalar));
            (scalar, number, param(&mut f, kernel::array(kernel::dtype(scalar), 1, Layout::C)))
        })
        .collect();
    let find = |scalar| *params.iter().find(|param| param.0 == scalar).expect("every scalar has parameters");
    for (index, (to, value)) in every_operation(&|scalar| local(find(scalar).1)).into_iter().enumerate() {
        let index = vec![kernel::int(index as i64)];
        f.body.push(kernel::stmt(StmtKind::Store { view: find(to).2, index, part: Part::First, value }));
    }
    let module = Module { functions: vec![f] };
    let kernel = kernel::kernel(&module, FunctionId(0));
    let irs = [module.into()];
    for (triple, features) in [
        ("x86_64-unknown-linux-gnu", ""),
        ("x86_64-unknown-linux-gnu", "sse3,ssse3,sse4.1,sse4.2,popcnt,avx,avx2,bmi1,bmi2,fma,lzcnt"),
        ("aarch64-unknown-linux-gnu", "neon"),
        ("riscv64gc-unknown-linux-gnu", "a,c,d,f,m"),
        ("s390x-unknown-linux-gnu", ""),
    ] {
        let target = Target::parse(triple, features).expect("a known triple");
        let object = backend::object(&irs, &kernel, &target, None);
        assert!(object.is_ok(), "{triple}: {object:?}");
    }
}
