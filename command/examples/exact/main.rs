//! How exact the elementary functions are: of `float32` over all arguments there are, beside `float64`; and
//! what they give for the arguments of `tests/judge/math_ulp.py`, which knows what is right.
//!
//! `cargo run --release -p pykernel-cli --example exact` goes through every 65537th `float32`, `… exact every 1 sin`
//! through all of them, for one function: that takes minutes. `… exact list` prints the functions, a line each; `… exact
//! values NAME float64 v1` (a CPU level, or `ptx`: on a machine for GPUs' code) reads arguments from standard input, as the machine lays numbers out, one array for each
//! parameter, and writes the results.

#![expect(clippy::print_stdout, reason = "the table is what this program makes")]

mod float32;
mod function;
#[path = "../../tests/ptx/machine.rs"]
mod machine;

use std::io::{self, Read, Write};
use std::process::ExitCode;

use function::{FUNCTIONS, Number, Place, find};
use pykernel_codegen::backend::Level;

/// Every so many arguments are enough to find a wrong branch; it is a prime.
const STRIDE: usize = 65537;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        [] => float32::measure(STRIDE, &[]),
        ["every", stride, names @ ..] => match stride.parse() {
            Ok(stride @ 1..) => float32::measure(stride, names),
            Ok(0) | Err(_) => Err(format!("`{stride}` is no stride")),
        },
        ["list"] => {
            list();
            Ok(())
        }
        ["ptx", name, "float64"] => ptx::<f64>(name),
        ["ptx", name, "float32"] => ptx::<f32>(name),
        ["values", name, "float64", level] => values::<f64>(name, level),
        ["values", name, "float32", level] => values::<f32>(name, level),
        _ => Err("the arguments are: nothing, `every STRIDE [NAME…]`, `list`, `ptx NAME DTYPE`, or `values NAME DTYPE LEVEL`"
            .to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(cause) => {
            eprintln!("error: {cause}");
            ExitCode::FAILURE
        }
    }
}

/// Prints the functions: name, parameters, bound, dtypes.
fn list() {
    for function in FUNCTIONS {
        let dtypes = if function.has_float32 { "float64 float32" } else { "float64" };
        println!("{} {} {} {dtypes}", function.name, function.arity, function.bound);
    }
}

/// Prints a function's PTX.
fn ptx<T: Number>(name: &str) -> Result<(), String> {
    let function = find(name).ok_or_else(|| format!("there is no function `{name}`"))?;
    print!("{}", function.ptx::<T>());
    Ok(())
}

/// Writes a function's results for the arguments that stand on the standard input.
fn values<T: Number>(name: &str, level: &str) -> Result<(), String> {
    let function = find(name).ok_or_else(|| format!("there is no function `{name}`"))?;
    let place = match level {
        "ptx" => Place::Ptx,
        level => Place::Cpu(Level::named(level).ok_or_else(|| format!("there is no level `{level}`"))?),
    };
    let mut bytes = Vec::new();
    io::stdin().read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    let numbers = T::read(&bytes);
    let count = numbers.len() / function.arity;
    let arguments: Vec<&[T]> = (0..function.arity).map(|at| &numbers[at * count..][..count]).collect();
    let mut results = vec![T::default(); count];
    function.compile::<T>(place).run(&arguments, &mut results);
    io::stdout().write_all(&T::write(&results)).map_err(|error| error.to_string())
}
