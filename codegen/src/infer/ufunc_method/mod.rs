//! Methods of ufuncs, where kernels call them: `f.reduce(x)`, `f.accumulate(x)`, `f.reduceat(x, i)`, `f.outer(x, y)`,
//! `f.at(x, i, y)`.

mod at;
mod fold;
mod numpy;

pub(super) use self::fold::Fold;
use super::core_dimensions::rank;
use super::ufunc_call::{Callee, Operands};
use super::{Body, Origin, Stop, Typed, kernel_key};
use crate::builtin::{Row, Ufunc, python_name};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir;
use crate::source::Span;
use crate::typed::{Axis, Expr, ExprKind};
use crate::types::{ArrayType, DType, Kept, Type};
use crate::ufunc::Kind;

/// A function of two operands with one result, whose method is called.
#[derive(Clone, Copy)]
pub(super) enum Function<'a> {
    /// A ufunc of the program's, and the signature of the loop that is taken.
    Declared(&'a Callee<'a>, usize),
    /// One of NumPy's.
    NumPy(&'static Row, Ufunc, Span),
}

/// The arguments of `reduce` and `accumulate`.
struct FoldArguments<'h> {
    array: &'h hir::Expr,
    axis: Option<&'h hir::Expr>,
    keepdims: bool,
}

impl Function<'_> {
    /// What NumPy's messages call it.
    fn name(&self) -> String {
        match self {
            Function::Declared(callee, _) => callee.function.name.clone(),
            Function::NumPy(row, ..) => python_name(row.name).trim_start_matches("np.").to_owned(),
        }
    }

    const fn span(&self) -> Span {
        match self {
            Function::Declared(callee, _) => callee.span,
            Function::NumPy(_, _, span) => *span,
        }
    }
}

impl Body<'_, '_> {
    /// The function that an expression names, if it is a ufunc of the user's.
    pub(super) fn ufunc_of(&self, value: &hir::Expr) -> Option<hir::FunctionId> {
        match value.kind {
            hir::ExprKind::Function(id) => {
                self.infer.function(self.slot().key.origin, id).ufunc.is_some().then_some(id)
            }
            _ => None,
        }
    }

    /// A method of a ufunc.
    pub(super) fn ufunc_method(
        &mut self,
        id: hir::FunctionId,
        method: &str,
        args: &[hir::Expr],
        keywords: &[hir::Keyword],
        span: Span,
    ) -> Typed {
        let function = self.infer.function(Origin::User, id);
        let Some(ufunc) = function.ufunc.as_ref().filter(|_| function.body.is_some()) else {
            return Err(Stop);
        };
        let callee = &Callee { id, function, ufunc, span };
        match method {
            "reduce" | "accumulate" | "outer" | "at" if ufunc.kind == Kind::Guvectorize => {
                let message =
                    format!("`{method}` is a method of ufuncs, and `{}` is a gufunc", function.name);
                self.refused_method(callee, message, "write a loop, and call the gufunc in it")
            }
            "reduce" | "accumulate" | "outer" if ufunc.layout.inputs.len() != 2 => {
                let message = format!("{method} only supported for binary functions");
                self.refused_method(callee, message, "call the ufunc in a loop")
            }
            "reduce" | "accumulate" | "at" if ufunc.layout.outputs.len() != 1 => {
                let message = format!("{method} only supported for functions returning a single value");
                self.refused_method(callee, message, "call the ufunc in a loop")
            }
            "reduce" => {
                let arguments = self.fold_arguments(callee, method, args, keywords)?;
                let fold = self.declared_fold(callee, &arguments)?;
                self.reduce_by(fold)
            }
            "accumulate" => {
                let arguments = self.fold_arguments(callee, method, args, keywords)?;
                let fold = self.declared_fold(callee, &arguments)?;
                self.accumulate_by(fold)
            }
            "outer" => self.outer(callee, args, keywords),
            "reduceat" => {
                let message =
                    format!("`{}.{method}` is not supported in kernels, in this version", function.name);
                self.refused_method(callee, message, "call `reduce` of a slice for each index")
            }
            "at" if ufunc.layout.inputs.len() > 2 => {
                let message = "Only unary and binary ufuncs supported at this time".to_owned();
                self.refused_method(callee, message, "call the ufunc in a loop")
            }
            "at" => self.declared_at(callee, args, keywords),
            _ => {
                let message = format!("the ufunc `{}` has no method `{method}`", function.name);
                self.refused_method(callee, message, "it has `reduce`, `accumulate`, `outer` and `at`")
            }
        }
    }

    fn refused_method<T>(&mut self, callee: &Callee<'_>, message: String, help: &str) -> Typed<T> {
        self.report(Diagnostic::new(Code::UnsupportedSyntax, callee.span, message).help(help))
    }

    /// `f.outer(x, y)`: all pairs of elements.
    fn outer(&mut self, callee: &Callee<'_>, args: &[hir::Expr], keywords: &[hir::Keyword]) -> Typed {
        if args.len() != 2 || !keywords.is_empty() {
            let message = format!("`{}.outer` takes two arrays or numbers", callee.function.name);
            return self.refused_method(callee, message, "convert the result after it is made");
        }
        let mut evaluated = Vec::new();
        let inputs: Vec<Typed> =
            args.iter().map(|input| self.ufunc_input(callee, input, &mut evaluated)).collect();
        let mut inputs = inputs.into_iter().collect::<Typed<Vec<_>>>()?;
        if let Type::Array(ty) = inputs[0].ty {
            let mut axes = vec![Axis::Whole; ty.rank];
            axes.resize(ty.rank + rank(&inputs[1]), Axis::New);
            inputs[0] = part(&inputs[0], ty, axes);
        }
        let signature = self.pick_loop(callee, &inputs)?;
        let outputs = vec![None; callee.ufunc.layout.outputs.len()];
        self.for_each_element(callee, signature, Operands { evaluated, inputs, outputs })
    }

