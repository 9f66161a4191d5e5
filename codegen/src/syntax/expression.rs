//! Reads expressions.

use ruff_python_ast::{self as ast, CmpOp, Expr, Number, Operator};

use super::function::Scope;
use super::import::{Entity, instead};
use super::names::Binding;
use super::{MAX_DEPTH, absent, too_deeply_nested, unsupported};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{self, BinaryOp, CompareOp, ExprKind, LogicalOp, Relation, UnaryOp};
use crate::source::Span;
use crate::types::{Element, Type};

/// The way out where `is` does not test for `None`.
const IS: &str = "`is` tests for `None` alone; compare values with `==` and `!=`";

impl Scope<'_, '_> {
    /// Reads an expression.
    pub(super) fn expr(&mut self, expr: &Expr) -> hir::Expr {
        let span = self.span(expr);
        let kind = if self.depth >= MAX_DEPTH {
            self.refuse(too_deeply_nested(span))
        } else {
            self.depth += 1;
            let kind = self.expr_kind(expr, span);
            self.depth -= 1;
            kind
        };
        hir::Expr { kind: kind.unwrap_or(ExprKind::Refused), span }
    }

    /// Reads expressions.
    pub(super) fn exprs(&mut self, exprs: &[Expr]) -> Vec<hir::Expr> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    fn boxed(&mut self, expr: &Expr) -> Box<hir::Expr> {
        Box::new(self.expr(expr))
    }

    fn expr_kind(&mut self, expr: &Expr, span: Span) -> Option<ExprKind> {
        match expr {
            Expr::NumberLiteral(number) => self.number(number, span),
            Expr::BooleanLiteral(literal) => Some(ExprKind::Bool(literal.value)),
            Expr::NoneLiteral(_) => Some(ExprKind::None),
            Expr::StringLiteral(text) => Some(ExprKind::Text(text.value.to_str().to_owned())),
            // What the parser puts where an expression is missing, which it has reported.
            Expr::Name(name) if name.id.is_empty() => {
                self.refused = true;
                None
            }
            Expr::Name(name) => self.name(&name.id, span),
            Expr::UnaryOp(unary) => self.unary(unary),
            Expr::BinOp(binary) => self.binary(binary, span),
            Expr::BoolOp(logical) => self.logical(logical, span),
            Expr::Compare(comparison) => self.compare(comparison, span),
            Expr::If(conditional) => Some(self.conditional(conditional)),
            Expr::Tuple(tuple) => Some(ExprKind::Tuple(self.exprs(&tuple.elts))),
            Expr::Call(call) => self.call(call),
            Expr::Attribute(attribute) => self.attribute(attribute),
            Expr::Subscript(subscript) => {
                let value = self.boxed(&subscript.value);
                Some(ExprKind::Index { value, indices: self.indices(&subscript.slice) })
            }
            other => self.unsupported(other, span),
        }
    }

    fn unsupported<T>(&mut self, expr: &Expr, span: Span) -> Option<T> {
        if let Expr::Named(ast::ExprNamed { target, .. }) = expr
            && let Expr::Name(name) = &**target
        {
            self.variable(&name.id, span);
        }
        let (construct, help) = construct(expr);
        self.refuse(unsupported(construct, span, help))
    }

    fn number(&mut self, number: &ast::ExprNumberLiteral, span: Span) -> Option<ExprKind> {
        match &number.value {
            Number::Float(value) => Some(ExprKind::Float(*value)),
            Number::Complex { imag, .. } => Some(ExprKind::Imaginary(*imag)),
            Number::Int(int) => {
                match int.as_u64().map(i128::from).or_else(|| wide_int(self.reader.slice(number.range))) {
                    Some(value) => Some(ExprKind::Int(value)),
                    None => self.refuse(
                        Diagnostic::new(Code::IntegerOutOfRange, span, "this integer has more than 128 bits")
                            .help("Python's `int` has 64 bits in kernels; write a float, such as `1e40`"),
                    ),
                }
            }
        }
    }

