//! Texts that are no modules: each with its line and what is wrong.

mod device;

use device::{keep, kernel, upload};
use ptx_machine::{Launch, Memory, Module, launch};

/// Parses a kernel with that body, whose first line is the sixth.
fn refused(body: &str, message: &str) {
    refused_text(&kernel(body), message);
}

fn refused_text(text: &str, message: &str) {
    keep(text, "refused");
    match Module::parse(text) {
        Ok(_) => panic!("accepted: {text}"),
        Err(error) => assert!(error.to_string().contains(message), "'{error}' instead of '{message}'"),
    }
}

#[test]
fn names() {
    refused("frob.b32 %r1, %r2;", "line 6: unknown instruction 'frob'");
    refused("add.u32 %r1, %r2, %x;", "line 6: 'add.u32': operand 3: unknown name '%x'");
    refused(".reg .b32 %a;\n.reg .b32 %a;", "'%a' is declared twice");
    refused(
        ".reg .b32 %a;\n{ .reg .f64 %a; add.f64 %a, %a, %a; }\nadd.f64 %a, %a, %a;",
        "line 8: 'add.f64': operand 1: '%a' is .b32",
    );
    refused("bra nowhere;", "line 6: unknown label 'nowhere'");
    refused("{ inner: }\nbra inner;", "line 7: unknown label 'inner'");
    refused("a: a:", "label 'a' is declared twice");
    refused("mov.u64 %rd1, table;", "unknown name 'table'");
    refused("call f, (%r1);", "unknown function 'f'");
    refused("@%q bra a;\na:", "unknown register '%q'");
    refused("@%r1 bra a;\na:", "'%r1' is no predicate");
    refused("add.u32 %tid, %r1, %r2;", "special register '%tid'");
    refused("add.u32 %r1, %tid.x, 1;", "special register '%tid' is read by 'mov' alone");
}

#[test]
fn types() {
    refused("add.u32 %r1, %r2, %rd1;", "operand 3: '%rd1' is .b64, wanted .u32");
    refused("add.f32 %f1, %f2, %d1;", "operand 3: '%d1' is .f64, wanted .f32");
    refused("add.s32 %r1, %f1, %r2;", "operand 2: '%f1' is .f32, wanted .s32");
    refused("add.f32 %f1, %f2, 1;", "operand 3: Integer(1) is no value of type .f32");
    refused("add.u32 %r1, %r2, 1.5;", "is no value of type .u32");
    refused("mov.b32 %r1, %h1;", "'%h1' is .b16, wanted .b32");
    refused("mul.wide.u32 %r1, %r2, %r3;", "operand 1: '%r1' is .b32, wanted .u64");
    refused("shl.b64 %rd1, %rd2, %rd3;", "operand 3: '%rd3' is .b64, wanted .u32");
    refused("setp.lt.b32 %p1, %r1, %r2;", "'.lt' does not compare .b32");
    refused("setp.lo.s32 %p1, %r1, %r2;", "'.lo' does not compare .s32");
    refused("setp.ltu.u32 %p1, %r1, %r2;", "'.ltu' does not compare .u32");
    refused("ld.global.f64 %f1, [%out];", "'%f1' is .f32, wanted .f64");
    refused("ld.global.u32 %h1, [%out];", "'%h1' is .b16, wanted .u32");
    refused("ld.global.u32 %r1, [%r2];", "'%r2' is .b32, which is no global address");
    refused("ld.shared.f32 %f1, [%f2];", "'%f2' is .f32");
    refused("ld.global.v2.u32 {%r1,%r2,%r3}, [%out];", "expected 2 values");
    refused("ld.global.v4.f64 {%d1,%d2,%d3,%d4}, [%out];", "at most 16 bytes");
    refused("ld.global.u32 %r1, [out];", "'out' lies in parameter memory, not in global");
    refused("mov.b64 {%r1, %h1}, %rd1;", "'%h1' is .b16, wanted .b32");
    refused("mov.u64 %rd1, %tid.x;", "the special register is .u32, wanted .u64");
    refused("selp.b32 %r1, %r2, %r3, %r4;", "operand 4: '%r4' is .b32, wanted .pred");
    refused("add.u32 %r1, %r2;", "takes 3 operands, not 2");
    refused("add.u32 _, %r1, %r2;", "only a register can be written");
    refused("mov.u32 _, %r1;", "operand 1");
    refused("shfl.sync.bfly.b32 _, %r1, 1, 31, -1;", "operand 1");
    refused("ld.global.u32 %r1, [%out-4];", "expected ']', found '-'");
    refused("bar.sync 0, 20;", "no multiple of a warp");
    refused("add.u32 5, %r1, %r2;", "only a register can be written");
    refused("neg.u32 %r1, %r2;", "needs one of .s16 .s32 .s64, not '.u32'");
    refused("mul.u32 %r1, %r2, %r3;", "'mul.u32'");
    refused("sin.approx.f64 %d1, %d2;", "'sin.approx.f64'");
    refused("atom.global.add.s64 %rd1, [%out], %rd2;", "'atom.global.add.s64'");
}

