//! The typed program: what inference found, ready for `lower`.
//!
//! A [`Program`] holds *instances*: functions specialised to one list of argument types. In an
//! instance every expression has a type, every implicit conversion is written out as
//! [`ExprKind::Convert`], every operator has become an [`Operation`] on operands of fitting types
//! or a call of a function of the compiler's library, and every variable has been split into
//! *webs*: groups of assignments that can reach a common use, each with one type.

pub mod clamp;
pub mod effects;
mod elementwise;
mod inner_loop;
pub mod print;
pub mod visit;

use std::sync::Arc;

pub use elementwise::{Absorbed, Elementwise, Input, Output, Rules, Shaped, Site};
pub use inner_loop::{InnerLoop, LoopOperand};

use crate::hir::{self, External, Table};
use crate::ir;
use crate::ir::threads::{Atomic, RandomState, Together};
use crate::source::Span;
use crate::types::{Kept, Type};

/// The instances of one kernel file and of the library functions that it uses.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// The instances, in the order in which they were first needed.
    pub instances: Vec<Instance>,
    /// For each kernel, by its place among the file's functions: its instances, one per
    /// declared signature.
    pub kernels: Vec<(hir::FunctionId, Vec<InstanceId>)>,
    /// The inner loops of ufuncs.
    pub loops: Vec<InnerLoop>,
    /// What `reveal_type` calls found, in the order of the text.
    pub revealed: Vec<(Span, Type)>,
}

impl Program {
    /// The function of the IR that is called from outside for a kernel's instance: its own, or that
    /// of its loop.
    pub fn function_of(&self, instance: InstanceId) -> ir::FunctionId {
        let inner = self.loops.iter().position(|inner| inner.instance == instance);
        ir::FunctionId(inner.map_or(instance.0, |inner| (self.instances.len() + inner) as u32))
    }
}

/// Names an [`Instance`] of a [`Program`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InstanceId(pub u32);

/// Names a [`Web`] of an [`Instance`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WebId(pub u32);

impl std::ops::Index<InstanceId> for Program {
    type Output = Instance;
    fn index(&self, id: InstanceId) -> &Instance {
        &self.instances[id.0 as usize]
    }
}

/// A function, specialised to one list of argument types.
#[derive(Clone, Debug)]
pub struct Instance {
    /// The function's Python name.
    pub name: Arc<str>,
    /// Whether it stands in the compiler's library.
    pub library: bool,
    /// Whether indices are checked.
    pub boundscheck: bool,
    /// What floats may do beyond IEEE 754.
    pub fastmath: hir::FastMath,
    /// Whether it trusts its file, in whole or in part, that iterations of its parallel loops do not meet.
    pub disjoint: bool,
    /// Whether calls are replaced by the body.
    pub inline: hir::Inline,
    /// The parameters: the type that callers pass, and the web that takes it (of its own type).
    pub params: Vec<(Type, WebId)>,
    /// The result.
    pub result: Type,
    /// The variables.
    pub webs: Vec<Web>,
    /// The body; empty where an external function has none in Python.
    pub body: Vec<Stmt>,
    /// Where it stands, if outside of the file.
    pub external: Option<External>,
    /// Where the function stands, or its declaration.
    pub span: Span,
}

/// Assignments to one variable that can reach a common use.
#[derive(Clone, Debug)]
pub struct Web {
    /// The variable's name.
    pub name: Arc<str>,
    /// The type that all the assignments convert to.
    pub ty: Type,
    /// Whether some use may come before any assignment, so that it must be known at run time
    /// whether one has happened.
    pub may_be_unbound: bool,
}

/// A statement.
#[derive(Clone, Debug)]
pub struct Stmt {
    /// What it does.
    pub kind: StmtKind,
    /// Where it stands.
    pub span: Span,
}

