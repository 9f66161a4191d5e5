//! Order: streams, events, pinned copies, graphs.

use std::sync::atomic::{AtomicBool, Ordering};

use cuda_tests::kernels::{axpy, check};
use cuda_tests::{all_calls, calls, live_bytes, on_driver, stream};
use pykernel::cuda::{
    Device, DeviceArray, DeviceView, DeviceViewMut, Error, Event, Graph, InFlight, Pinned, Stream,
};
use pykernel::ndarray::{Array1, Ix2};

#[test]
fn everything_travels() {
    fn travels<T: Send + Sync>() {}
    travels::<(Device, Stream, Event, Graph)>();
    travels::<(DeviceArray<f64, Ix2>, DeviceView<'_, bool, Ix2>, DeviceViewMut<'_, i8, Ix2>)>();
    travels::<(Pinned<u32>, InFlight<f32>)>();
}

on_driver! {
    fn uploads_have_read_what_they_borrow() {
        let (gpu, stream) = stream();
        let mut buffer = gpu.pinned::<i32>(1000).unwrap();
        buffer.fill(7);
        let array = stream.upload(&buffer[..]).unwrap();
        buffer.fill(0);
        let mut host = vec![8; 1000];
        let other = stream.upload(&host).unwrap();
        host.fill(0);
        assert_eq!((array.to_vec().unwrap(), other.to_vec().unwrap()), (vec![7; 1000], vec![8; 1000]));
    }
}

on_driver! {
    fn a_launch_is_two_calls() {
        let (_, stream) = stream();
        let x = stream.upload(&Array1::from_iter((0..1000).map(f64::from))).unwrap();
        let mut y = stream.full(1000, 1.0).unwrap();
        axpy(&stream, 2.0, &x.view(), y.view_mut()).unwrap();
        let before = all_calls();
        axpy(&stream, 2.0, &x.view(), y.view_mut()).unwrap();
        assert_eq!(all_calls().zip(before).map(|(after, before)| after - before), before.map(|_| 2));
        let expected: Vec<f64> = (0..1000).map(|i| 4.0 * f64::from(i) + 1.0).collect();
        assert_eq!(y.to_vec().unwrap(), expected);
    }
}

on_driver! {
    fn other_streams_are_waited_for() {
        let (gpu, one) = stream();
        let two = gpu.stream().unwrap();
        let x = one.full(500, 3.0).unwrap();
        let mut y = two.full(500, 1.0).unwrap();
        let error = axpy(&two, 2.0, &x.view(), y.view_mut()).expect_err("it is on another stream");
        assert_eq!(error.to_string(), "the argument 'x': it is on another stream than the kernel: use `array.on(&stream)`");
        axpy(&two, 2.0, &x.on(&two).unwrap(), y.view_mut()).unwrap();
        // Freed, it waits for what the other stream does with it, and new memory is not that.
        drop(x);
        let mut other = one.full(500, -1.0).unwrap();
        one.synchronize().unwrap();
        axpy(&one, 1.0, &y.on(&one).unwrap(), other.view_mut()).unwrap();
        y.view_mut().fill(0.0).unwrap();
        assert_eq!(y.to_vec().unwrap(), [0.0; 500]);
        assert_eq!(other.to_vec().unwrap(), [6.0; 500]);
    }
}

on_driver! {
    fn writes_on_other_streams_are_waited_for() {
        let (gpu, one) = stream();
        let two = gpu.stream().unwrap();
        let mut y = one.full(100, 1.0).unwrap();
        let x = two.full(100, 2.0).unwrap();
        axpy(&two, 3.0, &x.view(), y.on_mut(&two).unwrap()).unwrap();
        assert_eq!(y.to_vec().unwrap(), [7.0; 100]);
        let error = y.on(&two).unwrap().on(&gpu.stream().unwrap()).expect_err("twice");
        assert!(matches!(error, Error::Refused { .. }), "{error}");
        let z = y.copied(&two).unwrap();
        assert_eq!(z.to_vec().unwrap(), [7.0; 100]);
    }
}

