//! Kernels on a device: their PTX is launched over memory that stands there under the same addresses as here, so
//! that arrays need no translation.

use std::sync::{Arc, Mutex, PoisonError};

use pykernel_abi::device_loop::{AROUND, Aside, Moves, Share};
use pykernel_abi::{DeviceCode, LaunchRecord, Raised, Status, fault};
use pykernel_codegen::backend::clif::{Bound, site_bytes};
use pykernel_codegen::backend::ptx::{self, DeviceIr};
use pykernel_codegen::interface::{Kernel, Leaf, Overload};
use pykernel_codegen::ir::{Scalar, elements};

use crate::host::HOST;

/// What runs PTX.
pub trait Device: Sync {
    /// Its name as an engine of transcripts.
    fn name(&self) -> &'static str;

    /// Makes a module of PTX ready to run.
    ///
    /// # Errors
    /// What is wrong in the text.
    fn load(&self, text: &str) -> Result<Box<dyn Program>, String>;
}

/// A module of PTX on a device.
pub trait Program: Send + Sync {
    /// Runs an entry to its end over memory that is copied in and back.
    ///
    /// # Errors
    /// What went wrong, but for what the kernel raises.
    fn launch(&self, launch: &Launch<'_>, memory: &mut [Region]) -> Result<(), String>;
}

/// What is launched.
pub struct Launch<'a> {
    /// The entry.
    pub entry: &'a str,
    /// How many threads run.
    pub extent: Extent,
    /// The parameters, each at its natural alignment.
    pub params: &'a [u8],
}

/// How many threads run, and what they share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// How many blocks, along x, y and z.
    pub grid: [u32; 3],
    /// How many threads in each.
    pub block: [u32; 3],
    /// How many bytes the launch gives each block.
    pub shared: u32,
}

impl Extent {
    /// One thread.
    pub const ONE: Extent = Extent { grid: [1; 3], block: [1; 3], shared: 0 };

    /// Blocks along x and y, of threads along x.
    const fn of([x, y]: [u32; 2], threads: u32) -> Extent {
        Extent { grid: [x, y, 1], block: [threads, 1, 1], shared: 0 }
    }
}

/// Memory of this process.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// Its address.
    pub address: u64,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// A kernel's PTX.
pub struct Ptx {
    /// What it is on the device, or why it is not there.
    program: Result<Box<dyn Program>, String>,
    /// Each site as `pykernel_abi::Site` describes it.
    sites: Vec<Vec<u8>>,
    templates: Vec<Arc<str>>,
    kernel: Kernel,
    /// The names of all entries, each overload's own one before its others.
    entries: Vec<String>,
}

/// How many words there are for what a launch prints, if it may print.
const TEXTS: usize = 4096;

/// One launch at a time copies memory in and back.
static COPIES: Mutex<()> = Mutex::new(());

impl Ptx {
    /// Compiles a kernel whose functions are those of `ir`.
    ///
    /// # Errors
    /// Why it cannot run on a GPU.
    pub fn new(ir: &DeviceIr, kernel: &Kernel, device: &dyn Device) -> Result<Ptx, ptx::Unsupported> {
        let mut module = ptx::compile_finished(ir, std::slice::from_ref(kernel));
        if let Some((_, why)) = module.refused.pop() {
            return Err(why);
        }
        let sites = module.sites.iter().map(|site| site_bytes(site, cfg!(target_endian = "little")));
        let sites = sites.collect();
        let program = device.load(&module.text());
        let entries = module.functions.iter().filter(|function| function.is_entry);
        let entries = entries.map(|entry| entry.name.clone()).collect();
        Ok(Ptx { program, sites, templates: module.templates, kernel: kernel.clone(), entries })
    }

