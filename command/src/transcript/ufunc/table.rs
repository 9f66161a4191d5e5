//! The table of a kernel that is a ufunc, as the macro writes it for a program.

use pykernel::ufunc::table::Callables;
use pykernel::ufunc::{CoreDimension, CoreLayout, CoreSize, Identity, Loop, Table};
use pykernel_abi::InnerLoop;
use pykernel_codegen::interface::{Kernel, Overload, ParamType};
use pykernel_codegen::types::Layout;
use pykernel_codegen::ufunc::{self as declared, Target, Ufunc};

use super::operand::dtype;

/// What a table borrows.
pub struct Parts<'a> {
    kernel: &'a Kernel,
    ufunc: &'a Ufunc,
    dimensions: Vec<CoreDimension<'a>>,
    operands: Vec<&'a [usize]>,
    loops: Vec<LoopParts<'a>>,
}

/// What a loop borrows.
struct LoopParts<'a> {
    overload: &'a Overload,
    inner: InnerLoop,
    types: Vec<pykernel::DType>,
    layouts: Vec<pykernel::call::Layout>,
}

impl<'a> Parts<'a> {
    /// Those of a kernel whose overloads have this code.
    pub fn new(kernel: &'a Kernel, ufunc: &'a Ufunc, code: Vec<InnerLoop>) -> Self {
        let layout = &ufunc.layout;
        let operands: Vec<&[usize]> =
            layout.inputs.iter().chain(&layout.outputs).map(Vec::as_slice).collect();
        let loops = kernel.overloads.iter().zip(code).map(|(overload, inner)| LoopParts {
            overload,
            inner,
            types: overload.types.iter().copied().map(dtype).collect(),
            layouts: (0..operands.len())
                .map(|operand| core_layout(overload, operand, operands[operand]))
                .collect(),
        });
        let loops = loops.collect();
        Parts {
            kernel,
            ufunc,
            dimensions: layout.dimensions.iter().map(dimension).collect(),
            operands,
            loops,
        }
    }

    /// The loops. Those that are dear are worth other threads at two iterations.
    pub fn loops(&self, dear: bool) -> Vec<Loop<'_>> {
        self.loops.iter().map(|parts| parts.full(dear)).collect()
    }

    /// The table with these loops.
    pub fn table<'t>(&'t self, loops: &'t [Loop<'t>]) -> Table<'t> {
        let (inputs, outputs) = self.operands.split_at(self.ufunc.layout.inputs.len());
        Table {
            kernel: pykernel::call::Kernel { name: &self.kernel.name, file: "", line: 0 },
            layout: CoreLayout { dimensions: &self.dimensions, inputs, outputs },
            identity: match self.ufunc.identity {
                declared::Identity::None => Identity::None,
                declared::Identity::Reorderable => Identity::Reorderable,
                declared::Identity::Value(value) => Identity::Value(value),
            },
            parallel: self.ufunc.target == Target::Parallel,
            device: None,
            writable: &self.ufunc.writable,
            loops,
        }
    }
}

impl LoopParts<'_> {
    fn full(&self, dear: bool) -> Loop<'_> {
        let Overload { raises, recursive, host, cost, .. } = *self.overload;
        Loop {
            types: &self.types,
            layouts: &self.layouts,
            inner: self.inner,
            callables: Callables(std::ptr::null()),
            raises,
            recursive,
            host,
            cost: if dear { 1 << 16 } else { cost },
        }
    }
}

/// How the core dimensions of an operand must lie.
fn core_layout(overload: &Overload, operand: usize, core: &[usize]) -> pykernel::call::Layout {
    match overload.params.get(operand).map(|param| &param.ty) {
        Some(ParamType::Array(array, _)) if array.rank == core.len() => match array.layout {
            Layout::Any => pykernel::call::Layout::Any,
            Layout::C => pykernel::call::Layout::C,
            Layout::F => pykernel::call::Layout::F,
        },
        _ => pykernel::call::Layout::Any,
    }
}

fn dimension(dimension: &declared::CoreDimension) -> CoreDimension<'_> {
    let size = match &dimension.size {
        declared::CoreSize::Operands => CoreSize::Operands,
        declared::CoreSize::Fixed(size) => CoreSize::Fixed(*size),
        declared::CoreSize::Rule { constant, terms } => CoreSize::Rule { constant: *constant, terms },
    };
    let declared::CoreDimension { name, optional, broadcastable, .. } = dimension;
    CoreDimension { name, size, optional: *optional, broadcastable: *broadcastable }
}
