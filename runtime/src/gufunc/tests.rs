//! Shapes and axes of calls, with what NumPy 2.4 says to them.

use super::axes::{CoreAxes, Placements, Placing};
use super::broadcast::Broadcast;
use super::mocks;
use super::operands::Operands;
use super::sizes::{Ranks, sizes};
use crate::Error;
use crate::ufunc::Table;

/// The loop shape and the core sizes of a call.
fn resolve(
    table: &Table<'_>,
    shapes: &[Option<&[usize]>],
    placing: Placing<'_>,
) -> Result<(Vec<usize>, Vec<usize>), Error> {
    placing.check(table)?;
    let operands = Operands { table, shapes };
    let ranks = Ranks::new(&operands, placing.keepdims)?;
    let mut placements = Placements::new();
    let loops = placing.place(&operands, &ranks, &mut placements)?;
    let sizes = sizes(&operands, &ranks, &placements)?;
    let broadcast = Broadcast {
        operands: &operands,
        placements: &placements,
        loops,
        sizes: &sizes,
        missing: &ranks.missing,
    };
    Ok((broadcast.shape()?.to_vec(), sizes.to_vec()))
}

fn case(layout: &'static str, shapes: &[&[usize]], placing: Placing<'_>) -> String {
    let table = mocks::of_float64("f", layout, mocks::nothing);
    let operands = table.n_inputs() + table.n_outputs();
    let mut shapes: Vec<Option<&[usize]>> = shapes.iter().map(|shape| Some(*shape)).collect();
    shapes.resize(operands, None);
    match resolve(&table, &shapes, placing) {
        Ok((shape, sizes)) => format!("{shape:?} {sizes:?}"),
        Err(error) => format!("{}: {}", error.class(), error.message()),
    }
}

const NOWHERE: Placing<'_> = Placing { axis: None, axes: None, keepdims: false };

fn check(layout: &'static str, shapes: &[&[usize]], expected: &str) {
    assert_eq!(case(layout, shapes, NOWHERE), expected, "{layout} {shapes:?}");
}

fn check_axis(layout: &'static str, shapes: &[&[usize]], axis: isize, keepdims: bool, expected: &str) {
    let placing = Placing { axis: Some(axis), axes: None, keepdims };
    assert_eq!(case(layout, shapes, placing), expected, "{layout} {shapes:?} {axis}");
}

fn check_axes(layout: &'static str, shapes: &[&[usize]], axes: &[CoreAxes], keepdims: bool, expected: &str) {
    let placing = Placing { axis: None, axes: Some(axes), keepdims };
    assert_eq!(case(layout, shapes, placing), expected, "{layout} {shapes:?} {axes:?}");
}

const MATMUL: &str = "(m,n),(n,p)->(m,p)";
const OPTIONAL: &str = "(m?,n),(n,p?)->(m?,p?)";

#[test]
fn a_symbol_has_one_size() {
    check(MATMUL, &[&[2, 3], &[3, 4]], "[] [2, 3, 4]");
    check(
        MATMUL,
        &[&[2, 3], &[4, 2]],
        "ValueError: f: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature \
         (m,n),(n,p)->(m,p) (size 4 is different from 3)",
    );
    check(
        MATMUL,
        &[&[2, 3], &[3, 2], &[2, 3]],
        "ValueError: f: Output operand 0 has a mismatch in its core dimension 1, with gufunc signature \
         (m,n),(n,p)->(m,p) (size 3 is different from 2)",
    );
    check(
        "(m,m)->()",
        &[&[2, 3]],
        "ValueError: f: Input operand 0 has a mismatch in its core dimension 1, with gufunc signature (m,m)->() \
         (size 3 is different from 2)",
    );
    check(
        "(3),(3)->(3)",
        &[&[4], &[3]],
        "ValueError: f: Input operand 0 has a mismatch in its core dimension 0, with gufunc signature (3),(3)->(3) \
         (size 4 is different from 3)",
    );
    check("(n),(n)", &[&[2, 3], &[3]], "[2] [3]");
    check(
        "(n),(n)",
        &[&[2, 3], &[4]],
        "ValueError: f: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature (n),(n) \
         (size 4 is different from 3)",
    );
}