    /// What a name stands for: a local variable, else what the module level binds, else a builtin.
    pub(super) fn name(&mut self, name: &str, span: Span) -> Option<ExprKind> {
        if let Some(variable) = self.ids.get(name) {
            return Some(ExprKind::Variable(*variable));
        }
        match self.reader.names.get(name) {
            Some(Binding::Function(function)) => Some(ExprKind::Function(*function)),
            Some(Binding::Constant(constant)) => Some(constant.at(span)),
            Some(Binding::Imported(entity)) => self.entity_value(entity.clone(), name, span),
            Some(Binding::Foreign(_)) => {
                let help = "call one of its functions: `lib.f(x)`";
                self.refuse(unsupported(&format!("`{name}` alone"), span, help))
            }
            Some(Binding::Refused) => {
                self.refused = true;
                None
            }
            None => match Entity::python(name) {
                Some(entity) => self.entity_value(entity, name, span),
                None => {
                    self.refused = true;
                    self.reader.undefined(name, span, &self.variables);
                    None
                }
            },
        }
    }

    fn entity_value(&mut self, entity: Entity, name: &str, span: Span) -> Option<ExprKind> {
        match entity {
            Entity::Value(name) => Some(ExprKind::Builtin(name)),
            Entity::Module(name) => Some(ExprKind::Builtin(name.to_owned())),
            Entity::NewAxis => Some(ExprKind::None),
            Entity::Record(record, _) => Some(ExprKind::DType(Element::Record(record))),
            Entity::Type(Type::Time(time)) => Some(ExprKind::DType(Element::Time(time))),
            Entity::RecArray => Some(ExprKind::Builtin("numpy.recarray".to_owned())),
            Entity::Number(ty) => Some(ExprKind::Builtin(match ty {
                Type::Strong(dtype) => format!("numpy.{dtype}"),
                weak => weak.to_string(),
            })),
            Entity::Limits(_) => {
                let help = "write `np.finfo(np.float64).eps`, `np.iinfo(np.int32).max` or their like";
                self.refuse(unsupported(&format!("`{name}` alone"), span, help))
            }
            Entity::Jit
            | Entity::Ufunc(_)
            | Entity::CFunc
            | Entity::CudaJit
            | Entity::Extern
            | Entity::Foreign(_)
            | Entity::NoneType
            | Entity::ArrayType
            | Entity::OptionalType
            | Entity::TimeType(_)
            | Entity::TupleType
            | Entity::UniTupleType
            | Entity::PythonTuple
            | Entity::RandomState
            | Entity::RecordType
            | Entity::DtypeMaker(_)
            | Entity::Type(_)
            | Entity::Signatures(_)
            | Entity::Overload => {
                let message = format!("`{name}` is no value to compute with");
                self.refuse(Diagnostic::new(Code::UnsupportedSyntax, span, message).help(
                    "write decorators before functions, `@njit`, and types behind names or in decorators",
                ))
            }
            Entity::Later(name) => {
                let message = format!("`{name}` is not supported in this version");
                self.refuse(
                    Diagnostic::new(Code::UnsupportedSyntax, span, message).help(absent::later(&name)),
                )
            }
        }
    }

    fn attribute(&mut self, attribute: &ast::ExprAttribute) -> Option<ExprKind> {
        if let Some(limit) = self.limit(attribute) {
            return limit;
        }
        if let Some(function) = self.foreign_member(attribute) {
            return function;
        }
        let (name, span) = (attribute.attr.as_str(), self.span(&attribute.attr));
        let ids = &self.ids;
        match self.reader.entity(&attribute.value, &|name| ids.contains_key(name)) {
            Some(owner @ (Entity::Module(_) | Entity::Later(_))) => match (owner.member(name), owner) {
                (Some(member), _) => {
                    let span = self.span(attribute);
                    self.entity_value(member, name, span)
                }
                (None, Entity::Module(module)) => {
                    let message = format!("`{module}` has no `{name}` that kernels can use in this version");
                    self.refuse(
                        Diagnostic::new(Code::NoSuchAttribute, span, message).help(instead(module, name)),
                    )
                }
                (None, _) => unreachable!("bug in pykernel: only modules lack members"),
            },
            _ => {
                let value = self.boxed(&attribute.value);
                Some(ExprKind::Attribute { value, name: name.to_owned() })
            }
        }
    }

