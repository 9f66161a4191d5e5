//! The list of compiled kernels that the build helper leaves for the macro.
//!
//! The macro holds each symbol that it is about to call against it, so that a kernel that was not
//! compiled is a message and not a linker error. An editor that gives the macro no text finds each
//! kernel's whole interface here.
//!
//! A manifest is text: a line for each fact, its fields separated by tabs, `\\ \t \n \r` escaped.
//!
//! ```text
//! pykernel manifest 0.1.0
//! library    pyk_app_91d4e0377bb06c2a
//! folder     kernels
//! stub       stubs/pairwise.pyi
//! kernel     pairwise    src/main.rs    104    112    Distances of all pairs.
//! overload   pyk_pairwise_…    0    -    None
//! param      points      array    float64    2    C    read
//! param      scale       float
//! ufunc      (n),(n)->()    guvectorize    None    parallel    0
//! loop       12    raises    float64    float64    float64
//! launched   256    -    -
//! callable   crate::log    60    63    2    None    float64
//! untrusted  spread
//! ```
//!
//! A kernel has its name, file, span and docstring, if any; an overload its symbol, function, what
//! its caller must know (of `recursive`, `host`, `unchecked`, or `-`), and the type of its result; a
//! parameter its name and its type. A function of Rust that a kernel calls has its path, span and
//! function, the type of its result and those of its parameters; a C function that nothing vouches
//! for its symbol. A ufunc has its layout, how it is written, its identity, whether it runs on all
//! cores (or `-`), and the inputs that it writes; a loop of one, behind its overload, its cost, whether
//! it raises, and the types of its operands. A kernel that is launched on a GPU has the most threads of its blocks, the
//! fewest blocks at once and the most registers (or `-`).

mod types;

use crate::core_layout;
use crate::hir::LaunchBounds;
use crate::interface::{Callable, Kernel, Overload, Param, ParamType};
use crate::ir::FunctionId;
use crate::source::Span;
use crate::types::Type;
use crate::ufunc::{Identity, Kind, Target, Ufunc};
use types::{dtype, read_param, read_result, write_param, write_result};

/// The environment variable by which the build helper tells the macro where the manifest is.
pub const VARIABLE: &str = "PYKERNEL_MANIFEST";

/// The version of this compiler. Another one may write manifests otherwise, name symbols otherwise,
/// or have them called otherwise.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// How the first line begins; a version follows.
const HEADER: &str = "pykernel manifest ";

/// The version of the compiler that wrote a manifest, if the text is one.
pub fn version(text: &str) -> Option<&str> {
    text.lines().next()?.strip_prefix(HEADER)
}

/// What the build helper compiled for a package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// The library that holds the kernels.
    pub library: String,
    /// The folder of kernel files.
    pub folder: String,
    /// The stubs that do not stand beside their kernel files.
    pub stubs: Vec<String>,
    /// The kernels.
    pub kernels: Vec<Compiled>,
}

/// A compiled kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiled {
    /// The file in which it stands, as its [`Source`](crate::source::Source) names it.
    pub file: String,
    /// The kernel.
    pub kernel: Kernel,
}

impl Manifest {
    /// The entry of a symbol, if it was compiled.
    pub fn overload(&self, symbol: &str) -> Option<&Overload> {
        let mut overloads = self.kernels.iter().flat_map(|compiled| &compiled.kernel.overloads);
        overloads.find(|overload| overload.symbol == symbol)
    }

    /// The manifest as text.
    pub fn to_text(&self) -> String {
        let mut lines = vec![
            HEADER.to_owned() + VERSION,
            line(&["library", &self.library]),
            line(&["folder", &self.folder]),
        ];
        lines.extend(self.stubs.iter().map(|stub| line(&["stub", stub])));
        for Compiled { file, kernel } in &self.kernels {
            let (start, end) = (kernel.span.start.to_string(), kernel.span.end.to_string());
            let mut fields = vec!["kernel", &kernel.name, file, &start, &end];
            fields.extend(kernel.doc.as_deref());
            lines.push(line(&fields));
            lines.extend(kernel.ufunc.iter().map(ufunc_line));
            lines.extend(kernel.launched.iter().map(launched_line));
            lines.extend(kernel.callables.iter().map(callable_line));
            lines.extend(kernel.untrusted.iter().map(|symbol| line(&["untrusted", symbol])));
            for overload in &kernel.overloads {
                lines.push(overload_line(overload));
                lines.extend(kernel.ufunc.iter().map(|_| loop_line(overload)));
                lines.extend(overload.params.iter().map(param_line));
            }
        }
        lines.join("\n") + "\n"
    }

