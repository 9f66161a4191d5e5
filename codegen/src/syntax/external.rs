//! `@extern("crate::path")`: functions of the program's Rust, and in the library the routines of the host.

use pykernel_abi::routine::ROUTINES;
use ruff_python_ast::{Arguments, Decorator, Expr, StmtFunctionDef};

use super::Reader;
use super::signature::Declared;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{External, Signature};
use crate::types::Type;

impl Reader<'_> {
    /// Reads the decorator; `None` if it is wrong.
    pub(super) fn external(
        &mut self,
        decorator: &Decorator,
        arguments: Option<&Arguments>,
    ) -> Option<Declared> {
        let path = match arguments.map(|arguments| (&*arguments.args, &*arguments.keywords)) {
            Some(([Expr::StringLiteral(path)], [])) => path.value.to_str(),
            _ => "",
        };
        let routine = ROUTINES.into_iter().find(|routine| self.library && routine.name() == path);
        if let Some(routine) = routine {
            let external = Some(External::Routine(routine));
            return Some(Declared { external, ..Declared::default() });
        }
        if is_path(path) {
            let external = Some(External::Rust(path.into()));
            return Some(Declared { external, ..Declared::default() });
        }
        let span = self.span(&decorator.expression);
        self.report(
            Diagnostic::new(Code::ForeignDeclaration, span, "`@extern` takes the path of a Rust function")
                .help("write the path as it reads where the kernels stand: `@extern(\"crate::clock\")`"),
        );
        None
    }

    /// Whether the signature of a function of Rust is whole and has numbers only.
    pub(super) fn is_foreign(&mut self, def: &StmtFunctionDef, signatures: &[Signature]) -> bool {
        let wrong = match signatures {
            [Signature { params, result: Some(result), .. }] => {
                let mut types = params.iter().chain((*result != Type::None).then_some(result));
                match types.find(|ty| ty.dtype().is_none()) {
                    None => return true,
                    Some(ty) => format!("a function of Rust cannot take or return `{ty}` in this version"),
                }
            }
            _ => format!("`{}` does not declare what it takes and returns", def.name.as_str()),
        };
        let span = self.span(&def.name);
        self.report(
            Diagnostic::new(Code::ForeignDeclaration, span, wrong).help(
                "annotate each parameter and the result with a number type: `x: float64`, `-> float64`",
            ),
        );
        false
    }
}

/// Whether a text is a path in Rust: `crate::a::b`, `f`.
fn is_path(text: &str) -> bool {
    let is_name = |name: &str| {
        let mut chars = name.chars();
        chars.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
            && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    text.split("::").all(is_name)
}

/// Whether a body says nothing but `...`.
pub(super) fn is_ellipsis(body: &[ruff_python_ast::Stmt]) -> bool {
    matches!(body, [ruff_python_ast::Stmt::Expr(value)] if value.value.is_ellipsis_literal_expr())
}
