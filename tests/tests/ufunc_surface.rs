//! What safe Rust can do to a ufunc: odd views, odd owners, odd threads, too much of everything. Nothing of
//! it may read or write what it should not.

use std::thread;

use pykernel::Error;
use pykernel::ndarray::{
    Array, Array1, Array2, ArrayD, ArrayView, Axis, CowArray, Dimension, IxDyn, ShapeBuilder, arr0, array, s,
};
use pykernel::ufunc::Input;

pykernel::py_kernel! {
    from numba import vectorize, guvectorize, njit, boolean, float64, int64

    @vectorize([float64(float64, float64)], identity=0)
    def plus(x, y):
        return x + y

    @vectorize([boolean(float64, float64)])
    def less(x, y):
        return x < y

    @vectorize([float64(float64)])
    def reciprocal(x):
        if x == 0:
            raise ZeroDivisionError("no reciprocal of zero")
        return 1 / x

    @njit
    def depth(n: int64) -> int64:
        if n == 0:
            return 0
        return depth(n - 1) + 1

    @vectorize([int64(int64)])
    def deep(n):
        return depth(n)

    @vectorize([float64(float64, float64, float64, float64, float64, float64, float64, float64)])
    def eight(a, b, c, d, e, f, g, h):
        return a + 10 * (b + 10 * (c + 10 * (d + 10 * (e + 10 * (f + 10 * (g + 10 * h))))))

    @guvectorize([(float64[:], float64[:])], "(n)->(n)")
    def lazy(x, out):
        if x.shape[0] > 2:
            out[0] = x[0]

    @guvectorize([(float64[:], float64, float64[:])], "(n),()->()", writable_args=(0,))
    def shift(x, by, out):
        total = 0.0
        for i in range(x.shape[0]):
            x[i] += by
            total += x[i]
        if total > 100:
            raise OverflowError("too much")
        out[0] = total

    @guvectorize([(float64[:], int64, float64[:])], "(n),()->()")
    def item(x, i, out):
        out[0] = x[i]
}

#[test]
fn repeated_elements_are_read() -> Result<(), Error> {
    let (one, row) = (arr0(0.5), array![1.0, 2.0, 3.0]);
    let many = one.broadcast((30, 3)).expect("a number is any shape");
    assert_eq!(
        plus.call((many, &row.broadcast((30, 3)).expect("a row is rows")))?.row(7),
        array![1.5, 2.5, 3.5]
    );
    assert_eq!(plus.reduce_all(&many)?, 45.0);
    assert_eq!(plus.accumulate(&many, Axis(1))?.row(29), array![0.5, 1.0, 1.5]);
    Ok(())
}

#[test]
fn too_much_is_refused_before_it_is_made() {
    let one = arr0(1.0);
    let wide = |rows: usize, columns: usize| one.broadcast((rows, columns)).expect("a number is any shape");
    let (rows, columns) = (wide(1 << 40, 1), wide(1, 1 << 40));
    let error = plus.call((rows, columns)).unwrap_err();
    assert_eq!(error.class(), "ValueError", "{error}");
    let error = plus.parallel().call((rows, 1.0)).unwrap_err();
    assert_eq!(error.class(), "MemoryError", "{error}");
    let error = plus.call((wide(1, (1 << 48) + 1), 1.0)).unwrap_err();
    assert_eq!(error.class(), "ValueError", "{error}");
    let error = plus.outer(rows, columns).unwrap_err();
    assert_eq!(error.class(), "ValueError", "{error}");
    let error = plus.call_into((rows, columns), &mut Array2::<f64>::zeros((2, 2))).unwrap_err();
    assert_eq!(error.class(), "ValueError", "{error}");
}

