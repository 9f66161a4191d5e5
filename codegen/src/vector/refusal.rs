//! Why a loop stays one of single numbers.

use std::fmt;

use crate::source::Span;

/// Why, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub why: Why,
    /// What stands in the way.
    pub span: Span,
}

/// Why a loop stays one of single numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// A `while` loop.
    While,
    /// A loop in it is on lanes.
    InnerLoop,
    /// It counts by other steps than 1.
    Step,
    /// It is too short.
    Short,
    /// It is too large.
    Large,
    /// It does nothing on arrays or floats that lanes would make faster.
    Nothing,
    /// A variable is taken from one iteration to the next.
    Carried(String),
    /// Iterations may read or write what others write.
    Meets,
    /// All iterations write one element.
    OneElement,
    /// Something is written, and later in the iteration something may be raised: it could not be done again.
    WriteBeforeCheck,
    /// Something is written, and later in the iteration the loop may be left.
    WriteBeforeExit,
    /// A call, of a function of this name.
    Call(String),
    /// Memory is taken or given back.
    Memory,
    /// Something is printed.
    Print,
    /// Threads of a GPU do something together.
    Together,
    /// A loop runs in parallel.
    Parallel,
    /// Iterations choose among arrays.
    ArrayChosen,
    /// An inner loop has other bounds in each iteration, and counts by other steps than 1.
    InnerStep,
    /// The layout of an array differs among the iterations.
    Layout,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::While => f.write_str("how often a `while` loop runs is not known before it"),
            Why::InnerLoop => f.write_str("a loop inside of it is"),
            Why::Step => f.write_str("it does not count by 1"),
            Why::Short => f.write_str("it has fewer iterations than there are lanes"),
            Why::Large => f.write_str("its body is too large"),
            Why::Nothing => f.write_str("it does nothing that lanes make faster"),
            Why::Carried(name) => write!(f, "each iteration takes `{name}` from the one before"),
            Why::Meets => f.write_str("iterations may read or write elements that others write"),
            Why::OneElement => f.write_str("all iterations write the same element"),
            Why::WriteBeforeCheck => {
                f.write_str("this may raise after an element was written that is also read")
            }
            Why::WriteBeforeExit => f.write_str("this may leave the loop after an element was written"),
            Why::Call(name) => write!(f, "it calls `{name}`, which can raise or does more than compute"),
            Why::Memory => f.write_str("it makes an array"),
            Why::Together => f.write_str("threads of a GPU do something together in it"),
            Why::Print => f.write_str("it prints"),
            Why::Parallel => f.write_str("it runs a loop in parallel"),
            Why::ArrayChosen => f.write_str("which array this is depends on the iteration"),
            Why::InnerStep => f.write_str("an inner loop depends on the iteration, and does not count by 1"),
            Why::Layout => f.write_str("it asks for strides that depend on the iteration"),
        }
    }
}