#[test]
fn operands_need_their_core_dimensions() {
    check(
        "(n)->()",
        &[&[]],
        "ValueError: f: Input operand 0 does not have enough dimensions (has 0, gufunc core with signature (n)->() \
         requires 1)",
    );
    check(
        MATMUL,
        &[&[2, 3], &[3, 2], &[2]],
        "ValueError: f: Output operand 0 does not have enough dimensions (has 1, gufunc core with signature \
         (m,n),(n,p)->(m,p) requires 2)",
    );
}

#[test]
fn optional_dimensions_are_left_out() {
    check(OPTIONAL, &[&[3], &[3]], "[] [1, 3, 1]");
    check(OPTIONAL, &[&[3], &[3, 2]], "[] [1, 3, 2]");
    check(OPTIONAL, &[&[5, 4, 3], &[3]], "[5] [4, 3, 1]");
    check(OPTIONAL, &[&[3], &[5, 3, 2]], "[5] [1, 3, 2]");
    check(
        OPTIONAL,
        &[&[], &[5, 3, 2]],
        "ValueError: f: Input operand 0 does not have enough dimensions (has 0, gufunc core with signature \
         (m?,n),(n,p?)->(m?,p?) requires 1)",
    );
    check(
        OPTIONAL,
        &[&[3], &[4, 2]],
        "ValueError: f: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature \
         (m?,n),(n,p?)->(m?,p?) (size 4 is different from 3)",
    );
    check(OPTIONAL, &[&[4, 3], &[3], &[4]], "[] [4, 3, 1]");
}

#[test]
fn broadcastable_dimensions_stretch() {
    let layout = "(n|1),(n|1)->(n)";
    check(layout, &[&[1], &[4]], "[] [4]");
    check(layout, &[&[2, 4], &[1]], "[2] [4]");
    check(layout, &[&[1], &[1]], "[] [1]");
    check(layout, &[&[1], &[1], &[4]], "[] [4]");
    check(layout, &[&[0], &[1]], "[] [0]");
    check(
        layout,
        &[&[3], &[4]],
        "ValueError: f: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature \
         (n|1),(n|1)->(n|1) (size 4 is different from 3)",
    );
    check(
        layout,
        &[&[3], &[1], &[1]],
        "ValueError: f: Output operand 0 has a mismatch in its core dimension 0, with gufunc signature \
         (n|1),(n|1)->(n|1) (size 1 is different from 3)",
    );
}

#[test]
fn outputs_may_bring_sizes() {
    check(
        "(n)->(p)",
        &[&[3]],
        "ValueError: f: Output operand 0 has core dimension 0 unspecified, with gufunc signature (n)->(p)",
    );
    check("(n)->(p)", &[&[3], &[2, 5]], "[2] [3, 5]");
    let full = "(m),(n)->(m+n-1)";
    check(full, &[&[3], &[4]], "[] [3, 4, 6]");
    check(full, &[&[2, 3], &[4], &[2, 6]], "[2] [3, 4, 6]");
    check(
        full,
        &[&[3], &[4], &[5]],
        "ValueError: f: Output operand 0 has a mismatch in its core dimension 0, with gufunc signature \
         (m),(n)->(m+n-1) (size 5 is different from 6)",
    );
    check(
        full,
        &[&[0], &[0]],
        "ValueError: f: the size -1 of core dimension m+n-1 is negative, with gufunc signature (m),(n)->(m+n-1) \
         (m=0, n=0)",
    );
    check(
        "(n)->(4096*n)",
        &[&[1 << 40]],
        "ValueError: f: the size 4503599627370496 of core dimension 4096*n is too large, with gufunc signature \
         (n)->(4096*n) (n=1099511627776)",
    );
    check(
        "(n)->()",
        &[&[1 << 50]],
        "ValueError: f: core dimension n has 1125899906842624 elements; kernels take up to 2**48",
    );
}

