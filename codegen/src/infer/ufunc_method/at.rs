//! `f.at(x, i, y)` and `f.reduceat(x, i)`: where indices say, one element after the other.

use super::super::advanced::{check, compared};
use super::super::subscript::{Subscript, part};
use super::super::tuple::{after, int, packed};
use super::super::ufunc_call::Callee;
use super::super::{Body, Stop, Typed};
use super::Function;
use super::fold::element;
use crate::builtin::{Row, python_name};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir;
use crate::source::Span;
use crate::typed::{Axis, Elementwise, Expr, ExprKind, Input, Output, Piece, Rules, Site};
use crate::types::Element::Number;
use crate::types::{ArrayType, DType, Kind, Type};

/// Elements that are written: an array, and the sites in it, if arrays index it.
type Places = (Expr, Vec<Site>);

impl Body<'_, '_> {
    /// `f.at(x, i, y)` of one of NumPy's ufuncs.
    pub(super) fn numpy_at(
        &mut self,
        function: Function<'_>,
        args: &[hir::Expr],
        keywords: &[hir::Keyword],
    ) -> Typed {
        let Function::NumPy(row, _, span) = function else { return Err(Stop) };
        let n_inputs = *row.arity.end();
        let name = python_name(row.name);
        let (evaluated, places, operand) = self.at_arguments(&name, n_inputs, (args, keywords), span)?;
        let operand = match operand {
            Some(operand) => match operand.ty {
                Type::Weak(weak) => Some(self.coerce(operand, &Type::Strong(weak.dtype()))?),
                _ => Some(operand),
            },
            None => None,
        };
        self.each_at(function, evaluated, places, operand)
    }

    /// The same of a ufunc of the program's.
    pub(super) fn declared_at(
        &mut self,
        callee: &Callee<'_>,
        args: &[hir::Expr],
        keywords: &[hir::Keyword],
    ) -> Typed {
        let name = &callee.function.name;
        let n_inputs = callee.ufunc.layout.inputs.len();
        let (evaluated, places, operand) =
            self.at_arguments(name, n_inputs, (args, keywords), callee.span)?;
        let inputs: Vec<Expr> = [places.0.clone()].into_iter().chain(operand.clone()).collect();
        let signature = self.pick_loop(callee, &inputs)?;
        self.each_at(Function::Declared(callee, signature), evaluated, places, operand)
    }

    /// What is evaluated before, the elements that are written, and the other operand if there is one.
    fn at_arguments(
        &mut self,
        name: &str,
        n_inputs: usize,
        (args, keywords): (&[hir::Expr], &[hir::Keyword]),
        span: Span,
    ) -> Typed<(Vec<Expr>, Places, Option<Expr>)> {
        let (array, indices, operand) = match (args, n_inputs) {
            ([array, indices], 1) => (array, indices, None),
            ([array, indices, operand], 2) => (array, indices, Some(operand)),
            ([_, _], 2) => {
                return self.report(
                    Diagnostic::new(Code::ArgumentMismatch, span, "second operand needed for ufunc")
                        .help(format!("write `{name}.at(x, i, y)`")),
                );
            }
            _ => {
                let message = format!("`{name}.at` takes an array, indices and the other operands");
                return self.report(
                    Diagnostic::new(Code::ArgumentMismatch, span, message)
                        .help(format!("write `{name}.at(x, i{})`", ", y".repeat(n_inputs - 1))),
                );
            }
        };
        self.no_keywords(&format!("{name}.at"), keywords)?;
        let array = self.expr(array);
        let subscript = self.writable(array, &[hir::Index::Expr(indices.clone())], span)?;
        let (mut evaluated, places) = match subscript {
            Subscript::Indexed(indexed) => self.sites_of(indexed, span)?,
            Subscript::Part(view) => (Vec::new(), (view, Vec::new())),
            Subscript::Element(element) => {
                let Type::Array(ty) = element.array.ty else { return Err(Stop) };
                let axes = element.indices.into_iter().map(Axis::Index).collect();
                (Vec::new(), (part(element.array, ty, axes, span), Vec::new()))
            }
        };
        self.check_numbers(std::slice::from_ref(&places.0), &format!("`{name}.at`"))?;
        let places = (self.set_before(places.0, &mut evaluated), places.1);
        let Some(operand) = operand else { return Ok((evaluated, places, None)) };
        let operand = self.argument(operand)?;
        if operand.ty.element().is_none() {
            let message = format!("`{name}.at` takes numbers and arrays, and this is `{}`", operand.ty);
            return self.report(
                Diagnostic::new(Code::ArgumentMismatch, operand.span, message)
                    .help("give a number, or an array of one for each index"),
            );
        }
        let operand = self.set_before(operand, &mut evaluated);
        Ok((evaluated, places, Some(operand)))
    }

