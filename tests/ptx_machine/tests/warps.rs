//! Lanes that exchange values, barriers that reduce, atomics.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod device;

use device::{kernel, run};
use ptx_machine::Launch;

/// What each thread stores from `%r9`, its number being in `%r1`.
fn words(body: &str, threads: u32) -> Vec<u32> {
    let text = kernel(&format!(
        "mov.u32 %r1, %tid.x;\nmad.wide.u32 %rd9, %r1, 4, %out;\n{body}\nst.global.u32 [%rd9], %r9;"
    ));
    let mut answers = Vec::new();
    for seed in 0..3 {
        let (bytes, _) = run(&text, &Launch { seed, ..Launch::new(1, threads) })
            .unwrap_or_else(|fault| panic!("{fault}\n{text}"));
        let words = bytes.chunks(4).take(threads as usize);
        answers.push(words.map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect::<Vec<_>>());
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "the order of threads shows");
    answers.swap_remove(0)
}

#[test]
fn shuffles() {
    let lanes = |f: &dyn Fn(u32) -> u32| (0..32).map(f).collect::<Vec<_>>();
    assert_eq!(words("shfl.sync.bfly.b32 %r9, %r1, 5, 31, -1;", 32), lanes(&|lane| lane ^ 5));
    assert_eq!(
        words("shfl.sync.up.b32 %r9, %r1, 3, 0, -1;", 32),
        lanes(&|lane| if lane < 3 { lane } else { lane - 3 })
    );
    assert_eq!(
        words("shfl.sync.down.b32 %r9, %r1, 3, 31, -1;", 32),
        lanes(&|lane| if lane > 28 { lane } else { lane + 3 })
    );
    assert_eq!(words("shfl.sync.idx.b32 %r9, %r1, 7, 31, -1;", 32), lanes(&|_| 7));
    // Segments of eight lanes: c is ((32 - 8) << 8) | 7 for `idx`.
    assert_eq!(words("shfl.sync.idx.b32 %r9, %r1, 2, 0x181f, -1;", 32), lanes(&|lane| lane / 8 * 8 + 2));
    let odd = "mov.pred %p2, 0;\nsetp.ne.u32 _|%p1, %r1, 7;\nmov.pred %p2, !%p1;\nselp.u32 %r9, 0, 1, %p2;";
    assert_eq!(words(odd, 32), lanes(&|lane| u32::from(lane == 7)));
    let inside = "shfl.sync.down.b32 %r2|%p1, %r1, 1, 0x181f, -1;\nselp.u32 %r9, 1, 0, %p1;";
    assert_eq!(words(inside, 32), lanes(&|lane| u32::from(lane % 8 != 7)));
}

#[test]
fn votes_matches_and_reductions() {
    let odd = "and.b32 %r2, %r1, 1;\nsetp.ne.u32 %p1, %r2, 0;\n";
    let all = |body: &str| words(&format!("{odd}{body}"), 32);
    assert_eq!(all("vote.sync.ballot.b32 %r9, %p1, -1;"), vec![0xaaaa_aaaa; 32]);
    assert_eq!(all("vote.sync.any.pred %p2, %p1, -1;\nselp.u32 %r9, 1, 0, %p2;"), vec![1; 32]);
    assert_eq!(all("vote.sync.all.pred %p2, !%p1, -1;\nselp.u32 %r9, 1, 0, %p2;"), vec![0; 32]);
    assert_eq!(all("vote.sync.uni.pred %p2, %p1, -1;\nselp.u32 %r9, 1, 0, %p2;"), vec![0; 32]);
    let halves: Vec<u32> =
        (0..32).map(|lane| if lane % 2 == 1 { 0xaaaa_aaaa } else { 0x5555_5555 }).collect();
    assert_eq!(all("match.any.sync.b32 %r9, %r2, -1;"), halves);
    assert_eq!(all("match.all.sync.b32 %r9|%p2, %r2, -1;"), vec![0; 32]);
    assert_eq!(all("match.all.sync.b32 %r9, 4, -1;"), vec![u32::MAX; 32]);
    assert_eq!(all("redux.sync.add.u32 %r9, %r1, -1;"), vec![496; 32]);
    assert_eq!(all("redux.sync.min.s32 %r9, %r1, -1;"), vec![0; 32]);
    assert_eq!(all("redux.sync.xor.b32 %r9, %r1, -1;"), vec![0; 32]);
    assert_eq!(all("activemask.b32 %r9;\nand.b32 %r9, %r9, 0;"), vec![0; 32]);
    // Each half with its own mask.
    let parts = "@%p1 bra odd;\nredux.sync.max.u32 %r9, %r1, 0x55555555;\nbra join;\nodd:\nredux.sync.max.u32 %r9, %r1, 0xaaaaaaaa;\njoin:";
    assert_eq!(all(parts), (0..32).map(|lane| 30 + lane % 2).collect::<Vec<_>>());
}

