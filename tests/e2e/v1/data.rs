//! Data: generated, replaced and cleared.

use nnvisu_tests::client::Client;
use nnvisu_tests::data::{LabelledPoint, XOR, points, points_from};
use nnvisu_tests::server::Server;
use serde_json::json;

use super::{Quiet, next_model, set_data, silence, start, step_of, stop};

pub(crate) const DISTRIBUTIONS: [&str; 5] = [
    "circles",
    "moons",
    "blobs",
    "anisotropic",
    "varied_variance",
];

#[tokio::test]
async fn every_distribution_comes_with_2_to_8_classes() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    for distribution in DISTRIBUTIONS {
        for num_classes in 2..=8_usize {
            client
                .send(json!({
                    "type": "generate_data",
                    "distribution": distribution,
                    "num_classes": num_classes,
                }))
                .await;
            let generated = client.expect("data_generated").await;
            let data = points_from(&generated["data"]);
            assert_eq!(data.len(), 200, "{distribution}, {num_classes} classes");
            let mut counts = vec![0; num_classes];
            for (x, y, label) in data {
                assert!(x.abs() <= 1.0 && y.abs() <= 1.0, "({x}, {y}) is outside");
                counts[usize::from(label)] += 1;
            }
            assert!(
                counts.iter().all(|&count| count > 0),
                "{distribution}, {num_classes} classes: {counts:?}"
            );
        }
    }
}

#[tokio::test]
async fn generating_resets_the_network_and_shows_it() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    set_data(&mut client, &XOR).await;
    start(&mut client).await;
    while step_of(&client.expect("step_result").await) == 0 {}
    client
        .send(json!({"type": "generate_data", "distribution": "blobs", "num_classes": 5}))
        .await;
    client.expect("data_generated").await;
    let shown = silence(&mut client).await;
    assert_eq!((shown.n_maps, shown.n_results), (1, 0), "no step of it yet");

    start(&mut client).await;
    let model = next_model(&mut client).await;
    let biases = model["biases"].as_array().expect("a list of layers");
    let outputs = biases.last().expect("an output layer");
    assert_eq!(outputs.as_array().map(Vec::len), Some(5));
}

#[tokio::test]
async fn generated_data_is_trained() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    client
        .send(json!({"type": "generate_data", "distribution": "moons", "num_classes": 2}))
        .await;
    let generated = client.expect("data_generated").await;
    start(&mut client).await;
    super::train_to_loss(&mut client, 0.05).await;
    stop(&mut client).await;
    let map = silence(&mut client).await.map;

    let blue = [0x34, 0x98, 0xdb];
    let orange = [0xe6, 0x7e, 0x22];
    let data = points_from(&generated["data"]);
    let right = data.iter().filter(|&&(x, y, label)| {
        let [own, other] = if label == 0 {
            [blue, orange]
        } else {
            [orange, blue]
        };
        let color = map.color_at(x, y);
        distance(color, own) < distance(color, other)
    });
    let right = right.count();
    assert!(
        right >= 196,
        "{right} of 200 points lie on their own colour"
    );
}

#[tokio::test]
async fn without_points_training_begins_with_the_first_ones() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    start(&mut client).await;
    assert!(client.round_trip().await.is_empty(), "no error");
    set_data(&mut client, &XOR).await;
    while step_of(&client.expect("step_result").await) == 0 {}
}

#[tokio::test]
async fn without_points_training_waits_for_the_next_ones() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    set_data(&mut client, &XOR).await;
    start(&mut client).await;
    while step_of(&client.expect("step_result").await) == 0 {}
    set_data(&mut client, &[]).await;
    let result = silence(&mut client).await.result;
    let steps_then = step_of(&result);

    start(&mut client).await;
    assert!(client.round_trip().await.is_empty(), "no error");
    set_data(&mut client, &XOR).await;
    while step_of(&client.expect("step_result").await) <= steps_then {}
}

#[tokio::test]
async fn one_class_alone_trains() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    set_data(&mut client, &[(0.1, 0.2, 0), (0.3, 0.4, 0)]).await;
    start(&mut client).await;
    super::train_to_loss(&mut client, 0.05).await;
    stop(&mut client).await;
    let Quiet { map, result, .. } = silence(&mut client).await;
    assert_eq!(result["metrics"]["accuracy"], 1.0);
    let blue = [0x34, 0x98, 0xdb];
    assert!(
        distance(map.color_at(0.1, 0.2), blue) < 20,
        "{:?}",
        map.color_at(0.1, 0.2)
    );
}

#[tokio::test]
async fn ten_thousand_points_are_accepted_and_twenty_thousand_and_one_are_not() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    set_data(&mut client, &spiral(10_000)).await;
    start(&mut client).await;
    while step_of(&client.expect("step_result").await) < 3 {}

    let too_many = json!({"type": "update_data", "data": points(&spiral(20_001))});
    let error = client.refused(too_many.to_string()).await;
    assert_eq!(error["code"], "too_many_points");
    let message = error["message"].as_str().unwrap_or_default();
    assert!(
        message.contains("20,000") || message.contains("20000"),
        "{message}"
    );

    let before = step_of(&client.expect("step_result").await);
    while step_of(&client.expect("step_result").await) <= before {}
}

#[tokio::test]
async fn the_limit_of_points_can_be_set() {
    let server = Server::start_with(&["--max-points", "250"]).await;
    let mut client = Client::v1(&server).await;
    set_data(&mut client, &spiral(250)).await;
    let one_more = json!({"type": "update_data", "data": points(&spiral(251))});
    let error = client.refused(one_more.to_string()).await;
    assert_eq!(error["code"], "too_many_points");
    start(&mut client).await;
    while step_of(&client.expect("step_result").await) == 0 {}
}

/// Points on a spiral, of two classes by turns.
fn spiral(count: u32) -> Vec<LabelledPoint> {
    (0..count)
        .map(|n| {
            let angle = f64::from(n) * 0.01;
            let radius = f64::from(n) / f64::from(count);
            (radius * angle.cos(), radius * angle.sin(), (n % 2) as u8)
        })
        .collect()
}

/// Sum of the channels' differences.
pub(crate) fn distance(a: [u8; 3], b: [u8; 3]) -> u32 {
    a.iter().zip(b).map(|(a, b)| u32::from(a.abs_diff(b))).sum()
}
