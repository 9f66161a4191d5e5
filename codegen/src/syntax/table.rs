//! Constant arrays: `WEIGHTS = np.array([[1, 2], [3, 4]], dtype=np.float32)`.

use std::cmp::Ordering;
use std::sync::Arc;

use ruff_python_ast::{Expr, ExprCall};

use super::Reader;
use super::constant::Constant;
use super::evaluate::{self, Number};
use super::function::Scope;
use super::import::Entity;
use super::names::Binding;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{self, ExprKind, Table};
use crate::source::Span;
use crate::types::{DType, Kind};

/// What an array is made of.
enum Items {
    Number(Number, Span),
    Sequence(Vec<Items>, Span),
}

impl Items {
    const fn span(&self) -> Span {
        match self {
            Items::Number(_, span) | Items::Sequence(_, span) => *span,
        }
    }
}

impl Reader<'_> {
    /// The array that an assignment of the module level makes; `None` if it makes none.
    pub(super) fn table(&mut self, value: &Expr) -> Option<Binding> {
        let Expr::Call(call) = value else { return None };
        let is_array = |name: &str| matches!(name, "numpy.array" | "numpy.asarray");
        match self.entity(&call.func, &|_| false) {
            Some(Entity::Value(name)) if is_array(&name) => {}
            _ => return None,
        }
        let table = self.array(call).map(|table| {
            let expr = hir::Expr { kind: ExprKind::Table(Arc::new(table)), span: self.span(value) };
            Binding::Constant(Constant::new(expr))
        });
        Some(table.unwrap_or(Binding::Refused))
    }

    /// A list in a subscript, as an array of integers or bools.
    pub(super) fn list_of_indices(&mut self, list: &Expr) -> Option<hir::Expr> {
        let span = self.span(list);
        if !is_literal(list) {
            return self.refuse_list(span, "a list in a subscript holds literals in this version");
        }
        let items = self.items(list)?;
        let is_empty = shape_of(&items).contains(&0);
        let table = self.table_of(&items, is_empty.then_some(DType::Int64))?;
        match table.element.kind() {
            Kind::Bool | Kind::Int => Some(hir::Expr { kind: ExprKind::Table(Arc::new(table)), span }),
            Kind::Float | Kind::Complex => self.refuse_list(span, "an index is an integer or a bool"),
        }
    }

    fn refuse_list<T>(&mut self, span: Span, message: &str) -> Option<T> {
        self.report(
            Diagnostic::new(Code::UnsupportedSyntax, span, message)
                .help("write `x[[0, 2]]`, or make an array of the indices"),
        );
        None
    }

    fn array(&mut self, call: &ExprCall) -> Option<Table> {
        let (items, dtype) = match &*call.arguments.args {
            [items] => (items, None),
            [items, dtype] => (items, Some(dtype)),
            _ => {
                let span = self.span(call);
                return self.wrong_table(span, "`np.array` takes a list or tuple of numbers, and a dtype");
            }
        };
        let mut dtype = dtype;
        for keyword in &call.arguments.keywords {
            match keyword.arg.as_ref().map(ruff_python_ast::Identifier::as_str) {
                Some("dtype") if dtype.is_none() => dtype = Some(&keyword.value),
                _ => {
                    let span = self.span(keyword);
                    return self
                        .wrong_table(span, "a constant array takes `dtype` alone beside its elements");
                }
            }
        }
        let dtype = match dtype {
            Some(dtype) => Some(self.dtype(dtype)?),
            None => None,
        };
        let items = self.items(items)?;
        self.table_of(&items, dtype)
    }

    /// The element type that an expression names.
    fn dtype(&mut self, dtype: &Expr) -> Option<DType> {
        let mut scope = Scope::new(self);
        let value = scope.expr(dtype);
        if scope.refused {
            return None;
        }
        let found = match &value.kind {
            ExprKind::Builtin(name) => DType::named(name.strip_prefix("numpy.").unwrap_or(name)),
            ExprKind::Text(name) => DType::named(name).or_else(|| DType::coded(name)),
            _ => None,
        };
        if found.is_none() {
            let help = "write a type such as `np.float32`, `int` or `'f4'`";
            self.report(
                Diagnostic::new(Code::ArgumentMismatch, value.span, "this is not an element type").help(help),
            );
        }
        found
    }

    /// Lists and tuples in each other, down to numbers.
    fn items(&mut self, expr: &Expr) -> Option<Items> {
        let inner = match expr {
            Expr::List(list) => &list.elts,
            Expr::Tuple(tuple) => &tuple.elts,
            _ => {
                let mut scope = Scope::new(self);
                let value = scope.expr(expr);
                return if scope.refused { None } else { self.items_of(&value) };
            }
        };
        let items: Vec<Option<Items>> = inner.iter().map(|item| self.items(item)).collect();
        Some(Items::Sequence(items.into_iter().collect::<Option<_>>()?, self.span(expr)))
    }

    /// What a value is made of: that of another constant may be a tuple.
    fn items_of(&mut self, value: &hir::Expr) -> Option<Items> {
        if let ExprKind::Tuple(items) = &value.kind {
            let items: Vec<Option<Items>> = items.iter().map(|item| self.items_of(item)).collect();
            return Some(Items::Sequence(items.into_iter().collect::<Option<_>>()?, value.span));
        }
        match evaluate::number(value) {
            Some(number) => Some(Items::Number(number, value.span)),
            None => self.wrong_table(value.span, "this is no number that is known when the file is read"),
        }
    }

    fn table_of(&mut self, items: &Items, dtype: Option<DType>) -> Option<Table> {
        let shape = shape_of(items);
        let mut numbers = Vec::new();
        if let Err(span) = flatten(items, &shape, &mut numbers) {
            let message =
                format!("this does not fit the shape {}, which the first elements have", tuple(&shape));
            return self.wrong_table(span, message);
        }
        let element = match dtype {
            Some(dtype) => dtype,
            None => self.common_dtype(&numbers)?,
        };
        let mut parts = Vec::with_capacity(numbers.len());
        for (number, span) in numbers {
            match number.element(element) {
                Ok(bits) => parts.extend(bits),
                Err(why) => return self.wrong_table(span, why),
            }
        }
        Some(Table { element, shape, parts })
    }

    /// The element type that NumPy finds for numbers.
    fn common_dtype(&mut self, numbers: &[(Number, Span)]) -> Option<DType> {
        let mut common: Option<DType> = None;
        for (number, span) in numbers {
            let Some(dtype) = number.dtype() else {
                return self.wrong_table(*span, "no integer type of NumPy's holds this");
            };
            common = Some(common.map_or(dtype, |common| wider(common, dtype)));
        }
        Some(common.unwrap_or(DType::Float64))
    }

    fn wrong_table<T>(&mut self, span: Span, message: impl Into<String>) -> Option<T> {
        self.report(Diagnostic::new(Code::ArgumentMismatch, span, message).help(
            "a constant array is written out: `np.array([[1.0, 2.0], [3.0, 4.0]])`, of literals, constants and their sums, products and quotients",
        ));
        None
    }
}

