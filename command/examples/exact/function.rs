//! The elementary functions, compiled one at a time as ufuncs, whose loops go over arrays.

use std::marker::PhantomData;
use std::sync::Arc;

use pykernel_abi::InnerLoop;
use pykernel_cli::device::{Loops, Ptx};
use pykernel_cli::host;
use pykernel_cli::jit::Jit;
use pykernel_cli::transcript::run::{Prepared, prepare};
use pykernel_codegen::backend::{Level, Target, ptx};
use pykernel_codegen::source::Source;

use crate::machine::Machine;

/// A function and how far its results may be from the exact ones.
pub struct Function {
    /// Its name in `math`, or in NumPy if it is not there.
    pub name: &'static str,
    /// A call of it, with `x` and `y`.
    call: &'static str,
    pub arity: usize,
    /// Whether it computes in `float32` too.
    pub has_float32: bool,
    /// In units in the last place.
    pub bound: f64,
}

/// A function of NumPy, and so of both widths.
const fn numpy(name: &'static str, call: &'static str, arity: usize, bound: f64) -> Function {
    Function { name, call, arity, has_float32: true, bound }
}

/// A function that `math` alone has.
const fn math(name: &'static str, call: &'static str, arity: usize, bound: f64) -> Function {
    Function { name, call, arity, has_float32: false, bound }
}

pub const FUNCTIONS: &[Function] = &[
    numpy("exp", "np.exp(x)", 1, 1.0),
    numpy("exp2", "np.exp2(x)", 1, 1.0),
    numpy("expm1", "np.expm1(x)", 1, 1.0),
    numpy("log", "np.log(x)", 1, 1.0),
    numpy("log2", "np.log2(x)", 1, 1.0),
    numpy("log10", "np.log10(x)", 1, 1.0),
    numpy("log1p", "np.log1p(x)", 1, 1.0),
    numpy("sqrt", "np.sqrt(x)", 1, 0.5),
    numpy("cbrt", "np.cbrt(x)", 1, 1.0),
    numpy("hypot", "np.hypot(x, y)", 2, 1.0),
    numpy("pow", "np.power(x, y)", 2, 2.0),
    numpy("sin", "np.sin(x)", 1, 1.0),
    numpy("cos", "np.cos(x)", 1, 1.0),
    numpy("tan", "np.tan(x)", 1, 2.0),
    numpy("asin", "np.arcsin(x)", 1, 2.0),
    numpy("acos", "np.arccos(x)", 1, 2.0),
    numpy("atan", "np.arctan(x)", 1, 2.0),
    numpy("atan2", "np.arctan2(x, y)", 2, 2.0),
    numpy("sinh", "np.sinh(x)", 1, 2.0),
    numpy("cosh", "np.cosh(x)", 1, 2.0),
    numpy("tanh", "np.tanh(x)", 1, 2.0),
    numpy("asinh", "np.arcsinh(x)", 1, 2.0),
    numpy("acosh", "np.arccosh(x)", 1, 2.0),
    numpy("atanh", "np.arctanh(x)", 1, 2.0),
    math("erf", "math.erf(x)", 1, 2.0),
    math("erfc", "math.erfc(x)", 1, 2.0),
    math("gamma", "math.gamma(x)", 1, 2.0),
    math("lgamma", "math.lgamma(x)", 1, 2.0),
    math("fmod", "math.fmod(x, y)", 2, 0.0),
    math("remainder", "math.remainder(x, y)", 2, 0.0),
];

/// The function with a name.
pub fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

/// A type that functions compute in.
pub trait Number: Copy + Default + Send + Sync {
    const NAME: &'static str;
    fn read(bytes: &[u8]) -> Vec<Self>;
    fn write(numbers: &[Self]) -> Vec<u8>;
}

