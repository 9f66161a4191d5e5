//! Random calls against naive Rust: layouts, shapes, strides, dtypes, axes.

use ndarray::{ArrayD, ArrayViewD, ArrayViewMutD, Axis, IxDyn};

use super::axes::{CoreAxes, Placing};
use super::invoke::Invocation;
use super::mocks;
use crate::any::RawView;
use crate::random_arrays::{Random, cases, held};
use crate::ufunc::Table;

/// A gufunc with what it computes, from core blocks.
struct Subject {
    table: Table<'static>,
    naive: fn(&[ArrayViewD<'_, f64>], &mut [ArrayViewMutD<'_, f64>]),
}

fn subjects() -> Vec<Subject> {
    let subject = |layout, inner, naive| Subject { table: mocks::of_float64("f", layout, inner), naive };
    vec![
        subject("(m,n),(n,p)->(m,p)", mocks::matmul, matmul),
        subject("(m?,n),(n,p?)->(m?,p?)", mocks::matmul, optional_matmul),
        subject("(n),(n)->()", mocks::inner_product, |x, out| {
            out[0][[]] = (0..x[0].len()).map(|n| x[0][[n]] * x[1][[n]]).sum::<f64>() + 0.0;
        }),
        subject("(3),(3)->(3)", mocks::cross, |x, out| {
            let (a, b) = (&x[0], &x[1]);
            out[0][[0]] = a[[1]] * b[[2]] - a[[2]] * b[[1]];
            out[0][[1]] = a[[2]] * b[[0]] - a[[0]] * b[[2]];
            out[0][[2]] = a[[0]] * b[[1]] - a[[1]] * b[[0]];
        }),
        subject("(n)->(),()", mocks::min_max, |x, out| {
            out[0][[]] = x[0].iter().copied().fold(f64::INFINITY, f64::min);
            out[1][[]] = x[0].iter().copied().fold(f64::NEG_INFINITY, f64::max);
        }),
        subject("(n|1),(n|1)->(n)", mocks::sum, |x, out| {
            for n in 0..out[0].len() {
                let at = |x: &ArrayViewD<'_, f64>| x[[if x.len() == 1 { 0 } else { n }]];
                out[0][[n]] = at(&x[0]) + at(&x[1]);
            }
        }),
        subject("(n)->(p)", mocks::cycle, |x, out| {
            (0..out[0].len()).for_each(|p| out[0][[p]] = x[0][[p % x[0].len()]]);
        }),
    ]
}

fn matmul(x: &[ArrayViewD<'_, f64>], out: &mut [ArrayViewMutD<'_, f64>]) {
    for ((m, p), value) in out[0].view_mut().into_dimensionality::<ndarray::Ix2>().unwrap().indexed_iter_mut()
    {
        *value = (0..x[0].shape()[1]).map(|n| x[0][[m, n]] * x[1][[n, p]]).sum::<f64>() + 0.0;
    }
}

fn optional_matmul(x: &[ArrayViewD<'_, f64>], out: &mut [ArrayViewMutD<'_, f64>]) {
    let (mut a, mut b, mut c) = (x[0].clone(), x[1].clone(), out[0].view_mut());
    if a.ndim() == 1 {
        a.insert_axis_inplace(Axis(0));
        c.insert_axis_inplace(Axis(0));
    }
    if b.ndim() == 1 {
        b.insert_axis_inplace(Axis(1));
        let last = c.ndim();
        c.insert_axis_inplace(Axis(last));
    }
    matmul(&[a, b], &mut [c]);
}

/// A case: the shapes of loop and core of each operand, and the axes.
struct Case {
    loops: Vec<Vec<usize>>,
    cores: Vec<Vec<usize>>,
    whole: Vec<usize>,
    orders: Option<Vec<Vec<usize>>>,
}

