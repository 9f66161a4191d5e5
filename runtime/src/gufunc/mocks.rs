//! Layouts from their text, and inner loops by hand, for tests.

use std::sync::Mutex;

use pykernel_abi::{InnerLoop, Raised, Site, Status};

use crate::call::{Kernel, Layout};
use crate::dtype::DType;
use crate::ufunc::table::Callables;
use crate::ufunc::{CoreDimension, CoreLayout, CoreSize, Identity, Loop, Table};

/// Memory for as long as the process lives. What it was is kept, so that leak checkers find it in use.
pub(crate) fn leak<T>(items: Vec<T>) -> &'static [T] {
    static KEPT: Mutex<Vec<usize>> = Mutex::new(Vec::new());
    let items: &[T] = Box::leak(items.into_boxed_slice());
    KEPT.lock().unwrap().push(items.as_ptr().expose_provenance());
    items
}

/// A layout from its text; of rules it knows sums and differences of names and numbers.
pub(crate) fn layout(text: &'static str) -> CoreLayout<'static> {
    let mut dimensions: Vec<CoreDimension<'static>> = Vec::new();
    let mut side = |text: &'static str| {
        let operands = text.split('(').skip(1).map(|operand| {
            let names = operand.split(')').next().unwrap().split(',').filter(|name| !name.is_empty());
            leak(names.map(|name| position(&mut dimensions, name)).collect())
        });
        leak(operands.collect())
    };
    let (inputs, outputs) = text.split_once("->").unwrap_or((text, ""));
    let (inputs, outputs) = (side(inputs), side(outputs));
    CoreLayout { dimensions: leak(dimensions), inputs, outputs }
}

fn position(dimensions: &mut Vec<CoreDimension<'static>>, text: &'static str) -> usize {
    let name = text.trim_end_matches("|1").trim_end_matches('?');
    if let Some(known) = dimensions.iter().position(|dimension| dimension.name == name) {
        return known;
    }
    let size = match name.parse() {
        Ok(size) => CoreSize::Fixed(size),
        Err(_) if name.contains(['+', '-', '*']) => rule(dimensions, name),
        Err(_) => CoreSize::Operands,
    };
    let (optional, broadcastable) = (text.contains('?'), text.contains("|1"));
    dimensions.push(CoreDimension { name, size, optional, broadcastable });
    dimensions.len() - 1
}

fn rule(dimensions: &[CoreDimension<'_>], text: &str) -> CoreSize<'static> {
    let (mut constant, mut terms) = (0, Vec::new());
    for term in text.replace('-', "+-").split('+').filter(|term| !term.is_empty()) {
        let (sign, term) = term.strip_prefix('-').map_or((1, term), |term| (-1, term));
        let (factor, name) = term.split_once('*').unwrap_or(("1", term));
        match name.parse::<i64>() {
            Ok(number) => constant += sign * number,
            Err(_) => {
                let named = dimensions.iter().position(|dimension| dimension.name == name).unwrap();
                terms.push((sign * factor.parse::<i64>().unwrap(), named));
            }
        }
    }
    CoreSize::Rule { constant, terms: leak(terms) }
}

/// A loop of the given types.
pub(crate) fn of_types(types: &[DType], inner: InnerLoop) -> Loop<'static> {
    Loop {
        types: leak(types.to_vec()),
        layouts: leak(vec![Layout::Any; types.len()]),
        inner,
        callables: Callables(std::ptr::null()),
        raises: false,
        recursive: false,
        host: false,
        cost: 1,
    }
}

/// A gufunc.
pub(crate) fn gufunc(
    name: &'static str,
    text: &'static str,
    writable: &'static [usize],
    loops: Vec<Loop<'static>>,
) -> Table<'static> {
    Table {
        kernel: Kernel { name, file: "k.py", line: 3 },
        layout: layout(text),
        identity: Identity::None,
        parallel: false,
        device: None,
        writable,
        loops: leak(loops),
    }
}

/// A gufunc of one loop, over `float64`.
pub(crate) fn of_float64(name: &'static str, text: &'static str, inner: InnerLoop) -> Table<'static> {
    let layout = layout(text);
    let types = vec![DType::Float64; layout.inputs.len() + layout.outputs.len()];
    gufunc(name, text, &[], vec![of_types(&types, inner)])
}

