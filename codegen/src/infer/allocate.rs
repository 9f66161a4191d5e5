//! Typing what makes arrays: `np.zeros` and its kin, `np.arange`, `np.copy`.

use super::{Body, Typed, promote};
use crate::builtin::{Maker, Row, python_name};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{self, BinaryOp, ErrorModel};
use crate::ir::CompareOp;
use crate::source::Span;
use crate::typed::{Allocation, Expr, ExprKind, Fill, Operation};
use crate::types::{ArrayType, DType, Element, Kind, Layout, Record, Type};
use std::sync::LazyLock;

/// A call that makes an array, its `dtype` and `order` apart from what is evaluated.
pub(super) struct Making<'h> {
    pub(super) row: &'static Row,
    pub(super) dtype: Option<&'h hir::Expr>,
    pub(super) span: Span,
}

/// The element type of arrays of times, as the numbers that they are.
static COUNTS: LazyLock<hir::Expr> = LazyLock::new(|| hir::Expr {
    kind: hir::ExprKind::DType(Element::Number(DType::Int64)),
    span: Span { start: 0, end: 0 },
});

impl Body<'_, '_> {
    /// A call of one of NumPy's functions that make arrays.
    pub(super) fn make(
        &mut self,
        row: &'static Row,
        maker: Maker,
        args: &[hir::Expr],
        keywords: &[hir::Keyword],
        span: Span,
    ) -> Typed {
        let n_evaluated = maker.params().len();
        let (evaluated, rest) = args.split_at(args.len().min(n_evaluated));
        let mut named: Vec<hir::Keyword> = Vec::new();
        let mut dtype = rest.first().filter(|_| maker.has_dtype());
        let mut order = rest.get(usize::from(maker.has_dtype()));
        for keyword in keywords {
            match keyword.name.as_str() {
                "dtype" if maker.has_dtype() && dtype.is_none() => dtype = Some(&keyword.value),
                "order" if order.is_none() => order = Some(&keyword.value),
                _ => named.push(keyword.clone()),
            }
        }
        if rest.len() > 1 + usize::from(maker.has_dtype()) {
            let message = format!("`{}` is given {} arguments", python_name(row.name), args.len());
            return self.report(
                Diagnostic::new(Code::ArgumentMismatch, span, message)
                    .help("it takes its `dtype` and `order` last"),
            );
        }
        if let Some(order) = order {
            self.check_order(order)?;
        }
        let args = self.making_arguments(row, maker, evaluated, &named, span)?;
        let named = match dtype {
            Some(dtype) => self.expr_or_none(dtype).map(|dtype| self.time_named(&dtype))?,
            None => None,
        };
        let what = format!("`{}` of numbers", python_name(row.name));
        let (time, args) = self.filled_with_times((named, dtype.is_some()), args, &what)?;
        let dtype = if time.is_some() { Some(&*COUNTS) } else { dtype };
        let made = self.array_made(&Making { row, dtype, span }, maker, args)?;
        Ok(self.as_made(made, time))
    }

    /// The array of numbers that a call makes.
    fn array_made(&mut self, making: &Making<'_>, maker: Maker, args: Vec<Expr>) -> Typed {
        let span = making.span;
        match maker {
            Maker::Zeros => self.zeros(making, args),
            Maker::Ones => self.of_shape(making, args, |body, dtype| body.ones(dtype, span)),
            Maker::Full => self.full(making, args),
            Maker::ZerosLike => self.zeros_like(making, args),
            Maker::OnesLike => self.like(making, args, |body, dtype| body.ones(dtype, span)),
            Maker::FullLike => self.full_like(making, args),
            Maker::Arange => self.arange(making, args),
            Maker::Copy => self.copy(making, args),
        }
    }

    /// The arguments that are evaluated, in the order of the parameters.
    fn making_arguments(
        &mut self,
        row: &'static Row,
        maker: Maker,
        args: &[hir::Expr],
        keywords: &[hir::Keyword],
        span: Span,
    ) -> Typed<Vec<Expr>> {
        // Of `arange` a single number is where it stops.
        let mut defaults = vec![None; maker.params().len()];
        let stops = maker == Maker::Arange
            && (args.len() == 1 || args.is_empty())
            && !keywords.iter().any(|keyword| keyword.name == "start")
            && !(args.len() == 1 && keywords.iter().any(|keyword| keyword.name == "stop"));
        let mut params = maker.params();
        if maker == Maker::Arange {
            let int = |value| Some(Expr::new(ExprKind::Int(value), Type::INT, span));
            defaults = if stops { vec![None, int(1)] } else { vec![None, None, int(1)] };
            params = &params[usize::from(stops)..];
        }
        let args = args.iter().chain(keywords.iter().map(|keyword| &keyword.value));
        let args: Vec<Typed> = args.map(|arg| self.making_argument(arg)).collect();
        let args = args.into_iter().collect::<Typed<_>>()?;
        let mut args = self.for_names(&python_name(row.name), params, args, keywords, defaults, span)?;
        if stops {
            args.insert(0, Expr::new(ExprKind::Int(0), Type::INT, span));
        }
        Ok(args)
    }

