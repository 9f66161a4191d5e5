//! Runs tests: the claims about their compilation once, their examples on each engine with each
//! setting of overflow checks and each layout.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use pykernel::call::{level, levels};
use pykernel_abi::{InnerLoop, Level, Raised, Status};
use pykernel_codegen::analysis::{self, Analysis};
use pykernel_codegen::backend::ptx::{DeviceIr, Unsupported};
use pykernel_codegen::backend::{self, LevelIr, Target};
use pykernel_codegen::diagnostic::Severity;
use pykernel_codegen::interface::Kernel;
use pykernel_codegen::ir::{self, FunctionId};
use pykernel_codegen::passes;
use pykernel_codegen::render::{self, Style};
use pykernel_codegen::source::Source;
use pykernel_codegen::symbol::Package;
use pykernel_codegen::vector::Wanted;

use super::call;
use super::case::{Assertion, Case, Claim, Example};
use super::compare::compare;
use super::evaluate::{Kernels, Namespace};
use super::expected;
use super::ufunc::{self, Invocation};
use super::value::{Failure, Value};
use crate::device::{Device, Extent, Loops, Ptx};
use crate::host;
use crate::jit::Jit;

/// Where kernels' code comes from.
#[derive(Clone, Copy)]
pub enum Engine {
    /// Compiled into this process, for a CPU level that this machine has.
    Jit(Level),
    /// Linked into this program: where the entry of a symbol lies. It runs at the process's level.
    Linked(fn(&str) -> Option<*const u8>),
    /// PTX on a device. Tests whose kernels cannot run on a GPU are left out.
    Ptx(&'static dyn Device),
}

impl Engine {
    /// The name that the option `engines` uses.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Engine::Jit(_) => "jit",
            Engine::Linked(_) => "linked",
            Engine::Ptx(device) => device.name(),
        }
    }

    /// The name that people read: `jit`, and `jit-v3` on a level above the lowest.
    pub fn name(self) -> String {
        match self.level() {
            Level::V1 => self.kind().to_owned(),
            Level::V3 | Level::V4 => format!("{}-{}", self.kind(), self.level().name()),
        }
    }

    /// The CPU level at which it runs kernels.
    pub(super) fn level(self) -> Level {
        match self {
            Engine::Jit(level) => level,
            Engine::Linked(_) => level(),
            Engine::Ptx(_) => Level::V1,
        }
    }
}

impl Engine {
    /// What lanes are.
    fn lanes(self) -> Option<Wanted> {
        match self {
            Engine::Jit(_) | Engine::Linked(_) => Target::host().lanes(self.level()),
            Engine::Ptx(_) => None,
        }
    }
}

/// The engine that compiles into this process, for each level at which this process runs kernels.
pub fn jits() -> impl Iterator<Item = Engine> {
    levels().map(Engine::Jit)
}

/// How a test ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What is wrong, in the order of the file.
    pub problems: Vec<Problem>,
    /// On which engines its examples ran.
    pub engines: Vec<String>,
}

/// One thing that is wrong with a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where and what, in as many lines as it takes.
    pub text: String,
    /// In which runs it is wrong; empty if it has to do with none.
    pub runs: Vec<String>,
}

impl Problem {
    /// A problem that has to do with no run.
    pub fn new(text: impl Into<String>) -> Problem {
        Problem { text: text.into(), runs: Vec::new() }
    }
}

impl Outcome {
    /// Adds a problem of one run, together with the same of other runs.
    fn add(&mut self, text: String, run: String) {
        match self.problems.iter_mut().find(|problem| problem.text == text) {
            Some(problem) => problem.runs.push(run),
            None => self.problems.push(Problem { text, runs: vec![run] }),
        }
    }
}

/// A test's kernels, compiled up to the back end.
pub struct Compiled {
    /// What the front end has found.
    pub analysis: Analysis,
    /// The IR as the back end takes it.
    pub ir: ir::Module,
}

