//! The types of tuples: `types.Tuple((float64, int64))`, `types.UniTuple(float64, 3)`,
//! `tuple[float, int]`, and `(float64, int64)` itself.

use ruff_python_ast::{Expr, ExprCall, ExprSubscript};

use super::Reader;
use super::import::Entity;
use super::type_expr::{Namespace, int_of};
use crate::diagnostic::{Code, Diagnostic};
use crate::types::Type;

/// The most numbers and arrays that a declared tuple can hold, with those of its tuples.
const MAX_LEAVES: u64 = 1000;

impl Reader<'_> {
    /// A tuple of the types that stand side by side.
    pub(super) fn tuple_type(&mut self, place: &Expr, items: &[Expr], namespace: Namespace) -> Option<Type> {
        if items.is_empty() || items.iter().any(|item| matches!(item, Expr::EllipsisLiteral(_))) {
            return self.bad_tuple(place);
        }
        let items: Vec<Option<Type>> = items.iter().map(|item| self.type_expr(item, namespace)).collect();
        let ty = Type::Tuple(items.into_iter().collect::<Option<Vec<_>>>()?);
        if leaves(&ty) <= MAX_LEAVES { Some(ty) } else { self.bad_tuple(place) }
    }

    /// `tuple[float, int]`.
    pub(super) fn python_tuple(&mut self, tuple: &ExprSubscript, namespace: Namespace) -> Option<Type> {
        let items = match &*tuple.slice {
            Expr::Tuple(items) => items.elts.as_slice(),
            one => std::slice::from_ref(one),
        };
        self.tuple_type(&tuple.slice, items, namespace)
    }

    /// Whether a name is Python's own `tuple`.
    pub(super) fn is_python_tuple(&self, expr: &Expr) -> bool {
        matches!(expr, Expr::Name(name) if name.id == "tuple" && self.names.get("tuple").is_none())
    }

    /// `types.Tuple((float64, int64))` and `types.UniTuple(float64, 3)`.
    pub(super) fn tuple_constructor(
        &mut self,
        entity: &Entity,
        call: &ExprCall,
        namespace: Namespace,
    ) -> Option<Type> {
        let place = &*call.func;
        let positional = call.arguments.keywords.is_empty();
        match (entity, &*call.arguments.args) {
            (Entity::TupleType, [Expr::Tuple(items)]) if positional => {
                self.tuple_type(&call.arguments.args[0], &items.elts, namespace)
            }
            (Entity::TupleType, [Expr::List(items)]) if positional => {
                self.tuple_type(&call.arguments.args[0], &items.elts, namespace)
            }
            (Entity::UniTupleType, [item, count]) if positional => {
                let item = self.type_expr(item, namespace)?;
                match int_of(count) {
                    Some(n @ 1..) if leaves(&item).saturating_mul(n) <= MAX_LEAVES => {
                        Some(Type::Tuple(vec![item; n as usize]))
                    }
                    _ => self.bad_tuple(count),
                }
            }
            _ => self.bad_tuple(place),
        }
    }

    fn bad_tuple<T>(&mut self, place: &Expr) -> Option<T> {
        let span = self.span(place);
        let message = format!("a tuple type has 1 to {MAX_LEAVES} numbers and arrays, each with its type");
        self.report(Diagnostic::new(Code::UnknownType, span, message).help(
            "write `types.Tuple((float64, int64))`, `types.UniTuple(float64, 3)` or `tuple[float, int]`",
        ));
        None
    }
}

/// How many numbers and arrays a type holds, at least one, so that no tuple is endless.
fn leaves(ty: &Type) -> u64 {
    match ty {
        Type::Tuple(items) => items.iter().map(leaves).sum(),
        Type::Optional(inner) => leaves(inner),
        Type::None | Type::Weak(_) | Type::Strong(_) | Type::Time(_) | Type::Array(_) | Type::Generator => 1,
        Type::Text | Type::DType(_) => 1,
    }
}
