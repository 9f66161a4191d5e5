//! Random arguments of kernels, with memory around them that nobody may write.

use pykernel_cli::transcript::array::indices;
use pykernel_cli::transcript::number::Datum;
use pykernel_codegen::interface::{Kernel, ParamType};
use pykernel_codegen::ir::Mode;
use pykernel_codegen::types::{DType, Kind, Layout};
use pykernel_codegen::ufunc::Ufunc;

use super::random::Random;

/// Bytes before and behind the elements.
const GUARD: usize = 128;
const PATTERN: u64 = 0xa5a5_a5a5_a5a5_a5a5;
const NUMBERS: [f64; 16] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    2.0,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    5e-324,
    1e-310,
    1e308,
    -1e300,
    3e9,
    1e-40,
    1e20,
];

/// The arguments of a call.
pub struct Data {
    pub memories: Vec<Vec<u64>>,
    pub operands: Vec<Operand>,
    /// The numbers among the arguments of a kernel that is no ufunc: at which position, and the bits.
    pub numbers: Vec<(usize, Vec<u64>)>,
    /// Of an inner loop: how many iterations, and the sizes of the core dimensions.
    pub dimensions: Vec<isize>,
}

/// An array.
#[derive(Clone, Debug)]
pub struct Operand {
    /// Of an array among numbers, the position.
    pub position: usize,
    pub memory: usize,
    pub dtype: DType,
    /// Where the first element is, in bytes.
    pub offset: usize,
    pub shape: Vec<usize>,
    pub strides: Vec<isize>,
    pub written: bool,
}

impl Operand {
    /// Where its elements are, in bytes.
    pub fn places(&self) -> impl Iterator<Item = usize> + '_ {
        indices(&self.shape).map(|index| {
            let offsets = index.iter().zip(&self.strides).map(|(index, stride)| *index as isize * stride);
            self.offset.wrapping_add_signed(offsets.sum())
        })
    }
}

/// The arguments of one call.
pub fn of(kernel: &Kernel, random: &mut Random) -> Data {
    let ugly = random.one_in(3);
    let size = if random.one_in(4) { random.below(5) } else { random.below(71) };
    let data =
        Data { memories: Vec::new(), operands: Vec::new(), numbers: Vec::new(), dimensions: Vec::new() };
    let mut maker = Maker { random, ugly, size, data };
    match &kernel.ufunc {
        Some(ufunc) => maker.inner_loop(kernel, ufunc),
        None => maker.call(kernel),
    }
    maker.data
}

struct Maker<'r> {
    random: &'r mut Random,
    /// Whether numbers are to be what is rare.
    ugly: bool,
    size: usize,
    data: Data,
}

