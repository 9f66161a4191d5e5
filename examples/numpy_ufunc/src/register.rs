//! Makes NumPy's ufuncs of kernels.

use std::ffi::{CString, c_char, c_int, c_void};

use numpy::PY_UFUNC_API;
use numpy::npyffi::{NPY_TYPES, npy_intp};
use pykernel::ufunc::{Identity, Loop, Table};
use pykernel::{DType, call::Layout};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

/// NumPy's ufunc of a kernel's loops. It lives as long as the process.
///
/// # Errors
/// `TypeError` of kernels that NumPy cannot run: its loops have no way to raise, and no say in how
/// operands lie in memory.
pub fn ufunc<'py>(py: Python<'py>, table: &'static Table<'static>) -> PyResult<Bound<'py, PyAny>> {
    let needs_layout = |inner: &Loop<'_>| inner.layouts.iter().any(|layout| *layout != Layout::Any);
    if table.loops.iter().any(|inner| inner.raises || needs_layout(inner)) {
        let message = format!("{} raises, or takes contiguous arrays alone", table.kernel.name);
        return Err(PyTypeError::new_err(message));
    }
    let types = table.loops.iter().flat_map(|inner| inner.types).map(|dtype| number(*dtype) as c_char);
    let data = table.loops.iter().map(|inner| std::ptr::from_ref(inner).cast_mut().cast::<c_void>());
    let name = CString::new(table.kernel.name)?;
    let (layout, doc) = (CString::new(table.layout.to_string())?, CString::default());
    let signature = if table.is_gufunc() { layout.as_c_str().as_ptr() } else { std::ptr::null() };
    let loops = vec![Some(run as Run); table.loops.len()];
    // SAFETY: NumPy keeps the addresses, of arrays that are never freed; it copies the signature. There are
    // as many loops, data and types as it is told.
    unsafe {
        let made = PY_UFUNC_API.PyUFunc_FromFuncAndDataAndSignature(
            py,
            forever(loops).as_mut_ptr().cast(),
            forever(data.collect()).as_mut_ptr(),
            forever(types.collect()).as_mut_ptr(),
            table.loops.len() as c_int,
            table.n_inputs() as c_int,
            table.n_outputs() as c_int,
            identity(table.identity),
            forever(name.into_bytes_with_nul()).as_ptr().cast(),
            forever(doc.into_bytes_with_nul()).as_ptr().cast(),
            0,
            signature,
        );
        Bound::from_owned_ptr_or_err(py, made.cast())
    }
}

/// A loop of NumPy.
type Run = unsafe extern "C" fn(*mut *mut c_char, *const npy_intp, *const npy_intp, *mut c_void);

/// Runs the loop of a kernel that NumPy passes as its data. Needs no Python, so that NumPy lets other
/// threads have it meanwhile.
unsafe extern "C" fn run(
    args: *mut *mut c_char,
    dimensions: *const npy_intp,
    steps: *const npy_intp,
    data: *mut c_void,
) {
    // SAFETY: the data is a loop's address, of the table that the ufunc was made from.
    let inner = unsafe { &*data.cast_const().cast::<Loop<'static>>() };
    // SAFETY: NumPy calls loops as the kernel expects it: it took the form from there.
    let result = unsafe { inner.run(args.cast_const().cast(), dimensions, steps) };
    debug_assert!(result.is_ok(), "kernels that raise are not registered");
}

/// Memory that is never freed.
fn forever<T>(items: Vec<T>) -> &'static mut [T] {
    Box::leak(items.into_boxed_slice())
}

/// NumPy's `PyUFunc_None`, `PyUFunc_ReorderableNone`, `PyUFunc_Zero` and so on.
fn identity(identity: Identity) -> c_int {
    match identity {
        Identity::Value(0) => 0,
        Identity::Value(1) => 1,
        Identity::Value(-1) => 2,
        Identity::Reorderable => -2,
        Identity::None | Identity::Value(_) => -1,
    }
}

/// NumPy's number of a type.
fn number(dtype: DType) -> NPY_TYPES {
    match dtype {
        DType::Bool => NPY_TYPES::NPY_BOOL,
        DType::Int8 => NPY_TYPES::NPY_BYTE,
        DType::Int16 => NPY_TYPES::NPY_SHORT,
        DType::Int32 => NPY_TYPES::NPY_INT,
        DType::Int64 => NPY_TYPES::NPY_LONG,
        DType::UInt8 => NPY_TYPES::NPY_UBYTE,
        DType::UInt16 => NPY_TYPES::NPY_USHORT,
        DType::UInt32 => NPY_TYPES::NPY_UINT,
        DType::UInt64 => NPY_TYPES::NPY_ULONG,
        DType::Float32 => NPY_TYPES::NPY_FLOAT,
        DType::Float64 => NPY_TYPES::NPY_DOUBLE,
        DType::Complex64 => NPY_TYPES::NPY_CFLOAT,
        DType::Complex128 => NPY_TYPES::NPY_CDOUBLE,
    }
}
