//! NumPy's reductions: what each computes, and its parameters.

use super::{Row, Rule, Target, row};

/// A reduction of arrays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reduction {
    /// What it computes.
    pub what: What,
    /// Whether it leaves out what is not a number.
    pub skips_nan: bool,
    /// Whether it is a method of a ufunc: it goes along the first dimension where none is named.
    pub is_method: bool,
}

/// What a reduction computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The sum.
    Sum,
    /// The product.
    Product,
    /// The least element.
    Minimum,
    /// The greatest one.
    Maximum,
    /// Whether some element is true.
    Any,
    /// Whether all elements are true.
    All,
    /// How many elements are not zero.
    Count,
    /// How many elements there are, which a mask says.
    Everything,
    /// The mean.
    Mean,
    /// The variance.
    Variance,
    /// The standard deviation.
    Deviation,
    /// The greatest element less the least.
    Spread,
    /// Where the least element stands.
    ArgMinimum,
    /// Where the greatest one stands.
    ArgMaximum,
    /// The mean weighted by another array.
    Average,
    /// The median.
    Median,
    /// The element below which a part of the others is, as a fraction.
    Quantile,
    /// The same, in percent.
    Percentile,
    /// The sum so far, at each element.
    CumulativeSum,
    /// The product so far.
    CumulativeProduct,
    /// What a ufunc makes of all elements, from left to right.
    Fold,
    /// What it has made of them so far, at each element.
    Accumulation,
}

impl Reduction {
    /// A reduction of all elements.
    pub const fn of(what: What) -> Reduction {
        Reduction { what, skips_nan: false, is_method: false }
    }

    /// A reduction of the elements that are numbers.
    pub const fn of_numbers(what: What) -> Reduction {
        Reduction { what, skips_nan: true, is_method: false }
    }

    /// `reduce` or `accumulate` of one of NumPy's ufuncs.
    pub fn of_ufunc(ufunc: &str, method: &str) -> Option<Reduction> {
        let reduction = match (method, ufunc) {
            ("reduce", "numpy.add") => Reduction::of(What::Sum),
            ("reduce", "numpy.multiply") => Reduction::of(What::Product),
            ("reduce", "numpy.minimum") => Reduction::of(What::Minimum),
            ("reduce", "numpy.maximum") => Reduction::of(What::Maximum),
            ("reduce", "numpy.fmin") => Reduction::of_numbers(What::Minimum),
            ("reduce", "numpy.fmax") => Reduction::of_numbers(What::Maximum),
            ("reduce", "numpy.logical_or") => Reduction::of(What::Any),
            ("reduce", "numpy.logical_and") => Reduction::of(What::All),
            ("reduce", _) => Reduction::of(What::Fold),
            ("accumulate", "numpy.add") => Reduction::of(What::CumulativeSum),
            ("accumulate", "numpy.multiply") => Reduction::of(What::CumulativeProduct),
            ("accumulate", _) => Reduction::of(What::Accumulation),
            _ => return None,
        };
        Some(Reduction { is_method: true, ..reduction })
    }

    /// Whether NumPy computes it by `reduce` of a ufunc alone.
    pub const fn is_ufunc(self) -> bool {
        matches!(
            self.what,
            What::Sum | What::Product | What::Minimum | What::Maximum | What::Any | What::All | What::Fold
        )
    }

    /// Whether there is a result for each element.
    pub const fn keeps_shape(self) -> bool {
        matches!(self.what, What::CumulativeSum | What::CumulativeProduct | What::Accumulation)
    }

    /// Whether it computes in a type that `dtype` names.
    pub const fn has_dtype(self) -> bool {
        !matches!(self.what, What::Minimum | What::Maximum | What::Any | What::All)
    }

    /// Whether its results are elements of the array.
    pub const fn gives_elements(self) -> bool {
        matches!(self.what, What::Minimum | What::Maximum)
    }

