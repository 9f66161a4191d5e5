//! Typed calls, over loops by hand.

use ndarray::{
    Array, Array1, Array2, Array3, ArrayD, ArrayRef, Axis, Dim, Dimension, Ix, ShapeBuilder, arr0, array, s,
};
use num_complex::Complex;

use super::{Rank, Read, Signature, Ufunc, Write};
use crate::gufunc::{CoreAxes, mocks};
use crate::ufunc::{Casting, Identity, Initial, Input, Table};
use crate::{AnyViewMut, Error};

/// The type of some loops, as `py_kernel!` writes it.
macro_rules! loops {
    ($name:ident: ($($input:expr),*) -> ($($output:expr),*), kept ($($kept:expr),*), $($access:ident),*;
     $(($($in:ty),*) -> ($($out:ty),*)),*) => {
        enum $name {}
        impl Signature for $name {
            type InputCores = ($(Dim<[Ix; $input]>,)*);
            type OutputCores = ($(Dim<[Ix; $output]>,)*);
            type KeptCores = ($(Dim<[Ix; $kept]>,)*);
            type Access = ($($access,)*);
        }
        const _: () = {
            pub trait Declared {
                type Outputs;
            }
            $(impl Declared for ($($in,)*) {
                type Outputs = ($($out,)*);
            })*
            impl<Elements: Declared> super::Loops<Elements> for $name {
                type Outputs = Elements::Outputs;
            }
        };
    };
}

loops! { Subtract: (0, 0) -> (0), kept (0), Read, Read;
(i32, i32) -> (i32), (i64, i64) -> (i64), (f32, f32) -> (f32), (f64, f64) -> (f64) }
loops! { Matmul: (2, 2) -> (2), kept (2), Read, Read; (f64, f64) -> (f64) }
loops! { MinMax: (1) -> (0, 0), kept (1, 1), Read; (f64) -> (f64, f64) }
loops! { MovingMean: (1, 0) -> (1), kept (1), Read, Read; (f64, f64) -> (f64) }
loops! { Double: (1) -> (0), kept (1), Write; (f64) -> (f64) }
loops! { Positive: (0) -> (0), kept (0), Read; (f64) -> (f64) }

fn ufunc<L>(table: Table<'static>) -> Ufunc<'static, L> {
    // SAFETY: the mock loops are of the tables' types.
    unsafe { Ufunc::new(&mocks::leak(vec![table])[0]) }
}

fn subtract() -> Ufunc<'static, Subtract> {
    ufunc(mocks::subtract())
}

fn min_max() -> Ufunc<'static, MinMax> {
    ufunc(mocks::of_float64("min_max", "(n)->(),()", mocks::min_max))
}

fn matmul() -> Ufunc<'static, Matmul> {
    ufunc(mocks::of_float64("matmul", "(m,n),(n,p)->(m,p)", mocks::matmul))
}

#[test]
fn ranks_and_types_are_those_of_the_inputs() {
    let subtract = subtract();
    let (a, b) = (array![[1.0, 2.0], [3.0, 4.0]], array![1.0, 2.0]);
    let c: Array2<f64> = subtract.call((&a, &a.t())).unwrap();
    assert_eq!(c, array![[0.0, -1.0], [1.0, 0.0]]);
    let c: Array2<f64> = subtract.call((&b, &a)).unwrap();
    assert_eq!(c, array![[0.0, 0.0], [-2.0, -2.0]]);
    let c: Array2<f64> = subtract.call((a.view(), 1.0)).unwrap();
    assert_eq!(c, array![[0.0, 1.0], [2.0, 3.0]]);
    let c: Array1<f32> = subtract.call((1f32, &[1f32, 2.0])).unwrap();
    assert_eq!(c, array![0.0, -1.0]);
    let c: ArrayD<f64> = subtract.call((&a.view().into_dyn(), &b)).unwrap();
    assert_eq!(c, array![[0.0, 0.0], [2.0, 2.0]].into_dyn());
    let c: f64 = subtract.call((3.0, &arr0(1.0))).unwrap();
    assert_eq!(c, 2.0);
    let reference: &ArrayRef<f64, _> = &b;
    assert_eq!(subtract.call((reference, &vec![1.0, 1.0])).unwrap(), array![0.0, 1.0]);
    assert_eq!(
        subtract.call((&array![1i64, 2], 3)).unwrap(),
        array![-2, -1],
        "a literal has the loop's type"
    );
    assert_eq!(subtract.call((1.5, 1.0)).unwrap(), 0.5);
}

