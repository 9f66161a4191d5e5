//! Whole calls: memory, casts, what is written, errors of loops.

use ndarray::{Array1, Array2, Array3, ArrayD, IxDyn, ShapeBuilder, array, s};

use super::axes::Placing;
use super::invoke::Invocation;
use super::mocks;
use crate::Error;
use crate::any::{AnyArray, AnyView, AnyViewMut, RawView};
use crate::call::Layout;
use crate::dtype::DType;
use crate::ufunc::{Loop, Table};

/// Calls the first loop; views that are written may be given as inputs too.
fn call(table: &Table<'_>, operands: &[Option<&RawView>]) -> Result<Vec<AnyArray>, Error> {
    call_loop(table, &table.loops[0], operands, Placing::default())
}

fn call_loop(
    table: &Table<'_>,
    inner: &Loop<'_>,
    operands: &[Option<&RawView>],
    placing: Placing<'_>,
) -> Result<Vec<AnyArray>, Error> {
    let parallel = table.parallel;
    // SAFETY: the mock loops are of these layouts and types, and the tests lend views that hold.
    unsafe { Invocation { table, inner, placing, parallel }.run(operands) }
}

fn float64(array: &AnyArray) -> ArrayD<f64> {
    array.view().downcast::<f64>().unwrap().to_owned()
}

#[test]
fn batches_of_products() {
    let table = mocks::of_float64("f", "(m,n),(n,p)->(m,p)", mocks::matmul);
    let a = Array3::from_shape_fn((2, 2, 3), |(i, j, k)| (i * 6 + j * 3 + k) as f64);
    let b = array![[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]];
    let (a, b) = (AnyView::from(a.view()), AnyView::from(b.view()));
    let made = call(&table, &[Some(a.raw()), Some(b.raw()), None]).unwrap();
    let expected = array![[[2.0, 3.0], [8.0, 9.0]], [[14.0, 15.0], [20.0, 21.0]]].into_dyn();
    assert_eq!(float64(&made[0]), expected);
}

#[test]
fn the_talks_moving_mean() {
    let table = mocks::of_float64("move_mean", "(n),()->(n)", mocks::moving_mean);
    let (a, widths) = (Array1::from_iter((0..6).map(f64::from)), array![1.0, 2.0]);
    let (a, widths) = (AnyView::from(a.view()), AnyView::from(widths.view()));
    let made = call(&table, &[Some(a.raw()), Some(widths.raw()), None]).unwrap();
    let expected = array![[0.0, 1.0, 2.0, 3.0, 4.0, 5.0], [0.0, 0.5, 1.5, 2.5, 3.5, 4.5]].into_dyn();
    assert_eq!(float64(&made[0]), expected);
}

#[test]
fn empty_cores_are_visited_and_empty_loops_are_not() {
    let table = mocks::of_float64("f", "(n)->(),()", mocks::min_max);
    let empty = Array2::<f64>::zeros((2, 0));
    let made = call(&table, &[Some(AnyView::from(empty.view()).raw()), None, None]).unwrap();
    assert_eq!(float64(&made[0]), array![f64::INFINITY, f64::INFINITY].into_dyn());
    let none = Array2::<f64>::zeros((0, 3));
    let made = call(&table, &[Some(AnyView::from(none.view()).raw()), None, None]).unwrap();
    assert_eq!((made[0].shape(), made[1].shape()), (&[0][..], &[0][..]));
}

#[test]
fn kept_dimensions_are_where_the_axis_was() {
    let table = mocks::of_float64("f", "(n)->(),()", mocks::min_max);
    let a = array![[1.0, 5.0, 3.0], [4.0, 2.0, 6.0]];
    let placing = Placing { axis: Some(0), axes: None, keepdims: true };
    let view = AnyView::from(a.view());
    let made = call_loop(&table, &table.loops[0], &[Some(view.raw()), None, None], placing).unwrap();
    assert_eq!(float64(&made[1]), array![[4.0, 5.0, 6.0]].into_dyn());
}

#[test]
fn written_inputs_keep_what_is_written() {
    fn doubled<T: crate::Element>(shape: &[usize], of: impl Fn(f64) -> T) {
        let table = mocks::gufunc(
            "double",
            "(n)->()",
            &[0],
            vec![mocks::of_types(&[DType::Float64; 2], mocks::double)],
        );
        let count: usize = shape.iter().product();
        let numbers = |factor: f64| (0..count).map(|n| of(factor * n as f64)).collect();
        let mut array = ArrayD::<T>::from_shape_vec(IxDyn(shape), numbers(1.0)).unwrap();
        let expected = ArrayD::<T>::from_shape_vec(IxDyn(shape), numbers(2.0)).unwrap();
        let view = AnyViewMut::from(array.view_mut());
        call(&table, &[Some(view.raw()), None]).unwrap();
        assert_eq!(array, expected);
    }
    for shape in [&[3][..], &[2, 3], &[0], &[3, 5000]] {
        doubled(shape, |number| number);
        doubled(shape, |number| number as f32);
        doubled(shape, |number| number as i32);
    }
}

#[test]
fn outputs_that_are_cast_keep_what_the_loop_leaves() {
    let table = mocks::of_float64("f", "(n)->(n)", mocks::nothing);
    let a = array![1.0, 2.0];
    let mut out = array![3.0f32, 4.0];
    let (a, view) = (AnyView::from(a.view()), AnyViewMut::from(out.view_mut()));
    call(&table, &[Some(a.raw()), Some(view.raw())]).unwrap();
    assert_eq!(out, array![3.0, 4.0]);
}

