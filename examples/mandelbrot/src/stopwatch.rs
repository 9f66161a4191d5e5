//! Times, and signs of life.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write, stderr};
use std::time::Instant;

/// What was measured: a row and a column of the table.
type Key = (&'static str, String);

/// The best times, in milliseconds.
#[derive(Default)]
pub struct Times(BTreeMap<Key, f64>);

impl Times {
    /// Runs something and keeps its time if it is the best so far.
    pub fn measure<T, E>(&mut self, key: Key, run: impl FnOnce() -> Result<T, E>) -> Result<(), E> {
        let start = Instant::now();
        run()?;
        let time = start.elapsed().as_secs_f64() * 1e3;
        let best = self.0.entry(key).or_insert(time);
        *best = best.min(time);
        Ok(())
    }

    /// The best time.
    pub fn best(&self, key: Key) -> f64 {
        self.0.get(&key).copied().unwrap_or(f64::NAN)
    }
}

/// A line on the terminal that says how far the work is. Silent where no one looks.
pub struct Progress {
    done: usize,
    steps: usize,
    shown: bool,
}

impl Progress {
    /// Nothing is done yet.
    pub fn new(steps: usize) -> Self {
        Progress { done: 0, steps, shown: stderr().is_terminal() }
    }

    /// One more step is done.
    pub fn step(&mut self) {
        self.done += 1;
        self.show(&format!("\rrendering, {} of {} pictures", self.done, self.steps));
    }

    /// Takes the line away.
    pub fn finish(&self) {
        self.show("\r\x1b[K");
    }

    fn show(&self, text: &str) {
        if self.shown {
            // A terminal that is gone is no reason to stop.
            let _ = stderr().write_all(text.as_bytes()).and_then(|()| stderr().flush());
        }
    }
}
