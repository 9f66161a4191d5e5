//! Ufuncs on GPUs over arrays of the host, which go there and back in parts.

use cuda_tests::ufuncs::{
    checked, corner, divided, least_and_greatest, moving_mean, product, rel_diff, shift, smaller,
    sum_and_difference,
};
use cuda_tests::{calls, live_bytes, on_driver, stream};
use pykernel::cuda::Error;
use pykernel::ndarray::{Array, Array1, Array2, Array3, Axis, Dimension, ShapeBuilder, array, s};

fn numbers<D: Dimension>(shape: impl ShapeBuilder<Dim = D>) -> Array<f64, D> {
    let mut next = 0.3;
    Array::from_shape_simple_fn(shape, || {
        next = (next * 37.77 + 0.17) % 19.0;
        next - 9.0
    })
}

on_driver! {
    fn arrays_of_the_host_give_arrays_of_the_host() {
        let (_, stream) = stream();
        let (a, b) = (numbers((50, 20)), numbers(20));
        let on_cpu = rel_diff.call((&a, &b)).unwrap();
        assert_eq!(rel_diff.cuda(&stream).call_host((&a, &b)).unwrap(), on_cpu);
        let parts = |bytes: usize| rel_diff.cuda(&stream).part(bytes);
        for bytes in [0, 1, 1000, 2000, 7000, 1 << 30] {
            assert_eq!(parts(bytes).call_host((&a, &b)).unwrap(), on_cpu, "{bytes}");
        }
        let (part, column) = (a.slice(s![..;-2, 3..;5]), a.slice(s![..;2, ..1]));
        assert_eq!(parts(300).call_host((part, column)).unwrap(), rel_diff.call((part, column)).unwrap());
        assert_eq!(parts(300).call_host((a.t(), 0.5)).unwrap(), rel_diff.call((a.t(), 0.5)).unwrap());
        let number: f64 = parts(1).call_host((3.0, 1.0)).unwrap();
        assert_eq!(number, 1.0);
        // One row, which has its parts along the other axis.
        let row = a.slice(s![..1, ..]);
        assert_eq!(parts(64).call_host((row, &b)).unwrap(), rel_diff.call((row, &b)).unwrap());
        let none = Array2::<f64>::zeros((0, 20));
        assert_eq!(parts(64).call_host((&none, &b)).unwrap().shape(), [0, 20]);
        let whole = numbers(9);
        let on_cpu = Array1::from_vec(vec![rel_diff.call((&whole, 1.0f64)).unwrap()[4]]);
        assert_eq!(parts(8).call_host((whole.slice(s![4..5]), &array![1.0])).unwrap(), on_cpu);
    }
}

on_driver! {
    fn what_is_broadcast_goes_there_once() {
        let (_, stream) = stream();
        let (a, b) = (numbers((32, 16)), numbers((1, 16)));
        let before = calls("cuMemcpyHtoDAsync_v2");
        let on_gpu = rel_diff.cuda(&stream).part(2 * 8 * 16 * 4).call_host((&a, &b)).unwrap();
        assert_eq!(on_gpu, rel_diff.call((&a, &b)).unwrap());
        let copies = calls("cuMemcpyHtoDAsync_v2").zip(before).map(|(after, before)| after - before);
        assert!(copies.is_none_or(|copies| copies == 1 + 32 / 4), "{copies:?}");
    }
}

