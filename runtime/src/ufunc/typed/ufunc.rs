//! A ufunc as a value: what NumPy's keyword arguments say to it, and what it says of itself.

use std::fmt;
use std::marker::PhantomData;

use ndarray::{ArrayRef, Axis, Dimension};

use super::results::{As, Declared, Dropped, Kept};
use crate::dtype::{DType, Element};
use crate::gufunc::CoreAxes;
use crate::ufunc::{Call, Casting, CoreLayout, Identity, Initial, Table};

/// A ufunc or gufunc: a kernel with `@vectorize` or `@guvectorize`, called over arrays as NumPy's are.
///
/// `py_kernel!` makes one, as a static:
///
/// ```text
/// pykernel::py_kernel! {
///     from numba import vectorize
///
///     @vectorize(["float32(float32, float32)", "float64(float64, float64)"])
///     def rel_diff(x, y):
///         return 2 * (x - y) / (x + y)
/// }
///
/// let d = rel_diff.call((&a, &b))?;                          // a new array
/// rel_diff.call_into((&a, 2.0), &mut out)?;                  // out=
/// rel_diff.call_inplace(&mut a, &b)?;                        // out=a
/// let d = rel_diff.parallel().mask(&m).call((&a, &b))?;      // on all cores, where=m
/// let total = rel_diff.reduce(&a, Axis(0))?;                 // and accumulate, reduceat, outer, at
/// ```
///
/// [`call`](Ufunc::call) and its kin take inputs of exactly the types of a loop, which the compiler
/// checks, as arrays of any rank and strides or as numbers; [`call_dyn`](Ufunc::call_dyn) converts
/// inputs as NumPy does. What NumPy takes as keyword arguments are methods that come before the call:
/// each gives a ufunc that is told so much, which may be kept and called often.
///
/// `L` is the type of the loops, `O` whether outputs have the declared types or those of
/// [`dtype`](Ufunc::dtype), `K` whether reduced dimensions are dropped or [kept](Ufunc::keepdims).
pub struct Ufunc<'a, L, O = Declared, K = Dropped> {
    pub(super) call: Call<'a>,
    pub(super) initial: Initial<'a>,
    types: Types<L, O, K>,
}

/// Types of which there are no values.
type Types<L, O, K> = PhantomData<fn() -> (L, O, K)>;

/// The table of a ufunc whose text has errors.
pub(super) static NO_LOOPS: Table<'static> = Table {
    kernel: crate::call::Kernel { name: "", file: "", line: 0 },
    layout: CoreLayout { dimensions: &[], inputs: &[], outputs: &[] },
    identity: Identity::None,
    parallel: false,
    device: None,
    writable: &[],
    loops: &[],
};

impl<'a, L> Ufunc<'a, L> {
    /// A ufunc of these loops, whose signature `L` is that of the table.
    ///
    /// # Safety
    /// Each loop of the table has code, of the table's layout and its own types, that keeps the contract
    /// of `pykernel_abi`'s inner loops.
    #[doc(hidden)]
    pub const unsafe fn new(table: &'a Table<'a>) -> Self {
        // SAFETY: the caller's.
        Ufunc { call: unsafe { Call::new(table) }, initial: Initial::Identity, types: PhantomData }
    }

    /// Stands for a ufunc whose text has errors.
    #[doc(hidden)]
    pub const fn without_loops() -> Self {
        // SAFETY: there are no loops.
        unsafe { Self::new(&NO_LOOPS) }
    }
}

