//! The driver's library: found, checked, and kept open.
//!
//! Its functions are called through a table of our own, whose results are plain numbers. Bindings
//! whose results are a Rust enum would be undefined behaviour with a driver that knows more errors, and
//! bindings that look functions up when they are first called can only panic where one is missing.
//! The types are `cudarc`'s, so that handles can be exchanged with programs that use it.

use std::ffi::{CStr, c_char, c_int, c_uint, c_ulonglong, c_void};
use std::sync::OnceLock;

pub use cudarc::driver::sys::{
    CUDA_MEMCPY2D, CUcontext, CUdevice, CUdeviceptr, CUevent, CUfunction, CUgraph, CUgraphExec, CUmemoryPool,
    CUmemorytype, CUmodule, CUstream,
};
use libloading::Library;

use super::Error;

/// The lowest version of CUDA that a driver must support: the first with memory pools in graphs.
const NEEDS: (u32, u32) = (11, 4);

const NAMES: &[&str] = if cfg!(windows) { &["nvcuda.dll"] } else { &["libcuda.so.1", "libcuda.so"] };

const NO_DEVICE: u32 = 100;
const STUB_LIBRARY: u32 = 34;

/// A handle of the driver, which all threads may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handle<T>(pub T);

// SAFETY: the driver's handles are good on every thread; its functions lock what they need to.
unsafe impl<T> Send for Handle<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Handle<T> {}

/// Declares the table: a field for each function's address, and a method that calls it.
macro_rules! functions {
    ($(fn $name:ident($($argument:ident: $ty:ty),*);)*) => {
        /// The functions of the driver.
        #[expect(non_snake_case, reason = "the driver's own names")]
        struct Functions {
            $($name: unsafe extern "system" fn($($ty),*) -> u32,)*
        }

        impl Functions {
            /// Looks all of them up.
            ///
            /// # Safety
            /// The library is a CUDA driver.
            unsafe fn of(library: &Library) -> Result<Self, Error> {
                Ok(Functions {
                    $($name: {
                        // SAFETY: a driver's function of this name has these parameters.
                        match unsafe { library.get(stringify!($name).as_bytes()) } {
                            Ok(symbol) => *symbol,
                            Err(_) => return Err(Error::Incomplete { symbol: stringify!($name) }),
                        }
                    },)*
                })
            }
        }

        #[expect(non_snake_case, reason = "the driver's own names")]
        impl Driver {
            $(
                /// The driver's function of this name.
                ///
                /// # Safety
                /// As the driver's manual says: handles are alive, addresses are good for what is
                /// read or written there, and the context that it needs is the thread's.
                #[allow(clippy::too_many_arguments, reason = "as many as the driver's function has")]
                #[inline]
                pub unsafe fn $name(&self, $($argument: $ty),*) -> Result<(), Error> {
                    // SAFETY: the caller vouches for the arguments; the library is never closed.
                    match unsafe { (self.functions.$name)($($argument),*) } {
                        0 => Ok(()),
                        code => Err(self.error(stringify!($name), code)),
                    }
                }
            )*
        }
    };
}

