//! Reads answers as CPython and NumPy print them.
//!
//! Answers are read into values with exact types, so that the spacing of an array does not count
//! and the type of a number does: `3` is Python's, `np.int64(3)` is NumPy's.

use pykernel_codegen::interface;
use pykernel_codegen::types::{DType, Kind};

use super::array::Array;
use super::evaluate::strong;
use super::number::{Datum, Number};
use super::value::{Raised, Value};

/// What an example must give.
#[derive(Clone, Debug)]
pub enum Expected {
    /// This value; `None` prints nothing.
    Value(Value),
    /// This exception.
    Raised(Raised),
}

/// Reads an answer: the lines between one `>>>` and the next.
pub fn parse(text: &str) -> Result<Expected, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Expected::Value(Value::None));
    }
    if text.starts_with("Traceback (most recent call last):") {
        return raised(text).map(Expected::Raised);
    }
    let mut reader = Reader { rest: text };
    let value = reader.value()?;
    match reader.rest.trim() {
        "" => Ok(Expected::Value(value)),
        rest => Err(format!("unexpected `{rest}` after the answer")),
    }
}

/// The exception of a traceback: its last part, after the indented lines.
fn raised(text: &str) -> Result<Raised, String> {
    let line = text.lines().skip(1).find(|line| !line.starts_with(' ')).unwrap_or("");
    let (class, message) = line.split_once(": ").unwrap_or((line.trim_end_matches(':'), ""));
    if class.is_empty() || !class.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.') {
        return Err(format!("`{line}` is not the last line of a traceback"));
    }
    Ok(Raised { class: class.into(), message: message.into() })
}

struct Reader<'t> {
    rest: &'t str,
}

/// A number as an answer writes it. Its type depends on what stands around it.
type Bare = Datum;

