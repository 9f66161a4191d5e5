//! Ufuncs on GPUs: the results of the same ufuncs on the CPU, to the bit.

use cuda_tests::ufuncs::{divided, escapes, fused, halved, mixed, rel_diff, wave};
use cuda_tests::{calls, on_driver, stream};
use pykernel::cuda::Error;
use pykernel::ndarray::{Array, Array1, Array2, Array3, array, s};
use pykernel::num_complex::Complex;

fn numbers(n: usize) -> Array1<f64> {
    Array::from_iter((0..n).map(|i| (i as f64 * 0.7 - 20.0) * 1.1f64.powi((i % 60) as i32 - 30)))
}

on_driver! {
    fn results_are_those_of_the_cpu() {
        let (_, stream) = stream();
        let (a, b) = (numbers(1000), numbers(1000) + 0.25);
        let (x, y) = (stream.upload(&a).unwrap(), stream.upload(&b).unwrap());
        let on_gpu = rel_diff.cuda(&stream).call((&x, &y)).unwrap().to_array().unwrap();
        assert_eq!(on_gpu, rel_diff.call((&a, &b)).unwrap());
        let on_gpu = wave.cuda(&stream).call(&x).unwrap().to_array().unwrap();
        let on_cpu = wave.call(&a).unwrap();
        let bits = |values: &Array1<f64>| values.mapv(f64::to_bits);
        if std::arch::is_x86_feature_detected!("fma") {
            assert_eq!(bits(&on_gpu), bits(&on_cpu));
        }
        let narrow = a.mapv(|x| x as f32);
        let z = stream.upload(&narrow).unwrap();
        let on_gpu = rel_diff.cuda(&stream).call((&z, 2.0f32)).unwrap().to_array().unwrap();
        assert_eq!(on_gpu, rel_diff.call((&narrow, 2.0f32)).unwrap());
    }
}

on_driver! {
    fn elements_side_by_side_are_done_by_vectors_whatever_their_number() {
        let (_, stream) = stream();
        let lengths = [0, 1, 2, 3, 4, 5, 7, 8, 9, 255, 256, 257, 511, 513, 1023, 1024, 1025];
        for n in lengths {
            let (a, b) = (numbers(n), numbers(n) + 0.25);
            let (x, y) = (stream.upload(&a).unwrap(), stream.upload(&b).unwrap());
            let on_gpu = rel_diff.cuda(&stream).call((&x, &y)).unwrap().to_array().unwrap();
            assert_eq!(on_gpu, rel_diff.call((&a, &b)).unwrap(), "{n}");
            let on_gpu = rel_diff.cuda(&stream).call((3.0, &y)).unwrap().to_array().unwrap();
            assert_eq!(on_gpu, rel_diff.call((3.0, &b)).unwrap(), "{n}");
            let [a, b] = [a, b].map(|numbers| numbers.mapv(|x| x as f32));
            let (x, y) = (stream.upload(&a).unwrap(), stream.upload(&b).unwrap());
            let on_gpu = rel_diff.cuda(&stream).call((&x, &y)).unwrap().to_array().unwrap();
            assert_eq!(on_gpu, rel_diff.call((&a, &b)).unwrap(), "{n}");
        }
    }
}

on_driver! {
    fn starts_and_ends_are_anywhere() {
        let (_, stream) = stream();
        let (a, b) = (numbers(600), numbers(600) + 0.25);
        let (x, y) = (stream.upload(&a).unwrap(), stream.upload(&b).unwrap());
        for (start, end) in [(0, 599), (1, 600), (2, 600), (3, 5), (4, 4), (7, 8)] {
            let mut out = stream.full(600, -1.0).unwrap();
            let part = s![start..end];
            let inputs = (x.slice(part).unwrap(), y.slice(part).unwrap());
            rel_diff.cuda(&stream).call_into(inputs, out.slice_mut(part).unwrap()).unwrap();
            let mut expected = Array1::from_elem(600, -1.0);
            expected.slice_mut(part).assign(&rel_diff.call((a.slice(part), b.slice(part))).unwrap());
            assert_eq!(out.to_array().unwrap(), expected, "{start}..{end}");
        }
        // One starts where vectors do and one does not.
        let on_gpu = rel_diff.cuda(&stream).call((x.slice(s![1..]).unwrap(), y.slice(s![..-1]).unwrap()));
        let on_cpu = rel_diff.call((a.slice(s![1..]), b.slice(s![..-1]))).unwrap();
        assert_eq!(on_gpu.unwrap().to_array().unwrap(), on_cpu);
    }
}

on_driver! {
    fn types_of_several_sizes_go_side_by_side() {
        let (_, stream) = stream();
        let a = Array::from_iter((0..1001).map(|i| (i % 251 - 125) as i8));
        let b = numbers(1001).mapv(|x| x as f32);
        let c = Array::from_iter((0..1001).map(|i| i % 3 == 0));
        let (x, y, z) = (stream.upload(&a).unwrap(), stream.upload(&b).unwrap(), stream.upload(&c).unwrap());
        let on_gpu = mixed.cuda(&stream).call((&x, &y, &z)).unwrap().to_array().unwrap();
        assert_eq!(on_gpu, mixed.call((&a, &b, &c)).unwrap());
        let on_gpu = mixed.cuda(&stream).call((&x, 0.5f32, true)).unwrap().to_array().unwrap();
        assert_eq!(on_gpu, mixed.call((&a, 0.5f32, true)).unwrap());
        let a = b.mapv(|x| Complex::new(x, x / 2.0));
        let x = stream.upload(&a).unwrap();
        let on_gpu = mixed.cuda(&stream).call((&x, &y, &z)).unwrap().to_array().unwrap();
        assert_eq!(on_gpu, mixed.call((&a, &b, &c)).unwrap());
        let on_gpu = mixed.cuda(&stream).call((a[7], &y, &z)).unwrap().to_array().unwrap();
        assert_eq!(on_gpu, mixed.call((a[7], &b, &c)).unwrap());
        let (x, y) = (numbers(300), numbers(300) / 3.0);
        let on_gpu = escapes.cuda(&stream).call((&stream.upload(&x).unwrap(), &stream.upload(&y).unwrap()));
        assert_eq!(on_gpu.unwrap().to_array().unwrap(), escapes.call((&x, &y)).unwrap());
    }
}

