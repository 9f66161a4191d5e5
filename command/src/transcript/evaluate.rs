//! Computes the expressions of examples, as CPython and NumPy do.

use std::collections::BTreeMap;

use pykernel_codegen::interface;
use pykernel_codegen::types::{DType, Weak};

use super::arithmetic;
use super::array::Array;
use super::construct;
use super::expression::{Expr, Index};
use super::number::{Datum, Number};
use super::options::Arrangement;
use super::ufunc::Invocation;
use super::value::{Failure, Value};
use crate::device::Extent;

/// What can be called by name: the kernels of a transcript.
pub trait Kernels {
    /// Calls a kernel.
    fn call(&mut self, name: &str, args: Vec<Value>) -> Result<Value, Failure>;

    /// Whether this is a kernel that is launched on a device.
    fn is_launched(&self, name: &str) -> bool;

    /// Launches such a kernel.
    fn launch(&mut self, name: &str, extent: Extent, args: Vec<Value>) -> Result<Value, Failure>;

    /// Whether this is a kernel with methods.
    fn is_ufunc(&self, name: &str) -> bool;

    /// Calls such a kernel, or a method of it.
    fn call_ufunc(&mut self, name: &str, invocation: Invocation<'_>) -> Result<Value, Failure>;
}

/// The variables of a heading's examples.
pub struct Namespace {
    variables: BTreeMap<String, Value>,
    arrangement: Arrangement,
}

impl Namespace {
    /// No variables. Arrays that examples make are laid out as asked.
    pub fn new(arrangement: Arrangement) -> Namespace {
        Namespace { variables: BTreeMap::new(), arrangement }
    }

    /// Sets a variable to the value of an expression.
    pub fn assign(&mut self, name: &str, expr: &Expr, value: Value) {
        let value = self.arranged(expr, value);
        self.variables.insert(name.to_owned(), value);
    }

    /// The variables by their names, in the order of these.
    pub fn variables(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.variables.iter()
    }

    /// An array that an expression has made lies as asked; a view of a variable stays one.
    fn arranged(&self, expr: &Expr, value: Value) -> Value {
        match value {
            Value::Array(array) if !self.mentions_variable(expr) => {
                Value::Array(self.arrangement.apply(array))
            }
            value => value,
        }
    }

    fn all_arranged(&self, exprs: &[Expr], values: Vec<Value>) -> Vec<Value> {
        exprs.iter().zip(values).map(|(expr, value)| self.arranged(expr, value)).collect()
    }

    fn mentions_variable(&self, expr: &Expr) -> bool {
        let any = |items: &[Expr]| items.iter().any(|item| self.mentions_variable(item));
        match expr {
            Expr::Name(name) => self.variables.contains_key(name),
            Expr::Int(_) | Expr::Float(_) | Expr::Imaginary(_) | Expr::Text(_) => false,
            Expr::Negate(value) | Expr::Attribute(value, _) | Expr::Subscript(value, _) => {
                self.mentions_variable(value)
            }
            Expr::Binary(_, left, right) => self.mentions_variable(left) || self.mentions_variable(right),
            Expr::List(items) | Expr::Tuple(items) => any(items),
            Expr::Call(callee, args, keywords) => {
                self.mentions_variable(callee)
                    || any(args)
                    || keywords.iter().any(|(_, value)| self.mentions_variable(value))
            }
        }
    }

