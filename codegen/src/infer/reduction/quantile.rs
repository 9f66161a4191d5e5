//! Medians and quantiles.

use super::super::tuple::int;
use super::super::{Body, Stop, Typed};
use super::axes::name_of;
use super::{Call, Reducing};
use crate::builtin::What;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir;
use crate::ir::CompareOp;
use crate::typed::{Expr, ExprKind, Fill, Operation, Piece, Raise};
use crate::types::{DType, Kind, Type};

/// The methods of quantiles, by their numbers in the library; the first three give elements.
const METHODS: [&str; 11] = [
    "lower",
    "higher",
    "nearest",
    "linear",
    "midpoint",
    "averaged_inverted_cdf",
    "interpolated_inverted_cdf",
    "hazen",
    "weibull",
    "median_unbiased",
    "normal_unbiased",
];
const N_DISCRETE: usize = 3;

impl Body<'_, '_> {
    /// The median: the mean of the one or two elements in the middle.
    pub(super) fn median(&mut self, reducing: &Reducing) -> Typed {
        let to = match reducing.ty.dtype().kind() {
            Kind::Float => reducing.ty.dtype(),
            Kind::Bool | Kind::Int | Kind::Complex => DType::Float64,
        };
        let half = Expr::new(ExprKind::Float(0.5), Type::FLOAT, reducing.span);
        self.found_in_buffer(reducing, to, half, -1, Vec::new())
    }

    /// A quantile.
    pub(super) fn quantile(&mut self, call: &Call<'_>, reducing: &Reducing) -> Typed {
        let span = reducing.span;
        if let Some(weights) = call.get("weights") {
            let message = format!("`weights` of `{}` is not supported in this version", name_of(reducing));
            return self
                .report(Diagnostic::new(Code::ArgumentMismatch, weights.span, message).help("leave it out"));
        }
        let method = self.quantile_method(call)?;
        let Some(q) = call.get("q") else { return self.missing(&name_of(reducing), "q", span) };
        let q = self.argument(q)?;
        // Of whole parts, none or all, NumPy takes an element and computes nothing.
        let is_taken =
            METHODS[method] == "linear" && is_whole(&q.ty) && reducing.reduction.what == What::Quantile;
        let method = if is_taken { 0 } else { method };
        let is_weak = matches!(q.ty, Type::Weak(_));
        let mut evaluated = Vec::new();
        let q = self.fractions(reducing, q)?;
        let q = self.set_before(q, &mut evaluated);
        evaluated.push(self.within(reducing, &q)?);
        if !reducing.reduction.skips_nan {
            let n = vec![self.n_reduced(reducing), int(0, span)];
            let some = Self::operation(Operation::Compare(CompareOp::Ne), n, Type::BOOL, span);
            let message = match reducing.ty.dtype().kind() {
                Kind::Float => "index -1 is out of bounds for axis 0 with size 0",
                _ if method < N_DISCRETE => "cannot do a non-empty take from an empty axes.",
                _ => "index 0 is out of bounds for axis 0 with size 0",
            };
            evaluated.push(checked(some, "IndexError", message));
        }
        let element = reducing.ty.dtype();
        let to = match element.kind() {
            _ if method < N_DISCRETE => element,
            Kind::Float if is_weak => element,
            Kind::Int | Kind::Float => DType::Float64,
            Kind::Bool | Kind::Complex => {
                let array = Expr { span, ..reducing.array.clone() };
                return self.wrong_argument(reducing.row, &array, "an array of real numbers");
            }
        };
        self.found_in_buffer(reducing, to, q, method as i128, evaluated)
    }

    /// What parts of the elements are wanted: a number or an array.
    fn fractions(&mut self, reducing: &Reducing, q: Expr) -> Typed {
        let span = reducing.span;
        let q = match q.ty {
            Type::Tuple(_) => self.array_of(reducing.row, q, None, span)?,
            _ => q,
        };
        match q.ty.element() {
            Some(DType::Float64) => {}
            Some(dtype) if dtype.kind() == Kind::Int => {}
            _ => return self.wrong_argument(reducing.row, &q, "as `q` integers or `float64`s"),
        }
        if q.ty.element().is_some() && matches!(q.ty, Type::Array(_)) && reducing.out.is_some() {
            return self.wrong_argument(reducing.row, &q, "one number as `q` where there is an `out`");
        }
        let is_percent = reducing.reduction.what == What::Percentile;
        self.elementwise(vec![q], span, &mut |body, mut q| {
            let q = body.coerce(q.pop().ok_or(Stop)?, &Type::FLOAT)?;
            let q = match is_percent {
                true => body.library_call("percent", vec![q], false, span)?,
                false => q,
            };
            body.convert(q, &Type::Strong(DType::Float64))
        })
    }

