//! Typing calls of ufuncs: on numbers a call of the function, on arrays a loop over their elements.

use super::elementwise::{casts_to, operand};
use super::tuple::{after, packed};
use super::ufunc::{Loop, loops, pick, pick_fold, widened};
use super::{Body, Origin, Stop, Typed, kernel_key};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{self, FunctionId};
use crate::source::Span;
use crate::typed::{Element, Elementwise, Expr, ExprKind, Input, Output, Rules, Site};
use crate::types::{ArrayType, DType, Layout, Type};
use crate::ufunc::{Kind, Ufunc};

/// What NumPy says where no loop takes the inputs.
pub(super) fn no_loop(name: &str) -> String {
    format!(
        "ufunc '{name}' not supported for the input types, and the inputs could not be safely coerced to \
         any supported types according to the casting rule ''safe''"
    )
}

/// The ufunc that is called.
pub(super) struct Callee<'a> {
    pub(super) id: FunctionId,
    pub(super) function: &'a hir::Function,
    pub(super) ufunc: &'a Ufunc,
    pub(super) span: Span,
}

/// A call's operands, set aside.
pub(super) struct Operands {
    /// What is evaluated before.
    pub(super) evaluated: Vec<Expr>,
    pub(super) inputs: Vec<Expr>,
    /// Of each output the array that it is to be written to.
    pub(super) outputs: Vec<Option<Expr>>,
}

impl Body<'_, '_> {
    /// A call of a ufunc or a gufunc.
    pub(super) fn call_ufunc(
        &mut self,
        id: FunctionId,
        args: &[hir::Expr],
        keywords: &[hir::Keyword],
        span: Span,
    ) -> Typed {
        let function = self.infer.function(Origin::User, id);
        let Some(ufunc) = function.ufunc.as_ref().filter(|_| function.body.is_some()) else {
            return Err(Stop);
        };
        let callee = Callee { id, function, ufunc, span };
        let operands = self.ufunc_operands(&callee, args, keywords)?;
        let signature = self.pick_loop(&callee, &operands.inputs)?;
        match ufunc.kind {
            Kind::Vectorize => self.for_each_element(&callee, signature, operands),
            Kind::Guvectorize => self.for_each_core(&callee, signature, operands),
        }
    }

    /// The arguments: the inputs, and the outputs that there are.
    fn ufunc_operands(
        &mut self,
        callee: &Callee<'_>,
        args: &[hir::Expr],
        keywords: &[hir::Keyword],
    ) -> Typed<Operands> {
        let (n_inputs, n_outputs) = (callee.ufunc.layout.inputs.len(), callee.ufunc.layout.outputs.len());
        let name = &callee.function.name;
        if !(n_inputs..=n_inputs + n_outputs).contains(&args.len()) {
            let (was, most) = (if args.len() == 1 { "was" } else { "were" }, n_inputs + n_outputs);
            let takes = if n_outputs == 0 { format!("{most}") } else { format!("from {n_inputs} to {most}") };
            let message =
                format!("{name}() takes {takes} positional arguments but {} {was} given", args.len());
            return self.report(
                Diagnostic::new(Code::ArgumentMismatch, callee.span, message)
                    .note_at(callee.function.name_span, "defined here")
                    .help("give one argument for each input, and perhaps arrays for the outputs"),
            );
        }
        let mut out = None;
        for keyword in keywords {
            match keyword.name.as_str() {
                "out" if args.len() > n_inputs => {
                    let message = "cannot specify 'out' as both a positional and keyword argument";
                    return self.wrong_out(message, keyword.span);
                }
                "out" if out.is_none() => out = Some(keyword),
                _ => return self.no_option(callee, keyword),
            }
        }
        let (inputs, positional) = args.split_at(n_inputs);
        let mut evaluated = Vec::new();
        let inputs: Vec<Typed> =
            inputs.iter().map(|input| self.ufunc_input(callee, input, &mut evaluated)).collect();
        let mut outputs = self.ufunc_outputs(callee, positional, out, &mut evaluated)?;
        outputs.resize(n_outputs, None);
        Ok(Operands { evaluated, inputs: inputs.into_iter().collect::<Typed<_>>()?, outputs })
    }

