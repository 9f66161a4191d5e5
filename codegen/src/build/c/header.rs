//! The text of a C header.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{names, record, result};
use crate::interface::{Field, Kernel, Leaf, Overload, Param, fields};
use crate::ir::Mode;
use crate::manifest::Compiled;
use crate::symbol::{Package, identifier};
use crate::types::{ArrayType, DType, Element, Layout, Record, Type};

/// What all headers share.
const SHARED: &str = include_str!("pykernel.h");

/// The header of some kernels; an error if two of them would have one name in C.
pub(super) fn header(package: &Package, prefix: &str, mut kernels: Vec<&Compiled>) -> Result<String, String> {
    kernels.sort_by_key(|compiled| (&compiled.file, compiled.kernel.span));
    distinct(prefix, &kernels)?;
    let guard = format!("PYKERNEL_KERNELS_OF_{}_H", identifier(&package.name).to_uppercase());
    let mut text = format!(
        "/* The kernels of {} {}. The package's build writes this file; do not edit it.\n   \
         Each kernel returns PYKERNEL_RETURNED, or PYKERNEL_RAISED and says in `raised` what, unless\n   \
         that is null. Link with the library that the same build made, and with -lm. */\n\
         #ifndef {guard}\n#define {guard}\n\n{SHARED}\n",
        package.name, package.version
    );
    let overloads = || kernels.iter().flat_map(|compiled| &compiled.kernel.overloads);
    let views_of = |overload| views(overload).into_iter().filter_map(View::record);
    text.push_str(&record::definitions(overloads().flat_map(views_of)));
    for view in overloads().flat_map(views).collect::<BTreeSet<View>>() {
        text.push_str(&view.definition());
    }
    text.push_str("#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
    for kernel in kernels.iter().map(|compiled| &compiled.kernel) {
        kernel.overloads.iter().for_each(|overload| text.push_str(&declaration(prefix, kernel, overload)));
    }
    text.push_str("\n#ifdef __cplusplus\n}\n#endif\n");
    for compiled in &kernels {
        for overload in &compiled.kernel.overloads {
            text.push_str(&comment(compiled, overload));
            text.push_str(&wrapper(prefix, &compiled.kernel, overload));
        }
    }
    Ok(text + "\n#endif\n")
}

/// C has one name space for all files of a package.
fn distinct(prefix: &str, kernels: &[&Compiled]) -> Result<(), String> {
    let mut places: BTreeMap<String, &Compiled> = BTreeMap::new();
    for compiled in kernels {
        for overload in &compiled.kernel.overloads {
            let kernel = &compiled.kernel;
            let defined = result::definition(prefix, kernel, overload);
            let result = result::name(prefix, kernel, overload).filter(|_| defined.is_some());
            for name in result.into_iter().chain([names::function(prefix, kernel, overload)]) {
                if let Some(other) = places.insert(name.clone(), compiled) {
                    return Err(twice(&name, other, compiled));
                }
            }
        }
    }
    Ok(())
}

fn twice(name: &str, one: &Compiled, other: &Compiled) -> String {
    format!(
        "two kernels are `{name}` in C: `{}` of {} and `{}` of {}\n\
         help: give one of them another name, or one with a leading underscore, which is not exported",
        one.kernel.name, one.file, other.kernel.name, other.file
    )
}

/// A type of array descriptors.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct View {
    element: Element,
    rank: usize,
    writes: bool,
}

impl View {
    pub(super) fn of(array: ArrayType, mode: Mode) -> View {
        View { element: array.element, rank: array.rank, writes: mode == Mode::Write }
    }

    const fn record(self) -> Option<Record> {
        match self.element {
            Element::Number(_) | Element::Time(_) => None,
            Element::Record(record) => Some(record),
        }
    }

    /// `pykernel_array2_float64`, or `pykernel_view2_float64` of one that is only read.
    pub(super) fn name(self) -> String {
        let kind = if self.writes { "array" } else { "view" };
        format!("pykernel_{kind}{}_{}", self.rank, record::label(self.element))
    }

    /// The type, a function that makes one of elements without gaps, and what must hold. Headers of
    /// several packages may define it.
    fn definition(self) -> String {
        let (name, rank) = (self.name(), self.rank);
        let (guard, element) = (name.to_uppercase(), record::element(self.element));
        let pointer = format!("{}{element} *", if self.writes { "" } else { "const " });
        let mut text = format!("#ifndef {guard}\n#define {guard}\n");
        let _ = writeln!(text, "/* {}. Strides are in bytes. */", self.description());
        let _ = writeln!(text, "typedef struct {name} {{\n    {pointer}data;");
        if rank > 0 {
            let _ = writeln!(text, "    int64_t shape[{rank}];\n    int64_t strides[{rank}];");
        }
        let _ = writeln!(text, "}} {name};\n");
        for (member, offset) in [("shape", 8), ("strides", 8 + 8 * rank)].into_iter().filter(|_| rank > 0) {
            let fact = format!("offsetof({name}, {member}) == {offset}");
            let _ = writeln!(text, "PYKERNEL_ASSERT({name}_{member}, {fact});");
        }
        let _ = writeln!(text, "PYKERNEL_ASSERT({name}_size, sizeof({name}) == {});\n", 8 + 16 * rank);
        text + &self.constructor(&pointer) + "#endif\n\n"
    }

    fn description(self) -> String {
        let elements = format!("{} dimensions of {} elements", self.rank, self.element);
        format!("An array with {elements}, which a kernel {}", if self.writes { "writes" } else { "reads" })
    }

