//! The typed IR, and its specification.
//!
//! A [`Module`] holds the functions of one kernel file after `lower`, each specialised to one
//! list of argument types. Control flow is structured: there are no jumps but [`StmtKind::Exit`]
//! out of an enclosing label. Passes rewrite it, `verify` checks it between them, back ends read it.
//!
//! # Types
//! [`Scalar`]s are machine numbers. Weakness is gone: it was spent when `lower` chose the
//! operations. Complex numbers, tuples and `None` are exploded into scalars by `lower`. A
//! [`ViewType`] is an array: a pure value (address, shape, strides); copying one copies no element.
//! An [`Type::Owner`] is a share in the memory of an array that a kernel made, or none: see Memory.
//! In an `Assign` and as an argument, a view of layout `C` or `F` may stand where the same element
//! type and rank with layout `Any` is asked for; a view of rank 0 passes for one of any layout.
//! A view is a parameter, a part of another view ([`Expr::SubView`], [`Expr::Transpose`]), its
//! memory in another form ([`Expr::Strided`]), one of which more is known ([`Expr::OfLayout`]), what a call gives, a constant of the module ([`Expr::Table`]), or empty.
//!
//! # Lanes
//! A [`Lanes`] is several numbers of one type, which belong to neighbouring iterations of one loop. The
//! `vector` stage makes them; before it there are none. Expressions on lanes compute each lane by itself:
//! their operands have all the same number of lanes ([`Expr::Splat`] makes lanes of a number), a comparison
//! gives lanes of bools, a mask. Control flow stays that of single numbers ([`Expr::AnyLane`]). Statements
//! on lanes are [`StmtKind::LoadLanes`], [`StmtKind::StoreLanes`] and [`StmtKind::CallLanes`]; a mask says
//! which of their lanes are there. How many registers lanes take, if any, is the back end's business.
//!
//! # Locals
//! Functions have mutable typed locals, not SSA: `cranelift-frontend` builds SSA by itself, and
//! masks and generator frames want variables. Every local is assigned before it is read on each
//! path (`verify` checks it). Parameters are assigned on entry. Results are locals too: returning
//! is assigning them and leaving the body by `Exit(`[`Function::BODY`]`)`.
//!
//! # Expressions
//! are pure and total: they read locals, have no effect, cannot fail, and may be copied, moved or
//! dropped freely as long as the locals they read are unchanged. Evaluation order is therefore
//! unobservable. Each operation has one defined value for every operand:
//! - integer `Add Sub Mul Neg Abs` wrap in two's complement;
//! - integer `Div` and `Rem` truncate towards zero; `x / 0` is 0, `x rem 0` is 0,
//!   `MIN / -1` is `MIN`, `MIN rem -1` is 0;
//! - `Shl` and `Shr` take the right operand as unsigned; a count of at least the width gives 0,
//!   or -1 for `Shr` of a negative signed number;
//! - float operations are IEEE 754 binary, round to nearest even, never contracted, never
//!   reassociated; which NaN results is unspecified;
//! - comparisons with NaN are false, but for `Ne`, which is true;
//! - [`Expr::Select`] evaluates both sides; [`Expr::Convert`] says for each [`Conversion`].
//!
//! # Statements
//! run in order. Only `Load`, `Store`, `Atomic`, `Together`, `Check`, `Raise`, `Call`, `Parallel`, `Print` and those on owners touch more than
//! locals. Only
//! `Check`, `Raise`, `Call` and `Parallel` can raise. A `Load` or `Store` whose index is out of bounds is
//! undefined behaviour: `lower` puts an [`Expr::InBounds`] check before each, but in a function
//! that is [`Function::unchecked`], and a pass may delete that check only where it proves it. So is
//! an [`Expr::SubView`] that leaves its base: what `lower` makes of slices lies inside, and indices
//! are checked as before a `Load`; and an [`Expr::Strided`] that does, which only the library makes. Nothing
//! else is "maybe unsafe".
//!
//! # Aliasing
//! Every view has a root: a parameter, an `Allocate`, a `Reserve` or a `Table`, which is never written; that of the view that it is a
//! part of ([`roots`]). Views of one root may alias; views of two parameters of a function that
//! Rust calls alias only if neither is written (callers guarantee it, [`Mode`]).
//!
//! # Memory
//! An array that may lie in memory of a kernel's own is two values: a view and an owner. A view
//! must only be used while an owner of its memory lives. Owners count: assigning one shares the
//! memory, and each local of type owner is dropped when it is assigned anew and when its function
//! is left by any way; memory goes back to the host when its last owner is dropped. Arguments are
//! borrowed: the caller keeps them alive. Results are moved to the caller. `lower` leaves out the
//! owners that can never own anything. Owner expressions are locals and [`Expr::Unowned`].
//!
//! The `drops` pass, after `status`, makes counting explicit: behind it an `Assign` only copies,
//! and [`StmtKind::Retain`] and [`StmtKind::Release`] count.
//!
//! # External functions
//! have no body ([`External`]). They take and give numbers. One of the program's Rust raises
//! `RuntimeError` where it panics. A routine of the host takes arrays of three dimensions: it reads all, writes those
//! that `pykernel_abi::routine::Routine::writes` says, and keeps none.
//!
//! # Threads of a GPU
//! A function that one calls runs in each of many threads. What they write into memory that they share, others see behind
//! the next [`Together`] that says so; loads and stores are done as they stand, so that nothing moves across one. No
//! function for CPUs reaches [`Special`](threads::Special), `Together`, `Atomic` or shared memory ([`threads`]).
//!
//! # Raising, early and late
//! `lower` produces `Check` and `Raise`. The `status` pass, the last one, turns them into
//! `Record` and exits with a status; before it no statement tests a status, after it no `Check`
//! and no `Raise` is left ([`Stage`]).
//!
//! # What later versions add
//! loop kinds and reductions on `For`, `Elementwise`/`Reduce`, `Try`, `Yield`. Matches over these enums are exhaustive, so that a new node lights up every place that
//! must handle it.

