//! Calls of ufuncs and gufuncs over operands whose types and ranks are known when the program runs.

use smallvec::SmallVec;

use super::casting::Casting;
use super::direct::Row;
use super::elementwise::{Elementwise, Made};
use super::input::{Given, Input, Scalar, Types, Weak};
use super::resolve;
use super::{Loop, Table};
use crate::Error;
use crate::allocate::zeros;
use crate::any::{AnyArray, AnyView, AnyViewMut, RawView};
use crate::dtype::DType;
use crate::gufunc::CoreAxes;
use crate::gufunc::axes::Placing;
use crate::gufunc::invoke::Invocation;

/// A call of a ufunc or gufunc, with what NumPy's keyword arguments say.
#[derive(Clone, Debug)]
pub struct Call<'a> {
    pub(crate) table: &'a Table<'a>,
    pub(crate) casting: Casting,
    pub(crate) dtype: Option<DType>,
    pub(crate) mask: Option<AnyView<'a>>,
    pub(crate) parallel: bool,
    pub(crate) placing: Placing<'a>,
}

impl<'a> Call<'a> {
    /// A call with nothing said.
    ///
    /// # Safety
    /// Each loop of the table has code, of the table's layout and its own types, that keeps the
    /// contract of `pykernel_abi`'s inner loops.
    pub const unsafe fn new(table: &'a Table<'a>) -> Self {
        let placing = Placing { axis: None, axes: None, keepdims: false };
        let casting = Casting::SameKind;
        Call { table, casting, dtype: None, mask: None, parallel: table.parallel, placing }
    }

    /// Which casts of operands are allowed: NumPy's `casting=`. Without it, [`Casting::SameKind`].
    pub fn casting(mut self, casting: Casting) -> Self {
        self.casting = casting;
        self
    }

    /// The type in which results are computed: NumPy's `dtype=`.
    pub fn dtype(mut self, dtype: DType) -> Self {
        self.dtype = Some(dtype);
        self
    }

    /// Where there is something to compute: NumPy's `where=`, an array of `bool` that takes part in
    /// broadcasting. Elsewhere outputs that are given stay as they are, and others are 0. Of ufuncs alone.
    pub fn mask(mut self, mask: AnyView<'a>) -> Self {
        self.mask = Some(mask);
        self
    }

    /// Uses all threads of rayon's current pool, where there is enough to do.
    pub fn parallel(mut self) -> Self {
        self.parallel = true;
        self
    }

    /// Uses this thread alone.
    pub fn serial(mut self) -> Self {
        self.parallel = false;
        self
    }

    /// The axis of the only core dimension: NumPy's `axis=`. Of gufuncs alone.
    pub fn axis(mut self, axis: isize) -> Self {
        self.placing.axis = Some(axis);
        self
    }

    /// The axes of all core dimensions, an item for each operand: NumPy's `axes=`. Of gufuncs alone.
    pub fn axes(mut self, axes: &'a [CoreAxes]) -> Self {
        self.placing.axes = Some(axes);
        self
    }

    /// Whether dimensions that the gufunc reduces stay, with extent 1: NumPy's `keepdims=`.
    pub fn keepdims(mut self, keepdims: bool) -> Self {
        self.placing.keepdims = keepdims;
        self
    }

