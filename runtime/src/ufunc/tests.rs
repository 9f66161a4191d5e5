//! Calls of ufuncs: which loop, which types, which errors.

use ndarray::{Array1, Array2, ArrayD, arr0, array, s};
use num_complex::Complex;

use super::{Call, Casting, Identity, Input, Loop, Table, Weak};
use crate::any::{AnyArray, AnyView, AnyViewMut};
use crate::dtype::DType;
use crate::gufunc::mocks;

fn call<'a>(table: &'a Table<'a>) -> Call<'a> {
    // SAFETY: the mock loops are of the tables' types.
    unsafe { Call::new(table) }
}

fn dtype(table: &Table<'_>, mut inputs: [Input<'_>; 2]) -> String {
    match call(table).run(&mut inputs, &mut []) {
        Ok(made) => made[0].dtype().to_string(),
        Err(error) => format!("{}: {}", error.class(), error.message()),
    }
}

fn of(dtype: DType) -> AnyArray {
    AnyArray::zeros(dtype, &[2])
}

#[test]
fn loops_are_chosen_as_numpy_chooses_them() {
    let table = mocks::subtract();
    let chosen = |a: DType, b: DType| {
        let (a, b) = (of(a), of(b));
        dtype(&table, [a.view().into(), b.view().into()])
    };
    assert_eq!(chosen(DType::Float32, DType::Float32), "float32", "the types themselves come first");
    assert_eq!(chosen(DType::Int8, DType::UInt16), "int32");
    assert_eq!(chosen(DType::UInt32, DType::Int8), "int64");
    assert_eq!(chosen(DType::UInt64, DType::Int8), "float64");
    assert_eq!(chosen(DType::Int16, DType::Float32), "float32");
    assert_eq!(chosen(DType::Int32, DType::Float32), "float64");
    assert_eq!(chosen(DType::Bool, DType::Bool), "int32");
    assert_eq!(
        chosen(DType::Complex64, DType::Bool),
        "TypeError: ufunc 'subtract' not supported for the input types, and the inputs could not be safely \
         coerced to any supported types according to the casting rule ''safe''"
    );
}

#[test]
fn weak_numbers_take_the_types_of_others() {
    let table = mocks::subtract();
    let with = |a: DType, b: Weak| dtype(&table, [of(a).view().into(), b.into()]);
    assert_eq!(with(DType::Int8, Weak::Int(3)), "int32");
    assert_eq!(with(DType::Float32, Weak::Int(3)), "float32");
    assert_eq!(with(DType::Float32, Weak::Float(0.1)), "float32");
    assert_eq!(with(DType::Int32, Weak::Float(0.1)), "float64");
    assert_eq!(with(DType::Int8, Weak::Float(0.1)), "float64", "a float is weak beside floats alone");
    assert_eq!(with(DType::Bool, Weak::Int(3)), "int64");
    assert_eq!(with(DType::Int64, Weak::Int(1 << 40)), "int64");
    assert_eq!(
        with(DType::Int32, Weak::Int(1 << 40)),
        "OverflowError: Python integer 1099511627776 out of bounds for int32"
    );
    assert!(with(DType::Float32, Weak::Complex(Complex::i())).starts_with("TypeError: ufunc 'subtract'"));
    assert_eq!(dtype(&table, [Weak::Int(1).into(), Weak::Int(2).into()]), "int64");
    assert_eq!(dtype(&table, [Weak::Int(1).into(), Weak::Float(2.0).into()]), "float64");
}

#[test]
fn casts_are_checked() {
    let table = mocks::subtract();
    let refused = |call: Call<'_>, a: DType, out: Option<DType>| {
        let (a, b, mut out) = (of(a), arr0(1i32), out.map(of));
        let mut out = out.as_mut().map(AnyArray::view_mut);
        let mut inputs = [a.view().into(), AnyView::from(b.view()).into()];
        let error = call.run(&mut inputs, std::slice::from_mut(&mut out)).unwrap_err();
        (error.class().to_owned(), error.message().to_owned())
    };
    let text = |message: &str| ("TypeError".to_owned(), message.to_owned());
    assert_eq!(
        refused(call(&table), DType::Float64, Some(DType::Int64)),
        text(
            "Cannot cast ufunc 'subtract' output from dtype('float64') to dtype('int64') with casting rule 'same_kind'"
        )
    );
    assert_eq!(
        refused(call(&table).casting(Casting::Safe), DType::Float64, Some(DType::Float32)),
        text(
            "Cannot cast ufunc 'subtract' output from dtype('float64') to dtype('float32') with casting rule 'safe'"
        )
    );
    assert_eq!(
        refused(call(&table).dtype(DType::Int64), DType::Float64, None),
        text(
            "Cannot cast ufunc 'subtract' input 0 from dtype('float64') to dtype('int64') with casting rule 'same_kind'"
        )
    );
    assert_eq!(
        refused(call(&table).dtype(DType::Int8), DType::Int8, None),
        text("No loop matching the specified signature and casting was found for ufunc subtract")
    );
    let (a, b) = (array![1.5f64, 300.0], array![1i64, 1]);
    let mut inputs = [AnyView::from(a.view()).into(), AnyView::from(b.view()).into()];
    let made = call(&table).dtype(DType::Float32).run(&mut inputs, &mut []).unwrap();
    assert_eq!(made[0].dtype(), DType::Float32);
    let mut out = array![0i8, 0];
    let outputs = &mut [Some(AnyViewMut::from(out.view_mut()))];
    call(&table).casting(Casting::Unsafe).run(&mut inputs, outputs).unwrap();
    assert_eq!(out, array![0, 127], "floats saturate");
}

