//! What environment variables say about the driver and its devices.

use std::env;

/// How the driver behaves.
#[derive(Debug)]
pub struct Settings {
    /// `FAKE_CUDA_NO_DEVICE`: the machine has a driver and no device.
    pub no_device: bool,
    /// `FAKE_CUDA_STUB`: this is the library that toolkits have for linking.
    pub stub: bool,
    /// `FAKE_CUDA_VERSION`: what `cuDriverGetVersion` says.
    pub version: i32,
    /// `FAKE_CUDA_DEVICES`: how many devices there are.
    pub devices: usize,
    /// `FAKE_CUDA_CAPABILITY`: the compute capability, ten times.
    pub capability: u32,
    /// `FAKE_CUDA_MEMORY`: how many bytes each device has.
    pub memory: u64,
    /// `FAKE_CUDA_SEED`: the order in which threads run.
    pub seed: u64,
    /// `FAKE_CUDA_STEPS`: after how many instructions a launch takes too long.
    pub steps: u64,
    /// `FAKE_CUDA_TRACE`: a line for each call.
    pub trace: bool,
    /// `FAKE_CUDA_FAIL`: `name:count`, with commas between: which call finds no memory.
    pub failures: Vec<(String, u64)>,
}

impl Settings {
    /// What the environment says.
    pub fn from_environment() -> Settings {
        Settings {
            no_device: flag("NO_DEVICE"),
            stub: flag("STUB"),
            version: number("VERSION", 12020) as i32,
            devices: number("DEVICES", 1).clamp(1, 16) as usize,
            capability: number("CAPABILITY", 70) as u32,
            memory: number("MEMORY", 8 << 30),
            seed: number("SEED", 0),
            steps: number("STEPS", 1 << 32),
            trace: flag("TRACE"),
            failures: failures(),
        }
    }
}

fn variable(name: &str) -> Option<String> {
    env::var(format!("FAKE_CUDA_{name}")).ok().filter(|value| !value.is_empty())
}

fn flag(name: &str) -> bool {
    variable(name).is_some_and(|value| value != "0")
}

/// A misspelt number must not pass as the usual one.
fn number(name: &str, usual: u64) -> u64 {
    variable(name).map_or(usual, |value| {
        value.parse().unwrap_or_else(|_| panic!("FAKE_CUDA_{name} is no number: '{value}'"))
    })
}

fn failures() -> Vec<(String, u64)> {
    let list = variable("FAIL").unwrap_or_default();
    let entry = |item: &str| {
        let (name, count) = item.split_once(':')?;
        Some((name.to_owned(), count.parse().ok()?))
    };
    let wrong = |item: &str| -> ! { panic!("FAKE_CUDA_FAIL wants name:count, not '{item}'") };
    list.split(',')
        .filter(|item| !item.is_empty())
        .map(|item| entry(item).unwrap_or_else(|| wrong(item)))
        .collect()
}
