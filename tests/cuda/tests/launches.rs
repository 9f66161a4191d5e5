//! Kernels: what they raise, and what a device says of bad ones.

use cuda_tests::kernels::{axpy, check, wrong};
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
