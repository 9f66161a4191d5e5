//! What can be imported: the modules that kernels know, and what is in them.

use ruff_python_ast::{Alias, Identifier, StmtImport, StmtImportFrom};

use super::names::Binding;
use super::record::Maker;
use super::{Reader, absent, unsupported};
use crate::builtin;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::Signature;
use crate::source::Span;
use crate::spelling::closest;
use crate::types::{Counted, DType, Kind, Record, Type, Weak};
use crate::ufunc;

/// Something that an import or Python itself gives a name to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Entity {
    /// A module, by its full name.
    Module(&'static str),
    /// `njit`, `jit`.
    Jit,
    /// `vectorize`, `guvectorize`.
    Ufunc(ufunc::Kind),
    /// `cfunc`.
    CFunc,
    /// `cuda.jit`.
    CudaJit,
    /// `pykernel.extern`.
    Extern,
    /// Something of `ctypes` or `cffi`.
    Foreign(Foreign),
    /// A number type, which is also a function that converts to it.
    Number(Type),
    /// Numba's `void` and `none`: `None` as a type.
    NoneType,
    /// Numba's `types.Array`.
    ArrayType,
    /// Numba's `optional` and `types.Optional`, Python's `typing.Optional`.
    OptionalType,
    /// Numba's `types.NPDatetime`, `types.NPTimedelta`.
    TimeType(Counted),
    /// Numba's `types.Tuple`.
    TupleType,
    /// Numba's `types.UniTuple`.
    UniTupleType,
    /// Python's `typing.Tuple`.
    PythonTuple,
    /// `numba.cuda.random.xoroshiro128p_type`: the state of a generator, of which there are arrays alone.
    RandomState,
    /// A record type that the file gives a name to, and its alignment in other records.
    Record(Record, usize),
    /// What makes an element type.
    DtypeMaker(Maker),
    /// Numba's `types.Record`.
    RecordType,
    /// `np.recarray`: arrays of records whose fields are attributes, as those of kernels are.
    RecArray,
    /// `np.newaxis`, which is `None`.
    NewAxis,
    /// A type that the file gives a name to.
    Type(Type),
    /// Signatures that the file gives a name to.
    Signatures(Vec<Signature>),
    /// `np.finfo`, `np.iinfo`: of which kind of number.
    Limits(Kind),
    /// `typing.overload`.
    Overload,
    /// A function or a constant, by its full name.
    Value(String),
    /// What Numba has and this version lacks, by its full name.
    Later(String),
}

const MODULES: &[&str] = &[
    "cffi",
    "cmath",
    "ctypes",
    "math",
    "numba",
    "numba.cuda",
    "numba.cuda.random",
    "numba.types",
    "numpy",
    "numpy.fft",
    "numpy.linalg",
    "numpy.random",
    "pykernel",
    "random",
    "typing",
];

/// What stands in `numba.cuda` and has members itself.
const CUDA_MODULES: &[&str] = &[
    "numba.cuda.atomic",
    "numba.cuda.blockDim",
    "numba.cuda.blockIdx",
    "numba.cuda.const",
    "numba.cuda.gridDim",
    "numba.cuda.local",
    "numba.cuda.random",
    "numba.cuda.shared",
    "numba.cuda.threadIdx",
];

/// What `numba.cuda` has for the host, which is Rust here.
const CUDA_HOST: &[&str] = &[
    "as_cuda_array",
    "current_context",
    "device_array",
    "device_array_like",
    "event",
    "get_current_device",
    "is_available",
    "mapped_array",
    "pinned",
    "pinned_array",
    "reduce",
    "select_device",
    "stream",
    "synchronize",
    "to_device",
];

/// What `numba.cuda.random` has for the host.
const CUDA_RANDOM_HOST: &[&str] = &[
    "create_xoroshiro128p_states",
    "init_xoroshiro128p_states",
    "init_xoroshiro128p_states_cpu",
    "xoroshiro128p_dtype",
];

/// What `ctypes` and `cffi` have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Foreign {
    /// `ctypes.CDLL`.
    Library,
    /// `cffi.FFI`.
    Ffi,
    /// A type of `ctypes`.
    Number(DType),
}

