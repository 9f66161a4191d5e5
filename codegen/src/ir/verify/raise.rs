//! Message templates, as `pykernel_abi::Site` describes them.

use crate::ir::Scalar;

/// The types of a template's placeholders, in order, or what is wrong with the template.
pub(super) fn placeholders(template: &str) -> Result<Vec<Scalar>, String> {
    let wrong = || format!("the message template {template:?} is malformed");
    let mut wanted = Vec::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let braces = &rest[at..];
        let (scalars, len) = match braces.as_bytes() {
            [b'{', b'{', ..] | [b'}', b'}', ..] => ([].as_slice(), 2),
            [b'{', letter, b'}', ..] => (placeholder(*letter).ok_or_else(wrong)?, 3),
            _ => return Err(wrong()),
        };
        wanted.extend_from_slice(scalars);
        rest = &braces[len..];
    }
    Ok(wanted)
}

fn placeholder(letter: u8) -> Option<&'static [Scalar]> {
    match letter {
        b'i' => Some(&[Scalar::I64]),
        b'u' => Some(&[Scalar::U64]),
        b'f' | b'g' => Some(&[Scalar::F64]),
        b'b' | b'B' => Some(&[Scalar::Bool]),
        b'c' | b'C' | b'k' | b'K' => Some(&[Scalar::F64; 2]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_found_between_doubled_braces() {
        let wanted = [[Scalar::I64, Scalar::U64], [Scalar::F64; 2], [Scalar::Bool; 2], [Scalar::F64; 2]];
        assert_eq!(placeholders("a {{i}} {i}{u} é {f}{g}}}{{{b}{B}{C}"), Ok(wanted.concat()));
        for malformed in ["{", "}", "{x}", "{i", "{ii}", "a}b"] {
            assert!(placeholders(malformed).is_err(), "{malformed}");
        }
    }
}
