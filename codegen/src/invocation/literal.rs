//! The value of a Rust string literal.

/// The text that a string literal (`"…"`, `r#"…"#`) stands for; `None` when it is none.
pub fn value(literal: &str) -> Option<String> {
    match literal.strip_prefix('r') {
        Some(raw) => {
            let hashes = raw.len() - raw.trim_start_matches('#').len();
            let content = raw[hashes..].strip_suffix(&raw[..hashes])?;
            Some(content.strip_prefix('"')?.strip_suffix('"')?.to_owned())
        }
        None => unescape(literal.strip_prefix('"')?.strip_suffix('"')?),
    }
}

fn unescape(content: &str) -> Option<String> {
    let mut text = String::with_capacity(content.len());
    let mut rest = content;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        rest = escape(rest, &mut text)?;
    }
    text.push_str(rest);
    Some(text)
}

/// Reads what follows a backslash, adds its value, and gives the rest.
fn escape<'a>(rest: &'a str, text: &mut String) -> Option<&'a str> {
    let kind = rest.chars().next()?;
    let after = &rest[kind.len_utf8()..];
    let value = match kind {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        '0' => '\0',
        '\\' | '\'' | '"' => kind,
        '\n' => return Some(after.trim_start_matches([' ', '\t', '\n', '\r'])),
        'x' => {
            text.push(char::from(u8::from_str_radix(after.get(..2)?, 16).ok()?));
            return after.get(2..);
        }
        'u' => {
            let (digits, after) = after.strip_prefix('{')?.split_once('}')?;
            text.push(char::from_u32(u32::from_str_radix(&digits.replace('_', ""), 16).ok()?)?);
            return Some(after);
        }
        _ => return None,
    };
    text.push(value);
    Some(after)
}

#[cfg(test)]
mod tests {
    use super::value;

    #[test]
    fn values_are_rusts() {
        for (literal, expected) in [
            (r#""a\n\t\"\\\x41\u{1_F600}""#, Some("a\n\t\"\\A\u{1f600}")),
            ("\"a\\\n    b\"", Some("ab")),
            (r##"r"\d""##, Some(r"\d")),
            (r###"r#"a"b"#"###, Some("a\"b")),
            (r#""\d""#, None),
            ("b\"a\"", None),
            ("\"", None),
            ("r#\"", None),
            ("12", None),
        ] {
            assert_eq!(value(literal).as_deref(), expected, "{literal}");
        }
    }
}
