//! The reference configurations are valid, agree with each other, and start
//! the program as it is.

mod container;
mod kubernetes;
mod nginx;
mod systemd;

use nnvisu_tests::server::Server;

/// Starts the program with the arguments that a configuration gives it, and
/// asks for what the configuration asks for.
async fn assert_serves(arguments: &[&str], paths: &[&str]) {
    let server = Server::start_with(arguments).await;
    for path in paths {
        let answer = reqwest::get(server.url(path)).await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 200, "{path}");
    }
}