#[test]
fn empty_arrays_with_any_strides_have_no_element() -> Result<(), Error> {
    let data = [1.0; 8];
    for strides in [(3, 1), (0, 0), (1, 5), (usize::MAX / 2, 7)] {
        let Ok(empty) = ArrayView::from_shape((0, 4).strides(strides), &data) else { continue };
        assert_eq!(plus.call((empty, 1.0))?.shape(), [0, 4]);
        assert_eq!(reciprocal.call(empty)?.shape(), [0, 4]);
        assert_eq!(plus.reduce(&empty, Axis(0))?, Array1::zeros(4));
        assert_eq!(plus.reduce(&empty, Axis(1))?, Array1::zeros(0));
        assert_eq!(item.call((empty, 3))?, Array1::zeros(0));
    }
    assert_eq!(item.call((&[0.0; 0], 0)).unwrap_err().class(), "IndexError");
    assert_eq!(plus.call((&array![1.0], &Array1::<f64>::zeros(0)))?.len(), 0);
    Ok(())
}

#[test]
fn interleaved_views_are_apart() -> Result<(), Error> {
    let mut a = Array1::from_iter((0..10).map(f64::from));
    let (even, odd) = a.multi_slice_mut((s![..;2], s![1..;2]));
    plus.call_into((&even, 1.0), odd)?;
    assert_eq!(a, array![0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]);
    let (mut even, odd) = a.multi_slice_mut((s![..;2], s![1..;-2]));
    plus.call_inplace(&mut even, &odd)?;
    assert_eq!(a, array![9.0, 1.0, 9.0, 3.0, 9.0, 5.0, 9.0, 7.0, 9.0, 9.0]);
    Ok(())
}

#[test]
fn owners_that_share_are_parted() -> Result<(), Error> {
    let shared = array![1.0, 2.0].into_shared();
    let mut own = shared.clone();
    plus.call_inplace(&mut own, &shared)?;
    assert_eq!((shared.to_vec(), own.to_vec()), (vec![1.0, 2.0], vec![2.0, 4.0]));
    plus.call_into((&own, 1.0), &mut own.clone())?;
    let mut borrowed = CowArray::from(shared.view());
    plus.at(&mut borrowed, &[0, 0], 5.0)?;
    assert_eq!((shared.to_vec(), borrowed.to_vec()), (vec![1.0, 2.0], vec![11.0, 2.0]));
    Ok(())
}

#[test]
fn results_are_initialised() -> Result<(), Error> {
    assert_eq!(lazy.call(&array![[5.0, 6.0, 7.0]])?, array![[5.0, 0.0, 0.0]]);
    assert_eq!(lazy.call(&[5.0, 6.0])?, array![0.0, 0.0]);
    let truths = less.call((&Array1::from_iter((0..100).map(f64::from)), 50.0))?;
    assert!(truths.iter().all(|bit| [0, 1].contains(&u8::from(*bit))));
    let none = plus.mask(&arr0(false)).call((&array![1.0, 2.0], 1.0))?;
    assert_eq!(none, array![0.0, 0.0]);
    Ok(())
}

#[test]
fn a_raise_loses_nothing() -> Result<(), Error> {
    let mut a = array![[1.0, 2.0], [60.0, 50.0], [3.0, 4.0]];
    let error = shift.serial().call((&mut a, 1.0)).unwrap_err();
    assert_eq!((error.class(), error.message()), ("OverflowError", "too much"));
    assert_eq!(a, array![[2.0, 3.0], [61.0, 51.0], [3.0, 4.0]]);
    let (mut b, mut out) = (array![1.0, 0.0, 4.0], array![7.0, 7.0, 7.0]);
    assert!(reciprocal.call_into(&b, &mut out).is_err() && reciprocal.call_inplace(&mut b, ()).is_err());
    let large = Array1::from_shape_fn(200_000, |i| 150_000.0 - i as f64);
    for _ in 0..20 {
        let error = reciprocal.parallel().call(&large).unwrap_err();
        assert_eq!(error.class(), "ZeroDivisionError");
    }
    Ok(())
}

