//! `atom` and `red` (PTX ISA 9.7.13.5, 9.7.13.6): nothing comes between their load and their store.

use super::{float, integer};
use crate::fault::Problem;
use crate::instruction::{Address, Atomic, Compute, Modifiers, Register, Source};
use crate::machine::Machine;
use crate::shadow::Touch;
use crate::thread::Thread;
use crate::types::{Space, Type};

impl Machine<'_> {
    #[expect(clippy::too_many_arguments, reason = "the parts of one instruction")]
    pub(super) fn atomic(
        &mut self,
        thread: &mut Thread,
        space: Space,
        atomic: Atomic,
        t: Type,
        address: Address,
        d: Option<Register>,
        s: &[Source; 2],
    ) -> Result<(), Problem> {
        let bytes = t.bytes();
        let place = self.place(thread, space, address, bytes, 1)?;
        let [b, c] = self.read_all(thread, s)?;
        let old = self.load_one(thread, place, bytes, Touch::StrongRead)?;
        let new = if t.is_float() {
            float::compute(Compute::Add, t, Modifiers::default(), [old, b, 0, 0])
        } else {
            integer::atomic(atomic, t, old, b, c)
        };
        self.store_one(thread, place, bytes, Touch::StrongWrite, new)?;
        thread.set(d, old);
        Ok(())
    }
}