#[test]
fn modifiers() {
    refused("fma.f64 %d1, %d2, %d3, %d4;", "'fma.f64': needs one of .rn .rz .rm .rp, not '.f64'");
    refused("div.f32 %f1, %f2, %f3;", "needs one of .rn .rz .rm .rp .approx .full");
    refused("sqrt.f64 %d1, %d2;", "needs one of");
    refused("cvt.f32.f64 %f1, %d1;", "needs a rounding modifier: .rn");
    refused("cvt.s32.f32 %r1, %f1;", "needs a rounding modifier: .rni");
    refused("cvt.f32.s32 %f1, %r1;", "needs a rounding modifier: .rn");
    refused("cvt.rn.f64.f32 %d1, %f1;", "takes no such rounding modifier");
    refused("add.frob.f32 %f1, %f2, %f3;", "not '.frob'");
    refused("cvt.sat.u64.u32 %rd1, %r1;", "takes no .sat: .u64 has all values of .u32");
    refused("lop3.b32 %r1, %r2, %r3, %r4, %r5;", "operand 5: the table is a constant");
    refused("shfl.bfly.b32 %r1, %r2, 1, 31;", "'shfl' without '.sync'");
    refused("bar.sync 16;", "barriers have the numbers 0 to 15");
    refused("bar.arrive 0;", "takes 2 operands, not 1");
}

#[test]
fn newer_than_the_module() {
    let old = |body: &str| kernel(body).replace("7.0", "6.0").replace("sm_80", "sm_60");
    refused_text(&old("min.NaN.f32 %f1, %f2, %f3;"), "needs .version 7.0 or higher");
    refused_text(&old("redux.sync.add.u32 %r1, %r2, -1;"), "needs .version 7.0 or higher");
    refused_text(
        &kernel("redux.sync.add.u32 %r1, %r2, -1;").replace("sm_80", "sm_70"),
        "needs .target sm_80 or higher",
    );
    refused_text(&old("fence.acq_rel.gpu;"), "needs .target sm_70 or higher");
    refused_text(&old("match.any.sync.b32 %r1, %r2, -1;"), "needs .target sm_70");
    refused_text(&old("nanosleep.u32 10;"), "needs .version 6.3");
    refused_text(&old("activemask.b32 %r1;"), "needs .version 6.2");
    refused_text(&kernel("tanh.approx.f32 %f1, %f2;").replace("sm_80", "sm_70"), "needs .target sm_75");
    refused_text(&old("ld.relaxed.gpu.global.u32 %r1, [%out];"), "needs .target sm_70");
}

#[test]
fn whole_modules() {
    refused_text("", "line 1: expected '.version'");
    refused_text(".version 6.0\n.target sm_60\n.frob", "line 3: unknown directive '.frob'");
    refused_text(".version 6.0\n.target sm_60\n.address_size 32", "only addresses of 64 bits");
    refused_text(".version 6.0\n.target x", "unknown target 'x'");
    refused_text(&kernel("").replace("ret;\n}", "ret;"), "found the end of the text");
    refused_text(&kernel("add.u32 %r1, %r2, 3"), "line 7: expected ','");
    refused_text(&kernel("/* "), "comment without end");
    refused_text(&kernel("mov.u32 %r1, 0f12;"), "has 8 digits");
    refused_text(&kernel("mov.u32 %r1, 0x;"), "no integer: '0x'");
    refused_text(&kernel("mov.u32 %r1, é;"), "unexpected character");
    let shared = ".shared .b8 big[50000];\nmov.u32 %r1, big;";
    refused_text(&kernel(shared), "50000 bytes of static shared memory");
    refused_text(&kernel("").repeat(2), "line 9: unknown directive '.version'");
    let twice = kernel("").replace(".visible", ".entry k() { ret; }\n.visible");
    refused_text(&twice, "line 5: 'k' is declared twice");
    let f = ".func f(.reg .u32 %a);\n.visible";
    refused_text(&kernel("call f, (%r1);").replace(".visible", f), "'f' is called and has no body here");
    refused_text(&kernel("call f, (%rd1);").replace(".visible", f), "'%rd1' is .b64, wanted .u32");
    refused_text(&kernel("call f;").replace(".visible", f), "'f' takes 1 arguments and gives 0 results");
}

/// No text makes the parser panic, and none that it accepts the machine.
#[test]
fn damaged_texts() {
    let mut state = 1_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 20) as usize % below
    };
    let texts = [
        include_str!("ptx/axpy.ptx"),
        include_str!("ptx/block_sum.ptx"),
        include_str!("ptx/histogram.ptx"),
        include_str!("ptx/matmul.ptx"),
        include_str!("ptx/calls.ptx"),
        include_str!("ptx/warp_sum.ptx"),
    ];
    for round in 0..3000 {
        let mut bytes = texts[round % texts.len()].as_bytes().to_vec();
        for _ in 0..=random(3) {
            if bytes.is_empty() {
                break;
            }
            let (at, from) = (random(bytes.len()), random(bytes.len()));
            match random(4) {
                0 => bytes[at] = b" ;,.{}[]()%0x9-+<>|!@_ad"[random(24)],
                1 => drop(bytes.drain(at..(at + random(20)).min(bytes.len()))),
                2 => {
                    let piece = bytes[from..(from + random(30)).min(bytes.len())].to_vec();
                    bytes.splice(at..at, piece);
                }
                _ => bytes.truncate(at + 1),
            }
        }
        let Ok(module) = Module::parse(&String::from_utf8_lossy(&bytes)) else { continue };
        for kernel in module.kernels() {
            let mut memory = Memory::new();
            // Addresses that are good, and numbers that are not too large.
            let array = upload(&mut memory, &[1_u32; 256]).to_le_bytes();
            let parameters: Vec<u8> = (0..kernel.parameter_bytes as usize)
                .map(|byte| array[byte % 8] * u8::from(byte % 8 > 1))
                .collect();
            let block = kernel.required_threads.unwrap_or([64, 1, 1]);
            let with = Launch {
                block,
                step_limit: 3000,
                dynamic_shared: 64,
                seed: round as u64,
                ..Launch::default()
            };
            let _ = launch(&module, &kernel.name, &with, &parameters, &mut memory);
        }
    }
}