on_driver! {
    fn outputs_are_as_many_and_as_large_as_they_are() {
        let (_, stream) = stream();
        let a = Array2::from_shape_fn((40, 3), |(i, j)| (i * 7 + j * 13) as i64 % 11);
        let on_cpu = sum_and_difference.call((&a, 4i64)).unwrap();
        assert_eq!(sum_and_difference.cuda(&stream).part(500).call_host((&a, 4i64)).unwrap(), on_cpu);
        let (a, b) = (numbers((9, 1, 2, 3)), numbers((4, 3, 5)));
        let on_gpu = product.cuda(&stream).part(600).call_host((&a, &b)).unwrap();
        assert_eq!(on_gpu, product.call((&a, &b)).unwrap());
        let on_gpu = product.cuda(&stream).part(600).call_host((&b, a.slice(s![0, 0, .., ..]).t())).err();
        assert!(on_gpu.is_some());
        let a = numbers((30, 4));
        assert_eq!(least_and_greatest.cuda(&stream).part(100).call_host(&a).unwrap(), least_and_greatest.call(&a).unwrap());
        let told = least_and_greatest.axis(Axis(0)).keepdims();
        assert_eq!(told.cuda(&stream).part(100).call_host(&a).unwrap(), told.call(&a).unwrap());
        let widths = array![1i64, 2, 3];
        let a = numbers((3, 7));
        assert_eq!(moving_mean.cuda(&stream).part(1).call_host((&a, &widths)).unwrap(), moving_mean.call((&a, &widths)).unwrap());
        let one = moving_mean.cuda(&stream).call_host((a.row(1), 2i64)).unwrap();
        assert_eq!(one, moving_mean.call((a.row(1), 2i64)).unwrap());
        // What lies otherwise there is made contiguous on the way.
        let cubes: Array3<f64> = numbers((4, 3, 2));
        let turned = cubes.view().permuted_axes([0, 2, 1]);
        let standard = turned.as_standard_layout().into_owned();
        assert_eq!(corner.cuda(&stream).call_host(turned).unwrap(), corner.call(&standard).unwrap());
        let truths = smaller.cuda(&stream).part(16).call_host((&array![3i64, 1, 2], &array![2i64])).unwrap();
        assert_eq!(truths, array![2, 1, 2]);
    }
}

on_driver! {
    fn what_a_part_raises_is_an_error() {
        let (_, stream) = stream();
        let a = Array1::from_iter(0..200i64);
        assert_eq!(divided.cuda(&stream).part(160).call_host((&a, 7i64)).unwrap(), divided.call((&a, 7i64)).unwrap());
        let mut b = Array1::from_elem(200, 1i64);
        b[150] = 0;
        let error = divided.cuda(&stream).part(160).call_host((&a, &b)).expect_err("it divides by zero");
        let Error::Raised { error, .. } = error else { panic!("{error}") };
        assert_eq!((error.class(), error.message()), ("ZeroDivisionError", "b is 0"));
        assert!(checked.cuda(&stream).call_host((1i64, -1i64)).is_err());
        // The stream goes on, and nothing is left but streams for other calls.
        assert_eq!(divided.cuda(&stream).part(160).call_host((&a, 7i64)).unwrap(), divided.call((&a, 7i64)).unwrap());
        stream.synchronize().unwrap();
        let live = live_bytes();
        assert_eq!(divided.cuda(&stream).part(160).call_host((&a, 7i64)).unwrap(), divided.call((&a, 7i64)).unwrap());
        stream.synchronize().unwrap();
        assert_eq!(live_bytes(), live);
    }
}

on_driver! {
    fn what_cannot_go_there_is_refused() {
        let (_, stream) = stream();
        let mut a = numbers(4);
        let error = shift.cuda(&stream).call_host((&mut a, 1.0)).expect_err("it writes its input");
        assert!(error.to_string().contains("it writes an input: upload the arrays, and use `call`"), "{error}");
        let error = rel_diff.cuda(&stream).call_host((&a, &numbers(5))).expect_err("shapes differ");
        assert!(error.to_string().contains("could not be broadcast together with shapes (4,) (5,)"), "{error}");
        let mask = stream.full(4, true).unwrap();
        let error = rel_diff.cuda(&stream).mask(&mask).call_host((&a, &a)).expect_err("it has a mask");
        assert!(error.to_string().contains("have no mask here"), "{error}");
    }
}
