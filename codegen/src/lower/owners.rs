//! Leaves out the owners that can never own anything: those of parameters that only ever are
//! arrays of the kernel's caller, and of all that is made from them.
//!
//! After: where nothing is allocated there are no owners.

use crate::ir::{Expr, FunctionId, LocalId, Module, Stmt, StmtKind, Type, locals, visit};

/// For each function, for each local: whether it may own memory.
type Owning = Vec<Vec<bool>>;

/// Strips a module.
pub(super) fn strip(module: &mut Module) {
    let owning = owning(module);
    let kept_args = |function: FunctionId| -> Vec<bool> {
        let params = module[function].params.iter();
        params.map(|param| is_kept(module, &owning, function, *param)).collect()
    };
    let ids = (0..module.functions.len() as u32).map(FunctionId);
    let args: Vec<Vec<bool>> = ids.clone().map(kept_args).collect();
    for id in ids {
        let locals = (0..module[id].locals.len() as u32).map(LocalId);
        let kept: Vec<bool> = locals.map(|local| is_kept(module, &owning, id, local)).collect();
        if kept.contains(&false) || args.iter().flatten().any(|kept| !kept) {
            let function = &mut module[id];
            let is_kept = |local: &LocalId| kept[local.0 as usize];
            function.params.retain(is_kept);
            function.results.retain(is_kept);
            strip_body(&mut function.body, &kept, &args);
            locals::retain(function, &kept);
        }
    }
}

fn is_kept(module: &Module, owning: &Owning, function: FunctionId, local: LocalId) -> bool {
    module[function].ty(local) != Type::Owner || owning[function.0 as usize][local.0 as usize]
}

/// Finds what may own memory: it comes from allocations by assignments, arguments and results.
fn owning(module: &Module) -> Owning {
    let mut owning: Owning =
        module.functions.iter().map(|function| vec![false; function.locals.len()]).collect();
    let mut flows: Vec<[(usize, LocalId); 2]> = Vec::new();
    for (id, function) in module.functions.iter().enumerate() {
        visit::walk(&function.body, &mut |stmt| match &stmt.kind {
            StmtKind::Allocate { owner, .. } => owning[id][owner.0 as usize] = true,
            StmtKind::Assign { local, value: Expr::Local(from) } => flows.push([(id, *from), (id, *local)]),
            StmtKind::Call { results, function: callee, args, .. } => {
                let callee_id = callee.0 as usize;
                for (arg, param) in args.iter().zip(&module[*callee].params) {
                    if let Expr::Local(from) = arg {
                        flows.push([(id, *from), (callee_id, *param)]);
                    }
                }
                let results = results.iter().zip(&module[*callee].results);
                flows.extend(results.map(|(taken, given)| [(callee_id, *given), (id, *taken)]));
            }
            _ => {}
        });
    }
    let is_owner = |(function, local): (usize, LocalId)| module.functions[function].ty(local) == Type::Owner;
    flows.retain(|[from, _]| is_owner(*from));
    let mut grew = true;
    while grew {
        grew = false;
        for [(from, owner), (to, local)] in &flows {
            if owning[*from][owner.0 as usize] && !owning[*to][local.0 as usize] {
                owning[*to][local.0 as usize] = true;
                grew = true;
            }
        }
    }
    owning
}

/// Strips statements: `kept` says which locals stay, `args` which parameters of each function.
fn strip_body(body: &mut Vec<Stmt>, kept: &[bool], args: &[Vec<bool>]) {
    let is_kept = |local: &LocalId| kept[local.0 as usize];
    body.retain(|stmt| !matches!(&stmt.kind, StmtKind::Assign { local, .. } if !is_kept(local)));
    for stmt in body {
        match &mut stmt.kind {
            StmtKind::Call { results, function, args: given, .. } => {
                results.retain(is_kept);
                let mut args = args[function.0 as usize].iter();
                given.retain(|_| args.next() == Some(&true));
            }
            StmtKind::Parallel { function, args: given, .. } => {
                let mut args = args[function.0 as usize].iter().skip(2);
                given.retain(|_| args.next() == Some(&true));
            }
            _ => {}
        }
        stmt.kind.exprs_mut(&mut |expr| {
            if matches!(expr, Expr::Local(local) if !is_kept(local)) {
                *expr = Expr::Unowned;
            }
        });
        stmt.kind.bodies_mut().for_each(|inner| strip_body(inner, kept, args));
    }
}
