//! What the expansion of ufuncs looks like.

use proc_macro2::Span;
use pykernel_codegen::interface::{Number, Param, ParamType};
use pykernel_codegen::ir::{FunctionId, Mode};
use pykernel_codegen::source::{self, Source};
use pykernel_codegen::types::{ArrayType, DType, Layout};
use pykernel_codegen::ufunc::{CoreDimension, CoreLayout, CoreSize, Identity, Kind};

use super::*;

fn loop_of(symbol: &str, params: Vec<ParamType>, result: Type, types: &[DType]) -> Overload {
    let params = params.into_iter().zip(["x", "y", "z"]).map(|(ty, name)| Param { name: name.into(), ty });
    Overload {
        symbol: symbol.into(),
        function: FunctionId(0),
        types: types.to_vec(),
        cost: 5,
        raises: true,
        params: params.collect(),
        result,
        recursive: false,
        unchecked: false,
        host: false,
    }
}

fn numbers(symbol: &str, dtype: DType) -> Overload {
    let number = ParamType::Number(Number::Strong(dtype));
    loop_of(symbol, vec![number.clone(), number], Type::Strong(dtype), &[dtype; 3])
}

fn layout(dimensions: Vec<CoreDimension>, inputs: &[&[usize]], outputs: &[&[usize]]) -> CoreLayout {
    let operands = |operands: &[&[usize]]| operands.iter().map(|it| it.to_vec()).collect();
    CoreLayout { dimensions, inputs: operands(inputs), outputs: operands(outputs) }
}

fn dimension(name: &str, size: CoreSize, optional: bool) -> CoreDimension {
    CoreDimension { name: name.into(), size, optional, broadcastable: false }
}

fn kernel(name: &str, layout: CoreLayout, overloads: Vec<Overload>) -> Kernel {
    let identity = Identity::Value(-1);
    let target = Target::Parallel;
    let ufunc = Ufunc { kind: Kind::Vectorize, layout, identity, target, writable: vec![0] };
    Kernel {
        name: name.into(),
        span: source::Span::new(0, 0),
        doc: None,
        overloads,
        callables: vec![],
        untrusted: vec![],
        ufunc: Some(ufunc),
        launched: None,
    }
}

/// The expansion, without blanks.
fn expanded(kernels: &[Kernel]) -> String {
    let source = Source::file("k.py", "def f(): pass\n");
    let context = Context { source: &source, file: "k.py", library: "pyk_x", locate: &|_| Span::call_site() };
    let interface = pykernel_codegen::interface::Interface { kernels: kernels.to_vec() };
    crate::expand::kernels(&interface, &context).to_string().replace(' ', "")
}

fn expect(text: &str, part: &str) {
    assert!(text.contains(&part.replace([' ', '\n'], "")), "{part}\nis not in\n{text}");
}

#[test]
fn a_ufunc_is_a_static_over_a_table_of_loops() {
    let loops = vec![numbers("s_f", DType::Float32), numbers("s_d", DType::Float64)];
    let text = expanded(&[kernel("match", layout(vec![], &[&[], &[]], &[&[]]), loops)]);
    expect(&text, "pub static r#match: ::pykernel::Ufunc<'static, match_loops> = {");
    expect(
        &text,
        "#[link(name = \"pyk_x\", kind = \"static\")] unsafe extern \"C\" { fn s_f(args: *const *mut",
    );
    expect(
        &text,
        "Table { kernel: ::pykernel::call::Kernel { name: \"match\", file: \"k.py\", line: 1u32 }, \
         layout: ::pykernel::ufunc::CoreLayout { dimensions: &[], inputs: &[&[], &[]], outputs: &[&[]], }, \
         identity: ::pykernel::ufunc::Identity::Value(-1), parallel: true, \
         device: ::core::option::Option::None, writable: &[0],",
    );
    expect(
        &text,
        "Loop { types: &[::pykernel::DType::Float32, ::pykernel::DType::Float32, ::pykernel::DType::Float32], \
         layouts: &[::pykernel::call::Layout::Any, ::pykernel::call::Layout::Any, ::pykernel::call::Layout::Any], \
         inner: s_f, callables: ::pykernel::ufunc::Callables(::core::ptr::null()), raises: true, \
         recursive: false, host: false, cost: 5, }",
    );
    expect(&text, "unsafe { ::pykernel::Ufunc::new(&TABLE) }");
    expect(&text, "match(x: float64, y: float64) -> float64");
}

