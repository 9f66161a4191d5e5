//! Reductions of parallel loops: the partial results, and how they are folded.

use super::fold::Fold;
use super::parallel::arithmetic;
use super::subscript::row;
use super::tuple::{int, variable};
use super::{Body, Stop, Typed, flow};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir;
use crate::ir::{BinaryOp, CompareOp};
use crate::source::Span;
use crate::typed::{
    Allocation, Element, Expr, ExprKind, Fill, Operation, Parallel, Stmt, StmtKind, WebId, clamp,
};
use crate::types::{ArrayType, DType, Layout, Type};

/// How many leaves there are at most, and if their results are arrays.
const LEAVES: [i128; 2] = [1024, 128];

/// A variable that all iterations update.
pub(super) struct Reduction {
    fold: Fold,
    web: WebId,
    ty: Type,
    /// The results of the leaves, and then of more and more of them.
    partials: Expr,
    span: Span,
}

impl Body<'_, '_> {
    /// What is known of a variable that the loop does nothing with but updates.
    pub(super) fn reduction(
        &mut self,
        variable: hir::VariableId,
        fold: Fold,
        place: Span,
    ) -> Typed<Option<Reduction>> {
        let web = match self.flow.uses.get(&place) {
            Some(flow::Use::Bound(web) | flow::Use::MaybeUnbound(web)) => *web,
            Some(flow::Use::NeverBound) | None => return Ok(None),
        };
        let ty = self.webs[web].ty.clone().ok_or(Stop)?;
        let Some((element, rank)) = folded_type(fold, &ty) else {
            let name = &self.function.variables[variable.0 as usize].name;
            let message =
                format!("a parallel loop cannot combine what its iterations do to `{name}`, a `{ty}`");
            return self.report(
                Diagnostic::new(Code::ParallelVariable, place, message)
                    .help("combine numbers, or arrays that are not in Fortran's order by `+=` and its kin, or write `range` for `prange`"),
            );
        };
        let array = ArrayType::of(element, rank, Layout::C);
        let kind = ExprKind::Variable { web: self.temporary(Type::Array(array)), check: false };
        let partials = Expr::new(kind, Type::Array(array), place);
        Ok(Some(Reduction { fold, web: WebId(web as u32), ty, partials, span: place }))
    }

    /// A loop with reductions, by leaves.
    pub(super) fn in_leaves(
        &mut self,
        folded: Vec<Reduction>,
        (iteration, n): (WebId, Expr),
        body: Vec<Stmt>,
        out: &mut Vec<StmtKind>,
    ) -> Typed<()> {
        let span = n.span;
        let stmt = |kind| Stmt { kind, span };
        let any_array = folded.iter().any(Reduction::is_array);
        let most = int(LEAVES[usize::from(any_array)], span);
        let leaves = self.library_call("parallel_leaves", vec![n.clone(), most], false, span)?;
        let leaves = self.aside(leaves, out);
        let leaf = variable(self.temporary(Type::INT), Type::INT, span);
        let mut each = Vec::new();
        let (mut before, mut after, mut last) = (Vec::new(), Vec::new(), Vec::new());
        for reduction in &folded {
            out.push(self.make_partials(reduction, &leaves)?);
            if reduction.is_array() {
                each.push(StmtKind::Assign(reduction.web, get(reduction, leaf.clone())));
                continue;
            }
            let Reduction { fold, web, ty, span, .. } = reduction;
            let identity = fold.identity(ty, *span);
            let sum = variable(self.temporary(ty.clone()), ty.clone(), *span);
            each.push(set(&sum, identity.clone()));
            before.push(StmtKind::Assign(*web, identity));
            after.push(set(&sum, self.folded(*fold, sum.clone(), variable(*web, ty.clone(), *span), ty)?));
            last.push(self.put(reduction, leaf.clone(), sum));
        }
        // A `continue` of the body leaves the loop around it, which runs once.
        let once = self.temporary(Type::INT);
        before.push(counted(once, int(0, span), int(1, span), body));
        before.extend(after);
        let next = arithmetic(BinaryOp::Add, leaf.clone(), int(1, span));
        let mut bound =
            |leaf| self.library_call("parallel_leaf", vec![leaf, leaves.clone(), n.clone()], false, span);
        let (start, stop) = (bound(leaf.clone())?, bound(next)?);
        let (start, stop) = (self.aside(start, &mut each), self.aside(stop, &mut each));
        let [start, stop] = clamp::within(start, stop, n.clone());
        each.push(counted(iteration, start, stop, before.into_iter().map(stmt).collect()));
        each.extend(last);
        let body = each.into_iter().map(stmt).collect();
        let place = web_of(&leaf);
        let arrays = folded.iter().filter(|reduction| reduction.is_array());
        let arrays = arrays.map(|reduction| [reduction.web, web_of(&reduction.partials)]).collect();
        let count = leaves.clone();
        let parallel = Parallel { variable: place, count, iteration, n, folded: arrays, body };
        out.push(StmtKind::Parallel(Box::new(parallel)));
        let tree = folded.iter().map(|reduction| self.tree(reduction, &leaves)).collect::<Typed<Vec<_>>>()?;
        out.extend(tree.into_iter().flatten());
        Ok(())
    }

