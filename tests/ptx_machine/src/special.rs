//! The special registers (PTX ISA 10).

use crate::types::{Type, U32, U64};

/// A special register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Special {
    /// `%tid`, by dimension; the fourth is always zero.
    Tid(u8),
    Ntid(u8),
    Ctaid(u8),
    Nctaid(u8),
    LaneId,
    WarpId,
    NumberOfWarps,
    LaneMaskEqual,
    LaneMaskLess,
    LaneMaskLessEqual,
    LaneMaskGreater,
    LaneMaskGreaterEqual,
    Clock,
    Clock64,
    MultiprocessorId,
    NumberOfMultiprocessors,
    GridId,
    GlobalTimer,
    DynamicSharedSize,
    TotalSharedSize,
}

/// Registers of one dimension.
const SCALARS: &[(&str, Special, Type)] = &[
    ("%laneid", Special::LaneId, U32),
    ("%warpid", Special::WarpId, U32),
    ("%nwarpid", Special::NumberOfWarps, U32),
    ("%lanemask_eq", Special::LaneMaskEqual, U32),
    ("%lanemask_lt", Special::LaneMaskLess, U32),
    ("%lanemask_le", Special::LaneMaskLessEqual, U32),
    ("%lanemask_gt", Special::LaneMaskGreater, U32),
    ("%lanemask_ge", Special::LaneMaskGreaterEqual, U32),
    ("%clock", Special::Clock, U32),
    ("%clock64", Special::Clock64, U64),
    ("%smid", Special::MultiprocessorId, U32),
    ("%nsmid", Special::NumberOfMultiprocessors, U32),
    ("%gridid", Special::GridId, U64),
    ("%globaltimer", Special::GlobalTimer, U64),
    ("%dynamic_smem_size", Special::DynamicSharedSize, U32),
    ("%total_smem_size", Special::TotalSharedSize, U32),
];

type OfDimension = fn(u8) -> Special;

/// Registers of three dimensions.
const VECTORS: &[(&str, OfDimension)] = &[
    ("%tid", Special::Tid),
    ("%ntid", Special::Ntid),
    ("%ctaid", Special::Ctaid),
    ("%nctaid", Special::Nctaid),
];

/// The special register of one dimension that has this name, and its type.
pub(crate) fn scalar(name: &str) -> Option<(Special, Type)> {
    SCALARS.iter().find(|row| row.0 == name).map(|row| (row.1, row.2))
}

/// Whether this is the name of a special register of three dimensions.
pub(crate) fn is_vector(name: &str) -> bool {
    VECTORS.iter().any(|row| row.0 == name)
}

/// The special register of that name and dimension: `%tid` and `x`.
pub(crate) fn component(name: &str, dimension: &str) -> Option<(Special, Type)> {
    let index = ["x", "y", "z", "w"].iter().position(|&d| d == dimension)?;
    VECTORS.iter().find(|row| row.0 == name).map(|row| (row.1(index as u8), U32))
}
