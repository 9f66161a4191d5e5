//! Printing: a thread takes room in the memory that the launch has for texts, and writes there which template it prints, and
//! its operands. The host makes the texts of them when the launch is done.

use pykernel_abi::launch_record;

use super::function::FunctionCx;
use super::instruction::{Class, Comparison, Opcode, Operand, Register, Space, Step, Ty};
use crate::ir::Template;

impl FunctionCx<'_, '_> {
    /// Has the host print a text.
    pub(super) fn print(&mut self, template: &Template) {
        let record = self.fault();
        let values: Vec<Register> =
            template.operands.iter().map(|operand| self.operand_word(operand)).collect();
        let size = launch_record::operand(values.len());
        let at = self.register(Class::Short);
        let used = Operand::Memory(record, launch_record::USED);
        self.emit(
            Opcode::Atomic(Step::Add, Space::Global),
            &[Ty::U32],
            [at.into(), used, Operand::Int(size)],
        );
        let (at, room) = (self.long(at), self.load_long(record, launch_record::ROOM, Ty::U32));
        let end = self.compute(Opcode::Add, Ty::U64, Class::Long, [at.into(), Operand::Int(size)]);
        let is_full = self.setp(Comparison::Gt, Ty::U64, end, room);
        let after = self.new_label();
        self.branch_if(Some((is_full, true)), after);
        let texts = self.load_long(record, launch_record::TEXTS, Ty::U64);
        let texts = self.global(texts);
        let text = self.compute(Opcode::Add, Ty::U64, Class::Long, [texts.into(), at.into()]);
        let number = self.template(template);
        for (offset, value) in
            [(launch_record::TEMPLATE, number), (launch_record::N_OPERANDS, values.len() as i64)]
        {
            let value = self.in_register(Operand::Int(value), Class::Short);
            self.store_global(Ty::U32, text, offset, value);
        }
        for (index, value) in values.into_iter().enumerate() {
            self.store_global(value.class.declared(), text, launch_record::operand(index), value);
        }
        self.place_label(after);
    }

    /// A number of the record in 64 bits.
    fn load_long(&mut self, record: Register, offset: i64, ty: Ty) -> Register {
        let class = super::call::class_of(ty);
        let address = Operand::Memory(record, offset);
        let value = self.compute(Opcode::Load(Space::Global), ty, class, [address]);
        if class == Class::Long { value } else { self.long(value) }
    }

    /// The number of a template.
    fn template(&mut self, template: &Template) -> i64 {
        let templates = &mut self.unit.module.templates;
        let known = templates.iter().position(|known| *known == template.text);
        let index = known.unwrap_or_else(|| {
            templates.push(template.text.clone());
            templates.len() - 1
        });
        index as i64
    }
}
