//! The language of types: `float64`, `int32[:, ::1]`, `types.Array(float64, 0, 'C')`.

use ruff_python_ast::{self as ast, Expr, ExprCall, ExprSubscript, Mod, StringFlags};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::Ranged;

use super::Reader;
use super::import::Entity;
use super::names::Binding;
use crate::diagnostic::{Code, Diagnostic};
use crate::spelling::closest;
use crate::types::{ArrayType, Counted, DType, Element, Layout, Time, Type, Unit};

/// The most dimensions that an array can have, as in NumPy.
const MAX_RANK: usize = 64;

/// The longest string that is read as a type or a signature, in bytes.
const MAX_STRING: usize = 2048;

/// How deep the parser may call itself for what stands in a string.
const MAX_STRING_DEPTH: u16 = 20;

/// How states of random numbers are declared.
const STATES: &str = "write `xoroshiro128p_type[:]`, or `[::1]` of states that lie side by side";

/// Where the names of a type are looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Namespace {
    /// Among the names of the file.
    File,
    /// Among those of `numba.types`: the string form of a signature.
    Numba,
}

impl Reader<'_> {
    /// The type that an expression stands for.
    pub(super) fn type_expr(&mut self, expr: &Expr, namespace: Namespace) -> Option<Type> {
        match expr {
            Expr::NoneLiteral(_) => Some(Type::None),
            Expr::Name(_) | Expr::Attribute(_) => self.named_type(expr, namespace),
            Expr::Subscript(subscript) => match self.type_entity(&subscript.value, namespace) {
                Some(Entity::PythonTuple) => self.python_tuple(subscript, namespace),
                Some(Entity::OptionalType) => self.optional_type(&subscript.slice, namespace),
                Some(Entity::RandomState) => self.random_states(&subscript.slice),
                _ => self.array_type(subscript, namespace),
            },
            Expr::BinOp(union) => self.union_type(union, namespace),
            Expr::Tuple(tuple) => self.tuple_type(expr, &tuple.elts, namespace),
            Expr::Call(call) => self.constructor(call, namespace),
            Expr::StringLiteral(string) if namespace == Namespace::File => {
                self.in_string(string, |reader, expr| match expr {
                    Expr::StringLiteral(_) => reader.not_a_type(expr),
                    _ => reader.type_expr(expr, Namespace::File),
                })
            }
            _ => self.not_a_type(expr),
        }
    }

    /// Reads what stands in a string.
    pub(super) fn in_string<T>(
        &mut self,
        string: &ast::ExprStringLiteral,
        read: impl FnOnce(&mut Self, &Expr) -> Option<T>,
    ) -> Option<T> {
        let mut parts = string.value.iter();
        let problem = match (parts.next(), parts.next()) {
            (Some(part), None) => {
                let text = self.slice(part.range);
                let inner = text
                    .get(part.flags.opener_len().to_usize()..text.len() - part.flags.closer_len().to_usize());
                match parsed(inner.unwrap_or_default()) {
                    Ok(expr) => {
                        let base = std::mem::replace(&mut self.base, part.start() + part.flags.opener_len());
                        let read = read(self, &expr);
                        self.base = base;
                        return read;
                    }
                    Err(problem) => problem,
                }
            }
            _ => "a type stands in one string".to_owned(),
        };
        let span = self.span(string);
        self.report(
            Diagnostic::new(Code::BadSignature, span, problem)
                .help("write the types as Numba does: \"float64(float64, int32[:, ::1])\""),
        );
        None
    }

    pub(super) fn not_a_type<T>(&mut self, place: impl Ranged) -> Option<T> {
        let span = self.span(place);
        self.report(
            Diagnostic::new(Code::UnknownType, span, "this is not a type that kernels have")
                .help("write a type such as `float64`, `int` or `int32[:, ::1]`"),
        );
        None
    }

    pub(super) fn type_entity(&self, expr: &Expr, namespace: Namespace) -> Option<Entity> {
        let found = match (namespace, expr) {
            (Namespace::File, _) => self.entity(expr, &|_| false),
            (Namespace::Numba, Expr::Name(name)) => {
                Entity::Module("numba.types").member(&name.id).or_else(|| Entity::python(&name.id))
            }
            (Namespace::Numba, Expr::Attribute(attribute)) => match &*attribute.value {
                Expr::Name(name) if name.id == "types" => {
                    Entity::Module("numba.types").member(&attribute.attr)
                }
                _ => None,
            },
            (Namespace::Numba, _) => None,
        };
        // In the text of a function, `tuple` is no more than a name that kernels do not have.
        found.or_else(|| self.is_python_tuple(expr).then_some(Entity::PythonTuple))
    }

    fn named_type(&mut self, expr: &Expr, namespace: Namespace) -> Option<Type> {
        let span = self.span(expr);
        let text = self.slice(expr.range()).to_owned();
        let diagnostic = match self.type_entity(expr, namespace) {
            Some(Entity::Number(ty) | Entity::Type(ty)) => return Some(ty),
            Some(Entity::Record(record, _)) => {
                let element = Element::Record(record);
                return Some(Type::Array(ArrayType { element, rank: 0, layout: Layout::C, readonly: false }));
            }
            Some(Entity::NoneType) => return Some(Type::None),
            Some(Entity::Later(name)) => {
                let message = format!("the type `{name}` is not supported in this version");
                Diagnostic::new(Code::UnknownType, span, message)
                    .help("kernels take numbers, arrays of numbers, tuples and optional values")
            }
            Some(Entity::OptionalType) => {
                Diagnostic::new(Code::UnknownType, span, format!("`{text}` needs the type that is optional"))
                    .help("write `optional(float64)`, or `float | None`")
            }
            Some(Entity::RandomState) => {
                Diagnostic::new(Code::UnknownType, span, format!("`{text}` alone is not a type of kernels"))
                    .help(STATES)
            }
            Some(Entity::ArrayType) => {
                Diagnostic::new(Code::UnknownType, span, "`Array` needs its parameters")
                    .help("write `types.Array(float64, 2, 'C')`, or `float64[:, ::1]`")
            }
            Some(Entity::TimeType(_)) => {
                Diagnostic::new(Code::UnknownType, span, format!("`{text}` needs its unit"))
                    .help("write `types.NPDatetime('ns')` or `types.NPTimedelta('D')`")
            }
            Some(Entity::TupleType | Entity::UniTupleType) => {
                Diagnostic::new(Code::UnknownType, span, format!("`{text}` needs the types of its items"))
                    .help("write `types.Tuple((float64, int64))` or `types.UniTuple(float64, 3)`")
            }
            Some(Entity::PythonTuple) => {
                Diagnostic::new(Code::UnknownType, span, format!("`{text}` needs the types of its items"))
                    .help("write `tuple[float, int]`, or `types.UniTuple(float64, 3)`")
            }
            Some(
                Entity::Module(_)
                | Entity::Jit
                | Entity::Ufunc(_)
                | Entity::CFunc
                | Entity::CudaJit
                | Entity::Extern
                | Entity::Foreign(_)
                | Entity::Signatures(_)
                | Entity::Limits(_)
                | Entity::Overload
                | Entity::NewAxis
                | Entity::RecordType
                | Entity::DtypeMaker(_)
                | Entity::RecArray
                | Entity::Value(_),
            ) => Diagnostic::new(Code::UnknownType, span, format!("`{text}` is not a type"))
                .help("write a type such as `float64`, `int` or `int32[:, ::1]`"),
            None if self.is_refused(expr) => return None,
            None => {
                let types =
                    DType::ALL.into_iter().map(DType::name).chain(["int", "float", "complex", "bool"]);
                let is_of_file = namespace == Namespace::Numba && self.entity(expr, &|_| false).is_some();
                let help = match (super::import::statement_for(&text), closest(&text, types)) {
                    _ if is_of_file => "strings know Numba's types alone: write it without quotes".to_owned(),
                    (Some(statement), _) => format!("import it: `{statement}`"),
                    (None, Some(similar)) => format!("did you mean `{similar}`?"),
                    (None, None) => "write a type such as `float64`, `int` or `int32[:, ::1]`".to_owned(),
                };
                Diagnostic::new(Code::UnknownType, span, format!("there is no type `{text}`")).help(help)
            }
        };
        self.report(diagnostic);
        None
    }

    /// Whether the name at the root of a dotted name was refused before.
    pub(super) fn is_refused(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Attribute(attribute) => self.is_refused(&attribute.value),
            Expr::Name(name) => matches!(self.names.get(&name.id), Some(Binding::Refused)),
            _ => false,
        }
    }

    fn element(&mut self, expr: &Expr, namespace: Namespace) -> Option<Element> {
        match self.type_expr(expr, namespace)? {
            Type::Strong(dtype) => Some(Element::Number(dtype)),
            Type::Time(time) => Some(Element::Time(time)),
            Type::Array(ArrayType { element: Element::Record(record), rank: 0, .. }) => {
                Some(Element::Record(record))
            }
            other => {
                let span = self.span(expr);
                let message = format!("an array cannot have elements of type `{other}`");
                self.report(
                    Diagnostic::new(Code::UnknownType, span, message)
                        .help("arrays hold NumPy's scalar types: `float64[:]`, `int64[:, ::1]`"),
                );
                None
            }
        }
    }

    /// `float64[:, ::1]`; `float64[()]` of an array without dimensions.
    fn array_type(&mut self, array: &ExprSubscript, namespace: Namespace) -> Option<Type> {
        let element = self.element(&array.value, namespace);
        let axes = match &*array.slice {
            Expr::Tuple(axes) => axes.elts.as_slice(),
            one => std::slice::from_ref(one),
        };
        // `float64[()]` has no dimension, and so its elements lie in any order.
        if axes.is_empty() {
            return Some(Type::Array(ArrayType {
                element: element?,
                rank: 0,
                layout: Layout::C,
                readonly: false,
            }));
        }
        let unit = axes.iter().map(axis).collect::<Option<Vec<bool>>>();
        let layout = unit.as_deref().and_then(layout);
        let (Some(layout), 0..=MAX_RANK) = (layout, axes.len()) else {
            let span = self.span(&*array.slice);
            self.report(Diagnostic::new(Code::UnknownType, span, "this is not the layout of an array").help(
                "write `[:]`, `[::1]`, `[:, :]`, `[:, ::1]` or `[::1, :]`, with a `:` for each dimension",
            ));
            return None;
        };
        Some(Type::Array(ArrayType { element: element?, rank: axes.len(), layout, readonly: false }))
    }

    /// `xoroshiro128p_type[:]`, `xoroshiro128p_type[::1]`: two numbers for each state.
    fn random_states(&mut self, axes: &Expr) -> Option<Type> {
        let Some(unit) = axis(axes) else {
            let span = self.span(axes);
            self.report(
                Diagnostic::new(Code::UnknownType, span, "states are arrays of one dimension").help(STATES),
            );
            return None;
        };
        let layout = if unit { Layout::C } else { Layout::Any };
        Some(Type::Array(ArrayType::of(DType::UInt64, 2, layout)))
    }

    /// A type that is made by a call.
    fn constructor(&mut self, call: &ExprCall, namespace: Namespace) -> Option<Type> {
        match self.type_entity(&call.func, namespace) {
            Some(Entity::ArrayType) => self.array_constructor(call, namespace),
            Some(entity @ (Entity::TupleType | Entity::UniTupleType)) => {
                self.tuple_constructor(&entity, call, namespace)
            }
            Some(Entity::OptionalType) => self.optional_constructor(call, namespace),
            Some(Entity::TimeType(of)) => self.time_constructor(of, call),
            Some(Entity::DtypeMaker(maker)) => match self.made_dtype(call, maker)? {
                Entity::Number(ty) | Entity::Type(ty) => Some(ty),
                Entity::Record(record, _) => {
                    let element = Element::Record(record);
                    Some(Type::Array(ArrayType { element, rank: 0, layout: Layout::C, readonly: false }))
                }
                _ => self.not_a_type(call),
            },
            _ => self.not_a_type(call),
        }
    }

    /// `types.NPDatetime('ns')`, `types.NPTimedelta('D')`.
    fn time_constructor(&mut self, of: Counted, call: &ExprCall) -> Option<Type> {
        let unit = match (&*call.arguments.args, call.arguments.keywords.is_empty()) {
            ([Expr::StringLiteral(code)], true) => Unit::coded(code.value.to_str()),
            _ => None,
        };
        if let Some(unit) = unit {
            return Some(Type::Time(Time { of, unit }));
        }
        let (span, units) = (self.span(call), Unit::ALL.map(|unit| format!("'{}'", unit.code())).join(", "));
        self.report(
            Diagnostic::new(Code::UnknownType, span, "a type of times has one unit, as a text")
                .help(format!("the units are {units}")),
        );
        None
    }

    /// `types.Array(float64, 2, 'C', readonly=True)`.
    fn array_constructor(&mut self, call: &ExprCall, namespace: Namespace) -> Option<Type> {
        let mut arguments: [Option<&Expr>; 4] = [None; 4];
        let mut fits = call.arguments.args.len() <= arguments.len();
        for (slot, argument) in arguments.iter_mut().zip(&call.arguments.args) {
            *slot = Some(argument);
        }
        for keyword in &call.arguments.keywords {
            let name = keyword.arg.as_ref().map(ast::Identifier::as_str);
            match ["dtype", "ndim", "layout", "readonly"].iter().position(|known| name == Some(known)) {
                Some(index) => arguments[index] = Some(&keyword.value),
                None => fits = false,
            }
        }
        let [Some(element), Some(rank), Some(layout), readonly] = arguments else {
            return self.bad_array(call);
        };
        let element = self.element(element, namespace)?;
        match (rank_of(rank), layout_of(layout), readonly.map_or(Some(false), bool_of)) {
            (Some(rank), Some(layout), Some(readonly)) if fits => {
                // With one dimension or none the two orders are the same.
                let layout = if rank < 2 && layout == Layout::F || rank == 0 { Layout::C } else { layout };
                Some(Type::Array(ArrayType { element, rank, layout, readonly }))
            }
            _ => self.bad_array(call),
        }
    }

    fn bad_array<T>(&mut self, call: &ExprCall) -> Option<T> {
        let span = self.span(call);
        self.report(
            Diagnostic::new(Code::UnknownType, span, "this is not an array type")
                .help("write `types.Array(dtype, ndim, layout, readonly=False)` with literals, the layout 'C', 'F' or 'A'"),
        );
        None
    }
}

