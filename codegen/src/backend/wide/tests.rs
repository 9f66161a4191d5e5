//! Code as a decoder reads it, with all registers and with few. Debug builds check each allocation.

use std::cell::Cell;

use iced_x86::{Decoder, DecoderOptions, FlowControl, Instruction, Register};

use super::registers::Available;
use super::{Bytes, Compiled, Level};
use crate::analysis::analyse;
use crate::backend::{Target, clif, for_levels, level, object_module};
use crate::source::Source;
use crate::symbol::Package;

thread_local! {
    /// The registers that functions of this thread have.
    static AVAILABLE: Cell<Option<Available>> = const { Cell::new(None) };
}

pub(super) fn available() -> Option<Available> {
    AVAILABLE.get()
}

const KERNELS: &str = "
import math
import numpy as np
from numba import complex128, float32, float64, int8, int32, int64, njit, uint8, vectorize

@vectorize([float64(float64, float64), float32(float32, float32)])
def power(x, y):
    return x ** y + math.sin(x) * np.tanh(y)

@njit
def escapes(image: uint8[:, ::1], limit: int64):
    for row in range(image.shape[0]):
        for column in range(image.shape[1]):
            c = complex(column / 100 - 2.0, row / 100 - 1.0)
            z = 0j
            n = 0
            while n < limit and z.real * z.real + z.imag * z.imag < 4.0:
                z = z * z + c
                n += 1
            image[row, column] = n

@njit
def mixed(a: int8[:], b: int32[:], x: float32[:], i: int64[:], z: complex128[:], out: float64[:]):
    most = 0
    for j in range(len(i)):
        w = z[i[j] % len(z)] * z[j]
        if a[j] > 3 and b[j] // 7 != int64(x[j]):
            out[2 * j] = w.real - w.imag
        elif x[j] < 0.5:
            x[j] = math.exp(x[j])
        b[j] = (b[j] << 3) ^ int64(out[j])
        most = max(most, int64(b[j]))
    return most
";

/// The functions that wide vectors compile at a level, with so many registers of lanes and of masks.
fn compiled(level: Level, registers: Option<Available>) -> Vec<Compiled> {
    AVAILABLE.set(registers);
    let source = Source::file("k.py", KERNELS);
    let analysis = analyse(&source, &Package { name: "wide".into(), version: "0".into() });
    assert!(analysis.diagnostics.is_empty(), "{:?}", analysis.diagnostics);
    let target = Target::parse("x86_64-unknown-linux-gnu", "").expect("it is a target").at(level);
    let mut found = Vec::new();
    for kernel in &analysis.interface.kernels {
        let entries: Vec<_> = kernel.overloads.iter().map(|overload| overload.function).collect();
        let irs = for_levels(analysis.module.clone(), &entries, false, &target);
        let mut module = object_module(kernel, &target).expect("there is a back end");
        let variants = level::variants(&irs, kernel, &target).expect("there are variants");
        let code = clif::translate(&mut module, kernel, &variants).expect("it compiles");
        for function in code.functions.into_iter().flatten() {
            assert_eq!(function.refused, None, "{}", function.name);
            found.extend(function.wide);
        }
    }
    AVAILABLE.set(None);
    found
}

fn decoded(bytes: &Bytes) -> Vec<Instruction> {
    let code = &bytes.code[..bytes.code_size as usize];
    Decoder::with_ip(64, code, 0, DecoderOptions::NONE).into_iter().collect()
}

/// The highest number of a register of lanes that is named, and whether one is spilled.
fn registers(instructions: &[Instruction]) -> (usize, bool) {
    let used = instructions.iter().flat_map(|found| (0..found.op_count()).map(|at| found.op_register(at)));
    let highest = used.filter(|register| register.is_vector_register()).map(Register::number).max();
    let spills = instructions
        .iter()
        .any(|found| found.memory_base() == Register::RSP && found.op0_register().is_vector_register());
    (highest.unwrap_or(0), spills)
}

#[test]
fn jumps_meet_instructions_and_constants_stand_behind_the_code() {
    for level in [Level::V3, Level::V4] {
        let functions = compiled(level, None);
        assert!(functions.len() >= 6, "{level:?}: {} functions", functions.len());
        for Compiled { bytes, .. } in &functions {
            let instructions = decoded(bytes);
            let starts: Vec<u64> = instructions.iter().map(Instruction::ip).collect();
            for found in &instructions {
                assert!(!found.is_invalid(), "{level:?}: no instruction at {}", found.ip());
                let leaves = bytes.relocations.iter().any(|(at, _)| u64::from(*at) + 4 == found.next_ip());
                let jumps = matches!(
                    found.flow_control(),
                    FlowControl::ConditionalBranch | FlowControl::UnconditionalBranch | FlowControl::Call
                );
                if jumps && !leaves {
                    assert!(
                        starts.binary_search(&found.near_branch_target()).is_ok(),
                        "{level:?}: {found:?}"
                    );
                }
                if found.is_ip_rel_memory_operand() {
                    let at = found.ip_rel_memory_address();
                    let pool = u64::from(bytes.code_size)..bytes.code.len() as u64;
                    let end = at + found.memory_size().size() as u64;
                    assert!(pool.contains(&at) && end <= pool.end, "{level:?}: {found:?}");
                }
            }
        }
    }
}

#[test]
fn few_registers_are_enough() {
    let few = [(Level::V3, Available { lanes: 6, masks: 0 }), (Level::V4, Available { lanes: 6, masks: 3 })];
    for (level, available) in few {
        let functions = compiled(level, Some(available));
        let found: Vec<(usize, bool)> =
            functions.iter().map(|compiled| registers(&decoded(&compiled.bytes))).collect();
        assert!(found.iter().all(|(highest, _)| *highest < available.lanes), "{level:?}: {found:?}");
        assert!(found.iter().any(|(_, spills)| *spills), "{level:?}: nothing is spilled");
    }
}
