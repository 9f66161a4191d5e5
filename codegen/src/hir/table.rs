//! Arrays that are constants of the module: `WEIGHTS = np.array([0.25, 0.5, 0.25])`.

use std::fmt;

use crate::types::{ArrayType, DType, Kind, Layout};

/// An array whose elements are known when the file is read. Nothing can write it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Table {
    /// The type of the elements.
    pub element: DType,
    /// The extents.
    pub shape: Vec<i64>,
    /// The bits of the elements, in the order C; of a complex one those of both parts, the real one first.
    pub parts: Vec<u64>,
}

impl Table {
    /// Its type.
    pub const fn ty(&self) -> ArrayType {
        ArrayType { readonly: true, ..ArrayType::of(self.element, self.shape.len(), Layout::C) }
    }

    /// How many bytes a number of its elements takes.
    const fn part_size(&self) -> usize {
        match self.element.kind() {
            Kind::Complex => self.element.size() / 2,
            Kind::Bool | Kind::Int | Kind::Float => self.element.size(),
        }
    }

    /// How many bytes it takes.
    pub const fn size(&self) -> usize {
        self.parts.len() * self.part_size()
    }

    /// The elements as they lie in memory.
    pub fn bytes(&self, little_endian: bool) -> Vec<u8> {
        let size = self.part_size();
        let bytes = self.parts.iter().map(|part| match little_endian {
            true => part.to_le_bytes()[..size].to_vec(),
            false => part.to_be_bytes()[8 - size..].to_vec(),
        });
        bytes.flatten().collect()
    }

    /// The distances in bytes between neighbours along each dimension.
    pub fn strides(&self) -> Vec<i64> {
        let mut stride = self.element.size() as i64;
        let mut strides: Vec<i64> = Vec::with_capacity(self.shape.len());
        for extent in self.shape.iter().rev() {
            strides.push(stride);
            stride *= extent;
        }
        strides.reverse();
        strides
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let extents: Vec<String> = self.shape.iter().map(i64::to_string).collect();
        write!(f, "table {}[{}]", self.element, extents.join(", "))
    }
}