    /// Reads a manifest; `None` when the text is not one of this version.
    pub fn from_text(text: &str) -> Option<Manifest> {
        if version(text)? != VERSION {
            return None;
        }
        let mut manifest = Manifest::default();
        for line in text.lines().skip(1) {
            let fields: Vec<String> = line.split('\t').map(unescape).collect();
            let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
            manifest.read(&fields)?;
        }
        Some(manifest)
    }

    fn read(&mut self, fields: &[&str]) -> Option<()> {
        match fields {
            ["library", name] => self.library = (*name).to_owned(),
            ["folder", name] => self.folder = (*name).to_owned(),
            ["stub", path] => self.stubs.push((*path).to_owned()),
            ["kernel", name, file, start, end, doc @ ..] => self.kernels.push(Compiled {
                file: (*file).to_owned(),
                kernel: Kernel {
                    name: (*name).to_owned(),
                    span: Span::new(start.parse().ok()?, end.parse().ok()?),
                    doc: doc.first().map(|doc| (*doc).to_owned()),
                    overloads: Vec::new(),
                    callables: Vec::new(),
                    untrusted: Vec::new(),
                    ufunc: None,
                    launched: None,
                },
            }),
            ["callable", path, start, end, function, types @ ..] => {
                let (result, params) = whole(types, read_types)?;
                self.kernels.last_mut()?.kernel.callables.push(Callable {
                    path: (*path).to_owned(),
                    span: Span::new(start.parse().ok()?, end.parse().ok()?),
                    function: FunctionId(function.parse().ok()?),
                    params,
                    result,
                });
            }
            ["untrusted", symbol] => self.kernels.last_mut()?.kernel.untrusted.push((*symbol).to_owned()),
            ["overload", symbol, function, needs, result @ ..] => {
                self.kernels.last_mut()?.kernel.overloads.push(Overload {
                    symbol: (*symbol).to_owned(),
                    function: FunctionId(function.parse().ok()?),
                    types: Vec::new(),
                    cost: 0,
                    raises: false,
                    params: Vec::new(),
                    result: whole(result, read_result)?,
                    recursive: needs.split(' ').any(|need| need == "recursive"),
                    host: needs.split(' ').any(|need| need == "host"),
                    unchecked: needs.split(' ').any(|need| need == "unchecked"),
                });
            }
            ["ufunc", layout, kind, identity, target, writable @ ..] => {
                self.kernels.last_mut()?.kernel.ufunc = Some(Ufunc {
                    kind: read_kind(kind)?,
                    layout: core_layout::read(layout).ok()?,
                    identity: read_identity(identity)?,
                    target: Target::named(target)?,
                    writable: writable.iter().map(|position| position.parse().ok()).collect::<Option<_>>()?,
                });
            }
            ["launched", threads, blocks, registers] => {
                let number = |text: &str| match text {
                    "-" => Some(None),
                    bound => bound.parse().ok().map(Some),
                };
                self.kernels.last_mut()?.kernel.launched = Some(LaunchBounds {
                    threads: number(threads)?,
                    blocks: number(blocks)?,
                    registers: number(registers)?,
                });
            }
            ["loop", cost, raises, types @ ..] => {
                let overload = self.kernels.last_mut()?.kernel.overloads.last_mut()?;
                overload.cost = cost.parse().ok()?;
                overload.raises = *raises == "raises";
                overload.types = types.iter().copied().map(dtype).collect::<Option<_>>()?;
            }
            ["param", name, ty @ ..] => {
                let param = Param { name: (*name).to_owned(), ty: whole(ty, read_param)? };
                self.kernels.last_mut()?.kernel.overloads.last_mut()?.params.push(param);
            }
            _ => return None,
        }
        Some(())
    }
}

/// Reads a type that all of the fields are for.
fn whole<T>(mut fields: &[&str], read: impl FnOnce(&mut &[&str]) -> Option<T>) -> Option<T> {
    let ty = read(&mut fields)?;
    fields.is_empty().then_some(ty)
}

/// The types of a callable function: its result's, then its parameters'.
fn read_types(fields: &mut &[&str]) -> Option<(Type, Vec<ParamType>)> {
    let result = read_result(fields)?;
    let mut params = Vec::new();
    while !fields.is_empty() {
        params.push(read_param(fields)?);
    }
    Some((result, params))
}

