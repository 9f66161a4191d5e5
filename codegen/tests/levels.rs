//! The variants of kernels for CPU levels: which objects have them, and under which symbols.

use std::collections::BTreeSet;
use std::error::Error;

use object::{Object as _, ObjectSection as _, ObjectSymbol as _};
use pykernel_codegen::analysis::{Analysis, analyse};
use pykernel_codegen::backend::{self, Level, LevelIr, Origin, Target};
use pykernel_codegen::interface::Kernel;
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

@vectorize([float64(float64)])
def doubles_all(x):
    return x + x

@vectorize([float64(float64)])
def sines(x):
    return math.sin(x)
";

/// What the front end makes of all kernels, and one of them.
fn analysed(name: &str) -> Result<(Analysis, Kernel)> {
    let source = Source::embedded("levels.py", 1, KERNELS);
    let mut analysis = analyse(&source, &Package { name: "levels".into(), version: "0".into() });
    assert!(analysis.diagnostics.is_empty(), "{:?}", analysis.diagnostics);
    let at = analysis.interface.kernels.iter().position(|found| found.name == name).ok_or("no kernel")?;
    let kernel = analysis.interface.kernels.swap_remove(at);
    Ok((analysis, kernel))
}

/// IR for a level, with lanes of so many bits.
fn level_ir((analysis, kernel): &(Analysis, Kernel), level: Level, bits: u32) -> LevelIr {
    let options = Options { overflow_checks: false, lanes: Some(bits.into()) };
    let entries = [kernel.overloads[0].function];
    let (ir, verdicts) = passes::run_with_report(analysis.module.clone(), &entries, options);
    LevelIr { level, ir, verdicts }
}

/// The entries in the object of a kernel, by what follows the kernel's symbol, and whether a linker
/// sees them. Loops on lanes that stand apart are others.
fn functions(name: &str, target: &Target) -> Result<BTreeSet<(String, bool)>> {
    let (analysis, kernel) = analysed(name)?;
    let irs = backend::for_levels(analysis.module, &[kernel.overloads[0].function], false, target);
    functions_of(&irs, &kernel, target)
}

/// The same of a kernel's IR.
fn functions_of(irs: &[LevelIr], kernel: &Kernel, target: &Target) -> Result<BTreeSet<(String, bool)>> {
    let bytes = backend::object(irs, kernel, target, None)?;
    let file = object::File::parse(&*bytes)?;
    let symbols = file.symbols().filter(|symbol| symbol.kind() == object::SymbolKind::Text);
    let function = |symbol: object::Symbol<'_, '_>| {
        let name = symbol.name()?.replace(&kernel.overloads[0].symbol, "");
        Ok((name, symbol.is_global()))
    };
    // What is imported has no section.
    let functions: Result<BTreeSet<_>> =
        symbols.filter(|symbol| symbol.is_definition()).map(function).collect();
    Ok(functions?.into_iter().filter(|(name, _)| !name.contains(".loop")).collect())
}

fn set(functions: &[(&str, bool)]) -> BTreeSet<(String, bool)> {
    functions.iter().map(|(name, global)| ((*name).to_owned(), *global)).collect()
}

#[test]
fn a_kernel_has_variants_where_they_make_a_difference() -> Result<()> {
    let linux = Target::parse("x86_64-unknown-linux-gnu", "fxsr,sse,sse2")?;
    let several = set(&[("", true), (".v1", false), (".v3", false)]);
    let with_lanes = set(&[("", true), (".v1", false), (".v3", false), (".v4", false)]);
    assert_eq!(functions("rounds", &linux)?, several);
    assert_eq!(functions("rounds_all", &linux)?, with_lanes);
    assert_eq!(functions("doubles_all", &linux)?, with_lanes);
    assert_eq!(functions("doubles", &linux)?, set(&[("", true)]));
    Ok(())
}

#[test]
fn features_that_a_user_asks_for_leave_no_choice() -> Result<()> {
    let v3 = Target::parse("x86_64-unknown-linux-gnu", &Level::V3.features().join(","))?;
    let v4 = Target::parse("x86_64-unknown-linux-gnu", &Level::V4.features().join(","))?;
    let aarch64 = Target::parse("aarch64-unknown-linux-gnu", "neon")?;
    for kernel in ["rounds", "rounds_all", "doubles"] {
        for target in [&v4, &aarch64] {
            assert_eq!(functions(kernel, target)?, set(&[("", true)]), "{kernel}");
        }
    }
    // Wider vectors are still a choice.
    assert_eq!(functions("rounds", &v3)?, set(&[("", true)]));
    assert_eq!(functions("rounds_all", &v3)?, set(&[("", true), (".v3", false), (".v4", false)]));
    Ok(())
}

