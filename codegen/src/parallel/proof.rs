//! Proves that iterations of a loop do not meet: what one writes of an array, no other reads or writes.
//!
//! Of each array that is written, there must be a dimension in which every access of an iteration lies
//! in one run of indices `c * i + r`, …, `c * i + s`, with `i` the number of the iteration, `c` and the
//! ends the same for all, and no more of them than `c`. Then runs of two iterations are apart.

use super::access::{Access, accesses};
use super::guard::Tests;
use super::origins::{Facts, Origins};
use super::polynomial::{Polynomial, Symbol};
use super::region::{Place, Region, Run, Scope};
use super::{DISJOINT, Guard};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::typed::{InstanceId, Parallel, Program, WebId};
use crate::types::Type;

/// What was found of a loop.
pub(super) struct Proof {
    /// Where iterations may meet.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Whether the file vouches for some access.
    pub(super) vouched: bool,
    /// What must hold.
    pub(super) guard: Guard,
}

/// An access to a part of an array that is there before the loop.
#[derive(Clone, Copy)]
struct Use<'a> {
    region: &'a Region,
    writes: bool,
    span: Span,
}

/// Proves a loop of an instance; `vouched` says of a place whether the file vouches for what is there.
pub(super) fn prove(
    program: &Program,
    id: InstanceId,
    parallel: &Parallel,
    facts: &Facts,
    vouched: &dyn Fn(Span) -> bool,
) -> Proof {
    let index = id.0 as usize;
    let scope = Scope::new(program, index, parallel);
    let mut accesses = accesses(&scope, &parallel.body, facts);
    let n = accesses.len();
    accesses.retain(|access| !vouched(access.span));
    let mut prover = Prover {
        names: &|web: WebId| program.instances[index].webs[web.0 as usize].name.to_string(),
        is_generator: &|web| program.instances[index].webs[web.0 as usize].ty == Type::Generator,
        origins: &|web| facts.of(index, web),
        scope: &scope,
        diagnostics: Vec::new(),
        tests: Tests::default(),
    };
    prover.all(&accesses, &parallel.folded);
    let guard = prover.tests.expr(parallel, &program.instances[index]);
    Proof { diagnostics: prover.diagnostics, vouched: accesses.len() < n, guard }
}

struct Prover<'a> {
    names: &'a dyn Fn(WebId) -> String,
    is_generator: &'a dyn Fn(WebId) -> bool,
    origins: &'a dyn Fn(WebId) -> &'a Origins,
    scope: &'a Scope<'a>,
    diagnostics: Vec<Diagnostic>,
    tests: Tests,
}