    /// A function of a C library: `lib.f`.
    fn foreign_member(&mut self, attribute: &ast::ExprAttribute) -> Option<Option<ExprKind>> {
        if let Expr::Name(library) = &*attribute.value
            && self.ids.contains_key(library.id.as_str())
        {
            return None;
        }
        let function = self.reader.foreign_member(&attribute.value, &attribute.attr)?;
        self.refused |= function.is_none();
        Some(function.map(ExprKind::Function))
    }

    fn unary(&mut self, unary: &ast::ExprUnaryOp) -> Option<ExprKind> {
        let operand = self.expr(&unary.operand);
        let op = match (unary.op, &operand.kind) {
            (ast::UnaryOp::USub, ExprKind::Int(value)) => return Some(ExprKind::Int(-value)),
            (ast::UnaryOp::UAdd, ExprKind::Int(value)) => return Some(ExprKind::Int(*value)),
            (ast::UnaryOp::USub, _) => UnaryOp::Negate,
            (ast::UnaryOp::UAdd, _) => UnaryOp::Plus,
            (ast::UnaryOp::Invert, _) => UnaryOp::Invert,
            (ast::UnaryOp::Not, _) => UnaryOp::Not,
        };
        Some(ExprKind::Unary { op, operand: Box::new(operand) })
    }

    fn binary(&mut self, binary: &ast::ExprBinOp, span: Span) -> Option<ExprKind> {
        let (left, right) = (self.boxed(&binary.left), self.boxed(&binary.right));
        if binary.op == Operator::MatMult {
            let callee = hir::Expr { kind: ExprKind::Builtin("numpy.matmul".to_owned()), span };
            let (callee, args) = (Box::new(callee), vec![*left, *right]);
            return Some(ExprKind::Call { callee, args, keywords: Vec::new() });
        }
        let op = self.operator(binary.op, span)?;
        Some(ExprKind::Binary { op, left, right })
    }

    pub(super) fn operator(&mut self, op: Operator, span: Span) -> Option<BinaryOp> {
        Some(match op {
            Operator::Add => BinaryOp::Add,
            Operator::Sub => BinaryOp::Sub,
            Operator::Mult => BinaryOp::Mul,
            Operator::Div => BinaryOp::Div,
            Operator::FloorDiv => BinaryOp::FloorDiv,
            Operator::Mod => BinaryOp::Mod,
            Operator::Pow => BinaryOp::Pow,
            Operator::LShift => BinaryOp::LeftShift,
            Operator::RShift => BinaryOp::RightShift,
            Operator::BitAnd => BinaryOp::BitAnd,
            Operator::BitOr => BinaryOp::BitOr,
            Operator::BitXor => BinaryOp::BitXor,
            Operator::MatMult => return self.refuse(unsupported("`@=`", span, "write `x = x @ y`")),
        })
    }

    /// `a and b and c` groups from the left.
    fn logical(&mut self, logical: &ast::ExprBoolOp, span: Span) -> Option<ExprKind> {
        if self.depth + logical.values.len() > MAX_DEPTH {
            return self.refuse(too_deeply_nested(span));
        }
        let op = match logical.op {
            ast::BoolOp::And => LogicalOp::And,
            ast::BoolOp::Or => LogicalOp::Or,
        };
        let depth = self.depth;
        self.depth += logical.values.len() - 1;
        let values = self.exprs(&logical.values);
        self.depth = depth;
        let grouped = values.into_iter().reduce(|left, right| hir::Expr {
            span: left.span.to(right.span),
            kind: ExprKind::Logical { op, left: Box::new(left), right: Box::new(right) },
        });
        grouped.map(|grouped| grouped.kind)
    }

    fn compare(&mut self, comparison: &ast::ExprCompare, span: Span) -> Option<ExprKind> {
        if self.depth + comparison.ops.len() > MAX_DEPTH {
            return self.refuse(too_deeply_nested(span));
        }
        if let Some(test) = self.none_test(comparison) {
            return Some(test);
        }
        let left = self.boxed(&comparison.left);
        let operands = self.exprs(&comparison.comparators);
        let ops = comparison.ops.iter().map(|op| self.comparison(*op, span));
        let ops = ops.collect::<Option<Vec<_>>>()?;
        let mut rest: Vec<_> = ops.into_iter().zip(operands).collect();
        match rest.len() {
            1 => rest.pop().map(|(op, right)| ExprKind::Compare { op, left, right: Box::new(right) }),
            _ => Some(ExprKind::Chain { first: left, rest }),
        }
    }