    /// An input: a number, or an array with dimensions.
    pub(super) fn ufunc_input(
        &mut self,
        callee: &Callee<'_>,
        input: &hir::Expr,
        evaluated: &mut Vec<Expr>,
    ) -> Typed {
        let value = self.expr(input)?;
        let value = self.required(value, &no_loop(&callee.function.name))?;
        let is_bare = matches!(value.ty, Type::Array(ArrayType { rank: 0, .. }));
        let value = if is_bare { only_element(value) } else { value };
        if value.ty.element().is_none() {
            return self.no_loop_for(callee, std::slice::from_ref(&value.ty), value.span);
        }
        Ok(self.set_before(value, evaluated))
    }

    /// A value that is evaluated before, for any use.
    pub(super) fn set_before(&mut self, value: Expr, evaluated: &mut Vec<Expr>) -> Expr {
        let (value, again) = self.twice(value);
        evaluated.push(value);
        again
    }

    /// The outputs that are given, by position or as `out`.
    fn ufunc_outputs(
        &mut self,
        callee: &Callee<'_>,
        positional: &[hir::Expr],
        out: Option<&hir::Keyword>,
        evaluated: &mut Vec<Expr>,
    ) -> Typed<Vec<Option<Expr>>> {
        let n_outputs = callee.ufunc.layout.outputs.len();
        let mut given = Vec::new();
        for array in positional {
            given.push(self.expr_or_none(array)?);
        }
        if let Some(keyword) = out {
            let value = self.expr_or_none(&keyword.value)?;
            match (&value.ty, n_outputs) {
                (Type::Tuple(items), _) if items.len() == n_outputs => given = self.items(value),
                (Type::Tuple(_), _) => {
                    let message = "The 'out' tuple must have exactly one entry per ufunc output";
                    return self.wrong_out(message, keyword.span);
                }
                (Type::Array(_) | Type::None, 1) => given.push(value),
                (Type::None, _) => {}
                (_, 1) => return self.wrong_out("return arrays must be of ArrayType", keyword.span),
                _ => return self.wrong_out("'out' must be a tuple of arrays", keyword.span),
            }
        }
        let given = given.into_iter().map(|value| self.ufunc_output(value, evaluated));
        given.collect()
    }

    fn ufunc_output(&mut self, value: Expr, evaluated: &mut Vec<Expr>) -> Typed<Option<Expr>> {
        match value.ty {
            Type::None => {
                evaluated.push(value);
                Ok(None)
            }
            Type::Array(_) => {
                self.check_writable(&value, value.span)?;
                Ok(Some(self.set_before(value, evaluated)))
            }
            _ => self.wrong_out("return arrays must be of ArrayType", value.span),
        }
    }

    fn wrong_out<T>(&mut self, message: &str, span: Span) -> Typed<T> {
        self.report(
            Diagnostic::new(Code::ArgumentMismatch, span, message)
                .help("give an array for each output, or `None` for a new one: `f(x, out=a)`, `f(x, a)`"),
        )
    }

    /// An argument with a name that calls in kernels do not take.
    fn no_option<T>(&mut self, callee: &Callee<'_>, keyword: &hir::Keyword) -> Typed<T> {
        let name = keyword.name.as_str();
        let help = match name {
            "where" => "test the mask in a loop, and call the ufunc for numbers",
            "dtype" | "signature" | "casting" => "convert the inputs, or give an array as `out`",
            "axis" | "axes" | "keepdims" => "transpose the arrays, so that core dimensions come last",
            "order" | "subok" => "leave it out: new arrays are in C's order",
            _ => {
                let message =
                    format!("{}() got an unexpected keyword argument '{name}'", callee.function.name);
                return self.report(
                    Diagnostic::new(Code::ArgumentMismatch, keyword.span, message)
                        .help("give inputs by position, and outputs by position or as `out`"),
                );
            }
        };
        let message = format!("`{name}` is not supported where a kernel calls a ufunc, in this version");
        self.report(Diagnostic::new(Code::UnsupportedSyntax, keyword.span, message).help(help))
    }

