//! What safe Rust can do to a kernel: odd views, odd threads, texts that look alike. Nothing of it
//! may read or write what it should not.

use std::thread;

use pykernel::ndarray::{
    Array, Array1, Array2, ArrayView, ArrayView1, Axis, IxDyn, ShapeBuilder, arr0, array, s,
};
use pykernel::num_complex::Complex;

mod ones {
    pykernel::py_kernel! {
        from numba import njit, float64
        K = 1.0

        def _twice(x):
            return x + x

        @njit
        def constant(x: float64) -> float64:
            return K + _twice(x)
    }
}

mod twos {
    pykernel::py_kernel! {
        from numba import njit, float64
        K = 2.0

        def _twice(x):
            return x + x

        @njit
        def constant(x: float64) -> float64:
            return K + _twice(x)
    }
}

mod thirds {
    pykernel::py_kernel! {
        from numba import njit, float64
        K = 1.0

        def _twice(x):
            return x + x + x

        @njit
        def constant(x: float64) -> float64:
            return K + _twice(x)
    }
}

mod tuples {
    pykernel::py_kernel! {
        from numba import njit, types, complex64, float32, float64, int8, int64

        @njit
        def padded(a: int8, x: float64, z: complex64, b: bool):
            return a, (x, b, (z, a)), b

        @njit(types.UniTuple(float64, 2)(float64))
        def halves(x):
            if x < 0:
                raise ValueError("negative")
            return x / 2, x / 2

        @njit
        def moved(t: types.Tuple((float64[:], types.Tuple((float64[::1], int64))))) -> float64:
            x, (y, item_1) = t
            x[item_1] = y[item_1]
            return x[0]

        @njit([(types.UniTuple(float64, 2), float64[:]), (types.UniTuple(float32, 2), float64[:])])
        def scaled(t, out):
            out[0] = t[0] * t[1]
            return t[1], t[0]

        @njit
        def perhaps(x: types.Optional(complex64), n: int8 | None, limit: float64):
            if n is None:
                return x, None
            if n > limit:
                raise ValueError("too many")
            return x, n

        @njit([(types.optional(float64), float64), (types.optional(float32), float64)])
        def given(x, instead):
            if x is None:
                return instead
            return float64(x)

        @njit
        def many(x: types.UniTuple(float64, 20)) -> types.UniTuple(float64, 20):
            return x
    }
}

mod arrays {
    pykernel::py_kernel! {
        import numpy as np
        from numba import njit, bool_, complex64, float32, float64, int64

        @njit
        def table(n: int, m: int):
            x = np.zeros((n, m))
            for i in range(n):
                for j in range(m):
                    x[i, j] = 10 * i + j
            return x

        @njit
        def columns(n: int, m: int):
            return table(n, m).T

        @njit
        def part(x: float64[:, :], i: int):
            return x[i], x

        @njit
        def twice(n: int):
            x = np.ones(n)
            return x, x[::2], n

        @njit
        def flags(n: int):
            return np.empty(n, bool_)

        @njit
        def positive(x: float64[:]):
            if x[0] > 0:
                return x[1:], np.zeros(1, complex64)
            if x[0] == 0:
                raise ValueError("zero")
            return None, np.zeros(2, complex64)

        @njit([float32(float32), float64[:](float64[:])])
        def same(x):
            return x

        @njit
        def seven(n: int):
            return np.zeros((1, n, 1, 1, 1, 1, 1), int64)
    }
}

mod float32s {
    pykernel::py_kernel! {
        from numba import njit
        from numba import float32 as real

        @njit
        def third(x: real) -> real:
            return x / 3
    }
}

mod float64s {
    pykernel::py_kernel! {
        from numba import njit
        from numba import float64 as real

        @njit
        def third(x: real) -> real:
            return x / 3
    }
}

