//! Arbitrary requests, answers and their parts, for the properties.

use nnvisu_protocol::{
    AbsentRow, Activation, Architecture, BatchSize, Checkpoint, ClassCount, Config, ConfigUpdate,
    DataEdit, Distribution, Dropout, Feature, Floats, FramesPerSecond, HiddenLayers, Label,
    LastGood, Layer, LayerSpec, LayerUnits, LearningRate, Metrics, NetworkUpdate, Optimizer,
    OptimizerState, Point, PosteriorEncoding, Regularization, Request, Response, Restore,
    SectionKind, Seed, Seeds, ServerMessage, StepMetrics, StepsPerSecond, View, ViewSize, Weights,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

pub(crate) fn finite() -> impl Strategy<Value = f32> + Clone {
    use proptest::num::f32::{NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
    POSITIVE | NEGATIVE | NORMAL | SUBNORMAL | ZERO
}

fn hidden_layers() -> impl Strategy<Value = HiddenLayers> {
    vec(1..=100_usize, 0..=10).prop_map(|sizes| HiddenLayers::new(sizes).unwrap())
}

pub(crate) fn seed() -> impl Strategy<Value = Seed> {
    (0..1_u64 << 53).prop_map(|seed| Seed::new(seed).unwrap())
}

fn seeds() -> impl Strategy<Value = Seeds> {
    (seed(), seed(), seed()).prop_map(|(init, batches, dropout)| Seeds {
        init,
        batches,
        dropout,
    })
}

fn speed() -> impl Strategy<Value = StepsPerSecond> {
    (f32::MIN_POSITIVE..=1e6).prop_map(|speed| StepsPerSecond::new(speed).unwrap())
}

fn dropout() -> impl Strategy<Value = Dropout> {
    (0.0..1.0_f32).prop_map(|dropout| Dropout::new(dropout).unwrap())
}

fn config() -> impl Strategy<Value = Config> {
    (
        f32::MIN_POSITIVE..=10.0,
        hidden_layers(),
        select(Activation::ALL),
        select(Optimizer::ALL),
        0.0..=10.0_f32,
        0..=1_000_000_u32,
        dropout(),
    )
        .prop_map(
            |(rate, architecture, activation, optimizer, l2, batch_size, dropout)| Config {
                learning_rate: LearningRate::new(rate).unwrap(),
                architecture,
                activation,
                optimizer,
                regularization: Regularization::new(l2).unwrap(),
                batch_size: BatchSize::new(batch_size).unwrap(),
                dropout,
            },
        )
}

fn config_update() -> impl Strategy<Value = ConfigUpdate> {
    (config(), any::<[bool; 7]>()).prop_map(|(config, names)| ConfigUpdate {
        learning_rate: names[0].then_some(config.learning_rate),
        architecture: names[1].then_some(config.architecture),
        activation: names[2].then_some(config.activation),
        optimizer: names[3].then_some(config.optimizer),
        regularization: names[4].then_some(config.regularization),
        batch_size: names[5].then_some(config.batch_size),
        dropout: names[6].then_some(config.dropout),
    })
}

pub(crate) fn points(at_least: usize) -> impl Strategy<Value = Vec<Point>> {
    let point = (-1.0..=1.0_f32, -1.0..=1.0_f32, 0..8_u8)
        .prop_map(|(x, y, label)| Point::new(x, y, Label::new(label).unwrap()).unwrap());
    vec(point, at_least..8)
}

pub(crate) fn model() -> impl Strategy<Value = Weights> {
    (vec(1..=4_usize, 0..=3), 2..=8_usize)
        .prop_flat_map(|(mut sizes, n_classes)| {
            sizes.push(n_classes);
            let mut n_in = 2;
            let layers: Vec<_> = sizes
                .into_iter()
                .map(|n_out| {
                    let shape = (
                        Just(n_in),
                        vec(finite(), n_in * n_out),
                        vec(finite(), n_out),
                    );
                    n_in = n_out;
                    shape
                })
                .collect();
            layers
        })
        .prop_map(|layers| {
            let layers = layers
                .into_iter()
                .map(|(n_in, weights, biases)| Layer::new(n_in, weights, biases).unwrap())
                .collect();
            Weights::new(layers).unwrap()
        })
}

fn floats(len: usize) -> impl Strategy<Value = Floats> {
    vec(finite(), len).prop_map(|values| Floats::new(values).unwrap())
}

fn architecture() -> impl Strategy<Value = Architecture> {
    let layer =
        (1..=5_u8, select(Activation::ALL), dropout()).prop_map(|(units, activation, dropout)| {
            LayerSpec {
                units: LayerUnits::try_from(f64::from(units)).unwrap(),
                activation,
                dropout,
            }
        });
    (vec(layer, 0..=3), 2..=8_u8).prop_map(|(layers, n_classes)| Architecture {
        features: vec![Feature::X, Feature::Y],
        layers,
        outputs: ClassCount::new(n_classes).unwrap(),
    })
}

fn absent_row(class: u8, len: usize, n_slots: usize) -> impl Strategy<Value = AbsentRow> {
    (floats(len), vec(floats(len), n_slots), 0..1_u64 << 53).prop_map(
        move |(parameters, slots, steps)| AbsentRow {
            class: Label::new(class).unwrap(),
            parameters,
            slots,
            steps,
        },
    )
}

fn last_good(len: usize) -> impl Strategy<Value = LastGood> {
    let loss = || option::of(0.0..=f32::MAX);
    let position = || 0..1_u64 << 53;
    (
        floats(len),
        position(),
        position(),
        position(),
        loss(),
        loss(),
    )
        .prop_map(
            |(parameters, step, epoch, epoch_position, loss, lowest_loss)| LastGood {
                parameters,
                step,
                epoch,
                epoch_position,
                loss,
                lowest_loss,
            },
        )
}

pub(crate) fn checkpoint() -> impl Strategy<Value = Checkpoint> {
    (architecture(), 0..=2_usize)
        .prop_flat_map(|(architecture, n_slots)| {
            let n = architecture.n_parameters();
            let outputs = architecture.outputs.get();
            let n_row = architecture.n_last_inputs() + 1;
            let rows: Vec<_> = (outputs..8)
                .map(|class| absent_row(class, n_row, n_slots))
                .collect();
            (
                Just(architecture),
                (any::<u32>(), any::<bool>(), select(Optimizer::ALL), seeds()),
                vec(0..1_u64 << 53, 4),
                vec(0..1_u64 << 53, usize::from(outputs)),
                floats(n),
                vec(floats(n), n_slots),
                rows,
                option::of(last_good(n)),
            )
        })
        .prop_map(
            |(
                architecture,
                (generation, diverged, kind, seeds),
                counts,
                row_steps,
                parameters,
                slots,
                absent_rows,
                last_good,
            )| Checkpoint {
                generation,
                step: counts[0],
                epoch: counts[1],
                epoch_position: counts[2],
                diverged,
                architecture,
                parameters,
                optimizer: OptimizerState {
                    kind,
                    steps: counts[3],
                    row_steps,
                    slots,
                },
                seeds,
                absent_rows,
                last_good,
            },
        )
}

pub(crate) fn request() -> impl Strategy<Value = Request> {
    let network = (
        hidden_layers(),
        option::of(select(Activation::ALL)),
        option::of(dropout()),
    )
        .prop_map(|(hidden_layers, activation, dropout)| NetworkUpdate {
            hidden_layers,
            activation,
            dropout,
        });
    let train_step =
        (config(), option::of(model()), points(1)).prop_map(|(mut config, model, data)| {
            if let Some(model) = &model {
                config.architecture = model.hidden_layers().clone();
            }
            Request::TrainStep {
                config,
                model,
                data,
            }
        });
    let restore = (
        config(),
        points(0),
        option::of(checkpoint()),
        option::of(seeds()),
        option::of(speed()),
    )
        .prop_map(|(config, data, checkpoint, seeds, steps_per_second)| {
            Request::Restore(Box::new(Restore {
                config,
                data,
                checkpoint,
                seeds,
                steps_per_second,
            }))
        });
    prop_oneof![
        select(&[Request::StartTraining, Request::StopTraining, Request::Step][..]),
        option::of(seeds()).prop_map(|seeds| Request::Reset { seeds }),
        config_update().prop_map(|payload| Request::UpdateConfig { payload }),
        (network, option::of(seeds()))
            .prop_map(|(payload, seeds)| Request::UpdateArchitecture { payload, seeds }),
        points(0).prop_map(|data| Request::UpdateData { data }),
        (select(Distribution::ALL), 2..=8_u8, option::of(seed())).prop_map(
            |(distribution, num_classes, seed)| Request::GenerateData {
                distribution,
                num_classes: ClassCount::new(num_classes).unwrap(),
                seed,
            }
        ),
        train_step,
        restore,
        option::of(speed()).prop_map(|steps_per_second| Request::SetSpeed { steps_per_second }),
        view().prop_map(Request::View),
        (points(0), points(0))
            .prop_map(|(before, after)| Request::EditData(DataEdit::between(&before, &after))),
    ]
}

fn view() -> impl Strategy<Value = View> {
    let lists = (
        vec(select(SectionKind::ALL), 0..3),
        vec(select(PosteriorEncoding::ALL), 1..4),
    );
    (any::<u32>(), lists, 16..=512_u16, f32::MIN_POSITIVE..=60.0).prop_map(
        |(run, (sections, encodings), size, rate)| View {
            run,
            sections,
            size: ViewSize::new(size).unwrap(),
            frames_per_second: FramesPerSecond::new(rate).unwrap(),
            encodings,
        },
    )
}

pub(crate) fn metrics() -> impl Strategy<Value = Option<Metrics>> {
    option::of((finite(), 0.0..=1.0_f32).prop_map(|(loss, acc)| Metrics::new(loss, acc).unwrap()))
}

pub(crate) fn response() -> impl Strategy<Value = ServerMessage> {
    let response = prop_oneof![
        (metrics(), option::of(any::<u64>()), option::of(model())).prop_map(
            |(metrics, step, model)| Response::StepResult {
                metrics: StepMetrics { metrics, step },
                model
            }
        ),
        (points(0), option::of(seed())).prop_map(|(data, seed)| Response::DataGenerated {
            data,
            distribution: None,
            num_classes: None,
            seed
        }),
        checkpoint().prop_map(|checkpoint| Response::Checkpoint {
            payload: Box::new(checkpoint)
        }),
    ];
    (option::of(any::<u32>()), response).prop_map(|(re, response)| ServerMessage { re, response })
}
