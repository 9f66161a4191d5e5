//! Gufuncs on GPUs: the results of the same gufuncs on the CPU, to the bit.

use cuda_tests::ufuncs::{at_its_first, brighter, corner, least_and_greatest, moving_mean, product, stretch};
use cuda_tests::{on_driver, stream};
use pykernel::cuda::Error;
use pykernel::ndarray::{Array, Array2, Array3, Axis, Dimension, Ix1, ShapeBuilder, array, s};

fn numbers<D: Dimension>(shape: impl ShapeBuilder<Dim = D>) -> Array<f64, D> {
    let mut next = 0.3;
    Array::from_shape_simple_fn(shape, || {
        next = (next * 37.77 + 0.17) % 19.0;
        next - 9.0
    })
}

on_driver! {
    fn core_dimensions_are_the_last_ones_and_the_others_broadcast() {
        let (_, stream) = stream();
        let (a, b) = (numbers((4, 1, 2, 3)), numbers((5, 3, 6)));
        let (x, y) = (stream.upload(&a).unwrap(), stream.upload(&b).unwrap());
        let on_gpu = product.cuda(&stream).call((&x, &y)).unwrap();
        assert_eq!(on_gpu.shape(), [4, 5, 2, 6]);
        assert_eq!(on_gpu.to_array().unwrap(), product.call((&a, &b)).unwrap());
        let on_gpu = product.cuda(&stream).call((y.t(), &y.slice(s![..;-1, .., ..2]).unwrap().t())).err();
        assert!(on_gpu.is_some());
        let part = y.slice(s![..;-2, ..2, ..]).unwrap();
        let on_cpu = product.call((b.slice(s![..;-1, .., ..]).t(), a.t().slice(s![.., .., 0, ..]))).ok();
        let (left, right) = (y.slice(s![..;-1, .., ..]).unwrap(), x.t());
        let on_gpu = product.cuda(&stream).call((left.t(), right.slice(s![.., .., 0, ..]).unwrap())).ok();
        assert_eq!(on_gpu.map(|found| found.to_array().unwrap()), on_cpu);
        let on_cpu = product.call((a.slice(s![0, 0, .., ..2]), b.slice(s![..;-2, ..2, ..]))).unwrap();
        let on_gpu = product.cuda(&stream).call((x.slice(s![0, 0, .., ..2]).unwrap(), part)).unwrap();
        assert_eq!(on_gpu.to_array().unwrap(), on_cpu);
    }
}

on_driver! {
    fn outputs_are_several_or_given() {
        let (_, stream) = stream();
        let a = numbers((7, 100, 4));
        let x = stream.upload(&a).unwrap();
        let (least, greatest) = least_and_greatest.cuda(&stream).call(&x).unwrap();
        let on_cpu = least_and_greatest.call(&a).unwrap();
        assert_eq!((least.to_array().unwrap(), greatest.to_array().unwrap()), on_cpu);
        let mut least = stream.zeros::<f64, _>((100, 14)).unwrap();
        let mut greatest = stream.zeros::<f64, _>((7, 100)).unwrap();
        let part = least.slice_mut(s![.., ..;-2]).unwrap().reversed_axes();
        least_and_greatest.cuda(&stream).call_into(&x, (part, &mut greatest)).unwrap();
        assert_eq!(least.to_array().unwrap().slice(s![.., ..;-2]).t(), on_cpu.0);
        assert_eq!(greatest.to_array().unwrap(), on_cpu.1);
        // One instance, whose results have no dimensions.
        let row = x.slice(s![0, 0, ..]).unwrap();
        let (least, _) = least_and_greatest.cuda(&stream).call(row).unwrap();
        assert_eq!(least.to_vec().unwrap(), [on_cpu.0[(0, 0)]]);
    }
}

