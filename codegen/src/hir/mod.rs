//! The high-level IR: a kernel file with names bound and Python's sugar gone.
//!
//! `syntax` makes it from ruff's tree and is the only stage that sees ruff; `infer` reads it.
//! It is still untyped, but for declared signatures. What holds of a [`Module`]:
//!
//! - every name is resolved: a local variable is an [`ExprKind::Variable`], a function of the
//!   file an [`ExprKind::Function`], everything imported or built in an [`ExprKind::Builtin`]
//!   with its full name (`math.sqrt`, `range`), a module constant is replaced by its value;
//! - `elif` is an `If` in the `otherwise` of another; `a < b` has two operands;
//! - integer literals with a sign are folded (`-1` is `Int(-1)`);
//! - a construct that this version does not have was reported. As an expression it is
//!   [`ExprKind::Refused`], as a statement it is gone, and its function is marked; a function whose
//!   header is wrong has no body.

pub mod print;
mod table;
pub mod visit;

use std::sync::Arc;

pub use table::Table;

use pykernel_abi::routine::Routine;

use crate::source::Span;
use crate::types::{DType, Element, Type};
use crate::ufunc::Ufunc;

/// One kernel file.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// The functions, in the order of their definitions.
    pub functions: Vec<Function>,
}

/// Names a function of a [`Module`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionId(pub u32);

/// Names a local variable of a [`Function`]; parameters come first, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VariableId(pub u32);

/// A `def`.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// The whole definition, decorators included.
    pub span: Span,
    /// Its definitions in the file's stub, which declare its signatures.
    pub stub: Vec<Span>,
    /// The docstring, dedented as `inspect.cleandoc` does.
    pub doc: Option<String>,
    /// How many of the variables are parameters.
    pub n_params: usize,
    /// The values of the last parameters where a call leaves them out: constants.
    pub defaults: Vec<Expr>,
    /// The variables: parameters first, then the others in the order of their first assignments.
    pub variables: Vec<Variable>,
    /// The declared signatures, in order. Empty for a helper, which is specialised where it is
    /// called.
    pub signatures: Vec<Signature>,
    /// What the decorator's options ask for.
    pub options: Options,
    /// Where it stands, if outside of the file. It then has one signature with numbers and a
    /// declared result; the body, if it has statements, says in Python what it does.
    pub external: Option<External>,
    /// What makes it a ufunc or a gufunc.
    pub ufunc: Option<Ufunc>,
    /// What it is on GPUs, if it is for them alone.
    pub device: Option<Device>,
    /// `locals={'x': float32}`: variables that convert at each assignment.
    pub locals: Vec<TypedLocal>,
    /// The statements; `None` when the header was refused, or the text is not Python.
    pub body: Option<Vec<Stmt>>,
    /// Whether something in it was reported. What else is wrong is still looked for, but not what
    /// may only be missing because of that.
    pub refused: bool,
}

/// What `@cuda.jit` makes of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    /// What threads call: `device=True`.
    Function,
    /// What the host launches, for each of many threads.
    Kernel(LaunchBounds),
}

/// What all launches of a kernel promise, and what it may use of the device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LaunchBounds {
    /// The most threads of a block.
    pub threads: Option<u32>,
    /// The fewest blocks that a multiprocessor is to have at once.
    pub blocks: Option<u32>,
    /// The most registers of a thread.
    pub registers: Option<u32>,
}

/// Where a function stands that the file only declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum External {
    /// In the program's Rust, at a path as it reads where the kernels' macro stands. It is called
    /// through a table that the caller of a kernel gives.
    Rust(Arc<str>),
    /// In C.
    C {
        /// Its symbol.
        symbol: Arc<str>,
        /// What it returns, which the signature's result may be wider than; `None` of `void`.
        result: Option<DType>,
        /// Whether the file vouches for the declaration, and for every call.
        trusted: bool,
    },
    /// A routine of the host's: only the library declares one. It takes arrays of three dimensions, and gives a
    /// [`pykernel_abi::routine::Outcome`]; the body says what a host gives that has none.
    Routine(Routine),
}

