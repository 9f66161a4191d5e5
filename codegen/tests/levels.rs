//! The variants of kernels for CPU levels: which objects have them, and under which symbols.

use std::collections::BTreeSet;
use std::error::Error;

use object::{Object as _, ObjectSymbol as _};
use pykernel_codegen::analysis::analyse;
use pykernel_codegen::backend::{self, LANE_BITS, Level, Target};
use pykernel_codegen::passes::{self, Options};
use pykernel_codegen::source::Source;
use pykernel_codegen::symbol::Package;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const KERNELS: &str = "\
import math
from numba import njit, vectorize, float64

@njit
def rounds(x: float) -> float:
    return math.floor(x) * 0.5

@njit
def doubles(x: float) -> float:
    return x + x

@vectorize([float64(float64)])
def rounds_all(x):
    return math.floor(x) * 0.5
";

/// The functions in the object of a kernel, by what follows the kernel's symbol, and whether a linker
/// sees them.
fn functions(kernel: &str, target: &Target) -> Result<BTreeSet<(String, bool)>> {
    let source = Source::embedded("levels.py", 1, KERNELS);
    let analysis = analyse(&source, &Package { name: "levels".into(), version: "0".into() });
    assert!(analysis.diagnostics.is_empty(), "{:?}", analysis.diagnostics);
    let kernel = analysis.interface.kernels.iter().find(|found| found.name == kernel).ok_or("no kernel")?;
    let entries = [kernel.overloads[0].function];
    let ir = passes::run(
        analysis.module.clone(),
        &entries,
        Options { overflow_checks: false, lanes: Some(LANE_BITS) },
    );
    let bytes = backend::object(&ir, kernel, target, None)?;
    let file = object::File::parse(&*bytes)?;
    let symbols = file.symbols().filter(|symbol| symbol.kind() == object::SymbolKind::Text);
    let function = |symbol: object::Symbol<'_, '_>| {
        let name = symbol.name()?.replace(&kernel.overloads[0].symbol, "");
        Ok((name, symbol.is_global()))
    };
    // What is imported has no section.
    symbols.filter(|symbol| symbol.is_definition()).map(function).collect()
}

fn set(functions: &[(&str, bool)]) -> BTreeSet<(String, bool)> {
    functions.iter().map(|(name, global)| ((*name).to_owned(), *global)).collect()
}

#[test]
fn a_kernel_has_variants_where_they_make_a_difference() -> Result<()> {
    let linux = Target::parse("x86_64-unknown-linux-gnu", "fxsr,sse,sse2")?;
    let several = set(&[("", true), (".v1", false), (".v3", false)]);
    assert_eq!(functions("rounds", &linux)?, several);
    assert_eq!(functions("rounds_all", &linux)?, several);
    assert_eq!(functions("doubles", &linux)?, set(&[("", true)]));
    Ok(())
}

#[test]
fn features_that_a_user_asks_for_leave_no_choice() -> Result<()> {
    let v3 = Target::parse("x86_64-unknown-linux-gnu", &Level::V3.features().join(","))?;
    let v4 = Target::parse("x86_64-unknown-linux-gnu", &Level::V4.features().join(","))?;
    let aarch64 = Target::parse("aarch64-unknown-linux-gnu", "neon")?;
    for kernel in ["rounds", "rounds_all", "doubles"] {
        for target in [&v3, &v4, &aarch64] {
            assert_eq!(functions(kernel, target)?, set(&[("", true)]), "{kernel}");
        }
    }
    Ok(())
}
