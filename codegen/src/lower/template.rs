//! Texts with values in them, as templates: messages, and what is printed.

use super::convert::number;
use super::expression::dtype_of;
use super::function::Lowering;
use crate::ir::{self, Scalar};
use crate::source::Span;
use crate::typed::{Expr, Piece};
use crate::types::{DType, Kind, Type};

impl Lowering<'_> {
    /// Prints a text.
    pub(super) fn print(&mut self, pieces: &[Piece], span: Span) {
        let (text, operands) = self.template(pieces);
        self.emit(ir::StmtKind::Print(ir::Template { text: text.into(), operands }), span);
    }

    /// The template of a text and its operands, evaluated in order.
    pub(super) fn template(&mut self, pieces: &[Piece]) -> (String, Vec<ir::Expr>) {
        let mut template = String::new();
        let mut operands = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Text(text) => template.push_str(&text.replace('{', "{{").replace('}', "}}")),
                Piece::Value(value) => {
                    template.push_str(printed(dtype_of(&value.ty)));
                    operands.extend(self.operands(value));
                }
                Piece::Repr(value) => {
                    template.push_str(&represented(&value.ty));
                    operands.extend(self.operands(value));
                }
            }
        }
        (template, operands)
    }

    fn operands(&mut self, value: &Expr) -> Vec<ir::Expr> {
        let scalar = Scalar::of(dtype_of(&value.ty));
        let widest = match scalar {
            Scalar::Bool => Scalar::Bool,
            Scalar::F32 | Scalar::F64 => Scalar::F64,
            Scalar::I8 | Scalar::I16 | Scalar::I32 | Scalar::I64 => Scalar::I64,
            Scalar::U8 | Scalar::U16 | Scalar::U32 | Scalar::U64 => Scalar::U64,
        };
        self.parts(value).into_iter().map(|part| number(part, scalar, widest)).collect()
    }
}

/// The placeholder that prints a number as Python's `str` does.
fn printed(dtype: DType) -> &'static str {
    match dtype {
        DType::Bool => "{b}",
        DType::Int8 | DType::Int16 | DType::Int32 | DType::Int64 => "{i}",
        DType::UInt8 | DType::UInt16 | DType::UInt32 | DType::UInt64 => "{u}",
        DType::Float32 => "{g}",
        DType::Float64 => "{f}",
        DType::Complex64 => "{K}",
        DType::Complex128 => "{C}",
    }
}

/// What prints a number as Python's `repr` does: NumPy's numbers show their types.
fn represented(ty: &Type) -> String {
    let dtype = dtype_of(ty);
    let inner = match (ty, dtype.kind()) {
        (Type::Strong(DType::Bool), _) => return "{B}".to_owned(),
        (Type::Strong(DType::Complex64), Kind::Complex) => "{k}",
        (Type::Strong(_), Kind::Complex) => "{c}",
        (Type::Strong(_), _) => printed(dtype),
        _ => return printed(dtype).to_owned(),
    };
    format!("np.{dtype}({inner})")
}
