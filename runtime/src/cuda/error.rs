//! What can go wrong between a program and a GPU.

use std::fmt;

/// Why something on a GPU was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The machine has no CUDA driver.
    NoDriver {
        /// The names under which its library was looked for.
        tried: Vec<String>,
    },
    /// What was found is a toolkit's stub of the driver, made for linking.
    StubDriver,
    /// There is a driver, but no such device.
    NoDevice {
        /// The number of the device that was asked for.
        asked: usize,
        /// How many there are.
        found: usize,
    },
    /// The driver is too old.
    OldDriver {
        /// The version of CUDA that it supports: major, minor.
        has: (u32, u32),
        /// The lowest that is needed.
        needs: (u32, u32),
    },
    /// The driver lacks a function that every driver of its version should have.
    Incomplete {
        /// The function's symbol.
        symbol: &'static str,
    },
    /// The device has no room for an array.
    OutOfMemory {
        /// The size of what was asked for, in bytes.
        bytes: usize,
    },
    /// The program asked for something that does not fit together: nothing was done.
    Refused {
        /// What was asked for.
        what: String,
        /// Why it cannot be done.
        cause: String,
    },
    /// A kernel raised an exception.
    Raised {
        /// The exception.
        error: crate::Error,
        /// The thread in its block that raised first: x, y, z.
        thread: [u32; 3],
        /// Its block in the grid: x, y, z.
        block: [u32; 3],
    },
    /// The device stopped at an error from which this process cannot recover it. All further work on
    /// the device fails in the same way.
    Fault {
        /// The driver's function that reported it, which need not be the one that caused it.
        call: &'static str,
        /// The driver's number for it.
        code: u32,
        /// The driver's name for it.
        name: String,
        /// What the driver says about it.
        text: String,
    },
    /// The driver refused something.
    Driver {
        /// The driver's function.
        call: &'static str,
        /// The driver's number for what went wrong.
        code: u32,
        /// The driver's name for it.
        name: String,
        /// What the driver says about it, its compiler's log included.
        text: String,
    },
}

impl Error {
    /// The program asked for what cannot be done.
    #[cold]
    pub(crate) fn refused(what: impl Into<String>, cause: impl Into<String>) -> Self {
        Error::Refused { what: what.into(), cause: cause.into() }
    }

    /// What a driver's result means. `name` and `text` are the driver's own words for it.
    #[cold]
    pub(super) fn of(call: &'static str, code: u32, name: String, text: String) -> Self {
        match code {
            code if is_sticky(code) => Error::Fault { call, code, name, text },
            _ => Error::Driver { call, code, name, text },
        }
    }

    /// The same, where it is for want of memory, with the size that there was no room for.
    pub(super) fn asked_for(self, bytes: usize) -> Self {
        match self {
            Error::Driver { code: OUT_OF_MEMORY, .. } => Error::OutOfMemory { bytes },
            other => other,
        }
    }
}

/// `CUDA_ERROR_OUT_OF_MEMORY`.
const OUT_OF_MEMORY: u32 = 2;

/// Whether a context is lost after an error, by what the driver's manual says of each: uncorrectable
/// memory errors (214), links (220, 226), and what a kernel's run ends with (700, 702, 710, 714 to 719).
fn is_sticky(code: u32) -> bool {
    matches!(code, 214 | 220 | 226 | 700 | 702 | 710 | 714..=719)
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::NoDriver { tried } => write!(
                f,
                "there is no CUDA driver on this machine (tried {}): install NVIDIA's driver, or run the kernel on the CPU",
                tried.join(", ")
            ),
            Error::StubDriver => f.write_str(
                "the CUDA driver that was found is the stub of a toolkit, made for linking: take its folder `stubs` out of the library path",
            ),
            Error::NoDevice { found: 0, .. } => f.write_str(
                "the CUDA driver reports no device: is CUDA_VISIBLE_DEVICES empty, or the container without GPUs?",
            ),
            Error::NoDevice { asked, found } => write!(
                f,
                "there is no device {asked}: the CUDA driver reports {found}, counted from 0 (CUDA_VISIBLE_DEVICES hides others)"
            ),
            Error::OldDriver { has, needs } => write!(
                f,
                "the CUDA driver supports CUDA {}.{}, and at least {}.{} is needed: install a newer NVIDIA driver",
                has.0, has.1, needs.0, needs.1
            ),
            Error::Incomplete { symbol } => write!(
                f,
                "the CUDA driver lacks the function {symbol}: the installation is damaged, or another library has its name"
            ),
            Error::OutOfMemory { bytes } => write!(f, "the device has no room for {bytes} bytes"),
            Error::Refused { what, cause } => write!(f, "{what}: {cause}"),
            Error::Raised { error, thread: [x, y, z], block: [i, j, k] } => {
                write!(f, "{error}, thread ({x}, {y}, {z}) of block ({i}, {j}, {k})")
            }
            Error::Fault { call, code, name, text } => write!(
                f,
                "the device stopped: {text} ({name}, {code}, seen by {call}); all further work on it fails in this process"
            ),
            Error::Driver { call, code, name, text } => write!(f, "{call} failed: {text} ({name}, {code})"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Raised { error, .. } => Some(error),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_travel_and_say_what_to_do() {
        fn travels<T: Send + Sync + std::error::Error + 'static>() {}
        travels::<Error>();
        let old = Error::OldDriver { has: (11, 2), needs: (11, 4) };
        let text =
            "the CUDA driver supports CUDA 11.2, and at least 11.4 is needed: install a newer NVIDIA driver";
        assert_eq!(old.to_string(), text);
    }

    #[test]
    fn errors_of_the_driver_have_their_kinds() {
        let error = |code| Error::of("cuX", code, "N".to_owned(), "t".to_owned());
        assert!(matches!(error(700), Error::Fault { code: 700, .. }));
        assert_eq!(error(2).asked_for(8), Error::OutOfMemory { bytes: 8 });
        assert_eq!(error(1).asked_for(8).to_string(), "cuX failed: t (N, 1)");
    }
}
