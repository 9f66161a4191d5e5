//! Typing NumPy's reductions: their arguments, and which of them does what.

mod along;
mod average;
mod axes;
mod fold;
mod mask;
mod moments;
mod numbers;
mod order;
mod out;
mod quantile;
mod result;
mod ufunc;
mod whole;

use self::axes::{Axes, Reduced};
pub(super) use self::out::in_parentheses;
use super::allocate::Making;
use super::{Body, Stop, Typed};
use crate::builtin::{Reduction, Row, What, python_name};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir;
use crate::source::Span;
use crate::typed::{Expr, ExprKind};
use crate::types::{ArrayType, DType, Kind, Layout, Type};

/// A call of a reduction.
struct Call<'h> {
    row: &'static Row,
    reduction: Reduction,
    /// The arguments behind the array, one for each parameter of the reduction; those that are `None` are left out.
    args: Vec<Option<&'h hir::Expr>>,
}

impl<'h> Call<'h> {
    /// The argument for a parameter, if there is one.
    fn get(&self, name: &str) -> Option<&'h hir::Expr> {
        let place = self.reduction.params().0.iter().position(|param| *param == name)?;
        self.args[place]
    }
}

/// A reduction of an array whose arguments are known.
struct Reducing {
    row: &'static Row,
    reduction: Reduction,
    ty: ArrayType,
    /// The array, which may be evaluated any number of times.
    array: Expr,
    axes: Axes,
    dtype: Option<DType>,
    initial: Option<Expr>,
    /// Which elements count, if not all: an array of the same shape.
    mask: Option<Expr>,
    /// The type of the array that takes the results, if one is given, and how far they lie apart there along each
    /// dimension of this one.
    out: Option<DType>,
    keys: Option<Expr>,
    span: Span,
}

/// The axis along which methods of ufuncs go where none is named.
static FIRST_AXIS: hir::Expr = hir::Expr { kind: hir::ExprKind::Int(0), span: Span { start: 0, end: 0 } };

impl Body<'_, '_> {
    /// A call of one of NumPy's reductions.
    pub(super) fn call_reduction(
        &mut self,
        row: &'static Row,
        reduction: Reduction,
        args: &[hir::Expr],
        keywords: &[hir::Keyword],
        span: Span,
    ) -> Typed {
        let (array, call) = self.reduction_call(row, reduction, args, keywords, span)?;
        let array = self.expr(array)?;
        let Type::Array(ty) = array.ty else {
            return self.wrong_argument(row, &array, "an array");
        };
        if let Some(rest) = args.get(1..)
            && let Some(result) =
                self.call_with_times(row, std::slice::from_ref(&array), (rest, keywords), span)
        {
            return result;
        }
        self.check_numbers(std::slice::from_ref(&array), &format!("`{}`", python_name(row.name)))?;
        let mut evaluated = Vec::new();
        let (bound, array) = self.bind(array);
        evaluated.push(bound);
        self.check_accumulated(reduction, ty.rank, span)?;
        let axes = self.axes_of(&call, ty.rank, &mut evaluated)?;
        let dtype = match call.get("dtype") {
            Some(dtype) => self.element_type(&Making { row, dtype: Some(dtype), span })?,
            None => None,
        };
        let initial = self.evaluated_argument(&call, "initial", &mut evaluated)?;
        if let Some(initial) = initial.as_ref().filter(|initial| initial.ty.dtype().is_none()) {
            return self.wrong_argument(row, initial, "a number to begin with");
        }
        let out = self.evaluated_argument(&call, "out", &mut evaluated)?;
        let mask = self.mask_of(&call, (&array, ty), &mut evaluated)?;
        let others = call.get("weights").or(call.get("mean")).is_some() || mask.is_some();
        let (ty, array, axes) = match others {
            true => (ty, array, axes),
            false => Self::one_run(reduction, ty, array, axes, span),
        };
        let mut reducing =
            Reducing { row, reduction, ty, array, axes, dtype, initial, mask, out: None, keys: None, span };
        self.check_reduction(&call, &reducing)?;
        self.in_dtype(&mut reducing, &mut evaluated)?;
        let result = match out {
            None => self.reduced(&call, &mut reducing)?,
            Some(out) => self.reduced_to(&call, &mut reducing, out)?,
        };
        Ok(super::tuple::after(evaluated, result))
    }

    /// An argument that is evaluated before, for any use.
    fn evaluated_argument(
        &mut self,
        call: &Call<'_>,
        name: &str,
        evaluated: &mut Vec<Expr>,
    ) -> Typed<Option<Expr>> {
        let Some(argument) = call.get(name) else { return Ok(None) };
        let argument = self.expr(argument)?;
        self.check_numbers(std::slice::from_ref(&argument), &format!("`{name}`"))?;
        Ok(Some(self.set_before(argument, evaluated)))
    }

    /// All elements of an array that lies in memory as one run, as an array of one dimension, where only their order there
    /// matters.
    fn one_run(
        reduction: Reduction,
        ty: ArrayType,
        array: Expr,
        axes: Axes,
        span: Span,
    ) -> (ArrayType, Expr, Axes) {
        let is_place = matches!(reduction.what, What::ArgMinimum | What::ArgMaximum);
        let is_ordered = is_place || reduction.what == What::Fold || reduction.keeps_shape();
        let is_whole = axes.leave_nothing(ty.rank) && !is_ordered;
        if !is_whole || ty.rank < 2 || ty.layout == Layout::Any {
            return (ty, array, axes);
        }
        let array = match ty.layout {
            Layout::F => Expr::new(ExprKind::Transpose(Box::new(array)), Type::Array(ty.transposed()), span),
            Layout::C | Layout::Any => array,
        };
        let ty = ArrayType { rank: 1, layout: Layout::C, ..ty };
        let run = Expr::new(ExprKind::Flat(Box::new(array)), Type::Array(ty), span);
        (ty, run, Axes { reduced: Reduced::These(vec![true]), ..axes })
    }

