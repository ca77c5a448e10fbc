//! The exact text of every answer, and how a client reads it.

use nnvisu_protocol::{
    AbsentRow, Activation, Architecture, ArchitectureSynced, Checkpoint, ClassCount, Config,
    Distribution, Dropout, ErrorCode, Feature, Floats, HiddenLayers, Label, LastGood, Layer,
    LayerSpec, LayerUnits, Limits, Metrics, Optimizer, OptimizerState, Point, RESPONSE_TYPES,
    RequestError, Response, Seed, Seeds, ServerInfo, ServerMessage, SessionState, StepMetrics,
    StepsPerSecond, Weights, parse_response,
};

fn seeds() -> Seeds {
    let seed = |value| Seed::new(value).unwrap();
    Seeds {
        init: seed(1),
        batches: seed(2),
        dropout: seed((1 << 53) - 1),
    }
}

fn hidden(sizes: &[usize]) -> HiddenLayers {
    HiddenLayers::new(sizes.to_vec()).unwrap()
}

fn points() -> Vec<Point> {
    let label = |value| Label::new(value).unwrap();
    vec![
        Point::new(-0.1, 1.0, label(0)).unwrap(),
        Point::new(0.333_333_34, -1.0, label(7)).unwrap(),
    ]
}

/// Checks the text of a message, and that a client reads the same message back.
#[track_caller]
fn check(message: impl Into<ServerMessage>, text: &str) {
    let message = message.into();
    assert_eq!(message.to_json(), text);
    assert_eq!(parse_response(text).unwrap(), Some(message));
}

#[test]
fn config() {
    let info = |limits: Option<Limits>| Response::Config {
        payload: ServerInfo {
            version: "0.1.0".to_owned(),
            author: "Jan Švec".to_owned(),
            limits,
            page: limits.map(|_| "2d2ade1f9c1d35ea".to_owned()),
        },
    };
    check(
        info(None),
        r#"{"type":"config","payload":{"version":"0.1.0","author":"Jan Švec"}}"#,
    );
    check(
        info(Some(Limits::default())),
        r#"{"type":"config","payload":{"version":"0.1.0","author":"Jan Švec","limits":{"maxPoints":20000,"maxMessageBytes":8388608},"page":"2d2ade1f9c1d35ea"}}"#,
    );
}

#[test]
fn step_result() {
    let metrics = Metrics::new(0.6875, 0.5).ok();
    check(
        Response::StepResult {
            metrics: StepMetrics {
                metrics,
                step: Some(120),
            },
            model: None,
        },
        r#"{"type":"step_result","metrics":{"loss":0.6875,"accuracy":0.5,"step":120},"model":null}"#,
    );
    let layer = Layer::new(2, vec![0.1, 0.2, -3.0, 4e-20], vec![0.5, -0.0]).unwrap();
    check(
        ServerMessage {
            re: Some(4),
            response: Response::StepResult {
                metrics: StepMetrics {
                    metrics,
                    step: None,
                },
                model: Some(Weights::new(vec![layer]).unwrap()),
            },
        },
        r#"{"re":4,"type":"step_result","metrics":{"loss":0.6875,"accuracy":0.5},"model":{"weights":[[[0.1,0.2],[-3.0,4e-20]]],"biases":[[0.5,-0.0]]}}"#,
    );
    check(
        Response::StepResult {
            metrics: StepMetrics {
                metrics: None,
                step: Some(0),
            },
            model: None,
        },
        r#"{"type":"step_result","metrics":{"loss":0.0,"accuracy":null,"step":0},"model":null}"#,
    );
}

#[test]
fn architecture_synced() {
    check(
        Response::ArchitectureSynced {
            payload: ArchitectureSynced::new(hidden(&[10, 5])),
        },
        r#"{"type":"architecture_synced","payload":{"status":"success","hidden_layers":[10,5]}}"#,
    );
}

