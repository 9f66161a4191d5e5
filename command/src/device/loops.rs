//! The inner loops of a ufunc: each call launches its entry, and those for the same work beside it.

use std::sync::{Arc, Mutex, PoisonError};

use pykernel_abi::device_loop::{AROUND, Aside, Moves, Share};
use pykernel_abi::{DeviceCode, Raised, Status};
use pykernel_codegen::backend::clif::Bound;

use super::memory::{Params, Span};
use super::{Extent, Ptx, Start};

/// The inner loops of a ufunc on a device, as functions of this process.
pub struct Loops {
    /// Each loop is called with the address of one.
    contexts: Box<[LoopContext]>,
}

/// What the inner loop of an overload is called with.
struct LoopContext {
    compiled: Arc<Ptx>,
    /// The position of the overload.
    overload: usize,
    /// What the device has found wrong.
    wrong: Mutex<Option<String>>,
}

impl Loops {
    /// Those of a kernel.
    pub fn new(compiled: &Arc<Ptx>) -> Loops {
        let context =
            |overload| LoopContext { compiled: compiled.clone(), overload, wrong: Mutex::default() };
        Loops { contexts: (0..compiled.kernel.overloads.len()).map(context).collect() }
    }

    /// What machine code calls for each overload. It must not be called when these loops are gone.
    pub fn bounds(&self) -> Vec<Bound> {
        let function = inner_loop as *const () as usize;
        let context = |context| std::ptr::from_ref::<LoopContext>(context).expose_provenance();
        self.contexts.iter().map(|found| Bound { function, context: context(found) }).collect()
    }

    /// What the device has found wrong since this was asked.
    pub fn wrong(&self) -> Option<String> {
        self.contexts
            .iter()
            .find_map(|found| found.wrong.lock().unwrap_or_else(PoisonError::into_inner).take())
    }
}

/// The inner loop of all overloads.
unsafe extern "C" fn inner_loop(
    context: *const LoopContext,
    args: *const u64,
    dimensions: *const u64,
    steps: *const u64,
    raised: *mut Raised,
) -> i32 {
    // SAFETY: the context lives as long as the loop may be called, and the record as long as the call.
    let (context, raised) = unsafe { (&*context, &mut *raised) };
    let overload = &context.compiled.kernel.overloads[context.overload];
    let Some(ufunc) = &context.compiled.kernel.ufunc else { std::process::abort() };
    let cores: Vec<&Vec<usize>> = ufunc.layout.inputs.iter().chain(&ufunc.layout.outputs).collect();
    let n_steps: usize = cores.iter().map(|core| 1 + core.len()).sum();
    // SAFETY: they have as many entries as the ufunc's layout says.
    let (args, dimensions, steps) = unsafe {
        (
            std::slice::from_raw_parts(args, cores.len()),
            std::slice::from_raw_parts(dimensions, 1 + ufunc.layout.dimensions.len()),
            std::slice::from_raw_parts(steps, n_steps),
        )
    };
    let mut next = cores.len();
    let mut memory = Vec::new();
    for (place, core) in cores.iter().enumerate() {
        let shape: Vec<u64> =
            [dimensions[0]].into_iter().chain(core.iter().map(|index| dimensions[1 + index])).collect();
        let strides: Vec<u64> =
            [steps[place]].into_iter().chain(steps[next..next + core.len()].iter().copied()).collect();
        next += core.len();
        memory.push(Span::of(args[place], &shape, &strides, overload.types[place].size()));
    }
    let is_spread = are_independent(&memory, ufunc.layout.inputs.len(), steps);
    let shape = match is_spread {
        true => Shape::spread(dimensions[0]),
        false => Shape { count: dimensions[0], around: [1; AROUND], blocks: 1, threads: 1 },
    };
    let cores = cores.iter().map(|core| core.len()).collect::<Vec<_>>();
    let [i, j, k] = shape.around;
    let words = (args, dimensions, steps);
    let params = shape.params(words, &cores);
    let blocks = [shape.blocks, (i * j * k) as u32];
    let start = Start { entry: &overload.symbol, extent: Extent::of(blocks, shape.threads), params };
    let mut others = Vec::new();
    for (entry, kind) in context.compiled.others(overload).filter(|_| is_spread) {
        let sizes = overload.types.iter().map(|dtype| dtype.size() as u64);
        if kind.starts_with("contiguous") && are_contiguous(args, steps, sizes) {
            let params = contiguous_params(args, dimensions, steps);
            others.push(Start { entry, extent: Extent::of([2, 1], 3), params });
        }
        if kind == "warp" {
            // Its warps do what threads do otherwise.
            let warps = Shape { threads: WARPS, ..shape };
            let params = warps.params(words, &cores);
            others.push(Start { entry, extent: Extent::of(blocks, WARPS * 32), params });
        }
    }
    // SAFETY: the spans are those of the operands.
    match unsafe { context.compiled.launch(start, others, memory, raised) } {
        Ok(status) => status as i32,
        Err(wrong) => {
            *context.wrong.lock().unwrap_or_else(PoisonError::into_inner) = Some(wrong);
            Status::Returned as i32
        }
    }
}