    fn make_partials(&mut self, reduction: &Reduction, leaves: &Expr) -> Typed<StmtKind> {
        let Reduction { fold, ty, partials, span, .. } = reduction;
        let mut shape = vec![leaves.clone()];
        let mut fill = Fill::Zero;
        if let Type::Array(array) = ty {
            let old = self.old(reduction)?;
            let extent = |axis| Expr::new(ExprKind::Extent(Box::new(old.clone()), axis), Type::INT, *span);
            shape.extend((0..array.rank).map(extent));
            fill = Fill::Value(fold.identity(&Type::Strong(array.dtype()), *span));
        }
        let allocation = Allocation { shape, fill };
        let kind = ExprKind::Allocate(Box::new(allocation));
        Ok(set(partials, Expr::new(kind, partials.ty.clone(), *span)))
    }

    /// A reduction's variable, as the loop finds it.
    fn old(&mut self, reduction: &Reduction) -> Typed {
        let variable = self.flow.webs[reduction.web.0 as usize].variable;
        self.expr(&hir::Expr { kind: hir::ExprKind::Variable(variable), span: reduction.span })
    }

    /// Folds the results of the leaves pairwise, and the first that is left into the variable.
    fn tree(&mut self, reduction: &Reduction, leaves: &Expr) -> Typed<[StmtKind; 3]> {
        let Reduction { fold, web, ty, span, .. } = reduction;
        let (fold, span) = (*fold, *span);
        let stmt = |kind| Stmt { kind, span };
        let apart = variable(self.temporary(Type::INT), Type::INT, span);
        let at = variable(self.temporary(Type::INT), Type::INT, span);
        let below = |left: &Expr, right: &Expr| {
            let operands = vec![left.clone(), right.clone()];
            Expr::new(ExprKind::Operation(Operation::Compare(CompareOp::Lt), operands), Type::BOOL, span)
        };
        let [low, high] = [at.clone(), arithmetic(BinaryOp::Add, at.clone(), apart.clone())]
            .map(|index| get(reduction, index));
        let pair = match reduction.is_array() {
            true => self.update(fold, low, high)?,
            false => {
                let both = self.folded(fold, low, high, ty)?;
                self.put(reduction, at.clone(), both)
            }
        };
        let double = arithmetic(BinaryOp::Add, apart.clone(), apart.clone());
        let pairs = StmtKind::ForRange {
            variable: web_of(&at),
            start: int(0, span),
            stop: arithmetic(BinaryOp::Sub, leaves.clone(), apart.clone()),
            step: double.clone(),
            body: vec![stmt(pair)],
            otherwise: Vec::new(),
        };
        let level = vec![stmt(pairs), stmt(set(&apart, double))];
        let (old, all) = (self.old(reduction)?, get(reduction, int(0, span)));
        let all = match reduction.is_array() {
            true => self.update(fold, old, all)?,
            false => StmtKind::Assign(*web, self.folded(fold, old, all, ty)?),
        };
        let any = below(&int(0, span), leaves);
        Ok([
            set(&apart, int(1, span)),
            StmtKind::While(below(&apart, leaves), level, Vec::new()),
            StmtKind::If(any, vec![stmt(all)], Vec::new()),
        ])
    }

