//! What the machine gets of loops on lanes: claims about Cranelift's IR, which has the instructions that are
//! selected. What passes make of kernels before is claimed by `claims.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

use pykernel_codegen::analysis::analyse;
use pykernel_codegen::backend::{self, Level, Target};
use pykernel_codegen::source::Source;
use pykernel_codegen::symbol::Package;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const KERNELS: &str = "\
import numpy as np
from numba import njit, vectorize, float64

@vectorize([float64(float64, float64)])
def scaled(x, y):
    return x * y + 1.0

@njit
def doubled(x: float64[::1], out: float64[::1]):
    for i in range(min(len(x), len(out))):
        out[i] = x[i] * 2.0

@njit
def fused(a: float64[::1], b: float64[::1], c: float64[::1], out: float64[::1]):
    out[:] = a * b + np.sin(c)

@njit
def returned(a: float64[::1], b: float64[::1], c: float64[::1]):
    return a * b + np.sin(c)

@njit
def unfused(a: float64[::1], b: float64[::1], c: float64[::1], out: float64[::1]):
    t = a * b
    out[0] = 1.0
    out[:] = t + c
";

/// The blocks of a function, each with its instructions; the last one names the blocks that may follow.
type Blocks<'t> = BTreeMap<&'t str, Vec<&'t str>>;

/// The instructions of a loop that is in no other.
struct Loop<'t>(Vec<&'t str>);

impl Loop<'_> {
    fn count(&self, name: &str) -> usize {
        let words = |line: &&&str| line.split(' ').any(|word| word == name);
        self.0.iter().filter(words).count()
    }

    /// How many vectors of floats it loads; the lowest level loads them as bits.
    fn loaded_vectors(&self) -> usize {
        self.count("load.f64x2") + self.count("load.i64x2")
    }

    fn is_on_lanes(&self) -> bool {
        self.loaded_vectors() > 0
    }
}

/// The targets whose loops on lanes Cranelift compiles: one of each architecture, without a choice of levels.
fn targets() -> Result<[Target; 2]> {
    Ok([
        Target::parse("x86_64-unknown-linux-gnu", "")?.at(Level::V1),
        Target::parse("aarch64-unknown-linux-gnu", "neon")?,
    ])
}

/// The text of a kernel's own function in Cranelift's IR; what it calls stands in others.
fn text(name: &str, target: &Target) -> Result<String> {
    let source = Source::embedded("emitted.py", 1, KERNELS);
    let analysis = analyse(&source, &Package { name: "emitted".into(), version: "0".into() });
    assert!(analysis.diagnostics.is_empty(), "{:?}", analysis.diagnostics);
    let kernel = analysis.interface.kernels.iter().find(|found| found.name == name).ok_or("no kernel")?;
    let entries = [kernel.overloads[0].function];
    let irs = backend::for_levels(analysis.module.clone(), &entries, false, target);
    let text = backend::clif_text(&irs, kernel, target)?;
    let head = format!("; {}\n", kernel.overloads[0].symbol);
    let (_, function) = text.split_once(&head).ok_or("no function of the kernel's name")?;
    Ok(function.split("\n; pyk_").next().unwrap_or(function).to_owned())
}

fn blocks(text: &str) -> Blocks<'_> {
    let mut blocks = Blocks::new();
    let mut current = None;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(';')) {
        if line.starts_with("block") && line.ends_with(':') {
            current = words(line).next();
        } else if let Some(block) = current {
            blocks.entry(block).or_default().push(line);
        }
    }
    blocks
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_ascii_alphanumeric())
}

/// The blocks that may follow, at any distance.
fn reached<'t>(blocks: &Blocks<'t>, from: &str) -> BTreeSet<&'t str> {
    let mut reached = BTreeSet::new();
    let mut waiting = vec![from];
    while let Some(block) = waiting.pop() {
        let last = blocks.get(block).and_then(|lines| lines.iter().rfind(|line| **line != "}"));
        let words = last.into_iter().flat_map(|line| words(line));
        for next in words.filter(|word| word.starts_with("block")) {
            if reached.insert(next) {
                waiting.push(next);
            }
        }
    }
    reached
}

/// The loops that are in no other: blocks that reach each other.
fn loops(text: &str) -> Vec<Loop<'_>> {
    let blocks = blocks(text);
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        blocks.keys().map(|block| (*block, reached(&blocks, block))).collect();
    let cycle = |block: &str| -> Vec<&str> {
        let both = reached[block].iter().filter(|other| reached[**other].contains(block));
        both.copied().collect()
    };
    let cycles: BTreeSet<Vec<&str>> = blocks.keys().map(|block| cycle(block)).collect();
    let cycles = cycles.into_iter().filter(|cycle| !cycle.is_empty());
    cycles.map(|cycle| Loop(cycle.iter().flat_map(|block| blocks[block].clone()).collect())).collect()
}

