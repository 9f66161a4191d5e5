//! The states of the random numbers that kernels draw: those of `numba.cuda.random`.

use ndarray::Array2;

/// The state of xoroshiro128+ (Blackman and Vigna, 2016, `xoroshiro128plus.c`): `s0` below `s1`.
type State = u128;

/// The polynomial of 2⁶⁴ steps, as there: a coefficient for each step, the lowest first.
const JUMP: u128 = 0xd86b_048b_86aa_9922_beac_0467_eba5_facb;

/// States for kernels that draw random numbers (`numba.cuda.random`): a row of two numbers for each of `n` generators.
///
/// They are those of Numba's `create_xoroshiro128p_states`: each generator begins 2⁶⁴ numbers behind the one before, the first
/// one so many times 2⁶⁴ behind the seed as `subsequence_start` says. So no two draw the same numbers, unless one draws more than that;
/// and parts of a large set that are made one by one are those of the whole.
///
/// A state costs some nanoseconds, and nothing that depends on `subsequence_start`.
///
/// ```
/// let states = pykernel::xoroshiro128p_states(1000, 42, 0);
/// assert_eq!(states.shape(), [1000, 2]);
/// assert_eq!(states.row(7), pykernel::xoroshiro128p_states(1, 42, 7).row(0));
/// ```
pub fn xoroshiro128p_states(n: usize, seed: u64, subsequence_start: u64) -> Array2<u64> {
    let jump = Linear::of(jump);
    let first = jump.times(subsequence_start, seeded(seed));
    let states = std::iter::successors(Some(first), |state| Some(jump.apply(*state)));
    let mut rows = Array2::zeros((n, 2));
    for (mut row, state) in rows.rows_mut().into_iter().zip(states) {
        row[0] = state as u64;
        row[1] = (state >> 64) as u64;
    }
    rows
}

/// Both halves are the first number of splitmix64 (Vigna, 2015, `splitmix64.c`), as in Numba.
fn seeded(seed: u64) -> State {
    let z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    let z = u128::from(z ^ z >> 31);
    z << 64 | z
}

/// One step.
fn next(state: State) -> State {
    let (s0, s1) = (state as u64, (state >> 64) as u64);
    let changed = s0 ^ s1;
    let s0 = s0.rotate_left(55) ^ changed ^ changed << 14;
    u128::from(changed.rotate_left(36)) << 64 | u128::from(s0)
}

/// 2⁶⁴ steps.
fn jump(state: State) -> State {
    let states = std::iter::successors(Some(state), |state| Some(next(*state)));
    let taken = states.zip(0..128).filter(|(_, power)| JUMP >> power & 1 == 1);
    taken.fold(0, |sum, (state, _)| sum ^ state)
}

/// A map of states that is linear over the bits, as steps are: what it makes of each byte of a state.
struct Linear(Vec<[State; 256]>);

impl Linear {
    fn of(map: impl Fn(State) -> State) -> Linear {
        let byte = |place: u32| {
            let mut images = [0; 256];
            for value in 1..256_usize {
                let rest = value & (value - 1);
                let lowest =
                    if rest == 0 { map((value as u128) << (8 * place)) } else { images[value ^ rest] };
                images[value] = images[rest] ^ lowest;
            }
            images
        };
        Linear((0..16).map(byte).collect())
    }

    fn apply(&self, state: State) -> State {
        let images = self.0.iter().zip(state.to_le_bytes()).map(|(images, byte)| images[usize::from(byte)]);
        images.fold(0, |sum, image| sum ^ image)
    }
    fn squared(&self) -> Linear {
        Linear::of(|state| self.apply(self.apply(state)))
    }

    /// The map, so many times.
    fn times(&self, count: u64, state: State) -> State {
        if count == 0 {
            return state;
        }
        let state = if count & 1 == 1 { self.apply(state) } else { state };
        self.squared().times(count >> 1, state)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    /// By a transcription of the two C files into Python, which jumps for each state.
    #[test]
    fn states_are_those_of_the_reference() {
        let of_0 = array![
            [0xe220_a839_7b1d_cdaf, 0xe220_a839_7b1d_cdaf],
            [0x1251_3ce2_5be0_5eb1, 0x70d1_89c2_76ba_17a4],
            [0x6585_3d86_b6eb_e9b4, 0x062a_041b_9acd_a8da],
        ];
        assert_eq!(xoroshiro128p_states(3, 0, 0), of_0);
        let of_42 = array![
            [0xbdd7_3226_2feb_6e95, 0xbdd7_3226_2feb_6e95],
            [0x045a_2c27_0718_bc3b, 0x05b3_939a_23e5_33b4],
            [0xa673_24e5_eccc_b8dc, 0x4a81_bbd6_c315_729e],
        ];
        assert_eq!(xoroshiro128p_states(3, 42, 0), of_42);
        let later = array![
            [0xf06e_5493_d919_7688, 0x5d19_05e5_5c94_0204],
            [0x451f_c10b_7cd0_6b84, 0xc2c4_8037_ad7b_ec7f]
        ];
        assert_eq!(xoroshiro128p_states(2, u64::MAX, 1), later);
        assert_eq!(xoroshiro128p_states(1, 42, 1000), array![[0x36f6_6a7a_7ba4_1666, 0x55ab_28c7_5c51_003b]]);
        assert_eq!(xoroshiro128p_states(0, 42, 7).shape(), [0, 2]);
    }

    #[test]
    fn steps_are_those_of_the_reference() {
        let states: Vec<State> =
            std::iter::successors(Some(2 << 64 | 1), |state| Some(next(*state))).take(5).collect();
        let sums: Vec<u64> =
            states.iter().map(|state| (*state as u64).wrapping_add((state >> 64) as u64)).collect();
        assert_eq!(sums[..4], [0x3, 0x0080_0030_0000_c003, 0x0118_4060_3800_0363, 0xa080_fe50_30c4_c366]);
        assert_eq!(states[4], 0x0c4c_360a_080f_e103 << 64 | 0x2e94_b245_100c_a301);
    }

    #[test]
    fn a_jump_is_as_many_steps_as_it_says() {
        let steps = (0..64).fold(Linear::of(next), |map, _| map.squared());
        for state in [0, 1, 2 << 64 | 1, seeded(42)] {
            assert_eq!(steps.apply(state), jump(state));
        }
    }

    #[test]
    fn parts_of_a_set_are_those_of_the_whole() {
        let whole = xoroshiro128p_states(100, 9, u64::MAX - 49);
        let part = xoroshiro128p_states(10, 9, u64::MAX - 9);
        assert_eq!(whole.slice(ndarray::s![40..50, ..]), part);
    }
}
