//! The server as a library, in the process of another program.

use nnvisu_server::{Server, ServerConfig, StopHandle};
use nnvisu_tests::client::{Client, Version};
use nnvisu_tests::data::{XOR, points};
use nnvisu_tests::wait::guarded;
use serde_json::json;
use std::net::SocketAddr;
use std::thread::JoinHandle;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

struct Embedded {
    address: SocketAddr,
    stop: StopHandle,
    thread: JoinHandle<std::io::Result<()>>,
}

/// Serves on a free port, from a thread of this process.
fn embed() -> Embedded {
    let config = ServerConfig {
        port: 0,
        ..ServerConfig::default()
    };
    let server = Server::bind(config).expect("a free port");
    let address = server.local_addr();
    let stop = server.stop_handle();
    let thread = std::thread::Builder::new()
        .name("embedded-server".to_owned())
        .spawn(|| server.run_blocking(|_| Ok(std::future::pending())))
        .expect("a thread");
    Embedded {
        address,
        stop,
        thread,
    }
}

#[tokio::test]
async fn a_program_can_serve_train_and_stop() {
    let embedded = embed();
    let page = reqwest::get(format!("http://{}/", embedded.address))
        .await
        .expect("an answer");
    assert!(page.status().is_success());

    let mut client = Client::connect(embedded.address, Version::V1, None)
        .await
        .expect("let in");
    client
        .send(json!({"type": "update_data", "data": points(&XOR)}))
        .await;
    client.send(json!({"type": "start_training"})).await;
    client.next_map().await;

    let goodbye = tokio::spawn(client.closed());
    embedded.stop.stop();
    let ended = tokio::task::spawn_blocking(|| embedded.thread.join());
    let result = guarded("the server to stop", ended).await;
    result
        .expect("no panic in waiting")
        .expect("no panic in the server")
        .expect("a clean end");
    assert_eq!(goodbye.await.expect("no panic"), Some(CloseCode::Away));
}

#[tokio::test]
async fn two_servers_in_one_program_are_apart() {
    let [first, second] = [embed(), embed()];
    first.stop.stop();
    let ended = tokio::task::spawn_blocking(|| first.thread.join());
    guarded("the first to stop", ended)
        .await
        .expect("no panic in waiting")
        .expect("no panic in the server")
        .expect("a clean end");

    let mut client = Client::connect(second.address, Version::V1, None)
        .await
        .expect("the second continues");
    client.round_trip().await;
    second.stop.stop();
}
