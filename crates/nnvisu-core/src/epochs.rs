//! Which points make the mini-batches of an epoch.

use crate::seeds::{self, Stream};

/// The order of the points in an epoch, as `DataLoader(shuffle=True)` of `PyTorch` has it: each epoch
/// is a fresh permutation of all points, and a batch is the next few of it.
///
/// An epoch's order is a function of seed, epoch and number of points alone, so a run can be
/// continued at any step without a generator's state.
#[derive(Clone, Debug, Default)]
pub(crate) struct EpochOrder {
    order: Vec<u32>,
    /// The seed and the epoch that `order` is of.
    shuffled_for: Option<(u64, u64)>,
}

impl EpochOrder {
    /// Makes room for `n_points` points.
    pub(crate) fn resize(&mut self, n_points: usize) {
        if self.order.len() != n_points {
            self.order = (0..n_points as u32).collect();
            self.shuffled_for = None;
        }
    }

    /// The indices of all points in the order of an epoch.
    pub(crate) fn of_epoch(&mut self, seed: u64, epoch: u64) -> &[u32] {
        if self.shuffled_for != Some((seed, epoch)) {
            for (index, place) in self.order.iter_mut().enumerate() {
                *place = index as u32;
            }
            let mut rng = seeds::rng(seed, Stream::Epoch, epoch);
            seeds::shuffle(&mut self.order, &mut rng);
            self.shuffled_for = Some((seed, epoch));
        }
        &self.order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order_of(n_points: usize) -> EpochOrder {
        let mut order = EpochOrder::default();
        order.resize(n_points);
        order
    }

    #[test]
    fn orders_are_permutations_that_depend_on_seed_and_epoch_only() {
        let mut order = order_of(50);
        let first = order.of_epoch(1, 0).to_vec();
        let mut sorted = first.clone();
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(0..50));
        assert_ne!(first, order.of_epoch(1, 1));
        assert_ne!(first, order.of_epoch(2, 0));
        assert_eq!(first, order.of_epoch(1, 0));
        assert_eq!(first, order_of(50).of_epoch(1, 0));
    }

    #[test]
    fn every_point_is_equally_often_at_every_index() {
        let mut order = order_of(5);
        let mut counts = [[0_u32; 5]; 5];
        for epoch in 0..10_000 {
            for (index, &point) in order.of_epoch(7, epoch).iter().enumerate() {
                counts[index][point as usize] += 1;
            }
        }
        // 2,000 expected, standard deviation 40.
        let mut counts = counts.iter().flatten();
        assert!(counts.all(|count| count.abs_diff(2_000) < 200));
    }
}
