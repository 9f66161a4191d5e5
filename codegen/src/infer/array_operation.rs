//! Typing operations on whole arrays: what is done with numbers is done with each of their elements.

use super::elementwise::operand;
use super::tuple::{after, packed};
use super::ufunc_call::only_element;
use super::{Body, Stop, Typed, time};
use crate::hir::BinaryOp;
use crate::ir::Intrinsic;
use crate::source::Span;
use crate::typed::{Elementwise, Expr, ExprKind, Input, Operation, Output, Rules};
use crate::types::{ArrayType, Kind, Type};

/// What an operation gives for one element of each of its operands.
type Operate<'o, 'i, 'a> = &'o mut dyn FnMut(&mut Body<'i, 'a>, Vec<Expr>) -> Typed;

impl<'i, 'a> Body<'i, 'a> {
    /// An operation on operands of which some are arrays: new arrays of its results, one for each item
    /// of a tuple. Operands without dimensions are numbers, and so are results without.
    pub(super) fn each_element(
        &mut self,
        operands: Vec<Expr>,
        span: Span,
        operate: Operate<'_, 'i, 'a>,
    ) -> Typed {
        self.each_element_to(operands, None, span, operate)
    }

    /// The same, with an array that is to take the one result if there is one.
    pub(super) fn each_element_to(
        &mut self,
        operands: Vec<Expr>,
        out: Option<Expr>,
        span: Span,
        operate: Operate<'_, 'i, 'a>,
    ) -> Typed {
        let (mut evaluated, mut inputs, mut elements) = (Vec::new(), Vec::new(), Vec::new());
        for given in operands {
            let is_bare = matches!(given.ty, Type::Array(ArrayType { rank: 0, .. }));
            let given = if is_bare { only_element(given) } else { given };
            let value = self.set_before(given, &mut evaluated);
            match value.ty {
                Type::Array(array) => elements.push(operand(inputs.len(), array, value.span)),
                _ => elements.push(value.clone()),
            }
            inputs.push(Input::plain(value));
        }
        let out = out.map(|out| self.set_before(out, &mut evaluated));
        let around = std::mem::replace(&mut self.in_elements, true);
        let result = operate(self, elements);
        self.in_elements = around;
        let result = result?;
        if out.is_none() && !any_array(inputs.iter().map(|input| &input.value)) {
            return Ok(after(evaluated, result));
        }
        let body = self.set_numbers_before(result, &mut evaluated);
        let results = if let Type::Tuple(_) = body.ty { self.items(body) } else { vec![body] };
        let (mut outputs, mut elements, mut kinds) = (Vec::new(), Vec::new(), Vec::new());
        for result in results {
            let time = time::time_of(&result.ty);
            let result = time::count(result);
            let mut element = result.ty.dtype().ok_or(Stop)?;
            outputs.push(match out.clone() {
                Some(array) => {
                    element = self.written_as(&array, &result.ty, span)?;
                    Output::given(array)
                }
                None => Output::New { element, core: Vec::new() },
            });
            elements.push(self.convert(result, &Type::Strong(element))?);
            kinds.push(time);
        }
        let body = match <[Expr; 1]>::try_from(elements) {
            Ok([element]) => element,
            Err(elements) => packed(elements, span),
        };
        let value = self.outputs_of(Elementwise::new(inputs, outputs, body, Rules::Call), span);
        Ok(after(evaluated, time::each_as(value, &kinds)))
    }

    /// Numbers are converted before the loop: NumPy raises where one does not fit even if there are no
    /// elements.
    fn set_numbers_before(&mut self, mut body: Expr, evaluated: &mut Vec<Expr>) -> Expr {
        if let ExprKind::Convert(number) = &body.kind
            && let ExprKind::Variable { .. } = number.kind
        {
            return self.set_before(body, evaluated);
        }
        body.operands_mut(&mut |operand| {
            let taken = std::mem::replace(operand, Expr::new(ExprKind::None, Type::None, operand.span));
            *operand = self.set_numbers_before(taken, evaluated);
        });
        body
    }

    /// `array op value` with a literal for which NumPy has another operation than for a variable.
    pub(super) fn power_by_literal(&mut self, base: &Expr, exponent: &Expr, span: Span) -> Option<Typed> {
        let exponent = match exponent.kind {
            ExprKind::Int(value) => value as f64,
            ExprKind::Float(value) => value,
            _ => return None,
        };
        let dtype = base.ty.element().filter(|dtype| matches!(dtype.kind(), Kind::Float | Kind::Complex))?;
        let base = base.clone();
        match (exponent, dtype.kind()) {
            (2.0, _) => Some(self.each_element(vec![base], span, &mut |body, element| {
                let [left, right] = [0, 0].map(|at: usize| element[at].clone());
                body.binary(BinaryOp::Mul, left, right, span)
            })),
            (0.5, Kind::Float) => Some(self.each_element(vec![base], span, &mut |_, element| {
                let sqrt = Operation::Intrinsic(Intrinsic::Sqrt);
                Ok(Body::operation(sqrt, element, Type::Strong(dtype), span))
            })),
            _ => None,
        }
    }
}

/// Whether some operand is an array.
pub(super) fn any_array<'e>(operands: impl IntoIterator<Item = &'e Expr>) -> bool {
    operands.into_iter().any(|operand| matches!(operand.ty, Type::Array(_)))
}
