//! The C interface, by chapters of the manual. Each function counts itself, takes the driver, and answers with a
//! `CUresult`; its body says the rest in terms of the driver's own methods.

mod context;
mod control;
mod copy;
mod device;
mod event;
mod fill;
mod graph;
mod initialization;
mod launch;
mod memory;
mod module;
mod pool;
mod stream;

use std::ffi::c_void;

/// Defines driver calls: what each needs ([`crate::driver::Needs`]), then a function whose first argument is the
/// driver. `find` in the same module looks one up by its name.
macro_rules! calls {
    ($($needs:ident fn $name:ident($driver:pat_param $(, $argument:ident: $type:ty)* $(,)?) $body:block)*) => {
        $(
            // SAFETY: the name is that of the manual, which nothing else in the program defines: a program that
            // links NVIDIA's library does not link this package.
            #[unsafe(no_mangle)]
            pub extern "C" fn $name($($argument: $type),*) -> $crate::code::Code {
                let body = |$driver: &mut $crate::driver::Driver| -> $crate::code::Outcome<()> { $body };
                $crate::driver::call(stringify!($name), $crate::driver::Needs::$needs, body)
            }
        )*

        /// The call of that name.
        pub fn find(name: &str) -> Option<*const std::ffi::c_void> {
            let all = [$((stringify!($name), $name as *const std::ffi::c_void)),*];
            all.into_iter().find(|(known, _)| *known == name).map(|(_, call)| call)
        }
    };
}
use calls;

/// The newest call of a name, as `cuGetProcAddress` wants it: the manual's headers append `_v2` by macros.
fn find(name: &str) -> Option<*const c_void> {
    let tables = [
        context::find,
        copy::find,
        device::find,
        event::find,
        fill::find,
        graph::find,
        initialization::find,
        launch::find,
        memory::find,
        module::find,
        pool::find,
        stream::find,
    ];
    let newest = [format!("{name}_v2"), name.to_owned()];
    newest.iter().find_map(|name| tables.iter().find_map(|table| table(name)))
}
