//! What Python and its neighbours have and kernels do not, and what to write instead.

/// Python's builtins that kernels lack, by what to write instead.
const BUILTINS: &[(&[&str], &str)] = &[
    (
        &["ascii", "bin", "bytearray", "bytes", "chr", "format", "hex", "oct", "ord", "repr", "str"],
        "kernels compute with numbers: make texts of them with `print`, or in Rust",
    ),
    (
        &["dict", "frozenset", "list", "memoryview", "set", "slice", "sorted", "tuple"],
        "put the values into an array, or write a tuple as `(a, b)`",
    ),
    (&["aiter", "anext", "filter", "iter", "map", "next"], "write a `for` loop"),
    (
        &["callable", "getattr", "hasattr", "isinstance", "issubclass", "type"],
        "types are known when a kernel is compiled: declare a signature for each",
    ),
    (
        &[
            "classmethod",
            "delattr",
            "dir",
            "globals",
            "hash",
            "id",
            "locals",
            "object",
            "property",
            "setattr",
            "staticmethod",
            "super",
            "vars",
        ],
        "kernels have numbers and arrays, no objects: pass what is needed as an argument",
    ),
    (&["compile", "eval", "exec"], "write what it computes as a function of the file"),
    (&["breakpoint", "help"], "a debugger shows kernels' lines; `pykernel explain` explains"),
    (
        &["copyright", "credits", "exit", "input", "license", "open", "quit"],
        "that is for the Rust program: pass its result as an argument, or raise an exception to end",
    ),
    (&["Ellipsis", "NotImplemented"], "it stands for no number: use a number, or raise an exception"),
    (&["__build_class__", "__import__", "__loader__", "__spec__"], "import at the beginning of the file"),
    (
        &["__debug__", "__doc__", "__file__", "__name__", "__package__"],
        "kernels do not see their own file: write its value, or pass it as an argument",
    ),
];

/// Python's exceptions that kernels cannot raise.
const EXCEPTIONS: &[&str] = &[
    "BaseException",
    "BaseExceptionGroup",
    "BlockingIOError",
    "BrokenPipeError",
    "BytesWarning",
    "ChildProcessError",
    "ConnectionAbortedError",
    "ConnectionError",
    "ConnectionRefusedError",
    "ConnectionResetError",
    "DeprecationWarning",
    "EncodingWarning",
    "EnvironmentError",
    "ExceptionGroup",
    "FileExistsError",
    "FileNotFoundError",
    "FutureWarning",
    "GeneratorExit",
    "IOError",
    "ImportWarning",
    "IndentationError",
    "InterruptedError",
    "IsADirectoryError",
    "KeyboardInterrupt",
    "ModuleNotFoundError",
    "NotADirectoryError",
    "PendingDeprecationWarning",
    "PermissionError",
    "ProcessLookupError",
    "ResourceWarning",
    "RuntimeWarning",
    "StopAsyncIteration",
    "SyntaxWarning",
    "SystemExit",
    "TabError",
    "UnicodeDecodeError",
    "UnicodeEncodeError",
    "UnicodeTranslateError",
    "UnicodeWarning",
    "UserWarning",
];

/// What to write instead of one of Python's builtins that kernels lack; `None` if the name is not
/// Python's.
pub(super) fn builtin(name: &str) -> Option<&'static str> {
    if EXCEPTIONS.contains(&name) {
        return Some("raise another, such as `ValueError`, `RuntimeError` or `OSError`");
    }
    BUILTINS.iter().find(|(names, _)| names.contains(&name)).map(|(_, help)| *help)
}

/// What to do without something of Numba that this version lacks, by its full name.
pub(super) fn later(name: &str) -> &'static str {
    match name.split('.').nth(1).unwrap_or_default() {
        "stencil" => "write a loop over the elements in an `@njit` kernel",
        "jitclass" | "experimental" | "typed" => "use arrays and tuples",
        "objmode" => "do in Rust, before or after the kernel, what Python's objects are for",
        _ if name.starts_with("cuda.") => "do it in the Rust program, with `pykernel::cuda`",
        _ if name.starts_with("types.") => "kernels take numbers, arrays, tuples and optional values",
        _ => "use `@njit` functions",
    }
}

/// Names that other languages have, and Python's word for them.
const FOREIGN: &[(&str, &str)] = &[
    ("NULL", "None"),
    ("NaN", "math.nan"),
    ("false", "False"),
    ("inf", "math.inf"),
    ("infinity", "math.inf"),
    ("nan", "math.nan"),
    ("nil", "None"),
    ("null", "None"),
    ("nullptr", "None"),
    ("println", "print"),
    ("printf", "print"),
    ("true", "True"),
    ("undefined", "None"),
];

/// What Python calls something that other languages have.
pub(super) fn foreign(name: &str) -> Option<&'static str> {
    FOREIGN.iter().find(|(foreign, _)| *foreign == name).map(|(_, python)| *python)
}

/// What to write instead of a member of a module that kernels lack.
pub(super) fn member(module: &str, name: &str) -> &'static str {
    match (module, name) {
        ("math", "dist") => "write `math.hypot` of the differences, or a loop",
        ("math", "fsum" | "prod" | "sumprod") => "write a loop",
        ("math" | "cmath", _) => "write it as a function of the file",
        ("numpy" | "numpy.fft" | "numpy.linalg", _) => {
            "write it as a loop over the elements, or compute it in Rust"
        }
        ("typing", _) => "write the types that kernels have, such as `float64` or `float64[:]`",
        _ => "leave it out: what kernels have of Numba are its decorators and types",
    }
}
