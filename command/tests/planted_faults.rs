//! Mistakes of kernels that no compiler can know, planted in Python and found by the machine for PTX: races, barriers
//! that are missing or that not all threads reach, memory that nobody has written, indices beyond an array.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use ptx_machine::{Fault, FaultKind, Launch, Memory, Module, launch};
use pykernel_codegen::analysis::analyse;
use pykernel_codegen::backend::ptx;
use pykernel_codegen::source::Source;
use pykernel_codegen::symbol::Package;

/// Where the kernels' array of 64 `int64`s lies.
const ARRAY: u64 = 0x10_0000;

/// Where what is raised is recorded.
const RECORD: u64 = 0x20_0000;

/// Compiles a kernel of a body, whose one parameter is an array `x`, with a block of 64 threads around it; gives the number
/// of the site that was raised.
fn run(options: &str, body: &str) -> Result<u32, Fault> {
    let body = body.replace('\n', "\n    ");
    let text = format!(
        "from numba import cuda, int64\n\n@cuda.jit('void(int64[:])'{options})\ndef kernel(x):\n    t = cuda.threadIdx.x\n    {body}\n"
    );
    let package = Package { name: "p".into(), version: "0".into() };
    let analysis = analyse(&Source::file("planted.py", &text), &package);
    assert_eq!(analysis.diagnostics, [], "{text}");
    let kernels = &analysis.interface.kernels;
    let module = ptx::compile(analysis.module.clone(), kernels, false);
    assert_eq!(module.refused, [], "{text}");
    let machine = Module::parse(&module.text()).unwrap();
    let mut memory = Memory::new();
    memory.allocate_at(ARRAY, 64 * 8).unwrap();
    memory.write(ARRAY, &[0; 64 * 8]).unwrap();
    memory.allocate_at(RECORD, 256).unwrap();
    memory.write(RECORD, &[0; 256]).unwrap();
    let parameters: Vec<u8> =
        [ARRAY, 64, 8, RECORD].iter().flat_map(|word: &u64| word.to_le_bytes()).collect();
    let symbol = &kernels[0].overloads[0].symbol;
    launch(&machine, symbol, &Launch::new(1, 64), &parameters, &mut memory)?;
    let mut site = [0; 4];
    memory.read(RECORD, &mut site).unwrap();
    Ok(u32::from_le_bytes(site))
}

/// Expects a fault of a kind.
fn expect(options: &str, body: &str, kind: FaultKind) {
    match run(options, body) {
        Err(fault) => assert_eq!(fault.kind, kind, "{fault}"),
        Ok(site) => panic!("nothing is found, and site {site} raised:\n{body}"),
    }
}

const SHARED: &str = "shared = cuda.shared.array(64, int64)\n";

#[test]
fn what_is_right_passes() {
    let body = format!("{SHARED}shared[t] = t\ncuda.syncthreads()\nx[t] = shared[63 - t]");
    assert_eq!(run("", &body), Ok(0));
}

#[test]
fn two_threads_write_one_element() {
    expect("", "x[t // 2] = t", FaultKind::GlobalRace);
    expect("", &format!("{SHARED}shared[t // 2] = t"), FaultKind::SharedRace);
}

#[test]
fn a_barrier_is_missing() {
    expect("", &format!("{SHARED}shared[t] = t\nif t > 0:\n    x[t] = shared[t - 1]"), FaultKind::SharedRace);
    let body = "shared[t] = t\ncuda.syncthreads()\nx[t] = shared[63 - t]\nshared[t] = x[t]";
    expect("", &format!("{SHARED}{body}"), FaultKind::SharedRace);
}

#[test]
fn not_all_threads_reach_a_barrier() {
    expect("", "if t < 40:\n    cuda.syncthreads()\nx[t] = 1", FaultKind::DivergentBarrier);
    expect(
        "",
        "if t % 2 == 0:\n    cuda.syncthreads()\nelse:\n    x[t] = 1\n    cuda.syncthreads()",
        FaultKind::DivergentBarrier,
    );
    expect("", "for i in range(t):\n    cuda.syncthreads()", FaultKind::DivergentBarrier);
}

#[test]
fn not_all_lanes_come_to_what_a_warp_does_together() {
    let fault = run("", "if t < 7:\n    x[t] = cuda.shfl_down_sync(0xffffffff, t, 1)");
    assert!(fault.is_err(), "{fault:?}");
}

#[test]
fn shared_memory_is_read_before_it_is_written() {
    expect("", &format!("{SHARED}x[t] = shared[t]"), FaultKind::UninitialisedMemory);
}

#[test]
fn an_index_is_beyond_the_array() {
    // By default it is found before memory is touched.
    assert_ne!(run("", "x[t + 1] = t"), Ok(0));
    assert!(run("", "x[t + 1] = t").is_ok());
    expect(", boundscheck=False", "x[t + 1] = t", FaultKind::OutOfBounds);
    assert_ne!(run("", &format!("{SHARED}shared[t + 1] = t")), Ok(0));
    expect(", boundscheck=False", &format!("{SHARED}shared[t + 1] = t"), FaultKind::OutOfBounds);
}