    /// Calls an overload of a kernel that is no ufunc, as `Jit::call` does, in each of some threads.
    ///
    /// # Errors
    /// What the device finds wrong.
    ///
    /// # Safety
    /// As for `Jit::call`.
    pub unsafe fn call(
        &self,
        overload: usize,
        extent: Extent,
        slots: &[u64],
        result: &mut [u64],
        raised: &mut Raised,
    ) -> Result<Status, String> {
        let overload = &self.kernel.overloads[overload];
        let (mut params, mut memory) = (Params::default(), Vec::new());
        let mut slots = slots.iter();
        for leaf in overload.params.iter().flat_map(|param| param.ty.leaves()) {
            match leaf {
                Leaf::Number(dtype) => {
                    let size = Scalar::of(dtype).bits() as usize / 8;
                    let parts = slots.by_ref().take(elements::parts(dtype).len());
                    parts.for_each(|slot| params.push(&slot.to_le_bytes()[..size], size));
                }
                Leaf::Array(ty, _) => {
                    let address = slots.next().copied().unwrap_or_default() as usize;
                    let words = std::ptr::with_exposed_provenance::<u64>(address);
                    // SAFETY: the slot holds the address of an array's descriptor, the caller vouches for it.
                    let words = unsafe { std::slice::from_raw_parts(words, 1 + 2 * ty.rank) };
                    params.push_words(words);
                    memory.push(Span::of(
                        words[0],
                        &words[1..=ty.rank],
                        &words[1 + ty.rank..],
                        ty.element.size(),
                    ));
                }
            }
        }
        if !result.is_empty() {
            params.push_words(&[result.as_mut_ptr().expose_provenance() as u64]);
            memory.push(Span::whole(result));
        }
        let start = Start { entry: &overload.symbol, extent, params };
        // SAFETY: the spans are those of arrays and of the result.
        unsafe { self.launch(start, Vec::new(), memory, raised) }
    }

    /// Launches an entry; says in the record what it has raised. The others are entries for the same work: each is launched
    /// over memory as it was before, and has to leave there what the first one has left.
    ///
    /// # Safety
    /// The spans are memory of this process that nobody else uses, and that may be written where the kernel writes.
    unsafe fn launch(
        &self,
        start: Start<'_>,
        others: Vec<Start<'_>>,
        mut memory: Vec<Span>,
        raised: &mut Raised,
    ) -> Result<Status, String> {
        let _alone = COPIES.lock().unwrap_or_else(PoisonError::into_inner);
        let mut texts = vec![0u64; if self.templates.is_empty() { 0 } else { TEXTS }];
        let room = Span::whole(&mut texts);
        let mut record = LaunchRecord {
            texts: room.first,
            room: (room.end - room.first) as u32,
            ..LaunchRecord::default()
        };
        let at = std::ptr::from_mut(&mut record).expose_provenance() as u64;
        memory.extend([room, Span { first: at, end: at + size_of::<LaunchRecord>() as u64 }]);
        let memory = Span::joined(memory);
        // SAFETY: the caller vouches for it; record and texts are this function's own.
        let before: Vec<Region> = memory.iter().map(|span| unsafe { span.read() }).collect();
        let program = self.program.as_ref().map_err(String::clone)?;
        let regions = start.run(program.as_ref(), &before, at)?;
        for other in others {
            let name = other.entry;
            let found =
                other.run(program.as_ref(), &before, at).map_err(|wrong| format!("{name}: {wrong}"))?;
            // Where something is raised, the order of threads decides what is done before.
            let [ours, others] = [&regions, &found].map(|regions| has_raised(regions, at));
            if ours != others || (!ours && regions != found) {
                return Err(format!("{name} does not do what the entry for all operands does"));
            }
        }
        for (before, after) in before.iter().zip(&regions) {
            // SAFETY: what has changed was written by the kernel.
            unsafe { after.write_back(before) };
        }
        // SAFETY: the record is alive; it was written by way of its address.
        let record = unsafe { std::ptr::from_ref(&record).read_volatile() };
        self.print(&texts, &record)?;
        let fault = record.fault;
        let Some(site) = fault.site.checked_sub(1) else { return Ok(Status::Returned) };
        let Some(site) = self.sites.get(site as usize) else {
            return Err(format!("{} has no raise site {site}", self.sites.len()));
        };
        raised.site = site.as_ptr();
        raised.operands = fault.operands;
        Ok(Status::Raised)
    }

    /// The entries of an overload beside its own, with what their names have behind its name.
    fn others<'s>(&'s self, overload: &Overload) -> impl Iterator<Item = (&'s str, &'s str)> {
        let symbol = format!("{}_", overload.symbol);
        self.entries.iter().filter_map(move |name| Some((name.as_str(), name.strip_prefix(&symbol)?)))
    }

    /// Has the host print what a launch has printed.
    fn print(&self, texts: &[u64], record: &LaunchRecord) -> Result<(), String> {
        if record.used > record.room {
            return Err(format!("{} bytes of texts do not fit into {}", record.used, record.room));
        }
        let mut rest = &texts[..record.used as usize / 8];
        while let [head, behind @ ..] = rest {
            let (template, n) = (*head as u32 as usize, (*head >> 32) as usize);
            let (Some(template), true) = (self.templates.get(template), n <= behind.len()) else {
                return Err(format!("text {head:#x} is none of the kernel's"));
            };
            let (operands, after) = behind.split_at(n);
            // SAFETY: both are alive, and as long as is said.
            unsafe { (HOST.print)(template.as_ptr(), template.len(), operands.as_ptr(), n) };
            rest = after;
        }
        Ok(())
    }
}

