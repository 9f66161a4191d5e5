//! The named constants of Python's modules and NumPy's.

/// The value of a named constant.
#[derive(Clone, Copy, Debug)]
pub enum Constant {
    /// A float.
    Float(f64),
    /// An imaginary number.
    Imaginary(f64),
    /// Python's `int`.
    Int(i128),
}

/// The value of a named constant.
pub fn constant(name: &str) -> Option<Constant> {
    TABLE.iter().find(|(constant, _)| *constant == name).map(|(_, value)| *value)
}

pub(super) const TABLE: &[(&str, Constant)] = &[
    ("cmath.e", Constant::Float(std::f64::consts::E)),
    ("cmath.inf", Constant::Float(f64::INFINITY)),
    ("cmath.infj", Constant::Imaginary(f64::INFINITY)),
    ("cmath.nan", Constant::Float(f64::NAN)),
    ("cmath.nanj", Constant::Imaginary(f64::NAN)),
    ("cmath.pi", Constant::Float(std::f64::consts::PI)),
    ("cmath.tau", Constant::Float(std::f64::consts::TAU)),
    ("math.e", Constant::Float(std::f64::consts::E)),
    ("math.inf", Constant::Float(f64::INFINITY)),
    ("math.nan", Constant::Float(f64::NAN)),
    ("math.pi", Constant::Float(std::f64::consts::PI)),
    ("math.tau", Constant::Float(std::f64::consts::TAU)),
    ("numba.cuda.warpsize", Constant::Int(32)),
    ("numpy.e", Constant::Float(std::f64::consts::E)),
    ("numpy.inf", Constant::Float(f64::INFINITY)),
    ("numpy.nan", Constant::Float(f64::NAN)),
    ("numpy.pi", Constant::Float(std::f64::consts::PI)),
];
