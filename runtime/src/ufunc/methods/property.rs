//! Random folds and replacements against naive Rust: shapes, strides, dtypes, axes, masks, outputs.

use ndarray::{ArrayD, Dimension, IxDyn};

use super::{Axes, Initial, Reduction};
use crate::any::AnyArray;
use crate::dtype::DType;
use crate::gufunc::mocks;
use crate::random_arrays::{Random, cases, held};
use crate::ufunc::{Call, Identity, Input, Loop, Table, Weak};

/// A ufunc, and what it computes; it does not commute.
struct Subject {
    table: Table<'static>,
    naive: fn(f64, f64) -> f64,
}

/// With an identity, and without one.
fn subjects(identity: Identity) -> [Subject; 2] {
    let halving = mocks::of_float64("f", "(),()->()", mocks::halve_and_add);
    let subtract = mocks::subtract();
    [
        Subject { table: Table { identity, ..halving }, naive: |a, b| 0.5 * a + b },
        Subject { table: Table { identity, ..subtract }, naive: |a, b| a - b },
    ]
}

/// A shape of up to four dimensions, now and then of many elements or of none.
fn shape(random: &mut Random, least: usize) -> Vec<usize> {
    match random.below(80) {
        0 => vec![3, 5000],
        1 => vec![5000, 3],
        2 => vec![30, 40, 7],
        3 => vec![9000],
        _ => {
            let rank = least + random.below(5 - least);
            (0..rank).map(|_| random.below(5) + usize::from(!random.one_in(9))).collect()
        }
    }
}

/// Any array's elements.
fn float64(array: AnyArray) -> ArrayD<f64> {
    match array {
        AnyArray::Float64(array) => array,
        AnyArray::Float32(array) => array.mapv(f64::from),
        AnyArray::Int64(array) => array.mapv(|element| element as f64),
        AnyArray::Int32(array) => array.mapv(f64::from),
        other => panic!("{:?}", other.dtype()),
    }
}

/// An axis from the front or from the back.
fn signed(axis: usize, rank: usize, random: &mut Random) -> isize {
    if random.one_in(2) { axis as isize } else { axis as isize - rank as isize }
}

/// A table with several threads or without, with loops that can raise or not.
fn varied<'a>(table: &Table<'static>, loops: &'a mut Vec<Loop<'static>>, random: &mut Random) -> Table<'a> {
    *loops = table.loops.iter().map(|inner| Loop { raises: random.one_in(2), ..*inner }).collect();
    Table { parallel: random.one_in(2), loops, ..*table }
}

