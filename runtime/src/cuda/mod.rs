//! Kernels on NVIDIA GPUs: devices, streams, arrays in their memory.
//!
//! A program is built without a CUDA toolkit, and starts on machines without a driver: the
//! driver's library is opened when a program first asks for a device.
//!
//! ```no_run
//! use pykernel::cuda;
//!
//! # fn main() -> Result<(), cuda::Error> {
//! let gpu = cuda::device(0)?;                     // Err(NoDriver) where there is none
//! let stream = gpu.stream()?;
//! let x = stream.upload(&[1.0, 2.0, 3.0])?;       // a DeviceArray<f64, Ix1>
//! let reversed = x.slice(pykernel::ndarray::s![..;-1])?;
//! assert_eq!(reversed.to_vec()?, [3.0, 2.0, 1.0]); // waits
//! # Ok(())
//! # }
//! ```
//!
//! # Order
//!
//! Each array belongs to a [`Stream`], whose work is done in the order in which it was asked for: that
//! needs no events and no waiting. Work on another stream is ordered where a program says so
//! ([`DeviceArray::on`]); what it does not say is refused.
//!
//! # Errors
//!
//! What a kernel raises, and what goes wrong on a device, is known when the host waits:
//! [`Stream::synchronize`], and everything that gives values to the host.

pub use array::DeviceArray;
pub use device::{Device, device, devices};
pub use error::Error;
pub use event::Event;
pub use extent::Extent;
pub use graph::Graph;
pub use pinned::{InFlight, Pinned, Upload};
pub use stream::Stream;
pub use ufunc::OnDevice;
pub use view::{DeviceView, DeviceViewMut};

mod array;
mod call;
mod code;
mod copy;
mod device;
mod download;
mod driver;
mod error;
mod event;
mod extent;
mod fault;
mod fill;
mod fold;
mod graph;
#[doc(hidden)]
pub mod launch;
#[doc(hidden)]
pub mod launched;
mod layout;
mod memory;
mod module;
mod number;
pub mod operand;
mod pinned;
mod plan;
mod printed;
pub mod random;
pub mod results;
mod staged;
mod stream;
mod ufunc;
mod view;