/// Parses what stands in a string.
fn parsed(text: &str) -> Result<Expr, String> {
    if text.len() > MAX_STRING || text.contains('\\') {
        return Err("a type in a string is short and has no escapes".to_owned());
    }
    let options =
        ParseOptions::from(Mode::ParenthesizedExpression).with_max_recursion_depth(MAX_STRING_DEPTH);
    let parsed = parse_unchecked(text, options);
    match parsed.errors().first() {
        Some(error) => Err(super::lower_first(&error.error.to_string())),
        None => match parsed.into_syntax() {
            Mod::Expression(expr) => Ok(*expr.body),
            Mod::Module(_) => unreachable!("bug in pykernel: an expression was parsed"),
        },
    }
}

/// Whether an axis is `::1` (true) or `:` (false).
fn axis(axis: &Expr) -> Option<bool> {
    let Expr::Slice(ast::ExprSlice { lower: None, upper: None, step, .. }) = axis else { return None };
    match step.as_deref() {
        None => Some(false),
        Some(step) => (int_of(step) == Some(1)).then_some(true),
    }
}

fn layout(unit: &[bool]) -> Option<Layout> {
    let n_units = unit.iter().filter(|unit| **unit).count();
    match (n_units, unit.first(), unit.last()) {
        (_, None, _) => Some(Layout::C),
        (0, ..) => Some(Layout::Any),
        (1, _, Some(true)) => Some(Layout::C),
        (1, Some(true), _) => Some(Layout::F),
        _ => None,
    }
}

/// The value of an integer literal.
pub(super) fn int_of(expr: &Expr) -> Option<u64> {
    match expr {
        Expr::NumberLiteral(ast::ExprNumberLiteral { value: ast::Number::Int(int), .. }) => int.as_u64(),
        _ => None,
    }
}

fn rank_of(expr: &Expr) -> Option<usize> {
    int_of(expr).and_then(|rank| usize::try_from(rank).ok()).filter(|rank| *rank <= MAX_RANK)
}

fn layout_of(expr: &Expr) -> Option<Layout> {
    let Expr::StringLiteral(text) = expr else { return None };
    match text.value.to_str() {
        "C" => Some(Layout::C),
        "F" => Some(Layout::F),
        "A" => Some(Layout::Any),
        _ => None,
    }
}

fn bool_of(expr: &Expr) -> Option<bool> {
    match expr {
        Expr::BooleanLiteral(literal) => Some(literal.value),
        _ => None,
    }
}