pykernel::py_kernel! {
    from numba import njit, types, bool_, complex64, float64, int64, uint8

    @njit
    def total(x: float64[:, :]) -> float64:
        result = 0.0
        for i in range(x.shape[0]):
            for j in range(x.shape[1]):
                result += x[i, j]
        return result

    @njit
    def corner(x: float64[:, ::1], i: int, j: int) -> float64:
        return x[i, j]

    @njit
    def size(x: float64[:, :]) -> int64:
        return x.size

    @njit
    def bump(x: float64[()]):
        x[()] += 1.0

    @njit
    def negate(x: bool_[:], y: uint8[:]):
        for i in range(len(x)):
            x[i] = not x[i]
            x[i] = x[i] + y[i]

    @njit
    def fill(x: float64[:], start: float64, stop: int):
        for i in range(len(x)):
            if i == stop:
                raise ValueError("stop")
            x[i] = start + i

    @njit
    def depth(n: int) -> int:
        if n == 0:
            return 0
        return depth(n - 1) + 1

    @njit
    def seven(x: float64[:, :, :, :, :, :, :]) -> float64:
        return x[0, 0, 0, 0, 0, 0, 1]

    @njit([float64(float64[:, ::1]), float64(float64[::1, :]), float64(complex64[:, :])])
    def last(x):
        return float64(x[-1, -1].real + x[0, 0].imag)

    @njit
    def copy(x: float64[:], y: float64[:]):
        for i in range(min(len(x), len(y))):
            y[i] = x[-1 - i]
}

#[test]
fn same_functions_under_other_constants_helpers_and_imports_are_others() {
    let all = [ones::constant(1.0), twos::constant(1.0), thirds::constant(1.0)];
    assert_eq!(all.map(Result::unwrap), [3.0, 4.0, 4.0]);
    assert_eq!(float32s::third(1.0).unwrap(), 1.0f32 / 3.0);
    assert_eq!(float64s::third(1.0).unwrap(), 1.0f64 / 3.0);
}

#[test]
fn repeated_elements_are_read() {
    let one = arr0(0.5);
    assert_eq!(total(one.broadcast((30, 20)).unwrap()).unwrap(), 300.0);
    let row = array![1.0, 2.0, 3.0];
    assert_eq!(total(row.broadcast((4, 3)).unwrap()).unwrap(), 24.0);
    let high = one.broadcast((1 << 48, 1)).unwrap();
    assert_eq!(size(high).unwrap(), 1 << 48);
    assert_eq!(size(one.broadcast((1, (1 << 48) + 1)).unwrap()).unwrap_err().class(), "ValueError");
    assert_eq!(size(one.broadcast((1 << 31, 1 << 31)).unwrap()).unwrap(), 1 << 62);
}

#[test]
fn empty_arrays_with_any_strides_have_no_element() {
    let data = [1.0; 8];
    for strides in [(3, 1), (0, 0), (1, 5), (usize::MAX / 2, 7)] {
        let Ok(empty) = ArrayView::from_shape((0, 4).strides(strides), &data) else { continue };
        assert_eq!(total(empty).unwrap(), 0.0);
        for (i, j) in [(0, 0), (-1, 0), (0, -1), (i64::MIN, i64::MAX)] {
            assert_eq!(corner(empty, i, j).unwrap_err().class(), "IndexError");
        }
    }
    let mut none: [f64; 0] = [];
    fill(&mut none, 1.0, 0).unwrap();
    assert_eq!(total(&Array2::zeros((3, 0))).unwrap(), 0.0);
}

#[test]
fn contiguous_means_forwards_too() {
    let mut a = Array2::from_shape_fn((2, 3), |(i, j)| (3 * i + j) as f64);
    assert_eq!(corner(&a, -1, -1).unwrap(), 5.0);
    assert_eq!(corner(a.slice(s![1.., ..]), 0, 2).unwrap(), 5.0);
    a.invert_axis(Axis(0));
    assert_eq!(corner(&a, 0, 0).unwrap_err().class(), "TypeError");
    assert_eq!(total(&a).unwrap(), 15.0);
    a.invert_axis(Axis(1));
    assert_eq!(corner(&a, 0, 0).unwrap_err().class(), "TypeError");
    // One row, inverted along the axis that has no neighbours.
    let mut row = array![[1.0, 2.0]];
    row.invert_axis(Axis(0));
    assert_eq!(corner(&row, 0, 1).unwrap(), 2.0);
}

#[test]
fn arrays_without_dimensions_and_with_many() {
    let mut x = arr0(1.0);
    bump(&mut x).unwrap();
    assert_eq!(x, arr0(2.0));
    let mut inner = array![1.0, 2.0, 3.0];
    bump(inner.index_axis_mut(Axis(0), 1)).unwrap();
    assert_eq!(inner, array![1.0, 3.0, 3.0]);

    let seventh = Array::from_shape_fn(IxDyn(&[1, 1, 1, 1, 1, 1, 2]), |index| index[6] as f64);
    assert_eq!(seven(&seventh).unwrap(), 1.0);
    assert_eq!(seven(&Array::zeros(IxDyn(&[2; 6]))).unwrap_err().class(), "TypeError");
    assert_eq!(seven(&Array::zeros(IxDyn(&[1; 7]))).unwrap_err().class(), "IndexError");
}