on_driver! {
    fn events_measure_time() {
        let (_, stream) = stream();
        let start = stream.record().unwrap();
        let array = stream.zeros::<f64, _>(1000).unwrap();
        let end = stream.record().unwrap();
        let time = end.elapsed_since(&start).unwrap();
        assert!(end.is_done().unwrap() && time.as_secs() < 10, "{time:?}");
        stream.wait(&end).unwrap();
        assert_eq!(array.to_vec().unwrap(), [0.0; 1000]);
    }
}

on_driver! {
    fn pinned_copies_own_their_buffers() {
        let (gpu, stream) = stream();
        let mut buffer = gpu.pinned::<f64>(600).unwrap();
        assert_eq!(buffer[599], 0.0);
        buffer.copy_from_slice(&[1.5; 600]);
        let (array, copy) = stream.upload_pinned(buffer, (20, 30)).unwrap();
        let back = array.t().download(gpu.pinned(600).unwrap()).unwrap();
        assert_eq!(array.shape(), [20, 30]);
        drop(array);
        let mut buffer = copy.wait().unwrap();
        buffer.fill(0.0);
        let result = back.wait().unwrap();
        assert_eq!(result[..], [1.5; 600]);
        let error = stream.upload_pinned(result, 7).expect_err("another size");
        assert_eq!(error.to_string(), "a copy to the device: the buffer has 600 elements, and the array 7");
        drop(buffer);
        let pinned = calls("cuMemHostAlloc");
        drop(gpu.pinned::<f64>(1000).unwrap());
        assert_eq!(calls("cuMemHostAlloc"), pinned);
        gpu.release_pinned().unwrap();
        drop(stream.zeros::<bool, _>(9).unwrap().view().download(gpu.pinned(9).unwrap()).unwrap());
    }
}

on_driver! {
    fn graphs_do_their_work_again() {
        let (_, stream) = stream();
        drop(stream.capture(|_| Ok(())).unwrap());
        let before = live_bytes();
        let x = stream.full(300, 1.0).unwrap();
        let mut y = stream.zeros::<f64, _>(300).unwrap();
        let warm = stream.capture(|s| axpy(s, 1.0, &x.view(), y.view_mut())).unwrap();
        let graph = stream
            .capture(|s| {
                y.view_mut().fill(0.5)?;
                axpy(s, 2.0, &x.view(), y.view_mut())?;
                axpy(s, 3.0, &x.view(), y.view_mut())
            })
            .unwrap();
        assert_eq!(y.to_vec().unwrap(), [0.0; 300]);
        drop(x);
        graph.launch().unwrap();
        graph.launch().unwrap();
        assert_eq!(y.to_vec().unwrap(), [5.5; 300]);
        warm.launch().unwrap();
        assert_eq!(y.to_vec().unwrap(), [6.5; 300]);
        drop((graph, warm, y));
        stream.synchronize().unwrap();
        assert_eq!(live_bytes(), before);
    }
}

on_driver! {
    fn graphs_and_other_streams_share_arrays() {
        let (gpu, one) = stream();
        let two = gpu.stream().unwrap();
        let x = one.full(100, 2.0).unwrap();
        let mut y = one.full(100, 1.0).unwrap();
        let graph = one.capture(|s| axpy(s, 3.0, &x.view(), y.view_mut())).unwrap();
        let on_two = x.on(&two).unwrap();
        graph.launch().unwrap();
        // The view is still good, and what it is asked for now is waited for when the memory is freed.
        let copy = on_two.copied(&two).unwrap();
        drop((x, graph));
        assert_eq!(y.to_vec().unwrap(), [7.0; 100]);
        assert_eq!(copy.to_vec().unwrap(), [2.0; 100]);
    }
}

