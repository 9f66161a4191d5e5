//! Loops on lanes as functions of their own, for back ends that compile such functions in another way.

use std::collections::BTreeMap;

use super::Stage;
use super::liveness::{Liveness, Locals};
use crate::hir::Inline;
use crate::ir::rename::{Names, rename};
use crate::ir::{Effects, Expr, Function, FunctionId, Label, Local, LocalId, Place, Stmt, StmtKind};
use crate::source::Span;

/// Makes statements a function, which is given what they read and gives what is read behind them: numbers
/// and arrays. They do not raise, own nothing, and leave nothing that stands around them. Gives the call.
pub(super) fn called(stage: &mut Stage<'_>, mut body: Vec<Stmt>, given: &[LocalId], span: Span) -> Stmt {
    let of = &stage.function;
    let mut end = Locals::default();
    given.iter().for_each(|local| end.insert(*local));
    let before = Liveness::of_loop(&body, &end).before;
    let taken: Vec<LocalId> =
        (0..of.locals.len() as u32).map(LocalId).filter(|local| before.contains(*local)).collect();
    let mut own = Own { of, locals: Vec::new(), names: BTreeMap::new(), labels: BTreeMap::new() };
    let params: Vec<LocalId> = taken.iter().map(|local| own.local(*local)).collect();
    rename(&mut body, &mut own);
    let mut results = Vec::new();
    for local in given {
        let value = Expr::Local(own.local(*local));
        let result = own.add(*local);
        results.push(result);
        body.push(Stmt { kind: StmtKind::Assign { local: result, value }, span });
    }
    let Own { locals, labels, .. } = own;
    let number = stage.apart.len();
    let function = Function {
        name: format!("{}.lanes{}", of.name, if number == 0 { String::new() } else { format!(".{number}") }),
        params,
        results,
        locals,
        n_labels: 1 + labels.len() as u32,
        body,
        effects: Effects::default(),
        inline: Inline::Never,
        ..of.clone()
    };
    let place = Place { file: "".into(), line: 0, function: function.name.as_str().into() };
    let id = FunctionId((stage.module.functions.len() + number) as u32);
    stage.apart.push(function);
    let args = taken.into_iter().map(Expr::Local).collect();
    let kind = StmtKind::Call { results: given.to_vec(), function: id, args, status: None, place };
    Stmt { kind, span }
}

/// The locals and labels of the new function.
struct Own<'a> {
    of: &'a Function,
    locals: Vec<Local>,
    names: BTreeMap<LocalId, LocalId>,
    labels: BTreeMap<Label, Label>,
}

impl Own<'_> {
    fn add(&mut self, like: LocalId) -> LocalId {
        self.locals.push(self.of.locals[like.0 as usize].clone());
        LocalId(self.locals.len() as u32 - 1)
    }

    fn local(&mut self, local: LocalId) -> LocalId {
        if let Some(own) = self.names.get(&local) {
            return *own;
        }
        let own = self.add(local);
        self.names.insert(local, own);
        own
    }
}

impl Names for Own<'_> {
    fn value(&mut self, local: LocalId) -> Expr {
        Expr::Local(self.local(local))
    }

    fn label(&mut self, label: Label) -> Label {
        let next = Label(1 + self.labels.len() as u32);
        *self.labels.entry(label).or_insert(next)
    }
}
