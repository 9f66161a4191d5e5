//! Times kernels on this machine's GPU, beside the rates at which it copies and computes, measured in the same run.
//!
//! `cargo run --release -p pykernel-benches --bin gpu --features cuda [PYTHON]` writes its section of `RESULTS.md`.
//! PYTHON is one that has numba-cuda; CUDA C++ is timed where `nvcc` is found. `--into FILE` writes another file's
//! section. `--small` takes tiny sizes, to check the results and not the times, and writes only where `--into` says.

#![expect(clippy::print_stdout, reason = "the table is what this program makes")]

mod bare;
mod blocks;
mod elements;
mod gufuncs;
mod host;
mod kernels;
mod launches;
mod measure;
#[path = "../../peer.rs"]
mod peer;
mod peers;
mod rates;
mod section;

use std::path::PathBuf;

use measure::Bench;
use peers::Peers;
use pykernel::cuda;
use section::Place;

/// What ends a run early: an error of the device, a wrong result, a file.
type Done<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// What the command line asks for.
#[derive(Default)]
struct Options {
    python: Option<String>,
    into: Option<PathBuf>,
    small: bool,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Done<Options> {
        let mut options = Options::default();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--small" => options.small = true,
                "--into" => options.into = Some(arguments.next().ok_or("--into wants a file")?.into()),
                _ if argument.starts_with('-') => return Err(format!("there is no option {argument}").into()),
                _ => options.python = Some(argument),
            }
        }
        if options.into.is_none() && !options.small {
            options.into = Some(concat!(env!("CARGO_MANIFEST_DIR"), "/RESULTS.md").into());
        }
        Ok(options)
    }
}

fn main() -> Done {
    let options = Options::parse(std::env::args().skip(1))?;
    let gpu = match cuda::device(0) {
        Ok(gpu) => gpu,
        Err(error) => {
            println!("nothing is measured: {error}");
            return Ok(());
        }
    };
    let place = options.into.map(Place::find).transpose()?;
    let stream = gpu.stream()?;
    let rates = rates::measure(&stream, options.small)?;
    println!("{gpu:?}: {rates}");
    let mut bench = Bench::new(stream, options.small, rates, Peers::start(options.python.as_deref()));
    elements::all(&mut bench)?;
    host::all(&mut bench)?;
    blocks::all(&mut bench)?;
    gufuncs::all(&mut bench)?;
    let launches = launches::all(&mut bench)?;
    println!("{} results, all right", bench.checked());
    match place {
        Some(place) => place.write(&section::text(&bench, &launches)?),
        None => Ok(()),
    }
}