    /// The fold that a method of a ufunc of the program's is.
    fn declared_fold<'a>(
        &mut self,
        callee: &'a Callee<'a>,
        arguments: &FoldArguments<'_>,
    ) -> Typed<Fold<'a>> {
        let mut evaluated = Vec::new();
        let array = self.ufunc_input(callee, arguments.array, &mut evaluated)?;
        let Type::Array(ty) = array.ty else {
            let message = format!("this is `{}`, which has no axis to fold along", array.ty);
            return self.refused_method(callee, message, "give an array with dimensions");
        };
        let axes = self.fold_axes(arguments.axis, ty)?;
        let signature = self.pick_fold(callee, &array, ty.dtype())?;
        let natural = self.natural(callee, signature)?;
        let declared = &callee.function.signatures[signature];
        if declared.params.first().and_then(Type::element) != Some(natural) {
            let message = format!(
                "No loop matching the specified signature and casting was found for ufunc {}",
                callee.function.name
            );
            let help = "declare a signature whose result has the type of its first parameter";
            return self.refused_method(callee, message, help);
        }
        let (function, keepdims) = (Function::Declared(callee, signature), arguments.keepdims);
        let mut fold =
            Fold { function, array, ty, axes, keepdims, natural, initial: None, mask: None, evaluated };
        fold.initial = self.identity(&fold)?;
        Ok(fold)
    }

    /// The type of what a loop gives.
    fn natural(&mut self, callee: &Callee<'_>, signature: usize) -> Typed<DType> {
        let key = kernel_key(callee.id, callee.function, signature);
        let (_, result) = self.instance_result(key, callee.span)?;
        result.element().ok_or(Stop)
    }

    /// What a function gives for elements, which it converts.
    fn applied(&mut self, function: Function<'_>, elements: Vec<Expr>) -> Typed {
        let (callee, signature) = match function {
            Function::NumPy(row, ufunc, span) => {
                return self.element_of_ufunc(row, ufunc, elements, span);
            }
            Function::Declared(callee, signature) => (callee, signature),
        };
        let params = &callee.function.signatures[signature].params;
        let mut args = Vec::new();
        for (element, param) in elements.into_iter().zip(params) {
            let wanted = Type::Strong(param.dtype().ok_or(Stop)?);
            let value = self.convert(element, &wanted)?;
            args.push(self.convert(value, param)?);
        }
        self.call_instance(kernel_key(callee.id, callee.function, signature), args, callee.span)
    }

    fn fold_arguments<'h>(
        &mut self,
        callee: &Callee<'_>,
        method: &str,
        args: &'h [hir::Expr],
        keywords: &'h [hir::Keyword],
    ) -> Typed<FoldArguments<'h>> {
        let (array, mut axis) = match args {
            [array] => (array, None),
            [array, axis] => (array, Some(axis)),
            _ => {
                let message = format!("`{}.{method}` takes an array and an axis", callee.function.name);
                return self.refused_method(callee, message, "write `f.reduce(x, axis=0)`");
            }
        };
        let mut keepdims = false;
        for keyword in keywords {
            match (keyword.name.as_str(), &keyword.value.kind) {
                ("axis", _) if axis.is_none() => axis = Some(&keyword.value),
                ("keepdims", hir::ExprKind::Bool(keeps)) if method == "reduce" => keepdims = *keeps,
                (name, _) => {
                    let message = format!(
                        "`{name}` is not supported where a kernel calls `{}.{method}`, in this version",
                        callee.function.name
                    );
                    return self.report(
                        Diagnostic::new(Code::UnsupportedSyntax, keyword.span, message)
                            .help("give `axis` as a number, and write the rest as a loop"),
                    );
                }
            }
        }
        Ok(FoldArguments { array, axis, keepdims })
    }

    /// The axes: the first if none is given, all of `None`.
    fn fold_axes(&mut self, axis: Option<&hir::Expr>, ty: ArrayType) -> Typed<Vec<usize>> {
        let Some(axis) = axis else { return Ok(vec![0]) };
        let given = match axis.kind {
            hir::ExprKind::None => return Ok((0..ty.rank).collect()),
            hir::ExprKind::Int(given) => given,
            _ => {
                return self.report(
                    Diagnostic::new(Code::UnsupportedSyntax, axis.span, "an axis must be a literal here")
                        .help("write the number of the dimension: `axis=0`, or `axis=None` for all"),
                );
            }
        };
        let rank = ty.rank as i128;
        let from_start = if given < 0 { given + rank } else { given };
        if !(0..rank).contains(&from_start) {
            let message = format!("axis {given} is out of bounds for array of dimension {rank}");
            return self.report(
                Diagnostic::new(Code::WrongRank, axis.span, message).help("use an axis below `x.ndim`"),
            );
        }
        Ok(vec![from_start as usize])
    }
}

/// A part of an array.
fn part(array: &Expr, ty: ArrayType, axes: Vec<Axis>) -> Expr {
    let kept: Vec<Kept> = axes.iter().map(Axis::kept).collect();
    let kind = ExprKind::Part(Box::new(array.clone()), axes);
    Expr::new(kind, Type::Array(ty.part(&kept)), array.span)
}