/// Compiles a source that is free of errors for a CPU level, as builds do.
pub fn compile(source: &Source, overflow_checks: bool, level: Level) -> Compiled {
    let prepared = prepare(source, overflow_checks);
    let ir = prepared.finish(Target::host().lanes(level));
    Compiled { analysis: prepared.analysis, ir }
}

/// A source that is free of errors, up to where what lanes are to be makes a difference.
pub struct Prepared {
    /// What the front end has found.
    pub analysis: Analysis,
    module: ir::Module,
}

/// Compiles a source so far.
pub fn prepare(source: &Source, overflow_checks: bool) -> Prepared {
    let (analysis, entries) = analysed(source, overflow_checks);
    let module = passes::prepare(analysis.module.clone(), &entries, overflow_checks);
    Prepared { analysis, module }
}

impl Prepared {
    /// The IR for GPUs, after all passes.
    pub fn for_device(&self) -> DeviceIr {
        DeviceIr::finish(self.module.clone(), &self.analysis.interface.kernels)
    }

    /// That, where the engine is a GPU.
    pub(super) fn for_engine(&self, engine: Engine) -> Option<DeviceIr> {
        matches!(engine, Engine::Ptx(_)).then(|| self.for_device())
    }

    /// The IR, after all passes, with lanes or without.
    pub fn finish(&self, lanes: Option<Wanted>) -> ir::Module {
        passes::finish(self.module.clone(), lanes).0
    }
}

/// Compiles a source that is free of errors for all levels of a target, as builds do.
pub fn compile_for(source: &Source, overflow_checks: bool, target: &Target) -> (Analysis, Vec<LevelIr>) {
    let (analysis, entries) = analysed(source, overflow_checks);
    let irs = backend::for_levels(analysis.module.clone(), &entries, overflow_checks, target);
    (analysis, irs)
}

/// What the front end finds, and the functions that are called from outside.
fn analysed(source: &Source, overflow_checks: bool) -> (Analysis, Vec<FunctionId>) {
    let mut analysis = analysis::analyse(source, &package(overflow_checks));
    passes::references::run(&mut analysis.module);
    let overloads = analysis.interface.kernels.iter().flat_map(|kernel| &kernel.overloads);
    let entries = overloads.map(|overload| overload.function).collect();
    (analysis, entries)
}

/// The package for which a test is compiled. The two settings have symbols of their own, so that
/// one program can link both.
pub fn package(overflow_checks: bool) -> Package {
    let name = if overflow_checks { "transcripts-checked" } else { "transcripts-wrapping" };
    Package { name: name.into(), version: "0".into() }
}

/// Runs one test.
pub fn run(case: &Case, engines: &[Engine]) -> Outcome {
    let analysis = analysis::analyse(&case.source, &package(true));
    let mut outcome = Outcome { problems: check_claims(case, &analysis), engines: Vec::new() };
    if case.is_refused() || !outcome.problems.is_empty() {
        return outcome;
    }
    let wanted = engines.iter().filter(|engine| case.options.takes(engine.kind()));
    let engines: Vec<Engine> = wanted.copied().collect();
    if engines.is_empty() {
        return outcome;
    }
    let mut refusing = BTreeSet::new();
    for overflow_checks in case.options.overflow_settings() {
        let prepared = prepare(&case.source, overflow_checks);
        for engine in &engines {
            if !run_on(case, *engine, &prepared, overflow_checks, &mut outcome) {
                refusing.insert(engine.name());
            }
        }
    }
    let names = engines.iter().map(|engine| engine.name());
    outcome.engines = names.filter(|name| !refusing.contains(name)).collect();
    outcome
}

