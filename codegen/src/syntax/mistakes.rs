//! The ways out of mistakes that are common in text that is not Python: habits from other languages,
//! and what is forgotten.

/// Signs of other languages, and what Python writes.
const FOREIGN: &[(&str, &str)] = &[
    ("&&", "Python writes `and`"),
    ("||", "Python writes `or`"),
    ("++", "Python writes `x += 1`, in a statement of its own"),
    ("--", "Python writes `x -= 1`, in a statement of its own"),
    ("else if", "Python writes `elif`"),
    ("elseif", "Python writes `elif`"),
    ("elsif", "Python writes `elif`"),
    ("===", "Python writes `==`"),
    ("?", "Python writes `a if condition else b`"),
    ("/*", "a comment begins with `#`"),
    ("//", "a comment begins with `#`"),
];

/// What parsers say, by how it begins, and the way out.
const MESSAGES: &[(&str, &str)] = &[
    ("expected `:`, found newline", "end the line with `:`"),
    ("expected an indented block", "indent the statements of the block, or write `pass`"),
    ("unexpected indentation", SAME_INDENTATION),
    ("unindent does not match", SAME_INDENTATION),
    ("inconsistent use of tabs", SAME_INDENTATION),
    ("unexpected EOF", "close the bracket that is still open"),
    ("missing closing quote", "close the text with the quote that begins it"),
    ("expected an expression", "write the value that is missing here, or take out what asks for it"),
];

const SAME_INDENTATION: &str = "give the lines of a block the same indentation, of blanks alone";

/// The way out of a mistake, if it is a common one: by the parser's message and the line.
pub(super) fn help(message: &str, line: &str) -> Option<String> {
    let code = code(line);
    let first = code.split_whitespace().next().unwrap_or_default();
    if let Some(printed) = code.trim_start().strip_prefix("print ").filter(|_| message.contains("separated"))
    {
        let shown = if printed.contains('"') { "…" } else { printed.trim() };
        return Some(format!("`print` is a function: `print({shown})`"));
    }
    if let Some((_, help)) = FOREIGN.iter().find(|(sign, _)| code.contains(sign)) {
        return Some((*help).to_owned());
    }
    if code.replace("!=", "").contains('!') {
        return Some("Python writes `not x`".to_owned());
    }
    let assigns = message.contains("found `=`") || message.starts_with("invalid assignment target");
    if assigns && (code.contains(" if ") || matches!(first, "if" | "elif" | "while" | "assert" | "return")) {
        return Some("`=` assigns; compare with `==`".to_owned());
    }
    let known = MESSAGES.iter().find(|(begins, _)| message.starts_with(begins));
    known.map(|(_, help)| (*help).to_owned())
}

/// A line without its comment and without what stands in its strings.
fn code(line: &str) -> String {
    let (mut code, mut quote) = (String::new(), None);
    for c in line.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => continue,
            None if c == '#' => break,
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None => {}
        }
        code.push(c);
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_in_strings_and_comments_are_none() {
        assert_eq!(code("x = 'a && b' + \"!\"  # c || d"), "x = '' + \"\"  ");
        assert_eq!(help("expected a name", "x = 'a && b' !="), None);
        assert_eq!(help("expected a name", "x && y").as_deref(), Some("Python writes `and`"));
    }
}
