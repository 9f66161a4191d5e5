//! `np.einsum` and `np.tensordot`: sums of products of elements whose indices have the same labels.
//!
//! Each operand is seen as an array with a dimension for every label, along which it does not move where it lacks the
//! label. Then a product is a loop over all labels that adds to what is written. Labels come in the order in which they
//! are first seen, and so does what is added to one element.

use super::elementwise::operand;
use super::reduction::in_parentheses;
use super::tuple::{after, int};
use super::ufunc_call::only_element;
use super::{Body, Stop, Typed};
use crate::builtin::Row;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{self, BinaryOp};
use crate::ir::CompareOp;
use crate::source::Span;
use crate::typed::{
    Allocation, Elementwise, Expr, ExprKind, Fill, Input, Operation, Output, Piece, Raise, Rules, Strided,
};
use crate::types::{ArrayType, DType, Layout, Type};

/// What a dimension is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Label {
    /// One of those that `...` stands for, counted from the last.
    Rest(usize),
    Letter(char),
}

/// An operand's labels, as they are written: letters before `...`, and those behind it, if it is there.
#[derive(Debug, PartialEq, Eq)]
struct Term {
    before: Vec<char>,
    behind: Option<Vec<char>>,
}

/// Operands, one after the other, and what they become.
struct Product {
    /// Variables.
    operands: Vec<Expr>,
    labels: Vec<Vec<Label>>,
    output: Vec<Label>,
    /// All labels, in the order of the loop, and how far each goes.
    order: Vec<Label>,
    extents: Vec<Expr>,
}

impl Term {
    fn parse(text: &str) -> Result<Term, String> {
        let letters = |text: &str| match text.chars().find(|letter| !letter.is_ascii_alphabetic()) {
            Some('.') => {
                Err("einstein sum subscripts string contains a '.' that is not part of an ellipsis \
                              ('...')"
                    .to_owned())
            }
            Some(letter) => Err(format!(
                "invalid subscript '{letter}' in einstein sum subscripts string, subscripts must be letters"
            )),
            None => Ok(text.chars().collect()),
        };
        match text.split_once("...") {
            Some((before, behind)) => Ok(Term { before: letters(before)?, behind: Some(letters(behind)?) }),
            None => Ok(Term { before: letters(text)?, behind: None }),
        }
    }

    fn n_letters(&self) -> usize {
        self.before.len() + self.behind.as_ref().map_or(0, Vec::len)
    }

    /// The labels, where `...` stands for so many dimensions.
    fn labels(&self, n_rest: usize) -> Vec<Label> {
        let rest = (0..n_rest).rev().map(Label::Rest);
        let letters = |letters: &[char]| letters.iter().copied().map(Label::Letter).collect::<Vec<_>>();
        match &self.behind {
            Some(behind) => letters(&self.before).into_iter().chain(rest).chain(letters(behind)).collect(),
            None => letters(&self.before),
        }
    }
}