/// Whether all that lists hold are literals.
fn is_literal(expr: &Expr) -> bool {
    match expr {
        Expr::List(list) => list.elts.iter().all(is_literal),
        Expr::UnaryOp(unary) => is_literal(&unary.operand),
        Expr::NumberLiteral(_) | Expr::BooleanLiteral(_) => true,
        _ => false,
    }
}

/// The extents that the first items of each sequence have.
fn shape_of(items: &Items) -> Vec<i64> {
    let mut shape = Vec::new();
    let mut inner = Some(items);
    while let Some(Items::Sequence(items, _)) = inner {
        shape.push(items.len() as i64);
        inner = items.first();
    }
    shape
}

/// The numbers in order; where something does not fit the shape, the place of it.
fn flatten(items: &Items, shape: &[i64], numbers: &mut Vec<(Number, Span)>) -> Result<(), Span> {
    match (items, shape) {
        (Items::Number(number, span), []) => {
            numbers.push((*number, *span));
            Ok(())
        }
        (Items::Sequence(items, _), [extent, inner @ ..]) if items.len() as i64 == *extent => {
            items.iter().try_for_each(|item| flatten(item, inner, numbers))
        }
        _ => Err(items.span()),
    }
}

/// What NumPy promotes two of the types of Python's numbers to.
fn wider(a: DType, b: DType) -> DType {
    match a.kind().cmp(&b.kind()) {
        Ordering::Less => b,
        Ordering::Greater => a,
        // No integer type holds both.
        Ordering::Equal if a != b && a.kind() == Kind::Int => DType::Float64,
        Ordering::Equal => a,
    }
}

/// A tuple of extents, as Python writes it.
fn tuple(shape: &[i64]) -> String {
    match shape {
        [one] => format!("({one},)"),
        _ => format!("({})", shape.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")),
    }
}