pub mod construct;
pub mod elements;
pub mod locals;
mod operation;
pub mod part;
pub mod print;
pub mod rename;
pub mod roots;
mod scalar;
pub mod threads;
mod types;
pub mod verify;
pub mod visit;

use std::sync::Arc;

pub use operation::{BinaryOp, CompareOp, Conversion, Intrinsic, UnaryOp};
pub use part::Axis;
use threads::{Atomic, Space, Together};
pub use types::{Const, Lanes, Scalar, Type, ViewType};

use crate::hir::{self, FastMath, Inline};
use crate::source::Span;
use crate::types::Layout;

/// The functions of one kernel file, specialised.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// The functions; a call names one by its index.
    pub functions: Vec<Function>,
}

/// Names a function of a [`Module`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionId(pub u32);

/// Names a local of a [`Function`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocalId(pub u32);

/// Names a place in a [`Function`] that [`StmtKind::Exit`] can leave; unique in its function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Label(pub u32);

impl std::ops::Index<FunctionId> for Module {
    type Output = Function;
    fn index(&self, id: FunctionId) -> &Function {
        &self.functions[id.0 as usize]
    }
}

impl std::ops::IndexMut<FunctionId> for Module {
    fn index_mut(&mut self, id: FunctionId) -> &mut Function {
        &mut self.functions[id.0 as usize]
    }
}

/// A function, specialised to the types of its parameters.
#[derive(Clone, Debug)]
pub struct Function {
    /// A readable name, unique in its module: `mandel`, `dot3d.2`, `int_pow.1`.
    pub name: String,
    /// Where the Python function's name stands.
    pub span: Span,
    /// The parameters, each a local, in order. A complex parameter is two.
    pub params: Vec<LocalId>,
    /// The results, each a local, in order.
    pub results: Vec<LocalId>,
    /// The status, first of the results of a function that can raise; `I32`. Set by `status`.
    pub status: Option<LocalId>,
    /// The locals.
    pub locals: Vec<Local>,
    /// How many labels are in use; label 0 is [`Function::BODY`].
    pub n_labels: u32,
    /// The body; falling off its end returns.
    pub body: Vec<Stmt>,
    /// What it is if it stands outside of the file. It then has no body: a call leaves the kernel,
    /// touches no array of it, and can raise where `effects` says so.
    pub external: Option<Box<External>>,
    /// What running it does; filled by the `effects` pass.
    pub effects: Effects,
    /// Whether the compiler's own library defines it: it is then inlined unless it asks
    /// not to be, and what it raises is raised by its caller.
    pub library: bool,
    /// Whether it trusts its callers with indices (`boundscheck=False`): its loads and stores need
    /// no check before them.
    pub unchecked: bool,
    /// What floats may do beyond IEEE 754; spent by the `fastmath` pass.
    pub fastmath: FastMath,
    /// Whether calls are replaced by the body.
    pub inline: Inline,
}

