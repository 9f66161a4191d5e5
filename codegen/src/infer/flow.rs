//! Which assignments reach which uses of a variable.
//!
//! Different versions of a name that never meet may have different types. So each variable is
//! split into *webs*: two assignments are in one web if some use can see either. The analysis
//! walks the structured code once, building a graph in the manner of Braun et al., "Simple and
//! Efficient Construction of Static Single Assignment Form" (CC 2013): an assignment is a node, a
//! place where control flow joins is a φ node over the nodes that come together. Only φ nodes
//! that a use can see put their operands into one web.
//!
//! A test for `None` makes nodes too, as in Ananian, "The Static Single Information Form" (1999): where
//! it has come out one way, its variable is a *refined* node. At the start of a branch that is an
//! assignment of its own, to a web that need not hold `None`; in an expression it is only known.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::refine::{Fact, facts};
use crate::hir::{Expr, ExprKind, Function, Index, LogicalOp, Stmt, StmtKind, Target, VariableId};
use crate::source::Span;

/// What the analysis found, keyed by the places where variables stand in the text.
#[derive(Debug, Default)]
pub struct Flow {
    /// The assignment that each parameter is, in order.
    pub params: Vec<Definition>,
    /// Every other assignment.
    pub definitions: HashMap<Span, Definition>,
    /// What each use can see.
    pub uses: HashMap<Span, Use>,
    /// The node that each use sees.
    pub seen: HashMap<Span, usize>,
    /// The nodes of the graph.
    pub nodes: Vec<FlowNode>,
    /// The refined variables of each branch that a test for `None` decides.
    pub refinements: HashMap<Branch, Vec<Refinement>>,
    /// The webs.
    pub webs: Vec<Web>,
    /// For each `for` over `prange`: what it assigns, with the uses that can see what was assigned before
    /// the iteration.
    pub carried: HashMap<Span, Vec<(VariableId, Vec<Span>)>>,
    /// Statements that control never reaches; they are not typed.
    pub unreachable: HashSet<Span>,
    /// Whether control can reach the end of the body.
    pub falls_off: bool,
}

/// A node of the graph, for those who ask what a use can see beyond its web.
#[derive(Clone, Debug)]
pub enum FlowNode {
    /// No assignment, or one that no use sees.
    Nothing,
    /// An assignment.
    Definition(Definition),
    /// What one of these nodes is.
    Any(Vec<usize>),
    /// A variable where a test has found that it is `None` (true), or that it is not.
    Refined(bool),
}

/// The first (true) or the second body of the statement at a place.
pub type Branch = (Span, bool);

/// A variable that a branch begins with a refined version of.
#[derive(Clone, Copy, Debug)]
pub struct Refinement {
    /// The web that the test read, and the node.
    pub base: (usize, usize),
    /// The refined version, which is an assignment.
    pub definition: Definition,
    /// Whether it is known to be `None`, or known not to be.
    pub is_none: bool,
}

/// Assignments that can reach a common use.
#[derive(Debug)]
pub struct Web {
    /// The variable.
    pub variable: VariableId,
    /// How many assignments there are.
    pub n_definitions: usize,
    /// Whether some use may come before any assignment.
    pub may_be_unbound: bool,
}

/// An assignment, by its web and its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The web.
    pub web: usize,
    /// Which of the web's assignments this is.
    pub index: usize,
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
    walk.block(body);
    walk.finish()
}

/// A node of the graph.
type Node = usize;

enum NodeKind {
    /// No assignment yet.
    Unbound,
    /// An assignment.
    Definition,
    /// Where control flow joins.
    Phi(Vec<Node>),
    /// What a test says of a node. At a branch it is an assignment.
    Refined { base: Node, is_none: bool, branch: Option<Branch> },
}

/// A loop around the place of the walk.
struct Loop {
    /// For each variable that the body assigns, the φ node where the body begins.
    head: BTreeMap<VariableId, Node>,
    /// For each of them, the nodes that a `break` takes along.
    exits: BTreeMap<VariableId, Vec<Node>>,
    /// Whether there is a `break`.
    is_left: bool,
    /// Variables whose nodes have changed since the last `break`, so that one break after
    /// another costs only what lies between them.
    since_break: BTreeSet<VariableId>,
    /// Likewise for `continue` and the end of the body.
    since_continue: BTreeSet<VariableId>,
}

