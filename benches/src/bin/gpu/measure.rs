//! How runs are timed and checked, and what is kept of them.

use std::time::{Duration, Instant};

use pykernel::cuda::{Error, Stream};

use crate::Done;
use crate::peers::Peers;
use crate::rates::Rates;

/// How long work runs before it is timed: modules are loaded, memory is there, clocks are up.
const WARM_UP: Duration = Duration::from_millis(300);

/// Runs that are timed.
const RUNS: usize = 31;

/// The same where only results count.
const SMALL_RUNS: usize = 2;

/// The seconds of a run: the median, the least and the most.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    pub median: f64,
    pub least: f64,
    pub most: f64,
}

impl Times {
    /// What is done to each.
    pub fn map(self, change: impl Fn(f64) -> f64) -> Times {
        Times { median: change(self.median), least: change(self.least), most: change(self.most) }
    }

    fn of(mut seconds: Vec<f64>) -> Times {
        seconds.sort_by(f64::total_cmp);
        let at = |index: usize| seconds.get(index).copied().unwrap_or(f64::NAN);
        Times { median: at(seconds.len() / 2), least: at(0), most: at(seconds.len().saturating_sub(1)) }
    }
}

/// How often work is timed, after how long for nothing.
#[derive(Clone, Copy)]
pub struct Runs {
    warm_up: Duration,
    timed: usize,
}

impl Runs {
    pub fn new(small: bool) -> Runs {
        let (warm_up, timed) = if small { (Duration::ZERO, SMALL_RUNS) } else { (WARM_UP, RUNS) };
        Runs { warm_up, timed }
    }

    /// The time on the device, between events of a stream around the work.
    pub fn on_device(
        self,
        stream: &Stream,
        mut work: impl FnMut() -> Result<(), Error>,
    ) -> Result<Times, Error> {
        self.each(|| {
            let start = stream.record()?;
            work()?;
            stream.record()?.elapsed_since(&start).map(|time| time.as_secs_f64())
        })
        .and_then(|times| stream.synchronize().map(|()| times))
    }

    /// The time on the host, of work that waits for what it asks for.
    pub fn on_host(self, mut work: impl FnMut() -> Result<(), Error>) -> Result<Times, Error> {
        self.each(|| {
            let start = Instant::now();
            work()?;
            Ok(start.elapsed().as_secs_f64())
        })
    }

    /// The times that runs give.
    pub fn each(self, mut run: impl FnMut() -> Result<f64, Error>) -> Result<Times, Error> {
        let start = Instant::now();
        run()?;
        while start.elapsed() < self.warm_up {
            run()?;
        }
        (0..self.timed).map(|_| run()).collect::<Result<_, _>>().map(Times::of)
    }
}

/// What a run does at least.
#[derive(Clone, Copy, Default)]
pub struct Work {
    /// The bytes that are read and written in the device's memory.
    pub bytes: f64,
    /// Instructions on float64: each takes the time of a fused multiply-add.
    pub instructions: f64,
    /// The bytes that go from the host to the device.
    pub uploaded: f64,
}

/// What is timed.
pub struct Workload {
    pub name: String,
    /// The name and the sizes, for peers.
    pub case: String,
    pub items: f64,
    pub unit: &'static str,
    pub work: Work,
    /// The part of a rate that it should reach.
    pub goal: &'static str,
}

/// A row of the table.
pub struct Row {
    pub workload: Workload,
    pub times: Times,
    pub numba: Option<f64>,
    pub cpp: Option<f64>,
}

/// A run of this program.
pub struct Bench {
    pub stream: Stream,
    pub rates: Rates,
    pub peers: Peers,
    pub runs: Runs,
    pub rows: Vec<Row>,
    small: bool,
    checked: usize,
}

impl Bench {
    pub fn new(stream: Stream, small: bool, rates: Rates, peers: Peers) -> Bench {
        Bench { stream, rates, peers, runs: Runs::new(small), rows: Vec::new(), small, checked: 0 }
    }

    /// A size: for times, or for results alone.
    pub fn size(&self, full: usize, small: usize) -> usize {
        if self.small { small } else { full }
    }

    /// How many timed runs a median is of.
    pub fn timed_runs(&self) -> usize {
        self.runs.timed
    }

    /// How many results were compared.
    pub fn checked(&self) -> usize {
        self.checked
    }

    /// Ends the program where a result is not the CPU's.
    pub fn check(&mut self, name: &str, right: bool) -> Done {
        if !right {
            return Err(format!("{name}: the GPU's result is not the CPU's").into());
        }
        self.checked += 1;
        Ok(())
    }

    /// Times a workload on the device.
    pub fn time(&mut self, workload: Workload, work: impl FnMut() -> Result<(), Error>) -> Done {
        let times = self.runs.on_device(&self.stream, work)?;
        self.keep(workload, times);
        Ok(())
    }

    /// Keeps a workload's times, and asks the peers for theirs.
    pub fn keep(&mut self, workload: Workload, times: Times) {
        let (numba, cpp) =
            (self.peers.numba(&workload.case), self.peers.cpp(&workload.case, self.runs.timed));
        let row = Row { workload, times, numba, cpp };
        println!("{}", row.line(&self.rates));
        self.rows.push(row);
    }
}

impl Row {
    /// The row in Markdown.
    pub fn line(&self, rates: &Rates) -> String {
        let Row { workload: Workload { name, items, unit, work, goal, .. }, times, numba, cpp } = self;
        let Times { median, least, most } = times;
        let ratio =
            |other: &Option<f64>| other.map_or("–".into(), |other| format!("{:.2}", median / other));
        format!(
            "| {name} | {:.3} | {:.3} to {:.3} | {:.3e} {unit}/s | {} | {goal} | {} | {} |",
            median * 1e3,
            least * 1e3,
            most * 1e3,
            items / median,
            rates.parts(work, *median),
            ratio(numba),
            ratio(cpp),
        )
    }
}
