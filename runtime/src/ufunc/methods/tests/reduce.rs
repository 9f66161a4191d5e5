//! What `reduce` is told, and what it says.

use super::*;

#[test]
fn axes_are_numpys() {
    let table = halving(Identity::Reorderable);
    let a = array![[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]];
    let reduce = |axes| call(&table).reduce(&a.view().into(), &along(axes), None);
    assert_eq!(float64(reduce(Axes::One(0)).unwrap()), array![3.0, 4.5, 6.0].into_dyn());
    assert_eq!(float64(reduce(Axes::One(-1)).unwrap()), array![2.5, 7.75].into_dyn());
    let all = ((((0.0 / 2.0 + 1.0) / 2.0 + 2.0) / 2.0 + 3.0) / 2.0 + 4.0) / 2.0 + 5.0;
    for axes in [Axes::All, Axes::Several(&[0, 1]), Axes::Several(&[-1, 0])] {
        assert_eq!(float64(reduce(axes).unwrap()), arr0(all).into_dyn());
    }
    assert_eq!(float64(reduce(Axes::Several(&[])).unwrap()), a.clone().into_dyn());
    assert_eq!(said(reduce(Axes::One(2))), "AxisError: axis 2 is out of bounds for array of dimension 2");
    assert_eq!(said(reduce(Axes::One(-3))), "AxisError: axis -3 is out of bounds for array of dimension 2");
    assert_eq!(said(reduce(Axes::Several(&[0, -2]))), "ValueError: duplicate value in 'axis'");
    let scalar = arr0(5.0);
    let reduce = |axes| call(&table).reduce(&scalar.view().into(), &along(axes), None);
    for axes in [Axes::One(0), Axes::One(-1), Axes::All, Axes::Several(&[])] {
        assert_eq!(float64(reduce(axes).unwrap()), arr0(5.0).into_dyn());
    }
    let message = "AxisError: axis 0 is out of bounds for array of dimension 0";
    assert_eq!(said(reduce(Axes::Several(&[0]))), message);
}

#[test]
fn several_axes_need_reorderable_operations() {
    let table = halving(Identity::None);
    let message =
        "ValueError: reduction operation 'f' is not reorderable, so at most one axis may be specified";
    let a = Array2::<f64>::zeros((2, 3));
    let reduce = |view: AnyView<'_>, axes| call(&table).reduce(&view, &along(axes), None);
    assert_eq!(said(reduce(a.view().into(), Axes::All)), message);
    assert_eq!(said(reduce(a.view().into(), Axes::Several(&[0, 1]))), message);
    assert!(reduce(a.row(0).into(), Axes::All).is_ok() && reduce(a.view().into(), Axes::One(1)).is_ok());
}

#[test]
fn axes_that_are_kept_have_extent_one() {
    let table = halving(Identity::Value(0));
    let a = Array3::<f64>::ones((2, 3, 4));
    let how = Reduction { axes: Axes::Several(&[0, 2]), keepdims: true, ..Reduction::default() };
    let made = call(&table).reduce(&a.view().into(), &how, None).unwrap().unwrap();
    assert_eq!(made.shape(), [1, 3, 1]);
}

#[test]
fn empty_reductions_give_what_they_begin_with() {
    let a = Array2::<f64>::zeros((0, 3));
    let reduce = |identity, how: &Reduction<'_>| call(&halving(identity)).reduce(&a.view().into(), how, None);
    let message = "ValueError: zero-size array to reduction operation f which has no identity";
    let first = &starting(Initial::First);
    let nine = &starting(Initial::Weak(Weak::Int(9)));
    for identity in [Identity::None, Identity::Reorderable] {
        assert_eq!(said(reduce(identity, &Reduction::default())), message);
        assert_eq!(said(reduce(identity, first)), message);
        assert_eq!(float64(reduce(identity, nine).unwrap()), array![9.0, 9.0, 9.0].into_dyn());
        let nothing = reduce(identity, &along(Axes::One(1))).unwrap();
        assert_eq!(float64(nothing), Array1::<f64>::zeros(0).into_dyn());
    }
    let one = reduce(Identity::Value(1), &Reduction::default()).unwrap();
    assert_eq!(float64(one), array![1.0, 1.0, 1.0].into_dyn());
    assert_eq!(said(reduce(Identity::Value(1), first)), message);
}

#[test]
fn identities_are_first_operands() {
    let a = array![4.0, 8.0];
    let reduce = |how: &Reduction<'_>| {
        float64(call(&halving(Identity::Value(16))).reduce(&a.view().into(), how, None).unwrap())
    };
    assert_eq!(reduce(&Reduction::default()), arr0(14.0).into_dyn());
    assert_eq!(reduce(&starting(Initial::First)), arr0(10.0).into_dyn());
    assert_eq!(reduce(&starting(Initial::Weak(Weak::Float(32.0)))), arr0(18.0).into_dyn());
}