impl Case {
    fn new(table: &Table<'_>, random: &mut Random) -> Self {
        let sizes: Vec<usize> = table
            .layout
            .dimensions
            .iter()
            .map(|dimension| match dimension.size {
                crate::ufunc::CoreSize::Fixed(size) => size as usize,
                _ => random.below(5) + usize::from(dimension.name == "n"),
            })
            .collect();
        let missing: Vec<bool> =
            table.layout.dimensions.iter().map(|dimension| dimension.optional && random.one_in(2)).collect();
        let whole: Vec<usize> =
            (0..random.below(4)).map(|_| random.below(4) + usize::from(!random.one_in(9))).collect();
        let (inputs, outputs) = (table.layout.inputs, table.layout.outputs);
        let mut case = Case { loops: vec![], cores: vec![], whole: whole.clone(), orders: None };
        let all_inputs = inputs.len();
        // An operand with an optional dimension left out must have no loop: it would be taken for one.
        for (operand, core) in inputs.iter().chain(outputs).enumerate() {
            let left_out = core.iter().any(|dimension| missing[*dimension]);
            let kept: Vec<usize> = core.iter().copied().filter(|dimension| !missing[*dimension]).collect();
            let stretch = |dimension: &usize, random: &mut Random| {
                table.layout.dimensions[*dimension].broadcastable && operand < all_inputs && random.one_in(3)
            };
            let core = kept.iter().map(|d| if stretch(d, random) { 1 } else { sizes[*d] }).collect();
            let output = operand >= all_inputs;
            let first = if output || whole.is_empty() { 0 } else { random.below(whole.len() + 1) };
            let first = if left_out && !output { whole.len() } else { first };
            let loops =
                whole[first..].iter().map(|n| if !output && random.one_in(4) { 1 } else { *n }).collect();
            case.cores.push(core);
            case.loops.push(loops);
        }
        case.settle(table);
        if random.one_in(2) {
            let ranks = case.loops.iter().zip(&case.cores).map(|(loops, core)| loops.len() + core.len());
            case.orders = Some(ranks.map(|rank| random.order(rank)).collect());
        }
        case
    }

    /// The loop that the inputs have together, and the size of a dimension that all leave at 1.
    fn settle(&mut self, table: &Table<'_>) {
        let inputs = table.n_inputs();
        let rank = self.loops[..inputs].iter().map(Vec::len).max().unwrap_or(0);
        let mut whole = vec![1; rank];
        for loops in &self.loops[..inputs] {
            let first = rank - loops.len();
            for (extent, own) in whole[first..].iter_mut().zip(loops) {
                *extent = if *own == 1 { *extent } else { *own };
            }
        }
        self.loops[inputs..].fill(whole.clone());
        self.whole = whole;
        if table.layout.dimensions.iter().any(|dimension| dimension.broadcastable) {
            let sizes = self.cores[..inputs].iter().map(|core| core[0]);
            let size = sizes.filter(|size| *size != 1).max().unwrap_or(1);
            let size = if self.cores[..inputs].contains(&vec![0]) { 0 } else { size };
            self.cores[inputs..].fill(vec![size]);
        }
    }

    /// The shape of an operand: its dimensions where its axes are.
    fn shape(&self, operand: usize) -> Vec<usize> {
        let dimensions = [&self.loops[operand][..], &self.cores[operand][..]].concat();
        let Some(orders) = &self.orders else { return dimensions };
        let mut shape = vec![0; dimensions.len()];
        self.order(operand, &orders[operand])
            .into_iter()
            .zip(dimensions)
            .for_each(|(axis, n)| shape[axis] = n);
        shape
    }

    /// The axes of an operand's dimensions, if its last ones are core.
    fn order(&self, operand: usize, order: &[usize]) -> Vec<usize> {
        let (mut loops, core) =
            (order[..self.loops[operand].len()].to_vec(), &order[self.loops[operand].len()..]);
        loops.sort_unstable();
        loops.extend(core);
        loops
    }

    fn axes(&self, random: &mut Random) -> Option<Vec<CoreAxes>> {
        let orders = self.orders.as_ref()?;
        let axes = |(operand, order): (usize, &Vec<usize>)| {
            let rank = order.len() as isize;
            let core = order[self.loops[operand].len()..].iter().map(|axis| *axis as isize);
            core.map(|axis| if random.one_in(2) { axis } else { axis - rank }).collect::<Vec<_>>().into()
        };
        Some(orders.iter().enumerate().map(axes).collect())
    }