/// A local variable.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Where it is first assigned.
    pub span: Span,
    /// `x: T` without a value: the type that every value assigned to it must have.
    pub declared: Option<Type>,
}

/// A variable whose type the decorator declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedLocal {
    /// The variable.
    pub variable: VariableId,
    /// Its type.
    pub ty: Type,
    /// Where the type is declared.
    pub span: Span,
}

/// One declared signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The types of the parameters.
    pub params: Vec<Type>,
    /// The declared result; `None` when it is to be inferred.
    pub result: Option<Type>,
    /// Where the signature is declared.
    pub span: Span,
}

/// What division by zero and the domain errors of `math` do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ErrorModel {
    /// CPython's and NumPy's own: two weak operands raise, others give inf, nan or 0.
    Mixed,
    /// `error_model='python'`: raises for all scalars.
    Python,
    /// `error_model='numpy'`: raises for none.
    NumPy,
}

/// Whether calls of a function are replaced by its body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Inline {
    /// Where it is small.
    #[default]
    Auto,
    /// `inline='always'`: wherever it is not recursive and the caller does not grow too large.
    Always,
    /// `inline='never'`.
    Never,
}

/// What `fastmath` permits beyond IEEE 754, by the names of its flags. The default permits nothing. What is
/// permitted is not promised: the results of floats may be others on other machines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FastMath {
    /// `contract`: a product and a sum may be rounded once.
    pub contract: bool,
    /// `reassoc`: sums and products of several iterations may be done in any order.
    pub reassociate: bool,
    /// `nnan`: no operand and no result is NaN.
    pub no_nan: bool,
    /// `arcp`: a division by a constant may be a product with its reciprocal.
    pub reciprocal: bool,
    /// `nsz`: the sign of a zero does not matter.
    pub no_signed_zero: bool,
}

impl FastMath {
    /// `fastmath=True`.
    pub const ALL: FastMath =
        FastMath { contract: true, reassociate: true, no_nan: true, reciprocal: true, no_signed_zero: true };

    /// The names of the flags that are on.
    pub fn names(self) -> Vec<&'static str> {
        let FastMath { contract, reassociate, no_nan, reciprocal, no_signed_zero } = self;
        let flags = [
            ("contract", contract),
            ("reassoc", reassociate),
            ("nnan", no_nan),
            ("arcp", reciprocal),
            ("nsz", no_signed_zero),
        ];
        flags.into_iter().filter(|(_, on)| *on).map(|(name, _)| name).collect()
    }

    /// These flags, and what one more permits. Some that Numba has permit nothing that is made use of.
    pub fn with(self, name: &str) -> FastMath {
        match name {
            "fast" => FastMath::ALL,
            "contract" => FastMath { contract: true, ..self },
            "reassoc" => FastMath { reassociate: true, ..self },
            "nnan" => FastMath { no_nan: true, ..self },
            "arcp" => FastMath { reciprocal: true, ..self },
            "nsz" => FastMath { no_signed_zero: true, ..self },
            _ => self,
        }
    }
}

/// The options of `@njit` that change what is compiled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The declared error model; `None` when the decorator does not say (a helper then takes its
    /// caller's, a kernel [`ErrorModel::Mixed`]).
    pub error_model: Option<ErrorModel>,
    /// Whether indices are checked; `None` when the decorator does not say (a helper then takes
    /// its caller's, a kernel checks).
    pub boundscheck: Option<bool>,
    /// What `fastmath` permits; `None` when the decorator does not say (a helper then takes its
    /// caller's, a kernel nothing).
    pub fastmath: Option<FastMath>,
    /// Whether calls are replaced by the body.
    pub inline: Inline,
    /// Whether `prange` may use threads.
    pub parallel: bool,
}

/// A statement.
#[derive(Clone, Debug)]
pub struct Stmt {
    /// What it does.
    pub kind: StmtKind,
    /// Where it stands (of a compound statement: its header, up to the colon).
    pub span: Span,
}

