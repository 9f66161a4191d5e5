//! Constant arrays on GPUs: where they stand in the PTX, and how much of it a file can have.

use pykernel_codegen::analysis::analyse;
use pykernel_codegen::backend::ptx;
use pykernel_codegen::source::Source;
use pykernel_codegen::symbol::Package;

fn module(text: &str) -> ptx::Module {
    let source = Source::file("constants.py", text);
    let package = Package { name: "constants".into(), version: "0".into() };
    let analysis = analyse(&source, &package);
    assert!(analysis.diagnostics.is_empty(), "{text}");
    ptx::compile(analysis.module.clone(), &analysis.interface.kernels, false)
}

/// A kernel that looks up `table`.
fn lookup(name: &str, table: &str) -> String {
    format!(
        "@cuda.jit('void(int64[:])')\ndef {name}(x):\n    i = cuda.grid(1)\n    table = {table}\n    x[i] = table[x[i]]\n"
    )
}

fn file(n_elements: usize, kernels: &[String]) -> String {
    let items = vec!["7"; n_elements].join(", ");
    format!(
        "import numpy as np\nfrom numba import cuda\nTABLE = np.array([{items}])\nOTHER = np.array([1, 2])\n{}",
        kernels.concat()
    )
}

#[test]
fn each_stands_once_in_each_memory() {
    let kernels = [
        lookup("cached", "cuda.const.array_like(TABLE)"),
        lookup("cached_too", "cuda.const.array_like(TABLE)"),
        lookup("plain", "TABLE"),
        lookup("other", "OTHER"),
    ];
    let text = module(&file(3, &kernels)).text();
    assert_eq!(text.matches(".const .align").count(), 1, "{text}");
    assert_eq!(text.matches(".global .align").count(), 2, "{text}");
    assert_eq!(text.matches("ld.const.b64").count(), 2, "{text}");
}

#[test]
fn an_element_at_a_constant_index_is_a_number() {
    let kernel = "@cuda.jit('void(int64[:])')\ndef third(x):\n    x[0] = TABLE[2]\n".to_owned();
    let text = module(&file(3, &[kernel])).text();
    assert!(!text.contains("table"), "{text}");
}

#[test]
fn what_constant_memory_does_not_hold_is_refused() {
    let cached = |name| lookup(name, "cuda.const.array_like(TABLE)");
    assert!(module(&file(8192, &[cached("fits")])).refused.is_empty());
    let kernels =
        [lookup("other", "cuda.const.array_like(OTHER)"), cached("large"), lookup("plain", "TABLE")];
    let module = module(&file(8192, &kernels));
    let [(name, why)] = module.refused.as_slice() else { unreachable!("{:?}", module.refused) };
    assert_eq!(name, "large");
    let why = why.to_string();
    assert!(why.contains("have 65552 bytes in constant memory") && why.contains("there are 65536"), "{why}");
    assert!(module.text().contains("ld.const.b64"));
    assert_eq!(module.text().matches(".const .align").count(), 1);
}