    /// Computes an expression.
    pub fn evaluate(&self, expr: &Expr, kernels: &mut dyn Kernels) -> Result<Value, Failure> {
        let all = |items: &[Expr], kernels: &mut dyn Kernels| -> Result<Vec<Value>, Failure> {
            items.iter().map(|item| self.evaluate(item, kernels)).collect()
        };
        match expr {
            Expr::Int(value) => Ok(Value::weak(Datum::Int(*value))),
            Expr::Float(value) => Ok(Value::weak(Datum::Float(*value))),
            Expr::Imaginary(value) => Ok(Value::weak(Datum::Complex(0.0, *value))),
            Expr::Text(text) => Ok(Value::Text(text.clone())),
            Expr::Name(name) => self.name(name),
            Expr::Negate(operand) => arithmetic::negate(self.evaluate(operand, kernels)?),
            Expr::Binary(op, left, right) => {
                let left = self.evaluate(left, kernels)?;
                arithmetic::binary(*op, left, self.evaluate(right, kernels)?)
            }
            Expr::List(items) => Ok(Value::List(all(items, kernels)?)),
            Expr::Tuple(items) => Ok(Value::Tuple(all(items, kernels)?)),
            Expr::Attribute(value, name) => match module(value) {
                Some(module) => constant(module, name),
                None => attribute(self.evaluate(value, kernels)?, name),
            },
            Expr::Call(callee, args, keywords) => self.call(callee, args, keywords, kernels),
            Expr::Subscript(value, items) => self.subscript(value, items, kernels),
        }
    }

    fn name(&self, name: &str) -> Result<Value, Failure> {
        match name {
            "True" | "False" => Ok(Value::weak(Datum::Bool(name == "True"))),
            "None" => Ok(Value::None),
            _ => {
                let weak = || Weak::named(name).map(|weak| Value::Type(interface::Number::Weak(weak)));
                let found = self.variables.get(name).cloned().or_else(weak);
                found.ok_or_else(|| Failure::Misuse(format!("`{name}` has no value here")))
            }
        }
    }

    fn call(
        &self,
        callee: &Expr,
        args: &[Expr],
        keywords: &[(String, Expr)],
        kernels: &mut dyn Kernels,
    ) -> Result<Value, Failure> {
        let mut values = Vec::new();
        for arg in args {
            values.push(self.evaluate(arg, kernels)?);
        }
        let mut named = BTreeMap::new();
        for (name, value) in keywords {
            named.insert(name.as_str(), self.evaluate(value, kernels)?);
        }
        if let Some((name, method)) = ufunc(callee, kernels) {
            let keywords = keywords.iter().map(|(name, expr)| (name.as_str(), expr));
            let arrange = |(name, expr)| named.remove(name).map(|value| (name, self.arranged(expr, value)));
            let invocation = Invocation {
                method,
                args: self.all_arranged(args, values),
                keywords: keywords.filter_map(arrange).collect(),
            };
            return kernels.call_ufunc(name, invocation);
        }
        let result = match callee {
            Expr::Name(name) if Weak::named(name).is_none() => {
                kernels.call(name, self.all_arranged(args, values))
            }
            Expr::Subscript(kernel, items) => match &**kernel {
                Expr::Name(name) if kernels.is_launched(name) => {
                    let extent = self.extent(items, kernels)?;
                    kernels.launch(name, extent, self.all_arranged(args, values))
                }
                _ => Err("only kernels for GPUs are called with a subscript".into()),
            },
            Expr::Name(_) => convert(self.evaluate(callee, kernels)?, values),
            Expr::Attribute(value, name) if name == "default_rng" && is_random(value) => {
                construct::generator(&values)
            }
            Expr::Attribute(value, name) if module(value) == Some("np") => match strong(name) {
                Some(ty) => convert(ty, values),
                None => construct::function(name, values, &mut named),
            },
            Expr::Attribute(value, name) => method(self.evaluate(value, kernels)?, name, values),
            _ => Err("only names and attributes can be called in a transcript".into()),
        };
        match named.keys().next() {
            Some(name) if result.is_ok() => Err(format!("the argument `{name}=` is not known here").into()),
            _ => result,
        }
    }

