//! Turns a typed program into IR.
//!
//! What the IR has not is spent here: weakness, complex numbers (two scalars each), `None` (no
//! scalar), the short circuit of `and` and `or`, negative indices, Python's `range`, and the
//! checks that Python's semantics ask for. Whatever can raise or touches memory becomes a
//! statement, in Python's order of evaluation; what is pure stays a tree.
//!
//! Such a tree may be used after statements that were made later than it: an expression changes no
//! variable, and temporaries are set once before they are read.

mod adjacent;
mod advanced;
mod allocate;
mod broadcast;
mod convert;
mod device;
mod element;
mod elementwise;
mod expression;
mod function;
mod inner_loop;
pub mod inputs;
mod logical;
mod overlap;
mod owners;
mod optional;
mod part;
mod raise;
mod range;
mod shapes;
mod statement;
mod template;

use std::collections::HashMap;

use crate::ir;
use crate::source::Source;
use crate::typed::Program;

/// Lowers every instance: instance `i` becomes function `i`, and the inner loops those behind them
/// ([`Program::function_of`]). The program must be free of errors.
pub fn lower(program: &Program, source: &Source) -> ir::Module {
    let names = names(program);
    let instances = program.instances.iter().zip(&names);
    let functions =
        instances.map(|(instance, name)| function::lower(program, source, instance, name.clone()));
    let loops = program.loops.iter().map(|inner| {
        let name = format!("{}.loop", names[inner.instance.0 as usize]);
        inner_loop::lower(program, source, inner, name)
    });
    let mut module = ir::Module { functions: functions.chain(loops).collect() };
    owners::strip(&mut module);
    device::number_shared(&mut module);
    module
}

/// A name for each instance: the function's, numbered from its second instance on.
fn names(program: &Program) -> Vec<String> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let number = |name| {
        let count = counts.entry(name).or_default();
        *count += 1;
        *count - 1
    };
    let names = program.instances.iter().map(|instance| &*instance.name);
    let numbers: Vec<usize> = names.clone().map(number).collect();
    let named = |(name, number): (&str, usize)| match number {
        0 => name.to_owned(),
        _ => format!("{name}.{number}"),
    };
    names.zip(numbers).map(named).collect()
}

#[cfg(test)]
mod tests;
