//! Typing what only the library says: arrays of other shapes in the same memory, tuples with an item changed, and
//! what is known of types.

use super::expression::dtype_value;
use super::promote::{part, promote};
use super::tuple::{after, arithmetic, int, packed};
use super::{Body, Typed, random, time};
use crate::builtin::{Form, Row, Rule, python_name};
use crate::diagnostic::{Code, Diagnostic};
use crate::ir;
use crate::source::Span;
use crate::typed::{Expr, ExprKind, Operation, Strided};
use crate::types::{ArrayType, DType, Kind, Layout, Type};

/// One of the library's forms.
pub(super) fn form(body: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    let Rule::Form(form) = row.rule else { unreachable!("bug in pykernel: `{}` is no form", row.name) };
    match form {
        Form::Strided => body.strided(args, span),
        Form::Adjacent => body.adjacent(args, span),
        Form::ItemSize => {
            let size = args[0].ty.scalar().map_or(0, |_| size_of_element(&args[0].ty));
            Ok(int(size as i128, span))
        }
        Form::Contiguous => body.contiguous(args, span),
        Form::WithItem | Form::Inserted | Form::Without => body.changed(form, args, span),
        Form::Length => {
            let Type::Tuple(items) = &args[0].ty else { return Err(super::Stop) };
            Ok(int(items.len() as i128, span))
        }
        Form::Kind => Ok(int(kind_of(&args[0].ty).ok_or(super::Stop)? as i128, span)),
        Form::IsC => {
            let is_c = matches!(args[0].ty, Type::Array(ArrayType { layout: Layout::C, .. }));
            Ok(Expr::new(ExprKind::Bool(is_c), Type::BOOL, span))
        }
        Form::IsNumber => {
            let is_number = args[0].ty.dtype().is_some();
            Ok(Expr::new(ExprKind::Bool(is_number), Type::BOOL, span))
        }
        Form::RandomState => Ok(random::state(&args[0], span)),
        Form::Generator => args.into_iter().next().map(random::generator).ok_or(super::Stop),
        Form::PartType => Ok(dtype_value(part(element_of(&args[0].ty).ok_or(super::Stop)?), span)),
    }
}

/// `np.result_type(…)`: of arrays, numbers and element types.
pub(super) fn result_type(body: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    let mut common: Option<Type> = None;
    body.check_numbers(&args, &format!("`{}`", python_name(row.name)))?;
    for arg in args {
        let ty = match (&arg.ty, element_of(&arg.ty)) {
            (Type::Text, _) => body.dtype_of(&arg)?.map(Type::Strong),
            (Type::Weak(_), _) => Some(arg.ty.clone()),
            (_, dtype) => dtype.map(Type::Strong),
        };
        let Some(ty) = ty else { return body.wrong_argument(row, &arg, "arrays, numbers and element types") };
        common = match common {
            Some(common) => promote(&common, &ty),
            None => Some(ty),
        };
    }
    let dtype = common.and_then(|ty| ty.dtype()).ok_or(super::Stop)?;
    Ok(dtype_value(dtype, span))
}

/// `x.view(dtype)`: the same bits as elements of another type of the same size.
pub(super) fn view(body: &mut Body<'_, '_>, _: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    let mut args = args.into_iter();
    let Some(array) = args.next() else { unreachable!("bug in pykernel: the arity was checked") };
    let Some(dtype) = args.next() else { return Ok(Expr { span, ..array }) };
    let time = body.time_named(&dtype);
    let dtype = match time {
        Some(_) => time::NUMBERS,
        None => body.dtype_of(&dtype)?.unwrap_or(DType::Float64),
    };
    let array = time::count(array);
    let Type::Array(ty) = array.ty else { return Err(super::Stop) };
    let (message, help) = match (dtype.size() == ty.element.size(), dtype) {
        _ if dtype == ty.dtype() => return Ok(body.as_made(Expr { span, ..array }, time)),
        (true, DType::Bool) => (
            format!("elements of `{}` may be other than the only 0 and 1 of bools", ty.element),
            "compare: `x != 0`",
        ),
        (true, _) => {
            let args = vec![array, dtype_value(dtype, span)];
            let view = body.library_call("array_view", args, false, span)?;
            return Ok(body.as_made(view, time));
        }
        (false, _) => (
            format!("`{}` has elements of another size than `{ty}`", dtype),
            "view it as elements of the same size",
        ),
    };
    body.report(Diagnostic::new(Code::ArgumentMismatch, span, message).help(help))
}

impl Body<'_, '_> {
    /// Whether two element types are the same, if both are some.
    pub(super) fn same_dtype(&mut self, left: &Expr, right: &Expr) -> Option<Typed<bool>> {
        match (&left.ty, &right.ty) {
            (Type::DType(_), Type::DType(_) | Type::Text) | (Type::Text, Type::DType(_)) => {
                if let (Type::DType(left), Type::DType(right)) = (&left.ty, &right.ty) {
                    return Some(Ok(left == right));
                }
                let (left, right) = (self.dtype_of(left), self.dtype_of(right));
                Some(left.and_then(|left| Ok(left == right?)))
            }
            _ => None,
        }
    }

