//! Random expressions of a wanted type.

use pykernel_codegen::types::DType;

use super::random::Random;

/// The type of an expression: Python's `int` and `float`, or one of NumPy's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    Int,
    Float,
    Of(DType),
}

pub const BOOL: Type = Type::Of(DType::Bool);

/// What a type can do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Bool,
    Int,
    Float,
    Complex,
}

impl Type {
    fn class(self) -> Class {
        match self {
            Type::Int => Class::Int,
            Type::Float => Class::Float,
            Type::Of(DType::Bool) => Class::Bool,
            Type::Of(DType::Float32 | DType::Float64) => Class::Float,
            Type::Of(DType::Complex64 | DType::Complex128) => Class::Complex,
            Type::Of(_) => Class::Int,
        }
    }

    /// The text that makes a value of another type one of this type.
    pub fn of(self, text: &str) -> String {
        match self {
            Type::Int => format!("int({text})"),
            Type::Float => format!("float({text})"),
            Type::Of(dtype) => format!("np.{}({text})", dtype.name()),
        }
    }
}

/// An array that elements are read from.
#[derive(Clone)]
pub struct Array {
    pub name: String,
    pub dtype: DType,
    pub rank: usize,
    pub written: bool,
}

/// What expressions may name.
pub struct Scope {
    pub random: Random,
    /// Types that are used more often than others.
    pub palette: Vec<DType>,
    pub variables: Vec<(String, Type)>,
    pub arrays: Vec<Array>,
    /// The counters of the loops around, the outermost first.
    pub counters: Vec<String>,
    /// Arrays whose elements are indices.
    pub indices: Vec<String>,
    /// Functions, with the types of their parameters and of what they return.
    pub helpers: Vec<(String, Vec<Type>, Type)>,
}

const ARITHMETIC: [&str; 3] = ["+", "-", "*"];
const COMPARISONS: [&str; 6] = ["<", "<=", ">", ">=", "==", "!="];
const FUNCTIONS: [&str; 36] = [
    "abs",
    "math.sqrt",
    "math.exp",
    "math.log",
    "math.sin",
    "math.cos",
    "math.tan",
    "math.atan",
    "math.tanh",
    "math.cbrt",
    "math.fabs",
    "math.floor",
    "math.ceil",
    "math.trunc",
    "round",
    "np.sqrt",
    "np.exp",
    "np.exp2",
    "np.expm1",
    "np.log",
    "np.log2",
    "np.log1p",
    "np.sin",
    "np.cos",
    "np.tan",
    "np.arctan",
    "np.arcsin",
    "np.sinh",
    "np.tanh",
    "np.cbrt",
    "np.floor",
    "np.ceil",
    "np.trunc",
    "np.rint",
    "np.sign",
    "np.square",
];
const FUNCTIONS_OF_TWO: [&str; 11] = [
    "math.hypot",
    "math.atan2",
    "math.fmod",
    "np.hypot",
    "np.arctan2",
    "np.power",
    "np.minimum",
    "np.maximum",
    "np.fmin",
    "np.fmax",
    "np.nextafter",
];

impl Scope {
    /// A type, one of the palette more often than not.
    pub fn any_type(&mut self) -> Type {
        match self.random.below(12) {
            0 => Type::Int,
            1 => Type::Float,
            2 => Type::Of(self.random.pick(&DType::ALL)),
            _ => Type::Of(self.random.pick(&self.palette)),
        }
    }

    pub fn expression(&mut self, ty: Type, depth: usize) -> String {
        if depth == 0 || self.random.one_in(4) {
            return self.leaf(ty, depth);
        }
        if self.random.one_in(10) {
            let (then, otherwise) = (self.expression(ty, depth - 1), self.expression(ty, depth - 1));
            return format!("({then} if {} else {otherwise})", self.condition(depth - 1));
        }
        if self.random.one_in(8)
            && let Some(call) = self.call(ty, depth - 1)
        {
            return call;
        }
        match ty.class() {
            Class::Bool => self.condition(depth),
            Class::Int => self.integer(ty, depth - 1),
            Class::Float => self.float(ty, depth - 1),
            Class::Complex => self.complex(ty, depth - 1),
        }
    }

