//! What ufuncs on GPUs are given and give: several outputs, masks, numbers, outputs that are inputs.

use cuda_tests::ufuncs::{checked, fused, product, rel_diff, shift, smaller, sum_and_difference};
use cuda_tests::{all_calls, calls, on_driver, stream};
use pykernel::cuda::{DeviceArray, Error};
use pykernel::ndarray::{Array, Array1, Array2, Array3, ArrayD, Ix0, IxDyn, array, s};

fn counted<D: pykernel::ndarray::Dimension>(
    shape: impl pykernel::ndarray::ShapeBuilder<Dim = D>,
) -> Array<i64, D> {
    let mut next = 0;
    Array::from_shape_simple_fn(shape, || {
        next += 1;
        next * next * 7 % 101 - 50
    })
}

on_driver! {
    fn several_outputs_are_a_tuple() {
        let (_, stream) = stream();
        let (a, b) = (counted((4, 5)), counted(5));
        let (x, y) = (stream.upload(&a).unwrap(), stream.upload(&b).unwrap());
        let (sum, difference) = sum_and_difference.cuda(&stream).call((&x, &y)).unwrap();
        let on_cpu = sum_and_difference.call((&a, &b)).unwrap();
        assert_eq!((sum.to_array().unwrap(), difference.to_array().unwrap()), on_cpu);
        let mut sum = stream.zeros::<i64, _>((4, 5)).unwrap();
        let mut difference = stream.zeros::<i64, _>((4, 10)).unwrap();
        let part = difference.slice_mut(s![..;-1, ..;2]).unwrap();
        sum_and_difference.cuda(&stream).call_into((&x, &y), (&mut sum, part)).unwrap();
        assert_eq!(sum.to_array().unwrap(), on_cpu.0);
        assert_eq!(difference.to_array().unwrap().slice(s![..;-1, ..;2]), on_cpu.1);
        let (five, one): (DeviceArray<f64, Ix0>, DeviceArray<f64, Ix0>) = sum_and_difference.cuda(&stream).call((3.0, 2.0)).unwrap();
        assert_eq!((five.to_vec().unwrap(), one.to_vec().unwrap()), (vec![5.0], vec![1.0]));
    }
}

on_driver! {
    fn masks_leave_elements_as_they_are() {
        let (_, stream) = stream();
        let (a, b) = (counted((3, 70)), counted(70));
        let rows = array![[true], [false], [true]];
        let each = counted((3, 70)).mapv(|x| x > 0);
        let (x, y) = (stream.upload(&a).unwrap(), stream.upload(&b).unwrap());
        let (on_rows, on_each) = (stream.upload(&rows).unwrap(), stream.upload(&each).unwrap());
        let masked = smaller.cuda(&stream).mask(&on_each);
        assert_eq!(masked.call((&x, &y)).unwrap().to_array().unwrap(), smaller.mask(&each).call((&a, &b)).unwrap());
        let (mut on_gpu, mut on_cpu) = (stream.full((3, 70), -77i64).unwrap(), Array2::from_elem((3, 70), -77i64));
        smaller.cuda(&stream).mask(&on_rows).call_into((&x, &y), on_gpu.view_mut()).unwrap();
        smaller.mask(&rows).call_into((&a, &b), &mut on_cpu).unwrap();
        assert_eq!(on_gpu.to_array().unwrap(), on_cpu);
        // A mask broadcasts, and what it leaves out raises nothing.
        let strided = on_each.slice(s![..;-1, ..;3]).unwrap();
        let row = x.slice(s![0, ..24]).unwrap();
        let error = smaller.cuda(&stream).mask(&strided).call((&row, &row)).expect_err("the rank is the inputs'");
        assert!(error.to_string().contains("the mask has more dimensions than the inputs"), "{error}");
        let result = smaller.cuda(&stream).mask(&strided).call((row.broadcast((3, 24)).unwrap(), &row)).unwrap();
        let (wide, mask) = (a.slice(s![..1, ..24]), each.slice(s![..;-1, ..;3]));
        assert_eq!(result.to_array().unwrap(), smaller.mask(&mask).call((&wide, a.slice(s![0, ..24]))).unwrap());
        let positive = stream.upload(&a.mapv(|x| x >= 0)).unwrap();
        checked.cuda(&stream).mask(&positive).call((1i64, &x)).unwrap().to_vec().unwrap();
        assert!(checked.cuda(&stream).call((1i64, &x)).unwrap().to_vec().is_err());
        let error = smaller.cuda(&stream).mask(&on_each).call((&x.slice(s![.., ..9]).unwrap(), 2i64)).expect_err("shapes differ");
        assert!(error.to_string().contains("could not be broadcast together with shapes (3,9) () (3,70)"), "{error}");
        let error = smaller.mask(&each).cuda(&stream).call((&x, &y)).expect_err("the mask is elsewhere");
        assert!(error.to_string().contains("`f.cuda(&stream).mask(&mask)`"), "{error}");
        let (p, q) = (stream.full((2, 2), 1.0).unwrap(), stream.full(2, true).unwrap());
        let error = product.cuda(&stream).mask(&q).call((&p, &p)).expect_err("gufuncs have none");
        assert!(error.to_string().contains("product() got an unexpected keyword argument 'where'"), "{error}");
    }
}

