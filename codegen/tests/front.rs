//! The front end up to the types: what small kernels' expressions are, and what is wrong with
//! others.

use pykernel_codegen::diagnostic::{Diagnostic, Diagnostics};
use pykernel_codegen::source::Source;
use pykernel_codegen::{hir, infer, syntax, typed};

fn front(text: &str) -> (hir::Module, typed::Program, Vec<Diagnostic>) {
    let source = Source::file("kernel.py", text);
    let mut diagnostics = Diagnostics::default();
    let module = syntax::parse(&source, &mut diagnostics);
    let program = infer::infer(&module, &mut diagnostics);
    (module, program, diagnostics.into_sorted())
}

#[test]
fn the_talks_kernel_has_its_types() {
    let (module, _, diagnostics) = front(
        "from numba import njit, float64, int64\n\n@njit\ndef mandel(x: float64, y: float64, max_iters: int64) -> int64:\n    c = complex(x, y)\n    z = 0j\n    for i in range(max_iters):\n        z = z*z + c\n        if z.real * z.real + z.imag * z.imag >= 4:\n            return 255 * i // max_iters\n    return 255\n",
    );
    assert_eq!(diagnostics, []);
    assert_eq!(module.functions.len(), 1);
}

#[test]
fn a_long_chain_of_assignments_has_its_types() {
    let chain = "    x = x + 1\n".repeat(1000);
    let (_, program, diagnostics) =
        front(&format!("from numba import njit\n\n@njit\ndef f(x: float) -> float:\n{chain}    return x\n"));
    assert_eq!(diagnostics, []);
    assert_eq!(program.instances[0].webs.len(), 1001);
}