    /// Calls it. `outputs` has an item for each output, or is empty: those that are `None` are made, and
    /// given back in their order.
    ///
    /// An output may share memory with an input: the result is what it would be if it did not.
    ///
    /// # Errors
    /// What NumPy says where operands are too many or too few, do not broadcast, cannot be cast, or
    /// are too large; what the kernel raises. Where several iterations raise it is the first in the
    /// order C; outputs may be written in part.
    pub fn run(
        &self,
        inputs: &mut [Input<'_>],
        outputs: &mut [Option<AnyViewMut<'_>>],
    ) -> Result<Vec<AnyArray>, Error> {
        self.made(inputs, outputs).map(|made| made.into_iter().collect())
    }

    /// The same without memory for the list of what is made.
    pub(crate) fn made(
        &self,
        inputs: &mut [Input<'_>],
        outputs: &mut [Option<AnyViewMut<'_>>],
    ) -> Result<Made, Error> {
        if let Some(result) = self.direct(inputs, outputs) {
            return result;
        }
        let given: Types = inputs.iter().map(Input::given).collect();
        let inner = self.resolve(&given, outputs)?;
        // NumPy converts numbers before it looks at the casts of arrays.
        let weak = inputs.iter().zip(inner.types).map(|(input, dtype)| match input {
            Input::Weak(number) => self.converted(*number, *dtype),
            _ => Ok(Scalar::default()),
        });
        let weak = weak.collect::<Result<SmallVec<[Scalar; 4]>, _>>()?;
        let types = outputs.iter().map(|output| output.as_ref().map(AnyViewMut::dtype));
        resolve::check_casts(self.table, inner, self.casting, &given, types)?;
        self.check_written(inputs)?;
        let numbers = weak.iter().zip(inner.types).map(|(number, dtype)| number.view(*dtype));
        let numbers: SmallVec<[RawView; 4]> = numbers.collect();
        let inputs = inputs.iter().zip(&numbers).map(|(input, number)| match input {
            Input::Array(view) => Some(view.raw()),
            Input::Written(view) => Some(view.raw()),
            Input::Weak(_) => Some(number),
        });
        let mut views: SmallVec<[Option<&RawView>; 4]> = inputs.collect();
        views.extend(outputs.iter().map(|output| output.as_ref().map(AnyViewMut::raw)));
        views.resize(inner.types.len(), None);
        // SAFETY: who made the call vouches for the loops. The views borrow their elements, those that
        // are written for this call alone.
        unsafe { self.enter(inner, &views) }
    }

    /// Calls the loop once, where that is all there is to do: of the inputs' own types, over operands that lie in a row.
    fn direct(
        &self,
        inputs: &[Input<'_>],
        outputs: &mut [Option<AnyViewMut<'_>>],
    ) -> Option<Result<Made, Error>> {
        let Call { table, parallel, .. } = *self;
        let views = || {
            inputs.iter().map(|input| match input {
                Input::Array(view) => Some(view.raw()),
                Input::Written(_) | Input::Weak(_) => None,
            })
        };
        let is_plain = !table.is_gufunc() && table.writable.is_empty() && self.is_bare();
        let counted = inputs.len() == table.n_inputs() && [0, table.n_outputs()].contains(&outputs.len());
        let takes = |inner: &&Loop<'_>| {
            views().zip(inner.types).all(|(view, dtype)| view.is_some_and(|view| view.dtype == *dtype))
        };
        let inner = table.loops.iter().find(|inner| is_plain && counted && takes(inner))?;
        let shape = views().flatten().map(|view| &view.shape[..]).max_by_key(|shape| shape.len())?;
        let mut row = Row::new(inner, shape)?;
        for view in views() {
            row.read(view?.into())?;
        }
        let mut made = Made::new();
        for (index, dtype) in inner.types[inputs.len()..].iter().enumerate() {
            match outputs.get(index).and_then(Option::as_ref) {
                Some(output) => row.written(output.raw().into())?,
                None => match zeros(*dtype, shape, &table.kernel) {
                    Ok(mut array) => {
                        row.made(array.as_mut_ptr());
                        made.push(array);
                    }
                    Err(error) => return Some(Err(error)),
                },
            }
        }
        // SAFETY: who made the call vouches for the loops; the views borrow their elements, those of
        // outputs for this call alone.
        unsafe { row.run(inputs.len(), parallel) }.map(|result| result.map(|()| made))
    }

    /// Whether nothing is said of types, axes and masks.
    fn is_bare(&self) -> bool {
        self.dtype.is_none() && self.mask.is_none() && self.placing.is_natural()
    }

    /// Calls a ufunc with an array as its first input and its only output.
    ///
    /// # Errors
    /// As of [`Call::run`]; where there are several outputs, or the first input is one that is written.
    pub fn run_inplace<'i>(
        &self,
        array: AnyViewMut<'i>,
        others: impl IntoIterator<Item = Input<'i>>,
    ) -> Result<(), Error> {
        // SAFETY: both are used in one call, which allows that inputs and outputs share memory.
        let first = Input::Array(unsafe { array.alias() });
        let mut inputs: SmallVec<[Input<'_>; 4]> = std::iter::once(first).chain(others).collect();
        self.made(&mut inputs, &mut [Some(array)]).map(|_| ())
    }

    /// # Safety
    /// That of [`Elementwise::run`].
    unsafe fn enter(&self, inner: &Loop<'_>, views: &[Option<&RawView>]) -> Result<Made, Error> {
        let Call { table, parallel, placing, .. } = *self;
        if table.is_gufunc() {
            // SAFETY: the caller's.
            return unsafe { Invocation { table, inner, placing, parallel }.run(views) }.map(Made::from_vec);
        }
        let mask = self.mask.as_ref().map(AnyView::raw);
        // SAFETY: the caller's.
        unsafe { Elementwise { table, inner, mask, parallel }.run(views) }
    }

    /// A number as an element of the type that the loop takes.
    fn converted(&self, number: Weak, dtype: DType) -> Result<Scalar, Error> {
        let kernel = &self.table.kernel;
        let own = Given::Weak(number.kind()).dtype();
        // NumPy's rule, but for a ufunc's only input, whose number is an array to it.
        if self.casting == Casting::Equiv && self.table.n_inputs() > 1 && ![own, DType::Bool].contains(&dtype)
        {
            let ty = number.python();
            let message = format!("cannot cast Python {ty} to {dtype} under the casting rule 'equiv'");
            return Err(Error::refused("TypeError", message, kernel));
        }
        number.of(dtype, kernel)
    }

    /// The loop to run, once it is known that it may be called with so many operands and so told.
    fn resolve(&self, inputs: &[Given], outputs: &[Option<AnyViewMut<'_>>]) -> Result<&'a Loop<'a>, Error> {
        let table = self.table;
        if inputs.len() != table.n_inputs() || ![0, table.n_outputs()].contains(&outputs.len()) {
            return Err(self.miscounted(inputs.len() + outputs.len()));
        }
        self.check_keywords(self.mask.is_some())?;
        resolve::choose(table, inputs, self.dtype)
    }

    /// Refuses inputs that the loops write, but the caller has not lent for that.
    fn check_written(&self, inputs: &[Input<'_>]) -> Result<(), Error> {
        let writable = self.table.writable.iter();
        let Some(index) = writable.copied().find(|index| !matches!(inputs[*index], Input::Written(_))) else {
            return Ok(());
        };
        let name = self.table.kernel.name;
        let message = format!("{name}() writes input {index}, which must be an array that may be written");
        Err(Error::refused("TypeError", message, &self.table.kernel))
    }

    /// Refuses what only ufuncs, or only gufuncs, can be told.
    pub(crate) fn check_keywords(&self, masked: bool) -> Result<(), Error> {
        let (placing, is_gufunc) = (&self.placing, self.table.is_gufunc());
        if placing.axis.is_some() && placing.axes.is_some() {
            let message = "cannot specify both 'axis' and 'axes'".to_owned();
            return Err(Error::refused("TypeError", message, &self.table.kernel));
        }
        let keyword = match () {
            () if masked && is_gufunc => "where",
            () if placing.axis.is_some() && !is_gufunc => "axis",
            () if placing.axes.is_some() && !is_gufunc => "axes",
            () if placing.keepdims && !is_gufunc => "keepdims",
            () => return self.check_mask(),
        };
        let message = format!("{}() got an unexpected keyword argument '{keyword}'", self.table.kernel.name);
        Err(Error::refused("TypeError", message, &self.table.kernel))
    }

    pub(crate) fn check_mask(&self) -> Result<(), Error> {
        match self.mask.as_ref().map(AnyView::dtype) {
            None | Some(DType::Bool) => Ok(()),
            Some(dtype) => {
                let message = format!(
                    "Cannot cast array data from dtype('{dtype}') to dtype('bool') according to the rule 'safe'"
                );
                Err(Error::refused("TypeError", message, &self.table.kernel))
            }
        }
    }

    #[cold]
    fn miscounted(&self, count: usize) -> Error {
        let (name, least) = (self.table.kernel.name, self.table.n_inputs());
        let most = least + self.table.n_outputs();
        let verb = if count == 1 { "was" } else { "were" };
        let message =
            format!("{name}() takes from {least} to {most} positional arguments but {count} {verb} given");
        Error::refused("TypeError", message, &self.table.kernel)
    }
}