    fn two(&mut self, ty: Type, depth: usize) -> [String; 2] {
        [self.expression(ty, depth), self.expression(ty, depth)]
    }

    /// A call of a helper.
    fn call(&mut self, ty: Type, depth: usize) -> Option<String> {
        let found = self.helpers.iter().filter(|(_, _, result)| *result == ty).cloned();
        let found: Vec<_> = found.collect();
        let (name, params, _) = found.get(self.random.below(found.len().max(1)))?;
        let args: Vec<String> = params.iter().map(|param| self.expression(*param, depth)).collect();
        Some(format!("{name}({})", args.join(", ")))
    }

    fn integer(&mut self, ty: Type, depth: usize) -> String {
        let [a, b] = self.two(ty, depth);
        match self.random.below(14) {
            0..5 => format!("({a} {} {b})", self.random.pick(&ARITHMETIC)),
            5 => format!("({a} // {b})"),
            6 => format!("({a} % {b})"),
            7 | 8 => format!("({a} {} {b})", self.random.pick(&["&", "|", "^"])),
            9 => match self.random.pick(&["-", "~", "abs"]) {
                "abs" => format!("abs({a})"),
                sign => format!("({sign}{a})"),
            },
            10 => {
                let count = self.random.below(if ty == Type::Int { 6 } else { 9 });
                format!("({a} {} {})", self.random.pick(&["<<", ">>"]), ty.of(&count.to_string()))
            }
            11 => format!("({a} >> {b})"),
            _ => format!("{}({a}, {b})", self.random.pick(&["min", "max"])),
        }
    }

    fn float(&mut self, ty: Type, depth: usize) -> String {
        let [a, b] = self.two(ty, depth);
        match self.random.below(14) {
            0..5 => format!("({a} {} {b})", self.random.pick(&ARITHMETIC)),
            5 | 6 => format!("({a} / {b})"),
            7 => format!("({a} {} {b})", self.random.pick(&["//", "%"])),
            8 => format!("(-{a})"),
            9 => ty.of(&format!("{}({a}, {b})", self.random.pick(&FUNCTIONS_OF_TWO))),
            10 => ty.of(&format!("{}({a})", self.random.pick(&FUNCTIONS))),
            11 => {
                let part = if ty == Type::Of(DType::Float32) { DType::Complex64 } else { DType::Complex128 };
                let z = self.expression(Type::Of(part), depth);
                match self.random.below(3) {
                    0 => ty.of(&format!("{z}.real")),
                    1 => ty.of(&format!("{z}.imag")),
                    _ => ty.of(&format!("abs({z})")),
                }
            }
            _ => format!("{}({a}, {b})", self.random.pick(&["min", "max"])),
        }
    }

    fn complex(&mut self, ty: Type, depth: usize) -> String {
        let [a, b] = self.two(ty, depth);
        match self.random.below(8) {
            0..5 => format!("({a} {} {b})", self.random.pick(&ARITHMETIC)),
            5 => format!("({a} / {b})"),
            6 => format!("{a}.conjugate()"),
            _ => {
                let [re, im] = self.two(Type::Float, depth);
                ty.of(&format!("complex({re}, {im})"))
            }
        }
    }

    /// A condition, which is a `bool` or a `bool_`.
    pub fn condition(&mut self, depth: usize) -> String {
        let within = depth.saturating_sub(1);
        match self.random.below(if depth == 0 { 5 } else { 10 }) {
            0..5 => {
                let ty = self.any_type();
                let [a, b] = self.two(ty, within);
                let all = if ty.class() == Class::Complex { &COMPARISONS[4..] } else { &COMPARISONS[..] };
                format!("({a} {} {b})", self.random.pick(all))
            }
            5 | 6 => {
                let [a, b] = [self.condition(within), self.condition(within)];
                format!("({a} {} {b})", self.random.pick(&["and", "or"]))
            }
            7 => format!("(not {})", self.condition(within)),
            8 => {
                let test = self.random.pick(&["math.isnan", "np.isnan", "np.isfinite", "np.isinf"]);
                format!("{test}({})", self.expression(Type::Of(DType::Float64), within))
            }
            _ => self.leaf(BOOL, within),
        }
    }

