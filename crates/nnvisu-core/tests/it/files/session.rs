//! Session files.

use super::{any_points, vector};
use crate::support::{SEEDS, hidden, mixed_architecture, points};
use nnvisu_core::files::session::{InvalidSession, read, write};
use nnvisu_core::files::{MAX_BYTES, checksum};
use nnvisu_core::{
    Activation, Architecture, BatchSize, Dataset, Dropout, LearningRate, OptimizerKind, Seeds,
    Trainer, TrainingConfig, WeightDecay,
};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

fn trained(
    hidden_layers: &str,
    activation: Activation,
    optimizer: OptimizerKind,
    data: Dataset,
) -> Trainer {
    let network = Architecture::uniform(
        &hidden(hidden_layers),
        activation,
        Dropout::new(0.25).unwrap(),
    );
    let training = TrainingConfig {
        optimizer,
        learning_rate: LearningRate::new(0.05).unwrap(),
        weight_decay: WeightDecay::new(0.001).unwrap(),
        batch_size: BatchSize::new(3).unwrap(),
    };
    let mut trainer = Trainer::new(network, training, SEEDS, data);
    for _ in 0..10 {
        let _ = trainer.train_step();
    }
    trainer
}

fn example() -> Trainer {
    trained(
        "3-2",
        Activation::Gelu,
        OptimizerKind::Adam,
        points(1, 6, 3),
    )
}

/// A run with all that there can be in a file: layers that differ, a class that has left the data,
/// and the middle of an epoch.
fn everything() -> Trainer {
    let architecture = mixed_architecture(&hidden("3-2"), &[Activation::Gelu, Activation::Relu]);
    let training = *example().training_config();
    let mut trainer = Trainer::new(architecture, training, SEEDS, points(1, 6, 3));
    for _ in 0..10 {
        trainer.train_step().unwrap();
    }
    trainer.set_data(points(1, 7, 2));
    for _ in 0..4 {
        trainer.train_step().unwrap();
    }
    trainer
}

#[test]
fn everything_reads_back() {
    let trainer = everything();
    let again = read(&write(&trainer)).unwrap();
    assert!(same(&again, &trainer));
    assert_eq!(again.checkpoint(), trainer.checkpoint());
}

fn same(a: &Trainer, b: &Trainer) -> bool {
    a.checkpoint() == b.checkpoint()
        && a.data() == b.data()
        && a.architecture() == b.architecture()
        && a.training_config() == b.training_config()
        && a.seeds() == b.seeds()
}

/// The example's file as JSON.
fn example_json() -> Value {
    serde_json::from_slice(&write(&example())).unwrap()
}

fn refuse(file: &Value) -> InvalidSession {
    let bytes = serde_json::to_vec(file).unwrap();
    read(&bytes).map(|_| ()).unwrap_err()
}

#[test]
fn a_run_continues_as_if_it_had_never_stopped() {
    for activation in Activation::ALL {
        for optimizer in OptimizerKind::ALL {
            for layers in ["", "1", "10-5"] {
                let mut trainer = trained(layers, activation, optimizer, points(2, 20, 4));
                let mut again = read(&write(&trainer)).unwrap();
                assert!(same(&again, &trainer), "{activation} {optimizer} {layers}");
                for _ in 0..5 {
                    trainer.train_step().unwrap();
                    again.train_step().unwrap();
                }
                assert!(same(&again, &trainer), "{activation} {optimizer} {layers}");
            }
        }
    }
}

#[test]
fn the_largest_network_has_room() {
    let layers = ["100"; 10].join("-");
    let data = points(3, 20_000, 8);
    let trainer = trained(&layers, Activation::Relu, OptimizerKind::Adam, data);
    let file = write(&trainer);
    assert!(file.len() < 4 * 1024 * 1024, "{}", file.len());
    assert!(same(&read(&file).unwrap(), &trainer));
}

/// A file of version 1 as it was written when version 1 was new. It may never change.
#[test]
fn old_files_keep_opening() {
    let trainer = read(&vector("session-v1.nnvisu")).unwrap();
    assert_eq!(trainer.step(), 10);
    assert_eq!(trainer.data(), &points(1, 6, 3));
    assert_eq!(trainer.architecture().layer_sizes(), [2, 3, 2, 3]);
    let dropout = Dropout::new(0.25).unwrap();
    assert_eq!(
        trainer.architecture().uniform_layers(),
        Some((Activation::Gelu, dropout))
    );
    let training = trainer.training_config();
    assert_eq!(training.optimizer, OptimizerKind::Adam);
    assert_eq!(training.learning_rate.get(), 0.05);
    assert_eq!(training.weight_decay.get(), 0.001);
    assert_eq!(training.batch_size.get(), 3);
    assert_eq!(trainer.seeds(), &SEEDS);
    assert_eq!(trainer.checkpoint().optimizer.steps, 10);
    assert_eq!(format!("{:08x}", checksum(trainer.mlp())), "5d7deac7");
    let checkpoint = trainer.checkpoint();
    assert_eq!(checkpoint.optimizer.row_steps, [10; 3]);
    // Ten batches of three of six points.
    assert_eq!((checkpoint.epoch, checkpoint.epoch_position), (5, 0));
    assert_eq!(checkpoint.last_good, None);
}

/// A file of version 2 as it was written when version 2 was new. It may never change.
#[test]
fn the_format_has_not_changed() {
    let file = vector("session-v2.nnvisu");
    let trainer = read(&file).unwrap();
    assert_eq!(trainer.step(), 14);
    assert_eq!(trainer.checkpoint().epoch_position, 3);
    assert_eq!(trainer.architecture().activation_names(), "gelu,relu");
    assert_eq!(trainer.checkpoint().absent_rows.len(), 1);
    assert_eq!(write(&trainer), file);
}