functions! {
    fn cuDeviceGetCount(count: *mut c_int);
    fn cuDeviceGet(device: *mut CUdevice, ordinal: c_int);
    fn cuDeviceGetName(name: *mut c_char, size: c_int, device: CUdevice);
    fn cuDeviceTotalMem_v2(bytes: *mut usize, device: CUdevice);
    fn cuDeviceGetAttribute(value: *mut c_int, attribute: c_uint, device: CUdevice);
    fn cuDeviceGetDefaultMemPool(pool: *mut CUmemoryPool, device: CUdevice);
    fn cuMemPoolSetAttribute(pool: CUmemoryPool, attribute: c_uint, value: *mut c_void);
    fn cuDevicePrimaryCtxRetain(context: *mut CUcontext, device: CUdevice);
    fn cuCtxSetCurrent(context: CUcontext);
    fn cuMemGetInfo_v2(free: *mut usize, total: *mut usize);
    fn cuStreamCreate(stream: *mut CUstream, flags: c_uint);
    fn cuStreamDestroy_v2(stream: CUstream);
    fn cuStreamSynchronize(stream: CUstream);
    fn cuStreamWaitEvent(stream: CUstream, event: CUevent, flags: c_uint);
    fn cuStreamBeginCapture_v2(stream: CUstream, mode: c_uint);
    fn cuStreamEndCapture(stream: CUstream, graph: *mut CUgraph);
    fn cuGraphInstantiateWithFlags(executable: *mut CUgraphExec, graph: CUgraph, flags: c_ulonglong);
    fn cuGraphLaunch(executable: CUgraphExec, stream: CUstream);
    fn cuGraphExecDestroy(executable: CUgraphExec);
    fn cuGraphDestroy(graph: CUgraph);
    fn cuEventCreate(event: *mut CUevent, flags: c_uint);
    fn cuEventDestroy_v2(event: CUevent);
    fn cuEventRecord(event: CUevent, stream: CUstream);
    fn cuEventQuery(event: CUevent);
    fn cuEventSynchronize(event: CUevent);
    fn cuEventElapsedTime(milliseconds: *mut f32, start: CUevent, end: CUevent);
    fn cuMemAllocAsync(address: *mut CUdeviceptr, bytes: usize, stream: CUstream);
    fn cuMemFreeAsync(address: CUdeviceptr, stream: CUstream);
    fn cuMemAlloc_v2(address: *mut CUdeviceptr, bytes: usize);
    fn cuMemFree_v2(address: CUdeviceptr);
    fn cuMemHostAlloc(address: *mut *mut c_void, bytes: usize, flags: c_uint);
    fn cuMemFreeHost(address: *mut c_void);
    fn cuMemsetD8Async(address: CUdeviceptr, value: u8, count: usize, stream: CUstream);
    fn cuMemsetD16Async(address: CUdeviceptr, value: u16, count: usize, stream: CUstream);
    fn cuMemsetD32Async(address: CUdeviceptr, value: c_uint, count: usize, stream: CUstream);
    fn cuMemcpyHtoDAsync_v2(to: CUdeviceptr, from: *const c_void, bytes: usize, stream: CUstream);
    fn cuMemcpyDtoHAsync_v2(to: *mut c_void, from: CUdeviceptr, bytes: usize, stream: CUstream);
    fn cuMemcpyDtoDAsync_v2(to: CUdeviceptr, from: CUdeviceptr, bytes: usize, stream: CUstream);
    fn cuMemcpyPeerAsync(to: CUdeviceptr, to_context: CUcontext, from: CUdeviceptr, from_context: CUcontext, bytes: usize, stream: CUstream);
    fn cuMemcpy2DAsync_v2(copy: *const CUDA_MEMCPY2D, stream: CUstream);
    fn cuModuleLoadDataEx(module: *mut CUmodule, image: *const c_void, count: c_uint, options: *mut c_uint, values: *mut *mut c_void);
    fn cuModuleGetFunction(function: *mut CUfunction, module: CUmodule, name: *const c_char);
    fn cuLaunchKernel(function: CUfunction, grid_x: c_uint, grid_y: c_uint, grid_z: c_uint, block_x: c_uint, block_y: c_uint, block_z: c_uint, shared: c_uint, stream: CUstream, parameters: *mut *mut c_void, extra: *mut *mut c_void);
}

/// The driver of this machine.
pub struct Driver {
    functions: Functions,
    error_name: Option<Describe>,
    error_text: Option<Describe>,
    pointer_attribute: Option<PointerAttribute>,
    /// How many devices there are.
    pub n_devices: usize,
    /// Never closed: the functions lie in it.
    _library: Library,
}

type Describe = unsafe extern "system" fn(u32, *mut *const c_char) -> u32;
type PointerAttribute = unsafe extern "system" fn(*mut c_void, c_uint, CUdeviceptr) -> u32;

impl std::fmt::Debug for Driver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Driver").field("n_devices", &self.n_devices).finish_non_exhaustive()
    }
}

/// The driver of this machine, found and checked by the first call.
pub fn driver() -> Result<&'static Driver, Error> {
    static DRIVER: OnceLock<Result<Driver, Error>> = OnceLock::new();
    DRIVER.get_or_init(Driver::open).as_ref().map_err(Clone::clone)
}

