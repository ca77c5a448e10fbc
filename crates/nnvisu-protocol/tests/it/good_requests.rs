//! Requests that must be understood, and what they mean.

use nnvisu_protocol::{
    Activation, BatchSize, ClassCount, Config, Distribution, Dropout, Envelope, HiddenLayers,
    Label, LearningRate, Limits, Optimizer, Point, ProtocolVersion, Regularization, Request, Seed,
    Seeds, StepsPerSecond, parse_request,
};

use crate::support::{accepted, parse_v1, parse_v2, restore_text};

fn seed(value: u64) -> Seed {
    Seed::new(value).unwrap()
}

fn hidden(sizes: &[usize]) -> HiddenLayers {
    HiddenLayers::new(sizes.to_vec()).unwrap()
}

#[test]
fn requests_without_fields() {
    for (text, expected) in [
        (r#"{"type":"start_training"}"#, Request::StartTraining),
        (r#" { "type" : "stop_training" } "#, Request::StopTraining),
        (r#"{"type":"reset"}"#, Request::Reset { seeds: None }),
    ] {
        assert_eq!(parse_v1(text).unwrap(), Envelope::from(expected.clone()));
        assert_eq!(parse_v2(text).unwrap(), Envelope::from(expected));
    }
    assert_eq!(accepted(r#"{"type":"step"}"#), Request::Step);
}

#[test]
fn type_may_be_written_with_escapes() {
    assert_eq!(accepted(r#"{"type":"\u0073tep"}"#), Request::Step);
    assert_eq!(accepted(r#"{"\u0074ype":"step"}"#), Request::Step);
}

#[test]
fn update_config_takes_any_of_the_settings() {
    let Request::UpdateConfig { payload } = accepted(
        r#"{"type":"update_config","payload":{"learningRate":0.5,"architecture":[3.0,100],
            "activation":"leaky_relu","optimizer":"rmsprop","regularization":10,
            "batchSize":1e6,"dropout":0.25}}"#,
    ) else {
        panic!("another request");
    };
    let mut config = Config::default();
    config.apply(&payload);
    let expected = Config {
        learning_rate: LearningRate::new(0.5).unwrap(),
        architecture: hidden(&[3, 100]),
        activation: Activation::LeakyRelu,
        optimizer: Optimizer::RmsProp,
        regularization: Regularization::new(10.0).unwrap(),
        batch_size: BatchSize::new(1_000_000).unwrap(),
        dropout: Dropout::new(0.25).unwrap(),
    };
    assert_eq!(config, expected);
}

#[test]
fn update_config_changes_nothing_that_it_does_not_name() {
    for text in [
        r#"{"type":"update_config","payload":{}}"#,
        r#"{"type":"update_config","config":{"theme":"dark","fps":[1,{"a":null}]}}"#,
    ] {
        let Request::UpdateConfig { payload } = accepted(text) else {
            panic!("another request");
        };
        let mut config = Config {
            learning_rate: LearningRate::new(3.0).unwrap(),
            ..Config::default()
        };
        let before = config.clone();
        config.apply(&payload);
        assert_eq!(config, before);
    }
}

#[test]
fn update_architecture() {
    let Request::UpdateArchitecture { payload, seeds } = accepted(
        r#"{"type":"update_architecture","payload":{"hidden_layers":[],"activation":"gelu","dropout":0}}"#,
    ) else {
        panic!("another request");
    };
    assert_eq!(payload.hidden_layers, hidden(&[]));
    assert_eq!(payload.activation, Some(Activation::Gelu));
    assert_eq!(payload.dropout, Some(Dropout::default()));
    assert_eq!(seeds, None);
}

#[test]
fn update_data_takes_points_on_the_edges() {
    let Request::UpdateData { data } = accepted(
        r#"{"type":"update_data","data":[{"x":-1,"y":1.0,"label":0},{"label":7.0,"y":-1e0,"x":1,"colour":"red"}]}"#,
    ) else {
        panic!("another request");
    };
    let label = |value| Label::new(value).unwrap();
    assert_eq!(
        data,
        [
            Point::new(-1.0, 1.0, label(0)).unwrap(),
            Point::new(1.0, -1.0, label(7)).unwrap()
        ]
    );
    assert_eq!(nnvisu_protocol::n_classes(&data), 8);
    assert_eq!(nnvisu_protocol::n_classes(&[]), 2);
}

#[test]
fn as_many_points_as_the_limit() {
    let limits = Limits {
        max_points: 2,
        ..Limits::default()
    };
    let text = r#"{"type":"update_data","data":[{"x":0,"y":0,"label":0},{"x":0,"y":0,"label":1}]}"#;
    assert!(parse_request(ProtocolVersion::V1, text, &limits).is_ok());
}

#[test]
fn generate_data() {
    for (name, distribution) in [
        ("circles", Distribution::Circles),
        ("moons", Distribution::Moons),
        ("blobs", Distribution::Blobs),
        ("anisotropic", Distribution::Anisotropic),
        ("varied_variance", Distribution::VariedVariance),
    ] {
        let text = format!(
            r#"{{"type":"generate_data","distribution":"{name}","num_classes":8,"seed":9007199254740991}}"#
        );
        let expected = |seed| Request::GenerateData {
            distribution,
            num_classes: ClassCount::new(8).unwrap(),
            seed,
        };
        assert_eq!(accepted(&text), expected(Some(seed((1 << 53) - 1))));
        // A version 1 client that happens to send a seed field means nothing by it.
        assert_eq!(parse_v1(&text).unwrap().request, expected(None));
    }
}

#[test]
fn train_step_with_fresh_weights() {
    let Request::TrainStep {
        config,
        model,
        data,
    } = accepted(
        r#"{"type":"train_step","config":{"optimizer":"sgd"},"model":{"weights":[],"biases":[]},
            "data":[{"x":0.5,"y":-0.5,"label":1}]}"#,
    )
    else {
        panic!("another request");
    };
    assert_eq!(model, None);
    assert_eq!(data.len(), 1);
    assert_eq!(
        config,
        Config {
            optimizer: Optimizer::Sgd,
            ..Config::default()
        }
    );
}

#[test]
fn train_step_with_weights_of_the_configured_network() {
    let text = r#"{"type":"train_step","config":{"architecture":[3]},
        "model":{"weights":[[[1,2],[3,4],[5,6]],[[7,8,9],[-1,-2,-3]]],"biases":[[0.1,0.2,0.3],[0,1e-50]]},
        "data":[{"x":0.5,"y":-0.5,"label":1}]}"#;
    let Request::TrainStep { config, model, .. } = accepted(text) else {
        panic!("another request");
    };
    let model = model.unwrap();
    assert_eq!(config.architecture, hidden(&[3]));
    assert_eq!(model.n_classes(), 2);
    let [first, last] = model.layers() else {
        panic!("there are two layers");
    };
    assert_eq!((first.n_in(), first.n_out()), (2, 3));
    assert_eq!(first.weights(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!(first.biases(), [0.1, 0.2, 0.3]);
    assert_eq!((last.n_in(), last.n_out()), (3, 2));
    assert_eq!(last.weights(), [7.0, 8.0, 9.0, -1.0, -2.0, -3.0]);
}

#[test]
fn train_step_takes_the_architecture_from_the_weights_when_it_is_left_out() {
    let text = r#"{"type":"train_step","config":{},
        "model":{"weights":[[[1,2],[3,4]]],"biases":[[0,0]]},"data":[{"x":0,"y":0,"label":0}]}"#;
    let Request::TrainStep { config, .. } = accepted(text) else {
        panic!("another request");
    };
    assert_eq!(config.architecture, hidden(&[]));
}

#[test]
fn restore() {
    let Request::Restore(restore) = accepted(&restore_text()) else {
        panic!("another request");
    };
    assert_eq!(restore.config.architecture, hidden(&[1]));
    assert_eq!(restore.steps_per_second, StepsPerSecond::new(60.0).ok());
    assert_eq!(restore.seeds, None);
    let checkpoint = restore.checkpoint.unwrap();
    assert_eq!(checkpoint.step, 12);
    assert_eq!(
        checkpoint.architecture.layers[0].activation,
        Activation::Relu
    );
    assert_eq!(checkpoint.parameters.values(), [0., 1., 2., 3., 4., 5., 6.]);
    assert_eq!(checkpoint.optimizer.row_steps, [12, 5]);
    assert_eq!(checkpoint.absent_rows[0].class.get(), 4);
    assert_eq!(checkpoint.last_good.unwrap().lowest_loss, Some(0.25));
    assert_eq!(
        checkpoint.seeds,
        Seeds {
            init: seed(1),
            batches: seed(2),
            dropout: seed(3)
        }
    );
}

/// What is left out has its default, settings of later versions are ignored.
#[test]
fn restore_with_defaults() {
    let Request::Restore(restore) =
        accepted(r#"{"type":"restore","data":[],"config":{"dropout":0.5,"momentum":0.9}}"#)
    else {
        panic!("another request");
    };
    let config = Config {
        dropout: Dropout::new(0.5).unwrap(),
        ..Config::default()
    };
    assert_eq!(restore.config, config);
    assert_eq!((restore.checkpoint, restore.seeds), (None, None));
    assert_eq!(restore.steps_per_second, None);
    assert!(matches!(
        accepted(r#"{"type":"restore","data":[]}"#),
        Request::Restore(restore) if restore.config == Config::default()
    ));
}

#[test]
fn speeds() {
    for (text, expected) in [
        ("null", None),
        ("1e6", StepsPerSecond::new(1e6).ok()),
        ("0.5", StepsPerSecond::new(0.5).ok()),
    ] {
        assert_eq!(
            accepted(&format!(
                r#"{{"type":"set_speed","stepsPerSecond":{text}}}"#
            )),
            Request::SetSpeed {
                steps_per_second: expected
            }
        );
    }
}

#[test]
fn seeds_in_version_2_only() {
    let given = Some(Seeds {
        init: seed(1),
        batches: seed(2),
        dropout: seed(0),
    });
    let text = r#"{"type":"reset","seeds":{"init":1,"batches":2,"dropout":0}}"#;
    assert_eq!(accepted(text), Request::Reset { seeds: given });
    assert_eq!(
        parse_v1(text).unwrap().request,
        Request::Reset { seeds: None }
    );
    assert_eq!(
        accepted(r#"{"type":"reset","seeds":null}"#),
        Request::Reset { seeds: None }
    );
    let text = r#"{"type":"update_architecture","payload":{"hidden_layers":[1]},
        "seeds":{"init":1,"batches":2,"dropout":0}}"#;
    assert!(matches!(
        accepted(text),
        Request::UpdateArchitecture { seeds, .. } if seeds == given
    ));
}

#[test]
fn ids_in_version_2_only() {
    let text = r#"{"type":"reset","id":4294967295}"#;
    assert_eq!(parse_v2(text).unwrap().id, Some(u32::MAX));
    assert_eq!(parse_v1(text).unwrap().id, None);
    assert_eq!(
        parse_v1(r#"{"type":"reset","id":"mine"}"#).unwrap().id,
        None
    );
}

#[test]
fn a_client_can_build_every_request_and_the_server_reads_the_same() {
    for text in [
        r#"{"type":"start_training"}"#,
        r#"{"type":"stop_training"}"#,
        r#"{"id":1,"type":"reset"}"#,
        r#"{"type":"reset","seeds":{"init":1,"batches":2,"dropout":3}}"#,
        r#"{"type":"update_config","payload":{}}"#,
        r#"{"type":"update_config","payload":{"learningRate":0.1,"architecture":[10,5],"activation":"tanh","optimizer":"adam","regularization":0.0,"batchSize":0,"dropout":0.3}}"#,
        r#"{"type":"update_architecture","payload":{"hidden_layers":[]}}"#,
        r#"{"type":"update_architecture","payload":{"hidden_layers":[8],"activation":"gelu","dropout":0.1},"seeds":{"init":1,"batches":2,"dropout":3}}"#,
        r#"{"type":"update_data","data":[{"x":0.1,"y":-0.7,"label":7}]}"#,
        r#"{"type":"generate_data","distribution":"varied_variance","num_classes":3,"seed":5}"#,
        r#"{"type":"train_step","config":{"learningRate":0.01,"architecture":[10,5],"activation":"tanh","optimizer":"adam","regularization":0.0,"batchSize":0,"dropout":0.0},"model":{"weights":[],"biases":[]},"data":[{"x":0.0,"y":0.0,"label":0}]}"#,
        r#"{"type":"train_step","config":{"learningRate":0.01,"architecture":[],"activation":"tanh","optimizer":"adam","regularization":0.0,"batchSize":0,"dropout":0.0},"model":{"weights":[[[1.5,0.1],[0.3,-2.0]]],"biases":[[0.0,0.7]]},"data":[{"x":0.0,"y":0.0,"label":0}]}"#,
        r#"{"type":"restore","config":{"learningRate":0.01,"architecture":[10,5],"activation":"tanh","optimizer":"adam","regularization":0.0,"batchSize":0,"dropout":0.0},"data":[],"checkpoint":null,"seeds":null,"stepsPerSecond":null}"#,
        r#"{"type":"set_speed","stepsPerSecond":null}"#,
        r#"{"id":9,"type":"set_speed","stepsPerSecond":60.0}"#,
        r#"{"type":"step"}"#,
        r#"{"type":"view","run":0,"sections":["metrics","posteriors"],"size":256,"framesPerSecond":30.0,"encodings":["planes","raw"]}"#,
        r#"{"id":2,"type":"edit_data","before":4,"move":[[0,0.5,-0.25]],"relabel":[[3,7]],"remove":[1,2],"add":[[0,0.0,1.0,2]]}"#,
        r#"{"type":"edit_data","before":0}"#,
    ] {
        let envelope = parse_v2(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(envelope.to_json(), text);
    }
    let restore = parse_v2(&restore_text()).unwrap();
    assert_eq!(parse_v2(&restore.to_json()).unwrap(), restore);
}
