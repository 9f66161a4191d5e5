//! Random numbers that kernels draw from states of Rust's.

use cuda_tests::random::{count_inside, normal};
use cuda_tests::{on_driver, stream};
use pykernel::cuda::random::create_xoroshiro128p_states;
use pykernel::cuda::{Error, Extent};
use pykernel::ndarray::Array2;
use pykernel::xoroshiro128p_states;

/// The next number of xoroshiro128+ from 0 to 1.
fn draw(state: &mut [u64]) -> f64 {
    let [s0, s1] = [state[0], state[1]];
    let changed = s0 ^ s1;
    state[0] = s0.rotate_left(55) ^ changed ^ (changed << 14);
    state[1] = changed.rotate_left(36);
    (s0.wrapping_add(s1) >> 11) as f64 / 2f64.powi(53)
}

fn count_on_host(states: &mut Array2<u64>, draws: usize) -> Vec<i64> {
    let count = |state: &mut [u64]| {
        let is_inside = |_: &usize| draw(state).powi(2) + draw(state).powi(2) < 1.0;
        (0..draws).filter(is_inside).count() as i64
    };
    states.as_slice_mut().expect("rows side by side").chunks_mut(2).map(count).collect()
}

on_driver! {
    fn a_kernel_draws_what_the_host_does() {
        let (_, stream) = stream();
        let mut states = create_xoroshiro128p_states(&stream, 50, 42, 0).unwrap();
        let mut counts = stream.zeros::<i64, _>(50).unwrap();
        count_inside(&stream, (2, 32), &mut states, 100, &mut counts).unwrap();
        let mut on_host = xoroshiro128p_states(50, 42, 0);
        let expected = count_on_host(&mut on_host, 100);
        assert_eq!(counts.to_vec().unwrap(), expected);
        let pi = 4.0 * expected.iter().sum::<i64>() as f64 / 5000.0;
        assert!((pi - std::f64::consts::PI).abs() < 0.1, "{pi}");
        // The next launch goes on where this one ended.
        assert_eq!(states.to_array().unwrap(), on_host);
        counts = stream.zeros(50).unwrap();
        count_inside(&stream, (2, 32), &mut states, 10, &mut counts).unwrap();
        assert_eq!(counts.to_vec().unwrap(), count_on_host(&mut on_host, 10));
    }
}

on_driver! {
    fn normal_numbers_lie_about_zero() {
        let (_, stream) = stream();
        let mut states = create_xoroshiro128p_states(&stream, 64, 7, 3).unwrap();
        let mut out = stream.zeros::<f32, _>(2000).unwrap();
        normal(&stream, (2, 32), &mut states, &mut out).unwrap();
        let values = out.to_vec().unwrap();
        let mean = values.iter().sum::<f32>() / 2000.0;
        let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / 2000.0;
        assert!(mean.abs() < 0.1 && (variance - 1.0).abs() < 0.1, "{mean}, {variance}");
    }
}

on_driver! {
    fn a_thread_without_a_state_raises() {
        let (_, stream) = stream();
        let mut states = create_xoroshiro128p_states(&stream, 3, 1, 0).unwrap();
        let mut out = stream.zeros::<f32, _>(4).unwrap();
        normal(&stream, Extent::for_all(4), &mut states, &mut out).unwrap();
        let Err(Error::Raised { error, thread, .. }) = stream.synchronize() else { panic!("nothing is raised") };
        assert_eq!((error.class(), thread), ("IndexError", [3, 0, 0]));
        let none = create_xoroshiro128p_states(&stream, 0, 1, 0).unwrap();
        assert_eq!(none.shape(), [0, 2]);
    }
}
