//! Texts that are no requests: each is made from a good one or from nothing, by chance, and each
//! has to be answered by exactly one error.

use rand::RngExt as _;
use rand::seq::IndexedRandom as _;
use serde_json::{Value, json};

use super::Rng;

/// Good requests of all kinds, in version 2.
pub(super) fn good_requests() -> Vec<Value> {
    let config = json!({
        "learningRate": 0.01, "architecture": [3, 2], "activation": "gelu", "optimizer": "sgd",
        "regularization": 0.0, "batchSize": 10, "dropout": 0.5,
    });
    let seeds = json!({"init": 1, "batches": 2, "dropout": 3});
    let data = json!([{"x": 0.5, "y": -0.5, "label": 0}, {"x": -1, "y": 1, "label": 1}]);
    let model = json!({
        "weights": [[[1.0, 2.0], [3.0, 4.0]]],
        "biases": [[0.5, -0.5]],
    });
    vec![
        json!({"type": "update_data", "data": data}),
        json!({"type": "start_training"}),
        json!({"type": "update_config", "payload": config}),
        json!({"type": "update_architecture",
            "payload": {"hidden_layers": [4, 3], "activation": "relu", "dropout": 0.0},
            "seeds": seeds}),
        json!({"type": "generate_data", "distribution": "moons", "num_classes": 3, "seed": 5}),
        json!({"type": "train_step", "config": {"optimizer": "adam", "learningRate": 1},
            "model": model, "data": data}),
        json!({"type": "restore", "config": config, "data": data, "checkpoint": null,
            "seeds": seeds, "stepsPerSecond": 100}),
        json!({"type": "set_speed", "stepsPerSecond": 10}),
        json!({"type": "reset", "seeds": seeds}),
        json!({"type": "step"}),
    ]
}

/// Fields without which a request is none, or whose type and range are checked in both versions
/// (those that version 2 added are not looked at in version 1).
const FIELDS: [(usize, &[&str]); 7] = [
    (
        0,
        &[
            "/type",
            "/data",
            "/data/0",
            "/data/1/x",
            "/data/0/y",
            "/data/1/label",
        ],
    ),
    (2, &["/type", "/payload"]),
    (3, &["/type", "/payload", "/payload/hidden_layers"]),
    (4, &["/type", "/distribution"]),
    (
        5,
        &[
            "/config",
            "/model",
            "/model/weights",
            "/model/biases",
            "/data",
            "/data/1/y",
            "/model/weights/0/1/1",
            "/model/weights/0/0",
            "/model/biases/0",
        ],
    ),
    (6, &["/data"]),
    (7, &["/type", "/stepsPerSecond"]),
];

/// Fields that may be left out, but not be of another type.
const OPTIONAL_FIELDS: [(usize, &[&str]); 2] = [
    (4, &["/num_classes"]),
    (
        6,
        &[
            "/config",
            "/config/dropout",
            "/config/batchSize",
            "/config/activation",
        ],
    ),
];

/// Numbers, and what is outside their ranges; in version 1 some beyond them are taken for the
/// nearest that is allowed.
const NUMBERS: [(usize, &str, &[&str]); 12] = [
    (0, "/data/0/x", &["1.2", "-2", "1e30"]),
    (
        0,
        "/data/1/y",
        &["1.5", "-1e300", "123456789012345678901234567890"],
    ),
    (
        0,
        "/data/0/label",
        &["8", "-1", "0.5", "1e10", "255", "4294967296"],
    ),
    (2, "/payload/learningRate", &["0", "-0.0", "-1", "1e-60"]),
    (2, "/payload/regularization", &["-1e-9", "-1e38"]),
    (
        2,
        "/payload/batchSize",
        &["-1", "1.5", "-18446744073709551616"],
    ),
    (2, "/payload/dropout", &["-0.1", "-1e-9", "-1"]),
    (2, "/payload/architecture/1", &["0", "2.5", "-3", "-1e300"]),
    (
        3,
        "/payload/hidden_layers/0",
        &["0", "101", "0.1", "18446744073709551617"],
    ),
    (4, "/num_classes", &["1", "9", "2.5", "-2", "258"]),
    (5, "/model/weights/0/1/0", &["1e39", "-3.5e38"]),
    (7, "/stepsPerSecond", &["0", "-1", "1000001", "1e300"]),
];

