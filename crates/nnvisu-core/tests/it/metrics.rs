//! Loss and accuracy over all points.

use nnvisu_core::{Activation, Dataset, Trainer, TrainingConfig};
use proptest::prelude::*;

use crate::reference::Network;
use crate::support::{SEEDS, any_problem, architecture, hidden, point, points, trainer_with};

/// A linear model with the logits (x, −x), so that class 0 is to the right.
fn right_or_left(data: &Dataset) -> Trainer {
    let network = architecture(&hidden("0"), Activation::Tanh);
    let parameters = vec![1.0, -1.0, 0.0, 0.0, 0.0, 0.0];
    trainer_with(&network, TrainingConfig::default(), data, parameters)
}

#[test]
fn accuracy_is_the_exact_share_of_right_points() {
    for n_points in [1, 2, 3, 7, 10, 49, 200, 1_000, 1_024, 1_025, 5_003, 20_000] {
        for n_right in [0, 1, n_points / 3, n_points - 1, n_points] {
            let data: Dataset = (0..n_points)
                .map(|i| point(0.5, 0.0, usize::from(i >= n_right)))
                .collect();
            let accuracy = right_or_left(&data).evaluate().unwrap().accuracy;
            let expected = n_right as f32 / n_points as f32;
            assert_eq!(accuracy, expected, "{n_right} of {n_points}");
        }
    }
}

#[test]
fn of_equal_logits_the_first_class_counts() {
    let data: Dataset = [0, 1]
        .map(|class| point(0.0, 0.0, class))
        .into_iter()
        .collect();
    assert_eq!(right_or_left(&data).evaluate().unwrap().accuracy, 0.5);
    let second = std::iter::once(point(0.0, 0.0, 1)).collect();
    assert_eq!(right_or_left(&second).evaluate().unwrap().accuracy, 0.0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn metrics_are_those_of_the_reference(problem in any_problem()) {
        let mut trainer = problem.trainer();
        let network = Network::of(trainer.mlp());
        let mut n_right = 0_usize;
        let mut n_doubtful = 0_usize;
        for point in problem.data.points() {
            let posteriors = network.posteriors([point.x().into(), point.y().into()]);
            let own = posteriors[point.label().index()];
            let others = posteriors.iter().enumerate().filter(|&(k, _)| k != point.label().index());
            let rival = others.map(|(_, &p)| p).fold(0.0, f64::max);
            if (own - rival).abs() < 1e-4 {
                n_doubtful += 1;
            } else if own > rival {
                n_right += 1;
            }
        }
        let metrics = trainer.evaluate().unwrap();
        let loss = network.gradient(&problem.data).loss;
        prop_assert!((f64::from(metrics.loss) - loss).abs() < 1e-5 * (1.0 + loss));
        let n_points = problem.data.len() as f64;
        let least = n_right as f64 / n_points - 1e-6;
        let most = (n_right + n_doubtful) as f64 / n_points + 1e-6;
        prop_assert!((least..=most).contains(&f64::from(metrics.accuracy)));
        // Looking changes nothing.
        let before = trainer.checkpoint();
        prop_assert_eq!(trainer.evaluate(), Some(metrics));
        prop_assert_eq!(trainer.checkpoint(), before);
    }
}

#[test]
fn the_loss_of_a_full_batch_step_is_the_evaluated_one() {
    for n_points in [13, 1_500] {
        let network = architecture(&hidden("10-5"), Activation::Gelu);
        let config = TrainingConfig::default();
        let mut trainer = Trainer::new(network, config, SEEDS, points(1, n_points, 3));
        for _ in 0..5 {
            let before = trainer.evaluate().unwrap().loss;
            let loss = trainer.train_step().unwrap();
            assert!((before - loss).abs() < 2e-6, "{before} {loss}");
        }
    }
}

/// Numbers that run out must not look like success.
#[test]
fn overflowing_logits_are_not_a_loss_of_zero() {
    let network = architecture(&hidden("2"), Activation::Relu);
    let data = points(1, 20, 2);
    let huge = 3e38;
    let parameters = vec![
        huge, -huge, huge, -huge, huge, huge, huge, -huge, -huge, huge, huge, huge,
    ];
    let mut trainer = trainer_with(&network, TrainingConfig::default(), &data, parameters);
    assert_eq!(trainer.evaluate().unwrap().loss, f32::INFINITY);
}