/// Runs the examples on one engine, once for each layout. Gives whether the engine can run all kernels that are
/// called; what follows the first that it cannot is left out.
fn run_on(
    case: &Case,
    engine: Engine,
    prepared: &Prepared,
    overflow_checks: bool,
    outcome: &mut Outcome,
) -> bool {
    let ir = prepared.finish(engine.lanes());
    let mut loaded = Loaded::new(engine, prepared.for_engine(engine), &prepared.analysis, &ir);
    for layout in case.options.layouts() {
        let mut namespace = Namespace::new(*layout);
        for example in &case.examples {
            let ended = run_example(example, &mut namespace, &mut loaded, case.options.ulp);
            if loaded.refused.is_some() {
                return false;
            }
            if let Err(cause) = ended {
                let place = format!("{}:{}", case.source.file, example.line);
                let checks = if overflow_checks { "with overflow checks" } else { "without overflow checks" };
                let layout = layout.name().map(|name| format!(", {name} arrays")).unwrap_or_default();
                let run = format!("{} {checks}{layout}", engine.name());
                outcome.add(format!("{place}: {}\n{cause}", example.text), run);
            }
        }
    }
    true
}

fn run_example(
    example: &Example,
    namespace: &mut Namespace,
    kernels: &mut dyn Kernels,
    ulp: u64,
) -> Result<(), String> {
    let result = namespace.evaluate(&example.expr, kernels);
    let expected = expected::parse(after_printed(&example.answer, &host::take_printed())?)?;
    match (&example.target, result) {
        (Some(name), Ok(value)) => {
            namespace.assign(name, &example.expr, value);
            compare(&expected, &Ok(Value::None), ulp)
        }
        (_, result) => compare(&expected, &result, ulp),
    }
}

/// What is left of an answer after the lines that kernels print.
fn after_printed<'a>(answer: &'a str, printed: &str) -> Result<&'a str, String> {
    let printed: Vec<&str> = printed.split('\n').map(str::trim_end).collect();
    let printed = printed.join("\n");
    match answer.strip_prefix(printed.trim_end()) {
        Some(rest) => Ok(rest),
        None => Err(format!("expected {answer}\n     got printed {printed:?}")),
    }
}

/// The kernels of a test on one engine, each compiled at its first call.
pub(super) struct Loaded<'a> {
    engine: Engine,
    analysis: &'a Analysis,
    ir: &'a ir::Module,
    /// The same for GPUs, where the engine is one.
    device_ir: Option<DeviceIr>,
    compiled: BTreeMap<String, Code>,
    /// Why the engine cannot run a kernel that was called.
    pub(super) refused: Option<Unsupported>,
}

/// A kernel's code.
enum Code {
    /// Machine code, its own or what calls it.
    Jit(Jit),
    /// PTX.
    Ptx(Arc<Ptx>),
    /// PTX of a ufunc, and the loops that launch it.
    Loops(Jit, Loops),
}

impl<'a> Loaded<'a> {
    pub(super) fn new(
        engine: Engine,
        device_ir: Option<DeviceIr>,
        analysis: &'a Analysis,
        ir: &'a ir::Module,
    ) -> Self {
        Loaded { engine, analysis, ir, device_ir, compiled: BTreeMap::new(), refused: None }
    }

    fn kernel(&self, name: &str) -> Option<&Kernel> {
        self.analysis.interface.kernels.iter().find(|kernel| kernel.name == name)
    }

    /// The kernel with its code in this process.
    fn load(&mut self, name: &str) -> Result<(&Kernel, &Code), Failure> {
        let kernel = self.analysis.interface.kernels.iter().find(|kernel| kernel.name == name);
        let kernel = kernel.ok_or_else(|| format!("there is no kernel `{name}`"))?;
        if !self.compiled.contains_key(name) {
            let code = match (self.engine, &self.device_ir) {
                (Engine::Jit(level), _) => Jit::new(self.ir, kernel, level).map(Code::Jit),
                (Engine::Linked(_), _) => Jit::caller(kernel).map(Code::Jit),
                (Engine::Ptx(_), None) => unreachable!("bug in pykernel: a GPU has no IR"),
                (Engine::Ptx(device), Some(ir)) => match Ptx::new(ir, kernel, device) {
                    Ok(compiled) => on_device(kernel, compiled),
                    Err(refused) => {
                        let text = refused.to_string();
                        self.refused = Some(refused);
                        return Err(text.into());
                    }
                },
            };
            let code = code.map_err(|error| error.to_string())?;
            self.compiled.insert(name.to_owned(), code);
        }
        Ok((kernel, &self.compiled[name]))
    }
}

