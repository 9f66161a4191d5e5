//! Runs a call on one thread and then on several, and compares what they leave, bit by bit.

use pykernel::ufunc::{Call, Table};
use pykernel::{AnyArray, Error};

use super::super::array::Array;
use super::super::value::Failure;
use super::operand;
use super::settings::Settings;

/// The tables of the two runs. The second says that the loops are dear, so that two iterations are
/// worth two threads.
pub struct Twice<'t> {
    serial: Table<'t>,
    parallel: Table<'t>,
}

impl<'t> Twice<'t> {
    /// # Safety
    /// The tables' loops are what [`Call::new`] asks for.
    pub unsafe fn new(serial: Table<'t>, parallel: Table<'t>) -> Self {
        Twice { serial, parallel }
    }

    /// The ufunc.
    pub fn table(&self) -> &Table<'t> {
        &self.serial
    }

    /// What the call makes; `written` are the arrays that it writes.
    pub fn run(
        &self,
        settings: &Settings,
        written: &[&Array],
        run: impl Fn(Call<'_>) -> Result<Vec<AnyArray>, Error>,
    ) -> Result<Vec<Array>, Failure> {
        let before: Vec<Vec<u64>> = written.iter().map(|array| array.words()).collect();
        // SAFETY: by `new`.
        let serial = outcome(run(settings.apply(unsafe { Call::new(&self.serial) }.serial())));
        let after: Vec<Vec<u64>> = written.iter().map(|array| array.words()).collect();
        written.iter().zip(&before).for_each(|(array, words)| array.set_words(words));
        // SAFETY: by `new`.
        let parallel = outcome(run(settings.apply(unsafe { Call::new(&self.parallel) }.parallel())));
        let given = written.iter().map(|array| array.words());
        match (serial, parallel) {
            (Err(serial), Err(parallel)) if serial == parallel => Err(serial),
            (Ok(serial), Ok(parallel)) if same(&serial, &parallel) && given.eq(after) => Ok(serial),
            (serial, parallel) => {
                Err(format!("one thread gives {serial:?}, several give {parallel:?}, or write other bits")
                    .into())
            }
        }
    }
}

fn outcome(result: Result<Vec<AnyArray>, Error>) -> Result<Vec<Array>, Failure> {
    match result {
        Ok(arrays) => Ok(arrays.iter().map(operand::made).collect()),
        Err(error) => Err(Failure::raised(error.class(), error.message())),
    }
}

fn same(serial: &[Array], parallel: &[Array]) -> bool {
    let parts = |array: &Array| (array.dtype, array.shape.clone(), array.words());
    serial.iter().map(parts).eq(parallel.iter().map(parts))
}
