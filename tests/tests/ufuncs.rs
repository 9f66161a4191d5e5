//! Ufuncs and gufuncs as an `ndarray` user calls them: every method, and what docs/ufuncs.md shows.

use std::thread;

use pykernel::gufunc::CoreAxes;
use pykernel::ndarray::{Array, Array1, Array2, Array3, ArrayD, Axis, Ix2, array, s};
use pykernel::num_complex::Complex;
use pykernel::ufunc::typed::Rank;
use pykernel::ufunc::{Casting, Identity, Initial, Input};
use pykernel::{AnyViewMut, DType, Error};

pykernel::py_kernel! {
    from numba import vectorize, guvectorize, float32, float64, int64

    @vectorize([float32(float32, float32), float64(float64, float64)])
    def rel_diff(x, y):
        """The relative difference of two numbers."""
        return 2 * (x - y) / (x + y)

    @vectorize([int64(int64, int64), float64(float64, float64)], identity=0)
    def plus(x, y):
        return x + y

    @guvectorize([(int64[:], int64, int64[:])], "(n),()->(n)")
    def g(x, y, out):
        for i in range(x.shape[0]):
            out[i] = x[i] + y

    @guvectorize([(float64[:, :], float64[:, :], float64[:, :])], "(m,n),(n,p)->(m,p)")
    def batch_matmul(a, b, out):
        for i in range(a.shape[0]):
            for j in range(b.shape[1]):
                total = 0.0
                for k in range(a.shape[1]):
                    total += a[i, k] * b[k, j]
                out[i, j] = total

    @guvectorize([(float64[:], float64[:], float64[:])], "(n)->(),()")
    def max_min(x, largest, smallest):
        largest[0] = x[0]
        smallest[0] = x[0]
        for i in range(1, x.shape[0]):
            largest[0] = max(largest[0], x[i])
            smallest[0] = min(smallest[0], x[i])

    @guvectorize([(float64[:], int64, float64[:])], "(n),()->(n)")
    def moving_mean(x, width, out):
        total = 0.0
        for i in range(x.shape[0]):
            total += x[i]
            if i >= width:
                total -= x[i - width]
            out[i] = total / min(i + 1, width)
}

mod more {
    pykernel::py_kernel! {
        from numba import vectorize, guvectorize, types, boolean, complex64, complex128, float32, float64, int8, int64

        @vectorize([types.Tuple((int64, int64))(int64, int64)])
        def both(x, y):
            return x // y, x % y

        @vectorize([boolean(int64, int64), boolean(float64, float64)])
        def less(x, y):
            return x < y

        @vectorize([complex64(complex64, float32), complex128(complex128, float64)], identity="reorderable")
        def scaled(z, factor):
            return z * factor

        @vectorize([float64(float64)])
        def root(x):
            if x < 0:
                raise ValueError("x must not be negative")
            return x ** 0.5

        @vectorize([float64(float64, float64)], identity=1, target="parallel")
        def times(x, y):
            return x * y

        @vectorize([int64(int64, int64)], identity="reorderable")
        def greatest(x, y):
            return max(x, y)

        @guvectorize([(float64[:], float64[:], float64[:])], "(3),(3)->(3)")
        def cross(a, b, out):
            for i in range(3):
                j = (i + 1) % 3
                k = (i + 2) % 3
                out[i] = a[j] * b[k] - a[k] * b[j]

        @guvectorize([(float64[:], float64[:], float64[:])], "(m),(n)->(m+n-1)")
        def convolve(a, b, out):
            for i in range(out.shape[0]):
                out[i] = 0.0
            for i in range(a.shape[0]):
                for j in range(b.shape[0]):
                    out[i + j] += a[i] * b[j]

        @guvectorize([(float64[:, :], float64[:], float64[:])], "(m?,n),(n)->(m?)")
        def apply(a, x, out):
            for i in range(a.shape[0]):
                out[i] = 0.0
                for j in range(a.shape[1]):
                    out[i] += a[i, j] * x[j]

        @guvectorize([(int64[:], int64[:], int64[:])], "(n|1),(n|1)->()")
        def dot(a, b, out):
            total = 0
            for i in range(a.shape[0]):
                total += a[i] * b[i]
            out[0] = total

        @guvectorize([(float64[:], float64[:])], "(n)->(p)")
        def cycle(x, out):
            for i in range(out.shape[0]):
                out[i] = x[i % x.shape[0]]

        @guvectorize([(float64[:], float64[:])], "(n)->()", writable_args=("x",))
        def normalize(x, out):
            total = 0.0
            for i in range(x.shape[0]):
                total += x[i]
            for i in range(x.shape[0]):
                x[i] /= total
            out[0] = total
    }
}

