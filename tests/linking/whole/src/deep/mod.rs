//! Away from the root.

pub mod deeper;