on_driver! {
    fn sizes_of_outputs_come_from_outputs() {
        let (_, stream) = stream();
        let a = numbers((3, 4));
        let x = stream.upload(&a).unwrap();
        let mut out = stream.zeros::<f64, _>((3, 9)).unwrap();
        stretch.cuda(&stream).call_into(&x, &mut out).unwrap();
        let mut on_cpu = Array2::zeros((3, 9));
        stretch.call_into(&a, &mut on_cpu).unwrap();
        assert_eq!(out.to_array().unwrap(), on_cpu);
        let error = stretch.cuda(&stream).call(&x).expect_err("nothing says how many");
        let text = "the call of `stretch`: stretch: Output operand 0 has core dimension 0 unspecified, with gufunc signature (n)->(k)";
        assert_eq!(error.to_string(), text);
    }
}

on_driver! {
    fn axes_are_where_the_call_says() {
        let (_, stream) = stream();
        let a = numbers((5, 3, 2));
        let (x, width) = (stream.upload(&a).unwrap(), array![1i64, 3]);
        let y = stream.upload(&width).unwrap();
        let told = moving_mean.axis(Axis(0));
        let (on_gpu, on_cpu) = (told.cuda(&stream).call((&x, &y)).unwrap(), told.call((&a, &width)).unwrap());
        assert_eq!(on_gpu.to_array().unwrap(), on_cpu);
        let told = least_and_greatest.axis(Axis(1)).keepdims();
        let ((least, _), (on_cpu, _)) = (told.cuda(&stream).call(&x).unwrap(), told.call(&a).unwrap());
        assert_eq!(least.shape(), [5, 1, 2]);
        assert_eq!(least.to_array().unwrap(), on_cpu);
        let error = told.axis(Axis(7)).cuda(&stream).call(&x).expect_err("there is no such axis");
        assert!(error.to_string().contains("axis 7 is out of bounds for array of dimension 3"), "{error}");
        let error = product.axis(Axis(0)).cuda(&stream).call((&x, &x)).expect_err("there are three");
        assert!(error.to_string().contains("axis can only be used with a single shared core dimension"), "{error}");
    }
}

on_driver! {
    fn what_does_not_fit_has_numpys_words() {
        let (_, stream) = stream();
        let (x, y) = (stream.full((2, 3), 1.0).unwrap(), stream.full((4, 2), 1.0).unwrap());
        let text = |error: Option<Error>| error.expect("it is refused").to_string();
        let differ = text(product.cuda(&stream).call((&x, &y)).err());
        let words = "the call of `product`: product: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature \
                     (m,n),(n,p)->(m,p) (size 4 is different from 3)";
        assert_eq!(differ, words);
        let row = x.view().into_dyn();
        let row = row.slice(s![0, ..]).unwrap().into_dyn();
        let flat = text(product.cuda(&stream).call((row, &y)).err());
        assert!(flat.contains("Input operand 0 does not have enough dimensions (has 1, gufunc core"), "{flat}");
        let (three, two) = (stream.full((3, 1, 1), 1.0).unwrap(), stream.full((2, 1, 1), 1.0).unwrap());
        let loops = text(product.cuda(&stream).call((&three, &two)).err());
        assert!(loops.contains("could not be broadcast together with remapped shapes"), "{loops}");
        let mut out = stream.zeros::<f64, _>((2, 5)).unwrap();
        let into = text(product.cuda(&stream).call_into((&x, &stream.full((3, 2), 1.0).unwrap()), &mut out).err());
        assert!(into.contains("Output operand 0 has a mismatch in its core dimension 1"), "{into}");
        let columns = text(corner.cuda(&stream).call(x.t()).err());
        assert!(columns.contains("corner() input 0 must be float64[:, ::1], got shape (3, 2) with strides (8, 24)"), "{columns}");
        assert_eq!(corner.cuda(&stream).call(&x).unwrap().to_vec().unwrap(), [0.0]);
    }
}

