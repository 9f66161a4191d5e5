//! What a user sees when the compiler panics: which file and kernel it was at, and that it is not
//! their fault.

use std::cell::RefCell;
use std::panic;

thread_local! {
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Notes what this thread is working on: a file, a kernel, a test.
pub fn set_place(place: &str) {
    PLACE.with_borrow_mut(|noted| place.clone_into(noted));
}

/// Makes panics say that they are bugs in pykernel.
pub fn install_hook() {
    panic::set_hook(Box::new(|info| {
        let place = PLACE.with_borrow(String::clone);
        let at = info.location().map(|at| format!(" ({}:{})", at.file(), at.line())).unwrap_or_default();
        let cause = info.payload_as_str().unwrap_or("no message");
        // Standard error may be closed; there is nowhere else to say so.
        let _ = std::io::Write::write_fmt(
            &mut std::io::stderr(),
            format_args!("error: this is a bug in pykernel, please report it\n  at {place}\n  {cause}{at}\n"),
        );
    }));
}
