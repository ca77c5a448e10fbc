//! One connection: carries commands to its session and the session's replies and frames back,
//! notices when the client is gone, and closes the WebSocket by the closing handshake.

use std::{
    io,
    rc::Rc,
    time::{Duration, Instant},
};

use actix_web::error::PayloadError;
use actix_ws::{
    AggregatedMessage, AggregatedMessageStream, CloseCode, CloseReason, Closed, ProtocolError,
    Session as Socket,
};
use nnvisu_protocol::{ErrorCode, RequestError, ServerMessage};
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::{
    receive_monitor::ReceiveMonitor, send_monitor::SendMonitor, sender::Sender, throttle::Throttle,
};
use crate::{
    deadline::reached,
    session::{Command, OutboxReader, Outgoing, SessionHandle},
    shared::Shared,
    shutdown::Shutdown,
    watch::AbortHandle,
};

/// How often the connection checks whether its client is still there.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);
/// A client that has sent nothing for this part of its timeout is sent a ping.
const PING_AFTER_PART: u32 = 3;
/// How long a client may take to answer a close frame.
const CLOSING_HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(1);
/// The reason in the close frame of an idle session. It tells clients to connect again only when
/// they have something to ask for.
const IDLE: &str = "idle";
/// While this many replies wait, no further request is read. The backlog bounds their bytes.
const MAX_WAITING_REPLIES: usize = 16;
/// How long the connection may still exist after both sides have closed the WebSocket.
const ABORT_DELAY: Duration = Duration::from_secs(1);

pub(super) struct Connection {
    sender: Sender,
    messages: AggregatedMessageStream,
    session: SessionHandle,
    outbox: OutboxReader,
    /// A command for which the session has no room yet.
    waiting: Option<Command>,
    receive_monitor: Rc<ReceiveMonitor>,
    throttle: Throttle,
    /// When the session was last asked for something or seen training.
    last_busy: Instant,
    idle_timeout: Option<Duration>,
    /// A client that has sent or received nothing for this long is gone.
    timeout: Duration,
    shutdown: Shutdown,
    abort_handle: Option<AbortHandle>,
}

/// What a connection consists of.
pub(super) struct Parts {
    pub(super) socket: Socket,
    pub(super) messages: AggregatedMessageStream,
    pub(super) session: SessionHandle,
    pub(super) outbox: OutboxReader,
    pub(super) receive_monitor: Rc<ReceiveMonitor>,
    pub(super) send_monitor: Rc<SendMonitor>,
    /// How to abort it; there is none in an application that does not watch its connections.
    pub(super) abort_handle: Option<AbortHandle>,
}

/// Why a connection ends.
#[derive(Debug)]
enum End {
    /// The client is gone or has violated the protocol beyond repair.
    Gone,
    /// The client has closed the connection and has been answered.
    ClosedByClient,
    /// The server closes the connection and says why.
    Close(CloseCode, &'static str),
}

const BROKEN_FRAME: End = End::Close(CloseCode::Protocol, "Not a valid WebSocket frame");

impl From<Closed> for End {
    fn from(Closed: Closed) -> Self {
        Self::Gone
    }
}

impl Connection {
    pub(super) fn new(parts: Parts, shared: &Shared) -> Self {
        Self {
            sender: Sender::new(
                parts.socket,
                parts.send_monitor,
                shared.metrics.clone(),
                shared.client_timeout,
            ),
            messages: parts.messages,
            session: parts.session,
            outbox: parts.outbox,
            waiting: None,
            receive_monitor: parts.receive_monitor,
            throttle: Throttle::new(shared.session_limits.max_messages_per_second),
            last_busy: Instant::now(),
            idle_timeout: shared.session_limits.idle_timeout,
            timeout: shared.client_timeout,
            shutdown: shared.shutdown.clone(),
            abort_handle: parts.abort_handle,
        }
    }

