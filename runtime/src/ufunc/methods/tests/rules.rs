//! Loops, threads, errors and memory of all methods; `accumulate`, `reduceat`, `outer` and `at`.

use super::*;

/// What NumPy 2.4 does with real ufuncs of these loops.
#[test]
fn loops_are_chosen_as_numpy_does() {
    let (d, f, i, l, h) = (Float64, Float32, Int32, Int64, Int16);
    let of = |method: usize, loops: &[[DType; 3]], array: DType, out: Option<DType>, dtype: Option<DType>| {
        let (table, array) = (of_types(loops), AnyArray::zeros(array, &[3]));
        let shape: &[usize] = if method == 0 { &[] } else { &[3] };
        let mut out = out.map(|dtype| AnyArray::zeros(dtype, shape));
        let mut call = call(&table);
        if let Some(dtype) = dtype {
            call = call.dtype(dtype);
        }
        let view = out.as_mut().map(AnyArray::view_mut);
        let made = match method {
            0 => call.reduce(&array.view(), &Reduction::default(), view),
            _ => call.accumulate(&array.view(), 0, view),
        };
        made.map(|made| made.map(|made| made.dtype())).map_err(|error| error.message().to_owned())
    };
    let unmatched =
        || Err("No loop matching the specified signature and casting was found for ufunc f".to_owned());
    let unsupported = || {
        Err("ufunc 'f' not supported for the input types, and the inputs could not be safely coerced to any \
             supported types according to the casting rule ''safe''"
            .to_owned())
    };
    let incompatible = |types: &str| {
        Err(format!("the resolved dtypes are not compatible with f.accumulate. Resolved ({types})"))
    };
    let mixed = "dtype('float64'), dtype('int64'), dtype('float64')";
    assert_eq!(of(0, &[[d, d, d], [i, i, i]], i, None, None), Ok(Some(i)));
    assert_eq!(of(0, &[[i, i, i], [l, l, l]], h, None, None), Ok(Some(i)));
    assert_eq!(of(0, &[[i, i, d]], i, None, None), unmatched());
    assert_eq!(of(0, &[[i, i, d], [d, l, d]], i, None, None), Ok(Some(d)));
    assert_eq!(of(1, &[[i, i, d], [d, l, d]], i, None, None), incompatible(mixed));
    assert_eq!(of(0, &[[h, i, h]], i, None, None), unsupported());
    assert_eq!(of(0, &[[h, i, h]], i, Some(h), None), Ok(None));
    assert_eq!(of(0, &[[l, i, l], [i, i, i]], i, Some(f), None), unsupported());
    assert_eq!(of(0, &[[d, d, d]], i, Some(i), None), Ok(None));
    assert_eq!(of(0, &[[d, d, d]], Complex128, None, Some(d)), Ok(Some(d)));
    assert_eq!(of(0, &[[d, d, d]], Complex128, None, None), unsupported());
    assert_eq!(of(0, &[[d, i, d], [i, i, i]], Complex128, None, Some(d)), unmatched());
    assert_eq!(of(0, &[[l, i, l]], i, None, Some(d)), unmatched());
    assert_eq!(of(1, &[[d, d, d], [d, l, d]], l, None, Some(d)), incompatible(mixed));
    assert_eq!(of(1, &[[d, d, d], [l, i, l]], i, Some(i), None), Ok(None));
    assert_eq!(of(0, &[[l, d, l]], i, None, Some(l)), Ok(Some(l)));
}

