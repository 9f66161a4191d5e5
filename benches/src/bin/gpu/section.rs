//! The section of `RESULTS.md`, between two marks.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::launches::Launched;
use crate::measure::Bench;
use crate::{Done, bare, peers};

const BEGIN: &str = "<!-- What stands from here is written by `--bin gpu`. -->\n";
const END: &str = "<!-- What stands up to here is written by `--bin gpu`. -->\n";

/// A file that has the marks: what stands before and behind the section.
pub struct Place {
    path: PathBuf,
    before: String,
    after: String,
}

impl Place {
    pub fn find(path: PathBuf) -> Done<Place> {
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let marked =
            text.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
        let Some((before, after)) = marked else {
            let cause = format!("there is no section between these lines:\n{BEGIN}{END}");
            return Err(format!("{}: {cause}", path.display()).into());
        };
        Ok(Place { before: before.to_owned(), after: after.to_owned(), path })
    }

    /// Puts a section there, for what stood there.
    pub fn write(&self, section: &str) -> Done {
        let Place { path, before, after } = self;
        std::fs::write(path, format!("{before}{BEGIN}{section}{END}{after}"))
            .map_err(|error| format!("{}: {error}", path.display()))?;
        println!("written: {}", path.display());
        Ok(())
    }
}

/// What a run has measured.
pub fn text(bench: &Bench, launches: &[Launched]) -> Done<String> {
    let gpu = bench.stream.device();
    let (major, minor) = gpu.compute_capability();
    let (cuda_major, cuda_minor) = bare::version()?;
    let rustc = peers::says("rustc", &["--version"]).unwrap_or_else(|| "rustc unknown".into());
    let rows: String = bench.rows.iter().map(|row| row.line(&bench.rates) + "\n").collect();
    let launches: String = launches.iter().map(|row| row.line() + "\n").collect();
    Ok(format!(
        "## GPUs

{date}, {name} (sm_{major}{minor}, {multiprocessors} multiprocessors, {memory:.0} GB); driver {driver}, CUDA {cuda_major}.{cuda_minor}; \
pykernel {version}, {rustc}; {numba}; {cpp}.

In the same run {rates}. Each row says which part of these its least work is. Medians of {runs} runs, timed by events on the device, of the host's
arrays by its clock; results are compared with the CPU's before. A ratio is our time over the other's: below 1 ours is faster.
`cargo run --release -p pykernel-benches --bin gpu --features cuda PYTHON` writes this section.

| | ours [ms] | least to most | | of the rates | goal | × numba-cuda | × CUDA C++ |
| --- | --- | --- | --- | --- | --- | --- | --- |
{rows}
A launch, in µs: until the host goes on, and until all are done.

| | asked for | least to most | done | × numba-cuda |
| --- | --- | --- | --- | --- |
{launches}",
        date = date(),
        name = gpu.name(),
        multiprocessors = gpu.multiprocessors(),
        memory = gpu.memory() as f64 / 1e9,
        driver = driver(),
        version = env!("CARGO_PKG_VERSION"),
        numba = bench.peers.versions[0],
        cpp = bench.peers.versions[1],
        rates = bench.rates,
        runs = bench.timed_runs(),
    ))
}

/// The driver's own version, which its functions do not tell.
fn driver() -> String {
    let said = peers::says("nvidia-smi", &["--query-gpu=driver_version", "--format=csv,noheader"]);
    said.unwrap_or_else(|| "of a version that `nvidia-smi` does not tell".into())
}

/// Today's date by the universal clock.
fn date() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let (year, month, day) = civil(now.as_secs() / 86_400);
    format!("{year}-{month:02}-{day:02}")
}

/// The date of a day that is counted from 1970-01-01 on, in the Gregorian calendar, of which 400 years have 146097 days. Years
/// begin in March here, so that a leap day is the last one.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    // Five months from March on have 153 days.
    let month = (5 * day + 2) / 153;
    let day_of_month = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next, month, day_of_month)
}

#[cfg(test)]
mod tests {
    use super::civil;

    #[test]
    fn days_have_their_dates() {
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(11_016), (2000, 2, 29));
        assert_eq!(civil(11_017), (2000, 3, 1));
        assert_eq!(civil(20_787), (2026, 11, 30));
        assert_eq!(civil(47_540), (2100, 2, 28));
        assert_eq!(civil(47_541), (2100, 3, 1));
    }
}
