//! Random calls of ufuncs against naive Rust: shapes, strides, dtypes, masks, shared memory.

use ndarray::{ArrayD, IxDyn};

use super::{Call, Casting, Input, Table};
use crate::any::{AnyArray, AnyView, AnyViewMut};
use crate::dtype::DType;
use crate::gufunc::mocks;
use crate::random_arrays::{Random, cases, held};

/// A ufunc, and what it computes from its inputs' elements.
struct Subject {
    table: Table<'static>,
    naive: fn(&[f64]) -> Vec<f64>,
}

fn subjects() -> Vec<Subject> {
    vec![
        Subject { table: mocks::subtract(), naive: |x| vec![x[0] - x[1]] },
        Subject {
            table: mocks::of_float64("multiples", "()->(),()", mocks::multiples),
            naive: |x| vec![2.0 * x[0], 3.0 * x[0]],
        },
    ]
}

/// A shape of few dimensions, now and then of many elements or of none.
fn shape(random: &mut Random) -> Vec<usize> {
    match random.below(40) {
        0 => vec![3, 9000],
        1 => vec![20_000],
        _ => {
            let rank = random.below(5);
            (0..rank).map(|_| random.below(5) + usize::from(!random.one_in(9))).collect()
        }
    }
}

/// The shape of an operand that broadcasts to another.
fn part(whole: &[usize], random: &mut Random) -> Vec<usize> {
    let first = if random.one_in(2) { 0 } else { random.below(whole.len() + 1) };
    whole[first..].iter().map(|extent| if random.one_in(5) { 1 } else { *extent }).collect()
}

fn joined(shapes: &[Vec<usize>]) -> Vec<usize> {
    let rank = shapes.iter().map(Vec::len).max().unwrap_or(0);
    let mut whole = vec![1; rank];
    for shape in shapes {
        for (extent, own) in whole[rank - shape.len()..].iter_mut().zip(shape) {
            *extent = if *own == 1 { *extent } else { *own };
        }
    }
    whole
}

fn mask(shape: &[usize], random: &mut Random) -> ArrayD<bool> {
    let often = 1 + random.below(3);
    ArrayD::from_shape_simple_fn(IxDyn(shape), || !random.one_in(often + 1))
}

/// The values that outputs hold after the call.
fn expected(
    subject: &Subject,
    inputs: &[ArrayD<f64>],
    before: &[ArrayD<f64>],
    mask: Option<&ArrayD<bool>>,
) -> Vec<ArrayD<f64>> {
    let mut results = before.to_vec();
    let whole = before[0].raw_dim();
    let inputs: Vec<_> = inputs.iter().map(|input| input.broadcast(whole.clone()).unwrap()).collect();
    let mask = mask.map(|mask| mask.broadcast(whole.clone()).unwrap());
    for index in ndarray::indices(whole.clone()) {
        if mask.as_ref().is_none_or(|mask| mask[index.clone()]) {
            let arguments: Vec<f64> = inputs.iter().map(|input| input[index.clone()]).collect();
            for (result, value) in results.iter_mut().zip((subject.naive)(&arguments)) {
                result[index.clone()] = value;
            }
        }
    }
    results
}