/// The types of `ctypes` whose size every target agrees on.
const C_TYPES: &[(&str, DType)] = &[
    ("c_bool", DType::Bool),
    ("c_byte", DType::Int8),
    ("c_double", DType::Float64),
    ("c_float", DType::Float32),
    ("c_int", DType::Int32),
    ("c_int16", DType::Int16),
    ("c_int32", DType::Int32),
    ("c_int64", DType::Int64),
    ("c_int8", DType::Int8),
    ("c_longlong", DType::Int64),
    ("c_short", DType::Int16),
    ("c_size_t", DType::UInt64),
    ("c_ssize_t", DType::Int64),
    ("c_ubyte", DType::UInt8),
    ("c_uint", DType::UInt32),
    ("c_uint16", DType::UInt16),
    ("c_uint32", DType::UInt32),
    ("c_uint64", DType::UInt64),
    ("c_uint8", DType::UInt8),
    ("c_ulonglong", DType::UInt64),
    ("c_ushort", DType::UInt16),
];

fn foreign(name: &str) -> Option<Foreign> {
    match name {
        "CDLL" => Some(Foreign::Library),
        "FFI" => Some(Foreign::Ffi),
        _ => C_TYPES.iter().find(|(c, _)| *c == name).map(|(_, dtype)| Foreign::Number(*dtype)),
    }
}

/// Modules that kernels of later versions have.
const LATER_MODULES: &[&str] = &["numba.experimental", "numba.extending", "numba.typed"];

/// What Numba has and this version lacks. Importing it is no mistake; using it is.
const LATER: &[&str] =
    &["experimental", "extending", "generated_jit", "jit_module", "jitclass", "objmode", "stencil", "typed"];

/// What `typing` has for those who read a file and not for kernels.
const TYPING: &[&str] = &["Any", "Final", "TYPE_CHECKING", "TypeAlias", "Union"];

/// Types that Numba has and this version lacks.
const LATER_TYPES: &[&str] =
    &["DictType", "List", "ListType", "NamedTuple", "Set", "UnicodeType", "unicode_type"];

/// The names of the scalar types that are not their own: Numba's, then NumPy's.
const NUMBA_ALIASES: &[(&str, DType)] = &[
    ("b1", DType::Bool),
    ("boolean", DType::Bool),
    ("byte", DType::UInt8),
    ("c16", DType::Complex128),
    ("c8", DType::Complex64),
    ("char", DType::Int8),
    ("double", DType::Float64),
    ("f4", DType::Float32),
    ("f8", DType::Float64),
    ("float_", DType::Float32),
    ("i1", DType::Int8),
    ("i2", DType::Int16),
    ("i4", DType::Int32),
    ("i8", DType::Int64),
    ("int_", DType::Int64),
    ("intc", DType::Int32),
    ("intp", DType::Int64),
    ("long_", DType::Int64),
    ("longlong", DType::Int64),
    ("short", DType::Int16),
    ("size_t", DType::UInt64),
    ("ssize_t", DType::Int64),
    ("u1", DType::UInt8),
    ("u2", DType::UInt16),
    ("u4", DType::UInt32),
    ("u8", DType::UInt64),
    ("uchar", DType::UInt8),
    ("uint", DType::UInt64),
    ("uintc", DType::UInt32),
    ("uintp", DType::UInt64),
    ("ulong", DType::UInt64),
    ("ulonglong", DType::UInt64),
    ("ushort", DType::UInt16),
];

const NUMPY_ALIASES: &[(&str, DType)] = &[
    ("bool", DType::Bool),
    ("cdouble", DType::Complex128),
    ("csingle", DType::Complex64),
    ("double", DType::Float64),
    ("int_", DType::Int64),
    ("intc", DType::Int32),
    ("intp", DType::Int64),
    ("single", DType::Float32),
    ("uint", DType::UInt64),
    ("uintc", DType::UInt32),
    ("uintp", DType::UInt64),
];

fn scalar(name: &str, aliases: &[(&str, DType)]) -> Option<Entity> {
    let own = DType::ALL.into_iter().find(|dtype| dtype.name() == name);
    let other = || aliases.iter().find(|(alias, _)| *alias == name).map(|(_, dtype)| *dtype);
    own.or_else(other).map(|dtype| Entity::Number(Type::Strong(dtype)))
}

