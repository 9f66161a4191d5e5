//! What is said of shapes that do not fit, in NumPy's words.

use super::broadcast::{aligned, equal};
use super::function::Lowering;
use crate::ir::construct::{and, boolean, int, or};
use crate::ir::{self, Purpose};
use crate::source::Span;

/// The shapes of what a ufunc is called with.
pub(super) struct Shapes {
    /// Of the inputs, and then of what is written and is there.
    pub(super) operands: Vec<Shape>,
    /// The extents of each output's core dimensions, of those that are not there too.
    pub(super) core: Vec<Vec<ir::Expr>>,
    /// The extents to which the loop dimensions are broadcast together.
    pub(super) together: Vec<ir::Expr>,
}

/// The shape of an operand of a ufunc.
pub(super) struct Shape {
    /// The extents of its loop dimensions.
    pub(super) extents: Vec<ir::Expr>,
    /// Those of its core dimensions.
    pub(super) core: Vec<ir::Expr>,
    pub(super) role: Role,
}

/// What an operand is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Input,
    /// The output at this place.
    Output(usize),
    /// An input that is written.
    Written,
}

/// Extents in a message; `None` is a new axis.
type Extents = Vec<Option<ir::Expr>>;

impl Lowering<'_> {
    /// Checks that what is read broadcasts to what is written, as assignments do: they strip leading
    /// dimensions of extent 1 before they compare.
    pub(super) fn check_assignment(&mut self, read: &[ir::Expr], written: &[ir::Expr], span: Span) {
        let (mut read, is_one) = (read, |extent: &ir::Expr| equal(extent, &int(1)));
        while let [first, rest @ ..] = read
            && read.len() > written.len()
        {
            self.check_input(is_one(first), read, written, span);
            read = rest;
        }
        let fits = aligned(written, read).map(|(to, from)| or(equal(from, to), is_one(from)));
        self.check_input(fits.reduce(and).unwrap_or(boolean(true)), read, written, span);
    }

    /// The same, where a ufunc goes to what is written.
    pub(super) fn check_at(&mut self, read: &[ir::Expr], written: &[ir::Expr], span: Span) {
        let message = "array is not broadcastable to correct shape".to_owned();
        self.check_shape_error(is_broadcast(read, written), message, Vec::new(), span);
    }

    /// The same, where what is written is indexed with arrays.
    pub(super) fn check_value(&mut self, read: &[ir::Expr], written: &[ir::Expr], span: Span) {
        let fits = is_broadcast(read, written);
        let message = format!(
            "shape mismatch: value array of shape {} could not be broadcast to indexing result of shape {}",
            text(read.len()),
            text(written.len())
        );
        self.check_shape_error(fits, message, [read, written].concat(), span);
    }

    /// Checks that a mask has the shape of what it selects from.
    pub(super) fn check_mask(&mut self, mask: &[ir::Expr], written: &[ir::Expr], span: Span) {
        for (axis, (own, extent)) in mask.iter().zip(written).enumerate() {
            let message = format!(
                "boolean index did not match indexed array along axis {axis}; size of axis is {{i}} but size of \
                 corresponding boolean axis is {{i}}"
            );
            let raise = self.exception("IndexError", message, vec![extent.clone(), own.clone()], span);
            self.check(equal(own, extent), raise, Purpose::Semantics, span);
        }
    }

    /// Raises unless arrays of indices can be broadcast together.
    pub(super) fn check_indices_together(&mut self, fits: ir::Expr, indices: &[Vec<ir::Expr>], span: Span) {
        let shapes: Vec<String> = indices.iter().map(|extents| text(extents.len()) + " ").collect();
        let message = format!(
            "shape mismatch: indexing arrays could not be broadcast together with shapes {}",
            shapes.concat()
        );
        self.check_shapes(fits, "IndexError", message, indices.concat(), span);
    }

    fn check_input(&mut self, fits: ir::Expr, read: &[ir::Expr], written: &[ir::Expr], span: Span) {
        let (from, to) = (text(read.len()), text(written.len()));
        let message = format!("could not broadcast input array from shape {from} into shape {to}");
        self.check_shape_error(fits, message, [read, written].concat(), span);
    }

    /// Raises unless the operands of a ufunc can be broadcast together.
    pub(super) fn check_together(&mut self, fits: ir::Expr, shapes: &Shapes, span: Span) {
        let mut message = "operands could not be broadcast together with ".to_owned();
        let mut shown = Vec::new();
        if shapes.are_plain() {
            message += "shapes ";
            for shape in &shapes.operands {
                message += &format!("{} ", text(shape.extents.len()));
                shown.extend_from_slice(&shape.extents);
            }
            return self.check_shape_error(fits, message, shown, span);
        }
        message += "remapped shapes [original->remapped]: ";
        for shape in &shapes.operands {
            let remapped = shapes.remapped(shape);
            message += &format!("{}->{} ", text(shape.rank()), extents_text(&remapped));
            shown.extend(shape.all());
            shown.extend(remapped.into_iter().flatten());
        }
        let requested: Extents = shapes.together.iter().map(|_| None).chain(shapes.core()).collect();
        message += &format!(" and requested shape {}", extents_text(&requested));
        shown.extend(requested.into_iter().flatten());
        self.check_shape_error(fits, message, shown, span);
    }

    /// Checks that what is written has the shape that all operands have together.
    pub(super) fn check_written(&mut self, shapes: &Shapes, span: Span) {
        for shape in &shapes.operands {
            match shape.role {
                Role::Input => {}
                Role::Output(_) => self.check_output(shapes, shape, span),
                Role::Written => {
                    let n = shape.extents.len();
                    let axes = shape.extents.iter().zip(&shapes.together[shapes.together.len() - n..]);
                    for (axis, (own, extent)) in axes.enumerate().rev() {
                        self.check_shape_error(
                            equal(own, extent),
                            reduction(&axis.to_string()),
                            vec![],
                            span,
                        );
                    }
                    self.check_dimensions(shapes, shape, span);
                }
            }
        }
    }

    fn check_output(&mut self, shapes: &Shapes, shape: &Shape, span: Span) {
        let is_plain = shapes.are_plain();
        let fits = aligned(&shape.extents, &shapes.together).map(|(own, extent)| equal(own, extent));
        let has_all = boolean(!is_plain || shape.extents.len() == shapes.together.len());
        let fits = fits.fold(has_all, and);
        let mut message = format!("non-broadcastable output operand with shape {}", text(shape.rank()));
        let mut shown = shape.all();
        if !is_plain {
            // NumPy writes them in reverse order.
            let turned: Extents = shapes.remapped(shape).into_iter().rev().collect();
            message += &format!(" [remapped to {}]", extents_text(&turned));
            shown.extend(turned.into_iter().flatten());
        }
        let both: Vec<ir::Expr> =
            shapes.together.iter().cloned().chain(shapes.core.iter().flatten().cloned()).collect();
        message += &format!(" doesn't match the broadcast shape {}", text(both.len()));
        shown.extend(both);
        self.check_shape_error(fits, message, shown, span);
        if !is_plain {
            self.check_dimensions(shapes, shape, span);
        }
    }

    /// Checks that where something written lacks a loop dimension that is of extent 1.
    fn check_dimensions(&mut self, shapes: &Shapes, shape: &Shape, span: Span) {
        let n_missing = shapes.together.len().saturating_sub(shape.extents.len());
        let fits = shapes.together[..n_missing].iter().map(|extent| equal(extent, &int(1)));
        let fits = fits.reduce(and).unwrap_or(boolean(true));
        self.check_shape_error(fits, reduction("-1"), Vec::new(), span);
    }

    /// Raises `ValueError` unless shapes fit. Extents beyond those that an exception holds are left
    /// blank.
    fn check_shape_error(&mut self, fits: ir::Expr, message: String, operands: Vec<ir::Expr>, span: Span) {
        self.check_shapes(fits, "ValueError", message, operands, span);
    }

    fn check_shapes(
        &mut self,
        fits: ir::Expr,
        class: &str,
        message: String,
        operands: Vec<ir::Expr>,
        span: Span,
    ) {
        let (message, operands) = match operands.len() <= pykernel_abi::MAX_OPERANDS {
            true => (message, operands),
            false => (message.replace("{i}", "_"), Vec::new()),
        };
        let raise = self.exception(class, message, operands, span);
        self.check(fits, raise, Purpose::Semantics, span);
    }
}