const NOT_FINITE: [&str; 8] = [
    "NaN",
    "nan",
    "Infinity",
    "-Infinity",
    "inf",
    "1e999",
    "-1e999",
    "1e400",
];

/// A text that is answered by one error, whichever version reads it.
pub(super) fn malformed(rng: &mut Rng) -> String {
    match rng.random_range(0..100) {
        0..15 => truncated(rng),
        15..30 => wrong_type(rng),
        30..45 => out_of_range(rng),
        45..58 => not_finite(rng),
        58..68 => missing(rng),
        68..75 => ambiguous(rng),
        75..82 => deep(rng),
        82..88 => not_json(rng),
        88..93 => noise(rng),
        93..96 => of_unknown_type(rng),
        96..99 => too_many(rng),
        _ => huge(rng),
    }
}

fn any<T: Clone>(rng: &mut Rng, from: &[T]) -> T {
    let chosen = from.choose(rng).cloned();
    chosen.expect("there is something to choose from")
}

fn good(rng: &mut Rng) -> Value {
    any(rng, &good_requests())
}

fn truncated(rng: &mut Rng) -> String {
    let mut text = good(rng).to_string();
    text.truncate(rng.random_range(0..text.len()));
    text
}

/// One of the good requests with `text` for the value at `pointer`.
fn with_value(request: usize, pointer: &str, text: &str) -> String {
    const MARK: &str = "the value goes here";
    let mut request = good_requests().swap_remove(request);
    *request.pointer_mut(pointer).expect("the request has it") = json!(MARK);
    request.to_string().replace(&format!("\"{MARK}\""), text)
}

fn field(rng: &mut Rng, fields: &[(usize, &'static [&'static str])]) -> (usize, &'static str) {
    let (request, pointers) = any(rng, fields);
    (request, any(rng, pointers))
}