/// What a statement does.
#[derive(Clone, Debug)]
pub enum StmtKind {
    /// `target = other = value`.
    Assign {
        /// What is assigned, from left to right; never empty.
        targets: Vec<Target>,
        /// `x: T = value`: the type that the value must already have (checked, never converts).
        annotation: Option<Type>,
        /// The value.
        value: Expr,
    },
    /// `target op= value`; the target's parts are evaluated once.
    Augment {
        /// What is updated.
        target: Target,
        /// The operator.
        op: BinaryOp,
        /// The right operand.
        value: Expr,
    },
    /// An expression for its effects.
    Expr(Expr),
    /// `if`.
    If {
        /// The condition, of any type that has a truth value.
        cond: Expr,
        /// The statements when it is true.
        then: Vec<Stmt>,
        /// The statements when it is not.
        otherwise: Vec<Stmt>,
    },
    /// `while`.
    While {
        /// The condition, of any type that has a truth value.
        cond: Expr,
        /// The body.
        body: Vec<Stmt>,
        /// The statements after the loop, unless it was left by `break`.
        otherwise: Vec<Stmt>,
    },
    /// `for target in iterable`.
    For {
        /// What each iteration assigns first: variables.
        target: Target,
        /// What is iterated: a call of `range` or `enumerate`, or a tuple.
        iterable: Expr,
        /// The body.
        body: Vec<Stmt>,
        /// The statements after the loop, unless it was left by `break`.
        otherwise: Vec<Stmt>,
    },
    /// `break`; always inside a loop.
    Break,
    /// `continue`; always inside a loop.
    Continue,
    /// `return` with or without a value.
    Return(Option<Expr>),
    /// `raise Class(args)`, `raise Class`.
    Raise {
        /// The exception class, a built-in one.
        class: String,
        /// The arguments.
        args: Vec<Expr>,
    },
    /// `assert cond, message`.
    Assert {
        /// What must hold.
        cond: Expr,
        /// The message.
        message: Option<Expr>,
    },
}

/// What an assignment writes.
#[derive(Clone, Debug)]
pub enum Target {
    /// A variable.
    Variable(VariableId, Span),
    /// `a, b`: the items of a tuple, one for each target.
    Tuple(Vec<Target>, Span),
    /// `value[indices]`.
    Element {
        /// The indexed value.
        value: Expr,
        /// The items of the subscript.
        indices: Vec<Index>,
        /// The whole target.
        span: Span,
    },
}

impl Target {
    /// Where it stands.
    pub const fn span(&self) -> Span {
        match self {
            Target::Variable(_, span) | Target::Tuple(_, span) | Target::Element { span, .. } => *span,
        }
    }
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it computes.
    pub kind: ExprKind,
    /// Where it stands, without surrounding parentheses.
    pub span: Span,
}

