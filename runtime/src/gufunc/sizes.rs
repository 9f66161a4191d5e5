//! The core dimensions of a call: which are left out, and the sizes of the others.

use pykernel_abi::MAX_EXTENT;
use smallvec::SmallVec;

use super::axes::Placements;
use super::operands::Operands;
use crate::Error;
use crate::any::Extents;
use crate::ufunc::CoreSize;

/// How many core dimensions the operands of a call have.
#[derive(Debug)]
pub(crate) struct Ranks {
    /// Of each operand.
    pub core: Extents,
    /// Of each core dimension, whether it is left out.
    pub missing: SmallVec<[bool; 4]>,
}

impl Ranks {
    /// Leaves out optional dimensions, in the layout's order, until each operand has enough.
    pub fn new(operands: &Operands<'_>, keepdims: bool) -> Result<Self, Error> {
        let layout = &operands.table.layout;
        let mut core: Extents = (0..operands.len()).map(|operand| operands.core(operand).len()).collect();
        if keepdims {
            let kept = layout.inputs.first().map_or(0, |core| core.len());
            core[layout.inputs.len()..].fill(kept);
        }
        let mut ranks = Ranks { core, missing: SmallVec::from_elem(false, layout.dimensions.len()) };
        for (operand, shape) in operands.given() {
            if shape.len() < ranks.core[operand] {
                ranks.shrink(operands, operand, shape.len())?;
            }
        }
        Ok(ranks)
    }

    /// Leaves out dimensions of an operand until it has `rank`.
    fn shrink(&mut self, operands: &Operands<'_>, operand: usize, rank: usize) -> Result<(), Error> {
        for &dimension in operands.core(operand) {
            if operands.table.layout.dimensions[dimension].optional && !self.missing[dimension] {
                self.missing[dimension] = true;
                for (other, core) in self.core.iter_mut().enumerate() {
                    *core -= operands.core(other).iter().filter(|named| **named == dimension).count();
                }
                if self.core[operand] == rank {
                    return Ok(());
                }
            }
        }
        if rank >= self.core[operand] {
            return Ok(());
        }
        let (signature, needed) = (&operands.table.layout, self.core[operand]);
        let message = format!(
            "{} does not have enough dimensions (has {rank}, gufunc core with signature {signature} requires {needed})",
            operands.name(operand)
        );
        Err(operands.refuse("ValueError", &message))
    }
}

/// The sizes of the core dimensions; 1 of those that are left out.
pub(crate) fn sizes(
    operands: &Operands<'_>,
    ranks: &Ranks,
    placements: &Placements,
) -> Result<Extents, Error> {
    let found = Sizes { operands, ranks, placements, known: SmallVec::new() };
    found.all()
}

/// The sizes as they are found.
struct Sizes<'a> {
    operands: &'a Operands<'a>,
    ranks: &'a Ranks,
    placements: &'a Placements,
    known: SmallVec<[Option<usize>; 4]>,
}

