//! Arguments: which parameter each is for, and the order in which they are evaluated.

use super::{Body, Typed};
use crate::builtin;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir;
use crate::source::Span;
use crate::typed::{Expr, ExprKind};
use crate::types::Type;

impl Body<'_, '_> {
    /// Types the arguments of a call: the positional ones, then the others.
    pub(super) fn arguments(&mut self, args: &[hir::Expr], keywords: &[hir::Keyword]) -> Typed<Vec<Expr>> {
        let args = args.iter().chain(keywords.iter().map(|keyword| &keyword.value));
        let args: Vec<Typed> = args.map(|arg| self.expr_or_none(arg)).collect();
        args.into_iter().collect()
    }

    /// An argument of what takes empty tuples too.
    pub(super) fn argument(&mut self, arg: &hir::Expr) -> Typed {
        match &arg.kind {
            hir::ExprKind::Tuple(items) if items.is_empty() => {
                Ok(Expr::new(ExprKind::Tuple(Vec::new()), Type::Tuple(Vec::new()), arg.span))
            }
            _ => self.expr_or_none(arg),
        }
    }

    /// The arguments of a function of a file in the order of its parameters, defaults included.
    pub(super) fn for_parameters(
        &mut self,
        function: &hir::Function,
        args: Vec<Expr>,
        keywords: &[hir::Keyword],
        span: Span,
    ) -> Typed<Vec<Expr>> {
        let names: Vec<&str> =
            function.variables[..function.n_params].iter().map(|param| param.name.as_str()).collect();
        let places = self.places(&function.name, &names, args.len(), keywords)?;
        let n_required = function.n_params - function.defaults.len();
        let mut defaults = Vec::new();
        for (index, place) in places.iter().enumerate() {
            let default = match place {
                Some(_) => None,
                None if index >= n_required => {
                    Some(self.expr_or_none(&function.defaults[index - n_required])?)
                }
                None => return self.missing(&function.name, names[index], span),
            };
            defaults.push(default);
        }
        Ok(self.arranged(args, &places, defaults))
    }

    /// The arguments of a builtin in the order of its parameters. Those at the end may be missing.
    pub(super) fn for_builtin(
        &mut self,
        name: &str,
        args: Vec<Expr>,
        keywords: &[hir::Keyword],
        span: Span,
    ) -> Typed<Vec<Expr>> {
        if keywords.is_empty() {
            return Ok(args);
        }
        let (params, python_name) = (builtin::keywords(name), builtin::python_name(name));
        let names: Vec<&str> = params.iter().map(|(name, _)| *name).collect();
        let mut places = self.places(&python_name, &names, args.len(), keywords)?;
        while places.last().is_some_and(Option::is_none) {
            places.pop();
        }
        let mut defaults = Vec::new();
        for (place, (name, default)) in places.iter().zip(params) {
            defaults.push(match (place, default) {
                (Some(_), _) => None,
                (None, Some(value)) => Some(Expr::new(ExprKind::Float(*value), Type::FLOAT, span)),
                (None, None) => return self.missing(&python_name, name, span),
            });
        }
        Ok(self.arranged(args, &places, defaults))
    }

    /// The arguments of what has these parameters, in their order. What is missing has a default.
    pub(super) fn for_names(
        &mut self,
        function: &str,
        params: &[&str],
        args: Vec<Expr>,
        keywords: &[hir::Keyword],
        defaults: Vec<Option<Expr>>,
        span: Span,
    ) -> Typed<Vec<Expr>> {
        let places = self.places(function, params, args.len(), keywords)?;
        for ((place, default), param) in places.iter().zip(&defaults).zip(params) {
            if place.is_none() && default.is_none() {
                return self.missing(function, param, span);
            }
        }
        Ok(self.arranged(args, &places, defaults))
    }

    /// Refuses keyword arguments of what takes none.
    pub(super) fn no_keywords(&mut self, name: &str, keywords: &[hir::Keyword]) -> Typed<()> {
        self.places(name, &[], keywords.len(), keywords).map(|_| ())
    }

    /// For each parameter, which of the `n` arguments is for it; the keywords are the last ones.
    pub(super) fn places(
        &mut self,
        function: &str,
        params: &[&str],
        n: usize,
        keywords: &[hir::Keyword],
    ) -> Typed<Vec<Option<usize>>> {
        let n_positional = n - keywords.len();
        let mut places: Vec<Option<usize>> = (0..params.len().max(n_positional))
            .map(|index| (index < n_positional).then_some(index))
            .collect();
        for (index, keyword) in keywords.iter().enumerate() {
            let name = &keyword.name;
            let (message, help) = match params.iter().position(|param| param == name) {
                Some(param) if places[param].is_none() => {
                    places[param] = Some(n_positional + index);
                    continue;
                }
                Some(_) => {
                    (format!("`{function}` is given its argument `{name}` twice"), "leave one of them out")
                }
                None => (
                    format!("`{function}` has no parameter `{name}` that can be named"),
                    "give the argument by position, or under its name",
                ),
            };
            return self.report(Diagnostic::new(Code::ArgumentMismatch, keyword.span, message).help(help));
        }
        Ok(places)
    }

    pub(super) fn missing<T>(&mut self, function: &str, param: &str, span: Span) -> Typed<T> {
        let message = format!("`{function}` is called without its argument `{param}`");
        self.report(
            Diagnostic::new(Code::ArgumentMismatch, span, message)
                .help("give one argument for each parameter without a default"),
        )
    }

    /// The arguments, written in the order of their evaluation, in the order of the parameters.
    fn arranged(
        &mut self,
        args: Vec<Expr>,
        places: &[Option<usize>],
        defaults: Vec<Option<Expr>>,
    ) -> Vec<Expr> {
        let args = if places.iter().flatten().is_sorted() { args } else { self.in_order(args, places) };
        let mut args: Vec<Option<Expr>> = args.into_iter().map(Some).collect();
        let arg = |(place, default): (&Option<usize>, Option<Expr>)| match place {
            Some(index) => args[*index].take(),
            None => default,
        };
        places.iter().zip(defaults).filter_map(arg).collect()
    }

    /// Arguments whose places are not in the order of their evaluation: the one with the first
    /// place evaluates all of them.
    fn in_order(&mut self, args: Vec<Expr>, places: &[Option<usize>]) -> Vec<Expr> {
        let (mut all, mut values): (Vec<Expr>, Vec<Expr>) =
            args.into_iter().map(|arg| self.twice(arg)).unzip();
        let Some(first) = places.iter().flatten().next() else { return values };
        let value = values[*first].clone();
        all.push(value.clone());
        let ty = Type::Tuple(all.iter().map(|arg| arg.ty.clone()).collect());
        let last = all.len() - 1;
        let all = Expr::new(ExprKind::Tuple(all), ty, value.span);
        values[*first] = Expr { kind: ExprKind::Item(Box::new(all), last), ..value };
        values
    }
}