impl Body<'_, '_> {
    /// `np.einsum('ij,jk->ik', a, b)`.
    pub(super) fn einsum(
        &mut self,
        row: &'static Row,
        args: &[hir::Expr],
        keywords: &[hir::Keyword],
        span: Span,
    ) -> Typed {
        let is_option = |keyword: &hir::Keyword| keyword.name == "optimize";
        let others: Vec<hir::Keyword> =
            keywords.iter().filter(|keyword| !is_option(keyword)).cloned().collect();
        self.no_keywords("np.einsum", &others)?;
        let [text, operands @ ..] = args else { return Err(Stop) };
        let hir::ExprKind::Text(subscripts) = &text.kind else {
            return self.report(
                Diagnostic::new(
                    Code::ArgumentMismatch,
                    text.span,
                    "the subscripts of `np.einsum` are not a literal",
                )
                .help("write them out, before the arrays: `np.einsum('ij,jk->ik', a, b)`"),
            );
        };
        let subscripts: String = subscripts.chars().filter(|letter| *letter != ' ').collect();
        let (mut evaluated, mut arrays) = (Vec::new(), Vec::new());
        for operand in operands {
            let array = self.argument(operand)?;
            self.check_numbers(std::slice::from_ref(&array), "`np.einsum`")?;
            let array = match array.ty {
                Type::Array(_) => array,
                _ => self.array_of(row, array, None, operand.span)?,
            };
            arrays.push(self.set_before(array, &mut evaluated));
        }
        let (labels, output) = match labels_of(&subscripts, &arrays) {
            Ok(labels) => labels,
            Err(message) => {
                return self.report(
                    Diagnostic::new(Code::ArgumentMismatch, text.span, message)
                        .help("give a letter for each dimension: `'ij,jk->ik'`, `'ii'`, `'...i->...'`"),
                );
            }
        };
        let product = Product::new(arrays, labels, output);
        let message = product.shapes(span);
        let product = self.measured(product, message, span, &mut evaluated)?;
        let value = self.contracted(&product, span, &mut evaluated)?;
        let value = if product.output.is_empty() { only_element(value) } else { value };
        Ok(after(evaluated, value))
    }

    /// `np.tensordot(a, b, axes)`.
    /// An array, even without dimensions.
    pub(super) fn tensordot(&mut self, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
        let mut args = args.into_iter();
        let (Some(a), Some(b)) = (args.next(), args.next()) else { return Err(Stop) };
        let (Type::Array(left), Type::Array(right)) = (&a.ty, &b.ty) else {
            let wrong = if matches!(a.ty, Type::Array(_)) { b } else { a };
            return self.wrong_argument(row, &wrong, "arrays");
        };
        let (left, right) = (left.rank, right.rank);
        let [first, last] = match args.next() {
            None => self.last_and_first(2, [left, right], span)?,
            Some(axes) => match axes.int_literal() {
                Some(n) => self.last_and_first(n, [left, right], axes.span)?,
                None => self.pairs_of_axes(row, axes, [left, right])?,
            },
        };
        let mut evaluated = Vec::new();
        let arrays = vec![self.set_before(a, &mut evaluated), self.set_before(b, &mut evaluated)];
        for (i, j) in first.iter().zip(&last) {
            let fits = equal(extent(&arrays[0], *i, span), extent(&arrays[1], *j, span));
            evaluated.push(checked(fits, vec![Piece::Text("shape-mismatch for sum".to_owned())]));
        }
        // The dimensions of the first array, and those of the other that are no pair of one.
        let of_first: Vec<Label> = (0..left).map(Label::Rest).collect();
        let of_last: Vec<Label> = (0..right)
            .map(|axis| match last.iter().position(|paired| *paired == axis) {
                Some(pair) => Label::Rest(first[pair]),
                None => Label::Rest(left + axis),
            })
            .collect();
        let is_paired = |label: &&Label| !first.iter().any(|axis| **label == Label::Rest(*axis));
        let output = of_first.iter().chain(&of_last).filter(is_paired).copied().collect();
        let product = Product::new(arrays, vec![of_first, of_last], output);
        let message = product.shapes(span);
        let product = self.measured(product, message, span, &mut evaluated)?;
        let value = self.contracted(&product, span, &mut evaluated)?;
        Ok(after(evaluated, value))
    }

    /// The last dimensions of the first array, and the first ones of the other.
    fn last_and_first(&mut self, n: i128, [left, right]: [usize; 2], span: Span) -> Typed<[Vec<usize>; 2]> {
        match usize::try_from(n) {
            Ok(n) if n <= left && n <= right => Ok([(left - n..left).collect(), (0..n).collect()]),
            _ => self.report(
                Diagnostic::new(Code::WrongRank, span, format!("there are no {n} dimensions in both arrays"))
                    .help("give an `axes` that both arrays have, or pairs of dimensions"),
            ),
        }
    }