    /// `x is None`, `x is not None`, and with the operands in the other order.
    fn none_test(&mut self, comparison: &ast::ExprCompare) -> Option<ExprKind> {
        let not = match &*comparison.ops {
            [CmpOp::Is] => false,
            [CmpOp::IsNot] => true,
            _ => return None,
        };
        let value = match (&*comparison.left, &*comparison.comparators) {
            (value, [Expr::NoneLiteral(_)]) | (Expr::NoneLiteral(_), [value]) => value,
            _ => return None,
        };
        Some(ExprKind::IsNone { value: self.boxed(value), not })
    }

    fn comparison(&mut self, op: CmpOp, span: Span) -> Option<Relation> {
        Some(match op {
            CmpOp::Eq => Relation::Compare(CompareOp::Eq),
            CmpOp::NotEq => Relation::Compare(CompareOp::Ne),
            CmpOp::Lt => Relation::Compare(CompareOp::Lt),
            CmpOp::LtE => Relation::Compare(CompareOp::Le),
            CmpOp::Gt => Relation::Compare(CompareOp::Gt),
            CmpOp::GtE => Relation::Compare(CompareOp::Ge),
            CmpOp::In => Relation::In,
            CmpOp::NotIn => Relation::NotIn,
            CmpOp::Is => return self.refuse(unsupported("`is`", span, IS)),
            CmpOp::IsNot => return self.refuse(unsupported("`is not`", span, IS)),
        })
    }

    fn conditional(&mut self, conditional: &ast::ExprIf) -> ExprKind {
        let cond = self.boxed(&conditional.test);
        let (then, otherwise) = (self.boxed(&conditional.body), self.boxed(&conditional.orelse));
        ExprKind::Conditional { cond, then, otherwise }
    }

    fn call(&mut self, call: &ast::ExprCall) -> Option<ExprKind> {
        let callee = self.boxed(&call.func);
        let is_numpy = |callee: &hir::Expr| matches!(&callee.kind, ExprKind::Builtin(name) if name.starts_with("numpy."));
        let read = match &callee.kind {
            _ if is_numpy(&callee) => Self::listed,
            ExprKind::Attribute { value, .. } if is_numpy(value) => Self::array_listed,
            _ => Self::expr,
        };
        let args = call.arguments.args.iter().map(|arg| read(self, arg)).collect();
        let keywords: Vec<_> =
            call.arguments.keywords.iter().map(|keyword| self.keyword(keyword, read)).collect();
        let keywords = keywords.into_iter().collect::<Option<_>>()?;
        Some(ExprKind::Call { callee, args, keywords })
    }

    /// An argument of a function of NumPy's, for which lists that are written out are as good as tuples.
    fn listed(&mut self, arg: &Expr) -> hir::Expr {
        let items = match arg {
            Expr::List(list) => &list.elts,
            Expr::Tuple(tuple) => &tuple.elts,
            _ => return self.expr(arg),
        };
        let span = self.span(arg);
        if self.depth >= MAX_DEPTH {
            return self.expr(arg);
        }
        self.depth += 1;
        let items = items.iter().map(|item| self.listed(item)).collect();
        self.depth -= 1;
        hir::Expr { kind: ExprKind::Tuple(items), span }
    }

    /// An argument of a method of a ufunc of NumPy's, where a list that is written out is an array, and a tuple none.
    fn array_listed(&mut self, arg: &Expr) -> hir::Expr {
        let Expr::List(_) = arg else { return self.expr(arg) };
        let span = self.span(arg);
        let callee = Box::new(hir::Expr { kind: ExprKind::Builtin("numpy.array".to_owned()), span });
        let args = vec![self.listed(arg)];
        hir::Expr { kind: ExprKind::Call { callee, args, keywords: Vec::new() }, span }
    }

