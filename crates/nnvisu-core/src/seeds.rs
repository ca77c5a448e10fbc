//! Where randomness comes from: one generator, addressed by seed, purpose and
//! index, so that nothing has to remember a generator's state.

use rand::{Rng as _, SeedableRng};

/// The generator behind everything random in this crate.
///
/// Its stream is fixed by its definition (Blackman and Vigna, 2021,
/// doi:10.1145/3460772), so stored seeds keep their meaning.
pub type Rng = rand_xoshiro::Xoshiro256PlusPlus;

/// The seeds of one training run. The same seeds, settings and data give the
/// same run. (Data sets are generated from seeds of their own.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Seeds {
    /// Initial weights, and those of output units added later.
    pub init: u64,
    /// The order of the points in each epoch, of which mini-batches are parts.
    pub batches: u64,
    /// Which activations each step drops.
    pub dropout: u64,
}

impl Seeds {
    /// Greatest seed that [`Seeds::from_master`] makes: 2⁵³ − 1, so that it
    /// survives programs that keep every number as a double. Any `u64` works.
    pub const MAX_DERIVED: u64 = (1 << 53) - 1;

    /// Three unrelated seeds, each at most [`Seeds::MAX_DERIVED`], from one.
    #[must_use]
    pub fn from_master(master: u64) -> Self {
        let derived = |stream| address(master, stream, 0) >> 11;
        Self {
            init: derived(Stream::Init),
            batches: derived(Stream::Batch),
            dropout: derived(Stream::Dropout),
        }
    }
}

/// What the random numbers are for. The numbers are part of the meaning of
/// stored seeds: never change or reuse one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    /// Initial weights; index 0.
    Init = 1,
    /// Weights of output units that are added to a network; the index is the unit.
    Grow = 2,
    /// The master's seed for the order of the points; index 0.
    Batch = 3,
    /// Dropout masks; the index is the step.
    Dropout = 4,
    /// Generated data sets; index 0.
    Data = 5,
    /// The order of the points in an epoch; the index is the epoch.
    Epoch = 6,
    /// Which points are kept for testing; index 0.
    Split = 7,
}

/// The generator for `stream` at `index` under `seed`.
///
/// Generators of different (seed, stream, index) are unrelated; for one seed
/// and stream, no two indices share a generator. The values are stable: they
/// are the same in every version of this crate.
pub(crate) fn rng(seed: u64, stream: Stream, index: u64) -> Rng {
    Rng::seed_from_u64(address(seed, stream, index))
}

/// A Fisher–Yates shuffle.
pub(crate) fn shuffle(items: &mut [u32], rng: &mut Rng) {
    for last in (1..items.len()).rev() {
        // The high half of a 128-bit product is uniform to one part in 2⁴⁴ or better here.
        let range = (last + 1) as u128;
        let other = ((u128::from(rng.next_u64()) * range) >> 64) as usize;
        items.swap(last, other);
    }
}

/// Folds seed, stream and index into one word, one bijective mixing at a time.
fn address(seed: u64, stream: Stream, index: u64) -> u64 {
    let with_seed = splitmix64(seed);
    let with_stream = splitmix64(with_seed ^ stream as u64);
    splitmix64(with_stream.wrapping_add(index))
}

/// One output of SplitMix64 started at `state` (Steele, Lea and Flood, 2014,
/// doi:10.1145/2660193.2660195; constants of Vigna's `splitmix64.c`).
fn splitmix64(state: u64) -> u64 {
    let z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn splitmix64_gives_its_published_values() {
        // First outputs of Vigna's splitmix64.c started at 1234567.
        let gamma = 0x9e37_79b9_7f4a_7c15_u64;
        let outputs = [0, 1, 2].map(|i| splitmix64(gamma.wrapping_mul(i).wrapping_add(1_234_567)));
        assert_eq!(
            outputs,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    /// Stored seeds must keep their meaning: these numbers may not change.
    #[test]
    fn generators_keep_their_values() {
        assert_eq!(
            rng(1, Stream::Init, 0).next_u64(),
            4_768_342_884_129_243_497
        );
        assert_eq!(
            rng(u64::MAX, Stream::Dropout, 1 << 40).next_u64(),
            508_881_768_909_463_130
        );
        let seeds = Seeds::from_master(7);
        assert_eq!(
            [seeds.init, seeds.batches, seeds.dropout],
            [
                3_942_955_559_692_228,
                5_492_478_994_530_521,
                6_994_184_202_283_509
            ]
        );
    }

    #[test]
    fn streams_do_not_meet() {
        let streams = [
            Stream::Init,
            Stream::Grow,
            Stream::Batch,
            Stream::Dropout,
            Stream::Data,
            Stream::Epoch,
            Stream::Split,
        ];
        let mut seen = HashSet::new();
        for seed in 0..20 {
            for stream in streams {
                for index in 0..20 {
                    assert!(seen.insert(rng(seed, stream, index).next_u64()));
                }
            }
        }
    }

    #[test]
    fn derived_seeds_are_distinct_and_fit_in_a_double() {
        let mut seen = HashSet::new();
        for master in (0..100).chain(u64::MAX - 100..=u64::MAX) {
            let seeds = Seeds::from_master(master);
            assert_eq!(seeds, Seeds::from_master(master));
            for seed in [seeds.init, seeds.batches, seeds.dropout] {
                assert!(seed <= Seeds::MAX_DERIVED);
                assert!(seen.insert(seed));
            }
        }
    }
}
