//! Methods of ufuncs, where kernels call them: `f.reduce(x)`, `f.accumulate(x)`, `f.outer(x, y)`.
//!
//! Reductions and accumulations are left folds: a loop over elements that reads what an earlier
//! round of it has written.

use super::core_dimensions::rank;
use super::elementwise::operand;
use super::tuple::{after, int};
use super::ufunc_call::{Callee, Operands, only_element};
use super::{Body, Origin, Stop, Typed, kernel_key};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir;
use crate::ir::CompareOp;
use crate::source::Span;
use crate::typed::{
    Allocation, Axis, Elementwise, Expr, ExprKind, Fill, Input, Operation, Output, Piece, Raise, Rules,
};
use crate::types::{ArrayType, DType, Kept, Layout, Type};
use crate::ufunc::{Identity, Kind};

/// A fold of an array's elements, along one axis or all of them.
struct Fold<'a> {
    callee: &'a Callee<'a>,
    /// The array, a variable.
    array: Expr,
    ty: ArrayType,
    axes: Vec<usize>,
    keepdims: bool,
    signature: usize,
    /// What the function takes and gives.
    natural: DType,
    evaluated: Vec<Expr>,
}

/// The arguments of `reduce` and `accumulate`.
struct FoldArguments<'h> {
    array: &'h hir::Expr,
    axis: Option<&'h hir::Expr>,
    keepdims: bool,
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
            "reduce" | "accumulate" | "outer" if ufunc.kind == Kind::Guvectorize => {
                let message =
                    format!("`{method}` is a method of ufuncs, and `{}` is a gufunc", function.name);
                self.refused_method(callee, message, "write a loop, and call the gufunc in it")
            }
            "reduce" | "accumulate" | "outer" if ufunc.layout.inputs.len() != 2 => {
                let message = format!("{method} only supported for binary functions");
                self.refused_method(callee, message, "call the ufunc in a loop")
            }
            "reduce" | "accumulate" if ufunc.layout.outputs.len() != 1 => {
                let message = format!("{method} only supported for functions returning a single value");
                self.refused_method(callee, message, "call the ufunc in a loop")
            }
            "reduce" => self.reduce(callee, args, keywords),
            "accumulate" => self.accumulate(callee, args, keywords),
            "outer" => self.outer(callee, args, keywords),
            "at" | "reduceat" => {
                let name = &function.name;
                let message = format!("`{name}.{method}` is not supported in kernels, in this version");
                let help = format!("write it as a loop: `a[i] = {name}(a[i], b)`");
                self.refused_method(callee, message, &help)
            }
            _ => {
                let message = format!("the ufunc `{}` has no method `{method}`", function.name);
                self.refused_method(callee, message, "it has `reduce`, `accumulate` and `outer`")
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

    /// `f.reduce(x, axis)`: a left fold that begins with the identity, or else with the first element.
    fn reduce(&mut self, callee: &Callee<'_>, args: &[hir::Expr], keywords: &[hir::Keyword]) -> Typed {
        let arguments = self.fold_arguments(callee, "reduce", args, keywords)?;
        let mut fold = self.fold(callee, &arguments)?;
        let kept: Vec<usize> = (0..fold.ty.rank).filter(|axis| !fold.axes.contains(axis)).collect();
        let shape: Vec<Expr> = kept.iter().map(|axis| extent(&fold.array, *axis)).collect();
        let fill = match callee.ufunc.identity {
            Identity::Value(value) => {
                let value = Expr::new(ExprKind::Int(value.into()), Type::INT, callee.span);
                Fill::Value(self.convert(value, &Type::Strong(fold.natural))?)
            }
            Identity::None | Identity::Reorderable => Fill::Zero,
        };
        let is_value = matches!(fill, Fill::Value(_));
        if callee.ufunc.identity == Identity::None && fold.axes.len() > 1 {
            let message = format!(
                "reduction operation '{}' is not reorderable, so at most one axis may be specified",
                callee.function.name
            );
            let help =
                "reduce along one axis after the other, or declare an `identity`, perhaps `'reorderable'`";
            return self.refused_method(callee, message, help);
        }
        let ty = ArrayType::of(fold.natural, kept.len(), Layout::C);
        let kind = ExprKind::Allocate(Box::new(Allocation { shape, fill }));
        let made = Expr::new(kind, Type::Array(ty), callee.span);
        if !is_value {
            let checks: Vec<Expr> = fold.axes.iter().map(|axis| not_empty(&fold, *axis)).collect();
            fold.evaluated.extend(checks);
        }
        let total = self.set_before(made, &mut fold.evaluated);
        let axis = |axis: usize| if fold.axes.contains(&axis) { Axis::New } else { Axis::Whole };
        let spread = part(&total, ty, (0..fold.ty.rank).map(axis).collect());
        if is_value {
            let step = self.step(&fold, spread.clone(), fold.array.clone(), spread.clone())?;
            fold.evaluated.push(step);
        } else {
            let first = self.beginning(&fold, fold.first(fold.axes.len()), spread.clone())?;
            fold.evaluated.push(first);
            for place in (0..fold.axes.len()).rev() {
                let rest = fold.run(&fold.first(place), fold.axes[place], Some(1), None);
                let step = self.step(&fold, spread.clone(), rest, spread.clone())?;
                fold.evaluated.push(step);
            }
        }
        let value = match (fold.keepdims, ty.rank) {
            (true, _) => spread,
            (false, 0) => only_element(total),
            (false, _) => total,
        };
        Ok(after(fold.evaluated, value))
    }

    /// `f.accumulate(x, axis)`: all that the fold goes through.
    fn accumulate(&mut self, callee: &Callee<'_>, args: &[hir::Expr], keywords: &[hir::Keyword]) -> Typed {
        let arguments = self.fold_arguments(callee, "accumulate", args, keywords)?;
        let mut fold = self.fold(callee, &arguments)?;
        let [axis] = fold.axes[..] else {
            let message = "accumulate does not allow multiple axes".to_owned();
            return self.refused_method(callee, message, "give one axis");
        };
        let ty = ArrayType::of(fold.natural, fold.ty.rank, Layout::C);
        let shape = (0..ty.rank).map(|axis| extent(&fold.array, axis)).collect();
        let kind = ExprKind::Allocate(Box::new(Allocation { shape, fill: Fill::Zero }));
        let made = Expr::new(kind, Type::Array(ty), callee.span);
        let total = self.set_before(made, &mut fold.evaluated);
        let [first, rest] = [(None, Some(1)), (Some(1), None)]
            .map(|(start, stop)| [&fold.array, &total].map(|array| fold.run(array, axis, start, stop)));
        let before = fold.run(&total, axis, None, Some(-1));
        let [array, into] = first;
        let first = self.beginning(&fold, array, into)?;
        let [array, into] = rest;
        let step = self.step(&fold, before, array, into)?;
        fold.evaluated.extend([first, step]);
        Ok(after(fold.evaluated, total))
    }

    /// The first elements, as what the fold begins with.
    fn beginning(&mut self, fold: &Fold<'_>, array: Expr, into: Expr) -> Typed {
        let body = self.convert(element(0, &array)?, &Type::Strong(fold.natural))?;
        Ok(folding(vec![array], into, body, fold.callee.span))
    }

    /// `into[...] = f(before, array)`, one element after the other.
    fn step(&mut self, fold: &Fold<'_>, before: Expr, array: Expr, into: Expr) -> Typed {
        let callee = fold.callee;
        let params = &callee.function.signatures[fold.signature].params;
        let mut args = Vec::new();
        for (place, (operand, param)) in [&before, &array].into_iter().zip(params).enumerate() {
            let wanted = Type::Strong(param.dtype().ok_or(Stop)?);
            let value = self.convert(element(place, operand)?, &wanted)?;
            args.push(self.convert(value, param)?);
        }
        let result =
            self.call_instance(kernel_key(callee.id, callee.function, fold.signature), args, callee.span)?;
        let body = self.convert(result, &Type::Strong(fold.natural))?;
        Ok(folding(vec![before, array], into, body, callee.span))
    }

    fn fold<'a>(&mut self, callee: &'a Callee<'a>, arguments: &FoldArguments<'_>) -> Typed<Fold<'a>> {
        let mut evaluated = Vec::new();
        let array = self.ufunc_input(callee, arguments.array, &mut evaluated)?;
        let Type::Array(ty) = array.ty else {
            let message = format!("this is `{}`, which has no axis to fold along", array.ty);
            return self.refused_method(callee, message, "give an array with dimensions");
        };
        let axes = self.fold_axes(arguments.axis, ty)?;
        let signature = self.pick_fold(callee, &array, ty.dtype())?;
        let declared = &callee.function.signatures[signature];
        let key = kernel_key(callee.id, callee.function, signature);
        let (_, result) = self.instance_result(key, callee.span)?;
        let natural = result.element().ok_or(Stop)?;
        if declared.params.first().and_then(Type::element) != Some(natural) {
            let message = format!(
                "No loop matching the specified signature and casting was found for ufunc {}",
                callee.function.name
            );
            let help = "declare a signature whose result has the type of its first parameter";
            return self.refused_method(callee, message, help);
        }
        let keepdims = arguments.keepdims;
        Ok(Fold { callee, array, ty, axes, keepdims, signature, natural, evaluated })
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

