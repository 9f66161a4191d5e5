//! NumPy's functions that make arrays, as far as examples call them.

use std::collections::BTreeMap;

use pykernel::random::Generator;
use pykernel_codegen::infer::promote;
use pykernel_codegen::interface;
use pykernel_codegen::types::{DType, Kind, Layout, Type};

use super::array::Array;
use super::evaluate::{integer, strong};
use super::number::{Datum, Number};
use super::value::{Failure, Value};

/// The largest array that an example can make, in elements.
const MAX_SIZE: usize = 1 << 24;

type Result<T> = std::result::Result<T, Failure>;

/// `np.name(args, keywords)`; takes the keywords that it knows.
pub fn function(name: &str, args: Vec<Value>, keywords: &mut BTreeMap<&str, Value>) -> Result<Value> {
    let given = keywords.remove("dtype").map(|value| dtype(&value)).transpose()?;
    let array = match (name, args.as_slice()) {
        ("array", [items]) => from_items(items, given)?,
        ("zeros", [extents]) => filled(extents, Datum::Int(0), given.unwrap_or(DType::Float64))?,
        ("ones", [extents]) => filled(extents, Datum::Int(1), given.unwrap_or(DType::Float64))?,
        ("full", [extents, Value::Number(value)]) => {
            filled(extents, value.datum, given.unwrap_or(value.ty.dtype()))?
        }
        ("arange", bounds) => arange(bounds, given)?,
        ("linspace", [start, stop, count]) => linspace(start, stop, integer(count)?, given)?,
        ("asfortranarray", [Value::Array(array)]) if array.has_layout(Layout::F) => array.clone(),
        ("asfortranarray", [Value::Array(array)]) => array.copy(Layout::F),
        ("broadcast_to", [value, extents]) => {
            let array = match value {
                Value::Array(array) => array.clone(),
                number => from_items(number, None)?,
            };
            let shape = shape(extents)?;
            array
                .broadcast(&shape)
                .ok_or_else(|| format!("{:?} does not broadcast to {shape:?}", array.shape))?
        }
        _ => return Err(format!("`np.{name}` with these arguments cannot stand in a transcript").into()),
    };
    Ok(Value::Array(array))
}

/// `np.random.default_rng(seed)`
pub fn generator(args: &[Value]) -> Result<Value> {
    let [seed] = args else { return Err("a generator in a transcript has one seed".into()) };
    let seed = u64::try_from(integer(seed)?).map_err(|_| "a seed is not negative".to_owned())?;
    let state = Generator::new(seed).state().map(|word| Datum::Int(word.into()));
    Ok(Value::Generator(Array::new(DType::UInt64, &[state.len()], &state)))
}

/// The dtype that an argument names.
pub fn dtype(value: &Value) -> Result<DType> {
    match value {
        Value::Type(ty) => Ok(ty.dtype()),
        Value::Text(text) => match strong(if text == "bool" { "bool_" } else { text }) {
            Some(Value::Type(ty)) => Ok(ty.dtype()),
            _ => Err(format!("`{text}` is not a dtype").into()),
        },
        other => Err(format!("expected a dtype, got {}", other.noun()).into()),
    }
}

/// The extents that an argument gives: an integer or a tuple.
fn shape(value: &Value) -> Result<Vec<usize>> {
    let extents = match value {
        Value::Tuple(items) | Value::List(items) => {
            items.iter().map(integer).collect::<Result<Vec<i64>>>()?
        }
        one => vec![integer(one)?],
    };
    let shape: Option<Vec<usize>> = extents.iter().map(|extent| usize::try_from(*extent).ok()).collect();
    let shape = shape.ok_or("negative dimensions are not allowed")?;
    let size = shape.iter().try_fold(1usize, |size, extent| size.checked_mul(*extent));
    match size {
        Some(size) if size <= MAX_SIZE => Ok(shape),
        _ => Err("the array is too large for a transcript".into()),
    }
}

/// `x.transpose(axes)`
pub fn transpose(array: &Array, axes: &[Value]) -> Result<Value> {
    let axes = axes.iter().map(integer).collect::<Result<Vec<i64>>>()?;
    let is_named_once = |axis: usize| axes.iter().filter(|named| **named == axis as i64).count() == 1;
    if axes.len() != array.shape.len() || !(0..axes.len()).all(is_named_once) {
        return Err(format!("{axes:?} are not the axes of the array").into());
    }
    let axes: Vec<usize> = axes.into_iter().map(|axis| axis as usize).collect();
    Ok(Value::Array(array.permuted(&axes)))
}

/// `x.reshape(extents)`, one of which may be -1.
pub fn reshape(array: &Array, extents: &[Value]) -> Result<Value> {
    let mut extents = extents.iter().map(integer).collect::<Result<Vec<i64>>>()?;
    let known: i64 = extents.iter().filter(|extent| **extent >= 0).product();
    if let Some(open) = extents.iter_mut().find(|extent| **extent == -1) {
        *open = if known == 0 { 0 } else { array.size() as i64 / known };
    }
    let shape: Option<Vec<usize>> = extents.iter().map(|extent| usize::try_from(*extent).ok()).collect();
    match shape.filter(|shape| shape.iter().product::<usize>() == array.size()) {
        Some(shape) => Ok(Value::Array(array.reshaped(&shape))),
        None => Err(format!("an array of size {} has no shape {extents:?}", array.size()).into()),
    }
}