impl Function {
    /// The label of the whole body: leaving it returns.
    pub const BODY: Label = Label(0);

    /// The type of a local.
    pub fn ty(&self, local: LocalId) -> Type {
        self.locals[local.0 as usize].ty
    }

    /// Adds a local.
    pub fn add_local(&mut self, name: impl Into<String>, ty: Type) -> LocalId {
        self.locals.push(Local { name: name.into(), ty });
        LocalId(self.locals.len() as u32 - 1)
    }

    /// Adds a label.
    pub fn add_label(&mut self) -> Label {
        self.n_labels += 1;
        Label(self.n_labels - 1)
    }
}

impl AsMut<Function> for Function {
    fn as_mut(&mut self) -> &mut Function {
        self
    }
}

/// A function that stands outside of the file.
#[derive(Clone, Debug)]
pub struct External {
    /// Where it stands.
    pub at: hir::External,
    /// The body that it has in Python, in place of which it is called; empty if it has none.
    pub reference: Vec<Stmt>,
}

/// A local.
#[derive(Clone, Debug)]
pub struct Local {
    /// A name for the reader; several locals may share one.
    pub name: String,
    /// Its type.
    pub ty: Type,
}

/// Whether a kernel writes through a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// It only reads: `&` in Rust.
    Read,
    /// It writes, or passes it to what writes: `&mut` in Rust.
    Write,
}

/// What running a function does beyond computing its results.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// For each parameter (by position in [`Function::params`]): whether elements are read.
    pub reads: Vec<bool>,
    /// For each parameter: whether elements are written.
    pub writes: Vec<bool>,
    /// For each parameter: whether a view that is a result may come from it.
    pub returned: Vec<bool>,
    /// Whether it can raise.
    pub raises: bool,
    /// Whether it can call itself, through others too.
    pub recursive: bool,
    /// Whether it asks something of the program that runs it, itself or through calls.
    pub host: bool,
    /// Whether it prints.
    pub prints: bool,
    /// Whether it does something together with other threads of a GPU.
    pub together: bool,
}

impl Effects {
    /// Whether running it does nothing beyond computing its results.
    pub fn is_pure(&self) -> bool {
        self.computes_or_raises() && !self.raises
    }

    /// Whether running it does nothing beyond computing its results, or raising.
    pub fn computes_or_raises(&self) -> bool {
        let touches = self.reads.iter().chain(&self.writes).any(|touched| *touched);
        !(touches || self.recursive || self.host || self.prints || self.together)
    }
}

/// A statement.
#[derive(Clone, Debug)]
pub struct Stmt {
    /// What it does.
    pub kind: StmtKind,
    /// The Python text that it comes from.
    pub span: Span,
}

