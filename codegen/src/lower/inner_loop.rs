//! The inner loops of ufuncs and gufuncs (`pykernel_abi::InnerLoop`).
//!
//! A loop is a function that takes a view for each operand, whose first dimension is that of the
//! loop and whose others are the core dimensions, and calls the ufunc's own function in each
//! iteration. On numbers it has two forms: that in which
//! each iteration takes what the one before gave, which stays in registers, and the general one, which
//! `vector` makes one for elements that are adjacent and one for others. That of a gufunc has a form in which the cores are contiguous. A core dimension has one size, in
//! whichever operands it is.

use super::function::part_types;
use crate::ir::construct::{and, binary, compare, int, locals};
use crate::ir::{
    self, Axis, BinaryOp, CompareOp, Expr, Function, LocalId, Scalar, Stmt, StmtKind, ViewType, elements,
};
use crate::source::{Source, Span};
use crate::typed::{InnerLoop, Instance, LoopOperand, Program};
use crate::types::{ArrayType, DType, Layout, Type};
use crate::ufunc::{self, CoreSize};

/// Lowers a loop to a function of that name.
pub(super) fn lower(program: &Program, source: &Source, inner: &InnerLoop, name: String) -> Function {
    let instance = &program[inner.instance];
    let function = Function {
        name,
        span: instance.span,
        params: Vec::new(),
        results: Vec::new(),
        status: None,
        locals: Vec::new(),
        n_labels: 1,
        body: Vec::new(),
        external: None,
        effects: ir::Effects::default(),
        library: false,
        unchecked: false,
        fastmath: Default::default(),
        inline: Default::default(),
    };
    let operands = inner.operands(program);
    let mut building = Building { function, source, inner, instance, operands };
    let views: Vec<LocalId> = building.params();
    let body = match inner.ufunc.kind {
        ufunc::Kind::Vectorize => building.over_numbers(&views),
        ufunc::Kind::Guvectorize => building.over_cores(&views),
    };
    Function { body, ..building.function }
}

/// A loop under construction.
struct Building<'a> {
    function: Function,
    source: &'a Source,
    inner: &'a InnerLoop,
    /// What is called.
    instance: &'a Instance,
    operands: Vec<LoopOperand<'a>>,
}

