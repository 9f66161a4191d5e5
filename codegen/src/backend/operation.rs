//! Operations on lanes that Cranelift's IR lacks, for the back end for wide vectors. In that IR they are calls of
//! functions that do not exist, about which its optimiser believes nothing.

use cranelift_codegen::ir::UserExternalName;

/// The namespace of these functions; a module's own are in others.
const NAMESPACE: u32 = 0x6c61_6e65;

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    /// Lanes as they are, where it stands: Cranelift computes what two branches read in both of them.
    Here,
    /// Integers 0, 1, 2, …
    LaneNumbers,
    /// Integers to wider ones, by their sign.
    SignExtend,
    /// Integers to wider ones, by zeros.
    ZeroExtend,
    /// Integers to narrower ones: the low bits.
    Truncate,
    /// A mask to one of wider or narrower lanes.
    ResizeMask,
    /// `F32`s to `F64`s.
    Promote,
    /// `F64`s to `F32`s.
    Demote,
    /// `I32`s to `F64`s.
    ToFloat,
    /// `F64`s to `I32`s: NaN is 0, what does not fit the nearest that does.
    ToInteger,
    /// Address, mask as wide as the lanes → the lanes that are there, of adjacent numbers; others are 0.
    LoadMasked,
    /// Address, mask, lanes: writes the lanes that are there to adjacent numbers.
    StoreMasked,
    /// Address, distance, mask → the lanes that are there; others are 0. The distance in bytes is that from each
    /// number to the next, or lanes: that of each from the address.
    Gather,
    /// Address, distance, mask, lanes: writes the lanes that are there, in their order.
    Scatter,
}

impl Operation {
    const ALL: [Operation; 14] = [
        Operation::Here,
        Operation::LaneNumbers,
        Operation::SignExtend,
        Operation::ZeroExtend,
        Operation::Truncate,
        Operation::ResizeMask,
        Operation::Promote,
        Operation::Demote,
        Operation::ToFloat,
        Operation::ToInteger,
        Operation::LoadMasked,
        Operation::StoreMasked,
        Operation::Gather,
        Operation::Scatter,
    ];

    /// The name of the function that stands for it.
    pub(super) fn name(self) -> UserExternalName {
        UserExternalName::new(NAMESPACE, self as u32)
    }

    /// The operation that a function stands for.
    pub(super) fn named(name: &UserExternalName) -> Option<Operation> {
        Operation::ALL.into_iter().find(|operation| operation.name() == *name)
    }
}
