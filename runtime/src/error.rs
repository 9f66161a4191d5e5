//! What a kernel raised, as a Rust error.

use std::fmt;

use pykernel_abi::{Raised, Site};

use crate::template::expand;

/// An exception that a kernel raised, or that its call was refused with.
///
/// It prints on one line, as the end of a Python traceback would read:
///
/// ```text
/// ValueError: x must be positive (File "kernels/finance.py", line 12, in black_scholes)
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Error(Box<Exception>);

/// Boxed, so that a `Result` of a kernel stays in registers.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Exception {
    class: String,
    message: String,
    file: String,
    line: u32,
    function: String,
}

impl Error {
    /// The Python class of the exception: `ZeroDivisionError`.
    pub fn class(&self) -> &str {
        &self.0.class
    }

    /// What `str()` of the exception gives; empty for `raise ValueError`.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The file that holds the kernel: a `.py` file, or the Rust file around an inline kernel.
    pub fn file(&self) -> &str {
        &self.0.file
    }

    /// The line in [`file`](Error::file) that raised, counted from 1.
    pub fn line(&self) -> u32 {
        self.0.line
    }

    /// The Python function that raised, which may be one that the kernel called.
    pub fn function(&self) -> &str {
        &self.0.function
    }

    /// The refusal of a call, before the kernel ran.
    pub(crate) fn refused(class: &str, message: String, kernel: &crate::call::Kernel<'_>) -> Self {
        let (class, file, function) = (class.into(), kernel.file.into(), kernel.name.into());
        Error(Box::new(Exception { class, message, file, line: kernel.line, function }))
    }

    /// Reads what a kernel left in its record.
    ///
    /// # Safety
    /// A kernel whose code is still loaded has filled the record and returned `Status::Raised`.
    #[cold]
    pub(crate) unsafe fn raised(raised: &Raised) -> Self {
        // SAFETY: the kernel has stored the address of a site in its read-only data, which is
        // aligned to 4, the alignment of `Site`. Four texts follow the head without gaps, with the
        // lengths it gives.
        let site = unsafe {
            let head = raised.site.cast::<Site>().read();
            let lengths = [head.class_len, head.message_len, head.file_len, head.function_len];
            let texts: usize = lengths.iter().map(|length| *length as usize).sum();
            std::slice::from_raw_parts(raised.site, Site::SIZE + texts)
        };
        match Error::at(site, &raised.operands) {
            Some(error) => error,
            None => unreachable!("bug in pykernel: a site is shorter than its texts"),
        }
    }

    /// What was raised at a site, with these operands; `None` of bytes that are no [`Site`] with its texts.
    #[cold]
    pub(crate) fn at(site: &[u8], operands: &[u64]) -> Option<Self> {
        let (head, texts) = site.split_first_chunk::<{ Site::SIZE }>()?;
        let (numbers, _) = head.as_chunks::<4>();
        let number = |index: usize| u32::from_ne_bytes(numbers[index]);
        let mut rest = texts;
        let mut text = |index: usize| {
            let (text, others) = rest.split_at_checked(number(index) as usize)?;
            rest = others;
            Some(String::from_utf8_lossy(text).into_owned())
        };
        let (class, message) = (text(0)?, expand(&text(1)?, operands));
        let (file, function) = (text(2)?, text(3)?);
        Some(Error(Box::new(Exception { class, message, file, line: number(4), function })))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Exception { class, message, file, line, function } = &*self.0;
        f.write_str(class)?;
        if !message.is_empty() {
            write!(f, ": {message}")?;
        }
        write!(f, " (File \"{file}\", line {line}, in {function})")
    }
}

impl fmt::Debug for Error {
    /// As `Display`: this is what `unwrap()` and a `main` that returns the error print.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_small_and_travels() {
        fn travels<T: Send + Sync + std::error::Error + 'static>() {}
        travels::<Error>();
        assert_eq!(size_of::<Result<f64, Error>>(), 16);
    }
}
