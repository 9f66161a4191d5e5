//! Calls of ufuncs and gufuncs in examples, by NumPy's conventions. Each runs on one thread and on
//! several, which must give the same bits.

mod methods;
mod operand;
mod settings;
mod table;
mod twice;

use pykernel::AnyViewMut;
use pykernel::ufunc::Input;
use pykernel_abi::InnerLoop;
use pykernel_codegen::interface::{self, Kernel};

use super::array::Array;
use super::number::Number;
use super::value::{Failure, Value};
use operand::Operand;
use settings::{Keywords, Settings};
use table::Parts;
use twice::Twice;

/// A call of a ufunc, or of a method of it, as an example writes it.
pub struct Invocation<'a> {
    /// The method: `reduce`.
    pub method: Option<&'a str>,
    /// The arguments by position.
    pub args: Vec<Value>,
    /// The arguments by name.
    pub keywords: Keywords<'a>,
}

/// Calls a kernel that is a ufunc, whose overloads have this code.
///
/// # Safety
/// Each overload's code is its inner loop, and stays loaded.
pub unsafe fn call(
    kernel: &Kernel,
    code: Vec<InnerLoop>,
    invocation: Invocation<'_>,
) -> Result<Value, Failure> {
    let Some(ufunc) = &kernel.ufunc else {
        return Err(format!("{} is not a ufunc", kernel.name).into());
    };
    let parts = Parts::new(kernel, ufunc, code);
    let (cheap, dear) = (parts.loops(false), parts.loops(true));
    // SAFETY: the caller vouches for the code; all else is as the kernel's interface says.
    let twice = unsafe { Twice::new(parts.table(&cheap), parts.table(&dear)) };
    let Invocation { method, args, mut keywords } = invocation;
    let result = match method {
        None => elements(&twice, args, &mut keywords),
        Some("reduce") => methods::reduce(&twice, args, &mut keywords),
        Some("accumulate") => methods::accumulate(&twice, args, &mut keywords),
        Some("reduceat") => methods::reduceat(&twice, args, &mut keywords),
        Some("outer") => methods::outer(&twice, args, &mut keywords),
        Some("at") => methods::at(&twice, args, &mut keywords),
        Some(other) => Err(format!("ufuncs have no method `{other}` in a transcript").into()),
    }?;
    match keywords.keys().next() {
        Some(name) => Err(format!("the argument `{name}=` is not known here").into()),
        None => Ok(result),
    }
}

/// `f(a, b, out, where=…)`
fn elements(twice: &Twice<'_>, mut args: Vec<Value>, keywords: &mut Keywords<'_>) -> Result<Value, Failure> {
    let table = twice.table();
    let given = args.split_off(table.n_inputs().min(args.len()));
    let inputs = args.into_iter().map(Operand::new).collect::<Result<Vec<Operand>, _>>()?;
    let outputs = outputs(given, table.n_outputs(), keywords)?;
    let settings = Settings::new(keywords)?.with_axes(keywords)?;
    let is_written = |index: usize| table.writable.contains(&index);
    let written = inputs.iter().enumerate().filter_map(|(index, input)| match input {
        Operand::Array(array) if is_written(index) && !array.readonly => Some(array),
        _ => None,
    });
    let written: Vec<&Array> = written.chain(outputs.iter().flatten()).collect();
    let made = twice.run(&settings, &written, |call| {
        let inputs = inputs.iter().enumerate().map(|(index, input)| {
            // SAFETY: this call alone looks at the operands' memory.
            unsafe { input.input(is_written(index)) }
        });
        let mut inputs: Vec<Input<'_>> = inputs.collect();
        call.run(&mut inputs, &mut views_mut(&outputs))
    })?;
    Ok(results(outputs, table.n_outputs(), made))
}

/// The outputs that are given by position or by `out=`; empty if there are none.
fn outputs(
    given: Vec<Value>,
    count: usize,
    keywords: &mut Keywords<'_>,
) -> Result<Vec<Option<Array>>, Failure> {
    let items = match keywords.remove("out") {
        None => given,
        Some(_) if !given.is_empty() => return Err("outputs are given twice".into()),
        Some(Value::None) => Vec::new(),
        Some(Value::Tuple(items)) => items,
        Some(one) => vec![one],
    };
    let mut outputs = items.into_iter().map(output).collect::<Result<Vec<Option<Array>>, _>>()?;
    if !outputs.is_empty() && outputs.len() < count {
        outputs.resize(count, None);
    }
    Ok(outputs)
}

/// An output that is given, if it is one.
fn output(value: Value) -> Result<Option<Array>, Failure> {
    match value {
        Value::None => Ok(None),
        Value::Array(array) if array.readonly => Err("an output is read-only".into()),
        Value::Array(array) => Ok(Some(array)),
        other => Err(format!("{} is no output", other.noun()).into()),
    }
}

/// The outputs as a call writes them, which alone looks at their memory.
fn views_mut(outputs: &[Option<Array>]) -> Vec<Option<AnyViewMut<'_>>> {
    // SAFETY: as above; each is passed to one call.
    outputs.iter().map(|output| output.as_ref().map(|array| unsafe { operand::view_mut(array) })).collect()
}

/// What a call gives: outputs that were given, numbers, and arrays.
fn results(mut outputs: Vec<Option<Array>>, count: usize, made: Vec<Array>) -> Value {
    outputs.resize(count, None);
    let mut made = made.into_iter().map(number_or_array);
    let value = |output: Option<Array>| output.map(Value::Array).or_else(|| made.next());
    let mut values: Vec<Value> = outputs.into_iter().filter_map(value).collect();
    if values.len() == 1 { values.remove(0) } else { Value::Tuple(values) }
}

/// An array without dimensions that NumPy has made is a number.
fn number_or_array(array: Array) -> Value {
    match array.shape.as_slice() {
        [] => Value::Number(Number { ty: interface::Number::Strong(array.dtype), datum: array.get(&[]) }),
        _ => Value::Array(array),
    }
}