impl Driver {
    fn open() -> Result<Self, Error> {
        // SAFETY: the driver's library may be loaded at any time by any thread.
        let library = NAMES.iter().find_map(|name| unsafe { Library::new(*name) }.ok());
        let Some(library) = library else {
            return Err(Error::NoDriver { tried: NAMES.iter().map(|name| (*name).to_owned()).collect() });
        };
        check_version(&library)?;
        // SAFETY: the library has answered as a CUDA driver does; the functions' types are the manual's.
        let mut driver = unsafe {
            Driver {
                functions: Functions::of(&library)?,
                error_name: library.get(b"cuGetErrorName").ok().map(|symbol| *symbol),
                error_text: library.get(b"cuGetErrorString").ok().map(|symbol| *symbol),
                pointer_attribute: library.get(b"cuPointerGetAttribute").ok().map(|symbol| *symbol),
                n_devices: 0,
                _library: library,
            }
        };
        let mut count = 0;
        // SAFETY: the driver is initialised, and writes one number.
        unsafe { driver.cuDeviceGetCount(&mut count)? };
        driver.n_devices = usize::try_from(count).unwrap_or(0);
        Ok(driver)
    }

    /// What a result of the driver means, in its own words.
    #[cold]
    fn error(&self, call: &'static str, code: u32) -> Error {
        let words = |describe: Option<Describe>| {
            let mut text = std::ptr::null();
            // SAFETY: the driver takes every number, and writes the address of a text that it never
            // frees, or null.
            unsafe {
                let known = describe.is_some_and(|describe| describe(code, &mut text) == 0);
                (known && !text.is_null()).then(|| CStr::from_ptr(text).to_string_lossy().into_owned())
            }
        };
        let name = words(self.error_name).unwrap_or_else(|| format!("error {code}"));
        let text = words(self.error_text).unwrap_or_else(|| "the driver says no more".to_owned());
        Error::of(call, code, name, text)
    }

    /// Whether memory of the host is registered with the driver, which then copies from it directly
    /// and later, instead of by way of a buffer of its own.
    pub fn is_registered(&self, data: *const c_void) -> bool {
        const MEMORY_TYPE: c_uint = 2;
        let mut kind = 0u32;
        // SAFETY: the driver takes every address, and writes a number where it knows it.
        let result = self
            .pointer_attribute
            .map(|ask| unsafe { ask((&raw mut kind).cast(), MEMORY_TYPE, data.addr() as CUdeviceptr) });
        result == Some(0) && kind != 0
    }
}

/// Initialises the driver and checks its version, before its other functions are looked up: an old
/// one may lack some.
fn check_version(library: &Library) -> Result<(), Error> {
    type Init = unsafe extern "system" fn(c_uint) -> u32;
    type Version = unsafe extern "system" fn(*mut c_int) -> u32;
    // SAFETY: the functions' types are the manual's.
    let (init, version): (Init, Version) = unsafe {
        let init = library.get(b"cuInit").map_err(|_| Error::Incomplete { symbol: "cuInit" })?;
        let missing = |_| Error::Incomplete { symbol: "cuDriverGetVersion" };
        (*init, *library.get(b"cuDriverGetVersion").map_err(missing)?)
    };
    let mut number = 0;
    // SAFETY: a driver may be initialised at any time, and gives its version before that, too.
    let (started, known) = unsafe { (init(0), version(&mut number)) };
    let number = u32::try_from(number).unwrap_or(0);
    let has = (number / 1000, number % 1000 / 10);
    match started {
        STUB_LIBRARY => Err(Error::StubDriver),
        NO_DEVICE => Err(Error::NoDevice { asked: 0, found: 0 }),
        _ if known == 0 && has < NEEDS => Err(Error::OldDriver { has, needs: NEEDS }),
        0 => Ok(()),
        code => {
            let text = "the driver does not start; does `nvidia-smi` work, and fit the kernel's module?";
            Err(Error::of("cuInit", code, format!("error {code}"), text.to_owned()))
        }
    }
}
