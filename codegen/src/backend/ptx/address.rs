//! In which space of memory views lie, and the addresses of their elements.

use super::function::{FunctionCx, written};
use super::instruction::{Class, Opcode, Operand, Register, Space, Ty};
use super::view::Array;
use crate::ir::roots::Maker;
use crate::ir::{Expr, Function, LocalId, Module, Part, Type, roots};
use crate::types::Layout;

/// Who gives a function its views.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    /// The host, which guarantees that what is written is no part of another argument.
    Host,
    /// The host, for a ufunc's loop: what it writes may be what it reads, as in reductions.
    HostOfLoop,
    /// Another function, which may have made them in its frame.
    Function,
}

/// In which space each view of a function lies.
pub(super) struct Spaces {
    caller: Caller,
    /// For each local.
    of: Vec<Space>,
}

impl Spaces {
    /// What the host gives lies in the device's memory.
    pub(super) fn of(function: &Function, module: &Module, caller: Caller) -> Spaces {
        let (from, makers) = (roots::of_views(function, module), roots::makers(function, module));
        let tables = roots::tables(function, module);
        let written = written(function);
        let only = |local: usize, is: fn(&Maker) -> bool| {
            from[local].is_empty() && !makers[local].is_empty() && makers[local].iter().all(is)
        };
        let of = (0..function.locals.len()).map(|local| match () {
            () if !matches!(function.locals[local].ty, Type::View(_)) => Space::Generic,
            () if only(local, |maker| matches!(maker, Maker::Own(_))) => Space::Local,
            () if only(local, |maker| *maker == Maker::Shared) => Space::Shared,
            () if from[local].is_empty() && makers[local].is_empty() && tables[local].iter().eq([&true]) => {
                Space::Constant
            }
            () if from[local].is_empty() && makers[local].is_empty() && tables[local].iter().eq([&false]) => {
                Space::ReadOnly
            }
            () if !makers[local].is_empty() || tables[local].contains(&true) => Space::Generic,
            () if caller == Caller::Function => Space::Generic,
            () if caller == Caller::HostOfLoop || from[local].is_empty() => Space::Global,
            () if from[local].is_disjoint(&written) => Space::ReadOnly,
            () => Space::Global,
        });
        Spaces { caller, of: of.collect() }
    }

    /// Whether the host launches the function.
    pub(super) fn is_entry(&self) -> bool {
        self.caller != Caller::Function
    }

    pub(super) fn load(&self, view: LocalId) -> Space {
        self.of[view.0 as usize]
    }

    pub(super) fn is_local(&self, view: LocalId) -> bool {
        self.load(view) == Space::Local
    }

    pub(super) fn is_shared(&self, view: LocalId) -> bool {
        self.load(view) == Space::Shared
    }

    fn is_generic(&self, view: LocalId) -> bool {
        self.load(view) == Space::Generic
    }

    pub(super) fn store(&self, view: LocalId) -> Space {
        match self.of[view.0 as usize] {
            // The effects would know: nothing is stored there.
            Space::ReadOnly => Space::Global,
            space => space,
        }
    }
}

impl FunctionCx<'_, '_> {
    /// Makes an array local an array. Where it may lie elsewhere too, its address is one of all memory.
    pub(super) fn assign_view(&mut self, local: LocalId, value: &Expr) {
        let array = match self.spaces.is_generic(local) {
            true => self.generic(value),
            false => self.array(value),
        };
        self.set_view(local, &array);
    }

    /// The array that an expression is, with its address in all memory.
    pub(super) fn generic(&mut self, expr: &Expr) -> Array {
        let mut array = self.array(expr);
        let space = match expr {
            Expr::Local(local) => self.spaces.store(*local),
            Expr::Table { cached: true, .. } => Space::Constant,
            Expr::Table { cached: false, .. } => Space::Global,
            other => other.views().next().map_or(Space::Generic, |base| self.spaces.store(base)),
        };
        if space != Space::Generic {
            let args = [array.data.into()];
            array.data = self.compute(Opcode::CvtaFrom(space), Ty::U64, Class::Long, args);
        }
        array
    }

    /// Reads a part of an element, of a type, into a register.
    pub(super) fn load(&mut self, local: LocalId, index: &[Operand], part: Part, ty: Ty, to: Register) {
        let address = self.element(local, index, part);
        let space = self.spaces.load(local);
        self.emit(Opcode::Load(space), &[ty], [to.into(), address]);
    }

    /// Writes a part of an element.
    pub(super) fn store(&mut self, local: LocalId, index: &[Operand], part: Part, ty: Ty, value: Register) {
        let address = self.element(local, index, part);
        let opcode = Opcode::Store(self.spaces.store(local));
        match self.unit.is_for_warps() {
            true => self.store_once(opcode, ty, address, value),
            false => self.emit(opcode, &[ty], [address, value.into()]),
        }
    }

    /// A part of an element in memory. The slowest dimension is added first, so that what an inner loop does not
    /// change can be computed before it.
    pub(super) fn element(&mut self, local: LocalId, index: &[Operand], part: Part) -> Operand {
        let view = self.view(local);
        let mut axes: Vec<usize> = (0..index.len()).collect();
        if view.ty.layout == Layout::F {
            axes.reverse();
        }
        let (mut address, mut offset) = (view.data, view.offset(part));
        for axis in axes {
            match (index[axis], view.strides[axis].operand()) {
                (Operand::Int(index), Operand::Int(stride)) => offset += index.wrapping_mul(stride),
                (index, stride) => address = self.advanced(address, index, stride),
            }
        }
        // An offset has 32 bits.
        if i32::try_from(offset).is_err() {
            address = self.advanced(address, Operand::Int(offset), Operand::Int(1));
            offset = 0;
        }
        Operand::Memory(address, offset)
    }

    /// An address, `index` times a stride further.
    pub(super) fn advanced(
        &mut self,
        address: Register,
        index: impl Into<Operand>,
        stride: impl Into<Operand>,
    ) -> Register {
        match (index.into(), stride.into()) {
            (Operand::Int(0), _) => address,
            (Operand::Int(1), distance) | (distance, Operand::Int(1)) => {
                self.compute(Opcode::Add, Ty::S64, Class::Long, [address.into(), distance])
            }
            (index, stride) => {
                self.compute(Opcode::MadLow, Ty::S64, Class::Long, [index, stride, address.into()])
            }
        }
    }
}
