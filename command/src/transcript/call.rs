//! Calls a kernel as a Rust program does: picks the overload, converts numbers to the declared
//! types, checks arrays against them, and hands over machine words.

use pykernel::call::{Raised as Record, stack_limit};
use pykernel_abi::Status;
use pykernel_codegen::infer::promote;
use pykernel_codegen::interface::{Kernel, Number as NumberType, Overload, ParamType};
use pykernel_codegen::ir::Mode;
use pykernel_codegen::types::{ArrayType, DType, Layout, Type};

use super::array::Array;
use super::number::{Datum, Number};
use super::returned;
use super::value::{Failure, Value};
use crate::host;

/// The code of a kernel that is no ufunc.
pub trait Code {
    /// Calls an overload, as `Jit::call` does.
    ///
    /// # Errors
    /// Why it could not be called.
    ///
    /// # Safety
    /// As for `Jit::call`.
    unsafe fn call(
        &self,
        overload: usize,
        slots: &[u64],
        result: &mut [u64],
        record: &mut Record,
    ) -> Result<Status, String>;
}

/// Calls a kernel.
pub fn call(code: &dyn Code, kernel: &Kernel, args: &[Value]) -> Result<Value, Failure> {
    let index = pick(kernel, args)?;
    let overload = &kernel.overloads[index];
    let mut leaves = Vec::new();
    for (param, arg) in overload.params.iter().zip(args) {
        collect(param.name.clone(), &param.ty, arg, &mut leaves);
    }
    refuse_layouts(kernel, &leaves)?;
    let mut words = Words::default();
    for leaf in &leaves {
        words.push(leaf)?;
    }
    refuse_overlaps(&leaves)?;
    let mut result = returned::room(&overload.result);
    let mut wrong = None;
    let run = |_: *mut (), record: *mut Record| {
        // SAFETY: `run` passes a pointer to a live record. The words are what the overload's
        // parameters ask for, by `Words::push`: numbers of the declared types and descriptors,
        // alive in `words`, of arrays of the declared dtype, rank and layout, whose memory is
        // alive in `args`, aligned to 8 bytes and reached by every index within the shape.
        // Written arrays overlap no other argument. The result has room for what is returned.
        let status = unsafe { code.call(index, &words.slots, &mut result, &mut *record) };
        match status {
            Ok(status) => status as i32,
            Err(cause) => {
                wrong = Some(cause);
                Status::Returned as i32
            }
        }
    };
    let blocks = host::blocks();
    // SAFETY: the closure keeps the contract of entries, and `()` is not written.
    let ended = unsafe { pykernel::call::run::<()>(stack_limit(), &host::HOST, run) };
    if let Some(cause) = wrong {
        return Err(cause.into());
    }
    // SAFETY: a kernel that has returned has written its result, with the host's memory; its
    // arguments are still alive in `args`.
    let ended = ended.map(|()| unsafe { returned::value(&overload.result, &result) });
    if host::blocks() != blocks {
        return Err(
            format!("{} leaves {} blocks of memory behind", kernel.name, host::blocks() - blocks).into()
        );
    }
    match ended {
        Ok(value) => Ok(value?),
        Err(error) => Err(Failure::raised(error.class(), error.message())),
    }
}

/// A part of an argument that is passed on its own.
struct Leaf<'a> {
    /// The parameter, or an item of it: `t[0]`.
    name: String,
    ty: &'a ParamType,
    arg: &'a Value,
}

/// Takes tuples apart. One that does not fit its parameter is left whole, and refused as it is.
fn collect<'a>(name: String, ty: &'a ParamType, arg: &'a Value, leaves: &mut Vec<Leaf<'a>>) {
    match (ty, arg) {
        (ParamType::Tuple(types), Value::Tuple(items)) if types.len() == items.len() => {
            for (index, (ty, arg)) in types.iter().zip(items).enumerate() {
                collect(format!("{name}[{index}]"), ty, arg, leaves);
            }
        }
        _ => leaves.push(Leaf { name, ty, arg }),
    }
}