/// Every line of Rust and Python on the page stands in this file.
#[test]
fn the_page_shows_what_runs_here() {
    let (page, here) = (include_str!("../../docs/ufuncs.md"), include_str!("ufuncs.rs"));
    let here: Vec<&str> = here.lines().map(str::trim).collect();
    let mut in_rust = false;
    for line in page.lines().map(str::trim) {
        in_rust = line == "```rust" || (in_rust && line != "```");
        let known = line.is_empty() || line == "```rust" || here.contains(&line);
        assert!(!in_rust || known, "docs/ufuncs.md shows what no test runs: {line}");
    }
}

#[test]
#[rustfmt::skip]
fn types_and_ranks() -> Result<(), Error> {
    let (a, b) = (array![[1.0, 2.0], [3.0, 4.0]], array![1.0, 2.0]);
    let d: Array2<f64> = rel_diff.call((&a, &b))?;       // the greatest rank
    assert_eq!(d, array![[0.0, 0.0], [1.0, 2.0 / 3.0]]);
    let x: f64 = rel_diff.call((1.0, 2.0))?;             // numbers give a number
    assert_eq!(x, -2.0 / 3.0);
    let d: Array2<f32> = rel_diff.call((&a.mapv(|x| x as f32), 1f32))?;
    assert_eq!(d, array![[0.0, 2.0 / 3.0], [1.0, 1.2]]);
    let d: ArrayD<f64> = rel_diff.call((&a.into_dyn(), 2.0))?;
    assert_eq!(d.shape(), [2, 2]);

    let counts = array![3u8, 5];
    let made = rel_diff.call_dyn([(&counts).into(), 1.5.into()])?;
    assert_eq!(made[0].dtype(), DType::Float64);

    let error = rel_diff.call((&Array2::<f64>::zeros((2, 3)), &Array1::<f64>::zeros(4))).unwrap_err();
    assert_eq!(error.message(), "operands could not be broadcast together with shapes (2,3) (4,) ");
    Ok(())
}

#[test]
fn options_may_be_kept() -> Result<(), Error> {
    let (a, b, mut narrow) = (array![1.0, 300.0], array![0.0, 0.0], Array1::<u8>::zeros(2));
    let fast = rel_diff.parallel().casting(Casting::Unsafe);
    fast.call_into((&a, &b), &mut narrow)?;
    assert_eq!(narrow, array![2, 2]);
    Ok(())
}

fn difference<D: Rank<f64>>(a: &Array<f64, D>, b: &Array<f64, D>) -> Result<D::Array, Error> {
    rel_diff.call((a, b))
}

#[test]
fn code_may_be_generic_over_ranks() -> Result<(), Error> {
    assert_eq!(difference(&array![[3.0]], &array![[1.0]])?, array![[1.0]]);
    assert_eq!(difference(&Array::from_elem((), 3.0), &Array::from_elem((), 1.0))?, 1.0);
    Ok(())
}

#[test]
fn gufuncs() -> Result<(), Error> {
    let sums: Array2<i64> = g.call((&array![[1, 2, 3], [4, 5, 6]], &array![10, 20]))?;
    assert_eq!(sums, array![[11, 12, 13], [24, 25, 26]]);

    let products: Array3<f64> = batch_matmul.call((&Array3::ones((5, 2, 3)), &Array2::ones((3, 4))))?;
    assert_eq!(products.shape(), [5, 2, 4]);

    let prices = array![[1.0, 5.0, 3.0], [4.0, 2.0, 6.0]];
    let (high, low): (Array1<f64>, Array1<f64>) = max_min.call(&prices)?;
    assert_eq!((high, low), (array![5.0, 6.0], array![1.0, 2.0]));
    let (high, low): (f64, f64) = max_min.call(&prices.row(0))?;
    assert_eq!((high, low), (5.0, 1.0));

    let means: Array2<f64> = moving_mean.axis(Axis(0)).call((&prices, 2))?;
    assert_eq!(means, array![[1.0, 5.0, 3.0], [2.5, 3.5, 4.5]]);
    Ok(())
}

