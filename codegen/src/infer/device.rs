//! Typing what only threads of a GPU have (`numba.cuda`), and finding where others would use it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::allocate::Making;
use super::call::wrong_count;
use super::expression::table_value;
use super::subscript::Subscript;
use super::{Body, Typed};
use crate::builtin::{Memory, Row, Target, python_name};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::hir::{self, Device};
use crate::ir::threads::{Direction, MOST_SHARED, Special, Together};
use crate::ir::{BinaryOp, Intrinsic, Scalar};
use crate::source::Span;
use crate::typed::visit::walk_exprs;
use crate::typed::{Expr, ExprKind, InstanceId, Operation, Program, Room};
use crate::types::Element::Number;
use crate::types::{ArrayType, DType, Kind, Layout, Type, Weak};

/// The most bytes that an array of a thread's own may take: what the stacks of all threads of a device have room for.
const MOST_LOCAL: i64 = 64 << 10;

/// All lanes of a warp.
const ALL_LANES: i128 = 0xffff_ffff;

/// `cuda.threadIdx.x` and the like: Python's `int`.
pub(super) fn special(_: &mut Body<'_, '_>, row: &'static Row, _: Vec<Expr>, span: Span) -> Typed {
    let Target::Operation(operation) = row.target else {
        unreachable!("bug in pykernel: `{}` is no number of a thread", row.name)
    };
    Ok(Body::operation(operation, Vec::new(), Type::INT, span))
}

fn number(special: Special, span: Span) -> Expr {
    Body::operation(Operation::Intrinsic(Intrinsic::Special(special)), Vec::new(), Type::INT, span)
}

/// `cuda.lanemask_lt()`.
pub(super) fn lanes_before(_: &mut Body<'_, '_>, _: &'static Row, _: Vec<Expr>, span: Span) -> Typed {
    Ok(number(Special::LanesBefore, span))
}

fn arithmetic(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    let span = left.span;
    Body::operation(Operation::Binary(op), vec![left, right], Type::INT, span)
}

/// `cuda.grid(n)`: the thread's place among those of all blocks, along x, and y, and z.
pub(super) fn grid(body: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    along(body, row, &args, span, |direction| {
        let [index, block, size] = [Special::ThreadIndex, Special::BlockIndex, Special::BlockSize]
            .map(|of| number(of(direction), span));
        arithmetic(BinaryOp::Add, index, arithmetic(BinaryOp::Mul, block, size))
    })
}

/// `cuda.gridsize(n)`: how many threads all blocks have.
pub(super) fn grid_size(body: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    along(body, row, &args, span, |direction| {
        let [size, blocks] = [Special::BlockSize, Special::GridSize].map(|of| number(of(direction), span));
        arithmetic(BinaryOp::Mul, size, blocks)
    })
}

/// One number, or a tuple of two or three.
fn along(
    body: &mut Body<'_, '_>,
    row: &'static Row,
    args: &[Expr],
    span: Span,
    of: impl Fn(Direction) -> Expr,
) -> Typed {
    match args.first().and_then(Expr::int_literal) {
        Some(1) => Ok(of(Direction::X)),
        Some(n @ 2..=3) => {
            let items: Vec<Expr> = Direction::ALL.into_iter().take(n as usize).map(of).collect();
            let ty = Type::Tuple(vec![Type::INT; items.len()]);
            Ok(Expr::new(ExprKind::Tuple(items), ty, span))
        }
        _ => {
            let message = format!("`{}` takes 1, 2 or 3, as a literal", python_name(row.name));
            body.report(
                Diagnostic::new(Code::ArgumentMismatch, args.first().map_or(span, |arg| arg.span), message)
                    .help("its result is a number of 1, and a tuple of 2 and 3"),
            )
        }
    }
}

/// `cuda.const.array_like(TABLE)`: the constant, where a GPU keeps it for threads that read the same element.
pub(super) fn constant_memory(
    body: &mut Body<'_, '_>,
    row: &'static Row,
    args: Vec<Expr>,
    span: Span,
) -> Typed {
    match args.first().map(|arg| &arg.kind) {
        Some(ExprKind::Table { table, .. }) => Ok(table_value(table, true, span)),
        _ => {
            let message = format!("`{}` takes a constant array of the module", python_name(row.name));
            body.report(
                Diagnostic::new(Code::ArgumentMismatch, args.first().map_or(span, |arg| arg.span), message)
                    .help("write it outside of functions: `WEIGHTS = np.array([0.25, 0.5, 0.25])`"),
            )
        }
    }
}

