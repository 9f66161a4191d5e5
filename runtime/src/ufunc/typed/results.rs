//! What calls give: the types of outputs, and arrays for them.

use ndarray::{DimAdd, Dimension};

use super::operands::{Elements, Repeat};
use super::ranks::{Broadcast, Rank};
use super::{Loops, Signature};
use crate::Error;
use crate::any::{AnyArray, zeros};
use crate::call::Kernel;
use crate::dtype::{DType, Element};
use crate::ufunc::elementwise::Made;

/// Outputs have the types that the ufunc declares for the types of the inputs.
#[derive(Clone, Copy, Debug)]
pub enum Declared {}

/// Outputs have the type `T`: NumPy's `dtype=`.
#[derive(Clone, Copy, Debug)]
pub struct As<T>(std::marker::PhantomData<T>);

/// Reduced dimensions are gone.
#[derive(Clone, Copy, Debug)]
pub enum Dropped {}

/// Reduced dimensions stay, with size 1: NumPy's `keepdims=True`.
#[derive(Clone, Copy, Debug)]
pub enum Kept {}

/// How the types of the outputs follow from those of the inputs: [`Declared`], [`As`].
pub trait Typing<L, Inputs> {
    /// The types of the outputs, as a tuple.
    type Outputs: Elements;
}

impl<L: Loops<Inputs>, Inputs> Typing<L, Inputs> for Declared
where
    L::Outputs: Elements,
{
    type Outputs = L::Outputs;
}

impl<L: Signature, Inputs: Elements, T> Typing<L, Inputs> for As<T>
where
    L::OutputCores: Repeat<T, Tuple: Elements>,
{
    type Outputs = <L::OutputCores as Repeat<T>>::Tuple;
}

/// The type of a reduction over elements of type `T`: [`Declared`], [`As`].
pub trait Folding<L, T> {
    /// The type of the result.
    type Output: Element;
}

impl<L: Loops<(T, T), Outputs = (T,)>, T: Element> Folding<L, T> for Declared {
    type Output = T;
}

impl<L, T: Element, U: Element> Folding<L, T> for As<U> {
    type Output = U;
}

/// Which of two ranks results have: [`Dropped`], [`Kept`].
pub trait Reduced<Without, With> {
    /// That one.
    type Chosen;
}

impl<Without, With> Reduced<Without, With> for Dropped {
    type Chosen = Without;
}

impl<Without, With> Reduced<Without, With> for Kept {
    type Chosen = With;
}

/// What a call gives: `Self` are the ufunc's loops, `O` how outputs are typed, `K` what becomes of reduced
/// dimensions, `Inputs` the types of the inputs and `Dims` their ranks.
pub trait Gives<O, K, Inputs, Dims> {
    /// A number or an array for each output; a tuple unless there is one.
    type Results;

    /// The types of the outputs.
    #[doc(hidden)]
    const DTYPES: &'static [DType];

    /// The outputs that a call has made.
    #[doc(hidden)]
    fn made(arrays: Made) -> Result<Self::Results, Untold>;

    /// Makes the outputs, of this shape in the order C. `None` if what is given gives that, or there is no memory.
    ///
    /// # Safety
    /// What is given writes no more to each output, from the addresses on, than as many elements of its
    /// type as the shape has.
    #[doc(hidden)]
    unsafe fn packed(
        shape: &[usize],
        write: impl FnOnce(&[*mut u8]) -> Option<Result<(), Error>>,
    ) -> Option<Result<Self::Results, Error>>;
}

impl<L, O, K, Inputs, Dims> Gives<O, K, Inputs, Dims> for L
where
    L: Signature,
    O: Typing<L, Inputs>,
    K: Reduced<L::OutputCores, L::KeptCores>,
    Dims: Broadcast<L::InputCores>,
    O::Outputs: Arrays<Dims::Loop, K::Chosen>,
{
    type Results = <O::Outputs as Arrays<Dims::Loop, K::Chosen>>::Results;

    const DTYPES: &'static [DType] = O::Outputs::DTYPES;

    fn made(arrays: Made) -> Result<Self::Results, Untold> {
        O::Outputs::made(arrays)
    }

    #[inline]
    unsafe fn packed(
        shape: &[usize],
        write: impl FnOnce(&[*mut u8]) -> Option<Result<(), Error>>,
    ) -> Option<Result<Self::Results, Error>> {
        // SAFETY: the caller's.
        unsafe { O::Outputs::packed(shape, write) }
    }
}

