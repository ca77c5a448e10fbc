//! A session file in, its network in the format of other programs out. Nothing of it stays.

use std::time::Duration;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{self, ContentDisposition, DispositionParam, DispositionType},
    },
    web::{self, Bytes, Data, Path, Payload},
};
use nnvisu_core::files::{ModelFormat, session};

use crate::{
    access::client_subnet, access_control::check_origin, admission::AdmissionDenied,
    responses::uncached, shared::Shared,
};

/// How long a client may take to send a session.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(30);

/// Answers `POST model/{format}`.
pub(crate) async fn convert(
    request: HttpRequest,
    format: Path<String>,
    payload: Payload,
    shared: Data<Shared>,
) -> HttpResponse {
    if let Err(refusal) = check_origin(&request, &shared) {
        return refusal.response();
    }
    let Some(format) = ModelFormat::ALL
        .into_iter()
        .find(|f| f.name() == format.as_str())
    else {
        let names = ModelFormat::ALL.map(ModelFormat::name).join(", ");
        return refuse(
            StatusCode::NOT_FOUND,
            &format!("There is no such format for a model, only: {names}."),
        );
    };
    let client = client_subnet(&request, shared.trust_forwarded_for);
    let permit = match shared.conversions.admit(client) {
        Ok(permit) => permit,
        Err(AdmissionDenied::TooManyFromAddress(max)) => {
            return refuse(
                StatusCode::TOO_MANY_REQUESTS,
                &format!(
                    "This server is converting {max} models for your network address just now; \
                     try again in a moment."
                ),
            );
        }
        Err(AdmissionDenied::Full(_)) => {
            return refuse(
                StatusCode::SERVICE_UNAVAILABLE,
                "This server is converting many models just now; try again in a moment.",
            );
        }
    };
    let file = match receive(payload, shared.limits.max_message_bytes).await {
        Ok(file) => file,
        Err(response) => return response,
    };
    // Large sessions take a while: that is not for the threads that carry messages.
    let converted = web::block(move || {
        // This continues even if the client has disconnected meanwhile.
        let _permit = permit;
        let trainer = session::read(&file)?;
        let sizes: Vec<String> = trainer
            .mlp()
            .layer_sizes()
            .iter()
            .map(usize::to_string)
            .collect();
        let name = format!("nnvisu-{}.{}", sizes.join("-"), format.name());
        Ok::<_, session::InvalidSession>((name, format.write(trainer.mlp())))
    });
    match converted.await {
        Ok(Ok((name, model))) => HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, format.media_type()))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header(ContentDisposition {
                disposition: DispositionType::Attachment,
                parameters: vec![DispositionParam::Filename(name)],
            })
            .body(model),
        Ok(Err(invalid)) => refuse(StatusCode::BAD_REQUEST, &invalid.to_string()),
        Err(error) => {
            tracing::error!(%error, "a model could not be converted");
            refuse(
                StatusCode::INTERNAL_SERVER_ERROR,
                "The model could not be converted.",
            )
        }
    }
}

/// Answers every other method.
pub(crate) async fn method_not_allowed() -> HttpResponse {
    let mut response = uncached(StatusCode::METHOD_NOT_ALLOWED);
    response.insert_header((header::ALLOW, "POST"));
    response.body("Post a session file here to have its network in this format.\n")
}

/// The whole body, or what to answer.
async fn receive(payload: Payload, max_bytes: usize) -> Result<Bytes, HttpResponse> {
    let body = payload.to_bytes_limited(max_bytes);
    match tokio::time::timeout(UPLOAD_TIMEOUT, body).await {
        Ok(Ok(Ok(file))) => Ok(file),
        Ok(Ok(Err(_))) => Err(refuse(
            StatusCode::BAD_REQUEST,
            "The session did not arrive as a whole.",
        )),
        Ok(Err(_)) => Err(refuse(
            StatusCode::PAYLOAD_TOO_LARGE,
            &format!("A session may have at most {max_bytes} bytes here."),
        )),
        Err(_) => Err(refuse(
            StatusCode::REQUEST_TIMEOUT,
            "The session took too long to arrive.",
        )),
    }
}

fn refuse(status: StatusCode, sentence: &str) -> HttpResponse {
    uncached(status).body(format!("{sentence}\n"))
}