/// What an expression computes. Operands are evaluated from left to right.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// An integer literal that 128 bits hold.
    Int(i128),
    /// A float literal.
    Float(f64),
    /// An imaginary literal: `2j`.
    Imaginary(f64),
    /// `True`, `False`.
    Bool(bool),
    /// A string literal.
    Text(String),
    /// An array that is a constant of the module.
    Table(Arc<Table>),
    /// A record type, as a value: an element type.
    DType(Element),
    /// `None`.
    None,
    /// Something that was reported; it has no type.
    Refused,
    /// What inference has typed already, by its number there. Nothing that is read from a file has one.
    Typed(usize),
    /// A tuple. One of no values is only the shape of an array that is made.
    Tuple(Vec<Expr>),
    /// A local variable.
    Variable(VariableId),
    /// A function of this file.
    Function(FunctionId),
    /// Something built in or imported, by its full name: `abs`, `math.sqrt`, `math.pi`, `math`,
    /// `numpy.float32`. Numba's type names are NumPy's (`numba.float64` is `numpy.float64`).
    Builtin(String),
    /// `-x`, `+x`, `~x`, `not x`.
    Unary {
        /// The operator.
        op: UnaryOp,
        /// The operand.
        operand: Box<Expr>,
    },
    /// An arithmetic, bitwise or shift operator.
    Binary {
        /// The operator.
        op: BinaryOp,
        /// The left operand.
        left: Box<Expr>,
        /// The right operand.
        right: Box<Expr>,
    },
    /// A comparison of two operands, or a test whether one is in the other.
    Compare {
        /// The operator.
        op: Relation,
        /// The left operand.
        left: Box<Expr>,
        /// The right operand.
        right: Box<Expr>,
    },
    /// `value is None`, `value is not None`.
    IsNone {
        /// The tested value.
        value: Box<Expr>,
        /// Whether it is `is not`.
        not: bool,
    },
    /// `a < b < c`: each operand is evaluated at most once, and none after a comparison is false.
    Chain {
        /// The first operand.
        first: Box<Expr>,
        /// The operators with the operands on their right; two or more.
        rest: Vec<(Relation, Expr)>,
    },
    /// `then if cond else otherwise`: one of the two is evaluated.
    Conditional {
        /// The condition, of any type that has a truth value; evaluated first.
        cond: Box<Expr>,
        /// The value when it is true.
        then: Box<Expr>,
        /// The value when it is not.
        otherwise: Box<Expr>,
    },
    /// `and`, `or`: the right operand is evaluated only when it decides.
    Logical {
        /// The operator.
        op: LogicalOp,
        /// The left operand.
        left: Box<Expr>,
        /// The right operand.
        right: Box<Expr>,
    },
    /// A call; the positional arguments are evaluated before the others.
    Call {
        /// What is called.
        callee: Box<Expr>,
        /// The positional arguments.
        args: Vec<Expr>,
        /// The others.
        keywords: Vec<Keyword>,
    },
    /// `value.name`.
    Attribute {
        /// The value.
        value: Box<Expr>,
        /// The attribute's name.
        name: String,
    },
    /// `value[indices]`.
    Index {
        /// The indexed value.
        value: Box<Expr>,
        /// The items of the subscript.
        indices: Vec<Index>,
    },
}

/// An item of a subscript.
#[derive(Clone, Debug)]
pub enum Index {
    /// An index.
    Expr(Expr),
    /// `start:stop:step`.
    Slice(Slice),
    /// `...`: all the dimensions that the others leave.
    Ellipsis(Span),
    /// `None`, `np.newaxis`: a new dimension.
    NewAxis(Span),
    /// The field of a record that is assigned as an attribute: `r.x = 1.0`.
    Field(String, Span),
}

impl Index {
    /// The expressions in it, in the order of their evaluation.
    pub fn exprs(&self) -> impl Iterator<Item = &Expr> {
        let (index, slice) = match self {
            Index::Expr(index) => (Some(index), None),
            Index::Slice(slice) => (None, Some(slice)),
            Index::Ellipsis(_) | Index::NewAxis(_) | Index::Field(..) => (None, None),
        };
        let bounds = slice.map(|slice| [&slice.start, &slice.stop, &slice.step]);
        index.into_iter().chain(bounds.into_iter().flatten().flatten())
    }
}

/// `start:stop:step`, in which what is left out, or `None`, is missing.
#[derive(Clone, Debug)]
pub struct Slice {
    /// The first index.
    pub start: Option<Expr>,
    /// The index before which it ends.
    pub stop: Option<Expr>,
    /// The distance between two indices.
    pub step: Option<Expr>,
}

/// An argument with a name.
#[derive(Clone, Debug)]
pub struct Keyword {
    /// The parameter's name.
    pub name: String,
    /// The argument.
    pub value: Expr,
    /// Where name and argument stand.
    pub span: Span,
}

/// An operator with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `-`.
    Negate,
    /// `+`.
    Plus,
    /// `~`.
    Invert,
    /// `not`.
    Not,
}

impl UnaryOp {
    /// How Python writes it.
    pub const fn symbol(self) -> &'static str {
        match self {
            UnaryOp::Negate => "-",
            UnaryOp::Plus => "+",
            UnaryOp::Invert => "~",
            UnaryOp::Not => "not ",
        }
    }
}

