//! What the keyword arguments of a ufunc say.

use std::collections::BTreeMap;

use pykernel::gufunc::CoreAxes;
use pykernel::ufunc::{Call, Casting};

use super::super::array::Array;
use super::super::construct;
use super::super::evaluate::integer;
use super::super::number::{Datum, Number};
use super::super::value::{Failure, Value};
use super::operand::{self, dtype};

/// The keyword arguments that calls have, each where it is given.
#[derive(Default)]
pub struct Settings {
    casting: Option<Casting>,
    dtype: Option<pykernel::DType>,
    mask: Option<Array>,
    axis: Option<isize>,
    axes: Option<Vec<CoreAxes>>,
    keepdims: Option<bool>,
}

/// Keyword arguments that nobody has taken yet.
pub type Keywords<'a> = BTreeMap<&'a str, Value>;

impl Settings {
    /// Takes `casting=`, `dtype=` and `where=`, which calls and methods have.
    pub fn new(keywords: &mut Keywords<'_>) -> Result<Settings, Failure> {
        Ok(Settings {
            casting: keywords.remove("casting").map(casting).transpose()?,
            dtype: keywords.remove("dtype").map(|value| construct::dtype(&value)).transpose()?.map(dtype),
            mask: keywords.remove("where").map(operand::array).transpose()?,
            ..Settings::default()
        })
    }

    /// Takes `axis=`, `axes=` and `keepdims=`, which calls of gufuncs have.
    pub fn with_axes(mut self, keywords: &mut Keywords<'_>) -> Result<Settings, Failure> {
        self.axis = keywords.remove("axis").map(|value| axis(&value)).transpose()?;
        self.axes = keywords.remove("axes").map(|value| axes(&value)).transpose()?;
        self.keepdims = keywords.remove("keepdims").map(|value| truth(&value)).transpose()?;
        Ok(self)
    }

    /// The call that is told so.
    pub fn apply<'a>(&'a self, mut call: Call<'a>) -> Call<'a> {
        if let Some(casting) = self.casting {
            call = call.casting(casting);
        }
        if let Some(dtype) = self.dtype {
            call = call.dtype(dtype);
        }
        if let Some(mask) = &self.mask {
            // SAFETY: examples have no masks that their calls write.
            call = call.mask(unsafe { operand::view(mask) });
        }
        if let Some(axis) = self.axis {
            call = call.axis(axis);
        }
        if let Some(axes) = &self.axes {
            call = call.axes(axes);
        }
        call.keepdims(self.keepdims.unwrap_or(false))
    }
}

fn casting(value: Value) -> Result<Casting, Failure> {
    let all = [Casting::No, Casting::Equiv, Casting::Safe, Casting::SameKind, Casting::Unsafe];
    match &value {
        Value::Text(text) => all.into_iter().find(|casting| casting.to_string() == *text),
        _ => None,
    }
    .ok_or_else(|| format!("{value} is no casting rule").into())
}

/// An axis.
pub fn axis(value: &Value) -> Result<isize, Failure> {
    integer(value).map(|axis| axis as isize)
}

fn axes(value: &Value) -> Result<Vec<CoreAxes>, Failure> {
    let Value::List(items) = value else { return Err("axes= is a list".into()) };
    let item = |item: &Value| match item {
        Value::Tuple(axes) => axes.iter().map(axis).collect::<Result<_, _>>().map(CoreAxes::Tuple),
        one => axis(one).map(CoreAxes::One),
    };
    items.iter().map(item).collect()
}

/// `True` or `False`.
pub fn truth(value: &Value) -> Result<bool, Failure> {
    match value {
        Value::Number(Number { datum: Datum::Bool(value), .. }) => Ok(*value),
        other => Err(format!("{other} is neither True nor False").into()),
    }
}
