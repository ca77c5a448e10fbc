//! Two servers behind nginx, with the reference configuration.

mod failover;
mod routes;

use nnvisu_tests::deploy;
use nnvisu_tests::server::Server;

/// Starts a server as the systemd unit does, but on `port`; 0 is a free one.
async fn start_on(port: u16) -> Server {
    let arguments = deploy::unit_arguments();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    Server::start_on(port, &arguments).await
}
