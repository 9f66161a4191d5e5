//! Names of the module level for types and signatures (`Mat = float64[:, ::1]`,
//! `sig = float64(float64)`), and other names for what is imported (`real = np.float64`).

use ruff_python_ast::Expr;

use super::Reader;
use super::import::Entity;
use super::names::Binding;
use super::type_expr::Namespace;
use crate::types::Type;

impl Reader<'_> {
    /// What an assignment gives a name to, unless it is a value to compute.
    pub(super) fn alias(&mut self, value: &Expr) -> Option<Binding> {
        let entity = match value {
            Expr::Name(_) | Expr::Attribute(_) => return self.module_entity_of(value).map(Binding::Imported),
            Expr::Call(call) if let Some(maker) = self.makes_dtype(call) => self.made_dtype(call, maker),
            _ if self.is_type(value) => self.type_expr(value, Namespace::File).map(Entity::Type),
            Expr::List(list) if !list.elts.is_empty() && list.elts.iter().all(|it| self.is_signature(it)) => {
                self.signature_list(value)
            }
            _ if self.is_signature(value) => self.signature_list(value),
            _ => return None,
        };
        Some(entity.map_or(Binding::Refused, Binding::Imported))
    }

    fn signature_list(&mut self, value: &Expr) -> Option<Entity> {
        let mut signatures = Vec::new();
        self.signatures(value, &mut signatures).then_some(Entity::Signatures(signatures))
    }

    fn module_entity_of(&self, expr: &Expr) -> Option<Entity> {
        self.entity(expr, &|_| false)
    }

    /// Whether an expression can only be meant as a type.
    fn is_type(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Name(_) | Expr::Attribute(_) => matches!(
                self.module_entity_of(expr),
                Some(
                    Entity::Number(_)
                        | Entity::NoneType
                        | Entity::ArrayType
                        | Entity::RandomState
                        | Entity::Record(..)
                        | Entity::Type(_)
                )
            ),
            Expr::Subscript(array) => !array.value.is_subscript_expr() && self.is_type(&array.value),
            Expr::Call(call) => {
                matches!(
                    self.module_entity_of(&call.func),
                    Some(Entity::ArrayType | Entity::OptionalType | Entity::TimeType(_))
                )
            }
            _ => false,
        }
    }

    /// Whether an expression can only be meant as a signature. `float64(1)` is a number, and so is
    /// Python's `int()`.
    fn is_signature(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Call(call) if call.arguments.args.is_empty() => {
                self.is_type(&call.func)
                    && !matches!(self.module_entity_of(&call.func), Some(Entity::Number(Type::Weak(_))))
            }
            Expr::Call(call) => {
                self.is_type(&call.func) && call.arguments.args.iter().all(|arg| self.is_type(arg))
            }
            Expr::Tuple(tuple) => !tuple.elts.is_empty() && tuple.elts.iter().all(|item| self.is_type(item)),
            Expr::Name(_) => matches!(self.module_entity_of(expr), Some(Entity::Signatures(_))),
            _ => false,
        }
    }
}
