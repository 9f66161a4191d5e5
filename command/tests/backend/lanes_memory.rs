//! Loads, stores and calls of lanes: in every layout, under every mask, and nowhere else.

use crate::kernel::{self, array, assign, boxed, call, dtype, function, int, local, param, result, stmt};
use crate::lanes::{Data, compile};
use crate::operations::{binary, compare, unary};
use pykernel::call::levels;
use pykernel_abi::Array;
use pykernel_codegen::ir::{
    BinaryOp, CompareOp, Const, Conversion, Expr, Function, LaneElements, Lanes, LocalId, Part, Scalar, Stmt,
    StmtKind, Type, UnaryOp,
};
use pykernel_codegen::types::{DType, Layout};

fn lanes(f: &mut Function, scalar: Scalar, count: u32) -> LocalId {
    f.add_local("v", Type::Lanes(Lanes { scalar, count }))
}

/// The elements of a view of one dimension at an index, along it or of lanes.
fn elements(view: LocalId, index: Expr, along: Option<usize>, mask: Option<LocalId>) -> LaneElements {
    LaneElements { view, index: vec![index], along, part: Part::First, mask: mask.map(local) }
}

fn load(local: LocalId, elements: LaneElements) -> Stmt {
    stmt(StmtKind::LoadLanes { local, elements })
}

fn store(elements: LaneElements, value: LocalId) -> Stmt {
    stmt(StmtKind::StoreLanes { elements, value: local(value) })
}

fn splat(count: u32, value: Expr) -> Expr {
    Expr::Splat { count, value: boxed(value) }
}

/// Where a mask comes from.
#[derive(Clone, Copy, Debug)]
enum Mask {
    /// Bools in memory.
    Loaded,
    /// A comparison of numbers, as wide as they are.
    Compared(Scalar),
    /// A comparison that numbers pass that are 0, as are those that are not there.
    Zero(Scalar),
}

/// Loads a mask of so many lanes from bytes of 0 and 1.
fn mask(f: &mut Function, from: Mask, bools: LocalId, count: u32) -> LocalId {
    let loaded = lanes(f, Scalar::Bool, count);
    f.body.push(load(loaded, elements(bools, int(0), Some(0), None)));
    let (scalar, op) = match from {
        Mask::Loaded => return loaded,
        Mask::Compared(scalar) => (scalar, CompareOp::Ne),
        Mask::Zero(scalar) => (scalar, CompareOp::Eq),
    };
    let number = Expr::Convert { to: scalar, how: Conversion::Round, value: boxed(local(loaded)) };
    let zero = Expr::Const(pykernel_codegen::ir::elements::zero_of(scalar));
    let compared = lanes(f, Scalar::Bool, count);
    f.body.push(assign(compared, compare(op)(vec![number, splat(count, zero)])));
    compared
}

/// A kernel `f(source, bools, out, first)` that copies the lanes that are there, from `first` on.
fn copies(scalar: Scalar, count: u32, from: Mask) -> Function {
    let mut f = function("f");
    let source = param(&mut f, array(dtype(scalar), 1, Layout::C));
    let bools = param(&mut f, array(DType::Bool, 1, Layout::C));
    let out = param(&mut f, array(dtype(scalar), 1, Layout::C));
    let first = param(&mut f, Type::Scalar(Scalar::I64));
    let mask = mask(&mut f, from, bools, count);
    let copied = lanes(&mut f, scalar, count);
    f.body.push(load(copied, elements(source, local(first), Some(0), Some(mask))));
    f.body.push(store(elements(out, local(first), Some(0), Some(mask)), copied));
    f
}

/// Masks of so many lanes: all, or where they are many, those that begin or end with few.
fn patterns(count: u32) -> Vec<u64> {
    match count {
        ..=8 => (0..1 << count).collect(),
        _ => {
            (0..256u64).flat_map(|low| [low, low << (count - 8), !low & (u64::MAX >> (64 - count))]).collect()
        }
    }
}

fn bools(pattern: u64, count: u32) -> Data {
    Data::new(Scalar::Bool, (0..count).map(|lane| pattern >> lane & 1))
}

fn address(array: &Array<1>) -> u64 {
    std::ptr::from_ref(array) as u64
}