#[test]
fn shapes_that_do_not_fit_are_errors() {
    let table = mocks::subtract();
    let refused = |call: Call<'_>, shapes: [&[usize]; 2], out: Option<&[usize]>| {
        let [a, b] = shapes.map(|shape| AnyArray::zeros(DType::Float64, shape));
        let mut out = out.map(|shape| AnyArray::zeros(DType::Float64, shape));
        let mut out = out.as_mut().map(AnyArray::view_mut);
        let mut inputs = [a.view().into(), b.view().into()];
        let error = call.run(&mut inputs, std::slice::from_mut(&mut out)).unwrap_err();
        format!("{}: {}", error.class(), error.message())
    };
    assert_eq!(
        refused(call(&table), [&[2], &[3]], None),
        "ValueError: operands could not be broadcast together with shapes (2,) (3,) "
    );
    assert_eq!(
        refused(call(&table), [&[2, 0], &[3]], Some(&[4, 5])),
        "ValueError: operands could not be broadcast together with shapes (2,0) (3,) (4,5) "
    );
    assert_eq!(
        refused(call(&table), [&[3], &[]], Some(&[1])),
        "ValueError: non-broadcastable output operand with shape (1,) doesn't match the broadcast shape (3,)"
    );
    let mask = ArrayD::from_elem(vec![2, 3], true);
    assert_eq!(
        refused(call(&table).mask(mask.view().into()), [&[3], &[3]], Some(&[3])),
        "ValueError: non-broadcastable output operand with shape (3,) doesn't match the broadcast shape (2,3)"
    );
    let number = 1.0f64;
    let data = (&raw const number).cast();
    // SAFETY: all elements are this one.
    let huge = |shape: Vec<usize>, n| unsafe { AnyView::from_raw(data, DType::Float64, shape, vec![0; n]) };
    let mut inputs = [huge(vec![1 << 32, 1], 2).into(), huge(vec![1 << 32], 1).into()];
    let error = call(&table).run(&mut inputs, &mut []).unwrap_err();
    assert_eq!((error.class(), error.message()), ("ValueError", "iterator is too large"));
    let mut inputs = [huge(vec![1 << 40], 1).into(), huge(vec![1 << 40], 1).into()];
    let error = call(&table).run(&mut inputs, &mut []).unwrap_err();
    assert_eq!(error.class(), "MemoryError");
}

#[test]
fn operands_and_keywords_are_counted() {
    let table = mocks::subtract();
    let one = array![1.0];
    let mut inputs = [AnyView::from(one.view()).into()];
    let message = |call: Call<'_>, inputs: &mut [Input<'_>]| {
        let error = call.run(inputs, &mut []).unwrap_err();
        format!("{}: {}", error.class(), error.message())
    };
    assert_eq!(
        message(call(&table), &mut inputs),
        "TypeError: subtract() takes from 2 to 3 positional arguments but 1 was given"
    );
    let mut inputs = [AnyView::from(one.view()).into(), AnyView::from(one.view()).into()];
    assert_eq!(
        message(call(&table).axis(0), &mut inputs),
        "TypeError: subtract() got an unexpected keyword argument 'axis'"
    );
    let product = mocks::of_float64("inner", "(n),(n)->()", mocks::inner_product);
    let mask = array![true];
    assert_eq!(
        message(call(&product).mask(mask.view().into()), &mut inputs),
        "TypeError: inner() got an unexpected keyword argument 'where'"
    );
    assert_eq!(
        message(call(&table).mask(one.view().into()), &mut inputs),
        "TypeError: Cannot cast array data from dtype('float64') to dtype('bool') according to the rule 'safe'"
    );
}

