//! The compiler's own library: what the IR has no operation for, written in kernels' Python.
//!
//! Its functions are helpers without signatures: inference specialises them on the types at hand,
//! and they are inlined. They use `intrinsics`, which only they can import:
//!
//! - `intrinsics.raises`: whether this call may raise for its operands' values (the error model);
//! - `overflow_unless(cond)`: a statement that raises `OverflowError` in builds that check;
//! - `wrapping_*`, `trunc_div`, `trunc_rem`, `wrap_*`, `bits`, …: operations of the IR as they are;
//! - `like(x, model)`: `x` as a number of `model`'s type;
//! - `is_float32(x)`, `is_complex(x)`, `is_exact(x)` (integers and truth values), `is_cast(x, y)` (whether the two have
//!   different types), all also of arrays, `is_c(a)`, whether the type of an array says that it is
//!   contiguous in C's order, `is_number(x)`, whether it is no array, `is_pcg(state)`, whether a generator's state is that of
//!   PCG64: conditions that are known where a function is
//!   specialised; the branch that is not taken is not even typed;
//! - `bits(x)`: the bits of a float as an unsigned integer of its width, `float_of_bits` back;
//! - `select(cond, x, y)`: `x if cond else y` where both are computed, without a branch;
//! - `mul_add(a, b, c)`: `a * b + c`, rounded once where the target can, twice elsewhere;
//! - `multiply_high(a, b)`: the upper half of a product of two uint64;
//! - `random_state(k)`: what the program keeps of random numbers for the thread, an array of uint32: 0 is the state of NumPy's
//!   generator, 1 of Python's, 2 are fresh words that nobody can foretell; `generator(state)`: the generator of a PCG64's state;
//! - `product_error(a, b)`: the exact error of `a * b`;
//! - `strided(a, offset, shape, strides, dtype)`: the memory of `a` as an array of these extents, strides in bytes and
//!   elements, the first of them so many bytes behind that of `a`. Whoever writes it answers for it that every element
//!   lies in the memory of `a` and is aligned. Without a dtype the elements are those of `a`;
//! - `adjacent(a, offset, n)`: n adjacent elements of `a`, the first of them so many bytes behind the first of `a`, likewise;
//! - `itemsize(a)`: how many bytes an element has;
//! - `contiguous(a, shape)`: the elements of `a`, which are adjacent in C's order, as an array of another shape with as
//!   many elements, in that order;
//! - `with_item(t, k, x)`, `inserted(t, k, x)`, `without(t, k)`: a tuple of integers with `x` at the place `k`, there before
//!   what stood there, without what stood there; `k` is known at run time and is a place that exists;
//! - `length(t)`: how many items a tuple has; `kind(x)`: 0 for bools, 1 for integers, 2 for floats, 3 for complex numbers, of a
//!   number, an array or an element type; comparisons with them are known where a function is specialised;
//! - `text(…)`: the message of an exception, made of texts, numbers and shapes, which stand as NumPy writes them, `(2,3)`,
//!   and in `str(t)` as Python does, `(2, 3)`;
//! - `at_least(x, low)`, `at_most(x, high)`: bounds for numbers and arrays, as `np.clip` has them;
//! - `part_type(x)`: the element type of the parts of complex numbers, and of other numbers their own.
//!
//! A function that is decorated `@njit(inline='never')` stays a function: the rare path of one whose
//! usual path is short, which vector code calls for the few lanes that need it. It must not raise,
//! since only inlining gives an exception its place.
//!
//! In the library `/` on floats and shifts are the bare operations: they never raise. Arithmetic
//! on weak integers is checked for overflow as everywhere.

use std::sync::LazyLock;

use crate::diagnostic::Diagnostics;
use crate::hir;
use crate::source::{self, Source};
use crate::syntax;

/// The text but for the folds.
const TEXT: &str = concat!(
    include_str!("integer.py"),
    include_str!("float.py"),
    include_str!("complex.py"),
    include_str!("trigonometric.py"),
    include_str!("inverse_trigonometric.py"),
    include_str!("exponential.py"),
    include_str!("logarithm.py"),
    include_str!("power.py"),
    include_str!("hyperbolic.py"),
    include_str!("special.py"),
    include_str!("remainder.py"),
    include_str!("math.py"),
    include_str!("numpy.py"),
    include_str!("array.py"),
    include_str!("cmath.py"),
    include_str!("sequence.py"),
    include_str!("reduction.py"),
    include_str!("axes.py"),
    include_str!("folds.py"),
    include_str!("quantile.py"),
    include_str!("random.py"),
    include_str!("indexing.py"),
    include_str!("memory.py"),
    include_str!("time.py"),
    include_str!("shape.py"),
    include_str!("broadcasting.py"),
    include_str!("creation.py"),
    include_str!("joining.py"),
    include_str!("splitting.py"),
    include_str!("sorting.py"),
    include_str!("linear.py"),
    include_str!("linalg.py"),
    include_str!("fft.py"),
    include_str!("elements.py"),
    include_str!("statistics.py"),
    include_str!("padding.py"),
    include_str!("selection.py"),
    include_str!("polynomial.py"),
    include_str!("generator.py"),
    include_str!("ziggurat.py"),
    include_str!("distribution.py"),
    include_str!("derived.py"),
    include_str!("binomial.py"),
    include_str!("integers.py"),
    include_str!("order.py"),
    include_str!("python_random.py"),
);