fn wrong_type(rng: &mut Rng) -> String {
    let (request, pointer) = field(rng, &[&FIELDS[..], &OPTIONAL_FIELDS].concat());
    let requests = good_requests();
    let right = requests[request]
        .pointer(pointer)
        .expect("the request has it");
    let others = [
        (right.is_boolean(), "true"),
        (right.is_boolean(), "false"),
        (right.is_string(), r#""moons""#),
        (right.is_string(), r#""\u0000""#),
        (right.is_number(), "1"),
        (right.is_array(), "[1]"),
        (right.is_array(), "[[]]"),
        (right.is_object(), r#"{"x":0}"#),
        // Where null is allowed it is not wrong.
        (
            right.is_null() || ["/stepsPerSecond", "/num_classes"].contains(&pointer),
            "null",
        ),
    ];
    loop {
        if let (false, other) = any(rng, &others) {
            return with_value(request, pointer, other);
        }
    }
}

fn out_of_range(rng: &mut Rng) -> String {
    let (request, pointer, values) = any(rng, &NUMBERS);
    with_value(request, pointer, any(rng, values))
}

fn not_finite(rng: &mut Rng) -> String {
    let (request, pointer, _) = any(rng, &NUMBERS);
    with_value(request, pointer, any(rng, &NOT_FINITE))
}

fn missing(rng: &mut Rng) -> String {
    let (request, pointer) = field(rng, &FIELDS);
    let mut request = good_requests().swap_remove(request);
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    if let Some(Value::Object(fields)) = request.pointer_mut(parent) {
        fields.remove(name).expect("the request has it");
        return request.to_string();
    }
    // Of a list nothing can be missing but its end.
    let mut text = request.to_string();
    text.pop();
    text
}

/// A key that stands twice.
fn ambiguous(rng: &mut Rng) -> String {
    let text = good(rng).to_string();
    let rest = text.strip_prefix('{').expect("an object");
    let key = any(rng, &["type", "t\\u0079pe", "\\u0074ype"]);
    let value = any(rng, &["\"step\"", "\"reset\"", "null", "{}"]);
    format!("{{\"{key}\":{value},{rest}")
}

/// Lists and objects in each other, closed or not, where they do not belong or do not matter.
fn deep(rng: &mut Rng) -> String {
    let depth = rng.random_range(64..3000);
    let (open, close) = any(
        rng,
        &[("[", "]"), (r#"{"a":"#, "}"), (r#"[{"b":[1,"#, "]}]")],
    );
    let inside = any(rng, &["0", "[]", "{}", ""]);
    let mut value = format!("{}{inside}", open.repeat(depth));
    if rng.random() {
        value += &close.repeat(depth);
    }
    match rng.random_range(0..3) {
        0 => value,
        1 => format!(r#"{{"type":"reset","unknown":{value}}}"#),
        _ => format!(r#"{{"type":"update_data","data":{value}}}"#),
    }
}

fn not_json(rng: &mut Rng) -> String {
    let texts = [
        "",
        " ",
        "\n\n",
        "null",
        "true",
        "3",
        "-",
        "\"reset\"",
        "[]",
        "{}",
        "{",
        "}",
        "[{",
        "{'type':'reset'}",
        r#"{"type":"reset",}"#,
        r#"{"type" "reset"}"#,
        r#"{"type":"reset"}}"#,
        r#"{"type":"reset"} {"type":"reset"}"#,
        r#"{"type":"\ud800"}"#,
        r#"{"type":"\x41"}"#,
        r#"{type:"reset"}"#,
        r#"{"type":"reset","x":01}"#,
        r#"{"type":"reset","x":.5}"#,
        r#"{"type":"reset","x":+1}"#,
        r#"{"type":"reset","x":0x10}"#,
        "{\"type\":\"re\nset\"}",
        "\u{feff}{\"type\":\"reset\"}",
        "{\"type\":\"reset\"}\0",
        "\u{2028}{\"type\":\"reset\"}",
        r#"{"type":"reset"/* no comment */}"#,
        r#"{"type":"reset","x":tru}"#,
        r#"[{"type":"reset"}]"#,
        r#"{"":{"type":"reset"}}"#,
        r#"{"Type":"reset"}"#,
    ];
    any(rng, &texts).to_owned()
}

/// Characters from everywhere, the first of which begins no object.
fn noise(rng: &mut Rng) -> String {
    let n = rng.random_range(0..200);
    let rest = (0..n).map(|_| match rng.random_range(0..4) {
        0 => any(
            rng,
            &['{', '}', '[', ']', '"', ':', ',', '\\', '\0', '\u{1b}'],
        ),
        1 => rng.random_range(' '..='~'),
        2 => rng.random_range('\u{80}'..='\u{7ff}'),
        _ => rng.random::<char>(),
    });
    std::iter::once('x').chain(rest).collect()
}

fn of_unknown_type(rng: &mut Rng) -> String {
    let types = [
        "",
        "Reset",
        "reset ",
        "__proto__",
        "constructor",
        "../../etc/passwd",
        "\u{1b}[31m",
        "<img src=x onerror=alert(1)>",
        "'; DROP TABLE sessions; --",
        "%s%n",
        "${jndi:ldap://x}",
        "restored",
        "step\0",
        "ｒｅｓｅｔ",
    ];
    json!({"type": any(rng, &types), "data": []}).to_string()
}

/// More of something than there may be.
fn too_many(rng: &mut Rng) -> String {
    let n = rng.random_range(201..1500);
    match rng.random_range(0..3) {
        0 => json!({"type": "update_data", "data": vec![json!({"x": 0, "y": 0, "label": 1}); n]}),
        1 => json!({"type": "update_architecture", "payload": {"hidden_layers": vec![1; n]}}),
        _ => json!({"type": "train_step", "config": {}, "data": [{"x": 0, "y": 0, "label": 0}],
            "model": {"weights": vec![json!([[1, 2]]); n], "biases": [[1]]}}),
    }
    .to_string()
}

/// Nearly as large as a message may be.
fn huge(rng: &mut Rng) -> String {
    let n = rng.random_range(10_000..100_000);
    match rng.random_range(0..5) {
        0 => "x".repeat(n),
        1 => format!(r#"{{"type":"{}"}}"#, "A".repeat(n)),
        2 => format!(
            r#"{{"type":"set_speed","stepsPerSecond":-{}}}"#,
            "9".repeat(n)
        ),
        3 => format!(r#"{{"type":"reset"{}"#, r#","a":0"#.repeat(n / 6)),
        _ => " ".repeat(n),
    }
}
