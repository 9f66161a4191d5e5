//! The names of kernels' entries in object code, and of the library that holds them.
//!
//! ```text
//! entry    pyk_<kernel>_<32 hex digits>     pyk_mandel_3c1f0a94b0de6a5e2f7d8c31a6b9e044
//! local    <entry>.<function>               pyk_mandel_3c1f0a94b0de6a5e2f7d8c31a6b9e044.escape.1
//! library  pyk_<package>_<16 hex digits>    pyk_my_app_91d4e0377bb06c2a
//! ```
//!
//! An entry is global and has no dot; what it calls is local to its object and has one. The
//! library's name is that of an archive file and of `#[link]`, never of a symbol.
//!
//! `<kernel>` and `<package>` are Python's and cargo's names with `_` for each character that is
//! not an ASCII letter, digit or `_`. The digits are the FNV-1a hash of what tells two entries
//! apart, so that the macro and the build helper agree without talking, that two packages never
//! collide in one program, and that a changed kernel has a new symbol: the package's name and
//! version, the file's path for a `.py` file, the text of the function and of all functions of the
//! file that it reaches, the text between the functions (imports, constants), and the overload's
//! parameter types. What a stub says counts as text of the function. Neither positions nor margins are in it: they differ between what `build.rs`
//! reads and what a doctest compiles.

mod reach;

pub use reach::reached;

use crate::hir::{self, FunctionId};
use crate::source::{Source, Span, dedent};
use crate::types::Type;

/// Changes when entries are called otherwise than before, so that stale objects are not linked.
const FORMAT: &str = "1";

/// The package whose build compiles the kernels: what makes symbols of two crates differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// `CARGO_PKG_NAME`.
    pub name: String,
    /// `CARGO_PKG_VERSION`.
    pub version: String,
}

impl Package {
    /// The name of the library that holds the package's kernels.
    pub fn library(&self) -> String {
        let hash = Hash128::default().field(FORMAT).field(&self.name).field(&self.version);
        format!("pyk_{}_{:016x}", identifier(&self.name), hash.low())
    }
}

/// The name of a kernel's code for GPUs, by the symbol of its first entry.
pub fn of_device(entry: &str) -> String {
    format!("{entry}_device")
}

/// Names the entries of one file.
#[derive(Debug)]
pub struct Symbols<'a> {
    source: &'a Source,
    hir: &'a hir::Module,
    /// What all entries of the file share.
    shared: Hash128,
}

impl<'a> Symbols<'a> {
    /// Prepares to name the entries of a file of a package.
    pub fn new(package: &Package, source: &'a Source, hir: &'a hir::Module) -> Self {
        let shared = Hash128::default()
            .field(FORMAT)
            .field(&package.name)
            .field(&package.version)
            .field(&source.module)
            .field(&between_functions(source, hir));
        Symbols { source, hir, shared }
    }

    /// The file's functions.
    pub fn hir(&self) -> &'a hir::Module {
        self.hir
    }

    /// The symbols of a function's entries, one for each list of parameter types.
    pub fn entries(&self, function: FunctionId, overloads: &[Vec<Type>]) -> Vec<String> {
        let name = &self.hir.functions[function.0 as usize].name;
        let hash = reached(self.hir, function)
            .into_iter()
            .fold(self.shared.field(name), |hash, id| hash.field(&self.text(id)));
        let symbol = |params: &Vec<Type>| {
            let hash = params.iter().fold(hash, |hash, ty| hash.field(&ty.to_string()));
            format!("pyk_{}_{:032x}", identifier(name), hash.value())
        };
        overloads.iter().map(symbol).collect()
    }

    /// A function's text, and what the stub says of it, without the margins at which they stand.
    fn text(&self, id: FunctionId) -> String {
        let function = &self.hir.functions[id.0 as usize];
        let text =
            |span: &Span| dedent(self.source.slice(Span::new(self.source.line_start(span.start), span.end)));
        std::iter::once(&function.span).chain(&function.stub).map(text).collect::<Vec<_>>().join("\n")
    }
}

/// The module-level lines outside functions that say something, in the file and then in its stub.
fn between_functions(source: &Source, hir: &hir::Module) -> String {
    let functions = hir.functions.iter().map(|function| function.span).collect();
    let text = between(source, Span::new(0, source.text.len() as u32), functions);
    let Some(stub) = &source.stub else { return text };
    let whole = Span::new(source.stub_start(), source.stub_start() + stub.text.len() as u32);
    let stubbed = hir.functions.iter().flat_map(|function| function.stub.iter().copied()).collect();
    text + "\n" + &between(source, whole, stubbed)
}

