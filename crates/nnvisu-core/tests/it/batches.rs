//! Mini-batches: which points they take.

use std::collections::HashSet;

use nnvisu_core::{
    Activation, BatchSize, Checkpoint, Dataset, LearningRate, OptimizerKind, Seeds, Trainer,
    TrainingConfig,
};

use crate::support::{SEEDS, architecture, hidden, optimizer, point, points};

const N_POINTS: u8 = 12;

fn batches_of(batch_size: u32) -> TrainingConfig {
    TrainingConfig {
        batch_size: BatchSize::new(batch_size).unwrap(),
        ..optimizer(OptimizerKind::Sgd, 1.0, 0.0)
    }
}

/// The points in each of the first `n_batches` batches.
///
/// Point i of a linear model with zero weights is at x = 2⁻ⁱ, all points of class 0. The gradient of
/// the first weight is then −½ · (mean of x), and the bits of the sum tell which points were there.
/// A point used twice would look like one of its neighbour, but then fewer bits than points are set.
fn batches(batch_size: u32, batches_seed: u64, n_batches: usize) -> Vec<Vec<usize>> {
    let data: Dataset = (0..N_POINTS)
        .map(|i| point(0.5_f32.powi(i.into()), 0.0, 0))
        .collect();
    let network = architecture(&hidden("0"), Activation::Tanh);
    let seeds = Seeds {
        batches: batches_seed,
        ..SEEDS
    };
    let mut start = Checkpoint::at_start(network, vec![0.0; 6], OptimizerKind::Sgd, seeds);
    let mut all = Vec::new();
    for _ in 0..n_batches {
        let mut trainer = Trainer::restore(batches_of(batch_size), data.clone(), &start).unwrap();
        let left = usize::from(N_POINTS) - start.epoch_position as usize;
        let n = left.min(batch_size as usize);
        trainer.train_step().unwrap();
        let sum_of_x = 2.0 * trainer.mlp().weights(0)[(0, 0)] * n as f32;
        let in_units_of_last = sum_of_x * 2.0_f32.powi(i32::from(N_POINTS) - 1);
        assert!((in_units_of_last - in_units_of_last.round()).abs() < 0.01);
        let sum = in_units_of_last.round() as u32;
        let batch = (0..N_POINTS).filter(|&i| (sum >> (N_POINTS - 1 - i)) & 1 == 1);
        all.push(batch.map(usize::from).collect());
        // The next step, from the same weights.
        let next = trainer.checkpoint();
        (start.step, start.epoch, start.epoch_position) =
            (next.step, next.epoch, next.epoch_position);
    }
    all
}

#[test]
fn an_epoch_uses_every_point_once_and_its_last_batch_is_what_is_left() {
    for batch_size in [1, 2, 5, 7, 11] {
        let epoch_steps = usize::from(N_POINTS).div_ceil(batch_size as usize);
        let all = batches(batch_size, 1, 5 * epoch_steps);
        for epoch in all.chunks(epoch_steps) {
            let mut points = epoch.concat();
            points.sort_unstable();
            assert!(points.into_iter().eq(0..N_POINTS.into()), "{epoch:?}");
            let (last, others) = epoch.split_last().unwrap();
            assert!(
                others
                    .iter()
                    .all(|batch| batch.len() == batch_size as usize)
            );
            let left = usize::from(N_POINTS) - others.len() * batch_size as usize;
            assert_eq!(last.len(), left);
        }
    }
}

#[test]
fn batches_follow_from_seed_and_epoch() {
    assert_eq!(batches(4, 1, 12), batches(4, 1, 12));
    assert_ne!(batches(4, 1, 12), batches(4, 2, 12));
    let distinct: HashSet<Vec<usize>> = batches(4, 1, 60).into_iter().collect();
    assert!(distinct.len() > 30, "{distinct:?}");
}

#[test]
fn epochs_are_counted_beside_steps() {
    let network = architecture(&hidden("3"), Activation::Tanh);
    let mut trainer = Trainer::new(network, batches_of(4), SEEDS, points(1, 10, 2));
    let mut after = |n_steps: usize| {
        for _ in 0..n_steps {
            trainer.train_step().unwrap();
        }
        let checkpoint = trainer.checkpoint();
        assert_eq!(checkpoint.epoch, trainer.epoch());
        (checkpoint.step, checkpoint.epoch, checkpoint.epoch_position)
    };
    assert_eq!(after(0), (0, 0, 0));
    assert_eq!(after(1), (1, 0, 4));
    assert_eq!(after(1), (2, 0, 8));
    assert_eq!(after(1), (3, 1, 0));
    assert_eq!(after(4), (7, 2, 4));
}

/// A change of the batch size or of the points ends the epoch; nothing else does.
#[test]
fn an_epoch_ends_with_its_batches_or_its_points() {
    let network = architecture(&hidden("3"), Activation::Tanh);
    let data = points(1, 10, 2);
    let mut trainer = Trainer::new(network, batches_of(4), SEEDS, data.clone());
    let position = |trainer: &Trainer| (trainer.epoch(), trainer.checkpoint().epoch_position);
    trainer.train_step().unwrap();
    trainer.set_data(data);
    trainer.set_training_config(TrainingConfig {
        learning_rate: LearningRate::new(0.5).unwrap(),
        ..batches_of(4)
    });
    assert_eq!(position(&trainer), (0, 4));
    trainer.set_training_config(batches_of(3));
    assert_eq!(position(&trainer), (1, 0));
    trainer.set_training_config(batches_of(5));
    assert_eq!(position(&trainer), (1, 0));
    trainer.train_step().unwrap();
    trainer.set_data(points(2, 12, 2));
    assert_eq!(position(&trainer), (2, 0));
    trainer.train_step().unwrap();
    trainer.set_training_config(batches_of(0));
    assert_eq!(position(&trainer), (3, 0));
    trainer.train_step().unwrap();
    assert_eq!(position(&trainer), (4, 0));
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
