//! Products that are not rounded before they are added to: by fused multiply-add where the target has it.
//!
//! Operands are numbers or lanes of them.

use cranelift_codegen::ir::{InstBuilder, Value, types};

use super::function::FunctionCx;

impl FunctionCx<'_, '_> {
    pub(super) fn multiply_add(&mut self, a: Value, b: Value, c: Value) -> Value {
        if self.unit.machine.fuses {
            return self.builder.ins().fma(a, b, c);
        }
        let product = self.builder.ins().fmul(a, b);
        self.builder.ins().fadd(product, c)
    }

    /// What rounding took from a product.
    pub(super) fn product_error(&mut self, a: Value, b: Value) -> Value {
        let product = self.builder.ins().fmul(a, b);
        if self.unit.machine.fuses {
            let negated = self.builder.ins().fneg(product);
            return self.builder.ins().fma(a, b, negated);
        }
        // Dekker, "A floating-point technique for extending the available precision", Numerische
        // Mathematik 18 (1971): products of halves are exact.
        let [(a_high, a_low), (b_high, b_low)] = [a, b].map(|factor| self.halves(factor));
        let ins = |cx: &mut Self, left, right| cx.builder.ins().fmul(left, right);
        let high = ins(self, a_high, b_high);
        let [first, second] = [ins(self, a_high, b_low), ins(self, a_low, b_high)];
        let low = ins(self, a_low, b_low);
        let error = self.builder.ins().fsub(high, product);
        let error = self.builder.ins().fadd(error, first);
        let error = self.builder.ins().fadd(error, second);
        self.builder.ins().fadd(error, low)
    }

    /// A float as the sum of two with half of its bits (Veltkamp).
    fn halves(&mut self, value: Value) -> (Value, Value) {
        let ty = self.builder.func.dfg.value_type(value);
        let splitter = match ty.lane_type() {
            types::F32 => self.builder.ins().f32const(4097.0),
            _ => self.builder.ins().f64const(134217729.0),
        };
        let splitter = if ty.is_vector() { self.builder.ins().splat(ty, splitter) } else { splitter };
        let scaled = self.builder.ins().fmul(value, splitter);
        let rest = self.builder.ins().fsub(scaled, value);
        let high = self.builder.ins().fsub(scaled, rest);
        let low = self.builder.ins().fsub(value, high);
        (high, low)
    }
}