#[test]
fn code_may_be_generic_over_ranks() {
    fn difference<D: Rank<f64>>(a: &Array<f64, D>, b: &Array<f64, D>) -> Result<D::Array, Error> {
        subtract().call((a, b))
    }
    assert_eq!(difference(&array![[1.0]], &array![[3.0]]).unwrap(), array![[-2.0]]);
    assert_eq!(difference(&arr0(1.0), &arr0(3.0)).unwrap(), -2.0);
}

/// Arrays of these shapes, in every layout that takes another way.
fn layouts<D: Dimension>(array: &Array<f64, D>) -> Vec<Array<f64, D>> {
    let mut wide = Array::zeros(array.raw_dim().f());
    wide.assign(array);
    let mut reversed = array.clone();
    let axes = 0..array.ndim();
    axes.clone().for_each(|axis| reversed.invert_axis(Axis(axis)));
    let mut backward = Array::zeros(array.raw_dim());
    axes.for_each(|axis| backward.invert_axis(Axis(axis)));
    backward.assign(array);
    vec![array.clone(), wide, backward]
}

#[test]
fn every_layout_gives_the_same() {
    let a = Array::from_iter((0..24).map(f64::from)).into_shape_with_order((2, 3, 4)).unwrap();
    let b = a.mapv(|x| x * x);
    let expected = &a - &b;
    for a in layouts(&a) {
        for b in layouts(&b) {
            assert_eq!(subtract().call((&a, &b)).unwrap(), expected);
            assert_eq!(subtract().parallel().call((&a, &b)).unwrap(), expected);
            for mut out in layouts(&Array3::zeros((2, 3, 4))) {
                subtract().call_into((&a, &b), &mut out).unwrap();
                assert_eq!(out, expected);
            }
            for mut a in layouts(&a) {
                subtract().call_inplace(&mut a, &b).unwrap();
                assert_eq!(a, expected);
            }
        }
    }
    let long = Array1::from_iter((0..5000).map(f64::from));
    assert_eq!(subtract().call((&long, &long)).unwrap(), Array1::zeros(5000));
}

#[test]
fn results_lie_as_the_inputs_do() {
    let a = Array2::<f64>::zeros((3, 4).f());
    assert_eq!(subtract().call((&a, &a)).unwrap().strides(), [1, 3]);
    assert_eq!(subtract().call((&a, 1.0)).unwrap().strides(), [1, 3]);
}

#[test]
fn nothing_is_nothing() {
    let empty = Array2::<f64>::zeros((0, 3));
    assert_eq!(subtract().call((&empty, &array![1.0, 2.0, 3.0])).unwrap().shape(), [0, 3]);
    assert_eq!(subtract().call((&empty, 1.0)).unwrap().shape(), [0, 3]);
    let mut out = Array2::<f64>::zeros((0, 3));
    subtract().call_into((&empty, 1.0), &mut out).unwrap();
}

#[test]
fn outputs_may_be_given() {
    let (a, mut out) = (array![1.0, 2.0], Array2::<f64>::ones((2, 4)));
    subtract().call_into((&a, 1.0), out.slice_mut(s![0, ..;3])).unwrap();
    assert_eq!(out, array![[0.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0]]);
    subtract().call_into((&a, 1.0), (&mut out.slice_mut(s![.., 1..3]),)).unwrap();
    assert_eq!(out, array![[0.0, 0.0, 1.0, 1.0], [1.0, 0.0, 1.0, 1.0]]);
    let mut narrow = Array1::<f32>::zeros(2);
    subtract().call_into((&a, 1.0), &mut narrow).unwrap();
    assert_eq!(narrow, array![0.0, 1.0]);
    let error = subtract().casting(Casting::Safe).call_into((&a, 1.0), &mut narrow).unwrap_err();
    assert_eq!(error.class(), "TypeError");
    let mut number = 0.0;
    subtract().call_into((3.0, 1.0), &mut number).unwrap();
    assert_eq!(number, 2.0);
    subtract().call_into((3.0, 1.0), &mut out.view_mut()).unwrap();
    assert_eq!(out, Array2::from_elem((2, 4), 2.0), "numbers are repeated in the output");
    let error = subtract().call_into((&out, 1.0), &mut Array1::<f64>::zeros(4)).unwrap_err();
    assert_eq!(
        error.message(),
        "non-broadcastable output operand with shape (4,) doesn't match the broadcast shape (2,4)"
    );
}