#[test]
fn outputs_may_be_given() -> Result<(), Error> {
    let (a, mut out) = (array![[1.0, 3.0], [2.0, 6.0]], Array2::<f64>::zeros((2, 4)));
    plus.call_into((&a, 1.0), out.slice_mut(s![.., ..;3]))?;
    plus.call_into((&a.t(), 1.0), (&mut out.slice_mut(s![.., 1..3]),))?;
    assert_eq!(out, array![[2.0, 2.0, 3.0, 4.0], [3.0, 4.0, 7.0, 7.0]]);
    plus.call_inplace(&mut out, &array![[0.0], [-1.0]])?;
    assert_eq!(out, array![[2.0, 2.0, 3.0, 4.0], [2.0, 3.0, 6.0, 6.0]]);
    more::root.call_inplace(&mut out.slice_mut(s![0, 3..]), ())?;
    assert_eq!(out[[0, 3]], 2.0);
    let (mut quotients, mut rests) = (Array1::<i64>::zeros(3), Array1::<f32>::zeros(3));
    more::both.call_into((&array![7, -7, 7], &array![2, 2, -2]), (&mut quotients, &mut rests))?;
    assert_eq!((quotients, rests), (array![3, -4, -4], array![1.0, 1.0, -1.0]));
    let mut number = 0.0;
    rel_diff.call_into((3.0, 1.0), &mut number)?;
    assert_eq!(number, 1.0);
    Ok(())
}

#[test]
fn results_have_the_types_of_the_loop() -> Result<(), Error> {
    let truths: Array2<bool> = more::less.call((&array![[1], [3]], &array![2, 3]))?;
    assert_eq!(truths, array![[true, true], [false, false]]);
    let truth: bool = more::less.call((1.5, 1.0))?;
    assert!(!truth);
    let i = Complex::new(0f32, 1.0);
    let z: Array1<Complex<f32>> = more::scaled.call((&array![i, i * i], 2f32))?;
    assert_eq!(z, array![i * 2.0, i * i * 2.0]);
    let z: Complex<f64> = more::scaled.call((Complex::new(1.0, 2.0), 2.0))?;
    assert_eq!(z, Complex::new(2.0, 4.0));
    let (quotient, rest): (i64, i64) = more::both.call((-7, 2))?;
    assert_eq!((quotient, rest), (-4, 1));
    let sum: f64 = plus.dtype::<f64>().call((1i32, 2u8))?;
    assert_eq!(sum, 3.0);
    Ok(())
}

#[test]
fn types_known_late_are_converted() -> Result<(), Error> {
    let (bytes, floats, mut out) = (array![250u8, 5], array![0.5f32, 1.5], Array1::<f32>::zeros(2));
    let made = plus.call_dyn([Input::from(&bytes), 10.into()])?;
    assert_eq!(made[0].clone().typed::<i64>(), Some(array![260, 15].into_dyn()));
    let made = plus.call_dyn(vec![bytes.view().into(), floats.view().into()])?;
    assert_eq!(made[0].clone().typed::<f64>(), Some(array![250.5, 6.5].into_dyn()));
    plus.call_dyn_into([(&bytes).into(), (&floats).into()], [AnyViewMut::from(out.view_mut())])?;
    assert_eq!(out, array![250.5, 6.5]);
    let error = plus.casting(Casting::No).call_dyn([(&bytes).into(), 1.into()]).unwrap_err();
    assert_eq!(error.class(), "TypeError");
    let error = rel_diff.call_dyn([Complex::new(1.0, 0.0).into(), 1.into()]).unwrap_err();
    assert!(error.message().starts_with("ufunc 'rel_diff' not supported for the input types"), "{error}");
    Ok(())
}

#[test]
fn masks_leave_out() -> Result<(), Error> {
    let (a, mask, mut out) =
        (array![[1.0, -4.0], [9.0, -1.0]], array![true, false], Array2::from_elem((2, 2), 7.0));
    more::root.mask(&mask).call_into(&a, &mut out)?;
    assert_eq!(out, array![[1.0, 7.0], [3.0, 7.0]]);
    assert_eq!(more::root.mask(&mask).call(&a)?, array![[1.0, 0.0], [3.0, 0.0]]);
    assert_eq!(plus.mask(&mask.view()).reduce(&a, Axis(1))?, array![1.0, 9.0]);
    Ok(())
}

