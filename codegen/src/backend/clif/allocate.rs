//! Arrays that kernels make: memory from the host or from the frame, and the counting of references.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    AbiParam, InstBuilder, MemFlagsData, StackSlotData, StackSlotKind, Type as ClifType, Value, types,
};
use cranelift_module::Module;
use pykernel_abi::{block, host, raised};

use super::function::FunctionCx;
use super::view::{TRUSTED, fastest};
use crate::ir::threads::RandomState;
use crate::ir::{Expr, LocalId, Type, ViewType};
use crate::types::Layout;

/// A block's tail may lie at any multiple of its elements' alignment.
const TAIL: MemFlagsData = MemFlagsData::new().with_notrap();

/// The locals that an allocation sets.
#[derive(Clone, Copy)]
pub(super) struct Allocation {
    pub(super) found: LocalId,
    pub(super) owner: LocalId,
    pub(super) view: LocalId,
}

impl FunctionCx<'_, '_> {
    /// The address of the block that an owner owns, or null.
    pub(super) fn owner(&mut self, expr: &Expr) -> Value {
        match expr {
            Expr::Local(local) => self.get(*local),
            Expr::Unowned => self.builder.ins().iconst(self.pointer, 0),
            other => unreachable!("bug in pykernel: {other:?} is no owner"),
        }
    }

    /// Takes memory from the host.
    pub(super) fn allocate(&mut self, allocation: Allocation, shape: &[Expr], zeroed: bool) {
        let ty = self.view_type(allocation.view);
        let extents: Vec<Value> = shape.iter().map(|extent| self.expression(extent).value).collect();
        let n_elements = self.product(&extents);
        let elements = self.builder.ins().imul_imm_s(n_elements, ty.element.size() as i64);
        let bytes = self.builder.ins().iadd_imm_s(elements, block::SIZE);
        let align = self.i64(ty.element.align() as i64);
        let zeroed = self.builder.ins().iconst(types::I8, i64::from(zeroed));
        let params = [AbiParam::new(types::I64), AbiParam::new(types::I64), AbiParam::new(types::I8).uext()];
        let data = self.ask(host::ALLOCATE, &params, Some(self.pointer), &[bytes, align, zeroed]);
        let Some(data) = data else { unreachable!("bug in pykernel: `allocate` gives nothing") };

        let [found, after] = [self.builder.create_block(), self.builder.create_block()];
        let owner = self.builder.append_block_param(after, self.pointer);
        self.builder.ins().brif(data, found, &[], after, &[data.into()]);
        self.continue_in(found);
        let tail = self.builder.ins().iadd(data, elements);
        let one = self.i64(1);
        let fields =
            [(block::REFERENCES, one), (block::DATA, data), (block::BYTES, bytes), (block::ALIGN, align)];
        for (offset, value) in fields {
            self.builder.ins().store(TAIL, value, tail, offset);
        }
        self.builder.ins().jump(after, &[tail.into()]);
        self.continue_in(after);

        let is_found = self.builder.ins().icmp_imm_s(IntCC::NotEqual, data, 0);
        self.set(allocation.found, is_found);
        self.set(allocation.owner, owner);
        self.make_view(allocation.view, ty, data, &extents);
    }

    /// Sets memory of the frame aside.
    pub(super) fn reserve(&mut self, view: LocalId, shape: &[Expr], room: i64) {
        let ty = self.view_type(view);
        let bytes = room.max(1) * ty.element.size() as i64;
        let align = ty.element.align().trailing_zeros() as u8;
        let slot = StackSlotData::new(StackSlotKind::ExplicitSlot, bytes as u32, align);
        let slot = self.builder.create_sized_stack_slot(slot);
        let data = self.builder.ins().stack_addr(self.pointer, slot, 0);
        let extents: Vec<Value> = shape.iter().map(|extent| self.expression(extent).value).collect();
        self.make_view(view, ty, data, &extents);
    }