/// Calls a method with an output or without, and looks at the elements.
fn check_results(
    expected: &ArrayD<f64>,
    random: &mut Random,
    method: impl Fn(Option<crate::AnyViewMut<'_>>) -> Option<AnyArray>,
) {
    if random.one_in(2) {
        assert_eq!(float64(method(None).unwrap()), expected);
        return;
    }
    let mut out = held(expected.shape(), random, true);
    assert_eq!(method(Some(out.view_mut())), None);
    let narrow = out.view().dtype() == DType::Float32;
    assert_eq!(out.values(), expected.mapv(|value| if narrow { f64::from(value as f32) } else { value }));
}

fn check_reduce(subject: &Subject, random: &mut Random) {
    let mut loops = Vec::new();
    let table = varied(&subject.table, &mut loops, random);
    let shape = shape(random, 0);
    let input = held(&shape, random, false);
    let mut folded: Vec<bool> = shape.iter().map(|_| random.one_in(2)).collect();
    if table.identity == Identity::None {
        let axis = random.below(shape.len().max(1));
        folded.iter_mut().enumerate().for_each(|(other, folded)| *folded = other == axis);
    }
    let axes: Vec<isize> =
        (0..shape.len()).filter(|axis| folded[*axis]).map(|axis| signed(axis, shape.len(), random)).collect();
    let keepdims = random.one_in(2);
    let mask = random.one_in(3).then(|| {
        let own: Vec<usize> = shape.iter().map(|extent| if random.one_in(4) { 1 } else { *extent }).collect();
        let first = random.below(own.len() + 1) / 2;
        ArrayD::from_shape_simple_fn(IxDyn(&own[first..]), || !random.one_in(3))
    });
    let of_identity = if let Identity::Value(value) = table.identity { Some(value as f64) } else { None };
    let nothing = shape.iter().zip(&folded).any(|(extent, folded)| *folded && *extent == 0);
    let must_have_initial = (mask.is_some() || nothing) && of_identity.is_none();
    let initial = (must_have_initial || random.one_in(2)).then(|| random.below(9) as i64);
    // SAFETY: the mock loops are of these types.
    let mut call = unsafe { Call::new(&table) };
    if let Some(mask) = &mask {
        call = call.mask(mask.view().into());
    }
    let how = Reduction {
        axes: if axes.len() == 1 { Axes::One(axes[0]) } else { Axes::Several(&axes) },
        keepdims,
        initial: initial.map_or(Initial::Identity, |value| Initial::Weak(Weak::Int(value))),
    };
    let kept = shape.iter().zip(&folded).filter(|(_, folded)| keepdims || !**folded);
    let result: Vec<usize> = kept.map(|(extent, folded)| if *folded { 1 } else { *extent }).collect();
    let begin = initial.map(|value| value as f64).or(of_identity);
    let mut expected = ArrayD::from_elem(IxDyn(&result), begin);
    let values = input.values();
    let mask = mask.as_ref().map(|mask| mask.broadcast(IxDyn(&shape)).unwrap());
    for (index, value) in values.indexed_iter() {
        if mask.as_ref().is_none_or(|mask| mask[&index]) {
            let own = (0..shape.len()).filter(|axis| keepdims || !folded[*axis]);
            let own: Vec<usize> = own.map(|axis| if folded[axis] { 0 } else { index[axis] }).collect();
            let place = &mut expected[IxDyn(&own)];
            *place = Some(place.map_or(*value, |before| (subject.naive)(before, *value)));
        }
    }
    check_results(&expected.mapv(Option::unwrap), random, |out| {
        call.reduce(&input.view(), &how, out).unwrap()
    });
}

fn check_accumulate(subject: &Subject, random: &mut Random) {
    let mut loops = Vec::new();
    let table = varied(&subject.table, &mut loops, random);
    let shape = shape(random, 1);
    let input = held(&shape, random, false);
    let axis = random.below(shape.len());
    let mut expected = input.values();
    for index in ndarray::indices(IxDyn(&shape)) {
        if index[axis] > 0 {
            let mut before = index.clone();
            before[axis] -= 1;
            expected[&index] = (subject.naive)(expected[&before], expected[&index]);
        }
    }
    // SAFETY: the mock loops are of these types.
    let call = unsafe { Call::new(&table) };
    let axis = signed(axis, shape.len(), random);
    check_results(&expected, random, |out| call.accumulate(&input.view(), axis, out).unwrap());
}

fn check_reduceat(subject: &Subject, random: &mut Random) {
    let mut loops = Vec::new();
    let table = varied(&subject.table, &mut loops, random);
    let shape = shape(random, 1);
    let input = held(&shape, random, false);
    let axis = random.below(shape.len());
    let count = if shape[axis] == 0 { 0 } else { random.below(7) };
    let indices: Vec<i64> = (0..count).map(|_| random.below(shape[axis]) as i64).collect();
    let mut result = shape.clone();
    result[axis] = count;
    let values = input.values();
    let expected = ArrayD::from_shape_fn(IxDyn(&result), |index| {
        let slice = index[axis];
        let first = indices[slice] as usize;
        let end = indices.get(slice + 1).map_or(shape[axis], |end| *end as usize).max(first + 1);
        let at = |along: usize| {
            let mut index = index.clone();
            index[axis] = along;
            values[index]
        };
        (first + 1..end).fold(at(first), |before, along| (subject.naive)(before, at(along)))
    });
    // SAFETY: the mock loops are of these types.
    let call = unsafe { Call::new(&table) };
    let axis = signed(axis, shape.len(), random);
    let indices = ndarray::Array1::from(indices);
    let method = |out: Option<crate::AnyViewMut<'_>>| {
        call.reduceat(&input.view(), &indices.view().into(), axis, out).unwrap()
    };
    check_results(&expected, random, method);
}