#[test]
fn bools_stay_bools() {
    let mut x = [true, false, true, false];
    negate(&mut x, &[0, 0, 7, 255]).unwrap();
    // The last is `True + uint8(255)`, which wraps to 0.
    assert_eq!(x, [false, true, true, false]);
    assert!(x.iter().all(|bit| [0, 1].contains(&u8::from(*bit))));
}

#[test]
fn a_raise_leaves_what_was_written() {
    let mut x = Array1::zeros(6);
    let every_other = x.slice_mut(s![..;-2]);
    assert_eq!(fill(every_other, 1.0, 2).unwrap_err().message(), "stop");
    assert_eq!(x, array![0.0, 0.0, 0.0, 2.0, 0.0, 1.0]);
}

#[test]
fn small_stacks_raise() {
    for size in [1, 64 << 10, 256 << 10, 1 << 20] {
        let thread = thread::Builder::new().stack_size(size);
        let error = thread.spawn(|| depth(i64::MAX).unwrap_err()).unwrap().join().unwrap();
        assert_eq!(error.class(), "RecursionError");
    }
    let large = thread::Builder::new().stack_size(64 << 20);
    assert_eq!(large.spawn(|| depth(100_000).unwrap()).unwrap().join().unwrap(), 100_000);
}

#[test]
fn threads_write_their_own_parts() {
    let mut x = Array1::zeros(1000);
    thread::scope(|scope| {
        for (part, mut chunk) in x.axis_chunks_iter_mut(Axis(0), 250).enumerate() {
            scope.spawn(move || fill(&mut chunk, 250.0 * part as f64, -1).unwrap());
        }
    });
    assert_eq!(x, Array1::from_iter((0..1000).map(f64::from)));
}

#[test]
fn the_first_layout_that_fits_is_taken() {
    let c = Array2::from_shape_fn((2, 3), |(i, j)| (3 * i + j) as f64);
    assert_eq!(last(&c).unwrap(), 5.0);
    assert_eq!(last(&c.t().to_owned()).unwrap(), 5.0);
    assert_eq!(last(c.slice(s![.., ..;2])).unwrap_err().class(), "TypeError");
    let z = Array2::from_elem((2, 2), Complex::new(1.0f32, 0.5));
    assert_eq!(last(z.slice(s![..;-1, ..1])).unwrap(), 1.5);
}

#[test]
fn short_borrows_and_other_owners_go_in() {
    let mut y = vec![0.0; 3];
    {
        let x: Box<[f64]> = Box::new([1.0, 2.0, 3.0]);
        copy(&*x, &mut y).unwrap();
    }
    assert_eq!(y, [3.0, 2.0, 1.0]);
    let shared = Array1::from_vec(y).into_shared();
    let mut copied = shared.clone();
    copy(&shared, &mut copied).unwrap();
    assert_eq!((shared.to_vec(), copied.to_vec()), (vec![3.0, 2.0, 1.0], vec![1.0, 2.0, 3.0]));
    let (left, right) = copied.view_mut().split_at(Axis(0), 1);
    copy(left.view(), right).unwrap();
    assert_eq!(copied, array![1.0, 1.0, 3.0]);
    let one: ArrayView1<'_, f64> = (&[7.0]).into();
    copy(one, copied.slice_mut(s![2..])).unwrap();
    assert_eq!(copied, array![1.0, 1.0, 7.0]);
}

#[test]
fn tuples_are_tuples() {
    let z = Complex::new(0.5f32, -1.5);
    assert_eq!(tuples::padded(-7, 2.5, z, true).unwrap(), (-7, (2.5, true, (z, -7)), true));
    let halves: (f64, f64) = tuples::halves(3.0).unwrap();
    assert_eq!(halves, (1.5, 1.5));
    assert_eq!(tuples::halves(-1.0).unwrap_err().message(), "negative");
    let x: [f64; 20] = std::array::from_fn(|i| i as f64);
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t] = x;
    let all = tuples::many((a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t)).unwrap();
    assert_eq!((all.0, all.7, all.19), (0.0, 7.0, 19.0));
}