    /// `left op= right` of arrays.
    fn update(&mut self, fold: Fold, left: Expr, right: Expr) -> Typed<StmtKind> {
        let Fold::Operator(op) = fold else { return Err(Stop) };
        let span = left.span;
        let mut stmts = Vec::new();
        let (left, right) = (self.aside(left, &mut stmts), self.aside(right, &mut stmts));
        stmts.push(self.update_with(left, op, right, span)?);
        Ok(StmtKind::Sequence(stmts.into_iter().map(|kind| Stmt { kind, span }).collect()))
    }

    /// `left op right` of a reduction's type.
    fn folded(&mut self, fold: Fold, left: Expr, right: Expr, ty: &Type) -> Typed {
        let span = left.span;
        let both = match fold {
            Fold::Operator(op) => self.binary(op, left, right, span)?,
            Fold::Min => self.library_call("minimum", vec![left, right], false, span)?,
            Fold::Max => self.library_call("maximum", vec![left, right], false, span)?,
        };
        self.coerce(both, ty)
    }

    fn put(&self, reduction: &Reduction, index: Expr, value: Expr) -> StmtKind {
        let ty = Type::Strong(element_of(reduction));
        let span = reduction.span;
        let value = Expr::new(ExprKind::Operation(Operation::Cast, vec![value]), ty, span);
        StmtKind::Store(Element { array: Box::new(reduction.partials.clone()), indices: vec![index] }, value)
    }
}

impl Reduction {
    const fn is_array(&self) -> bool {
        matches!(self.ty, Type::Array(_))
    }
}

/// The type of the elements of a reduction's partial results, and the number of dimensions of an array of
/// them.
fn folded_type(fold: Fold, ty: &Type) -> Option<(DType, usize)> {
    let (element, rank) = match ty {
        Type::Array(array) if array.rank > 0 && array.layout != Layout::F => {
            (array.element.number()?, array.rank + 1)
        }
        Type::Array(_) => return None,
        _ => (ty.dtype()?, 1),
    };
    (fold.folds(element) && (rank == 1 || matches!(fold, Fold::Operator(_)))).then_some((element, rank))
}

/// A partial result of a reduction.
fn get(reduction: &Reduction, index: Expr) -> Expr {
    if let Type::Array(array) = reduction.partials.ty
        && reduction.is_array()
    {
        return row(reduction.partials.clone(), array, index, reduction.span);
    }
    let element = Element { array: Box::new(reduction.partials.clone()), indices: vec![index] };
    let ty = Type::Strong(element_of(reduction));
    let element = Expr::new(ExprKind::Element(element), ty, reduction.span);
    Expr::new(ExprKind::Operation(Operation::Cast, vec![element]), reduction.ty.clone(), reduction.span)
}

fn element_of(reduction: &Reduction) -> DType {
    match reduction.ty.dtype() {
        Some(dtype) => dtype,
        None => unreachable!("bug in pykernel: a reduction of `{}`", reduction.ty),
    }
}

fn web_of(variable: &Expr) -> WebId {
    match variable.kind {
        ExprKind::Variable { web, .. } => web,
        _ => unreachable!("bug in pykernel: no variable"),
    }
}

fn set(variable: &Expr, value: Expr) -> StmtKind {
    StmtKind::Assign(web_of(variable), value)
}

fn counted(variable: WebId, start: Expr, stop: Expr, body: Vec<Stmt>) -> StmtKind {
    let step = int(1, start.span);
    StmtKind::ForRange { variable, start, stop, step, body, otherwise: Vec::new() }
}