on_driver! {
    fn masks_of_many_elements_are_looked_at_once_for_each() {
        let (_, stream) = stream();
        let n = 70_000;
        let (a, each) = (counted(n), counted(n).mapv(|x| x % 3 == 0));
        let (x, mask) = (stream.upload(&a).unwrap(), stream.upload(&each).unwrap());
        let on_gpu = smaller.cuda(&stream).mask(&mask).call((&x, 5i64)).unwrap();
        assert_eq!(on_gpu.to_array().unwrap(), smaller.mask(&each).call((&a, 5i64)).unwrap());
    }
}

on_driver! {
    fn numbers_that_were_there_cost_nothing() {
        let (_, stream) = stream();
        let x = stream.upload(&array![1.0, 2.0, 4.0]).unwrap();
        let mut y = stream.zeros::<f64, _>(3).unwrap();
        let call = |y: &mut DeviceArray<f64, _>, a: f64, b: f64| {
            let before = (all_calls(), calls("cuMemcpyHtoDAsync_v2"));
            fused.cuda(&stream).call_into((a, &x, b), y.view_mut()).unwrap();
            let since = |now: Option<u64>, then: Option<u64>| now.zip(then).map(|(now, then)| now - then);
            (since(all_calls(), before.0), since(calls("cuMemcpyHtoDAsync_v2"), before.1))
        };
        call(&mut y, 2.0, 1.0);
        assert_eq!(y.to_vec().unwrap(), [3.0, 5.0, 9.0]);
        if all_calls().is_some() {
            // The context is made the thread's, and the kernel is launched.
            assert_eq!(call(&mut y, 2.0, 1.0), (Some(2), Some(0)));
            assert_eq!(call(&mut y, 1.0, 2.0), (Some(2), Some(0)));
            assert_eq!(call(&mut y, 1.0, -0.5).1, Some(1));
        }
        // More than there is room for, of which each stays right until its launch is queued.
        let results: Vec<_> = (0..1000).map(|i| fused.cuda(&stream).call((f64::from(i), &x, -0.0)).unwrap()).collect();
        for (i, result) in results.iter().enumerate() {
            assert_eq!(result.to_vec().unwrap(), [i as f64, 2.0 * i as f64, 4.0 * i as f64]);
        }
        let bits = rel_diff.cuda(&stream).call((&x, f64::NAN)).unwrap().to_vec().unwrap();
        assert!(bits.iter().all(|x| x.is_nan()));
    }
}

on_driver! {
    fn graphs_keep_their_numbers() {
        let (_, stream) = stream();
        let mut x = stream.upload(&array![1.0, 2.0]).unwrap();
        fused.cuda(&stream).call_inplace(&mut x, (1.0, 0.0)).unwrap();
        let graph = stream.capture(|stream| fused.cuda(stream).call_inplace(&mut x, (2.0, 0.0))).unwrap();
        graph.launch().unwrap();
        // Other numbers do not take their places.
        for i in 0..600 {
            fused.cuda(&stream).call((f64::from(i) + 0.25, 1.0, 2.0)).unwrap();
        }
        graph.launch().unwrap();
        assert_eq!(x.to_vec().unwrap(), [4.0, 8.0]);
        // Again and again, there is room for those of a graph where there was.
        for i in 0..40 {
            let graph = stream.capture(|stream| fused.cuda(stream).call_inplace(&mut x, (1.0, f64::from(i) + 0.125))).unwrap();
            drop(graph);
        }
        let two = fused.cuda(&stream).call((2.0, 1.0, 0.0)).unwrap();
        assert_eq!(two.to_vec().unwrap(), [2.0]);
    }
}

