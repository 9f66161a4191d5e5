//! Typing NumPy's advanced indexing: subscripts with arrays of integers, and with masks.

use super::array_operation::any_array;
use super::elementwise::{casts_to, operand, sequence, wrong_cast};
use super::subscript::{Item, part};
use super::tuple::{after, int};
use super::ufunc_call::only_element;
use super::{Body, Stop, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{self, BinaryOp};
use crate::ir::CompareOp;
use crate::source::Span;
use crate::typed::{
    Axis, Elementwise, Expr, ExprKind, Input, Operation, Output, Piece, Raise, Rules, Site, StmtKind,
};
use crate::types::{ArrayType, Record, Type};

/// The items of a subscript, one for each dimension and each new one.
pub(super) struct Items {
    pub(super) items: Vec<Item>,
    /// Whether indices are apart from each other, so that their dimensions come first.
    pub(super) is_split: bool,
}

/// An array, a variable, that is indexed with arrays, and what is evaluated before.
pub(super) struct Indexed {
    evaluated: Vec<Expr>,
    array: Expr,
    by: By,
    /// The records of which the array has the numbers.
    record: Option<Record>,
}

/// An array, and which elements of it.
pub(super) type Sites = (Expr, Vec<Site>);

enum By {
    /// Arrays of integers.
    Sites(Vec<Site>),
    /// A mask, a variable, of as many dimensions.
    Mask(Expr),
}

impl Body<'_, '_> {
    /// `array[items]`, of which some are arrays. Records are indexed as the numbers that they are made of.
    pub(super) fn indexed_elements(
        &mut self,
        array: Expr,
        ty: ArrayType,
        Items { mut items, is_split }: Items,
        span: Span,
    ) -> Typed<Indexed> {
        let Some(record) = ty.record() else {
            return self.indexed(array, ty, Items { items, is_split }, span);
        };
        let words = self.words_of(array, record, span);
        let Type::Array(ty) = words.ty else { return Err(Stop) };
        items.push(Item::Axis(Axis::Whole));
        let indexed = self.indexed(words, ty, Items { items, is_split }, span)?;
        Ok(Indexed { record: Some(record), ..indexed })
    }

    /// `array[items]`, of which some are arrays. Whole dimensions stand for the rest.
    pub(super) fn indexed(
        &mut self,
        array: Expr,
        ty: ArrayType,
        Items { items, is_split }: Items,
        span: Span,
    ) -> Typed<Indexed> {
        let mut evaluated = Vec::new();
        let array = self.set_before(array, &mut evaluated);
        let mut set = |body: &mut Self, item: Item| match item {
            Item::Axis(Axis::Index(index)) => Item::Axis(Axis::Index(body.set_before(index, &mut evaluated))),
            Item::Array(index) => Item::Array(body.set_before(index, &mut evaluated)),
            Item::Mask(mask) => Item::Mask(body.set_before(mask, &mut evaluated)),
            Item::Axis(_) | Item::Rest => item,
        };
        let mut items: Vec<Item> = items.into_iter().map(|item| set(self, item)).collect();
        if let [Item::Mask(mask)] = items.as_slice()
            && rank_of(mask) == ty.rank
        {
            return Ok(Indexed { by: By::Mask(mask.clone()), evaluated, array, record: None });
        }
        let mut axis = 0;
        for item in &mut items {
            let n = item.n_taken();
            if let Item::Mask(mask) = item {
                self.mask_fits(&array, mask, axis, &mut evaluated, span);
            }
            axis += n;
        }
        let items = items.into_iter().map(|item| self.listed(item, &mut evaluated, span));
        let items: Vec<Item> = items.collect::<Typed<Vec<_>>>()?.into_iter().flatten().collect();
        let sites = sites(&items, is_split);
        let axes: Vec<Axis> = items.iter().map(Item::axis).collect();
        let array = match axes.iter().all(|axis| matches!(axis, Axis::Whole)) {
            true => array,
            false => self.set_before(part(Box::new(array), ty, axes, span), &mut evaluated),
        };
        Ok(Indexed { evaluated, array, by: By::Sites(sites), record: None })
    }

    /// The arrays of integers that a mask stands for; anything else is itself.
    fn listed(&mut self, item: Item, evaluated: &mut Vec<Expr>, span: Span) -> Typed<Vec<Item>> {
        let Item::Mask(mask) = item else { return Ok(vec![item]) };
        let places = self.places_of(mask, evaluated, span)?;
        Ok(places.into_iter().map(Item::Array).collect())
    }

    /// For each dimension of an array, where its elements are that are true: variables.
    pub(super) fn places_of(
        &mut self,
        mask: Expr,
        evaluated: &mut Vec<Expr>,
        span: Span,
    ) -> Typed<Vec<Expr>> {
        let rank = rank_of(&mask);
        let places = self.library_call("places_of", vec![mask], false, span)?;
        let Type::Array(ty) = places.ty else { return Err(Stop) };
        let places = self.set_before(places, evaluated);
        let row = |axis| {
            let axes = vec![Axis::Index(int(axis as i128, span)), Axis::Whole];
            part(Box::new(places.clone()), ty, axes, span)
        };
        Ok((0..rank).map(row).map(|row| self.set_before(row, evaluated)).collect())
    }

    /// Checks that a mask has the extents of the dimensions that it stands for.
    fn mask_fits(&mut self, array: &Expr, mask: &Expr, first: usize, evaluated: &mut Vec<Expr>, span: Span) {
        for axis in 0..rank_of(mask) {
            let extent = |array: &Expr, axis| {
                Expr::new(ExprKind::Extent(Box::new(array.clone()), axis), Type::INT, span)
            };
            let [own, size] = [extent(mask, axis), extent(array, first + axis)];
            let text = |text: &str| Piece::Text(text.to_owned());
            let message = vec![
                text(&format!(
                    "boolean index did not match indexed array along axis {}; size of axis is ",
                    first + axis
                )),
                Piece::Value(size.clone()),
                text(" but size of corresponding boolean axis is "),
                Piece::Value(own.clone()),
            ];
            evaluated.push(check(compared([own, size], span), "IndexError", message));
        }
    }

    /// What the subscript gives: a new array.
    pub(super) fn indexed_value(&mut self, indexed: Indexed, span: Span) -> Typed {
        let Indexed { mut evaluated, array, by, record } = indexed;
        let value = match by {
            By::Sites(sites) => self.gathered(array, sites, span)?,
            By::Mask(mask) => {
                self.mask_fits(&array, &mask, 0, &mut evaluated, span);
                self.library_call("where_true", vec![array, mask], false, span)?
            }
        };
        let value = match record {
            Some(record) => self.records_of_words(value, record, span),
            None => value,
        };
        Ok(after(evaluated, value))
    }

    /// A new array of elements that lie at sites.
    pub(super) fn gathered(&mut self, array: Expr, sites: Vec<Site>, span: Span) -> Typed {
        let Type::Array(ty) = array.ty else { return Err(Stop) };
        let inputs = vec![Input { value: array, core: Vec::new(), sites }];
        let outputs = vec![Output::New { element: ty.dtype(), core: Vec::new() }];
        let body = operand(0, ty, span);
        Ok(self.outputs_of(Elementwise::new(inputs, outputs, body, Rules::Call), span))
    }

    /// `array[...] = value`. The value is evaluated first.
    pub(super) fn assign_indexed(&mut self, indexed: Indexed, value: Expr, span: Span) -> Typed<StmtKind> {
        let mut stmts = Vec::new();
        let value = self.evaluated(bare(value), &mut stmts);
        let Indexed { evaluated, array, by, record } = indexed;
        self.no_records(record, span)?;
        stmts.extend(evaluated.into_iter().map(StmtKind::Evaluate));
        match by {
            By::Sites(sites) => self.assign_sites(array, sites, value, &mut stmts, span)?,
            By::Mask(mask) if any_array([&value]) => {
                let sites = self.mask_sites(&array, mask, &mut stmts, span)?;
                self.values_fit(&value, &sites, &mut stmts, span)?;
                self.assign_sites(array, sites, value, &mut stmts, span)?;
            }
            By::Mask(mask) => {
                let element = array.ty.scalar().ok_or(Stop)?;
                let value = self.numpy_scalar(value, &element)?;
                let value = self.evaluated(value, &mut stmts);
                stmts.push(self.masked([array, mask], value, span)?);
            }
        }
        Ok(sequence(stmts, span))
    }

    /// Only their fields are set where arrays name them.
    fn no_records(&mut self, record: Option<Record>, span: Span) -> Typed<()> {
        let Some(record) = record else { return Ok(()) };
        let message = "records that an array names are set field by field in this version";
        let help = format!("write `a[\"x\"][indices] = …` for each of {}", record.field_names());
        self.report(Diagnostic::new(Code::UnsupportedSyntax, span, message).help(help))
    }

    fn assign_sites(
        &mut self,
        array: Expr,
        sites: Vec<Site>,
        value: Expr,
        stmts: &mut Vec<StmtKind>,
        span: Span,
    ) -> Typed<()> {
        let output = Output::Given { array, n_core: 0, is_input: false, sites };
        self.assign_output(output, value, stmts, span)
    }

    /// The sites that a mask of all dimensions stands for, which is checked to fit.
    fn mask_sites(
        &mut self,
        array: &Expr,
        mask: Expr,
        stmts: &mut Vec<StmtKind>,
        span: Span,
    ) -> Typed<Vec<Site>> {
        let mut evaluated = Vec::new();
        self.mask_fits(array, &mask, 0, &mut evaluated, span);
        let places = self.places_of(mask, &mut evaluated, span)?;
        stmts.extend(evaluated.into_iter().map(StmtKind::Evaluate));
        Ok(sites(&places.into_iter().map(Item::Array).collect::<Vec<_>>(), false))
    }

    /// What is evaluated before, and the sites of elements that are written.
    pub(super) fn sites_of(&mut self, indexed: Indexed, span: Span) -> Typed<(Vec<Expr>, Sites)> {
        let Indexed { mut evaluated, array, by, record } = indexed;
        self.no_records(record, span)?;
        let sites = match by {
            By::Sites(sites) => sites,
            By::Mask(mask) => {
                self.mask_fits(&array, &mask, 0, &mut evaluated, span);
                let places = self.places_of(mask, &mut evaluated, span)?;
                sites(&places.into_iter().map(Item::Array).collect::<Vec<_>>(), false)
            }
        };
        Ok((evaluated, (array, sites)))
    }

    /// Checks that there are as many values as a mask has true elements.
    fn values_fit(
        &mut self,
        value: &Expr,
        sites: &[Site],
        stmts: &mut Vec<StmtKind>,
        span: Span,
    ) -> Typed<()> {
        let rank = rank_of(value);
        if rank > 1 {
            let message =
                format!("a mask of all dimensions takes values of one dimension, and this has {rank}");
            return self.report(
                Diagnostic::new(Code::WrongRank, value.span, message)
                    .help("assign a number, or an array with one dimension"),
            );
        }
        let size = |array: &Expr| Expr::new(ExprKind::Size(Box::new(array.clone())), Type::INT, span);
        let first = sites.first().and_then(Site::index).ok_or(Stop)?;
        let [given, wanted] = [size(value), size(first)];
        let text = |text: &str| Piece::Text(text.to_owned());
        let message = vec![
            text("NumPy boolean array indexing assignment cannot assign "),
            Piece::Value(given.clone()),
            text(" input values to the "),
            Piece::Value(wanted.clone()),
            text(" output values where the mask is true"),
        ];
        // One value is for all.
        let one = compared([given.clone(), int(1, span)], span);
        let all = compared([given, wanted], span);
        let either = ExprKind::Logical { and: false, left: Box::new(one), right: Box::new(all) };
        let check = check(Expr::new(either, Type::BOOL, span), "ValueError", message);
        stmts.push(StmtKind::Evaluate(check));
        Ok(())
    }

    /// `array[...] op= value`: what is there is read, updated and written back.
    pub(super) fn update_indexed(
        &mut self,
        indexed: Indexed,
        op: BinaryOp,
        value: &hir::Expr,
        span: Span,
    ) -> Typed<StmtKind> {
        let Indexed { evaluated, array, by, record } = indexed;
        self.no_records(record, span)?;
        let mut stmts: Vec<StmtKind> = evaluated.into_iter().map(StmtKind::Evaluate).collect();
        let value = bare(self.expr(value)?);
        let sites = match by {
            By::Mask(mask) if !any_array([&value]) => {
                stmts.push(self.update_masked([array, mask], op, value, span)?);
                return Ok(sequence(stmts, span));
            }
            By::Mask(mask) => self.mask_sites(&array, mask, &mut stmts, span)?,
            By::Sites(sites) => sites,
        };
        let there = self.gathered(array.clone(), sites.clone(), span)?;
        let there = self.evaluated(there, &mut stmts);
        stmts.push(self.update_with(there.clone(), op, value, span)?);
        self.assign_sites(array, sites, there, &mut stmts, span)?;
        Ok(sequence(stmts, span))
    }

    /// `array[mask] op= value` of a number.
    fn update_masked(
        &mut self,
        [array, mask]: [Expr; 2],
        op: BinaryOp,
        value: Expr,
        span: Span,
    ) -> Typed<StmtKind> {
        let Type::Array(ty) = array.ty else { return Err(Stop) };
        let mut stmts = Vec::new();
        let element = ty.element.scalar().ok_or(Stop)?;
        let value = self.updating(value, &element)?;
        let value = self.evaluated(value, &mut stmts);
        let result = self.binary(op, operand(0, ty, array.span), value, span)?;
        if !casts_to(&result.ty, &element) {
            return self.report(wrong_cast(op, &result.ty, &element, span));
        }
        let value = self.convert(result, &element)?;
        stmts.push(self.masked([array, mask], value, span)?);
        Ok(sequence(stmts, span))
    }

    /// Sets elements where a mask is true to a value, in which the array is the first operand.
    fn masked(&mut self, [array, mask]: [Expr; 2], value: Expr, span: Span) -> Typed<StmtKind> {
        let Type::Array(ty) = mask.ty else { return Err(Stop) };
        let optional = value.ty.clone().optional();
        let cond = self.truth(operand(1, ty, mask.span))?;
        let then = Expr::new(ExprKind::Optional(Some(Box::new(value))), optional.clone(), span);
        let otherwise = Expr::new(ExprKind::Optional(None), optional.clone(), span);
        let kind = ExprKind::Conditional {
            cond: Box::new(cond),
            then: Box::new(then),
            otherwise: Box::new(otherwise),
        };
        let body = Expr::new(kind, optional, span);
        let inputs = vec![Input::plain(array.clone()), Input::plain(mask)];
        let elementwise = Elementwise::new(inputs, vec![Output::given(array)], body, Rules::Masked);
        let kind = ExprKind::Elementwise(Box::new(elementwise));
        Ok(StmtKind::Evaluate(Expr::new(kind, Type::None, span)))
    }
}

impl Item {
    /// How many dimensions of the array it stands for.
    pub(super) fn n_taken(&self) -> usize {
        match self {
            Item::Axis(Axis::New) | Item::Rest => 0,
            Item::Axis(Axis::Index(_) | Axis::Whole | Axis::Slice(_)) | Item::Array(_) => 1,
            Item::Mask(mask) => rank_of(mask),
        }
    }

    /// Whether it has a part in where the dimensions of the indices stand.
    pub(super) const fn is_index(&self) -> bool {
        matches!(self, Item::Axis(Axis::Index(_)) | Item::Array(_) | Item::Mask(_))
    }

    /// What it leaves of the dimension before arrays index it.
    pub(super) fn axis(&self) -> Axis {
        match self {
            Item::Axis(axis) => axis.clone(),
            Item::Array(_) | Item::Mask(_) | Item::Rest => Axis::Whole,
        }
    }
}

/// Whether indices are apart from each other, so that their dimensions come first.
pub(super) fn are_split(items: &[Item]) -> bool {
    let mut rest = items.iter().skip_while(|item| !item.is_index()).skip_while(|item| item.is_index());
    rest.any(Item::is_index)
}

/// Where elements lie along each dimension that is left when slices and single indices are taken.
fn sites(items: &[Item], is_split: bool) -> Vec<Site> {
    let n_index = items.iter().map(|item| if let Item::Array(index) = item { rank_of(index) } else { 0 });
    let n_index = n_index.max().unwrap_or(0);
    let n_along = items.iter().filter(|item| !item.is_index()).count();
    let n_before = match is_split {
        true => 0,
        false => items.iter().take_while(|item| !item.is_index()).count(),
    };
    let (mut sites, mut along, mut axis) = (Vec::new(), 0, 0);
    for item in items {
        match item {
            Item::Array(index) => {
                sites.push(Site::Listed { index: index.clone(), after: n_along - n_before, axis });
            }
            Item::Axis(Axis::Index(_)) => {}
            Item::Axis(_) | Item::Mask(_) | Item::Rest => {
                let behind = n_along - 1 - along;
                sites.push(Site::Along(if along < n_before { behind + n_index } else { behind }));
                along += 1;
            }
        }
        axis += item.n_taken();
    }
    sites
}

pub(super) const fn rank_of(array: &Expr) -> usize {
    match array.ty {
        Type::Array(array) => array.rank,
        _ => 0,
    }
}

/// A value; of an array without dimensions its element.
fn bare(value: Expr) -> Expr {
    match value.ty {
        Type::Array(ArrayType { rank: 0, element, .. }) if element.scalar().is_some() => only_element(value),
        _ => value,
    }
}

pub(super) fn compared(operands: [Expr; 2], span: Span) -> Expr {
    let kind = ExprKind::Operation(Operation::Compare(CompareOp::Eq), operands.into());
    Expr::new(kind, Type::BOOL, span)
}

/// Raises unless a condition holds.
pub(super) fn check(cond: Expr, class: &str, message: Vec<Piece>) -> Expr {
    let (span, raise) = (cond.span, Raise { class: class.into(), message });
    let kind = ExprKind::Checked { cond: Box::new(cond), raise, value: Box::new(int(0, span)) };
    Expr::new(kind, Type::INT, span)
}