#[test]
fn what_outputs_share_with_inputs_is_read_first() {
    let table = mocks::of_float64("move_mean", "(n),()->(n)", mocks::moving_mean);
    let run = |numbers: &mut [f64], from: usize, to: usize| {
        let two = ndarray::arr0(2.0);
        let data = numbers.as_mut_ptr();
        // SAFETY: both parts are within the slice, which nobody else touches.
        let part = |first| unsafe { data.add(first) }.cast::<u8>();
        // SAFETY: as above; the call allows that input and output share memory.
        let a = unsafe { AnyView::from_raw(part(from), DType::Float64, vec![2, 3], vec![24, 8]) };
        // SAFETY: as above.
        let out = unsafe { AnyViewMut::from_raw(part(to), DType::Float64, vec![2, 3], vec![24, 8]) };
        call(&table, &[Some(a.raw()), Some(AnyView::from(two.view()).raw()), Some(out.raw())]).unwrap();
    };
    let mut same = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0];
    run(&mut same, 0, 0);
    assert_eq!(same, [0.0, 0.5, 1.5, 3.0, 3.5, 4.5]);
    let mut shifted = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];
    run(&mut shifted, 0, 1);
    assert_eq!(shifted, [0.0, 0.0, 0.5, 1.5, 3.0, 3.5, 4.5, 7.0]);
}

/// `(m,n)->(m)`: the first column, where rows must be contiguous.
fn contiguous(layouts: &'static [Layout]) -> Table<'static> {
    let inner = Loop { layouts, ..mocks::of_types(&[DType::Float64; 2], mocks::nothing) };
    mocks::gufunc("f", "(m,n)->(n,m)", &[], vec![inner])
}

#[test]
fn layouts_are_kept_or_refused() {
    let refused = |table: &Table<'_>, view: AnyView<'_>| match call(table, &[Some(view.raw()), None]) {
        Ok(_) => "taken".to_owned(),
        Err(error) => format!("{}: {}", error.class(), error.message()),
    };
    let (c, f) = (Array3::<f64>::zeros((4, 2, 3)), Array2::<f64>::zeros((2, 3).f()));
    let rows = contiguous(&[Layout::C, Layout::Any]);
    assert_eq!(refused(&rows, c.view().into()), "taken");
    assert_eq!(refused(&rows, c.slice(s![..;-2, .., ..]).into()), "taken");
    assert_eq!(
        refused(&rows, f.view().into()),
        "TypeError: f() input 0 must be float64[:, ::1], got shape (2, 3) with strides (8, 16) in bytes"
    );
    let columns = contiguous(&[Layout::F, Layout::Any]);
    assert_eq!(refused(&columns, f.view().into()), "taken");
    assert_eq!(
        refused(&columns, c.view().into()),
        "TypeError: f() input 0 must be float64[::1, :], got shape (2, 3) with strides (24, 8) in bytes"
    );
    let other = Array2::<f32>::zeros((2, 3));
    assert_eq!(refused(&columns, other.view().into()), "taken", "what is cast is contiguous");
    let table = contiguous(&[Layout::Any, Layout::F]);
    let made = call(&table, &[Some(AnyView::from(c.view()).raw()), None]).unwrap();
    let made = float64(&made[0]);
    assert_eq!((made.shape(), made.strides()), (&[4, 3, 2][..], &[6, 1, 3][..]));
}

#[test]
fn what_is_too_large_is_an_error() {
    let element = 1.0f64;
    let view = |shape: &[usize]| {
        let data = (&raw const element).cast();
        // SAFETY: all elements are this one.
        unsafe { AnyView::from_raw(data, DType::Float64, shape.to_vec(), vec![0; shape.len()]) }
    };
    let table = mocks::of_float64("f", "(m,n),(n,p)->(m,p)", mocks::matmul);
    let refused = |table: &Table<'_>, a: &[usize], b: &[usize], outputs: usize| {
        let (a, b) = (view(a), view(b));
        let operands = [Some(a.raw()), Some(b.raw()), None];
        let error = call(table, &operands[..2 + outputs]).unwrap_err();
        format!("{}: {}", error.class(), error.message())
    };
    let too_big = "ValueError: array is too big; `arr.size * arr.dtype.itemsize` is larger than the maximum possible size.";
    assert_eq!(refused(&table, &[1 << 31, 1], &[1, 1 << 31], 1), too_big);
    assert_eq!(refused(&table, &[0, 1 << 40, 1], &[1, 1 << 40], 1), too_big);
    let no_memory = "MemoryError: Unable to allocate 512. PiB for an array with shape (268435456, 268435456) and data type float64";
    assert_eq!(refused(&table, &[1 << 28, 1], &[1, 1 << 28], 1), no_memory);
    let table = mocks::of_float64("f", "(n),(n)", mocks::nothing);
    assert_eq!(refused(&table, &[1 << 32, 1, 1], &[1 << 32, 1], 0), "ValueError: iterator is too large");
}

#[test]
fn the_first_error_wins() {
    let mut table = mocks::of_float64("f", "(n)->()", mocks::positive_or_raise);
    let inner = Loop { raises: true, ..table.loops[0] };
    for parallel in [false, true] {
        table.parallel = parallel;
        let mut a = Array3::<f64>::ones((20, 10, 2));
        let message = |a: &Array3<f64>| {
            let view = AnyView::from(a.view().permuted_axes([1, 0, 2]));
            let result = call_loop(&table, &inner, &[Some(view.raw()), None], Placing::default());
            result.err().map(|error| error.message().to_owned())
        };
        assert_eq!(message(&a), None);
        // In memory the order is the other one.
        for (index, value) in [([19, 2, 0], -1.0), ([0, 3, 0], -2.0), ([5, 9, 0], -3.0), ([3, 2, 0], -4.0)] {
            a[index] = value;
        }
        assert_eq!(message(&a).as_deref(), Some("-4.0"));
    }
}