on_driver! {
    fn outputs_may_be_inputs() {
        let (_, stream) = stream();
        let mut a = counted((6, 7));
        let mut x = stream.upload(&a).unwrap();
        smaller.cuda(&stream).call_inplace(x.slice_mut(s![..;-2, 1..]).unwrap(), 3i64).unwrap();
        smaller.call_inplace(&mut a.slice_mut(s![..;-2, 1..]), 3i64).unwrap();
        assert_eq!(x.to_array().unwrap(), a);
        let mut m = stream.full((2, 2), 1.0).unwrap();
        let error = product.cuda(&stream).call_inplace(&mut m, 1.0).err();
        let error = error.expect("a gufunc reads what it writes").to_string();
        assert!(error.contains("`array.copied(&stream)`"), "{error}");
    }
}

on_driver! {
    fn inputs_that_are_written_are_lent() {
        let (_, stream) = stream();
        let (mut a, by) = (Array2::from_elem((3, 5), 1.5), array![1.0, 2.0, 4.0]);
        let (mut x, y) = (stream.upload(&a).unwrap(), stream.upload(&by).unwrap());
        shift.cuda(&stream).call((&mut x, &y)).unwrap();
        shift.call((&mut a, &by)).unwrap();
        assert_eq!(x.to_array().unwrap(), a);
        shift.cuda(&stream).call((x.slice_mut(s![1, ..;-2]).unwrap(), 10.0)).unwrap();
        shift.call((a.slice_mut(s![1, ..;-2]), 10.0)).unwrap();
        assert_eq!(x.to_array().unwrap(), a);
        let error = shift.cuda(&stream).call((x.slice_mut(s![1, ..]).unwrap(), &y)).expect_err("it is written three times");
        assert!(error.to_string().contains("output operand requires a reduction along dimension -1"), "{error}");
    }
}

on_driver! {
    fn dimensions_are_many_and_rows_short() {
        let (_, stream) = stream();
        let shape = IxDyn(&[2, 3, 2, 3, 2, 3]);
        let (a, b): (ArrayD<i64>, ArrayD<i64>) = (counted(shape), counted(IxDyn(&[3, 3, 1])));
        let turned = a.view().permuted_axes(IxDyn(&[4, 0, 2, 5, 3, 1]));
        let (x, y) = (stream.upload(&a).unwrap(), stream.upload(&b).unwrap());
        let x = x.view().permuted_axes(IxDyn(&[4, 0, 2, 5, 3, 1])).unwrap();
        let on_gpu = smaller.cuda(&stream).call((x, &y.t())).unwrap().to_array().unwrap();
        assert_eq!(on_gpu, smaller.call((turned, b.t())).unwrap());
        // More rows than a grid has.
        let (a, b) = (counted((70_000, 2)), counted((70_000, 1)));
        let wide: Array2<i64> = Array2::from_shape_fn((70_000, 4), |(i, j)| a[(i, j / 2)]);
        let (x, y) = (stream.upload(&wide).unwrap(), stream.upload(&b).unwrap());
        let on_gpu = smaller.cuda(&stream).call((x.slice(s![.., ..;2]).unwrap(), &y)).unwrap();
        assert_eq!(on_gpu.to_array().unwrap(), smaller.call((&a, &b)).unwrap());
        let empty: Array3<i64> = Array3::zeros((2, 0, 3));
        let x = stream.upload(&empty).unwrap();
        assert_eq!(smaller.cuda(&stream).call((&x, 1i64)).unwrap().shape(), [2, 0, 3]);
    }
}

on_driver! {
    fn what_is_raised_names_a_thread() {
        let (_, stream) = stream();
        let mut a = Array1::from_elem(1000, 1i64);
        a[700] = -1;
        let x = stream.upload(&a).unwrap();
        let error = checked.cuda(&stream).call((0i64, &x)).unwrap().to_vec().expect_err("it raises");
        let Error::Raised { error, thread, block } = error else { panic!("{error}") };
        assert_eq!((error.class(), error.message()), ("ValueError", "y is negative"));
        assert_eq!(256 * block[0] + thread[0], 700);
    }
}
