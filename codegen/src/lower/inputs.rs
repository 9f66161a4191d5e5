//! Inputs of gufuncs that are written although nothing declares it.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::ir::{FunctionId, LocalId, Module, StmtKind, Type, roots, visit};
use crate::source::Span;
use crate::typed::{InnerLoop, Program};

/// Reports the inputs that the functions of gufuncs write, in a module whose effects are known, but
/// those of `writable_args`: callers rely on it that the others stay what they are.
pub fn check(program: &Program, module: &Module, diagnostics: &mut Diagnostics) {
    for inner in &program.loops {
        let instance = &program[inner.instance];
        let function = FunctionId(inner.instance.0);
        let params = module[function].params.iter().enumerate();
        let is_view = |param: &LocalId| matches!(module[function].ty(*param), Type::View(_));
        let mut views = params.filter(|(_, param)| is_view(param)).map(|(position, _)| position);
        for (place, (ty, web)) in instance.params.iter().enumerate() {
            let crate::types::Type::Array(_) = ty else { continue };
            let Some(param) = views.next() else { continue };
            if is_read_only(inner, place) && module[function].effects.writes[param] {
                let name = &instance.webs[web.0 as usize].name;
                diagnostics.report(written(&instance.name, name, writes(module, function, param)));
            }
        }
    }
}

fn is_read_only(inner: &InnerLoop, place: usize) -> bool {
    place < inner.ufunc.layout.inputs.len() && !inner.ufunc.writable.contains(&place)
}

fn written(function: &str, name: &str, place: Span) -> Diagnostic {
    let message = format!("`{name}` is an input of the gufunc `{function}` and is written here");
    let help = format!("declare it: `writable_args=('{name}',)`, or write into an output");
    Diagnostic::new(Code::ReadonlyArray, place, message).help(help)
}

/// The first statement of a function that writes a parameter.
fn writes(module: &Module, function: FunctionId, param: usize) -> Span {
    let roots = roots::of_views(&module[function], module);
    let is_it = |view: LocalId| roots[view.0 as usize].contains(&param);
    let mut found = None;
    visit::walk(&module[function].body, &mut |stmt| {
        let writes = match &stmt.kind {
            StmtKind::Store { view, .. } => is_it(*view),
            StmtKind::Call { function: callee, args, .. } => {
                let written = args.iter().zip(&module[*callee].effects.writes).filter(|(_, writes)| **writes);
                let mut reaches = false;
                written.for_each(|(arg, _)| arg.locals(&mut |local| reaches |= is_it(local)));
                reaches
            }
            _ => false,
        };
        if writes {
            found.get_or_insert(stmt.span);
        }
    });
    found.unwrap_or(module[function].span)
}