    /// An argument; a shape may be an empty tuple.
    fn making_argument(&mut self, arg: &hir::Expr) -> Typed {
        match self.argument(arg)? {
            none if none.ty == Type::None => self.never_a_value(&none),
            value => Ok(value),
        }
    }

    /// Arrays are made in C's order only.
    fn check_order(&mut self, order: &hir::Expr) -> Typed<()> {
        match &order.kind {
            hir::ExprKind::Text(text) if matches!(text.as_str(), "C" | "K" | "A") => Ok(()),
            _ => self.report(
                Diagnostic::new(Code::ArgumentMismatch, order.span, "arrays are made in C's order")
                    .help("leave `order` out, or write `order='C'`"),
            ),
        }
    }

    /// The element type that a `dtype` argument names, if there is one.
    pub(super) fn element_type(&mut self, making: &Making<'_>) -> Typed<Option<DType>> {
        let Some(dtype) = making.dtype else { return Ok(None) };
        let dtype = self.expr_or_none(dtype)?;
        self.dtype_of(&dtype)
    }

    /// The element type that an argument names, if it is not `None`.
    pub(super) fn dtype_of(&mut self, dtype: &Expr) -> Typed<Option<DType>> {
        match (&dtype.kind, &dtype.ty) {
            (_, Type::None) => return Ok(None),
            (_, Type::DType(Element::Number(dtype))) => return Ok(Some(*dtype)),
            (_, Type::DType(Element::Record(record))) => {
                let message = format!("this is no type of numbers, but a record of {}", record.field_names());
                return self.report(
                    Diagnostic::new(Code::ArgumentMismatch, dtype.span, message)
                        .help("`np.zeros`, `np.empty` and their `_like` forms make arrays of records"),
                );
            }
            _ if let Some(time) = self.time_named(dtype) => {
                let message = format!("this is no type of numbers, but `{time}`");
                return self.report(
                    Diagnostic::new(Code::ArgumentMismatch, dtype.span, message)
                        .help("arrays are made of it, converted to it by `astype`, and viewed as it"),
                );
            }
            (ExprKind::Text(name), _) => {
                if let Some(dtype) = DType::named(name).or_else(|| DType::coded(name)) {
                    return Ok(Some(dtype));
                }
            }
            _ => {}
        }
        self.report(
            Diagnostic::new(Code::ArgumentMismatch, dtype.span, "this is not an element type")
                .help("write a type such as `np.float32`, `int` or `'f4'`, or another array's `dtype`"),
        )
    }

    /// The extents that a shape gives.
    fn extents(&mut self, making: &Making<'_>, shape: Expr) -> Typed<Vec<Expr>> {
        if let Type::Tuple(_) = shape.ty {
            let items = self.items(shape);
            let extents: Vec<Typed> = items.into_iter().map(|item| self.extent_of(making, item)).collect();
            return extents.into_iter().collect();
        }
        Ok(vec![self.extent_of(making, shape)?])
    }

    fn extent_of(&mut self, making: &Making<'_>, extent: Expr) -> Typed {
        match extent.ty.dtype().map(DType::kind) {
            Some(Kind::Int) => self.coerce(extent, &Type::INT),
            _ => {
                let name = python_name(making.row.name);
                let message =
                    format!("`{name}` takes an integer or a tuple of integers, and this is `{}`", extent.ty);
                self.report(
                    Diagnostic::new(Code::ArgumentMismatch, extent.span, message)
                        .help("convert it with `int()`"),
                )
            }
        }
    }

    /// `np.zeros(shape, dtype)`, which can be one of records, too.
    fn zeros(&mut self, making: &Making<'_>, args: Vec<Expr>) -> Typed {
        let Some(record) = self.record_type(making)? else {
            return self.of_shape(making, args, |_, _| Ok(Fill::Zero));
        };
        let [shape] = taken(args);
        let shape = self.extents(making, shape)?;
        Ok(self.new_records(record, shape, making.span))
    }

    /// `np.zeros_like(a, dtype)`.
    fn zeros_like(&mut self, making: &Making<'_>, args: Vec<Expr>) -> Typed {
        let [array] = taken(args);
        let of_array = match array.ty {
            Type::Array(ty) if making.dtype.is_none() => ty.record(),
            _ => None,
        };
        match self.record_type(making)?.or(of_array) {
            None => self.like(making, vec![array], |_, _| Ok(Fill::Zero)),
            Some(record) => {
                let (shape, _, _) = self.extents_like(making, array)?;
                Ok(self.new_records(record, shape, making.span))
            }
        }
    }

