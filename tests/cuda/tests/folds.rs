//! `reduce` and `accumulate` on GPUs: the folds of the CPU, to the bit.

use cuda_tests::ufuncs::{checked, either, halved, minus, plus, product, smaller};
use cuda_tests::{calls, on_driver, stream};
use pykernel::cuda::Error;
use pykernel::ndarray::{Array, Array1, Array2, Array3, Axis, Dimension, IxDyn, ShapeBuilder, array, s};
use pykernel::num_complex::Complex;
use pykernel::ufunc::Initial;

fn numbers<D: Dimension>(shape: impl ShapeBuilder<Dim = D>) -> Array<f64, D> {
    let mut next = 0.3;
    Array::from_shape_simple_fn(shape, || {
        next = (next * 37.77 + 0.17) % 19.0;
        (next - 9.0) * 1.0e10f64.powi(next as i32 % 3 - 1)
    })
}

fn bits<D: Dimension>(array: Array<f64, D>) -> Array<u64, D> {
    array.mapv(f64::to_bits)
}

on_driver! {
    fn each_axis_is_folded_from_left_to_right() {
        let (_, stream) = stream();
        let a = numbers((3, 40, 5));
        let x = stream.upload(&a).unwrap();
        for axis in 0..3 {
            let on_gpu = minus.cuda(&stream).reduce(&x, Axis(axis)).unwrap().to_array().unwrap();
            assert_eq!(bits(on_gpu), bits(minus.reduce(&a, Axis(axis)).unwrap()));
            let on_gpu = minus.cuda(&stream).accumulate(&x, Axis(axis)).unwrap().to_array().unwrap();
            assert_eq!(bits(on_gpu), bits(minus.accumulate(&a, Axis(axis)).unwrap()));
        }
        let (part, own) = (x.slice(s![..;-1, 3..;-4, 1..]).unwrap(), a.slice(s![..;-1, 3..;-4, 1..]));
        for axis in 0..3 {
            let on_gpu = minus.cuda(&stream).reduce(&part, Axis(axis)).unwrap().to_array().unwrap();
            assert_eq!(bits(on_gpu), bits(minus.reduce(&own, Axis(axis)).unwrap()));
            let on_gpu = minus.cuda(&stream).accumulate(&part, Axis(axis)).unwrap().to_array().unwrap();
            assert_eq!(bits(on_gpu), bits(minus.accumulate(&own, Axis(axis)).unwrap()));
        }
    }
}

on_driver! {
    fn several_axes_are_folded_in_the_order_c() {
        let (_, stream) = stream();
        let a = numbers((3, 4, 5, 2));
        let x = stream.upload(&a).unwrap();
        for axes in [[Axis(0), Axis(2)], [Axis(1), Axis(2)], [Axis(3), Axis(1)]] {
            let on_gpu = plus.cuda(&stream).reduce_axes(&x, axes).unwrap().to_array().unwrap();
            assert_eq!(bits(on_gpu), bits(plus.reduce_axes(&a, axes).unwrap()));
            let on_gpu = plus.cuda(&stream).reduce_axes(x.t(), axes).unwrap().to_array().unwrap();
            assert_eq!(bits(on_gpu), bits(plus.reduce_axes(&a.t(), axes).unwrap()));
        }
        let total = plus.cuda(&stream).reduce_all(&x).unwrap().to_vec().unwrap();
        assert_eq!(total[0].to_bits(), plus.reduce_all(&a).unwrap().to_bits());
        let total = plus.cuda(&stream).reduce_all(x.t()).unwrap().to_vec().unwrap();
        assert_eq!(total[0].to_bits(), plus.reduce_all(&a.t()).unwrap().to_bits());
        let error = minus.cuda(&stream).reduce_all(&x).expect_err("its axes have an order");
        assert!(error.to_string().contains("reduction operation 'minus' is not reorderable"), "{error}");
        let error = plus.cuda(&stream).reduce_axes(&x, [Axis(1), Axis(1)]).expect_err("it comes twice");
        assert!(error.to_string().contains("duplicate value in 'axis'"), "{error}");
    }
}

