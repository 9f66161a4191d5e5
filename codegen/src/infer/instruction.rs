//! Typing what `numba.cuda` has of instructions on numbers: `popc`, `fma` and the like.

use super::{Body, Typed};
use crate::builtin::{self, Row};
use crate::ir::Intrinsic;
use crate::source::Span;
use crate::typed::{Expr, Operation};
use crate::types::{DType, Kind, Type};

pub(super) fn instruction(body: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    let builtin::Rule::Instruction(instruction) = row.rule else {
        unreachable!("bug in pykernel: `{}` is no instruction", row.name)
    };
    use builtin::Instruction;
    match instruction {
        Instruction::Popc => body.bits(row, Intrinsic::CountOnes, args, span),
        Instruction::Clz => body.bits(row, Intrinsic::LeadingZeros, args, span),
        Instruction::Brev => {
            let bits = body.unsigned(row, args)?;
            body.bits(row, Intrinsic::ReverseBits, vec![bits], span)
        }
        Instruction::Ffs => {
            let bits = body.unsigned(row, args)?;
            body.library_call("lowest_one", vec![bits], false, span)
        }
        Instruction::Fma => {
            let (args, ty) = body.floats(row, args, span)?;
            let fused = Operation::Intrinsic(Intrinsic::FusedMultiplyAdd);
            Ok(Body::operation(fused, args, ty, span))
        }
        Instruction::Cbrt => {
            let (args, _) = body.floats(row, args, span)?;
            body.library_call("cbrt", args, false, span)
        }
        Instruction::Selp => body.selected(row, args, span),
    }
}

impl Body<'_, '_> {
    /// An operation on the bits of an integer, which gives one of its type.
    fn bits(&mut self, row: &Row, op: Intrinsic, args: Vec<Expr>, span: Span) -> Typed {
        let arg = self.integer(row, args)?;
        let ty = arg.ty.clone();
        Ok(Body::operation(Operation::Intrinsic(op), vec![arg], ty, span))
    }

    /// The argument: an integer of 32 or 64 bits.
    fn integer(&mut self, row: &Row, args: Vec<Expr>) -> Typed {
        let [arg] = <[Expr; 1]>::try_from(args)
            .unwrap_or_else(|_| unreachable!("bug in pykernel: the arity was checked"));
        match &arg.ty {
            Type::Strong(DType::Int32 | DType::UInt32 | DType::Int64 | DType::UInt64) => Ok(arg),
            &Type::INT => self.coerce(arg, &Type::INT),
            _ => self.wrong_argument(row, &arg, "an integer of 32 or 64 bits"),
        }
    }

    /// The argument as an unsigned number of its width.
    fn unsigned(&mut self, row: &Row, args: Vec<Expr>) -> Typed {
        let arg = self.integer(row, args)?;
        let is_short = matches!(arg.ty, Type::Strong(DType::Int32 | DType::UInt32));
        let ty = Type::Strong(if is_short { DType::UInt32 } else { DType::UInt64 });
        let span = arg.span;
        Ok(Body::operation(Operation::Cast, vec![arg], ty, span))
    }

    /// The arguments as floats of their common type.
    fn floats(&mut self, row: &Row, args: Vec<Expr>, span: Span) -> Typed<(Vec<Expr>, Type)> {
        let (args, ty) = self.promoted(row, args, span)?;
        match ty.dtype().map(DType::kind) {
            Some(Kind::Float) => Ok((args, ty)),
            _ => {
                let args: Vec<Typed> = args.into_iter().map(|arg| self.coerce(arg, &Type::FLOAT)).collect();
                Ok((args.into_iter().collect::<Typed<_>>()?, Type::FLOAT))
            }
        }
    }

    /// The arguments as real numbers of their common type.
    fn promoted(&mut self, row: &Row, args: Vec<Expr>, span: Span) -> Typed<(Vec<Expr>, Type)> {
        let is_number =
            |arg: &&Expr| matches!(arg.ty.dtype().map(DType::kind), Some(Kind::Int | Kind::Float));
        if let Some(bad) = args.iter().find(|arg| !is_number(arg)).cloned() {
            return self.wrong_argument(row, &bad, "integers and floats");
        }
        let ty = self.type_of_arguments(row, &args, span)?;
        let args: Vec<Typed> = args.into_iter().map(|arg| self.coerce(arg, &ty)).collect();
        Ok((args.into_iter().collect::<Typed<_>>()?, ty))
    }

    /// The second argument if the first is true, else the third; all are computed.
    fn selected(&mut self, row: &Row, mut args: Vec<Expr>, span: Span) -> Typed {
        let values = args.split_off(1);
        let cond = args.into_iter().map(|cond| self.truth(cond)).collect::<Typed<Vec<_>>>()?;
        let (values, ty) = self.promoted(row, values, span)?;
        Ok(Body::operation(Operation::Select, cond.into_iter().chain(values).collect(), ty, span))
    }
}