/// What threads do together.
pub(super) fn together(body: &mut Body<'_, '_>, row: &'static Row, mut args: Vec<Expr>, span: Span) -> Typed {
    let Target::Together(op) = row.target else {
        unreachable!("bug in pykernel: `{}` is nothing that threads do together", row.name)
    };
    if op == Together::WarpBarrier && args.is_empty() {
        args.push(Expr::new(ExprKind::Int(ALL_LANES), Type::INT, span));
    }
    let number = match op.number() {
        Some(position) => body.handed_on(row, &args[position])?,
        None => Type::INT,
    };
    let scalar = number.dtype().map_or(Scalar::I64, Scalar::of);
    let (takes, gives) = op.signature(scalar);
    let mut operands = Vec::new();
    for (index, (arg, scalar)) in args.into_iter().zip(takes).enumerate() {
        operands.push(match scalar {
            _ if op.number() == Some(index) => body.coerce(arg, &number)?,
            Scalar::Bool => body.truth(arg)?,
            _ => body.lanes(row, arg)?,
        });
    }
    let types: Vec<Type> = gives.iter().map(|scalar| type_of(*scalar, op, &number)).collect();
    let ty = match <[Type; 1]>::try_from(types) {
        Ok([ty]) => ty,
        Err(none) if none.is_empty() => Type::None,
        Err(several) => Type::Tuple(several),
    };
    let done = Expr::new(ExprKind::Together(op, operands), ty, span);
    match op {
        // Numba's are numbers.
        Together::BarrierAll | Together::BarrierAny => body.coerce(done, &Type::INT),
        _ => Ok(done),
    }
}

/// The type of a result.
fn type_of(scalar: Scalar, op: Together, number: &Type) -> Type {
    match (op, scalar) {
        (Together::Shuffle(_), _) => number.clone(),
        (_, Scalar::Bool) => Type::BOOL,
        _ => Type::INT,
    }
}

impl Body<'_, '_> {
    /// The type of a number that a lane hands on: of 32 or 64 bits.
    fn handed_on(&mut self, row: &Row, arg: &Expr) -> Typed<Type> {
        match arg.ty.dtype() {
            Some(dtype) if takes_part(dtype) => Ok(arg.ty.clone()),
            _ => self.wrong_argument(row, arg, "integers and floats of 32 or 64 bits"),
        }
    }

    /// A mask of lanes, or a number of them.
    fn lanes(&mut self, row: &Row, arg: Expr) -> Typed {
        match arg.ty.dtype() {
            Some(dtype) if dtype.kind() == Kind::Int => self.cast_to_int(arg),
            _ => self.wrong_argument(row, &arg, "integers"),
        }
    }

    /// An integer as Python's `int`, by its bits.
    fn cast_to_int(&mut self, arg: Expr) -> Typed {
        if arg.ty == Type::INT {
            return self.coerce(arg, &Type::INT);
        }
        let span = arg.span;
        Ok(Body::operation(Operation::Cast, vec![arg], Type::Weak(Weak::Int), span))
    }