    /// A function that describes elements without gaps, the last index running fastest.
    fn constructor(self, pointer: &str) -> String {
        let (name, rank) = (self.name(), self.rank);
        let extents: String = (0..rank).map(|axis| format!(", int64_t n{axis}")).collect();
        let mut text =
            format!("static inline {name} {name}_of({pointer}data{extents})\n{{\n    {name} array;\n");
        text.push_str("    array.data = data;\n");
        for axis in (0..rank).rev() {
            let stride = match axis + 1 == rank {
                true => "(int64_t)sizeof *data".to_owned(),
                false => format!("array.strides[{}] * n{}", axis + 1, axis + 1),
            };
            let _ =
                writeln!(text, "    array.shape[{axis}] = n{axis};\n    array.strides[{axis}] = {stride};");
        }
        text + "    return array;\n}\n"
    }
}

fn views(overload: &Overload) -> Vec<View> {
    let view = |leaf| match leaf {
        Leaf::Array(array, mode) => Some(View::of(array, mode)),
        Leaf::Number(_) => None,
    };
    let returned = fields(&overload.result).into_iter().filter_map(|field| match field {
        Field::Array(array) => Some(View::of(array, Mode::Write)),
        Field::Number(_) => None,
    });
    overload.params.iter().flat_map(|param| param.ty.leaves()).filter_map(view).chain(returned).collect()
}

/// The C type of an array's element, and of a number in memory.
pub(super) const fn element(dtype: DType) -> &'static str {
    match dtype {
        DType::Bool => "bool",
        DType::Int8 => "int8_t",
        DType::Int16 => "int16_t",
        DType::Int32 => "int32_t",
        DType::Int64 => "int64_t",
        DType::UInt8 => "uint8_t",
        DType::UInt16 => "uint16_t",
        DType::UInt32 => "uint32_t",
        DType::UInt64 => "uint64_t",
        DType::Float32 => "float",
        DType::Float64 => "double",
        DType::Complex64 => "pykernel_complex64",
        DType::Complex128 => "pykernel_complex128",
    }
}

/// The entry, as `pykernel_abi` describes it, and the struct that it writes.
fn declaration(prefix: &str, kernel: &Kernel, overload: &Overload) -> String {
    let param = |(_, leaf)| match leaf {
        Leaf::Number(DType::Complex64) => "float, float".to_owned(),
        Leaf::Number(DType::Complex128) => "double, double".to_owned(),
        Leaf::Number(dtype) => element(dtype).to_owned(),
        Leaf::Array(array, mode) => format!("const {} *", View::of(array, mode).name()),
    };
    let mut params: Vec<String> = names::leaves(overload).into_iter().map(param).collect();
    params.extend(result::name(prefix, kernel, overload).map(|name| format!("{name} *")));
    params.push("pykernel_raised *".to_owned());
    let entry = format!("int32_t {}({});\n", overload.symbol, params.join(", "));
    result::definition(prefix, kernel, overload).unwrap_or_default() + &entry
}

/// What a reader should know of a kernel.
fn comment(compiled: &Compiled, overload: &Overload) -> String {
    let Compiled { file, kernel } = compiled;
    let param = |param: &Param| format!("{}: {}", param.name, Type::from(&param.ty));
    let params: Vec<String> = overload.params.iter().map(param).collect();
    let mut lines = vec![format!("{}({}) -> {}", kernel.name, params.join(", "), overload.result)];
    for (name, order) in names::leaves(overload).iter().filter_map(|(name, leaf)| Some((name, order(*leaf)?)))
    {
        lines.push(format!("The elements of {name} lie without gaps, the {order} index running fastest."));
    }
    lines.extend(kernel.doc.iter().flat_map(|doc| std::iter::once("").chain(doc.lines())).map(str::to_owned));
    lines.extend([String::new(), format!("From {file}.")]);
    let text = lines.join("\n   ").replace("*/", "* /").replace("/*", "/ *").replace("\n   \n", "\n\n");
    format!("\n/* {text} */\n")
}

/// Which index must run fastest, of an array that must lie without gaps.
fn order(leaf: Leaf) -> Option<&'static str> {
    match leaf {
        Leaf::Array(array, _) if array.rank > 0 => match array.layout {
            Layout::C => Some("last"),
            Layout::F => Some("first"),
            Layout::Any => None,
        },
        Leaf::Array(..) | Leaf::Number(_) => None,
    }
}

/// The function by which C calls an overload.
fn wrapper(prefix: &str, kernel: &Kernel, overload: &Overload) -> String {
    let (mut declared, mut passed) = (Vec::new(), Vec::new());
    for (name, leaf) in names::leaves(overload) {
        match leaf {
            Leaf::Number(dtype) => {
                declared.push(format!("{} {name}", element(dtype)));
                match dtype {
                    DType::Complex64 | DType::Complex128 => passed.push(format!("{name}.real, {name}.imag")),
                    _ => passed.push(name),
                }
            }
            Leaf::Array(array, mode) => {
                declared.push(format!("const {} *{name}", View::of(array, mode).name()));
                passed.push(name);
            }
        }
    }
    if let Some(name) = result::name(prefix, kernel, overload) {
        declared.push(format!("{name} *result"));
        passed.push("result".to_owned());
    }
    declared.push("pykernel_raised *raised".to_owned());
    let recursive = if overload.recursive { "_recursive" } else { "" };
    passed.push(format!("pykernel_prepare{recursive}(raised ? raised : &ignored)"));
    format!(
        "static inline int {}({})\n{{\n    pykernel_raised ignored;\n    return {}({});\n}}\n",
        names::function(prefix, kernel, overload),
        declared.join(", "),
        overload.symbol,
        passed.join(", ")
    )
}
