//! The WebSocket: who may open one, and what happens on it.

mod connection;
mod frame_meter;
mod receipts;

use std::{cell::Cell, rc::Rc, time::Instant};

use actix_web::{
    FromRequest as _, HttpRequest, HttpResponse,
    dev::Payload,
    http::header,
    web::{self, Data},
};
use nnvisu_protocol::{ProtocolVersion, SUBPROTOCOL_V2};

use crate::{
    origin::may_connect,
    service::Shared,
    session::{SessionHandle, SessionOptions},
};
use connection::Connection;
use frame_meter::MeteredPayload;

/// Opens a WebSocket and starts its session.
///
/// # Errors
///
/// The request is not a WebSocket handshake.
pub(crate) async fn open(
    request: HttpRequest,
    payload: web::Payload,
    shared: Data<Shared>,
) -> actix_web::Result<HttpResponse> {
    if !may_connect(request.headers(), &shared.allowed_origins) {
        let origin = request.headers().get(header::ORIGIN);
        tracing::warn!(
            origin = origin.and_then(|origin| origin.to_str().ok()),
            "refused a WebSocket from a foreign page; --allow-origin lets one in"
        );
        return Ok(HttpResponse::Forbidden().body(
            "Pages from elsewhere may not connect to this server. \
             Whoever runs it can allow yours with --allow-origin.\n",
        ));
    }
    let limits = shared.limits;
    let last_heard = Rc::new(Cell::new(Instant::now()));
    let metered = MeteredPayload::new(
        payload.into_inner(),
        limits.max_message_bytes,
        Rc::clone(&last_heard),
    );
    let mut metered: Payload = Payload::Stream {
        payload: Box::pin(metered),
    };
    let payload = web::Payload::from_request(&request, &mut metered).await?;
    let (response, socket, messages) =
        actix_ws::handle_with_protocols(&request, payload, &[SUBPROTOCOL_V2])?;

    let version = if response
        .headers()
        .contains_key(header::SEC_WEBSOCKET_PROTOCOL)
    {
        ProtocolVersion::V2
    } else {
        ProtocolVersion::V1
    };
    let options = SessionOptions { version, limits };
    let started = SessionHandle::spawn(shared.next_session_id(), options, &shared.threads);
    let (session, outbox) = match started {
        Ok(started) => started,
        Err(error) => {
            tracing::error!(%error, "no thread for a further session");
            return Ok(HttpResponse::ServiceUnavailable()
                .body("This server has no room for a further session; try again later.\n"));
        }
    };
    // The meter refuses larger messages before these limits see them.
    let messages = messages
        .max_frame_size(limits.max_message_bytes)
        .aggregate_continuations()
        .max_continuation_size(limits.max_message_bytes);
    let connection = Connection::new(
        socket,
        messages,
        session,
        outbox,
        last_heard,
        shared.shutdown.clone(),
    );
    actix_web::rt::spawn(connection.run());
    Ok(response)
}