impl<'a, L, O, K> Ufunc<'a, L, O, K> {
    /// A ufunc told something more.
    fn told<'b, P, J>(&self, tell: impl FnOnce(Call<'a>) -> Call<'b>) -> Ufunc<'b, L, P, J>
    where
        'a: 'b,
    {
        Ufunc { call: tell(self.call.clone()), initial: self.initial.clone(), types: PhantomData }
    }

    /// Which casts are allowed: NumPy's `casting=`. Without it, [`Casting::SameKind`].
    ///
    /// Inputs of [`call`](Ufunc::call) are not cast, but those of [`call_dyn`](Ufunc::call_dyn), and
    /// the outputs of [`call_into`](Ufunc::call_into).
    pub fn casting(&self, casting: Casting) -> Self {
        self.told(|call| call.casting(casting))
    }

    /// The type of the outputs, in which they are computed: NumPy's `dtype=`.
    ///
    /// Inputs may then have any types, and are cast to those of the loop as [`casting`](Ufunc::casting)
    /// allows. Where no loop gives this type, calls are a `TypeError`.
    pub fn dtype<T: Element>(&self) -> Ufunc<'a, L, As<T>, K> {
        self.told(|call| call.dtype(T::DTYPE))
    }

    /// Where there is something to compute: NumPy's `where=`.
    ///
    /// Takes part in broadcasting. Where it is false, outputs of [`call_into`](Ufunc::call_into) stay as
    /// they are, and those of [`call`](Ufunc::call) are 0; reductions leave the element out. Gufuncs have no mask,
    /// nor have [`accumulate`](Ufunc::accumulate), [`reduceat`](Ufunc::reduceat) and [`at`](Ufunc::at).
    pub fn mask<'b, D: Dimension>(&self, mask: &'b ArrayRef<bool, D>) -> Ufunc<'b, L, O, K>
    where
        'a: 'b,
    {
        self.told(|call| call.mask(mask.view().into()))
    }

    /// Uses all threads of rayon's current pool, where there is enough to do for them.
    ///
    /// Results are the same, bit for bit. Kernels with `target="parallel"` do so anyway.
    pub fn parallel(&self) -> Self {
        self.told(Call::parallel)
    }

    /// Uses this thread alone, which is what happens without a word unless the kernel has
    /// `target="parallel"`.
    pub fn serial(&self) -> Self {
        self.told(Call::serial)
    }

    /// The axis of the one core dimension, in all operands that have it: NumPy's `axis=`. Of gufuncs
    /// alone.
    pub fn axis(&self, axis: Axis) -> Self {
        self.told(|call| call.axis(axis.0 as isize))
    }

    /// The axes of the core dimensions, an item for each operand: NumPy's `axes=`. Of gufuncs alone.
    ///
    /// Items are as NumPy's: a number, or as many as the operand has core dimensions, counted from the
    /// end where they are negative. Those of outputs may be left out if none has core dimensions.
    pub fn axes<'b>(&self, axes: &'b [CoreAxes]) -> Ufunc<'b, L, O, K>
    where
        'a: 'b,
    {
        self.told(|call| call.axes(axes))
    }

    /// Keeps reduced dimensions, with size 1: NumPy's `keepdims=True`. Of [`reduce`](Ufunc::reduce) and its kin,
    /// and of gufuncs whose inputs all have as many core dimensions and whose outputs have none.
    pub fn keepdims(&self) -> Ufunc<'a, L, O, Kept> {
        self.told(|call| call.keepdims(true))
    }

    /// What reductions begin with: NumPy's `initial=`. A number; or [`Initial::First`], which is NumPy's
    /// `initial=None`: the first element. Without it, reductions begin with the ufunc's identity, or the first
    /// element if it has none.
    pub fn initial<'b>(&self, initial: impl Into<Initial<'b>>) -> Ufunc<'b, L, O, K>
    where
        'a: 'b,
    {
        let told: Ufunc<'b, L, O, K> = self.told(|call| call);
        Ufunc { initial: initial.into(), ..told }
    }

    /// The name of the kernel.
    pub fn name(&self) -> &'a str {
        self.call.table.kernel.name
    }

    /// How many inputs it has: NumPy's `nin`.
    pub fn n_inputs(&self) -> usize {
        self.call.table.n_inputs()
    }

    /// How many outputs it has: NumPy's `nout`.
    pub fn n_outputs(&self) -> usize {
        self.call.table.n_outputs()
    }

    /// The types of its loops in the order in which they are tried, as NumPy writes them: `dd->d`.
    pub fn types(&self) -> Vec<String> {
        let Table { loops, .. } = self.call.table;
        let text = |types: &[DType]| types.iter().map(|dtype| dtype.letter()).collect::<String>();
        let types = loops.iter().map(|inner| inner.types.split_at(self.n_inputs()));
        types.map(|(inputs, outputs)| format!("{}->{}", text(inputs), text(outputs))).collect()
    }

    /// The layout of a gufunc: `(m,n),(n,p)->(m,p)`. `None` of a ufunc.
    pub fn signature(&self) -> Option<String> {
        let Table { layout, .. } = self.call.table;
        self.call.table.is_gufunc().then(|| layout.to_string())
    }

    /// What reductions of nothing give, and whether they may be along several axes.
    pub fn identity(&self) -> Identity {
        self.call.table.identity
    }

    /// All that is known of it before it is called.
    pub fn table(&self) -> &'a Table<'a> {
        self.call.table
    }

    /// What reductions begin with, as it was told.
    #[cfg(feature = "cuda")]
    pub(crate) fn told_initial(&self) -> &Initial<'a> {
        &self.initial
    }

    /// The same over operands whose types and ranks are known when the program runs, with all that it was
    /// told but [`initial`](Ufunc::initial).
    pub fn dynamic(&self) -> Call<'a> {
        self.call.clone()
    }
}

impl<L, O, K> Clone for Ufunc<'_, L, O, K> {
    fn clone(&self) -> Self {
        Ufunc { call: self.call.clone(), initial: self.initial.clone(), types: PhantomData }
    }
}

impl<L, O, K> fmt::Debug for Ufunc<'_, L, O, K> {
    /// As NumPy: `<ufunc 'add'>`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<ufunc '{}'>", self.name())
    }
}
