//! Who calls whom.

use crate::ir::{FunctionId, Module, visit};

/// The functions that each function calls, in the order of the calls, with repetitions.
pub struct Calls(Vec<Vec<FunctionId>>);

impl Calls {
    /// Finds the calls of a module.
    pub fn of(module: &Module) -> Calls {
        let callees = module.functions.iter().map(|function| {
            let mut callees = Vec::new();
            visit::walk(&function.body, &mut |stmt| {
                callees.extend(stmt.kind.callee());
            });
            callees
        });
        Calls(callees.collect())
    }

    /// What a function calls.
    pub fn callees(&self, function: FunctionId) -> &[FunctionId] {
        &self.0[function.0 as usize]
    }

    /// At how many places each function is called.
    pub fn counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.0.len()];
        self.0.iter().flatten().for_each(|callee| counts[callee.0 as usize] += 1);
        counts
    }

    /// Whether a function calls itself directly.
    fn calls_itself(&self, function: FunctionId) -> bool {
        self.callees(function).contains(&function)
    }

    /// Whether a component is a cycle of calls.
    pub fn is_cycle(&self, component: &[FunctionId]) -> bool {
        component.len() > 1 || component.iter().any(|function| self.calls_itself(*function))
    }

    /// The strongly connected components, each sorted, callees before their callers: Tarjan's
    /// algorithm, with a stack of its own because chains of calls may be long.
    pub fn components(&self) -> Vec<Vec<FunctionId>> {
        let mut search = Search::new(self.0.len());
        for root in 0..self.0.len() {
            if search.order[root] == UNSEEN {
                search.run(root, self);
            }
        }
        search.components
    }
}

const UNSEEN: usize = usize::MAX;

/// The state of Tarjan's search.
struct Search {
    /// When each function was first seen.
    order: Vec<usize>,
    /// The earliest function, by `order`, that each is known to reach within its component.
    low: Vec<usize>,
    /// Whether each is still without a component.
    open: Vec<bool>,
    /// Those without a component.
    pending: Vec<usize>,
    seen: usize,
    components: Vec<Vec<FunctionId>>,
}

impl Search {
    fn new(n: usize) -> Self {
        Search {
            order: vec![UNSEEN; n],
            low: vec![0; n],
            open: vec![false; n],
            pending: Vec::new(),
            seen: 0,
            components: Vec::new(),
        }
    }

    fn run(&mut self, root: usize, calls: &Calls) {
        let mut path = vec![(root, 0)];
        self.enter(root);
        while let Some((node, next)) = path.last_mut() {
            let node = *node;
            if let Some(callee) = calls.0[node].get(*next) {
                *next += 1;
                let callee = callee.0 as usize;
                if self.order[callee] == UNSEEN {
                    self.enter(callee);
                    path.push((callee, 0));
                } else if self.open[callee] {
                    self.low[node] = self.low[node].min(self.order[callee]);
                }
            } else {
                path.pop();
                self.leave(node);
                if let Some((caller, _)) = path.last() {
                    self.low[*caller] = self.low[*caller].min(self.low[node]);
                }
            }
        }
    }

    fn enter(&mut self, node: usize) {
        self.order[node] = self.seen;
        self.low[node] = self.seen;
        self.seen += 1;
        self.open[node] = true;
        self.pending.push(node);
    }

    /// Closes the component that a function is the first of.
    fn leave(&mut self, node: usize) {
        if self.low[node] != self.order[node] {
            return;
        }
        let start = self.pending.iter().rposition(|other| *other == node).unwrap_or(0);
        let mut component: Vec<FunctionId> =
            self.pending.drain(start..).map(|member| FunctionId(member as u32)).collect();
        component.sort();
        for member in &component {
            self.open[member.0 as usize] = false;
        }
        self.components.push(component);
    }
}
