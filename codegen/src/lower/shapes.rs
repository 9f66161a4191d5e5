//! What is said of shapes that do not fit, in NumPy's words.

use super::broadcast::{aligned, equal};
use super::construct::{and, boolean, int, or};
use super::function::Lowering;
use crate::ir::{self, Purpose};
use crate::source::Span;

/// The shape of an operand of a ufunc.
pub(super) struct Shape {
    /// The extents of its loop dimensions.
    pub(super) extents: Vec<ir::Expr>,
    /// Those of its core dimensions.
    pub(super) core: Vec<ir::Expr>,
    /// Whether it is an output that there is; inputs come first.
    pub(super) is_output: bool,
}

/// An extent in a message; `None` is a new axis.
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

    fn check_input(&mut self, fits: ir::Expr, read: &[ir::Expr], written: &[ir::Expr], span: Span) {
        let (from, to) = (text(read.len()), text(written.len()));
        let message = format!("could not broadcast input array from shape {from} into shape {to}");
        self.check_shape_error(fits, message, [read, written].concat(), span);
    }

    /// Raises unless the operands of a ufunc, of these shapes, can be broadcast together. `core` is
    /// the extents of the outputs' core dimensions, for each output.
    pub(super) fn check_together(
        &mut self,
        fits: ir::Expr,
        shapes: &[Shape],
        core: &[Vec<ir::Expr>],
        span: Span,
    ) {
        let mut message = "operands could not be broadcast together with ".to_owned();
        let mut operands = Vec::new();
        if shapes.iter().all(|shape| shape.core.is_empty()) {
            message += "shapes ";
            for shape in shapes {
                message += &format!("{} ", text(shape.extents.len()));
                operands.extend_from_slice(&shape.extents);
            }
            return self.check_shape_error(fits, message, operands, span);
        }
        message += "remapped shapes [original->remapped]: ";
        for (shape, remapped) in shapes.iter().zip(remapped(shapes, core)) {
            let all: Vec<ir::Expr> = shape.extents.iter().chain(&shape.core).cloned().collect();
            message += &format!("{}->", text(all.len()));
            operands.extend(all);
            message += &format!("{} ", extents_text(&remapped));
            operands.extend(remapped.into_iter().flatten());
        }
        let requested = core.concat();
        message += &format!(" and requested shape ({})", vec!["{i}"; requested.len()].join(","));
        operands.extend(requested);
        self.check_shape_error(fits, message, operands, span);
    }

    /// Checks that an output has the shape that all operands have together.
    pub(super) fn check_outputs(
        &mut self,
        shapes: &[Shape],
        together: &[ir::Expr],
        core: &[Vec<ir::Expr>],
        span: Span,
    ) {
        let is_plain = shapes.iter().all(|shape| shape.core.is_empty());
        for (shape, remapped) in
            shapes.iter().zip(remapped(shapes, core)).filter(|(shape, _)| shape.is_output)
        {
            let n_missing = together.len().saturating_sub(shape.extents.len());
            if !is_plain && n_missing > 0 {
                let fits = together[..n_missing].iter().map(|extent| equal(extent, &int(1)));
                self.check_shape_error(
                    fits.reduce(and).unwrap_or(boolean(true)),
                    REDUCTION.into(),
                    vec![],
                    span,
                );
            }
            let fits = aligned(&shape.extents, together).map(|(to, from)| equal(to, from));
            let fits = [boolean(!is_plain || n_missing == 0)].into_iter().chain(fits).reduce(and);
            let all = [shape.extents.clone(), shape.core.clone()].concat();
            let mut message = format!("non-broadcastable output operand with shape {}", text(all.len()));
            let mut operands = all;
            if !is_plain {
                // NumPy writes them in reverse order.
                let turned: Extents = remapped.into_iter().rev().collect();
                let turned = trimmed(turned);
                message += &format!(" [remapped to {}]", extents_text(&turned));
                operands.extend(turned.into_iter().flatten());
            }
            let both = [together.to_vec(), core.concat()].concat();
            message += &format!(" doesn't match the broadcast shape {}", text(both.len()));
            operands.extend(both);
            self.check_shape_error(fits.unwrap_or(boolean(true)), message, operands, span);
        }
    }

    /// Raises `ValueError` unless shapes fit. Extents beyond those that an exception holds are left
    /// blank.
    fn check_shape_error(&mut self, fits: ir::Expr, message: String, operands: Vec<ir::Expr>, span: Span) {
        let (message, operands) = match operands.len() <= pykernel_abi::MAX_OPERANDS {
            true => (message, operands),
            false => (message.replace("{i}", "_"), Vec::new()),
        };
        let raise = self.exception("ValueError", message, operands, span);
        self.check(fits, raise, Purpose::Semantics, span);
    }
}

/// What NumPy says of an output of a gufunc that lacks a loop dimension.
const REDUCTION: &str = "output operand requires a reduction along dimension -1, but the reduction is not \
    enabled. The dimension size of 1 does not match the expected output shape.";

/// The shapes of a gufunc's operands as its loop sees them: behind the loop dimensions stand the core
/// dimensions of all outputs.
fn remapped(shapes: &[Shape], core: &[Vec<ir::Expr>]) -> Vec<Extents> {
    let mut outputs = 0..;
    let one = |shape: &Shape| {
        let own = shape.is_output.then(|| outputs.next()).flatten();
        let mut extents: Extents = shape.extents.iter().cloned().map(Some).collect();
        for (output, core) in core.iter().enumerate() {
            match own == Some(output) {
                true => extents.extend(shape.core.iter().cloned().map(Some)),
                false => extents.resize(extents.len() + core.len(), None),
            }
        }
        trimmed(extents)
    };
    shapes.iter().map(one).collect()
}

/// Extents without the new axes before them.
fn trimmed(extents: Extents) -> Extents {
    extents.into_iter().skip_while(Option::is_none).collect()
}

/// The template of a shape, as NumPy writes it.
fn text(rank: usize) -> String {
    list(&vec!["{i}"; rank])
}

fn extents_text(extents: &Extents) -> String {
    let texts: Vec<&str> =
        extents.iter().map(|extent| if extent.is_some() { "{i}" } else { "newaxis" }).collect();
    list(&texts)
}

fn list(items: &[&str]) -> String {
    match items {
        [one] => format!("({one},)"),
        _ => format!("({})", items.join(",")),
    }
}
