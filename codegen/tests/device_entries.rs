//! What GPUs get of ufuncs' loops beside the entry for all operands: claims about the text of the PTX.

use std::error::Error;

use pykernel_codegen::analysis::analyse;
use pykernel_codegen::backend::ptx;
use pykernel_codegen::source::Source;
use pykernel_codegen::symbol::Package;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const KERNELS: &str = "\
import math
from numba import vectorize, guvectorize, boolean, complex64, float32, float64, int8, int64

@vectorize([float64(float64, float64)])
def scaled(x, y):
    return x * y + 1.0

@vectorize([float32(float32, int8)])
def narrow(x, y):
    return x * y

@vectorize([complex64(complex64, boolean)])
def chosen(x, y):
    return x if y else x * x

@vectorize([int64(int64, int64)])
def checked(x, y):
    if y == 0:
        raise ValueError('y')
    return x ^ y

@vectorize([int64(float64)])
def halvings(x):
    n = 0
    while x > 1.0:
        x, n = x / 2.0, n + 1
    return n

@vectorize([float64(float64)])
def wave(x):
    return math.exp(-x) * math.sin(x) * math.log(x)

@guvectorize([(float64[:], float64, float64[:])], '(n),()->(n)')
def added(x, y, out):
    for i in range(len(x)):
        out[i] = x[i] + y

@guvectorize([(float64[:], float64[:])], '(n)->()')
def folded(x, out):
    total = 0.0
    for i in range(len(x)):
        total += x[i]
    out[0] = total
";

/// The entries of a kernel: what stands behind the symbol in each name, and the body.
fn entries(kernel: &str) -> Result<Vec<(String, String)>> {
    let source = Source::file("entries.py", KERNELS);
    let package = Package { name: "entries".into(), version: "0".into() };
    let analysis = analyse(&source, &package);
    let kernels = &analysis.interface.kernels;
    let kernel = kernels.iter().find(|found| found.name == kernel).ok_or("there is no such kernel")?;
    let symbol = &kernel.overloads[0].symbol;
    let module = ptx::compile(analysis.module.clone(), std::slice::from_ref(kernel), false);
    let text = module.text();
    let entries = text.split(".visible .entry ").skip(1).filter_map(|entry| {
        let (kind, body) = entry.strip_prefix(symbol.as_str())?.split_once('(')?;
        Some((kind.to_owned(), body.to_owned()))
    });
    Ok(entries.collect())
}

/// The body of the entry for contiguous operands, of which a thread does so many elements at once.
fn contiguous(kernel: &str, together: u32) -> Result<String> {
    let entries = entries(kernel)?;
    let wanted = format!("_contiguous_{together}");
    let kinds: Vec<&String> = entries.iter().map(|(kind, _)| kind).collect();
    let found = entries.iter().find(|(kind, _)| *kind == wanted);
    Ok(found.ok_or(format!("{kernel} has no entry {wanted}: {kinds:?}"))?.1.clone())
}

#[test]
fn accesses_bring_sixteen_bytes_of_the_widest_operand() -> Result<()> {
    let scaled = contiguous("scaled", 4)?;
    // Two accesses of each input, and one of the rest.
    assert_eq!(scaled.matches("ld.global.nc.v2.f64").count(), 6, "{scaled}");
    assert_eq!(scaled.matches("st.global.v2.f64").count(), 3, "{scaled}");
    assert_eq!(scaled.matches("st.global.f64").count(), 1, "{scaled}");
    assert!(!scaled.contains("div.") && !scaled.contains("rem."), "{scaled}");
    let narrow = contiguous("narrow", 8)?;
    assert!(narrow.contains("ld.global.nc.v4.f32") && narrow.contains("ld.global.nc.v4.s8"), "{narrow}");
    let chosen = contiguous("chosen", 4)?;
    assert!(chosen.contains("ld.global.nc.v4.f32") && chosen.contains("ld.global.nc.v2.u8"), "{chosen}");
    Ok(())
}

#[test]
fn instances_that_raise_repeat_or_are_long_are_done_one_by_one() -> Result<()> {
    for kernel in ["checked", "halvings", "wave"] {
        let body = contiguous(kernel, 1)?;
        assert!(!body.contains(".v2."), "{body}");
    }
    Ok(())
}

#[test]
fn warps_do_instances_that_have_a_loop_on_lanes() -> Result<()> {
    let added = entries("added")?;
    let [(_, alone), (kind, warp)] = added.as_slice() else { return Err("two entries".into()) };
    assert_eq!(kind, "_warp");
    assert!(warp.contains("%laneid") && warp.contains("bar.warp.sync"), "{warp}");
    assert!(!alone.contains("%laneid"), "{alone}");
    // The order of a sum is the program's.
    assert_eq!(entries("folded")?.len(), 1);
    Ok(())
}
