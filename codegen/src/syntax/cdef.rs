//! C declarations in a string: `double spread(double x, int64_t n);`.

use super::foreign::Prototype;
use crate::types::DType;

/// The types whose size every target agrees on.
const TYPES: &[(&str, DType)] = &[
    ("_Bool", DType::Bool),
    ("bool", DType::Bool),
    ("double", DType::Float64),
    ("float", DType::Float32),
    ("int", DType::Int32),
    ("int16_t", DType::Int16),
    ("int32_t", DType::Int32),
    ("int64_t", DType::Int64),
    ("int8_t", DType::Int8),
    ("long long", DType::Int64),
    ("short", DType::Int16),
    ("signed char", DType::Int8),
    ("size_t", DType::UInt64),
    ("ssize_t", DType::Int64),
    ("uint16_t", DType::UInt16),
    ("uint32_t", DType::UInt32),
    ("uint64_t", DType::UInt64),
    ("uint8_t", DType::UInt8),
    ("unsigned char", DType::UInt8),
    ("unsigned int", DType::UInt32),
    ("unsigned long long", DType::UInt64),
    ("unsigned short", DType::UInt16),
];

/// Reads declarations of functions: their names and prototypes; what is wrong otherwise.
pub(super) fn parse(text: &str) -> Result<Vec<(String, Prototype)>, String> {
    let text = without_comments(text);
    let declarations = text.split(';').map(str::trim).filter(|text| !text.is_empty());
    declarations.map(declaration).collect()
}

/// The text with a blank for each comment.
fn without_comments(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("/*").into_iter().chain(rest.find("//")).min() {
        out.push_str(&rest[..at]);
        out.push(' ');
        let end = if rest[at..].starts_with("/*") { "*/" } else { "\n" };
        rest = rest[at + 2..].split_once(end).map_or("", |(_, rest)| rest);
    }
    out + rest
}

fn declaration(text: &str) -> Result<(String, Prototype), String> {
    let wrong = || format!("`{text}` does not declare a function of numbers");
    let (head, params) = text.strip_suffix(')').and_then(|text| text.split_once('(')).ok_or_else(wrong)?;
    let words: Vec<&str> = head.split_whitespace().collect();
    let (name, result) = words.split_last().filter(|(name, _)| is_name(name)).ok_or_else(wrong)?;
    let result = match result {
        ["void"] => None,
        result => Some(dtype(result).ok_or_else(wrong)?),
    };
    let params = match params.trim() {
        "" | "void" => Vec::new(),
        params => params.split(',').map(param).collect::<Option<_>>().ok_or_else(wrong)?,
    };
    Ok(((*name).to_owned(), Prototype { params, result }))
}

/// A type, perhaps with a name behind it.
fn param(text: &str) -> Option<DType> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let named = || words.split_last().filter(|(name, _)| is_name(name)).and_then(|(_, ty)| dtype(ty));
    dtype(&words).or_else(named)
}

/// The type of some words, which may begin with `const`.
fn dtype(words: &[&str]) -> Option<DType> {
    let words = words.strip_prefix(&["const"]).unwrap_or(words).join(" ");
    TYPES.iter().find(|(name, _)| *name == words).map(|(_, dtype)| *dtype)
}

fn is_name(text: &str) -> bool {
    let is_first = |c: char| c.is_ascii_alphabetic() || c == '_';
    text.starts_with(is_first) && text.chars().all(|c| is_first(c) || c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Result<(String, Prototype), String> {
        parse(text).map(|mut declared| declared.remove(0))
    }

    #[test]
    fn prototypes_are_read_as_c_reads_them() {
        let expect = |text, name: &str, params: &[DType], result| {
            let prototype = Prototype { params: params.to_vec(), result };
            assert_eq!(one(text), Ok((name.to_owned(), prototype)), "{text}");
        };
        let (f8, i4) = (DType::Float64, DType::Int32);
        expect("double f(double x, const int n);", "f", &[f8, i4], Some(f8));
        expect(" unsigned  long\nlong f ( void ) ;", "f", &[], Some(DType::UInt64));
        expect("void f(unsigned char, bool b)", "f", &[DType::UInt8, DType::Bool], None);
        expect("int /* a; b */ f(); // end", "f", &[], Some(i4));
    }

    #[test]
    fn what_is_no_function_of_numbers_is_refused() {
        for text in [
            "double f",
            "f(int)",
            "double f(double *x)",
            "long f(void)",
            "int f(int,)",
            "int f(int) g",
            "int x; y",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert_eq!(parse(" ; "), Ok(vec![]));
    }
}
