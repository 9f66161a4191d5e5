//! Every operator on every two scalar types either is refused with a diagnostic or becomes
//! well-formed IR, whatever of the library it needs.

use pykernel_codegen::diagnostic::Diagnostics;
use pykernel_codegen::source::Source;
use pykernel_codegen::types::{DType, Weak};
use pykernel_codegen::{infer, ir, lower, syntax};

const OPERATORS: [&str; 20] = [
    "+", "-", "*", "/", "//", "%", "**", "<<", ">>", "&", "|", "^", "==", "!=", "<", "<=", ">", ">=", "and",
    "or",
];

/// Whether a kernel has a meaning.
fn is_accepted(text: &str) -> bool {
    let source = Source::file("k.py", text);
    let mut diagnostics = Diagnostics::default();
    let hir = syntax::parse(&source, &mut diagnostics);
    let program = infer::infer(&hir, &mut diagnostics);
    if !diagnostics.is_empty() {
        return false;
    }
    let module = lower::lower(&program, &source);
    let verified = ir::verify::verify(&module, ir::Stage::Raising);
    assert_eq!(verified, Ok(()), "{text}{}", ir::print::print(&module));
    true
}

fn scalar_types() -> Vec<&'static str> {
    let weak = [Weak::Bool, Weak::Int, Weak::Float, Weak::Complex].map(Weak::name);
    weak.into_iter().chain(DType::ALL.map(DType::name)).collect()
}

#[test]
fn every_operator_becomes_well_formed_ir() {
    let types = scalar_types();
    let strong = DType::ALL.map(DType::name).join(", ");
    for operator in OPERATORS {
        let mut accepted = 0;
        for (a, b) in types.iter().flat_map(|a| types.iter().map(move |b| (a, b))) {
            let text = format!(
                "from numba import njit, {strong}\n@njit\ndef f(a: {a}, b: {b}):\n    return a {operator} b\n"
            );
            accepted += usize::from(is_accepted(&text));
        }
        assert!(accepted > 100, "`{operator}` takes {accepted} pairs of types");
    }
}
