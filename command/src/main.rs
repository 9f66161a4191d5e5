//! The command `pykernel`.

use std::process::ExitCode;

fn main() -> ExitCode {
    pykernel_cli::command::main()
}