/// The first overload that fits best: exactly, then safely, then within the kinds. An only one is
/// always picked.
fn pick(kernel: &Kernel, args: &[Value]) -> Result<usize, Failure> {
    let n_params = kernel.overloads.first().map_or(0, |overload| overload.params.len());
    if args.len() != n_params {
        return Err(format!("{} takes {n_params} arguments, not {}", kernel.name, args.len()).into());
    }
    if kernel.overloads.len() == 1 {
        return Ok(0);
    }
    let worst = |overload: &Overload| {
        let fits = overload.params.iter().zip(args).map(|(param, arg)| fit(&param.ty, arg));
        fits.max().unwrap_or(Fit::Exact)
    };
    let best = (0..kernel.overloads.len()).min_by_key(|index| worst(&kernel.overloads[*index]));
    best.filter(|index| worst(&kernel.overloads[*index]) < Fit::Not)
        .ok_or_else(|| format!("no signature of {} takes these arguments", kernel.name).into())
}

/// How well an argument fits a parameter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Exact,
    Safe,
    WithinKinds,
    Not,
}

fn fit(param: &ParamType, arg: &Value) -> Fit {
    match (param, arg) {
        (ParamType::Number(wanted), Value::Number(number)) => fit_number(*wanted, *number),
        (ParamType::Array(ty, _), Value::Array(array)) if check_array(*ty, array).is_ok() => {
            match ty.layout {
                Layout::Any => Fit::Safe,
                Layout::C | Layout::F => Fit::Exact,
            }
        }
        (ParamType::Generator, Value::Generator(_)) => Fit::Exact,
        (ParamType::Optional(_), Value::None) => Fit::Safe,
        (ParamType::Optional(wanted), Value::Number(number)) => fit_number(*wanted, *number).max(Fit::Safe),
        (ParamType::Tuple(types), Value::Tuple(items)) if types.len() == items.len() => {
            let fits = types.iter().zip(items).map(|(ty, item)| fit(ty, item));
            fits.max().unwrap_or(Fit::Exact)
        }
        _ => Fit::Not,
    }
}

fn fit_number(wanted: NumberType, number: Number) -> Fit {
    if wanted == number.ty {
        return Fit::Exact;
    }
    let (wanted, given) = (wanted.dtype(), number.ty.dtype());
    match promote::promote_dtypes(given, wanted) == wanted {
        true => Fit::Safe,
        false if given.kind() <= wanted.kind() => Fit::WithinKinds,
        false => Fit::Not,
    }
}

fn check_array(ty: ArrayType, array: &Array) -> Result<(), String> {
    if Some(array.dtype) != ty.element.number() || array.shape.len() != ty.rank {
        return Err(format!("expected {ty}, got {} of {} dimensions", array.dtype, array.shape.len()));
    }
    if !array.has_layout(ty.layout) {
        return Err(format!("expected {ty}, got an array of another layout"));
    }
    Ok(())
}