#[test]
fn loops_broadcast() {
    let inner = "(n),(n)->()";
    check(inner, &[&[5, 1, 3], &[2, 3]], "[5, 2] [3]");
    check(inner, &[&[0, 3], &[1, 3]], "[0] [3]");
    check(
        inner,
        &[&[2, 3], &[3, 3]],
        "ValueError: operands could not be broadcast together with remapped shapes [original->remapped]: \
         (2,3)->(2,) (3,3)->(3,)  and requested shape ()",
    );
    check(
        inner,
        &[&[5, 2, 3], &[3, 3]],
        "ValueError: operands could not be broadcast together with remapped shapes [original->remapped]: \
         (5,2,3)->(5,2) (3,3)->(3)  and requested shape ()",
    );
    check(
        MATMUL,
        &[&[2, 4, 3], &[1, 3, 2], &[3, 4, 2]],
        "ValueError: operands could not be broadcast together with remapped shapes [original->remapped]: \
         (2,4,3)->(2,newaxis,newaxis) (1,3,2)->(1,newaxis,newaxis) (3,4,2)->(3,4,2)  and requested shape (4,2)",
    );
}

#[test]
fn outputs_are_never_broadcast() {
    check(MATMUL, &[&[2, 4, 3], &[3, 2], &[7, 2, 4, 2]], "[7, 2] [4, 3, 2]");
    check(
        MATMUL,
        &[&[2, 4, 3], &[1, 3, 2], &[1, 4, 2]],
        "ValueError: non-broadcastable output operand with shape (1,4,2) [remapped to (2,4,1)] doesn't match the \
         broadcast shape (2,4,2)",
    );
    check(
        MATMUL,
        &[&[2, 4, 3], &[1, 3, 2], &[4, 2]],
        "ValueError: output operand requires a reduction along dimension -1, but the reduction is not enabled. The \
         dimension size of 1 does not match the expected output shape.",
    );
    check(
        "(n)->(),(n)",
        &[&[2, 3], &[1], &[1, 3]],
        "ValueError: non-broadcastable output operand with shape (1,) [remapped to (1)] doesn't match the broadcast \
         shape (2,3)",
    );
}

#[test]
fn written_inputs_are_never_broadcast() {
    let table = mocks::gufunc("w", "(n),()", &[0], vec![]);
    let refused = |shape: &[usize]| resolve(&table, &[Some(shape), Some(&[2])], NOWHERE).unwrap_err();
    let message = |axis| {
        format!(
            "output operand requires a reduction along dimension {axis}, but the reduction is not enabled. The \
             dimension size of 1 does not match the expected output shape."
        )
    };
    assert_eq!(refused(&[3]).message(), message("-1"));
    assert_eq!(refused(&[1, 3]).message(), message("0"));
}

#[test]
fn one_axis_of_all() {
    check_axis("(n)->(),()", &[&[2, 3]], 0, false, "[3] [2]");
    check_axis("(n)->(),()", &[&[2, 3]], -2, true, "[3] [2]");
    check_axis("(n),(n)->()", &[&[2, 3], &[2]], 0, false, "[3] [2]");
    check_axis("(n),()->(n)", &[&[2, 3], &[3]], 0, false, "[3] [2]");
    let out_of_bounds = "AxisError: axis 1 is out of bounds for array of dimension 1";
    check_axis("(n),(n)->()", &[&[2, 3], &[2]], 1, false, out_of_bounds);
    let out_of_bounds = "AxisError: axis -3 is out of bounds for array of dimension 2";
    check_axis("(n)->(),()", &[&[2, 3]], -3, false, out_of_bounds);
    let lowest = format!("AxisError: axis {} is out of bounds for array of dimension 2", isize::MIN);
    check_axis("(n)->(),()", &[&[2, 3]], isize::MIN, false, &lowest);
    check_axis(
        MATMUL,
        &[&[2, 3], &[3, 2]],
        0,
        false,
        "TypeError: f: axis can only be used with a single shared core dimension, not with the 3 distinct ones \
         implied by signature (m,n),(n,p)->(m,p).",
    );
}

