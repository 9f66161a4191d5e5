//! `pykernel explain`

use std::io::Write;

use pykernel_codegen::diagnostic::Code;
use pykernel_codegen::spelling::closest;

use super::{Stop, Verdict};

/// Prints the page of a code, or what there is to explain.
pub fn run(name: Option<&str>, out: &mut dyn Write) -> Result<Verdict, Stop> {
    match name {
        Some(name) => write!(out, "{}", code(name)?.page())?,
        None => list(out)?,
    }
    Ok(Verdict::Well)
}

/// All codes and what they mean.
fn list(out: &mut dyn Write) -> Result<(), Stop> {
    let width = Code::ALL.iter().map(|code| code.name().len()).max().unwrap_or_default();
    for code in Code::ALL {
        writeln!(out, "{:width$}  {}", code.name(), code.meaning())?;
    }
    Ok(())
}

/// The code of a name, which may be written as messages show it: `error[undefined-name]`.
fn code(name: &str) -> Result<Code, Stop> {
    let bare = name.split_once('[').map_or(name, |(_, rest)| rest.trim_end_matches(']'));
    if let Some(code) = Code::ALL.iter().find(|code| code.name() == bare) {
        return Ok(*code);
    }
    let help = match closest(bare, Code::ALL.iter().map(|code| code.name())) {
        Some(similar) => format!("did you mean `{similar}`?"),
        None => "`pykernel explain` lists all codes".to_owned(),
    };
    Err(Stop::Usage(format!("there is no diagnostic `{name}`; {help}")))
}