fn check_at(subject: &Subject, random: &mut Random) {
    let mut loops = Vec::new();
    let table = varied(&subject.table, &mut loops, random);
    let shape = shape(random, 1);
    let mut array = held(&shape, random, true);
    let axes = if shape.contains(&0) { 0 } else { random.below(shape.len() + 1) };
    let together: Vec<usize> = (0..random.below(3)).map(|_| random.below(5)).collect();
    let together = if axes == 0 { Vec::new() } else { together };
    let index = |extent: usize, random: &mut Random| {
        let own: Vec<usize> =
            together.iter().map(|extent| if random.one_in(5) { 1 } else { *extent }).collect();
        let element = || random.below(2 * extent) as i64 - extent as i64;
        ArrayD::from_shape_simple_fn(IxDyn(&own), element)
    };
    let indices: Vec<ArrayD<i64>> = (0..axes).map(|axis| index(shape[axis], random)).collect();
    let mut whole: Vec<usize> = vec![1; indices.iter().map(ArrayD::ndim).max().unwrap_or(0)];
    for index in &indices {
        whole
            .iter_mut()
            .zip(index.shape())
            .for_each(|(whole, own)| *whole = if *own == 1 { *whole } else { *own });
    }
    let n_indexed = whole.len();
    whole.extend_from_slice(&shape[axes..]);
    let own: Vec<usize> = whole.iter().map(|extent| if random.one_in(4) { 1 } else { *extent }).collect();
    let second = held(&own[random.below(own.len() + 1)..], random, false);
    let mut expected = array.values();
    let dtype = array.view().dtype();
    let values = second.values();
    let values = values.broadcast(IxDyn(&whole)).unwrap();
    for position in ndarray::indices(IxDyn(&whole)) {
        let element = |(axis, index): (usize, &ArrayD<i64>)| {
            let lacking = n_indexed - index.ndim();
            let own = (0..index.ndim()).map(|dimension| {
                if index.shape()[dimension] == 1 { 0 } else { position[lacking + dimension] }
            });
            index[IxDyn(&own.collect::<Vec<_>>())].rem_euclid(shape[axis] as i64) as usize
        };
        let mut place: Vec<usize> = indices.iter().enumerate().map(element).collect();
        place.extend_from_slice(&position.slice()[n_indexed..]);
        let place = &mut expected[IxDyn(&place)];
        *place = (subject.naive)(*place, values[&position]);
        if dtype == DType::Float32 {
            *place = f64::from(*place as f32);
        }
    }
    // SAFETY: the mock loops are of these types.
    let call = unsafe { Call::new(&table) };
    let views: Vec<_> = indices.iter().map(|index| index.view().into()).collect();
    call.at(array.view_mut(), &views, Some(Input::Array(second.view()))).unwrap();
    assert_eq!(array.values(), expected, "{shape:?} {whole:?}");
}

fn check_all(few: usize, check: fn(&Subject, &mut Random)) {
    let mut random = Random::new();
    for identity in [Identity::Value(1), Identity::None, Identity::Reorderable] {
        for subject in subjects(identity) {
            for _ in 0..cases(few) {
                check(&subject, &mut random);
            }
        }
    }
}

#[test]
fn random_reductions_are_left_folds() {
    check_all(400, check_reduce);
}

#[test]
fn random_accumulations_are_left_folds() {
    check_all(150, check_accumulate);
}

#[test]
fn random_slices_are_left_folds() {
    check_all(150, check_reduceat);
}

#[test]
fn random_indices_are_taken_one_after_another() {
    check_all(300, check_at);
}
