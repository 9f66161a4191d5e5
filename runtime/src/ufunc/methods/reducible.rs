//! Which loop a reduction runs: NumPy's rules.
//!
//! What a loop gives is its first input the next time, so that both must have the same type.

use crate::Error;
use crate::dtype::{DType, Kind};
use crate::ufunc::casting::Casting;
use crate::ufunc::resolve;
use crate::ufunc::{Loop, Table};

/// A way of folding, as errors call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Reduce,
    Accumulate,
    ReduceAt,
}

impl Method {
    pub fn name(self) -> &'static str {
        match self {
            Method::Reduce => "reduce",
            Method::Accumulate => "accumulate",
            Method::ReduceAt => "reduceat",
        }
    }

    /// Refuses what cannot be folded with.
    pub fn check(self, table: &Table<'_>) -> Result<(), Error> {
        let (name, kernel) = (self.name(), &table.kernel);
        let refuse = |what: &str| {
            Err(Error::refused("ValueError", format!("{name} only supported for {what}"), kernel))
        };
        match (table.n_inputs(), table.n_outputs()) {
            _ if table.is_gufunc() => {
                let message = "Reduction not defined on ufunc with signature".to_owned();
                Err(Error::refused("RuntimeError", message, kernel))
            }
            (2, 1) => Ok(()),
            (2, _) => refuse("functions returning a single value"),
            _ => refuse("binary functions"),
        }
    }

    /// The loop for an array of this type. The results' type is that of the call, or of the output that
    /// is given.
    pub fn choose<'a>(
        self,
        table: &Table<'a>,
        array: DType,
        out: Option<DType>,
        dtype: Option<DType>,
    ) -> Result<&'a Loop<'a>, Error> {
        let dtype = dtype.or_else(|| widened(table, array).filter(|_| out.is_none()));
        let inner = match dtype {
            Some(dtype) => of_type(table, array, dtype, Some(dtype))?,
            None => self.by_operands(table, array, out)?,
        };
        let uniform = self == Method::Reduce || inner.types[0] == inner.types[1];
        if uniform && inner.types[0] == inner.types[2] {
            return Ok(inner);
        }
        let (name, method) = (table.kernel.name, self.name());
        let types: Vec<String> = inner.types.iter().map(|ty| format!("dtype('{ty}')")).collect();
        let types = types.join(", ");
        let message =
            format!("the resolved dtypes are not compatible with {name}.{method}. Resolved ({types})");
        Err(Error::refused("TypeError", message, &table.kernel))
    }

    /// The loop that a call would run, with the results for its first input; if its output is another type,
    /// one with that for its first input.
    fn by_operands<'a>(
        self,
        table: &Table<'a>,
        array: DType,
        out: Option<DType>,
    ) -> Result<&'a Loop<'a>, Error> {
        let result = out.unwrap_or(array);
        let takes = |inner: &&Loop<'_>| {
            Casting::Safe.allows(result, inner.types[0]) && Casting::Safe.allows(array, inner.types[1])
        };
        let exact = table.loops.iter().find(|inner| inner.types == [result, array, result]);
        let found = exact.or_else(|| table.loops.iter().find(takes));
        let found = found.ok_or_else(|| resolve::unsupported(table))?;
        match found.types[2] == found.types[0] {
            true => Ok(found),
            false => of_type(table, array, found.types[2], None),
        }
    }
}

/// The type in which ufuncs with the names of NumPy's sum and product fold integers, so that few overflow.
fn widened(table: &Table<'_>, array: DType) -> Option<DType> {
    match array.kind() {
        _ if !["add", "multiply"].contains(&table.kernel.name) => None,
        Kind::Unsigned => Some(DType::UInt64),
        Kind::Bool | Kind::Signed => Some(DType::Int64),
        Kind::Float | Kind::Complex => None,
    }
}

/// A loop with this type for its first input, and for its output where that is asked.
fn of_type<'a>(
    table: &Table<'a>,
    array: DType,
    first: DType,
    output: Option<DType>,
) -> Result<&'a Loop<'a>, Error> {
    let fits =
        |inner: &&Loop<'_>| inner.types[0] == first && output.is_none_or(|output| inner.types[2] == output);
    let candidates = || table.loops.iter().filter(fits);
    let exact = candidates().find(|inner| inner.types[1] == array);
    let safe = || candidates().find(|inner| Casting::Safe.allows(array, inner.types[1]));
    let homogeneous = || candidates().find(|inner| inner.types == [first; 3]);
    let found = exact.or_else(safe).or_else(homogeneous);
    found.ok_or_else(|| resolve::unmatched(table))
}
