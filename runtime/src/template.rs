//! Texts with values in them, as kernels hand them over.

use crate::repr;

/// Puts the operands into a template (see [`pykernel_abi::Site`]).
pub fn expand(template: &str, operands: &[u64]) -> String {
    let mut text = String::with_capacity(template.len() + 16);
    let mut operands = operands;
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        text.push_str(&rest[..at]);
        match printed(rest.get(at..at + 3).unwrap_or(""), operands) {
            Some((value, taken)) => {
                text.push_str(&value);
                operands = &operands[taken..];
                rest = &rest[at + 3..];
            }
            None => {
                text.push_str(&rest[at..at + 1]);
                rest = rest.get(at + 2..).unwrap_or("");
            }
        }
    }
    text + rest
}

/// The text of the next operands, and how many they are, if `placeholder` stands for some.
fn printed(placeholder: &str, operands: &[u64]) -> Option<(String, usize)> {
    let float = |index: usize| operands.get(index).copied().map(f64::from_bits);
    let first = *operands.first()?;
    let one = |text: String| Some((text, 1));
    let complex = |print: fn(f64) -> String, parentheses| {
        Some((repr::complex(float(0)?, float(1)?, print, parentheses), 2))
    };
    let single = |x: f64| repr::float32(x as f32);
    match placeholder {
        "{i}" => one((first as i64).to_string()),
        "{u}" => one(first.to_string()),
        "{f}" => one(repr::float(f64::from_bits(first))),
        "{g}" => one(single(f64::from_bits(first))),
        "{b}" => one(repr::bool(first != 0).to_owned()),
        "{B}" => one(format!("np.{}_", repr::bool(first != 0))),
        "{c}" => complex(repr::float, false),
        "{C}" => complex(repr::float, true),
        "{k}" => complex(single, false),
        "{K}" => complex(single, true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_take_operands_in_order() {
        let operands = [-3i64 as u64, u64::MAX, 1e16f64.to_bits(), 1, 0, 0.1f64.to_bits(), 1f64.to_bits()];
        let text = expand("{{{i}}} {u} {f} {b} {B} {C} é", &operands);
        assert_eq!(text, "{-3} 18446744073709551615 1e+16 True np.False_ (0.1+1j) é");
        assert_eq!(expand("", &operands), "");
    }

    #[test]
    fn a_damaged_template_is_still_printed() {
        assert_eq!(expand("{i", &[0; 4]), "{");
        assert_eq!(expand("{i}{i}{i}{i}{i}", &[7; 4]), "7777{}");
        assert_eq!(expand("{C}", &[7]), "{}");
    }
}
