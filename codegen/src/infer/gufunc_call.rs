//! Typing calls of gufuncs: a loop over the elements of the loop dimensions, in which the function is
//! called with views of the core dimensions.

use super::core_dimensions::{CoreSizes, Cored, dimensions_of, rank};
use super::elementwise::{assignment, operand};
use super::tuple::{after, int, packed};
use super::ufunc_call::{Callee, Operands};
use super::{Body, Stop, Typed, kernel_key};
use crate::source::Span;
use crate::typed::{Allocation, Axis, Elementwise, Expr, ExprKind, Fill, Input, Output, Rules};
use crate::types::{ArrayType, DType, Layout, Type};

/// The loop of a gufunc's call under construction.
struct Building<'a> {
    callee: &'a Callee<'a>,
    core: CoreSizes,
    inputs: Vec<Input>,
    /// Those of the layout, and then inputs that the function writes.
    outputs: Vec<Output>,
    slots: Vec<Slot>,
    /// What is evaluated before.
    evaluated: Vec<Expr>,
    /// Copies, after the loop, to where they belong.
    written_back: Vec<Expr>,
}

impl Building<'_> {
    /// An output that there is.
    fn push_output(&mut self, array: Expr, n_core: usize, is_input: bool) {
        let ty = operand_type(&array.ty, n_core);
        self.slots.push(Slot { place: Place::Output(self.outputs.len()), ty });
        self.outputs.push(Output::Given { array, n_core, is_input, sites: Vec::new() });
    }
}

/// What is passed for a parameter: an operand of the loop, of a type.
struct Slot {
    place: Place,
    ty: Type,
}

/// The place of an operand of the loop.
#[derive(Clone, Copy)]
enum Place {
    Input(usize),
    Output(usize),
}

impl Body<'_, '_> {
    /// The call of a gufunc.
    pub(super) fn for_each_core(
        &mut self,
        callee: &Callee<'_>,
        signature: usize,
        operands: Operands,
    ) -> Typed {
        let Operands { mut evaluated, inputs, outputs } = operands;
        let n_inputs = inputs.len();
        let given = outputs.iter().enumerate();
        let given =
            given.filter_map(|(place, array)| Some(Cored { value: array.clone()?, place: n_inputs + place }));
        let there = inputs.iter().enumerate().map(|(place, value)| Cored { value: value.clone(), place });
        let there: Vec<Cored> = there.chain(given).collect();
        let core = self.core_sizes(callee, &there, &mut evaluated)?;
        let mut building = Building {
            callee,
            core,
            inputs: Vec::new(),
            outputs: Vec::new(),
            slots: Vec::new(),
            evaluated,
            written_back: Vec::new(),
        };
        let params = &callee.function.signatures[signature].params;
        let (of_inputs, of_outputs) = params.split_at(n_inputs);
        for (place, (array, param)) in outputs.iter().zip(of_outputs).enumerate() {
            self.gufunc_output(&mut building, place, array.as_ref(), param)?;
        }
        let after_inputs = std::mem::take(&mut building.slots);
        for (place, (input, param)) in inputs.into_iter().zip(of_inputs).enumerate() {
            match callee.ufunc.writable.contains(&place) && matches!(input.ty, Type::Array(_)) {
                true => self.written_input(&mut building, place, input, param)?,
                false => self.gufunc_input(&mut building, place, input, param)?,
            }
        }
        building.slots.extend(after_inputs);
        self.built(building, signature, outputs)
    }