#[test]
fn without_a_checkpoint_weights_are_fresh() {
    let mut file = example_json();
    file["checkpoint"] = Value::Null;
    let trainer = read(&serde_json::to_vec(&file).unwrap()).unwrap();
    let (network, training) = (
        example().architecture().clone(),
        *example().training_config(),
    );
    let fresh = Trainer::new(network, training, SEEDS, points(1, 6, 3));
    assert!(same(&trainer, &fresh));
}

#[test]
fn the_output_layer_follows_the_points() {
    let mut file = example_json();
    file["points"][0] = json!([0.5, 0.5, 7]);
    let trainer = read(&serde_json::to_vec(&file).unwrap()).unwrap();
    assert_eq!(trainer.mlp().n_classes(), 8);
    assert_eq!(trainer.step(), 10);
}

#[derive(Deserialize)]
struct Case {
    name: String,
    text: String,
    /// What the message must have in it, here and in the page.
    says: String,
}

#[test]
fn vectors_of_what_is_refused() {
    let cases: Vec<Case> = serde_json::from_slice(&vector("session-refused.json")).unwrap();
    assert!(cases.len() > 15);
    for Case { name, text, says } in cases {
        let error = read(text.as_bytes()).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(&says), "{name}: {error}");
    }
}

#[test]
fn every_field_is_needed_and_no_other_allowed() {
    for path in [
        "",
        "/architecture",
        "/architecture/layers/0",
        "/training",
        "/seeds",
        "/checkpoint",
        "/checkpoint/optimizer",
        "/checkpoint/absent_rows/0",
        "/checkpoint/last_good",
    ] {
        let file: Value = serde_json::from_slice(&vector("session-v2.nnvisu")).unwrap();
        let fields = file.pointer(path).unwrap().as_object().unwrap();
        for field in fields.keys() {
            let mut without = file.clone();
            let object = without.pointer_mut(path).unwrap();
            object.as_object_mut().unwrap().remove(field);
            refuse(&without);
        }
        let mut with = file.clone();
        with.pointer_mut(path).unwrap()["surprise"] = json!(1);
        let error = refuse(&with).to_string();
        assert!(error.contains("surprise"), "{error}");
    }
}

#[test]
fn too_large_is_refused_unread() {
    let file = vec![b' '; MAX_BYTES + 1];
    assert_eq!(read(&file).map(|_| ()), Err(InvalidSession::TooLarge));
}

fn any_session() -> impl Strategy<Value = Trainer> {
    let layers = proptest::collection::vec(1..12usize, 0..4);
    let activation = proptest::sample::select(&Activation::ALL[..]);
    let optimizer = proptest::sample::select(&OptimizerKind::ALL[..]);
    let settings = (
        0.0f32..=10.0,
        0.0f32..1.0,
        0..=1_000_000u32,
        1e-30f32..=10.0,
    );
    let seeds = (any::<u64>(), any::<u64>(), any::<u64>());
    (
        layers,
        activation,
        optimizer,
        settings,
        seeds,
        any_points(),
        0..4,
    )
        .prop_map(
            |(layers, activation, optimizer, settings, seeds, data, n_steps)| {
                let (weight_decay, dropout, batch_size, learning_rate) = settings;
                let network = Architecture::uniform(
                    &nnvisu_core::HiddenLayers::new(layers).unwrap(),
                    activation,
                    Dropout::new(dropout).unwrap(),
                );
                let training = TrainingConfig {
                    optimizer,
                    learning_rate: LearningRate::new(learning_rate).unwrap(),
                    weight_decay: WeightDecay::new(weight_decay).unwrap(),
                    batch_size: BatchSize::new(batch_size).unwrap(),
                };
                let (init, batches, dropout) = seeds;
                let seeds = Seeds {
                    init,
                    batches,
                    dropout,
                };
                let mut trainer = Trainer::new(network, training, seeds, data);
                for _ in 0..n_steps {
                    let _ = trainer.train_step();
                }
                trainer
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_reads_back(trainer in any_session()) {
        let again = read(&write(&trainer)).unwrap();
        prop_assert!(same(&again, &trainer));
    }

    #[test]
    fn a_cut_file_is_refused(trainer in any_session(), at: proptest::sample::Index) {
        let file = write(&trainer);
        // The line break at the end is not missed.
        let end = at.index(file.len() - 1);
        let error = read(&file[..end]).map(|_| ()).unwrap_err();
        prop_assert!(!error.to_string().is_empty());
    }

    #[test]
    fn a_changed_byte_never_panics(at: proptest::sample::Index, byte: u8) {
        let mut file = write(&example());
        let at = at.index(file.len());
        file[at] = byte;
        let _ = read(&file);
    }

    /// One changed character among the weights shows, whichever it is.
    #[test]
    fn changed_weights_are_noticed(at: proptest::sample::Index) {
        let mut file = example_json();
        let weights = file["checkpoint"]["parameters"].as_str().unwrap().to_owned();
        let mut changed = weights.clone().into_bytes();
        // The last characters of base64 may have bits that mean nothing.
        let at = at.index(changed.len() - 4);
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        file["checkpoint"]["parameters"] = json!(String::from_utf8(changed).unwrap());
        let error = refuse(&file);
        prop_assert!(matches!(error, InvalidSession::Checksum { .. }), "{error}");
    }

    #[test]
    fn no_bytes_panic(bytes: Vec<u8>) {
        prop_assert!(read(&bytes).is_err());
    }
}