#[test]
fn what_cannot_be_folded_is_refused() {
    let a = Array2::<f64>::ones((2, 2));
    let zero = array![0];
    let all = |table: &Table<'_>| {
        let (call, view) = (call(table), AnyView::from(a.view()));
        let folds = [
            said(call.reduce(&view, &Reduction::default(), None)),
            said(call.accumulate(&view, 0, None)),
            said(call.reduceat(&view, &zero.view().into(), 0, None)),
        ];
        folds.map(|text| text.replace("reduceat", "reduce").replace("accumulate", "reduce"))
    };
    let unary = mocks::of_float64("f", "()->()", mocks::copy);
    assert!(all(&unary).iter().all(|text| text == "ValueError: reduce only supported for binary functions"));
    let two = mocks::of_float64("f", "(),()->(),()", mocks::nothing);
    let message = "ValueError: reduce only supported for functions returning a single value";
    assert!(all(&two).iter().all(|text| text == message));
    let gufunc = mocks::of_float64("f", "(n),(n)->()", mocks::inner_product);
    let message = "RuntimeError: Reduction not defined on ufunc with signature";
    assert!(all(&gufunc).iter().all(|text| text == message));
    let input = || Input::from(AnyView::from(a.view()));
    let outer = |table: &Table<'_>| said(call(table).outer(input(), input(), &mut []));
    assert_eq!(outer(&unary), "ValueError: outer product only supported for binary functions");
    let message = "TypeError: method outer is not allowed in ufunc with non-trivial signature";
    assert_eq!(outer(&gufunc), message);
    let at = |table: &Table<'_>, second: Option<Input<'_>>| {
        let mut array = array![1.0];
        said(call(table).at(array.view_mut().into(), &[zero.view().into()], second))
    };
    assert_eq!(at(&unary, Some(input())), "ValueError: second operand provided when ufunc is unary");
    assert_eq!(at(&halving(Identity::None), None), "ValueError: second operand needed for ufunc");
    assert_eq!(at(&two, Some(input())), "ValueError: Only single output ufuncs supported at this time");
    assert_eq!(
        at(&gufunc, Some(input())),
        "TypeError: f.at does not support ufunc with non-trivial signature: f has signature (n),(n)->()."
    );
}

#[test]
fn accumulations_need_outputs_of_their_shape() {
    let table = mocks::subtract();
    let a = array![[0i64, 1, 2], [3, 4, 5]];
    let into = |shape: &[usize]| {
        let mut out = ArrayD::<i64>::zeros(shape);
        said(call(&table).accumulate(&a.view().into(), 0, Some(out.view_mut().into())))
    };
    assert_eq!(
        into(&[2, 2]),
        "ValueError: operands could not be broadcast together with remapped shapes [original->remapped]: \
         (2,2)->(2,2) (2,3)->(2,3) "
    );
    assert_eq!(
        into(&[2, 1]),
        "ValueError: non-broadcastable output operand with shape (2,1) [remapped to (1,2)] doesn't match the \
         broadcast shape (2,3)"
    );
    let mut short = array![0, 0];
    let row = a.row(0);
    let error = call(&table).accumulate(&row.into(), 0, Some(short.view_mut().into()));
    assert_eq!(said(error), "ValueError: provided out is the wrong size for the accumulation.");
    let scalar = arr0(1.0);
    let error = call(&table).accumulate(&scalar.view().into(), 0, None);
    assert_eq!(said(error), "TypeError: cannot accumulate on a scalar");
}

#[test]
fn slices_are_within_the_axis() {
    let table = mocks::subtract();
    let a = array![[0i64, 1, 2], [3, 4, 5]];
    let at = |indices: AnyView<'_>| call(&table).reduceat(&a.view().into(), &indices, 1, None);
    let made = at(array![2, 0, 1, 1].view().into()).unwrap().unwrap();
    assert_eq!(made.typed::<i64>().unwrap(), array![[2, 0, 1, -1], [5, 3, 4, -1]].into_dyn());
    let message = "IndexError: index 3 out-of-bounds in subtract.reduceat [0, 3)";
    assert_eq!(said(at(array![0, 3].view().into())), message);
    let message = "IndexError: index -1 out-of-bounds in subtract.reduceat [0, 3)";
    assert_eq!(said(at(array![-1].view().into())), message);
    let message = "TypeError: Cannot cast array data from dtype('uint64') to dtype('int64') according to the \
                   rule 'safe'";
    assert_eq!(said(at(array![0u64].view().into())), message);
    let message = "ValueError: object too deep for desired array";
    assert_eq!(said(at(array![[0]].view().into())), message);
    let message = "ValueError: object of too small depth for desired array";
    assert_eq!(said(at(arr0(0).view().into())), message);
    let mut out = Array2::<i64>::zeros((2, 2));
    let indices = array![0, 1, 0];
    let error =
        call(&table).reduceat(&a.view().into(), &indices.view().into(), 0, Some(out.view_mut().into()));
    let message = "ValueError: operands could not be broadcast together with remapped shapes \
                   [original->remapped]: (2,2)->(2,2) (2,3)->(3) (3,)->(3,newaxis) ";
    assert_eq!(said(error), message);
}