    /// The record type that a `dtype` argument names, if it names one.
    fn record_type(&mut self, making: &Making<'_>) -> Typed<Option<Record>> {
        let Some(dtype) = making.dtype else { return Ok(None) };
        Ok(match self.expr_or_none(dtype)?.ty {
            Type::DType(Element::Record(record)) => Some(record),
            _ => None,
        })
    }

    /// The type of the elements of an array like another.
    fn dtype_like(&mut self, dtype: Option<DType>, array: &Expr) -> Typed<DType> {
        match (dtype, &array.ty) {
            (Some(dtype), _) => Ok(dtype),
            (None, Type::Array(ty)) => {
                self.check_numbers(std::slice::from_ref(array), "what fills an array")?;
                Ok(ty.dtype())
            }
            (None, _) => Err(super::Stop),
        }
    }

    /// `np.ones(shape, dtype)` and the like.
    fn of_shape(
        &mut self,
        making: &Making<'_>,
        args: Vec<Expr>,
        fill: impl FnOnce(&mut Self, DType) -> Typed<Fill>,
    ) -> Typed {
        let dtype = self.element_type(making)?.unwrap_or(DType::Float64);
        let [shape] = taken(args);
        let shape = self.extents(making, shape)?;
        let fill = fill(self, dtype)?;
        Ok(allocation(dtype, shape, fill, making.span))
    }

    fn ones(&mut self, dtype: DType, span: Span) -> Typed<Fill> {
        let one = Expr::new(ExprKind::Int(1), Type::INT, span);
        Ok(Fill::Value(self.convert(one, &Type::Strong(dtype))?))
    }

    /// `np.full(shape, value, dtype)`.
    fn full(&mut self, making: &Making<'_>, args: Vec<Expr>) -> Typed {
        let [shape, value] = taken(args);
        let dtype = match (self.element_type(making)?, value.ty.dtype()) {
            (Some(dtype), _) | (None, Some(dtype)) => dtype,
            (None, None) => return self.no_number(making, &value),
        };
        let shape = self.extents(making, shape)?;
        let value = self.filling(making, value, dtype)?;
        Ok(allocation(dtype, shape, Fill::Value(value), making.span))
    }

    /// A number to fill an array with.
    fn filling(&mut self, making: &Making<'_>, value: Expr, dtype: DType) -> Typed {
        match value.ty.dtype() {
            Some(_) => self.convert(value, &Type::Strong(dtype)),
            None => self.no_number(making, &value),
        }
    }

    fn no_number<T>(&mut self, making: &Making<'_>, value: &Expr) -> Typed<T> {
        let message =
            format!("`{}` takes numbers here, and this is `{}`", python_name(making.row.name), value.ty);
        self.report(
            Diagnostic::new(Code::ArgumentMismatch, value.span, message)
                .help("give a number, and fill from an array in a loop"),
        )
    }

    /// The extents of an array, and its type.
    fn extents_like(&mut self, making: &Making<'_>, array: Expr) -> Typed<(Vec<Expr>, ArrayType, Expr)> {
        let Type::Array(ty) = array.ty else {
            let message =
                format!("`{}` takes an array, and this is `{}`", python_name(making.row.name), array.ty);
            return self.report(
                Diagnostic::new(Code::ArgumentMismatch, array.span, message)
                    .help("`np.zeros`, `np.full` and their kin take a shape"),
            );
        };
        let (first, again) = self.twice(array);
        let array = |axis| if axis == 0 { first.clone() } else { again.clone() };
        let extent = |axis| Expr::new(ExprKind::Extent(Box::new(array(axis)), axis), Type::INT, making.span);
        let again = if ty.rank == 0 { first.clone() } else { again.clone() };
        Ok(((0..ty.rank).map(extent).collect(), ty, again))
    }

    /// `np.zeros_like(a, dtype)` and the like.
    fn like(
        &mut self,
        making: &Making<'_>,
        args: Vec<Expr>,
        fill: impl FnOnce(&mut Self, DType) -> Typed<Fill>,
    ) -> Typed {
        let [array] = taken(args);
        let dtype = self.element_type(making)?;
        let (shape, _, array) = self.extents_like(making, array)?;
        let dtype = self.dtype_like(dtype, &array)?;
        let fill = fill(self, dtype)?;
        Ok(allocation(dtype, shape, fill, making.span))
    }