    /// Sets each element to what the function gives of it, and of the other operand.
    fn each_at(
        &mut self,
        function: Function<'_>,
        mut evaluated: Vec<Expr>,
        (array, sites): Places,
        operand: Option<Expr>,
    ) -> Typed {
        let span = function.span();
        let wanted = Type::Strong(array.ty.element().ok_or(Stop)?);
        let mut elements = vec![element(operand.iter().count(), &array)?];
        if let Some(operand) = &operand {
            elements.push(match operand.ty {
                Type::Array(_) => element(0, operand)?,
                _ => operand.clone(),
            });
        }
        let around = std::mem::replace(&mut self.in_elements, true);
        let result = self.applied(function, elements);
        self.in_elements = around;
        let body = self.convert(result?, &wanted)?;
        let inputs = operand.into_iter().map(Input::plain).collect();
        evaluated.push(one_after_the_other(inputs, (array, sites), body, span));
        Ok(after(evaluated, Expr::new(ExprKind::None, Type::None, span)))
    }

    /// `f.reduceat(x, i)`: the fold from each index to the next one.
    pub(super) fn numpy_reduceat(
        &mut self,
        function: Function<'_>,
        args: &[hir::Expr],
        keywords: &[hir::Keyword],
    ) -> Typed {
        let Function::NumPy(row, _, span) = function else { return Err(Stop) };
        let name = format!("{}.reduceat", python_name(row.name));
        let names = ["array", "indices", "axis", "dtype"];
        if args.len() > names.len() {
            return self.wrong_method_call(
                &python_name(row.name),
                "reduceat",
                "an array, indices, an axis and a dtype",
                span,
            );
        }
        let places = self.places(&name, &names, args.len() + keywords.len(), keywords)?;
        let all: Vec<&hir::Expr> = args.iter().chain(keywords.iter().map(|keyword| &keyword.value)).collect();
        let given = |at: usize| places[at].map(|place| all[place]);
        let (Some(array), Some(indices)) = (given(0), given(1)) else {
            return self.missing(&name, "indices", span);
        };
        let array = self.argument(array)?;
        let Type::Array(ty) = array.ty else { return self.wrong_argument(row, &array, "an array") };
        let mut evaluated = Vec::new();
        let array = self.set_before(array, &mut evaluated);
        let indices = self.reduceat_indices(row, indices)?;
        let indices = self.set_before(indices, &mut evaluated);
        let axis = match given(2).map(|axis| self.expr(axis)).transpose()? {
            None => self.axis_place(0, ty.rank, span)?,
            Some(axis) => match axis.int_literal() {
                Some(literal) => self.axis_place(literal, ty.rank, axis.span)?,
                None => return self.wrong_argument(row, &axis, "an integer literal as `axis`"),
            },
        };
        let dtype = match given(3).map(|dtype| self.argument(dtype)).transpose()? {
            Some(dtype) => self.dtype_of(&dtype)?,
            None => None,
        };
        let natural = self.folds_in(function, "reduceat", &array, dtype)?;
        self.all_inside(function, &indices, (&array, axis), &mut evaluated)?;
        let value = self.reduce_between(function, (array, axis), indices, natural, &mut evaluated)?;
        Ok(after(evaluated, value))
    }

    /// The indices of a `reduceat`: an array of one dimension.
    fn reduceat_indices(&mut self, row: &'static Row, indices: &hir::Expr) -> Typed {
        let indices = self.argument(indices)?;
        let indices = match indices.ty {
            Type::Tuple(_) => {
                let span = indices.span;
                self.array_of(row, indices, None, span)?
            }
            _ => indices,
        };
        match indices.ty {
            Type::Array(ArrayType { rank: 1, element: Number(element), .. })
                if element.kind() == Kind::Int && element != DType::UInt64 =>
            {
                Ok(indices)
            }
            _ => self.wrong_argument(row, &indices, "as indices integers in an array with one dimension"),
        }
    }

