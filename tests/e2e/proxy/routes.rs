//! What nginx passes on, and what it keeps to itself.

use nnvisu_tests::nginx::Nginx;
use nnvisu_tests::server::Server;

use super::start_on;

#[tokio::test]
async fn the_page_is_at_the_sub_path_and_what_operators_need_is_not() {
    let servers = [start_on(0).await, start_on(0).await];
    let nginx = Nginx::in_front_of(servers.each_ref().map(Server::address)).await;
    let status_of = |path| {
        let head = nginx.head_of(path);
        head.lines().next().unwrap_or_default().to_owned()
    };
    for (path, status) in [
        ("/nnvisu/", "200"),
        ("/nnvisu//", "200"),
        ("/nnvisu/healthz", "200"),
        ("/nnvisu/metrics", "404"),
        ("/nnvisu/readyz", "404"),
        ("/nnvisu/no-such-file", "404"),
        ("/", "404"),
    ] {
        let answered = status_of(path);
        assert!(
            answered.starts_with(&format!("HTTP/1.1 {status} ")),
            "{path}: {answered}"
        );
    }
    let redirect = nginx.head_of("/nnvisu");
    assert!(redirect.starts_with("HTTP/1.1 308"), "{redirect}");
    assert!(redirect.contains("\r\nLocation: /nnvisu/"), "{redirect}");

    let plain = nginx.plain_head_of("/nnvisu/").await;
    assert!(plain.starts_with("HTTP/1.1 308"), "{plain}");
    assert!(
        plain.contains("\r\nLocation: https://localhost/nnvisu/"),
        "{plain}"
    );
}

#[tokio::test]
async fn one_dead_process_is_no_ones_business_and_the_log_keeps_no_tokens() {
    let servers = [start_on(0).await, start_on(0).await];
    let nginx = Nginx::in_front_of(servers.each_ref().map(Server::address)).await;
    let [dead, _alive] = servers;
    dead.kill().await;
    for _ in 0..4 {
        let head = nginx.head_of("/nnvisu/?token=secret");
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    }
    let log = nginx.access_log();
    assert_eq!(log.matches("\"GET /nnvisu/\" 200").count(), 4, "{log}");
    assert!(!log.contains("secret"), "{log}");
}