#[test]
fn reductions() -> Result<(), Error> {
    let a = array![[1, 2, 3], [4, 5, 6]];
    let sums: Array1<i64> = plus.reduce(&a, Axis(0))?;
    assert_eq!(sums, array![5, 7, 9]);
    let sums: Array2<i64> = plus.keepdims().reduce(&a, Axis(1))?;
    assert_eq!(sums, array![[6], [15]]);
    let sum: i64 = plus.reduce_axes(&a, [Axis(0), Axis(1)])?;
    assert_eq!((sum, plus.reduce_all(&a)?), (21, 21));
    let sums: ArrayD<i64> = plus.parallel().reduce_axes(&a, &[Axis(1)][..])?;
    assert_eq!(sums, array![6, 15].into_dyn());
    let sums: Array1<f64> = plus.dtype::<f64>().initial(0.5).reduce(&a, Axis(0))?;
    assert_eq!(sums, array![5.5, 7.5, 9.5]);
    let (mut narrow, mut running) = (Array1::<f32>::zeros(2), Array2::<i64>::zeros((2, 3)));
    plus.reduce_into(&a, Axis(1), &mut narrow)?;
    plus.accumulate_into(&a, Axis(0), &mut running)?;
    assert_eq!((narrow, running), (array![6.0, 15.0], array![[1, 2, 3], [5, 7, 9]]));
    let empty = Array2::<i64>::zeros((0, 2));
    assert_eq!(plus.reduce(&empty, Axis(0))?, array![0, 0]);
    assert_eq!(more::times.reduce(&empty.mapv(|x| x as f64), Axis(0))?, array![1.0, 1.0]);
    assert_eq!(more::greatest.reduce_all(&a)?, 6);
    let none = "zero-size array to reduction operation greatest which has no identity";
    assert_eq!(more::greatest.reduce_all(&empty).unwrap_err().message(), none);
    let first = plus.initial(Initial::First).reduce(&empty, Axis(0)).unwrap_err();
    assert_eq!(first.message(), "zero-size array to reduction operation plus which has no identity");
    let folded: f64 = rel_diff.reduce(&array![3.0, 1.0, 1.0], Axis(0))?;
    assert_eq!(folded, 0.0);
    let error = rel_diff.reduce_all(&array![[1.0]]).unwrap_err();
    assert_eq!(error.class(), "ValueError", "{error}");
    Ok(())
}

#[test]
fn other_methods() -> Result<(), Error> {
    let a = array![[1, 2, 3], [4, 5, 6]];
    assert_eq!(plus.accumulate(&a, Axis(1))?, array![[1, 3, 6], [4, 9, 15]]);
    assert_eq!(plus.reduceat(&a, &[0, 2, 1], Axis(1))?, array![[3, 3, 5], [9, 6, 11]]);
    let sums: Array3<i64> = plus.outer(&a, &array![10, 20])?;
    assert_eq!(sums.slice(s![1, .., 1]), array![24, 25, 26]);
    let truths: Array2<bool> = more::less.outer(&array![1, 2], &array![1, 2])?;
    assert_eq!(truths, array![[false, true], [false, false]]);
    let mut counts = Array1::<i64>::zeros(4);
    plus.at(&mut counts, &[0, 3, 3, 1], (1,))?;
    plus.at(&mut counts, &array![-1i32, 1], &array![10, 20])?;
    assert_eq!(counts, array![1, 21, 0, 12]);
    let mut table = Array2::<i64>::zeros((2, 3));
    plus.at(&mut table, (&[0, 1, 1], &vec![2usize, 0, 0]), &array![1, 2, 3])?;
    assert_eq!(table, array![[0, 0, 1], [5, 0, 0]]);
    let error = plus.at(&mut counts, &[4], 1i64).unwrap_err();
    assert_eq!(error.message(), "index 4 is out of bounds for axis 0 with size 4");
    Ok(())
}