/// What decides whether a loop goes on.
#[derive(Clone, Copy)]
enum Head<'h> {
    /// A condition, evaluated before each iteration.
    While(&'h Expr),
    /// What is assigned at the start of each iteration, and whether that comes from `prange`.
    For(&'h Target, bool),
}

impl Head<'_> {
    fn is_endless(self) -> bool {
        matches!(self, Head::While(cond) if is_always_true(cond))
    }
}

/// Whether a condition is a literal that is true.
pub fn is_always_true(cond: &Expr) -> bool {
    matches!(cond.kind, ExprKind::Bool(true) | ExprKind::Int(1))
}

/// The walk over the code. It keeps one environment, and a log to go back where paths part, so
/// that a branch costs only what it assigns.
struct Walk {
    nodes: Vec<(NodeKind, VariableId)>,
    /// For each variable, the node that a use here sees.
    env: Vec<Node>,
    /// What `env` held before each change.
    log: Vec<(VariableId, Node)>,
    /// Whether control comes here.
    reachable: bool,
    n_params: usize,
    definitions: Vec<(Span, Node)>,
    uses: Vec<(Span, Node)>,
    loops: Vec<Loop>,
    /// The heads of the loops over `prange`.
    parallel: Vec<(Span, BTreeMap<VariableId, Node>)>,
    unreachable: HashSet<Span>,
}

impl Walk {
    fn new(function: &Function) -> Self {
        let mut walk = Walk {
            nodes: Vec::new(),
            env: Vec::new(),
            log: Vec::new(),
            reachable: true,
            n_params: function.n_params,
            definitions: Vec::new(),
            uses: Vec::new(),
            loops: Vec::new(),
            parallel: Vec::new(),
            unreachable: HashSet::new(),
        };
        for index in 0..function.variables.len() {
            let kind = if index < function.n_params { NodeKind::Definition } else { NodeKind::Unbound };
            let node = walk.node(kind, VariableId(index as u32));
            walk.env.push(node);
        }
        walk
    }

    fn node(&mut self, kind: NodeKind, variable: VariableId) -> Node {
        self.nodes.push((kind, variable));
        self.nodes.len() - 1
    }

    fn see(&self, variable: VariableId) -> Node {
        self.env[variable.0 as usize]
    }

    /// Lets uses of a variable see a node from here on.
    fn set(&mut self, variable: VariableId, node: Node) {
        let before = std::mem::replace(&mut self.env[variable.0 as usize], node);
        self.log.push((variable, before));
        self.changed(variable);
    }

    fn changed(&mut self, variable: VariableId) {
        if let Some(around) = self.loops.last_mut() {
            around.since_break.insert(variable);
            around.since_continue.insert(variable);
        }
    }

    /// Goes back to where the log had this length, and gives what had changed since.
    fn rewind(&mut self, mark: usize) -> BTreeMap<VariableId, Node> {
        let undone = self.log.split_off(mark);
        let changes = undone.iter().map(|(variable, _)| (*variable, self.see(*variable))).collect();
        for (variable, before) in undone.into_iter().rev() {
            self.env[variable.0 as usize] = before;
            self.changed(variable);
        }
        changes
    }