/// What a statement does.
#[derive(Clone, Debug)]
pub enum StmtKind {
    /// Sets a local.
    Assign {
        /// The local.
        local: LocalId,
        /// Its new value, of the same type.
        value: Expr,
    },
    /// Reads an element. The index is in bounds.
    Load {
        /// Where it goes.
        local: LocalId,
        /// The array.
        view: LocalId,
        /// One `I64` for each dimension, at least 0.
        index: Vec<Expr>,
        /// Which part of the element.
        part: Part,
    },
    /// Writes an element. The index is in bounds.
    Store {
        /// The array.
        view: LocalId,
        /// One `I64` for each dimension, at least 0.
        index: Vec<Expr>,
        /// Which part of the element.
        part: Part,
        /// The value, of the part's type.
        value: Expr,
    },
    /// Reads an element for each lane. Where a lane is masked out, nothing is read, and it is any
    /// number; the indices of the others are in bounds.
    LoadLanes {
        /// Where they go.
        local: LocalId,
        /// Which elements.
        elements: LaneElements,
    },
    /// Writes an element for each lane that is not masked out, in the order of the lanes.
    StoreLanes {
        /// Which elements.
        elements: LaneElements,
        /// The values, of the part's type.
        value: Expr,
    },
    /// Calls a function for each lane that is not masked out, in the order of the lanes. It has effects
    /// on nothing, and cannot raise. Parameters are numbers, as are the results, which are any where a
    /// lane is masked out.
    CallLanes {
        /// Where its results go: lanes.
        results: Vec<LocalId>,
        /// The function.
        function: FunctionId,
        /// The arguments: lanes of the parameters' types, or a number of one, the same for all lanes.
        args: Vec<Expr>,
        /// The lanes that are there: lanes of bools.
        mask: Expr,
    },
    /// Goes on if the condition holds, raises if not.
    Check {
        /// A bool.
        cond: Expr,
        /// What is raised.
        raise: Raise,
        /// Why the check is there.
        purpose: Purpose,
    },
    /// Raises.
    Raise(Raise),
    /// Calls a function.
    Call {
        /// Where its results go.
        results: Vec<LocalId>,
        /// The function.
        function: FunctionId,
        /// The arguments, of the parameters' types.
        args: Vec<Expr>,
        /// Where the status goes; set by `status` when the function can raise.
        status: Option<LocalId>,
        /// The place of the call.
        place: Place,
    },
    /// Runs a function that has no results over all of `0..count`, in parts, which may run at the same
    /// time. Its first two parameters, `I64`s, are the first place of a part and the one behind its
    /// last; the others are the same for all parts. What a part writes, no other part reads or writes.
    /// Where parts raise, what the one at the lowest place raises is raised, and of those behind it
    /// some may not have run. No part counts an owner that it did not make.
    Parallel {
        /// The function.
        function: FunctionId,
        /// How many places there are, an `I64`; none if it is negative.
        count: Expr,
        /// About how many operations a place takes, an `I64`.
        cost: Expr,
        /// The arguments behind the first two, of the parameters' types.
        args: Vec<Expr>,
        /// Where the status goes; set by `status` when the function can raise.
        status: Option<LocalId>,
        /// The place of the loop.
        place: Place,
    },
    /// Runs one of two bodies.
    If {
        /// A bool.
        cond: Expr,
        /// When it is true.
        then: Vec<Stmt>,
        /// When it is false.
        otherwise: Vec<Stmt>,
    },
    /// Runs its body once; `Exit(label)` continues after it.
    Block {
        /// Its label.
        label: Label,
        /// Its body.
        body: Vec<Stmt>,
    },
    /// Leaves the enclosing block, loop or function body of that label.
    Exit(Label),
    /// Runs its body again and again; `Exit(label)` continues after it.
    Loop {
        /// Its label.
        label: Label,
        /// Its body.
        body: Vec<Stmt>,
    },
    /// Counts. With `n` the number of values `lo, lo + step, …` below `hi` (above it for a
    /// negative step), runs its body `n` times with `var` set to them. `lo` and `hi` are evaluated
    /// once, before. The body never assigns `var`, which is undefined after the loop.
    /// `Exit(label)` continues after the loop.
    For {
        /// Its label.
        label: Label,
        /// The counter, an `I64`.
        var: LocalId,
        /// The first value, an `I64`.
        lo: Expr,
        /// The bound, an `I64`, not included.
        hi: Expr,
        /// The step; not 0.
        step: i64,
        /// Whether no iteration reads or writes an element that another one writes.
        independent: bool,
        /// Its body.
        body: Vec<Stmt>,
    },
    /// Has the host print a text.
    Print(Template),
    /// Fills the caller's `Raised` record. Only after `status`.
    Record(Raise),
    /// Takes memory from the host and makes it an array, contiguous in the view's layout, C. The
    /// extents are between 0 and `pykernel_abi::MAX_EXTENT`, and with the block's tail the
    /// elements' bytes are counted by an `I64`. Where there is no memory, the owner is none and the
    /// view must not be used.
    Allocate {
        /// A bool: whether there was memory.
        found: LocalId,
        /// The only owner of the memory.
        owner: LocalId,
        /// The array.
        view: LocalId,
        /// The extents, one `I64` for each dimension.
        shape: Vec<Expr>,
        /// Whether the elements are zero. They are to be written before they are read otherwise.
        zeroed: bool,
        /// How many elements there are at most, where that is known; set by `ranges`.
        most: Option<i64>,
    },
    /// Makes memory of the function's own, or of its block of threads, an array, contiguous in the view's layout, C. Each
    /// time it is the same memory. The elements are to be written before they are read.
    Reserve {
        /// The array.
        view: LocalId,
        /// The extents, one `I64` for each dimension, none negative.
        shape: Vec<Expr>,
        /// How many elements there is room for; the shape has no more. None of what a launch gives.
        room: i64,
        /// Where the memory is.
        space: Space,
    },
    /// Threads of a GPU do something together.
    Together {
        /// What.
        op: Together,
        /// Where its results go.
        results: Vec<LocalId>,
        /// Its operands.
        args: Vec<Expr>,
    },
    /// Changes an element in one step that no other thread of a GPU comes between. The index is in bounds.
    Atomic {
        /// What is done.
        op: Atomic,
        /// Where the element goes as it was.
        old: LocalId,
        /// The array.
        view: LocalId,
        /// One `I64` for each dimension, at least 0.
        index: Vec<Expr>,
        /// The numbers, of the element's type.
        args: Vec<Expr>,
    },
    /// Counts one more reference to what an owner owns. Only after `drops`.
    Retain(LocalId),
    /// Counts one reference less, and gives the memory back to the host if it was the last. Only
    /// after `drops`.
    Release(LocalId),
}

