//! Which assignments reach which uses of a variable.
//!
//! Different versions of a name that never meet may have different types. So each variable is
//! split into *webs*: two assignments are in one web if some use can see either. The analysis
//! walks the structured code once, building a graph in the manner of Braun et al., "Simple and
//! Efficient Construction of Static Single Assignment Form" (CC 2013): an assignment is a node, a
//! place where control flow joins is a φ node over the nodes that come together. Only φ nodes
//! that a use can see put their operands into one web.

use std::collections::{HashMap, HashSet};

use crate::hir::{Expr, ExprKind, Function, Stmt, StmtKind, Target, VariableId};
use crate::source::Span;

/// What the analysis found, keyed by the places where variables stand in the text.
#[derive(Debug, Default)]
pub struct Flow {
    /// The web of each parameter, in order.
    pub params: Vec<usize>,
    /// The web of each assignment.
    pub definitions: HashMap<Span, usize>,
    /// What each use can see.
    pub uses: HashMap<Span, Use>,
    /// For each web, its variable.
    pub webs: Vec<VariableId>,
    /// For each web, how many assignments (a parameter is one) are in it.
    pub n_definitions: Vec<usize>,
    /// For each web, whether some use may come before any assignment.
    pub may_be_unbound: Vec<bool>,
    /// Statements that control never reaches; they are not typed.
    pub unreachable: HashSet<Span>,
    /// Whether control can reach the end of the body.
    pub falls_off: bool,
}

/// What a use of a variable can see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Assignments of this web, on every path.
    Bound(usize),
    /// Assignments of this web, on some paths only.
    MaybeUnbound(usize),
    /// No assignment on any path.
    NeverBound,
}

/// Analyses a function that has a body.
pub fn analyse(function: &Function, body: &[Stmt]) -> Flow {
    let mut walk = Walk::new(function);
    let end = walk.block(body, Some(walk.entry.clone()));
    walk.finish(end.is_some())
}

/// A node of the graph.
type Node = usize;

/// For each variable, the node that a use at this point sees.
type Env = Vec<Node>;

enum NodeKind {
    /// No assignment yet.
    Unbound,
    /// An assignment.
    Definition,
    /// Where control flow joins.
    Phi(Vec<Node>),
}

/// The environments that leave a loop's body early.
#[derive(Default)]
struct LoopExits {
    breaks: Vec<Env>,
    continues: Vec<Env>,
}

struct Walk {
    nodes: Vec<(NodeKind, VariableId)>,
    entry: Env,
    n_params: usize,
    definitions: Vec<(Span, Node)>,
    uses: Vec<(Span, Node)>,
    loops: Vec<LoopExits>,
    unreachable: HashSet<Span>,
}

impl Walk {
    fn new(function: &Function) -> Self {
        let mut walk = Walk {
            nodes: Vec::new(),
            entry: Vec::new(),
            n_params: function.n_params,
            definitions: Vec::new(),
            uses: Vec::new(),
            loops: Vec::new(),
            unreachable: HashSet::new(),
        };
        for index in 0..function.variables.len() {
            let kind = if index < function.n_params { NodeKind::Definition } else { NodeKind::Unbound };
            let node = walk.node(kind, VariableId(index as u32));
            walk.entry.push(node);
        }
        walk
    }

    fn node(&mut self, kind: NodeKind, variable: VariableId) -> Node {
        self.nodes.push((kind, variable));
        self.nodes.len() - 1
    }

    /// Walks statements; `None` stands for "control does not come here".
    fn block(&mut self, body: &[Stmt], mut env: Option<Env>) -> Option<Env> {
        for stmt in body {
            env = match env {
                Some(env) => self.stmt(stmt, env),
                None => {
                    self.unreachable.insert(stmt.span);
                    None
                }
            };
        }
        env
    }