#[test]
fn the_first_input_may_be_the_output() {
    let mut a = array![[1.0, 2.0], [3.0, 4.0]];
    subtract().call_inplace(&mut a, &array![1.0, 2.0]).unwrap();
    assert_eq!(a, array![[0.0, 0.0], [2.0, 2.0]]);
    subtract().call_inplace(&mut a.slice_mut(s![.., 0]), (1.0,)).unwrap();
    assert_eq!(a, array![[-1.0, 0.0], [1.0, 2.0]]);
    let error = subtract().call_inplace(&mut a, &array![1.0, 2.0, 3.0]).unwrap_err();
    assert_eq!(error.class(), "ValueError");
    let positive: Ufunc<'_, Positive> = ufunc(mocks::of_float64("f", "()->()", mocks::positive_or_raise));
    let mut a = array![1.0, 2.0];
    positive.call_inplace(&mut a, ()).unwrap();
    assert_eq!(a, array![1.0, 2.0]);
    a[1] = -1.0;
    assert_eq!(positive.call_inplace(&mut a, ()).unwrap_err().class(), "ValueError");
    assert_eq!(positive.call(&a).unwrap_err().class(), "ValueError");
    assert_eq!(positive.call(-2.0).unwrap_err().class(), "ValueError");
}

#[test]
fn core_dimensions_are_the_last_ones() {
    let (a, b) = (Array3::<f64>::ones((5, 2, 3)), Array2::<f64>::ones((3, 4)));
    let c: Array3<f64> = matmul().call((&a, &b)).unwrap();
    assert_eq!(c, Array3::from_elem((5, 2, 4), 3.0));
    let c: Array2<f64> = matmul().call((&b.t(), &b)).unwrap();
    assert_eq!(c.shape(), [4, 4]);
    let c: ArrayD<f64> = matmul().call((&a.view().into_dyn(), &b)).unwrap();
    assert_eq!(c.shape(), [5, 2, 4]);
    assert_eq!(
        matmul().call((&a, &a)).unwrap_err().message(),
        "matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature (m,n),(n,p)->(m,p) \
         (size 2 is different from 3)"
    );
    let moving_mean: Ufunc<'_, MovingMean> =
        ufunc(mocks::of_float64("moving_mean", "(n),()->(n)", mocks::moving_mean));
    let means: Array2<f64> = moving_mean.call((&array![2.0, 4.0, 6.0], &array![1.0, 2.0])).unwrap();
    assert_eq!(means, array![[2.0, 4.0, 6.0], [2.0, 3.0, 5.0]]);
    let means: Array1<f64> = moving_mean.call((&array![2.0, 4.0, 6.0], 2.0)).unwrap();
    assert_eq!(means, array![2.0, 3.0, 5.0]);
}

#[test]
fn several_outputs_are_a_tuple() {
    let m = array![[1.0, 5.0, 3.0], [4.0, 2.0, 6.0]];
    let (low, high): (Array1<f64>, Array1<f64>) = min_max().call(&m).unwrap();
    assert_eq!((low, high), (array![1.0, 2.0], array![5.0, 6.0]));
    let (low, high): (f64, f64) = min_max().call((&m.row(0),)).unwrap();
    assert_eq!((low, high), (1.0, 5.0));
    let (low, high): (Array1<f64>, Array1<f64>) = min_max().axis(Axis(0)).call(&m).unwrap();
    assert_eq!((low, high), (array![1.0, 2.0, 3.0], array![4.0, 5.0, 6.0]));
    let (low, _): (Array2<f64>, _) = min_max().keepdims().call(&m).unwrap();
    assert_eq!(low, array![[1.0], [2.0]]);
    let axes = [CoreAxes::from(-2), CoreAxes::from([]), CoreAxes::from([])];
    assert_eq!(min_max().axes(&axes).call(&m).unwrap().0, array![1.0, 2.0, 3.0]);
    let (mut low, mut high) = (Array1::<f64>::zeros(2), Array1::<f32>::zeros(2));
    min_max().call_into(&m, (&mut low, &mut high)).unwrap();
    assert_eq!((low, high), (array![1.0, 2.0], array![5.0, 6.0]));
    let (mut low, mut high) = (0.0, 0.0);
    min_max().call_into((&m.row(1),), (&mut low, &mut high)).unwrap();
    assert_eq!((low, high), (2.0, 6.0));
    let error = min_max().axis(Axis(2)).call(&m).unwrap_err();
    assert_eq!(
        (error.class(), error.message()),
        ("AxisError", "axis 2 is out of bounds for array of dimension 2")
    );
}

