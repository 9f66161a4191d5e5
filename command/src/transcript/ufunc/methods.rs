//! The methods of ufuncs: `reduce`, `accumulate`, `reduceat`, `outer`, `at`. While one runs, nothing
//! else looks at its operands' memory.

use pykernel::ufunc::{Axes, Call, Initial, Input, Reduction};
use pykernel::{AnyArray, AnyView, AnyViewMut, Error};

use super::super::array::Array;
use super::super::value::{Failure, Value};
use super::operand::{self, Operand};
use super::settings::{self, Keywords, Settings};
use super::twice::Twice;
use super::{outputs, results, views_mut};

/// `f.reduce(array, axis, dtype, out, keepdims, initial, where)`
pub fn reduce(twice: &Twice<'_>, args: Vec<Value>, keywords: &mut Keywords<'_>) -> Result<Value, Failure> {
    let [array] = take(args, &["axis", "dtype", "out", "keepdims", "initial", "where"], keywords)?;
    let array = operand::array(array)?;
    let axes = match keywords.remove("axis") {
        None => vec![0],
        Some(Value::None) => (0..array.shape.len() as isize).collect(),
        Some(Value::Tuple(axes)) => axes.iter().map(settings::axis).collect::<Result<_, _>>()?,
        Some(axis) => vec![settings::axis(&axis)?],
    };
    // NumPy takes a number for an array with an axis.
    let axes = if let [axis] = *axes { Axes::One(axis) } else { Axes::Several(&axes) };
    let keepdims = keywords.remove("keepdims").map(|value| settings::truth(&value)).transpose()?;
    let initial = match keywords.remove("initial") {
        None => None,
        Some(Value::None) => Some(None),
        Some(value) => Some(Some(Operand::new(value)?)),
    };
    let out = outputs(Vec::new(), 1, keywords)?;
    let settings = Settings::new(keywords)?;
    let made = folded(twice, &settings, &out, |call, out| {
        let initial = match &initial {
            None => Initial::Identity,
            Some(None) => Initial::First,
            Some(Some(Operand::Weak(number))) => Initial::Weak(*number),
            // SAFETY: this call alone looks at it.
            Some(Some(Operand::Array(array))) => Initial::Array(unsafe { operand::view(array) }),
        };
        let how = Reduction { axes, keepdims: keepdims.unwrap_or(false), initial };
        // SAFETY: as above.
        call.reduce(&unsafe { operand::view(&array) }, &how, out)
    })?;
    Ok(results(out, 1, made))
}

/// `f.accumulate(array, axis, dtype, out)`
pub fn accumulate(
    twice: &Twice<'_>,
    args: Vec<Value>,
    keywords: &mut Keywords<'_>,
) -> Result<Value, Failure> {
    let [array] = take(args, &["axis", "dtype", "out"], keywords)?;
    let array = operand::array(array)?;
    let axis = keywords.remove("axis").map_or(Ok(0), |axis| settings::axis(&axis))?;
    let out = outputs(Vec::new(), 1, keywords)?;
    let settings = Settings::new(keywords)?;
    let made = folded(twice, &settings, &out, |call, out| {
        // SAFETY: this call alone looks at it.
        call.accumulate(&unsafe { operand::view(&array) }, axis, out)
    })?;
    Ok(results(out, 1, made))
}

/// `f.reduceat(array, indices, axis, dtype, out)`
pub fn reduceat(twice: &Twice<'_>, args: Vec<Value>, keywords: &mut Keywords<'_>) -> Result<Value, Failure> {
    let [array, indices] = take(args, &["axis", "dtype", "out"], keywords)?;
    let (array, indices) = (operand::array(array)?, operand::array(indices)?);
    let axis = keywords.remove("axis").map_or(Ok(0), |axis| settings::axis(&axis))?;
    let out = outputs(Vec::new(), 1, keywords)?;
    let settings = Settings::new(keywords)?;
    let made = folded(twice, &settings, &out, |call, out| {
        // SAFETY: this call alone looks at them.
        let (array, indices) = unsafe { (operand::view(&array), operand::view(&indices)) };
        call.reduceat(&array, &indices, axis, out)
    })?;
    Ok(results(out, 1, made))
}

/// `f.outer(a, b, out=…, where=…)`
pub fn outer(twice: &Twice<'_>, args: Vec<Value>, keywords: &mut Keywords<'_>) -> Result<Value, Failure> {
    let [first, second] = take(args, &[], keywords)?;
    let (first, second) = (Operand::new(first)?, Operand::new(second)?);
    let n_outputs = twice.table().n_outputs();
    let out = outputs(Vec::new(), n_outputs, keywords)?;
    let settings = Settings::new(keywords)?;
    let written: Vec<&Array> = out.iter().flatten().collect();
    let made = twice.run(&settings, &written, |call| {
        // SAFETY: this call alone looks at them.
        let (first, second) = unsafe { (first.input(false), second.input(false)) };
        call.outer(first, second, &mut views_mut(&out))
    })?;
    Ok(results(out, n_outputs, made))
}

/// `f.at(array, indices, b)`
pub fn at(twice: &Twice<'_>, args: Vec<Value>, keywords: &mut Keywords<'_>) -> Result<Value, Failure> {
    let [array, indices] = take(args, &["b"], keywords)?;
    let second = keywords.remove("b").map(Operand::new).transpose()?;
    let array = operand::array(array)?;
    let indices = match indices {
        Value::Tuple(indices) => indices.into_iter().map(operand::array).collect::<Result<_, _>>()?,
        one => vec![operand::array(one)?],
    };
    let settings = Settings::new(keywords)?;
    twice.run(&settings, &[&array], |call| {
        // SAFETY: this call alone looks at them.
        let view = |array| unsafe { operand::view(array) };
        let indices: Vec<AnyView<'_>> = indices.iter().map(view).collect();
        // SAFETY: as above.
        let second: Option<Input<'_>> = second.as_ref().map(|second| unsafe { second.input(false) });
        // SAFETY: as above.
        call.at(unsafe { operand::view_mut(&array) }, &indices, second).map(|()| Vec::new())
    })?;
    Ok(Value::None)
}

/// The arguments that come by position alone; the others become keyword arguments.
fn take<'a, const N: usize>(
    mut args: Vec<Value>,
    names: &[&'a str],
    keywords: &mut Keywords<'a>,
) -> Result<[Value; N], Failure> {
    let rest = args.split_off(N.min(args.len()));
    if rest.len() > names.len() {
        return Err("a method has too many arguments".into());
    }
    keywords.extend(names.iter().copied().zip(rest));
    for name in ["dtype", "out"] {
        if matches!(keywords.get(name), Some(Value::None)) {
            keywords.remove(name);
        }
    }
    args.try_into().map_err(|_| "a method has too few arguments".into())
}

/// Runs a method that has one output.
fn folded(
    twice: &Twice<'_>,
    settings: &Settings,
    out: &[Option<Array>],
    method: impl Fn(Call<'_>, Option<AnyViewMut<'_>>) -> Result<Option<AnyArray>, Error>,
) -> Result<Vec<Array>, Failure> {
    let written: Vec<&Array> = out.iter().flatten().collect();
    twice.run(settings, &written, |call| {
        let out = views_mut(out).into_iter().flatten().next();
        method(call, out).map(|made| made.into_iter().collect())
    })
}
