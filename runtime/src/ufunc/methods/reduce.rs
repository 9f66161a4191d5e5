//! `reduce`: elements along some axes become one.

use smallvec::SmallVec;

use super::fold::Begin;
use super::folding::{Folded, Folding};
use super::initial::Initial;
use super::out::Reduced;
use super::reducible::Method;
use crate::Error;
use crate::any::{AnyArray, AnyView, AnyViewMut, RawView};
use crate::gufunc::axes::absolute;
use crate::ufunc::call::Call;
use crate::ufunc::input::Scalar;
use crate::ufunc::{Identity, Loop};

/// Axes of an array, from its first one on or, if negative, from its last one back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axes<'a> {
    /// All of them: NumPy's `axis=None`.
    All,
    /// One.
    One(isize),
    /// Some, each once.
    Several(&'a [isize]),
}

impl Default for Axes<'_> {
    /// The first one, which NumPy reduces where it is told nothing.
    fn default() -> Self {
        Axes::One(0)
    }
}

/// What a reduction is told besides its array.
#[derive(Clone, Debug, Default)]
pub struct Reduction<'a> {
    /// The axes along which elements become one.
    pub axes: Axes<'a>,
    /// Whether these axes stay, with extent 1.
    pub keepdims: bool,
    /// With what it begins.
    pub initial: Initial<'a>,
}

impl Call<'_> {
    /// Combines the elements along axes of an array from left to right, in the order C:
    /// NumPy's `reduce`. Gives the result, unless it goes into `out`.
    ///
    /// The mask is NumPy's `where`: elements that it leaves out take no part. `casting` does not count.
    ///
    /// # Errors
    /// What NumPy says where axes, types or shapes are wrong, or there is nothing to begin with;
    /// what the kernel raises, of several elements of the result for the first one in the order C.
    pub fn reduce(
        &self,
        array: &AnyView<'_>,
        how: &Reduction<'_>,
        out: Option<AnyViewMut<'_>>,
    ) -> Result<Option<AnyArray>, Error> {
        Method::Reduce.check(self.table)?;
        self.check_mask()?;
        let (input, keepdims) = (array.raw(), how.keepdims);
        let folded = self.folded(how.axes, input.shape.len())?;
        let of_out = out.as_ref().map(AnyViewMut::dtype);
        let inner = Method::Reduce.choose(self.table, input.dtype, of_out, self.dtype)?;
        let begin = self.begin(how, inner, &folded)?;
        let mask = self.mask.as_ref().map(AnyView::raw);
        let shapes = Reduced {
            input: &input.shape,
            folded: &folded,
            keepdims,
            mask: mask.map(|mask| &mask.shape[..]),
        };
        shapes.check(out.as_ref().map(AnyViewMut::shape), &self.table.kernel)?;
        let shape = shapes.shape();
        let is_empty = folded.iter().zip(&input.shape).any(|(folded, extent)| *folded && *extent == 0);
        if matches!(begin, Begin::First) && is_empty {
            return Err(self.without_identity());
        }
        let stretched = |mask: &RawView| RawView {
            shape: input.shape.clone(),
            strides: mask.stretched(input.shape.len()),
            ..mask.clone()
        };
        let mask = mask.map(stretched);
        let axes = shapes.axes();
        Folding { inner, input, mask, begin, folded, shape, axes, segments: None }.run(self, out)
    }

    /// Which axes of an array are reduced.
    pub(crate) fn folded(&self, axes: Axes<'_>, rank: usize) -> Result<Folded, Error> {
        let axes: SmallVec<[isize; 4]> = match axes {
            Axes::All => return Ok(Folded::from_elem(true, rank)),
            // NumPy lets these through for scalars.
            Axes::One(0 | -1) if rank == 0 => return Ok(Folded::new()),
            Axes::One(axis) => [axis].into_iter().collect(),
            Axes::Several(axes) => axes.into(),
        };
        let mut folded = Folded::from_elem(false, rank);
        for axis in axes {
            let axis = absolute(self.table, axis, rank)?;
            if folded[axis] {
                let message = "duplicate value in 'axis'".to_owned();
                return Err(Error::refused("ValueError", message, &self.table.kernel));
            }
            folded[axis] = true;
        }
        Ok(folded)
    }

    /// With what folds of these axes begin.
    pub(crate) fn begin(
        &self,
        how: &Reduction<'_>,
        inner: &Loop<'_>,
        folded: &[bool],
    ) -> Result<Begin, Error> {
        let (name, kernel, dtype) = (self.table.kernel.name, &self.table.kernel, inner.types[2]);
        let several = folded.iter().filter(|folded| **folded).count() > 1;
        if several && self.table.identity == Identity::None {
            let message = format!(
                "reduction operation '{name}' is not reorderable, so at most one axis may be specified"
            );
            return Err(Error::refused("ValueError", message, kernel));
        }
        let begin = match (&how.initial, self.table.identity) {
            (Initial::Identity, Identity::Value(value)) => Begin::With(Scalar::identity(value, dtype)),
            (Initial::Weak(number), _) => Begin::With(number.constructed(dtype, kernel)?),
            (Initial::Array(view), _) => Begin::With(Scalar::only(view, dtype, kernel)?),
            (Initial::First, _) | (Initial::Identity, Identity::None | Identity::Reorderable) => Begin::First,
        };
        if self.mask.is_some() && matches!(begin, Begin::First) {
            let message = format!(
                "reduction operation '{name}' does not have an identity, so to use a where mask one has to \
                 specify 'initial'"
            );
            return Err(Error::refused("ValueError", message, kernel));
        }
        Ok(begin)
    }

    #[cold]
    pub(crate) fn without_identity(&self) -> Error {
        let name = self.table.kernel.name;
        let message = format!("zero-size array to reduction operation {name} which has no identity");
        Error::refused("ValueError", message, &self.table.kernel)
    }
}