/// A function or a constant of a module.
fn value(module: &str, name: &str) -> Option<Entity> {
    let full = format!("{module}.{name}");
    let known = builtin::find(&full).is_some() || builtin::constant(&full).is_some();
    (known || module == "intrinsics").then_some(Entity::Value(full))
}

/// A member of `numba.cuda` that has members.
fn cuda_module(name: &str) -> Option<Entity> {
    let is_it = |module: &&&'static str| module.strip_prefix("numba.cuda.") == Some(name);
    CUDA_MODULES.iter().find(is_it).map(|module| Entity::Module(module))
}

fn module_named(name: &str) -> Option<&'static str> {
    MODULES.iter().find(|module| **module == name).copied()
}

/// The statement that would bind a name to what it stands for elsewhere.
pub(super) fn statement_for(name: &str) -> Option<String> {
    if name == "np" {
        return Some("import numpy as np".to_owned());
    }
    if module_named(name).is_some() {
        return Some(format!("import {name}"));
    }
    let modules = ["numba", "math", "numpy", "pykernel", "numba.cuda.random"];
    let home = modules.into_iter().find(|module| Entity::Module(module).member(name).is_some());
    home.map(|module| format!("from {module} import {name}"))
}

impl Entity {
    /// What Python's own names stand for.
    pub(super) fn python(name: &str) -> Option<Entity> {
        match Weak::named(name) {
            Some(weak) => Some(Entity::Number(Type::Weak(weak))),
            None => builtin::find(name).map(|row| Entity::Value(row.name.to_owned())),
        }
    }

    /// `self.name`.
    pub(super) fn member(&self, name: &str) -> Option<Entity> {
        match self {
            Entity::Module("numba") => match name {
                "njit" | "jit" => Some(Entity::Jit),
                "cfunc" => Some(Entity::CFunc),
                "vectorize" => Some(Entity::Ufunc(ufunc::Kind::Vectorize)),
                "guvectorize" => Some(Entity::Ufunc(ufunc::Kind::Guvectorize)),
                "types" => Some(Entity::Module("numba.types")),
                "cuda" => Some(Entity::Module("numba.cuda")),
                "from_dtype" => Some(Entity::DtypeMaker(Maker::FromDtype)),
                "prange" => value("numba", name),
                _ if LATER.contains(&name) => Some(Entity::Later(format!("numba.{name}"))),
                _ => numba_type(name),
            },
            Entity::Module("numba.types") => match name {
                "Array" => Some(Entity::ArrayType),
                "Record" => Some(Entity::RecordType),
                "NPDatetime" => Some(Entity::TimeType(Counted::Date)),
                "NPTimedelta" => Some(Entity::TimeType(Counted::Duration)),
                "Optional" => Some(Entity::OptionalType),
                "Tuple" => Some(Entity::TupleType),
                "UniTuple" => Some(Entity::UniTupleType),
                "npy_rng" => Some(Entity::Type(Type::Generator)),
                _ if LATER_TYPES.contains(&name) => Some(Entity::Later(format!("types.{name}"))),
                _ => numba_type(name),
            },
            Entity::Module("numba.cuda") => match name {
                "jit" => Some(Entity::CudaJit),
                _ if CUDA_HOST.contains(&name) => Some(Entity::Later(format!("cuda.{name}"))),
                _ => cuda_module(name).or_else(|| value("numba.cuda", name)),
            },
            Entity::Module("numba.cuda.random") => match name {
                "xoroshiro128p_type" => Some(Entity::RandomState),
                _ if CUDA_RANDOM_HOST.contains(&name) => Some(Entity::Later(format!("cuda.random.{name}"))),
                _ => value("numba.cuda.random", name),
            },
            Entity::Module("ctypes" | "cffi") => foreign(name).map(Entity::Foreign),
            Entity::Module("pykernel") => (name == "extern").then_some(Entity::Extern),
            Entity::Module("numpy") => match name {
                "dtype" => Some(Entity::DtypeMaker(Maker::Dtype)),
                "finfo" => Some(Entity::Limits(Kind::Float)),
                "iinfo" => Some(Entity::Limits(Kind::Int)),
                "newaxis" => Some(Entity::NewAxis),
                "recarray" => Some(Entity::RecArray),
                "random" => Some(Entity::Module("numpy.random")),
                "fft" => Some(Entity::Module("numpy.fft")),
                "linalg" => Some(Entity::Module("numpy.linalg")),
                _ => scalar(name, NUMPY_ALIASES).or_else(|| value("numpy", name)),
            },
            Entity::Module("numpy.random") if name == "Generator" => Some(Entity::Type(Type::Generator)),
            Entity::Module("typing") => match name {
                "overload" => Some(Entity::Overload),
                "Optional" => Some(Entity::OptionalType),
                "Tuple" => Some(Entity::PythonTuple),
                _ => TYPING.contains(&name).then(|| Entity::Later(format!("typing.{name}"))),
            },
            Entity::Module(module) => value(module, name),
            Entity::Later(owner) => Some(Entity::Later(format!("{owner}.{name}"))),
            Entity::Jit | Entity::Ufunc(_) | Entity::CFunc | Entity::CudaJit => None,
            Entity::Extern | Entity::Foreign(_) => None,
            Entity::Number(_) | Entity::NoneType => None,
            Entity::ArrayType | Entity::TimeType(_) | Entity::TupleType | Entity::UniTupleType => None,
            Entity::RecordType => (name == "make_c_struct").then_some(Entity::DtypeMaker(Maker::CStruct)),
            Entity::Record(..) | Entity::DtypeMaker(_) | Entity::RecArray => None,
            Entity::PythonTuple | Entity::OptionalType | Entity::RandomState => None,
            Entity::Type(_) | Entity::Signatures(_) | Entity::Limits(_) => None,
            Entity::NewAxis | Entity::Overload | Entity::Value(_) => None,
        }
    }
}