    /// `grid, block, stream, shared`, of which the last two may be left out.
    fn extent(&self, items: &[Index], kernels: &mut dyn Kernels) -> Result<Extent, Failure> {
        let mut values = Vec::new();
        for item in items {
            let Index::At(at) = item else { return Err("a launch has no slices".into()) };
            values.push(self.evaluate(at, kernels)?);
        }
        let [grid, block, rest @ ..] = values.as_slice() else {
            return Err("a launch has a grid and a block".into());
        };
        let shared = rest.get(1).map(directions).transpose()?.map_or(0, |[bytes, ..]| bytes);
        Ok(Extent { grid: directions(grid)?, block: directions(block)?, shared })
    }

    fn subscript(&self, value: &Expr, items: &[Index], kernels: &mut dyn Kernels) -> Result<Value, Failure> {
        let Value::Array(mut array) = self.evaluate(value, kernels)? else {
            return Err("only arrays have subscripts in a transcript".into());
        };
        if items.len() > array.shape.len() {
            return Err("a subscript has more items than the array has dimensions".into());
        }
        let mut integer = |expr: &Expr| integer(&self.evaluate(expr, kernels)?);
        let mut axis = 0;
        for item in items {
            match item {
                Index::At(at) => array = array.at(axis, wrapped(integer(at)?, array.shape[axis])?),
                Index::Slice(start, stop, step) => {
                    let mut part = |part: &Option<Expr>| part.as_ref().map(&mut integer).transpose();
                    let parts = (part(start)?, part(stop)?, part(step)?);
                    array = slice(&array, axis, parts)?;
                    axis += 1;
                }
            }
        }
        let number = Number { ty: interface::Number::Strong(array.dtype), datum: Datum::Bool(false) };
        match array.shape.is_empty() && items.iter().all(|item| matches!(item, Index::At(_))) {
            true => Ok(Value::Number(Number { datum: array.get(&[]), ..number })),
            false => Ok(Value::Array(array)),
        }
    }
}

/// Whether an expression is `np.random`.
fn is_random(expr: &Expr) -> bool {
    matches!(expr, Expr::Attribute(value, name) if name == "random" && module(value) == Some("np"))
}

/// A number, or up to three, of blocks or threads.
fn directions(value: &Value) -> Result<[u32; 3], Failure> {
    let items = match value {
        Value::Tuple(items) if items.len() <= 3 => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    let mut directions = [1; 3];
    for (direction, item) in directions.iter_mut().zip(items) {
        *direction = u32::try_from(integer(item)?).map_err(|_| "a launch has no such extent".to_owned())?;
    }
    Ok(directions)
}

/// The ufunc that is called, and the method of it.
fn ufunc<'e>(callee: &'e Expr, kernels: &dyn Kernels) -> Option<(&'e str, Option<&'e str>)> {
    let (name, method) = match callee {
        Expr::Name(name) => (name, None),
        Expr::Attribute(value, method) => match &**value {
            Expr::Name(name) => (name, Some(method.as_str())),
            _ => return None,
        },
        _ => return None,
    };
    kernels.is_ufunc(name).then_some((name, method))
}

/// `np` and `math`, which have constants and functions instead of a value.
fn module(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Name(name) if name == "np" || name == "math" => Some(name),
        _ => None,
    }
}

/// NumPy's scalar type of this name.
pub fn strong(name: &str) -> Option<Value> {
    let dtype = DType::ALL.into_iter().find(|dtype| dtype.name() == name);
    dtype.map(|dtype| Value::Type(interface::Number::Strong(dtype)))
}

fn constant(module: &str, name: &str) -> Result<Value, Failure> {
    let float = |value| Ok(Value::weak(Datum::Float(value)));
    match name {
        "inf" => float(f64::INFINITY),
        "nan" => float(f64::NAN),
        "pi" => float(std::f64::consts::PI),
        "e" => float(std::f64::consts::E),
        "True_" | "False_" if module == "np" => {
            let ty = interface::Number::Strong(DType::Bool);
            Ok(Value::Number(Number { ty, datum: Datum::Bool(name == "True_") }))
        }
        _ => {
            let ty = if module == "np" { strong(name) } else { None };
            ty.ok_or_else(|| format!("`{module}.{name}` cannot stand in a transcript").into())
        }
    }
}

