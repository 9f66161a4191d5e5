//! What the expansion of kernels looks like.

use super::*;
use pykernel_codegen::interface::{Number, Param};
use pykernel_codegen::ir::{FunctionId, Mode};
use pykernel_codegen::types::{ArrayType, DType, Layout, Type, Weak};

const F8: ParamType = ParamType::Number(Number::Strong(DType::Float64));

fn array(rank: usize, layout: Layout, mode: Mode) -> ParamType {
    ParamType::Array(ArrayType::of(DType::Float64, rank, layout), mode)
}

fn overload(symbol: &str, params: &[(&str, ParamType)], result: Type) -> Overload {
    let params = params.iter().map(|(name, ty)| Param { name: name.to_string(), ty: ty.clone() }).collect();
    Overload {
        symbol: symbol.into(),
        function: FunctionId(0),
        types: Vec::new(),
        cost: 0,
        raises: false,
        params,
        result,
        recursive: false,
        unchecked: false,
        host: false,
    }
}

fn kernel(name: &str, overloads: Vec<Overload>) -> Kernel {
    Kernel {
        name: name.into(),
        span: source::Span::new(0, 0),
        doc: None,
        overloads,
        callables: vec![],
        untrusted: vec![],
        ufunc: None,
        launched: None,
    }
}

/// The expansion, without blanks.
fn expanded(kernel: &Kernel) -> String {
    let source = Source::file("k.py", "def f(): pass\n");
    let context = Context { source: &source, file: "k.py", library: "pyk_x", locate: &|_| Span::call_site() };
    function(kernel, &context).to_string().replace(' ', "")
}

fn expect(text: &str, part: &str) {
    assert!(text.contains(&part.replace([' ', '\n'], "")), "{part}\nis not in\n{text}");
}

#[test]
fn one_signature_is_a_plain_function() {
    let params = [
        ("x", F8),
        ("z", ParamType::Number(Number::Strong(DType::Complex64))),
        ("a", array(2, Layout::C, Mode::Read)),
        ("out", array(1, Layout::Any, Mode::Write)),
    ];
    let text = expanded(&kernel("match", vec![overload("pyk_f_1", &params, Type::BOOL)]));
    expect(
        &text,
        "pub fn r#match<'p2, 'p3>(x: ::core::primitive::f64, \
         z: ::pykernel::num_complex::Complex<::core::primitive::f32>, \
         a: impl ::core::convert::Into<::pykernel::ndarray::ArrayView<'p2, ::core::primitive::f64, \
         ::pykernel::ndarray::Dim<[::pykernel::ndarray::Ix; 2]>>>,",
    );
    expect(&text, "-> ::core::result::Result<::core::primitive::bool, ::pykernel::Error>");
    expect(&text, "#[link(name = \"pyk_x\", kind = \"static\")] unsafe extern \"C\" { fn pyk_f_1(");
    expect(&text, "p1: ::core::primitive::f32, p1_imaginary: ::core::primitive::f32,");
    expect(&text, "pyk_f_1(x, z.re, z.im, &raw const _array_2, &raw const _array_3, _returned, _raised)");
    expect(&text, "::pykernel::call::write::<_, _, 1>(&mut out");
    expect(&text, "ty: \"float64[:, ::1]\", layout: ::pykernel::call::Layout::C");
    expect(&text, "match(x:float64,z:complex64,a:float64[:,::1],out:float64[:])->bool");
}

#[test]
fn none_is_the_unit_and_recursion_needs_the_stack_limit() {
    let recursive = Overload { recursive: true, ..overload("s", &[], Type::None) };
    let text = expanded(&kernel("f", vec![recursive]));
    expect(&text, "-> ::core::result::Result<(), ::pykernel::Error>");
    expect(
        &text,
        "run::<()>(::pykernel::call::stack_limit(), ::core::ptr::null(), |_returned, _raised| { s(_raised) })",
    );
}

#[test]
fn what_asks_something_of_the_program_is_told_its_host() {
    let asking = Overload { host: true, ..overload("s", &[], Type::None) };
    let text = expanded(&kernel("f", vec![asking]));
    expect(&text, "run::<()>(0, &raw const ::pykernel::call::HOST, |_returned, _raised| { s(_raised) })");
}

#[test]
fn a_returned_tuple_is_made_of_a_flat_struct() {
    let inner = Type::Tuple(vec![Type::COMPLEX, Type::None, Type::BOOL]);
    let text = expanded(&kernel("f", vec![overload("s", &[], Type::Tuple(vec![Type::INT, inner]))]));
    expect(
        &text,
        "-> ::core::result::Result<(::core::primitive::i64, \
         (::pykernel::num_complex::Complex<::core::primitive::f64>, (), ::core::primitive::bool,),),",
    );
    expect(
        &text,
        "#[repr(C)] struct Returned(::core::primitive::i64, \
         ::pykernel::num_complex::Complex<::core::primitive::f64>, ::core::primitive::bool);",
    );
    expect(&text, "result: *mut Returned, raised:");
    expect(&text, "|_written| (_written.0, (_written.1, (), _written.2,),)");
    let text = expanded(&kernel("f", vec![overload("s", &[], Type::Tuple(vec![Type::None]))]));
    expect(&text, "run::<()>(0, ::core::ptr::null(), |_returned, _raised| { s(_raised) })");
    expect(&text, "|_| ((),)");
}

