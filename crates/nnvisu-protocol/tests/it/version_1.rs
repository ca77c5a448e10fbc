//! What version 1 takes that version 2 refuses, because its pages have always sent it.

use nnvisu_protocol::{
    ClassCount, Config, Distribution, Dropout, ErrorCode, Label, LearningRate, Point,
    Regularization, Request, StepsPerSecond, settings,
};

use crate::support::{parse_v1, parse_v2};

#[track_caller]
fn accepted(text: &str) -> Request {
    assert!(parse_v2(text).is_err(), "version 2 is strict: {text}");
    match parse_v1(text) {
        Ok(envelope) => envelope.request,
        Err(error) => panic!("refused {text}: {error:?}"),
    }
}

/// The largest dropout.
fn almost_one() -> Dropout {
    Dropout::new(1.0_f32.next_down()).unwrap()
}

fn corner(y: f32) -> Point {
    Point::new(1.0, y, Label::new(0).unwrap()).unwrap()
}

/// The configuration after an `update_config` with this payload.
#[track_caller]
fn configured(payload: &str) -> Config {
    let mut config = Config::default();
    let text = format!(r#"{{"type":"update_config","payload":{payload}}}"#);
    let Request::UpdateConfig { payload } = accepted(&text) else {
        panic!("another request");
    };
    config.apply(&payload);
    config
}

#[test]
fn numbers_above_the_limits_are_the_limits() {
    let config =
        configured(r#"{"learningRate":100,"regularization":10.5,"batchSize":1000001,"dropout":1}"#);
    assert_eq!(config.learning_rate, LearningRate::new(10.0).unwrap());
    assert_eq!(config.regularization, Regularization::new(10.0).unwrap());
    assert_eq!(config.batch_size.get(), 1_000_000);
    assert_eq!(config.dropout, almost_one());
    assert_eq!(configured(r#"{"dropout":7}"#).dropout, config.dropout);
}

#[test]
fn hidden_layers_above_the_limits_are_the_limits() {
    for (given, expected) in [
        ("[0]", vec![]),
        ("[0.0]", vec![]),
        ("[101,5]", vec![100, 5]),
        ("[1,2,3,4,5,6,7,8,9,10,11,12]", (1..=10).collect()),
    ] {
        let config = configured(&format!(r#"{{"architecture":{given}}}"#));
        assert_eq!(config.architecture.sizes(), expected, "{given}");
    }
}

#[test]
fn names_may_have_capitals() {
    let config = configured(r#"{"activation":"ReLU","optimizer":"Adam"}"#);
    assert_eq!(config.activation.as_str(), "relu");
    assert_eq!(config.optimizer.as_str(), "adam");
    let generated = accepted(r#"{"type":"generate_data","distribution":"Moons","num_classes":3}"#);
    assert!(matches!(
        generated,
        Request::GenerateData {
            distribution: Distribution::Moons,
            ..
        }
    ));
}

#[test]
fn no_batch_size_means_all_points() {
    assert_eq!(configured(r#"{"batchSize":null}"#).batch_size.get(), 0);
    let text = r#"{"type":"update_config","payload":{"dropout":null}}"#;
    assert_eq!(parse_v1(text).unwrap_err().code, ErrorCode::WrongType);
}

#[test]
fn points_on_the_edge_of_a_scaled_canvas() {
    let text =
        |x: &str| format!(r#"{{"type":"update_data","data":[{{"x":{x},"y":-1.1,"label":0}}]}}"#);
    let Request::UpdateData { data } = accepted(&text("1.004")) else {
        panic!("another request");
    };
    assert_eq!(data, [corner(-1.0)]);
    for far in ["1.2", "-50", "1e300"] {
        let error = parse_v1(&text(far)).unwrap_err();
        assert_eq!(error.field.as_deref(), Some("data[0].x"));
        assert_eq!(
            error.message,
            format!("Coordinate x must be from -1 to 1, not {far}")
        );
    }
    let error = parse_v1(r#"{"type":"update_data","data":[[0,0,0]]}"#).unwrap_err();
    assert_eq!(error.message, "“data[0]” must be an object, not a list");
}

#[test]
fn two_classes_unless_told() {
    let generated = accepted(r#"{"type":"generate_data","distribution":"moons"}"#);
    assert!(matches!(
        generated,
        Request::GenerateData { num_classes, .. } if num_classes == ClassCount::new(2).unwrap()
    ));
}

#[test]
fn networks() {
    let text = r#"{"type":"update_architecture",
        "payload":{"hidden_layers":[0],"activation":"Tanh","dropout":1.5},"seeds":"mine"}"#;
    let Request::UpdateArchitecture { payload, seeds } = accepted(text) else {
        panic!("another request");
    };
    assert!(payload.hidden_layers.sizes().is_empty());
    assert_eq!(payload.activation.unwrap().as_str(), "tanh");
    assert_eq!(payload.dropout, Some(almost_one()));
    assert_eq!(seeds, None);
    // What makes no network is refused, not mended.
    for (layers, field) in [("[101]", "hidden_layers[0]"), ("[5,0]", "hidden_layers[1]")] {
        let text =
            format!(r#"{{"type":"update_architecture","payload":{{"hidden_layers":{layers}}}}}"#);
        let error = parse_v1(&text).unwrap_err();
        assert_eq!(error.field.as_deref(), Some(field));
        assert_eq!(error.accepted, None);
    }
}

#[test]
fn settings_that_are_right_act_beside_refused_ones() {
    let text = r#"{"type":"update_config","payload":{"learningRate":-1,"batchSize":"all",
        "optimizer":"sgd","dropout":2,"theme":{"dark":true}}}"#;
    let error = parse_v1(text).unwrap_err();
    assert_eq!(error.code, ErrorCode::OutOfRange);
    assert_eq!(error.field.as_deref(), Some("learningRate"));
    assert_eq!(
        error.message,
        "Learning rate must be above 0 and at most 10, not -1; \
         “batchSize” must be a number, not text"
    );
    let Some(Request::UpdateConfig { payload }) = error.accepted.as_deref() else {
        panic!("the others act: {error:?}");
    };
    assert_eq!(payload.learning_rate, None);
    assert_eq!(payload.batch_size, None);
    assert_eq!(payload.optimizer.unwrap().as_str(), "sgd");
    assert_eq!(payload.dropout, Some(almost_one()));

    let error = parse_v2(text).unwrap_err();
    assert_eq!(error.accepted, None, "version 2 does all or nothing");
}

#[test]
fn train_steps() {
    let text = r#"{"type":"train_step","config":{"dropout":1,"activation":"GELU","batchSize":null},
        "model":{"weights":[],"biases":[]},"data":[{"x":1.01,"y":0,"label":0}]}"#;
    let Request::TrainStep { config, data, .. } = accepted(text) else {
        panic!("another request");
    };
    assert_eq!(config.activation.as_str(), "gelu");
    assert_eq!(data, [corner(0.0)]);
    let error = parse_v1(&text.replace("GELU", "swish")).unwrap_err();
    assert_eq!(error.field.as_deref(), Some("config.activation"));
    assert_eq!(error.accepted, None);
}

#[test]
fn speeds() {
    assert_eq!(
        parse_v1(r#"{"type":"set_speed","stepsPerSecond":5}"#)
            .unwrap()
            .request,
        Request::SetSpeed {
            steps_per_second: StepsPerSecond::new(5.0).ok()
        }
    );
}

/// What cannot be mended is refused as in version 2, for every setting of the table.
#[test]
fn every_setting_is_read() {
    for setting in settings() {
        let name = setting.name;
        let text = format!(r#"{{"type":"update_config","payload":{{"{name}":{{}}}}}}"#);
        let [v1, v2] = [parse_v1(&text), parse_v2(&text)].map(Result::unwrap_err);
        assert_eq!(v1.message, v2.message);
        assert_eq!(v1.field.as_deref(), Some(name));
        let default = &setting.default;
        let text = format!(r#"{{"type":"update_config","payload":{{"{name}":{default}}}}}"#);
        assert_eq!(parse_v1(&text), parse_v2(&text));
        assert!(parse_v1(&text).is_ok());
    }
}

#[test]
fn a_network_is_an_object() {
    let error = parse_v1(r#"{"type":"update_architecture","payload":[[]]}"#).unwrap_err();
    assert_eq!(error.code, ErrorCode::WrongType);
    assert_eq!(error.field.as_deref(), Some("payload"));
}
