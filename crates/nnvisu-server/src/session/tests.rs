//! Sessions on their threads: ends and failures.

use std::time::Duration;

use nnvisu_protocol::{Limits, SUBPROTOCOL_V2};
use serde_json::{Value, json};

use super::{Command, Outgoing, SessionHandle, SessionOptions, SessionThreads};
use crate::{engine::Dialect, metrics::ServerMetrics};

const PATIENCE: Duration = Duration::from_secs(60);

fn options() -> SessionOptions {
    SessionOptions {
        dialect: Dialect::of_subprotocol(Some(SUBPROTOCOL_V2)),
        limits: Limits::default(),
    }
}

async fn send(session: &SessionHandle, command: Command) {
    let room = session.inbox().room_for(&command).await;
    session.inbox().send(command, room);
}

#[actix_web::test]
async fn a_session_ends_with_its_handle_whatever_it_does() {
    let threads = SessionThreads::new();
    let heavy: Vec<_> = (0..20_000)
        .map(|i| json!({"x": 0, "y": 0, "label": i % 8}))
        .collect();
    for (architecture, data) in [
        (json!([4]), json!([])),
        (
            json!([4]),
            json!([{"x": 0, "y": 0, "label": 0}, {"x": 1, "y": 0, "label": 1}]),
        ),
        (json!(vec![100; 10]), json!(heavy)),
    ] {
        let (session, outbox) =
            SessionHandle::spawn(1, options(), (), &threads, &ServerMetrics::default()).unwrap();
        let requests = [
            json!({"type": "update_architecture", "payload": {"hidden_layers": architecture}}),
            json!({"type": "update_data", "data": data}),
            json!({"type": "start_training"}),
        ];
        for request in requests {
            send(&session, Command::Text(request.to_string().into())).await;
        }
        // Something has come back, so the thread is at work.
        outbox.next(true).await;
        outbox.next(true).await;
        assert_eq!(threads.n_running(), 1);
        drop(session);
        assert_eq!(threads.join_all(PATIENCE).await, 0);
    }
}

#[actix_web::test]
async fn a_panic_is_that_sessions_own() {
    let threads = SessionThreads::new();
    let (broken, broken_outbox) =
        SessionHandle::spawn(1, options(), (), &threads, &ServerMetrics::default()).unwrap();
    let (healthy, healthy_outbox) =
        SessionHandle::spawn(2, options(), (), &threads, &ServerMetrics::default()).unwrap();
    for outbox in [&broken_outbox, &healthy_outbox] {
        let Outgoing::Reply(greeting) = outbox.next(true).await else {
            panic!("a greeting comes first");
        };
        assert_eq!(parse(&greeting)["type"], "config");
    }
    send(&broken, Command::Panic).await;
    let Outgoing::Reply(error) = broken_outbox.next(true).await else {
        panic!("the client is told");
    };
    assert_eq!(parse(&error)["code"], "internal");
    assert_eq!(broken_outbox.next(true).await, Outgoing::Failed);
    // Whatever comes later goes nowhere, but does no harm.
    send(&broken, Command::Binary).await;

    send(&healthy, Command::Binary).await;
    let Outgoing::Reply(answer) = healthy_outbox.next(true).await else {
        panic!("the other session continues");
    };
    assert_eq!(parse(&answer)["code"], "binary_not_accepted");
    drop((broken, healthy));
    assert_eq!(threads.join_all(PATIENCE).await, 0);
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}
