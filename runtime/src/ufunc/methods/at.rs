//! `at`: elements at indices are replaced, one after another.

use super::index::Indices;
use super::replace::Replacing;
use crate::Error;
use crate::any::{AnyView, AnyViewMut};
use crate::ufunc::call::Call;
use crate::ufunc::input::{Given, Input, Scalar, Types};
use crate::ufunc::{Table, resolve};

impl Call<'_> {
    /// Replaces elements of an array by what the ufunc gives of them, and of a second operand if it has
    /// one: NumPy's `at`. An element that is indexed several times is replaced as often.
    ///
    /// There is an array of indices for each of the first axes, of integers, which broadcast together,
    /// or one of bools for several axes; of further axes all elements are meant. The second operand
    /// broadcasts to what is indexed. `casting`, `dtype` and masks do not count.
    ///
    /// # Errors
    /// What NumPy says where indices, types or shapes are wrong; what the kernel raises, when elements
    /// before are replaced.
    pub fn at(
        &self,
        array: AnyViewMut<'_>,
        indices: &[AnyView<'_>],
        second: Option<Input<'_>>,
    ) -> Result<(), Error> {
        let (table, kernel) = (self.table, &self.table.kernel);
        check(table, second.is_some())?;
        let given: Types = [Given::Strong(array.dtype())]
            .into_iter()
            .chain(second.iter().map(|second| Given::Strong(second.given().dtype())))
            .collect();
        let inner = resolve::choose(table, &given, None)?;
        let raw = array.raw();
        let indices = Indices::new(indices, &raw.shape, &raw.strides, kernel)?;
        let mut shape = indices.shape.clone();
        shape.extend_from_slice(&raw.shape[indices.axes..]);
        let scalar = match &second {
            Some(Input::Weak(number)) => number.of(given[1].dtype(), kernel)?,
            _ => Scalar::default(),
        };
        let number = scalar.view(given.last().map_or(raw.dtype, |given| given.dtype()));
        let other = second.as_ref().map(|second| match second {
            Input::Array(view) => view.raw(),
            Input::Written(view) => view.raw(),
            Input::Weak(_) => &number,
        });
        if other.is_some_and(|other| !broadcasts(&other.shape, &shape)) {
            let message = "array is not broadcastable to correct shape".to_owned();
            return Err(Error::refused("ValueError", message, kernel));
        }
        if shape.contains(&0) {
            return Ok(());
        }
        // SAFETY: who made the call vouches for the loops, and the views borrow their elements.
        unsafe { Replacing::run(table, inner, raw, &indices, (&shape, other)) }
    }
}

/// Refuses what has no elements to replace.
fn check(table: &Table<'_>, second: bool) -> Result<(), Error> {
    let refuse = |message: &str| Err(Error::refused("ValueError", message.to_owned(), &table.kernel));
    match (table.n_inputs(), table.n_outputs()) {
        _ if table.is_gufunc() => {
            let (name, signature) = (table.kernel.name, &table.layout);
            let message = format!(
                "{name}.at does not support ufunc with non-trivial signature: {name} has signature {signature}."
            );
            Err(Error::refused("TypeError", message, &table.kernel))
        }
        (3.., _) => refuse("Only unary and binary ufuncs supported at this time"),
        (_, 1) => match (table.n_inputs(), second) {
            (1, true) => refuse("second operand provided when ufunc is unary"),
            (2, false) => refuse("second operand needed for ufunc"),
            _ => Ok(()),
        },
        _ => refuse("Only single output ufuncs supported at this time"),
    }
}

fn broadcasts(shape: &[usize], whole: &[usize]) -> bool {
    let pairs = || shape.iter().rev().zip(whole.iter().rev());
    shape.len() <= whole.len() && pairs().all(|(own, extent)| *own == 1 || own == extent)
}