on_driver! {
    fn folds_begin_with_what_they_are_told() {
        let (_, stream) = stream();
        let a = numbers((4, 3));
        let x = stream.upload(&a).unwrap();
        let told = plus.initial(0.1);
        let on_gpu = told.cuda(&stream).reduce(&x, Axis(1)).unwrap().to_array().unwrap();
        assert_eq!(bits(on_gpu), bits(told.reduce(&a, Axis(1)).unwrap()));
        let told = plus.initial(Initial::First).keepdims();
        let on_gpu = told.cuda(&stream).reduce(&x, Axis(0)).unwrap().to_array().unwrap();
        assert_eq!(bits(on_gpu), bits(told.reduce(&a, Axis(0)).unwrap()));
        let all = plus.keepdims().cuda(&stream).reduce_all(&x).unwrap();
        assert_eq!(all.shape(), [1, 1]);
        // -0.0 is what the elements say, unless a fold begins with 0.
        let zeros = stream.full((1, 2), -0.0f64).unwrap();
        let first = plus.initial(Initial::First).cuda(&stream).reduce(&zeros, Axis(0)).unwrap().to_vec().unwrap();
        let zero = plus.cuda(&stream).reduce(&zeros, Axis(0)).unwrap().to_vec().unwrap();
        assert!(first.iter().all(|x| x.is_sign_negative()) && zero.iter().all(|x| x.is_sign_positive()));
        let nan = stream.upload(&array![1.0, f64::NAN, 2.0]).unwrap();
        assert!(plus.cuda(&stream).reduce_all(&nan).unwrap().to_vec().unwrap()[0].is_nan());
    }
}

on_driver! {
    fn every_type_is_folded() {
        let (_, stream) = stream();
        let z = Array2::from_shape_fn((3, 4), |(i, j)| Complex::new(i as f64 + 0.1, j as f64 - 0.7));
        let x = stream.upload(&z).unwrap();
        assert_eq!(plus.cuda(&stream).reduce(&x, Axis(0)).unwrap().to_array().unwrap(), plus.reduce(&z, Axis(0)).unwrap());
        let on_gpu = plus.initial(Initial::First).cuda(&stream).reduce(&x, Axis(1)).unwrap().to_array().unwrap();
        assert_eq!(on_gpu, plus.initial(Initial::First).reduce(&z, Axis(1)).unwrap());
        let bytes = Array2::from_shape_fn((50, 3), |(i, j)| (i * 7 + j * 31) as i8);
        let x = stream.upload(&bytes).unwrap();
        assert_eq!(minus.cuda(&stream).reduce(&x, Axis(0)).unwrap().to_array().unwrap(), minus.reduce(&bytes, Axis(0)).unwrap());
        let truths = array![[false, true], [false, false]];
        let x = stream.upload(&truths).unwrap();
        assert_eq!(either.cuda(&stream).reduce(&x, Axis(1)).unwrap().to_vec().unwrap(), [true, false]);
        assert_eq!(either.cuda(&stream).accumulate(&x, Axis(1)).unwrap().to_array().unwrap(), truths);
        let narrow = numbers((4, 9)).mapv(|x| x as f32);
        let x = stream.upload(&narrow).unwrap();
        assert_eq!(plus.cuda(&stream).reduce(&x, Axis(1)).unwrap().to_array().unwrap(), plus.reduce(&narrow, Axis(1)).unwrap());
    }
}

on_driver! {
    fn results_go_where_they_are_wanted() {
        let (_, stream) = stream();
        let a = numbers((6, 70));
        let x = stream.upload(&a).unwrap();
        let mut out = stream.full((70, 2), 9.0).unwrap();
        plus.cuda(&stream).reduce_into(&x, Axis(0), out.slice_mut(s![..;-1, 1]).unwrap()).unwrap();
        let on_gpu = out.to_array().unwrap();
        assert_eq!(on_gpu.slice(s![..;-1, 1]), plus.reduce(&a, Axis(0)).unwrap());
        assert!(on_gpu.column(0).iter().all(|x| *x == 9.0));
        let mut out = stream.full((70, 6), 9.0).unwrap();
        minus.cuda(&stream).accumulate_into(&x, Axis(1), out.view_mut().reversed_axes()).unwrap();
        assert_eq!(out.to_array().unwrap().t(), minus.accumulate(&a, Axis(1)).unwrap());
        let mut wrong = stream.full(5, 0.0).unwrap();
        let error = plus.cuda(&stream).reduce_into(&x, Axis(0), &mut wrong).expect_err("another shape");
        assert!(error.to_string().contains("could not be broadcast together with remapped shapes"), "{error}");
        let mut wrong = stream.full((6, 1), 0.0).unwrap();
        let error = minus.cuda(&stream).accumulate_into(&x, Axis(0), &mut wrong).expect_err("another shape");
        assert!(error.to_string().contains("non-broadcastable output operand with shape (6,1)"), "{error}");
    }
}