/// The elements of an array that the lanes of one access read or write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneElements {
    /// The array.
    pub view: LocalId,
    /// One for each dimension: an `I64`, the same for all lanes, or lanes of `I64`.
    pub index: Vec<Expr>,
    /// The dimension along which the lanes are neighbours: to the index that stands there, an `I64`,
    /// each lane adds its own number. No index is lanes then.
    pub along: Option<usize>,
    /// Which part of the elements.
    pub part: Part,
    /// The lanes that are there, lanes of bools; all if there is none.
    pub mask: Option<Expr>,
}

/// Which part of an array's element is read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// All of a real element; the real part of a complex one.
    First,
    /// The imaginary part.
    Imaginary,
}

/// Why a check is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// The language asks for it always.
    Semantics,
    /// It guards a `Load` or `Store` against an index out of bounds.
    Bounds,
    /// It finds overflow of Python's `int`; dropped where the build does not ask for it.
    Overflow,
}

/// A text with values in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// The text, as `pykernel_abi::Site` describes it.
    pub text: Arc<str>,
    /// The values of its placeholders: `I64` for `{i}`, `U64` for `{u}`, `F64` for `{f}` and `{g}`,
    /// `Bool` for `{b}` and `{B}`, two `F64`s for `{c}`, `{C}`, `{k}` and `{K}`.
    pub operands: Vec<Expr>,
}

/// An exception to raise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raise {
    /// Its class: `ValueError`.
    pub class: Arc<str>,
    /// Its message, the text of a [`Template`].
    pub message: Arc<str>,
    /// The values of the template's placeholders, at most `pykernel_abi::MAX_OPERANDS`.
    pub operands: Vec<Expr>,
    /// What a traceback shows.
    pub place: Place,
}

/// A place in Python text, as a traceback shows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The file.
    pub file: Arc<str>,
    /// The line, counted from 1.
    pub line: u32,
    /// The Python function.
    pub function: Arc<str>,
}