/// Whether each operand has its elements side by side from a place that vectors may begin at, or is one number.
fn are_contiguous(args: &[u64], steps: &[u64], sizes: impl Iterator<Item = u64>) -> bool {
    let is_contiguous = |((address, step), size): ((&u64, &u64), u64)| {
        *step == 0 || (*step == size && address.is_multiple_of(DeviceCode::VECTOR as u64))
    };
    args.iter().zip(steps).zip(sizes).all(is_contiguous)
}

/// The parameters of an entry for contiguous operands but for the last one.
fn contiguous_params(args: &[u64], dimensions: &[u64], steps: &[u64]) -> Params {
    let mut params = Params::default();
    [args, dimensions, steps].into_iter().for_each(|words| params.push_words(words));
    params
}

/// How many warps a block has where they do instances together.
const WARPS: u32 = 2;

/// How the instances of a loop are laid out on a device.
#[derive(Clone, Copy)]
struct Shape {
    /// How many the loop itself has.
    count: u64,
    /// The extents of the dimensions around it.
    around: [u64; AROUND],
    blocks: u32,
    threads: u32,
}

impl Shape {
    /// Several blocks of several threads; dimensions around the loop where its instances make such a shape.
    fn spread(count: u64) -> Shape {
        let around = if count > 0 && count.is_multiple_of(12) { [2, 3, 2] } else { [1; AROUND] };
        let [i, j, k] = around;
        Shape { count: count / (i * j * k), around, blocks: 2, threads: 3 }
    }

    /// The parameters of the entry but for the last one, of operands with so many core dimensions.
    fn params(&self, (args, dimensions, steps): (&[u64], &[u64], &[u64]), cores: &[usize]) -> Params {
        let threads = u64::from(self.blocks * self.threads);
        let [i, j, _] = self.around;
        let (each, longer) = (self.count / threads, self.count % threads);
        let mut params = Params::default();
        params.push_words(&Share { each, longer, extra: 1, around: [i, j] }.words());
        params.push_words(&dimensions[1..]);
        let mut strides = &steps[args.len()..];
        for ((address, step), core) in args.iter().zip(steps).zip(cores) {
            let row = step.wrapping_mul(self.count);
            let around = [row, row.wrapping_mul(i), row.wrapping_mul(i * j)];
            let instance = step.wrapping_mul(threads);
            params.push_words(&Moves { address: *address, thread: *step, instance, around }.words());
            let (own, others) = strides.split_at(*core);
            params.push_words(own);
            strides = others;
        }
        if dimensions.len() == 1 {
            params.push_words(&Aside::default().words());
        }
        params
    }
}

/// Whether the instances of a loop may run at the same time: what is written lies apart from all else.
fn are_independent(memory: &[Span], n_inputs: usize, steps: &[u64]) -> bool {
    let meets = |index: usize| {
        let others = memory.iter().enumerate().filter(|(other, _)| *other != index);
        others.into_iter().any(|(_, other)| memory[index].meets(other))
    };
    (n_inputs..memory.len()).all(|output| steps[output] != 0 && !meets(output))
}
