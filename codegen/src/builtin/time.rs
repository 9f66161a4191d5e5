//! What NumPy's functions do with dates and durations. One that is not named here takes numbers alone.

/// How a function takes times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// As they are: its text in the library computes with them; another text with dates, whose differences are durations.
    Differences(&'static str),
    /// As the numbers of their units, with NaT where this says, and what it gives is this.
    Numbers(Nat, Given),
    /// As numbers, of which NaT makes the whole result NaT: the sum of durations.
    Sum,
    /// Likewise, divided by how many there are.
    Mean,
}

/// Where NaT stands among the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nat {
    /// Before all others, as it is stored.
    First,
    /// Behind all others.
    Last,
}

/// What a function gives that takes times as numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// Some of them.
    Times,
    /// Some of them, and numbers behind, if it gives a tuple.
    TimesFirst,
    /// Numbers.
    Numbers,
}

/// How a function of this name takes times.
pub fn times(name: &str) -> Option<Times> {
    TABLE.iter().find(|(known, _)| *known == name).map(|(_, times)| *times)
}

const STORED: Times = Times::Numbers(Nat::First, Given::Times);
const PLACES: Times = Times::Numbers(Nat::Last, Given::Numbers);
const PLACES_OF_STORED: Times = Times::Numbers(Nat::First, Given::Numbers);
const ORDERED: Times = Times::Numbers(Nat::Last, Given::Times);

static TABLE: &[(&str, Times)] = &[
    ("ndarray.flatten", STORED),
    ("ndarray.reshape", STORED),
    ("ndarray.transpose", STORED),
    ("numpy.all", PLACES_OF_STORED),
    ("numpy.any", PLACES_OF_STORED),
    ("numpy.append", STORED),
    ("numpy.argmax", PLACES),
    ("numpy.argmin", PLACES_OF_STORED),
    ("numpy.argpartition", PLACES),
    ("numpy.argsort", PLACES),
    ("numpy.argwhere", PLACES_OF_STORED),
    ("numpy.array_split", STORED),
    ("numpy.ascontiguousarray", STORED),
    ("numpy.asfortranarray", STORED),
    ("numpy.atleast_1d", STORED),
    ("numpy.atleast_2d", STORED),
    ("numpy.atleast_3d", STORED),
    ("numpy.broadcast_arrays", STORED),
    ("numpy.broadcast_to", STORED),
    ("numpy.column_stack", STORED),
    ("numpy.compress", STORED),
    ("numpy.concatenate", STORED),
    ("numpy.count_nonzero", PLACES_OF_STORED),
    ("numpy.delete", STORED),
    ("numpy.diag", STORED),
    ("numpy.diagonal", STORED),
    ("numpy.diff", Times::Differences("dates_diff")),
    ("numpy.digitize", PLACES),
    ("numpy.dsplit", STORED),
    ("numpy.dstack", STORED),
    ("numpy.expand_dims", STORED),
    ("numpy.extract", STORED),
    ("numpy.flatnonzero", PLACES_OF_STORED),
    ("numpy.flip", STORED),
    ("numpy.fliplr", STORED),
    ("numpy.flipud", STORED),
    ("numpy.hsplit", STORED),
    ("numpy.hstack", STORED),
    ("numpy.max", ORDERED),
    ("numpy.mean", Times::Mean),
    ("numpy.min", STORED),
    ("numpy.moveaxis", STORED),
    ("numpy.nanmax", STORED),
    ("numpy.nanmin", ORDERED),
    ("numpy.ndim", PLACES_OF_STORED),
    ("numpy.nonzero", PLACES_OF_STORED),
    ("numpy.partition", ORDERED),
    ("numpy.permute_dims", STORED),
    ("numpy.ravel", STORED),
    ("numpy.repeat", STORED),
    ("numpy.reshape", STORED),
    ("numpy.resize", STORED),
    ("numpy.roll", STORED),
    ("numpy.rollaxis", STORED),
    ("numpy.rot90", STORED),
    ("numpy.searchsorted", PLACES),
    ("numpy.shape", PLACES_OF_STORED),
    ("numpy.size", PLACES_OF_STORED),
    ("numpy.sort", ORDERED),
    ("numpy.split", STORED),
    ("numpy.squeeze", STORED),
    ("numpy.stack", STORED),
    ("numpy.sum", Times::Sum),
    ("numpy.swapaxes", STORED),
    ("numpy.take", STORED),
    ("numpy.take_along_axis", STORED),
    ("numpy.tile", STORED),
    ("numpy.transpose", STORED),
    ("numpy.tril", STORED),
    ("numpy.triu", STORED),
    ("numpy.unique", Times::Numbers(Nat::Last, Given::TimesFirst)),
    ("numpy.vsplit", STORED),
    ("numpy.vstack", STORED),
];
