//! Finding devices, and machines without them.

use cuda_tests::{calls, on_driver, stream};
use pykernel::cuda::{Error, device, devices};

/// On a machine without a driver this is the error; on one with a driver there is nothing to see here.
#[test]
fn without_a_driver() {
    if let Err(error @ Error::NoDriver { .. }) = device(0) {
        let text = "there is no CUDA driver on this machine (tried libcuda.so.1, libcuda.so): \
                    install NVIDIA's driver, or run the kernel on the CPU";
        #[cfg(unix)]
        assert_eq!(error.to_string(), text);
        assert_eq!(devices(), Err(error));
    }
}

on_driver! {
    fn devices_say_what_they_are(DEVICES = "2") {
        let gpu = device(0).expect("a device");
        assert_eq!((gpu.ordinal(), gpu.compute_capability(), gpu.memory()), (0, (7, 0), 8 << 30));
        assert!(!gpu.name().is_empty() && gpu.multiprocessors() > 0, "{gpu:?}");
        let all = devices().expect("a driver");
        assert_eq!((all.len(), all[0] == gpu, all[1] == gpu), (2, true, false));
        let error = device(2).expect_err("there are two");
        assert_eq!(error, Error::NoDevice { asked: 2, found: 2 });
        let text = "there is no device 2: the CUDA driver reports 2, counted from 0 (CUDA_VISIBLE_DEVICES hides others)";
        assert_eq!(error.to_string(), text);
        assert_eq!(calls("cuInit"), Some(1));
    }
}

on_driver! {
    fn a_driver_without_devices(NO_DEVICE = "1") {
        let error = device(0).expect_err("there is none");
        assert_eq!(error, Error::NoDevice { asked: 0, found: 0 });
        assert!(error.to_string().contains("CUDA_VISIBLE_DEVICES"));
        assert_eq!(devices(), Ok(vec![]));
    }
}

on_driver! {
    fn an_old_driver(VERSION = "11020") {
        assert_eq!(device(0).expect_err("it is old"), Error::OldDriver { has: (11, 2), needs: (11, 4) });
    }
}

on_driver! {
    fn a_stub(STUB = "1") {
        assert_eq!(device(0).expect_err("it is a stub"), Error::StubDriver);
    }
}

on_driver! {
    fn a_device_that_is_full(MEMORY = "1048576") {
        let (_, stream) = stream();
        let kept = stream.zeros::<f64, _>(1000).expect("there is room");
        let error = stream.zeros::<f64, _>((1000, 1000)).expect_err("there is none");
        assert_eq!(error, Error::OutOfMemory { bytes: 8_000_000 });
        assert_eq!(error.to_string(), "the device has no room for 8000000 bytes");
        assert_eq!(kept.to_vec().expect("the device goes on"), [0.0; 1000]);
        let error = stream.zeros::<f64, _>((1 << 40, 1 << 40)).expect_err("nobody has it");
        assert!(matches!(error, Error::Refused { .. }), "{error}");
    }
}