impl Building<'_> {
    fn span(&self) -> Span {
        self.instance.span
    }

    fn stmt(&self, kind: StmtKind) -> Stmt {
        Stmt { kind, span: self.span() }
    }

    fn assign(&self, local: LocalId, value: Expr) -> Stmt {
        self.stmt(StmtKind::Assign { local, value })
    }

    /// A view for each operand.
    fn params(&mut self) -> Vec<LocalId> {
        let n_inputs = self.inner.ufunc.layout.inputs.len();
        for place in 0..self.operands.len() {
            let LoopOperand { dtype, core, .. } = self.operands[place];
            let name = match place.checked_sub(n_inputs) {
                None => format!("in.{place}"),
                Some(output) => format!("out.{output}"),
            };
            let view = ViewType { element: dtype, rank: 1 + core.len(), layout: Layout::Any };
            let param = self.function.add_local(name, ir::Type::View(view));
            self.function.params.push(param);
        }
        self.function.params.clone()
    }

    /// Goes through the iterations.
    fn iterate(
        &mut self,
        views: &[LocalId],
        independent: bool,
        body: impl FnOnce(&mut Self, Expr) -> Vec<Stmt>,
    ) -> Stmt {
        let label = self.function.add_label();
        let var = self.function.add_local("count", ir::Type::Scalar(Scalar::I64));
        let body = body(self, Expr::Local(var));
        let hi = Expr::Dim { view: views[views.len() - 1], axis: 0 };
        self.stmt(StmtKind::For { label, var, lo: int(0), hi, step: 1, independent, body })
    }

    fn call(&mut self, args: Vec<Expr>, results: Vec<LocalId>) -> Stmt {
        let (file, line) = (self.source.file.clone(), self.source.line(self.span().start));
        let place = ir::Place { file, line, function: self.instance.name.clone() };
        let function = ir::FunctionId(self.inner.instance.0);
        self.stmt(StmtKind::Call { results, function, args, status: None, place })
    }

    fn temporaries(&mut self, name: &str, ty: &Type) -> Vec<LocalId> {
        part_types(ty).into_iter().map(|ty| self.function.add_local(name, ty)).collect()
    }

    fn load(&mut self, view: LocalId, index: &Expr, dtype: DType) -> (Vec<LocalId>, Vec<Stmt>) {
        let loaded = self.temporaries("x", &Type::Strong(dtype));
        let parts = loaded.iter().zip(elements::parts(dtype));
        let stmts = parts.map(|(local, part)| {
            self.stmt(StmtKind::Load { local: *local, view, index: vec![index.clone()], part: *part })
        });
        let stmts = stmts.collect();
        (loaded, stmts)
    }

    /// Goes through the iterations, with views that move on: the element at hand is their first one.
    /// Addresses are added up, not multiplied out.
    fn walk(
        &mut self,
        views: &[LocalId],
        body: impl FnOnce(&mut Self, &[LocalId]) -> Vec<Stmt>,
    ) -> Vec<Stmt> {
        let walkers = views.iter().map(|view| self.function.add_local("at", self.function.ty(*view)));
        let walkers: Vec<LocalId> = walkers.collect();
        let pairs = walkers.iter().zip(views);
        let mut stmts: Vec<Stmt> = pairs.map(|(at, view)| self.assign(*at, Expr::Local(*view))).collect();
        let repeat = self.iterate(views, false, |building, index| {
            let mut body = body(building, &walkers);
            for (at, view) in walkers.iter().zip(views) {
                let done = binary(BinaryOp::Add, index.clone(), int(1));
                let extent = binary(BinaryOp::Sub, Expr::Dim { view: *view, axis: 0 }, done);
                let axes = vec![Axis::Slice { start: int(1), extent, step: int(1) }];
                body.push(building.assign(*at, Expr::SubView { view: *at, axes }));
            }
            body
        });
        stmts.push(repeat);
        stmts
    }

    /// The loop of a ufunc: over numbers.
    fn over_numbers(&mut self, views: &[LocalId]) -> Vec<Stmt> {
        // Callers let an iteration read what another one writes only where it is carried.
        let apart = vec![self.iterate(views, true, |building, index| building.number(views, index))];
        match self.is_carried(views) {
            Some(cond) => {
                let carried = self.carried(views);
                self.when(cond, carried, apart)
            }
            None => apart,
        }
    }

    fn when(&self, cond: Expr, then: Vec<Stmt>, otherwise: Vec<Stmt>) -> Vec<Stmt> {
        vec![self.stmt(StmtKind::If { cond, then, otherwise })]
    }

    /// An iteration on the elements of an index.
    fn number(&mut self, views: &[LocalId], index: Expr) -> Vec<Stmt> {
        let (inputs, outputs) = views.split_at(self.inner.ufunc.layout.inputs.len());
        let (mut args, mut body) = (Vec::new(), Vec::new());
        for (place, view) in inputs.iter().enumerate() {
            let (loaded, stmts) = self.load(*view, &index, self.operands[place].dtype);
            args.extend(locals(&loaded));
            body.extend(stmts);
        }
        self.call_and_store(args, outputs, &index, body).1
    }

    /// Adds the call, and the stores of what it gives; says where that is.
    fn call_and_store(
        &mut self,
        args: Vec<Expr>,
        outputs: &[LocalId],
        index: &Expr,
        mut body: Vec<Stmt>,
    ) -> (Vec<LocalId>, Vec<Stmt>) {
        let results = self.temporaries("y", &self.instance.result);
        body.push(self.call(args, results.clone()));
        let mut values = results.iter();
        for (view, operand) in outputs.iter().zip(&self.operands[self.operands.len() - outputs.len()..]) {
            for (part, value) in elements::parts(operand.dtype).iter().zip(values.by_ref()) {
                let (index, value) = (vec![index.clone()], Expr::Local(*value));
                body.push(self.stmt(StmtKind::Store { view: *view, index, part: *part, value }));
            }
        }
        (results, body)
    }

    /// Whether each iteration takes what the one before gave, and there is one; `None` where that
    /// never is.
    fn is_carried(&self, views: &[LocalId]) -> Option<Expr> {
        let (n_inputs, [first, _, output]) = (self.inner.ufunc.layout.inputs.len(), views) else {
            return None;
        };
        if n_inputs != 2 || self.operands[0].dtype != self.operands[2].dtype {
            return None;
        }
        let stride = |view: &LocalId| Expr::Stride { view: *view, axis: 0 };
        let address = |view: &LocalId| Expr::Address { view: *view };
        let next = binary(BinaryOp::Add, address(first), stride(first));
        let follows = compare(CompareOp::Eq, next, address(output));
        let keeps_pace = compare(CompareOp::Eq, stride(first), stride(output));
        let is_one = compare(CompareOp::Lt, int(0), Expr::Dim { view: *output, axis: 0 });
        Some(and(and(follows, keeps_pace), is_one))
    }

    /// The form in which the first input is what the iteration before gave. It is written each time:
    /// a raise may end the loop, and memory is not waited for.
    fn carried(&mut self, views: &[LocalId]) -> Vec<Stmt> {
        let [first, second, output] = views else { return Vec::new() };
        let (dtype, taken) = (self.operands[0].dtype, self.operands[1].dtype);
        let (so_far, mut stmts) = self.load(*first, &int(0), dtype);
        let repeat = self.walk(&[*second, *output], |building, at| {
            let (loaded, body) = building.load(at[0], &int(0), taken);
            let args = [locals(&so_far), locals(&loaded)].concat();
            let (results, mut body) = building.call_and_store(args, &at[1..], &int(0), body);
            for (local, value) in so_far.iter().zip(locals(&results)) {
                body.push(building.assign(*local, value));
            }
            body
        });
        stmts.extend(repeat);
        stmts
    }

    /// The loop of a gufunc: over views of the core dimensions.
    fn over_cores(&mut self, views: &[LocalId]) -> Vec<Stmt> {
        let (sizes, mut body) = self.sizes(views);
        let strided = vec![self.cores(views, &sizes, Layout::Any)];
        match self.have_contiguous_cores(views, &sizes) {
            Some(cond) => {
                let contiguous = vec![self.cores(views, &sizes, Layout::C)];
                body.extend(self.when(cond, contiguous, strided));
            }
            None => body.extend(strided),
        }
        body
    }

    /// The loop in which cores that are declared with any strides have this layout.
    fn cores(&mut self, views: &[LocalId], sizes: &[Expr], layout: Layout) -> Stmt {
        self.iterate(views, true, |building, index| {
            let (mut args, mut body) = (Vec::new(), Vec::new());
            for (place, view) in views.iter().enumerate() {
                args.extend(building.operand(place, (*view, &index), sizes, layout, &mut body));
            }
            body.push(building.call(args, Vec::new()));
            body
        })
    }

    /// Whether the cores that are declared with any strides are contiguous; `None` if there are none.
    fn have_contiguous_cores(&self, views: &[LocalId], sizes: &[Expr]) -> Option<Expr> {
        let mut conds = Vec::new();
        for (operand, view) in self.operands.iter().zip(views) {
            if !matches!(operand.ty, Type::Array(ArrayType { layout: Layout::Any, .. })) {
                continue;
            }
            let mut distance = int(operand.dtype.size() as i64);
            for (axis, dimension) in operand.core.iter().enumerate().rev() {
                let stride = Expr::Stride { view: *view, axis: 1 + axis };
                conds.push(compare(CompareOp::Eq, stride, distance.clone()));
                distance = binary(BinaryOp::Mul, distance, sizes[*dimension].clone());
            }
        }
        conds.into_iter().reduce(and)
    }

    /// What is passed for an operand.
    fn operand(
        &mut self,
        place: usize,
        (view, index): (LocalId, &Expr),
        sizes: &[Expr],
        layout: Layout,
        body: &mut Vec<Stmt>,
    ) -> Vec<Expr> {
        let LoopOperand { dtype, core, ty } = self.operands[place].clone();
        let Type::Array(array) = *ty else {
            let (loaded, stmts) = self.load(view, index, dtype);
            body.extend(stmts);
            return locals(&loaded);
        };
        let mut axes = vec![Axis::Index(index.clone())];
        axes.extend(core.iter().map(|dimension| Axis::Slice {
            start: int(0),
            extent: sizes[*dimension].clone(),
            step: int(1),
        }));
        // The one number of an operand without core dimensions may be declared as an array.
        axes.resize(1 + array.rank, Axis::New);
        let part = self.view_local(ArrayType { layout: Layout::Any, ..array });
        body.push(self.assign(part, Expr::SubView { view, axes }));
        let layout = match array.layout {
            // That of one element is not looked at.
            Layout::Any if !core.is_empty() => layout,
            declared => declared,
        };
        let passed = match layout {
            Layout::Any => part,
            Layout::C | Layout::F => {
                let laid_out = self.view_local(ArrayType { layout, ..array });
                body.push(self.assign(laid_out, Expr::OfLayout { view: part, layout }));
                laid_out
            }
        };
        vec![Expr::Local(passed), Expr::Unowned]
    }

    fn view_local(&mut self, array: ArrayType) -> LocalId {
        self.function.add_local("core", ir::Type::View(array.into()))
    }

    /// The size of each core dimension, and what sets it.
    fn sizes(&mut self, views: &[LocalId]) -> (Vec<Expr>, Vec<Stmt>) {
        let (mut sizes, mut body) = (Vec::new(), Vec::new());
        let inner = self.inner;
        for (position, dimension) in inner.ufunc.layout.dimensions.iter().enumerate() {
            let size = match &dimension.size {
                CoreSize::Fixed(size) if !dimension.optional => int(*size),
                CoreSize::Fixed(_) | CoreSize::Operands => self.size_in_operands(position, views),
                CoreSize::Rule { constant, terms } => {
                    let term = |(factor, of): &(i64, usize)| {
                        binary(BinaryOp::Mul, int(*factor), Expr::clone(&sizes[*of]))
                    };
                    let terms = terms.iter().map(term);
                    terms.fold(int(*constant), |sum, term| binary(BinaryOp::Add, sum, term))
                }
            };
            let local = self.function.add_local(&*dimension.name, ir::Type::Scalar(Scalar::I64));
            body.push(self.assign(local, size));
            sizes.push(Expr::Local(local));
        }
        (sizes, body)
    }

    /// The extent of a core dimension in the first operand that has it.
    fn size_in_operands(&self, dimension: usize, views: &[LocalId]) -> Expr {
        let axis = |operand: &LoopOperand<'_>| operand.core.iter().position(|it| *it == dimension);
        let places = self.operands.iter().zip(views);
        let mut found = places.filter_map(|(operand, view)| Some((*view, axis(operand)?)));
        match found.next() {
            Some((view, axis)) => Expr::Dim { view, axis: 1 + axis },
            None => unreachable!("bug in pykernel: a core dimension is in no operand"),
        }
    }
}