    /// An input that is only read: as the function takes it, converted before if need be.
    fn gufunc_input(
        &mut self,
        building: &mut Building<'_>,
        place: usize,
        input: Expr,
        param: &Type,
    ) -> Typed<()> {
        let wanted = param.element().ok_or(Stop)?;
        let span = input.span;
        let n_core = building.core.count(&building.callee.ufunc.layout.inputs[place]);
        let (value, n_core) = match (&input.ty, param) {
            (Type::Array(array), Type::Array(_)) if array.dtype() != wanted => {
                let converted = self.converted_array(&input, wanted)?;
                (self.set_before(converted, &mut building.evaluated), n_core)
            }
            (Type::Array(_), _) => (input, n_core),
            (_, Type::Array(_)) => {
                let number = self.convert(input, &Type::Strong(wanted))?;
                let array = filled(&[int(1, span)], wanted, Fill::Value(number), span);
                (self.set_before(array, &mut building.evaluated), 1)
            }
            _ => (self.loop_number(input, wanted, &mut building.evaluated)?, 0),
        };
        let ty = match (param, value.ty.element()) {
            (Type::Array(_), _) | (_, None) => operand_type(&value.ty, n_core),
            (_, Some(element)) => Type::Strong(element),
        };
        let core = self.core_extents(building, place, n_core);
        building.slots.push(Slot { place: Place::Input(building.inputs.len()), ty });
        building.inputs.push(Input { value, core, sites: Vec::new() });
        Ok(())
    }

    /// To what an input's core dimensions are broadcast.
    fn core_extents(&self, building: &Building<'_>, place: usize, n_core: usize) -> Vec<Option<Expr>> {
        let layout = &building.callee.ufunc.layout;
        let extents = layout.inputs[place].iter().filter(|dimension| !building.core.missing[**dimension]);
        let mut extents: Vec<Option<Expr>> = extents
            .map(|dimension| match layout.dimensions[*dimension].broadcastable {
                true => building.core.sizes[*dimension].clone(),
                false => None,
            })
            .collect();
        extents.resize(n_core, None);
        extents
    }

    /// An input that the function writes is an output with elements.
    fn written_input(
        &mut self,
        building: &mut Building<'_>,
        place: usize,
        input: Expr,
        param: &Type,
    ) -> Typed<()> {
        let wanted = param.element().ok_or(Stop)?;
        self.check_writable(&input, input.span)?;
        let n_core = building.core.count(&building.callee.ufunc.layout.inputs[place]);
        let array = match input.ty.element() {
            Some(given) if given != wanted => {
                let converted = self.converted_array(&input, wanted)?;
                let copy = self.set_before(converted, &mut building.evaluated);
                building.written_back.push(self.copied_back(&copy, &input)?);
                copy
            }
            _ => input,
        };
        building.push_output(array, n_core, true);
        Ok(())
    }

    fn gufunc_output(
        &mut self,
        building: &mut Building<'_>,
        place: usize,
        array: Option<&Expr>,
        param: &Type,
    ) -> Typed<()> {
        let (callee, natural) = (building.callee, param.element().ok_or(Stop)?);
        let Some(array) = array else {
            let core = self.new_core(callee, place, &building.core)?;
            let ty = array_type(natural, core.len());
            building.slots.push(Slot { place: Place::Output(building.outputs.len()), ty });
            building.outputs.push(Output::New { element: natural, core });
            return Ok(());
        };
        let n_core = building.core.count(&callee.ufunc.layout.outputs[place]);
        let array = match self.output_type(callee, natural, array)? {
            given if given == natural => array.clone(),
            _ => {
                let copy = filled(&extents(array), natural, Fill::Zero, array.span);
                let copy = self.set_before(copy, &mut building.evaluated);
                building.written_back.push(self.copied_back(&copy, array)?);
                copy
            }
        };
        building.push_output(array, n_core, false);
        Ok(())
    }

    /// A new array of another dtype.
    fn converted_array(&mut self, array: &Expr, to: DType) -> Typed {
        let body = self.convert(element_of(array)?, &Type::Strong(to))?;
        let inputs = vec![Input::plain(array.clone())];
        let outputs = vec![Output::New { element: to, core: Vec::new() }];
        Ok(self.outputs_of(Elementwise::new(inputs, outputs, body, Rules::Call), array.span))
    }

    /// Writes an array of another dtype back to the array that it stands for.
    fn copied_back(&mut self, copy: &Expr, array: &Expr) -> Typed {
        let body = self.convert(element_of(copy)?, &Type::Strong(array.ty.element().ok_or(Stop)?))?;
        let inputs = vec![Input::plain(copy.clone())];
        Ok(assignment(Output::given(array.clone()), inputs, body, Rules::Assignment, array.span))
    }