    /// The dimensions that `axes` pairs: an integer or a tuple for each of the arrays.
    fn pairs_of_axes(&mut self, row: &'static Row, axes: Expr, ranks: [usize; 2]) -> Typed<[Vec<usize>; 2]> {
        let wanted = "as `axes` an integer, or two tuples of integers, that are written out,";
        let items = match &axes.kind {
            ExprKind::Tuple(items) if items.len() == 2 => items.clone(),
            _ => return self.wrong_argument(row, &axes, wanted),
        };
        let mut pairs = [Vec::new(), Vec::new()];
        for ((item, rank), pair) in items.into_iter().zip(ranks).zip(&mut pairs) {
            let numbers = match item.kind {
                ExprKind::Tuple(items) => items,
                _ => vec![item],
            };
            for number in numbers {
                match number.int_literal() {
                    Some(axis) => pair.push(self.axis_place(axis, rank, number.span)?),
                    None => return self.wrong_argument(row, &number, wanted),
                }
            }
        }
        if pairs[0].len() == pairs[1].len() {
            return Ok(pairs);
        }
        self.report(
            Diagnostic::new(Code::ArgumentMismatch, axes.span, "shape-mismatch for sum")
                .help("name as many dimensions of one array as of the other"),
        )
    }

    /// Arrays that are broadcast together, for any use, and the shape that they have.
    pub(super) fn broadcast_together(
        &mut self,
        arrays: Vec<Expr>,
        span: Span,
        evaluated: &mut Vec<Expr>,
    ) -> Typed<(Vec<Expr>, Vec<Expr>)> {
        let ranks: Vec<usize> = arrays.iter().map(super::advanced::rank_of).collect();
        let all = |rank: usize| (0..rank).rev().map(Label::Rest).collect::<Vec<_>>();
        let output = all(ranks.iter().copied().max().unwrap_or(0));
        // The first label that is seen is that of the first dimension.
        let mut product = Product::new(arrays, ranks.into_iter().map(all).collect(), output.clone());
        product.order.clone_from(&output);
        let message = product.plain_shapes(span);
        let product = self.measured(product, message, span, evaluated)?;
        let mut views = Vec::new();
        for place in 0..product.operands.len() {
            let view = product.view(place, &output, span);
            views.push(self.set_before(view, evaluated));
        }
        Ok((views, product.extents))
    }

    /// The product with its extents, which are checked to fit.
    fn measured(
        &mut self,
        mut product: Product,
        message: Vec<Piece>,
        span: Span,
        evaluated: &mut Vec<Expr>,
    ) -> Typed<Product> {
        product.check_diagonals(span, evaluated);
        for label in product.order.clone() {
            let mut extents = product.places(label).map(|(operand, axis)| extent(operand, axis, span));
            let Some(mut all) = extents.next() else { return Err(Stop) };
            for extent in extents.collect::<Vec<_>>() {
                let fits = either(equal(all.clone(), extent.clone()), either(is_one(&all), is_one(&extent)));
                evaluated.push(checked(fits, message.clone()));
                let value = conditional(is_one(&all), extent, all);
                all = self.set_before(value, evaluated);
            }
            product.extents.push(all);
        }
        Ok(product)
    }

