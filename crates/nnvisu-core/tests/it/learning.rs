//! Whole trainings: the problems of the page are learnt with its default settings.

use nnvisu_core::{
    Activation, Architecture, ClassCount, DEFAULT_N_POINTS, Dataset, Distribution, Seeds, Trainer,
    TrainingConfig, generate_seeded,
};

use crate::support::{architecture, hidden, point};

/// Steps until `accuracy` is reached, or `None` within `limit` steps.
fn steps_to(
    accuracy: f32,
    limit: u64,
    network: Architecture,
    data: Dataset,
    seed: u64,
) -> Option<u64> {
    let seeds = Seeds::from_master(seed);
    let mut trainer = Trainer::new(network, TrainingConfig::default(), seeds, data);
    while trainer.step() < limit {
        for _ in 0..20 {
            trainer.train_step().unwrap();
        }
        if trainer.evaluate().unwrap().accuracy >= accuracy {
            return Some(trainer.step());
        }
    }
    None
}

fn generated(distribution: Distribution, n_classes: usize, seed: u64) -> Dataset {
    let n_classes = ClassCount::new(n_classes).unwrap();
    generate_seeded(distribution, n_classes, DEFAULT_N_POINTS, seed)
}

#[test]
fn two_moons_are_learnt_with_the_default_settings() {
    for seed in 0..20 {
        let data = generated(Distribution::Moons, 2, seed);
        let steps = steps_to(0.98, 1_000, Architecture::default(), data, seed);
        assert!(steps.is_some(), "seed {seed}");
    }
}

#[test]
fn every_distribution_is_learnt_with_the_default_settings() {
    for distribution in Distribution::ALL {
        for n_classes in [2, 3] {
            for seed in 0..5 {
                let data = generated(distribution, n_classes, seed);
                let steps = steps_to(0.95, 2_000, Architecture::default(), data, seed);
                assert!(
                    steps.is_some(),
                    "{distribution} of {n_classes}, seed {seed}"
                );
            }
        }
    }
}

#[test]
fn eight_classes_are_learnt_by_a_larger_network() {
    for distribution in Distribution::ALL {
        let data = generated(distribution, 8, 1);
        let network = architecture(&hidden("40-40"), Activation::Tanh);
        let steps = steps_to(0.95, 3_000, network, data, 1);
        assert!(steps.is_some(), "{distribution}");
    }
}

#[test]
fn xor_of_four_points_is_learnt_with_every_activation() {
    let data: Dataset = [
        (-0.5, -0.5, 0),
        (0.5, 0.5, 0),
        (-0.5, 0.5, 1),
        (0.5, -0.5, 1),
    ]
    .into_iter()
    .map(|(x, y, class)| point(x, y, class))
    .collect();
    for activation in Activation::ALL {
        let network = architecture(&hidden("10-5"), activation);
        // A ReLU network may start with its units badly placed; most do not.
        let n_learnt = (0..10)
            .filter(|&seed| steps_to(1.0, 2_000, network.clone(), data.clone(), seed).is_some())
            .count();
        assert!(n_learnt >= 8, "{activation}: {n_learnt} of 10");
    }
}
