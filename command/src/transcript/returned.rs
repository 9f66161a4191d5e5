//! What a kernel has returned: the struct that it writes, read back.

use pykernel_codegen::infer::promote;
use pykernel_codegen::interface::{Number as NumberType, fields};
use pykernel_codegen::types::{DType, Type};

use super::number::{Datum, Number};
use super::value::Value;

/// Room for what a kernel with this result writes, aligned for all of it.
pub fn room(result: &Type) -> Vec<u64> {
    let words = |dtype: DType| dtype.size().div_ceil(8);
    vec![0; fields(result).into_iter().map(words).sum()]
}

/// The value of a result that was written into its room.
pub fn value(result: &Type, written: &[u64]) -> Value {
    let bytes: Vec<u8> = written.iter().flat_map(|word| word.to_ne_bytes()).collect();
    Fields { bytes: &bytes, next: 0 }.value(result)
}

struct Fields<'b> {
    bytes: &'b [u8],
    /// Where the next field begins, but for its alignment.
    next: usize,
}

impl Fields<'_> {
    fn value(&mut self, ty: &Type) -> Value {
        match ty {
            Type::None => Value::None,
            Type::Weak(weak) => Value::Number(self.number(NumberType::Weak(*weak))),
            Type::Strong(dtype) => Value::Number(self.number(NumberType::Strong(*dtype))),
            Type::Tuple(items) => Value::Tuple(items.iter().map(|item| self.value(item)).collect()),
            Type::Optional(inner) => {
                let present = self.number(NumberType::Strong(DType::Bool));
                let value = self.value(inner);
                if present.datum.is_true() { value } else { Value::None }
            }
            Type::Array(_) | Type::Text => unreachable!("bug in pykernel: a kernel returns {ty}"),
        }
    }

    fn number(&mut self, ty: NumberType) -> Number {
        let dtype = ty.dtype();
        let start = self.next.next_multiple_of(promote::part(dtype).size());
        self.next = start + dtype.size();
        Number { ty, datum: Datum::from_bytes(dtype, &self.bytes[start..self.next]) }
    }
}
