//! The Cranelift back end. The only room that names Cranelift.