    /// Raises unless all of them are there.
    fn within(&mut self, reducing: &Reducing, q: &Expr) -> Typed {
        let span = reducing.span;
        let limit = match reducing.reduction.what {
            What::Percentile => "Percentiles must be in the range [0, 100]",
            _ => "Quantiles must be in the range [0, 1]",
        };
        if let Type::Array(_) = q.ty {
            let run = self.in_one_run(q.clone(), span)?;
            let within = self.library_call("are_fractions", vec![run], false, span)?;
            return Ok(checked(within, "ValueError", limit));
        }
        let compare = |op, bound| {
            let operands = vec![q.clone(), Expr::new(ExprKind::Float(bound), q.ty.clone(), span)];
            Self::operation(Operation::Compare(op), operands, Type::BOOL, span)
        };
        let (low, high) = (compare(CompareOp::Ge, 0.0), compare(CompareOp::Le, 1.0));
        Ok(checked(both(low, high), "ValueError", limit))
    }

    /// The number of the method.
    fn quantile_method(&mut self, call: &Call<'_>) -> Typed<usize> {
        let Some(method) = call.get("method") else { return Ok(N_DISCRETE) };
        let hir::ExprKind::Text(name) = &method.kind else {
            return self.report(
                Diagnostic::new(Code::ArgumentMismatch, method.span, "`method` is not a literal")
                    .help("name a method: `method='linear'`"),
            );
        };
        match METHODS.iter().position(|method| method == name) {
            Some(method) => Ok(method),
            None => {
                let known: Vec<String> = METHODS.iter().map(|method| format!("`{method}`")).collect();
                let message = format!("`{name}` is no method of quantiles in this version");
                self.report(
                    Diagnostic::new(Code::ArgumentMismatch, method.span, message)
                        .help(format!("there are {}", known.join(", "))),
                )
            }
        }
    }

    /// Results that the library finds in a buffer with the elements that become one.
    fn found_in_buffer(
        &mut self,
        reducing: &Reducing,
        to: DType,
        q: Expr,
        method: i128,
        mut evaluated: Vec<Expr>,
    ) -> Typed {
        let span = reducing.span;
        let front = match q.ty {
            Type::Array(ty) => {
                let extent = |axis| Expr::new(ExprKind::Extent(Box::new(q.clone()), axis), Type::INT, span);
                (0..ty.rank).map(extent).collect()
            }
            _ => Vec::new(),
        };
        let results = self.results_behind(front, reducing, to, Fill::Zero);
        evaluated.push(results.made.clone());
        // Truth values have an order as numbers.
        let element = match reducing.ty.dtype() {
            DType::Bool => DType::UInt8,
            element => element,
        };
        let (made, buffer) = self.made(element, vec![self.n_reduced(reducing)], Fill::Zero, span);
        evaluated.push(made);
        let array = self.with_dimension(reducing.array.clone(), span);
        let skips = Expr::new(ExprKind::Bool(reducing.reduction.skips_nan), Type::BOOL, span);
        let (name, q) = match q.ty {
            Type::Array(_) => ("quantiles_axes", self.in_one_run(q, span)?),
            _ => ("quantile_axes", q),
        };
        let args =
            vec![results.run.clone(), array, results.moves.clone(), buffer, q, int(method, span), skips];
        evaluated.push(self.library_call(name, args, false, span)?);
        Ok(results.after(evaluated))
    }
}

/// Raises unless a condition holds.
pub(super) fn checked(cond: Expr, class: &str, message: &str) -> Expr {
    let span = cond.span;
    let raise = Raise { class: class.into(), message: vec![Piece::Text(message.to_owned())] };
    let value = Box::new(Expr::new(ExprKind::Bool(true), Type::BOOL, span));
    Expr::new(ExprKind::Checked { cond: Box::new(cond), raise, value }, Type::BOOL, span)
}

fn both(left: Expr, right: Expr) -> Expr {
    let span = left.span;
    let kind = ExprKind::Logical { and: true, left: Box::new(left), right: Box::new(right) };
    Expr::new(kind, Type::BOOL, span)
}

/// Whether numbers are whole by their type.
fn is_whole(ty: &Type) -> bool {
    let dtype = match ty {
        Type::Tuple(items) => return items.iter().all(is_whole),
        _ => ty.element(),
    };
    dtype.is_some_and(|dtype| dtype.kind() == Kind::Int)
}