/// The inner loops of a ufunc on a device, as functions of this process.
pub struct Loops {
    /// Each loop is called with the address of one.
    contexts: Box<[LoopContext]>,
}

/// An entry, and what it is launched with.
struct Start<'a> {
    entry: &'a str,
    extent: Extent,
    /// But for the last one, the record's address.
    params: Params,
}

impl Start<'_> {
    /// What memory is behind it.
    fn run(mut self, program: &dyn Program, before: &[Region], record: u64) -> Result<Vec<Region>, String> {
        self.params.push_words(&[record]);
        let Start { entry, extent, params } = self;
        let mut regions = before.to_vec();
        program.launch(&Launch { entry, extent, params: &params.bytes }, &mut regions)?;
        Ok(regions)
    }
}

/// Whether a launch has left in its record that something was raised: the first word of the fault is not 0.
fn has_raised(regions: &[Region], record: u64) -> bool {
    let within =
        |region: &&Region| (region.address..region.address + region.bytes.len() as u64).contains(&record);
    regions.iter().find(within).is_some_and(|region| {
        let site = (record - region.address) as usize + fault::SITE as usize;
        region.bytes[site..site + 4] != [0; 4]
    })
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

/// The bytes of an entry's parameters.
#[derive(Default)]
struct Params {
    bytes: Vec<u8>,
}

impl Params {
    fn push(&mut self, bytes: &[u8], alignment: usize) {
        self.bytes.resize(self.bytes.len().next_multiple_of(alignment), 0);
        self.bytes.extend(bytes);
    }

    fn push_words(&mut self, words: &[u64]) {
        words.iter().for_each(|word| self.push(&word.to_le_bytes(), 8));
    }
}

/// Where memory lies: from the first byte to before the end.
#[derive(Clone, Copy, Debug)]
struct Span {
    first: u64,
    end: u64,
}

impl Span {
    /// That of an array, from its lowest byte to its highest.
    fn of(address: u64, shape: &[u64], strides: &[u64], size: usize) -> Span {
        let mut span = Span { first: address, end: address };
        if shape.contains(&0) {
            return span;
        }
        span.end += size as u64;
        for (extent, stride) in shape.iter().zip(strides) {
            let distance = (*extent - 1).wrapping_mul(*stride) as i64;
            match distance < 0 {
                true => span.first = span.first.wrapping_add_signed(distance),
                false => span.end = span.end.wrapping_add_signed(distance),
            }
        }
        span
    }

    fn whole(words: &mut [u64]) -> Span {
        let first = words.as_mut_ptr().expose_provenance() as u64;
        Span { first, end: first + 8 * words.len() as u64 }
    }

    fn meets(&self, other: &Span) -> bool {
        self.first < other.end && other.first < self.end
    }

    /// The same memory in spans that do not meet, in the order of their addresses.
    fn joined(mut spans: Vec<Span>) -> Vec<Span> {
        spans.retain(|span| span.first < span.end);
        spans.sort_by_key(|span| span.first);
        let mut joined: Vec<Span> = Vec::new();
        for span in spans {
            match joined.last_mut() {
                Some(last) if span.first <= last.end => last.end = last.end.max(span.end),
                _ => joined.push(span),
            }
        }
        joined
    }

    /// # Safety
    /// It is memory of this process that nobody writes meanwhile.
    unsafe fn read(&self) -> Region {
        let first = std::ptr::with_exposed_provenance::<u8>(self.first as usize);
        // SAFETY: the caller vouches for it.
        let bytes = unsafe { std::slice::from_raw_parts(first, (self.end - self.first) as usize) }.to_vec();
        Region { address: self.first, bytes }
    }
}

/// So many bytes are compared at once.
const PIECE: usize = 1024;

impl Region {
    /// Writes the bytes that have changed.
    ///
    /// # Safety
    /// They may be written, and nobody else uses them meanwhile.
    unsafe fn write_back(&self, before: &Region) {
        let first = std::ptr::with_exposed_provenance_mut::<u8>(self.address as usize);
        let pieces = self.bytes.chunks(PIECE).zip(before.bytes.chunks(PIECE)).enumerate();
        for (piece, (new, old)) in pieces.filter(|(_, (new, old))| new != old) {
            let changed = (0..new.len()).filter(|index| new[*index] != old[*index]);
            for index in changed {
                // SAFETY: the caller vouches for it.
                unsafe { first.add(piece * PIECE + index).write(new[index]) };
            }
        }
    }
}