/// The arguments of an inner loop.
struct Inner {
    args: *const *mut u8,
    dimensions: *const isize,
    steps: *const isize,
}

impl Inner {
    fn count(&self) -> isize {
        self.size(0)
    }

    /// The number of iterations, or the size of core dimension `index - 1`.
    fn size(&self, index: usize) -> isize {
        // SAFETY: the caller of the loop passes as many dimensions as its layout has, and one more.
        unsafe { *self.dimensions.add(index) }
    }

    /// An element of an operand in an iteration, from pairs of position in `steps` and index.
    fn at(&self, operand: usize, iteration: isize, core: &[(usize, isize)]) -> *mut f64 {
        // SAFETY: the caller of the loop passes these arguments and steps, and the indices are within sizes.
        unsafe {
            let step = |position: usize| *self.steps.add(position);
            let offset = core.iter().map(|(position, index)| step(*position) * index).sum::<isize>();
            (*self.args.add(operand)).offset(step(operand) * iteration + offset).cast()
        }
    }

    fn get(&self, operand: usize, iteration: isize, core: &[(usize, isize)]) -> f64 {
        // SAFETY: the element is there, and aligned.
        unsafe { *self.at(operand, iteration, core) }
    }

    fn set(&self, operand: usize, iteration: isize, core: &[(usize, isize)], value: f64) {
        // SAFETY: the element is there, and aligned, and the loop's to write.
        unsafe { *self.at(operand, iteration, core) = value }
    }
}

