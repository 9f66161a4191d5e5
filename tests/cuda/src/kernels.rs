//! Kernels for tests, as PTX, and their launches.

use std::ffi::c_void;

use pykernel::call::Layout;
use pykernel::cuda::launch::{Extent, Kernel, read, write};
use pykernel::cuda::{DeviceView, DeviceViewMut, Error, Stream};
use pykernel::ndarray::Ix1;

const AXPY_TEXT: &str = "
.version 6.0
.target sm_60
.address_size 64
.visible .entry axpy(.param .u64 p_n, .param .f64 p_a, .param .u64 p_x, .param .u64 p_y)
{
    .reg .pred %p;
    .reg .b32 %r<4>;
    .reg .b64 %d<7>;
    .reg .f64 %f<4>;
    ld.param.u64 %d0, [p_n];
    ld.param.f64 %f0, [p_a];
    ld.param.u64 %d1, [p_x];
    ld.param.u64 %d2, [p_y];
    mov.u32 %r0, %ctaid.x;
    mov.u32 %r1, %ntid.x;
    mov.u32 %r2, %tid.x;
    mad.lo.u32 %r3, %r0, %r1, %r2;
    cvt.u64.u32 %d3, %r3;
    setp.ge.u64 %p, %d3, %d0;
    @%p bra DONE;
    shl.b64 %d4, %d3, 3;
    add.u64 %d5, %d1, %d4;
    add.u64 %d6, %d2, %d4;
    ld.global.f64 %f1, [%d5];
    ld.global.f64 %f2, [%d6];
    fma.rn.f64 %f3, %f0, %f1, %f2;
    st.global.f64 [%d6], %f3;
DONE:
    ret;
}
";

/// `y[i] = a * x[i] + y[i]`
static AXPY: Kernel = Kernel::new(AXPY_TEXT, c"axpy", &[]);

const CHECK_TEXT: &str = "
.version 6.0
.target sm_60
.address_size 64
.visible .entry check(.param .u64 p_x, .param .u64 p_fault)
{
    .reg .pred %p;
    .reg .b32 %r<4>;
    .reg .b64 %d<5>;
    ld.param.u64 %d0, [p_x];
    ld.param.u64 %d1, [p_fault];
    mov.u32 %r0, %tid.x;
    cvt.u64.u32 %d2, %r0;
    shl.b64 %d2, %d2, 3;
    add.u64 %d3, %d0, %d2;
    ld.global.b64 %d4, [%d3];
    setp.ge.s64 %p, %d4, 0;
    @%p bra DONE;
    atom.global.cas.b32 %r1, [%d1], 0, 1;
    setp.ne.u32 %p, %r1, 0;
    @%p bra DONE;
    st.global.u32 [%d1+4], %r0;
    mov.u32 %r2, %ctaid.x;
    st.global.u32 [%d1+16], %r2;
    st.global.b64 [%d1+32], %d4;
DONE:
    ret;
}
";

/// A raise site: `ValueError: {i} is negative`.
static SITE: [u8; 20 + 33] =
    *b"\x0a\0\0\0\x0f\0\0\0\x04\0\0\0\x04\0\0\0\x07\0\0\0ValueError{i} is negativek.pyroot";

/// Raises where an element is negative.
static CHECK: Kernel = Kernel::new(CHECK_TEXT, c"check", &[&SITE]);

/// A module that the driver's compiler refuses.
static WRONG: Kernel = Kernel::new(".version 6.0\n.target sm_60\n.address_size 64\nfrob;\n", c"wrong", &[]);

fn address<T>(value: &mut T) -> *mut c_void {
    std::ptr::from_mut(value).cast()
}

/// Asks a stream for `y = a * x + y`.
pub fn axpy(
    stream: &Stream,
    a: f64,
    x: &DeviceView<'_, f64, Ix1>,
    mut y: DeviceViewMut<'_, f64, Ix1>,
) -> Result<(), Error> {
    let (x, y) =
        (read::<_, _, 1>(x, stream, Layout::C, "x")?, write::<_, _, 1>(&mut y, stream, Layout::C, "y")?);
    assert_eq!(x.shape, y.shape);
    let (mut n, mut a, mut x, mut y) = (y.shape[0], a, x.data, y.data);
    let blocks = u32::try_from(n).expect("a small array").div_ceil(128);
    let extent = Extent { grid: [blocks, 1, 1], block: [128, 1, 1], shared: 0 };
    let mut parameters = [address(&mut n), address(&mut a), address(&mut x), address(&mut y)];
    // SAFETY: these are the parameters of the entry; it keeps within arrays of `n` elements.
    unsafe { AXPY.launch(stream, &extent, &mut parameters) }
}

/// Asks a stream to raise if an element is negative. There is a thread for each.
pub fn check(stream: &Stream, x: &DeviceView<'_, i64, Ix1>) -> Result<(), Error> {
    let x = read::<_, _, 1>(x, stream, Layout::C, "x")?;
    let fault = CHECK.fault(stream)?;
    let threads = u32::try_from(x.shape[0]).expect("a small array");
    let extent = Extent { grid: [1, 1, 1], block: [threads, 1, 1], shared: 0 };
    let mut parameters = [0u8; 16];
    parameters[..8].copy_from_slice(&(x.data.addr() as u64).to_ne_bytes());
    parameters[8..].copy_from_slice(&fault.to_ne_bytes());
    // SAFETY: these are the parameters of the entry, each of 8 bytes; it has a thread for each element.
    unsafe { CHECK.launch_packed(stream, &extent, &parameters) }
}

/// Asks a stream for a kernel of a module with an unknown instruction.
pub fn wrong(stream: &Stream) -> Result<(), Error> {
    let extent = Extent { grid: [1, 1, 1], block: [1, 1, 1], shared: 0 };
    // SAFETY: there are no parameters, and nothing runs.
    unsafe { WRONG.launch(stream, &extent, &mut []) }
}

const OUTSIDE_TEXT: &str = "
.version 6.0
.target sm_60
.address_size 64
.visible .entry outside()
{
    .reg .b64 %d;
    mov.u64 %d, 64;
    st.global.u32 [%d], 1;
    ret;
}
";

/// Writes where there is no memory.
static OUTSIDE: Kernel = Kernel::new(OUTSIDE_TEXT, c"outside", &[]);

/// Asks a stream for a kernel that writes where there is no memory, after which the device does nothing more for
/// the program.
pub fn outside(stream: &Stream) -> Result<(), Error> {
    let extent = Extent { grid: [1, 1, 1], block: [1, 1, 1], shared: 0 };
    // SAFETY: there are no parameters. No memory is changed: the device refuses the address.
    unsafe { OUTSIDE.launch(stream, &extent, &mut []) }
}