/// The lines outside of some places that say something.
fn between(source: &Source, whole: Span, mut places: Vec<Span>) -> String {
    places.sort();
    let mut text = String::new();
    let mut at = whole.start;
    for span in places {
        text.push_str(source.slice(Span::new(at, span.start)));
        at = at.max(span.end);
    }
    text.push_str(source.slice(Span::new(at, whole.end)));
    let says = |line: &&str| !line.trim().is_empty() && !line.trim().starts_with('#');
    dedent(&text.lines().filter(says).map(str::trim_end).collect::<Vec<_>>().join("\n"))
}

/// A name with `_` for what may not stand in a symbol.
pub(crate) fn identifier(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

/// The 128-bit FNV-1a hash of a sequence of fields.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hash128(u128);

impl Default for Hash128 {
    fn default() -> Self {
        Hash128(0x6c62272e07bb014262b821756295c58d)
    }
}

impl Hash128 {
    /// Adds a field; its length goes first, so that no two sequences look alike.
    pub(crate) fn field(self, text: &str) -> Self {
        let bytes = (text.len() as u64).to_le_bytes().into_iter().chain(text.bytes());
        Hash128(bytes.fold(self.0, |hash, byte| {
            (hash ^ u128::from(byte)).wrapping_mul(0x0000000001000000000000000000013b)
        }))
    }

    pub(crate) fn value(self) -> u128 {
        self.0
    }

    /// Half of the bits, for where names should be short.
    pub(crate) fn low(self) -> u64 {
        self.0 as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Diagnostics;
    use crate::syntax;

    const TEXT: &str = "from numba import njit\nA = 1.0\n\n@njit\ndef f(x: float) -> float:\n    return g(x) + A\n\n@njit\ndef g(x):\n    return x\n\n@njit\ndef h(x: float) -> float:\n    return x\n";

    fn package(name: &str, version: &str) -> Package {
        Package { name: name.into(), version: version.into() }
    }

    /// The symbol of the entry of `f` for a weak float.
    fn f(package: &Package, source: &Source) -> String {
        let mut diagnostics = Diagnostics::default();
        let hir = syntax::parse(source, &mut diagnostics);
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        let index = hir.functions.iter().position(|function| function.name == "f").unwrap();
        Symbols::new(package, source, &hir).entries(FunctionId(index as u32), &[vec![Type::FLOAT]]).remove(0)
    }

    fn f_in(text: &str) -> String {
        f(&package("p", "1.0.0"), &Source::embedded("src/lib.rs", 1, text))
    }

    #[test]
    fn symbols_follow_the_grammar() {
        let symbol = f_in(TEXT);
        let hash = symbol.strip_prefix("pyk_f_").unwrap();
        assert!(hash.len() == 32 && hash.bytes().all(|b| b.is_ascii_hexdigit()), "{symbol}");
        assert_eq!(identifier("día-1"), "d_a_1");
        let library = package("my-app", "1.0.0").library();
        assert_eq!(library.strip_prefix("pyk_my_app_").unwrap().len(), 16);
        assert_ne!(library, package("my-app", "1.0.1").library());
        assert_ne!(library, package("my_app", "1.0.0").library());
    }

    #[test]
    fn a_symbol_changes_with_what_its_function_reaches_and_with_nothing_else() {
        let same = |from: &str, to: &str| f_in(TEXT) == f_in(&TEXT.replacen(from, to, 1));
        assert!(!same("g(x) + A", "g(x) - A"));
        assert!(!same("    return x\n", "    return -x\n"), "a helper");
        assert!(!same("A = 1.0", "A = 2.0"));
        assert!(same("def h(x: float) -> float:\n    return x", "def h(x: float) -> float:\n    return -x"));
        assert!(same("\n\n@njit\ndef h", "\n\n# Another one.\n\n@njit\ndef h"));
        assert_eq!(f_in(TEXT), f_in(&TEXT.lines().map(|line| format!("    {line}\n")).collect::<String>()));
    }

    #[test]
    fn packages_and_files_are_told_apart() {
        let source = Source::embedded("src/lib.rs", 1, TEXT);
        let symbol = f(&package("p", "1.0.0"), &source);
        assert_eq!(symbol, f(&package("p", "1.0.0"), &Source::embedded("src/main.rs", 9, TEXT)));
        assert_ne!(symbol, f(&package("q", "1.0.0"), &source));
        assert_ne!(symbol, f(&package("p", "1.0.1"), &source));
        assert_ne!(symbol, f(&package("p", "1.0.0"), &Source::file("kernels/a.py", TEXT)));
    }
}