on_driver! {
    fn nothing_is_folded_to_what_there_is() {
        let (_, stream) = stream();
        let none: Array3<f64> = Array3::zeros((2, 0, 3));
        let x = stream.upload(&none).unwrap();
        assert_eq!(plus.cuda(&stream).reduce(&x, Axis(1)).unwrap().to_array().unwrap(), Array2::<f64>::zeros((2, 3)));
        assert_eq!(plus.cuda(&stream).reduce(&x, Axis(0)).unwrap().shape(), [0, 3]);
        let error = minus.cuda(&stream).reduce(&x, Axis(1)).expect_err("nothing to begin with");
        let text = "the call of `minus`: zero-size array to reduction operation minus which has no identity";
        assert_eq!(error.to_string(), text);
        assert_eq!(minus.cuda(&stream).reduce(&x, Axis(2)).unwrap().shape(), [2, 0]);
        assert_eq!(minus.cuda(&stream).accumulate(&x, Axis(1)).unwrap().shape(), [2, 0, 3]);
        let number = stream.upload(&Array::from_elem((), 4.0)).unwrap();
        assert_eq!(plus.cuda(&stream).reduce_all(&number).unwrap().to_vec().unwrap(), [4.0]);
        assert_eq!(plus.initial(1.0).cuda(&stream).reduce_all(&number).unwrap().to_vec().unwrap(), [5.0]);
        let one = stream.full((1, 1, 2), 4.0).unwrap();
        assert_eq!(minus.cuda(&stream).reduce(&one, Axis(1)).unwrap().to_vec().unwrap(), [4.0, 4.0]);
        assert_eq!(minus.cuda(&stream).accumulate(&one, Axis(0)).unwrap().to_vec().unwrap(), [4.0, 4.0]);
    }
}

on_driver! {
    fn what_cannot_be_folded_is_refused() {
        let (_, stream) = stream();
        let x = stream.full((2, 3), 1.0).unwrap();
        let text = |error: Option<Error>| error.expect("it is refused").to_string();
        assert!(text(plus.cuda(&stream).reduce(&x, Axis(2)).err()).contains("axis 2 is out of bounds for array of dimension 2"));
        let mask = stream.full(3, true).unwrap();
        let masked = text(plus.cuda(&stream).mask(&mask).reduce(&x, Axis(1)).err());
        assert!(masked.contains("folds have no mask on a GPU"), "{masked}");
        // These are no ufuncs with two inputs, or have no code.
        let _ = (&halved, &product);
        let (bad, n) = (array![[1i64, 2, -3], [4, 5, 6]], calls("cuLaunchKernel"));
        let y = stream.upload(&bad).unwrap();
        assert_eq!(smaller.cuda(&stream).reduce_all(&y).unwrap().to_vec().unwrap(), [-3]);
        assert_eq!(calls("cuLaunchKernel").zip(n).map(|(after, before)| after - before), n.map(|_| 1));
        let error = checked.cuda(&stream).reduce(&y, Axis(1)).unwrap().to_vec().expect_err("it raises");
        let Error::Raised { error, thread, .. } = error else { panic!("{error}") };
        assert_eq!((error.message(), thread), ("y is negative", [0, 0, 0]));
        assert_eq!(checked.cuda(&stream).reduce(&y.slice(s![1.., ..]).unwrap(), Axis(1)).unwrap().to_vec().unwrap(), [456]);
    }
}

on_driver! {
    fn there_may_be_many_folds() {
        let (_, stream) = stream();
        let a = numbers((70_000, 3));
        let x = stream.upload(&a).unwrap();
        let on_gpu = plus.cuda(&stream).reduce(&x, Axis(1)).unwrap().to_array().unwrap();
        assert_eq!(bits(on_gpu), bits(plus.reduce(&a, Axis(1)).unwrap()));
        let deep = numbers(IxDyn(&[2, 3, 2, 3, 2, 3, 4]));
        let axes = IxDyn(&[5, 1, 3, 0, 6, 2, 4]);
        let y = stream.upload(&deep).unwrap();
        let on_gpu = plus.cuda(&stream).reduce(y.view().permuted_axes(axes.clone()).unwrap(), Axis(4)).unwrap();
        assert_eq!(on_gpu.to_array().unwrap(), plus.reduce(&deep.view().permuted_axes(axes), Axis(4)).unwrap());
        let long: Array1<f64> = numbers(20_000);
        let z = stream.upload(&long).unwrap();
        assert_eq!(plus.cuda(&stream).reduce_all(&z).unwrap().to_vec().unwrap(), [plus.reduce_all(&long).unwrap()]);
    }
}
