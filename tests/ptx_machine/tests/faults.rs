//! Every mistake that the machine knows, planted in a kernel that ptxas accepts.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod device;

use device::{Parameters, kernel, run, upload};
use ptx_machine::{Fault, FaultKind, Launch, Memory, Module, NanToInteger, launch};

/// Runs a body and expects that kind of fault, whose text has those words.
fn expect(body: &str, with: &Launch, kind: FaultKind, words: &str) -> Fault {
    expect_text(&kernel(body), with, kind, words)
}

fn expect_text(text: &str, with: &Launch, kind: FaultKind, words: &str) -> Fault {
    match run(text, with) {
        Ok(_) => panic!("no fault:\n{text}"),
        Err(fault) => {
            assert_eq!(fault.kind, kind, "{fault}");
            assert!(fault.to_string().contains(words), "{fault}");
            fault
        }
    }
}

fn one() -> Launch {
    Launch::default()
}

/// A kernel with 64 floats of shared memory, in whose element of this thread `%r1` is its address and `%r0`
/// its number.
fn with_shared(body: &str) -> String {
    kernel(&format!(
        ".shared .align 4 .b32 tile[64];\nmov.u32 %r0, %tid.x; mov.u32 %r2, tile; mad.lo.u32 %r1, %r0, 4, %r2;\n{body}"
    ))
}

#[test]
fn register_read_before_written() {
    let fault =
        expect("add.u32 %r1, %r2, 1;", &one(), FaultKind::UninitialisedRegister, "register '%r2' (.b32)");
    assert_eq!(fault.line, Some(6));
    // Only on one path.
    let body =
        "mov.u32 %r1, %tid.x;\nsetp.eq.u32 %p1, %r1, 3;\n@!%p1 mov.u32 %r2, 1;\nst.global.u32 [%out], %r2;";
    let fault = expect(
        body,
        &Launch { global_races: false, ..Launch::new(1, 4) },
        FaultKind::UninitialisedRegister,
        "%r2",
    );
    assert_eq!((fault.thread, fault.line), ([3, 0, 0], Some(9)));
    expect("@%p1 mov.u32 %r2, 1;", &one(), FaultKind::UninitialisedRegister, "'%p1'");
}

#[test]
fn source_lines_are_named() {
    let text =
        kernel(".loc 1 12 3\nadd.u32 %r1, %r2, 1;").replace(".visible", ".file 1 \"sum.py\"\n.visible");
    expect_text(
        &text,
        &one(),
        FaultKind::UninitialisedRegister,
        "line 8 (sum.py:12), block (0,0,0), thread (0,0,0): ",
    );
}

#[test]
fn outside_of_memory() {
    expect(
        "ld.global.u32 %r1, [%out+1024];",
        &one(),
        FaultKind::OutOfBounds,
        "ends 4 bytes past the allocation of 1024",
    );
    expect("ld.global.u64 %rd1, [%out+-8];", &one(), FaultKind::OutOfBounds, "no memory is there");
    expect("st.global.f32 [%out+1100], 0f3F800000;", &one(), FaultKind::OutOfBounds, "ends 80 bytes past");
    expect("ld.global.v4.u32 {%r1,%r2,%r3,%r4}, [%out+1024];", &one(), FaultKind::OutOfBounds, "past");
    expect_text(
        &with_shared("st.shared.u32 [%r1+256], 1;"),
        &one(),
        FaultKind::OutOfBounds,
        "past 'tile' of 256 bytes",
    );
    let local =
        ".local .align 4 .b32 buffer[4]; .local .align 4 .b32 after[4];\nst.local.u32 [buffer+16], 1;";
    expect(local, &one(), FaultKind::OutOfBounds, "ends 4 bytes past 'buffer' of 16 bytes");
    expect("ld.const.u32 %r1, [%out];", &one(), FaultKind::OutOfBounds, "no constant memory");
}

#[test]
fn misaligned() {
    expect("ld.global.u32 %r1, [%out+2];", &one(), FaultKind::Misaligned, "no multiple of 4");
    expect("ld.global.v2.f64 {%d1,%d2}, [%out+8];", &one(), FaultKind::Misaligned, "no multiple of 16");
    expect_text(&with_shared("st.shared.u16 [%r1+1], 1;"), &one(), FaultKind::Misaligned, "no multiple of 2");
}