on_driver! {
    fn nothing_is_left_out_where_there_is_nothing() {
        let (_, stream) = stream();
        let none = stream.zeros::<f64, _>((0, 2, 3)).unwrap();
        let some = stream.full((3, 2), 1.0).unwrap();
        assert_eq!(product.cuda(&stream).call((&none, &some)).unwrap().shape(), [0, 2, 2]);
        // Cores without elements are visited.
        let (a, b): (Array3<f64>, Array2<f64>) = (Array3::zeros((4, 2, 0)), Array2::zeros((0, 3)));
        let (x, y) = (stream.upload(&a).unwrap(), stream.upload(&b).unwrap());
        let on_gpu = product.cuda(&stream).call((&x, &y)).unwrap().to_array().unwrap();
        assert_eq!(on_gpu, product.call((&a, &b)).unwrap());
    }
}

on_driver! {
    fn there_may_be_many_instances() {
        let (_, stream) = stream();
        let a = numbers((70_000, 2));
        let x = stream.upload(&a).unwrap();
        let (least, _) = least_and_greatest.cuda(&stream).call(&x).unwrap();
        assert_eq!(least.to_array().unwrap(), least_and_greatest.call(&a).unwrap().0);
        let widths = stream.upload(&Array::from_shape_fn((3, 1, 2, 1, 2, 1), |(i, ..)| i as i64 + 1)).unwrap();
        let (b, on_cpu) = (numbers((2, 1, 2, 1, 3, 5)), widths.to_array().unwrap());
        let y = stream.upload(&b.view().into_dyn()).unwrap();
        let on_gpu = moving_mean.cuda(&stream).call((&y, &widths)).unwrap();
        assert_eq!(on_gpu.to_array().unwrap(), moving_mean.call((&b.into_dyn(), &on_cpu)).unwrap());
    }
}

on_driver! {
    fn an_instance_that_raises_is_reported() {
        let (_, stream) = stream();
        let x = stream.upload(&array![[0i64, 1, 2], [2, 1, 0], [3, 1, 2]]).unwrap();
        let good = at_its_first.cuda(&stream).call(x.slice(s![..2, ..]).unwrap()).unwrap();
        assert_eq!(good.to_vec().unwrap(), [0, 0]);
        let error = at_its_first.cuda(&stream).call(&x).unwrap().to_vec().expect_err("an index is outside");
        let Error::Raised { error, thread, .. } = error else { panic!("{error}") };
        assert_eq!((error.class(), thread), ("IndexError", [2, 0, 0]));
        let _: Array<i64, Ix1> = good.to_array().unwrap();
    }
}

on_driver! {
    fn warps_do_instances_that_are_large() {
        let (_, stream) = stream();
        for size in [1, 31, 32, 33, 100] {
            for count in [1, 2, 9, 40] {
                let a = numbers((count, size));
                let x = stream.upload(&a).unwrap();
                let on_cpu = brighter.call((&a, 0.5)).unwrap();
                assert_eq!(brighter.cuda(&stream).call((&x, 0.5)).unwrap().to_array().unwrap(), on_cpu);
                let on_cpu = brighter.call((a.slice(s![..;-1, ..;-1]), 0.5)).unwrap();
                let turned = x.slice(s![..;-1, ..;-1]).unwrap();
                assert_eq!(brighter.cuda(&stream).call((turned, 0.5)).unwrap().to_array().unwrap(), on_cpu);
            }
        }
        let mut a = numbers((20, 64));
        a[(7, 50)] = f64::NAN;
        let x = stream.upload(&a).unwrap();
        drop(brighter.cuda(&stream).call((&x, 0.5)).unwrap());
        let Err(Error::Raised { error, thread, block }) = stream.synchronize() else { panic!("nothing is raised") };
        assert_eq!((error.class(), error.message()), ("ValueError", "not a number"));
        // Instance 7 is that of the eighth warp, and of its threads one has said so.
        assert_eq!((thread[0] / 32, block), (7, [0; 3]));
    }
}
