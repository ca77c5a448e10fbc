//! A client that trains on the server under attack, and the run it makes.

use std::time::Duration;

use nnvisu_tests::client::Client;
use nnvisu_tests::data::{LabelledPoint, points};
use nnvisu_tests::server::Server;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Steps a second: some of them fall between any two messages of the attack, and all together
/// can be taken again one by one.
const SPEED: u32 = 25;

/// As long as the attack may take on a machine that has other things to do.
const LIFETIME: Duration = Duration::from_secs(600);

/// Ten points of three classes, so that mini-batches differ.
const DATA: [LabelledPoint; 10] = [
    (0.1, 0.2, 0),
    (0.3, -0.5, 1),
    (-0.7, 0.6, 2),
    (0.9, 0.8, 0),
    (-0.2, -0.9, 1),
    (-0.5, 0.1, 2),
    (0.0, 0.4, 0),
    (0.6, -0.3, 1),
    (-0.8, 0.9, 2),
    (0.2, 0.1, 1),
];

/// A session that uses all there is of chance: mini-batches and dropout.
async fn begin(server: &Server) -> Client {
    let mut client = Client::v2(server).await;
    client.stay(LIFETIME);
    let restore = json!({
        "type": "restore",
        "config": {
            "learningRate": 0.02, "architecture": [8, 5], "activation": "gelu",
            "optimizer": "adam", "regularization": 0.001, "batchSize": 4, "dropout": 0.2,
        },
        "data": points(&DATA),
        "checkpoint": null,
        "seeds": {"init": 11, "batches": 12, "dropout": 13},
        "stepsPerSecond": SPEED,
    });
    client.request(restore).await;
    client
}

pub(super) struct Bystander {
    stop: oneshot::Sender<()>,
    training: JoinHandle<Run>,
}

/// What a run has come to.
pub(super) struct Run {
    step: u64,
    checkpoint: Value,
}

impl Bystander {
    /// Begins to train on `server`, and watches.
    pub(super) async fn start(server: &Server) -> Self {
        let mut client = begin(server).await;
        client.request(json!({"type": "start_training"})).await;
        let (stop, mut stopped) = oneshot::channel();
        let training = tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = &mut stopped => break,
                    _ = client.next() => {}
                }
            }
            let state = client.request(json!({"type": "stop_training"})).await;
            let checkpoint = client.checkpoint_of(&state).await;
            let step = state["step"].as_u64().expect("a step");
            Run { step, checkpoint }
        });
        Self { stop, training }
    }

    /// Stops training.
    pub(super) async fn stop(self) -> Run {
        self.stop
            .send(())
            .expect("the bystander has not been disturbed");
        self.training
            .await
            .expect("the bystander has not been disturbed")
    }
}

impl Run {
    /// Takes as many steps on a server of its own, and compares weights, optimizer state and seeds
    /// to the bit: they stand in the checkpoint as base64.
    pub(super) async fn check_against_an_undisturbed_one(self) {
        let server = Server::start().await;
        let mut client = begin(&server).await;
        let mut state = Value::Null;
        assert!(self.step > 0, "it has trained");
        for _ in 0..self.step {
            state = client.request(json!({"type": "step"})).await;
        }
        assert_eq!(state["step"], self.step);
        let undisturbed = client.checkpoint_of(&state).await;
        assert_eq!(undisturbed, self.checkpoint);
    }
}