#[test]
fn levels_whose_lanes_have_as_many_bits_share_their_ir() -> Result<()> {
    let (analysis, kernel) = analysed("doubles_all")?;
    for features in [&Level::V1, &Level::V3, &Level::V4].map(|level| level.features().join(",")) {
        let target = Target::parse("x86_64-unknown-linux-gnu", &features)?;
        let entries = [kernel.overloads[0].function];
        let irs = backend::for_levels(analysis.module.clone(), &entries, false, &target);
        let mut bits: Vec<_> = target.levels().iter().map(|level| target.lanes(*level)).collect();
        bits.dedup();
        assert_eq!(irs.len(), bits.len());
        assert_eq!(irs[0].level, target.levels()[0]);
    }
    Ok(())
}

#[test]
fn v4_has_a_variant_where_its_lanes_differ() -> Result<()> {
    let linux = Target::parse("x86_64-unknown-linux-gnu", "")?;
    let with_v4 = |name| {
        let analysed = analysed(name)?;
        let irs = [level_ir(&analysed, Level::V1, 256), level_ir(&analysed, Level::V4, 512)];
        functions_of(&irs, &analysed.1, &linux)
    };
    let three = set(&[("", true), (".v1", false), (".v3", false), (".v4", false)]);
    assert_eq!(with_v4("doubles_all")?, three);
    assert_eq!(with_v4("rounds_all")?, three);
    assert_eq!(with_v4("rounds")?, set(&[("", true), (".v1", false), (".v3", false)]));
    assert_eq!(with_v4("doubles")?, set(&[("", true)]));
    Ok(())
}

/// AVX2 has half as many registers as AVX-512, and those of a sine are more than a quarter of them.
#[test]
fn loops_have_half_the_lanes_where_registers_are_too_few() -> Result<()> {
    let linux = Target::parse("x86_64-unknown-linux-gnu", "")?;
    for (name, lanes) in [("doubles_all", [4, 16, 32]), ("sines", [4, 8, 32])] {
        let (analysis, kernel) = analysed(name)?;
        let irs = backend::for_levels(analysis.module, &[kernel.overloads[0].function], false, &linux);
        let counts =
            irs.iter().flat_map(|level| level.verdicts.iter().flat_map(|loop_| loop_.outcome.clone()));
        assert_eq!(counts.collect::<Vec<_>>(), lanes, "{name}");
    }
    Ok(())
}

/// Cranelift makes an operand of `cmppd` of floats that are loaded, which without VEX must be aligned.
#[test]
fn floats_are_loaded_as_bits_without_vex() -> Result<()> {
    let (analysis, kernel) = analysed("doubles_all")?;
    for (level, loaded, not_loaded) in
        [(Level::V1, "load.i64x2", "load.f64x2"), (Level::V3, "load.f64x2", "load.i64x2")]
    {
        let target = Target::parse("x86_64-unknown-linux-gnu", "")?.at(level);
        let irs =
            backend::for_levels(analysis.module.clone(), &[kernel.overloads[0].function], false, &target);
        let text = backend::clif_text(&irs, &kernel, &target)?;
        assert!(text.contains(loaded) && !text.contains(not_loaded), "{level:?}: {text}");
    }
    Ok(())
}

#[test]
fn each_variant_is_made_of_the_ir_of_its_level() -> Result<()> {
    let linux = Target::parse("x86_64-unknown-linux-gnu", "")?;
    let analysed = analysed("doubles_all")?;
    let irs = [(Level::V1, 128), (Level::V3, 256), (Level::V4, 512)];
    let irs = irs.map(|(level, bits)| level_ir(&analysed, level, bits));
    let text = backend::clif_text(&irs, &analysed.1, &linux)?;
    let loads = |level: Level| {
        let head = format!("; {}.{}\n", analysed.1.overloads[0].symbol, level.name());
        let (_, function) = text.split_once(&head).ok_or("no such variant")?;
        let function = function.split("\n; pyk_").next().unwrap_or(function);
        // The lowest level loads floats as bits.
        Ok(["load.f64x2", "load.i64x2"].iter().map(|load| function.matches(load).count()).sum())
    };
    let loads: Vec<usize> = Level::X86_64.into_iter().map(loads).collect::<Result<_>>()?;
    assert!(loads[0] > 0 && loads[1] == 2 * loads[0] && loads[2] == 2 * loads[1], "{loads:?}");
    Ok(())
}

#[test]
fn each_variant_has_the_line_table_of_its_ir() -> Result<()> {
    let linux = Target::parse("x86_64-unknown-linux-gnu", "")?;
    let analysed = analysed("doubles_all")?;
    let mut irs = [level_ir(&analysed, Level::V1, 256), level_ir(&analysed, Level::V4, 512)];
    let function = analysed.1.overloads[0].function.0 as usize;
    irs[1].ir.functions[function].name = "named_by_v4".into();
    let source = Source::embedded("levels.py", 1, KERNELS);
    let origin = Origin { source: &source, folder: "." };
    let bytes = backend::object(&irs, &analysed.1, &linux, Some(origin))?;
    let names =
        object::File::parse(&*bytes)?.section_by_name(".debug_str").ok_or("no names")?.data()?.to_vec();
    let names = String::from_utf8_lossy(&names).into_owned();
    assert!(names.contains("named_by_v4\0") && names.contains("doubles_all\0"), "{names:?}");
    Ok(())
}
