//! Kernels of `@cuda.jit`, launched from Rust.

use cuda_tests::launched::{bounded, histogram, matmul, mixed, rotate, scale, tell, trusting};
use cuda_tests::{calls, on_driver, stream};
use pykernel::cuda::{Error, Extent};
use pykernel::ndarray::{Array, Array1, Array2, array, s};
use pykernel::num_complex::Complex;

fn matrix(rows: usize, columns: usize) -> Array2<f64> {
    Array::from_shape_fn((rows, columns), |(i, j)| (i as f64 - 3.0) * 0.5 + j as f64)
}

on_driver! {
    fn threads_share_memory_and_wait_for_each_other() {
        let (_, stream) = stream();
        let (a, b) = (matrix(13, 21), matrix(21, 10));
        let (x, y) = (stream.upload(&a).unwrap(), stream.upload(&b).unwrap());
        let mut c = stream.zeros::<f64, _>((13, 10)).unwrap();
        matmul(&stream, ((2, 2), (8, 8)), &x, &y, &mut c).unwrap();
        assert_eq!(c.to_array().unwrap(), a.dot(&b));
    }
}

on_driver! {
    fn atomic_steps_lose_nothing() {
        let (_, stream) = stream();
        let values: Array1<i64> = (0..1000).map(|i| i * i % 7).collect();
        let x = stream.upload(&values).unwrap();
        let mut bins = stream.zeros::<i32, _>(7).unwrap();
        histogram(&stream, (3, 64), &x, &mut bins).unwrap();
        let mut expected = vec![0; 7];
        values.iter().for_each(|value| expected[*value as usize] += 1);
        assert_eq!(bins.to_vec().unwrap(), expected);
    }
}

on_driver! {
    fn a_launch_gives_blocks_memory() {
        let (_, stream) = stream();
        let mut x = stream.upload(&[1.0f32, 2.0, 3.0, 4.0]).unwrap();
        rotate(&stream, Extent::from((1, 4)).with_shared(16), &mut x, 1).unwrap();
        assert_eq!(x.to_vec().unwrap(), [2.0, 3.0, 4.0, 1.0]);
        rotate(&stream, (1, 4), &mut x, 1).unwrap();
        let Err(Error::Raised { error, .. }) = stream.synchronize() else { panic!("nothing is raised") };
        assert_eq!(error.class(), "IndexError");
    }
}

on_driver! {
    fn the_signature_is_that_of_the_arguments() {
        let (_, stream) = stream();
        let mut x = stream.upload(&[1.0f32, 2.0, 3.0]).unwrap();
        scale(&stream, Extent::for_all(3), &mut x, 2.0f32).unwrap();
        assert_eq!(x.to_vec().unwrap(), [2.0, 4.0, 6.0]);
        let mut y = stream.upload(&array![1.0f64, 2.0, 3.0, 4.0]).unwrap();
        scale(&stream, Extent::for_all(4), &mut y, 0.5).unwrap();
        scale(&stream, (1, 32), y.slice_mut(s![..;-2]).unwrap(), 10.0).unwrap();
        assert_eq!(y.to_vec().unwrap(), [0.5, 10.0, 1.5, 20.0]);
        let mut none = stream.zeros::<f64, _>(0).unwrap();
        scale(&stream, Extent::for_all(0), &mut none, 1.0).unwrap();
    }
}

on_driver! {
    fn parameters_are_of_every_kind() {
        let (_, stream) = stream();
        let mut out = stream.zeros::<Complex<f64>, _>(2).unwrap();
        let x = stream.upload(&[0.25, 0.5]).unwrap();
        let z = Complex::new(1.0, -1.0);
        mixed(&stream, (1, 2), &mut out, z, true, Some(10.0), (2, &x)).unwrap();
        assert_eq!(out.to_vec().unwrap(), [Complex::new(13.25, -2.0), Complex::new(13.5, -2.0)]);
        mixed(&stream, (1, 2), &mut out, z, false, None, (3, &x)).unwrap();
        assert_eq!(out.to_vec().unwrap(), [Complex::new(3.25, -3.0), Complex::new(3.5, -3.0)]);
    }
}

