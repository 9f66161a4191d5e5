//! Turns independent loops into masked code on lanes: SPMD.
//!
//! Before: any module whose raising is still `Check` and `Raise`. After: loops whose iterations do not
//! meet are two loops, of which the first does several neighbouring iterations at a time, on lanes, and
//! the second what is left. Bodies may have any control flow: a condition that differs among the lanes
//! becomes a mask, a loop runs while one lane is in it. (Pharr and Mark, "ispc: A SPMD compiler for
//! high-performance CPU programming", InPar 2012.)
//!
//! Nothing raises on lanes. Where a check fails for one of them, or one leaves the loop, the first
//! loop ends before this group of iterations, and the second does them again, one by one. So what is
//! raised is what single numbers raise, for the same element.
//!
//! How many lanes there are follows from a number of bits, which belongs to the back end; so does whether
//! loops on lanes become functions of their own ([`Wanted`]). It may want another number for each CPU level,
//! so that a module can be rewritten more than once.

mod apart;
mod assemble;
mod control;
mod counted;
mod expression;
mod independence;
mod liveness;
mod memory;
mod pressure;
mod reduction;
mod refusal;
mod rewrite;
mod shape;
mod survey;

use independence::Origins;
use liveness::Liveness;

use crate::ir::{Function, Module, Stmt, StmtKind};
use crate::source::{Source, Span};

pub use refusal::{Refusal, Why};

/// What became of a loop.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The function that it is in.
    pub function: String,
    /// The loop in Python's text.
    pub span: Span,
    /// How many iterations are done at a time, or why they are not.
    pub outcome: Result<u32, Refusal>,
}

/// What a back end wants of loops on lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Wanted {
    /// How many bits lanes have together.
    pub bits: u32,
    /// How many they have for the iterations that are left at a loop's end, which are done by masks; then
    /// loops on lanes become functions of their own. Else single numbers do what is left.
    pub rest: Option<u32>,
    /// Whether an instruction loads lanes that do not lie next to each other.
    pub gathers: bool,
    /// What registers hold: where more lives at once in a loop, it has half the lanes. None if that is of no
    /// account.
    pub registers: Option<Registers>,
    /// How many threads do a loop together, each a lane of its own; none if one thread does all lanes. Then the bits are of
    /// no account, and lanes need not lie next to each other.
    pub threads: Option<u32>,
}

/// The registers of lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Registers {
    /// How many bits they have together.
    pub bits: u32,
    /// Whether masks have registers of their own.
    pub has_masks: bool,
}

/// Loops on lanes of so many bits, in the functions in which they stand.
impl From<u32> for Wanted {
    fn from(bits: u32) -> Wanted {
        Wanted { bits, rest: None, gathers: false, registers: None, threads: None }
    }
}

/// Turns the loops of a module into code on lanes; says what became of each loop, in the order of the
/// functions, inner loops first.
pub fn run(module: &mut Module, lanes: Wanted) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for index in 0..module.functions.len() {
        let mut function = module.functions[index].clone();
        let origins = Origins::of(module, &function);
        let body = std::mem::take(&mut function.body);
        let liveness = Liveness::of_function(&function, &body);
        let (apart, verdicts) = (Vec::new(), &mut verdicts);
        let mut stage = Stage { module, function, origins, liveness, lanes, apart, verdicts };
        let (body, _) = stage.body(&body);
        let Stage { function, apart, .. } = stage;
        module.functions[index] = Function { body, ..function };
        module.functions.extend(apart);
    }
    verdicts
}

/// Verdicts as text: a line for each loop.
pub fn report(verdicts: &[Verdict], source: &Source) -> String {
    let line = |verdict: &Verdict| {
        let (file, line, function) = (&source.file, source.line(verdict.span.start), &verdict.function);
        match &verdict.outcome {
            Ok(count) => format!("{file}:{line}: in `{function}`: {count} iterations at a time\n"),
            Err(Refusal { why, span }) => {
                let at = source.line(span.start);
                format!("{file}:{line}: in `{function}`: one iteration at a time: line {at}: {why}\n")
            }
        }
    };
    verdicts.iter().map(line).collect()
}

/// A function whose loops are looked at.
struct Stage<'a> {
    module: &'a Module,
    /// The function, without its body.
    function: Function,
    /// Where its views come from.
    origins: Origins,
    /// What is live in its body.
    liveness: Liveness,
    lanes: Wanted,
    /// The functions that loops on lanes have become.
    apart: Vec<Function>,
    verdicts: &'a mut Vec<Verdict>,
}

impl Stage<'_> {
    /// Rewrites statements, inner loops first; says whether a loop among them is on lanes now. A loop that
    /// is looked at is as it was: else an inner one is on lanes.
    fn body(&mut self, body: &[Stmt]) -> (Vec<Stmt>, bool) {
        let (mut out, mut found) = (Vec::with_capacity(body.len()), false);
        for stmt in body {
            let mut rewritten = stmt.clone();
            let mut inner = false;
            for (new, body) in rewritten.kind.bodies_mut().zip(stmt.kind.bodies()) {
                let (rewritten, has) = self.body(body);
                *new = rewritten;
                inner |= has;
            }
            let made = match &stmt.kind {
                StmtKind::For { .. } if inner => self.refused(stmt, Why::InnerLoop),
                StmtKind::For { .. } => self.counted(stmt),
                StmtKind::Loop { .. } => self.refused(stmt, Why::While),
                _ => None,
            };
            found |= inner || made.is_some();
            match made {
                Some(stmts) => out.extend(stmts),
                None => out.push(rewritten),
            }
        }
        (out, found)
    }

    /// A counting loop on lanes, if it can be.
    fn counted(&mut self, stmt: &Stmt) -> Option<Vec<Stmt>> {
        let made = assemble::vectorised(self, stmt);
        let (outcome, stmts) = match made {
            Ok((count, stmts)) => (Ok(count), Some(stmts)),
            Err(refusal) => (Err(refusal), None),
        };
        self.verdict(stmt.span, outcome);
        stmts
    }

    fn refused(&mut self, stmt: &Stmt, why: Why) -> Option<Vec<Stmt>> {
        let span = stmt.span;
        self.verdict(span, Err(Refusal { why, span }));
        None
    }

    fn verdict(&mut self, span: Span, outcome: Result<u32, Refusal>) {
        self.verdicts.push(Verdict { function: self.function.name.clone(), span, outcome });
    }
}