#[test]
fn what_is_masked_out_is_not_written() {
    const FIRST: usize = 3;
    for level in levels() {
        for scalar in [Scalar::F64, Scalar::I64, Scalar::F32, Scalar::I16, Scalar::U8, Scalar::Bool] {
            for (count, from) in [
                (8, Mask::Loaded),
                (8, Mask::Compared(Scalar::F64)),
                (2, Mask::Compared(Scalar::F32)),
                (4, Mask::Compared(Scalar::I16)),
                (2, Mask::Zero(Scalar::I64)),
                (2, Mask::Zero(Scalar::F32)),
                (4, Mask::Zero(Scalar::I16)),
                (4, Mask::Zero(Scalar::U8)),
                (8, Mask::Zero(Scalar::U8)),
                (16, Mask::Compared(Scalar::I32)),
                (32, Mask::Loaded),
            ] {
                let jit = compile(copies(scalar, count, from), level);
                let length = FIRST + count as usize + 5;
                let value = |index: u64| if scalar == Scalar::Bool { index & 1 } else { index + 1 };
                let mut source = Data::new(scalar, (0..length as u64).map(value));
                for pattern in patterns(count) {
                    let given = if matches!(from, Mask::Zero(_)) { !pattern } else { pattern };
                    let mut mask = bools(given, count);
                    let untouched = u64::from(scalar != Scalar::Bool) * 0x55;
                    let mut out = Data::new(scalar, (0..length).map(|_| untouched));
                    let [source, mask, array] = [&mut source, &mut mask, &mut out].map(Data::descriptor);
                    let slots = [address(&source), address(&mask), address(&array), FIRST as u64];
                    call(&jit, &slots).expect("nothing raises");
                    for index in 0..length {
                        let there = index >= FIRST
                            && pattern.checked_shr((index - FIRST) as u32).unwrap_or(0) & 1 == 1;
                        let want = if there { value(index as u64) } else { untouched };
                        let got = out.get(index);
                        assert_eq!(
                            got, want,
                            "{count} lanes of {scalar:?} by {pattern:b} ({from:?}): {index}"
                        );
                    }
                }
            }
        }
    }
}

/// The last bytes before memory that cannot be accessed.
#[cfg(unix)]
struct Edge {
    pages: *mut u8,
    page: usize,
}