#[test]
fn axes_of_each() {
    use CoreAxes::{One, Tuple};
    let pairs = |a: [isize; 2], b: [isize; 2], c: [isize; 2]| [a.into(), b.into(), c.into()];
    check_axes(MATMUL, &[&[2, 3, 7], &[2, 3, 7]], &pairs([0, 1], [1, 0], [0, 1]), false, "[7] [2, 3, 2]");
    check_axes(MATMUL, &[&[2, 3, 7], &[2, 3]], &pairs([0, 1], [1, 0], [0, -1]), false, "[7] [2, 3, 2]");
    let check_pairs = |a: [isize; 2], c: [isize; 2], expected: &str| {
        check_axes(MATMUL, &[&[2, 3], &[3, 2]], &pairs(a, [0, 1], c), false, expected);
    };
    check_pairs([0, -2], [0, 1], "ValueError: axes item 0 has value 0 repeated");
    check_pairs([0, 2], [0, 1], "AxisError: axis 2 is out of bounds for array of dimension 2");
    check_pairs([0, 1], [0, 3], "AxisError: axis 3 is out of bounds for array of dimension 2");
    let check_first = |first: CoreAxes, expected: &str| {
        let axes = [first, [0, 1].into(), [0, 1].into()];
        check_axes(MATMUL, &[&[2, 3], &[3, 2]], &axes, false, expected);
    };
    check_first(
        [0].into(),
        "AxisError: f: operand 0 has 2 core dimensions, but 1 dimensions are specified by axes tuple.",
    );
    check_first(
        One(0),
        "AxisError: f: operand 0 has 2 core dimensions, but the axes item is a single integer.",
    );
    let (reduce, shapes): (_, &[&[usize]]) = ("(n)->(),()", &[&[2, 3]]);
    let few = "ValueError: axes should be a list with an entry for all 3 inputs and outputs; entries for outputs can \
               only be omitted if none of them has core axes.";
    check_axes(reduce, shapes, &[], false, few);
    check_axes(reduce, shapes, &[One(0), Tuple(vec![])], false, few);
    check_axes(reduce, shapes, &[One(0)], false, "[3] [2]");
    check_axes(reduce, shapes, &[One(0), One(0), One(1)], true, "[3] [2]");
    check_axes("(n),()->(n)", &[&[2, 3], &[3]], &[One(0), Tuple(vec![])], false, few);
}

#[test]
fn kept_dimensions_have_size_one() {
    let keepdims = Placing { keepdims: true, ..NOWHERE };
    assert_eq!(case("(i,j)->()", &[&[5, 2, 3]], keepdims), "[5] [2, 3]");
    check_axis("(n),(n)->()", &[&[2, 3], &[2, 3], &[1, 3]], 0, true, "[3] [2]");
    check_axis(
        "(n),(n)->()",
        &[&[2, 3], &[2, 3], &[2, 3]],
        0,
        true,
        "ValueError: operands could not be broadcast together with remapped shapes [original->remapped]: \
         (2,3)->(3,newaxis) (2,3)->(3,newaxis) (2,3)->(3,2)  and requested shape (1)",
    );
    assert_eq!(
        case(MATMUL, &[&[2, 3], &[3, 2]], keepdims),
        "TypeError: f does not support keepdims: its signature (m,n),(n,p)->(m,p) requires output 0 to have 2 core \
         dimensions, but keepdims can only be used when all inputs have the same number of core dimensions and all \
         outputs have no core dimensions."
    );
    assert_eq!(
        case("(m,n),(n)->(m)", &[&[2, 3], &[3]], keepdims),
        "TypeError: f does not support keepdims: its signature (m,n),(n)->(m) requires input 1 to have 1 core \
         dimensions, but keepdims can only be used when all inputs have the same number of core dimensions and all \
         outputs have no core dimensions."
    );
}
