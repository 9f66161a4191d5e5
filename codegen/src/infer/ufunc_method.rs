//! Methods of ufuncs, where kernels call them: `f.reduce(x)`.

use super::{Body, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir;
use crate::source::Span;

impl Body<'_, '_> {
    /// The function that an expression names, if it is a ufunc of the user's.
    pub(super) fn ufunc_of(&self, value: &hir::Expr) -> Option<hir::FunctionId> {
        match value.kind {
            hir::ExprKind::Function(id) => {
                self.infer.function(self.slot().key.origin, id).ufunc.is_some().then_some(id)
            }
            _ => None,
        }
    }

    /// A method of a ufunc.
    pub(super) fn ufunc_method(&mut self, id: hir::FunctionId, method: &str, span: Span) -> Typed {
        let name = &self.infer.function(self.slot().key.origin, id).name;
        let help = match method {
            "reduce" | "accumulate" => format!("write the fold as a loop: `s = {name}(s, x[i])`"),
            "at" => format!("write it as a loop: `a[i] = {name}(a[i], b)`"),
            "outer" => format!("give one array new dimensions: `{name}(x[:, None], y)`"),
            "reduceat" => "write it as a loop over slices".to_owned(),
            _ => format!("ufuncs are called: `{name}(x)`"),
        };
        let message = match method {
            "reduce" | "accumulate" | "at" | "outer" | "reduceat" => {
                format!("`{name}.{method}` is not supported in kernels, in this version")
            }
            _ => format!("the ufunc `{name}` has no method `{method}`"),
        };
        self.report(Diagnostic::new(Code::UnsupportedSyntax, span, message).help(help))
    }
}
