//! Who gets in, and in which version of the protocol.

use nnvisu_server::ServiceConfig;
use tokio_tungstenite::tungstenite;

use crate::support::TestServer;

#[actix_web::test]
async fn without_a_subprotocol_it_is_version_1() {
    let server = TestServer::start();
    let (mut client, response) = server.try_connect(server.request(&[])).await.unwrap();
    assert!(!response.headers().contains_key("sec-websocket-protocol"));
    let greeting = client.next_text("config").await;
    assert!(greeting["payload"].get("limits").is_none());
}

#[actix_web::test]
async fn version_2_is_chosen_among_others() {
    let server = TestServer::start();
    let request = server.request(&[("sec-websocket-protocol", "chat, nnvisu.v2")]);
    let (mut client, response) = server.try_connect(request).await.unwrap();
    assert_eq!(response.headers()["sec-websocket-protocol"], "nnvisu.v2");
    let greeting = client.next_text("config").await;
    assert_eq!(greeting["payload"]["limits"]["maxPoints"], 20_000);
}

#[actix_web::test]
async fn foreign_pages_stay_out() {
    let allowed = "https://friend.example";
    let server = TestServer::with(ServiceConfig {
        allowed_origins: vec![allowed.parse().unwrap()],
        ..ServiceConfig::default()
    });
    let own = format!("http://{}", server.address);
    for origin in [own.as_str(), allowed] {
        let connected = server
            .try_connect(server.request(&[("origin", origin)]))
            .await;
        assert!(connected.is_ok(), "{origin}");
    }
    for origin in ["https://evil.example", "null", "http://127.0.0.1:1"] {
        let refused = server
            .try_connect(server.request(&[("origin", origin)]))
            .await;
        let Err(tungstenite::Error::Http(response)) = refused else {
            panic!("{origin} should be refused");
        };
        assert_eq!(response.status(), 403);
    }
    server.wait_for_sessions(0).await;
}
