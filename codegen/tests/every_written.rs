//! Every function of NumPy's that the library writes in Python either is refused with a diagnostic or becomes
//! well-formed IR, for numbers of every kind and arrays of several ranks.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pykernel_codegen::builtin::{self, Takes};
use pykernel_codegen::diagnostic::Diagnostics;
use pykernel_codegen::library::library;
use pykernel_codegen::source::Source;
use pykernel_codegen::types::Kind;
use pykernel_codegen::{infer, ir, lower, syntax};

const DTYPES: [&str; 6] = ["boolean", "int8", "uint64", "float32", "float64", "complex64"];

/// What stands for the arguments of one call.
struct Given {
    /// The element types of arrays and numbers, by turns.
    dtypes: [&'static str; 2],
    /// The ranks of arrays, by turns.
    ranks: [usize; 2],
    /// How many parameters there are so far, each declared.
    declared: Vec<String>,
}

impl Given {
    fn declare(&mut self, ty: String) -> String {
        let name = format!("p{}", self.declared.len());
        self.declared.push(format!("{name}: {ty}"));
        name
    }

    fn array(&mut self) -> String {
        let turn = self.declared.len() % 2;
        let (dtype, rank) = (self.dtypes[turn], self.ranks[turn]);
        let axes = vec![":"; rank].join(", ");
        self.declare(if rank == 0 { format!("{dtype}[()]") } else { format!("{dtype}[{axes}]") })
    }

    fn number(&mut self) -> String {
        let dtype = self.dtypes[self.declared.len() % 2];
        self.declare(dtype.to_owned())
    }

