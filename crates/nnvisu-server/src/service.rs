//! The page and the sessions as something that can be mounted in any actix-web application.

use std::{
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use actix_web::{
    HttpRequest, HttpResponse, Responder, Scope,
    http::{StatusCode, header},
    web::{self, Data},
};
use nnvisu_protocol::Limits;

use crate::{
    Origin, ServiceConfig, SessionLimits, access::said_once, page, places::Places,
    session::SessionThreads, shutdown::Shutdown, websocket,
};

/// nnvisu's page and sessions, to be mounted in an application.
///
/// Make one before the application's factory runs and clone it into the factory, so that all
/// workers share it:
///
/// ```no_run
/// use actix_web::{App, HttpServer};
/// use nnvisu_server::{Service, ServiceConfig};
///
/// #[actix_web::main]
/// async fn main() -> std::io::Result<()> {
///     let nnvisu = Service::new(ServiceConfig::default());
///     HttpServer::new(move || App::new().service(nnvisu.scope("/nnvisu")))
///         .bind(("127.0.0.1", 8080))?
///         .run()
///         .await
/// }
/// ```
#[derive(Clone)]
pub struct Service {
    web_dir: Option<PathBuf>,
    shared: Data<Shared>,
}

/// What all workers and all connections of a service have in common.
pub(crate) struct Shared {
    pub(crate) allowed_origins: Vec<Origin>,
    pub(crate) limits: Limits,
    pub(crate) session_limits: SessionLimits,
    pub(crate) trust_forwarded_for: bool,
    pub(crate) places: Places,
    pub(crate) shutdown: Shutdown,
    pub(crate) threads: SessionThreads,
    n_sessions: AtomicU64,
}

impl Shared {
    /// The number of the next session, from 1.
    pub(crate) fn next_session_id(&self) -> u64 {
        self.n_sessions.fetch_add(1, Ordering::Relaxed) + 1
    }
}

impl Service {
    /// Without any session yet.
    #[must_use]
    pub fn new(config: ServiceConfig) -> Self {
        Self {
            web_dir: config.web_dir,
            shared: Data::new(Shared {
                allowed_origins: config.allowed_origins,
                limits: config.limits,
                session_limits: config.sessions,
                trust_forwarded_for: config.trust_forwarded_for,
                places: Places::new(
                    config.sessions.max_sessions,
                    config.sessions.max_sessions_per_address,
                ),
                shutdown: Shutdown::new(),
                threads: SessionThreads::new(),
                n_sessions: AtomicU64::new(0),
            }),
        }
    }

    /// Everything below `path`: the page, its files, `ws`, `healthz` and `readyz`. The path is `""` for
    /// the root of the application; otherwise it begins with a slash and does not end with one.
    pub fn scope(&self, path: &str) -> Scope {
        let scope = web::scope(path)
            .app_data(self.shared.clone())
            .route("/ws", web::get().to(websocket::open))
            .route("/healthz", web::get().to(healthz))
            .route("/readyz", web::get().to(readyz));
        // Links within the page are relative, so its address has to end with a slash.
        let scope = match path.rsplit('/').next() {
            Some(name) if !name.is_empty() => scope.route("", redirect_to(format!("{name}/"))),
            _ => scope,
        };
        match &self.web_dir {
            Some(dir) => scope.service(
                web::scope("")
                    .wrap(page::page_headers())
                    .service(page::files_of(dir)),
            ),
            None => scope.service(
                web::scope("").wrap(page::page_headers()).service(
                    web::resource("/{path:.*}")
                        .route(web::get().to(embedded_page))
                        .route(web::head().to(embedded_page)),
                ),
            ),
        }
    }

    /// How many sessions there are.
    #[must_use]
    pub fn n_sessions(&self) -> usize {
        self.shared.threads.n_running()
    }

    /// Closes all connections with code 1001 and waits until their sessions have ended, but not
    /// longer than `patience`. Returns how many sessions have not ended by then. No further
    /// sessions are let in.
    pub async fn shut_down(&self, patience: Duration) -> usize {
        self.shared.shutdown.begin();
        self.shared.threads.join_all(patience).await
    }
}

fn redirect_to(location: String) -> actix_web::Route {
    web::get().to(move || {
        let location = location.clone();
        async move {
            HttpResponse::PermanentRedirect()
                .insert_header((header::LOCATION, location))
                .finish()
        }
    })
}

async fn embedded_page(request: HttpRequest, path: web::Path<String>) -> HttpResponse {
    match page::serve(&request, &path) {
        Some(response) => response,
        None => page::not_found()
            .await
            .respond_to(&request)
            .map_into_boxed_body(),
    }
}

/// Whether the program is alive.
async fn healthz() -> impl Responder {
    said_once(StatusCode::OK).body("ok\n")
}

/// Whether a load balancer should send further people here.
async fn readyz(shared: Data<Shared>) -> impl Responder {
    let reason = if shared.shutdown.has_begun() {
        "shutting down\n"
    } else if shared.places.are_all_taken() {
        "full\n"
    } else {
        return said_once(StatusCode::OK).body("ready\n");
    };
    said_once(StatusCode::SERVICE_UNAVAILABLE).body(reason)
}
