//! Printing: the host gets a template in read-only data, and the operands in memory of the frame.

use cranelift_codegen::ir::{AbiParam, InstBuilder, StackSlotData, StackSlotKind, types};
use pykernel_abi::host;

use super::function::FunctionCx;
use super::view::TRUSTED;
use crate::ir::{Scalar, Template};

impl FunctionCx<'_, '_> {
    /// Has the host print a text.
    pub(super) fn print(&mut self, template: &Template) {
        let size = 8 * template.operands.len() as u32;
        let slot = StackSlotData::new(StackSlotKind::ExplicitSlot, size.max(1), 3);
        let slot = self.builder.create_sized_stack_slot(slot);
        let operands = self.builder.ins().stack_addr(self.pointer, slot, 0);
        for (index, operand) in template.operands.iter().enumerate() {
            let operand = self.expression(operand);
            let value = match operand.scalar {
                Scalar::F64 => operand.value,
                _ => self.widen(operand),
            };
            self.builder.ins().store(TRUSTED, value, operands, 8 * index as i32);
        }
        let text = self.unit.constant(template.text.as_bytes().to_vec());
        let text = self.address_of(text);
        let [len, n] = [template.text.len(), template.operands.len()].map(|n| self.i64(n as i64));
        let params = [AbiParam::new(types::I64); 4];
        self.ask(host::PRINT, &params, None, &[text, len, operands, n]);
    }
}
