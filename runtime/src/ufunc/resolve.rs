//! Which loop a call runs: NumPy's rules, those of its ufuncs that users make.
//!
//! A loop whose inputs have the given types exactly comes first. Otherwise it is the first, in the
//! order in which they are declared, to whose types all inputs can be cast safely; a weak number can be cast to
//! every type of its kind and of those above. With a `dtype` for the outputs, inputs need only be cast as the call allows.

use super::casting::Casting;
use super::input::Given;
use super::{Loop, Table};
use crate::Error;
use crate::dtype::{DType, Kind};

/// The loop for inputs of these types, with outputs of the type that the call asks for.
pub(crate) fn choose<'a>(
    table: &Table<'a>,
    inputs: &[Given],
    dtype: Option<DType>,
    casting: Casting,
) -> Result<&'a Loop<'a>, Error> {
    let (exact, n_inputs) = (exact(table, inputs, dtype), table.n_inputs());
    if let Some(exact) = exact {
        return Ok(exact);
    }
    let inputs = &settled(inputs)[..];
    let takes = |inner: &&Loop<'_>, casting: Casting| {
        inputs.iter().zip(inner.types).all(|(given, to)| is_taken(*given, *to, casting))
    };
    let Some(dtype) = dtype else {
        // Whatever the call allows, a loop is chosen by casts that are safe.
        let found = table.loops.iter().find(|inner| takes(inner, casting.min(Casting::Safe)));
        return found.ok_or_else(|| unsupported(table, casting));
    };
    let gives = |inner: &&Loop<'_>| inner.types[n_inputs..].iter().all(|output| *output == dtype);
    let homogeneous = |inner: &&Loop<'_>| inner.types.iter().all(|ty| *ty == dtype);
    let found = table.loops.iter().find(|inner| gives(inner) && takes(inner, casting));
    // NumPy then asks for inputs of that type too, which is what a loop of one type has.
    let found = found.or_else(|| table.loops.iter().find(|inner| homogeneous(inner)));
    found.ok_or_else(|| unmatched(table))
}

fn exact<'a>(table: &Table<'a>, inputs: &[Given], dtype: Option<DType>) -> Option<&'a Loop<'a>> {
    table.loops.iter().find(|inner| {
        let (types, outputs) = inner.types.split_at(inputs.len());
        inputs.iter().zip(types).all(|(given, ty)| *given == Given::Strong(*ty))
            && dtype.is_none_or(|dtype| outputs.iter().all(|output| *output == dtype))
    })
}

/// Weak numbers among nothing but weak ones have the types of their kinds.
fn settled(inputs: &[Given]) -> super::input::Types {
    let weak = inputs.iter().all(|given| matches!(given, Given::Weak(_)));
    inputs.iter().map(|given| if weak { Given::Strong(given.dtype()) } else { *given }).collect()
}

/// Whether a loop that wants `to` may have this input.
fn is_taken(given: Given, to: DType, casting: Casting) -> bool {
    match given {
        Given::Strong(from) => casting.allows(from, to),
        Given::Weak(kind) => {
            let above = match kind {
                Kind::Complex => to.kind() == Kind::Complex,
                Kind::Float => to.kind() >= Kind::Float,
                _ => to.kind() >= Kind::Unsigned,
            };
            above || casting.allows(given.dtype(), to)
        }
    }
}

/// Refuses a call that casts operands more than it allows. Outputs that the call makes are `None`.
pub(crate) fn check_casts(
    table: &Table<'_>,
    inner: &Loop<'_>,
    casting: Casting,
    inputs: &[Given],
    outputs: impl Iterator<Item = Option<DType>>,
) -> Result<(), Error> {
    let (n_inputs, n_outputs) = (table.n_inputs(), table.n_outputs());
    for (index, (given, to)) in inputs.iter().zip(inner.types).enumerate() {
        if !is_taken(*given, *to, casting) {
            let operand = if n_inputs == 1 { "input".to_owned() } else { format!("input {index}") };
            return Err(forbidden(table, &operand, (given.dtype(), *to), casting));
        }
        if table.writable.contains(&index) && !casting.allows(*to, given.dtype()) {
            return Err(forbidden(table, &format!("input {index}"), (*to, given.dtype()), casting));
        }
    }
    for (index, (to, from)) in outputs.zip(&inner.types[n_inputs..]).enumerate() {
        if let Some(to) = to.filter(|to| !casting.allows(*from, *to)) {
            let operand =
                if n_outputs == 1 { "output".to_owned() } else { format!("output {}", n_inputs + index) };
            return Err(forbidden(table, &operand, (*from, to), casting));
        }
    }
    Ok(())
}

#[cold]
fn forbidden(table: &Table<'_>, operand: &str, (from, to): (DType, DType), casting: Casting) -> Error {
    let name = table.kernel.name;
    let message = format!(
        "Cannot cast ufunc '{name}' {operand} from dtype('{from}') to dtype('{to}') with casting rule '{casting}'"
    );
    Error::refused("TypeError", message, &table.kernel)
}

/// No loop has the types that are asked for.
#[cold]
pub(crate) fn unmatched(table: &Table<'_>) -> Error {
    let name = table.kernel.name;
    let message = format!("No loop matching the specified signature and casting was found for ufunc {name}");
    Error::refused("TypeError", message, &table.kernel)
}

/// No loop takes the types that are given.
#[cold]
pub(crate) fn unsupported(table: &Table<'_>, casting: Casting) -> Error {
    let (name, casting) = (table.kernel.name, casting.min(Casting::Safe));
    let message = format!(
        "ufunc '{name}' not supported for the input types, and the inputs could not be safely coerced to any \
         supported types according to the casting rule ''{casting}''"
    );
    Error::refused("TypeError", message, &table.kernel)
}