on_driver! {
    fn what_graphs_cannot_hold_is_refused() {
        let (device, stream) = stream();
        drop(stream.capture(|_| Ok(())).unwrap());
        let before = live_bytes();
        let array = stream.zeros::<f64, _>(3).unwrap();
        let refused = |work: &dyn Fn() -> Result<(), Error>| {
            let error = stream.capture(|_| work()).expect_err("it cannot be in a graph");
            assert!(matches!(error, Error::Refused { .. }), "{error}");
        };
        refused(&|| stream.synchronize());
        refused(&|| array.to_vec().map(drop));
        refused(&|| stream.upload(&[1.0]).map(drop));
        refused(&|| stream.record().map(drop));
        refused(&|| array.on(&device.stream()?).map(drop));
        refused(&|| stream.capture(|_| Ok(())).map(drop));
        let dropped = stream.zeros::<f64, _>(3).unwrap();
        let other = device.stream().unwrap();
        let copy = dropped.copied(&other).unwrap();
        drop(stream.capture(|_| { drop(dropped); Ok(()) }).unwrap());
        assert_eq!(copy.to_vec().unwrap(), [0.0; 3]);
        drop(copy);
        let panics = std::panic::AssertUnwindSafe(|| stream.capture(|_| panic!("on purpose")).map(drop));
        assert!(std::panic::catch_unwind(panics).is_err());
        assert_eq!(array.to_vec().unwrap(), [0.0; 3]);
        drop(array);
        stream.synchronize().unwrap();
        other.synchronize().unwrap();
        assert_eq!(live_bytes(), before);
    }
}

on_driver! {
    fn graphs_raise() {
        let (_, stream) = stream();
        let mut x = stream.full(4, 1i64).unwrap();
        let graph = stream.capture(|s| check(s, &x.view())).unwrap();
        graph.launch().unwrap();
        stream.synchronize().unwrap();
        x.view_mut().fill(-7).unwrap();
        graph.launch().unwrap();
        let error = stream.synchronize().expect_err("it raised");
        assert!(error.to_string().starts_with("ValueError: -7 is negative"), "{error}");
    }
}

on_driver! {
    fn what_other_streams_use_is_freed_after_their_graphs() {
        let (gpu, one) = stream();
        let two = gpu.stream().unwrap();
        drop(two.capture(|_| Ok(())).unwrap());
        let before = live_bytes();
        let x = one.full(100, 2.0).unwrap();
        let copy = x.on(&two).unwrap().copied(&two).unwrap();
        drop(two.capture(|_| { drop(x); Ok(()) }).unwrap());
        assert_eq!(copy.to_vec().unwrap(), [2.0; 100]);
        drop(copy);
        one.synchronize().unwrap();
        two.synchronize().unwrap();
        assert_eq!(live_bytes(), before);
    }
}

on_driver! {
    fn graphs_hold_nothing_of_other_threads() {
        let (_, stream) = stream();
        drop(stream.capture(|_| Ok(())).unwrap());
        let before = live_bytes();
        let x = stream.full(100, 1.0).unwrap();
        let mut y = stream.full(100, 0.0).unwrap();
        let is_done = AtomicBool::new(false);
        let mut launched = 0;
        std::thread::scope(|scope| {
            for thread in 0..3 {
                let (stream, is_done) = (&stream, &is_done);
                scope.spawn(move || {
                    let work = || {
                        let x = stream.upload(&vec![f64::from(thread); 50])?;
                        let mut y = stream.full(50, 1.0)?;
                        axpy(stream, 2.0, &x.view(), y.view_mut())?;
                        y.to_vec()
                    };
                    while !is_done.load(Ordering::Relaxed) {
                        match work() {
                            Ok(values) => assert_eq!(values, [f64::from(thread) * 2.0 + 1.0; 50]),
                            Err(Error::Refused { .. }) => {}
                            Err(error) => panic!("{error}"),
                        }
                    }
                });
            }
            for _ in 0..100 {
                let graph = stream.capture(|s| {
                    axpy(s, 1.0, &x.view(), y.view_mut())?;
                    std::thread::yield_now();
                    axpy(s, 1.0, &x.view(), y.view_mut())
                });
                graph.unwrap().launch().unwrap();
                launched += 1;
            }
            is_done.store(true, Ordering::Relaxed);
        });
        assert_eq!(y.to_vec().unwrap(), [2.0 * f64::from(launched); 100]);
        drop((x, y));
        stream.synchronize().unwrap();
        assert_eq!(live_bytes(), before);
    }
}