#[test]
fn layouts_of_every_kind() -> Result<(), Error> {
    let (x, y) = (array![1.0, 0.0, 0.0], array![[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
    let z: Array2<f64> = more::cross.call((&x, &y))?;
    assert_eq!(z, array![[0.0, 0.0, 1.0], [0.0, -1.0, 0.0]]);
    let wrong = more::cross.call((&x, &array![1.0, 2.0])).unwrap_err();
    assert!(
        wrong.message().ends_with("with gufunc signature (3),(3)->(3) (size 2 is different from 3)"),
        "{wrong}"
    );
    assert_eq!(more::convolve.call((&array![1.0, 2.0], &array![1.0, 1.0, 1.0]))?, array![1.0, 3.0, 3.0, 2.0]);
    let applied: ArrayD<f64> = more::apply.call((&y, &x))?;
    assert_eq!(applied, array![0.0, 0.0].into_dyn());
    assert_eq!(more::apply.call((&x, &x))?, Array::from_elem((), 1.0).into_dyn());
    let dots: Array1<i64> = more::dot.call((&array![[1, 2], [3, 4]], &array![10]))?;
    assert_eq!(dots, array![30, 70]);
    let mut out = Array1::<f64>::zeros(5);
    more::cycle.call_into(&array![1.0, 2.0], &mut out)?;
    assert_eq!(out, array![1.0, 2.0, 1.0, 2.0, 1.0]);
    assert!(more::cycle.call(&x).unwrap_err().message().contains("unspecified"));
    let kept: (Array2<f64>, Array2<f64>) = max_min.keepdims().call(&y)?;
    assert_eq!(kept.0, array![[1.0], [1.0]]);
    let axes: [CoreAxes; 3] = [[1, 0].into(), [-2, -1].into(), [1, 0].into()];
    let product = batch_matmul.axes(&axes).call((&y.t(), &y.t()))?;
    assert_eq!(product, y.dot(&y.t()).reversed_axes());
    Ok(())
}

#[test]
fn inputs_may_be_written() -> Result<(), Error> {
    let mut a = array![[1.0, 3.0], [2.0, 6.0]];
    let totals: Array1<f64> = more::normalize.call(&mut a)?;
    assert_eq!((totals, &a), (array![4.0, 8.0], &array![[0.25, 0.75], [0.25, 0.75]]));
    let total: f64 = more::normalize.call((a.slice_mut(s![.., 0]),))?;
    assert_eq!((total, &a), (0.5, &array![[0.5, 0.75], [0.5, 0.75]]));
    let mut out = array![0.0, 0.0];
    more::normalize.axis(Axis(0)).call_into(&mut a, &mut out)?;
    assert_eq!((out, &a), (array![1.0, 1.5], &array![[0.5, 0.5], [0.5, 0.5]]));
    let error = more::normalize.call_dyn([Input::from(&a)]).unwrap_err();
    assert_eq!(error.message(), "normalize() writes input 0, which must be an array that may be written");
    Ok(())
}

#[test]
fn what_a_kernel_raises_comes_out() {
    let a = Array2::from_shape_fn((100, 100), |(i, j)| 50.0 - (i * j) as f64);
    for root in [more::root.serial(), more::root.parallel()] {
        let error = root.call(&a).unwrap_err();
        assert_eq!((error.class(), error.message()), ("ValueError", "x must not be negative"));
        assert_eq!(error.function(), "root");
        assert!(root.call_inplace(&mut a.clone(), ()).is_err());
    }
    assert_eq!(more::root.call(-1.0).unwrap_err().class(), "ValueError");
}

#[test]
fn they_say_what_they_are() {
    assert_eq!(rel_diff.types(), ["ff->f", "dd->d"]);
    assert_eq!((rel_diff.name(), rel_diff.n_inputs(), rel_diff.n_outputs()), ("rel_diff", 2, 1));
    assert_eq!((rel_diff.signature(), rel_diff.identity()), (None, Identity::None));
    assert_eq!(max_min.signature().as_deref(), Some("(n)->(),()"));
    assert_eq!(more::apply.signature().as_deref(), Some("(m?,n),(n)->(m?)"));
    assert_eq!(more::convolve.signature().as_deref(), Some("(m),(n)->(m+n-1)"));
    assert_eq!((plus.identity(), more::greatest.identity()), (Identity::Value(0), Identity::Reorderable));
    assert_eq!(more::both.types(), ["ll->ll"]);
    assert!(
        more::times.table().parallel
            && more::times.serial().dynamic().run(&mut [2.into(), 3.5.into()], &mut []).is_ok()
    );
}

#[test]
fn threads_share_a_ufunc() {
    let a = Array::<f64, Ix2>::from_shape_fn((300, 300), |(i, j)| (i * 300 + j + 1) as f64);
    let expected = rel_diff.call((&a, 2.0)).expect("two numbers");
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(rel_diff.parallel().call((&a, 2.0)).as_ref(), Ok(&expected)));
        }
    });
}