#[test]
fn ranks_and_operands_may_be_many() -> Result<(), Error> {
    let a = ArrayD::from_shape_fn(IxDyn(&[1, 2, 1, 2, 1, 2, 1, 2]), |index| {
        index.slice().iter().sum::<usize>() as f64
    });
    let sums: ArrayD<f64> = plus.call((&a, &a.view().reversed_axes()))?;
    assert_eq!((sums.shape(), sums[[1, 1, 1, 1, 1, 1, 1, 1].as_slice()]), (&[2; 8][..], 8.0));
    assert_eq!(plus.reduce_all(&a)?, 32.0);
    let six = Array::<f64, _>::ones((1, 1, 1, 1, 1, 2));
    let outer: ArrayD<f64> = plus.outer(&six, &array![1.0, 2.0])?;
    assert_eq!(outer.ndim(), 7);
    let b = array![1.0, 2.0];
    let all = eight.call((&b, 2.0, &b, 4.0, &b, 6.0, &b, 8.0))?;
    assert_eq!(all, array![81_614_121.0, 82_624_222.0]);
    Ok(())
}

#[test]
fn small_stacks_raise() {
    for size in [1, 64 << 10, 1 << 20] {
        let thread = thread::Builder::new().stack_size(size).spawn(|| {
            let many = array![1, i64::MAX];
            (
                deep.call(i64::MAX).unwrap_err(),
                deep.call(&many).unwrap_err(),
                deep.parallel().call(&many).unwrap_err(),
            )
        });
        let (one, some, others) = thread.expect("there are threads").join().expect("nothing panics");
        assert_eq!([one.class(), some.class(), others.class()], ["RecursionError"; 3]);
    }
}

#[test]
fn indices_stay_within() {
    let mut a = Array2::<f64>::zeros((2, 3));
    for index in [3, -3, i64::MAX, i64::MIN] {
        assert_eq!(plus.at(&mut a, &[0, index], 1.0).unwrap_err().class(), "IndexError");
        assert_eq!(plus.reduceat(&a, &[index], Axis(1)).unwrap_err().class(), "IndexError");
        assert_eq!(item.call((&[1.0, 2.0], index)).unwrap_err().class(), "IndexError");
    }
    assert_eq!(plus.at(&mut a, &[usize::MAX], 1.0).unwrap_err().class(), "IndexError");
    assert!(plus.at(&mut a, (&[0], &[0], &[0]), 1.0).is_err());
    assert!(plus.at(&mut a, &[0, 1], &Array1::<f64>::zeros(2)).is_err());
    assert!(plus.at(&mut a, &array![true, true, true], 1.0).is_err());
}

#[test]
fn counts_and_kinds_known_late_are_checked() {
    let mut a = array![1.0, 2.0];
    assert!(plus.call_dyn([]).is_err());
    assert!(plus.call_dyn([Input::from(&a), (&a).into(), (&a).into(), (&a).into()]).is_err());
    assert!(plus.call_dyn_into([Input::from(&a), 1.into()], []).is_ok(), "no outputs are all of them");
    assert!(shift.call_dyn([Input::from(&a), 1.5.into()]).is_err());
    assert!(shift.call_dyn([Input::from(&mut a), 1.5.into()]).is_ok());
    assert_eq!(a, array![2.5, 3.5]);
}

#[test]
fn threads_call_at_once() {
    let a = Array2::from_shape_fn((400, 400), |(i, j)| (i + j) as f64);
    let (sum, total) = (plus.call((&a, &a.t())), plus.reduce(&a, Axis(0)));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..4 {
                    assert_eq!(plus.parallel().call((&a, &a.t())), sum);
                    assert_eq!(plus.parallel().reduce(&a, Axis(0)), total);
                    let mut own = a.clone();
                    assert_eq!(plus.parallel().call_inplace(&mut own, &a.t()), Ok(()));
                    assert_eq!(Ok(own), sum);
                }
            });
        }
    });
}