    fn stmt(&mut self, stmt: &Stmt, mut env: Env) -> Option<Env> {
        match &stmt.kind {
            StmtKind::Assign { target, value, .. } => {
                self.expr(value, &env);
                self.target(target, &mut env);
            }
            StmtKind::Augment { target, value, .. } => {
                if let Target::Variable(variable, span) = target {
                    self.uses.push((*span, env[variable.0 as usize]));
                }
                self.expr(value, &env);
                self.target(target, &mut env);
            }
            StmtKind::Expr(value) => self.expr(value, &env),
            StmtKind::If { cond, then, otherwise } => {
                self.expr(cond, &env);
                let then = self.block(then, Some(env.clone()));
                let otherwise = self.block(otherwise, Some(env));
                return self.join(then.into_iter().chain(otherwise).collect());
            }
            StmtKind::While { cond, body } => {
                let endless = matches!(cond.kind, ExprKind::Bool(true) | ExprKind::Int(1));
                return self.looped(body, env, endless, |walk, env| walk.expr(cond, env), None);
            }
            StmtKind::For { variable, variable_span, iterable, body } => {
                self.expr(iterable, &env);
                let counter = Some((*variable, *variable_span));
                return self.looped(body, env, false, |_, _| (), counter);
            }
            StmtKind::Break => {
                if let Some(exits) = self.loops.last_mut() {
                    exits.breaks.push(env);
                }
                return None;
            }
            StmtKind::Continue => {
                if let Some(exits) = self.loops.last_mut() {
                    exits.continues.push(env);
                }
                return None;
            }
            StmtKind::Return(value) => {
                value.iter().for_each(|value| self.expr(value, &env));
                return None;
            }
            StmtKind::Raise { args, .. } => {
                args.iter().for_each(|arg| self.expr(arg, &env));
                return None;
            }
            StmtKind::Assert { cond, message } => {
                self.expr(cond, &env);
                message.iter().for_each(|message| self.expr(message, &env));
            }
        }
        Some(env)
    }

    /// A loop: `head` runs before each iteration; `counter` is assigned at the start of each.
    fn looped(
        &mut self,
        body: &[Stmt],
        mut env: Env,
        endless: bool,
        head: impl FnOnce(&mut Self, &Env),
        counter: Option<(VariableId, Span)>,
    ) -> Option<Env> {
        let mut assigned = HashSet::new();
        assigned_in(body, &mut assigned);
        assigned.extend(counter.map(|(variable, _)| variable));
        let mut assigned: Vec<VariableId> = assigned.into_iter().collect();
        assigned.sort();
        for variable in &assigned {
            let slot = &mut env[variable.0 as usize];
            let before = *slot;
            self.nodes.push((NodeKind::Phi(vec![before]), *variable));
            *slot = self.nodes.len() - 1;
        }
        head(self, &env);
        let top = env.clone();
        if let Some((variable, span)) = counter {
            self.define(variable, span, &mut env);
        }
        self.loops.push(LoopExits::default());
        let end = self.block(body, Some(env));
        let exits = self.loops.pop().unwrap_or_default();
        for back in end.into_iter().chain(exits.continues) {
            for variable in &assigned {
                let index = variable.0 as usize;
                if let NodeKind::Phi(operands) = &mut self.nodes[top[index]].0 {
                    operands.push(back[index]);
                }
            }
        }
        let mut after = exits.breaks;
        if !endless {
            after.insert(0, top);
        }
        self.join(after)
    }

    fn join(&mut self, envs: Vec<Env>) -> Option<Env> {
        let mut envs = envs.into_iter();
        let mut joined = envs.next()?;
        for env in envs {
            for (index, node) in env.into_iter().enumerate() {
                if joined[index] != node {
                    let phi = NodeKind::Phi(vec![joined[index], node]);
                    joined[index] = self.node(phi, VariableId(index as u32));
                }
            }
        }
        Some(joined)
    }

    fn target(&mut self, target: &Target, env: &mut Env) {
        match target {
            Target::Variable(variable, span) => self.define(*variable, *span, env),
            Target::Element { value, indices, .. } => {
                self.expr(value, env);
                indices.iter().for_each(|index| self.expr(index, env));
            }
        }
    }

    fn define(&mut self, variable: VariableId, span: Span, env: &mut Env) {
        let node = self.node(NodeKind::Definition, variable);
        env[variable.0 as usize] = node;
        self.definitions.push((span, node));
    }

    fn expr(&mut self, expr: &Expr, env: &Env) {
        match &expr.kind {
            ExprKind::Variable(variable) => self.uses.push((expr.span, env[variable.0 as usize])),
            ExprKind::Unary { operand, .. } => self.expr(operand, env),
            ExprKind::Binary { left, right, .. }
            | ExprKind::Compare { left, right, .. }
            | ExprKind::Logical { left, right, .. } => {
                self.expr(left, env);
                self.expr(right, env);
            }
            ExprKind::Call { callee, args } => {
                self.expr(callee, env);
                args.iter().for_each(|arg| self.expr(arg, env));
            }
            ExprKind::Attribute { value, .. } => self.expr(value, env),
            ExprKind::Index { value, indices } => {
                self.expr(value, env);
                indices.iter().for_each(|index| self.expr(index, env));
            }
            ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Imaginary(_) | ExprKind::Bool(_) => {}
            ExprKind::Text(_) | ExprKind::None | ExprKind::Function(_) | ExprKind::Builtin(_) => {}
        }
    }