    /// The array of a call, and its other arguments.
    fn reduction_call<'h>(
        &mut self,
        row: &'static Row,
        reduction: Reduction,
        args: &'h [hir::Expr],
        keywords: &'h [hir::Keyword],
        span: Span,
    ) -> Typed<(&'h hir::Expr, Call<'h>)> {
        let (params, n_positional) = reduction.params();
        let name = python_name(row.name);
        if args.len() > n_positional + 1 {
            let takes = 1..=n_positional + 1;
            let message = super::call::wrong_count(&name, &takes, args.len());
            return self.report(
                Diagnostic::new(Code::ArgumentMismatch, span, message).help("give the others by their names"),
            );
        }
        let names: Vec<&str> = ["a"].into_iter().chain(params.iter().copied()).collect();
        let places = self.places(&name, &names, args.len() + keywords.len(), keywords)?;
        let all: Vec<&hir::Expr> = args.iter().chain(keywords.iter().map(|keyword| &keyword.value)).collect();
        let is_given = |arg: &&hir::Expr| !matches!(arg.kind, hir::ExprKind::None);
        let mut given = places.iter().map(|place| place.map(|place| all[place]));
        let Some(array) = given.next().flatten() else { return self.missing(&name, "a", span) };
        let mut args: Vec<Option<&hir::Expr>> = given.map(|arg| arg.filter(is_given)).collect();
        if reduction.is_method && places[1].is_none() {
            args[0] = Some(&FIRST_AXIS);
        }
        Ok((array, Call { row, reduction, args }))
    }

    /// Refuses arguments and elements that a reduction does not take.
    fn check_reduction(&mut self, call: &Call<'_>, reducing: &Reducing) -> Typed<()> {
        self.check_mask(call, reducing)?;
        self.check_along_one(reducing)?;
        let what = reducing.reduction.what;
        if matches!(what, What::ArgMinimum | What::ArgMaximum) || reducing.reduction.keeps_shape() {
            self.check_one_axis(reducing)?;
        }
        let takes_complex = !matches!(
            reducing.reduction.what,
            What::Minimum
                | What::Maximum
                | What::Spread
                | What::ArgMinimum
                | What::ArgMaximum
                | What::Median
                | What::Quantile
                | What::Percentile
        );
        let array = Expr { span: reducing.span, ..reducing.array.clone() };
        match reducing.ty.dtype().kind() {
            Kind::Complex if !takes_complex => {
                self.wrong_argument(reducing.row, &array, "an array of real numbers")
            }
            Kind::Bool if reducing.reduction.what == What::Spread => {
                self.wrong_argument(reducing.row, &array, "an array of numbers")
            }
            Kind::Bool | Kind::Int | Kind::Float | Kind::Complex => Ok(()),
        }
    }

    /// What a reduction gives.
    fn reduced(&mut self, call: &Call<'_>, reducing: &mut Reducing) -> Typed {
        let is_exact = matches!(reducing.ty.dtype().kind(), Kind::Bool | Kind::Int);
        let skips = reducing.reduction.skips_nan && !is_exact;
        match reducing.reduction.what {
            What::Sum if skips => self.sum_of_numbers(reducing),
            What::Sum => self.sum_along(reducing),
            What::Product
            | What::Minimum
            | What::Maximum
            | What::Any
            | What::All
            | What::Count
            | What::Everything => self.fold_of(reducing),
            What::Mean if skips => self.mean_of_numbers(reducing),
            What::Mean => self.mean(reducing),
            What::Variance | What::Deviation if skips => self.variance_of_numbers(call, reducing),
            What::Variance | What::Deviation => self.variance(call, reducing),
            What::Spread => self.spread(reducing),
            What::Average => self.average(call, reducing),
            What::Median => self.median(reducing),
            What::Quantile | What::Percentile => self.quantile(call, reducing),
            What::ArgMinimum | What::ArgMaximum => self.place_of(reducing),
            What::CumulativeSum | What::CumulativeProduct => self.accumulated(reducing),
            What::Fold => self.ufunc_fold(reducing),
            What::Accumulation => self.ufunc_accumulation(reducing),
        }
    }

    /// The greatest element less the least.
    fn spread(&mut self, reducing: &mut Reducing) -> Typed {
        let span = reducing.span;
        reducing.reduction = Reduction::of(What::Maximum);
        let greatest = self.fold_of(reducing)?;
        reducing.reduction = Reduction::of(What::Minimum);
        let least = self.fold_of(reducing)?;
        self.elementwise(vec![greatest, least], span, &mut |body, mut items| {
            let (least, greatest) = (items.pop().ok_or(Stop)?, items.pop().ok_or(Stop)?);
            body.binary(hir::BinaryOp::Sub, greatest, least, span)
        })
    }

    /// An operation on arrays, or on numbers where there are none, as NumPy computes.
    fn elementwise(
        &mut self,
        operands: Vec<Expr>,
        span: Span,
        operate: &mut dyn FnMut(&mut Self, Vec<Expr>) -> Typed,
    ) -> Typed {
        let around = std::mem::replace(&mut self.in_elements, true);
        let result = match super::array_operation::any_array(&operands) {
            true => self.each_element(operands, span, operate),
            false => {
                let mut evaluated = Vec::new();
                let operands = operands.into_iter().map(|operand| self.set_before(operand, &mut evaluated));
                let operands = operands.collect();
                operate(self, operands).map(|result| super::tuple::after(evaluated, result))
            }
        };
        self.in_elements = around;
        result
    }
}