    /// An argument; `is_other` gives what else a parameter takes.
    fn argument(&mut self, takes: &Takes, is_other: bool) -> String {
        match takes {
            Takes::OrNone(_) if is_other => "None".to_owned(),
            Takes::OrNone(takes) => self.argument(takes, false),
            Takes::Array { .. } if is_other => self.number(),
            Takes::Operand { .. } if is_other => self.number(),
            Takes::Array { .. } | Takes::Operand { .. } | Takes::Written => self.array(),
            Takes::Number { .. } => self.number(),
            Takes::Int => self.declare("int".to_owned()),
            Takes::Ints if is_other => format!("({0}, {0})", self.declare("int".to_owned())),
            Takes::IntOr(takes) if is_other => self.argument(takes, false),
            Takes::Ints | Takes::IntOr(_) => self.declare("int".to_owned()),
            Takes::Sections if is_other => format!("({0}, 3)", self.declare("int".to_owned())),
            Takes::Sections => "2".to_owned(),
            Takes::Flag => self.declare("bool".to_owned()),
            Takes::Switch => if is_other { "True" } else { "False" }.to_owned(),
            Takes::CaseOr(_, takes) if is_other => self.argument(takes, false),
            Takes::Choice(texts) | Takes::Case(texts) | Takes::CaseOr(texts, _) => {
                format!("'{}'", texts[usize::from(is_other)])
            }
            Takes::Generator => self.declare("np.random.Generator".to_owned()),
            Takes::State(_) => unreachable!("no call says it"),
            Takes::Size if is_other => format!("({}, 2)", self.declare("int".to_owned())),
            Takes::Size | Takes::Seed => self.declare("int".to_owned()),
            Takes::DTypeOf(kind) => match (kind, is_other) {
                (Kind::Int, false) => "np.int64",
                (Kind::Int, true) => "np.uint8",
                (_, false) => "np.float64",
                (_, true) => "np.float32",
            }
            .to_owned(),
            Takes::DType => if is_other { "np.complex128" } else { "np.int8" }.to_owned(),
            Takes::Items(takes) => {
                let items = [self.argument(takes, false), self.argument(takes, is_other)];
                format!("({}, {})", items[0], items[1])
            }
            Takes::Rest(takes) => {
                let items = [self.argument(takes, false), self.argument(takes, is_other)];
                format!("{}, {}", items[0], items[1])
            }
        }
    }
}

/// A kernel that calls a function with this many arguments.
fn kernel(name: &str, takes: &[Takes], is_other: bool, mut given: Given) -> String {
    let said = takes.iter().filter(|takes| !matches!(takes, Takes::State(_)));
    let arguments: Vec<String> = said.map(|takes| given.argument(takes, is_other)).collect();
    let call = match name.strip_prefix("ndarray.").or(name.strip_prefix("Generator.")) {
        Some(method) => format!("{}.{method}({})", arguments[0], arguments[1..].join(", ")),
        None => format!("{}({})", name.replacen("numpy", "np", 1), arguments.join(", ")),
    };
    // No function returns a generator.
    let used = if name == "numpy.random.default_rng" { ".random()" } else { "" };
    let imported = DTYPES.join(", ");
    format!(
        "import random\nimport numpy as np\nfrom numba import njit, int64, {imported}\n\n@njit\ndef f({}):\n    return {call}{used}\n",
        given.declared.join(", ")
    )
}

/// Whether a kernel has a meaning.
fn is_accepted(text: &str) -> bool {
    let source = Source::file("k.py", text);
    let mut diagnostics = Diagnostics::default();
    let hir = syntax::parse(&source, &mut diagnostics);
    let program = infer::infer(&hir, &mut diagnostics);
    if !diagnostics.is_empty() {
        return false;
    }
    let module = lower::lower(&program, &source);
    let verified = ir::verify::verify(&module, ir::Stage::Raising);
    assert_eq!(verified, Ok(()));
    true
}

#[test]
fn every_written_function_is_refused_or_becomes_well_formed_ir() {
    let mut broken = Vec::new();
    // Without these features their calls are refused.
    let needs = |name: &str| {
        !cfg!(feature = "linalg") && name.starts_with("numpy.linalg.")
            || !cfg!(feature = "fft") && name.starts_with("numpy.fft.")
    };
    for (name, function, takes) in builtin::all_written().filter(|(name, ..)| !needs(name)) {
        let function = library().functions.iter().find(|it| it.name == function).unwrap();
        assert_eq!(function.n_params, takes.len(), "`{name}` says what each parameter takes");
        let n_required = function.n_params - function.defaults.len();
        let mut accepted = 0;
        for text in kernels(name, takes, n_required) {
            match catch_unwind(AssertUnwindSafe(|| is_accepted(&text))) {
                Ok(is_accepted) => accepted += usize::from(is_accepted),
                Err(_) => broken.push(text),
            }
        }
        assert!(accepted > 0, "`{name}` takes nothing");
    }
    assert!(broken.is_empty(), "{} kernels:\n{}", broken.len(), broken.join("\n"));
}

/// Calls of a function.
fn kernels(name: &str, takes: &[Takes], n_required: usize) -> Vec<String> {
    let mut kernels = Vec::new();
    for (n, is_other) in [(n_required, false), (takes.len(), false), (takes.len(), true)] {
        for ranks in [[0, 0], [1, 1], [2, 2], [3, 3], [1, 2], [2, 1], [2, 3], [0, 2]] {
            for dtypes in dtypes_for(ranks) {
                kernels.push(kernel(
                    name,
                    &takes[..n],
                    is_other,
                    Given { dtypes, ranks, declared: Vec::new() },
                ));
            }
        }
    }
    kernels.sort();
    kernels.dedup();
    kernels
}

/// Element types, all with all where arrays have one dimension.
fn dtypes_for(ranks: [usize; 2]) -> Vec<[&'static str; 2]> {
    match ranks {
        [1, 1] => DTYPES.iter().flat_map(|a| DTYPES.iter().map(|b| [*a, *b])).collect(),
        _ => DTYPES.iter().map(|dtype| [*dtype, *dtype]).collect(),
    }
}