impl Reader<'_> {
    fn accept(&mut self, text: &str) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, text: &str) -> Result<(), String> {
        if self.accept(text) { Ok(()) } else { Err(format!("expected `{text}` at `{}`", self.rest)) }
    }

    fn value(&mut self) -> Result<Value, String> {
        if self.accept("np.True_") {
            return Ok(Value::Number(of_type(DType::Bool, Datum::Bool(true))?));
        }
        if self.accept("np.False_") {
            return Ok(Value::Number(of_type(DType::Bool, Datum::Bool(false))?));
        }
        if self.accept("np.") {
            return self.strong();
        }
        if self.accept("array(") {
            return self.array();
        }
        if self.accept("(") {
            return self.tuple();
        }
        if self.accept("None") {
            return Ok(Value::None);
        }
        Ok(Value::weak(self.bare()?))
    }

    fn word(&mut self) -> String {
        self.rest = self.rest.trim_start();
        let len = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(len);
        self.rest = rest;
        word.to_owned()
    }

    /// `float32(0.1)`, `complex64(1+2j)`
    fn strong(&mut self) -> Result<Value, String> {
        let dtype = dtype(&self.word())?;
        self.expect("(")?;
        let parenthesised = self.accept("(");
        let datum = self.bare()?;
        if parenthesised {
            self.expect(")")?;
        }
        self.expect(")")?;
        Ok(Value::Number(of_type(dtype, datum)?))
    }

    /// `(1+2j)` or a tuple, after its parenthesis.
    fn tuple(&mut self) -> Result<Value, String> {
        let mut items = Vec::new();
        loop {
            if self.accept(")") {
                return Ok(Value::Tuple(items));
            }
            items.push(self.value()?);
            if !self.accept(",") {
                self.expect(")")?;
                return match items.as_slice() {
                    [Value::Number(number)] if number.ty.dtype().kind() == Kind::Complex => {
                        Ok(items.remove(0))
                    }
                    [_] => Err("only complex numbers stand in parentheses".into()),
                    _ => Ok(Value::Tuple(items)),
                };
            }
        }
    }

    /// A number; a complex one has its real part in front, perhaps with a space between.
    fn bare(&mut self) -> Result<Bare, String> {
        for (word, value) in [("True", true), ("False", false)] {
            if self.accept(word) {
                return Ok(Datum::Bool(value));
            }
        }
        let first = self.real()?;
        if self.rest.starts_with('j') {
            self.rest = &self.rest[1..];
            return Ok(Datum::Complex(0.0, first.parts().0));
        }
        let after = self.rest.trim_start();
        let imaginary = after.starts_with(['+', '-']).then(|| {
            let mut reader = Reader { rest: after };
            let im = reader.real().ok()?;
            let rest = reader.rest.strip_prefix('j')?;
            Some((im, rest))
        });
        match imaginary.flatten() {
            Some((im, rest)) => {
                self.rest = rest;
                Ok(Datum::Complex(first.parts().0, im.parts().0))
            }
            None => Ok(first),
        }
    }

    /// An integer or a float, with its sign.
    fn real(&mut self) -> Result<Datum, String> {
        self.rest = self.rest.trim_start();
        let bytes = self.rest.as_bytes();
        let mut len = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
        let special = ["nan", "inf"].into_iter().find(|word| self.rest[len..].starts_with(word));
        len += special.map_or(0, str::len);
        while special.is_none() && len < bytes.len() {
            let sign = matches!(bytes[len], b'+' | b'-') && len > 0 && bytes[len - 1] == b'e';
            if !(bytes[len].is_ascii_digit() || matches!(bytes[len], b'.' | b'e') || sign) {
                break;
            }
            len += 1;
        }
        let (text, rest) = self.rest.split_at(len);
        let is_int = special.is_none() && !text.contains(['.', 'e']);
        let datum = match is_int {
            true => text.parse().map(Datum::Int).ok(),
            false => text.parse().map(Datum::Float).ok(),
        };
        let datum = match datum {
            // `-0` is the real part of `(-0+1j)`.
            Some(Datum::Int(0)) if text.starts_with('-') => Some(Datum::Float(-0.0)),
            other => other,
        };
        let datum = datum.ok_or_else(|| format!("`{}` is not an answer that Python prints", self.rest))?;
        self.rest = rest;
        Ok(datum)
    }

    /// `[[1., 2.]], dtype=float32)`, after `array(`.
    fn array(&mut self) -> Result<Value, String> {
        let (mut shape, mut elements) = (Vec::new(), Vec::new());
        self.nested(0, &mut shape, &mut elements)?;
        let mut declared = None;
        while self.accept(",") {
            match self.word().as_str() {
                "dtype" => {
                    self.expect("=")?;
                    declared = Some(dtype(&self.word())?);
                }
                "shape" => {
                    self.expect("=")?;
                    shape = self.shape()?;
                }
                other => return Err(format!("`{other}=` is not printed by arrays")),
            }
        }
        self.expect(")")?;
        let dtype = declared.unwrap_or_else(|| default_dtype(&elements));
        let elements: Result<Vec<Datum>, String> =
            elements.into_iter().map(|datum| Ok(of_type(dtype, datum)?.datum)).collect();
        let elements = elements?;
        if elements.len() != shape.iter().product::<usize>() {
            return Err("the rows of an array have different lengths".into());
        }
        Ok(Value::Array(Array::new(dtype, &shape, &elements)))
    }

    fn shape(&mut self) -> Result<Vec<usize>, String> {
        self.expect("(")?;
        let mut shape = Vec::new();
        while !self.accept(")") {
            shape.push(self.word().parse().map_err(|_| "a shape holds extents")?);
            self.accept(",");
        }
        Ok(shape)
    }

    /// Numbers in nested brackets.
    fn nested(
        &mut self,
        depth: usize,
        shape: &mut Vec<usize>,
        elements: &mut Vec<Bare>,
    ) -> Result<(), String> {
        if !self.accept("[") {
            elements.push(self.bare()?);
            return Ok(());
        }
        let first = shape.len() == depth && depth < 32;
        if first {
            shape.push(0);
        }
        let mut count = 0;
        while !self.accept("]") {
            self.nested(depth + 1, shape, elements)?;
            self.accept(",");
            count += 1;
        }
        match shape.get_mut(depth) {
            Some(extent) if first || *extent == count => *extent = count,
            _ => return Err("the rows of an array have different lengths".into()),
        }
        Ok(())
    }
}

