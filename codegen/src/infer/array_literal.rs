//! Typing `np.array` and `np.asarray` of numbers, of tuples and lists in each other, and of arrays.

use super::allocate::allocation;
use super::expression::dtype_value;
use super::tuple::{int, packed};
use super::{Body, Typed, promote, time};
use crate::builtin::Row;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::typed::{Expr, Fill};
use crate::types::{DType, Type};

/// How many numbers a literal may have, which is a statement for each.
const MOST: usize = 4096;

/// `np.array(object, dtype)`, `np.asarray(a, dtype)`.
pub(super) fn array(body: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    let mut args = args.into_iter();
    let Some(object) = args.next() else { unreachable!("bug in pykernel: the arity was checked") };
    let dtype = args.next();
    let named = dtype.as_ref().and_then(|dtype| body.time_named(dtype));
    if let Some(time) = named.or_else(|| time::first_of(&object.ty)) {
        return body.array_of_times(row, object, time, dtype, span);
    }
    let dtype = match dtype {
        Some(dtype) => body.dtype_of(&dtype)?,
        None => None,
    };
    match object.ty {
        Type::Array(ty) => {
            let function = match dtype.is_none() || dtype == Some(ty.dtype()) {
                true if row.name == "numpy.asarray" => return Ok(Expr { span, ..object }),
                true => "array_copy",
                false => "converted",
            };
            let dtype = dtype_value(dtype.unwrap_or(ty.dtype()), span);
            body.library_call(function, vec![object, dtype], false, span)
        }
        _ => body.array_of(row, object, dtype, span),
    }
}

impl Body<'_, '_> {
    /// An array of a number, or of what a tuple holds.
    pub(super) fn array_of(
        &mut self,
        row: &'static Row,
        value: Expr,
        dtype: Option<DType>,
        span: Span,
    ) -> Typed {
        let mut shape = Vec::new();
        if value.ty.holds(&|ty| matches!(ty, Type::Array(_))) {
            return self.array_of_arrays(row, value, dtype, span);
        }
        let mut numbers = Vec::new();
        self.leaves_of(row, value, 0, &mut shape, &mut numbers)?;
        if numbers.len() > MOST {
            let message =
                format!("this array has {} elements, and at most {MOST} are written out", numbers.len());
            return self.report(
                Diagnostic::new(Code::ArgumentMismatch, span, message)
                    .help("make a constant array outside of functions, or fill what `np.empty` makes"),
            );
        }
        let common = numbers.iter().filter_map(|number| number.ty.dtype()).reduce(promote::promote_dtypes);
        let dtype = dtype.or(common).unwrap_or(DType::Float64);
        let numbers: Vec<Typed> =
            numbers.into_iter().map(|number| self.convert(number, &Type::Strong(dtype))).collect();
        let fill = match numbers.into_iter().collect::<Typed<Vec<_>>>()? {
            numbers if numbers.is_empty() => Fill::Zero,
            numbers => Fill::Items(numbers),
        };
        let shape = shape.into_iter().map(|extent| int(extent as i128, span)).collect();
        Ok(allocation(dtype, shape, fill, span))
    }

    /// The numbers of tuples in each other, and their shape.
    fn leaves_of(
        &mut self,
        row: &'static Row,
        value: Expr,
        depth: usize,
        shape: &mut Vec<usize>,
        numbers: &mut Vec<Expr>,
    ) -> Typed<()> {
        let place = value.span;
        let is_first = depth == shape.len() && numbers.is_empty();
        match &value.ty {
            Type::Tuple(items) => {
                let n = items.len();
                if is_first {
                    shape.push(n);
                }
                if shape.get(depth) != Some(&n) {
                    return self.ragged(place);
                }
                let items = self.items(value);
                for item in items {
                    self.leaves_of(row, item, depth + 1, shape, numbers)?;
                }
                Ok(())
            }
            Type::Weak(_) | Type::Strong(_) if depth == shape.len() => {
                numbers.push(value);
                Ok(())
            }
            Type::Weak(_) | Type::Strong(_) => self.ragged(place),
            _ => self.wrong_argument(row, &value, "numbers, and lists and tuples of them"),
        }
    }

    fn ragged<T>(&mut self, span: Span) -> Typed<T> {
        let message = "this does not fit the shape that the first elements have";
        self.report(
            Diagnostic::new(Code::ArgumentMismatch, span, message)
                .help("NumPy's arrays have rows of one length: give all the same number of elements"),
        )
    }

    /// An array of arrays, which have one shape.
    fn array_of_arrays(&mut self, row: &'static Row, value: Expr, dtype: Option<DType>, span: Span) -> Typed {
        if let Type::Array(_) = value.ty {
            return Ok(value);
        }
        let Type::Tuple(_) = value.ty else {
            return self.wrong_argument(row, &value, "numbers, and lists and tuples of them");
        };
        let items = self.items(value);
        let arrays: Vec<Typed> = items.into_iter().map(|item| self.array_of(row, item, None, span)).collect();
        let arrays = arrays.into_iter().collect::<Typed<Vec<_>>>()?;
        let ranks = arrays.iter().map(|array| match array.ty {
            Type::Array(ty) => ty.rank,
            _ => 0,
        });
        if ranks.clone().min() != ranks.max() {
            return self.ragged(span);
        }
        let common = arrays.iter().filter_map(|array| array.ty.element()).reduce(promote::promote_dtypes);
        let dtype = dtype_value(dtype.or(common).unwrap_or(DType::Float64), span);
        self.library_call("array_of_arrays", vec![packed(arrays, span), dtype], false, span)
    }
}
