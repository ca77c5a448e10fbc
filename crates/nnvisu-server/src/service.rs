//! The page and the sessions as something that can be mounted in any actix-web application.

use std::{path::PathBuf, time::Duration};

use actix_web::{
    HttpRequest, HttpResponse, Responder, Scope,
    dev::HttpServiceFactory,
    http::{StatusCode, header},
    middleware::{NormalizePath, TrailingSlash, from_fn},
    web::{self, Data},
};

use crate::{
    access::is_local,
    access_control::check_access,
    config::ServiceConfig,
    metrics::{CONTENT_TYPE, MetricsAccess},
    model, page,
    responses::uncached,
    shared::Shared,
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

impl Service {
    /// Without any session yet.
    #[must_use]
    pub fn new(config: ServiceConfig) -> Self {
        Self {
            web_dir: config.web_dir.clone(),
            shared: Data::new(Shared::new(config)),
        }
    }

    /// Everything below `path`: the page, its files, `ws`, `model`, `healthz`, `readyz` and
    /// `metrics`. The path is `""` for the root of the application; otherwise it begins with a
    /// slash and does not end with one.
    pub fn scope(&self, path: &str) -> Scope {
        let behind_access_control = web::scope("")
            .wrap(from_fn(check_access))
            .wrap(page::security_headers(self.web_dir.is_some()))
            .route("/ws", web::get().to(websocket::open))
            .route("/metrics", web::get().to(metrics))
            .service(
                web::resource("/model/{format}")
                    .route(web::post().to(model::convert))
                    .default_service(web::to(model::method_not_allowed)),
            );
        // Links within the page are relative, so its address has to end with a slash.
        let behind_access_control = match path.rsplit('/').next() {
            Some(name) if !name.is_empty() => {
                behind_access_control.route("", redirect_to(format!("{name}/")))
            }
            _ => behind_access_control,
        };
        // Health checks ask by addresses of any kind, have no token, and learn nothing.
        let everything = web::scope("")
            // People and proxies put paths together, and get two slashes where one was meant.
            .wrap(NormalizePath::new(TrailingSlash::MergeOnly))
            .route("/healthz", web::get().to(healthz))
            .route("/readyz", web::get().to(readyz))
            .service(behind_access_control.service(self.page()));
        web::scope(path)
            .app_data(self.shared.clone())
            .service(everything)
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
        return uncached(StatusCode::FORBIDDEN).body(
            "Access to /metrics is restricted. The operator of this server can open it with --metrics.\n",
        );
    }
    uncached(StatusCode::OK)
        .insert_header((header::CONTENT_TYPE, CONTENT_TYPE))
        .body(shared.metrics.text(shared.admission.n_admitted()))
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
    uncached(StatusCode::OK).body("ok\n")
}

/// Whether a load balancer should send further clients here.
async fn readyz(request: HttpRequest, shared: Data<Shared>) -> impl Responder {
    note_request(&request);
    let reason = if shared.shutdown.has_begun() {
        "shutting down\n"
    } else if shared.admission.is_full() {
        "full\n"
    } else {
        return uncached(StatusCode::OK).body("ready\n");
    };
    uncached(StatusCode::SERVICE_UNAVAILABLE).body(reason)
}
