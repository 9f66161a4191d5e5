//! The back end's stages as text, for people and tests.

use cranelift_codegen::control::ControlPlane;

use super::clif::Dispatcher;
use super::wide::Unsupported;
use super::{Error, LevelIr, Target, clif, level, object_module};
use crate::interface::Kernel;
use crate::source::Source;

/// The Cranelift IR of a kernel's functions, as it goes into the code generator.
pub fn clif_text(irs: &[LevelIr], kernel: &Kernel, target: &Target) -> Result<String, Error> {
    if let Some(text) = elsewhere(kernel) {
        return Ok(text);
    }
    let mut module = object_module(kernel, target)?;
    let clif::Code { functions, .. } =
        clif::translate(&mut module, kernel, &level::variants(irs, kernel, target)?)?;
    let texts: Vec<String> = functions
        .iter()
        .flatten()
        .map(|function| format!("; {}\n{}", function.name, function.context.func.display()))
        .collect();
    Ok(texts.join("\n"))
}

/// The machine code of a kernel's functions as text, after register allocation.
pub fn asm_text(irs: &[LevelIr], kernel: &Kernel, target: &Target) -> Result<String, Error> {
    if let Some(text) = elsewhere(kernel) {
        return Ok(text);
    }
    let mut module = object_module(kernel, target)?;
    let mut text = String::new();
    let clif::Code { functions, dispatchers } =
        clif::translate(&mut module, kernel, &level::variants(irs, kernel, target)?)?;
    for mut function in functions.into_iter().flatten() {
        if let Some(compiled) = &function.wide {
            text.push_str(&format!(
                "; {}, {} bytes\n{}\n",
                function.name,
                compiled.bytes.code.len(),
                compiled.text()
            ));
            continue;
        }
        function.context.set_disasm(true);
        let code = function
            .context
            .compile(&*function.isa, &mut ControlPlane::default())
            .map_err(|error| Error::from_codegen(&function.name, &error.inner))?;
        let body = code.vcode.as_deref().unwrap_or("");
        if let Some(Unsupported(why)) = &function.refused {
            text.push_str(&format!("; with registers of 128 bits: {why}\n"));
        }
        text.push_str(&format!("; {}, {} bytes\n{body}\n", function.name, code.buffer.data().len()));
    }
    for Dispatcher { name, code, text: body, .. } in dispatchers {
        text.push_str(&format!("; {name}, {} bytes\n{body}\n", code.len()));
    }
    Ok(text)
}

/// What stands in the place of the code of a kernel that has none for CPUs.
fn elsewhere(kernel: &Kernel) -> Option<String> {
    let name = &kernel.name;
    kernel.launched.map(|_| format!("; {name} runs on GPUs alone: the stage `ptx` shows it\n"))
}

/// Puts each line of Python, as a comment, before the code that comes from it, where that has places.
pub fn with_lines(clif: &str, source: &Source) -> String {
    let lines: Vec<&str> = source.text.lines().collect();
    let mut annotated = String::new();
    let mut current = None;
    for line in clif.lines() {
        let place = line.strip_prefix('@').and_then(|line| line.split(' ').next());
        let offset = place.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        if let Some(number) = offset.map(|offset| source.line(offset))
            && current.replace(number) != Some(number)
        {
            let text = lines.get((number - source.first_line) as usize).map_or("", |line| line.trim_ascii());
            annotated.push_str(&format!("; {}:{number}: {text}\n", source.file));
        }
        annotated.push_str(line);
        annotated.push('\n');
    }
    annotated
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stands_before_what_comes_from_it() {
        let source = Source::embedded("k.py", 5, "def f(x):\n    y = x\n    return y\n");
        let clif = "block0:\n@000e  v1 = a\n@000f  v2 = b\n    v3 = c\n@0018  return\n";
        let want = "block0:\n; k.py:6: y = x\n@000e  v1 = a\n@000f  v2 = b\n    v3 = c\n\
                    ; k.py:7: return y\n@0018  return\n";
        assert_eq!(with_lines(clif, &source), want);
    }
}