    fn leaf(&mut self, ty: Type, depth: usize) -> String {
        let named: Vec<String> =
            self.variables.iter().filter(|(_, other)| *other == ty).map(|(name, _)| name.clone()).collect();
        if !named.is_empty() && !self.random.one_in(3) {
            return named[self.random.below(named.len())].clone();
        }
        if let Type::Of(dtype) = ty
            && !self.random.one_in(4)
            && let Some(load) = self.element(dtype)
        {
            return load;
        }
        if ty == Type::Int && !self.counters.is_empty() && self.random.one_in(2) {
            return self.counters[self.random.below(self.counters.len())].clone();
        }
        let from = self.any_type();
        let converts = from != ty && (from.class() != Class::Complex || ty.class() == Class::Complex);
        if depth > 0 && converts && self.random.one_in(2) {
            return ty.of(&self.expression(from, depth - 1));
        }
        self.literal(ty)
    }

    fn literal(&mut self, ty: Type) -> String {
        match ty.class() {
            Class::Bool => ty.of(self.random.pick(&["True", "False"])),
            Class::Int if ty == Type::Int => self.random.pick(&["0", "1", "2", "3", "7", "-1"]).into(),
            Class::Int => ty.of(self.random.pick(&["0", "1", "2", "3", "7", "100"])),
            Class::Float if ty == Type::Float => self.random.pick(&["0.0", "0.5", "-1.5", "3.0"]).into(),
            Class::Float => ty.of(self.random.pick(&["0.0", "-0.0", "0.5", "-1.5", "3.0", "1e30"])),
            Class::Complex => ty.of(self.random.pick(&["0j", "1j", "(1.5-2j)", "0.5"])),
        }
    }

    /// An element of an array.
    fn element(&mut self, dtype: DType) -> Option<String> {
        let found: Vec<Array> = self.arrays.iter().filter(|array| array.dtype == dtype).cloned().collect();
        let array = found.get(self.random.below(found.len().max(1)))?;
        // What others write is mostly read where it is written, or loops would never be on lanes.
        let plain = array.written && !self.random.one_in(6);
        let index: Vec<String> =
            (0..array.rank).map(|axis| self.index(&array.name, axis, array.rank, plain)).collect();
        Some(format!("{}[{}]", array.name, index.join(", ")))
    }

    /// An index along a dimension of an array: mostly the counter of a loop.
    pub fn index(&mut self, array: &str, axis: usize, rank: usize, plain: bool) -> String {
        if self.counters.is_empty() {
            return "0".into();
        }
        // The last dimensions go with the innermost of the loops, but for those deeper than arrays are.
        let at = (axis + self.counters.len().min(2)).saturating_sub(rank).min(self.counters.len() - 1);
        let counter = self.counters[at].clone();
        if plain {
            return counter;
        }
        let extent = match axis {
            0 => format!("len({array})"),
            _ => format!("{array}.shape[{axis}]"),
        };
        let inner = self.counters[self.counters.len() - 1].clone();
        match self.random.below(24) {
            0 => format!("{counter} + 1"),
            1 => format!("{counter} - 1"),
            2 => format!("{extent} - 1 - {counter}"),
            3 => format!("-1 - {counter}"),
            4 => format!("({counter} * 2) % {extent}"),
            5 => "0".into(),
            6 => format!("{inner} % {extent}"),
            7 => format!("{counter} // 2"),
            8..12 if !self.indices.is_empty() => {
                let indices = self.indices[self.random.below(self.indices.len())].clone();
                format!("{indices}[{}]", self.counters[0])
            }
            _ => counter,
        }
    }
}
