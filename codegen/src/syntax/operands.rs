//! What the operands of a ufunc are: signatures, layout and parameters together.

use ruff_python_ast::StmtFunctionDef;

use super::Reader;
use super::function::count;
use super::ufunc::{DeclaredUfunc, Operand};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{ExprKind, Signature, Stmt, StmtKind};
use crate::source::Span;
use crate::types::{ArrayType, Type};
use crate::ufunc::{CoreLayout, Kind, Ufunc};

/// The function of a ufunc, as far as it is read.
pub(super) struct Read<'f> {
    pub(super) def: &'f StmtFunctionDef,
    /// Names and places of its parameters.
    pub(super) params: Vec<(&'f str, Span)>,
    pub(super) body: &'f [Stmt],
}

impl Reader<'_> {
    /// The ufunc that decorator, signatures and function are; `None` if they do not fit together.
    pub(super) fn ufunc_of(
        &mut self,
        declared: DeclaredUfunc,
        signatures: &mut [Signature],
        function: &Read<'_>,
    ) -> Option<Ufunc> {
        if signatures.is_empty() {
            self.without_types(function.def, &declared);
            return None;
        }
        let layout = match declared.kind {
            Kind::Vectorize => self.numbers(signatures, function)?,
            Kind::Guvectorize => self.cores(&declared, signatures, function)?,
        };
        let writable = self.writable(&declared, &layout, signatures, function)?;
        let DeclaredUfunc { kind, identity, target, .. } = declared;
        Some(Ufunc { kind, layout, identity, target, writable })
    }

    fn unfit<T>(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) -> Option<T> {
        self.report(Diagnostic::new(Code::BadSignature, span, message).help(help));
        None
    }

    /// The layout of a ufunc, whose signatures have numbers only.
    fn numbers(&mut self, signatures: &[Signature], function: &Read<'_>) -> Option<CoreLayout> {
        let (name, n_inputs) = (function.def.name.as_str(), function.params.len());
        if n_inputs == 0 {
            let span = self.span(&function.def.name);
            return self.unfit(
                span,
                format!("`{name}` takes no input"),
                "a ufunc has at least one parameter",
            );
        }
        let mut n_outputs = None;
        for signature in signatures {
            if let Some(ty) = signature.params.iter().find(|ty| ty.dtype().is_none()) {
                let message = format!("the function of a ufunc takes numbers, and no `{ty}`");
                return self.unfit(signature.span, message, "declare numbers, or write `@guvectorize`");
            }
            let n = match &signature.result {
                None => returned(function.body).unwrap_or(1),
                Some(result) => match self.n_results(result) {
                    Some(n) => n,
                    None => {
                        let message = format!("the function of a ufunc returns numbers, and no `{result}`");
                        let help = "declare a number, or a tuple of two or more for several outputs";
                        return self.unfit(signature.span, message, help);
                    }
                },
            };
            if *n_outputs.get_or_insert(n) != n {
                let message = "this signature has another number of outputs than the first";
                return self.unfit(signature.span, message, "all loops of a ufunc have the same operands");
            }
        }
        let (inputs, outputs) = (vec![Vec::new(); n_inputs], vec![Vec::new(); n_outputs.unwrap_or(1)]);
        Some(CoreLayout { dimensions: Vec::new(), inputs, outputs })
    }

    /// How many outputs a result is.
    fn n_results(&self, result: &Type) -> Option<usize> {
        let is_tuple = matches!(result, Type::Tuple(_));
        let results = result.results();
        let are_numbers = results.iter().all(|ty| ty.dtype().is_some());
        (are_numbers && results.len() >= if is_tuple { 2 } else { 1 }).then_some(results.len())
    }

    /// The layout of a gufunc, which its signatures fit.
    fn cores(
        &mut self,
        declared: &DeclaredUfunc,
        signatures: &mut [Signature],
        function: &Read<'_>,
    ) -> Option<CoreLayout> {
        let Some((layout, place)) = &declared.layout else {
            let help = "write the core dimensions behind the signatures: `@guvectorize([…], '(n),(n)->()')`";
            self.report(
                Diagnostic::new(Code::BadLayout, declared.span, "this gufunc has no layout").help(help),
            );
            return None;
        };
        let n_operands = layout.inputs.len() + layout.outputs.len();
        if n_operands != function.params.len() {
            let message = format!(
                "the layout has {}, and `{}` has {}",
                count(n_operands, "operand"),
                function.def.name.as_str(),
                count(function.params.len(), "parameter")
            );
            let name = self.span(&function.def.name);
            self.report(
                Diagnostic::new(Code::BadLayout, *place, message)
                    .note_at(name, "the function is defined here")
                    .help("a gufunc takes its inputs and then its outputs, which it writes"),
            );
            return None;
        }
        let mut fits = true;
        for signature in signatures {
            for position in 0..n_operands {
                fits &= self.fits_core(signature, position, (layout, *place), function);
            }
            if let Some(result) = signature.result.replace(Type::None).filter(|it| *it != Type::None) {
                fits = false;
                let message = format!("the function of a gufunc returns nothing, and no `{result}`");
                let help = "declare `void(…)`, and write the results into the outputs";
                self.unfit::<()>(signature.span, message, help);
            }
        }
        fits.then(|| layout.clone())
    }

    /// Whether a signature declares an operand as the layout says.
    fn fits_core(
        &mut self,
        signature: &Signature,
        position: usize,
        (layout, place): (&CoreLayout, Span),
        function: &Read<'_>,
    ) -> bool {
        let mut cores = layout.inputs.iter().chain(&layout.outputs);
        let n_core = cores.nth(position).map_or(0, Vec::len);
        let (name, is_output) = (function.params[position].0, position >= layout.inputs.len());
        let wanted = |rank: usize| format!("float64[{}]", vec![":"; rank.max(1)].join(", "));
        let (message, help) = match &signature.params[position] {
            Type::Array(ArrayType { readonly: true, .. }) if is_output => {
                (format!("the output `{name}` is declared read-only"), "remove `readonly=True`".to_owned())
            }
            Type::Array(array) if array.rank == n_core.max(1) => return true,
            ty if ty.dtype().is_some() && n_core == 0 && !is_output => return true,
            ty if ty.dtype().is_some() && n_core == 0 => (
                format!("the output `{name}` is a number, which cannot be written"),
                "declare it as an array of one element, `float64[:]`, and set `[0]`".to_owned(),
            ),
            ty => (
                format!(
                    "`{name}` has {} in the layout, and is declared `{ty}`",
                    count(n_core, "core dimension")
                ),
                format!("declare it as {}, or change the layout", wanted(n_core)),
            ),
        };
        self.report(
            Diagnostic::new(Code::BadLayout, signature.span, message).note_at(place, "the layout").help(help),
        );
        false
    }

    /// The inputs that `writable_args` names, by position.
    fn writable(
        &mut self,
        declared: &DeclaredUfunc,
        layout: &CoreLayout,
        signatures: &[Signature],
        function: &Read<'_>,
    ) -> Option<Vec<usize>> {
        let mut writable = Vec::new();
        for (operand, span) in &declared.writable {
            let position = match operand {
                Operand::Name(name) => function.params.iter().position(|(param, _)| param == name),
                Operand::Position(position) => usize::try_from(*position).ok(),
            };
            let n_inputs = layout.inputs.len();
            let Some(position) = position.filter(|position| *position < function.params.len()) else {
                let message = format!("`{}` has no such parameter", function.def.name.as_str());
                return self.wrong_writable(*span, message, "name an input, or give its position from 0");
            };
            let name = function.params[position].0;
            if position >= n_inputs {
                let message = format!("`{name}` is an output, which is written anyway");
                return self.wrong_writable(*span, message, "remove it");
            }
            let is_array = |ty: &Type| matches!(ty, Type::Array(ArrayType { readonly: false, .. }));
            if let Some(signature) = signatures.iter().find(|it| !is_array(&it.params[position])) {
                let message =
                    format!("`{name}` is declared `{}`, which cannot be written", signature.params[position]);
                return self.wrong_writable(*span, message, "declare it as an array: `float64[:]`");
            }
            if !writable.contains(&position) {
                writable.push(position);
            }
        }
        writable.sort_unstable();
        Some(writable)
    }

    fn wrong_writable<T>(&mut self, span: Span, message: String, help: &str) -> Option<T> {
        self.report(Diagnostic::new(Code::UnknownOption, span, message).help(help));
        None
    }
}

/// How many values the first `return` with a value gives.
fn returned(body: &[Stmt]) -> Option<usize> {
    body.iter().find_map(|stmt| match &stmt.kind {
        StmtKind::Return(Some(value)) => Some(match &value.kind {
            ExprKind::Tuple(items) => items.len(),
            _ => 1,
        }),
        StmtKind::If { then, otherwise, .. } => returned(then).or_else(|| returned(otherwise)),
        StmtKind::While { body, otherwise, .. } | StmtKind::For { body, otherwise, .. } => {
            returned(body).or_else(|| returned(otherwise))
        }
        _ => None,
    })
}