/// What a statement does.
#[derive(Clone, Debug)]
pub enum StmtKind {
    /// Sets a variable; the value has the web's type.
    Assign(WebId, Expr),
    /// Sets an element; the value has the element's type. The value is evaluated first.
    Store(Element, Expr),
    /// Sets an element to a function of itself; the array and the indices are evaluated once,
    /// first. [`ExprKind::Current`] in `value` stands for the old element.
    Update(Element, Expr),
    /// Evaluates an expression for its effects.
    Evaluate(Expr),
    /// `if`; the condition is Python's `bool`.
    If(Expr, Vec<Stmt>, Vec<Stmt>),
    /// `while`; the condition is Python's `bool`. The last statements are its `else`.
    While(Expr, Vec<Stmt>, Vec<Stmt>),
    /// `for web in range(start, stop, step)`; all three are Python's `int`, and the web's type is
    /// a number type that the counter is converted to.
    ForRange {
        /// The loop variable.
        variable: WebId,
        /// The first value.
        start: Expr,
        /// The bound.
        stop: Expr,
        /// The step.
        step: Expr,
        /// The body.
        body: Vec<Stmt>,
        /// The `else`.
        otherwise: Vec<Stmt>,
    },
    /// A loop whose places may run at the same time. `parallel` makes it a `Fork`.
    Parallel(Box<Parallel>),
    /// Runs an instance over parts of `0..count`, which may run at the same time.
    Fork {
        /// The instance. Its first two parameters are where a part begins and ends.
        body: InstanceId,
        /// How many places there are, Python's `int`.
        count: Expr,
        /// About how many operations a place takes, Python's `int`.
        cost: Expr,
        /// The arguments behind the first two. Arrays are lent.
        args: Vec<Expr>,
    },
    /// Several statements for one of Python's.
    Sequence(Vec<Stmt>),
    /// `break`.
    Break,
    /// `continue`.
    Continue,
    /// `return`; the value has the instance's result type, and is absent for `None`.
    Return(Option<Expr>),
    /// `raise`.
    Raise(Raise),
    /// `assert`: raises if the condition, Python's `bool`, is false.
    Assert(Expr, Raise),
    /// Prints a text.
    Print(Vec<Piece>),
    /// Raises `OverflowError` if the condition is false, in builds that check for overflow.
    CheckOverflow(Expr),
}

/// A loop over `range(count)`, the places, which may run in any order and at the same time: what the
/// body assigns it assigns before it reads it, and nothing of that is read after the loop.
#[derive(Clone, Debug)]
pub struct Parallel {
    /// The place: Python's `int`.
    pub variable: WebId,
    /// How many places there are, Python's `int`: a constant, or what may be evaluated again.
    pub count: Expr,
    /// The number of an iteration of Python's loop, from 0: Python's `int`, set in the body if it is not
    /// the place.
    pub iteration: WebId,
    /// How many iterations there are, likewise.
    pub n: Expr,
    /// The arrays that the loop folds: the variable before and after it, and that of the partial results,
    /// for which it stands in the body.
    pub folded: Vec<[WebId; 2]>,
    /// What is done for each place.
    pub body: Vec<Stmt>,
}

/// An exception: its class, and its message as pieces of text and values.
#[derive(Clone, Debug)]
pub struct Raise {
    /// The class.
    pub class: Arc<str>,
    /// The message's pieces.
    pub message: Vec<Piece>,
}

/// A piece of a text.
#[derive(Clone, Debug)]
pub enum Piece {
    /// Text that stands in the program.
    Text(String),
    /// A number, printed as Python's `str` does.
    Value(Expr),
    /// A number, printed as Python's `repr` does.
    Repr(Expr),
}

/// An element of an array.
#[derive(Clone, Debug)]
pub struct Element {
    /// The array.
    pub array: Box<Expr>,
    /// One index for each dimension, each a signed or unsigned integer or Python's `int`.
    pub indices: Vec<Expr>,
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it computes.
    pub kind: ExprKind,
    /// Its type.
    pub ty: Type,
    /// Where it stands.
    pub span: Span,
}

