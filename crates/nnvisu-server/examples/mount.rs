//! nnvisu inside another actix-web application, under a path of its own.
//!
//! `cargo run -p nnvisu-server --example mount -- 8080`, then open the address that it prints.

#![expect(clippy::print_stdout, reason = "it says where it listens")]

use std::time::Duration;

use actix_web::{App, HttpServer, Responder, web};
use nnvisu_server::{Limits, Service, ServiceConfig, stop_signal};

/// A page of the application itself.
async fn front() -> impl Responder {
    web::Html::new("<h1>My course</h1><p><a href='playground/'>Watch a network learn</a>")
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port: u16 = std::env::args()
        .nth(1)
        .as_deref()
        .unwrap_or("8080")
        .parse()?;

    // Made once, outside of the factory, which runs once per worker: all of them share it.
    let nnvisu = Service::new(ServiceConfig {
        // On this machine alone: no foreign page can point a name of its own here.
        allowed_hosts: vec!["localhost".parse()?],
        limits: Limits {
            max_points: 2_000,
            ..Limits::default()
        },
        ..ServiceConfig::default()
    });
    let mounted = nnvisu.clone();
    let server = HttpServer::new(move || {
        App::new()
            .route("/", web::get().to(front))
            .service(mounted.scope("/playground"))
    })
    .bind(("127.0.0.1", port))?;
    println!("listening on http://{}/", server.addrs()[0]);

    // Sessions end before the server does: their pages hear why, and connect again later.
    let server = server.disable_signals().run();
    let (handle, stopping) = (server.handle(), stop_signal()?);
    actix_web::rt::spawn(async move {
        stopping.await;
        nnvisu.shut_down(Duration::from_secs(2)).await;
        handle.stop(true).await;
    });
    Ok(server.await?)
}