#[test]
fn data_generated() {
    check(
        Response::DataGenerated {
            data: points(),
            distribution: None,
            num_classes: None,
            seed: None,
        },
        r#"{"type":"data_generated","data":[{"x":-0.1,"y":1.0,"label":0},{"x":0.33333334,"y":-1.0,"label":7}]}"#,
    );
    check(
        ServerMessage {
            re: Some(0),
            response: Response::DataGenerated {
                data: Vec::new(),
                distribution: Some(Distribution::VariedVariance),
                num_classes: ClassCount::new(3).ok(),
                seed: Seed::new(9).ok(),
            },
        },
        r#"{"re":0,"type":"data_generated","data":[],"distribution":"varied_variance","num_classes":3,"seed":9}"#,
    );
}

#[test]
fn error() {
    check(
        RequestError::binary_not_accepted(),
        r#"{"type":"error","message":"Requests are JSON text; binary frames are not accepted","code":"binary_not_accepted"}"#,
    );
    let error = RequestError::new(ErrorCode::OutOfRange, "“Too \"large\"”\n")
        .with_field("dropout")
        .with_re(Some(u32::MAX));
    check(
        error,
        r#"{"re":4294967295,"type":"error","message":"“Too \"large\"”\n","code":"out_of_range","field":"dropout"}"#,
    );
}

#[test]
fn error_codes() {
    for code in ErrorCode::ALL {
        let text = format!(r#"{{"type":"error","message":"","code":"{code}"}}"#);
        check(RequestError::new(code, ""), &text);
    }
}

#[test]
fn clients_take_error_codes_that_they_do_not_know() {
    let text = r#"{"type":"error","message":"The room is full","code":"room_full"}"#;
    let message = parse_response(text).unwrap().unwrap();
    let Response::Error { message, code, .. } = message.response else {
        panic!("{message:?} is no error")
    };
    assert_eq!(
        (message.as_str(), code),
        ("The room is full", ErrorCode::Unknown)
    );
}

#[test]
fn state() {
    check(
        ServerMessage {
            re: Some(12),
            response: Response::State {
                payload: Box::new(SessionState {
                    generation: 3,
                    running: true,
                    step: 1_000_000_000_000,
                    epoch: 31_250_000_000,
                    config: Config {
                        architecture: hidden(&[]),
                        ..Config::default()
                    },
                    network: network(&[10]),
                    seeds: seeds(),
                    steps_per_second: StepsPerSecond::new(60.0).ok(),
                    points: 4,
                    classes: 2,
                }),
            },
        },
        r#"{"re":12,"type":"state","payload":{"generation":3,"running":true,"step":1000000000000,"epoch":31250000000,"config":{"learningRate":0.01,"architecture":[],"activation":"tanh","optimizer":"adam","regularization":0.0,"batchSize":0,"dropout":0.0},"network":{"features":["x","y"],"layers":[{"units":10,"activation":"gelu","dropout":0.25}],"outputs":2},"seeds":{"init":1,"batches":2,"dropout":9007199254740991},"stepsPerSecond":60.0,"points":4,"classes":2}}"#,
    );
}

#[test]
fn checkpoint() {
    let floats = |values: &[f32]| Floats::new(values.to_vec()).unwrap();
    check(
        Response::Checkpoint {
            payload: Box::new(Checkpoint {
                generation: 1,
                step: 2,
                epoch: 1,
                epoch_position: 32,
                diverged: false,
                architecture: network(&[]),
                parameters: floats(&[0.0, 1.0, -2.0, 0.1, f32::MAX, f32::MIN_POSITIVE]),
                optimizer: OptimizerState {
                    kind: Optimizer::RmsProp,
                    steps: 2,
                    row_steps: vec![2, 1],
                    slots: vec![floats(&[1.0])],
                },
                seeds: seeds(),
                absent_rows: vec![AbsentRow {
                    class: Label::new(3).unwrap(),
                    parameters: floats(&[1.0]),
                    slots: vec![floats(&[0.0])],
                    steps: 9,
                }],
                last_good: Some(LastGood {
                    parameters: floats(&[1.0]),
                    step: 1,
                    epoch: 0,
                    epoch_position: 64,
                    loss: Some(0.5),
                    lowest_loss: None,
                }),
            }),
        },
        r#"{"type":"checkpoint","payload":{"generation":1,"step":2,"epoch":1,"epochPosition":32,"diverged":false,"architecture":{"features":["x","y"],"layers":[],"outputs":2},"parameters":"AAAAAAAAgD8AAADAzczMPf//f38AAIAA","optimizer":{"kind":"rmsprop","steps":2,"rowSteps":[2,1],"slots":["AACAPw=="]},"seeds":{"init":1,"batches":2,"dropout":9007199254740991},"absentRows":[{"class":3,"parameters":"AACAPw==","slots":["AAAAAA=="],"steps":9}],"lastGood":{"parameters":"AACAPw==","step":1,"epoch":0,"epochPosition":64,"loss":0.5,"lowestLoss":null}}}"#,
    );
}

/// A network of GELU layers with two outputs.
fn network(units: &[u8]) -> Architecture {
    let layer = |&units: &u8| LayerSpec {
        units: LayerUnits::try_from(f64::from(units)).unwrap(),
        activation: Activation::Gelu,
        dropout: Dropout::new(0.25).unwrap(),
    };
    Architecture {
        features: vec![Feature::X, Feature::Y],
        layers: units.iter().map(layer).collect(),
        outputs: ClassCount::new(2).unwrap(),
    }
}

#[test]
fn a_number_that_is_not_finite_cannot_get_into_a_response() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        assert!(Metrics::new(bad, 0.5).is_err());
        assert!(Metrics::new(0.5, bad).is_err());
        assert!(Floats::new(vec![0.0, bad]).is_err());
        assert!(Layer::new(2, vec![0.0, bad], vec![0.0]).is_err());
        assert!(Layer::new(2, vec![0.0, 0.0], vec![bad]).is_err());
        assert!(Point::new(bad, 0.0, Label::new(0).unwrap()).is_err());
        assert!(Point::new(0.0, bad, Label::new(0).unwrap()).is_err());
        assert!(StepsPerSecond::new(bad).is_err());
        assert!(Dropout::new(bad).is_err());
    }
    assert!(Metrics::new(0.5, 1.001).is_err());
}