#[test]
fn inputs_that_are_written_are_lent_for_it() {
    let table = mocks::gufunc(
        "double",
        "(n)->()",
        &[0],
        mocks::of_float64("", "(n)->()", mocks::double).loops.to_vec(),
    );
    let double: Ufunc<'_, Double> = ufunc(table);
    let mut a = array![[1.0, 2.0], [3.0, 4.0]];
    let sums: Array1<f64> = double.call(&mut a).unwrap();
    assert_eq!((sums, &a), (array![3.0, 7.0], &array![[2.0, 4.0], [6.0, 8.0]]));
    let sum: f64 = double.call((a.slice_mut(s![.., 0]),)).unwrap();
    assert_eq!((sum, &a), (8.0, &array![[4.0, 4.0], [12.0, 8.0]]));
    let error = double.call_dyn([Input::from(&a)]).unwrap_err();
    assert_eq!(error.message(), "double() writes input 0, which must be an array that may be written");
    double.call_dyn([Input::from(&mut a)]).unwrap();
    assert_eq!(a[[0, 0]], 8.0);
}

#[test]
fn masks_leave_elements_as_they_are() {
    let (a, mask) = (array![[1.0, 2.0], [3.0, 4.0]], array![true, false]);
    let masked = subtract().mask(&mask);
    let mut out = Array2::from_elem((2, 2), 9.0);
    masked.call_into((&a, 1.0), &mut out).unwrap();
    assert_eq!(out, array![[0.0, 9.0], [2.0, 9.0]]);
    assert_eq!(masked.call((&a, 1.0)).unwrap(), array![[0.0, 0.0], [2.0, 0.0]]);
    let a1 = &a.row(0);
    assert_eq!(masked.parallel().call((a1, 1.0)).unwrap(), array![0.0, 0.0]);
}

#[test]
fn a_mask_of_more_dimensions_is_for_results_of_dynamic_rank() {
    let mask = array![[true, false], [false, true]];
    let (a, masked) = (array![1.0, 2.0], subtract().mask(&mask));
    let error = masked.call((&a, 1.0)).unwrap_err();
    let message = "subtract() gives an array with 2 dimensions, as the mask has, and the operands have fewer: use call_dyn()";
    assert_eq!((error.class(), error.message()), ("ValueError", message));
    assert_eq!(masked.call((2.0, 1.0)).unwrap_err().message(), message);
    let made: ArrayD<f64> = masked.call((&a.view().into_dyn(), 1.0)).unwrap();
    assert_eq!(made, array![[0.0, 0.0], [0.0, 1.0]].into_dyn());
}

#[test]
fn folds_have_the_type_of_their_loop() {
    let mut table = mocks::subtract();
    table.kernel.name = "add";
    let add: Ufunc<'_, Subtract> = ufunc(table);
    let a = array![[5i32, 1, 1], [9, 2, 2]];
    let folded: Array1<i32> = add.reduce(&a, Axis(1)).unwrap();
    assert_eq!(folded, array![3, 5]);
    let folded: Array2<i32> = add.accumulate(&a, Axis(1)).unwrap();
    assert_eq!(folded, array![[5, 4, 3], [9, 7, 5]]);
    let wide: Array1<i64> = add.dtype::<i64>().reduce(&a, Axis(1)).unwrap();
    assert_eq!(wide, array![3, 5]);
}