    /// Raises where an index is none of an array's along a dimension.
    fn all_inside(
        &mut self,
        function: Function<'_>,
        indices: &Expr,
        (array, axis): (&Expr, usize),
        evaluated: &mut Vec<Expr>,
    ) -> Typed<()> {
        let span = function.span();
        let n = Expr::new(ExprKind::Extent(Box::new(array.clone()), axis), Type::INT, span);
        let outside = self.library_call("first_outside", vec![indices.clone(), n.clone()], false, span)?;
        let items = self.items(outside);
        let [place, index] = <[Expr; 2]>::try_from(items).map_err(|_| Stop)?;
        let place = self.set_before(place, evaluated);
        let index = self.set_before(index, evaluated);
        let message = vec![
            Piece::Text("index ".to_owned()),
            Piece::Value(index),
            Piece::Text(format!(" out-of-bounds in {}.reduceat [0, ", function.name())),
            Piece::Value(n),
            Piece::Text(")".to_owned()),
        ];
        evaluated.push(check(compared([place, int(-1, span)], span), "IndexError", message));
        Ok(())
    }

    /// The folds from each index to the next one, or of one element where that is not behind it.
    fn reduce_between(
        &mut self,
        function: Function<'_>,
        (array, axis): (Expr, usize),
        indices: Expr,
        natural: DType,
        evaluated: &mut Vec<Expr>,
    ) -> Typed {
        let (span, to) = (function.span(), Type::Strong(natural));
        let convert = |body: &mut Self, array: Expr| {
            body.each_element(vec![array], span, &mut |body, mut element| {
                let element = element.pop().ok_or(Stop)?;
                body.convert(element, &to)
            })
        };
        let array = match array.ty.element() == Some(natural) {
            true => array,
            false => {
                let array = convert(self, array)?;
                self.set_before(array, evaluated)
            }
        };
        let Type::Array(ty) = array.ty else { return Err(Stop) };
        let sites = |index: &Expr| -> Vec<Site> {
            let behind = |place| ty.rank - 1 - place;
            let site = |place| match place == axis {
                true => Site::Listed { index: index.clone(), after: behind(place), axis },
                false => Site::Along(behind(place)),
            };
            (0..ty.rank).map(site).collect()
        };
        let first = self.gathered(array.clone(), sites(&indices), span)?;
        let total = self.set_before(first, evaluated);
        if function.name() == "add" {
            let stride = |axis| Expr::new(ExprKind::Stride(Box::new(total.clone()), axis), Type::INT, span);
            let moves = packed((0..ty.rank).map(stride).collect(), span);
            let run = self.in_one_run(total.clone(), span)?;
            let args = vec![run, array, indices, int(axis as i128, span), moves];
            evaluated.push(self.library_call("add_reduceat", args, false, span)?);
            return Ok(total);
        }
        let n = Expr::new(ExprKind::Extent(Box::new(array.clone()), axis), Type::INT, span);
        let places = self.library_call("between_indices", vec![indices, n], false, span)?;
        let Type::Array(places_ty) = places.ty else { return Err(Stop) };
        let places = self.set_before(places, evaluated);
        let [from, to_place] = [0, 1].map(|row| {
            let axes = vec![Axis::Index(int(row, span)), Axis::Whole];
            part(Box::new(places.clone()), places_ty, axes, span)
        });
        let (from, to_place) = (self.set_before(from, evaluated), self.set_before(to_place, evaluated));
        let result = self.applied(function, vec![element(1, &total)?, element(0, &array)?])?;
        let body = self.convert(result, &to)?;
        let inputs = vec![Input { value: array.clone(), core: Vec::new(), sites: sites(&from) }];
        evaluated.push(one_after_the_other(inputs, (total.clone(), sites(&to_place)), body, span));
        Ok(total)
    }
}

/// A loop over elements that are written, each of which the body reads before.
fn one_after_the_other(inputs: Vec<Input>, (array, sites): Places, body: Expr, span: Span) -> Expr {
    let output = Output::Given { array, n_core: 0, is_input: false, sites };
    let kind = ExprKind::Elementwise(Box::new(Elementwise::new(inputs, vec![output], body, Rules::At)));
    Expr::new(kind, Type::None, span)
}