    /// `cuda.atomic.add(array, index, value)` and the like.
    pub(super) fn atomic(&mut self, row: &'static Row, args: &[hir::Expr], span: Span) -> Typed {
        let Target::Atomic(op) = row.target else {
            unreachable!("bug in pykernel: `{}` is no step on an element", row.name)
        };
        if !row.arity.contains(&args.len()) {
            let message = wrong_count(&python_name(row.name), &row.arity, args.len());
            return self.report(
                Diagnostic::new(Code::ArgumentMismatch, span, message)
                    .help("give an array, an index or a tuple of them, and the numbers"),
            );
        }
        let (place, numbers) = args.split_at(args.len() - op.operands());
        let array = self.expr(&place[0]);
        let zero;
        let indices: Vec<hir::Index> = match place.get(1) {
            Some(hir::Expr { kind: hir::ExprKind::Tuple(items), .. }) => {
                items.iter().cloned().map(hir::Index::Expr).collect()
            }
            Some(index) => vec![hir::Index::Expr(index.clone())],
            // `compare_and_swap` is on the first element.
            None => {
                zero = hir::Expr { kind: hir::ExprKind::Int(0), span: place[0].span };
                vec![hir::Index::Expr(zero)]
            }
        };
        let numbers: Vec<Typed> = numbers.iter().map(|number| self.expr(number)).collect();
        let Subscript::Element(element) = self.writable(array, &indices, span)? else {
            let message =
                format!("`{}` changes one element, and this is a part of an array", python_name(row.name));
            return self.report(
                Diagnostic::new(Code::WrongRank, place.last().map_or(span, |index| index.span), message)
                    .help("give an index for each dimension: `(i, j)`"),
            );
        };
        let Type::Array(ArrayType { element: Number(dtype), .. }) = element.array.ty else {
            unreachable!("bug in pykernel: `{}` has elements", element.array.ty)
        };
        let is_real = dtype.kind() != Kind::Complex;
        if !is_real || !op.takes(Scalar::of(dtype)) {
            let message = format!("`{}` is not there for elements of `{dtype}`", python_name(row.name));
            return self.report(
                Diagnostic::new(Code::ArgumentMismatch, element.array.span, message)
                    .help("`docs/cuda.md` lists the types of each: use an array of another type"),
            );
        }
        let ty = Type::Strong(dtype);
        let numbers: Vec<Typed> =
            numbers.into_iter().map(|number| number.and_then(|number| self.convert(number, &ty))).collect();
        let numbers = numbers.into_iter().collect::<Typed<Vec<_>>>()?;
        Ok(Expr::new(ExprKind::Atomic(op, element, numbers), ty, span))
    }

    /// `cuda.shared.array(shape, dtype)`, `cuda.local.array(shape, dtype)`.
    pub(super) fn reserve(
        &mut self,
        row: &'static Row,
        memory: Memory,
        args: &[hir::Expr],
        keywords: &[hir::Keyword],
        span: Span,
    ) -> Typed {
        let named =
            |name: &str| keywords.iter().find(|keyword| keyword.name == name).map(|found| &found.value);
        let (shape, dtype) = (args.first().or(named("shape")), args.get(1).or(named("dtype")));
        let known = |keyword: &&hir::Keyword| !matches!(keyword.name.as_str(), "shape" | "dtype");
        let (Some(shape), Some(dtype), true, None) =
            (shape, dtype, args.len() + keywords.len() == 2, keywords.iter().find(known))
        else {
            let message = format!("`{}` takes a shape and a dtype", python_name(row.name));
            return self.report(
                Diagnostic::new(Code::ArgumentMismatch, span, message)
                    .help("write `cuda.shared.array((16, 16), float32)`"),
            );
        };
        let making = Making { row, dtype: Some(dtype), span };
        let element = self.element_type(&making)?.unwrap_or(DType::Float64);
        let extents = self.constant_shape(row, shape)?;
        let room = match memory {
            Memory::Shared if extents == [0] => Room::Launch,
            Memory::Shared => Room::Shared(extents.clone()),
            Memory::Local => Room::Local(extents.clone()),
        };
        let most = if memory == Memory::Shared { MOST_SHARED } else { MOST_LOCAL };
        let bytes =
            extents.iter().try_fold(element.size() as i64, |bytes, extent| bytes.checked_mul(*extent));
        if bytes.is_none_or(|bytes| bytes > most) {
            let message = format!("`{}` has room for {most} bytes, and this is more", python_name(row.name));
            let help = match memory {
                Memory::Shared => "make it smaller, or of shape 0: then it is what the launch gives",
                Memory::Local => "make it smaller, or take a part of an array of the device",
            };
            return self.report(Diagnostic::new(Code::ArgumentMismatch, span, message).help(help));
        }
        let ty = ArrayType::of(element, extents.len(), Layout::C);
        Ok(Expr::new(ExprKind::Reserve(room), Type::Array(ty), span))
    }

    /// The extents of a shape that is known at compile time.
    fn constant_shape(&mut self, row: &'static Row, shape: &hir::Expr) -> Typed<Vec<i64>> {
        let value = self.expr(shape)?;
        let items = match &value.kind {
            ExprKind::Tuple(items) => items.as_slice(),
            _ => std::slice::from_ref(&value),
        };
        let extents: Option<Vec<i64>> = items.iter().map(constant).collect();
        match extents {
            Some(extents) => Ok(extents),
            None => {
                let message =
                    format!("the shape that `{}` takes is known at compile time", python_name(row.name));
                self.report(
                    Diagnostic::new(Code::ArgumentMismatch, shape.span, message)
                        .help("write literals, or constants of the module; none may be negative"),
                )
            }
        }
    }
}

