//! Whole kernels, as they are usually written, against what they should compute.

mod device;

use device::{Parameters, download, upload};
use ptx_machine::{Launch, Memory, Module, launch};

fn parse(text: &str) -> Module {
    Module::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn axpy() {
    let module = parse(include_str!("ptx/axpy.ptx"));
    let mut memory = Memory::new();
    let count = 10_007;
    let x: Vec<f64> = (0..count).map(|i| (i as f64).sin()).collect();
    let y: Vec<f64> = (0..count).map(|i| 1.0 / (i as f64 + 1.0)).collect();
    let (a, b) = (upload(&mut memory, &x), upload(&mut memory, &y));
    let parameters = Parameters::new().with(count as u64).with(1.1).with(a).with(b);
    let with = Launch { seed: 3, ..Launch::new(8, 128) };
    let report = launch(&module, "axpy", &with, &parameters.0, &mut memory).unwrap();
    assert!(report.steps > 10 * count as u64, "{}", report.steps);
    let expected: Vec<f64> = x.iter().zip(&y).map(|(x, y)| 1.1f64.mul_add(*x, *y)).collect();
    assert_eq!(download::<f64>(&mut memory, b, count), expected);
}

#[test]
fn block_sum() {
    let module = parse(include_str!("ptx/block_sum.ptx"));
    assert_eq!(module.kernel("block_sum").unwrap().static_shared, 2048);
    for seed in 0..5 {
        let mut memory = Memory::new();
        let x: Vec<f64> = (0..1024).map(f64::from).collect();
        let (x, out) = (upload(&mut memory, &x), upload(&mut memory, &[0.0; 4]));
        let with = Launch { seed, ..Launch::new(4, 256) };
        launch(&module, "block_sum", &with, &Parameters::new().with(x).with(out).0, &mut memory).unwrap();
        assert_eq!(download::<f64>(&mut memory, out, 4), [32640.0, 98176.0, 163712.0, 229248.0]);
    }
}

#[test]
fn histogram() {
    let module = parse(include_str!("ptx/histogram.ptx"));
    let mut memory = Memory::new();
    let x: Vec<u32> = (0..500).map(|i: u32| i.wrapping_mul(2_654_435_761) >> 20).collect();
    let (input, bins, sums) =
        (upload(&mut memory, &x), upload(&mut memory, &[0_u32; 7]), upload(&mut memory, &[0.0; 7]));
    let parameters = Parameters::new().with(input).with(500_u32).with(bins).with(sums).with(7_u32);
    let with = Launch { dynamic_shared: 28, seed: 9, ..Launch::new(4, 128) };
    launch(&module, "histogram", &with, &parameters.0, &mut memory).unwrap();
    let of_bin = |bin| x.iter().filter(move |&&value| value % 7 == bin);
    let counts: Vec<u32> = (0..7).map(|bin| of_bin(bin).count() as u32).collect();
    let totals: Vec<f64> = (0..7).map(|bin| of_bin(bin).map(|&value| f64::from(value)).sum()).collect();
    assert_eq!(download::<u32>(&mut memory, bins, 7), counts);
    assert_eq!(download::<f64>(&mut memory, sums, 7), totals);
}

#[test]
fn warp_sum() {
    let module = parse(include_str!("ptx/warp_sum.ptx"));
    let mut memory = Memory::new();
    let x: Vec<f64> = (0..64).map(f64::from).collect();
    let (x, out) = (upload(&mut memory, &x), upload(&mut memory, &[0.0; 2]));
    let with = Launch { seed: 1, ..Launch::new(1, 64) };
    launch(&module, "warp_sum", &with, &Parameters::new().with(x).with(out).0, &mut memory).unwrap();
    assert_eq!(download::<f64>(&mut memory, out, 2), [496.0, 1520.0]);
}

#[test]
fn matmul() {
    let module = parse(include_str!("ptx/matmul.ptx"));
    let kernel = module.kernel("matmul").unwrap();
    assert_eq!(kernel.required_threads, Some([8, 8, 1]));
    assert_eq!(kernel.parameters.iter().map(|p| p.offset).collect::<Vec<_>>(), [0, 8, 16, 24]);
    let side = 24;
    let mut memory = Memory::new();
    let a: Vec<f32> = (0..side * side).map(|i| (i % 11) as f32).collect();
    let b: Vec<f32> = (0..side * side).map(|i| (i % 5) as f32 - 2.0).collect();
    let (x, y) = (upload(&mut memory, &a), upload(&mut memory, &b));
    let c = memory.allocate(a.len() as u64 * 4, 256).unwrap();
    let parameters = Parameters::new().with(x).with(y).with(c).with(side as u32);
    let with = Launch { grid: [3, 3, 1], block: [8, 8, 1], seed: 5, ..Launch::default() };
    launch(&module, "matmul", &with, &parameters.0, &mut memory).unwrap();
    let product =
        |row: usize, column: usize| (0..side).map(|i| a[row * side + i] * b[i * side + column]).sum::<f32>();
    let expected: Vec<f32> = (0..side * side).map(|i| product(i / side, i % side)).collect();
    assert_eq!(download::<f32>(&mut memory, c, side * side), expected);
}

#[test]
fn calls_and_printing() {
    let module = parse(include_str!("ptx/calls.ptx"));
    let mut memory = Memory::new();
    let out = upload(&mut memory, &[0_u8; 24]);
    let parameters = Parameters::new().with(out).with(15_u32);
    let report = launch(&module, "calls", &Launch::default(), &parameters.0, &mut memory).unwrap();
    assert_eq!(download::<u64>(&mut memory, out, 1), [610]);
    assert_eq!(download::<f64>(&mut memory, out + 8, 1), [3.5]);
    assert_eq!(download::<u32>(&mut memory, out + 16, 2), [7, 5]);
    assert_eq!(report.printed, "fb(15)=610 3.50\n");
    let (address, size) = module.variable("primes", &mut memory).unwrap().unwrap();
    assert_eq!((download::<u32>(&mut memory, address, 4), size), (vec![2, 3, 5, 7], 16));
}

/// How many instructions run in a second, with and without looking for races in global memory:
/// `cargo test --release -p ptx_machine --test kernels -- --ignored --nocapture`.
#[test]
#[ignore = "it measures and proves nothing"]
fn speed() {
    let axpy = parse(include_str!("ptx/axpy.ptx"));
    let sum = parse(include_str!("ptx/block_sum.ptx"));
    for global_races in [true, false] {
        let mut memory = Memory::new();
        let count = 1 << 20;
        let (x, y) = (upload(&mut memory, &vec![1.0; count]), upload(&mut memory, &vec![2.0; count]));
        let out = upload(&mut memory, &vec![0.0; count / 256]);
        let parameters = Parameters::new().with(count as u64).with(0.5).with(x).with(y);
        let cases = [
            (&axpy, "axpy", Launch { global_races, ..Launch::new(64, 256) }, parameters.0),
            (
                &sum,
                "block_sum",
                Launch { global_races, ..Launch::new(4096, 256) },
                Parameters::new().with(x).with(out).0,
            ),
        ];
        for (module, name, with, parameters) in cases {
            let start = std::time::Instant::now();
            let report = launch(module, name, &with, &parameters, &mut memory).unwrap();
            let rate = report.steps as f64 / start.elapsed().as_secs_f64() / 1e6;
            println!("{name}, races {global_races}: {rate:.1} million instructions a second");
        }
    }
}