#[test]
fn integers_convert_identities_and_initial_values() {
    let unsigned = mocks::of_types(&[UInt64; 3], mocks::nothing);
    let table = mocks::gufunc("f", "(),()->()", &[], vec![unsigned]);
    let table = Table { identity: Identity::Value(-1), ..table };
    let a = Array1::<u64>::zeros(0);
    let reduce = |how: &Reduction<'_>| call(&table).reduce(&a.view().into(), how, None);
    let found = |how: &Reduction<'_>| reduce(how).unwrap().unwrap().typed::<u64>().unwrap()[[]];
    assert_eq!(found(&Reduction::default()), u64::MAX);
    assert_eq!(found(&starting(Initial::Weak(Weak::Float(2.9)))), 2);
    assert_eq!(found(&starting(Initial::Weak(Weak::Float(-0.5)))), 0);
    let large = arr0(u64::MAX - 1);
    assert_eq!(found(&starting(Initial::Array(large.view().into()))), u64::MAX - 1);
    let said = |number| said(reduce(&starting(Initial::Weak(number))));
    assert_eq!(said(Weak::Int(-1)), "OverflowError: Python integer -1 out of bounds for uint64");
    assert_eq!(
        said(Weak::Float(1e30)),
        "OverflowError: Python integer 1000000000000000019884624838656 out of bounds for uint64"
    );
    assert_eq!(said(Weak::Float(f64::NAN)), "ValueError: cannot convert float NaN to integer");
    assert_eq!(said(Weak::Float(f64::INFINITY)), "OverflowError: cannot convert float infinity to integer");
    assert_eq!(
        said(Weak::Complex(num_complex::Complex::i())),
        "TypeError: int() argument must be a string, a bytes-like object or a real number, not 'complex'"
    );
    let several = array![1.0];
    let error = reduce(&starting(Initial::Array(several.view().into())));
    assert_eq!(self::said(error), "ValueError: setting an array element with a sequence.");
}

#[test]
fn masks_need_something_to_begin_with() {
    let (a, mask) = (array![[1.0, 2.0], [3.0, 4.0]], array![true, false]);
    let reduce = |identity, how: &Reduction<'_>| {
        call(&halving(identity)).mask(mask.view().into()).reduce(&a.view().into(), how, None)
    };
    let message = "ValueError: reduction operation 'f' does not have an identity, so to use a where mask one \
                   has to specify 'initial'";
    assert_eq!(said(reduce(Identity::None, &Reduction::default())), message);
    assert_eq!(said(reduce(Identity::Value(0), &starting(Initial::First))), message);
    let found = float64(reduce(Identity::Value(8), &Reduction::default()).unwrap());
    assert_eq!(found, array![((4.0 + 1.0) / 2.0) + 3.0, 8.0].into_dyn());
}

#[test]
fn masks_and_outputs_of_other_shapes_are_refused() {
    let table = halving(Identity::Value(0));
    let reduce = |shape: &[usize], axis, keepdims, out: Option<&[usize]>, mask: Option<&[usize]>| {
        let input = ArrayD::<f64>::ones(shape);
        let mut out = out.map(ArrayD::<f64>::zeros);
        let mask = mask.map(|shape| ArrayD::from_elem(shape, true));
        let mut call = call(&table);
        if let Some(mask) = &mask {
            call = call.mask(mask.view().into());
        }
        let how = Reduction { axes: Axes::One(axis), keepdims, ..Reduction::default() };
        let out = out.as_mut().map(|out| out.view_mut().into());
        said(call.reduce(&input.view().into(), &how, out)).trim_start_matches("ValueError: ").to_owned()
    };
    /// Input, axis, whether it stays, output, mask, and what is said.
    type Case = (&'static [usize], isize, bool, Shape, Shape, &'static str);
    type Shape = Option<&'static [usize]>;
    let cases: &[Case] = &[
        (
            &[2, 3],
            0,
            false,
            Some(&[2]),
            None,
            "operands could not be broadcast together with remapped shapes [original->remapped]: (2,)->(2) (2,3) ",
        ),
        (
            &[2, 4, 3],
            1,
            false,
            Some(&[3, 3]),
            None,
            "operands could not be broadcast together with remapped shapes [original->remapped]: \
             (3,3)->(3,newaxis,3) (2,4,3) ",
        ),
        (
            &[2, 3],
            0,
            false,
            None,
            Some(&[2]),
            "operands could not be broadcast together with remapped shapes [original->remapped]: (2,3) (2,) ",
        ),
        (
            &[2, 3],
            0,
            false,
            Some(&[1, 3]),
            None,
            "output parameter for reduction operation f has the wrong number of dimensions: Found 2 but expected 1",
        ),
        (
            &[2, 3],
            0,
            true,
            Some(&[3]),
            None,
            "output parameter for reduction operation f has the wrong number of dimensions: Found 1 but \
             expected 2 (must match the operand's when keepdims=True)",
        ),
        (
            &[2, 4, 3],
            1,
            false,
            Some(&[2, 1]),
            None,
            "output operand requires a reduction along dimension 1, but the reduction is not enabled. The \
             dimension size of 1 does not match the expected output shape.",
        ),
        (
            &[2, 3],
            0,
            true,
            Some(&[2, 3]),
            None,
            "operand was set up as a reduction along axis 0, but the length of the axis is 2 (it has to be 1)",
        ),
        (
            &[1, 4, 1],
            1,
            false,
            Some(&[2, 3]),
            None,
            "non-broadcastable operand with shape (1,4,1) doesn't match the broadcast shape (2,4,3)",
        ),
        (
            &[2, 3],
            0,
            false,
            None,
            Some(&[2, 2, 3]),
            "input operand has more dimensions than allowed by the axis remapping",
        ),
        (
            &[2, 1],
            1,
            false,
            None,
            Some(&[2, 3]),
            "non-broadcastable operand with shape (2,1) doesn't match the broadcast shape (2,3)",
        ),
    ];
    for (shape, axis, keepdims, out, mask, message) in cases {
        assert_eq!(reduce(shape, *axis, *keepdims, *out, *mask), *message);
    }
}

#[test]
fn arrays_that_nobody_could_go_through_are_refused() {
    let table = halving(Identity::Value(0));
    let one = arr0(1.0);
    let wide = one.broadcast((1 << 30, 1 << 30)).unwrap();
    let error = call(&table).reduce(&wide.into(), &along(Axes::All), None);
    assert_eq!(said(error), "ValueError: iterator is too large");
}