    fn block(&mut self, body: &[Stmt]) {
        for stmt in body {
            if self.reachable {
                self.stmt(stmt);
            } else {
                self.unreachable.insert(stmt.span);
            }
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Assign { targets, value, .. } => {
                self.expr(value);
                targets.iter().for_each(|target| self.target(target));
            }
            StmtKind::Augment { target, value, .. } => {
                if let Target::Variable(variable, span) = target {
                    self.uses.push((*span, self.see(*variable)));
                }
                self.expr(value);
                self.target(target);
            }
            StmtKind::Expr(value) => self.expr(value),
            StmtKind::If { cond, then, otherwise } => self.branch(cond, [then, otherwise], stmt.span),
            StmtKind::While { cond, body, otherwise } => {
                self.looped([body, otherwise], Head::While(cond), stmt.span);
            }
            StmtKind::For { target, iterable, body, otherwise } => {
                self.expr(iterable);
                self.looped([body, otherwise], Head::For(target, is_prange(iterable)), stmt.span);
            }
            StmtKind::Break => {
                self.break_();
                self.reachable = false;
            }
            StmtKind::Continue => {
                self.continue_();
                self.reachable = false;
            }
            StmtKind::Return(value) => {
                value.iter().for_each(|value| self.expr(value));
                self.reachable = false;
            }
            StmtKind::Raise { args, .. } => {
                args.iter().for_each(|arg| self.expr(arg));
                self.reachable = false;
            }
            StmtKind::Assert { cond, message } => {
                self.expr(cond);
                let mark = self.log.len();
                self.refine(cond, false, None);
                message.iter().for_each(|message| self.expr(message));
                self.rewind(mark);
                self.refine(cond, true, None);
            }
        }
    }

    /// Lets uses see what is known where a condition has come out this way.
    fn refine(&mut self, cond: &Expr, truth: bool, branch: Option<Branch>) {
        for Fact { variable, is_none, by_test } in facts(cond, truth) {
            let branch = branch.filter(|_| by_test);
            let base = match self.nodes[self.see(variable)].0 {
                // It is known already; or else no control comes here.
                NodeKind::Refined { is_none: known, .. } if known == is_none => continue,
                NodeKind::Refined { base, .. } => base,
                NodeKind::Unbound | NodeKind::Definition | NodeKind::Phi(_) => self.see(variable),
            };
            let node = self.node(NodeKind::Refined { base, is_none, branch }, variable);
            self.set(variable, node);
        }
    }

    /// The node that one of these is: versions of one node are that node again.
    fn join(&mut self, mut nodes: Vec<Node>, variable: VariableId) -> Node {
        nodes.dedup();
        let base = |node: &Node| match self.nodes[*node].0 {
            NodeKind::Refined { base, .. } => base,
            NodeKind::Unbound | NodeKind::Definition | NodeKind::Phi(_) => *node,
        };
        match nodes.as_slice() {
            [one] => *one,
            [first, rest @ ..] if rest.iter().all(|node| base(node) == base(first)) => base(first),
            _ => self.node(NodeKind::Phi(nodes), variable),
        }
    }

    fn branch(&mut self, cond: &Expr, [then, otherwise]: [&[Stmt]; 2], span: Span) {
        self.expr(cond);
        let mark = self.log.len();
        self.refine(cond, true, Some((span, true)));
        self.block(then);
        let then_ends = std::mem::replace(&mut self.reachable, true);
        let then = self.rewind(mark);
        self.refine(cond, false, Some((span, false)));
        self.block(otherwise);
        let otherwise_ends = self.reachable;
        let otherwise = self.rewind(mark);
        self.reachable = then_ends || otherwise_ends;
        let variables: BTreeSet<VariableId> = then.keys().chain(otherwise.keys()).copied().collect();
        for variable in variables {
            let before = self.see(variable);
            let after =
                |changes: &BTreeMap<VariableId, Node>| changes.get(&variable).copied().unwrap_or(before);
            let node = match (then_ends, otherwise_ends, after(&then), after(&otherwise)) {
                (true, true, a, b) if a != b => self.join(vec![a, b], variable),
                (true, _, a, _) => a,
                (false, true, _, b) => b,
                (false, false, ..) => continue,
            };
            self.set(variable, node);
        }
    }