    /// Its parameters behind the array, in NumPy's order, and how many of them may be given by position.
    pub const fn params(self) -> (&'static [&'static str], usize) {
        match self.what {
            What::Minimum | What::Maximum | What::Any | What::All if self.is_method => {
                Reduction::of(What::Fold).params()
            }
            What::Sum | What::Product | What::Fold => {
                (&["axis", "dtype", "out", "keepdims", "initial", "where"], 6)
            }
            What::Minimum | What::Maximum => (&["axis", "out", "keepdims", "initial", "where"], 5),
            What::Any | What::All => (&["axis", "out", "keepdims", "where"], 3),
            What::Count | What::Everything => (&["axis", "keepdims"], 1),
            What::Mean => (&["axis", "dtype", "out", "keepdims", "where"], 4),
            What::Variance | What::Deviation => {
                (&["axis", "dtype", "out", "ddof", "keepdims", "where", "mean", "correction"], 5)
            }
            What::Spread => (&["axis", "out", "keepdims"], 3),
            What::ArgMinimum | What::ArgMaximum => (&["axis", "out", "keepdims"], 2),
            What::Average => (&["axis", "weights", "returned", "keepdims"], 3),
            What::Median => (&["axis", "out", "overwrite_input", "keepdims"], 4),
            What::Quantile | What::Percentile => {
                (&["q", "axis", "out", "overwrite_input", "method", "keepdims", "weights"], 6)
            }
            What::CumulativeSum | What::CumulativeProduct | What::Accumulation => {
                (&["axis", "dtype", "out"], 3)
            }
        }
    }
}

/// A reduction of an array, which reads its own arguments.
const fn reduction(name: &'static str, what: What) -> Row {
    row(name, 1..=usize::MAX, Rule::Reduce(Reduction::of(what)), Target::Nothing)
}

/// A reduction of the elements that are numbers.
const fn of_numbers(name: &'static str, what: What) -> Row {
    row(name, 1..=usize::MAX, Rule::Reduce(Reduction::of_numbers(what)), Target::Nothing)
}

pub(super) static TABLE: &[Row] = &[
    reduction("numpy.all", What::All),
    reduction("numpy.amax", What::Maximum),
    reduction("numpy.amin", What::Minimum),
    reduction("numpy.any", What::Any),
    reduction("numpy.argmax", What::ArgMaximum),
    reduction("numpy.argmin", What::ArgMinimum),
    reduction("numpy.average", What::Average),
    reduction("numpy.count_nonzero", What::Count),
    reduction("numpy.cumprod", What::CumulativeProduct),
    reduction("numpy.cumsum", What::CumulativeSum),
    reduction("numpy.max", What::Maximum),
    reduction("numpy.mean", What::Mean),
    reduction("numpy.median", What::Median),
    reduction("numpy.min", What::Minimum),
    of_numbers("numpy.nanargmax", What::ArgMaximum),
    of_numbers("numpy.nanargmin", What::ArgMinimum),
    of_numbers("numpy.nancumprod", What::CumulativeProduct),
    of_numbers("numpy.nancumsum", What::CumulativeSum),
    of_numbers("numpy.nanmax", What::Maximum),
    of_numbers("numpy.nanmean", What::Mean),
    of_numbers("numpy.nanmedian", What::Median),
    of_numbers("numpy.nanmin", What::Minimum),
    of_numbers("numpy.nanpercentile", What::Percentile),
    of_numbers("numpy.nanprod", What::Product),
    of_numbers("numpy.nanquantile", What::Quantile),
    of_numbers("numpy.nanstd", What::Deviation),
    of_numbers("numpy.nansum", What::Sum),
    of_numbers("numpy.nanvar", What::Variance),
    reduction("numpy.percentile", What::Percentile),
    reduction("numpy.prod", What::Product),
    reduction("numpy.ptp", What::Spread),
    reduction("numpy.quantile", What::Quantile),
    reduction("numpy.std", What::Deviation),
    reduction("numpy.sum", What::Sum),
    reduction("numpy.var", What::Variance),
];