/// What an expression computes. Operands are evaluated from left to right.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// An integer constant; fits its type but for Python's `int`, where it may be wider until it
    /// meets something.
    Int(i128),
    /// A float constant, exact in its type.
    Float(f64),
    /// A complex constant.
    Complex(f64, f64),
    /// A truth value.
    Bool(bool),
    /// `None`, where a value is asked for.
    None,
    /// A string literal.
    Text(String),
    /// A variable.
    Variable {
        /// Which.
        web: WebId,
        /// Whether this use must check that the variable is bound.
        check: bool,
    },
    /// Whether a variable that may be unbound is bound; Python's `bool`.
    Bound(WebId),
    /// Sets a variable to a value of its type, and is that value.
    Bind(WebId, Box<Expr>),
    /// The element that an [`StmtKind::Update`] updates.
    Current,
    /// An operand of the [`Elementwise`] around, by its place among the inputs and then the outputs:
    /// its element, or a view of its core dimensions.
    Operand(usize),
    /// The operand as a number of this expression's type, as `np.T(x)` converts: a weak integer
    /// that does not fit raises `OverflowError`, a strong one wraps, a float saturates.
    Convert(Box<Expr>),
    /// An operation of the IR on operands that already have its types.
    Operation(Operation, Vec<Expr>),
    /// A call; the arguments have the instance's parameter types.
    Call(InstanceId, Vec<Expr>),
    /// `and` (true) or `or` (false) on operands of this expression's type.
    Logical {
        /// Whether it is `and`.
        and: bool,
        /// The left operand, always evaluated.
        left: Box<Expr>,
        /// The right operand.
        right: Box<Expr>,
    },
    /// One of two values of this expression's type; only that one is evaluated.
    Conditional {
        /// The condition, Python's `bool`.
        cond: Box<Expr>,
        /// The value when it is true.
        then: Box<Expr>,
        /// The value when it is not.
        otherwise: Box<Expr>,
    },
    /// A tuple of values.
    Tuple(Vec<Expr>),
    /// An item of a tuple, all of which is evaluated.
    Item(Box<Expr>, usize),
    /// A value of an optional type: of its inner type, or `None` when absent.
    Optional(Option<Box<Expr>>),
    /// Whether an optional value is not `None`; Python's `bool`.
    Present(Box<Expr>),
    /// The inner value of an optional one, which is known not to be `None`.
    Inner(Box<Expr>),
    /// The value, after raising if the condition, Python's `bool`, is false.
    Checked {
        /// What must hold; evaluated first.
        cond: Box<Expr>,
        /// What is raised.
        raise: Raise,
        /// The value.
        value: Box<Expr>,
    },
    /// An array that is a constant of the module.
    Table {
        /// The elements.
        table: Arc<Table>,
        /// Whether a GPU keeps it where it is fast to read for threads that read one element (`cuda.const`).
        cached: bool,
    },
    /// An element of an array.
    Element(Element),
    /// The extent of an array's dimension.
    Extent(Box<Expr>, usize),
    /// The distance in bytes between neighbours along an array's dimension.
    Stride(Box<Expr>, usize),
    /// The number of elements of an array.
    Size(Box<Expr>),
    /// A part of an array, as a view of it: what becomes of each dimension, in their order, and the
    /// new ones among them. The array and then all indices are evaluated first.
    Part(Box<Expr>, Vec<Axis>),
    /// A view of an array with its dimensions in reverse order.
    Transpose(Box<Expr>),
    /// All elements of an array of two dimensions or more in C's order, as an array of one dimension: a view
    /// where they are adjacent, else a copy.
    Flat(Box<Expr>),
    /// The memory of an array, laid out in another way, as an array of this expression's type.
    Strided(Box<Strided>),
    /// A new array.
    Allocate(Box<Allocation>),
    /// Something done for each element of arrays.
    Elementwise(Box<Elementwise>),
    /// What threads of a GPU do together; its operands have the types of [`Together::signature`].
    Together(Together, Vec<Expr>),
    /// A step on an element that no other thread of a GPU comes between, with numbers of its type; the element as it
    /// was.
    Atomic(Atomic, Element, Vec<Expr>),
    /// An array, contiguous in C's order, that is set aside for a thread, whose elements are zero, or for the threads of a
    /// block, whose elements may be anything; or what the program keeps.
    Reserve(Room),
}