#[cfg(unix)]
impl Edge {
    fn new() -> Edge {
        // SAFETY: the pages are fresh; the second is closed.
        unsafe {
            let page = libc::sysconf(libc::_SC_PAGESIZE) as usize;
            let (protection, flags) =
                (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
            let pages = libc::mmap(std::ptr::null_mut(), 2 * page, protection, flags, -1, 0);
            assert_ne!(pages, libc::MAP_FAILED);
            let pages = pages.cast::<u8>();
            assert_eq!(libc::mprotect(pages.add(page).cast(), page, libc::PROT_NONE), 0);
            Edge { pages, page }
        }
    }

    /// An array of so many elements that ends there.
    fn array(&self, length: usize, size: usize) -> Array<1> {
        // SAFETY: the address lies in the first page.
        let data = unsafe { self.pages.add(self.page - length * size) };
        Array { data: data.cast(), shape: [length as i64], strides: [size as i64] }
    }
}

#[cfg(unix)]
#[test]
fn what_is_masked_out_is_not_read() {
    let edge = Edge::new();
    for level in levels() {
        for scalar in [Scalar::F64, Scalar::F32, Scalar::I16, Scalar::U8] {
            for count in [2, 4, 8, 16, 32] {
                let jit = compile(copies(scalar, count, Mask::Loaded), level);
                let there = count as usize - 1;
                let size = scalar.bits() as usize / 8;
                let array = edge.array(there, size);
                let mut mask = bools((1 << there) - 1, count);
                let mask = mask.descriptor();
                // Nothing moves: the source is the destination.
                let slots = [address(&array), address(&mask), address(&array), 0];
                call(&jit, &slots).expect("nothing raises");
            }
        }
    }
}

#[cfg(unix)]
#[test]
fn lanes_that_fill_no_register_read_and_write_no_more_than_they_are() {
    let edge = Edge::new();
    for level in levels() {
        for scalar in [Scalar::F32, Scalar::I32, Scalar::I16, Scalar::U8, Scalar::Bool] {
            for count in [2, 4, 8] {
                let mut f = function("f");
                let view = param(&mut f, array(dtype(scalar), 1, Layout::C));
                let both = lanes(&mut f, scalar, count);
                f.body = vec![
                    load(both, elements(view, int(0), Some(0), None)),
                    store(elements(view, int(0), Some(0), None), both),
                ];
                let jit = compile(f, level);
                let array = edge.array(count as usize, scalar.bits() as usize / 8);
                call(&jit, &[address(&array)]).expect("nothing raises");
            }
        }
    }
}

/// A kernel `f(source, bools, out)` that copies a part of the complex elements that are there.
fn copies_part(element: DType, part: Part, count: u32) -> Function {
    let mut f = function("f");
    let source = param(&mut f, array(element, 1, Layout::C));
    let bools = param(&mut f, array(DType::Bool, 1, Layout::C));
    let out = param(&mut f, array(element, 1, Layout::C));
    let mask = mask(&mut f, Mask::Loaded, bools, count);
    let copied = lanes(&mut f, Scalar::of(element), count);
    let at = |view| LaneElements { part, ..elements(view, int(0), Some(0), Some(mask)) };
    f.body.extend([load(copied, at(source)), store(at(out), copied)]);
    f
}

#[test]
fn parts_of_complex_numbers_are_masked_by_themselves() {
    const COUNT: u32 = 4;
    for level in levels() {
        for element in [DType::Complex64, DType::Complex128] {
            for part in [Part::First, Part::Imaginary] {
                let jit = compile(copies_part(element, part, COUNT), level);
                for pattern in patterns(COUNT) {
                    let mut source = Data::new(Scalar::of(element), 1..=8);
                    let mut out = Data::new(Scalar::of(element), [0; 8]);
                    let mut mask = bools(pattern, COUNT);
                    let mut arrays = [&mut source, &mut mask, &mut out].map(Data::descriptor);
                    for complex in [0, 2] {
                        arrays[complex].shape = [4];
                        arrays[complex].strides = [element.size() as i64];
                    }
                    let slots = arrays.each_ref().map(address);
                    call(&jit, &slots).expect("nothing raises");
                    for index in 0..8 {
                        let is_part = (index % 2 == 1) == (part == Part::Imaginary);
                        let there = is_part && pattern >> (index / 2) & 1 == 1;
                        let want = if there { index + 1 } else { 0 };
                        assert_eq!(out.get(index as usize), want, "{element} {part:?} {pattern:b}: {index}");
                    }
                }
            }
        }
    }
}

/// A kernel `f(source, index, bools, out, place)` that loads by one list of indices and stores by
/// another, where a mask says so.
fn gathers(scalar: Scalar, count: u32) -> Function {
    let mut f = function("f");
    let source = param(&mut f, array(dtype(scalar), 1, Layout::Any));
    let index = param(&mut f, array(DType::Int64, 1, Layout::C));
    let bools = param(&mut f, array(DType::Bool, 1, Layout::C));
    let out = param(&mut f, array(dtype(scalar), 1, Layout::Any));
    let place = param(&mut f, array(DType::Int64, 1, Layout::C));
    let mask = mask(&mut f, Mask::Loaded, bools, count);
    let [from, to] = [index, place].map(|view| {
        let loaded = lanes(&mut f, Scalar::I64, count);
        f.body.push(load(loaded, elements(view, int(0), Some(0), None)));
        loaded
    });
    let copied = lanes(&mut f, scalar, count);
    f.body.push(load(copied, elements(source, local(from), None, Some(mask))));
    f.body.push(store(elements(out, local(to), None, Some(mask)), copied));
    f
}

#[test]
fn gathers_and_scatters_go_in_the_order_of_lanes_and_only_where_they_are() {
    const COUNT: u32 = 8;
    const NOWHERE: u64 = 1 << 50;
    for level in levels() {
        for scalar in [Scalar::F64, Scalar::F32, Scalar::U16, Scalar::I8] {
            let jit = compile(gathers(scalar, COUNT), level);
            for pattern in patterns(COUNT) {
                let there = |lane: u32| pattern >> lane & 1 == 1;
                let index = |lane: u32| if there(lane) { u64::from(lane * 5 % 11) } else { NOWHERE };
                // Lanes meet in one element: the last that is there stays.
                let place = |lane: u32| if there(lane) { u64::from(lane / 3) } else { NOWHERE };
                let mut source = Data::new(scalar, (0..11).map(|index| 10 + index));
                let mut out = Data::new(scalar, [0; 3]);
                let mut mask = bools(pattern, COUNT);
                let [mut from, mut to] = [
                    Data::new(Scalar::I64, (0..COUNT).map(index)),
                    Data::new(Scalar::I64, (0..COUNT).map(place)),
                ];
                let arrays = [&mut source, &mut from, &mut mask, &mut out, &mut to].map(Data::descriptor);
                let slots: Vec<u64> = arrays.iter().map(address).collect();
                call(&jit, &slots).expect("nothing raises");
                for element in 0..3 {
                    let last = (0..COUNT).rev().find(|lane| there(*lane) && lane / 3 == element);
                    let want = last.map_or(0, |lane| u64::from(10 + lane * 5 % 11));
                    assert_eq!(out.get(element as usize), want, "{scalar:?} {pattern:b}: {element}");
                }
            }
        }
    }
}

/// A kernel `f(source, out)` that copies matrices, eight lanes along one axis; of complex numbers the parts
/// change places, each by itself or both at once.
fn transports(element: DType, layout: Layout, along: usize, at_once: bool) -> Function {
    const COUNT: u32 = 8;
    let mut f = function("f");
    let source = param(&mut f, array(element, 2, layout));
    let out = param(&mut f, array(element, 2, layout));
    let (slow, fast) =
        (f.add_local("i", Type::Scalar(Scalar::I64)), f.add_local("j", Type::Scalar(Scalar::I64)));
    let (outer, inner) = (f.add_label(), f.add_label());
    let mut index = vec![local(slow); 2];
    index[along] = local(fast);
    let parts = match element {
        DType::Complex64 | DType::Complex128 => vec![Part::First, Part::Imaginary],
        _ => vec![Part::First],
    };
    let mut body = Vec::new();
    let at = |view, part| LaneElements { view, index: index.clone(), along: Some(along), part, mask: None };
    for (from, to) in parts.iter().zip(parts.iter().rev()) {
        let copied = lanes(&mut f, Scalar::of(element), COUNT);
        body.push(load(copied, at(source, *from)));
        body.push(store(at(out, *to), copied));
    }
    if at_once {
        body.sort_by_key(|stmt| matches!(stmt.kind, StmtKind::StoreLanes { .. }));
        body[parts.len()..].reverse();
    }
    let extent = |axis| Expr::Dim { view: source, axis };
    let counted = |label, var, axis, step, body| {
        stmt(StmtKind::For { label, var, lo: int(0), hi: extent(axis), step, independent: false, body })
    };
    let inner = counted(inner, fast, along, i64::from(COUNT), body);
    f.body = vec![counted(outer, slow, 1 - along, 1, vec![inner])];
    f
}

#[test]
fn lanes_go_along_each_axis_of_each_layout() {
    const SHAPE: [i64; 2] = [16, 8];
    for level in levels() {
        for element in [DType::Float64, DType::Int16, DType::Complex64, DType::Complex128] {
            let size = element.size() as i64;
            let length = 4 * (SHAPE[0] * SHAPE[1] * size) as usize;
            for (layout, strides) in [
                (Layout::C, [SHAPE[1] * size, size]),
                (Layout::F, [size, SHAPE[0] * size]),
                (Layout::Any, [SHAPE[1] * size, size]),
                (Layout::Any, [2 * SHAPE[1] * size, -2 * size]),
                (Layout::Any, [-size, 2 * SHAPE[0] * size]),
            ] {
                for (along, at_once) in [(0, false), (0, true), (1, false), (1, true)] {
                    let jit = compile(transports(element, layout, along, at_once), level);
                    let mut source: Vec<u8> = (0..length).map(|byte| (byte * 7 + byte / 251) as u8).collect();
                    let mut out = vec![0u8; length];
                    let first: i64 = (0..2)
                        .map(|axis| if strides[axis] < 0 { (1 - SHAPE[axis]) * strides[axis] } else { 0 })
                        .sum();
                    let array = |bytes: &mut Vec<u8>| Array::<2> {
                        data: bytes[first as usize..].as_mut_ptr().cast(),
                        shape: SHAPE,
                        strides,
                    };
                    let arrays = [array(&mut source), array(&mut out)];
                    let slots = arrays.each_ref().map(|array| std::ptr::from_ref(array) as u64);
                    call(&jit, &slots).expect("nothing raises");
                    let mut want = vec![0u8; length];
                    for (i, j) in (0..SHAPE[0]).flat_map(|i| (0..SHAPE[1]).map(move |j| (i, j))) {
                        let at = (first + i * strides[0] + j * strides[1]) as usize;
                        let (element_bytes, half) = (&source[at..at + size as usize], size as usize / 2);
                        want[at..at + size as usize].copy_from_slice(element_bytes);
                        if matches!(element, DType::Complex64 | DType::Complex128) {
                            want[at..at + size as usize].rotate_left(half);
                        }
                    }
                    assert!(out == want, "{element} {layout:?} {strides:?} along {along}");
                }
            }
        }
    }
}

#[test]
fn any_lane_looks_only_at_the_lanes_that_there_are() {
    for level in levels() {
        for scalar in [Scalar::F64, Scalar::F32, Scalar::I16, Scalar::U8] {
            for count in [2, 4, 8] {
                let mut f = function("f");
                let bools_param = param(&mut f, array(DType::Bool, 1, Layout::C));
                let any = result(&mut f, Scalar::I64);
                let mask = mask(&mut f, Mask::Compared(scalar), bools_param, count);
                let wide = |mask: Expr, weight: i64| {
                    let any = Expr::AnyLane { mask: boxed(mask) };
                    let number = Expr::Convert { to: Scalar::I64, how: Conversion::Round, value: boxed(any) };
                    binary(BinaryOp::Mul)(vec![number, int(weight)])
                };
                let absent = unary(UnaryOp::Not)(vec![local(mask)]);
                let last = Expr::Lane { lanes: boxed(local(mask)), lane: count - 1 };
                let last = Expr::Convert { to: Scalar::I64, how: Conversion::Round, value: boxed(last) };
                let last = binary(BinaryOp::Mul)(vec![last, int(4)]);
                let sum = binary(BinaryOp::Add)(vec![wide(local(mask), 1), wide(absent, 2)]);
                f.body.push(assign(any, binary(BinaryOp::Add)(vec![sum, last])));
                let jit = compile(f, level);
                for pattern in patterns(count) {
                    let mut mask = bools(pattern, count);
                    let got = call(&jit, &[address(&mask.descriptor())]).expect("nothing raises")[0];
                    let all = pattern == (1 << count) - 1;
                    let last = pattern >> (count - 1) & 1;
                    let want = u64::from(pattern != 0) + 2 * u64::from(!all) + 4 * last;
                    assert_eq!(got, want, "{count} lanes of {scalar:?}: {pattern:b}");
                }
            }
        }
    }
}

/// A kernel `f(starts, bools, steps, limit)` that, for each lane that is there, doubles a number until it
/// is at the limit, and counts: masks of several widths go around a loop.
fn doubles(scalar: Scalar, count: u32) -> Function {
    let mut f = function("f");
    let starts = param(&mut f, array(dtype(scalar), 1, Layout::C));
    let bools = param(&mut f, array(DType::Bool, 1, Layout::C));
    let steps = param(&mut f, array(DType::Int64, 1, Layout::C));
    let limit = param(&mut f, Type::Scalar(scalar));
    let there = mask(&mut f, Mask::Loaded, bools, count);
    let active = lanes(&mut f, Scalar::Bool, count);
    let x = lanes(&mut f, scalar, count);
    let n = lanes(&mut f, Scalar::I64, count);
    let label = f.add_label();
    f.body.extend([
        load(x, elements(starts, int(0), Some(0), None)),
        assign(active, local(there)),
        assign(n, binary(BinaryOp::Mul)(vec![Expr::LaneNumbers { count }, splat(count, int(100))])),
    ]);
    let below = compare(CompareOp::Lt)(vec![local(x), splat(count, local(limit))]);
    let one = Expr::Convert { to: Scalar::I64, how: Conversion::Round, value: boxed(local(active)) };
    let doubled = Expr::Select {
        cond: boxed(local(active)),
        then: boxed(binary(BinaryOp::Add)(vec![local(x), local(x)])),
        otherwise: boxed(local(x)),
    };
    let done = unary(UnaryOp::Not)(vec![Expr::AnyLane { mask: boxed(local(active)) }]);
    let body = vec![
        assign(active, binary(BinaryOp::And)(vec![local(active), below])),
        stmt(StmtKind::If { cond: done, then: vec![kernel::exit(label)], otherwise: Vec::new() }),
        assign(n, binary(BinaryOp::Add)(vec![local(n), one])),
        assign(x, doubled),
    ];
    f.body.push(stmt(StmtKind::Loop { label, body }));
    f.body.push(store(elements(steps, int(0), Some(0), None), n));
    f
}

#[test]
fn masks_go_around_loops() {
    for level in levels() {
        for (scalar, bits) in [
            (Scalar::F64, (|x| (x as f64).to_bits()) as fn(u64) -> u64),
            (Scalar::F32, |x| u64::from((x as f32).to_bits())),
            (Scalar::I16, |x| x),
        ] {
            for count in [4, 8] {
                let jit = compile(doubles(scalar, count), level);
                for pattern in patterns(count) {
                    let start = |lane: u32| u64::from(1 + lane * lane * 7);
                    let mut starts = Data::new(scalar, (0..count).map(|lane| bits(start(lane))));
                    let mut mask = bools(pattern, count);
                    let mut steps = Data::new(Scalar::I64, (0..count).map(|_| 0));
                    let arrays = [&mut starts, &mut mask, &mut steps].map(Data::descriptor);
                    let mut slots: Vec<u64> = arrays.iter().map(address).collect();
                    slots.push(bits(1000));
                    call(&jit, &slots).expect("nothing raises");
                    for lane in 0..count {
                        let doublings = (0..).find(|doublings| start(lane) << doublings >= 1000).unwrap_or(0);
                        let there = pattern >> lane & 1;
                        let want = u64::from(100 * lane) + there * doublings;
                        assert_eq!(steps.get(lane as usize), want, "{scalar:?} {pattern:b}: lane {lane}");
                    }
                }
            }
        }
    }
}

/// A function `g(x, y) -> (x - y, x < y)` that never returns where `x` is 0.
fn difference() -> Function {
    let mut g = function("g");
    let [x, y] = [0, 1].map(|_| param(&mut g, Type::Scalar(Scalar::F64)));
    let difference = result(&mut g, Scalar::F64);
    let less = result(&mut g, Scalar::Bool);
    let label = g.add_label();
    let zero = Expr::Const(Const::F64(0));
    g.body = vec![
        stmt(StmtKind::If {
            cond: compare(CompareOp::Eq)(vec![local(x), zero]),
            then: vec![stmt(StmtKind::Loop { label, body: Vec::new() })],
            otherwise: Vec::new(),
        }),
        assign(difference, binary(BinaryOp::Sub)(vec![local(x), local(y)])),
        assign(less, compare(CompareOp::Lt)(vec![local(x), local(y)])),
    ];
    g
}

#[test]
fn functions_are_called_for_the_lanes_that_are_there() {
    const COUNT: u32 = 4;
    let mut f = function("f");
    let xs = param(&mut f, array(DType::Float64, 1, Layout::C));
    let bools_param = param(&mut f, array(DType::Bool, 1, Layout::C));
    let y = param(&mut f, Type::Scalar(Scalar::F64));
    let out = param(&mut f, array(DType::Float64, 1, Layout::C));
    let less_out = param(&mut f, array(DType::Bool, 1, Layout::C));
    let mask = mask(&mut f, Mask::Loaded, bools_param, COUNT);
    let [x, difference_local] = [0, 1].map(|_| lanes(&mut f, Scalar::F64, COUNT));
    let less = lanes(&mut f, Scalar::Bool, COUNT);
    f.body.push(load(x, elements(xs, int(0), Some(0), None)));
    f.body.push(stmt(StmtKind::CallLanes {
        results: vec![difference_local, less],
        function: pykernel_codegen::ir::FunctionId(1),
        args: vec![local(x), local(y)],
        mask: local(mask),
    }));
    f.body.push(store(elements(out, int(0), Some(0), Some(mask)), difference_local));
    f.body.push(store(elements(less_out, int(0), Some(0), Some(mask)), less));
    let jit = kernel::compile(vec![f, difference()]);
    for pattern in patterns(COUNT) {
        let x = |lane: u32| if pattern >> lane & 1 == 1 { f64::from(lane) + 1.0 } else { 0.0 };
        let mut xs = Data::new(Scalar::F64, (0..COUNT).map(|lane| x(lane).to_bits()));
        let mut mask = bools(pattern, COUNT);
        let mut out = Data::new(Scalar::F64, [7; COUNT as usize]);
        let mut less = Data::new(Scalar::Bool, [0; COUNT as usize]);
        let arrays = [&mut xs, &mut mask, &mut out, &mut less].map(Data::descriptor);
        let [xs, mask, out_array, less_array] = arrays.each_ref().map(address);
        call(&jit, &[xs, mask, 2.5f64.to_bits(), out_array, less_array]).expect("nothing raises");
        for lane in 0..COUNT {
            let there = pattern >> lane & 1 == 1;
            let want = if there { (x(lane) - 2.5).to_bits() } else { 7 };
            assert_eq!(out.get(lane as usize), want, "{pattern:b}: lane {lane}");
            assert_eq!(
                less.get(lane as usize),
                u64::from(there && x(lane) < 2.5),
                "{pattern:b}: lane {lane}"
            );
        }
    }
}
