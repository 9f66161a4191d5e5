//! Random arrays for tests: of any dtype, shape and strides.

use ndarray::{ArrayD, ArrayViewMutD, IxDyn, Slice};

use crate::any::{AnyView, AnyViewMut};
use crate::dtype::Element;

/// How many cases a property test tries: `PYKERNEL_CASES`, or a number.
pub(crate) fn cases(few: usize) -> usize {
    std::env::var("PYKERNEL_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(few)
}

/// Marsaglia's xorshift.
pub(crate) struct Random(u64);

impl Random {
    pub fn new() -> Self {
        Random(0x9E37_79B9_7F4A_7C15)
    }

    pub fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// The numbers below `n` in any order.
    pub fn order(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        (1..n).for_each(|last| order.swap(last, self.below(last + 1)));
        order
    }
}

/// An array with any strides.
pub(crate) trait Held {
    fn view(&self) -> AnyView<'_>;
    fn view_mut(&mut self) -> AnyViewMut<'_>;
    fn values(&self) -> ArrayD<f64>;
}

/// Elements with others between them, in an order of axes, some of them broadcast.
pub(crate) struct Strided<T> {
    storage: ArrayD<T>,
    steps: Vec<isize>,
    axes: Vec<usize>,
    shape: Vec<usize>,
}

pub(crate) trait Number: Element {
    fn of(value: f64) -> Self;
    fn value(self) -> f64;
}

macro_rules! numbers {
    ($($ty:ty)*) => {
        $(impl Number for $ty {
            fn of(value: f64) -> Self {
                value as $ty
            }
            fn value(self) -> f64 {
                self as f64
            }
        })*
    };
}
numbers! { f64 f32 i64 i32 }

impl<T: Number> Strided<T> {
    pub fn new(shape: &[usize], random: &mut Random, may_broadcast: bool) -> Self {
        let axes = random.order(shape.len());
        let steps: Vec<isize> = shape.iter().map(|_| [1, 1, 2, -1, -2][random.below(5)]).collect();
        let mut stored: Vec<usize> = vec![0; shape.len()];
        for (axis, place) in axes.iter().enumerate() {
            let flat = may_broadcast && random.one_in(8) && shape[axis] > 0;
            stored[*place] = if flat { 1 } else { shape[axis] * steps[*place].unsigned_abs() };
        }
        let storage = ArrayD::from_shape_simple_fn(IxDyn(&stored), || T::of(random.below(9) as f64 - 4.0));
        Strided { storage, steps, axes, shape: shape.to_vec() }
    }

    fn any(&self) -> AnyView<'_> {
        let mut view = self.storage.view();
        view.slice_each_axis_inplace(|axis| Slice::new(0, None, self.steps[axis.axis.index()]));
        let view = view.permuted_axes(IxDyn(&self.axes));
        let view = view.broadcast(IxDyn(&self.shape)).unwrap();
        // Along extents of 1 strides say nothing.
        let bytes = |(extent, stride): (&usize, &isize)| {
            if *extent == 1 { 1 << 40 } else { stride * size_of::<T>() as isize }
        };
        let strides = view.shape().iter().zip(view.strides()).map(bytes).collect();
        let data = view.as_ptr().cast();
        // SAFETY: the broadcast view is of the storage, which lives as long as `self`.
        unsafe { AnyView::from_raw(data, T::DTYPE, self.shape.clone(), strides) }
    }

    fn typed_mut(&mut self) -> ArrayViewMutD<'_, T> {
        let steps = &self.steps;
        let mut view = self.storage.view_mut();
        view.slice_each_axis_inplace(|axis| Slice::new(0, None, steps[axis.axis.index()]));
        view.permuted_axes(IxDyn(&self.axes))
    }
}

impl<T: Number> Held for Strided<T> {
    fn view(&self) -> AnyView<'_> {
        self.any()
    }
    fn view_mut(&mut self) -> AnyViewMut<'_> {
        self.typed_mut().into()
    }
    fn values(&self) -> ArrayD<f64> {
        self.any().downcast::<T>().unwrap().mapv(T::value)
    }
}

pub(crate) fn held(shape: &[usize], random: &mut Random, output: bool) -> Box<dyn Held> {
    match random.below(if output { 3 } else { 5 }) {
        0 => Box::new(Strided::<f32>::new(shape, random, !output)),
        1 if !output => Box::new(Strided::<i64>::new(shape, random, true)),
        2 if !output => Box::new(Strided::<i32>::new(shape, random, true)),
        _ => Box::new(Strided::<f64>::new(shape, random, !output)),
    }
}
