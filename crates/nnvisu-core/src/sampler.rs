//! Which points make the mini-batch of a step.

use crate::seeds::{self, Stream};
use rand::Rng as _;

/// Draws mini-batches without replacement.
///
/// A batch is a function of seed, step, number of points and batch size alone, so a run can be
/// taken up at any step without a generator's state.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sampler {
    /// 0, 1, 2, … between draws.
    order: Vec<u32>,
    /// Where each drawn index came from, to put `order` back.
    origins: Vec<u32>,
    batch: Vec<u32>,
}

impl Sampler {
    /// Makes room for batches of `batch_size` out of `n_points`.
    pub(crate) fn resize(&mut self, n_points: usize, batch_size: usize) {
        if self.order.len() != n_points {
            self.order = (0..n_points as u32).collect();
        }
        self.origins
            .reserve(batch_size.saturating_sub(self.origins.len()));
        self.batch
            .reserve(batch_size.saturating_sub(self.batch.len()));
    }

    /// The indices of the `batch_size` points of a step: the first elements of a Fisher–Yates
    /// shuffle of all points.
    pub(crate) fn draw(&mut self, seed: u64, step: u64, batch_size: usize) -> &[u32] {
        let mut rng = seeds::rng(seed, Stream::Batch, step);
        let n_points = self.order.len();
        self.origins.clear();
        self.batch.clear();
        for place in 0..batch_size {
            // The high half of a 128-bit product is uniform to one part in 2⁴⁴ or better here.
            let range = (n_points - place) as u128;
            let origin = place + ((u128::from(rng.next_u64()) * range) >> 64) as usize;
            self.order.swap(place, origin);
            self.origins.push(origin as u32);
            self.batch.push(self.order[place]);
        }
        for (place, &origin) in self.origins.iter().enumerate().rev() {
            self.order.swap(place, origin as usize);
        }
        &self.batch
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn sampler(n_points: usize, batch_size: usize) -> Sampler {
        let mut sampler = Sampler::default();
        sampler.resize(n_points, batch_size);
        sampler
    }

    #[test]
    fn batches_have_no_duplicates_and_depend_on_seed_and_step_only() {
        let mut sampler = sampler(50, 20);
        let first = sampler.draw(1, 0, 20).to_vec();
        assert_eq!(first.iter().collect::<HashSet<_>>().len(), 20);
        assert!(first.iter().all(|&index| index < 50));
        assert_ne!(first, sampler.draw(1, 1, 20));
        assert_ne!(first, sampler.draw(2, 0, 20));
        assert_eq!(first, sampler.draw(1, 0, 20));
    }

    #[test]
    fn every_point_is_drawn_equally_often() {
        let mut sampler = sampler(10, 3);
        let mut counts = [0_u32; 10];
        for step in 0..10_000 {
            for &index in sampler.draw(7, step, 3) {
                counts[index as usize] += 1;
            }
        }
        // 3,000 expected, standard deviation 46.
        assert!(
            counts.iter().all(|count| count.abs_diff(3_000) < 250),
            "{counts:?}"
        );
    }
}
