//! The work space, and training with each of the instruction sets.

use super::*;
use crate::{
    Activation, BatchSize, ClassCount, Distribution, Dropout, InstructionSet, LearningRate,
    OptimizerKind, WeightDecay, generate_seeded,
};

fn parameters_after_20_steps(
    arch: InstructionSet,
    architecture: &Architecture,
    training: TrainingConfig,
    n_points: usize,
) -> Vec<f32> {
    let classes = ClassCount::new(3).unwrap();
    let data = generate_seeded(Distribution::Blobs, classes, n_points, 1);
    let seeds = Seeds::from_master(2);
    let mut trainer = Trainer::new(architecture.clone(), training, seeds, data);
    trainer.set_instruction_set(arch);
    for _ in 0..20 {
        trainer.train_step().unwrap();
    }
    trainer.mlp.parameters().to_vec()
}

#[test]
fn a_released_work_space_comes_back() {
    let dropout = Dropout::new(0.2).unwrap();
    let network = Architecture::uniform(&"10-5".parse().unwrap(), Activation::Gelu, dropout);
    for batch_size in [0, 30] {
        let training = TrainingConfig {
            batch_size: BatchSize::new(batch_size).unwrap(),
            ..TrainingConfig::default()
        };
        let classes = ClassCount::new(3).unwrap();
        let data = generate_seeded(Distribution::Blobs, classes, 100, 1);
        let mut trainer = Trainer::new(network.clone(), training, Seeds::from_master(7), data);
        let mut undisturbed = trainer.clone();
        for _ in 0..5 {
            trainer.release_work_space();
            assert_eq!(trainer.train_step(), undisturbed.train_step());
            trainer.release_work_space();
            assert_eq!(trainer.evaluate(), undisturbed.evaluate());
        }
        assert_eq!(trainer.mlp(), undisturbed.mlp());
    }
    let mut empty = Trainer::new(
        network,
        TrainingConfig::default(),
        Seeds::from_master(7),
        Dataset::empty(),
    );
    empty.release_work_space();
    assert_eq!(empty.evaluate(), None);
}

/// The widths differ in the order of additions, so the weights agree to rounding only. A wrong
/// mask, batch or tail would be off by far more.
#[test]
fn all_instruction_sets_train_alike() {
    for activation in Activation::ALL {
        for (optimizer, dropout, batch_size, n_points) in [
            (OptimizerKind::Sgd, 0.0, 0, 3),
            (OptimizerKind::Sgd, 0.3, 7, 45),
            (OptimizerKind::Adam, 0.0, 0, 1030),
            (OptimizerKind::RmsProp, 0.0, 33, 70),
        ] {
            let hidden = "13-6-1-9".parse().unwrap();
            let dropout = Dropout::new(dropout).unwrap();
            let network = Architecture::uniform(&hidden, activation, dropout);
            let training = TrainingConfig {
                optimizer,
                learning_rate: LearningRate::new(0.001).unwrap(),
                weight_decay: WeightDecay::new(0.01).unwrap(),
                batch_size: BatchSize::new(batch_size).unwrap(),
            };
            let [first, others @ ..] = &InstructionSet::available()
                .into_iter()
                .map(|arch| parameters_after_20_steps(arch, &network, training, n_points))
                .collect::<Vec<_>>()[..]
            else {
                unreachable!("there is always one")
            };
            for other in others {
                for (a, b) in first.iter().zip(other) {
                    assert!(
                        (a - b).abs() < 1e-3,
                        "{activation}, {optimizer}: {a} or {b}"
                    );
                }
            }
        }
    }
}