    /// The loop that takes the inputs, by its signature.
    pub(super) fn pick_loop(&mut self, callee: &Callee<'_>, inputs: &[Expr]) -> Typed<usize> {
        let types: Vec<Type> = inputs.iter().map(|input| input.ty.clone()).collect();
        match pick(&loops(callee.function, callee.ufunc), &types) {
            Some(signature) => Ok(signature),
            None => self.no_loop_for(callee, &types, callee.span),
        }
    }

    /// The loop that folds an array of these elements.
    pub(super) fn pick_fold(&mut self, callee: &Callee<'_>, array: &Expr, element: DType) -> Typed<usize> {
        let Some(result) = widened(&callee.function.name, element) else {
            return self.pick_loop(callee, &[array.clone(), array.clone()]);
        };
        match pick_fold(&loops(callee.function, callee.ufunc), result, element) {
            Some(signature) => Ok(signature),
            None => self.no_loop_for(callee, &[Type::Strong(result), Type::Strong(element)], callee.span),
        }
    }

    fn no_loop_for<T>(&mut self, callee: &Callee<'_>, inputs: &[Type], span: Span) -> Typed<T> {
        let given: Vec<String> = inputs.iter().map(|ty| format!("`{ty}`")).collect();
        let mut diagnostic = Diagnostic::new(Code::ArgumentMismatch, span, no_loop(&callee.function.name))
            .label(format!("given {}", given.join(", ")))
            .help("convert the inputs, or declare a signature for them");
        for Loop { inputs } in loops(callee.function, callee.ufunc) {
            let inputs: Vec<&str> = inputs.iter().map(|dtype| dtype.name()).collect();
            diagnostic = diagnostic.note(format!("it has a loop for ({})", inputs.join(", ")));
        }
        self.report(diagnostic)
    }

    /// A number as a loop takes it.
    pub(super) fn loop_number(&mut self, value: Expr, dtype: DType, evaluated: &mut Vec<Expr>) -> Typed {
        let value = self.convert(value, &Type::Strong(dtype))?;
        Ok(self.set_before(value, evaluated))
    }

    /// The call of a ufunc whose operands are without core dimensions.
    pub(super) fn for_each_element(
        &mut self,
        callee: &Callee<'_>,
        signature: usize,
        mut operands: Operands,
    ) -> Typed {
        let params = callee.function.signatures[signature].params.clone();
        let (mut inputs, mut args) = (Vec::new(), Vec::new());
        for (place, (input, param)) in operands.inputs.iter().zip(&params).enumerate() {
            let (span, wanted) = (input.span, param.dtype().ok_or(Stop)?);
            let value = match input.ty {
                Type::Array(array) => {
                    inputs.push(Input::plain(input.clone()));
                    self.convert(operand(place, array, span), &Type::Strong(wanted))?
                }
                _ => {
                    let number = self.loop_number(input.clone(), wanted, &mut operands.evaluated)?;
                    inputs.push(Input::plain(number.clone()));
                    number
                }
            };
            args.push(self.convert(value, param)?);
        }
        let key = kernel_key(callee.id, callee.function, signature);
        let result = self.call_instance(key, args, callee.span)?;
        let is_number = |input: &Input| !matches!(input.value.ty, Type::Array(_));
        if inputs.iter().all(is_number) && operands.outputs.iter().all(Option::is_none) {
            let strong = strong(&result.ty).ok_or(Stop)?;
            return Ok(after(operands.evaluated, self.coerce(result, &strong)?));
        }
        let elementwise = self.elements_of(callee, inputs, result, &operands.outputs)?;
        Ok(after(operands.evaluated, elementwise))
    }