    /// Serves the connection until it ends.
    pub(super) async fn run(mut self) {
        let Err(end) = self.serve().await;
        tracing::debug!(?end, "connection ends");
        // The session need not wait for the closing handshake.
        drop(self.session);
        let grace = match end {
            End::Gone => Duration::ZERO,
            End::ClosedByClient => ABORT_DELAY,
            End::Close(code, reason) => {
                let reason = CloseReason {
                    code,
                    description: Some(reason.to_owned()),
                };
                let closing_handshake = close(self.sender, self.messages, reason);
                match timeout(CLOSING_HANDSHAKE_TIMEOUT, closing_handshake).await {
                    Ok(Ok(())) => ABORT_DELAY,
                    _ => Duration::ZERO,
                }
            }
        };
        if let Some(abort_handle) = self.abort_handle {
            abort_handle.abort_after(grace);
        }
    }

    async fn serve(&mut self) -> Result<std::convert::Infallible, End> {
        let shutdown = self.shutdown.clone();
        let mut stop = std::pin::pin!(shutdown.begun());
        let mut checks = interval(CHECK_INTERVAL);
        checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let hello = self.outbox.next(false).await;
        self.send(hello).await?;
        // Measures the round trip before the first frame.
        self.sender.ping().await?;
        loop {
            self.sender.answer_waiting_ping().await?;
            let may_send = self.sender.has_room();
            let may_ask = self.waiting.is_none()
                && self.outbox.n_replies() < MAX_WAITING_REPLIES
                && !self.session.inbox().backlog().is_full();
            let next_read = if may_ask { self.throttle.poll() } else { None };
            let now = Instant::now();
            let reads = may_ask && next_read.is_none();
            self.receive_monitor.record_reading(reads, now);
            let flow_control = &mut self.sender.flow_control;
            flow_control.set_pong_delay(self.receive_monitor.pong_delay());
            let bulk = may_send && flow_control.may_send_frame(now);
            let next_frame = if may_send && !bulk {
                flow_control.next_frame_without_pongs()
            } else {
                None
            };
            let bytes_per_second = flow_control.bytes_per_second();
            if self.outbox.report_link(bytes_per_second, !bulk) {
                self.session.inbox().wake();
            }
            tokio::select! {
                () = &mut stop => {
                    return Err(End::Close(CloseCode::Away, "The server is shutting down"));
                }
                message = self.messages.recv(), if reads => self.receive(message).await?,
                () = reached(next_read) => {}
                () = reached(next_frame) => {}
                () = self.receive_monitor.large_message() => {}
                room = room_for(&self.session, self.waiting.as_ref()) => {
                    if let Some(command) = self.waiting.take() {
                        self.session.inbox().send(command, room);
                    }
                }
                outgoing = self.outbox.next(bulk), if may_send => self.send(outgoing).await?,
                () = self.sender.progress() => {}
                _ = checks.tick() => self.check_on_client().await?,
            }
        }
    }

    async fn receive(
        &mut self,
        message: Option<Result<AggregatedMessage, ProtocolError>>,
    ) -> Result<(), End> {
        // Pongs do not count: they ask for nothing, and the estimate of the link needs them.
        if !matches!(message, Some(Ok(AggregatedMessage::Pong(_)))) {
            self.throttle.consume();
        }
        match message {
            Some(Ok(AggregatedMessage::Text(text))) => {
                self.last_busy = Instant::now();
                self.waiting = Some(Command::Text(text.into_bytes()));
            }
            Some(Ok(AggregatedMessage::Binary(_))) => {
                self.last_busy = Instant::now();
                self.waiting = Some(Command::Binary);
            }
            Some(Ok(AggregatedMessage::Ping(payload))) => {
                self.sender.answer_ping(payload).await?;
            }
            Some(Ok(AggregatedMessage::Pong(payload))) => {
                let flow_control = &mut self.sender.flow_control;
                flow_control.set_pong_delay(self.receive_monitor.pong_delay());
                for age in flow_control.pong(&payload, Instant::now()) {
                    self.session.metrics().frame_acknowledged(age);
                }
            }
            Some(Ok(AggregatedMessage::Close(reason))) => {
                let echo = reason.map(|reason| reason.code.into());
                // The client may be gone already; either way this is the end.
                let _ = self.sender.close(echo).await;
                return Err(End::ClosedByClient);
            }
            Some(Err(error)) => return Err(self.refuse(&error).await?),
            None => return Err(End::Gone),
        }
        Ok(())
    }

