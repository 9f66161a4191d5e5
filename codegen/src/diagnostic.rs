//! What is wrong with a kernel, in words a person can act on.
//!
//! Stages take a [`Diagnostics`] and go on after an error, so that a user sees all mistakes of a
//! file at once. A diagnostic is made where its cause is known and rendered once, by whoever
//! shows it: the macro as `compile_error!` at the spans, the command and the build helper as text.

use std::collections::BTreeSet;
use std::fmt;

use crate::source::Span;

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Severity {
    /// The kernel is not compiled.
    Error,
    /// The kernel is compiled, and perhaps does not do what is meant.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        })
    }
}

/// Declares [`Code`]: one row per diagnostic, its name and what it means, by severity. Its page is
/// `docs/diagnostics/<name>.md`, by a link that the published package follows.
macro_rules! codes {
    ($($severity:ident { $($variant:ident $name:literal $meaning:literal;)* })*) => {
        /// The stable name of a kind of diagnostic.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $($(#[doc = $meaning] $variant,)*)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &[Code] = &[$($(Code::$variant,)*)*];

            /// The name that messages show, in kebab case.
            pub const fn name(self) -> &'static str {
                match self { $($(Code::$variant => $name,)*)* }
            }

            /// What the code means, in one sentence.
            pub const fn meaning(self) -> &'static str {
                match self { $($(Code::$variant => $meaning,)*)* }
            }

            /// How bad it is.
            pub const fn severity(self) -> Severity {
                match self { $($(Code::$variant => Severity::$severity,)*)* }
            }

            /// A page about the code: why it is wrong, an example, and what to write instead.
            pub const fn page(self) -> &'static str {
                match self {
                    $($(Code::$variant => include_str!(concat!("../diagnostics/", $name, ".md")),)*)*
                }
            }
        }
    };
}

codes! {
    Error {
        SyntaxError "syntax-error" "The text is not Python.";
        InvalidSource "invalid-source" "The file cannot be read as UTF-8 text, or is too large.";
        TooDeeplyNested "too-deeply-nested" "Expressions or blocks are nested too deeply.";
        UnsupportedSyntax "unsupported-syntax" "Python has this construct; kernels do not, in this version.";
        UnknownImport "unknown-import" "Nothing of this name can be imported into a kernel.";
        UndefinedName "undefined-name" "No variable, function or builtin has this name.";
        NeverBound "never-bound" "A variable is read, but no path assigns it before.";
        DuplicateDefinition "duplicate-definition" "Two functions, or two parameters, have one name.";
        BadSignature "bad-signature" "A declared signature does not fit its function.";
        BadLayout "bad-layout" "The layout of a gufunc is none, or does not fit its function.";
        ForeignDeclaration "foreign-declaration" "A function of Rust or of C is declared in a way that kernels cannot call.";
        UnknownType "unknown-type" "A declared type is not one that kernels have.";
        UnknownDecorator "unknown-decorator" "A decorator is not one that kernels have.";
        UnknownOption "unknown-option" "A decorator's option is not one that kernels have.";
        ReservedName "reserved-name" "A kernel's name cannot be a Rust function's name.";
        UnsupportedOperand "unsupported-operand" "An operator has no meaning for these types.";
        TypeMismatch "type-mismatch" "Two types meet that have no common type, or a value cannot be converted.";
        ArgumentMismatch "argument-mismatch" "A call does not fit what is called.";
        IntegerOutOfRange "integer-out-of-range" "An integer literal does not fit the type that it meets.";
        NoSuchAttribute "no-such-attribute" "A value has no attribute of this name.";
        NotIndexable "not-indexable" "A value that is not an array is indexed.";
        WrongRank "wrong-rank" "An array is indexed with too few or too many indices.";
        ReadonlyArray "readonly-array" "An array that is declared read-only is written.";
        NotCallable "not-callable" "A value that is not a function is called.";
        MissingFeature "missing-feature" "A kernel calls what a feature of this package has, which is not on.";
        GpuOnly "gpu-only" "A kernel for the CPU uses what only threads of a GPU have.";
        NotIterable "not-iterable" "A `for` runs over something that cannot be iterated.";
        EndlessTypes "endless-types" "A recursion has no path on which its result type can be known, or needs ever new types.";
        ParallelExit "parallel-exit" "A `break` or `return` leaves a parallel loop.";
        ParallelVariable "parallel-variable" "A variable is taken from one iteration of a parallel loop to another, or out of it.";
        ParallelAccess "parallel-access" "Iterations of a parallel loop may meet at an element that one of them writes.";
        UnknownException "unknown-exception" "A raised class is not one of Python's built-in exceptions.";
    }
    Warning {
        NarrowAccumulator "narrow-accumulator" "A loop sums up in an integer that is narrower than the author may think.";
        WideMath "wide-math" "A function of `math` computes a float32 in double precision.";
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which kind.
    pub code: Code,
    /// The cause, in one line, with the types and names at hand.
    pub message: String,
    /// The expression that is wrong.
    pub span: Span,
    /// A few words under the expression; may be empty.
    pub label: String,
    /// Further facts, each perhaps about another place.
    pub notes: Vec<Note>,
    /// The way out.
    pub help: Option<String>,
}

/// A further fact about a [`Diagnostic`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The place that it is about.
    pub span: Option<Span>,
    /// The fact.
    pub text: String,
}

impl Diagnostic {
    /// A diagnostic with its cause and its place.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        let message = message.into();
        Diagnostic { code, message, span, label: String::new(), notes: Vec::new(), help: None }
    }

    /// Adds a few words under the expression.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Adds a fact about another place.
    pub fn note_at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.notes.push(Note { span: Some(span), text: text.into() });
        self
    }

    /// Adds a fact.
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(Note { span: None, text: text.into() });
        self
    }

    /// Adds the way out.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// The diagnostics of one source, in the order in which they were found.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    errors: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
    said: BTreeSet<(Code, Span)>,
}

impl Diagnostics {
    /// Adds one, unless something of the same code was said of the same place: several
    /// specialisations of a function share its mistakes.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        if self.said.insert((diagnostic.code, diagnostic.span)) {
            match diagnostic.code.severity() {
                Severity::Error => self.errors.push(diagnostic),
                Severity::Warning => self.warnings.push(diagnostic),
            }
        }
    }

    /// Adds those of another, in their order.
    pub fn append(&mut self, others: Diagnostics) {
        others.errors.into_iter().chain(others.warnings).for_each(|other| self.report(other));
    }

    /// Adds facts to each of them.
    pub fn annotate(&mut self, notes: &[Note]) {
        for diagnostic in self.errors.iter_mut().chain(&mut self.warnings) {
            diagnostic.notes.extend_from_slice(notes);
        }
    }

    /// Whether nothing is wrong. Warnings do not count.
    pub fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// How many errors were found.
    pub fn len(&self) -> usize {
        self.errors.len()
    }

    /// Takes the warnings, in the order of the text.
    pub fn take_warnings(&mut self) -> Vec<Diagnostic> {
        sorted(std::mem::take(&mut self.warnings))
    }

    /// The errors, in the order of the text.
    pub fn into_sorted(self) -> Vec<Diagnostic> {
        sorted(self.errors)
    }
}

fn sorted(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span, diagnostic.code));
    diagnostics
}