fn attribute(value: Value, name: &str) -> Result<Value, Failure> {
    match (value, name) {
        (Value::Array(array), "T") => Ok(Value::Array(array.transposed())),
        (value, _) => Err(format!("{} has no attribute `{name}` in a transcript", value.noun()).into()),
    }
}

fn method(value: Value, name: &str, args: Vec<Value>) -> Result<Value, Failure> {
    let Value::Array(array) = value else {
        return Err(format!("{} has no method `{name}` in a transcript", value.noun()).into());
    };
    match (name, args.as_slice()) {
        ("reshape", [Value::Tuple(items)]) => construct::reshape(&array, items),
        ("reshape", items) => construct::reshape(&array, items),
        ("transpose", axes) => construct::transpose(&array, axes),
        ("astype", [dtype]) => construct::astype(&array, construct::dtype(dtype)?),
        ("copy", []) => Ok(Value::Array(array.copy(pykernel_codegen::types::Layout::C))),
        _ => Err(format!("`.{name}` with these arguments cannot stand in a transcript").into()),
    }
}

/// `T(x)`
fn convert(ty: Value, args: Vec<Value>) -> Result<Value, Failure> {
    let Value::Type(ty) = ty else { return Err("only types convert".into()) };
    let number = match args.as_slice() {
        [Value::Number(number)] => *number,
        [Value::Text(text)] => Number::weak(Datum::Float(special_float(text)?)),
        [Value::Number(re), Value::Number(im)] if ty == interface::Number::Weak(Weak::Complex) => {
            Number::weak(Datum::Complex(re.datum.parts().0, im.datum.parts().0))
        }
        _ => return Err("a type is called with one number".into()),
    };
    number.convert(ty).map(Value::Number).map_err(|refused| Failure::raised(refused.class, refused.message))
}

fn special_float(text: &str) -> Result<f64, Failure> {
    let known = ["inf", "-inf", "nan", "-nan"].contains(&text);
    let float = if known { text.parse().ok() } else { None };
    float.ok_or_else(|| format!("`{text:?}` is not `'inf'`, `'-inf'` or `'nan'`").into())
}

/// An integer that counts or indexes.
pub fn integer(value: &Value) -> Result<i64, Failure> {
    match value {
        Value::Number(Number { datum: Datum::Int(value), .. }) => {
            i64::try_from(*value).map_err(|_| format!("{value} is too large here").into())
        }
        other => Err(format!("expected an integer, got {}", other.noun()).into()),
    }
}

/// An index with negative ones counted from the end.
fn wrapped(index: i64, extent: usize) -> Result<usize, Failure> {
    let from_end = if index < 0 { index + extent as i64 } else { index };
    let inside = usize::try_from(from_end).ok().filter(|index| *index < extent);
    inside.ok_or_else(|| format!("index {index} lies outside of an axis of size {extent}").into())
}

/// `x[start:stop:step]`, by the rules of Python's `slice.indices`.
fn slice(
    array: &Array,
    axis: usize,
    (start, stop, step): (Option<i64>, Option<i64>, Option<i64>),
) -> Result<Array, Failure> {
    let extent = array.shape[axis] as i64;
    let step = step.unwrap_or(1);
    let (low, high) = if step > 0 { (0, extent) } else { (-1, extent - 1) };
    let clamp = |at: i64| if at < 0 { (at + extent).clamp(low, high) } else { at.clamp(low, high) };
    let (first, end) = if step > 0 { (low, high) } else { (high, low) };
    let (start, stop) = (start.map_or(first, clamp), stop.map_or(end, clamp));
    let count = match step {
        0 => return Err("a slice's step cannot be zero".into()),
        1.. => (stop - start + step - 1).div_euclid(step),
        _ => (start - stop - step - 1).div_euclid(-step),
    };
    Ok(array.sliced(axis, start as isize, step as isize, count.max(0) as usize))
}