#[test]
fn outer_products_have_the_dimensions_of_both() {
    let table = mocks::subtract();
    let (a, b) = (array![[1i64, 2], [3, 4]], array![10i64, 20, 30]);
    let made =
        call(&table).outer(AnyView::from(a.view()).into(), AnyView::from(b.view()).into(), &mut []).unwrap();
    let made = made.into_iter().next().unwrap().typed::<i64>().unwrap();
    assert_eq!(made.shape(), [2, 2, 3]);
    assert_eq!(made[[1, 0, 2]], 3 - 30);
    let made = call(&table).outer(AnyView::from(a.view()).into(), Weak::Int(1).into(), &mut []).unwrap();
    assert_eq!(made[0].clone().typed::<i64>().unwrap(), array![[0, 1], [2, 3]].into_dyn());
}

#[test]
fn indices_are_numpys() {
    let table = mocks::subtract();
    let one = || Some(Input::from(Weak::Int(1)));
    let at = |shape: &[usize], indices: &[AnyView<'_>], second| {
        let mut array = ArrayD::<f64>::zeros(shape);
        call(&table).at(array.view_mut().into(), indices, second).map(|()| array.into_raw_vec_and_offset().0)
    };
    let (zero, three, five) = (array![0], array![3], array![5]);
    let said = |shape: &[usize], indices: &[AnyView<'_>]| said(at(shape, indices, one()));
    assert_eq!(
        said(&[3], &[three.view().into()]),
        "IndexError: index 3 is out of bounds for axis 0 with size 3"
    );
    let minus = array![-4];
    assert_eq!(
        said(&[3], &[minus.view().into()]),
        "IndexError: index -4 is out of bounds for axis 0 with size 3"
    );
    assert_eq!(
        said(&[2, 0], &[five.view().into()]),
        "IndexError: index 5 is out of bounds for axis 0 with size 2"
    );
    let two: [AnyView<'_>; 2] = [zero.view().into(), zero.view().into()];
    let message = "IndexError: too many indices for array: array is 1-dimensional, but 2 were indexed";
    assert_eq!(said(&[3], &two), message);
    let (a, b) = (array![0, 1], array![1, 2, 0]);
    let message =
        "IndexError: shape mismatch: indexing arrays could not be broadcast together with shapes (2,) (3,) ";
    assert_eq!(said(&[2, 3], &[a.view().into(), b.view().into()]), message);
    let message = "IndexError: arrays used as indices must be of integer (or boolean) type";
    assert_eq!(said(&[3], &[array![0.5].view().into()]), message);
    let mask = array![true, false];
    let message = "IndexError: boolean index did not match indexed array along axis 0; size of axis is 3 \
                   but size of corresponding boolean axis is 2";
    assert_eq!(said(&[3], &[mask.view().into()]), message);
    // Nothing is indexed, so that no index is looked at.
    let nothing = Array2::<i64>::zeros((0, 1));
    assert!(at(&[3, 2], &[five.view().into(), nothing.view().into()], one()).is_ok());
    let wide = array![1.0, 2.0, 3.0];
    let message = "ValueError: array is not broadcastable to correct shape";
    assert_eq!(self::said(at(&[3], &[a.view().into()], Some(AnyView::from(wide.view()).into()))), message);
    assert_eq!(at(&[2, 2], &[], one()).unwrap(), [-1.0; 4]);
    let corners = array![[true, false], [false, true]];
    assert_eq!(at(&[2, 2], &[corners.view().into()], one()).unwrap(), [-1.0, 0.0, 0.0, -1.0]);
    let last = array![u64::MAX, 0];
    assert_eq!(at(&[3], &[last.view().into()], one()).unwrap(), [-1.0, 0.0, -1.0]);
}

#[test]
fn repeated_indices_count() {
    let mut array = array![0i64, 0, 0];
    let indices = array![0, 2, 0, -1, 0];
    let table = mocks::subtract();
    call(&table)
        .at(array.view_mut().into(), &[indices.view().into()], Some(Weak::Float(1.5).into()))
        .unwrap();
    // Each time what is written is cut to an integer: -1, -2, -3, and -1, -2.
    assert_eq!(array, array![-3, 0, -2]);
    let unary = mocks::of_float64("copy", "()->()", mocks::copy);
    let mut array = array![1.5f32, 2.5];
    call(&unary).at(array.view_mut().into(), &[array![0, 0].view().into()], None).unwrap();
    assert_eq!(array, array![1.5, 2.5]);
}

#[test]
fn what_outputs_share_with_the_array_is_read_first() {
    let table = mocks::subtract();
    let mut a = array![[1i64, 2, 3], [4, 5, 6]];
    let view = AnyViewMut::from(a.view_mut());
    // SAFETY: both are used in one call, which allows that they share memory.
    let input = unsafe { view.alias() };
    call(&table).accumulate(&input, 0, Some(view)).unwrap();
    assert_eq!(a, array![[1, 2, 3], [-3, -3, -3]]);
    let mut row = AnyViewMut::from(a.row_mut(0));
    // SAFETY: as above.
    let whole = unsafe { AnyView::from_raw(row.reborrow().raw().data, Int64, vec![2, 3], vec![24, 8]) };
    call(&table).reduce(&whole, &Reduction::default(), Some(row)).unwrap();
    assert_eq!(a, array![[4, 5, 6], [-3, -3, -3]]);
    let mut array = array![1i64, 2, 3];
    let view = AnyViewMut::from(array.view_mut());
    // SAFETY: as above, from the last element backwards.
    let backwards = unsafe { AnyView::from_raw(view.raw().data.add(16), Int64, vec![3], vec![-8]) };
    let indices = array![0, 1, 2];
    call(&table).at(view, &[indices.view().into()], Some(backwards.into())).unwrap();
    assert_eq!(array, array![-2, 0, 2]);
}

/// The place in the order C says which error is given, whichever way memory is gone through.
#[test]
fn the_first_fold_that_raises_is_told() {
    for parallel in [false, true] {
        let table = mocks::of_float64("f", "(),()->()", mocks::add_or_raise);
        let loops = [Loop { raises: true, ..table.loops[0] }];
        let table = Table { parallel, loops: &loops, identity: Identity::Reorderable, ..table };
        let mut c = Array2::<f64>::ones((60, 50));
        let mut f = Array2::<f64>::ones((60, 50).f());
        for (row, column, value) in [(1, 40, -1.0), (50, 7, -2.0), (30, 8, -3.0), (45, 7, -4.0)] {
            (c[[row, column]], f[[row, column]]) = (value, value);
        }
        for view in [c.view(), f.view()] {
            let call = call(&table);
            let reduce =
                |axes| call.reduce(&view.into(), &along(axes), None).unwrap_err().message().to_owned();
            assert_eq!(
                [reduce(Axes::One(0)), reduce(Axes::One(1)), reduce(Axes::All)],
                ["-4.0", "-1.0", "-1.0"]
            );
            let accumulate =
                |axis| call.accumulate(&view.into(), axis, None).unwrap_err().message().to_owned();
            assert_eq!([accumulate(0), accumulate(1)], ["-4.0", "-1.0"]);
            let indices = Array1::from_iter((0..40).map(i64::from));
            let error = call.reduceat(&view.into(), &indices.view().into(), 0, None).unwrap_err();
            assert_eq!(error.message(), "-4.0");
        }
    }
}

#[test]
fn threads_fold_as_one_does() {
    fn check<T: Element>(array: ndarray::ArrayView2<'_, T>) {
        let serial = mocks::subtract();
        let parallel = Table { parallel: true, ..serial };
        for axis in [0, 1] {
            let how = along(Axes::One(axis));
            let of = |table: &Table<'_>| call(table).reduce(&array.into(), &how, None).unwrap();
            assert_eq!(of(&serial), of(&parallel));
            let of = |table: &Table<'_>| call(table).accumulate(&array.into(), axis, None).unwrap();
            assert_eq!(of(&serial), of(&parallel));
        }
    }
    let c = Array2::from_shape_fn((300, 200), |(i, j)| (i * j) as f64);
    check(c.view());
    check(c.t());
    check(c.slice(s![..;-1, ..;3]));
    check(c.mapv(|element| element as i32).view());
    check(c.mapv(|element| element > 7.0).view());
    check(c.broadcast((300, 200)).unwrap());
    assert_eq!(Bool.size(), 1);
}