#[test]
fn results_lie_in_memory_as_inputs_do() {
    let table = mocks::of_float64("copy", "()->()", mocks::copy);
    let a = Array2::from_shape_fn((3, 4), |(i, j)| (10 * i + j) as f64);
    let transposed = call(&table).run(&mut [AnyView::from(a.t()).into()], &mut []).unwrap();
    let transposed = transposed[0].clone().typed::<f64>().unwrap();
    assert_eq!(transposed, a.t().into_dyn());
    assert_eq!(transposed.strides(), [1, 4]);
    let reversed = call(&table).run(&mut [AnyView::from(a.slice(s![..;-1, 1])).into()], &mut []).unwrap();
    assert_eq!(reversed[0].clone().typed::<f64>().unwrap(), array![21.0, 11.0, 1.0].into_dyn());
}

#[test]
fn arrays_are_computed_in_place() {
    let table = mocks::subtract();
    let (mut a, b) = (array![[5.0f32, 6.0], [7.0, 8.0]], array![1.0f64, 2.0]);
    let other = Input::from(AnyView::from(b.view()));
    call(&table).run_inplace(a.view_mut().into(), [other]).unwrap();
    assert_eq!(a, array![[4.0, 4.0], [6.0, 6.0]]);
    let mut column = a.column_mut(0);
    call(&table).run_inplace(column.view_mut().into(), [Weak::Int(1).into()]).unwrap();
    assert_eq!(a, array![[3.0, 4.0], [5.0, 6.0]]);
}

#[test]
fn inputs_that_are_written_must_be_lent_for_it() {
    let loops = vec![mocks::of_types(&[DType::Float64; 2], mocks::double)];
    let table = mocks::gufunc("double", "(n)->()", &[0], loops);
    let mut a = array![1.0, 2.0];
    let error = call(&table).run(&mut [AnyView::from(a.view()).into()], &mut []).unwrap_err();
    let message = "double() writes input 0, which must be an array that may be written";
    assert_eq!((error.class(), error.message()), ("TypeError", message));
    let made = call(&table).run(&mut [AnyViewMut::from(a.view_mut()).into()], &mut []).unwrap();
    assert_eq!(made[0].clone().typed::<f64>().unwrap(), arr0(3.0).into_dyn());
    assert_eq!(a, array![2.0, 4.0]);
}

#[test]
fn the_first_error_wins() {
    let table = mocks::of_float64("positive", "()->()", mocks::positive_or_raise);
    assert_eq!(table.identity, Identity::None);
    let loops = [Loop { raises: true, ..table.loops[0] }];
    for parallel in [false, true] {
        let table = Table { parallel, loops: &loops, ..table };
        let mut a = Array1::<f64>::ones(40_000).into_shape_with_order((200, 200)).unwrap();
        let message = |a: &Array2<f64>| {
            let result = call(&table).run(&mut [AnyView::from(a.t()).into()], &mut []);
            result.err().map(|error| error.message().to_owned())
        };
        assert_eq!(message(&a), None);
        a[[150, 3]] = -1.0;
        a[[3, 150]] = -2.0;
        assert_eq!(message(&a).as_deref(), Some("-1.0"), "in the order C of the loop, not of memory");
        let mask = a.t().mapv(|x| x > 0.0);
        let made = call(&table).mask(mask.view().into()).run(&mut [AnyView::from(a.t()).into()], &mut []);
        assert_eq!(made.unwrap()[0].clone().typed::<f64>().unwrap()[[3, 150]], 0.0);
    }
}

#[test]
fn rows_of_any_rank_are_one_call() {
    let table = mocks::subtract();
    let a = Array2::from_shape_fn((3, 4), |(i, j)| (10 * i + j) as f64);
    let run = |a: AnyView<'_>, b: AnyView<'_>| {
        let made = call(&table).run(&mut [a.into(), b.into()], &mut []).unwrap();
        made[0].clone().typed::<f64>().unwrap()
    };
    assert_eq!(run(a.view().into(), a.view().into()), ArrayD::zeros(vec![3, 4]));
    assert_eq!(run(a.view().into(), arr0(1.0).view().into()), (&a - 1.0).into_dyn());
    assert_eq!(run(arr0(1.0).view().into(), arr0(3.0).view().into()), arr0(-2.0).into_dyn());
    assert_eq!(run(a.t().into(), a.t().into()), ArrayD::zeros(vec![4, 3]));
    let (row, column) = (a.slice(s![1, ..]), a.slice(s![1..2, ..]));
    assert_eq!(run(row.into(), a.slice(s![1, ..;-1]).into()), array![-3.0, -1.0, 1.0, 3.0].into_dyn());
    assert_eq!(run(row.into(), column.into()), ArrayD::zeros(vec![1, 4]));
    assert_eq!(run(a.slice(s![..0, ..]).into(), row.into()), ArrayD::zeros(vec![0, 4]));
}
