//! NumPy's reductions: what each computes, and its parameters.

/// A reduction of arrays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reduction {
    /// What it computes.
    pub what: What,
    /// Whether it leaves out what is not a number.
    pub skips_nan: bool,
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
}

impl Reduction {
    /// A reduction of all elements.
    pub const fn of(what: What) -> Reduction {
        Reduction { what, skips_nan: false }
    }

    /// A reduction of the elements that are numbers.
    pub const fn of_numbers(what: What) -> Reduction {
        Reduction { what, skips_nan: true }
    }

    /// Whether there is a result for each element.
    pub const fn keeps_shape(self) -> bool {
        matches!(self.what, What::CumulativeSum | What::CumulativeProduct)
    }

    /// Its parameters behind the array, in NumPy's order, and how many of them may be given by position.
    pub const fn params(self) -> (&'static [&'static str], usize) {
        match self.what {
            What::Sum | What::Product => (&["axis", "dtype", "out", "keepdims", "initial", "where"], 6),
            What::Minimum | What::Maximum => (&["axis", "out", "keepdims", "initial", "where"], 5),
            What::Any | What::All => (&["axis", "out", "keepdims", "where"], 3),
            What::Count => (&["axis", "keepdims"], 1),
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
            What::CumulativeSum | What::CumulativeProduct => (&["axis", "dtype", "out"], 3),
        }
    }
}