on_driver! {
    fn calls_chain_without_copies_or_waiting() {
        let (_, stream) = stream();
        let x = stream.upload(&numbers(100)).unwrap();
        let before = [calls("cuStreamSynchronize"), calls("cuMemcpyDtoHAsync_v2")];
        let y = wave.cuda(&stream).call(&x).unwrap();
        let z = fused.cuda(&stream).call((&x, &y, 0.5)).unwrap();
        assert_eq!([calls("cuStreamSynchronize"), calls("cuMemcpyDtoHAsync_v2")], before);
        let (a, b) = (numbers(100), wave.call(&numbers(100)).unwrap());
        assert_eq!(z.to_array().unwrap(), fused.call((&a, &b, 0.5)).unwrap());
    }
}

on_driver! {
    fn shapes_broadcast_and_strides_are_any() {
        let (_, stream) = stream();
        let a: Array3<f64> = numbers(4 * 5 * 6).into_shape_with_order((4, 5, 6)).unwrap();
        let row: Array1<f64> = numbers(6);
        let column: Array2<f64> = numbers(5).into_shape_with_order((5, 1)).unwrap();
        let (x, y, z) =
            (stream.upload(&a).unwrap(), stream.upload(&row).unwrap(), stream.upload(&column).unwrap());
        let on_gpu = fused.cuda(&stream).call((&x, &y, &z)).unwrap().to_array().unwrap();
        assert_eq!(on_gpu, fused.call((&a, &row, &column)).unwrap());
        let part = x.slice(s![..;2, ..;-1, 1..5]).unwrap();
        let on_gpu = rel_diff.cuda(&stream).call((part, 3.0)).unwrap().to_array().unwrap();
        assert_eq!(on_gpu, rel_diff.call((a.slice(s![..;2, ..;-1, 1..5]), 3.0)).unwrap());
        let on_gpu = rel_diff.cuda(&stream).call((x.t(), x.t())).unwrap();
        assert_eq!(on_gpu.shape(), [6, 5, 4]);
        let none = stream.upload(&Array2::<f64>::zeros((0, 6))).unwrap();
        assert_eq!(rel_diff.cuda(&stream).call((&none, &y)).unwrap().to_array().unwrap().shape(), [0, 6]);
        let one = stream.upload(&array![2.0]).unwrap();
        let one = one.into_shape(()).unwrap();
        assert_eq!(wave.cuda(&stream).call(&one).unwrap().to_vec().unwrap(), [wave.call(2.0).unwrap()]);
    }
}

on_driver! {
    fn results_go_where_they_are_wanted() {
        let (_, stream) = stream();
        let a = numbers(24);
        let x = stream.upload(&a).unwrap();
        let mut out = stream.full((24, 2), -1.0).unwrap();
        wave.cuda(&stream).call_into(&x, out.slice_mut(s![.., 1]).unwrap()).unwrap();
        let out = out.to_array().unwrap();
        assert_eq!(out.column(1), wave.call(&a).unwrap());
        assert!(out.column(0).iter().all(|x| *x == -1.0));
    }
}

on_driver! {
    fn what_a_loop_raises_comes_where_the_host_waits() {
        let (_, stream) = stream();
        let x = stream.upload(&[7i64, -7, 9]).unwrap();
        let good = divided.cuda(&stream).call((&x, 2i64)).unwrap();
        assert_eq!(good.to_vec().unwrap(), [3, -4, 4]);
        let y = stream.upload(&[1i64, 0, 2]).unwrap();
        let bad = divided.cuda(&stream).call((&x, &y)).unwrap();
        let error = bad.to_vec().expect_err("it raises");
        let Error::Raised { error, thread, block } = error else { panic!("{error}") };
        assert_eq!((error.class(), error.message(), error.function()), ("ZeroDivisionError", "b is 0", "divided"));
        assert_eq!((thread, block), ([1, 0, 0], [0, 0, 0]));
        assert_eq!(good.to_vec().unwrap(), [3, -4, 4]);
    }
}

on_driver! {
    fn what_does_not_fit_is_refused() {
        let (gpu, stream) = stream();
        let (x, y) = (stream.full(3, 1.0).unwrap(), stream.full(4, 1.0).unwrap());
        let error = rel_diff.cuda(&stream).call((&x, &y)).expect_err("shapes differ");
        let text = "the call of `rel_diff`: operands could not be broadcast together with shapes (3,) (4,) ";
        assert_eq!(error.to_string(), text);
        let mut out = stream.full(1, 1.0).unwrap();
        let error = wave.cuda(&stream).call_into(&x, out.view_mut()).expect_err("another shape");
        assert!(error.to_string().contains("non-broadcastable output operand with shape (1,)"), "{error}");
        let error = halved.cuda(&stream).call(&x).expect_err("it is for CPUs");
        assert!(error.to_string().contains("declare the kernel with `target='cuda'`"), "{error}");
        let other = gpu.stream().unwrap();
        let error = wave.cuda(&other).call(&x).expect_err("another stream");
        assert!(error.to_string().contains("use `array.on(&stream)`"), "{error}");
        assert!(wave.cuda(&other).call(x.on(&other).unwrap()).is_ok());
    }
}