fn dtype(name: &str) -> Result<DType, String> {
    match strong(if name == "bool" { "bool_" } else { name }) {
        Some(Value::Type(ty)) => Ok(ty.dtype()),
        _ => Err(format!("`{name}` is not a dtype")),
    }
}

fn default_dtype(elements: &[Bare]) -> DType {
    match elements.first() {
        Some(Datum::Bool(_)) => DType::Bool,
        Some(Datum::Int(_)) => DType::Int64,
        Some(Datum::Complex(..)) => DType::Complex128,
        Some(Datum::Float(_)) | None => DType::Float64,
    }
}

/// The number as one of a dtype, which must be of its kind.
fn of_type(dtype: DType, datum: Bare) -> Result<Number, String> {
    let kind = Number::weak(datum).ty.dtype().kind();
    if kind > dtype.kind() {
        return Err(format!("{dtype} does not hold {}", Number::weak(datum)));
    }
    let ty = interface::Number::Strong(dtype);
    Number::weak(datum).convert(ty).map_err(|refused| refused.message)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read, printed again.
    fn read(text: &str) -> String {
        match parse(text) {
            Ok(Expected::Value(value)) => value.to_string(),
            Ok(Expected::Raised(raised)) => raised.to_string(),
            Err(message) => format!("error: {message}"),
        }
    }

    #[test]
    fn scalars_print_as_they_were_read() {
        for text in [
            "3",
            "-1.5",
            "1e-05",
            "True",
            "nan",
            "-inf",
            "(1+2j)",
            "(-0-2j)",
            "1.5j",
            "(nan+infj)",
            "np.True_",
            "np.float32(0.1)",
            "np.int8(-3)",
            "np.complex64(1+2j)",
            "np.uint64(18446744073709551615)",
            "(2, 3)",
            "(None, 1.5)",
            "np.float64(nan)",
            "np.complex128(-0-0j)",
        ] {
            assert_eq!(read(text).replace("((", "(").replace("))", ")"), text);
        }
        assert_eq!(read(""), "None");
    }

    #[test]
    fn arrays_of_any_spacing() {
        assert_eq!(
            read("array([[ 1.,  2.5],\n       [11., nan]])"),
            "array([[1.0, 2.5], [11.0, nan]], dtype=float64)"
        );
        assert_eq!(read("array([1, 2], dtype=int8)"), "array([1, 2], dtype=int8)");
        assert_eq!(read("array([ True, False])"), "array([True, False], dtype=bool_)");
        assert_eq!(read("array([], shape=(0, 3), dtype=float32)"), "array([], shape=[0, 3], dtype=float32)");
        assert_eq!(read("array([1. +0.j  , 0.5-2.j ])"), "array([1+0j, 0.5-2j], dtype=complex128)");
        assert_eq!(read("array([0.1], dtype=float32)"), "array([0.1], dtype=float32)");
        assert!(read("array([[1, 2], [3]])").starts_with("error"));
    }

    #[test]
    fn exceptions() {
        assert_eq!(read("Traceback (most recent call last):\nValueError: a: b"), "ValueError: a: b");
        assert_eq!(read("Traceback (most recent call last):\n  ...\nAssertionError"), "AssertionError");
        assert!(read("Traceback (most recent call last):").starts_with("error"));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["3 4", "np.float32(", "array([1", "spam", "np.int8(1.5)", "(3)", "--1", "[1]"] {
            assert!(read(text).starts_with("error"), "{text}");
        }
    }
}