#[test]
fn the_type_of_outputs_may_be_said() {
    let a = array![1i64, 2];
    let c: Array1<f64> = subtract().dtype::<f64>().call((&a, 0.5)).unwrap();
    assert_eq!(c, array![0.5, 1.5]);
    let c: Array1<f32> = subtract().dtype::<f32>().call((&array![1.5, 2.5], 1i8)).unwrap();
    assert_eq!(c, array![0.5, 1.5]);
    let error = subtract().dtype::<u8>().call((&a, 1i64)).unwrap_err();
    let message = "No loop matching the specified signature and casting was found for ufunc subtract";
    assert_eq!((error.class(), error.message()), ("TypeError", message));
    let complex = subtract().dtype::<f32>().casting(Casting::Unsafe).call((Complex::new(2.0, 1.0), 1.0));
    assert_eq!(complex.unwrap(), 1f32);
    let (low, _): (Array1<f64>, _) = min_max().dtype::<f64>().call(&array![[1f32, 2.0]]).unwrap();
    assert_eq!(low, array![1.0]);
}

#[test]
fn types_may_be_known_late() {
    let subtract = subtract();
    let (a, b) = (array![3i16, 4], array![0.5f32, 1.5]);
    let made = subtract.call_dyn([Input::from(&a), (&b).into()]).unwrap();
    assert_eq!(made[0].clone().typed::<f32>().unwrap(), array![2.5, 2.5].into_dyn());
    let made = subtract.call_dyn([b.view().into(), 2.into()]).unwrap();
    assert_eq!(made[0].dtype().name(), "float32", "numbers are weak");
    let made = subtract.call_dyn([b.view().into(), Input::from(&2.5)]).unwrap();
    assert_eq!(made[0].dtype().name(), "float64", "numbers that are lent have their types");
    let made = subtract.call_dyn(vec![true.into(), Input::from(&1.5)]).unwrap();
    assert_eq!(made[0].clone().typed::<f64>().unwrap(), arr0(-0.5).into_dyn());
    let mut out = Array1::<f64>::zeros(2);
    subtract.call_dyn_into([a.view().into(), 1.into()], [AnyViewMut::from(out.view_mut())]).unwrap();
    assert_eq!(out, array![2.0, 3.0]);
    let error = subtract.call_dyn([Input::from(1)]).unwrap_err();
    assert_eq!(error.message(), "subtract() takes from 2 to 3 positional arguments but 1 was given");
    let call = subtract.casting(Casting::No).dynamic();
    assert!(call.run(&mut [Input::from(&a), (&b).into()], &mut []).is_err());
}

#[test]
fn it_says_what_it_is() {
    let (subtract, min_max) = (subtract(), min_max());
    assert_eq!((subtract.name(), subtract.n_inputs(), subtract.n_outputs()), ("subtract", 2, 1));
    assert_eq!(subtract.types(), ["ii->i", "ll->l", "ff->f", "dd->d"]);
    assert_eq!((subtract.signature(), min_max.signature()), (None, Some("(n)->(),()".to_owned())));
    assert_eq!(subtract.identity(), Identity::None);
    assert_eq!(subtract.table().loops.len(), 4);
    assert_eq!(format!("{:?}", subtract.clone()), "<ufunc 'subtract'>");
}

#[test]
fn a_ufunc_is_a_static_for_all_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Ufunc<'static, Subtract>>();
    static NONE: Ufunc<'static, Subtract> = Ufunc::without_loops();
    assert_eq!(NONE.call((1.0, 2.0)).unwrap_err().class(), "TypeError");
    assert!(NONE.call_inplace(&mut array![1.0], 2.0).is_err());
    assert!(NONE.call_into((1.0, 2.0), &mut 1.0).is_err());
}

#[test]
fn options_are_kept_and_may_be_used_again() {
    let told = subtract().parallel().casting(Casting::Unsafe);
    let (a, mut out) = (array![1.5, 300.0], Array1::<u8>::zeros(2));
    for _ in 0..2 {
        told.call_into((&a, 0.5), &mut out).unwrap();
        assert_eq!(out, array![1, 255]);
    }
    assert!(told.casting(Casting::SameKind).call_into((&a, 0.5), &mut out).is_err());
    assert_eq!(told.serial().call((&a, 0.5)).unwrap(), array![1.0, 299.5]);
    let error = told.axis(Axis(0)).call((&a, 0.5)).unwrap_err();
    assert_eq!(error.message(), "subtract() got an unexpected keyword argument 'axis'");
}

fn a() -> Array2<f64> {
    array![[7.0, 1.0, 2.0], [5.0, 3.0, 4.0]]
}