#[test]
fn what_may_be_none_is_an_option() {
    let z = Complex::new(0.5f32, -1.5);
    assert_eq!(tuples::perhaps(Some(z), Some(-3), 1.0).unwrap(), (Some(z), Some(-3)));
    assert_eq!(tuples::perhaps(None, Some(0), 1.0).unwrap(), (None, Some(0)));
    assert_eq!(tuples::perhaps(Some(z), None, 1.0).unwrap(), (Some(z), None));
    assert_eq!(tuples::perhaps(None, Some(2), 1.0).unwrap_err().message(), "too many");
    assert_eq!(tuples::given(Some(0.5f32), 1.0).unwrap(), 0.5);
    assert_eq!(tuples::given(None::<f64>, 1.0).unwrap(), 1.0);
}

#[test]
fn arrays_in_tuples_are_borrowed_one_by_one() {
    let (mut x, y) = (array![1.0, 2.0], [3.0, 4.0]);
    assert_eq!(tuples::moved((&mut x, (&y, 0))).unwrap(), 3.0);
    let (mut left, right) = x.view_mut().split_at(Axis(0), 1);
    assert_eq!(tuples::moved((&mut left, (&right.to_vec(), 0))).unwrap(), 2.0);
    let every_other = y.iter().copied().collect::<Array1<f64>>();
    let error = tuples::moved((&mut x, (every_other.slice(s![..;-1]), 0))).unwrap_err();
    assert!(error.message().starts_with("moved() argument 't[1][0]' must be float64[::1], got"), "{error}");
}

#[test]
fn a_signature_is_chosen_by_the_items() {
    let mut out = array![0.0];
    assert_eq!(tuples::scaled((0.5f32, 3.0f32), &mut out).unwrap(), (3.0f32, 0.5f32));
    assert_eq!(tuples::scaled((0.25f64, 3.0f64), &mut out).unwrap(), (3.0f64, 0.25f64));
    assert_eq!(out, array![0.75]);
}

#[test]
fn returned_arrays_belong_to_rust() {
    let mut x: Array2<f64> = arrays::table(2, 3).unwrap();
    assert_eq!(x, array![[0.0, 1.0, 2.0], [10.0, 11.0, 12.0]]);
    x.push_row(array![7.0, 8.0, 9.0].view()).unwrap();
    let x = thread::spawn(move || x.sum()).join().unwrap();
    assert_eq!(x, 60.0);
    let f = arrays::columns(2, 3).unwrap();
    assert_eq!((f.dim(), f.strides(), f[[2, 1]]), ((3, 2), &[1, 3][..], 12.0));
    assert_eq!(arrays::table(0, 3).unwrap().dim(), (0, 3));
    assert_eq!(arrays::seven(2).unwrap().shape(), [1, 2, 1, 1, 1, 1, 1]);
    assert_eq!(arrays::table(-1, 2).unwrap_err().class(), "ValueError");
    assert_eq!(
        arrays::flags(100).unwrap().iter().filter(|bit| [0, 1].contains(&u8::from(**bit))).count(),
        100
    );
}

#[test]
fn parts_of_arguments_are_copied() {
    let mut x = array![[1.0, 2.0], [3.0, 4.0]];
    let (mut row, mut all) = arrays::part(&x, -1).unwrap();
    row[0] = 7.0;
    all[[0, 0]] = 8.0;
    x[[1, 1]] = 9.0;
    assert_eq!((x, row), (array![[1.0, 2.0], [3.0, 9.0]], array![7.0, 4.0]));
    let (mut whole, step, n) = arrays::twice(3).unwrap();
    whole[0] = 5.0;
    assert_eq!((whole, step, n), (array![5.0, 1.0, 1.0], array![1.0, 1.0], 3));
    let one = arr0(2.5);
    let huge = one.broadcast(1 << 48).unwrap();
    assert_eq!(arrays::same(huge).unwrap_err().class(), "MemoryError");
    let y: Array1<f64> = arrays::same(&[1.0, 2.0]).unwrap();
    assert_eq!((y, arrays::same(0.5f32).unwrap()), (array![1.0, 2.0], 0.5));
}

#[test]
fn what_may_be_none_may_be_an_array() {
    let (some, zeros) = arrays::positive(&[1.0, 2.0]).unwrap();
    assert_eq!((some, zeros.len()), (Some(array![2.0]), 1));
    let (none, zeros) = arrays::positive(&[-1.0]).unwrap();
    assert_eq!((none, zeros.len()), (None, 2));
    assert_eq!(arrays::positive(&[0.0]).unwrap_err().message(), "zero");
}