fn check(subject: &Subject, random: &mut Random) {
    let table = &Table { parallel: random.one_in(2), ..subject.table };
    let seed = shape(random);
    let shapes: Vec<Vec<usize>> = (0..table.n_inputs()).map(|_| part(&seed, random)).collect();
    let masked = random.one_in(3).then(|| mask(&part(&seed, random), random));
    let all = shapes.iter().cloned().chain(masked.iter().map(|mask| mask.shape().to_vec()));
    let whole = joined(&all.collect::<Vec<_>>());
    let inputs: Vec<_> = shapes.iter().map(|shape| held(shape, random, false)).collect();
    let give = random.one_in(2);
    let mut given: Vec<_> =
        (0..table.n_outputs()).filter(|_| give).map(|_| held(&whole, random, true)).collect();
    let before: Vec<_> = match give {
        true => given.iter().map(|output| output.values()).collect(),
        false => vec![ArrayD::zeros(IxDyn(&whole)); table.n_outputs()],
    };
    // SAFETY: the mock loops are of these types.
    let mut call = unsafe { Call::new(table) }.casting(Casting::Unsafe);
    if let Some(mask) = &masked {
        call = call.mask(mask.view().into());
    }
    let made = {
        let mut views: Vec<Input<'_>> = inputs.iter().map(|input| input.view().into()).collect();
        let mut outputs: Vec<_> = given.iter_mut().map(|output| Some(output.view_mut())).collect();
        call.run(&mut views, &mut outputs).unwrap()
    };
    let found: Vec<ArrayD<f64>> = match give {
        true => given.iter().map(|output| output.values()).collect(),
        false => made.iter().map(float64).collect(),
    };
    let values: Vec<_> = inputs.iter().map(|input| input.values()).collect();
    assert_eq!(found, expected(subject, &values, &before, masked.as_ref()));
}

fn float64(array: &AnyArray) -> ArrayD<f64> {
    let shape = array.shape().to_vec();
    let mut cast = AnyArray::zeros(DType::Float64, &shape);
    let table = mocks::of_float64("copy", "()->()", mocks::copy);
    // SAFETY: the mock loop is of these types.
    let call = unsafe { Call::new(&table) }.casting(Casting::Unsafe);
    call.run(&mut [array.view().into()], &mut [Some(cast.view_mut())]).unwrap();
    cast.typed().unwrap()
}

#[test]
fn random_calls_give_what_naive_loops_give() {
    let mut random = Random::new();
    for subject in subjects() {
        for _ in 0..cases(500) {
            check(&subject, &mut random);
        }
    }
}

/// Windows of one piece of memory, as inputs and output.
#[test]
fn operands_may_share_memory() {
    let mut random = Random::new();
    let table = mocks::subtract();
    for _ in 0..cases(300) {
        let table = Table { parallel: random.one_in(2), ..table };
        let mut memory: Vec<f64> = (0..120).map(|_| random.below(9) as f64).collect();
        let (rows, columns) = (1 + random.below(4), 1 + random.below(4));
        let mut window = |output: bool| {
            let first = 50 + random.below(6);
            let steps = [[8, 32], [32, 8], [40, -8], [-8, 32], [0, 8]];
            let steps = steps[random.below(if output { 4 } else { 5 })];
            (first, vec![steps[0] as isize, steps[1] as isize])
        };
        let (a, b, out) = (window(false), window(false), window(true));
        let data = memory.as_mut_ptr();
        // SAFETY: all windows are within the memory, of which one call has hold.
        let read = |(first, steps): &(usize, Vec<isize>)| unsafe {
            let data = data.add(*first).cast::<u8>();
            AnyView::from_raw(data, DType::Float64, vec![rows, columns], steps.clone())
        };
        let values = [&a, &b].map(|window| read(window).downcast::<f64>().unwrap().to_owned());
        let before = read(&out).downcast::<f64>().unwrap().to_owned();
        {
            // SAFETY: as above; the strides of outputs keep elements apart.
            let output = unsafe {
                let data = data.add(out.0).cast::<u8>();
                AnyViewMut::from_raw(data, DType::Float64, vec![rows, columns], out.1.clone())
            };
            // SAFETY: the mock loops are of these types.
            let call = unsafe { Call::new(&table) };
            call.run(&mut [read(&a).into(), read(&b).into()], &mut [Some(output)]).unwrap();
        }
        let subject = Subject { table, naive: |x| vec![x[0] - x[1]] };
        let found = read(&out).downcast::<f64>().unwrap().to_owned();
        assert_eq!([found], expected(&subject, &values, &[before], None)[..]);
    }
}
