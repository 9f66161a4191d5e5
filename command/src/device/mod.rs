//! Kernels on a device: their PTX is launched over memory that stands there under the same addresses as here, so
//! that arrays need no translation.

mod loops;
mod memory;

use std::sync::{Arc, Mutex, PoisonError};

use pykernel_abi::{LaunchRecord, Raised, Status, fault};
use pykernel_codegen::backend::clif::site_bytes;
use pykernel_codegen::backend::ptx::{self, DeviceIr};
use pykernel_codegen::interface::{Kernel, Leaf, Overload};
use pykernel_codegen::ir::{Scalar, elements};

pub use loops::Loops;
pub use memory::Region;
use memory::{Params, Span};

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
