//! Which part of an array, as the loop finds it, an expression in the loop's body is.

use std::collections::{BTreeMap, BTreeSet};

use super::outline::webs;
use super::polynomial::{Polynomial, Symbol};
use crate::ir::BinaryOp;
use crate::typed::{
    Axis, Expr, ExprKind, Operation, Output, Parallel, Program, Room, Stmt, StmtKind, WebId, visit,
};
use crate::types::{DType, Kind, Type};

/// A run of indices of one dimension, both ends included; empty if they are in the other order.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Run {
    pub(super) low: Polynomial,
    pub(super) high: Polynomial,
    /// What must not be negative so that Python's negative indices do not come in.
    pub(super) tested: Vec<Polynomial>,
}

/// A part of an array that is there before the loop.
#[derive(Clone, Debug)]
pub(super) struct Region {
    pub(super) base: WebId,
    /// For each dimension of the base, where the part lies, as far as that is known.
    pub(super) runs: Vec<Option<Run>>,
    /// For each dimension of the part, the one of the base that it is all of.
    whole: Vec<Option<usize>>,
}

/// What an array in the body is.
pub(super) enum Place {
    /// Parts of arrays that are there before the loop, or memory of the iteration's own.
    Regions(Vec<Region>),
    /// Nobody knows.
    Unknown,
}

impl Place {
    /// Whether it is memory of the iteration's own.
    pub(super) fn is_own(&self) -> bool {
        matches!(self, Place::Regions(regions) if regions.is_empty())
    }
}

/// How deep definitions of definitions are followed.
const MAX_DEPTH: usize = 32;

/// More possible parts than these are not looked at.
const MAX_REGIONS: usize = 64;