    /// An operand's values with the loop's dimensions first, all of them.
    fn canonical(&self, operand: usize, values: ArrayD<f64>) -> ArrayD<f64> {
        let values = match &self.orders {
            Some(orders) => values.permuted_axes(IxDyn(&self.order(operand, &orders[operand]))),
            None => values,
        };
        let shape = [&self.whole[..], &self.cores[operand][..]].concat();
        values.broadcast(IxDyn(&shape)).unwrap().to_owned()
    }
}

/// The block of an array at an index of the loop.
fn block<'a>(array: &'a ArrayD<f64>, index: &[usize]) -> ArrayViewD<'a, f64> {
    index.iter().fold(array.view(), |view, index| view.index_axis_move(Axis(0), *index))
}

fn expected(subject: &Subject, case: &Case, inputs: &[ArrayD<f64>]) -> Vec<ArrayD<f64>> {
    let n_inputs = inputs.len();
    let outputs = n_inputs..case.cores.len();
    let mut results: Vec<ArrayD<f64>> = outputs
        .map(|output| ArrayD::zeros(IxDyn(&[&case.whole[..], &case.cores[output][..]].concat())))
        .collect();
    let inputs: Vec<ArrayD<f64>> =
        inputs.iter().enumerate().map(|(operand, values)| case.canonical(operand, values.clone())).collect();
    for index in ndarray::indices(IxDyn(&case.whole)) {
        let index = ndarray::Dimension::slice(&index);
        let blocks: Vec<_> = inputs.iter().map(|input| block(input, index)).collect();
        let mut outs: Vec<_> = results
            .iter_mut()
            .map(|out| index.iter().fold(out.view_mut(), |view, at| view.index_axis_move(Axis(0), *at)))
            .collect();
        (subject.naive)(&blocks, &mut outs);
    }
    results
}

fn check(subject: &Subject, random: &mut Random) {
    let table = &subject.table;
    let case = Case::new(table, random);
    let n_inputs = table.n_inputs();
    let inputs: Vec<_> = (0..n_inputs).map(|operand| held(&case.shape(operand), random, false)).collect();
    let must_give = table.layout.dimensions.iter().any(|dimension| dimension.name == "p") && n_inputs == 1;
    let give = must_give || random.one_in(2);
    let outputs = n_inputs..case.cores.len();
    let mut given: Vec<_> =
        outputs.filter(|_| give).map(|operand| held(&case.shape(operand), random, true)).collect();
    let axes = case.axes(random);
    let placing = Placing { axis: None, axes: axes.as_deref(), keepdims: false };
    let inner = table.loops[0];
    let inner = crate::ufunc::Loop { raises: random.one_in(2), ..inner };
    let invocation = Invocation { table, inner: &inner, placing, parallel: random.one_in(2) };
    let made = {
        let views: Vec<_> = inputs.iter().map(|input| input.view()).collect();
        let outputs: Vec<_> = given.iter_mut().map(|output| output.view_mut()).collect();
        let mut operands: Vec<Option<&RawView>> = views.iter().map(|view| Some(view.raw())).collect();
        operands.extend(outputs.iter().map(|view| Some(view.raw())));
        operands.resize(case.cores.len(), None);
        // SAFETY: the mock loops are of these layouts and types, and the views are what they say.
        unsafe { invocation.run(&operands) }.unwrap()
    };
    let found: Vec<ArrayD<f64>> = match give {
        true => given.iter().map(|output| output.values()).collect(),
        false => made.iter().map(|array| array.view().downcast::<f64>().unwrap().to_owned()).collect(),
    };
    let values: Vec<_> = inputs.iter().map(|input| input.values()).collect();
    for (output, expected) in expected(subject, &case, &values).into_iter().enumerate() {
        let found = &found[output];
        assert_eq!(found.shape(), case.shape(n_inputs + output));
        let found = case.canonical(n_inputs + output, found.clone());
        let close = |(a, b): (&f64, &f64)| a == b || (a - b).abs() < 1e-6 * b.abs();
        assert!(found.iter().zip(&expected).all(close), "{found} is not {expected}");
    }
}

#[test]
fn random_calls_give_what_naive_loops_give() {
    let mut random = Random::new();
    for subject in subjects() {
        for _ in 0..cases(300) {
            check(&subject, &mut random);
        }
    }
}