    /// How to end the connection after bytes that are no valid WebSocket frames.
    async fn refuse(&mut self, error: &ProtocolError) -> Result<End, End> {
        tracing::debug!(%error, "refused what a client sent");
        Ok(match error {
            ProtocolError::Overflow => self.refuse_size().await?,
            ProtocolError::Io(error) => match end_of_stream(error) {
                Some(PayloadError::Overflow) => self.refuse_size().await?,
                Some(PayloadError::Io(error)) if is_invalid(error) => BROKEN_FRAME,
                // The frame meter has let it through: then it is the text that is wrong.
                None if is_invalid(error) => End::Close(CloseCode::Invalid, "Text must be UTF-8"),
                _ => End::Gone,
            },
            _ => BROKEN_FRAME,
        })
    }

    async fn refuse_size(&mut self) -> Result<End, End> {
        let error = RequestError::new(
            ErrorCode::MessageTooLarge,
            "The message is larger than this server takes",
        );
        let text = ServerMessage::from(error).to_json();
        self.sender.event(text).await?;
        Ok(End::Close(CloseCode::Size, "The message is too large"))
    }

    async fn send(&mut self, outgoing: Outgoing) -> Result<(), End> {
        match outgoing {
            Outgoing::Reply(text) => self.sender.reply(text).await?,
            Outgoing::Frame(frame) => self.sender.frame(frame).await?,
            Outgoing::Checkpoint(text) => self.sender.checkpoint(text).await?,
            Outgoing::Failed => return Err(End::Close(CloseCode::Error, "The session failed")),
        }
        Ok(())
    }

    async fn check_on_client(&mut self) -> Result<(), End> {
        let now = Instant::now();
        if self.session.is_training() {
            self.last_busy = now;
        }
        let idle = now.saturating_duration_since(self.last_busy);
        if self.idle_timeout.is_some_and(|timeout| idle > timeout) {
            return Err(End::Close(CloseCode::Away, IDLE));
        }
        if self.receive_monitor.is_stalling(now) {
            return Err(End::Close(CloseCode::Policy, "The message came too slowly"));
        }
        let idle_for = self.receive_monitor.idle_for(now);
        let is_stalled = self.sender.is_stalled(now);
        if idle_for > self.timeout || is_stalled {
            tracing::debug!(is_stalled, "a client is gone without a closing handshake");
            return Err(End::Gone);
        }
        if idle_for > self.timeout / PING_AFTER_PART {
            self.sender.ping().await?;
        }
        Ok(())
    }
}

/// Waits for room for the command that waits; for ever if none does.
async fn room_for(
    session: &SessionHandle,
    waiting: Option<&Command>,
) -> tokio::sync::OwnedSemaphorePermit {
    match waiting {
        Some(command) => session.inbox().room_for(command).await,
        None => std::future::pending().await,
    }
}

/// The closing handshake, started by the server (RFC 6455, section 7.1.2).
async fn close(
    sender: Sender,
    mut messages: AggregatedMessageStream,
    reason: CloseReason,
) -> Result<(), Closed> {
    sender.close(Some(reason)).await?;
    while let Some(Ok(message)) = messages.recv().await {
        if matches!(message, AggregatedMessage::Close(_)) {
            break;
        }
    }
    Ok(())
}

/// Why the stream of bytes ended, if it is that which ended; the frame meter ends it, too.
fn end_of_stream(error: &io::Error) -> Option<&PayloadError> {
    error.get_ref()?.downcast_ref()
}

fn is_invalid(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::InvalidData
}