    fn keyword(
        &mut self,
        keyword: &ast::Keyword,
        read: fn(&mut Self, &Expr) -> hir::Expr,
    ) -> Option<hir::Keyword> {
        let span = self.span(keyword);
        let value = read(self, &keyword.value);
        match &keyword.arg {
            Some(name) => Some(hir::Keyword { name: name.to_string(), value, span }),
            None => self.refuse(unsupported("unpacking with `**`", span, "name each argument")),
        }
    }

    /// The items of a subscript.
    pub(super) fn indices(&mut self, index: &Expr) -> Vec<hir::Index> {
        match index {
            Expr::Tuple(tuple) => tuple.elts.iter().map(|item| self.index(item)).collect(),
            one => vec![self.index(one)],
        }
    }

    fn index(&mut self, index: &Expr) -> hir::Index {
        match index {
            Expr::EllipsisLiteral(_) => hir::Index::Ellipsis(self.span(index)),
            Expr::Slice(slice) => {
                let [start, stop, step] =
                    [&slice.lower, &slice.upper, &slice.step].map(|bound| self.slice_bound(bound.as_deref()));
                hir::Index::Slice(hir::Slice { start, stop, step })
            }
            Expr::List(_) => hir::Index::Expr(match self.reader.list_of_indices(index) {
                Some(list) => list,
                None => {
                    self.refused = true;
                    hir::Expr { kind: ExprKind::Refused, span: self.span(index) }
                }
            }),
            _ => match self.expr(index) {
                hir::Expr { kind: ExprKind::None, span } => hir::Index::NewAxis(span),
                index => hir::Index::Expr(index),
            },
        }
    }

    fn slice_bound(&mut self, bound: Option<&Expr>) -> Option<hir::Expr> {
        bound.map(|bound| self.expr(bound)).filter(|bound| !matches!(bound.kind, ExprKind::None))
    }
}

/// The value of an integer literal that 64 bits do not hold, if 128 bits do.
fn wide_int(literal: &str) -> Option<i128> {
    let digits = literal.replace('_', "");
    let (radix, digits) = match digits.get(..2) {
        Some("0x" | "0X") => (16, &digits[2..]),
        Some("0o" | "0O") => (8, &digits[2..]),
        Some("0b" | "0B") => (2, &digits[2..]),
        _ => (10, digits.as_str()),
    };
    i128::from_str_radix(digits, radix).ok()
}

/// What an expression is called that kernels do not have, and what to write instead.
fn construct(expr: &Expr) -> (&'static str, &'static str) {
    match expr {
        Expr::Named(_) => ("`:=`", "assign the value in a statement of its own"),
        Expr::Lambda(_) => ("`lambda`", "define a function with `def`"),
        Expr::Dict(_) => ("a dict", "use an array, indexed by numbers, or `if` and `elif`"),
        Expr::Set(_) => ("a set", "write a tuple: `n in (1, 2, 3)`"),
        Expr::List(_) => ("a list", "write a tuple, or make an array of it: `np.array([1.0, 2.0])`"),
        Expr::ListComp(_) => ("a list comprehension", "make an array and fill it in a `for` loop"),
        Expr::SetComp(_) => ("a set comprehension", "use a `for` loop"),
        Expr::DictComp(_) => ("a dict comprehension", "use a `for` loop"),
        Expr::Generator(_) => ("a generator expression", "use a `for` loop"),
        Expr::Await(_) => ("`await`", "call a plain function"),
        Expr::Yield(_) => ("`yield`", "write into an array"),
        Expr::YieldFrom(_) => ("`yield from`", "write into an array"),
        Expr::FString(_) => ("an f-string", "give the values as arguments of their own: `print(\"x =\", x)`"),
        Expr::TString(_) => ("a t-string", "give the values as arguments of their own"),
        Expr::Slice(_) => ("a slice", "it stands only in a subscript: `x[1:]`"),
        Expr::IpyEscapeCommand(_) => ("an IPython command", "leave it out"),
        Expr::BytesLiteral(_) => ("a bytes literal", "kernels compute with numbers and arrays"),
        Expr::EllipsisLiteral(_) => ("`...`", "it stands only in a subscript: `x[..., 0]`"),
        Expr::Starred(_) => ("unpacking with `*`", "name each value"),
        // These have been read, or are where only their own part of the grammar has them.
        _ => ("this expression", "write a number, a variable, or a computation with them"),
    }
}
