//! Each arithmetic instruction against Rust's own numbers, on values from the edges.

mod device;

use device::value;

const INTEGERS: [u64; 9] =
    [0, 1, 2, 7, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x8000_0000_0000_0000, u64::MAX];
const DOUBLES: [f64; 12] =
    [0.0, -0.0, 1.0, -1.5, 0.1, 1e300, -1e-300, 5e-324, f64::MAX, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
const SINGLES: [f32; 11] =
    [0.0, -0.0, 1.0, -2.5, 0.1, 3e38, 1e-40, -1e-45, f32::INFINITY, f32::NEG_INFINITY, f32::NAN];

/// The result of `name d, a, b, c` on integers of 32 bits.
fn on_words(name: &str, s: &[u32]) -> u32 {
    let sources: String = s.iter().map(|value| format!(", {value:#x}")).collect();
    value(&format!("{name} %r1{sources};\nst.global.u32 [%out], %r1;"))
}

fn on_longs(name: &str, s: &[u64]) -> u64 {
    let sources: String = s.iter().map(|value| format!(", {value:#x}")).collect();
    value(&format!("{name} %rd1{sources};\nst.global.u64 [%out], %rd1;"))
}

fn on_doubles(name: &str, s: &[f64]) -> f64 {
    let sources: String = s.iter().map(|value| format!(", 0d{:016X}", value.to_bits())).collect();
    value(&format!("{name} %d1{sources};\nst.global.f64 [%out], %d1;"))
}

fn on_singles(name: &str, s: &[f32]) -> f32 {
    let sources: String = s.iter().map(|value| format!(", 0f{:08X}", value.to_bits())).collect();
    value(&format!("{name} %f1{sources};\nst.global.f32 [%out], %f1;"))
}

fn same64(found: f64, expected: f64, what: &str) {
    assert!(
        found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan(),
        "{what}: {found:e} {expected:e}"
    );
}

fn same32(found: f32, expected: f32, what: &str) {
    assert!(
        found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan(),
        "{what}: {found:e} {expected:e}"
    );
}

#[test]
fn integers_of_32_bits() {
    for a in INTEGERS.map(|value| value as u32) {
        for b in INTEGERS.map(|value| value as u32) {
            let (x, y) = (a as i32, b as i32);
            let cases: [(&str, u32); 22] = [
                ("add.u32", a.wrapping_add(b)),
                ("add.sat.s32", x.saturating_add(y) as u32),
                ("sub.s32", a.wrapping_sub(b)),
                ("sub.sat.s32", x.saturating_sub(y) as u32),
                ("mul.lo.u32", a.wrapping_mul(b)),
                ("mul.hi.u32", ((u64::from(a) * u64::from(b)) >> 32) as u32),
                ("mul.hi.s32", ((i64::from(x) * i64::from(y)) >> 32) as u32),
                ("min.u32", a.min(b)),
                ("min.s32", x.min(y) as u32),
                ("max.u32", a.max(b)),
                ("max.s32", x.max(y) as u32),
                ("and.b32", a & b),
                ("or.b32", a | b),
                ("xor.b32", a ^ b),
                ("shl.b32", a.checked_shl(b).unwrap_or(0)),
                ("shr.u32", a.checked_shr(b).unwrap_or(0)),
                ("shr.b32", a.checked_shr(b).unwrap_or(0)),
                ("shr.s32", (x >> b.min(31)) as u32),
                ("div.u32", if let Some(quotient) = a.checked_div(b) { quotient } else { continue }),
                ("div.s32", x.wrapping_div(y) as u32),
                ("rem.u32", a % b),
                ("rem.s32", x.wrapping_rem(y) as u32),
            ];
            for (name, expected) in cases {
                assert_eq!(on_words(name, &[a, b]), expected, "{name} {a:#x}, {b:#x}");
            }
        }
        let x = a as i32;
        let cases: [(&str, u32); 8] = [
            ("neg.s32", a.wrapping_neg()),
            ("abs.s32", x.wrapping_abs() as u32),
            ("not.b32", !a),
            ("cnot.b32", u32::from(a == 0)),
            ("popc.b32", a.count_ones()),
            ("clz.b32", a.leading_zeros()),
            ("brev.b32", a.reverse_bits()),
            ("bfind.u32", a.checked_ilog2().unwrap_or(u32::MAX)),
        ];
        for (name, expected) in cases {
            assert_eq!(on_words(name, &[a]), expected, "{name} {a:#x}");
        }
    }
}

#[test]
fn integers_of_64_bits() {
    for a in INTEGERS {
        for b in INTEGERS.into_iter().skip(1) {
            let (x, y) = (a as i64, b as i64);
            let cases: [(&str, u64); 10] = [
                ("add.s64", a.wrapping_add(b)),
                ("sub.u64", a.wrapping_sub(b)),
                ("mul.lo.s64", a.wrapping_mul(b)),
                ("mul.hi.u64", ((u128::from(a) * u128::from(b)) >> 64) as u64),
                ("mul.hi.s64", ((i128::from(x) * i128::from(y)) >> 64) as u64),
                ("div.s64", x.wrapping_div(y) as u64),
                ("div.u64", a / b),
                ("rem.s64", x.wrapping_rem(y) as u64),
                ("min.s64", x.min(y) as u64),
                ("max.u64", a.max(b)),
            ];
            for (name, expected) in cases {
                assert_eq!(on_longs(name, &[a, b]), expected, "{name} {a:#x}, {b:#x}");
            }
            let sum: u64 = on_longs("mad.lo.u64", &[a, b, 3]);
            assert_eq!(sum, a.wrapping_mul(b).wrapping_add(3));
        }
        assert_eq!(on_longs("shr.s64", &[a, 70]) as i64, (a as i64) >> 63);
        assert_eq!(on_longs("shl.b64", &[a, 63]), a << 63);
        assert_eq!(on_longs("brev.b64", &[a]), a.reverse_bits());
    }
}

#[test]
fn products_and_sums_of_other_widths() {
    assert_eq!(on_longs("mul.wide.s32", &[0xffff_ffff, 3]), -3_i64 as u64);
    assert_eq!(on_longs("mul.wide.u32", &[0xffff_ffff, 3]), 0xffff_ffff * 3);
    assert_eq!(on_longs("mad.wide.s32", &[0xffff_ffff, 3, 10]), 7);
    assert_eq!(on_words("mul.wide.u16", &[0xffff, 0xffff]), 0xffff * 0xffff);
    assert_eq!(on_words("mad.hi.sat.s32", &[0x7fff_ffff, 0x7fff_ffff, 0x7fff_ffff]), 0x7fff_ffff);
    assert_eq!(on_words("mul24.lo.u32", &[0xff00_0003, 5]), 15);
    assert_eq!(on_words("mul24.hi.s32", &[0x00ff_ffff, 0x0001_0000]), 0xffff_ffff);
    assert_eq!(on_words("sad.s32", &[3, 0xffff_fffe, 10]), 15);
    let shorts = "mov.b16 %h1, 0xffff;\nadd.u16 %h2, %h1, 2;\nst.global.u16 [%out], %h2;";
    assert_eq!(value::<u16>(shorts), 1);
}

#[test]
fn carries() {
    let body = "add.cc.u32 %r1, 0xffffffff, 2;\naddc.cc.u32 %r2, 0xffffffff, 0;\naddc.u32 %r3, 4, 0;\n\
                mov.b64 %rd1, {%r1, %r2};\nst.global.u64 [%out], %rd1;\nst.global.u32 [%out+8], %r3;";
    assert_eq!(value::<u64>(body), 1);
    assert_eq!(value::<u32>(&format!("{body}\nst.global.u32 [%out], %r3;")), 5);
    let borrow =
        "sub.cc.u32 %r1, 1, 2;\nsubc.u32 %r2, 5, 0;\nmov.b64 %rd1, {%r1, %r2};\nst.global.u64 [%out], %rd1;";
    assert_eq!(value::<u64>(borrow), (5 << 32) + 1 - 2);
    let product = "mad.lo.cc.u32 %r1, 0xffffffff, 2, 3;\nmadc.hi.u32 %r2, 0xffffffff, 2, 0;\n\
                   mov.b64 %rd1, {%r1, %r2};\nst.global.u64 [%out], %rd1;";
    assert_eq!(value::<u64>(product), 0xffff_ffff * 2 + 3);
}

#[test]
fn bits() {
    assert_eq!(on_words("bfe.u32", &[0x1234_5678, 8, 12]), 0x456);
    assert_eq!(on_words("bfe.s32", &[0x0000_0f00, 8, 4]), 0xffff_ffff);
    assert_eq!(on_words("bfe.s32", &[0x8000_0000, 28, 16]), 0xffff_fff8);
    assert_eq!(on_words("bfe.u32", &[u32::MAX, 40, 5]), 0);
    assert_eq!(on_words("bfi.b32", &[0xab, 0x1234_5678, 8, 8]), 0x1234_ab78);
    assert_eq!(on_words("bfi.b32", &[0xab, 0x1234_5678, 28, 8]), 0xb234_5678);
    assert_eq!(on_words("prmt.b32", &[0x3322_1100, 0x7766_5544, 0x0246]), 0x0022_4466);
    assert_eq!(on_words("prmt.b32", &[0x8000_007f, 0, 0x8b30]), 0x00ff_807f);
    assert_eq!(on_words("lop3.b32", &[0b1100, 0b1010, 0b0110, 0x96]), 0b1100 ^ 0b1010 ^ 0b0110);
    assert_eq!(on_words("lop3.b32", &[0xff00, 0xf0f0, 0xcccc, 0xca]) & 0xffff, 0xf0cc);
    assert_eq!(on_words("shf.l.wrap.b32", &[0x8000_0000, 1, 33]), 3);
    assert_eq!(on_words("shf.l.clamp.b32", &[0x8000_0001, 1, 40]), 0x8000_0001);
    assert_eq!(on_words("shf.r.wrap.b32", &[0x8000_0001, 1, 1]), 0xc000_0000);
    assert_eq!(on_words("shf.r.clamp.b32", &[0x8000_0001, 7, 99]), 7);
    assert_eq!(on_words("bfind.s32", &[0xffff_fff0]), 3);
    assert_eq!(on_words("bfind.shiftamt.u32", &[1]), 31);
}

/// `selp` and `slct` choose.
#[test]
fn selections() {
    let body = |test: &str| {
        format!("setp.{test} %p1, 3, 4;\nselp.b32 %r1, 10, 20, %p1;\nst.global.u32 [%out], %r1;")
    };
    assert_eq!(value::<u32>(&body("lt.s32")), 10);
    assert_eq!(value::<u32>(&body("gt.u32")), 20);
    assert_eq!(on_words("slct.b32.s32", &[1, 2, 0]), 1);
    assert_eq!(on_words("slct.b32.s32", &[1, 2, u32::MAX]), 2);
    let body =
        "slct.f64.f32 %d1, 0d3FF0000000000000, 0d4000000000000000, 0fBF800000;\nst.global.f64 [%out], %d1;";
    assert_eq!(value::<f64>(body), 2.0);
}

#[test]
fn doubles() {
    for a in DOUBLES {
        for b in DOUBLES {
            let least = if a == b && a == 0.0 && a.is_sign_negative() != b.is_sign_negative() {
                -0.0
            } else {
                a.min(b)
            };
            let most = if a == b && a == 0.0 && a.is_sign_negative() != b.is_sign_negative() {
                0.0
            } else {
                a.max(b)
            };
            let cases = [
                ("add.rn.f64", a + b),
                ("sub.f64", a - b),
                ("mul.rn.f64", a * b),
                ("div.rn.f64", a / b),
                ("min.f64", least),
                ("max.f64", most),
                ("copysign.f64", b.copysign(a)),
            ];
            for (name, expected) in cases {
                same64(on_doubles(name, &[a, b]), expected, &format!("{name} {a:e}, {b:e}"));
            }
            same64(on_doubles("fma.rn.f64", &[a, b, 0.3]), a.mul_add(b, 0.3), "fma");
        }
        let cases = [
            ("neg.f64", -a),
            ("abs.f64", a.abs()),
            ("sqrt.rn.f64", a.sqrt()),
            ("rcp.rn.f64", 1.0 / a),
            ("rsqrt.approx.f64", 1.0 / a.sqrt()),
        ];
        for (name, expected) in cases {
            same64(on_doubles(name, &[a]), expected, &format!("{name} {a:e}"));
        }
    }
}

#[test]
fn singles() {
    for a in SINGLES {
        for b in SINGLES {
            let cases =
                [("add.rn.f32", a + b), ("sub.f32", a - b), ("mul.rn.f32", a * b), ("div.rn.f32", a / b)];
            for (name, expected) in cases {
                same32(on_singles(name, &[a, b]), expected, &format!("{name} {a:e}, {b:e}"));
            }
            same32(on_singles("fma.rn.f32", &[a, b, 0.3]), a.mul_add(b, 0.3), "fma");
            let either = a.is_nan() || b.is_nan();
            same32(
                on_singles("min.NaN.f32", &[a, b]),
                if either { f32::NAN } else { on_singles("min.f32", &[a, b]) },
                "min.NaN",
            );
        }
        let double = f64::from(a);
        let cases = [
            ("sqrt.rn.f32", a.sqrt()),
            ("rcp.rn.f32", 1.0 / a),
            ("ex2.approx.f32", double.exp2() as f32),
            ("lg2.approx.f32", double.log2() as f32),
            ("sin.approx.f32", double.sin() as f32),
            ("cos.approx.f32", double.cos() as f32),
            ("tanh.approx.f32", double.tanh() as f32),
            ("rsqrt.approx.f32", (1.0 / double.sqrt()) as f32),
        ];
        for (name, expected) in cases {
            same32(on_singles(name, &[a]), expected, &format!("{name} {a:e}"));
        }
    }
}

#[test]
fn flushed_and_saturated() {
    same32(on_singles("add.ftz.f32", &[1e-40, 1e-40]), 0.0, "subnormal operands");
    same32(on_singles("mul.rn.ftz.f32", &[1e-30, -1e-10]), -0.0, "subnormal results");
    same32(on_singles("add.sat.f32", &[0.75, 0.5]), 1.0, "above one");
    same32(on_singles("add.sat.f32", &[-0.75, 0.5]), 0.0, "below zero");
    same32(on_singles("add.sat.f32", &[f32::NAN, 0.5]), 0.0, "no number");
    let nan = on_singles("add.f32", &[f32::INFINITY, f32::NEG_INFINITY]);
    assert_eq!(nan.to_bits(), 0x7fff_ffff);
}

#[test]
fn directed_roundings() {
    let third = 1.0 / 3.0;
    same64(on_doubles("div.rp.f64", &[1.0, 3.0]), f64::next_up(third), "1/3 up");
    same64(on_doubles("div.rm.f64", &[1.0, 3.0]), third, "1/3 down");
    same64(on_doubles("add.rz.f64", &[1.0, -1e-30]), 1.0f64.next_down(), "just below one");
    same64(on_doubles("add.rp.f64", &[1.0, 1e-300]), 1.0f64.next_up(), "just above one");
    same64(on_doubles("add.rm.f64", &[1.0, -1.0]), -0.0, "zero from below");
    same64(on_doubles("mul.rz.f64", &[f64::MAX, 2.0]), f64::MAX, "no overflow to zero");
    same64(on_doubles("mul.rp.f64", &[5e-324, 0.25]), 5e-324, "underflow upwards");
    same64(on_doubles("mul.rm.f64", &[f64::INFINITY, 2.0]), f64::INFINITY, "infinity");
    same64(
        on_doubles("fma.rp.f64", &[1.0 + f64::EPSILON, 1.0 + f64::EPSILON, -1.0]),
        (2.0 * f64::EPSILON).next_up(),
        "fma",
    );
    same64(on_doubles("sqrt.rp.f64", &[2.0]), 2f64.sqrt(), "the root of two is rounded up already");
    same64(on_doubles("sqrt.rm.f64", &[2.0]), 2f64.sqrt().next_down(), "root");
    same64(on_doubles("rcp.rm.f64", &[3.0]), third, "reciprocal");
    same32(on_singles("add.rp.f32", &[1.0, 1e-30]), 1f32.next_up(), "single");
    same32(on_singles("div.rm.f32", &[1.0, 3.0]), (1f32 / 3.0).next_down(), "single");
    same32(on_singles("fma.rz.f32", &[0.1, 0.1, -0.01]), 0.1f32.mul_add(0.1, -0.01), "exact");
}

#[test]
fn comparisons() {
    let holds = |name: &str, a: f64, b: f64| {
        let body = format!(
            "setp.{name}.f64 %p1|%p2, 0d{:016X}, 0d{:016X};\nselp.u32 %r1, 1, 0, %p1;\n@%p2 add.u32 %r1, %r1, 2;\nst.global.u32 [%out], %r1;",
            a.to_bits(),
            b.to_bits()
        );
        value::<u32>(&body)
    };
    for a in DOUBLES {
        for b in DOUBLES {
            let unordered = a.is_nan() || b.is_nan();
            let cases = [
                ("eq", a == b),
                ("ne", !unordered && a != b),
                ("lt", a < b),
                ("le", a <= b),
                ("gt", a > b),
                ("ge", a >= b),
                ("equ", unordered || a == b),
                ("neu", a != b),
                ("ltu", unordered || a < b),
                ("leu", unordered || a <= b),
                ("gtu", unordered || a > b),
                ("geu", unordered || a >= b),
                ("num", !unordered),
                ("nan", unordered),
            ];
            for (name, expected) in cases {
                assert_eq!(holds(name, a, b), if expected { 1 } else { 2 }, "{name} {a:e} {b:e}");
            }
        }
    }
    let of = |name: &str, a: &str, b: &str| {
        value::<u32>(&format!(
            "setp.{name} %p1, {a}, {b};\nselp.u32 %r1, 1, 0, %p1;\nst.global.u32 [%out], %r1;"
        ))
    };
    assert_eq!(of("lt.s32", "-1", "1"), 1);
    assert_eq!(of("lt.u32", "-1", "1"), 0);
    assert_eq!(of("hs.u64", "-1", "1"), 1);
    assert_eq!(of("ne.b16", "1", "1"), 0);
    assert_eq!(of("lt.ftz.f32", "0f00000000", "0f00000001"), 0);
}

#[test]
fn combined_comparisons_and_predicates() {
    let body = "setp.eq.u32 %p1, 1, 1;\nsetp.lt.and.s32 %p2|%p3, 1, 2, !%p1;\nsetp.lt.xor.s32 %p4, 1, 2, %p1;\n\
                or.pred %p5, %p2, %p3;\nnot.pred %p6, %p4;\nxor.pred %p7, %p5, %p6;\nselp.u32 %r1, 1, 0, %p7;\n\
                set.gt.u32.f64 %r2, 0d4000000000000000, 0d3FF0000000000000;\nand.b32 %r1, %r1, %r2;\nst.global.u32 [%out], %r1;";
    assert_eq!(value::<u32>(body), 1);
    assert_eq!(value::<f32>("set.le.f32.s32 %f1, 1, 2;\nst.global.f32 [%out], %f1;"), 1.0);
}

#[test]
fn properties() {
    let has = |property: &str, value: f64| {
        let body = format!(
            "testp.{property}.f64 %p1, 0d{:016X};\nselp.u32 %r1, 1, 0, %p1;\nst.global.u32 [%out], %r1;",
            value.to_bits()
        );
        device::value::<u32>(&body) == 1
    };
    for number in DOUBLES {
        assert_eq!(has("finite", number), number.is_finite());
        assert_eq!(has("infinite", number), number.is_infinite());
        assert_eq!(has("number", number), !number.is_nan());
        assert_eq!(has("notanumber", number), number.is_nan());
        assert_eq!(has("normal", number), number.is_normal());
        assert_eq!(has("subnormal", number), number.is_subnormal());
    }
}