impl Engine {
    /// Where linked code lies; `None` if it is not linked code that runs.
    fn entry(self, symbol: &str) -> Result<Option<*const u8>, String> {
        match self {
            Engine::Jit(_) | Engine::Ptx(_) => Ok(None),
            Engine::Linked(find) => find(symbol).map(Some).ok_or_else(|| format!("{symbol} is not linked")),
        }
    }
}

impl Kernels for Loaded<'_> {
    fn call(&mut self, name: &str, args: Vec<Value>) -> Result<Value, Failure> {
        let engine = self.engine;
        let (kernel, code) = self.load(name)?;
        match code {
            Code::Jit(jit) => match engine {
                Engine::Linked(find) => call::call(&Linked { jit, kernel, find }, kernel, &args),
                Engine::Jit(_) | Engine::Ptx(_) => call::call(jit, kernel, &args),
            },
            Code::Ptx(compiled) => call::call(&Launched { compiled, extent: Extent::ONE }, kernel, &args),
            Code::Loops(..) => Err(format!("{name} is a ufunc").into()),
        }
    }

    fn is_launched(&self, name: &str) -> bool {
        self.kernel(name).is_some_and(|kernel| kernel.launched.is_some())
    }

    fn launch(&mut self, name: &str, extent: Extent, args: Vec<Value>) -> Result<Value, Failure> {
        let Engine::Ptx(_) = self.engine else {
            let span = self.kernel(name).map(|kernel| kernel.span).unwrap_or_default();
            self.refused =
                Some(Unsupported { what: "run on a CPU, which has no threads of a GPU".into(), span });
            return Err(format!("{name} runs on GPUs").into());
        };
        let (kernel, code) = self.load(name)?;
        match code {
            Code::Ptx(compiled) => call::call(&Launched { compiled, extent }, kernel, &args),
            Code::Jit(_) | Code::Loops(..) => Err(format!("{name} is not launched").into()),
        }
    }

    fn is_ufunc(&self, name: &str) -> bool {
        self.kernel(name).is_some_and(|kernel| kernel.ufunc.is_some())
    }

    fn call_ufunc(&mut self, name: &str, invocation: Invocation<'_>) -> Result<Value, Failure> {
        let engine = self.engine;
        let (kernel, code) = self.load(name)?;
        let (jit, loops) = match code {
            Code::Jit(jit) => (jit, None),
            Code::Loops(jit, loops) => (jit, Some(loops)),
            Code::Ptx(_) => return Err(format!("{name} is no ufunc").into()),
        };
        let code = |index: usize| match engine.entry(&kernel.overloads[index].symbol)? {
            None => jit.inner_loop(index).ok_or_else(|| format!("{name} has no inner loop")),
            // SAFETY: the symbol has the hash of this very loop.
            Some(entry) => Ok(unsafe { std::mem::transmute::<*const u8, InnerLoop>(entry) }),
        };
        let code = (0..kernel.overloads.len()).map(code).collect::<Result<Vec<InnerLoop>, String>>()?;
        // SAFETY: the code is that of the overloads, linked or alive in `self`.
        let result = unsafe { ufunc::call(kernel, code, invocation) };
        match loops.and_then(Loops::wrong) {
            Some(wrong) => Err(wrong.into()),
            None => result,
        }
    }
}

/// A kernel's PTX, with what calls it.
fn on_device(kernel: &Kernel, compiled: Ptx) -> Result<Code, backend::Error> {
    let compiled = Arc::new(compiled);
    if kernel.ufunc.is_none() {
        return Ok(Code::Ptx(compiled));
    }
    let loops = Loops::new(&compiled);
    Ok(Code::Loops(Jit::bound(kernel, &loops.bounds())?, loops))
}

/// What runs a kernel's PTX in some threads.
struct Launched<'a> {
    compiled: &'a Ptx,
    extent: Extent,
}