#[test]
fn null() {
    expect(
        "mov.u64 %rd1, 0;\nst.global.u32 [%rd1+8], 1;",
        &one(),
        FaultKind::NullAccess,
        "store of 4 bytes at 0x8",
    );
    expect("mov.u64 %rd1, 0;\nld.u8 %r1, [%rd1];", &one(), FaultKind::NullAccess, "null pointer");
}

fn launch_once(memory: &mut Memory, body: &str, address: u64) -> Result<(), Fault> {
    let module = Module::parse(&kernel(body)).unwrap();
    launch(&module, "k", &one(), &address.to_le_bytes(), memory).map(|_| ())
}

#[test]
fn freed_and_unwritten_memory() {
    let mut memory = Memory::new();
    let load = "ld.global.u32 %r1, [%out];";
    let address = memory.allocate(16, 16).unwrap();
    let fault = launch_once(&mut memory, load, address).unwrap_err();
    assert_eq!(fault.kind, FaultKind::UninitialisedMemory, "{fault}");
    memory.assume_written(address, 16).unwrap();
    launch_once(&mut memory, load, address).unwrap();
    memory.free(address).unwrap();
    let fault = launch_once(&mut memory, load, address).unwrap_err();
    assert_eq!(fault.kind, FaultKind::UseAfterFree, "{fault}");
    assert_eq!(memory.free(address).unwrap_err().kind(), FaultKind::UseAfterFree);
    assert_eq!(memory.free(address + 8).unwrap_err().kind(), FaultKind::OutOfBounds);
}

#[test]
fn unwritten_shared_and_local_memory() {
    let words = "byte 0 of 'tile' was never written";
    expect_text(&with_shared("ld.shared.u32 %r3, [%r1];"), &one(), FaultKind::UninitialisedMemory, words);
    let body = ".local .b32 buffer[2];\nst.local.u32 [buffer], 1;\nld.local.u32 %r1, [buffer+4];";
    expect(body, &one(), FaultKind::UninitialisedMemory, "local memory");
}

#[test]
fn constants_and_parameters() {
    let text = kernel("mov.u64 %rd1, table;\nst.u32 [%rd1], 1;")
        .replace(".visible", ".const .u32 table = 4;\n.visible");
    expect_text(&text, &one(), FaultKind::WriteToConstant, "variable 'table' of 4 bytes, which is constant");
    expect(
        "ld.param.u32 %r1, [out+8];",
        &one(),
        FaultKind::ParameterOutOfBounds,
        "bytes 8 to 12 of parameter 'out', which has 8",
    );
}

#[test]
fn races_in_shared_memory() {
    let neighbour = "st.shared.u32 [%r1], %r0;\nbar.sync 0;\nxor.b32 %r3, %r0, 1;\nmad.lo.u32 %r3, %r3, 4, %r2;\nld.shared.u32 %r4, [%r3];";
    run(&with_shared(neighbour), &Launch::new(1, 64)).unwrap();
    let text = with_shared(&neighbour.replace("bar.sync 0;\n", ""));
    for seed in 0..4 {
        let fault = run(&text, &Launch { seed, ..Launch::new(1, 64) }).unwrap_err();
        assert!(matches!(fault.kind, FaultKind::SharedRace | FaultKind::UninitialisedMemory), "{fault}");
    }
    let fault = expect_text(
        &with_shared("st.shared.u32 [tile], %r0;"),
        &Launch::new(1, 64),
        FaultKind::SharedRace,
        "byte 0 of 'tile'",
    );
    assert!(fault.detail.contains("thread 0 wrote it and this thread writes it"), "{fault}");
    // Reading, then writing.
    let body = "st.shared.u32 [%r1], %r0;\nbar.sync 0;\nld.shared.u32 %r3, [tile];\nst.shared.u32 [%r1], 1;";
    expect_text(
        &with_shared(body),
        &Launch { seed: 2, ..Launch::new(1, 64) },
        FaultKind::SharedRace,
        "'tile'",
    );
    // A warp's barrier orders its own lanes and no others.
    let lanes = neighbour.replace("bar.sync 0;", "bar.warp.sync -1;");
    run(&with_shared(&lanes), &Launch { seed: 7, ..Launch::new(1, 64) }).unwrap();
    let warps = lanes.replace("%r0, 1;", "%r0, 32;");
    let fault = run(&with_shared(&warps), &Launch::new(1, 64)).unwrap_err();
    assert!(matches!(fault.kind, FaultKind::SharedRace | FaultKind::UninitialisedMemory), "{fault}");
}