#[test]
fn reductions_know_their_ranks() {
    let (subtract, a) = (subtract(), a());
    let c: Array1<f64> = subtract.reduce(&a, Axis(0)).unwrap();
    assert_eq!(c, array![2.0, -2.0, -2.0]);
    let c: Array1<f64> = subtract.parallel().reduce(&a.t(), Axis(0)).unwrap();
    assert_eq!(c, array![4.0, -2.0]);
    let c: f64 = subtract.reduce(&a.row(0), Axis(0)).unwrap();
    assert_eq!(c, 4.0);
    let c: ArrayD<f64> = subtract.reduce(&a.view().into_dyn(), Axis(1)).unwrap();
    assert_eq!(c, array![4.0, -2.0].into_dyn());
    let c: Array2<f64> = subtract.keepdims().reduce(&a, Axis(1)).unwrap();
    assert_eq!(c, array![[4.0], [-2.0]]);
    let c: Array1<f32> = subtract.dtype::<f32>().reduce(&a, Axis(1)).unwrap();
    assert_eq!(c, array![4.0, -2.0]);
    let error = subtract.reduce(&a, Axis(2)).unwrap_err();
    assert_eq!(
        (error.class(), error.message()),
        ("AxisError", "axis 2 is out of bounds for array of dimension 2")
    );
}

#[test]
fn several_axes_are_reduced_where_the_order_is_free() {
    let free = Table { identity: Identity::Reorderable, ..mocks::subtract() };
    let (free, a) = (ufunc::<Subtract>(free), a().insert_axis(Axis(1)));
    let c: Array1<f64> = free.reduce_axes(&a, [Axis(0), Axis(1)]).unwrap();
    assert_eq!(c, array![2.0, -2.0, -2.0]);
    let c: f64 = free.reduce_axes(&a, &[Axis(0), Axis(1), Axis(2)]).unwrap();
    assert_eq!(c, free.reduce_all(&a).unwrap());
    let c: ArrayD<f64> = free.reduce_axes(&a, &[Axis(2)][..]).unwrap();
    assert_eq!(c, array![[4.0], [-2.0]].into_dyn());
    let c: Array3<f64> = free.keepdims().reduce_axes(&a, [Axis(0), Axis(2)]).unwrap();
    assert_eq!(c.shape(), [1, 1, 1]);
    let c: Array3<f64> = free.keepdims().reduce_all(&a).unwrap();
    assert_eq!(c.shape(), [1, 1, 1]);
    assert!(free.reduce_axes(&a, [Axis(0), Axis(0)]).unwrap_err().message().contains("duplicate"));
    let error = subtract().reduce_all(&a).unwrap_err();
    assert_eq!(error.class(), "ValueError", "{error}");
}

#[test]
fn reductions_begin_where_they_are_told() {
    let (subtract, empty) = (subtract(), Array2::<f64>::zeros((0, 2)));
    assert_eq!(subtract.initial(10.0).reduce(&a(), Axis(0)).unwrap(), array![-2.0, 6.0, 4.0]);
    assert_eq!(subtract.initial(10).reduce(&empty, Axis(0)).unwrap(), array![10.0, 10.0]);
    let first = u64::MAX;
    assert_eq!(
        subtract.initial(&first).reduce(&empty, Axis(0)).unwrap(),
        Array1::from_elem(2, u64::MAX as f64)
    );
    assert_eq!(subtract.initial(1.5f32).reduce(&empty, Axis(0)).unwrap(), array![1.5, 1.5]);
    assert_eq!(subtract.initial(Initial::First).reduce(&a(), Axis(1)).unwrap(), array![4.0, -2.0]);
    let error = subtract.reduce(&empty, Axis(0)).unwrap_err();
    assert_eq!(error.message(), "zero-size array to reduction operation subtract which has no identity");
    let mask = array![[true, true, false], [false, true, true]];
    assert_eq!(subtract.initial(0.0).mask(&mask).reduce(&a(), Axis(1)).unwrap(), array![-8.0, -7.0]);
}