/// A pure and total computation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Expr {
    /// A constant.
    Const(Const),
    /// The value of a local, a view included.
    Local(LocalId),
    /// One operand.
    Unary {
        /// The operation.
        op: UnaryOp,
        /// The operand; the result has its type.
        operand: Box<Expr>,
    },
    /// Two operands of one type; the result has it too.
    Binary {
        /// The operation.
        op: BinaryOp,
        /// The left operand.
        left: Box<Expr>,
        /// The right operand.
        right: Box<Expr>,
    },
    /// Two operands of one type; a bool.
    Compare {
        /// The operation.
        op: CompareOp,
        /// The left operand.
        left: Box<Expr>,
        /// The right operand.
        right: Box<Expr>,
    },
    /// One of two values of one type.
    Select {
        /// A bool.
        cond: Box<Expr>,
        /// When it is true.
        then: Box<Expr>,
        /// When it is false.
        otherwise: Box<Expr>,
    },
    /// A number of another type.
    Convert {
        /// The new type.
        to: Scalar,
        /// What happens to values that it does not hold.
        how: Conversion,
        /// The number.
        value: Box<Expr>,
    },
    /// An operation of the machine.
    Intrinsic {
        /// The operation.
        op: Intrinsic,
        /// Its operands.
        args: Vec<Expr>,
    },
    /// The extent of a view's dimension: an `I64`, between 0 and `pykernel_abi::MAX_EXTENT`.
    Dim {
        /// The view.
        view: LocalId,
        /// The dimension.
        axis: usize,
    },
    /// The distance in bytes between neighbours along a view's dimension: an `I64`, which may be
    /// negative or 0.
    Stride {
        /// The view.
        view: LocalId,
        /// The dimension.
        axis: usize,
    },
    /// The address of a view's first element, an `I64`.
    Address {
        /// The view.
        view: LocalId,
    },
    /// A bool: whether elements that are written may be among those that are read. Where memory of
    /// both meets it is true, and it may be true elsewhere.
    Overlap {
        /// The view that is written.
        written: LocalId,
        /// The view that is read.
        read: LocalId,
    },
    /// A part of a view, as a view of the type that [`ViewType::part`] says.
    SubView {
        /// The view.
        view: LocalId,
        /// What becomes of each dimension, in their order, and the new ones among them.
        axes: Vec<Axis>,
    },
    /// A view with its dimensions in reverse order, of the type that [`ViewType::transposed`] says.
    Transpose {
        /// The view.
        view: LocalId,
    },
    /// The same view, as one of a layout. Its strides are those of that layout.
    OfLayout {
        /// The view.
        view: LocalId,
        /// The layout.
        layout: Layout,
    },
    /// The memory of a view, laid out in another way: a view of a type. Each of its elements lies in the memory of the
    /// other view's root, and its strides are those of its layout.
    Strided {
        /// The view.
        view: LocalId,
        /// The type, of any element, rank and layout.
        ty: ViewType,
        /// How many bytes the first element lies behind that of the view, an `I64`.
        offset: Box<Expr>,
        /// The extents, an `I64` for each dimension, between 0 and `pykernel_abi::MAX_EXTENT`.
        extents: Vec<Expr>,
        /// The strides in bytes, likewise.
        strides: Vec<Expr>,
    },
    /// Whether `0 <= index < extent`; both `I64`.
    InBounds {
        /// The index.
        index: Box<Expr>,
        /// The extent.
        extent: Box<Expr>,
    },
    /// Lanes that are all the same number.
    Splat {
        /// How many.
        count: u32,
        /// The number.
        value: Box<Expr>,
    },
    /// Lanes of `I64`: 0, 1, 2, …
    LaneNumbers {
        /// How many.
        count: u32,
    },
    /// A bool: whether one of these lanes of bools is true.
    AnyLane {
        /// The mask.
        mask: Box<Expr>,
    },
    /// The number of one lane.
    Lane {
        /// The lanes.
        lanes: Box<Expr>,
        /// Which.
        lane: u32,
    },
    /// The owner of no memory: of an array that belongs to the kernel's caller or lies in a frame.
    Unowned,
    /// A view of no memory, to stand where none is ever looked at.
    Empty(ViewType),
    /// A view of elements that stand beside the code, and that nothing writes.
    Table {
        /// The elements.
        table: Arc<hir::Table>,
        /// Whether a GPU keeps them in constant memory.
        cached: bool,
    },
}

/// How far a module has come, for the verifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// From `lower` up to `status`: raising is `Check` and `Raise`.
    Raising,
    /// After `status`: raising is `Record`, a status and an `Exit`.
    Status,
}