impl Shape {
    fn rank(&self) -> usize {
        self.extents.len() + self.core.len()
    }

    fn all(&self) -> Vec<ir::Expr> {
        self.extents.iter().chain(&self.core).cloned().collect()
    }
}

impl Shapes {
    /// Whether no operand has core dimensions.
    fn are_plain(&self) -> bool {
        self.operands.iter().all(|shape| shape.core.is_empty()) && self.core.iter().all(Vec::is_empty)
    }

    fn core(&self) -> impl Iterator<Item = Option<ir::Expr>> {
        self.core.iter().flatten().cloned().map(Some)
    }

    /// An operand as NumPy's loop sees it: behind the loop dimensions stand the core dimensions of all
    /// outputs.
    fn remapped(&self, shape: &Shape) -> Extents {
        let mut extents: Extents = vec![None; self.together.len().saturating_sub(shape.extents.len())];
        extents.extend(shape.extents.iter().cloned().map(Some));
        for (output, core) in self.core.iter().enumerate() {
            let is_own = shape.role == Role::Output(output);
            extents.extend(core.iter().map(|extent| is_own.then(|| extent.clone())));
        }
        extents
    }
}

/// What NumPy says of what a gufunc writes if it has no dimension, or extent 1, where the loop has more.
fn reduction(axis: &str) -> String {
    format!(
        "output operand requires a reduction along dimension {axis}, but the reduction is not enabled. The \
         dimension size of 1 does not match the expected output shape."
    )
}

/// The template of a shape, as NumPy writes it.
fn text(rank: usize) -> String {
    match rank {
        1 => "({i},)".to_owned(),
        n => format!("({})", vec!["{i}"; n].join(",")),
    }
}

/// The template of extents, without leading new axes.
fn extents_text(extents: &Extents) -> String {
    let given = extents.iter().skip_while(|extent| extent.is_none());
    let texts: Vec<&str> = given.map(|extent| if extent.is_some() { "{i}" } else { "newaxis" }).collect();
    match (texts.as_slice(), extents.as_slice()) {
        ([one], [_]) => format!("({one},)"),
        _ => format!("({})", texts.join(",")),
    }
}

/// Whether an array is broadcast to another one's shape, once its first dimensions of extent 1 are left out.
fn is_broadcast(read: &[ir::Expr], written: &[ir::Expr]) -> ir::Expr {
    let n_more = read.len().saturating_sub(written.len());
    let is_one = |extent: &ir::Expr| equal(extent, &int(1));
    let fits = aligned(written, read).map(|(to, from)| or(equal(from, to), is_one(from)));
    read[..n_more].iter().map(is_one).chain(fits).fold(boolean(true), and)
}
