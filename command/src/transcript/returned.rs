//! What a kernel has returned: the struct that it writes, read back.

use pykernel_abi::Block;
use pykernel_codegen::infer::promote;
use pykernel_codegen::interface::{Field, Number as NumberType, fields};
use pykernel_codegen::types::{ArrayType, DType, Type};

use super::array::{Array, indices, lies_as};
use super::number::{Datum, Number};
use super::value::Value;
use crate::host::HOST;

/// Room for what a kernel with this result writes, aligned for all of it.
pub fn room(result: &Type) -> Vec<u64> {
    let words = |field| match field {
        Field::Number(dtype) => dtype.size().div_ceil(8),
        Field::Array(array) => 2 + 2 * array.rank,
    };
    vec![0; fields(result).into_iter().map(words).sum()]
}

/// The value of a result that was written into its room. Memory that the kernel has handed over is
/// given back.
///
/// # Safety
/// A kernel with this result has written it, its host is [`HOST`], its arguments are still alive,
/// and it is read once.
pub unsafe fn value(result: &Type, written: &[u64]) -> Result<Value, String> {
    let bytes: Vec<u8> = written.iter().flat_map(|word| word.to_ne_bytes()).collect();
    // SAFETY: the caller vouches for it.
    unsafe { Fields { bytes: &bytes, next: 0, present: true }.value(result) }
}

struct Fields<'b> {
    bytes: &'b [u8],
    /// Where the next field begins, but for its alignment.
    next: usize,
    /// Whether what is read is there: an absent array has no elements.
    present: bool,
}

impl Fields<'_> {
    /// # Safety
    /// As for [`value`].
    unsafe fn value(&mut self, ty: &Type) -> Result<Value, String> {
        Ok(match ty {
            Type::None => Value::None,
            Type::Weak(weak) => Value::Number(self.number(NumberType::Weak(*weak))),
            Type::Strong(dtype) => Value::Number(self.number(NumberType::Strong(*dtype))),
            Type::Time(time) => Value::Number(self.number(NumberType::Time(*time))),
            Type::Tuple(items) => {
                // SAFETY: the caller vouches for it.
                let items = items.iter().map(|item| unsafe { self.value(item) });
                Value::Tuple(items.collect::<Result<_, _>>()?)
            }
            Type::Optional(inner) => {
                let present = self.number(NumberType::Strong(DType::Bool));
                let outer = std::mem::replace(&mut self.present, present.datum.is_true());
                // SAFETY: the caller vouches for it.
                let value = unsafe { self.value(inner) }?;
                self.present = outer;
                if present.datum.is_true() { value } else { Value::None }
            }
            // SAFETY: the caller vouches for it.
            Type::Array(array) => Value::Array(unsafe { self.array(*array) }?),
            Type::Text | Type::DType(_) | Type::Generator => {
                unreachable!("bug in pykernel: a kernel returns {ty}")
            }
        })
    }

    fn number(&mut self, ty: NumberType) -> Number {
        let dtype = ty.dtype();
        let start = self.next.next_multiple_of(promote::part(dtype).size());
        self.next = start + dtype.size();
        Number { ty, datum: Datum::from_bytes(dtype, &self.bytes[start..self.next]) }
    }

    fn word(&mut self) -> u64 {
        let start = self.next.next_multiple_of(8);
        self.next = start + 8;
        u64::from_ne_bytes(std::array::from_fn(|at| self.bytes[start + at]))
    }

    /// An array with a copy of the elements.
    ///
    /// # Safety
    /// As for [`value`].
    unsafe fn array(&mut self, ty: ArrayType) -> Result<Array, String> {
        let data = std::ptr::with_exposed_provenance::<u8>(self.word() as usize);
        let shape: Vec<usize> = (0..ty.rank).map(|_| self.word() as usize).collect();
        let strides: Vec<isize> = (0..ty.rank).map(|_| self.word() as isize).collect();
        let owner = std::ptr::with_exposed_provenance_mut::<Block>(self.word() as usize);
        let Some(dtype) = ty.element.number() else {
            // SAFETY: the reference is the caller's, and nothing of the array is used.
            unsafe { release(owner) };
            return Err(format!("{ty} cannot stand in a transcript: return its fields"));
        };
        let element = |index: Vec<usize>| {
            let offsets = index.iter().zip(&strides).map(|(index, stride)| *index as isize * stride);
            // SAFETY: the index is inside of the shape.
            let bytes = unsafe { std::slice::from_raw_parts(data.offset(offsets.sum()), dtype.size()) };
            Datum::from_bytes(dtype, bytes)
        };
        let array = match self.present {
            true => Array::new(dtype, &shape, &indices(&shape).map(element).collect::<Vec<_>>()),
            false => Array::new(dtype, &[0], &[]),
        };
        // SAFETY: the reference is the caller's, and the elements are not used any more.
        unsafe { release(owner) };
        if self.present && !lies_as(dtype, &shape, &strides, ty.layout) {
            return Err(format!("what is returned is no {ty}: shape {shape:?}, strides {strides:?}"));
        }
        Ok(array)
    }
}

/// Gives a reference to a block back.
///
/// # Safety
/// The block, if there is one, is of [`HOST`], and the reference is the caller's.
unsafe fn release(owner: *mut Block) {
    if owner.is_null() {
        return;
    }
    // SAFETY: an owner is the address of a block's tail, which need not be aligned.
    unsafe {
        let mut block = owner.read_unaligned();
        block.references -= 1;
        match block.references {
            0 => (HOST.release)(block.data, block.bytes, block.align),
            _ => owner.write_unaligned(block),
        }
    }
}
