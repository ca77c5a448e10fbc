//! The WebSocket: who may open one, and what happens on it.

mod connection;
mod flow_control;
mod frame_meter;
mod link_estimator;
mod receive_monitor;
mod send_monitor;
mod sender;
mod throttle;

use std::{rc::Rc, time::Instant};

use actix_web::{
    FromRequest as _, HttpRequest, HttpResponse,
    body::BoxBody,
    dev::Payload,
    http::{StatusCode, header},
    web::{self, Data},
};

use crate::{
    access_control::{Refusal, admit},
    engine::{Dialect, SUBPROTOCOLS},
    responses::uncached,
    session::{SessionHandle, SessionOptions},
    shared::Shared,
    watch,
};
use connection::{Connection, Parts};
use frame_meter::MeteredPayload;
use receive_monitor::ReceiveMonitor;
use send_monitor::{MeteredBody, SendMonitor};

/// A client has to send a large message, and to read what waits for it, at this rate at least. On
/// a slower link no large message can be sent.
const MIN_BYTES_PER_SECOND: u64 = 4096;

/// Opens a WebSocket and starts its session, or says why not. A plain GET gets the refusal that a
/// handshake would get now, or the hint that this address takes handshakes.
///
/// # Errors
///
/// The request is not a WebSocket handshake, though it claims to be one.
pub(crate) async fn open(
    request: HttpRequest,
    payload: web::Payload,
    shared: Data<Shared>,
) -> actix_web::Result<HttpResponse> {
    let permit = match admit(&request, &shared) {
        Ok(permit) => permit,
        Err(refusal) => return Ok(refusal.response()),
    };
    if !asks_for_websocket(&request) {
        return Ok(uncached(StatusCode::UPGRADE_REQUIRED)
            .insert_header((header::UPGRADE, "websocket"))
            .body("This address is for WebSockets; nnvisu's page is beside it.\n"));
    }
    let limits = shared.limits;
    let receive_monitor = Rc::new(ReceiveMonitor::new(Instant::now()));
    let metered = MeteredPayload::new(
        payload.into_inner(),
        limits.max_message_bytes,
        Rc::clone(&receive_monitor),
        shared.metrics.clone(),
    );
    let mut metered: Payload = Payload::Stream {
        payload: Box::pin(metered),
    };
    let payload = web::Payload::from_request(&request, &mut metered).await?;
    let (response, socket, messages) =
        actix_ws::handle_with_protocols(&request, payload, SUBPROTOCOLS)?;

    let agreed = response.headers().get(header::SEC_WEBSOCKET_PROTOCOL);
    let dialect = Dialect::of_subprotocol(agreed.and_then(|agreed| agreed.to_str().ok()));
    let options = SessionOptions { dialect, limits };
    let started = SessionHandle::spawn(
        shared.next_session_id(),
        options,
        permit.clone(),
        &shared.threads,
        &shared.metrics,
    );
    let (session, outbox) = match started {
        Ok(started) => started,
        Err(error) => {
            tracing::error!(%error, "no thread for a further session");
            shared.metrics.refused(Refusal::NoThread.as_str());
            return Ok(Refusal::NoThread.response());
        }
    };
    let abort_handle = watch::become_websocket(&request, permit.clone());
    shared.metrics.opened();
    // The meter refuses larger messages before these limits see them.
    let messages = messages
        .max_frame_size(limits.max_message_bytes)
        .aggregate_continuations()
        .max_continuation_size(limits.max_message_bytes);
    let backlog = session.inbox().backlog().clone();
    let send_monitor = Rc::new(SendMonitor::new(backlog));
    let monitor = Rc::clone(&send_monitor);
    let response =
        response.map_body(|_, body| BoxBody::new(MeteredBody::new(body, monitor, permit)));
    let parts = Parts {
        socket,
        messages,
        session,
        outbox,
        receive_monitor,
        send_monitor,
        abort_handle,
    };
    actix_web::rt::spawn(Connection::new(parts, &shared).run());
    Ok(response)
}

fn asks_for_websocket(request: &HttpRequest) -> bool {
    request
        .headers()
        .get_all(header::UPGRADE)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|protocol| protocol.trim().eq_ignore_ascii_case("websocket"))
}