#[test]
fn races_on_parts_of_words() {
    // Neighbouring bytes are nobody else's.
    let bytes = "mov.u32 %r3, tile;\nadd.u32 %r3, %r3, %r0;\nst.shared.u8 [%r3], %r0;";
    run(&with_shared(bytes), &Launch::new(1, 64)).unwrap();
    let overlap =
        format!("{bytes}\nmov.u32 %r4, 1;\nsetp.eq.u32 %p1, %r0, 63;\n@%p1 st.shared.u32 [tile], %r4;");
    expect_text(&with_shared(&overlap), &Launch::new(1, 64), FaultKind::SharedRace, "byte 0 of 'tile'");
}

#[test]
fn races_in_global_memory() {
    let shared = "mov.u32 %r1, %tid.x;\nst.global.u32 [%out], %r1;";
    expect(shared, &Launch::new(1, 2), FaultKind::GlobalRace, "thread 0 wrote it and this thread writes it");
    run(&kernel(shared), &Launch { global_races: false, ..Launch::new(1, 2) }).unwrap();
    let blocks = "mov.u32 %r1, %ctaid.x;\nst.global.u32 [%out], %r1;";
    expect(blocks, &Launch::new(2, 1), FaultKind::GlobalRace, "thread 0 of block 0 wrote it");
    run(&kernel("red.global.add.u32 [%out], 1;"), &Launch::new(4, 64)).unwrap();
    let mixed = "mov.u32 %r1, %tid.x;\nsetp.eq.u32 %p1, %r1, 5;\nred.global.add.u32 [%out], 1;\n@%p1 st.global.u32 [%out], 7;";
    expect(mixed, &Launch::new(1, 32), FaultKind::GlobalRace, "several threads");
    // A barrier orders a block's own accesses.
    let ordered = "mov.u32 %r1, %tid.x;\nsetp.eq.u32 %p1, %r1, 5;\nsetp.eq.u32 %p2, %r1, 9;\n@%p1 st.global.u32 [%out], 1;\n\
                   bar.sync 0;\n@%p2 st.global.u32 [%out], 2;";
    run(&kernel(ordered), &Launch::new(1, 64)).unwrap();
}

#[test]
fn the_last_block_may_read_what_others_published() {
    let body = "mov.u32 %r1, %ctaid.x;\nmad.wide.u32 %rd1, %r1, 4, %out;\nst.global.u32 [%rd1+8], %r1;\nmembar.gl;\n\
                atom.global.add.u32 %r2, [%out], 1;\nsetp.ne.u32 %p1, %r2, 3;\n@%p1 ret;\n\
                ld.global.u32 %r3, [%out+8];\nld.global.u32 %r4, [%out+12];\nadd.u32 %r3, %r3, %r4;";
    run(&kernel(body), &Launch::new(4, 1)).unwrap();
    expect(&body.replace("membar.gl;", ""), &Launch::new(4, 1), FaultKind::GlobalRace, "of block 0 wrote it");
}

#[test]
fn loads_through_the_read_only_cache() {
    let body = "st.global.u32 [%out], 1;\nld.global.nc.u32 %r1, [%out];";
    expect(body, &one(), FaultKind::NonCoherentLoad, "'.nc'");
    let body = "ld.global.nc.u32 %r1, [%out];\nst.global.u32 [%out], 1;";
    expect(body, &one(), FaultKind::NonCoherentLoad, "'.nc'");
}

#[test]
fn divergent_barriers() {
    let lines = "mov.u32 %r1, %tid.x;\nsetp.lt.u32 %p1, %r1, 32;\n@%p1 bra first;\nbar.sync 0;\nbra join;\nfirst:\nbar.sync 0;\njoin:";
    let fault = expect(
        lines,
        &Launch::new(1, 64),
        FaultKind::DivergentBarrier,
        "thread 63 waits at line 9, thread 0 at line 12",
    );
    assert_eq!(fault.line, Some(9));
    // By the letter of the ISA warps may wait at different instructions, but not lanes.
    let lenient = Launch { strict_barriers: false, ..Launch::new(1, 64) };
    run(&kernel(lines), &lenient).unwrap();
    expect(
        &lines.replace("%r1, 32", "%r1, 8"),
        &lenient,
        FaultKind::DivergentBarrier,
        "divergent barrier: thread 8",
    );
    // Guarded, and after some threads have exited.
    let guarded = "mov.u32 %r1, %tid.x;\nsetp.ne.u32 %p1, %r1, 40;\n@%p1 bar.sync 0;";
    expect(guarded, &Launch::new(1, 64), FaultKind::DivergentBarrier, "thread 40 has exited");
    run(&kernel(guarded), &lenient).unwrap();
    // Two barriers.
    let numbers = lines.replacen("bar.sync 0", "bar.sync 1", 1);
    expect(&numbers, &lenient, FaultKind::DivergentBarrier, "thread 63 waits at line 9, thread 0 at line 12");
}

