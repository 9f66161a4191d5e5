//! Which type two numbers have in common: NumPy's promotion with weak Python numbers (NEP 50),
//! and the one type that a name has where paths join.

use std::collections::BTreeMap;

use super::time::common_time;
use crate::types::{ArrayType, DType, Kind, Layout, Time, Type, Weak};

/// The type of an operation on two numbers, `None` if one is not a number.
pub fn promote(left: &Type, right: &Type) -> Option<Type> {
    match (left, right) {
        (Type::Weak(a), Type::Weak(b)) => Some(Type::Weak(*a.max(b))),
        (Type::Strong(a), Type::Strong(b)) => Some(Type::Strong(promote_dtypes(*a, *b))),
        (Type::Weak(weak), Type::Strong(strong)) | (Type::Strong(strong), Type::Weak(weak)) => {
            Some(Type::Strong(promote_weak(*weak, *strong)))
        }
        (Type::Time(a), Type::Time(b)) if a.of == b.of => {
            common_time(*a, *b).map(|unit| Type::Time(Time { of: a.of, unit }))
        }
        _ => None,
    }
}

/// The dtype in which a weak number meets a strong one (NEP 50).
fn promote_weak(weak: Weak, strong: DType) -> DType {
    if weak.dtype().kind() <= strong.kind() {
        return strong;
    }
    match (weak, strong) {
        (Weak::Complex, DType::Float32) => DType::Complex64,
        _ => weak.dtype(),
    }
}

/// NumPy's `promote_types`.
pub fn promote_dtypes(a: DType, b: DType) -> DType {
    let (low, high) = if a.kind() <= b.kind() { (a, b) } else { (b, a) };
    match (low.kind(), high.kind()) {
        (Kind::Bool, _) => high,
        (Kind::Int, Kind::Int) => promote_ints(low, high),
        (Kind::Int | Kind::Float, Kind::Float) => float_of_bits(float_bits(low).max(float_bits(high))),
        (_, Kind::Complex) => complex_of_bits(float_bits(low).max(float_bits(high))),
        (Kind::Int | Kind::Float | Kind::Complex, _) => unreachable!("bug in pykernel: kinds are ordered"),
    }
}

/// Two integers: the wider of one signedness, else the signed type that holds both, else float64.
fn promote_ints(a: DType, b: DType) -> DType {
    if a.is_signed_int() == b.is_signed_int() {
        return if a.size() >= b.size() { a } else { b };
    }
    let (signed, unsigned) = if a.is_signed_int() { (a, b) } else { (b, a) };
    match signed.size().max(2 * unsigned.size()) {
        1 => DType::Int8,
        2 => DType::Int16,
        4 => DType::Int32,
        8 => DType::Int64,
        _ => DType::Float64,
    }
}

/// The bits of the smallest float that NumPy lets stand for a number of this type.
fn float_bits(dtype: DType) -> usize {
    match dtype {
        DType::Bool | DType::Int8 | DType::UInt8 | DType::Int16 | DType::UInt16 => 32,
        DType::Float32 | DType::Complex64 => 32,
        DType::Int32 | DType::Int64 | DType::UInt32 | DType::UInt64 => 64,
        DType::Float64 | DType::Complex128 => 64,
    }
}

fn float_of_bits(bits: usize) -> DType {
    if bits == 32 { DType::Float32 } else { DType::Float64 }
}

fn complex_of_bits(bits: usize) -> DType {
    if bits == 32 { DType::Complex64 } else { DType::Complex128 }
}

/// The real dtype of a complex number's parts; a real dtype itself.
pub fn part(dtype: DType) -> DType {
    match dtype {
        DType::Complex64 => DType::Float32,
        DType::Complex128 => DType::Float64,
        real => real,
    }
}

/// One definition that reaches a merge: its type and, for a literal of Python's `int`, its value.
pub type Definition = (Type, Option<i128>);

/// The one type of a name whose definitions meet, or the two types that do not go together.
///
/// A weak int joins a strong integer as that type only if every weak definition is a literal that
/// it holds; otherwise it counts as `int64`. Everything else follows [`promote`].
///
/// With `None` among them, what the others have in common is optional; there is no optional tuple.
pub fn join(definitions: &[Definition]) -> Result<Type, (Type, Type)> {
    let present = definitions.iter().filter_map(|(ty, literal)| Some((ty.present()?.clone(), *literal)));
    let present: Vec<Definition> = present.collect();
    if present.is_empty() {
        return definitions.first().map(|(ty, _)| ty.clone()).ok_or((Type::None, Type::None));
    }
    let Some((nullable, _)) = definitions.iter().find(|(ty, _)| ty.may_be_none()) else {
        return join_present(definitions);
    };
    let as_given = |ty: Type| {
        let given = definitions.iter().map(|(given, _)| given).find(|given| given.present() == Some(&ty));
        given.cloned().unwrap_or(ty)
    };
    match join_present(&present).map_err(|(a, b)| (as_given(a), as_given(b)))? {
        ty @ (Type::Weak(_) | Type::Strong(_) | Type::Time(_) | Type::Array(_)) => Ok(ty.optional()),
        ty => Err((nullable.clone(), ty)),
    }
}

/// The one type of definitions none of which may be `None`.
fn join_present(definitions: &[Definition]) -> Result<Type, (Type, Type)> {
    let mut joined: Option<Type> = None;
    for (ty, _) in definitions.iter().filter(|(ty, _)| !matches!(ty, Type::Weak(_))) {
        joined = Some(match joined {
            None => ty.clone(),
            Some(other) => join_two(&other, ty)?,
        });
    }
    for (ty, literal) in definitions.iter().filter(|(ty, _)| matches!(ty, Type::Weak(_))) {
        joined = Some(match joined {
            None => ty.clone(),
            Some(other) => join_weak(&other, ty, *literal)?,
        });
    }
    joined.ok_or((Type::None, Type::None))
}