/// Outputs of these types, in a loop of a rank, with core dimensions.
///
/// # Safety
/// [`packed`](Arrays::packed) gives an address for each type, with room for as many elements as the shape has.
pub unsafe trait Arrays<Loop, Cores> {
    /// A number or an array for each; a tuple unless there is one.
    type Results;

    /// The arrays with their types.
    #[doc(hidden)]
    fn made(arrays: Made) -> Result<Self::Results, Untold>;

    /// Makes them.
    ///
    /// # Safety
    /// That of [`Gives::packed`].
    #[doc(hidden)]
    unsafe fn packed(
        shape: &[usize],
        write: impl FnOnce(&[*mut u8]) -> Option<Result<(), Error>>,
    ) -> Option<Result<Self::Results, Error>>;
}

/// The rank of an output.
type Joined<Loop, Core> = <Loop as DimAdd<Core>>::Output;

/// An output with a rank that the types of the operands do not tell: that of a mask with more dimensions than they have.
#[derive(Debug)]
pub struct Untold {
    rank: usize,
}

impl Untold {
    pub(crate) fn refuse(self, kernel: &Kernel<'_>) -> Error {
        let message = format!(
            "{}() gives an array with {} dimensions, as the mask has, and the operands have fewer: use call_dyn()",
            kernel.name, self.rank
        );
        Error::refused("ValueError", message, kernel)
    }
}

/// The next array, with its type.
pub(crate) fn next<T: Element, D: Rank<T>>(
    arrays: &mut impl Iterator<Item = AnyArray>,
) -> Result<D::Array, Untold> {
    let Some(array) = arrays.next().and_then(AnyArray::typed::<T>) else {
        unreachable!("bug in pykernel: an output of another type")
    };
    let rank = array.ndim();
    D::of_dyn(array).ok_or(Untold { rank })
}

/// A tuple, or its item if it is one.
macro_rules! results {
    ($one:ty) => { $one };
    ($($item:ty),*) => { ($($item,)*) };
}

macro_rules! result {
    ($one:expr) => { $one };
    ($($item:expr),*) => { ($($item,)*) };
}

macro_rules! arrays {
    ($($element:ident $core:ident $item:ident),*) => {
        // SAFETY: each type has a vector.
        unsafe impl<Loop, $($element, $core),*> Arrays<Loop, ($($core,)*)> for ($($element,)*)
        where
            Loop: Dimension $(+ DimAdd<$core>)*,
            $($core: Dimension, $element: Element, Joined<Loop, $core>: Rank<$element>,)*
        {
            type Results = results!($(<Joined<Loop, $core> as Rank<$element>>::Array),*);

            fn made(arrays: Made) -> Result<Self::Results, Untold> {
                let mut arrays = arrays.into_iter();
                $(let $item = next::<$element, Joined<Loop, $core>>(&mut arrays)?;)*
                Ok(result!($($item),*))
            }

            #[inline]
            unsafe fn packed(
                shape: &[usize],
                write: impl FnOnce(&[*mut u8]) -> Option<Result<(), Error>>,
            ) -> Option<Result<Self::Results, Error>> {
                let length = shape.iter().product();
                // Zeros: a gufunc of scalars may leave elements as they are.
                $(let mut $item = zeros::<$element>(length)?;)*
                if let Err(error) = write(&[$($item.as_mut_ptr().cast()),*])? {
                    return Some(Err(error));
                }
                // SAFETY: there are as many elements as the shape has, and zeros of another rank panic.
                Some(Ok(result!($(unsafe { <Joined<Loop, $core> as Rank<$element>>::packed(shape, $item) }),*)))
            }
        }
    };
}

// SAFETY: there are none.
unsafe impl<Loop> Arrays<Loop, ()> for () {
    type Results = ();

    fn made(_: Made) -> Result<(), Untold> {
        Ok(())
    }

    unsafe fn packed(
        _: &[usize],
        write: impl FnOnce(&[*mut u8]) -> Option<Result<(), Error>>,
    ) -> Option<Result<(), Error>> {
        write(&[])
    }
}

arrays! { A X a }
arrays! { A X a, B Y b }
arrays! { A X a, B Y b, C Z c }
arrays! { A X a, B Y b, C Z c, D W d }
arrays! { A X a, B Y b, C Z c, D W d, E V e }
arrays! { A X a, B Y b, C Z c, D W d, E V e, F U f }
arrays! { A X a, B Y b, C Z c, D W d, E V e, F U f, G T g }
arrays! { A X a, B Y b, C Z c, D W d, E V e, F U f, G T g, H S h }