#[test]
fn its_loops_are_a_type() {
    let loops = vec![numbers("s_f", DType::Complex64), numbers("s_d", DType::Float64)];
    let text = expanded(&[kernel("f", layout(vec![], &[&[], &[]], &[&[]]), loops)]);
    expect(&text, "#[doc(hidden)] pub enum f_loops {}");
    let core = "(::pykernel::ndarray::Dim<[::pykernel::ndarray::Ix; 0]>,";
    expect(&text, &format!("type OutputCores = {core});"));
    let access = "(::pykernel::ufunc::typed::Write, ::pykernel::ufunc::typed::Read,)";
    expect(&text, &format!("type Access = {access};"));
    expect(
        &text,
        "impl f for (::core::primitive::f64, ::core::primitive::f64,) { type Outputs = (::core::primitive::f64,); }",
    );
    expect(&text, "impl<Elements: f> ::pykernel::ufunc::typed::Loops<Elements> for f_loops");
    expect(&text, "note = \"its loops take `(Complex<f32>, Complex<f32>)`, `(f64, f64)`\"");
    expect(&text, "`f.call_dyn([…])` converts inputs as NumPy does");
}

#[test]
fn of_loops_with_the_same_inputs_the_first_gives_the_types() {
    let second = Overload {
        types: vec![DType::Float64, DType::Float64, DType::Bool],
        ..numbers("s_1", DType::Float64)
    };
    let kernel =
        kernel("f", layout(vec![], &[&[], &[]], &[&[]]), vec![numbers("s_0", DType::Float64), second]);
    assert_eq!(expanded(std::slice::from_ref(&kernel)).matches("implffor").count(), 1);
    assert!(
        crate::expand::ambiguous(&kernel).is_some_and(|text| text.contains("take the same types in Rust"))
    );
}

#[test]
fn core_dimensions_are_ranks_and_layouts() {
    let array = |rank, layout| {
        let array = ArrayType::of(DType::Int64, rank, layout);
        ParamType::Array(array, Mode::Write)
    };
    let rule = CoreSize::Rule { constant: -1, terms: vec![(1, 0), (2, 1)] };
    let dimensions = vec![
        dimension("m", CoreSize::Operands, false),
        dimension("3", CoreSize::Fixed(3), false),
        dimension("m+2-1", rule, false),
    ];
    let params = vec![array(2, Layout::C), array(1, Layout::C), array(1, Layout::Any)];
    let overload = loop_of("s", params, Type::None, &[DType::Int64; 3]);
    let text = expanded(&[kernel("g", layout(dimensions, &[&[0, 1], &[]], &[&[2]]), vec![overload])]);
    let core = |rank| format!("::pykernel::ndarray::Dim<[::pykernel::ndarray::Ix; {rank}]>,");
    expect(&text, &format!("type InputCores = ({}{});", core(2), core(0)));
    expect(&text, &format!("type KeptCores = ({});", core(1)));
    expect(&text, "size: ::pykernel::ufunc::CoreSize::Rule { constant: -1, terms: &[(1, 0), (2, 1)] }");
    expect(
        &text,
        "name: \"3\", size: ::pykernel::ufunc::CoreSize::Fixed(3), optional: false, broadcastable: false",
    );
    expect(
        &text,
        "layouts: &[::pykernel::call::Layout::C, ::pykernel::call::Layout::Any, ::pykernel::call::Layout::Any]",
    );
}

#[test]
fn what_may_be_left_out_has_a_dynamic_rank_and_what_is_reduced_may_be_kept() {
    let optional = vec![dimension("m", CoreSize::Operands, true), dimension("n", CoreSize::Operands, false)];
    let text = expanded(&[kernel("f", layout(optional.clone(), &[&[0, 1], &[1]], &[&[0]]), vec![])]);
    let one = "::pykernel::ndarray::Dim<[::pykernel::ndarray::Ix; 1]>,";
    expect(&text, &format!("type InputCores = (::pykernel::ndarray::IxDyn, {one});"));
    expect(&text, "type OutputCores = (::pykernel::ndarray::IxDyn,);");
    let text = expanded(&[kernel("f", layout(optional, &[&[1]], &[&[], &[]]), vec![])]);
    expect(&text, &format!("type KeptCores = ({one}{one});"));
}

#[test]
fn a_kernel_that_is_not_checked_hands_its_ufunc_out_unsafely() {
    let unchecked = Overload { unchecked: true, ..numbers("s", DType::Float64) };
    let text = expanded(&[kernel("f", layout(vec![], &[&[], &[]], &[&[]]), vec![unchecked])]);
    expect(&text, "pub static f: ::pykernel::ufunc::Unchecked<::pykernel::Ufunc<'static, f_loops>> = {");
    expect(&text, "::pykernel::ufunc::Unchecked::new({ const TABLE");
    expect(&text, "# Safety");
}

#[test]
fn no_parameter_has_the_name_of_a_static() {
    let ufunc = kernel("x", layout(vec![], &[&[], &[]], &[&[]]), vec![numbers("s", DType::Float64)]);
    let function =
        Kernel { ufunc: None, ..kernel("f", CoreLayout::default(), vec![numbers("s", DType::Float64)]) };
    expect(&expanded(std::slice::from_ref(&function)), "pub fn f<>(x: ::core::primitive::f64, y:");
    expect(&expanded(&[function, ufunc]), "pub fn f<>(x_: ::core::primitive::f64, y:");
}
