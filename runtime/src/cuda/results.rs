//! What calls of ufuncs on GPUs give: the types of their outputs, and arrays for them.

use ndarray::{DimAdd, Dimension};

use super::operand::{AllPlaced, Placed};
use super::{DeviceArray, Error, Stream};
use crate::any::Extents;
use crate::dtype::Element;
use crate::ufunc::typed::{Broadcast, Elements, Loops, Reduced, Signature};

/// What a call gives: `Self` are the ufunc's loops, `K` says what becomes of reduced dimensions, `Inputs` the types of
/// the inputs and `Dims` their ranks.
pub trait Gives<K, Inputs, Dims> {
    /// An array for each output; a tuple unless there is one.
    type Results;
    /// The types of the outputs, as a tuple.
    type Outputs: Elements;

    /// Makes the outputs, of these shapes.
    #[doc(hidden)]
    fn made(stream: &Stream, shapes: &[Extents], zeros: bool) -> Result<(Self::Results, AllPlaced), Error>;
}

impl<L, K, Inputs, Dims> Gives<K, Inputs, Dims> for L
where
    L: Signature + Loops<Inputs>,
    K: Reduced<L::OutputCores, L::KeptCores>,
    Dims: Broadcast<L::InputCores>,
    L::Outputs: Arrays<Dims::Loop, K::Chosen>,
{
    type Results = <L::Outputs as Arrays<Dims::Loop, K::Chosen>>::Results;
    type Outputs = L::Outputs;

    fn made(stream: &Stream, shapes: &[Extents], zeros: bool) -> Result<(Self::Results, AllPlaced), Error> {
        L::Outputs::made(stream, shapes, zeros)
    }
}

/// Outputs of these types, in a loop of a rank, with core dimensions.
pub trait Arrays<Loop, Cores>: Elements {
    /// An array for each; a tuple unless there is one.
    type Results;

    /// Makes them: of zeros, or of anything, which the launch overwrites.
    #[doc(hidden)]
    fn made(stream: &Stream, shapes: &[Extents], zeros: bool) -> Result<(Self::Results, AllPlaced), Error>;
}

/// A new array, of zeros or anything.
pub(super) fn array<T: Element, D: Dimension>(
    stream: &Stream,
    shape: Option<&Extents>,
    zeros: bool,
) -> Result<DeviceArray<T, D>, Error> {
    let Some(shape) = shape else { unreachable!("bug in pykernel: an output without a shape") };
    let mut dim = D::zeros(shape.len());
    dim.slice_mut().copy_from_slice(shape);
    match zeros {
        true => stream.zeros(dim),
        // SAFETY: the launch writes each element, or the array is not given.
        false => unsafe { stream.uninitialised(dim) },
    }
}

/// The rank of an output.
type Joined<Loop, Core> = <Loop as DimAdd<Core>>::Output;

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
        impl<Loop, $($element, $core),*> Arrays<Loop, ($($core,)*)> for ($($element,)*)
        where
            Loop: Dimension $(+ DimAdd<$core>)*,
            $($core: Dimension, $element: Element,)*
        {
            type Results = results!($(DeviceArray<$element, Joined<Loop, $core>>),*);

            fn made(stream: &Stream, shapes: &[Extents], zeros: bool) -> Result<(Self::Results, AllPlaced), Error> {
                let mut shapes = shapes.iter();
                $(let mut $item = array::<$element, Joined<Loop, $core>>(stream, shapes.next(), zeros)?;)*
                let placed = AllPlaced::from_iter([$(Placed::written(&mut $item.view_mut(), stream)?),*]);
                Ok((result!($($item),*), placed))
            }
        }
    };
}

impl<Loop> Arrays<Loop, ()> for () {
    type Results = ();

    fn made(_: &Stream, _: &[Extents], _: bool) -> Result<((), AllPlaced), Error> {
        Ok(((), AllPlaced::new()))
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