/// `x.astype(dtype)`
pub fn astype(array: &Array, dtype: DType) -> Result<Value> {
    let from = interface::Number::Strong(array.dtype);
    let numbers = array.elements().into_iter().map(|datum| Number { ty: from, datum }).collect::<Vec<_>>();
    Ok(Value::Array(of_numbers(dtype, &array.shape, &numbers)?))
}

fn of_numbers(dtype: DType, shape: &[usize], numbers: &[Number]) -> Result<Array> {
    let convert =
        |number: &Number| number.convert(interface::Number::Strong(dtype)).map(|number| number.datum);
    let elements = numbers.iter().map(convert).collect::<std::result::Result<Vec<Datum>, _>>();
    let elements = elements.map_err(|refused| Failure::raised(refused.class, refused.message))?;
    Ok(Array::new(dtype, shape, &elements))
}

fn filled(extents: &Value, value: Datum, dtype: DType) -> Result<Array> {
    let shape = shape(extents)?;
    of_numbers(dtype, &shape, &vec![Number::weak(value); shape.iter().product()])
}

/// `np.array(items, dtype)`
pub fn from_items(items: &Value, dtype: Option<DType>) -> Result<Array> {
    if let Value::Array(array) = items {
        let dtype = dtype.unwrap_or(array.dtype);
        let Value::Array(array) = astype(array, dtype)? else { return Err("not an array".into()) };
        return Ok(array);
    }
    let (mut shape, mut numbers) = (Vec::new(), Vec::new());
    flatten(items, 0, &mut shape, &mut numbers)?;
    let dtype = dtype.unwrap_or_else(|| common_dtype(&numbers));
    of_numbers(dtype, &shape, &numbers)
}

/// Collects the numbers of nested lists, whose lengths must agree.
fn flatten(items: &Value, depth: usize, shape: &mut Vec<usize>, numbers: &mut Vec<Number>) -> Result<()> {
    let first = numbers.is_empty() && shape.len() == depth;
    match items {
        Value::Number(number) if shape.len() == depth => numbers.push(*number),
        Value::List(items) | Value::Tuple(items) => {
            if first {
                shape.push(items.len());
            }
            if shape.get(depth) != Some(&items.len()) {
                return Err("the lists of an array have different lengths".into());
            }
            for item in items {
                flatten(item, depth + 1, shape, numbers)?;
            }
        }
        other => return Err(format!("{} cannot stand there in an array", other.noun()).into()),
    }
    Ok(())
}

/// The dtype that NumPy gives to an array of these numbers.
fn common_dtype(numbers: &[Number]) -> DType {
    let promoted = numbers
        .iter()
        .map(|number| Type::from(number.ty))
        .reduce(|a, b| promote::promote(&a, &b).unwrap_or(a));
    promoted.and_then(|ty| ty.dtype()).unwrap_or(DType::Float64)
}

/// `np.arange`: of floats, NumPy adds multiples of the difference of the first two.
fn arange(bounds: &[Value], dtype: Option<DType>) -> Result<Array> {
    let numbers = bounds.iter().map(number).collect::<Result<Vec<Number>>>()?;
    let zero = Number::weak(Datum::Int(0));
    let (start, stop, step) = match numbers.as_slice() {
        [stop] => (zero, *stop, Number::weak(Datum::Int(1))),
        [start, stop] => (*start, *stop, Number::weak(Datum::Int(1))),
        [start, stop, step] => (*start, *stop, *step),
        _ => return Err("`np.arange` takes one to three arguments".into()),
    };
    let real = |number: Number| number.datum.parts().0;
    let count = ((real(stop) - real(start)) / real(step)).ceil().max(0.0);
    if count.is_nan() || count > MAX_SIZE as f64 {
        return Err("the array is too large for a transcript".into());
    }
    let dtype = dtype.unwrap_or_else(|| common_dtype(&[start, stop, step]));
    let element = |i: usize| match (start.datum, step.datum) {
        (Datum::Int(start), Datum::Int(step)) => Datum::Int(start + i as i128 * step),
        _ => Datum::Float(real(start) + i as f64 * ((real(start) + real(step)) - real(start))),
    };
    let elements: Vec<Number> = (0..count as usize).map(|i| Number::weak(element(i))).collect();
    of_numbers(dtype, &[elements.len()], &elements)
}

/// `np.linspace(start, stop, count)`, whose last element is `stop` itself.
fn linspace(start: &Value, stop: &Value, count: i64, dtype: Option<DType>) -> Result<Array> {
    let (start, stop) = (number(start)?.datum.parts().0, number(stop)?.datum.parts().0);
    let count = usize::try_from(count).ok().filter(|count| *count <= MAX_SIZE);
    let count = count.ok_or("`np.linspace` cannot make so many elements")?;
    let step = (stop - start) / count.saturating_sub(1) as f64;
    let element = |i: usize| if i > 0 && i + 1 == count { stop } else { i as f64 * step + start };
    let elements: Vec<Number> = (0..count)
        .map(|i| if count == 1 { start } else { element(i) })
        .map(|value| Number::weak(Datum::Float(value)))
        .collect();
    let dtype = dtype.unwrap_or(DType::Float64);
    match dtype.kind() {
        Kind::Float | Kind::Complex => of_numbers(dtype, &[count], &elements),
        Kind::Bool | Kind::Int => Err("`np.linspace` of integers cannot stand in a transcript".into()),
    }
}

fn number(value: &Value) -> Result<Number> {
    match value {
        Value::Number(number) => Ok(*number),
        other => Err(format!("expected a number, got {}", other.noun()).into()),
    }
}