#[test]
fn a_returned_array_is_taken() {
    let ty = |rank| Type::Array(ArrayType::of(DType::Bool, rank, Layout::C));
    let result = Type::Tuple(vec![Type::INT, ty(7), ty(2).optional()]);
    let text = expanded(&kernel("f", vec![overload("s", &[], result)]));
    expect(
        &text,
        "(::core::primitive::i64, \
         ::pykernel::ndarray::Array<::core::primitive::bool, ::pykernel::ndarray::IxDyn>, \
         ::core::option::Option<::pykernel::ndarray::Array<::core::primitive::bool, \
         ::pykernel::ndarray::Dim<[::pykernel::ndarray::Ix; 2]>>>,),",
    );
    expect(
        &text,
        "struct Returned(::core::primitive::i64, ::pykernel::call::Returned<7>, ::core::primitive::bool, \
         ::pykernel::call::Returned<2>);",
    );
    expect(
        &text,
        "|_written| ::core::result::Result::Ok((_written.0, \
         _written.1.take::<::core::primitive::bool, ::pykernel::ndarray::IxDyn>(&::pykernel::call::Kernel { \
         name: \"f\", file: \"k.py\", line: 1u32 })?,",
    );
}

#[test]
fn a_tuple_parameter_is_taken_apart() {
    let complex = ParamType::Number(Number::Strong(DType::Complex64));
    let tuple = ParamType::Tuple(vec![complex, ParamType::Tuple(vec![array(1, Layout::C, Mode::Write)])]);
    let params = [("x", F8), ("t", tuple)];
    let text = expanded(&kernel("f", vec![overload("s", &params, Type::None)]));
    expect(&text, "pub fn f<'p2>(x: ::core::primitive::f64, t: (::pykernel::num_complex::Complex<");
    expect(&text, "(impl ::core::convert::Into<::pykernel::ndarray::ArrayViewMut<'p2,");
    expect(&text, "let (_item_1, (_item_2,),) = t; let mut _item_2 = ::core::convert::Into::<");
    expect(&text, "name: \"t[1][0]\"");
    expect(&text, "s(x, _item_1.re, _item_1.im, &raw const _array_2, _raised)");
}

#[test]
fn several_signatures_are_a_trait() {
    let float = overload("s_0", &[("x", F8)], Type::FLOAT);
    let int = overload("s_1", &[("x", ParamType::Number(Number::Strong(DType::Int64)))], Type::INT);
    let text = expanded(&kernel("f", vec![float, int]));
    expect(&text, "pub fn f<f_0: ::pykernel::call::Argument>(x: f_0)");
    expect(&text, "pub trait f: ::core::marker::Sized");
    expect(&text, "impl<> f for (::core::primitive::f64,) { type Output = ::core::primitive::f64;");
    expect(&text, "impl<> f for (::core::primitive::i64,) { type Output = ::core::primitive::i64;");
    expect(&text, "note = \"f(x: int64) -> int\"");
}

#[test]
fn what_several_signatures_share_is_concrete() {
    let of = |symbol, x| {
        let x = ParamType::Number(Number::Strong(x));
        overload(symbol, &[("x", x), ("n", ParamType::Number(Number::Weak(Weak::Int)))], Type::FLOAT)
    };
    let text = expanded(&kernel("f", vec![of("s_0", DType::Int8), of("s_1", DType::Float32)]));
    expect(&text, "pub fn f<f_0: ::pykernel::call::Argument>(x: f_0, n: ::core::primitive::i64)");
    expect(&text, "-> ::core::result::Result<::core::primitive::f64, ::pykernel::Error>");
    expect(&text, "f<Output = ::core::primitive::f64>");
}

#[test]
fn signatures_that_differ_in_layout_are_one_function() {
    let of = |symbol, layout| overload(symbol, &[("a", array(2, layout, Mode::Read))], Type::FLOAT);
    let kernel = kernel("f", vec![of("s_c", Layout::C), of("s_any", Layout::Any), of("s_f", Layout::F)]);
    let text = expanded(&kernel);
    expect(&text, "pub fn f<'p0>(a: impl");
    expect(
        &text,
        "if ::pykernel::call::fits(a.shape(), a.strides(), 2, ::pykernel::call::Layout::C) { return {",
    );
    assert!(!text.contains("fns_f"), "what follows `Any` is never chosen");
}

#[test]
fn what_rust_cannot_tell_apart_must_give_one_type() {
    let of = |ty, result| overload("s", &[("x", ty)], result);
    let weak = ParamType::Number(Number::Weak(Weak::Float));
    assert!(ambiguous(&kernel("f", vec![of(F8, Type::FLOAT), of(weak.clone(), Type::FLOAT)])).is_none());
    let text = ambiguous(&kernel("f", vec![of(F8, Type::FLOAT), of(weak.clone(), Type::INT)])).unwrap();
    let pair = |ty| Type::Tuple(vec![ty, Type::INT]);
    let same = [of(F8, pair(Type::FLOAT)), of(weak.clone(), pair(Type::Strong(DType::Float64)))];
    assert!(ambiguous(&kernel("f", same.to_vec())).is_none());
    assert!(
        ambiguous(&kernel("f", vec![of(F8, pair(Type::FLOAT)), of(weak.clone(), pair(Type::INT))])).is_some()
    );
    assert!(text.contains("f(x: float64) -> float\n  f(x: float) -> int"), "{text}");
}

#[test]
fn names_are_rust_names() {
    let params = [("N", F8), ("n", F8), ("Self", F8), ("self", F8), ("type", F8)];
    let names: Vec<String> =
        parameters(&overload("s", &params, Type::None)).iter().map(Ident::to_string).collect();
    assert_eq!(names, ["n_", "n", "self__", "self_", "r#type"]);
}
