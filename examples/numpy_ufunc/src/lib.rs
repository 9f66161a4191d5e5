//! The Python module `talk`: kernels that are ufuncs of NumPy itself.
//!
//! ```python
//! >>> import numpy as np, talk
//! >>> type(talk.rel_diff)
//! <class 'numpy.ufunc'>
//! >>> talk.rel_diff.outer([1.0, 2.0], [3.0, 4.0, 5.0])
//! ```
//!
//! `check.py` builds on this, and checks it.

use pyo3::prelude::*;

mod register;

pykernel::kernels!();

/// The module: each of its ufuncs.
#[pymodule]
mod talk {
    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        use super::ufuncs::{escape_time, max_min, rel_diff};
        for table in [rel_diff.table(), escape_time.table(), max_min.table()] {
            module.add(table.kernel.name, super::register::ufunc(module.py(), table)?)?;
        }
        Ok(())
    }
}