/// An array of another layout is refused as the runtime does it, in Python's words.
fn refuse_layouts(kernel: &Kernel, leaves: &[Leaf<'_>]) -> Result<(), Failure> {
    for leaf in leaves {
        if let (ParamType::Array(ty, _), Value::Array(array)) = (leaf.ty, leaf.arg)
            && array.shape.len() == ty.rank
            && !array.has_layout(ty.layout)
        {
            let (shape, strides) = (tuple(&array.shape), tuple(&array.strides));
            let got = format!("got shape {shape} with strides {strides} in bytes");
            let message = format!("{}() argument '{}' must be {ty}, {got}", kernel.name, leaf.name);
            return Err(Failure::raised("TypeError", message));
        }
    }
    Ok(())
}

/// A tuple as Python prints it.
fn tuple(items: &[impl ToString]) -> String {
    let texts: Vec<String> = items.iter().map(ToString::to_string).collect();
    match texts.as_slice() {
        [one] => format!("({one},)"),
        _ => format!("({})", texts.join(", ")),
    }
}

/// Rust's borrows rule out that an array that is written overlaps another argument.
fn refuse_overlaps(leaves: &[Leaf<'_>]) -> Result<(), Failure> {
    let arrays = leaves.iter().filter_map(|leaf| match (leaf.ty, leaf.arg) {
        (ParamType::Array(_, mode), Value::Array(array)) => Some((&leaf.name, *mode, array)),
        (ParamType::Generator, Value::Generator(state)) => Some((&leaf.name, Mode::Write, state)),
        _ => None,
    });
    let arrays: Vec<(&String, Mode, &Array)> = arrays.collect();
    for (i, (name, mode, array)) in arrays.iter().enumerate() {
        for (other_name, other_mode, other) in &arrays[..i] {
            if (*mode == Mode::Write || *other_mode == Mode::Write) && array.shares_memory(other) {
                return Err(format!("`{other_name}` and `{name}` overlap, and one of them is written").into());
            }
        }
    }
    Ok(())
}

/// The arguments as the machine words that trampolines take.
#[derive(Default)]
struct Words {
    slots: Vec<u64>,
    /// The descriptors that slots point to, laid out as `pykernel_abi::Array`.
    descriptors: Vec<Box<[u64]>>,
}

impl Words {
    fn push(&mut self, Leaf { name, ty, arg }: &Leaf<'_>) -> Result<(), Failure> {
        match (ty, arg) {
            (ParamType::Number(ty), Value::Number(number)) => self.push_number(*ty, *number),
            (ParamType::Optional(ty), Value::None) => {
                self.slots.push(0);
                self.push_number(*ty, Number::weak(Datum::Bool(false)))
            }
            (ParamType::Optional(ty), Value::Number(number)) => {
                self.slots.push(1);
                self.push_number(*ty, *number)
            }
            (ParamType::Array(ty, mode), Value::Array(array)) => {
                check_array(*ty, array).map_err(|cause| format!("`{name}`: {cause}"))?;
                if *mode == Mode::Write && array.readonly {
                    return Err(format!("`{name}` is written, but the array is read-only").into());
                }
                self.push_array(array);
                Ok(())
            }
            (ParamType::Generator, Value::Generator(state)) => {
                self.push_array(state);
                Ok(())
            }
            (ParamType::Number(_), other) => {
                Err(format!("`{name}`: expected a number, got {}", other.noun()).into())
            }
            (ParamType::Array(..) | ParamType::Tuple(_), other)
            | (ParamType::Optional(_) | ParamType::Generator, other) => {
                Err(format!("`{name}`: expected {}, got {}", Type::from(*ty), other.noun()).into())
            }
        }
    }

    fn push_number(&mut self, ty: NumberType, number: Number) -> Result<(), Failure> {
        let dtype = ty.dtype();
        let number = number.convert(ty).map_err(|refused| Failure::raised(refused.class, refused.message))?;
        let word = |part: Datum, dtype: DType| {
            let mut word = [0; 8];
            let bytes = part.to_bytes(dtype);
            let at = if cfg!(target_endian = "little") { 0 } else { 8 - bytes.len() };
            word[at..at + bytes.len()].copy_from_slice(&bytes);
            u64::from_ne_bytes(word)
        };
        match number.datum {
            Datum::Complex(re, im) => {
                let part = promote::part(dtype);
                self.slots.extend([re, im].map(|value| word(Datum::Float(value), part)));
            }
            datum => self.slots.push(word(datum, dtype)),
        }
        Ok(())
    }

    fn push_array(&mut self, array: &Array) {
        let address = array.address().expose_provenance() as u64;
        let extents = array.shape.iter().map(|extent| *extent as u64);
        let strides = array.strides.iter().map(|stride| *stride as u64);
        let descriptor: Box<[u64]> = std::iter::once(address).chain(extents).chain(strides).collect();
        self.slots.push(descriptor.as_ptr().expose_provenance() as u64);
        self.descriptors.push(descriptor);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pykernel_codegen::analysis::analyse;
    use pykernel_codegen::source::Source;
    use pykernel_codegen::symbol::Package;

    /// Code that takes a block and gives it back, or does not.
    struct Takes {
        gives_back: bool,
    }

    impl Code for Takes {
        unsafe fn call(&self, _: usize, _: &[u64], _: &mut [u64], _: &mut Record) -> Result<Status, String> {
            // SAFETY: the block is given back with its size, or forgotten.
            unsafe {
                let block = (host::HOST.allocate)(64, 8, false);
                assert!(!block.is_null());
                if self.gives_back {
                    (host::HOST.release)(block, 64, 8);
                }
            }
            Ok(Status::Returned)
        }
    }

    fn kernel() -> Kernel {
        let text = "from numba import njit\n\n@njit\ndef f(x: int):\n    print(x)\n";
        let package = Package { name: "p".into(), version: "1.0.0".into() };
        let mut analysis = analyse(&Source::file("k.py", text), &package);
        assert_eq!(analysis.diagnostics, []);
        analysis.interface.kernels.swap_remove(0)
    }

    #[test]
    fn a_call_that_leaves_memory_behind_fails() {
        let kernel = kernel();
        let called = |gives_back| call(&Takes { gives_back }, &kernel, &[Value::weak(Datum::Int(1))]);
        assert!(matches!(called(true), Ok(Value::None)));
        let Err(Failure::Misuse(message)) = called(false) else { panic!("a leak is not seen") };
        assert_eq!(message, "f leaves 1 blocks of memory behind");
    }
}
