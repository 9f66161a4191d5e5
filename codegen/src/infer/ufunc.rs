//! Which loop of a ufunc takes some inputs, as NumPy finds it.

use super::promote::promote_dtypes;
use crate::hir;
use crate::types::{DType, Kind, Type, Weak};
use crate::ufunc::Ufunc;

/// The dtypes of one loop of a ufunc.
pub(super) struct Loop {
    pub(super) inputs: Vec<DType>,
}

/// The loops of a ufunc, one for each signature.
pub(super) fn loops(function: &hir::Function, ufunc: &Ufunc) -> Vec<Loop> {
    let inputs = |signature: &hir::Signature| {
        let inputs = signature.params.iter().take(ufunc.layout.inputs.len());
        Loop { inputs: inputs.filter_map(Type::element).collect() }
    };
    function.signatures.iter().map(inputs).collect()
}

/// The loop that takes inputs of these types: the one of exactly these if none of them is weak, else
/// the first that takes them by safe casts. Weak numbers are of any type of their kind or a higher
/// one, if a strong input is of that kind too; the only input is never weak.
pub(super) fn pick(loops: &[Loop], inputs: &[Type]) -> Option<usize> {
    let weak: Vec<Option<Weak>> =
        if inputs.len() == 1 { vec![None] } else { inputs.iter().map(weak).collect() };
    let dtypes: Vec<DType> = inputs.iter().filter_map(Type::element).collect();
    let strong = dtypes.iter().zip(&weak).filter(|(_, weak)| weak.is_none());
    let strongest = strong.map(|(dtype, _)| order(dtype.kind())).max();
    let weakest = weak.iter().flatten().map(|weak| order(weak.dtype().kind())).max();
    if weakest.is_none()
        && let Some(exact) = loops.iter().position(|candidate| candidate.inputs == dtypes)
    {
        return Some(exact);
    }
    let takes = |((given, weak), wanted): ((&DType, &Option<Weak>), &DType)| match weak {
        Some(_) if strongest >= weakest => given.kind() <= wanted.kind(),
        _ => casts_safely(*given, *wanted),
    };
    loops.iter().position(|candidate| dtypes.iter().zip(&weak).zip(&candidate.inputs).all(takes))
}

/// The loop that folds elements of a type into results of another one, if it is one of these.
pub(super) fn pick_fold(loops: &[Loop], result: DType, element: DType) -> Option<usize> {
    let find = |takes: &dyn Fn(DType) -> bool| {
        loops.iter().position(|candidate| candidate.inputs[0] == result && takes(candidate.inputs[1]))
    };
    find(&|dtype| dtype == element).or_else(|| find(&|dtype| casts_safely(element, dtype)))
}

/// The type in which ufuncs with the names of NumPy's sum and product fold integers, so that few overflow.
pub(super) fn widened(name: &str, element: DType) -> Option<DType> {
    match element.kind() {
        _ if !["add", "multiply"].contains(&name) => None,
        Kind::Int if !element.is_signed_int() => Some(DType::UInt64),
        Kind::Int | Kind::Bool => Some(DType::Int64),
        Kind::Float | Kind::Complex => None,
    }
}

/// Python's number that a type is, if NumPy takes it for one of any size: a `bool` is `bool_`.
const fn weak(ty: &Type) -> Option<Weak> {
    match ty {
        Type::Weak(Weak::Bool) => None,
        Type::Weak(weak) => Some(*weak),
        _ => None,
    }
}

/// The order of kinds in which NumPy compares weak numbers with others.
const fn order(kind: Kind) -> u8 {
    match kind {
        Kind::Bool => 0,
        Kind::Int => 1,
        Kind::Float | Kind::Complex => 2,
    }
}

/// NumPy's casting rule `safe`: every value is kept.
fn casts_safely(from: DType, to: DType) -> bool {
    promote_dtypes(from, to) == to
}

#[cfg(test)]
mod tests {
    use super::*;
    use DType::*;

    /// What NumPy 2.4 says.
    #[test]
    fn loops_are_found_as_numpy_finds_them() {
        let loops = |inputs: &[[DType; 2]]| -> Vec<Loop> {
            inputs.iter().map(|inputs| Loop { inputs: inputs.to_vec() }).collect()
        };
        let narrow_first = loops(&[[Int32, Int32], [Int64, Int64], [Float32, Float32], [Float64, Float64]]);
        let [i2, i4, u8, f4] = [Int16, Int32, UInt64, Float32].map(Type::Strong);
        for (inputs, expected) in [
            ([Type::INT, Type::INT], Some(1)),
            ([Type::INT, i4.clone()], Some(0)),
            ([Type::INT, Type::FLOAT], Some(3)),
            ([i4.clone(), Type::FLOAT], Some(3)),
            ([f4.clone(), Type::INT], Some(2)),
            ([f4.clone(), Type::FLOAT], Some(2)),
            ([u8, Type::INT], Some(3)),
            ([Type::COMPLEX, Type::INT], None),
            ([Type::BOOL, Type::INT], Some(1)),
            ([Type::BOOL, Type::BOOL], Some(0)),
            ([i2, i4.clone()], Some(0)),
            ([i4.clone(), f4], Some(3)),
        ] {
            assert_eq!(pick(&narrow_first, &inputs), expected, "{inputs:?}");
        }
        let wide_first = loops(&[[Float64, Float64], [Int32, Int32]]);
        assert_eq!(pick(&wide_first, &[i4.clone(), i4.clone()]), Some(1));
        assert_eq!(pick(&wide_first, &[i4, Type::INT]), Some(0));
        assert_eq!(pick(&loops(&[[Bool, Int8]]), &[Type::BOOL, Type::INT]), None);
    }
}