    /// The sums of products.
    fn contracted(&mut self, product: &Product, span: Span, evaluated: &mut Vec<Expr>) -> Typed {
        let is_view = product.operands.len() == 1 && product.order.len() == product.output.len();
        if is_view {
            return Ok(product.view(0, &product.output, span));
        }
        let types: Vec<DType> = product.operands.iter().filter_map(|array| array.ty.element()).collect();
        let element = types.into_iter().reduce(super::promote::promote_dtypes).ok_or(Stop)?;
        let ty = ArrayType::of(element, product.output.len(), Layout::C);
        let shape = product.output.iter().map(|label| product.extent_of(*label)).collect();
        let kind = ExprKind::Allocate(Box::new(Allocation { shape, fill: Fill::Zero }));
        let total = self.set_before(Expr::new(kind, Type::Array(ty), span), evaluated);
        let spread = product.spread(&total, element, span);
        let spread = self.set_before(spread, evaluated);
        let wanted = Type::Strong(element);
        let (mut inputs, mut body) = (vec![Input::plain(spread.clone())], None);
        for place in 0..product.operands.len() {
            let view = product.view(place, &product.order, span);
            let Type::Array(view_ty) = view.ty else { return Err(Stop) };
            let view = self.set_before(view, evaluated);
            let factor = self.convert(operand(inputs.len(), view_ty, span), &wanted)?;
            inputs.push(Input::plain(view));
            body = Some(match body {
                None => factor,
                Some(before) => self.binary(BinaryOp::Mul, before, factor, span)?,
            });
        }
        let before = Expr::new(ExprKind::Operand(0), wanted.clone(), span);
        let sum = self.binary(BinaryOp::Add, before, body.ok_or(Stop)?, span)?;
        let sum = self.convert(sum, &wanted)?;
        let outputs = vec![Output::given(spread)];
        let kind = ExprKind::Elementwise(Box::new(Elementwise::new(inputs, outputs, sum, Rules::Fold)));
        evaluated.push(Expr::new(kind, Type::None, span));
        Ok(total)
    }
}

impl Product {
    /// Operands with their labels, whose extents are not known yet.
    fn new(operands: Vec<Expr>, labels: Vec<Vec<Label>>, output: Vec<Label>) -> Product {
        let mut order: Vec<Label> = Vec::new();
        for label in labels.iter().flatten() {
            if !order.contains(label) {
                order.push(*label);
            }
        }
        Product { operands, labels, output, order, extents: Vec::new() }
    }

    /// The dimensions that have a label.
    fn places(&self, label: Label) -> impl Iterator<Item = (&Expr, usize)> {
        let operands = self.operands.iter().zip(&self.labels);
        operands.flat_map(move |(operand, labels)| {
            let axes = labels.iter().enumerate().filter(move |(_, own)| **own == label);
            axes.map(move |(axis, _)| (operand, axis))
        })
    }

    fn extent_of(&self, label: Label) -> Expr {
        let place = self.order.iter().position(|own| *own == label);
        let place = place.unwrap_or_else(|| unreachable!("bug in pykernel: an output's label is no input's"));
        self.extents[place].clone()
    }

    /// An operand with a dimension for each of these labels.
    fn view(&self, operand: usize, labels: &[Label], span: Span) -> Expr {
        let (array, own) = (&self.operands[operand], &self.labels[operand]);
        let stride = |label: &Label| {
            let axes = (0..own.len()).filter(|axis| own[*axis] == *label);
            axes.map(|axis| self.stride(array, axis, *label, span))
                .reduce(|left, right| super::tuple::arithmetic(crate::ir::BinaryOp::Add, left, right, span))
                .unwrap_or(int(0, span))
        };
        let shape: Vec<Expr> = labels.iter().map(|label| self.extent_of(*label)).collect();
        let strides = labels.iter().map(stride).collect();
        let (element, readonly) = match array.ty {
            Type::Array(ty) => (ty.element, ty.readonly),
            _ => unreachable!("bug in pykernel: `{}` is an operand", array.ty),
        };
        let ty = ArrayType { element, rank: shape.len(), layout: Layout::Any, readonly };
        let strided = Strided { array: array.clone(), offset: int(0, span), shape, strides };
        Expr::new(ExprKind::Strided(Box::new(strided)), Type::Array(ty), span)
    }

    /// How far an operand moves along a dimension; not at all where the one element there is for all.
    fn stride(&self, array: &Expr, axis: usize, label: Label, span: Span) -> Expr {
        let stride = Expr::new(ExprKind::Stride(Box::new(array.clone()), axis), Type::INT, span);
        match self.places(label).count() {
            1 => stride,
            _ => conditional(is_one(&extent(array, axis, span)), int(0, span), stride),
        }
    }