impl Sizes<'_> {
    fn all(mut self) -> Result<Extents, Error> {
        self.start();
        for (operand, shape) in self.operands.given() {
            self.meet(operand, shape, |size| !matches!(size, CoreSize::Rule { .. }))?;
        }
        self.set_broadcastable();
        if self.apply_rules()? {
            for (operand, shape) in self.operands.given() {
                self.meet(operand, shape, |size| matches!(size, CoreSize::Rule { .. }))?;
            }
        }
        let sizes: Extents = self.known.iter().flatten().copied().collect();
        if sizes.len() < self.known.len() {
            return Err(self.unspecified());
        }
        match sizes.iter().position(|size| *size as u64 > MAX_EXTENT as u64) {
            Some(dimension) => Err(self.too_large(dimension, sizes[dimension])),
            None => Ok(sizes),
        }
    }

    fn start(&mut self) {
        let dimensions = self.operands.table.layout.dimensions.iter().zip(&self.ranks.missing);
        self.known = dimensions
            .map(|(dimension, missing)| match dimension.size {
                _ if *missing => Some(1),
                CoreSize::Fixed(size) => usize::try_from(size).ok(),
                CoreSize::Operands | CoreSize::Rule { .. } => None,
            })
            .collect();
    }

    /// Compares the core dimensions of an operand, of the wanted kind, with what is known.
    fn meet(
        &mut self,
        operand: usize,
        shape: &[usize],
        wanted: impl Fn(&CoreSize<'_>) -> bool,
    ) -> Result<(), Error> {
        let placement = &self.placements[operand];
        let core = self.operands.core(operand).iter().filter(|dimension| !self.ranks.missing[**dimension]);
        for (position, &dimension) in core.enumerate() {
            let declared = &self.operands.table.layout.dimensions[dimension];
            let extent = shape[placement.axis(placement.loops + position)];
            let stretched = declared.broadcastable && extent == 1 && !self.operands.is_written(operand);
            if !wanted(&declared.size) || stretched {
                continue;
            }
            match self.known[dimension] {
                None => self.known[dimension] = Some(extent),
                Some(size) if size == extent => {}
                Some(size) => return Err(self.mismatch(operand, position, extent, size)),
            }
        }
        Ok(())
    }

    /// A dimension that has size 1 in all operands has size 1.
    fn set_broadcastable(&mut self) {
        let inputs = self.operands.table.layout.inputs;
        for dimension in inputs.iter().copied().flatten() {
            let declared = &self.operands.table.layout.dimensions[*dimension];
            if declared.broadcastable && matches!(declared.size, CoreSize::Operands) {
                self.known[*dimension].get_or_insert(1);
            }
        }
    }

    /// Computes what rules give of the sizes before them; whether there are rules.
    fn apply_rules(&mut self) -> Result<bool, Error> {
        let mut any = false;
        for (dimension, declared) in self.operands.table.layout.dimensions.iter().enumerate() {
            if let CoreSize::Rule { constant, terms } = declared.size
                && !self.ranks.missing[dimension]
            {
                any = true;
                self.known[dimension] = self.apply(dimension, constant, terms)?;
            }
        }
        Ok(any)
    }

    /// What a rule gives; `None` if a size in it is not known.
    fn apply(&self, dimension: usize, constant: i64, terms: &[(i64, usize)]) -> Result<Option<usize>, Error> {
        let mut total = i128::from(constant);
        for &(factor, term) in terms {
            let Some(size) = self.known[term] else { return Ok(None) };
            // At most 2**127 in all but absurd numbers of terms, which saturate to what is refused.
            total = total.saturating_add(i128::from(factor) * size as i128);
        }
        match usize::try_from(total) {
            Ok(size) if size as u64 <= MAX_EXTENT as u64 => Ok(Some(size)),
            _ => Err(self.impossible(dimension, terms, total)),
        }
    }

    #[cold]
    fn mismatch(&self, operand: usize, position: usize, extent: usize, size: usize) -> Error {
        let (name, signature) = (self.operands.name(operand), &self.operands.table.layout);
        let message = format!(
            "{name} has a mismatch in its core dimension {position}, with gufunc signature {signature} \
             (size {extent} is different from {size})"
        );
        self.operands.refuse("ValueError", &message)
    }

    /// Names the first output with a dimension whose size nothing tells.
    #[cold]
    fn unspecified(&self) -> Error {
        let find = |operand: usize| {
            let core = self.operands.core(operand);
            core.iter()
                .position(|dimension| self.known[*dimension].is_none())
                .map(|position| (operand, position))
        };
        let Some((operand, position)) = (0..self.operands.len()).find_map(find) else {
            unreachable!("bug in pykernel: a core dimension that no operand has");
        };
        let (name, signature) = (self.operands.name(operand), &self.operands.table.layout);
        let message =
            format!("{name} has core dimension {position} unspecified, with gufunc signature {signature}");
        self.operands.refuse("ValueError", &message)
    }

    #[cold]
    fn impossible(&self, dimension: usize, terms: &[(i64, usize)], size: i128) -> Error {
        let dimensions = self.operands.table.layout.dimensions;
        let term = |(_, term): &(i64, usize)| {
            format!("{}={}", dimensions[*term].name, self.known[*term].unwrap_or_default())
        };
        let terms: Vec<String> = terms.iter().map(term).collect();
        let fault = if size < 0 { "is negative" } else { "is too large" };
        let (name, signature) = (dimensions[dimension].name, &self.operands.table.layout);
        let message = format!(
            "the size {size} of core dimension {name} {fault}, with gufunc signature {signature} ({})",
            terms.join(", ")
        );
        self.operands.refuse("ValueError", &message)
    }

    #[cold]
    fn too_large(&self, dimension: usize, size: usize) -> Error {
        let name = self.operands.table.layout.dimensions[dimension].name;
        let message = format!("core dimension {name} has {size} elements; kernels take up to 2**48");
        self.operands.refuse("ValueError", &message)
    }
}
