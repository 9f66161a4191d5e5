//! `cvt` against Rust's `as`, and moves between registers of different sizes.

mod device;

use device::{kernel, run, value};
use ptx_machine::{Launch, NanToInteger};

const DOUBLES: [f64; 14] =
    [0.0, -0.0, 0.5, 1.5, 2.5, -0.5, -1.5, 300.7, -300.7, 3e9, -3e9, 1e20, -1e20, f64::INFINITY];

fn from_double(name: &str, d: &str, number: f64) -> String {
    format!("mov.f64 %d1, 0d{:016X};\ncvt.{name} {d}, %d1;\n", number.to_bits())
}

#[test]
fn floats_to_integers() {
    for number in DOUBLES {
        let word =
            |name: &str| value::<u32>(&(from_double(name, "%r1", number) + "st.global.u32 [%out], %r1;"));
        let long =
            |name: &str| value::<u64>(&(from_double(name, "%rd1", number) + "st.global.u64 [%out], %rd1;"));
        assert_eq!(word("rzi.s32.f64") as i32, number as i32, "{number}");
        assert_eq!(word("rzi.u32.f64"), number as u32, "{number}");
        assert_eq!(word("rni.s32.f64") as i32, number.round_ties_even() as i32, "{number}");
        assert_eq!(word("rmi.s32.f64") as i32, number.floor() as i32, "{number}");
        assert_eq!(word("rpi.s32.f64") as i32, number.ceil() as i32, "{number}");
        // A wider register has the sign.
        assert_eq!(word("rzi.s8.f64") as i32, i32::from(number as i8), "{number}");
        assert_eq!(word("rzi.u8.f64"), u32::from(number as u8), "{number}");
        assert_eq!(long("rzi.s64.f64") as i64, number as i64, "{number}");
        assert_eq!(long("rzi.u64.f64"), number as u64, "{number}");
    }
}

#[test]
fn integers_to_floats() {
    for number in [0_u64, 1, 16_777_217, 1 << 63, (1 << 53) + 1, u64::MAX] {
        let double =
            |name: &str| value::<f64>(&format!("cvt.{name} %d1, {number:#x};\nst.global.f64 [%out], %d1;"));
        let single =
            |name: &str| value::<f32>(&format!("cvt.{name} %f1, {number:#x};\nst.global.f32 [%out], %f1;"));
        assert_eq!(double("rn.f64.u64"), number as f64);
        assert_eq!(double("rn.f64.s64"), number as i64 as f64);
        assert_eq!(double("rn.f64.s32"), f64::from(number as i32));
        assert_eq!(single("rn.f32.u64"), number as f32);
        assert_eq!(single("rn.f32.s64"), number as i64 as f32);
        assert_eq!(single("rn.f32.u32"), number as u32 as f32);
        assert!(double("rz.f64.u64") <= double("rp.f64.u64"));
    }
    let rounded = value::<f32>("cvt.rz.f32.u32 %f1, 0xffffffff;\nst.global.f32 [%out], %f1;");
    assert_eq!(rounded, 4_294_967_040.0);
}

#[test]
fn between_floats() {
    for number in [0.1, 1e300, -1e-42, 1e-50, f64::INFINITY, -2.5] {
        let single =
            |name: &str| value::<f32>(&(from_double(name, "%f1", number) + "st.global.f32 [%out], %f1;"));
        assert_eq!(single("rn.f32.f64").to_bits(), (number as f32).to_bits());
        assert!(f64::from(single("rm.f32.f64")) <= number && number <= f64::from(single("rp.f32.f64")));
        assert_eq!(single("rn.sat.f32.f64"), (number as f32).clamp(0.0, 1.0));
        let double =
            |name: &str| value::<f64>(&(from_double(name, "%d2", number) + "st.global.f64 [%out], %d2;"));
        assert_eq!(double("rmi.f64.f64"), number.floor());
        assert_eq!(double("rni.f64.f64"), number.round_ties_even());
    }
    assert_eq!(value::<f64>("cvt.f64.f32 %d1, 0f3DCCCCCD;\nst.global.f64 [%out], %d1;"), f64::from(0.1_f32));
    assert_eq!(value::<f64>("cvt.ftz.f64.f32 %d1, 0f00000001;\nst.global.f64 [%out], %d1;"), 0.0);
    let half = "cvt.rn.f16.f32 %h1, 0f3DCCCCCD;\nst.global.b16 [%out], %h1;";
    assert_eq!(value::<u16>(half), 0x2e66);
    assert_eq!(
        value::<f32>("mov.b16 %h1, 0x2e66;\ncvt.f32.f16 %f1, %h1;\nst.global.f32 [%out], %f1;"),
        0.099_975_586
    );
}

#[test]
fn between_integers() {
    let of = |name: &str, number: i64| {
        value::<u64>(&format!("mov.b64 %rd1, {number};\ncvt.{name} %rd2, %rd1;\nst.global.u64 [%out], %rd2;"))
            as i64
    };
    assert_eq!(of("s64.s8", 0x1ff), -1);
    assert_eq!(of("s64.u8", 0x1ff), 255);
    assert_eq!(of("u64.s32", 0xffff_ffff), -1);
    assert_eq!(of("s8.s64", 0x180), -128);
    assert_eq!(of("u16.s64", -1), 0xffff);
    assert_eq!(of("sat.u8.s64", -5), 0);
    assert_eq!(of("sat.u8.s64", 500), 255);
    assert_eq!(of("sat.s8.s64", -500), -128);
    assert_eq!(of("sat.s32.u64", -1), i64::from(i32::MAX));
}

#[test]
fn no_number_as_an_integer() {
    let with = Launch { nan_to_integer: NanToInteger::Value, ..Launch::default() };
    let of = |name: &str, d: &str, source: &str| {
        let text = kernel(&format!(
            "cvt.rzi.{name} {d}, {source};\nst.global.b{} [%out], {d};",
            if d == "%r1" { 32 } else { 64 }
        ));
        u64::from_le_bytes(run(&text, &with).unwrap().0[..8].try_into().unwrap())
    };
    assert_eq!(of("s32.f32", "%r1", "0f7FC00000"), 0);
    assert_eq!(of("s64.f32", "%rd1", "0f7FC00000"), 1 << 63);
    assert_eq!(of("u32.f64", "%r1", "0d7FF8000000000000"), 1 << 31);
}

#[test]
fn loads_into_wider_registers() {
    let body = |load: &str| format!("st.global.u8 [%out], 0x80;\nld.global.{load}, [%out];\n");
    assert_eq!(value::<u32>(&(body("s8 %r1") + "st.global.u32 [%out], %r1;")), 0xffff_ff80);
    assert_eq!(value::<u32>(&(body("u8 %r1") + "st.global.u32 [%out], %r1;")), 0x80);
    assert_eq!(value::<i64>(&(body("s8 %rd1") + "st.global.u64 [%out], %rd1;")), -128);
}

#[test]
fn packed_and_unpacked() {
    let body = "mov.b32 %r1, 0x11223344;\nmov.b32 {%h1, %h2}, %r1;\nmov.b64 %rd1, {%h2, %h1, %h1, %h2};\nst.global.b64 [%out], %rd1;";
    assert_eq!(value::<u64>(body), 0x1122_3344_3344_1122);
    let body = "mov.b64 %d1, {0x0, 0x3ff00000};\nmov.b64 {_, %r1}, %d1;\nst.global.b32 [%out], %r1;";
    assert_eq!(value::<u32>(body), 0x3ff0_0000);
}