impl Prover<'_> {
    fn all(&mut self, accesses: &[Access], folded: &[[WebId; 2]]) {
        let mut uses = Vec::new();
        let is_written = |access: &Access| access.writes && !access.place.is_own();
        let some_write = accesses.iter().any(is_written);
        for Access { place, writes, span } in accesses {
            match place {
                Place::Unknown if some_write => self.unknown(*span),
                Place::Unknown => {}
                Place::Regions(regions) => {
                    uses.extend(regions.iter().map(|region| Use { region, writes: *writes, span: *span }));
                }
            }
        }
        let mut bases: Vec<WebId> = uses.iter().filter(|one| one.writes).map(|one| one.region.base).collect();
        bases.sort();
        bases.dedup();
        for base in bases {
            let (own, others): (Vec<Use<'_>>, Vec<Use<'_>>) =
                uses.iter().partition(|one| one.region.base == base);
            self.array(base, &own);
            if let Some(write) = own.iter().find(|one| one.writes) {
                self.other_names(base, write.span, &others);
            }
        }
        // What is folded is written behind the loop, and read before it.
        for [array, partials] in folded {
            let (own, others): (Vec<Use<'_>>, Vec<Use<'_>>) =
                uses.iter().partition(|one| one.region.base == *partials);
            if let Some(own) = own.first() {
                self.other_names(*array, own.span, &others);
            }
        }
    }

    /// The uses of one array.
    fn array(&mut self, base: WebId, uses: &[Use<'_>]) {
        let n_axes = uses.first().map_or(0, |one| one.region.runs.len());
        let symbols = [self.scope.iteration, self.scope.place].map(Symbol::Web);
        let candidates = (0..n_axes).flat_map(|axis| symbols.map(|symbol| (axis, symbol)));
        match candidates.into_iter().find_map(|(axis, symbol)| self.apart(uses, axis, symbol)) {
            Some(tests) => self.tests.extend(tests),
            None => self.meet(base, uses),
        }
    }

    /// What must hold so that a dimension keeps iterations apart, if it can.
    fn apart(&self, uses: &[Use<'_>], axis: usize, symbol: Symbol) -> Option<Tests> {
        let runs: Option<Vec<&Run>> = uses.iter().map(|one| one.region.runs[axis].as_ref()).collect();
        let runs = runs?;
        let (mut factors, mut lows, mut highs) = (Vec::new(), Vec::new(), Vec::new());
        for run in &runs {
            let ((low_factor, low), (high_factor, high)) = (run.low.split(symbol)?, run.high.split(symbol)?);
            // Only of what is linear the ends say what lies between them.
            run.tested.iter().try_for_each(|value| value.split(symbol).map(drop))?;
            factors.extend([low_factor, high_factor]);
            lows.push(low);
            highs.push(high);
        }
        let factor = factors.pop()?;
        let fixed = lows.iter().chain(&highs).chain([&factor]).all(|value| self.is_fixed(value));
        if !fixed || factors.iter().any(|other| *other != factor) {
            return None;
        }
        let [low, high] = [least(&lows, 1)?, least(&highs, -1)?];
        let length = high.minus(low)?.plus(&Polynomial::constant(1))?;
        let negated = factor.times(&Polynomial::constant(-1))?;
        let fits = match (length.value(), factor.value()) {
            (Some(length), Some(factor)) => factor != 0 && length <= factor.abs(),
            (Some(length), None) => length <= 1,
            (None, _) => length == factor || length == negated,
        };
        let mut tests = Tests::default();
        for run in runs {
            tests.indices.extend(run.tested.iter().cloned());
            tests.bounded.extend([run.low.clone(), run.high.clone()]);
        }
        tests.factors.insert(factor);
        fits.then_some(tests)
    }

    /// Whether a value is the same for all iterations.
    fn is_fixed(&self, value: &Polynomial) -> bool {
        value.symbols().all(|symbol| match symbol {
            Symbol::Web(web) => !self.scope.assigned.contains(&web),
            Symbol::Extent(..) => true,
        })
    }

    /// Reports that iterations may meet at an array.
    fn meet(&mut self, base: WebId, uses: &[Use<'_>]) {
        let moves = |one: &&Use<'_>| {
            let is_moved =
                |run: &Run| run.low.symbols().any(|symbol| symbol == Symbol::Web(self.scope.iteration));
            one.region.runs.iter().flatten().any(is_moved)
        };
        let still = uses.iter().filter(|one| one.writes).chain(uses).find(|one| !moves(one));
        let Some(write) = uses.iter().find(|one| one.writes) else { return };
        if (self.is_generator)(base) {
            return self.one_generator(base, write.span);
        }
        let name = (self.names)(base);
        let at = still.unwrap_or(write);
        let verb = if at.writes { "writes" } else { "reads" };
        let message =
            format!("iterations of a parallel loop may meet at an element of `{name}`, which this {verb}");
        let mut diagnostic = Diagnostic::new(Code::ParallelAccess, at.span, message);
        diagnostic = match still {
            Some(_) => diagnostic.label(format!(
                "no index here is known to tell iterations apart: `{name}[c * i + r]`, with `i` of the loop"
            )),
            None => diagnostic,
        };
        if let Some(other) = uses.iter().find(|one| one.span != at.span && (one.writes || at.writes)) {
            let verb = if other.writes { "written" } else { "read" };
            diagnostic = diagnostic.note_at(other.span, format!("`{name}` is {verb} here too"));
        }
        self.diagnostics.push(help(diagnostic));
    }

    /// Reports that iterations draw from one generator.
    fn one_generator(&mut self, base: WebId, span: Span) {
        let name = (self.names)(base);
        let message = format!("iterations of a parallel loop draw from one generator, `{name}`");
        self.diagnostics.push(
            Diagnostic::new(Code::ParallelAccess, span, message)
                .label("what an iteration draws would depend on the others")
                .help(
                    "let each iteration have its own, `np.random.default_rng(seed + i)`, or draw before the loop; \
                     `np.random.random()` and the like have a generator for each thread",
                ),
        );
    }

    /// Reports arrays that may be the one that is written under another name.
    fn other_names(&mut self, base: WebId, written: Span, others: &[Use<'_>]) {
        let origins = (self.origins)(base);
        let same = |one: &&Use<'_>| !(self.origins)(one.region.base).is_disjoint(origins);
        let Some(other) = others.iter().find(same) else { return };
        let [name, other_name] = [base, other.region.base].map(self.names);
        let message = format!(
            "`{name}` is written in a parallel loop, and `{other_name}` may be a part of the same memory"
        );
        self.diagnostics.push(help(
            Diagnostic::new(Code::ParallelAccess, written, message)
                .note_at(other.span, format!("`{other_name}` is used here")),
        ));
    }

    fn unknown(&mut self, span: Span) {
        let message = "it is not known what this is a part of, and a parallel loop writes arrays";
        self.diagnostics.push(help(Diagnostic::new(Code::ParallelAccess, span, message)));
    }
}

fn help(diagnostic: Diagnostic) -> Diagnostic {
    diagnostic.help(format!(
        "let each iteration have elements of its own, or write `range` for `prange`; if no two iterations meet, \
         vouch for it with `{DISJOINT}` at the end of the line, and the kernel becomes an `unsafe fn`"
    ))
}

/// The least of some values, times a sign, if they differ by constants.
fn least(values: &[Polynomial], sign: i128) -> Option<&Polynomial> {
    let mut values = values.iter();
    values.next().and_then(|first| {
        values.try_fold(first, |least, value| {
            let above = value.minus(least)?.value()? * sign;
            Some(if above < 0 { value } else { least })
        })
    })
}
