//! Parallel loops in a program like a user's: from many threads, in pools of its own, with errors in
//! the middle. The same bits, whatever the threads.

use std::thread;

use pykernel::ndarray::{Array1, Array2, Axis};
use rayon::{ThreadPool, ThreadPoolBuilder};

mod loops {
    pykernel::py_kernel! {
        import math
        from numba import njit, prange, float64, int64
        from numpy import zeros

        @njit(parallel=True)
        def sines(x: float64[:]) -> float:
            s = 0.25
            for i in prange(len(x)):
                s += math.sin(x[i])
            return s

        @njit(parallel=True)
        def rows(out: float64[:, :], most: int64) -> int:
            total = 0
            for r in prange(out.shape[0]):
                work = zeros(out.shape[1])
                for c in range(out.shape[1]):
                    for k in range(most):
                        work[c] += math.sqrt(r * k + c)
                out[r, :] = work
                total += r
            return total

        @njit(parallel=True)
        def raises_from(x: float64[:], bad: int64) -> int:
            n = 0
            for i in prange(len(x)):
                work = zeros(1000)
                if i >= bad:
                    raise ValueError("bad", i)
                work[i % 1000] = math.exp(x[i])
                x[i] = work[i % 1000]
                n += 1
            return n

        @njit(parallel=True)
        def columns(a: float64[:, :], acc: float64[:]):
            for i in prange(len(a)):
                acc += a[i]

        @njit(parallel=True)
        def nested(a: float64[:, :]) -> float:
            s = 0.0
            for i in prange(len(a)):
                s += sines(a[i])
            return s

        @njit(parallel=True)
        def depth(n: int64, x: float64[:]) -> int:
            m = 0
            for i in prange(len(x)):
                if n > 0:
                    m = max(m, 1 + depth(n - 1, x[:2]))
            return m

        @njit(parallel=True)
        def permute(y: float64[:], x: float64[:], to: int64[:]):
            for i in prange(len(x)):
                y[to[i]] = x[i]  # pykernel: disjoint

        @njit
        def permute_twice(y: float64[:], x: float64[:], to: int64[:]):
            permute(y, x, to)
            permute(x, y, to)
    }
}

fn pool(threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be had")
}

fn x() -> Array1<f64> {
    (0..100_003).map(|i| f64::from(i) * 0.37).collect()
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let x = x();
    let one = pool(1).install(|| loops::sines(&x).unwrap());
    let a = x
        .to_shape((317, 315))
        .map_or_else(|_| x.broadcast((5, x.len())).unwrap().to_owned(), |a| a.to_owned());
    let nested = pool(1).install(|| loops::nested(&a).unwrap());
    let folded = pool(1).install(|| columns(&a));
    for threads in [2, 3, 8] {
        let pool = pool(threads);
        for _ in 0..5 {
            assert_eq!(pool.install(|| loops::sines(&x).unwrap()).to_bits(), one.to_bits());
            assert_eq!(pool.install(|| loops::nested(&a).unwrap()).to_bits(), nested.to_bits());
            assert_eq!(pool.install(|| columns(&a)), folded);
        }
    }
    // Not in a pool: in rayon's own.
    assert_eq!(loops::sines(&x).unwrap().to_bits(), one.to_bits());
    // The tree is of no other order of magnitude than the exact sum.
    assert!((one - 0.25 - x.mapv(f64::sin).sum()).abs() < 1e-9);
}

fn columns(a: &Array2<f64>) -> Array1<f64> {
    let mut acc = Array1::zeros(a.ncols());
    loops::columns(a, &mut acc).expect("the shapes fit");
    acc
}

#[test]
fn many_threads_run_loops_at_once() {
    let x = x();
    let expected = loops::sines(&x).unwrap().to_bits();
    thread::scope(|scope| {
        for index in 0..8 {
            let x = &x;
            scope.spawn(move || {
                let work = || {
                    for round in 0..5 {
                        assert_eq!(loops::sines(x).unwrap().to_bits(), expected);
                        let mut out = Array2::zeros((40, 50));
                        assert_eq!(loops::rows(&mut out, 30).unwrap(), 40 * 39 / 2);
                        assert_eq!(out[[39, 49]], (0..30).map(|k| f64::from(39 * k + 49).sqrt()).sum());
                        let bad = 1000 * round + index;
                        raises(bad);
                    }
                };
                if index % 2 == 0 { work() } else { pool(index as usize).install(work) }
            });
        }
    });
}

/// The first iteration that raises is the one that Rust hears of.
fn raises(bad: i64) {
    let mut values = Array1::<f64>::zeros(6000);
    let error = loops::raises_from(&mut values, bad).expect_err("it raises");
    assert_eq!((error.class(), error.message()), ("ValueError", &*format!("('bad', {bad})")));
    assert!(values.iter().take(bad as usize).all(|value| *value == 1.0));
    assert_eq!(loops::raises_from(&mut values, 6000).expect("none is bad"), 6000);
}

#[test]
fn loops_in_loops_and_recursion_end() {
    let x = Array1::zeros(3);
    assert_eq!(pool(2).install(|| loops::depth(6, &x)).unwrap(), 6);
    let error = loops::depth(i64::MAX, x.slice(pykernel::ndarray::s![..1])).unwrap_err();
    assert_eq!(error.class(), "RecursionError");
}

#[test]
fn who_vouches_calls_an_unsafe_function() {
    let n = 5000;
    let (mut y, mut x) = (Array1::zeros(n), (0..n).map(|i| i as f64).collect::<Array1<f64>>());
    let to: Array1<i64> = (0..n as i64).map(|i| (i * 7 + 3) % 5000).collect();
    // SAFETY: 7 has no factor in common with 5000, so no two iterations write one element.
    unsafe { loops::permute(&mut y, &x, &to) }.unwrap();
    assert!(to.iter().enumerate().all(|(i, to)| y[*to as usize] == i as f64));
    // SAFETY: likewise.
    unsafe { loops::permute_twice(&mut y, &mut x, &to) }.unwrap();
    assert_eq!(x.sum_axis(Axis(0)).into_scalar(), (n * (n - 1) / 2) as f64);
}