    /// What is written, with a dimension for each label.
    fn spread(&self, total: &Expr, element: DType, span: Span) -> Expr {
        let stride = |label: &Label| match self.output.iter().position(|own| own == label) {
            Some(axis) => Expr::new(ExprKind::Stride(Box::new(total.clone()), axis), Type::INT, span),
            None => int(0, span),
        };
        let strides = self.order.iter().map(stride).collect();
        let ty = ArrayType::of(element, self.order.len(), Layout::Any);
        let (array, shape) = (total.clone(), self.extents.clone());
        let strided = Strided { array, offset: int(0, span), shape, strides };
        Expr::new(ExprKind::Strided(Box::new(strided)), Type::Array(ty), span)
    }

    /// Raises where dimensions of one operand that have the same label have different extents.
    fn check_diagonals(&self, span: Span, evaluated: &mut Vec<Expr>) {
        for (place, (operand, labels)) in self.operands.iter().zip(&self.labels).enumerate() {
            for (axis, label) in labels.iter().enumerate() {
                let Some(first) = labels[..axis].iter().position(|own| own == label) else { continue };
                let [one, other] = [first, axis].map(|axis| extent(operand, axis, span));
                let name = match label {
                    Label::Letter(letter) => *letter,
                    Label::Rest(_) => '.',
                };
                let text = |text: &str| Piece::Text(text.to_owned());
                let message = vec![
                    text(&format!(
                        "dimensions in operand {place} for collapsing index '{name}' don't match ("
                    )),
                    Piece::Value(one.clone()),
                    text(" != "),
                    Piece::Value(other.clone()),
                    text(")"),
                ];
                evaluated.push(checked(equal(one, other), message));
            }
        }
    }

    /// NumPy's words where shapes do not fit: each operand's.
    fn plain_shapes(&self, span: Span) -> Vec<Piece> {
        let mut pieces =
            vec![Piece::Text("operands could not be broadcast together with shapes ".to_owned())];
        let n_extents: usize = self.labels.iter().map(Vec::len).sum();
        if n_extents <= pykernel_abi::MAX_OPERANDS {
            for (operand, labels) in self.operands.iter().zip(&self.labels) {
                let own = (0..labels.len()).map(|axis| Piece::Value(extent(operand, axis, span)));
                pieces.extend(in_parentheses(own.collect(), true));
                pieces.push(Piece::Text(" ".to_owned()));
            }
        }
        pieces
    }

    /// The same, and how each is seen.
    fn shapes(&self, span: Span) -> Vec<Piece> {
        let text = |text: &str| Piece::Text(text.to_owned());
        let mut pieces = vec![text("operands could not be broadcast together with remapped shapes")];
        let n_extents: usize = self.labels.iter().map(Vec::len).sum();
        if 2 * n_extents > pykernel_abi::MAX_OPERANDS {
            return pieces;
        }
        pieces.push(text(" [original->remapped]: "));
        let summed = self.order.iter().filter(|label| !self.output.contains(label));
        let seen_as: Vec<Label> = self.output.iter().chain(summed).copied().collect();
        for (place, (operand, labels)) in self.operands.iter().zip(&self.labels).enumerate() {
            let own = (0..labels.len()).map(|axis| Piece::Value(extent(operand, axis, span)));
            // New dimensions in front are left out.
            let seen = seen_as.iter().skip_while(|label| !labels.contains(label));
            let seen = seen.map(|label| match labels.iter().position(|own| own == label) {
                Some(axis) => Piece::Value(extent(operand, axis, span)),
                None => text("newaxis"),
            });
            pieces.extend((place > 0).then(|| text(" ")));
            pieces.extend(in_parentheses(own.collect(), true));
            pieces.push(text("->"));
            pieces.extend(in_parentheses(seen.collect(), true));
        }
        pieces
    }
}

