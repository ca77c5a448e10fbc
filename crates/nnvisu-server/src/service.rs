//! The page and the sessions as something that can be mounted in any actix-web application.

use std::{
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use actix_web::{
    HttpRequest, HttpResponse, Responder, Scope,
    dev::HttpServiceFactory,
    http::{StatusCode, header},
    middleware::from_fn,
    web::{self, Data},
};
use nnvisu_protocol::Limits;

use crate::{
    AccessToken, HostName, MetricsAccess, Origin, ServiceConfig, SessionLimits,
    access::{gate, is_local, said_once},
    admission::AdmissionLimiter,
    metrics::{CONTENT_TYPE, ServerMetrics},
    model, page,
    session::SessionThreads,
    shutdown::Shutdown,
    watch::note_request,
    websocket,
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
    pub(crate) allowed_hosts: Vec<HostName>,
    pub(crate) access_token: Option<AccessToken>,
    pub(crate) metrics: ServerMetrics,
    metrics_access: MetricsAccess,
    pub(crate) limits: Limits,
    pub(crate) client_timeout: Duration,
    pub(crate) session_limits: SessionLimits,
    pub(crate) trust_forwarded_for: bool,
    pub(crate) admission: AdmissionLimiter,
    pub(crate) shutdown: Shutdown,
    pub(crate) threads: SessionThreads,
    /// For models that are being converted.
    pub(crate) conversions: AdmissionLimiter,
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
                allowed_hosts: config.allowed_hosts,
                access_token: config.access_token,
                metrics: ServerMetrics::default(),
                metrics_access: config.metrics,
                limits: config.limits,
                client_timeout: config.client_timeout,
                session_limits: config.sessions,
                trust_forwarded_for: config.trust_forwarded_for,
                admission: AdmissionLimiter::new(
                    config.sessions.max_sessions,
                    config.sessions.max_sessions_per_address,
                ),
                shutdown: Shutdown::new(),
                threads: SessionThreads::new(),
                conversions: AdmissionLimiter::new(model::MAX_AT_ONCE, model::MAX_FROM_ADDRESS),
                n_sessions: AtomicU64::new(0),
            }),
        }
    }

    /// Everything below `path`: the page, its files, `ws`, `model`, `healthz`, `readyz` and
    /// `metrics`. The path is `""` for the root of the application; otherwise it begins with a
    /// slash and does not end with one.
    pub fn scope(&self, path: &str) -> Scope {
        let behind_gate = web::scope("")
            .wrap(from_fn(gate))
            .wrap(page::security_headers())
            .route("/ws", web::get().to(websocket::open))
            .route("/metrics", web::get().to(metrics))
            .service(
                web::resource("/model/{format}")
                    .route(web::post().to(model::convert))
                    .default_service(web::to(model::method_not_allowed)),
            );
        // Links within the page are relative, so its address has to end with a slash.
        let behind_gate = match path.rsplit('/').next() {
            Some(name) if !name.is_empty() => {
                behind_gate.route("", redirect_to(format!("{name}/")))
            }
            _ => behind_gate,
        };
        // Health checks ask by addresses of any kind, have no token, and learn nothing.
        web::scope(path)
            .app_data(self.shared.clone())
            .route("/healthz", web::get().to(healthz))
            .route("/readyz", web::get().to(readyz))
            .service(behind_gate.service(self.page()))
    }

    fn page(&self) -> impl HttpServiceFactory + use<> {
        let page = web::scope("").wrap(page::page_headers());
        match &self.web_dir {
            Some(dir) => page.service(page::files_of(dir)),
            None => page.service(
                web::resource("/{path:.*}")
                    .route(web::get().to(embedded_page))
                    .route(web::head().to(embedded_page)),
            ),
        }
    }

    /// How long a client may say or take nothing.
    pub(crate) fn client_timeout(&self) -> Duration {
        self.shared.client_timeout
    }

    /// How many sessions there are.
    #[must_use]
    pub fn n_sessions(&self) -> usize {
        self.shared.threads.n_running()
    }

    /// Closes all connections with code 1001 and waits until their sessions have ended, but not
    /// longer than `timeout`. Returns how many sessions have not ended by then. No further
    /// sessions are let in.
    pub async fn shut_down(&self, timeout: Duration) -> usize {
        self.shared.shutdown.begin();
        self.shared.threads.join_all(timeout).await
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

async fn metrics(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    let may_read = match shared.metrics_access {
        MetricsAccess::Off => false,
        // Who gets here has the access token, if there is one.
        MetricsAccess::Local => shared.access_token.is_some() || is_local(&request),
        MetricsAccess::Open => true,
    };
    if !may_read {
        return said_once(StatusCode::FORBIDDEN).body(
            "Access to /metrics is restricted. The operator of this server can open it with --metrics.\n",
        );
    }
    said_once(StatusCode::OK)
        .insert_header((header::CONTENT_TYPE, CONTENT_TYPE))
        .body(shared.metrics.text(shared.threads.n_running()))
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
async fn healthz(request: HttpRequest) -> impl Responder {
    note_request(&request);
    said_once(StatusCode::OK).body("ok\n")
}

/// Whether a load balancer should send further clients here.
async fn readyz(request: HttpRequest, shared: Data<Shared>) -> impl Responder {
    note_request(&request);
    let reason = if shared.shutdown.has_begun() {
        "shutting down\n"
    } else if shared.admission.is_full() {
        "full\n"
    } else {
        return said_once(StatusCode::OK).body("ready\n");
    };
    said_once(StatusCode::SERVICE_UNAVAILABLE).body(reason)
}
