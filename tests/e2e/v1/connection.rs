//! Getting in: the greeting, and who is let in at all.

use nnvisu_tests::client::{Client, Version};
use nnvisu_tests::server::Server;

#[tokio::test]
async fn the_first_message_says_version_and_author() {
    let server = Server::start().await;
    let client = Client::v1(&server).await;
    let payload = &client.greeting()["payload"];
    assert_eq!(payload["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(payload["author"], "Jan Švec");
}

#[tokio::test]
async fn a_page_of_this_server_is_let_in() {
    let server = Server::start().await;
    let own = format!("http://{}", server.address());
    for version in [Version::V1, Version::V2] {
        assert!(
            Client::connect(server.address(), version, Some(&own))
                .await
                .is_ok()
        );
    }
}

#[tokio::test]
async fn pages_of_other_places_are_forbidden() {
    let server = Server::start().await;
    let port = server.address().port();
    let foreign = [
        "http://example.com".to_string(),
        format!("http://example.com:{port}"),
        // Another port is another origin, another name too.
        format!("http://127.0.0.1:{}", port.wrapping_add(1)),
        format!("http://localhost:{port}"),
        format!("http://127.0.0.1:{port}.example.com"),
        "null".to_string(),
    ];
    for origin in foreign {
        for version in [Version::V1, Version::V2] {
            let refused = Client::connect(server.address(), version, Some(&origin)).await;
            assert_eq!(refused.err(), Some(403), "{origin}");
        }
    }
}

#[tokio::test]
async fn further_origins_can_be_allowed() {
    let server = Server::start_with(&["--allow-origin", "https://school.example"]).await;
    let connect = |origin| Client::connect(server.address(), Version::V1, Some(origin));
    assert!(connect("https://school.example").await.is_ok());
    assert_eq!(connect("https://other.example").await.err(), Some(403));
    assert_eq!(connect("http://school.example").await.err(), Some(403));
}

#[tokio::test]
async fn a_client_may_close_and_another_come() {
    let server = Server::start().await;
    Client::v1(&server).await.close().await;
    Client::v1(&server).await;
}
