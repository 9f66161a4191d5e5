//! Numba and NumPy in a process of their own, driven line by line.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A running script of this folder: `peers.py`, `ufunc_peers.py`.
pub struct Python {
    process: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Python {
    /// Starts it; `None` where this Python has no Numba.
    pub fn start(python: &str, script: &str) -> Option<Self> {
        let mut process = Command::new(python)
            .arg(format!("{}/{script}", env!("CARGO_MANIFEST_DIR")))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let (asks, answers) = (process.stdin.take()?, BufReader::new(process.stdout.take()?));
        let mut python = Python { process, asks, answers };
        (python.answer()? == "ready").then_some(python)
    }

    /// The seconds of one run of a peer, `numba` or `numpy`; NaN if it has no such benchmark.
    pub fn time(&mut self, peer: &str, name: &str) -> f64 {
        let asked = writeln!(self.asks, "{peer} {name}").and_then(|()| self.asks.flush());
        let answer = asked.ok().and_then(|()| self.answer());
        answer.and_then(|answer| answer.parse().ok()).unwrap_or(f64::NAN)
    }

    fn answer(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.answers.read_line(&mut line).ok()?;
        (read > 0).then(|| line.trim().to_owned())
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        // It ends by itself when its input closes; a peer that hangs must not outlive us.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
