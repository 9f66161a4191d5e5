//! What rustdoc says of a kernel.

use proc_macro2::TokenStream;
use pykernel_codegen::interface::{Kernel, Overload, Param};
use pykernel_codegen::types::Type;
use quote::quote;

/// What the caller of a kernel without bounds checks must know.
const UNCHECKED: &str = "\n\nThe kernel, or one that it calls, trusts its caller. If it has `boundscheck=False` its \
    indices are not checked: with these arguments each of them must lie in its array (`-n <= i < n` on an axis of \
    extent `n`). If it has lines with `# pykernel: disjoint`, iterations of the parallel loop must not meet there: \
    what one writes, no other reads or writes.";

/// The documentation of a kernel: its docstring and its Python signatures.
pub fn attributes(kernel: &Kernel) -> TokenStream {
    let docstring = kernel.doc.as_deref().map(markdown).map(|doc| format!("{doc}\n\n"));
    let signatures: Vec<String> =
        kernel.overloads.iter().map(|overload| signature(kernel, overload)).collect();
    let safety = safety(kernel);
    let text = format!("{}```python\n{}\n```{safety}", docstring.unwrap_or_default(), signatures.join("\n"));
    quote! { #[doc = #text] }
}

/// What a caller must vouch for, if anything.
fn safety(kernel: &Kernel) -> String {
    let mut text = if kernel.is_unsafe() { "\n\n# Safety".to_owned() } else { String::new() };
    if kernel.is_unchecked() {
        text.push_str(UNCHECKED);
    }
    if !kernel.untrusted.is_empty() {
        let functions: Vec<String> = kernel.untrusted.iter().map(|symbol| format!("`{symbol}`")).collect();
        text.push_str(
            "\n\nThese C functions must have the signatures that the kernel's file declares, and be ",
        );
        text.push_str(&format!("safe to call with what it gives them: {}.", functions.join(", ")));
    }
    text
}

/// A signature as Python writes it: `scale(x: float64[:], factor: float64) -> float64`.
pub fn signature(kernel: &Kernel, overload: &Overload) -> String {
    let param = |param: &Param| format!("{}: {}", param.name, Type::from(&param.ty));
    let params: Vec<String> = overload.params.iter().map(param).collect();
    format!("{}({}) -> {}", kernel.name, params.join(", "), overload.result)
}

/// A docstring as Markdown.
///
/// Docstrings are not Markdown: rustdoc would run what is indented or fenced as Rust tests, and
/// look for links in `a[i]`. One with blocks is shown verbatim, one of plain paragraphs as prose.
fn markdown(doc: &str) -> String {
    let is_block = |line: &str| {
        line.starts_with("    ") || line.trim_start().starts_with(['>', '~', '`', '-', '=', '\t'])
    };
    if doc.lines().any(is_block) {
        let fence = "`".repeat(doc.split(|c| c != '`').map(str::len).max().unwrap_or(0).max(2) + 1);
        return format!("{fence}text\n{doc}\n{fence}");
    }
    let mut text = String::with_capacity(doc.len());
    let mut in_code = false;
    for c in doc.chars() {
        in_code ^= c == '`';
        if !in_code && matches!(c, '[' | ']' | '<' | '*' | '\\') {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::markdown;

    #[test]
    fn prose_stays_prose_and_blocks_stay_verbatim() {
        assert_eq!(markdown("Scales `x[i]`, or x[i] < 1."), r"Scales `x[i]`, or x\[i\] \< 1.");
        assert_eq!(markdown("Sums.\n\n>>> f(1)\n1"), "```text\nSums.\n\n>>> f(1)\n1\n```");
        assert_eq!(markdown("a\n\n```\ncode\n```"), "````text\na\n\n```\ncode\n```\n````");
    }
}