impl Maker<'_> {
    fn call(&mut self, kernel: &Kernel) {
        let columns = self.random.below(12);
        for (position, param) in kernel.overloads[0].params.iter().enumerate() {
            match &param.ty {
                ParamType::Number(number) if param.name == "n" => {
                    let size = self.extent(self.size) as u64;
                    assert_eq!(number.dtype(), DType::Int64);
                    self.data.numbers.push((position, vec![size]));
                }
                ParamType::Number(number) => {
                    let words = self.words(number.dtype());
                    self.data.numbers.push((position, words));
                }
                ParamType::Array(ty, mode) => {
                    let shape = [self.size, columns][..ty.rank].to_vec();
                    let shape = shape.into_iter().map(|extent| self.extent(extent)).collect();
                    let is_index = param.name == "at";
                    self.array(position, ty.dtype(), shape, ty.layout, *mode == Mode::Write, is_index);
                }
                ParamType::Tuple(_) | ParamType::Optional(_) | ParamType::Generator => {
                    unreachable!("no such text is made")
                }
            }
        }
    }

    /// An extent that fits the others, mostly.
    fn extent(&mut self, extent: usize) -> usize {
        if self.ugly && self.random.one_in(6) { self.random.below(extent + 3) } else { extent }
    }

    /// The bits of a number as an argument.
    fn words(&mut self, dtype: DType) -> Vec<u64> {
        let bytes = self.number(dtype);
        let (parts, part) = match dtype.kind() {
            Kind::Complex => (2, dtype.size() / 2),
            Kind::Bool | Kind::Int | Kind::Float => (1, dtype.size()),
        };
        let word = |part: &[u8]| part.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
        bytes.chunks(part).take(parts).map(word).collect()
    }

    fn inner_loop(&mut self, kernel: &Kernel, ufunc: &Ufunc) {
        let overload = &kernel.overloads[0];
        let cores: Vec<usize> = ufunc.layout.dimensions.iter().map(|_| self.random.below(40)).collect();
        let operands: Vec<&Vec<usize>> = ufunc.layout.inputs.iter().chain(&ufunc.layout.outputs).collect();
        let outer = if cores.is_empty() { self.size } else { self.random.below(4) };
        self.data.dimensions = [outer].iter().chain(&cores).map(|size| *size as isize).collect();
        let n_inputs = ufunc.layout.inputs.len();
        for (position, core) in operands.iter().enumerate() {
            let shape: Vec<usize> =
                [outer].into_iter().chain(core.iter().map(|dimension| cores[*dimension])).collect();
            let (dtype, written) = (overload.types[position], position >= n_inputs);
            // All in one place is what `reduce` asks of two inputs.
            let may_lie_over = |input: &Operand| input.strides[0] != 0 || position == 2;
            let fits = core.is_empty() && dtype == overload.types[0];
            if written && fits && may_lie_over(&self.data.operands[0]) && self.random.one_in(2) {
                self.over_input(position);
                continue;
            }
            // A gufunc's core dimensions are as its loop asks; those of the loop may be any.
            let is_contiguous = match overload.params.get(position).map(|param| &param.ty) {
                Some(ParamType::Array(ty, _)) => ty.layout != Layout::Any,
                _ => false,
            };
            let layout = if is_contiguous { Layout::C } else { Layout::Any };
            self.array(position, dtype, shape, layout, written, false);
        }
    }

    /// An output that lies where the first input does: as it is, and of two inputs also one element later,
    /// as `accumulate` asks, or one for all, as `reduce` does.
    fn over_input(&mut self, position: usize) {
        let mut output = Operand { position, written: true, ..self.data.operands[0].clone() };
        let folds = position == 2;
        match self.random.below(3) {
            0 if folds && output.strides[0] > 0 => {
                // The memory has room behind its last element.
                output.offset = output.offset.wrapping_add_signed(output.strides[0]);
            }
            1 if folds => {
                self.data.operands[0].strides[0] = 0;
                output.strides[0] = 0;
            }
            _ => {}
        }
        self.data.operands[0].written = true;
        self.data.operands.push(output);
    }

    fn array(
        &mut self,
        position: usize,
        dtype: DType,
        shape: Vec<usize>,
        layout: Layout,
        written: bool,
        is_index: bool,
    ) {
        let strides = self.strides(dtype, &shape, layout, written);
        let mut low = 0;
        let mut high = 0;
        for (extent, stride) in shape.iter().zip(&strides) {
            let far = stride * (*extent as isize - 1).max(0);
            low += far.min(0);
            high += far.max(0);
        }
        let offset = GUARD + low.unsigned_abs();
        let bytes = offset + high.unsigned_abs() + dtype.size() + GUARD;
        let mut memory = vec![PATTERN; bytes.div_ceil(8)];
        let operand =
            Operand { position, memory: self.data.memories.len(), dtype, offset, shape, strides, written };
        for place in operand.places() {
            let number = match is_index {
                true => self.index().to_le_bytes().to_vec(),
                false => self.number(dtype),
            };
            write(&mut memory, place, &number);
        }
        self.data.memories.push(memory);
        self.data.operands.push(operand);
    }

    fn strides(&mut self, dtype: DType, shape: &[usize], layout: Layout, written: bool) -> Vec<isize> {
        let rank = shape.len();
        let any = layout == Layout::Any && !self.random.one_in(3);
        let reversed = layout == Layout::C || (layout == Layout::Any && !self.random.one_in(3));
        let mut axes: Vec<usize> = (0..rank).collect();
        if reversed {
            axes.reverse();
        }
        let (mut strides, mut next) = (vec![0; rank], dtype.size() as isize);
        for axis in axes {
            let step = if any { self.random.pick(&[1, 1, 1, 2, -1, -2, 3]) } else { 1 };
            strides[axis] = next * step;
            next *= step.abs() * shape[axis].max(1) as isize;
            if any && !written && self.random.one_in(6) {
                strides[axis] = 0;
            }
        }
        strides
    }

    /// An index, mostly of an element.
    fn index(&mut self) -> i64 {
        let size = self.size.max(1);
        match self.ugly && self.random.one_in(20) {
            true => self.random.below(3 * size) as i64 - size as i64,
            false => self.random.below(size) as i64,
        }
    }

    fn number(&mut self, dtype: DType) -> Vec<u8> {
        let rare = self.ugly && self.random.one_in(4);
        let bits = self.random.bits();
        let small = self.random.below(12) as i128;
        let float = |random: &mut Random| match (rare, random.below(3)) {
            (true, _) => random.pick(&NUMBERS),
            (false, 0) => random.below(17) as f64 / 2.0 - 4.0,
            (false, _) => (random.bits() >> 11) as f64 / (1u64 << 50) as f64 - 4.0,
        };
        let datum = match dtype.kind() {
            Kind::Bool => Datum::Bool(bits & 1 == 1),
            Kind::Int => Datum::Int(match (rare, dtype.is_signed_int()) {
                (true, _) if bits & 3 == 0 => dtype.int_range().map_or(0, |(low, _)| low),
                (true, _) if bits & 3 == 1 => dtype.int_range().map_or(0, |(_, high)| high),
                (true, _) => i128::from(bits as i64),
                (false, true) => small - 4,
                (false, false) => small,
            }),
            Kind::Float => Datum::Float(float(self.random)),
            Kind::Complex => Datum::Complex(float(self.random), float(self.random)),
        };
        datum.to_bytes(dtype)
    }
}

/// Writes bytes into memory.
fn write(memory: &mut [u64], place: usize, bytes: &[u8]) {
    for (byte, at) in bytes.iter().zip(place..) {
        let mut word = memory[at / 8].to_ne_bytes();
        word[at % 8] = *byte;
        memory[at / 8] = u64::from_ne_bytes(word);
    }
}