fn numba_type(name: &str) -> Option<Entity> {
    match name {
        "void" | "none" => Some(Entity::NoneType),
        "optional" => Some(Entity::OptionalType),
        _ => scalar(name, NUMBA_ALIASES),
    }
}

/// The names that a module has, for suggestions.
fn members(module: &'static str) -> Vec<&'static str> {
    let scalars = DType::ALL.into_iter().map(DType::name);
    let aliases = |aliases: &'static [(&str, DType)]| aliases.iter().map(|(name, _)| *name);
    match module {
        "numba" => scalars
            .chain(aliases(NUMBA_ALIASES))
            .chain([
                "njit",
                "jit",
                "cfunc",
                "prange",
                "vectorize",
                "guvectorize",
                "types",
                "cuda",
                "void",
                "from_dtype",
            ])
            .collect(),
        "numba.cuda" => {
            let modules = CUDA_MODULES.iter().filter_map(|module| module.strip_prefix("numba.cuda."));
            builtin::members(module).chain(modules).chain(["jit"]).collect()
        }
        "numba.cuda.random" => builtin::members(module).chain(["xoroshiro128p_type"]).collect(),
        "pykernel" => vec!["extern"],
        "cffi" => vec!["FFI"],
        "ctypes" => C_TYPES.iter().map(|(name, _)| *name).chain(["CDLL"]).collect(),
        "numba.types" => scalars
            .chain(aliases(NUMBA_ALIASES))
            .chain(["Array", "NPDatetime", "NPTimedelta", "Record", "Tuple", "UniTuple", "void", "none"])
            .collect(),
        "numpy" => scalars
            .chain(aliases(NUMPY_ALIASES))
            .chain(builtin::members("numpy"))
            .chain(["dtype", "fft", "finfo", "iinfo", "linalg"])
            .collect(),
        "numpy.random" => builtin::members(module).chain(["Generator"]).collect(),
        "typing" => vec!["overload"],
        _ => builtin::members(module).collect(),
    }
}

/// How to go on where a module does not have a name.
pub(super) fn instead(module: &'static str, name: &str) -> String {
    match (name, closest(name, members(module).into_iter())) {
        _ if module != "math" && value("math", name).is_some() => format!("use `math.{name}`"),
        _ if module == "numpy" && builtin::find(name).is_some() => format!("use Python's `{name}`"),
        (_, Some(similar)) => format!("did you mean `{similar}`?"),
        ("numpy.random" | "random", None) => {
            let known: Vec<String> = members(module).into_iter().map(|name| format!("`{name}`")).collect();
            format!("kernels have {}", known.join(", "))
        }
        (_, None) => absent::member(module, name).to_owned(),
    }
}

impl Reader<'_> {
    /// `import numpy as np`.
    pub(super) fn import(&mut self, import: &StmtImport) {
        for alias in &import.names {
            let entity = self.module_entity(&alias.name);
            let (name, binding) = match (entity, &alias.asname) {
                (Some(entity), Some(name)) => (name.clone(), Binding::Imported(entity)),
                (Some(entity), None) => (first_part(&alias.name), top_level(entity)),
                (None, name) => {
                    self.unknown_module(&alias.name);
                    (name.clone().unwrap_or_else(|| first_part(&alias.name)), Binding::Refused)
                }
            };
            // `import numba` and `import numba.types` may stand in one file.
            let again = matches!((self.names.get(&name), &binding),
                (Some(Binding::Imported(before)), Binding::Imported(now)) if before == now)
                || (matches!(binding, Binding::Refused) && self.names.get(&name).is_some());
            if !again {
                self.bind_name(&name, binding);
            }
        }
    }

    fn module_entity(&self, name: &str) -> Option<Entity> {
        match name {
            "intrinsics" if self.library => Some(Entity::Module("intrinsics")),
            _ if LATER_MODULES.contains(&name) => Some(Entity::Later(name.to_owned())),
            _ => module_named(name).map(Entity::Module),
        }
    }

    /// `from math import sin, pi as π`.
    pub(super) fn import_from(&mut self, import: &StmtImportFrom) {
        let name = match &import.module {
            Some(module) if import.level == 0 => module,
            _ => return self.relative_import(import),
        };
        if name.as_str() == "__future__" {
            return;
        }
        let entity = self.module_entity(name);
        if entity.is_none() {
            self.unknown_module(name);
        }
        for alias in &import.names {
            let binding = match &entity {
                Some(entity) => self.imported(entity, alias),
                None => Binding::Refused,
            };
            if alias.name.as_str() != "*" {
                self.bind_name(alias.asname.as_ref().unwrap_or(&alias.name), binding);
            }
        }
    }

    fn imported(&mut self, module: &Entity, alias: &Alias) -> Binding {
        let (name, span) = (alias.name.as_str(), self.span(alias));
        if name == "*" {
            self.report(unsupported("`import *`", span, "name what you import"));
            return Binding::Refused;
        }
        match (module.member(name), module) {
            (Some(entity), _) => Binding::Imported(entity),
            (None, Entity::Module(module)) => {
                let message = format!("`{module}` has no `{name}` that kernels can use in this version");
                let span = self.span(&alias.name);
                self.report(Diagnostic::new(Code::UnknownImport, span, message).help(instead(module, name)));
                Binding::Refused
            }
            (None, _) => Binding::Refused,
        }
    }

    fn relative_import(&mut self, import: &StmtImportFrom) {
        let span = self.span(import);
        self.report(unsupported("a relative import", span, "define what you need in this file"));
        for alias in &import.names {
            self.bind_name(alias.asname.as_ref().unwrap_or(&alias.name), Binding::Refused);
        }
    }

    fn unknown_module(&mut self, name: &Identifier) {
        let span: Span = self.span(name);
        let message = format!("kernels cannot import `{}`", name.as_str());
        let help = match closest(name, MODULES.iter().copied()) {
            Some(similar) => format!("did you mean `{similar}`?"),
            None => "they can import `numba`, `numpy`, `math`, `cmath` and `random`".to_owned(),
        };
        self.report(Diagnostic::new(Code::UnknownImport, span, message).help(help));
    }
}

/// The part of a dotted name that `import` binds.
fn first_part(name: &Identifier) -> Identifier {
    Identifier::new(name.as_str().split('.').next().unwrap_or_default(), name.range)
}

/// What `import a.b` binds to `a`.
fn top_level(entity: Entity) -> Binding {
    let name = match &entity {
        Entity::Module(name) => name.split('.').next().and_then(module_named),
        Entity::Later(name) => name.split('.').next().and_then(module_named),
        _ => None,
    };
    Binding::Imported(name.map_or(entity, Entity::Module))
}
