//! The driver's whole state, the handles that programs hold, and what all calls have in common.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use crate::code::{Code, Outcome};
use crate::context::{self, Context};
use crate::device::Device;
use crate::event::Event;
use crate::graph::{Capture, Graph};
use crate::memory::{Allocation, Pinned, Pool};
use crate::module::{Function, LoadedModule};
use crate::settings::Settings;
use crate::stream::Stream;

/// What a program holds: a number of ours, which it takes for a pointer.
pub type Handle = u64;

/// The first handle. Those of streams that CUDA itself names are smaller.
const FIRST_HANDLE: Handle = 0x1000;

/// All there is. Handles of all kinds count from one counter, so that one of the wrong kind is seen.
#[derive(Debug)]
pub struct Driver {
    /// What the environment says.
    pub settings: Settings,
    /// Whether `cuInit` succeeded.
    pub initialised: bool,
    /// By ordinal.
    pub devices: Vec<Device>,
    /// By handle, like all that follow.
    pub contexts: HashMap<Handle, Context>,
    /// Those that CUDA itself names are among them, with handles of ours.
    pub streams: HashMap<Handle, Stream>,
    /// Events.
    pub events: HashMap<Handle, Event>,
    /// Modules.
    pub modules: HashMap<Handle, LoadedModule>,
    /// Kernels that programs asked for.
    pub functions: HashMap<Handle, Function>,
    /// Captures that have begun and not ended.
    pub captures: HashMap<Handle, Capture>,
    /// Graphs.
    pub graphs: HashMap<Handle, Graph>,
    /// Graphs that can be launched.
    pub executables: HashMap<Handle, Graph>,
    /// Memory pools.
    pub pools: HashMap<Handle, Pool>,
    /// What programs allocated on devices, by address.
    pub allocations: BTreeMap<u64, Allocation>,
    /// Page-locked memory of the host, by address.
    pub pinned: BTreeMap<u64, Pinned>,
    /// Nanoseconds of an imagined clock, which work moves on.
    pub clock: u64,
    /// The last number that work was queued under.
    pub ticket: u64,
    /// What the machine said about the last fault.
    pub last_fault: Option<String>,
    next_handle: Handle,
    calls: HashMap<&'static str, u64>,
}

/// What a call needs before it does anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing, not even `cuInit`.
    Nothing,
    /// `cuInit`.
    Initialised,
    /// A current context in which nothing went wrong.
    Context,
}

static DRIVER: LazyLock<Mutex<Driver>> =
    LazyLock::new(|| Mutex::new(Driver::new(Settings::from_environment())));

thread_local! {
    /// Whether this thread is in a function that a stream called: it must not call the driver (manual, 6.18).
    static IN_HOST_FUNCTION: Cell<bool> = const { Cell::new(false) };
}

/// What a test asks the driver; nothing where a stream has called it, and has the driver.
pub fn ask<T: Default>(question: impl FnOnce(&Driver) -> T) -> T {
    if IN_HOST_FUNCTION.get() { T::default() } else { question(&lock()) }
}

/// The driver, which one thread has at a time.
fn lock() -> MutexGuard<'static, Driver> {
    DRIVER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs the body of a driver call. Nothing unwinds into the program.
pub fn call(name: &'static str, needs: Needs, body: impl FnOnce(&mut Driver) -> Outcome<()>) -> Code {
    if IN_HOST_FUNCTION.get() {
        return Code::NotPermitted;
    }
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let mut driver = lock();
        let outcome = driver.begin(name, needs).and_then(|()| body(&mut driver));
        let code = outcome.err().unwrap_or(Code::Success);
        if driver.settings.trace {
            eprintln!("{name} -> {}", code.name());
        }
        code
    }));
    outcome.unwrap_or(Code::Unknown)
}

/// Runs a function of the program, in which calls of the driver are refused.
pub fn in_host_function(function: impl FnOnce()) {
    IN_HOST_FUNCTION.set(true);
    function();
    IN_HOST_FUNCTION.set(false);
}

impl Driver {
    fn new(settings: Settings) -> Driver {
        let mut driver = Driver {
            initialised: false,
            devices: Vec::new(),
            contexts: HashMap::new(),
            streams: HashMap::new(),
            events: HashMap::new(),
            modules: HashMap::new(),
            functions: HashMap::new(),
            captures: HashMap::new(),
            graphs: HashMap::new(),
            executables: HashMap::new(),
            pools: HashMap::new(),
            allocations: BTreeMap::new(),
            pinned: BTreeMap::new(),
            clock: 0,
            ticket: 0,
            last_fault: None,
            next_handle: FIRST_HANDLE,
            calls: HashMap::new(),
            settings,
        };
        for ordinal in 0..driver.settings.devices {
            let pool = driver.handle();
            driver.pools.insert(pool, Pool::new(ordinal));
            driver.devices.push(Device::new(ordinal, driver.settings.memory, pool));
        }
        driver
    }

    /// A handle that nothing else has or had.
    pub fn handle(&mut self) -> Handle {
        self.next_handle += 16;
        self.next_handle
    }

    /// `cuInit`.
    pub fn initialise(&mut self) -> Outcome<()> {
        if self.settings.stub {
            return Err(Code::StubLibrary);
        }
        if self.settings.no_device {
            return Err(Code::NoDevice);
        }
        self.initialised = true;
        Ok(())
    }

    /// Counts the call and sees whether it may go on.
    fn begin(&mut self, name: &'static str, needs: Needs) -> Outcome<()> {
        let count = self.calls.entry(name).or_default();
        *count += 1;
        let count = *count;
        if needs != Needs::Nothing && !self.initialised {
            return Err(Code::NotInitialized);
        }
        if needs == Needs::Context {
            let current = context::current().ok_or(Code::InvalidContext)?;
            self.healthy(current)?;
        }
        let fails = |(failing, at): &(String, u64)| failing == name && *at == count;
        if self.settings.failures.iter().any(fails) {
            return Err(Code::OutOfMemory);
        }
        Ok(())
    }

    /// How often a call was made; all calls together where there is no name.
    pub fn calls(&self, name: Option<&str>) -> u64 {
        match name {
            Some(name) => self.calls.get(name).copied().unwrap_or(0),
            None => self.calls.values().sum(),
        }
    }

    /// The device of that ordinal.
    pub fn device(&self, ordinal: i32) -> Outcome<usize> {
        let index = usize::try_from(ordinal).map_err(|_| Code::InvalidDevice)?;
        if index < self.devices.len() { Ok(index) } else { Err(Code::InvalidDevice) }
    }
}