    /// The whole call.
    fn built(&mut self, building: Building<'_>, signature: usize, given: Vec<Option<Expr>>) -> Typed {
        let Building { callee, core, inputs, outputs, slots, mut evaluated, written_back } = building;
        let params = &callee.function.signatures[signature].params;
        let mut args = Vec::new();
        for (place, (slot, param)) in slots.into_iter().zip(params).enumerate() {
            let operand = match slot.place {
                Place::Input(input) => input,
                Place::Output(output) => inputs.len() + output,
            };
            let operand = Expr::new(ExprKind::Operand(operand), slot.ty, callee.span);
            args.push(self.passed(callee, &core, place, operand, param)?);
        }
        let body =
            self.call_instance(kernel_key(callee.id, callee.function, signature), args, callee.span)?;
        let n_outputs = outputs.len();
        let elementwise = Elementwise::new(inputs, outputs, body, Rules::Call);
        let value = self.outputs_of(elementwise, callee.span);
        if written_back.is_empty() && n_outputs == given.len() {
            return Ok(after(evaluated, value));
        }
        let value = self.set_before(value, &mut evaluated);
        let results = if n_outputs == 1 { vec![value] } else { self.items(value) };
        evaluated.extend(written_back);
        let results = results.into_iter().zip(given).map(|(result, array)| array.unwrap_or(result));
        let value = match <[Expr; 1]>::try_from(results.collect::<Vec<_>>()) {
            Ok([result]) => result,
            Err(results) if results.is_empty() => Expr::new(ExprKind::None, Type::None, callee.span),
            Err(results) => packed(results, callee.span),
        };
        Ok(after(evaluated, value))
    }

    /// An operand as the function takes it: a number, or a view with a dimension of extent 1 where one
    /// is missing.
    fn passed(
        &mut self,
        callee: &Callee<'_>,
        core: &CoreSizes,
        place: usize,
        operand: Expr,
        param: &Type,
    ) -> Typed {
        let (Type::Array(ty), Type::Array(wanted)) = (&operand.ty, param) else {
            let number = self.convert(operand, &Type::Strong(param.element().ok_or(Stop)?))?;
            return self.convert(number, param);
        };
        let dimensions = dimensions_of(&callee.ufunc.layout, place).iter();
        let mut axes: Vec<Axis> = dimensions
            .map(|dimension| if core.missing[*dimension] { Axis::New } else { Axis::Whole })
            .collect();
        if axes.is_empty() {
            // The one number of a scalar operand is declared as an array.
            axes.resize(wanted.rank, if ty.rank == 0 { Axis::New } else { Axis::Whole });
        }
        if !axes.iter().any(|axis| matches!(axis, Axis::New)) {
            return Ok(Expr { ty: param.clone(), ..operand });
        }
        Ok(Expr::new(ExprKind::Part(Box::new(operand), axes), param.clone(), callee.span))
    }
}

/// The element of the only input.
fn element_of(array: &Expr) -> Typed {
    match array.ty {
        Type::Array(ty) => Ok(operand(0, ty, array.span)),
        _ => Err(Stop),
    }
}

/// What the function sees of an operand: a number, or a view of its core dimensions.
fn operand_type(ty: &Type, n_core: usize) -> Type {
    match ty {
        Type::Array(array) => array_type(array.dtype(), n_core),
        number => number.clone(),
    }
}

fn array_type(element: DType, rank: usize) -> Type {
    Type::Array(ArrayType::of(element, rank, Layout::Any))
}

/// The extents of an array, a variable.
fn extents(array: &Expr) -> Vec<Expr> {
    let extent = |axis| ExprKind::Extent(Box::new(array.clone()), axis);
    (0..rank(array)).map(|axis| Expr::new(extent(axis), Type::INT, array.span)).collect()
}

/// A new array.
fn filled(shape: &[Expr], element: DType, fill: Fill, span: Span) -> Expr {
    let ty = ArrayType::of(element, shape.len(), Layout::C);
    let kind = ExprKind::Allocate(Box::new(Allocation { shape: shape.to_vec(), fill }));
    Expr::new(kind, Type::Array(ty), span)
}