/// The labels of operands, and of what they become.
fn labels_of(subscripts: &str, arrays: &[Expr]) -> Result<(Vec<Vec<Label>>, Vec<Label>), String> {
    let (inputs, output) = match subscripts.split_once("->") {
        Some((inputs, output)) => (inputs, Some(Term::parse(output)?)),
        None => (subscripts, None),
    };
    let terms = inputs.split(',').map(Term::parse).collect::<Result<Vec<_>, _>>()?;
    if terms.len() != arrays.len() {
        let which = if arrays.len() > terms.len() { "more" } else { "fewer" };
        return Err(format!(
            "{which} operands provided to einstein sum function than specified in the subscripts string"
        ));
    }
    let (mut labels, mut most) = (Vec::new(), 0);
    for (place, (term, array)) in terms.iter().zip(arrays).enumerate() {
        let rank = super::advanced::rank_of(array);
        let Some(n_rest) = rank.checked_sub(term.n_letters()) else {
            return Err(format!(
                "einstein sum subscripts string contains too many subscripts for operand {place}"
            ));
        };
        if n_rest > 0 && term.behind.is_none() {
            return Err(
                "operand has more dimensions than subscripts given in einstein sum, but no '...' ellipsis \
                        provided to broadcast the extra dimensions."
                    .to_owned(),
            );
        }
        most = most.max(n_rest);
        labels.push(term.labels(n_rest));
    }
    let output = match output {
        Some(output) => output.labels(most),
        None => implicit(&labels, most),
    };
    check_output(&output, &labels, most)?;
    Ok((labels, output))
}

/// What is kept where nothing is said: what `...` stands for, and the letters that come once, in their order.
fn implicit(labels: &[Vec<Label>], n_rest: usize) -> Vec<Label> {
    let count = |label: Label| labels.iter().flatten().filter(|own| **own == label).count();
    let mut letters: Vec<Label> =
        labels.iter().flatten().copied().filter(|label| matches!(label, Label::Letter(_))).collect();
    letters.retain(|letter| count(*letter) == 1);
    letters.sort_unstable();
    (0..n_rest).rev().map(Label::Rest).chain(letters).collect()
}

fn check_output(output: &[Label], labels: &[Vec<Label>], n_rest: usize) -> Result<(), String> {
    for (place, label) in output.iter().enumerate() {
        let Label::Letter(letter) = label else { continue };
        if output[..place].contains(label) {
            return Err(format!(
                "einstein sum subscripts string includes output subscript '{letter}' multiple times"
            ));
        }
        if !labels.iter().flatten().any(|own| own == label) {
            return Err(format!(
                "einstein sum subscripts string included output subscript '{letter}' which never appeared in an input"
            ));
        }
    }
    match n_rest > 0 && !output.contains(&Label::Rest(0)) {
        true => Err("output subscripts must have '...' where those of an input have it".to_owned()),
        false => Ok(()),
    }
}

fn extent(array: &Expr, axis: usize, span: Span) -> Expr {
    Expr::new(ExprKind::Extent(Box::new(array.clone()), axis), Type::INT, span)
}

fn equal(left: Expr, right: Expr) -> Expr {
    let span = left.span;
    let kind = ExprKind::Operation(Operation::Compare(CompareOp::Eq), vec![left, right]);
    Expr::new(kind, Type::BOOL, span)
}

fn is_one(extent: &Expr) -> Expr {
    equal(extent.clone(), int(1, extent.span))
}

fn either(left: Expr, right: Expr) -> Expr {
    let span = left.span;
    let kind = ExprKind::Logical { and: false, left: Box::new(left), right: Box::new(right) };
    Expr::new(kind, Type::BOOL, span)
}

fn conditional(cond: Expr, then: Expr, otherwise: Expr) -> Expr {
    let (ty, span) = (then.ty.clone(), then.span);
    let (cond, then, otherwise) = (Box::new(cond), Box::new(then), Box::new(otherwise));
    Expr::new(ExprKind::Conditional { cond, then, otherwise }, ty, span)
}

/// Raises a `ValueError` unless a condition holds.
fn checked(cond: Expr, message: Vec<Piece>) -> Expr {
    let (span, raise) = (cond.span, Raise { class: "ValueError".into(), message });
    let value = Box::new(int(0, span));
    Expr::new(ExprKind::Checked { cond: Box::new(cond), raise, value }, Type::INT, span)
}