/// A fold of arrays, whose name stands in the place of `FOLD`.
const FOLD: &str = include_str!("fold.py");

/// What it does along the innermost dimensions, but for sums, which have an order of their own.
const INNER: &str = include_str!("inner.py");

/// One element after the other.
const LEFT: &str = include_str!("left.py");

/// Several elements side by side.
const ASIDE: &str = include_str!("aside.py");

/// Where the first element is that the fold gives.
const PLACE: &str = include_str!("place.py");

/// Of the elements where a mask is true.
const WHERE: &str = include_str!("where.py");

/// The same, one element after the other.
const WHERE_LEFT: &str = include_str!("where_left.py");

/// What the fold has come to at each element.
const ACCUMULATE: &str = include_str!("accumulate.py");

/// The folds, each with the texts that it is made of. What it does with an element says `folds.py`.
const FOLDS: [(&str, &[&str]); 13] = [
    ("add", &[FOLD, ACCUMULATE, WHERE]),
    ("add_numbers", &[ACCUMULATE]),
    ("multiply", &[FOLD, INNER, LEFT, ACCUMULATE, WHERE, WHERE_LEFT]),
    ("multiply_numbers", &[FOLD, INNER, LEFT, ACCUMULATE, WHERE, WHERE_LEFT]),
    ("count", &[FOLD, INNER, LEFT]),
    ("count_all", &[WHERE, WHERE_LEFT]),
    ("count_numbers", &[FOLD, INNER, LEFT, WHERE, WHERE_LEFT]),
    ("minimum", &[FOLD, INNER, ASIDE, PLACE, WHERE, WHERE_LEFT]),
    ("maximum", &[FOLD, INNER, ASIDE, PLACE, WHERE, WHERE_LEFT]),
    ("fmin", &[FOLD, INNER, ASIDE, PLACE, WHERE, WHERE_LEFT]),
    ("fmax", &[FOLD, INNER, ASIDE, PLACE, WHERE, WHERE_LEFT]),
    ("any", &[FOLD, INNER, WHERE, WHERE_LEFT]),
    ("all", &[FOLD, INNER, WHERE, WHERE_LEFT]),
];

/// Numbers of a distribution, whose name stands in the place of `NAME`, with elements of the type `DTYPE`.
const DRAWN: &str = include_str!("drawn.py");

/// The distributions of so many parameters whose numbers are floats.
const FLOATS: [(&str, usize); 22] = [
    ("normal", 2),
    ("exponential", 1),
    ("uniform", 2),
    ("between", 2),
    ("lognormal", 2),
    ("standard_gamma", 1),
    ("gamma", 2),
    ("beta", 2),
    ("chisquare", 1),
    ("f", 2),
    ("standard_t", 1),
    ("pareto", 1),
    ("weibull", 1),
    ("power", 1),
    ("laplace", 2),
    ("gumbel", 2),
    ("logistic", 2),
    ("rayleigh", 1),
    ("wald", 2),
    ("triangular", 3),
    ("vonmises", 2),
    ("noncentral_chisquare", 2),
];

/// Those whose numbers are whole.
const WHOLE: [(&str, usize); 5] =
    [("poisson", 1), ("negative_binomial", 2), ("geometric", 1), ("logseries", 1), ("binomial", 2)];

/// The text for distributions of so many parameters.
fn drawn(n: usize) -> &'static str {
    let part = DRAWN.split("\n\n\n").find(|part| part.starts_with(&format!("def NAME_of_{n}(")));
    part.unwrap_or_else(|| unreachable!("bug in pykernel: no distribution has {n} parameters"))
}

fn text() -> String {
    let named = |(name, texts): &(&str, &[&str])| texts.concat().replace("FOLD", name);
    let folds = FOLDS.iter().map(named);
    let of = |(name, n): &(&str, usize), dtype| {
        format!("\n\n{}\n", drawn(*n)).replace("NAME", name).replace("DTYPE", dtype)
    };
    let floats = FLOATS.iter().map(|distribution| of(distribution, "np.float64"));
    let whole = WHOLE.iter().map(|distribution| of(distribution, "np.int64"));
    folds.chain(floats).chain(whole).fold(TEXT.to_owned(), |text, part| text + &part)
}

static LIBRARY: LazyLock<hir::Module> = LazyLock::new(|| {
    let mut diagnostics = Diagnostics::default();
    let module = syntax::parse(&Source::file(source::LIBRARY, &text()), &mut diagnostics);
    if !diagnostics.is_empty() {
        unreachable!("bug in pykernel: the library does not parse: {:?}", diagnostics.into_sorted());
    }
    module
});

/// The library's functions.
pub fn library() -> &'static hir::Module {
    &LIBRARY
}
