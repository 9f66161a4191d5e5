//! Which casts a call may make: NumPy's casting rules.

use std::fmt;

use crate::dtype::{DType, Kind};

/// What a call may do to its operands' types.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Casting {
    /// Nothing.
    No,
    /// Nothing: all our dtypes have the machine's byte order.
    Equiv,
    /// Casts that keep every value, and integers to `float64` and `complex128`.
    Safe,
    /// Safe casts, and those to a kind that is not lower: `float64` to `float32`.
    #[default]
    SameKind,
    /// Every cast.
    Unsafe,
}

impl fmt::Display for Casting {
    /// Writes it as NumPy does: `same_kind`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Casting::No => "no",
            Casting::Equiv => "equiv",
            Casting::Safe => "safe",
            Casting::SameKind => "same_kind",
            Casting::Unsafe => "unsafe",
        })
    }
}

impl Casting {
    /// Whether it allows a cast.
    pub fn allows(self, from: DType, to: DType) -> bool {
        from == to
            || match self {
                Casting::No | Casting::Equiv => false,
                Casting::Safe => is_safe(from, to),
                Casting::SameKind => is_safe(from, to) || from.kind() <= to.kind(),
                Casting::Unsafe => true,
            }
    }
}

/// Whether a cast is one of NumPy's safe ones.
fn is_safe(from: DType, to: DType) -> bool {
    let (size, room) = (from.size(), to.size());
    match (from.kind(), to.kind()) {
        (Kind::Bool, _) => true,
        (Kind::Unsigned, Kind::Signed) => size < room,
        (Kind::Unsigned | Kind::Signed, Kind::Float) => size < room || room == 8,
        (Kind::Unsigned | Kind::Signed, Kind::Complex) => size < room / 2 || room == 16,
        (Kind::Float, Kind::Complex) => size <= room / 2,
        (from, to) => from == to && size <= room,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What NumPy says: `np.can_cast(from, to, casting)`, a row for each of `DType::ALL`.
    fn rows(casting: Casting) -> Vec<String> {
        let row = |from| DType::ALL.map(|to| if casting.allows(from, to) { '1' } else { '0' });
        DType::ALL.map(|from| row(from).iter().collect()).to_vec()
    }

    #[test]
    fn safe_casts_are_numpys() {
        let expected = [
            "1111111111111",
            "0111100001111",
            "0011100001111",
            "0001100000101",
            "0000100000101",
            "0011111111111",
            "0001101111111",
            "0000100110101",
            "0000000010101",
            "0000000001111",
            "0000000000101",
            "0000000000011",
            "0000000000001",
        ];
        assert_eq!(rows(Casting::Safe), expected);
    }

    #[test]
    fn casts_of_a_kind_are_numpys() {
        let expected = [
            "1111111111111",
            "0111100001111",
            "0111100001111",
            "0111100001111",
            "0111100001111",
            "0111111111111",
            "0111111111111",
            "0111111111111",
            "0111111111111",
            "0000000001111",
            "0000000001111",
            "0000000000011",
            "0000000000011",
        ];
        assert_eq!(rows(Casting::SameKind), expected);
    }
}