/// An arithmetic, bitwise or shift operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `+`.
    Add,
    /// `-`.
    Sub,
    /// `*`.
    Mul,
    /// `/`.
    Div,
    /// `//`.
    FloorDiv,
    /// `%`.
    Mod,
    /// `**`.
    Pow,
    /// `<<`.
    LeftShift,
    /// `>>`.
    RightShift,
    /// `&`.
    BitAnd,
    /// `|`.
    BitOr,
    /// `^`.
    BitXor,
}

impl BinaryOp {
    /// How Python writes it.
    pub const fn symbol(self) -> &'static str {
        match self {
            BinaryOp::Add => "+",
            BinaryOp::Sub => "-",
            BinaryOp::Mul => "*",
            BinaryOp::Div => "/",
            BinaryOp::FloorDiv => "//",
            BinaryOp::Mod => "%",
            BinaryOp::Pow => "**",
            BinaryOp::LeftShift => "<<",
            BinaryOp::RightShift => ">>",
            BinaryOp::BitAnd => "&",
            BinaryOp::BitOr => "|",
            BinaryOp::BitXor => "^",
        }
    }

    /// What Python makes of two integers, where it makes one that 128 bits hold.
    pub fn of_ints(self, left: i128, right: i128) -> Option<i128> {
        let count = || u32::try_from(right).ok();
        match self {
            BinaryOp::Add => left.checked_add(right),
            BinaryOp::Sub => left.checked_sub(right),
            BinaryOp::Mul => left.checked_mul(right),
            BinaryOp::Pow => left.checked_pow(count()?),
            BinaryOp::LeftShift => left.checked_mul(1i128.checked_shl(count().filter(|n| *n < 126)?)?),
            BinaryOp::RightShift => Some(left >> count()?.min(127)),
            BinaryOp::BitAnd => Some(left & right),
            BinaryOp::BitOr => Some(left | right),
            BinaryOp::BitXor => Some(left ^ right),
            BinaryOp::FloorDiv => {
                let up = right < 0 && left.checked_rem_euclid(right)? != 0;
                left.checked_div_euclid(right).map(|quotient| quotient - i128::from(up))
            }
            BinaryOp::Mod => {
                let quotient = BinaryOp::FloorDiv.of_ints(left, right)?;
                left.checked_sub(quotient.checked_mul(right)?)
            }
            BinaryOp::Div => None,
        }
    }
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompareOp {
    /// `==`.
    Eq,
    /// `!=`.
    Ne,
    /// `<`.
    Lt,
    /// `<=`.
    Le,
    /// `>`.
    Gt,
    /// `>=`.
    Ge,
}

impl CompareOp {
    /// How Python writes it.
    pub const fn symbol(self) -> &'static str {
        match self {
            CompareOp::Eq => "==",
            CompareOp::Ne => "!=",
            CompareOp::Lt => "<",
            CompareOp::Le => "<=",
            CompareOp::Gt => ">",
            CompareOp::Ge => ">=",
        }
    }
}

impl CompareOp {
    /// The same comparison with its operands exchanged.
    pub const fn turned(self) -> CompareOp {
        match self {
            CompareOp::Eq | CompareOp::Ne => self,
            CompareOp::Lt => CompareOp::Gt,
            CompareOp::Le => CompareOp::Ge,
            CompareOp::Gt => CompareOp::Lt,
            CompareOp::Ge => CompareOp::Le,
        }
    }
}

/// What may stand between the operands of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// A comparison.
    Compare(CompareOp),
    /// `in`.
    In,
    /// `not in`.
    NotIn,
}

impl Relation {
    /// How Python writes it.
    pub const fn symbol(self) -> &'static str {
        match self {
            Relation::Compare(op) => op.symbol(),
            Relation::In => "in",
            Relation::NotIn => "not in",
        }
    }
}

/// A short-circuit operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LogicalOp {
    /// `and`.
    And,
    /// `or`.
    Or,
}