fn callable_line(callable: &Callable) -> String {
    let mut fields = vec!["callable".to_owned(), callable.path.clone()];
    fields.extend([callable.span.start, callable.span.end, callable.function.0].map(|it| it.to_string()));
    write_result(&callable.result, &mut fields);
    callable.params.iter().for_each(|param| write_param(param, &mut fields));
    line(&fields.iter().map(String::as_str).collect::<Vec<_>>())
}

fn overload_line(overload: &Overload) -> String {
    let function = overload.function.0.to_string();
    let needs =
        [(overload.recursive, "recursive"), (overload.host, "host"), (overload.unchecked, "unchecked")];
    let needs: Vec<&str> = needs.into_iter().filter(|(is, _)| *is).map(|(_, name)| name).collect();
    let needs = if needs.is_empty() { "-".to_owned() } else { needs.join(" ") };
    let mut result = Vec::new();
    write_result(&overload.result, &mut result);
    let head = ["overload", &overload.symbol, &function, &needs];
    line(&head.into_iter().chain(result.iter().map(String::as_str)).collect::<Vec<_>>())
}

/// The names of the ways in which ufuncs are written.
const KINDS: [(Kind, &str); 2] = [(Kind::Vectorize, "vectorize"), (Kind::Guvectorize, "guvectorize")];

fn read_kind(name: &str) -> Option<Kind> {
    KINDS.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
}

fn read_identity(text: &str) -> Option<Identity> {
    match text {
        "None" => Some(Identity::None),
        "reorderable" => Some(Identity::Reorderable),
        _ => text.parse().ok().map(Identity::Value),
    }
}

fn ufunc_line(ufunc: &Ufunc) -> String {
    let kind = KINDS.iter().find(|(kind, _)| *kind == ufunc.kind).map_or("", |(_, name)| name);
    let identity = match ufunc.identity {
        Identity::None => "None".to_owned(),
        Identity::Reorderable => "reorderable".to_owned(),
        Identity::Value(value) => value.to_string(),
    };
    let layout = ufunc.layout.to_string();
    let writable: Vec<String> = ufunc.writable.iter().map(usize::to_string).collect();
    let fields = ["ufunc", &layout, kind, &identity, ufunc.target.name()].into_iter();
    line(&fields.chain(writable.iter().map(String::as_str)).collect::<Vec<_>>())
}

fn launched_line(bounds: &LaunchBounds) -> String {
    let number = |bound: Option<u32>| bound.map_or("-".to_owned(), |bound| bound.to_string());
    line(&["launched", &number(bounds.threads), &number(bounds.blocks), &number(bounds.registers)])
}

fn loop_line(overload: &Overload) -> String {
    let (cost, raises) = (overload.cost.to_string(), if overload.raises { "raises" } else { "-" });
    let types = overload.types.iter().map(|dtype| dtype.name());
    line(&["loop", &cost, raises].into_iter().chain(types).collect::<Vec<_>>())
}

fn param_line(param: &Param) -> String {
    let mut ty = Vec::new();
    write_param(&param.ty, &mut ty);
    line(&["param", &param.name].into_iter().chain(ty.iter().map(String::as_str)).collect::<Vec<_>>())
}

fn line(fields: &[&str]) -> String {
    fields.iter().map(|field| escape(field)).collect::<Vec<_>>().join("\t")
}

fn escape(field: &str) -> String {
    field.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r")
}

