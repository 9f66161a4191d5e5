//! Random kernels: on lanes they do, bit for bit, what they do with single numbers.
//!
//! A case is one kernel, at one CPU level, with overflow checks or without, called with a dozen sets
//! of arguments, with single numbers and with lanes of each width. `PYKERNEL_CASES` says how many cases,
//! `PYKERNEL_SEED` the number of the first.

mod data;
mod expression;
mod outcome;
mod random;
mod shrink;
mod statement;
mod text;

use pykernel::call::level;
use pykernel_codegen::analysis::Analysis;
use pykernel_codegen::backend::Level;
use pykernel_codegen::interface::Kernel;
use pykernel_codegen::passes::Options;
use pykernel_codegen::vector::Wanted;

use random::Random;

/// How many bits lanes have together.
const WIDTHS: [Wanted; 4] = [
    Wanted { bits: 128, rest: None, gathers: false, registers: None, threads: None },
    Wanted { bits: 256, rest: None, gathers: false, registers: None, threads: None },
    Wanted { bits: 512, rest: Some(128), gathers: true, registers: None, threads: None },
    Wanted { bits: 2048, rest: Some(512), gathers: true, registers: None, threads: None },
];
/// With how many sets of arguments a kernel is called.
const SETS: usize = 12;

/// How a kernel is compiled, and the seed of its arguments.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    seed: u64,
    level: Level,
    overflow_checks: bool,
}

/// How many loops of kernels there were, and how many of them became lanes.
#[derive(Default)]
struct Loops {
    all: usize,
    on_lanes: usize,
}

#[test]
fn lanes_do_what_single_numbers_do() {
    let (cases, first) = (variable("PYKERNEL_CASES", 100), variable("PYKERNEL_SEED", 0));
    let (mut kernels, mut refused, mut with_lanes, mut loops) = (0, 0, 0, Loops::default());
    let mut wrong = 0;
    for seed in first.. {
        if kernels == cases {
            break;
        }
        let text = text::kernel(seed);
        let Some(analysed) = outcome::analysed(&text) else {
            refused += 1;
            continue;
        };
        kernels += 1;
        let mut random = Random::new(!seed);
        let levels: Vec<Level> = Level::X86_64.into_iter().filter(|known| *known <= level()).collect();
        let setting = Setting { seed, level: random.pick(&levels), overflow_checks: random.one_in(2) };
        let before = loops.on_lanes;
        if let Some(difference) = difference(&analysed, setting, &mut loops) {
            let (text, difference) = shrink::shrunk(text, difference, setting);
            eprintln!("{setting:?}\n{text}\n{difference}\n");
            wrong += 1;
            assert!(wrong < 10, "too many differences");
        }
        with_lanes += u64::from(loops.on_lanes > before);
    }
    let Loops { all, on_lanes } = loops;
    eprintln!(
        "{kernels} kernels, {with_lanes} of them with lanes; {refused} texts refused; {on_lanes} of {all} loops"
    );
    assert_eq!(wrong, 0, "kernels differ on lanes");
    assert!(cases < 100 || 2 * with_lanes > kernels, "too few kernels have lanes");
    assert!(cases < 100 || 5 * refused < kernels, "too many texts are refused");
}

fn variable(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}

/// What a kernel does on lanes that it does not with single numbers.
fn difference(analysed: &(Analysis, Kernel), setting: Setting, loops: &mut Loops) -> Option<String> {
    let Setting { seed, level, overflow_checks } = setting;
    let kernel = &analysed.1;
    let compile = |lanes| outcome::compiled(analysed, Options { overflow_checks, lanes }, level);
    let single = match compile(None) {
        Ok((jit, _)) => jit,
        Err(error) => return Some(error),
    };
    let mut random = Random::new(seed);
    let sets: Vec<data::Data> = (0..SETS).map(|_| data::of(kernel, &mut random)).collect();
    let expected: Vec<_> = sets.iter().map(|data| outcome::of_call(&single, kernel, data)).collect();
    for lanes in WIDTHS {
        let bits = lanes.bits;
        let (jit, verdicts) = match compile(Some(lanes)) {
            Ok(compiled) => compiled,
            Err(error) => return Some(format!("{bits} bits: {error}")),
        };
        loops.all += verdicts.len();
        loops.on_lanes += verdicts.iter().filter(|verdict| verdict.outcome.is_ok()).count();
        for (data, expected) in sets.iter().zip(&expected) {
            let found = outcome::of_call(&jit, kernel, data);
            if found != *expected {
                return Some(format!("{bits} bits: {}", expected.difference(&found, data)));
            }
        }
    }
    None
}