on_driver! {
    fn what_a_thread_raises_is_known_with_its_place() {
        let (_, stream) = stream();
        let x = stream.upload(&[1i64, 2, 9]).unwrap();
        let mut bins = stream.zeros::<i32, _>(4).unwrap();
        histogram(&stream, (1, 4), &x, &mut bins).unwrap();
        let Err(Error::Raised { error, thread, block }) = stream.synchronize() else { panic!("nothing is raised") };
        assert_eq!((error.class(), thread, block), ("IndexError", [2, 0, 0], [0, 0, 0]));
        assert!(error.message().contains("index 9 is out of bounds for axis 0 with size 4"), "{error}");
        // The stream goes on.
        let mut y = stream.upload(&[1.0f32]).unwrap();
        scale(&stream, (1, 1), &mut y, 3.0f32).unwrap();
        assert_eq!(y.to_vec().unwrap(), [3.0]);
    }
}

on_driver! {
    fn launches_that_no_device_has_are_refused() {
        let (_, stream) = stream();
        let mut x = stream.zeros::<i64, _>(100).unwrap();
        let refused = |result: Result<(), Error>| match result {
            Err(Error::Refused { .. }) => result.unwrap_err().to_string(),
            other => panic!("{other:?}"),
        };
        let text = refused(bounded(&stream, (1, 128), &mut x));
        assert!(text.contains("`bounded`") && text.contains("may have 64"), "{text}");
        assert!(refused(bounded(&stream, (1, 0), &mut x)).contains("have none"));
        bounded(&stream, (2, 64), &mut x).unwrap();
        assert_eq!(x.to_vec().unwrap(), [64; 100]);
        let (_, other) = cuda_tests::stream();
        let text = refused(bounded(&other, (1, 1), &mut x));
        assert!(text.contains("'x'") && text.contains("another stream"), "{text}");
    }
}

on_driver! {
    fn a_launch_is_one_call_of_the_driver() {
        let (_, stream) = stream();
        let mut x = stream.zeros::<f32, _>(8).unwrap();
        scale(&stream, (1, 8), &mut x, 1.0f32).unwrap();
        let before = [calls("cuLaunchKernel"), calls("cuMemAllocAsync"), calls("cuStreamSynchronize")];
        for _ in 0..5 {
            scale(&stream, (1, 8), &mut x, 1.0f32).unwrap();
        }
        let after = [calls("cuLaunchKernel"), calls("cuMemAllocAsync"), calls("cuStreamSynchronize")];
        assert_eq!(after, [before[0].map(|n| n + 5), before[1], before[2]]);
    }
}

on_driver! {
    fn unchecked_kernels_are_unsafe() {
        let (_, stream) = stream();
        let mut x = stream.zeros::<i64, _>(3).unwrap();
        // SAFETY: the index is within the array.
        unsafe { trusting(&stream, (1, 1), &mut x, 1) }.unwrap();
        assert_eq!(x.to_vec().unwrap(), [0, 7, 0]);
    }
}

/// Prints in a program of its own, whose output this one reads.
#[test]
fn what_threads_print_is_printed_when_the_host_waits() {
    const INSIDE: &str = "PYKERNEL_CUDA_PRINTS";
    if std::env::var_os(INSIDE).is_some() {
        let (_, stream) = stream();
        let x = stream.upload(&[1i64, 5, 0, 7]).unwrap();
        tell(&stream, (1, 4), &x).unwrap();
        println!("waiting");
        stream.synchronize().unwrap();
        tell(&stream, (1, 2), &x).unwrap();
        return stream.synchronize().unwrap();
    }
    if cuda_tests::on_real_driver() {
        return;
    }
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("driver");
    let program = std::env::current_exe().unwrap();
    let mut command = fake_cuda::command(&program, &folder).unwrap();
    let name = "what_threads_print_is_printed_when_the_host_waits";
    let output =
        command.args([name, "--exact", "--nocapture", "--test-threads=1"]).env(INSIDE, "1").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("waiting\nelement 1 is 5\nelement 3 is 7\nelement 1 is 5\n"), "{text}");
}