    /// A loop. `otherwise` runs when the head ends it.
    fn looped(&mut self, [body, otherwise]: [&[Stmt]; 2], head: Head<'_>, span: Span) {
        let mut assigned = BTreeSet::new();
        assigned_in(body, &mut assigned);
        if let Head::For(target, _) = head {
            assigned_by(target, &mut assigned);
        }
        let mut top = BTreeMap::new();
        for variable in &assigned {
            let node = self.node(NodeKind::Phi(vec![self.see(*variable)]), *variable);
            self.set(*variable, node);
            top.insert(*variable, node);
        }
        if let Head::For(_, true) = head {
            self.parallel.push((span, top.clone()));
        }
        if let Head::While(cond) = head {
            self.expr(cond);
        }
        let mark = self.log.len();
        self.loops.push(Loop {
            head: top.clone(),
            exits: BTreeMap::new(),
            is_left: false,
            since_break: assigned.clone(),
            since_continue: assigned,
        });
        match head {
            Head::While(cond) => self.refine(cond, true, Some((span, true))),
            Head::For(target, _) => self.target(target),
        }
        self.block(body);
        if self.reachable {
            self.continue_();
        }
        self.rewind(mark);
        let Some(left) = self.loops.pop() else { unreachable!("bug in pykernel: a loop ended twice") };
        self.reachable = !head.is_endless();
        if let Head::While(cond) = head {
            self.refine(cond, false, Some((span, false)));
        }
        self.block(otherwise);
        let otherwise = self.rewind(mark);
        self.after_loop(left, otherwise);
    }

    /// Joins the end of a loop's `else`, which assigned `otherwise`, with the loop's `break`s.
    fn after_loop(&mut self, mut left: Loop, otherwise: BTreeMap<VariableId, Node>) {
        let falls_through = std::mem::replace(&mut self.reachable, true);
        self.reachable = falls_through || left.is_left;
        let variables: BTreeSet<VariableId> = left.head.keys().chain(otherwise.keys()).copied().collect();
        for variable in variables {
            let before = self.see(variable);
            let mut nodes = match left.head.contains_key(&variable) {
                true => left.exits.remove(&variable).unwrap_or_default(),
                false => Vec::from_iter(left.is_left.then_some(before)),
            };
            nodes.extend(falls_through.then(|| otherwise.get(&variable).copied().unwrap_or(before)));
            if !nodes.is_empty() {
                let node = self.join(nodes, variable);
                self.set(variable, node);
            }
        }
    }

    fn break_(&mut self) {
        let Some(around) = self.loops.last_mut() else { return };
        around.is_left = true;
        for variable in std::mem::take(&mut around.since_break) {
            around.exits.entry(variable).or_default().push(self.env[variable.0 as usize]);
        }
    }

    fn continue_(&mut self) {
        let Some(around) = self.loops.last_mut() else { return };
        for variable in std::mem::take(&mut around.since_continue) {
            let node = self.env[variable.0 as usize];
            if let Some(NodeKind::Phi(operands)) =
                around.head.get(&variable).map(|head| &mut self.nodes[*head].0)
            {
                operands.push(node);
            }
        }
    }

    fn target(&mut self, target: &Target) {
        match target {
            Target::Variable(variable, span) => self.define(*variable, *span),
            Target::Tuple(targets, _) => targets.iter().for_each(|target| self.target(target)),
            Target::Element { value, indices, .. } => {
                self.expr(value);
                indices.iter().flat_map(Index::exprs).for_each(|index| self.expr(index));
            }
        }
    }