#[test]
fn barriers_that_reduce() {
    let body = "setp.lt.u32 %p1, %r1, 50;\n";
    assert_eq!(words(&format!("{body}bar.red.popc.u32 %r9, 0, %p1;"), 96), vec![50; 96]);
    assert_eq!(
        words(&format!("{body}bar.red.and.pred %p2, 0, %p1;\nselp.u32 %r9, 1, 0, %p2;"), 96),
        vec![0; 96]
    );
    assert_eq!(
        words(&format!("{body}barrier.red.or.pred %p2, 1, !%p1;\nselp.u32 %r9, 1, 0, %p2;"), 96),
        vec![1; 96]
    );
}

#[test]
fn special_registers() {
    let lanes = |f: &dyn Fn(u32) -> u32| (0..64).map(f).collect::<Vec<_>>();
    assert_eq!(words("mov.u32 %r9, %laneid;", 64), lanes(&|thread| thread % 32));
    assert_eq!(words("mov.u32 %r9, %warpid;", 64), lanes(&|thread| thread / 32));
    assert_eq!(words("mov.u32 %r9, %lanemask_lt;", 64), lanes(&|thread| (1 << (thread % 32)) - 1));
    assert_eq!(words("mov.u32 %r9, %lanemask_ge;", 64), lanes(&|thread| u32::MAX << (thread % 32)));
    assert_eq!(words("mov.u32 %r9, %ntid.x;", 64), vec![64; 64]);
    assert_eq!(words("mov.u32 %r9, WARP_SZ;", 64), vec![32; 64]);
}

#[test]
fn atomics() {
    let of = |name: &str, start: u32, operands: &str| {
        let body = format!(
            "st.global.u32 [%out], {start};\natom{name} %r2, [%out], {operands};\nst.global.u32 [%out+4], %r2;"
        );
        let (bytes, _) = run(&kernel(&body), &Launch::default()).unwrap();
        let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        assert_eq!(word(4), start, "{name}");
        word(0)
    };
    assert_eq!(of(".global.add.u32", 5, "-1"), 4);
    assert_eq!(of(".global.min.s32", 5, "-1"), u32::MAX);
    assert_eq!(of(".global.max.u32", 5, "-1"), u32::MAX);
    assert_eq!(of(".global.inc.u32", 5, "5"), 0);
    assert_eq!(of(".global.inc.u32", 4, "5"), 5);
    assert_eq!(of(".global.dec.u32", 0, "5"), 5);
    assert_eq!(of(".global.dec.u32", 9, "5"), 5);
    assert_eq!(of(".global.dec.u32", 4, "5"), 3);
    assert_eq!(of(".global.and.b32", 6, "3"), 2);
    assert_eq!(of(".global.or.b32", 6, "3"), 7);
    assert_eq!(of(".global.xor.b32", 6, "3"), 5);
    assert_eq!(of(".global.exch.b32", 6, "3"), 3);
    assert_eq!(of(".global.cas.b32", 6, "6, 9"), 9);
    assert_eq!(of(".global.cas.b32", 6, "7, 9"), 6);
    assert_eq!(of(".relaxed.gpu.global.add.u32", 6, "7"), 13);
}

#[test]
fn a_lock_that_threads_spin_on() {
    let body = "spin:\natom.global.cas.b32 %r2, [%out+512], 0, 1;\nsetp.ne.u32 %p1, %r2, 0;\n@%p1 bra spin;\nmembar.gl;\n\
                ld.volatile.global.u32 %r3, [%out+516];\nadd.u32 %r3, %r3, 1;\nst.volatile.global.u32 [%out+516], %r3;\nmembar.gl;\n\
                atom.global.exch.b32 %r2, [%out+512], 0;\nbarrier.sync 0;\nld.volatile.global.u32 %r9, [%out+516];";
    assert_eq!(words(body, 64), vec![64; 64]);
}