    /// `strided(a, offset, shape, strides, dtype)`; without a dtype, with the elements of `a`.
    fn strided(&mut self, args: Vec<Expr>, span: Span) -> Typed {
        let mut args = args.into_iter();
        let (Some(array), Some(offset), Some(shape), Some(strides), dtype) =
            (args.next(), args.next(), args.next(), args.next(), args.next())
        else {
            unreachable!("bug in pykernel: the arity was checked")
        };
        let Type::Array(ty) = array.ty else { return Err(super::Stop) };
        let element = match dtype.map(|dtype| dtype.ty) {
            None => ty.element,
            Some(Type::DType(element)) => element,
            Some(_) => return Err(super::Stop),
        };
        let ((array_first, array), (offset_first, offset)) = (self.twice(array), self.twice(offset));
        let (mut evaluated, [shape, strides]) = self.for_any_use([shape, strides]);
        evaluated.splice(0..0, [array_first, offset_first]);
        let ty = ArrayType { element, rank: shape.len(), layout: Layout::Any, ..ty };
        let kind = ExprKind::Strided(Box::new(Strided { array, offset, shape, strides }));
        Ok(after(evaluated, Expr::new(kind, Type::Array(ty), span)))
    }

    /// `adjacent(a, offset, n)`.
    fn adjacent(&mut self, args: Vec<Expr>, span: Span) -> Typed {
        let Ok([array, offset, extent]) = <[Expr; 3]>::try_from(args) else { return Err(super::Stop) };
        let Type::Array(ty) = array.ty else { return Err(super::Stop) };
        let strides = vec![int(ty.element.size() as i128, span)];
        let ty = Type::Array(ArrayType { rank: 1, layout: Layout::C, ..ty });
        let [offset, extent] = [offset, extent].map(|number| self.coerce(number, &Type::INT));
        let strided = Strided { array, offset: offset?, shape: vec![extent?], strides };
        Ok(Expr::new(ExprKind::Strided(Box::new(strided)), ty, span))
    }

    /// `contiguous(a, shape)`.
    fn contiguous(&mut self, args: Vec<Expr>, span: Span) -> Typed {
        let Ok([array, shape]) = <[Expr; 2]>::try_from(args) else { return Err(super::Stop) };
        let Type::Array(ty) = array.ty else { return Err(super::Stop) };
        let shape = self.items(shape);
        let mut strides = Vec::new();
        let mut stride = int(ty.element.size() as i128, span);
        for extent in shape.iter().rev() {
            strides.insert(0, stride.clone());
            stride = arithmetic(ir::BinaryOp::Mul, stride, extent.clone(), span);
        }
        let ty = ArrayType { rank: shape.len(), layout: Layout::C, ..ty };
        let kind = ExprKind::Strided(Box::new(Strided { array, offset: int(0, span), shape, strides }));
        Ok(Expr::new(kind, Type::Array(ty), span))
    }

    /// A tuple of integers with one more, one less, or another one at a place.
    fn changed(&mut self, form: Form, args: Vec<Expr>, span: Span) -> Typed {
        let mut args = args.into_iter();
        let (Some(tuple), Some(place), value) = (args.next(), args.next(), args.next()) else {
            return Err(super::Stop);
        };
        let items = self.items(tuple);
        let n = match form {
            Form::Inserted => items.len() + 1,
            Form::Without => items.len() - 1,
            _ => items.len(),
        };
        let compare = |op, at: usize| {
            let operands = vec![int(at as i128, span), place.clone()];
            Self::operation(Operation::Compare(op), operands, Type::BOOL, span)
        };
        let select = |cond, then: Expr, otherwise: Expr| {
            Self::operation(Operation::Select, vec![cond, then, otherwise], Type::INT, span)
        };
        let mut changed = Vec::new();
        for at in 0..n {
            let before = items.get(at).cloned();
            let otherwise = match form {
                Form::Inserted => at.checked_sub(1).map(|at| items[at].clone()),
                Form::Without => Some(items[at + 1].clone()),
                _ => before.clone(),
            };
            let item = match (before, otherwise) {
                (Some(before), Some(otherwise)) => select(compare(ir::CompareOp::Lt, at), before, otherwise),
                (Some(one), None) | (None, Some(one)) => one,
                (None, None) => int(0, span),
            };
            changed.push(match &value {
                Some(value) => select(compare(ir::CompareOp::Eq, at), value.clone(), item),
                None => item,
            });
        }
        Ok(packed(changed, span))
    }
}

/// The size of a number, or of an array's elements, in bytes.
fn size_of_element(ty: &Type) -> usize {
    match ty {
        Type::Array(array) => array.element.size(),
        _ => ty.dtype().unwrap_or(DType::Int64).size(),
    }
}

/// The element type of a number, an array, or of what is one.
fn element_of(ty: &Type) -> Option<DType> {
    match ty {
        Type::DType(element) => element.number(),
        _ if time::time_of(ty).is_some() => Some(time::NUMBERS),
        _ => ty.element(),
    }
}

/// 0 of bools, 1 of integers, 2 of floats, 3 of complex numbers.
fn kind_of(ty: &Type) -> Option<Kind> {
    element_of(ty).map(DType::kind)
}