#[test]
fn what_reductions_pass_is_kept() {
    let (subtract, a) = (subtract(), a());
    let c: Array2<f64> = subtract.accumulate(&a, Axis(1)).unwrap();
    assert_eq!(c, array![[7.0, 6.0, 4.0], [5.0, 2.0, -2.0]]);
    let c: Array2<f64> = subtract.reduceat(&a, &[0, 2, 1], Axis(1)).unwrap();
    assert_eq!(c, array![[6.0, 2.0, -1.0], [2.0, 4.0, -1.0]]);
    let c = subtract.reduceat(&a, &vec![0usize, 1], Axis(0)).unwrap();
    assert_eq!(c, a);
    assert_eq!(subtract.reduceat(&a, &array![3i32], Axis(1)).unwrap_err().class(), "IndexError");
    assert_eq!(subtract.reduceat(&a, &[usize::MAX], Axis(1)).unwrap_err().class(), "IndexError");
    let c: Array1<f32> = subtract.dtype::<f32>().accumulate(&array![3i64, 1], Axis(0)).unwrap();
    assert_eq!(c, array![3.0, 2.0]);
}

#[test]
fn results_of_methods_go_into_arrays() {
    let (subtract, mut a, mut out) = (subtract(), a(), Array1::<f32>::zeros(2));
    subtract.reduce_into(&a, Axis(1), &mut out).unwrap();
    assert_eq!(out, array![4.0, -2.0]);
    subtract.keepdims().reduce_into(&a, Axis(1), &mut out.view_mut().insert_axis(Axis(1))).unwrap();
    assert_eq!(subtract.reduce_into(&a, Axis(0), &mut out).unwrap_err().class(), "ValueError");
    let whole = a.clone();
    subtract.accumulate_into(&whole, Axis(0), &mut a).unwrap();
    assert_eq!(a, array![[7.0, 1.0, 2.0], [2.0, -2.0, -2.0]]);
}

#[test]
fn ranks_of_outer_products_add_up() {
    let (subtract, a) = (subtract(), a());
    let c: Array3<f64> = subtract.outer(&a, &array![1.0, 2.0]).unwrap();
    assert_eq!(c.shape(), [2, 3, 2]);
    assert_eq!(c[[1, 2, 1]], 2.0);
    let c: Array2<f64> = subtract.outer(&a, 1.0).unwrap();
    assert_eq!(c, &a - 1.0);
    let c: f64 = subtract.outer(2.0, 1.0).unwrap();
    assert_eq!(c, 1.0);
    let c: ArrayD<f64> = subtract.outer(a.view(), a.view().insert_axis(Axis(0)).into_dyn()).unwrap();
    assert_eq!(c.shape(), [2, 3, 1, 2, 3]);
}

#[test]
fn chosen_elements_are_replaced() {
    let (subtract, mut a) = (subtract(), array![10.0, 20.0, 30.0]);
    subtract.at(&mut a, &[0, 0, 2], &array![1.0, 2.0, 3.0]).unwrap();
    assert_eq!(a, array![7.0, 20.0, 27.0]);
    subtract.at(&mut a.slice_mut(s![..;2]), &[-1isize], 1.0).unwrap();
    assert_eq!(a, array![7.0, 20.0, 26.0]);
    subtract.at(&mut a, &array![true, false, true], (1.0,)).unwrap();
    assert_eq!(a, array![6.0, 20.0, 25.0]);
    let mut b = self::a();
    subtract.at(&mut b, (&[0, 1], &vec![2i64, 0]), 1.0).unwrap();
    assert_eq!(b, array![[7.0, 1.0, 1.0], [4.0, 3.0, 4.0]]);
    let positive: Ufunc<'_, Positive> = ufunc(mocks::of_float64("f", "()->()", mocks::positive_or_raise));
    positive.at(&mut a, &[1], ()).unwrap();
    let error = subtract.at(&mut a, &[3], 1.0).unwrap_err();
    assert_eq!(error.class(), "IndexError");
    assert_eq!(a, array![6.0, 20.0, 25.0]);
}

/// A gufunc of scalars is free not to write.
#[test]
fn what_a_loop_leaves_out_is_zero() {
    let idle: Ufunc<'static, Positive> = ufunc(mocks::of_float64("idle", "()->()", mocks::nothing));
    for n in [1, 8, 1000, 100_000] {
        // Memory that is given back here may be what the call gets.
        drop(std::hint::black_box(vec![1.5f64; n]));
        let made: Array1<f64> = idle.call(&Array1::ones(n)).unwrap();
        assert_eq!(made, Array1::zeros(n));
    }
    assert_eq!(idle.call(1.0).unwrap(), 0.0);
}