    /// Puts the nodes that uses can see into webs.
    fn finish(mut self, falls_off: bool) -> Flow {
        let from_unbound = self.reached_from(|kind| matches!(kind, NodeKind::Unbound));
        let from_definition = self.reached_from(|kind| matches!(kind, NodeKind::Definition));
        let mut webs = Webs::new(self.nodes.len());
        let mut pending: Vec<Node> = self.uses.iter().map(|(_, node)| *node).collect();
        let mut seen = vec![false; self.nodes.len()];
        while let Some(node) = pending.pop() {
            if std::mem::replace(&mut seen[node], true) {
                continue;
            }
            if let NodeKind::Phi(operands) = &self.nodes[node].0 {
                operands.iter().for_each(|operand| webs.unite(node, *operand));
                pending.extend(operands);
            }
        }
        let mut flow = Flow { falls_off, ..Flow::default() };
        let mut numbers = HashMap::new();
        for param in 0..self.n_params {
            let web = number(&mut flow, &mut numbers, webs.root(param), &self.nodes);
            flow.n_definitions[web] += 1;
            flow.params.push(web);
        }
        for (span, node) in &self.definitions {
            let web = number(&mut flow, &mut numbers, webs.root(*node), &self.nodes);
            flow.n_definitions[web] += 1;
            flow.definitions.insert(*span, web);
        }
        for (span, node) in &self.uses {
            let seen = match (from_definition[*node], from_unbound[*node]) {
                (false, _) => Use::NeverBound,
                (true, unbound) => {
                    let web = number(&mut flow, &mut numbers, webs.root(*node), &self.nodes);
                    flow.may_be_unbound[web] |= unbound;
                    if unbound { Use::MaybeUnbound(web) } else { Use::Bound(web) }
                }
            };
            flow.uses.insert(*span, seen);
        }
        flow.unreachable = std::mem::take(&mut self.unreachable);
        flow
    }

    /// For each node, whether it is or comes from, through φ nodes, a node of a kind.
    fn reached_from(&self, is_source: impl Fn(&NodeKind) -> bool) -> Vec<bool> {
        let mut phis_of = vec![Vec::new(); self.nodes.len()];
        for (phi, (kind, _)) in self.nodes.iter().enumerate() {
            if let NodeKind::Phi(operands) = kind {
                operands.iter().for_each(|operand| phis_of[*operand].push(phi));
            }
        }
        let mut reached = vec![false; self.nodes.len()];
        let mut pending: Vec<Node> =
            (0..self.nodes.len()).filter(|node| is_source(&self.nodes[*node].0)).collect();
        while let Some(node) = pending.pop() {
            if !std::mem::replace(&mut reached[node], true) {
                pending.extend(&phis_of[node]);
            }
        }
        reached
    }
}

/// The number of a web, given in the order of first appearance.
fn number(
    flow: &mut Flow,
    numbers: &mut HashMap<Node, usize>,
    root: Node,
    nodes: &[(NodeKind, VariableId)],
) -> usize {
    *numbers.entry(root).or_insert_with(|| {
        flow.webs.push(nodes[root].1);
        flow.n_definitions.push(0);
        flow.may_be_unbound.push(false);
        flow.webs.len() - 1
    })
}

/// Collects the variables that statements assign.
fn assigned_in(body: &[Stmt], assigned: &mut HashSet<VariableId>) {
    for stmt in body {
        match &stmt.kind {
            StmtKind::Assign { target, .. } | StmtKind::Augment { target, .. } => {
                if let Target::Variable(variable, _) = target {
                    assigned.insert(*variable);
                }
            }
            StmtKind::If { then, otherwise, .. } => {
                assigned_in(then, assigned);
                assigned_in(otherwise, assigned);
            }
            StmtKind::While { body, .. } => assigned_in(body, assigned),
            StmtKind::For { variable, body, .. } => {
                assigned.insert(*variable);
                assigned_in(body, assigned);
            }
            StmtKind::Expr(_) | StmtKind::Break | StmtKind::Continue | StmtKind::Return(_) => {}
            StmtKind::Raise { .. } | StmtKind::Assert { .. } => {}
        }
    }
}

/// Disjoint sets of nodes.
struct Webs(Vec<Node>);

impl Webs {
    fn new(n: usize) -> Self {
        Webs((0..n).collect())
    }

    fn root(&mut self, node: Node) -> Node {
        let mut root = node;
        while self.0[root] != root {
            root = self.0[root];
        }
        let mut node = node;
        while self.0[node] != root {
            node = std::mem::replace(&mut self.0[node], root);
        }
        root
    }

    fn unite(&mut self, a: Node, b: Node) {
        let (a, b) = (self.root(a), self.root(b));
        // The smaller number wins, so that the result does not depend on the order of unions.
        self.0[a.max(b)] = a.min(b);
    }
}
