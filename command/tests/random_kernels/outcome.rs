//! What a kernel does with its arguments.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pykernel::call::{Raised as Record, stack_limit};
use pykernel_cli::host;
use pykernel_cli::jit::Jit;
use pykernel_codegen::analysis::{Analysis, analyse};
use pykernel_codegen::backend::Level;
use pykernel_codegen::interface::Kernel;
use pykernel_codegen::passes::{self, Options};
use pykernel_codegen::source::Source;
use pykernel_codegen::symbol::Package;
use pykernel_codegen::types::{DType, Type};
use pykernel_codegen::vector::Verdict;

use super::data::Data;

/// What the front end makes of a text; none if it refuses it.
pub fn analysed(text: &str) -> Option<(Analysis, Kernel)> {
    let package = Package { name: "random".into(), version: "0.1.0".into() };
    let mut analysis = analyse(&Source::file("k.py", text), &package);
    let kernel = analysis.interface.kernels.pop()?;
    analysis.diagnostics.is_empty().then_some((analysis, kernel))
}

/// Compiles a kernel; an error is a bug.
pub fn compiled(
    (analysis, kernel): &(Analysis, Kernel),
    options: Options,
    level: Level,
) -> Result<(Jit, Vec<Verdict>), String> {
    let compile = || {
        let entries: Vec<_> = kernel.overloads.iter().map(|overload| overload.function).collect();
        let (ir, verdicts) = passes::run_with_report(analysis.module.clone(), &entries, options);
        Jit::new(&ir, kernel, level).map(|jit| (jit, verdicts)).map_err(|error| error.to_string())
    };
    catch_unwind(AssertUnwindSafe(compile)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        Err(text.unwrap_or_else(|| "the compiler panics".into()))
    })
}

/// What a call leaves behind.
#[derive(PartialEq, Eq)]
pub struct Outcome {
    /// Class, message and line.
    pub raised: Option<(String, String, u32)>,
    /// What is returned.
    pub result: Vec<u8>,
    /// All of the memory, where not-a-number has one value. Arrays that a kernel writes are left out
    /// if it raises.
    pub memories: Vec<Vec<u8>>,
    /// How many blocks of memory it has not given back.
    pub blocks: i64,
}

impl Outcome {
    /// What differs from another outcome.
    pub fn difference(&self, other: &Outcome, data: &Data) -> String {
        let Outcome { raised, result, memories, blocks } = other;
        let mut text = format!("{raised:?}, {result:x?}, {blocks} blocks\n");
        let expected = format!("{:?}, {:x?}, {} blocks\n", self.raised, self.result, self.blocks);
        text.insert_str(0, &expected);
        for (number, (mine, others)) in self.memories.iter().zip(memories).enumerate() {
            if let Some(at) = (0..mine.len()).find(|at| mine[*at] != others[*at]) {
                let [mine, others] = [mine, others].map(|memory| &memory[at..memory.len().min(at + 8)]);
                text += &format!("memory {number}, byte {at}: {mine:x?} became {others:x?}\n");
            }
        }
        data.operands.iter().for_each(|operand| text += &format!("{operand:?}\n"));
        text + &format!("numbers {:x?}, dimensions {:?}", data.numbers, data.dimensions)
    }
}

/// Calls a kernel with copies of the arguments.
pub fn of_call(jit: &Jit, kernel: &Kernel, data: &Data) -> Outcome {
    let mut memories = data.memories.clone();
    let bases: Vec<*mut u8> = memories.iter_mut().map(|memory| memory.as_mut_ptr().cast()).collect();
    let before = host::blocks();
    let mut result = vec![0; 4];
    let ended = match jit.inner_loop(0) {
        Some(inner) => {
            let operands = data.operands.iter();
            let args: Vec<*mut u8> =
                operands.map(|operand| bases[operand.memory].wrapping_add(operand.offset)).collect();
            let outer = data.operands.iter().map(|operand| operand.strides[0]);
            let core = data.operands.iter().flat_map(|operand| &operand.strides[1..]).copied();
            let steps: Vec<isize> = outer.chain(core).collect();
            let run = |_: *mut (), record: *mut Record| {
                // SAFETY: each operand's elements are in its memory, and of the loop's types.
                unsafe { inner(args.as_ptr(), data.dimensions.as_ptr(), steps.as_ptr(), record) }
            };
            // SAFETY: the closure keeps the contract of entries, and `()` is not written.
            unsafe { pykernel::call::run::<()>(stack_limit(), &host::HOST, run) }
        }
        None => {
            let descriptors: Vec<Vec<u64>> = data
                .operands
                .iter()
                .map(|operand| {
                    let address =
                        bases[operand.memory].wrapping_add(operand.offset).expose_provenance() as u64;
                    let extents = operand.shape.iter().map(|extent| *extent as u64);
                    let strides = operand.strides.iter().map(|stride| *stride as u64);
                    std::iter::once(address).chain(extents).chain(strides).collect()
                })
                .collect();
            let arrays = data.operands.iter().zip(&descriptors).map(|(operand, descriptor)| {
                (operand.position, vec![descriptor.as_ptr().expose_provenance() as u64])
            });
            let mut words: Vec<(usize, Vec<u64>)> = data.numbers.iter().cloned().chain(arrays).collect();
            words.sort_by_key(|(position, _)| *position);
            let slots: Vec<u64> = words.into_iter().flat_map(|(_, words)| words).collect();
            let run = |_: *mut (), record: *mut Record| {
                // SAFETY: the record is live; the slots are made for the overload's parameters, whose arrays
                // are in their memories and meet nowhere; no result has more words.
                unsafe { jit.call(0, &slots, &mut result, &mut *record) as i32 }
            };
            // SAFETY: the closure keeps the contract of entries, and `()` is not written.
            unsafe { pykernel::call::run::<()>(stack_limit(), &host::HOST, run) }
        }
    };
    let raised = ended.err().map(|error| (error.class().into(), error.message().into(), error.line()));
    let mut result: Vec<u8> = result.iter().flat_map(|word: &u64| word.to_ne_bytes()).collect();
    if let Type::Strong(dtype) = kernel.overloads[0].result {
        canonical(dtype, &mut result);
    }
    let mut memories: Vec<Vec<u8>> =
        memories.iter().map(|memory| memory.iter().flat_map(|word| word.to_ne_bytes()).collect()).collect();
    for operand in &data.operands {
        for place in operand.places() {
            let element = &mut memories[operand.memory][place..place + operand.dtype.size()];
            match operand.written && raised.is_some() {
                true => element.fill(0),
                false => canonical(operand.dtype, element),
            }
        }
    }
    Outcome { raised, result, memories, blocks: host::blocks() - before }
}

/// Gives not-a-number one value.
fn canonical(dtype: DType, element: &mut [u8]) {
    let (parts, size) = match dtype {
        DType::Float32 => (1, 4),
        DType::Float64 => (1, 8),
        DType::Complex64 => (2, 4),
        DType::Complex128 => (2, 8),
        _ => return,
    };
    for part in element.chunks_mut(size).take(parts) {
        let is_nan = match <[u8; 4]>::try_from(&*part) {
            Ok(bytes) => f32::from_ne_bytes(bytes).is_nan(),
            Err(_) => <[u8; 8]>::try_from(&*part).is_ok_and(|bytes| f64::from_ne_bytes(bytes).is_nan()),
        };
        if is_nan {
            part.fill(0xff);
        }
    }
}
