//! Bad requests, ends and failures, on the real thread where that matters.

use std::time::Duration;

use super::*;
use crate::{
    admission::{AdmissionLimiter, AdmissionPermit},
    metrics::ServerMetrics,
    session::{SessionHandle, SessionThreads},
};

const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn bad_requests_are_answered_and_change_nothing() {
    let mut client = Client::v2();
    client.send(update_data(xor()));
    let before = client.ask(request("stop_training"));
    for (text, code) in [
        ("", "invalid_json"),
        ("{", "invalid_json"),
        ("[]", "invalid_json"),
        ("{}", "missing_field"),
        (r#"{"type": "dance"}"#, "unknown_type"),
        (r#"{"type": "update_data"}"#, "missing_field"),
        (r#"{"type": "update_data", "data": 5}"#, "wrong_type"),
        (
            r#"{"type": "update_data", "data": [{"x": 2, "y": 0, "label": 0}]}"#,
            "out_of_range",
        ),
        (
            r#"{"type": "update_config", "payload": {"learningRate": -1}}"#,
            "out_of_range",
        ),
        (
            r#"{"type": "set_speed", "stepsPerSecond": 0}"#,
            "out_of_range",
        ),
    ] {
        client.send_text(text);
        let error = client.texts().pop().unwrap();
        assert_eq!(
            (&error["type"], &error["code"]),
            (&json!("error"), &json!(code)),
            "{text}"
        );
    }
    client.session.handle(&Command::Binary);
    assert_eq!(client.texts().pop().unwrap()["code"], "binary_not_accepted");
    let too_many = vec![json!({"x": 0, "y": 0, "label": 0}); 20_001];
    assert_eq!(
        client.refused(update_data(json!(too_many)))["code"],
        "too_many_points"
    );
    assert_eq!(client.ask(request("stop_training")), before);
}

fn permit() -> AdmissionPermit {
    AdmissionLimiter::new(1, 1).admit(None).unwrap()
}

fn options() -> SessionOptions {
    SessionOptions {
        version: ProtocolVersion::V2,
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
        (json!([4]), xor()),
        (json!(vec![100; 10]), json!(heavy)),
    ] {
        let (session, outbox) =
            SessionHandle::spawn(1, options(), permit(), &threads, &ServerMetrics::default())
                .unwrap();
        let requests = [
            json!({"type": "update_architecture", "payload": {"hidden_layers": architecture}}),
            update_data(data),
            request("start_training"),
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
        SessionHandle::spawn(1, options(), permit(), &threads, &ServerMetrics::default()).unwrap();
    let (healthy, healthy_outbox) =
        SessionHandle::spawn(2, options(), permit(), &threads, &ServerMetrics::default()).unwrap();
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
        panic!("the other session goes on");
    };
    assert_eq!(parse(&answer)["code"], "binary_not_accepted");
    drop((broken, healthy));
    assert_eq!(threads.join_all(PATIENCE).await, 0);
}