#[test]
fn a_client_ignores_messages_it_does_not_know() {
    assert_eq!(parse_response(r#"{"type":"weather"}"#).unwrap(), None);
    let with_more = r#"{"type":"config","payload":{"version":"9","author":"","mood":1},"more":[]}"#;
    assert!(parse_response(with_more).unwrap().is_some());
}

#[test]
fn a_client_refuses_messages_that_are_wrong() {
    for text in [
        "",
        "[]",
        "{}",
        r#"{"type":3}"#,
        r#"{"type":"state"}"#,
        r#"{"type":"error","message":"","code":3}"#,
        r#"{"type":"step_result","metrics":{"loss":1e39,"accuracy":0},"model":null}"#,
        r#"{"type":"step_result","metrics":{"loss":1,"accuracy":null},"model":null}"#,
        r#"{"type":"step_result","metrics":{"loss":0.0,"accuracy":null},"model":{"weights":[],"biases":[]}}"#,
        r#"{"type":"data_generated","data":[{"x":2,"y":0,"label":0}]}"#,
        r#"{"type":"data_generated","data":[{"x":0,"y":0,"label":8}]}"#,
        r#"{"type":"architecture_synced","payload":{"status":"success","hidden_layers":[0]}}"#,
    ] {
        assert!(parse_response(text).is_err(), "{text}");
    }
}

#[test]
fn every_type_is_listed() {
    let text = |name: &str| format!(r#"{{"type":"{name}"}}"#);
    for name in RESPONSE_TYPES {
        let error = parse_response(&text(name)).expect_err("all have fields");
        assert!(error.to_string().contains("missing field"), "{error}");
    }
}