fn unescape(field: &str) -> String {
    let mut text = String::with_capacity(field.len());
    let mut chars = field.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => text.extend(chars.next().map(|escaped| match escaped {
                't' => '\t',
                'n' => '\n',
                'r' => '\r',
                other => other,
            })),
            _ => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interface::{Number, ParamType};
    use crate::ir::Mode;
    use crate::types::{ArrayType, DType, Element, Field, Layout, Record, Struct, Weak};

    /// Records in records.
    fn records() -> Element {
        let field = |name: &str, offset, element, shape: &[usize]| Field {
            name: name.into(),
            offset,
            element,
            shape: shape.into(),
        };
        let x = field("x", 0, Element::Number(DType::Float64), &[]);
        let record = |fields, size| Element::Record(Record::new(Struct { fields, size }).unwrap());
        let inner = record(vec![x.clone()], 8);
        record(vec![x, field("inner", 8, inner, &[2, 3])], 64)
    }

    fn manifest() -> Manifest {
        let array =
            |rank, layout, readonly| ArrayType { readonly, ..ArrayType::of(DType::Complex64, rank, layout) };
        let types = [
            ParamType::Number(Number::Weak(Weak::Bool)),
            ParamType::Number(Number::Strong(DType::Bool)),
            ParamType::Array(array(2, Layout::F, false), Mode::Write),
            ParamType::Array(array(0, Layout::Any, true), Mode::Read),
            ParamType::Array(array(1, Layout::C, false), Mode::Read),
            ParamType::Array(ArrayType { element: records(), ..array(1, Layout::C, false) }, Mode::Write),
            ParamType::Tuple(vec![
                ParamType::Tuple(vec![]),
                ParamType::Array(array(1, Layout::C, false), Mode::Read),
                ParamType::Optional(Number::Weak(Weak::Complex)),
                ParamType::Generator,
            ]),
        ];
        let params = types.into_iter().enumerate().map(|(i, ty)| Param { name: format!("p{i}"), ty });
        let overload = Overload {
            symbol: "pyk_f_1".into(),
            function: FunctionId(7),
            types: Vec::new(),
            cost: 0,
            raises: false,
            params: params.collect(),
            result: Type::None,
            recursive: true,
            unchecked: false,
            host: false,
        };
        let returned = Type::Array(array(3, Layout::C, true));
        let other = Overload {
            symbol: "pyk_f_2".into(),
            params: vec![],
            result: Type::Tuple(vec![
                Type::INT,
                Type::Tuple(vec![Type::None, returned, Type::FLOAT.optional()]),
            ]),
            unchecked: true,
            host: true,
            ..overload.clone()
        };
        let kernel = Kernel {
            name: "f".into(),
            span: Span::new(3, 4),
            doc: Some("A \\n\tdoc\r\n\n".into()),
            overloads: vec![overload, other],
            callables: vec![Callable {
                path: "crate::f".into(),
                span: Span::new(1, 2),
                function: FunctionId(9),
                params: vec![
                    ParamType::Number(Number::Strong(DType::Float32)),
                    ParamType::Number(Number::Weak(Weak::Int)),
                ],
                result: Type::None,
            }],
            untrusted: vec!["spread".into()],
            ufunc: None,
            launched: None,
        };
        let plain = Kernel { name: "g".into(), doc: None, ..kernel.clone() };
        let ufunc = |kind, layout: &str, identity| Ufunc {
            kind,
            layout: core_layout::read(layout).unwrap(),
            identity,
            target: if kind == Kind::Guvectorize { Target::Parallel } else { Target::Cuda },
            writable: vec![0; usize::from(kind == Kind::Guvectorize)],
        };
        let looped = |overload: &Overload| Overload {
            types: vec![DType::Complex64, DType::Bool],
            cost: 12,
            raises: overload.host,
            ..overload.clone()
        };
        let over = |name: &str, ufunc| Kernel {
            name: name.into(),
            overloads: kernel.overloads.iter().map(looped).collect(),
            ufunc: Some(ufunc),
            ..kernel.clone()
        };
        let ufuncs = [
            over("u", ufunc(Kind::Vectorize, "()->()", Identity::Value(-1))),
            over("v", ufunc(Kind::Guvectorize, "(n?),(3|1)->(3),()", Identity::Reorderable)),
            over("w", ufunc(Kind::Guvectorize, "(n)->(2*n-1,k)", Identity::None)),
        ];
        let compiled = |kernel| Compiled { file: "src/a b.rs".into(), kernel };
        Manifest {
            library: "pyk_p".into(),
            folder: "kernels".into(),
            stubs: vec!["stubs/a b.pyi".into()],
            kernels: [kernel, plain].into_iter().chain(ufuncs).map(compiled).collect(),
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let manifest = manifest();
        assert_eq!(Manifest::from_text(&manifest.to_text()), Some(manifest.clone()));
        assert!(manifest.overload("pyk_f_2").is_some() && manifest.overload("pyk_f_3").is_none());
    }

    #[test]
    fn other_text_is_refused() {
        assert_eq!(Manifest::from_text(""), None);
        let other = "pykernel manifest 0.0.9\n";
        assert_eq!((Manifest::from_text(other), version(other)), (None, Some("0.0.9")));
        for line in ["param\tx\tint", "kernel\tx", "kernel\tx\tk.py\t0\t1\noverload\tf\t0\t-\ttuple\t2\tint"]
        {
            assert_eq!(Manifest::from_text(&format!("{HEADER}{VERSION}\n{line}\n")), None, "{line}");
        }
    }
}
