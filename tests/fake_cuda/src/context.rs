//! Contexts: which are current, what is in them, and the error that stays (manual, 6.7 and 6.8).

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::code::{Code, Outcome};
use crate::driver::{Driver, Handle};
use crate::stream::{Kind, Stream};

/// A context.
#[derive(Debug)]
pub struct Context {
    /// The device's number.
    pub device: usize,
    /// `CUctx_flags`.
    pub flags: u32,
    /// Whether it is the device's primary context.
    pub primary: bool,
    /// What went wrong in work of this context. All later calls give it.
    pub error: Option<Code>,
    /// The stream that is meant by null.
    pub legacy: Handle,
    /// The default streams of threads, by their numbers.
    pub per_thread: HashMap<u64, Handle>,
    /// `CUlimit` by number.
    pub limits: HashMap<u32, u64>,
    /// `CUfunc_cache`, which changes nothing.
    pub cache: u32,
    /// The contexts whose memory it may access.
    pub peers: HashSet<Handle>,
}

thread_local! {
    static STACK: RefCell<Vec<Handle>> = const { RefCell::new(Vec::new()) };
    static NUMBER: Cell<u64> = const { Cell::new(0) };
}

/// The current context of this thread.
pub fn current() -> Option<Handle> {
    STACK.with_borrow(|stack| stack.last().copied()).filter(|context| *context != 0)
}

/// Makes a context current in place of the one that is; zero for none.
pub fn set_current(context: Handle) {
    STACK.with_borrow_mut(|stack| {
        stack.pop();
        stack.push(context);
    });
}

/// Makes a context current until it is popped.
pub fn push(context: Handle) {
    STACK.with_borrow_mut(|stack| stack.push(context));
}

/// Takes the current context off.
pub fn pop() -> Outcome<Handle> {
    STACK.with_borrow_mut(Vec::pop).filter(|context| *context != 0).ok_or(Code::InvalidContext)
}

/// A number for this thread.
pub fn thread_number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    if NUMBER.get() == 0 {
        NUMBER.set(NEXT.fetch_add(1, Ordering::Relaxed));
    }
    NUMBER.get()
}

impl Driver {
    /// The current context and its device.
    pub fn current(&self) -> Outcome<(Handle, usize)> {
        let handle = current().ok_or(Code::InvalidContext)?;
        Ok((handle, self.context(handle)?.device))
    }

    /// The context of a handle.
    pub fn context(&self, handle: Handle) -> Outcome<&Context> {
        self.contexts.get(&handle).ok_or(Code::InvalidContext)
    }

    /// Likewise, to change it.
    pub fn context_mut(&mut self, handle: Handle) -> Outcome<&mut Context> {
        self.contexts.get_mut(&handle).ok_or(Code::InvalidContext)
    }

    /// Whether nothing went wrong in a context.
    pub fn healthy(&self, handle: Handle) -> Outcome<()> {
        match self.contexts.get(&handle) {
            None => Err(Code::ContextIsDestroyed),
            Some(context) => context.error.map_or(Ok(()), Err),
        }
    }

    /// Makes a context on a device.
    pub fn create_context(&mut self, device: usize, flags: u32, primary: bool) -> Handle {
        let (handle, legacy) = (self.handle(), self.handle());
        self.streams.insert(legacy, Stream::new(handle, Kind::Legacy, 0));
        // The limits that the manual names as usual: stack, printf's buffer, heap.
        let limits = HashMap::from([(0, 1024), (1, 1 << 20), (2, 8 << 20), (5, 64)]);
        let context = Context {
            device,
            flags,
            primary,
            error: None,
            legacy,
            per_thread: HashMap::new(),
            limits,
            cache: 0,
            peers: HashSet::new(),
        };
        self.contexts.insert(handle, context);
        handle
    }

    /// Ends a context. Its work is done first, and all that was made in it goes.
    pub fn destroy_context(&mut self, handle: Handle) -> Outcome<()> {
        self.context(handle)?;
        self.finish_context(handle);
        self.contexts.remove(&handle);
        self.streams.retain(|_, stream| stream.context != handle);
        self.events.retain(|_, event| event.context != handle);
        self.modules.retain(|_, module| module.context != handle);
        self.functions.retain(|_, function| function.context != handle);
        self.captures.retain(|_, capture| capture.context != handle);
        self.free_all(handle);
        Ok(())
    }

    /// `cuDevicePrimaryCtxRetain`.
    pub fn retain_primary(&mut self, device: usize) -> Handle {
        let handle = match self.devices[device].primary {
            Some(handle) => handle,
            None => self.create_context(device, self.devices[device].primary_flags, true),
        };
        self.devices[device].primary = Some(handle);
        self.devices[device].retained += 1;
        handle
    }

    /// `cuDevicePrimaryCtxRelease`: the last one ends the context.
    pub fn release_primary(&mut self, device: usize) -> Outcome<()> {
        let handle = self.devices[device].primary.ok_or(Code::InvalidContext)?;
        self.devices[device].retained -= 1;
        if self.devices[device].retained > 0 {
            return Ok(());
        }
        self.devices[device].primary = None;
        self.destroy_context(handle)
    }

    /// `cuDevicePrimaryCtxReset`: the handle stays good for those who retained it, and all else is gone.
    pub fn reset_primary(&mut self, device: usize) -> Outcome<()> {
        let Some(handle) = self.devices[device].primary else { return Ok(()) };
        self.destroy_context(handle)?;
        let fresh = self.create_context(device, self.devices[device].primary_flags, true);
        if let Some(context) = self.contexts.remove(&fresh) {
            if let Some(stream) = self.streams.get_mut(&context.legacy) {
                stream.context = handle;
            }
            self.contexts.insert(handle, context);
        }
        Ok(())
    }

    /// Lets the current context access the memory of another one.
    pub fn enable_peer(&mut self, peer: Handle) -> Outcome<()> {
        let (current, device) = self.current()?;
        if self.context(peer)?.device == device {
            return Err(Code::InvalidDevice);
        }
        if !self.context_mut(current)?.peers.insert(peer) {
            return Err(Code::PeerAccessAlreadyEnabled);
        }
        Ok(())
    }

    /// Takes that back.
    pub fn disable_peer(&mut self, peer: Handle) -> Outcome<()> {
        let (current, _) = self.current()?;
        self.context(peer)?;
        if self.context_mut(current)?.peers.remove(&peer) { Ok(()) } else { Err(Code::PeerAccessNotEnabled) }
    }
}
