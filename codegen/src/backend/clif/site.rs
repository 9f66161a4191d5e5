//! Raise sites: read-only data that says what was raised and where, and the filling of the
//! caller's record.

use cranelift_codegen::ir::{Endianness, InstBuilder, Value};
use cranelift_module::{DataDescription, DataId, Module};
use pykernel_abi::{MAX_OPERANDS, raised};

use super::Unit;
use super::function::FunctionCx;
use super::view::TRUSTED;
use crate::backend::Error;
use crate::hir::Table;
use crate::ir::Raise;

/// How read-only data lies: elements of arrays have up to 16 bytes.
const ALIGNMENT: u64 = 16;

/// A site as it lies in memory: `pykernel_abi::Site`, then its texts.
pub fn site_bytes(raise: &Raise, little_endian: bool) -> Vec<u8> {
    let texts = [&raise.class, &raise.message, &raise.place.file, &raise.place.function];
    let mut bytes = Vec::new();
    for number in texts.iter().map(|text| text.len() as u32).chain([raise.place.line]) {
        bytes.extend(if little_endian { number.to_le_bytes() } else { number.to_be_bytes() });
    }
    texts.iter().for_each(|text| bytes.extend(text.as_bytes()));
    bytes
}

impl Unit<'_> {
    /// The data of a raise site.
    fn site(&mut self, raise: &Raise) -> Result<DataId, Error> {
        let little_endian = self.module.isa().endianness() == Endianness::Little;
        self.constant(site_bytes(raise, little_endian))
    }

    /// The data of a constant array.
    fn table(&mut self, table: &Table) -> Result<DataId, Error> {
        let little_endian = self.module.isa().endianness() == Endianness::Little;
        let mut bytes = table.bytes(little_endian);
        if bytes.is_empty() {
            // It has an address.
            bytes.push(0);
        }
        self.constant(bytes)
    }

    /// Read-only data; what is equal shares it.
    pub(super) fn constant(&mut self, bytes: Vec<u8>) -> Result<DataId, Error> {
        if let Some(id) = self.sites.get(&bytes) {
            return Ok(*id);
        }
        let failed = |error| Error::from_module("a constant", &error);
        let id = self.module.declare_anonymous_data(false, false).map_err(failed)?;
        let mut description = DataDescription::new();
        description.define(bytes.clone().into_boxed_slice());
        description.set_align(ALIGNMENT);
        self.module.define_data(id, &description).map_err(failed)?;
        self.sites.insert(bytes, id);
        Ok(id)
    }
}

impl FunctionCx<'_, '_> {
    /// Fills the record.
    pub(super) fn record(&mut self, raise: &Raise) {
        if raise.operands.len() > MAX_OPERANDS {
            unreachable!("bug in pykernel: {} has too many operands", raise.class);
        }
        let record = self.raised();
        for (index, operand) in raise.operands.iter().enumerate() {
            let operand = self.expression(operand);
            let value = match operand.scalar {
                crate::ir::Scalar::F64 => operand.value,
                _ => self.widen(operand),
            };
            self.builder.ins().store(TRUSTED, value, record, raised::operand(index));
        }
        let site = self.unit.site(raise);
        let address = self.address_of(site);
        self.builder.ins().store(TRUSTED, address, record, raised::SITE);
    }

    /// The address of a constant array's elements.
    pub(super) fn table(&mut self, table: &Table) -> Value {
        let data = self.unit.table(table);
        self.address_of(data)
    }

    /// The address of read-only data.
    pub(super) fn address_of(&mut self, constant: Result<DataId, Error>) -> Value {
        let id = constant.unwrap_or_else(|error| unreachable!("bug in pykernel: {error}"));
        let reference = match self.sites.get(&id) {
            Some(known) => *known,
            None => {
                let reference = self.unit.module.declare_data_in_func(id, self.builder.func);
                self.sites.insert(id, reference);
                reference
            }
        };
        self.builder.ins().symbol_value(self.pointer, reference)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::Place;
    use pykernel_abi::Site;

    #[test]
    fn the_texts_follow_the_head_in_their_order() {
        let place = Place { file: "k.py".into(), line: 7, function: "f".into() };
        let raise =
            Raise { class: "ValueError".into(), message: "π {i}".into(), operands: Vec::new(), place };
        let bytes = site_bytes(&raise, true);
        assert_eq!(&bytes[Site::SIZE..], "ValueErrorπ {i}k.pyf".as_bytes());
        assert_eq!(bytes[..Site::SIZE], [10, 0, 0, 0, 6, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0]);
    }
}
