//! Mini-batches: which points they take.

use std::collections::HashSet;

use nnvisu_core::{
    Activation, BatchSize, Checkpoint, Dataset, OptimizerKind, Seeds, Trainer, TrainingConfig,
};

use crate::support::{SEEDS, architecture, hidden, optimizer, point, points};

const N_POINTS: u8 = 12;

fn batches_of(batch_size: u32) -> TrainingConfig {
    TrainingConfig {
        batch_size: BatchSize::new(batch_size).unwrap(),
        ..optimizer(OptimizerKind::Sgd, 1.0, 0.0)
    }
}

/// How often each point was in the batch of `step`.
///
/// Point i of a linear model with zero weights is at x = 2⁻ⁱ, all points of
/// class 0. The gradient of the first weight is then −½ · (sum of x) / batch
/// size, and the bits of the sum tell who was there. A point drawn twice would
/// look like one of its neighbour, but then fewer bits than points are set.
fn drawn(batch_size: u32, batches_seed: u64, step: u64) -> Vec<usize> {
    let data: Dataset = (0..N_POINTS)
        .map(|i| point(0.5_f32.powi(i.into()), 0.0, 0))
        .collect();
    let network = architecture(&hidden("0"), Activation::Tanh);
    let seeds = Seeds {
        batches: batches_seed,
        ..SEEDS
    };
    let checkpoint = Checkpoint {
        step,
        ..Checkpoint::at_start(network, vec![0.0; 6], OptimizerKind::Sgd, seeds)
    };
    let config = batches_of(batch_size);
    let mut trainer = Trainer::restore(config, data, &checkpoint).unwrap();
    trainer.train_step().unwrap();
    let sum_of_x = 2.0 * trainer.mlp().weights(0)[(0, 0)] * batch_size as f32;
    let in_units_of_last = sum_of_x * 2.0_f32.powi(i32::from(N_POINTS) - 1);
    assert!((in_units_of_last - in_units_of_last.round()).abs() < 0.01);
    let sum = in_units_of_last.round() as u32;
    (0..N_POINTS)
        .filter(|&i| (sum >> (N_POINTS - 1 - i)) & 1 == 1)
        .map(usize::from)
        .collect()
}

#[test]
fn batches_are_drawn_without_replacement() {
    for batch_size in [1, 2, 5, 11] {
        for step in 0..100 {
            assert_eq!(drawn(batch_size, 1, step).len(), batch_size as usize);
        }
    }
}

#[test]
fn every_point_gets_its_turn() {
    let mut counts = [0_u32; N_POINTS as usize];
    for step in 0..1_200 {
        for index in drawn(3, 7, step) {
            counts[index] += 1;
        }
    }
    // 300 expected, standard deviation 15.
    assert!(
        counts.iter().all(|count| count.abs_diff(300) < 75),
        "{counts:?}"
    );
}

#[test]
fn batches_follow_from_seed_and_step() {
    let series = |seed| (0..20).map(|step| drawn(4, seed, step)).collect::<Vec<_>>();
    assert_eq!(series(1), series(1));
    assert_ne!(series(1), series(2));
    let distinct: HashSet<Vec<usize>> = series(1).into_iter().collect();
    assert!(distinct.len() > 10, "{distinct:?}");
}

#[test]
fn a_batch_as_large_as_the_data_is_the_full_batch() {
    let data = points(1, 30, 3);
    let run = |batch_size: u32| {
        let network = architecture(&hidden("10-5"), Activation::Tanh);
        let config = TrainingConfig {
            batch_size: BatchSize::new(batch_size).unwrap(),
            ..TrainingConfig::default()
        };
        let mut trainer = Trainer::new(network, config, SEEDS, data.clone());
        let losses: Vec<f32> = (0..20).map(|_| trainer.train_step().unwrap()).collect();
        (losses, trainer.checkpoint())
    };
    let full = run(0);
    for batch_size in [30, 31, 1_000_000] {
        assert_eq!(run(batch_size), full, "{batch_size}");
    }
    assert_ne!(run(29), full);
}

/// Batch size, data and back again: no step may see points of another time.
#[test]
fn batch_size_and_data_change_while_training() {
    let network = architecture(&hidden("8"), Activation::Gelu);
    let few = points(1, 20, 3);
    let many = points(2, 3_000, 3);
    let mut trainer = Trainer::new(network.clone(), batches_of(0), SEEDS, few.clone());
    let edits = [
        (&many, 0),
        (&many, 100),
        (&few, 100),
        (&few, 7),
        (&many, 2_500),
        (&few, 0),
    ];
    for (data, batch_size) in edits {
        trainer.set_data(data.clone());
        trainer.set_training_config(batches_of(batch_size));
        trainer.evaluate();
        // A fresh trainer in the same state knows nothing of what was before.
        let config = batches_of(batch_size);
        let checkpoint = trainer.checkpoint();
        let mut fresh = Trainer::restore(config, data.clone(), &checkpoint).unwrap();
        for _ in 0..3 {
            assert_eq!(trainer.train_step(), fresh.train_step());
            assert_eq!(trainer.evaluate(), fresh.evaluate());
        }
        assert_eq!(trainer.checkpoint(), fresh.checkpoint());
    }
}