macro_rules! inner_loops {
    ($($(#[$doc:meta])* fn $name:ident($inner:ident, $i:ident) $body:block)*) => {
        $(
            $(#[$doc])*
            pub(crate) unsafe extern "C" fn $name(
                args: *const *mut u8,
                dimensions: *const isize,
                steps: *const isize,
                _: *mut Raised,
            ) -> i32 {
                let $inner = Inner { args, dimensions, steps };
                for $i in 0..$inner.count() $body
                Status::Returned as i32
            }
        )*
    };
}

inner_loops! {
    /// `(m,n),(n,p)->(m,p)`, and with `m?`, `p?`.
    fn matmul(x, i) {
        for m in 0..x.size(1) {
            for p in 0..x.size(3) {
                let product = |n| x.get(0, i, &[(3, m), (4, n)]) * x.get(1, i, &[(5, n), (6, p)]);
                let sum = (0..x.size(2)).map(product).fold(0.0, |sum, term| sum + term);
                x.set(2, i, &[(7, m), (8, p)], sum);
            }
        }
    }
    /// `(n),(n)->()`.
    fn inner_product(x, i) {
        let product = |n| x.get(0, i, &[(3, n)]) * x.get(1, i, &[(4, n)]);
        x.set(2, i, &[], (0..x.size(1)).map(product).fold(0.0, |sum, term| sum + term));
    }
    /// `(3),(3)->(3)`.
    fn cross(x, i) {
        for k in 0..3 {
            let (j, l) = ((k + 1) % 3, (k + 2) % 3);
            let product = |j, l| x.get(0, i, &[(3, j)]) * x.get(1, i, &[(4, l)]);
            x.set(2, i, &[(5, k)], product(j, l) - product(l, j));
        }
    }
    /// `(n),()->(n)`: the mean of the last few.
    fn moving_mean(x, i) {
        let width = x.get(1, i, &[]) as isize;
        for n in 0..x.size(1) {
            let first = (n + 1 - width).max(0);
            let sum = (first..=n).map(|k| x.get(0, i, &[(3, k)])).fold(0.0, |sum, term| sum + term);
            x.set(2, i, &[(4, n)], sum / (n + 1 - first) as f64);
        }
    }
    /// `(n)->(),()`.
    fn min_max(x, i) {
        let all = || (0..x.size(1)).map(|n| x.get(0, i, &[(3, n)]));
        x.set(1, i, &[], all().fold(f64::INFINITY, f64::min));
        x.set(2, i, &[], all().fold(f64::NEG_INFINITY, f64::max));
    }
    /// `(n)->()`, which doubles its input, and gives the sum before.
    fn double(x, i) {
        x.set(1, i, &[], (0..x.size(1)).map(|n| x.get(0, i, &[(2, n)])).fold(0.0, |sum, term| sum + term));
        (0..x.size(1)).for_each(|n| x.set(0, i, &[(2, n)], 2.0 * x.get(0, i, &[(2, n)])));
    }
    /// `(n|1),(n|1)->(n)`.
    fn sum(x, i) {
        for n in 0..x.size(1) {
            x.set(2, i, &[(5, n)], x.get(0, i, &[(3, n)]) + x.get(1, i, &[(4, n)]));
        }
    }
    /// `(n)->(p)`: the input again and again.
    fn cycle(x, i) {
        for p in 0..x.size(2) {
            x.set(1, i, &[(3, p)], x.get(0, i, &[(2, p % x.size(1))]));
        }
    }
    /// `()->(),()`: twice and thrice the input.
    fn multiples(x, i) {
        x.set(1, i, &[], 2.0 * x.get(0, i, &[]));
        x.set(2, i, &[], 3.0 * x.get(0, i, &[]));
    }
    /// `()->()`: the input.
    fn copy(x, i) {
        x.set(1, i, &[], x.get(0, i, &[]));
    }
    /// `(),()->()`: half of the first and the second, so that the order of a fold matters.
    fn halve_and_add(x, i) {
        x.set(2, i, &[], 0.5 * x.get(0, i, &[]) + x.get(1, i, &[]));
    }
    /// Any layout: nothing.
    fn nothing(_x, _i) {}
}

/// A ufunc that subtracts, with a loop for each of some types.
pub(crate) fn subtract() -> Table<'static> {
    macro_rules! loops {
        ($($ty:ty: $dtype:ident;)*) => {
            vec![$(of_types(&[DType::$dtype; 3], differences::<$ty>)),*]
        };
    }
    gufunc("subtract", "(),()->()", &[], loops! { i32: Int32; i64: Int64; f32: Float32; f64: Float64; })
}

unsafe extern "C" fn differences<T: Copy + std::ops::Sub<Output = T>>(
    args: *const *mut u8,
    dimensions: *const isize,
    steps: *const isize,
    _: *mut Raised,
) -> i32 {
    let inner = Inner { args, dimensions, steps };
    for i in 0..inner.count() {
        // SAFETY: the caller of the loop passes these arguments and steps, of elements of this type.
        unsafe {
            let at = |operand: usize| (*args.add(operand)).offset(*steps.add(operand) * i).cast::<T>();
            *at(2) = *at(0) - *at(1);
        }
    }
    Status::Returned as i32
}

/// A site as a compiled kernel carries it.
#[repr(C)]
struct Compiled(Site, [u8; 10], [u8; 3], [u8; 4], [u8; 1]);

static NEGATIVE: Compiled = Compiled(
    Site { class_len: 10, message_len: 3, file_len: 4, function_len: 1, line: 7 },
    *b"ValueError",
    *b"{f}",
    *b"k.py",
    *b"f",
);

/// `(n)->()` and `()->()`: the first element; raises where it is negative.
pub(crate) unsafe extern "C" fn positive_or_raise(
    args: *const *mut u8,
    dimensions: *const isize,
    steps: *const isize,
    raised: *mut Raised,
) -> i32 {
    let x = Inner { args, dimensions, steps };
    for i in 0..x.count() {
        let first = x.get(0, i, &[]);
        if first < 0.0 {
            return raise(raised, first);
        }
        x.set(1, i, &[], first);
    }
    Status::Returned as i32
}

/// `(),()->()`: the sum; raises where the second is negative.
pub(crate) unsafe extern "C" fn add_or_raise(
    args: *const *mut u8,
    dimensions: *const isize,
    steps: *const isize,
    raised: *mut Raised,
) -> i32 {
    let x = Inner { args, dimensions, steps };
    for i in 0..x.count() {
        let (first, second) = (x.get(0, i, &[]), x.get(1, i, &[]));
        if second < 0.0 {
            return raise(raised, second);
        }
        x.set(2, i, &[], first + second);
    }
    Status::Returned as i32
}

/// Raises `ValueError` with a number.
fn raise(raised: *mut Raised, number: f64) -> i32 {
    // SAFETY: the caller of a loop passes a record.
    unsafe {
        (*raised).site = (&raw const NEGATIVE).cast();
        (*raised).operands[0] = number.to_bits();
    }
    Status::Raised as i32
}
