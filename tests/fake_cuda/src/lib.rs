//! A CUDA driver for tests, so that programs that use one run unchanged on machines without a GPU. The library
//! exports `cuInit` and what follows it, as the CUDA Driver API's manual says; kernels run on `ptx_machine`, which
//! finds their faults. Sections of the manual are cited as version 12 numbers them.
//!
//! It is stricter than a device where that shows mistakes: work is done only when somebody waits for it, fresh
//! memory is poison, addresses are never given out twice, and a fault stays in its context.
//!
//! What it has not: managed memory, arrays and textures, memory nodes in graphs, kernels that reach another device's
//! memory, and page-locked memory at one address for host and device (`cuMemHostGetDevicePointer` says where).
//!
//! Environment variables steer it (`settings`), and functions beside those of CUDA tell what happened
//! (`entry/control`). [`command`] starts a program that finds it:
//!
//! ```no_run
//! let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
//! let program = std::env::current_exe().expect("it runs");
//! fake_cuda::command(&program, folder).expect("a built library").env("FAKE_CUDA_DEVICES", "2").status();
//! ```
//!
//! In reading order: `code`, `settings`, `host` (pointers of the program, and all unsafe blocks), `driver`, `device`,
//! `context`, `stream`, `event`, `work`, `memory`, `copy`, `module`, `launch`, `graph`; `entry` is the C interface.

mod code;
mod context;
mod copy;
mod device;
mod driver;
mod entry;
mod event;
mod graph;
mod host;
mod install;
mod launch;
mod memory;
mod module;
mod settings;
mod stream;
mod work;

pub use install::{command, install};
