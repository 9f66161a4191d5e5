//! Kernels: what they raise, and what a device says of bad ones.

use cuda_tests::kernels::{axpy, check, outside, wrong};
use cuda_tests::{calls, on_driver, stream};
use pykernel::cuda::{Error, device};

on_driver! {
    fn raised_errors_name_site_and_thread() {
        let (_, stream) = stream();
        let good = stream.upload(&[1i64, 2, 3]).unwrap();
        let bad = stream.upload(&[1i64, 2, -5, 4]).unwrap();
        check(&stream, &good.view()).unwrap();
        assert_eq!(good.to_vec().unwrap(), [1, 2, 3]);
        check(&stream, &bad.view()).unwrap();
        check(&stream, &good.view()).unwrap();
        let error = good.to_vec().expect_err("a kernel raised");
        let Error::Raised { error: raised, thread, block } = &error else { panic!("{error}") };
        let parts = (raised.class(), raised.message(), raised.file(), raised.line(), raised.function());
        assert_eq!(parts, ("ValueError", "-5 is negative", "k.py", 7, "root"));
        assert_eq!((*thread, *block), ([2, 0, 0], [0, 0, 0]));
        let text = "ValueError: -5 is negative (File \"k.py\", line 7, in root), thread (2, 0, 0) of block (0, 0, 0)";
        assert_eq!(error.to_string(), text);
        assert_eq!(bad.to_vec().unwrap(), [1, 2, -5, 4]);
    }
}

on_driver! {
    fn modules_are_loaded_once_for_each_device(DEVICES = "2") {
        for number in [0, 1, 0, 1] {
            let stream = device(number).unwrap().stream().unwrap();
            let x = stream.full(10, 1.0).unwrap();
            let mut y = stream.full(10, 1.0).unwrap();
            axpy(&stream, 1.0, &x.view(), y.view_mut()).unwrap();
            assert_eq!(y.to_vec().unwrap(), [2.0; 10]);
        }
        assert_eq!(calls("cuModuleLoadDataEx"), Some(2));
    }
}

on_driver! {
    fn bad_text_is_refused_with_the_compilers_words() {
        let (_, stream) = stream();
        let error = wrong(&stream).expect_err("there is no such instruction");
        assert!(matches!(error, Error::Driver { call: "cuModuleLoadDataEx", .. }), "{error}");
        assert!(error.to_string().contains("frob"), "{error}");
    }
}

on_driver! {
    fn arguments_that_do_not_fit_are_refused(DEVICES = "2") {
        let (_, stream) = stream();
        let elsewhere = device(1).unwrap().stream().unwrap().full(20, 1.0).unwrap();
        let mut y = stream.full(20, 1.0).unwrap();
        let error = axpy(&stream, 1.0, &elsewhere.view(), y.view_mut()).expect_err("another device");
        let text = "the argument 'x': it is on device 1, and the kernel on 0: copy it with `copied(&stream)`";
        assert_eq!(error.to_string(), text);
        let x = stream.full((20, 2), 1.0).unwrap();
        let column = x.slice(pykernel::ndarray::s![.., 0]).unwrap();
        let error = axpy(&stream, 1.0, &column, y.view_mut()).expect_err("it is strided");
        let text = "the argument 'x': it must be contiguous in the order C, and has shape (20,) and strides (2,)";
        assert_eq!(error.to_string(), text);
    }
}

on_driver! {
    fn a_fault_stays(SEED = "0") {
        let (gpu, stream) = stream();
        let array = stream.full(10, 1.0).unwrap();
        let copy = array.view().download(gpu.pinned(10).unwrap()).unwrap();
        let graph = stream.capture(outside).unwrap();
        graph.launch().unwrap();
        for _ in 0..2 {
            let error = array.to_vec().expect_err("the device stopped");
            assert!(matches!(error, Error::Fault { .. }), "{error}");
            assert!(error.to_string().starts_with("the device stopped: "), "{error}");
        }
        assert!(matches!(stream.full(10, 1.0), Err(Error::Fault { .. })));
        assert!(matches!(copy.wait(), Err(Error::Fault { .. })));
        drop((graph, array));
        assert!(gpu.stream().is_err());
    }
}

on_driver! {
    fn threads_share_a_stream() {
        let (_, stream) = stream();
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let stream = &stream;
                scope.spawn(move || {
                    let x = stream.full(200, f64::from(thread)).unwrap();
                    let mut y = stream.full(200, 1.0).unwrap();
                    for _ in 0..10 {
                        axpy(stream, 1.0, &x.view(), y.view_mut()).unwrap();
                    }
                    assert_eq!(y.to_vec().unwrap(), [f64::from(thread) * 10.0 + 1.0; 200]);
                });
            }
        });
    }
}

/// Makes, uses and drops one of everything; gives the first error.
fn everything() -> Result<(), Error> {
    let gpu = device(0)?;
    let (one, two) = (gpu.stream()?, gpu.stream()?);
    let x = one.upload(&[1.0, 2.0, 3.0])?;
    let mut y = two.full(3, 1.5)?;
    axpy(&two, 2.0, &x.on(&two)?, y.view_mut())?;
    check(&one, &one.upload(&[1i64, 2])?.view())?;
    let copy = y.view().download(gpu.pinned(3)?)?;
    assert_eq!(copy.wait()?[..], [3.5, 5.5, 7.5]);
    let z = y.copied(&one)?;
    let graph = two.capture(|s| y.view_mut().fill(0.0).and_then(|()| axpy(s, 2.0, &x.on(s)?, y.view_mut())));
    assert!(matches!(graph, Err(Error::Refused { .. } | Error::Driver { .. } | Error::OutOfMemory { .. })));
    two.capture(|_| y.view_mut().fill(0.5))?.launch()?;
    let parts = (z.to_vec()?, y.to_vec()?, one.record()?.elapsed_since(&one.record()?)?);
    assert_eq!((parts.0.as_slice(), parts.1.as_slice()), ([3.5, 5.5, 7.5].as_slice(), [0.5; 3].as_slice()));
    gpu.release_pinned()
}

macro_rules! failing {
    ($($name:ident = $fail:literal;)*) => {
        $(on_driver! {
            fn $name(FAIL = $fail) {
                let error = everything().expect_err("a call fails");
                assert!(matches!(error, Error::Driver { .. } | Error::OutOfMemory { .. }), "{error:?}");
                everything().expect("only one call fails");
            }
        })*
    };
}

failing! {
    no_context = "cuDevicePrimaryCtxRetain:1";
    no_stream = "cuStreamCreate:2";
    no_memory = "cuMemAllocAsync:2";
    no_pinned_memory = "cuMemHostAlloc:1";
    no_event = "cuEventCreate:1";
    no_event_behind_a_copy = "cuEventCreate:2";
    no_recording_of_an_event = "cuEventRecord:2";
    no_module = "cuModuleLoadDataEx:1";
    no_launch = "cuLaunchKernel:1";
    no_capture = "cuStreamBeginCapture_v2:2";
    no_end_of_capture = "cuStreamEndCapture:2";
    no_graph = "cuGraphInstantiateWithFlags:1";
    no_upload = "cuMemcpyHtoDAsync_v2:1";
    no_download = "cuMemcpyDtoHAsync_v2:2";
}
