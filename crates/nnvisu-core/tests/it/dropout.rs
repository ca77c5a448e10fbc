//! Dropout: how often, how scaled, in which direction, and never in evaluation.

use nnvisu_core::{
    Activation, Architecture, Dataset, Dropout, HiddenLayers, OptimizerKind, Rasterizer, Seeds,
    Trainer, TrainingConfig,
};

use crate::reference::{Mask, Network};
use crate::support::{SEEDS, architecture, hidden, optimizer, point, points, trainer_with};

fn with_dropout(hidden_layers: &HiddenLayers, activation: Activation, p: f32) -> Architecture {
    architecture(hidden_layers, activation).with_dropout(Dropout::new(p).unwrap())
}

/// SGD that changes no weight: the rate is far below their resolution.
fn standing_still() -> TrainingConfig {
    optimizer(OptimizerKind::Sgd, 1e-30, 0.0)
}

/// One hidden unit that is always 1 (ReLU of its bias), weight 1 to the first logit.
fn probe(p: f32, data: &Dataset) -> Trainer {
    let network = with_dropout(&hidden("1"), Activation::Relu, p);
    let parameters = vec![0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0];
    trainer_with(&network, standing_still(), data, parameters)
}

/// −ln softmax([z, 0])[0]
fn loss_of_logit(z: f64) -> f64 {
    (-z).exp().ln_1p()
}

#[test]
fn a_unit_is_dropped_with_probability_p_and_else_divided_by_one_less_p() {
    const N_STEPS: u32 = 20_000;
    let data: Dataset = std::iter::once(point(0.3, 0.4, 0)).collect();
    for p in [0.1_f32, 0.5, 0.9] {
        let mut trainer = probe(p, &data);
        let (dropped, kept) = (
            loss_of_logit(0.0),
            loss_of_logit(1.0 / (1.0 - f64::from(p))),
        );
        let mut n_dropped = 0_u32;
        for _ in 0..N_STEPS {
            let loss = f64::from(trainer.train_step().unwrap());
            if (loss - dropped).abs() < 1e-5 {
                n_dropped += 1;
            } else {
                assert!(
                    (loss - kept).abs() < 1e-5,
                    "{loss} is neither {dropped} nor {kept}"
                );
            }
        }
        // Five standard deviations of a binomial count: at most 0.018 of the steps.
        let rate = f64::from(n_dropped) / f64::from(N_STEPS);
        assert!((rate - f64::from(p)).abs() < 0.018, "{rate} of {p}");
    }
}

#[test]
fn points_of_one_batch_have_masks_of_their_own() {
    // More points than a block of work holds, so that the blocks' masks count too.
    const N_POINTS: usize = 5_000;
    let data: Dataset = (0..N_POINTS).map(|_| point(0.3, 0.4, 0)).collect();
    let p = 0.3;
    let mut trainer = probe(p, &data);
    let (dropped, kept) = (
        loss_of_logit(0.0),
        loss_of_logit(1.0 / (1.0 - f64::from(p))),
    );
    let mut rates = Vec::new();
    for _ in 0..20 {
        let loss = f64::from(trainer.train_step().unwrap());
        rates.push((loss - kept) / (dropped - kept));
    }
    // Standard deviation of one rate: 0.0065.
    assert!(
        rates.iter().all(|rate| (rate - f64::from(p)).abs() < 0.035),
        "{rates:?}"
    );
    rates.dedup();
    assert!(rates.len() > 15, "the steps should differ: {rates:?}");
}

/// Infers the masks of a step from the gradient and compares the whole gradient
/// with the reference under these masks.
#[test]
fn gradient_is_that_of_the_thinned_network() {
    const RATE: f32 = 10.0;
    let p = 0.4;
    for activation in Activation::ALL {
        for seed in 0..30 {
            let network = with_dropout(&hidden("6-5"), activation, p);
            let training = optimizer(OptimizerKind::Sgd, RATE, 0.0);
            let data = points(seed, 1, 3);
            let seeds = Seeds::from_master(seed);
            let mut trainer = Trainer::new(network, training, seeds, data.clone());
            let reference = Network::of(trainer.mlp());
            let loss = f64::from(trainer.train_step().unwrap());
            let gradient: Vec<f64> = reference
                .parameters
                .iter()
                .zip(trainer.mlp().parameters())
                .map(|(before, &after)| (before - f64::from(after)) / f64::from(RATE))
                .collect();
            // A unit was dropped exactly if nothing is learnt from it.
            let kept_factor = 1.0 / (1.0 - f64::from(p));
            let factor = |layer: usize, unit: usize| {
                let n_out = reference.sizes[layer + 2];
                let onward = |to| gradient[reference.weight_index(layer + 1, to, unit)];
                let silent = (0..n_out).all(|to| onward(to) == 0.0);
                if silent { 0.0 } else { kept_factor }
            };
            let mask: Mask = (0..2)
                .map(|layer| {
                    (0..reference.sizes[layer + 1])
                        .map(|u| factor(layer, u))
                        .collect()
                })
                .collect();
            let expected = reference.gradient_with_masks(&data, std::slice::from_ref(&mask));
            assert!(
                (loss - expected.loss).abs() < 1e-5,
                "{activation} {seed}: {mask:?}"
            );
            for (actual, expected) in gradient.iter().zip(&expected.values) {
                assert!(
                    (actual - expected).abs() < 1e-5,
                    "{activation} {seed}: {mask:?}"
                );
            }
        }
    }
}

#[test]
fn evaluation_and_maps_never_drop() {
    let data = points(4, 50, 3);
    for activation in Activation::ALL {
        let with = with_dropout(&hidden("10-5"), activation, 0.9);
        let without = architecture(&hidden("10-5"), activation);
        let [mut with, mut without] = [with, without]
            .map(|network| Trainer::new(network, standing_still(), SEEDS, data.clone()));
        with.train_step().unwrap();
        assert_eq!(with.evaluate(), without.evaluate());
        assert_eq!(with.evaluate(), with.evaluate());
        let grid = nnvisu_core::Grid::new(20, 20).unwrap();
        let map = |trainer: &Trainer| {
            let mut out = Vec::new();
            Rasterizer::new().posteriors(trainer.mlp(), grid, &mut out);
            out
        };
        assert_eq!(map(&with), map(&without));
    }
}

#[test]
fn the_linear_model_has_nothing_to_drop() {
    let data = points(5, 20, 3);
    let run = |p: f32| {
        let network = with_dropout(&HiddenLayers::none(), Activation::Tanh, p);
        let mut trainer = Trainer::new(network, TrainingConfig::default(), SEEDS, data.clone());
        for _ in 0..10 {
            trainer.train_step().unwrap();
        }
        trainer.checkpoint()
    };
    assert_eq!(run(0.0), run(0.8));
}

#[test]
fn extreme_probabilities_still_train() {
    let data = points(6, 100, 2);
    for p in [1e-7_f32, 0.999_999_9] {
        let network = with_dropout(&hidden("10"), Activation::Tanh, p);
        let mut trainer = Trainer::new(network, TrainingConfig::default(), SEEDS, data.clone());
        for _ in 0..50 {
            assert!(trainer.train_step().unwrap().is_finite());
        }
    }
}
