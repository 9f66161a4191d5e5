//! Typing texts with values in them: messages of exceptions, and what `print` prints.

use super::{Body, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir;
use crate::typed::{Expr, ExprKind, Piece, Raise, StmtKind};
use crate::types::{DType, Kind, Type};

/// What holds a text's values, for messages.
struct Holder {
    name: &'static str,
    help: &'static str,
}

const EXCEPTION: Holder = Holder {
    name: "an exception cannot hold",
    help: "give it a text, or convert the value with `int()` or `float()`",
};

const PRINT: Holder =
    Holder { name: "`print` does not print", help: "print numbers, texts and tuples of them" };

impl Body<'_, '_> {
    /// The message of an exception: CPython prints one argument as `str` does, several as a tuple.
    pub(super) fn raise(&mut self, class: &str, args: &[hir::Expr]) -> Typed<Raise> {
        let mut message = Vec::new();
        let several = args.len() > 1;
        for (index, arg) in args.iter().enumerate() {
            match (several, index) {
                (true, 0) => message.push(Piece::Text("(".into())),
                (true, _) => message.push(Piece::Text(", ".into())),
                (false, _) => {}
            }
            self.pieces_of(arg, several, &EXCEPTION, &mut message)?;
        }
        if several {
            message.push(Piece::Text(")".into()));
        }
        if message.iter().map(n_operands).sum::<usize>() > pykernel_abi::MAX_OPERANDS {
            let span = args[0].span.to(args[args.len() - 1].span);
            let message =
                format!("an exception holds at most {} run-time values", pykernel_abi::MAX_OPERANDS);
            return self.report(
                Diagnostic::new(Code::ArgumentMismatch, span, message).help("raise it with fewer values"),
            );
        }
        Ok(Raise { class: class.into(), message })
    }

    /// `print(…)` as a statement; `None` if this is not what the expression says.
    pub(super) fn print(&mut self, value: &hir::Expr) -> Option<Typed<StmtKind>> {
        let hir::ExprKind::Call { callee, args, keywords } = &value.kind else { return None };
        match &callee.kind {
            hir::ExprKind::Builtin(name) if name == "print" => Some(self.printed(args, keywords)),
            _ => None,
        }
    }

    fn printed(&mut self, args: &[hir::Expr], keywords: &[hir::Keyword]) -> Typed<StmtKind> {
        let (mut sep, mut end) = (" ".to_owned(), "\n".to_owned());
        for keyword in keywords {
            let text = match &keyword.value.kind {
                hir::ExprKind::Text(text) => Some(text.clone()),
                hir::ExprKind::None => None,
                _ => return self.wrong_keyword(keyword),
            };
            match (keyword.name.as_str(), text) {
                ("sep", text) => sep = text.unwrap_or(sep),
                ("end", text) => end = text.unwrap_or(end),
                ("file", None) => {}
                _ => return self.wrong_keyword(keyword),
            }
        }
        let mut pieces = Vec::new();
        for (index, arg) in args.iter().enumerate() {
            if index > 0 {
                pieces.push(Piece::Text(sep.clone()));
            }
            self.pieces_of(arg, false, &PRINT, &mut pieces)?;
        }
        pieces.push(Piece::Text(end));
        Ok(StmtKind::Print(pieces))
    }

    fn wrong_keyword<T>(&mut self, keyword: &hir::Keyword) -> Typed<T> {
        let name = &keyword.name;
        let (message, help) = match name.as_str() {
            "sep" | "end" => (
                format!("`{name}` of `print` is a string literal in this version"),
                format!("write it as one: `{name}=\"\"`"),
            ),
            "file" | "flush" => (
                format!("`print` with `{name}` is not supported in this version"),
                "leave it out: `print` writes to the standard output".to_owned(),
            ),
            _ => (format!("`print` has no parameter `{name}`"), "it has `sep` and `end`".to_owned()),
        };
        self.report(Diagnostic::new(Code::ArgumentMismatch, keyword.span, message).help(help))
    }

    fn pieces_of(
        &mut self,
        arg: &hir::Expr,
        repr: bool,
        holder: &Holder,
        pieces: &mut Vec<Piece>,
    ) -> Typed<()> {
        if let hir::ExprKind::None = arg.kind {
            pieces.push(Piece::Text("None".into()));
            return Ok(());
        }
        if let Some(args) = called(arg, "intrinsics.text") {
            return self.text(args, holder, pieces);
        }
        let value = self.expr(arg)?;
        self.pieces(value, repr, holder, pieces)
    }

    /// `intrinsics.text(…)`: texts, numbers and shapes, one after the other. Where an exception does not hold all numbers, they
    /// are left blank.
    fn text(&mut self, args: &[hir::Expr], holder: &Holder, pieces: &mut Vec<Piece>) -> Typed<()> {
        let mut parts = Vec::new();
        for arg in args {
            if let Some(shape) = called(arg, "intrinsics.str") {
                let value = self.expr(&shape[0])?;
                self.pieces(value, false, holder, &mut parts)?;
                continue;
            }
            let value = self.expr(arg)?;
            let Type::Tuple(items) = &value.ty else {
                self.pieces(value, false, holder, &mut parts)?;
                continue;
            };
            let n = items.len();
            parts.push(Piece::Text("(".into()));
            for (index, item) in self.items(value).into_iter().enumerate() {
                if index > 0 {
                    parts.push(Piece::Text(",".into()));
                }
                self.pieces(item, false, holder, &mut parts)?;
            }
            parts.push(Piece::Text(if n == 1 { ",)".into() } else { ")".into() }));
        }
        let fits = parts.iter().map(n_operands).sum::<usize>() <= pykernel_abi::MAX_OPERANDS;
        pieces.extend(parts.into_iter().map(|part| match part {
            Piece::Value(_) | Piece::Repr(_) if !fits => Piece::Text("_".into()),
            part => part,
        }));
        Ok(())
    }

    /// Adds what prints a value as Python's `str` does, or `repr`.
    fn pieces(&mut self, value: Expr, repr: bool, holder: &Holder, pieces: &mut Vec<Piece>) -> Typed<()> {
        match (&value.kind, value.ty.clone()) {
            (ExprKind::Text(text), _) => {
                pieces.push(Piece::Text(if repr { quoted(text) } else { text.clone() }));
            }
            (_, ty @ (Type::Weak(_) | Type::Strong(_))) => {
                let value = self.coerce(value, &ty)?;
                pieces.push(if repr { Piece::Repr(value) } else { Piece::Value(value) });
            }
            (_, Type::Tuple(types)) => {
                for (index, item) in self.items(value).into_iter().enumerate() {
                    pieces.push(Piece::Text(if index == 0 { "(".into() } else { ", ".into() }));
                    self.pieces(item, true, holder, pieces)?;
                }
                pieces.push(Piece::Text(if types.len() == 1 { ",)".into() } else { ")".into() }));
            }
            (_, ty) => return self.cannot_hold(&value, &ty, holder),
        }
        Ok(())
    }

    fn cannot_hold<T>(&mut self, value: &Expr, ty: &Type, holder: &Holder) -> Typed<T> {
        let message = format!("{} `{ty}` in this version", holder.name);
        let help = match ty {
            Type::Array(_) => "give it the elements, in a loop",
            Type::Optional(_) => "test it first: `if x is not None:`",
            Type::Generator => "draw from it: `rng.random()`",
            Type::Time(_) => "give it a count of a unit: `t.astype(np.int64)`",
            Type::None | Type::Weak(_) | Type::Strong(_) | Type::Tuple(_) | Type::Text | Type::DType(_) => {
                holder.help
            }
        };
        self.report(Diagnostic::new(Code::ArgumentMismatch, value.span, message).help(help))
    }
}

/// The arguments of a call of a builtin of this name.
fn called<'e>(expr: &'e hir::Expr, builtin: &str) -> Option<&'e [hir::Expr]> {
    match &expr.kind {
        hir::ExprKind::Call { callee, args, .. } => match &callee.kind {
            hir::ExprKind::Builtin(name) => (name == builtin).then_some(args),
            _ => None,
        },
        _ => None,
    }
}

/// How many values of a template print a piece.
fn n_operands(piece: &Piece) -> usize {
    match piece {
        Piece::Text(_) => 0,
        Piece::Value(value) | Piece::Repr(value) => {
            1 + usize::from(value.ty.dtype().map(DType::kind) == Some(Kind::Complex))
        }
    }
}

/// A string as Python's `repr` prints it.
fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            c if c == quote => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}