#[test]
fn a_loop_over_arrays_loads_and_stores_vectors_and_checks_nothing() -> Result<()> {
    for (name, arrays) in [("scaled", 2), ("doubled", 1)] {
        for target in targets()? {
            let text = text(name, &target)?;
            let loops = loops(&text);
            let [on_lanes] = loops.iter().filter(|found| found.is_on_lanes()).collect::<Vec<_>>()[..] else {
                panic!("not one loop on lanes in\n{text}");
            };
            // Two registers side by side, for each array.
            assert_eq!(on_lanes.loaded_vectors(), 2 * arrays, "{text}");
            assert_eq!(on_lanes.count("store"), 2, "{text}");
            assert_eq!(on_lanes.count("load.f64"), 0, "{text}");
            assert!(loops.iter().any(|found| !found.is_on_lanes()), "no loop for the rest in\n{text}");
            for found in &loops {
                // Whether it goes on, and nothing else: no bounds.
                assert_eq!(found.count("brif"), 1, "{text}");
                assert_eq!(found.count("call") + found.count("call_indirect"), 0, "{text}");
            }
        }
    }
    Ok(())
}

/// The machine code of the function that a kernel's first loop on lanes is, at a level with wide vectors.
fn wide_text(name: &str, level: Level) -> Result<String> {
    let target = Target::parse("x86_64-unknown-linux-gnu", "")?.at(level);
    let source = Source::embedded("emitted.py", 1, KERNELS);
    let analysis = analyse(&source, &Package { name: "emitted".into(), version: "0".into() });
    let kernel = analysis.interface.kernels.iter().find(|found| found.name == name).ok_or("no kernel")?;
    let entries = [kernel.overloads[0].function];
    let irs = backend::for_levels(analysis.module.clone(), &entries, false, &target);
    let text = backend::asm_text(&irs, kernel, &target)?;
    let (_, function) = text.split_once(".lanes, ").ok_or("no loop on lanes")?;
    Ok(function.split("\n; pyk_").next().unwrap_or(function).to_owned())
}

#[test]
fn wide_vectors_are_whole_registers_without_checks_and_spills() -> Result<()> {
    for (level, register) in [(Level::V3, "%ymm"), (Level::V4, "%zmm")] {
        for (name, arrays) in [("scaled", 2), ("doubled", 1)] {
            let text = wide_text(name, level)?;
            let lines = |wanted: &[&str]| {
                text.lines().filter(|line| wanted.iter().all(|part| line.contains(part))).count()
            };
            // Four registers side by side, for each array.
            assert_eq!(lines(&["vmovups ", ",8),", register]), 4 * arrays, "{text}");
            assert_eq!(lines(&["  vmovups %", register]), 4, "{text}");
            // Whether there is an iteration, and whether there is another.
            assert_eq!(lines(&["  j"]) - lines(&["  jmp"]), 2, "{text}");
            assert_eq!(lines(&["call"]) + lines(&["rsp)"]), 0, "{text}");
        }
    }
    Ok(())
}

/// Whether each loop of a function does all of the work, for one index or for four: reads three arrays and
/// writes one. Lanes far apart are read one by one.
fn is_one_loop(text: &str) -> bool {
    let loops = loops(text);
    let loads = |found: &Loop<'_>| 2 * found.loaded_vectors() + found.count("load.f64");
    let does_all = |found: &Loop<'_>| matches!(loads(found), 3 | 12) && found.count("store") > 0;
    !loops.is_empty() && loops.iter().all(does_all)
}

#[test]
fn an_expression_of_arrays_is_one_loop() -> Result<()> {
    for target in targets()? {
        for name in ["fused", "returned"] {
            let text = text(name, &target)?;
            // One form of the loop runs, as the strides ask.
            assert!(is_one_loop(&text), "{name}:\n{text}");
            assert!(loops(&text).iter().any(Loop::is_on_lanes), "{name}:\n{text}");
            // Calls by address are those of the host, which has the memory.
            assert_eq!(text.contains("call_indirect"), name == "returned", "{name}:\n{text}");
        }
        assert!(!is_one_loop(&text("unfused", &target)?), "temporaries would not be seen");
    }
    Ok(())
}
