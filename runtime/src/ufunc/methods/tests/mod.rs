//! The rules of each method, and what NumPy says where they are broken.

mod rules;
mod reduce;

use std::fmt::Debug;

use ndarray::{Array1, Array2, Array3, ArrayD, ShapeBuilder, arr0, array, s};

use super::{Axes, Initial, Reduction};
use crate::any::{AnyArray, AnyView, AnyViewMut};
use crate::dtype::DType::{self, Bool, Complex128, Float32, Float64, Int16, Int32, Int64, UInt64};
use crate::gufunc::mocks;
use crate::ufunc::{Call, Identity, Input, Loop, Table, Weak};
use crate::{Element, Error};

fn call<'a>(table: &'a Table<'a>) -> Call<'a> {
    // SAFETY: the mock loops are of these types, or are not run.
    unsafe { Call::new(table) }
}

/// Half of what there is and the next element.
fn halving(identity: Identity) -> Table<'static> {
    Table { identity, ..mocks::of_float64("f", "(),()->()", mocks::halve_and_add) }
}

/// A ufunc of loops that are not run.
fn of_types(loops: &[[DType; 3]]) -> Table<'static> {
    let loops = loops.iter().map(|types| mocks::of_types(types, mocks::nothing)).collect();
    mocks::gufunc("f", "(),()->()", &[], loops)
}

fn said<T: Debug>(result: Result<T, Error>) -> String {
    let error = result.unwrap_err();
    format!("{}: {}", error.class(), error.message())
}

fn float64(made: Option<AnyArray>) -> ArrayD<f64> {
    made.unwrap().typed().unwrap()
}

fn along(axes: Axes<'_>) -> Reduction<'_> {
    Reduction { axes, ..Reduction::default() }
}

fn starting(initial: Initial<'_>) -> Reduction<'_> {
    Reduction { initial, ..Reduction::default() }
}