#[test]
fn producers_and_consumers() {
    let body = "mov.u32 %r1, %tid.x;\nsetp.ge.u32 %p1, %r1, 32;\n@%p1 bra consumer;\nbar.arrive 3, 64;\nbra join;\nconsumer:\nbar.sync 3, 64;\njoin:";
    for seed in 0..4 {
        run(&kernel(body), &Launch { seed, ..Launch::new(1, 64) }).unwrap();
    }
    expect(
        &body.replace("sync 3, 64", "sync 3, 96"),
        &Launch::new(1, 64),
        FaultKind::DivergentBarrier,
        "waits at line 12",
    );
    expect("mov.u32 %r1, 20;\nbar.sync %r1;", &one(), FaultKind::InvalidBarrier, "barrier 20");
    expect("mov.u32 %r1, 20;\nbar.sync 1, %r1;", &one(), FaultKind::InvalidBarrier, "20 threads");
}

#[test]
fn deadlock() {
    let body = "mov.u32 %r1, %tid.x;\nsetp.eq.u32 %p1, %r1, 0;\n@%p1 bra first;\nbar.warp.sync -1;\nbra join;\nfirst:\nbar.warp.sync -1;\njoin:";
    expect(
        body,
        &Launch::new(1, 32),
        FaultKind::Deadlock,
        "deadlock: thread 31 waits at line 9, thread 0 at line 12",
    );
}

#[test]
fn shuffles() {
    let absent =
        "mov.u32 %r1, %tid.x;\nsetp.eq.u32 %p1, %r1, 3;\n@%p1 ret;\nshfl.sync.bfly.b32 %r2, %r1, 1, 31, -1;";
    expect(absent, &Launch::new(1, 32), FaultKind::InactiveLane, "lane 2 shuffles from lane 3");
    let outside =
        "mov.u32 %r1, %tid.x;\nsetp.ge.u32 %p1, %r1, 8;\n@%p1 ret;\nshfl.sync.idx.b32 %r2, %r1, 9, 31, 255;";
    expect(outside, &Launch::new(1, 32), FaultKind::InactiveLane, "lane 0 shuffles from lane 9");
    let mask = "mov.u32 %r1, %tid.x;\nshfl.sync.idx.b32 %r2, %r1, 0, 31, 15;";
    expect(mask, &Launch::new(1, 32), FaultKind::LaneNotInMask, "lane 4 is not in its own mask 0x0000000f");
}

#[test]
fn arithmetic() {
    expect(
        "mov.u32 %r1, 0;\nmov.u32 %r2, 5;\ndiv.s32 %r3, %r2, %r1;",
        &one(),
        FaultKind::DivisionByZero,
        "division of 5 by zero",
    );
    expect("mov.u64 %rd1, 0;\nrem.u64 %rd2, %rd1, %rd1;", &one(), FaultKind::DivisionByZero, "by zero");
    let body = "mov.f64 %d1, 0d7FF8000000000000;\ncvt.rzi.s32.f64 %r1, %d1;\nst.global.u32 [%out], %r1;";
    expect(body, &one(), FaultKind::NanToInteger, "a NaN of type .f64 is converted to .s32");
    let (bytes, _) = run(&kernel(body), &Launch { nan_to_integer: NanToInteger::Value, ..one() }).unwrap();
    assert_eq!(bytes[..4], [0, 0, 0, 0x80]);
}