    fn define(&mut self, variable: VariableId, span: Span) {
        let node = self.node(NodeKind::Definition, variable);
        self.set(variable, node);
        self.definitions.push((span, node));
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Variable(variable) => self.uses.push((expr.span, self.see(*variable))),
            ExprKind::Unary { operand, .. } => self.expr(operand),
            ExprKind::IsNone { value, .. } => self.expr(value),
            ExprKind::Binary { left, right, .. } | ExprKind::Compare { left, right, .. } => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::Logical { op, left, right } => {
                self.expr(left);
                self.expr_where(right, left, *op == LogicalOp::And);
            }
            ExprKind::Chain { first, rest } => {
                self.expr(first);
                rest.iter().for_each(|(_, operand)| self.expr(operand));
            }
            ExprKind::Conditional { cond, then, otherwise } => {
                self.expr(cond);
                self.expr_where(then, cond, true);
                self.expr_where(otherwise, cond, false);
            }
            ExprKind::Call { callee, args, keywords } => {
                self.expr(callee);
                args.iter().for_each(|arg| self.expr(arg));
                keywords.iter().for_each(|keyword| self.expr(&keyword.value));
            }
            ExprKind::Attribute { value, .. } => self.expr(value),
            ExprKind::Index { value, indices } => {
                self.expr(value);
                indices.iter().flat_map(Index::exprs).for_each(|index| self.expr(index));
            }
            ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Imaginary(_) | ExprKind::Bool(_) => {}
            ExprKind::Text(_) | ExprKind::None | ExprKind::Function(_) | ExprKind::Builtin(_) => {}
            ExprKind::Table(_) | ExprKind::DType(_) | ExprKind::Typed(_) | ExprKind::Refused => {}
            ExprKind::Tuple(items) => items.iter().for_each(|item| self.expr(item)),
        }
    }

    /// An expression that is evaluated where a condition has come out this way.
    fn expr_where(&mut self, expr: &Expr, cond: &Expr, truth: bool) {
        let mark = self.log.len();
        self.refine(cond, truth, None);
        self.expr(expr);
        self.rewind(mark);
    }

    /// Puts the nodes that uses can see into webs.
    fn finish(mut self) -> Flow {
        let from_unbound = self.reached_from(|node| matches!(self.nodes[node].0, NodeKind::Unbound), false);
        let from_definition =
            self.reached_from(|node| matches!(self.nodes[node].0, NodeKind::Definition), true);
        let (mut webs, seen) = self.webs();
        let nodes = self.nodes.iter().map(|(kind, _)| flow_node(kind)).collect();
        let mut flow = Flow { falls_off: self.reachable, nodes, ..Flow::default() };
        let mut numbers = Numbers::default();
        for param in 0..self.n_params {
            let web = numbers.web(&mut flow, webs.root(param), &self.nodes);
            let definition = Numbers::definition(&mut flow, web);
            flow.params.push(definition);
            flow.nodes[param] = FlowNode::Definition(definition);
        }
        for (span, node) in &self.definitions {
            let web = numbers.web(&mut flow, webs.root(*node), &self.nodes);
            let definition = Numbers::definition(&mut flow, web);
            flow.definitions.insert(*span, definition);
            flow.nodes[*node] = FlowNode::Definition(definition);
        }
        for (span, node) in &self.uses {
            let seen = match (from_definition[*node], from_unbound[*node]) {
                (false, _) => Use::NeverBound,
                (true, unbound) => {
                    let web = numbers.web(&mut flow, webs.root(*node), &self.nodes);
                    flow.webs[web].may_be_unbound |= unbound;
                    if unbound { Use::MaybeUnbound(web) } else { Use::Bound(web) }
                }
            };
            flow.uses.insert(*span, seen);
            flow.seen.insert(*span, *node);
        }
        for node in (0..self.nodes.len()).filter(|node| seen[*node] && from_definition[*node]) {
            if let NodeKind::Refined { base, is_none, branch: Some(branch) } = self.nodes[node].0 {
                let web = numbers.web(&mut flow, webs.root(node), &self.nodes);
                let definition = Numbers::definition(&mut flow, web);
                let base = (numbers.web(&mut flow, webs.root(base), &self.nodes), base);
                flow.refinements.entry(branch).or_default().push(Refinement { base, definition, is_none });
            }
        }
        flow.carried = self.carried();
        flow.unreachable = std::mem::take(&mut self.unreachable);
        flow
    }

    fn carried(&self) -> HashMap<Span, Vec<(VariableId, Vec<Span>)>> {
        let carried = |(variable, head): (&VariableId, &Node)| {
            let seen = self.reached_from(|node| node == *head, true);
            let uses = self.uses.iter().filter(|(_, node)| seen[*node]).map(|(span, _)| *span);
            (*variable, uses.collect())
        };
        let loops = self.parallel.iter();
        loops.map(|(span, heads)| (*span, heads.iter().map(carried).collect())).collect()
    }

    /// Unites each φ node that a use can see with its operands; and says which nodes uses can see.
    fn webs(&self) -> (Webs, Vec<bool>) {
        let mut webs = Webs::new(self.nodes.len());
        let mut pending: Vec<Node> = self.uses.iter().map(|(_, node)| *node).collect();
        let mut seen = vec![false; self.nodes.len()];
        while let Some(node) = pending.pop() {
            if std::mem::replace(&mut seen[node], true) {
                continue;
            }
            match &self.nodes[node].0 {
                NodeKind::Phi(operands) => {
                    operands.iter().for_each(|operand| webs.unite(node, *operand));
                    pending.extend(operands);
                }
                NodeKind::Refined { base, branch, .. } => {
                    if branch.is_none() {
                        webs.unite(node, *base);
                    }
                    pending.push(*base);
                }
                NodeKind::Unbound | NodeKind::Definition => {}
            }
        }
        (webs, seen)
    }

    /// For each node, whether it is or comes from one of some nodes, through φ nodes and, if asked
    /// for, through refinements.
    fn reached_from(&self, is_source: impl Fn(Node) -> bool, refined: bool) -> Vec<bool> {
        let mut phis_of = vec![Vec::new(); self.nodes.len()];
        for (node, (kind, _)) in self.nodes.iter().enumerate() {
            match kind {
                NodeKind::Phi(operands) => operands.iter().for_each(|operand| phis_of[*operand].push(node)),
                NodeKind::Refined { base, .. } if refined => phis_of[*base].push(node),
                NodeKind::Refined { .. } | NodeKind::Unbound | NodeKind::Definition => {}
            }
        }
        let mut reached = vec![false; self.nodes.len()];
        let mut pending: Vec<Node> = (0..self.nodes.len()).filter(|node| is_source(*node)).collect();
        while let Some(node) = pending.pop() {
            if !std::mem::replace(&mut reached[node], true) {
                pending.extend(&phis_of[node]);
            }
        }
        reached
    }
}

