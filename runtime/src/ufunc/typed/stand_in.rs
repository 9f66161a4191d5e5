//! What stands in the place of a ufunc: where its kernel is not checked, and where it is not known yet.

use super::ufunc::NO_LOOPS;
use crate::Error;
use crate::call::Kernel;
use crate::ufunc::{Call, Identity, Table};

/// A ufunc whose kernel has `boundscheck=False`: who calls it vouches for its indices.
#[derive(Clone, Debug)]
pub struct Unchecked<U>(U);

impl<U> Unchecked<U> {
    #[doc(hidden)]
    pub const fn new(ufunc: U) -> Self {
        Unchecked(ufunc)
    }

    /// The ufunc.
    ///
    /// # Safety
    /// In every call of it, and of what is made of it, each index that the kernel uses is within its array.
    pub const unsafe fn assume_in_bounds(&self) -> &U {
        &self.0
    }
}

/// Stands for a ufunc that no build has seen yet, in an editor: it takes and gives whatever is asked for.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Unknown;

impl Unknown {
    pub fn dtype<T>(&self) -> Self {
        Unknown
    }

    /// As [`Unchecked::assume_in_bounds`].
    ///
    /// # Safety
    /// There is nothing to vouch for.
    pub unsafe fn assume_in_bounds(&self) -> &Self {
        self
    }
}

/// Methods that take anything.
macro_rules! methods {
    ($($name:ident($($argument:ident),*) -> $result:ty = $value:expr;)*) => {
        impl Unknown {
            $(pub fn $name<$($argument),*>(&self, $(_: $argument),*) -> $result {
                $value
            })*
        }
    };
}

methods! {
    casting(A) -> Self = Unknown;
    mask(A) -> Self = Unknown;
    parallel() -> Self = Unknown;
    serial() -> Self = Unknown;
    axis(A) -> Self = Unknown;
    axes(A) -> Self = Unknown;
    keepdims() -> Self = Unknown;
    initial(A) -> Self = Unknown;
    name() -> &'static str = "";
    n_inputs() -> usize = 0;
    n_outputs() -> usize = 0;
    types() -> Vec<String> = Vec::new();
    signature() -> Option<String> = None;
    identity() -> Identity = Identity::None;
    table() -> &'static Table<'static> = &NO_LOOPS;
    // SAFETY: there are no loops.
    dynamic() -> Call<'static> = unsafe { Call::new(&NO_LOOPS) };
}

/// Calls, which take anything and give whatever is asked for.
macro_rules! calls {
    ($($name:ident($($argument:ident),*);)*) => {
        impl Unknown {
            $(pub fn $name<$($argument,)* Results>(&self, $(_: $argument),*) -> Result<Results, Error> {
                let message = "no build has compiled this kernel yet".to_owned();
                Err(Error::refused("RuntimeError", message, &Kernel { name: "", file: "", line: 0 }))
            })*
        }
    };
}

calls! {
    call(A);
    call_into(A, B);
    call_inplace(A, B);
    call_dyn(A);
    call_dyn_into(A, B);
    reduce(A, B);
    reduce_into(A, B, C);
    reduce_axes(A, B);
    reduce_all(A);
    accumulate(A, B);
    accumulate_into(A, B, C);
    reduceat(A, B, C);
    outer(A, B);
    at(A, B, C);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_takes_anything() {
        let told = Unknown
            .dtype::<f32>()
            .casting(1)
            .mask(2)
            .parallel()
            .serial()
            .axis(3)
            .axes(4)
            .keepdims()
            .initial(5);
        let called: Result<(f64, u8), Error> = told.call((1, "2", [3.0]));
        assert_eq!(called.unwrap_err().message(), "no build has compiled this kernel yet");
        let done: Result<(), Error> = told.call_into(1, &mut [2]);
        assert!(done.is_err() && told.reduce::<_, _, f64>(1, 2).is_err());
        assert_eq!((told.name(), told.n_inputs(), told.signature()), ("", 0, None));
        assert!(told.dynamic().run(&mut [], &mut []).is_err());
    }
}
