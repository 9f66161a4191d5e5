//! Which loop a call runs: NumPy's rules, those of its ufuncs that users make.
//!
//! A loop whose inputs have the given types exactly comes first. Otherwise it is the first, in the
//! order in which they are declared, to whose types all inputs can be cast safely, whatever the call
//! allows. A weak number can be cast to every type of its kind and of those above, if an input that
//! is not weak is of that kind too; otherwise, and as the only input, it has the type of its kind.
//! With a `dtype`, loops that have other outputs are passed over; if none is left it is the loop of
//! nothing but that type.

use super::casting::Casting;
use super::input::{Given, Types};
use super::{Loop, Table};
use crate::Error;
use crate::dtype::{DType, Kind};

/// The loop for inputs of these types, with outputs of the type that the call asks for.
pub(crate) fn choose<'a>(
    table: &Table<'a>,
    inputs: &[Given],
    dtype: Option<DType>,
) -> Result<&'a Loop<'a>, Error> {
    let n_inputs = inputs.len();
    let gives = |inner: &&Loop<'_>| {
        dtype.is_none_or(|dtype| inner.types[n_inputs..].iter().all(|output| *output == dtype))
    };
    let mut loops = table.loops.iter().filter(gives);
    let inputs = if n_inputs == 1 { strong(inputs) } else { inputs.into() };
    let is_exact =
        |inner: &&Loop<'_>| inputs.iter().zip(inner.types).all(|(given, ty)| *given == Given::Strong(*ty));
    if let Some(exact) = loops.clone().find(is_exact) {
        return Ok(exact);
    }
    let inputs = if rules_weak(&inputs) { inputs } else { strong(&inputs) };
    let takes = |inner: &&Loop<'_>| {
        inputs.iter().zip(inner.types).all(|(given, to)| is_taken(*given, *to, Casting::Safe))
    };
    let found = loops.find(takes);
    let Some(dtype) = dtype else { return found.ok_or_else(|| unsupported(table)) };
    let homogeneous = |inner: &&Loop<'_>| inner.types.iter().all(|ty| *ty == dtype);
    found.or_else(|| table.loops.iter().find(homogeneous)).ok_or_else(|| unmatched(table))
}

/// The inputs with the types that weak numbers have by themselves.
fn strong(inputs: &[Given]) -> Types {
    inputs.iter().map(|given| Given::Strong(given.dtype())).collect()
}

/// Whether weak numbers take the types of others: some input that is not weak is of the highest kind.
fn rules_weak(inputs: &[Given]) -> bool {
    let highest = |is_weak: bool| {
        let kinds = inputs.iter().filter(|given| matches!(given, Given::Weak(_)) == is_weak);
        kinds.map(|given| simplified(given.dtype().kind())).max()
    };
    highest(false) >= highest(true)
}

/// The order in which NumPy compares the kinds of weak numbers and of others.
const fn simplified(kind: Kind) -> u8 {
    match kind {
        Kind::Bool => 0,
        Kind::Unsigned | Kind::Signed => 1,
        Kind::Float | Kind::Complex => 2,
    }
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
    let inputs = if n_inputs == 1 { strong(inputs) } else { inputs.into() };
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
pub(crate) fn unsupported(table: &Table<'_>) -> Error {
    let name = table.kernel.name;
    let message = format!(
        "ufunc '{name}' not supported for the input types, and the inputs could not be safely coerced to any \
         supported types according to the casting rule ''safe''"
    );
    Error::refused("TypeError", message, &table.kernel)
}
