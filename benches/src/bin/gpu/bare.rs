//! The driver's own functions, for what `pykernel` is compared with.

use std::ffi::{CStr, c_char, c_int, c_uint, c_void};

use libloading::Library;
use pykernel::cuda::{DeviceArray, Stream};
use pykernel::ndarray::Ix1;

use crate::Done;

/// What `scale` of `kernels.py` does, in the least code.
const TEXT: &CStr = c"
.version 6.0
.target sm_60
.address_size 64
.visible .entry scale(.param .u64 p_x, .param .u64 p_n, .param .f64 p_factor)
{
    .reg .pred %p;
    .reg .b32 %r<4>;
    .reg .b64 %d<4>;
    .reg .f64 %f<2>;
    ld.param.u64 %d0, [p_x];
    ld.param.u64 %d1, [p_n];
    ld.param.f64 %f0, [p_factor];
    mov.u32 %r0, %ctaid.x;
    mov.u32 %r1, %ntid.x;
    mov.u32 %r2, %tid.x;
    mad.lo.u32 %r3, %r0, %r1, %r2;
    cvt.u64.u32 %d2, %r3;
    setp.ge.u64 %p, %d2, %d1;
    @%p bra DONE;
    shl.b64 %d3, %d2, 3;
    add.u64 %d3, %d0, %d3;
    ld.global.f64 %f1, [%d3];
    mul.f64 %f1, %f1, %f0;
    st.global.f64 [%d3], %f1;
DONE:
    ret;
}
";

type Launch = unsafe extern "C" fn(
    *mut c_void,
    c_uint,
    c_uint,
    c_uint,
    c_uint,
    c_uint,
    c_uint,
    c_uint,
    *mut c_void,
    *mut *mut c_void,
    *mut *mut c_void,
) -> c_uint;

/// A kernel that nothing but the driver launches.
pub struct Bare {
    launch: Launch,
    function: *mut c_void,
    stream: Stream,
    _library: Library,
}

fn library() -> Done<Library> {
    let name = if cfg!(windows) { "nvcuda.dll" } else { "libcuda.so.1" };
    // SAFETY: the library is NVIDIA's driver, which this process has opened already; to open it runs no more code.
    Ok(unsafe { Library::new(name)? })
}

/// The version of CUDA that the driver supports: major, minor.
pub fn version() -> Done<(c_int, c_int)> {
    let library = library()?;
    let mut version = 0;
    // SAFETY: the function has this type (CUDA Driver API, 6.3), and writes one number.
    let code = unsafe {
        library.get::<unsafe extern "C" fn(*mut c_int) -> c_uint>(b"cuDriverGetVersion\0")?(&mut version)
    };
    checked("cuDriverGetVersion", code)?;
    Ok((version / 1000, version % 1000 / 10))
}

fn checked(call: &str, code: c_uint) -> Done {
    if code == 0 { Ok(()) } else { Err(format!("{call} gives {code}").into()) }
}

impl Bare {
    /// Loads the kernel for a stream's device. It stays loaded as long as the process.
    pub fn new(stream: &Stream) -> Done<Bare> {
        let library = library()?;
        let (mut module, mut function) = (std::ptr::null_mut(), std::ptr::null_mut());
        // SAFETY: the functions have these types (CUDA Driver API, 6.8, 6.11, 6.22). The context is never released; text and
        // name end with zeros; the driver writes handles.
        unsafe {
            let bind = library.get::<unsafe extern "C" fn(*mut c_void) -> c_uint>(b"cuCtxSetCurrent\0")?;
            checked("cuCtxSetCurrent", bind(stream.device().context().cast()))?;
            let load = library.get::<unsafe extern "C" fn(*mut *mut c_void, *const c_void) -> c_uint>(
                b"cuModuleLoadData\0",
            )?;
            checked("cuModuleLoadData", load(&mut module, TEXT.as_ptr().cast()))?;
            let find = library
                .get::<unsafe extern "C" fn(*mut *mut c_void, *mut c_void, *const c_char) -> c_uint>(
                    b"cuModuleGetFunction\0",
                )?;
            checked("cuModuleGetFunction", find(&mut function, module, c"scale".as_ptr()))?;
            let launch = *library.get::<Launch>(b"cuLaunchKernel\0")?;
            Ok(Bare { launch, function, stream: stream.clone(), _library: library })
        }
    }

    /// Asks for the kernel on an array, of at most one block of 32 threads.
    ///
    /// # Safety
    /// The array is of the stream for which the kernel was loaded, and its device's context is the thread's.
    pub unsafe fn scale(&self, x: &mut DeviceArray<f64, Ix1>, mut factor: f64) -> c_uint {
        let (mut address, mut n) = (x.view_mut().address(), x.len() as u64);
        let mut parameters =
            [(&raw mut address).cast::<c_void>(), (&raw mut n).cast(), (&raw mut factor).cast()];
        // SAFETY: these are the kernel's parameters, which keeps within the array; the caller vouches for the context.
        unsafe {
            (self.launch)(
                self.function,
                1,
                1,
                1,
                32,
                1,
                1,
                0,
                self.stream.handle().cast(),
                parameters.as_mut_ptr(),
                std::ptr::null_mut(),
            )
        }
    }
}
