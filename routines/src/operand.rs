//! Operands, checked: of the right element type, aligned, and of extents and strides that a matrix can have.

use num_complex::Complex;
use pykernel_abi::MAX_EXTENT;
use pykernel_abi::routine::{Element, Operand, Outcome};

/// A type of elements.
pub(crate) trait Number: Copy {
    /// Its number.
    const ELEMENT: Element;
}

impl Number for f32 {
    const ELEMENT: Element = Element::Float32;
}

impl Number for f64 {
    const ELEMENT: Element = Element::Float64;
}

impl Number for Complex<f32> {
    const ELEMENT: Element = Element::Complex64;
}

impl Number for Complex<f64> {
    const ELEMENT: Element = Element::Complex128;
}

/// A stack of matrices of one element type, with strides in elements.
#[derive(Clone, Copy)]
pub(crate) struct Stack<T> {
    pub(crate) data: *mut T,
    pub(crate) count: usize,
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    pub(crate) strides: [isize; 3],
}

impl<T: Number> Stack<T> {
    /// An operand as a stack of this element type.
    pub(crate) fn of(operand: &Operand) -> Result<Self, Outcome> {
        let array = &operand.array;
        let is_extent = |extent: &i64| (0..=MAX_EXTENT).contains(extent);
        let size = size_of::<T>() as i64;
        let is_empty = array.shape.contains(&0);
        let fits = operand.element == T::ELEMENT as u64
            && array.shape.iter().all(is_extent)
            && (is_empty || (!array.data.is_null() && array.data.cast::<T>().is_aligned()))
            && (is_empty || array.strides.iter().all(|stride| stride % size == 0));
        if !fits {
            return Err(Outcome::Refused);
        }
        let [count, rows, columns] = array.shape.map(|extent| extent as usize);
        let strides = array.strides.map(|stride| (stride / size) as isize);
        Ok(Stack { data: array.data.cast(), count, rows, columns, strides })
    }

    /// Refuses a stack that has not so many matrices of so many rows and columns.
    pub(crate) fn has(&self, count: usize, rows: usize, columns: usize) -> Result<(), Outcome> {
        let has = (self.count, self.rows, self.columns) == (count, rows, columns);
        if has { Ok(()) } else { Err(Outcome::Refused) }
    }

    /// The address of the first element of a matrix.
    pub(crate) fn start(&self, index: usize) -> *mut T {
        // Where there are elements the address lies among them; where there are none nobody uses it.
        self.data.wrapping_offset((index as isize).wrapping_mul(self.strides[0]))
    }
}

/// The element type of an operand.
pub(crate) fn element(operand: &Operand) -> Result<Element, Outcome> {
    let all = [Element::Float32, Element::Float64, Element::Complex64, Element::Complex128];
    all.into_iter().find(|element| *element as u64 == operand.element).ok_or(Outcome::Refused)
}
