//! Random numbers: the methods of NumPy's `Generator`, NumPy's functions with a global generator, and Python's `random`.
//!
//! Where NumPy's two kinds of generators take the same parameters, one function of the library draws from both.

use super::Row;
use super::written::{Takes, written};
use crate::ir::threads::RandomState;
use crate::types::Kind;

const RNG: Takes = Takes::Generator;
const NUMPY: Takes = Takes::State(RandomState::NumPy);
const PYTHON: Takes = Takes::State(RandomState::Python);
const SIZE: Takes = Takes::Size;
const REAL: Takes = Takes::Operand { highest: Kind::Float };
const WHOLE: Takes = Takes::Operand { highest: Kind::Int };
const NUMBER: Takes = Takes::Number { highest: Kind::Float };
const INT: Takes = Takes::Int;
const FLAG: Takes = Takes::Flag;
const AXIS: Takes = Takes::Int;
const SEED: Takes = Takes::OrNone(&Takes::Seed);
const FLOATS: Takes = Takes::DTypeOf(Kind::Float);
const INTS: Takes = Takes::DTypeOf(Kind::Int);
const ANY_ARRAY: Takes = Takes::Array { ranks: (1, usize::MAX), highest: Kind::Complex };
const LINE: Takes = Takes::Array { ranks: (1, 1), highest: Kind::Complex };
const ORDERED: Takes = Takes::IntOr(&ANY_ARRAY);
const POPULATION: Takes = Takes::IntOr(&LINE);
const ODDS: Takes = Takes::OrNone(&Takes::Array { ranks: (1, 1), highest: Kind::Float });

/// A distribution that both kinds of generators have, for the new kind and the old one.
macro_rules! both {
    ($name:literal $(, $takes:expr)*) => {
        [
            written(concat!("Generator.", $name), concat!("random_", $name), &[RNG $(, $takes)*, SIZE]),
            written(concat!("numpy.random.", $name), concat!("random_", $name), &[NUMPY $(, $takes)*, SIZE]),
        ]
    };
}

/// The distributions that both kinds of generators have.
static DISTRIBUTIONS: [[Row; 2]; 25] = [
    both!("beta", REAL, REAL),
    both!("binomial", WHOLE, REAL),
    both!("chisquare", REAL),
    both!("exponential", REAL),
    both!("f", REAL, REAL),
    both!("gamma", REAL, REAL),
    both!("geometric", REAL),
    both!("gumbel", REAL, REAL),
    both!("laplace", REAL, REAL),
    both!("logistic", REAL, REAL),
    both!("lognormal", REAL, REAL),
    both!("logseries", REAL),
    both!("noncentral_chisquare", REAL, REAL),
    both!("normal", REAL, REAL),
    both!("pareto", REAL),
    both!("poisson", REAL),
    both!("power", REAL),
    both!("rayleigh", REAL),
    both!("standard_cauchy"),
    both!("standard_gamma", REAL),
    both!("standard_t", REAL),
    both!("triangular", REAL, REAL, REAL),
    both!("vonmises", REAL, REAL),
    both!("wald", REAL, REAL),
    both!("weibull", REAL),
];

pub(super) static BOTH: &[Row] = DISTRIBUTIONS.as_flattened();

