//! Rendering on one thread and on several.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::thread;

use pykernel::Error;
use pykernel::ndarray::{Array2, ArrayViewMut2, Axis};

/// How many rows a thread takes at a time: few, as rows differ in work.
const BLOCK: usize = 10;

/// The rows and columns of the picture.
pub type Size = (usize, usize);

/// A way to compute the picture.
pub struct Way {
    pub name: &'static str,
    /// Renders the whole picture.
    pub whole: fn(ArrayViewMut2<u8>) -> Result<(), Error>,
    /// Renders the rows from a number on, of so many.
    pub rows: fn(i64, i64, ArrayViewMut2<u8>) -> Result<(), Error>,
}

/// How many threads render.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Threads {
    /// The main one, with one call.
    One,
    /// So many, with a call for each block of rows.
    Many(usize),
}

impl fmt::Display for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Threads::One => f.write_str("one thread"),
            Threads::Many(1) => f.write_str("all (1 thread)"),
            Threads::Many(n) => write!(f, "{n} threads"),
        }
    }
}

impl Way {
    /// Renders the picture.
    pub fn render(&self, size: Size, threads: Threads) -> Result<Array2<u8>, Error> {
        let mut image = Array2::zeros(size);
        match threads {
            Threads::One => (self.whole)(image.view_mut())?,
            Threads::Many(n) => self.render_blocks(image.view_mut(), n)?,
        }
        Ok(image)
    }

    /// Lets `threads` threads take blocks of rows until none is left.
    fn render_blocks(&self, mut image: ArrayViewMut2<u8>, threads: usize) -> Result<(), Error> {
        let height = image.nrows() as i64;
        let blocks = Mutex::new(image.axis_chunks_iter_mut(Axis(0), BLOCK).enumerate());
        let next = || blocks.lock().unwrap_or_else(PoisonError::into_inner).next();
        let work = || {
            while let Some((block, rows)) = next() {
                (self.rows)((block * BLOCK) as i64, height, rows)?;
            }
            Ok(())
        };
        thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            workers.into_iter().try_for_each(|worker| match worker.join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            })
        })
    }
}
