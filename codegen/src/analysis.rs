//! The front end as one function: from text to the interface.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::interface::{self, Interface};
use crate::source::Source;
use crate::symbol::Package;
use crate::{fusion, hir, infer, ir, lower, parallel, passes, summation, syntax, typed};

/// Everything that the front end finds in one source.
#[derive(Debug)]
pub struct Analysis {
    /// The text with its names bound.
    pub hir: hir::Module,
    /// The text with its types.
    pub program: typed::Program,
    /// The IR, before any pass but `effects`; empty when something is wrong.
    pub module: ir::Module,
    /// The exported kernels; empty when something is wrong.
    pub interface: Interface,
    /// What is wrong, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// What may not be meant, in the order of the text; empty when something is wrong, because
    /// the types are then not known for sure.
    pub warnings: Vec<Diagnostic>,
}

/// Analyses a source for a package.
pub fn analyse(source: &Source, package: &Package) -> Analysis {
    let mut diagnostics = Diagnostics::default();
    let hir = syntax::parse(source, &mut diagnostics);
    let mut program = infer::infer(&hir, &mut diagnostics);
    if diagnostics.is_empty() {
        parallel::run(&mut program, source, &mut diagnostics);
    }
    let (mut module, mut interface, mut warnings) = (ir::Module::default(), Interface::default(), Vec::new());
    if diagnostics.is_empty() {
        fusion::run(&mut program);
        summation::run(&mut program);
        module = lower::lower(&program, source);
        passes::effects::analyse(&mut module);
        lower::inputs::check(&program, &module, &mut diagnostics);
    }
    if !diagnostics.is_empty() {
        module = ir::Module::default();
    } else {
        interface = interface::interface(source, package, &hir, &program, &module);
        warnings = diagnostics.take_warnings();
    }
    Analysis { hir, program, module, interface, diagnostics: diagnostics.into_sorted(), warnings }
}