/// What is known of a loop's body.
pub(super) struct Scope<'a> {
    program: &'a Program,
    /// The number of the iteration.
    pub(super) iteration: WebId,
    /// The place.
    pub(super) place: WebId,
    /// The webs that an iteration assigns.
    pub(super) assigned: BTreeSet<WebId>,
    /// What is assigned to each of them.
    definitions: BTreeMap<WebId, Vec<&'a Expr>>,
    /// What loops count.
    counted: BTreeSet<WebId>,
    /// The counters of single loops in the body with step 1, and their ends.
    counters: BTreeMap<WebId, (&'a Expr, &'a Expr)>,
    /// Webs of the instance that may be unbound: their values are not asked for before the loop.
    unbound: BTreeSet<WebId>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(program: &'a Program, instance: usize, parallel: &'a Parallel) -> Self {
        let mut scope = Scope {
            program,
            iteration: parallel.iteration,
            place: parallel.variable,
            assigned: webs(&parallel.body).assigned,
            definitions: BTreeMap::new(),
            counted: BTreeSet::from([parallel.iteration, parallel.variable]),
            counters: BTreeMap::new(),
            unbound: BTreeSet::new(),
        };
        scope.assigned.extend([parallel.iteration, parallel.variable]);
        for (index, web) in program.instances[instance].webs.iter().enumerate() {
            if web.may_be_unbound {
                scope.unbound.insert(WebId(index as u32));
            }
        }
        scope.define(&parallel.body);
        scope
    }

    fn define(&mut self, body: &'a [Stmt]) {
        let mut counted = BTreeMap::<WebId, usize>::new();
        let (definitions, counters) = (&mut self.definitions, &mut self.counters);
        visit::walk(body, &mut |stmt| match &stmt.kind {
            StmtKind::Assign(web, value) => definitions.entry(*web).or_default().push(value),
            StmtKind::ForRange { variable, start, stop, step, .. } => {
                *counted.entry(*variable).or_default() += 1;
                if step.int_literal() == Some(1) {
                    counters.insert(*variable, (start, stop));
                }
            }
            _ => {}
        });
        visit::walk_exprs(body, &mut |expr| {
            if let ExprKind::Bind(web, value) = &expr.kind {
                definitions.entry(*web).or_default().push(value);
            }
        });
        self.counters.retain(|web, _| counted[web] == 1);
        self.counted.extend(counted.into_keys());
    }

    /// The value of an integer expression; none where an iteration may change what it reads.
    fn value(&self, expr: &Expr, depth: usize) -> Option<Polynomial> {
        let depth = depth.checked_sub(1)?;
        let dtype = expr.ty.dtype().filter(|dtype| dtype.kind() == Kind::Int)?;
        match &expr.kind {
            ExprKind::Int(value) => Some(Polynomial::constant(*value)),
            ExprKind::Variable { web, .. } => self.variable(*web, dtype, depth),
            ExprKind::Bind(_, value) => self.value(value, depth),
            ExprKind::Inner(value) => self.value(value, depth),
            // Into a narrower number it may wrap.
            ExprKind::Convert(value) if dtype == DType::Int64 => self.value(value, depth),
            ExprKind::Operation(Operation::Binary(op) | Operation::Checked(op), args)
                if dtype == DType::Int64 =>
            {
                let [left, right] = args.as_slice() else { return None };
                let (left, right) = (self.value(left, depth)?, self.value(right, depth)?);
                match op {
                    BinaryOp::Add => left.plus(&right),
                    BinaryOp::Sub => left.minus(&right),
                    BinaryOp::Mul => left.times(&right),
                    _ => None,
                }
            }
            ExprKind::Extent(array, axis) => match array.kind {
                ExprKind::Variable { web, .. } if self.is_fixed(web) => {
                    Some(Polynomial::symbol(Symbol::Extent(web, *axis)))
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn variable(&self, web: WebId, dtype: DType, depth: usize) -> Option<Polynomial> {
        if dtype == DType::UInt64 {
            return None;
        }
        let is_counted = self.counted.contains(&web);
        let symbol = Some(Polynomial::symbol(Symbol::Web(web)));
        match self.definitions.get(&web).map(Vec::as_slice) {
            Some([one]) if !is_counted => self.value(one, depth),
            Some(_) => None,
            None if self.is_fixed(web) => symbol,
            None if dtype != DType::Int64 => None,
            None if web == self.iteration || web == self.place || self.counters.contains_key(&web) => symbol,
            None => None,
        }
    }

    /// Whether a variable has one value, which is known before the loop.
    fn is_fixed(&self, web: WebId) -> bool {
        !self.assigned.contains(&web) && !self.unbound.contains(&web)
    }

    /// The least and the greatest value of an index: without the counters of inner loops.
    fn ends(&self, expr: &Expr) -> Option<[Polynomial; 2]> {
        let value = self.value(expr, MAX_DEPTH)?;
        let mut ends = [value.clone(), value];
        // Ends of inner loops may depend on the counters of loops around them.
        for _ in 0..MAX_DEPTH {
            let counter = ends.iter().flat_map(Polynomial::symbols).find_map(|symbol| match symbol {
                Symbol::Web(web) if self.is_inner(web) => Some(web),
                Symbol::Web(_) | Symbol::Extent(..) => None,
            });
            let Some(counter) = counter else { return Some(ends) };
            let (start, stop) = self.counters[&counter];
            let (start, stop) = (self.value(start, MAX_DEPTH)?, self.value(stop, MAX_DEPTH)?);
            let last = stop.minus(&Polynomial::constant(1))?;
            let [low, high] = ends;
            ends = [replaced(&low, counter, &start, &last)?, replaced(&high, counter, &last, &start)?];
        }
        None
    }

    /// Whether a variable counts a loop in the body.
    fn is_inner(&self, web: WebId) -> bool {
        web != self.iteration && web != self.place && self.counters.contains_key(&web)
    }

    /// What an array expression is a part of.
    pub(super) fn place_of(&self, array: &Expr) -> Place {
        self.place_within(array, MAX_DEPTH).map_or(Place::Unknown, Place::Regions)
    }

    fn place_within(&self, array: &Expr, depth: usize) -> Option<Vec<Region>> {
        let depth = depth.checked_sub(1)?;
        if !array.ty.holds_memory() {
            return Some(Vec::new());
        }
        let regions = match &array.kind {
            ExprKind::Variable { web, .. } => self.variable_place(*web, &array.ty, depth)?,
            ExprKind::Bind(_, value) | ExprKind::Convert(value) => self.place_within(value, depth)?,
            ExprKind::Part(whole, axes) => {
                let regions = self.place_within(whole, depth)?.into_iter();
                regions.map(|region| self.part(region, axes)).collect()
            }
            ExprKind::Transpose(whole) => {
                let mut regions = self.place_within(whole, depth)?;
                regions.iter_mut().for_each(|region| region.whole.reverse());
                regions
            }
            // A field has the dimensions of its records, and then those of its own.
            ExprKind::Strided(strided) if is_records(&strided.array.ty) => {
                let mut regions = self.place_within(&strided.array, depth)?;
                regions.iter_mut().for_each(|region| region.whole.resize(rank(&array.ty), None));
                regions
            }
            // What is made in the loop is the iteration's; operands are looked at where they come from.
            ExprKind::Allocate(_) | ExprKind::Operand(_) => Vec::new(),
            // The thread's, which runs one iteration at a time.
            ExprKind::Reserve(Room::Random(_)) => Vec::new(),
            ExprKind::Elementwise(elementwise) => {
                let is_new = |output: &Output| matches!(output, Output::New { .. });
                match elementwise.outputs.iter().all(is_new) {
                    true => Vec::new(),
                    false => self.place_of_operands(array, depth)?,
                }
            }
            ExprKind::Item(tuple, index) if let ExprKind::Tuple(items) = &tuple.kind => {
                self.place_within(items.get(*index)?, depth)?
            }
            // A part of an operand, or of a tuple's items, lies where that lies.
            ExprKind::Call(..)
            | ExprKind::Item(..)
            | ExprKind::Tuple(_)
            | ExprKind::Conditional { .. }
            | ExprKind::Checked { .. }
            | ExprKind::Optional(_)
            | ExprKind::Inner(_)
            | ExprKind::Strided(_)
            | ExprKind::Flat(_) => self.place_of_operands(array, depth)?,
            _ => return None,
        };
        (regions.len() <= MAX_REGIONS).then_some(regions)
    }

    fn place_of_operands(&self, expr: &Expr, depth: usize) -> Option<Vec<Region>> {
        let mut found = Some(Vec::new());
        expr.operands(&mut |operand| match (self.place_within(operand, depth), &mut found) {
            (Some(regions), Some(found)) => found.extend(regions),
            _ => found = None,
        });
        let mut found = found?;
        found.iter_mut().for_each(|region| region.whole = vec![None; rank(&expr.ty)]);
        Some(found)
    }

    fn variable_place(&self, web: WebId, ty: &Type, depth: usize) -> Option<Vec<Region>> {
        if !self.assigned.contains(&web) {
            let rank = rank(ty);
            let whole = (0..rank).map(Some).collect();
            return Some(vec![Region { base: web, runs: vec![None; rank], whole }]);
        }
        let mut regions = Vec::new();
        let is_itself =
            |value: &&&Expr| matches!(value.kind, ExprKind::Variable { web: same, .. } if same == web);
        for value in self.definitions.get(&web)?.iter().filter(|value| !is_itself(value)) {
            regions.extend(self.place_within(value, depth)?);
        }
        Some(regions)
    }

    /// A part of a region.
    fn part(&self, mut region: Region, axes: &[Axis]) -> Region {
        let mut whole = std::mem::take(&mut region.whole).into_iter();
        let mut kept = Vec::new();
        for axis in axes {
            let base = match axis {
                Axis::New => None,
                _ => whole.next().flatten(),
            };
            match axis {
                Axis::New => kept.push(None),
                Axis::Whole => kept.push(base),
                Axis::Index(index) => region.restrict(base, self.index(index)),
                Axis::Slice(bounds) => {
                    region.restrict(base, self.slice(bounds));
                    kept.push(None);
                }
            }
        }
        kept.extend(whole);
        region.whole = kept;
        region
    }

    /// The element of a region at some indices.
    pub(super) fn element(&self, mut region: Region, indices: &[Expr]) -> Region {
        for (base, index) in region.whole.clone().into_iter().zip(indices) {
            region.restrict(base, self.index(index));
        }
        region
    }

    fn index(&self, index: &Expr) -> Option<Run> {
        let [low, high] = self.ends(index)?;
        Some(Run { tested: vec![low.clone()], low, high })
    }

    fn slice(&self, [start, stop, step]: &[Option<Expr>; 3]) -> Option<Run> {
        if step.as_ref().is_some_and(|step| step.int_literal().is_none_or(|step| step < 1)) {
            return None;
        }
        let [low, high] = match start {
            None => [Polynomial::constant(0), Polynomial::constant(0)],
            Some(start) => self.ends(start)?,
        };
        let mut tested = vec![low.clone(), high];
        let stops = self.stops(stop.as_ref()?)?;
        tested.extend(stops.iter().flatten().cloned());
        // The end is below each of them: the one that the iteration moves is of use.
        let moves =
            |[_, high]: &&[Polynomial; 2]| high.symbols().any(|symbol| symbol == Symbol::Web(self.iteration));
        let [_, stop] = stops.iter().find(moves).or(stops.first())?;
        Some(Run { low, high: stop.minus(&Polynomial::constant(1))?, tested })
    }

    /// What a slice stops at: the least of these.
    fn stops(&self, stop: &Expr) -> Option<Vec<[Polynomial; 2]>> {
        match &stop.kind {
            ExprKind::Call(callee, args) if self.program[*callee].library => {
                let is_minimum = &*self.program[*callee].name == "minimum";
                if is_minimum { args.iter().map(|arg| self.ends(arg)).collect() } else { None }
            }
            ExprKind::Convert(value) => self.stops(value),
            _ => Some(vec![self.ends(stop)?]),
        }
    }
}

impl Region {
    /// Narrows the region along a dimension of its base. What is known already stays.
    fn restrict(&mut self, base: Option<usize>, run: Option<Run>) {
        if let (Some(base), Some(run)) = (base, run)
            && let Some(slot @ None) = self.runs.get_mut(base)
        {
            *slot = Some(run);
        }
    }
}

/// The value with a counter replaced: by `low` where that makes it less, for a factor above 0, and by
/// `high` for one below.
fn replaced(value: &Polynomial, counter: WebId, low: &Polynomial, high: &Polynomial) -> Option<Polynomial> {
    let (factor, rest) = value.split(Symbol::Web(counter))?;
    let by = if factor.value()? >= 0 { low } else { high };
    rest.plus(&factor.times(by)?)
}

/// Whether a type is one of records.
const fn is_records(ty: &Type) -> bool {
    matches!(ty, Type::Array(array) if array.record().is_some())
}

const fn rank(ty: &Type) -> usize {
    match ty {
        Type::Array(array) => array.rank,
        Type::Generator => 1,
        _ => 0,
    }
}
