//! Generators of random numbers for kernels: NumPy's `Generator`, which programs hold and pass, and the state that each thread
//! has for `np.random` and `random`.

use std::cell::UnsafeCell;
use std::hash::{BuildHasher, RandomState};

use pykernel_abi::{Array, random};

/// NumPy's `np.random.Generator` with PCG64, for kernels that take one: a parameter declared `np.random.Generator`, or
/// `types.npy_rng` in a signature.
///
/// It draws the numbers that `np.random.default_rng(seed)` draws. A kernel goes on where the one before has stopped.
///
/// ```
/// use pykernel::random::Generator;
/// let rng = Generator::new(42);
/// assert_eq!(rng, Generator::new(42));
/// assert_ne!(rng, Generator::new(43));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generator {
    /// The number and its increment, upper halves first; whether half of a draw is kept, and that half.
    state: [u64; 6],
}

impl Generator {
    /// The generator that `np.random.default_rng(seed)` gives.
    pub fn new(seed: u64) -> Generator {
        Generator::of_pool([seed as u32, (seed >> 32) as u32, 0, 0])
    }

    /// One that begins anywhere, as `np.random.default_rng()` does.
    pub fn from_entropy() -> Generator {
        let mut words = [0; random::ENTROPY];
        fill_with_entropy(&mut words);
        Generator::of_pool(words)
    }

    /// One in a state: the number and its increment, upper halves first; whether half of a draw is kept, and that half.
    #[doc(hidden)]
    pub fn state(&self) -> [u64; 6] {
        self.state
    }

    fn of_pool(seed: [u32; 4]) -> Generator {
        let words = seed_words(seed);
        let [number, step] = [0, 4].map(|at| {
            let half = |at: usize| u128::from(words[at]) | u128::from(words[at + 1]) << 32;
            half(at) << 64 | half(at + 2)
        });
        let step = step << 1 | 1;
        let number = next(step.wrapping_add(number), step);
        Generator { state: [(number >> 64) as u64, number as u64, (step >> 64) as u64, step as u64, 0, 0] }
    }
}

/// The state that a kernel draws from, as the array that it takes.
#[inline]
pub fn generator(generator: &mut Generator) -> Array<1> {
    Array { data: generator.state.as_mut_ptr().cast(), shape: [6], strides: [8] }
}

/// A step of PCG64 (O'Neill, 2014).
fn next(number: u128, step: u128) -> u128 {
    number.wrapping_mul(0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645).wrapping_add(step)
}

/// What NumPy's `SeedSequence` makes of a seed of up to 128 bits (O'Neill, "Developing a seed_seq Alternative", 2015).
fn seed_words(seed: [u32; 4]) -> [u32; 8] {
    let mut factor = 0x43b0_d7e5_u32;
    let mut hashed = |value: u32| {
        let value = value ^ factor;
        factor = factor.wrapping_mul(0x931e_8875);
        let value = value.wrapping_mul(factor);
        value ^ value >> 16
    };
    let mut pool = seed.map(&mut hashed);
    for source in 0..4 {
        for place in (0..4).filter(|place| *place != source) {
            let other = hashed(pool[source]);
            let mixed = 0xca01_f9dd_u32.wrapping_mul(pool[place]);
            let mixed = mixed.wrapping_sub(0x4973_f715_u32.wrapping_mul(other));
            pool[place] = mixed ^ mixed >> 16;
        }
    }
    let mut factor = 0x8b51_f9dd_u32;
    std::array::from_fn(|place| {
        let word = pool[place % 4] ^ factor;
        factor = factor.wrapping_mul(0x58f3_8ded);
        let word = word.wrapping_mul(factor);
        word ^ word >> 16
    })
}

/// What a thread has of random numbers; all zero before it is asked for. It has no destructor, so that it is there as long as the
/// thread.
struct Thread {
    /// NumPy's generator, and Python's.
    generators: [UnsafeCell<[u32; random::TWISTER]>; 2],
    entropy: UnsafeCell<[u32; random::ENTROPY]>,
}

thread_local! {
    static THREAD: Thread = const {
        Thread {
            generators: [const { UnsafeCell::new([0; random::TWISTER]) }; 2],
            entropy: UnsafeCell::new([0; random::ENTROPY]),
        }
    };
}

/// [`pykernel_abi::Host::random`].
pub(crate) unsafe extern "C" fn state(which: u32) -> *mut u32 {
    THREAD.with(|thread| match which {
        random::NUMPY | random::PYTHON => {
            let cell = &thread.generators[which as usize];
            // SAFETY: only this thread has its address, and neither kernels nor this function keep a reference to what is in it.
            let state = unsafe { &mut *cell.get() };
            // One that is in use has a first word that is not zero, or has used words.
            if state[0] == 0 && state[random::KEY] == 0 {
                fill_with_entropy(&mut state[..random::KEY]);
                state[0] |= 1 << 31;
                state[random::KEY] = random::KEY as u32;
            }
            cell.get().cast()
        }
        _ => {
            // SAFETY: as above.
            fill_with_entropy(unsafe { &mut *thread.entropy.get() });
            thread.entropy.get().cast()
        }
    })
}

/// Words that nobody can foretell: the hashes of their places, under a key that the operating system has drawn.
fn fill_with_entropy(words: &mut [u32]) {
    let key = RandomState::new();
    for (place, word) in words.iter_mut().enumerate() {
        *word = key.hash_one(place) as u32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By `np.random.PCG64(seed).state`.
    #[test]
    fn states_are_numpys() {
        let of = |seed| {
            let [high, low, step_high, step_low, half, kept] = Generator::new(seed).state();
            assert_eq!((half, kept), (0, 0));
            let whole = |high: u64, low: u64| u128::from(high) << 64 | u128::from(low);
            (whole(high, low), whole(step_high, step_low))
        };
        assert_eq!(
            of(0),
            (0x1aa1_b534_5996_452d_0958_5eb7_a695_61e3, 0x418d_dadb_3af7_1a82_5881_33bc_4478_73a9)
        );
        assert_eq!(
            of(42),
            (0xcea4_4f67_9879_8f2a_acbc_7c9d_6886_0ac8, 0xfa50_5436_c9a8_416e_66ca_f2e2_8d25_abff)
        );
        assert_eq!(
            of(u64::MAX),
            (0xddc4_1944_2aeb_de79_4d8b_0a3b_048a_cdb0, 0x3776_2aac_b3cc_854f_4ed6_23c7_d189_51ed)
        );
    }

    #[test]
    fn threads_have_states_of_their_own() {
        let words = || {
            // SAFETY: the state has so many words, and nobody else has its address.
            let state = unsafe { std::slice::from_raw_parts(state(random::NUMPY), random::TWISTER) };
            assert_eq!(state[random::KEY], random::KEY as u32);
            state[..random::KEY].to_vec()
        };
        let (first, again) = (words(), words());
        assert_eq!(first, again);
        assert_ne!(std::thread::spawn(words).join().unwrap(), first);
        // SAFETY: as above.
        let python = unsafe { std::slice::from_raw_parts(state(random::PYTHON), random::KEY) };
        assert_ne!(python, first);
    }

    #[test]
    fn entropy_is_fresh() {
        let drawn = || {
            // SAFETY: there are so many words.
            unsafe { std::slice::from_raw_parts(state(random::FRESH), random::ENTROPY) }.to_vec()
        };
        assert_ne!(drawn(), drawn());
        assert_ne!(Generator::from_entropy(), Generator::from_entropy());
    }
}
