//! Methods of NumPy's own ufuncs. Sums, products, extrema and truth values are reductions like `np.sum`.

use super::super::{Body, Stop, Typed};
use super::{Function, part};
use crate::builtin::{Reduction, Row, Target, Ufunc, python_name};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir;
use crate::source::Span;
use crate::typed::{Axis, Expr, ExprKind};
use crate::types::{ArrayType, DType, Type};

/// The methods, as messages list them.
const METHODS: &str = "it has `reduce`, `accumulate`, `reduceat`, `outer` and `at`";

/// What a ufunc makes of nothing.
pub(super) fn identity(row: &Row, span: Span) -> Option<Expr> {
    let number = |value| Expr::new(ExprKind::Int(value), Type::INT, span);
    Some(match row.name {
        "numpy.add" | "numpy.bitwise_or" | "numpy.bitwise_xor" | "numpy.gcd" | "numpy.hypot" => number(0),
        "numpy.logical_or" | "numpy.logical_xor" => Expr::new(ExprKind::Bool(false), Type::BOOL, span),
        "numpy.logical_and" => Expr::new(ExprKind::Bool(true), Type::BOOL, span),
        "numpy.multiply" => number(1),
        "numpy.bitwise_and" => number(-1),
        "numpy.logaddexp" | "numpy.logaddexp2" => {
            Expr::new(ExprKind::Float(f64::NEG_INFINITY), Type::FLOAT, span)
        }
        _ => return None,
    })
}

/// Whether a reduction may be along several axes.
pub(super) fn is_reorderable(row: &Row) -> bool {
    let has_no_identity = ["numpy.minimum", "numpy.maximum", "numpy.fmin", "numpy.fmax"];
    has_no_identity.contains(&row.name) || identity(row, Span { start: 0, end: 0 }).is_some()
}

impl Body<'_, '_> {
    /// A method of one of NumPy's ufuncs, if the expression names one.
    pub(in crate::infer) fn numpy_ufunc_of(&self, value: &hir::Expr) -> Option<(&'static Row, Ufunc)> {
        let hir::ExprKind::Builtin(name) = &value.kind else { return None };
        let row = crate::builtin::find(name)?;
        match row.target {
            Target::Ufunc(Ufunc::Where) => None,
            Target::Ufunc(ufunc) => Some((row, ufunc)),
            _ => None,
        }
    }

    /// A call of a method.
    pub(in crate::infer) fn numpy_ufunc_method(
        &mut self,
        (row, ufunc): (&'static Row, Ufunc),
        method: &str,
        args: &[hir::Expr],
        keywords: &[hir::Keyword],
        span: Span,
    ) -> Typed {
        let name = python_name(row.name);
        let function = Function::NumPy(row, ufunc, span);
        if *row.arity.end() != 2 && ["reduce", "accumulate", "reduceat", "outer"].contains(&method) {
            let what = if method == "outer" { "outer product" } else { method };
            let message = format!("{what} only supported for binary functions");
            return self.report(
                Diagnostic::new(Code::UnsupportedSyntax, span, message)
                    .help("call the ufunc, perhaps in a loop"),
            );
        }
        match (method, args) {
            ("reduce" | "accumulate", _) => match Reduction::of_ufunc(row.name, method) {
                Some(reduction) => self.call_reduction(row, reduction, args, keywords, span),
                None => Err(Stop),
            },
            ("outer", [first, last]) => {
                let first = self.expr(first);
                let (first, last) = (first?, self.expr(last)?);
                let first = self.before_others(first, &last);
                match keywords {
                    [] => self.numpy_ufunc_of_values(row, vec![first, last], None, span),
                    [keyword] if keyword.name == "out" => {
                        let out = self.expr(&keyword.value)?;
                        self.numpy_ufunc_of_values(row, vec![first, last], Some(out), span)
                    }
                    _ => self.wrong_method_call(
                        &name,
                        method,
                        "two arrays or numbers, and perhaps `out`",
                        span,
                    ),
                }
            }
            ("outer", _) => {
                self.wrong_method_call(&name, method, "two arrays or numbers, and perhaps `out`", span)
            }
            ("at", _) => self.numpy_at(function, args, keywords),
            ("reduceat", _) => self.numpy_reduceat(function, args, keywords),
            _ => {
                let message = format!("the ufunc `{name}` has no method `{method}`");
                self.report(Diagnostic::new(Code::NoSuchAttribute, span, message).help(METHODS))
            }
        }
    }

    pub(super) fn wrong_method_call<T>(
        &mut self,
        name: &str,
        method: &str,
        takes: &str,
        span: Span,
    ) -> Typed<T> {
        let message = format!("`{name}.{method}` takes {takes}");
        self.report(
            Diagnostic::new(Code::ArgumentMismatch, span, message)
                .help("give the others up, or convert the result"),
        )
    }

    /// The first operand of an outer product, with new dimensions for those of the other.
    fn before_others(&mut self, first: Expr, last: &Expr) -> Expr {
        let (Type::Array(ty), Type::Array(ArrayType { rank, .. })) = (&first.ty, &last.ty) else {
            return first;
        };
        let mut axes = vec![Axis::Whole; ty.rank];
        axes.resize(ty.rank + rank, Axis::New);
        part(&first, *ty, axes)
    }

    /// The type in which a ufunc folds elements: one of which it makes its own.
    pub(in crate::infer) fn folds_in(
        &mut self,
        function: Function<'_>,
        method: &str,
        array: &Expr,
        dtype: Option<DType>,
    ) -> Typed<DType> {
        let Function::NumPy(_, ufunc, span) = function else { return Err(Stop) };
        let of = |body: &mut Self, dtype: DType| -> Typed<DType> {
            let operand = |at| Expr::new(ExprKind::Operand(at), Type::Strong(dtype), array.span);
            body.applied(function, vec![operand(0), operand(1)])?.ty.dtype().ok_or(Stop)
        };
        let element = array.ty.element().ok_or(Stop)?;
        let natural = match (dtype, ufunc) {
            (Some(dtype), _) => dtype,
            (None, Ufunc::Logical(_)) => DType::Bool,
            (None, _) => match super::super::ufunc::widened(&function.name(), element) {
                Some(wide) => wide,
                None if matches!(ufunc, Ufunc::Compare(_)) => DType::Bool,
                None => of(self, element)?,
            },
        };
        let is_cast = matches!(ufunc, Ufunc::Compare(_)) && element != DType::Bool;
        let made = of(self, natural)?;
        if made == natural && !is_cast {
            return Ok(natural);
        }
        let message = format!(
            "No loop matching the specified signature and casting was found for ufunc {}",
            function.name()
        );
        self.report(
            Diagnostic::new(Code::ArgumentMismatch, span, message)
                .note(format!("`{method}` goes on with what the ufunc gives: `{made}` of two `{natural}`"))
                .help("convert the array, or name a `dtype`"),
        )
    }
}