macro_rules! number {
    ($ty:ty, $name:literal) => {
        impl Number for $ty {
            const NAME: &'static str = $name;

            fn read(bytes: &[u8]) -> Vec<Self> {
                bytes.as_chunks().0.iter().map(|bytes| <$ty>::from_ne_bytes(*bytes)).collect()
            }

            fn write(numbers: &[Self]) -> Vec<u8> {
                numbers.iter().flat_map(|number| number.to_ne_bytes()).collect()
            }
        }
    };
}

number!(f32, "float32");
number!(f64, "float64");

/// Where a function runs.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// On a CPU level, which this machine must have.
    Cpu(Level),
    /// On the machine that runs PTX.
    Ptx,
}

impl Function {
    /// It as a ufunc, up to where CPUs and GPUs go apart.
    fn prepare<T: Number>(&self) -> Prepared {
        let ty = T::NAME;
        let (params, types) =
            if self.arity == 1 { ("x", ty.to_owned()) } else { ("x, y", format!("{ty}, {ty}")) };
        let text = format!(
            "import math\nimport numpy as np\nfrom numba import {ty}, vectorize\n\
             @vectorize([{ty}({types})])\ndef f({params}):\n    return {}\n",
            self.call
        );
        prepare(&Source::file("exact.py", &text), false)
    }

    /// Its PTX.
    pub fn ptx<T: Number>(&self) -> String {
        let prepared = self.prepare::<T>();
        ptx::compile_finished(&prepared.for_device(), &prepared.analysis.interface.kernels).text()
    }

    /// Its loop over numbers of a type.
    pub fn compile<T: Number>(&self, place: Place) -> Compiled<T> {
        let prepared = self.prepare::<T>();
        let kernel = &prepared.analysis.interface.kernels[0];
        let (jit, loops) = match place {
            Place::Cpu(level) => {
                let ir = prepared.finish(Target::host().lanes(level));
                (Jit::new(&ir, kernel, level), None)
            }
            Place::Ptx => {
                let ptx = Ptx::new(&prepared.for_device(), kernel, &Machine);
                let loops = Loops::new(&Arc::new(ptx.unwrap_or_else(|why| panic!("{}: {why}", self.name))));
                (Jit::bound(kernel, &loops.bounds()), Some(loops))
            }
        };
        let jit = jit.unwrap_or_else(|error| panic!("{}: {error}", self.name));
        let Some(inner) = jit.inner_loop(0) else { unreachable!("bug in pykernel: it is a ufunc") };
        Compiled { inner, arity: self.arity, _code: jit, loops, number: PhantomData }
    }
}

/// A function's loop.
pub struct Compiled<T> {
    inner: InnerLoop,
    arity: usize,
    /// What the loop lies in.
    _code: Jit,
    /// What the loop launches, on a device.
    loops: Option<Loops>,
    number: PhantomData<T>,
}

// SAFETY: the code is read only once it is finished, and the loop keeps nothing between calls.
unsafe impl<T> Sync for Compiled<T> {}

impl<T: Number> Compiled<T> {
    /// Computes a result for each row of arguments.
    pub fn run(&self, arguments: &[&[T]], results: &mut [T]) {
        assert!(
            arguments.len() == self.arity && arguments.iter().all(|column| column.len() == results.len())
        );
        let mut operands: Vec<*mut u8> =
            arguments.iter().map(|column| column.as_ptr().cast_mut().cast()).collect();
        operands.push(results.as_mut_ptr().cast());
        let steps = vec![size_of::<T>() as isize; operands.len()];
        let count = results.len() as isize;
        // SAFETY: the loop is for operands of this type and number, each has so many elements, and it writes
        // the last one alone.
        let ran = unsafe {
            pykernel::call::run(0, &host::HOST, |_: *mut (), raised| {
                (self.inner)(operands.as_ptr(), &raw const count, steps.as_ptr(), raised)
            })
        };
        ran.unwrap_or_else(|error| unreachable!("bug in pykernel: ufuncs of floats do not raise: {error}"));
        if let Some(wrong) = self.loops.as_ref().and_then(Loops::wrong) {
            panic!("the device has found a fault: {wrong}");
        }
    }
}