/// What calls kernels that are linked.
struct Linked<'a> {
    jit: &'a Jit,
    kernel: &'a Kernel,
    find: fn(&str) -> Option<*const u8>,
}

impl call::Code for Linked<'_> {
    unsafe fn call(
        &self,
        overload: usize,
        slots: &[u64],
        result: &mut [u64],
        record: &mut Raised,
    ) -> Result<Status, String> {
        let symbol = &self.kernel.overloads[overload].symbol;
        let entry = (self.find)(symbol).ok_or_else(|| format!("{symbol} is not linked"))?;
        // SAFETY: the caller vouches for the arguments. The symbol has the hash of this very overload.
        Ok(unsafe { self.jit.call_at(entry, overload, slots, result, record) })
    }
}

impl call::Code for Jit {
    unsafe fn call(
        &self,
        overload: usize,
        slots: &[u64],
        result: &mut [u64],
        record: &mut Raised,
    ) -> Result<Status, String> {
        // SAFETY: the caller vouches for the arguments.
        Ok(unsafe { self.call(overload, slots, result, record) })
    }
}

impl call::Code for Launched<'_> {
    unsafe fn call(
        &self,
        overload: usize,
        slots: &[u64],
        result: &mut [u64],
        record: &mut Raised,
    ) -> Result<Status, String> {
        // SAFETY: the caller vouches for the arguments.
        unsafe { self.compiled.call(overload, self.extent, slots, result, record) }
    }
}

/// Compares what comments claim with what the front end found.
fn check_claims(case: &Case, analysis: &Analysis) -> Vec<Problem> {
    let source = &case.source;
    let mut unclaimed = Vec::new();
    let mut claims: Vec<&Assertion> = case.assertions.iter().collect();
    // Warnings are looked at only where one is claimed.
    let of_warnings =
        |assertion: &Assertion| matches!(assertion.claim, Claim::Found { severity: Severity::Warning, .. });
    let warnings = if case.assertions.iter().any(of_warnings) { &*analysis.warnings } else { &[] };
    for diagnostic in analysis.diagnostics.iter().chain(warnings) {
        let line = source.line(diagnostic.span.start);
        let meets = |assertion: &&Assertion| match &assertion.claim {
            Claim::Found { severity, code, text } => {
                assertion.line == line
                    && *severity == diagnostic.code.severity()
                    && code == diagnostic.code.name()
                    && diagnostic.message.contains(text)
            }
            Claim::Revealed(_) => false,
        };
        match claims.iter().position(meets) {
            Some(index) => drop(claims.remove(index)),
            None => unclaimed.push(diagnostic.clone()),
        }
    }
    let revealed = |line: u32| {
        let on_line = analysis.program.revealed.iter().filter(|(span, _)| source.line(span.start) == line);
        let mut types: Vec<String> = on_line.map(|(_, ty)| ty.to_string()).collect();
        types.dedup();
        types.join(" | ")
    };
    let unmet = claims.iter().filter_map(|assertion| unmet(assertion, &revealed));
    let mut problems: Vec<Problem> =
        unmet.map(|problem| Problem::new(format!("{}:{problem}", source.file))).collect();
    if !unclaimed.is_empty() {
        problems.push(Problem::new(render::render(source, &unclaimed, Style::Plain)));
    }
    problems
}

/// What is wrong with a claim that no diagnostic has met.
fn unmet(assertion: &Assertion, revealed: &dyn Fn(u32) -> String) -> Option<String> {
    let line = assertion.line;
    match &assertion.claim {
        Claim::Found { severity, code, text } => {
            Some(format!("{line}: there is no {severity} [{code}] \"{text}\""))
        }
        Claim::Revealed(expected) => match revealed(line) {
            found if found == *expected => None,
            found if found.is_empty() => Some(format!("{line}: nothing is revealed here")),
            found => Some(format!("{line}: expected {expected} to be revealed\n     got {found}")),
        },
    }
}