/// The value of an extent, if it is a constant.
fn constant(extent: &Expr) -> Option<i64> {
    match &extent.kind {
        ExprKind::Int(value) => i64::try_from(*value).ok().filter(|value| *value >= 0),
        ExprKind::Convert(value) => constant(value),
        ExprKind::Operation(Operation::Binary(op) | Operation::Checked(op), args) => {
            let [left, right] = args.as_slice() else { return None };
            let (left, right) = (constant(left)?, constant(right)?);
            match op {
                BinaryOp::Add => left.checked_add(right),
                BinaryOp::Sub => left.checked_sub(right).filter(|value| *value >= 0),
                BinaryOp::Mul => left.checked_mul(right),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Whether lanes hand on numbers of a type.
fn takes_part(dtype: DType) -> bool {
    matches!(
        Scalar::of(dtype),
        Scalar::I32 | Scalar::U32 | Scalar::I64 | Scalar::U64 | Scalar::F32 | Scalar::F64
    ) && dtype.kind() != Kind::Complex
}

/// Reports kernels for CPUs that reach what only threads of a GPU have, and kernels for GPUs that return something.
pub(super) fn check(module: &hir::Module, program: &Program, diagnostics: &mut Diagnostics) {
    let (uses, mut reported) = (uses(program), BTreeSet::new());
    for (id, instances) in &program.kernels {
        let function = &module.functions[id.0 as usize];
        for instance in instances {
            match function.device {
                None if uses.is_empty() => {}
                None => {
                    let span = reached(program, *instance, &uses).filter(|span| reported.insert(*span));
                    if let Some(span) = span {
                        diagnostics.report(on_cpu(function, span));
                    }
                }
                Some(Device::Kernel(_)) if program[*instance].result != Type::None => {
                    let message = format!("`{}` is launched by the host, and returns nothing", function.name);
                    diagnostics.report(
                        Diagnostic::new(Code::TypeMismatch, function.name_span, message)
                            .help("write what it computes into an array"),
                    );
                }
                Some(_) => {}
            }
        }
    }
}

fn on_cpu(function: &hir::Function, span: Span) -> Diagnostic {
    let message = format!("only threads of a GPU have this, and `{}` runs on the CPU", function.name);
    Diagnostic::new(Code::GpuOnly, span, message)
        .note_at(function.name_span, "this is a kernel for the CPU")
        .help("declare it with `@cuda.jit`")
}

/// Where an instance uses what only threads of a GPU have, for those that do.
fn uses(program: &Program) -> BTreeMap<InstanceId, Span> {
    let mut found = BTreeMap::new();
    for (index, instance) in program.instances.iter().enumerate() {
        walk_exprs(&instance.body, &mut |expr| {
            // Not every CPU rounds a product and a sum once.
            let special = matches!(
                expr.kind,
                ExprKind::Operation(
                    Operation::Intrinsic(Intrinsic::Special(_) | Intrinsic::FusedMultiplyAdd),
                    _
                )
            );
            if special
                || matches!(expr.kind, ExprKind::Together(..) | ExprKind::Atomic(..))
                || matches!(&expr.kind, ExprKind::Reserve(room) if !matches!(room, Room::Random(_)))
                || matches!(expr.kind, ExprKind::Table { cached: true, .. })
            {
                found.entry(InstanceId(index as u32)).or_insert(expr.span);
            }
        });
    }
    found
}

/// The first of some places that an instance reaches: in itself, or in one that it calls.
fn reached(program: &Program, instance: InstanceId, uses: &BTreeMap<InstanceId, Span>) -> Option<Span> {
    let (mut pending, mut seen) = (VecDeque::from([instance]), BTreeSet::from([instance]));
    while let Some(instance) = pending.pop_front() {
        if let Some(span) = uses.get(&instance) {
            return Some(*span);
        }
        walk_exprs(&program[instance].body, &mut |expr| match &expr.kind {
            ExprKind::Call(callee, _) if seen.insert(*callee) => pending.push_back(*callee),
            _ => {}
        });
    }
    None
}
