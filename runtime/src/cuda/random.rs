//! States of random numbers in the memory of a device, for kernels that draw by `numba.cuda.random`.

use ndarray::Ix2;

use super::{DeviceArray, Error, Stream};
use crate::xoroshiro128p_states;

/// A row of two numbers for each of `n` generators, for parameters that are declared `xoroshiro128p_type[:]`.
///
/// The host computes [`xoroshiro128p_states`], and copies them. A kernel changes them where it draws, so that the next one goes on.
pub fn create_xoroshiro128p_states(
    stream: &Stream,
    n: usize,
    seed: u64,
    subsequence_start: u64,
) -> Result<DeviceArray<u64, Ix2>, Error> {
    stream.upload(&xoroshiro128p_states(n, seed, subsequence_start))
}