    /// `np.full_like(a, value, dtype)`.
    fn full_like(&mut self, making: &Making<'_>, args: Vec<Expr>) -> Typed {
        let [array, value] = taken(args);
        let dtype = self.element_type(making)?;
        let (shape, _, array) = self.extents_like(making, array)?;
        let dtype = self.dtype_like(dtype, &array)?;
        let value = self.filling(making, value, dtype)?;
        Ok(allocation(dtype, shape, Fill::Value(value), making.span))
    }

    /// `np.copy(a)`.
    fn copy(&mut self, making: &Making<'_>, args: Vec<Expr>) -> Typed {
        let [array] = taken(args);
        self.copy_of(making, array)
    }

    fn copy_of(&mut self, making: &Making<'_>, array: Expr) -> Typed {
        if let Type::Array(ty) = array.ty
            && let Some(record) = ty.record()
        {
            return Ok(self.copied_records(array, record, making.span));
        }
        let (shape, ty, array) = self.extents_like(making, array)?;
        Ok(allocation(ty.dtype(), shape, Fill::Copy(array), making.span))
    }

    /// `np.arange(start, stop, step, dtype)`. Its length comes of the numbers as they are given; its
    /// first two elements are converted, and the others follow from these.
    fn arange(&mut self, making: &Making<'_>, args: Vec<Expr>) -> Typed {
        let span = making.span;
        let declared = self.element_type(making)?;
        let mut dtype = DType::Int64;
        for arg in &args {
            match arg.ty.dtype().filter(|dtype| dtype.kind() != Kind::Complex) {
                Some(given) => dtype = promote::promote_dtypes(dtype, given),
                None => return self.no_number(making, arg),
            }
        }
        let dtype = declared.unwrap_or(dtype);
        if matches!(dtype.kind(), Kind::Bool | Kind::Complex) {
            let message = format!("`np.arange` of `{dtype}` is not supported in this version");
            return self.report(
                Diagnostic::new(Code::ArgumentMismatch, span, message)
                    .help("make integers or floats, and convert them in a loop"),
            );
        }
        let [start, stop, step] = taken(args);
        let ((start, first), (step, by)) = (self.twice(start), self.twice(step));
        let raises = self.model() != ErrorModel::NumPy;
        let function = length_function([&start.ty, &stop.ty, &step.ty]);
        let length = self.library_call(function, vec![start, stop, step], raises, span)?;
        let (length, n) = self.bind(length);
        let next = self.binary(BinaryOp::Add, first.clone(), by, span)?;
        let (start, next) = match dtype.kind() {
            Kind::Int => {
                let start = self.convert(first, &Type::Strong(dtype))?;
                let next = self.convert(next, &Type::Strong(dtype))?;
                let zero = Expr::new(ExprKind::Int(0), Type::Strong(dtype), span);
                (longer(&n, 0, start, &zero), longer(&n, 1, next, &zero))
            }
            _ => (self.convert(first, &Type::Strong(dtype))?, self.convert(next, &Type::Strong(dtype))?),
        };
        Ok(allocation(dtype, vec![length], Fill::Range { start, next }, span))
    }
}

/// The function that counts the elements of `np.arange`: whether it divides by zero, and how, depends
/// on the numbers' types.
fn length_function(types: [&Type; 3]) -> &'static str {
    if types.iter().all(|ty| **ty == Type::INT) {
        "arange_length_int"
    } else if types.iter().all(|ty| matches!(ty, Type::Weak(_))) {
        "arange_length_float"
    } else {
        "arange_length"
    }
}

/// A value where an array has more elements than `n`; nothing is evaluated otherwise.
fn longer(length: &Expr, n: i128, value: Expr, otherwise: &Expr) -> Expr {
    let (ty, span) = (value.ty.clone(), value.span);
    let operands = vec![length.clone(), Expr::new(ExprKind::Int(n), Type::INT, span)];
    let is_longer = Body::operation(Operation::Compare(CompareOp::Gt), operands, Type::BOOL, span);
    let (then, otherwise) = (Box::new(value), Box::new(otherwise.clone()));
    Expr::new(ExprKind::Conditional { cond: Box::new(is_longer), then, otherwise }, ty, span)
}

pub(super) fn allocation(element: DType, shape: Vec<Expr>, fill: Fill, span: Span) -> Expr {
    let ty = ArrayType::of(element, shape.len(), Layout::C);
    let kind = ExprKind::Allocate(Box::new(Allocation { shape, fill }));
    Expr::new(kind, Type::Array(ty), span)
}

/// The arguments of a function whose number of them was checked.
fn taken<const N: usize>(args: Vec<Expr>) -> [Expr; N] {
    <[Expr; N]>::try_from(args).unwrap_or_else(|_| unreachable!("bug in pykernel: the arity was checked"))
}