/// Definitions that meet in one name, counted so that one can be exchanged for another without
/// looking at all of them.
#[derive(Clone, Debug, Default)]
pub struct Meeting {
    types: BTreeMap<Type, usize>,
    literals: BTreeMap<i128, usize>,
}

impl Meeting {
    /// Adds a definition, in place of an old one if there is one.
    pub fn exchange(&mut self, old: Option<&Definition>, new: &Definition) {
        match old {
            Some((_, Some(literal))) => remove(&mut self.literals, literal),
            Some((ty, None)) => remove(&mut self.types, ty),
            None => {}
        }
        match new {
            (_, Some(literal)) => *self.literals.entry(*literal).or_default() += 1,
            (ty, None) => *self.types.entry(ty.clone()).or_default() += 1,
        }
    }

    /// What [`join`] says of the definitions; of literals only the extremes matter.
    pub fn join(&self) -> Result<Type, (Type, Type)> {
        let types = self.types.keys().map(|ty| (ty.clone(), None));
        let extremes = self.literals.first_key_value().into_iter().chain(self.literals.last_key_value());
        let literals = extremes.map(|(literal, _)| (Type::INT, Some(*literal)));
        join(&types.chain(literals).collect::<Vec<_>>())
    }
}

/// Takes one from a count.
fn remove<K: Ord>(counts: &mut BTreeMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

/// The common type of a type that is already joined and of a weak definition.
fn join_weak(joined: &Type, weak: &Type, literal: Option<i128>) -> Result<Type, (Type, Type)> {
    let clash = || (joined.clone(), weak.clone());
    let Type::Strong(strong) = joined else { return promote(joined, weak).ok_or_else(clash) };
    match strong.int_range() {
        Some((low, high)) if strong.kind() == Kind::Int && *weak == Type::INT => match literal {
            Some(value) if (low..=high).contains(&value) => Ok(joined.clone()),
            _ => join_two(joined, &Type::Strong(DType::Int64)).map_err(|_| clash()),
        },
        _ => promote(joined, weak).ok_or_else(clash),
    }
}

/// The common type of two definitions that are not weak.
fn join_two(a: &Type, b: &Type) -> Result<Type, (Type, Type)> {
    let clash = || (a.clone(), b.clone());
    match (a, b) {
        _ if a == b => Ok(a.clone()),
        (Type::Strong(x), Type::Strong(y)) => {
            let joined = promote_dtypes(*x, *y);
            // int64 with uint64: a float would lose digits behind the author's back.
            if joined.kind() > x.kind().max(y.kind()) { Err(clash()) } else { Ok(Type::Strong(joined)) }
        }
        (Type::Time(_), Type::Time(_)) => promote(a, b).ok_or_else(clash),
        (Type::Array(x), Type::Array(y)) if x.element == y.element && x.rank == y.rank => {
            let layout = if x.layout == y.layout { x.layout } else { Layout::Any };
            let readonly = x.readonly || y.readonly;
            Ok(Type::Array(ArrayType { element: x.element, rank: x.rank, layout, readonly }))
        }
        (Type::Tuple(x), Type::Tuple(y)) if x.len() == y.len() => {
            let items = x.iter().zip(y).map(|(x, y)| join(&[(x.clone(), None), (y.clone(), None)]));
            items.collect::<Result<_, _>>().map(Type::Tuple).map_err(|_| clash())
        }
        _ => Err(clash()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use DType::*;

    #[test]
    fn dtypes_promote_as_numpy_does() {
        for (a, b, expected) in [
            (Int8, UInt8, Int16),
            (Int32, UInt32, Int64),
            (Int64, UInt64, Float64),
            (Int16, Float32, Float32),
            (UInt16, Float32, Float32),
            (Int32, Float32, Float64),
            (Bool, Complex64, Complex64),
            (Int64, Complex64, Complex128),
            (Float64, Complex64, Complex128),
        ] {
            assert_eq!(promote_dtypes(a, b), expected, "{a} {b}");
            assert_eq!(promote_dtypes(b, a), expected, "{b} {a}");
        }
    }

    #[test]
    fn a_weak_number_takes_the_strong_type_of_its_kind_or_a_higher_one() {
        let f = |weak, strong| promote(&Type::Weak(weak), &Type::Strong(strong)).unwrap();
        assert_eq!(f(Weak::Int, Int8), Type::Strong(Int8));
        assert_eq!(f(Weak::Float, Float32), Type::Strong(Float32));
        assert_eq!(f(Weak::Float, Int8), Type::Strong(Float64));
        assert_eq!(f(Weak::Int, Bool), Type::Strong(Int64));
        assert_eq!(f(Weak::Complex, Float32), Type::Strong(Complex64));
        assert_eq!(f(Weak::Complex, Float64), Type::Strong(Complex128));
    }

    #[test]
    fn only_fitting_literals_join_a_narrow_integer() {
        let i8 = (Type::Strong(Int8), None);
        assert_eq!(join(&[(Type::INT, Some(0)), i8.clone()]), Ok(Type::Strong(Int8)));
        assert_eq!(join(&[(Type::INT, Some(300)), i8.clone()]), Ok(Type::Strong(Int64)));
        assert_eq!(join(&[(Type::INT, None), i8]), Ok(Type::Strong(Int64)));
        let u64 = (Type::Strong(UInt64), None);
        assert!(join(&[(Type::INT, None), u64.clone()]).is_err());
        assert!(join(&[(Type::Strong(Int8), None), u64]).is_err());
        assert_eq!(join(&[(Type::FLOAT, None), (Type::Strong(Float32), None)]), Ok(Type::Strong(Float32)));
    }
}