    /// Asks the host for what it keeps of random numbers; a host without it has it at address 0.
    pub(super) fn random(&mut self, view: LocalId, shape: &[Expr], state: RandomState) {
        let ty = self.view_type(view);
        let record = self.raised();
        let host = self.builder.ins().load(self.pointer, TRUSTED, record, raised::HOST);
        let function = self.builder.ins().load(self.pointer, TRUSTED, host, host::RANDOM);
        let [known, after] = [self.builder.create_block(), self.builder.create_block()];
        let data = self.builder.append_block_param(after, self.pointer);
        self.builder.ins().brif(function, known, &[], after, &[function.into()]);
        self.continue_in(known);
        let mut signature = self.unit.module.make_signature();
        signature.params = vec![AbiParam::new(types::I32)];
        signature.returns.push(AbiParam::new(self.pointer));
        let signature = self.builder.import_signature(signature);
        let which = self.builder.ins().iconst(types::I32, i64::from(state.number()));
        let call = self.builder.ins().call_indirect(signature, function, &[which]);
        let found = self.builder.inst_results(call)[0];
        self.builder.ins().jump(after, &[found.into()]);
        self.continue_in(after);
        let extents: Vec<Value> = shape.iter().map(|extent| self.expression(extent).value).collect();
        self.make_view(view, ty, data, &extents);
    }

    /// Counts one more reference.
    pub(super) fn retain(&mut self, owner: LocalId) {
        let block = self.get(owner);
        let [owns, after] = [self.builder.create_block(), self.builder.create_block()];
        self.builder.ins().brif(block, owns, &[], after, &[]);
        self.continue_in(owns);
        self.count(block, 1);
        self.builder.ins().jump(after, &[]);
        self.continue_in(after);
    }

    /// Counts one reference less; gives the memory back after the last.
    pub(super) fn release(&mut self, owner: LocalId) {
        let block = self.get(owner);
        let [owns, last, after] = std::array::from_fn(|_| self.builder.create_block());
        self.builder.ins().brif(block, owns, &[], after, &[]);
        self.continue_in(owns);
        let left = self.count(block, -1);
        self.builder.ins().brif(left, after, &[], last, &[]);
        self.continue_in(last);
        let [data, bytes, align] = [block::DATA, block::BYTES, block::ALIGN]
            .map(|offset| self.builder.ins().load(types::I64, TAIL, block, offset));
        self.ask(host::RELEASE, &[AbiParam::new(types::I64); 3], None, &[data, bytes, align]);
        self.builder.ins().jump(after, &[]);
        self.continue_in(after);
    }

    /// Changes the number of references to a block; gives the new one.
    fn count(&mut self, block: Value, by: i64) -> Value {
        let references = self.builder.ins().load(types::I64, TAIL, block, block::REFERENCES);
        let references = self.builder.ins().iadd_imm_s(references, by);
        self.builder.ins().store(TAIL, references, block, block::REFERENCES);
        references
    }

    /// Calls a function of the host.
    pub(super) fn ask(
        &mut self,
        entry: i32,
        params: &[AbiParam],
        result: Option<ClifType>,
        args: &[Value],
    ) -> Option<Value> {
        let mut signature = self.unit.module.make_signature();
        signature.params = params.to_vec();
        signature.returns.extend(result.map(AbiParam::new));
        let signature = self.builder.import_signature(signature);
        let record = self.raised();
        let host = self.builder.ins().load(self.pointer, TRUSTED, record, raised::HOST);
        let function = self.builder.ins().load(self.pointer, TRUSTED, host, entry);
        let call = self.builder.ins().call_indirect(signature, function, args);
        self.builder.inst_results(call).first().copied()
    }

    fn view_type(&self, view: LocalId) -> ViewType {
        match self.function.ty(view) {
            Type::View(ty) => ty,
            ty @ (Type::Scalar(_) | Type::Lanes(_) | Type::Owner) => {
                unreachable!("bug in pykernel: a {ty} is made an array")
            }
        }
    }

    fn product(&mut self, extents: &[Value]) -> Value {
        match extents {
            [] => self.i64(1),
            [first, rest @ ..] => {
                rest.iter().fold(*first, |product, extent| self.builder.ins().imul(product, *extent))
            }
        }
    }

    /// Sets a view to contiguous memory, last dimension fastest.
    fn make_view(&mut self, view: LocalId, ty: ViewType, data: Value, extents: &[Value]) {
        let mut flat = vec![data];
        flat.extend(extents);
        let known = fastest(Layout::C, ty.rank);
        for axis in (0..ty.rank).filter(|axis| Some(*axis) != known) {
            let inner = self.product(&extents[axis + 1..]);
            flat.push(self.builder.ins().imul_imm_s(inner, ty.element.size() as i64));
        }
        self.bind_view(view, &flat);
    }
}