#[test]
fn limits() {
    expect(
        "again: bra again;",
        &Launch { step_limit: 1000, ..one() },
        FaultKind::StepLimit,
        "more than 1000 instructions",
    );
    expect("trap;", &one(), FaultKind::Trap, "trap");
    expect("", &Launch::new(1, 1025), FaultKind::InvalidBlock, "the most is 1024");
    expect("", &Launch::new(0, 1), FaultKind::InvalidBlock, "");
    let text = kernel("").replace("out) {", "out) .maxntid 64 {");
    expect_text(&text, &Launch::new(1, 65), FaultKind::InvalidBlock, "'.maxntid' allows 64");
    let text = kernel("").replace("out) {", "out) .reqntid 64 {");
    expect_text(&text, &Launch::new(1, 32), FaultKind::InvalidBlock, "'.reqntid'");
    let shared = with_shared("st.shared.u32 [%r1], 1;");
    expect_text(
        &shared,
        &Launch { dynamic_shared: 48_900, ..one() },
        FaultKind::SharedTooLarge,
        "49156 bytes",
    );
    run(&shared, &Launch { dynamic_shared: 48_900, shared_limit: 64 << 10, ..one() }).unwrap();
    let module = Module::parse(&kernel("")).unwrap();
    let fault =
        launch(&module, "k", &one(), &Parameters::new().with(1_u32).0, &mut Memory::new()).unwrap_err();
    assert_eq!(fault.kind, FaultKind::ParameterSize, "{fault}");
    let fault = launch(&module, "other", &one(), &[], &mut Memory::new()).unwrap_err();
    assert_eq!(
        (fault.kind, fault.to_string().as_str()),
        (FaultKind::UnknownKernel, "kernel 'other': the module has no kernel of this name")
    );
}

#[test]
fn endless_recursion() {
    let text = kernel("call f, (%out);").replace(
        ".visible",
        ".func f(.param .b64 x) {\n.reg .b64 %y; .reg .pred %p;\nld.param.u64 %y, [x];\nsetp.eq.u64 %p, %y, 0;\n@%p ret;\ncall f, (%y);\nret;\n}\n.visible",
    );
    expect_text(&text, &one(), FaultKind::StackOverflow, "calls take more than 65536 bytes");
}

#[test]
fn addresses_of_other_spaces() {
    let words = "does not lie in shared memory";
    expect("cvta.to.shared.u64 %rd1, %out;", &one(), FaultKind::WrongSpace, words);
    let body = "isspacep.global %p1, %out;\nisspacep.shared %p2, %out;\n@!%p1 trap;\n@%p2 trap;";
    run(&kernel(body), &one()).unwrap();
}

#[test]
fn branches_by_index() {
    let body = "list: .branchtargets a, b;\nmov.u32 %r1, %tid.x;\nbrx.idx %r1, list;\na: mov.u32 %r2, 1;\nb: mov.u32 %r2, 2;";
    run(&kernel(body), &Launch::new(1, 2)).unwrap();
    expect(body, &Launch::new(1, 3), FaultKind::BranchIndex, "branch to target 2 of 2");
}

#[test]
fn memory_of_the_host() {
    let mut memory = Memory::with_capacity(1000);
    assert_eq!(memory.allocate(1001, 1).unwrap_err().kind(), FaultKind::Allocation);
    assert_eq!(memory.allocate(1, 3).unwrap_err().kind(), FaultKind::Allocation);
    let address = upload(&mut memory, &[1_u32, 2, 3]);
    assert_eq!(memory.write(address + 8, &[0; 5]).unwrap_err().kind(), FaultKind::OutOfBounds);
    let other = memory.allocate(12, 4).unwrap();
    memory.copy(other, address, 12).unwrap();
    assert_eq!(device::download::<u32>(&mut memory, other, 3), [1, 2, 3]);
    memory.fill(other + 4, 0xff, 4).unwrap();
    assert_eq!(device::download::<u32>(&mut memory, other, 3), [1, u32::MAX, 3]);
    assert_eq!(memory.allocation_of(other + 11), Some((other, 12)));
    assert_eq!(memory.allocation_of(other + 12), None);
}

#[test]
fn too_much_local_memory() {
    let body = ".local .b8 big[70000];\nst.local.u8 [big], 1;";
    expect(body, &one(), FaultKind::StackOverflow, "local memory; the most is 65536");
    run(&kernel(body), &Launch { stack_limit: 1 << 20, ..one() }).unwrap();
}

#[test]
fn arguments_that_were_not_written() {
    let text = kernel("{ .param .b32 q;\ncall f, (q); }")
        .replace(".visible", ".func f(.reg .b32 x) {\n.reg .b32 y; add.u32 y, x, 1;\nret;\n}\n.visible");
    expect_text(&text, &one(), FaultKind::UninitialisedRegister, "register 'x'");
}