    /// The loop over the elements of operands, in which the function is called.
    fn elements_of(
        &mut self,
        callee: &Callee<'_>,
        inputs: Vec<Input>,
        result: Expr,
        given: &[Option<Expr>],
    ) -> Typed {
        let results = if given.len() == 1 { vec![result] } else { self.items(result) };
        let (mut outputs, mut elements) = (Vec::new(), Vec::new());
        for (result, array) in results.into_iter().zip(given) {
            let natural = result.ty.dtype().ok_or(Stop)?;
            let result = self.convert(result, &Type::Strong(natural))?;
            let element = match array {
                Some(array) => self.output_type(callee, natural, array)?,
                None => natural,
            };
            elements.push(self.convert(result, &Type::Strong(element))?);
            outputs.push(match array {
                Some(array) => Output::given(array.clone()),
                None => Output::New { element, core: Vec::new() },
            });
        }
        let body = match <[Expr; 1]>::try_from(elements) {
            Ok([element]) => element,
            Err(elements) => packed(elements, callee.span),
        };
        Ok(self.outputs_of(Elementwise::new(inputs, outputs, body, Rules::Call), callee.span))
    }

    /// The dtype of an output that there is, which takes what the loop gives.
    pub(super) fn output_type(&mut self, callee: &Callee<'_>, natural: DType, array: &Expr) -> Typed<DType> {
        let wanted = array.ty.element().ok_or(Stop)?;
        if casts_to(&Type::Strong(natural), &Type::Strong(wanted)) {
            return Ok(wanted);
        }
        let [from, to] = [natural, wanted].map(|dtype| dtype.name().trim_end_matches('_'));
        let message = format!(
            "Cannot cast ufunc '{}' output from dtype('{from}') to dtype('{to}') with casting rule \
             'same_kind'",
            callee.function.name
        );
        self.report(
            Diagnostic::new(Code::TypeMismatch, array.span, message)
                .help("give an array of the result's type, and convert its elements in a loop"),
        )
    }

    /// The value of a loop over elements: one output or a tuple of several. New ones without
    /// dimensions are numbers.
    pub(super) fn outputs_of(&mut self, elementwise: Elementwise, span: Span) -> Expr {
        let rank = loop_rank(&elementwise);
        let types: Vec<Type> = elementwise
            .outputs
            .iter()
            .map(|output| match output {
                Output::Given { array, .. } => array.ty.clone(),
                Output::New { element, core } => {
                    let (element, rank) = (*element, rank + core.len());
                    Type::Array(ArrayType::of(element, rank, Layout::C))
                }
            })
            .collect();
        let news = elementwise.outputs.iter().map(|output| matches!(output, Output::New { .. }));
        let news: Vec<bool> = news.collect();
        let ty = match <[Type; 1]>::try_from(types) {
            Ok([ty]) => ty,
            Err(types) => Type::Tuple(types),
        };
        let value = Expr::new(ExprKind::Elementwise(Box::new(elementwise)), ty, span);
        let number = |new: bool, value: Expr| match value.ty {
            Type::Array(ArrayType { rank: 0, .. }) if new => only_element(value),
            _ => value,
        };
        if let Type::Tuple(_) = value.ty {
            let items = self.items(value).into_iter().zip(news);
            return packed(items.map(|(item, new)| number(new, item)).collect(), span);
        }
        number(news.contains(&true), value)
    }
}

/// The rank of a loop over elements.
fn loop_rank(elementwise: &Elementwise) -> usize {
    let rank = |ty: &Type| if let Type::Array(array) = ty { array.rank } else { 0 };
    let inputs = elementwise.inputs.iter().map(|input| match input.sites.as_slice() {
        [] => rank(&input.value.ty) - input.core.len(),
        sites => Site::rank(sites),
    });
    let outputs = elementwise.outputs.iter().map(|output| match output {
        Output::Given { array, n_core, .. } => rank(&array.ty) - n_core,
        Output::New { .. } => 0,
    });
    inputs.chain(outputs).max().unwrap_or(0)
}

/// The element of an array without dimensions.
pub(super) fn only_element(array: Expr) -> Expr {
    let (span, element) = (array.span, array.ty.scalar().unwrap_or(Type::FLOAT));
    let kind = ExprKind::Element(Element { array: Box::new(array), indices: Vec::new() });
    Expr::new(kind, element, span)
}

/// The NumPy scalar that stands for a number, or for the numbers of a tuple.
fn strong(ty: &Type) -> Option<Type> {
    match ty {
        Type::Tuple(items) => items.iter().map(strong).collect::<Option<_>>().map(Type::Tuple),
        _ => ty.dtype().map(Type::Strong),
    }
}
