//! Kernels that are given a generator by their program, and those that draw from the state of a thread.

use std::thread;

use pykernel::ndarray::Array1;
use pykernel::random::Generator;

mod kernels {
    pykernel::py_kernel! {
        import random
        import numpy as np
        from numba import njit, float64, int64, types

        @njit
        def fill(rng: np.random.Generator, out: float64[:]):
            for i in range(len(out)):
                out[i] = rng.random()

        @njit
        def some(rng: np.random.Generator, n: int):
            return rng.integers(0, 100, n)

        @njit
        def of_two(pair: tuple[np.random.Generator, np.random.Generator]):
            a, b = pair
            return a.random(), b.random()

        @njit([float64(types.npy_rng, float64), float64(types.npy_rng, int64)])
        def scaled(rng, x):
            return rng.random() * x

        @njit
        def ignored(rng: np.random.Generator) -> None:
            pass

        @njit
        def seed(n: int) -> None:
            np.random.seed(n)
            random.seed(n)

        @njit
        def draw() -> tuple[float, float]:
            return np.random.random(), random.random()
    }
}

/// By `np.random.default_rng(42)`.
const FIRST: [f64; 4] = [0.7739560485559633, 0.4388784397520523, 0.8585979199113825, 0.6973680290593639];

#[test]
fn a_generator_goes_on_from_call_to_call() {
    let mut rng = Generator::new(42);
    let (mut one, mut other) = (Array1::zeros(3), Array1::zeros(1));
    kernels::fill(&mut rng, &mut one).unwrap();
    kernels::fill(&mut rng, &mut other).unwrap();
    assert_eq!(one.iter().chain(&other).copied().collect::<Vec<f64>>(), FIRST);
    let mut again = Generator::new(42);
    kernels::fill(&mut again, &mut one).unwrap();
    assert_ne!(rng, again);
    kernels::fill(&mut again, &mut other).unwrap();
    assert_eq!(rng, again);
}

#[test]
fn half_of_a_draw_is_kept() {
    let (mut rng, mut twice) = (Generator::new(1), Generator::new(1));
    let whole = kernels::some(&mut rng, 5).unwrap();
    let parts = [kernels::some(&mut twice, 2).unwrap(), kernels::some(&mut twice, 3).unwrap()];
    assert_eq!(whole.to_vec(), [parts[0].to_vec(), parts[1].to_vec()].concat());
    assert_eq!(rng, twice);
}

#[test]
fn generators_stand_in_tuples_and_among_signatures() {
    let (mut a, mut b) = (Generator::new(42), Generator::new(42));
    assert_eq!(kernels::of_two((&mut a, &mut b)).unwrap(), (FIRST[0], FIRST[0]));
    assert_eq!(kernels::scaled(&mut a, 2f64).unwrap(), FIRST[1] * 2.0);
    assert_eq!(kernels::scaled(&mut b, 2i64).unwrap(), FIRST[1] * 2.0);
    kernels::ignored(&mut a).unwrap();
    assert_eq!(a, b);
}

#[test]
fn each_thread_has_its_own_state() {
    let drawn = || {
        kernels::seed(7).unwrap();
        [kernels::draw().unwrap(), kernels::draw().unwrap()]
    };
    let here = drawn();
    let other = thread::spawn(|| kernels::draw().unwrap()).join().unwrap();
    assert_ne!(here[0], other);
    assert_eq!(thread::spawn(drawn).join().unwrap(), here);
    assert_eq!(drawn(), here);
}