impl Fold<'_> {
    /// What is first along the first `n` of the axes.
    fn first(&self, n: usize) -> Expr {
        let first = |array: Expr, axis: &usize| self.run(&array, *axis, None, Some(1));
        self.axes[..n].iter().fold(self.array.clone(), first)
    }

    /// A part of an array along an axis.
    fn run(&self, array: &Expr, axis: usize, start: Option<i128>, stop: Option<i128>) -> Expr {
        let Type::Array(ty) = array.ty else { unreachable!("bug in pykernel: `{}` is folded", array.ty) };
        let bound = |bound: Option<i128>| bound.map(|bound| int(bound, self.callee.span));
        let mut axes = vec![Axis::Whole; ty.rank];
        axes[axis] = Axis::Slice([bound(start), bound(stop), None]);
        part(array, ty, axes)
    }
}

/// Checks, for its effect, that there is something to begin with along an axis.
fn not_empty(fold: &Fold<'_>, axis: usize) -> Expr {
    let span = fold.callee.span;
    let operands = vec![extent(&fold.array, axis), int(0, span)];
    let cond = Expr::new(ExprKind::Operation(Operation::Compare(CompareOp::Ne), operands), Type::BOOL, span);
    let text =
        format!("zero-size array to reduction operation {} which has no identity", fold.callee.function.name);
    let raise = Raise { class: "ValueError".into(), message: vec![Piece::Text(text)] };
    let value = Box::new(int(0, span));
    Expr::new(ExprKind::Checked { cond: Box::new(cond), raise, value }, Type::INT, span)
}

/// A loop over elements that reads what it has written.
fn folding(inputs: Vec<Expr>, into: Expr, body: Expr, span: Span) -> Expr {
    let inputs = inputs.into_iter().map(Input::plain).collect();
    let outputs = vec![Output::given(into)];
    let kind = ExprKind::Elementwise(Box::new(Elementwise::new(inputs, outputs, body, Rules::Fold)));
    Expr::new(kind, Type::None, span)
}

/// The element of an operand.
fn element(place: usize, array: &Expr) -> Typed {
    match array.ty {
        Type::Array(ty) => Ok(operand(place, ty, array.span)),
        _ => Err(Stop),
    }
}

fn extent(array: &Expr, axis: usize) -> Expr {
    Expr::new(ExprKind::Extent(Box::new(array.clone()), axis), Type::INT, array.span)
}

fn part(array: &Expr, ty: ArrayType, axes: Vec<Axis>) -> Expr {
    let kept: Vec<Kept> = axes.iter().map(Axis::kept).collect();
    let kind = ExprKind::Part(Box::new(array.clone()), axes);
    Expr::new(kind, Type::Array(ty.part(&kept)), array.span)
}
