//! Clients that ask for much and read little or nothing: what waits for them is bounded, and they
//! are dropped.

use std::net::SocketAddr;
use std::time::Duration;

use nnvisu_tests::client::Version;
use nnvisu_tests::server::{Server, report};
use nnvisu_tests::wait::{guarded, until};
use rand::SeedableRng as _;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

use super::Rng;
use super::wire::{FINAL, TEXT, frame, handshake};

const N_CLIENTS: usize = 8;
const TIMEOUT_SECONDS: &str = "2";
/// As little as the operating system agrees to.
const RECEIVE_BUFFER: u32 = 4096;
/// What may wait for one client, and what its session works with: the network of the request and
/// its reply in the making.
const MAX_KIB_PER_CLIENT: u64 = 4 * 1024 + 8 * 1024;
/// The replies to these requests have 80 MiB.
const N_REQUESTS: usize = 64;
/// A client that takes a byte now and then.
const TRICKLE_INTERVAL: Duration = Duration::from_millis(20);

/// A client that has asked for many large replies, with a few hundred bytes for each.
async fn greedy_client(address: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket
        .set_recv_buffer_size(RECEIVE_BUFFER)
        .expect("a buffer may be small");
    let mut stream = socket.connect(address).await.expect("a listener");
    let request = json!({
        "type": "train_step",
        "config": {
            "learningRate": 0.01, "architecture": vec![100; 10], "activation": "tanh",
            "optimizer": "sgd", "regularization": 0, "batchSize": 0, "dropout": 0,
        },
        "model": {"weights": [], "biases": []},
        "data": [{"x": 0.5, "y": 0.5, "label": 0}, {"x": -0.5, "y": 0.5, "label": 1}],
    });
    let mut rng = Rng::seed_from_u64(1);
    let mut bytes = handshake(address, Version::V1).into_bytes();
    for _ in 0..N_REQUESTS {
        bytes.extend(frame(
            &mut rng,
            FINAL | TEXT,
            request.to_string().as_bytes(),
        ));
    }
    stream.write_all(&bytes).await.expect("room to send");
    stream
}

/// The error by which the connection ends, whatever can still be read before.
async fn end_of(mut stream: TcpStream) -> std::io::ErrorKind {
    let mut rest = Vec::new();
    let reading = guarded("the end of the connection", stream.read_to_end(&mut rest)).await;
    reading.expect_err("a reset").kind()
}

async fn no_session_counts(server: &Server) {
    until("the sessions to be gone", async || {
        server.metric("nnvisu_sessions").await == 0.0 && server.session_threads() == 0
    })
    .await;
}

#[tokio::test]
async fn what_waits_for_clients_that_do_not_read_is_bounded() {
    let server = Server::start_with(&["--client-timeout", TIMEOUT_SECONDS]).await;
    let before = server.resident_kib();
    let mut clients = Vec::new();
    for _ in 0..N_CLIENTS {
        clients.push(greedy_client(server.address()).await);
    }
    no_session_counts(&server).await;
    let peak = server.peak_kib();
    report(&format!("KiB: {before} before, {peak} at most"));
    assert!(
        peak < before + N_CLIENTS as u64 * MAX_KIB_PER_CLIENT,
        "memory was {before} KiB and grew to {peak} KiB"
    );
    for client in clients {
        assert_eq!(end_of(client).await, std::io::ErrorKind::ConnectionReset);
    }
}

#[tokio::test]
async fn a_client_that_takes_a_byte_now_and_then_is_dropped_too() {
    let options = [
        "--client-timeout",
        TIMEOUT_SECONDS,
        "--max-sessions-per-address=1",
    ];
    let server = Server::start_with(&options).await;
    let mut client = greedy_client(server.address()).await;
    let mut trickling = JoinSet::new();
    trickling.spawn(async move {
        while let Ok(1..) = client.read(&mut [0]).await {
            tokio::time::sleep(TRICKLE_INTERVAL).await;
        }
    });
    until("the session to begin", async || {
        server.metric("nnvisu_sessions").await > 0.0
    })
    .await;
    no_session_counts(&server).await;
}