pub(super) static TABLE: &[Row] = &[
    written("numpy.random.default_rng", "default_rng", &[SEED]),
    written("Generator.choice", "generator_choice", &[RNG, POPULATION, SIZE, FLAG, ODDS, AXIS, FLAG]),
    written(
        "Generator.integers",
        "generator_integers",
        &[RNG, WHOLE, Takes::OrNone(&WHOLE), SIZE, INTS, FLAG],
    ),
    written("Generator.negative_binomial", "random_negative_binomial", &[RNG, REAL, REAL, SIZE]),
    written("Generator.permutation", "generator_permutation", &[RNG, ORDERED, AXIS]),
    written("Generator.permuted", "generator_permuted", &[RNG, ANY_ARRAY, Takes::OrNone(&INT)]),
    written("Generator.random", "generator_random", &[RNG, SIZE, FLOATS]),
    written("Generator.shuffle", "generator_shuffle", &[RNG, Takes::Written, AXIS]),
    written(
        "Generator.standard_exponential",
        "generator_standard_exponential",
        &[RNG, SIZE, FLOATS, Takes::Choice(&["zig", "inv"])],
    ),
    written("Generator.standard_normal", "generator_standard_normal", &[RNG, SIZE, FLOATS]),
    written("Generator.uniform", "generator_uniform", &[RNG, REAL, REAL, SIZE]),
    written("numpy.random.choice", "numpy_choice", &[NUMPY, POPULATION, SIZE, FLAG, ODDS]),
    written("numpy.random.permutation", "numpy_permutation", &[NUMPY, ORDERED]),
    written("numpy.random.rand", "numpy_rand", &[NUMPY, Takes::Rest(&INT)]),
    written("numpy.random.randint", "numpy_randint", &[NUMPY, WHOLE, Takes::OrNone(&WHOLE), SIZE, INTS]),
    written("numpy.random.randn", "numpy_randn", &[NUMPY, Takes::Rest(&INT)]),
    written("numpy.random.random", "numpy_random_sample", &[NUMPY, SIZE]),
    written("numpy.random.random_sample", "numpy_random_sample", &[NUMPY, SIZE]),
    written("numpy.random.ranf", "numpy_random_sample", &[NUMPY, SIZE]),
    written("numpy.random.sample", "numpy_random_sample", &[NUMPY, SIZE]),
    written("numpy.random.seed", "numpy_seed", &[NUMPY, SEED]),
    written("numpy.random.shuffle", "numpy_shuffle", &[NUMPY, Takes::Written]),
    written("numpy.random.standard_exponential", "numpy_standard_exponential", &[NUMPY, SIZE]),
    written("numpy.random.standard_normal", "numpy_standard_normal", &[NUMPY, SIZE]),
    written("numpy.random.uniform", "numpy_uniform", &[NUMPY, REAL, REAL, SIZE]),
    written("random.betavariate", "python_betavariate", &[PYTHON, NUMBER, NUMBER]),
    written("random.choice", "python_choice", &[PYTHON, LINE]),
    written("random.expovariate", "python_expovariate", &[PYTHON, NUMBER]),
    written("random.gammavariate", "python_gammavariate", &[PYTHON, NUMBER, NUMBER]),
    written("random.gauss", "python_gauss", &[PYTHON, NUMBER, NUMBER]),
    written("random.getrandbits", "python_getrandbits", &[PYTHON, INT]),
    written("random.lognormvariate", "python_lognormvariate", &[PYTHON, NUMBER, NUMBER]),
    written("random.normalvariate", "python_normalvariate", &[PYTHON, NUMBER, NUMBER]),
    written("random.paretovariate", "python_paretovariate", &[PYTHON, NUMBER]),
    written("random.randint", "python_randint", &[PYTHON, INT, INT]),
    written("random.random", "python_random", &[PYTHON]),
    written("random.randrange", "python_randrange", &[PYTHON, INT, Takes::OrNone(&INT), INT]),
    written("random.seed", "python_seed", &[PYTHON, SEED]),
    written("random.shuffle", "python_shuffle", &[PYTHON, Takes::Written]),
    written("random.triangular", "python_triangular", &[PYTHON, NUMBER, NUMBER, Takes::OrNone(&NUMBER)]),
    written("random.uniform", "python_uniform", &[PYTHON, NUMBER, NUMBER]),
    written("random.vonmisesvariate", "python_vonmisesvariate", &[PYTHON, NUMBER, NUMBER]),
    written("random.weibullvariate", "python_weibullvariate", &[PYTHON, NUMBER, NUMBER]),
];

/// The methods of generators, as messages name them.
pub fn generator_methods() -> Vec<String> {
    let names = BOTH.iter().chain(TABLE).filter_map(|row| row.name.strip_prefix("Generator."));
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.into_iter().map(|name| format!("`{name}`")).collect()
}