/// Memory that is set aside when a kernel for GPUs is launched, or that the program keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Room {
    /// What the program keeps of random numbers for the thread.
    Random(RandomState),
    /// A thread's own, of this shape.
    Local(Vec<i64>),
    /// That of the threads of a block, of this shape.
    Shared(Vec<i64>),
    /// All that the launch gives the threads of a block.
    Launch,
}

/// What becomes of a dimension in a part of an array.
#[derive(Clone, Debug)]
pub enum Axis {
    /// Only what stands at an index, a signed or unsigned integer or Python's `int`.
    Index(Expr),
    /// All of it.
    Whole,
    /// `start:stop:step`, each a signed or unsigned integer or Python's `int` where it is there.
    Slice([Option<Expr>; 3]),
    /// A new dimension of extent 1.
    New,
}

impl Axis {
    /// What it means for the layout.
    pub fn kept(&self) -> Kept {
        match self {
            Axis::Index(_) => Kept::None,
            Axis::Whole => Kept::All,
            Axis::Slice([_, _, step]) => match step.as_ref().map(Expr::int_literal) {
                None | Some(Some(1)) => Kept::Run,
                Some(_) => Kept::Other,
            },
            Axis::New => Kept::Other,
        }
    }
}

/// The memory of an array, laid out in another way. Only the library says so: it knows that all elements lie in that memory,
/// and that the strides are those of the layout.
#[derive(Clone, Debug)]
pub struct Strided {
    /// The array.
    pub array: Expr,
    /// How many bytes the first element lies behind that of the array, Python's `int`.
    pub offset: Expr,
    /// The extents, each Python's `int`.
    pub shape: Vec<Expr>,
    /// The strides in bytes, each Python's `int`.
    pub strides: Vec<Expr>,
}

/// A new array, contiguous in C's order.
#[derive(Clone, Debug)]
pub struct Allocation {
    /// The extents, each Python's `int`; evaluated first.
    pub shape: Vec<Expr>,
    /// The elements.
    pub fill: Fill,
}

/// The elements of a new array.
#[derive(Clone, Debug)]
pub enum Fill {
    /// Zeros.
    Zero,
    /// One number, of the element's type.
    Value(Expr),
    /// `start`, `next` and so on, both of the element's type; the array has one dimension.
    Range {
        /// The first element.
        start: Expr,
        /// The second one.
        next: Expr,
    },
    /// The elements of an array of the same shape and element type.
    Copy(Expr),
    /// One number for each element, of its type, in C's order; the shape is one of literals.
    Items(Vec<Expr>),
}

/// What the IR can do with numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// On one real number.
    Unary(ir::UnaryOp),
    /// On two real numbers of one type.
    Binary(ir::BinaryOp),
    /// `+`, `-` or `*` of Python's `int`: overflow is checked for where the build asks for it.
    Checked(ir::BinaryOp),
    /// A comparison of two real numbers of one type.
    Compare(ir::CompareOp),
    /// An operation of the machine.
    Intrinsic(ir::Intrinsic),
    /// A complex number from its parts.
    Complex,
    /// The real part.
    Real,
    /// The imaginary part.
    Imaginary,
    /// The same bits as a number of the expression's type.
    Bits,
    /// A conversion that never raises: integers wrap, floats saturate.
    Cast,
    /// The second operand if the first is true, else the third; all are computed.
    Select,
}

impl Expr {
    /// An expression.
    pub fn new(kind: ExprKind, ty: Type, span: Span) -> Self {
        Expr { kind, ty, span }
    }

    /// The value of an integer literal of Python's `int`, which adapts to what it meets.
    pub fn int_literal(&self) -> Option<i128> {
        match (&self.kind, &self.ty) {
            (ExprKind::Int(value), &Type::INT) => Some(*value),
            _ => None,
        }
    }
}