/// A node as the typing of uses sees it; definitions are filled in later.
fn flow_node(kind: &NodeKind) -> FlowNode {
    match kind {
        NodeKind::Unbound | NodeKind::Definition => FlowNode::Nothing,
        NodeKind::Phi(operands) => FlowNode::Any(operands.clone()),
        NodeKind::Refined { is_none, .. } => FlowNode::Refined(*is_none),
    }
}

/// The numbers of webs, given in the order of first appearance, by the webs' roots.
#[derive(Default)]
struct Numbers(HashMap<Node, usize>);

impl Numbers {
    fn web(&mut self, flow: &mut Flow, root: Node, nodes: &[(NodeKind, VariableId)]) -> usize {
        *self.0.entry(root).or_insert_with(|| {
            flow.webs.push(Web { variable: nodes[root].1, n_definitions: 0, may_be_unbound: false });
            flow.webs.len() - 1
        })
    }

    fn definition(flow: &mut Flow, web: usize) -> Definition {
        let index = flow.webs[web].n_definitions;
        flow.webs[web].n_definitions += 1;
        Definition { web, index }
    }
}

/// Whether a loop over an expression may run in parallel.
pub fn is_prange(iterable: &Expr) -> bool {
    let ExprKind::Call { callee, .. } = &iterable.kind else { return false };
    matches!(&callee.kind, ExprKind::Builtin(name) if name == "numba.prange")
}

/// Collects the variables that statements assign.
fn assigned_in(body: &[Stmt], assigned: &mut BTreeSet<VariableId>) {
    for stmt in body {
        match &stmt.kind {
            StmtKind::Assign { targets, .. } => {
                targets.iter().for_each(|target| assigned_by(target, assigned));
            }
            StmtKind::Augment { target, .. } => assigned_by(target, assigned),
            StmtKind::If { then, otherwise, .. } => {
                assigned_in(then, assigned);
                assigned_in(otherwise, assigned);
            }
            StmtKind::While { body, otherwise, .. } => {
                assigned_in(body, assigned);
                assigned_in(otherwise, assigned);
            }
            StmtKind::For { target, body, otherwise, .. } => {
                assigned_by(target, assigned);
                assigned_in(body, assigned);
                assigned_in(otherwise, assigned);
            }
            StmtKind::Expr(_) | StmtKind::Break | StmtKind::Continue | StmtKind::Return(_) => {}
            StmtKind::Raise { .. } | StmtKind::Assert { .. } => {}
        }
    }
}

/// Collects the variables that a target assigns.
fn assigned_by(target: &Target, assigned: &mut BTreeSet<VariableId>) {
    match target {
        Target::Variable(variable, _) => {
            assigned.insert(*variable);
        }
        Target::Tuple(targets, _) => targets.iter().for_each(|target| assigned_by(target, assigned)),
        Target::Element { .. } => {}
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
