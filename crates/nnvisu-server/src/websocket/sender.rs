//! Sends to one client, and accounts for what is sent.

use std::{
    rc::Rc,
    time::{Duration, Instant},
};

use actix_web::web::Bytes;
use actix_ws::{CloseReason, Closed, Session as Socket};
use tokio::time::timeout;

use super::{flow_control::FlowControl, send_monitor::SendMonitor};
use crate::{engine::Frame, metrics::ServerMetrics, session::instant};

/// The way to one client.
pub(super) struct Sender {
    socket: Socket,
    monitor: Rc<SendMonitor>,
    pub(super) flow_control: FlowControl,
    metrics: ServerMetrics,
    /// Nothing is waited for longer than this.
    timeout: Duration,
    /// The payload of a ping that has not been answered. Only the newest one needs an answer
    /// (RFC 6455, section 5.5.3).
    ping_to_answer: Option<Bytes>,
}

impl Sender {
    pub(super) fn new(
        socket: Socket,
        monitor: Rc<SendMonitor>,
        metrics: ServerMetrics,
        timeout: Duration,
    ) -> Self {
        Self {
            socket,
            monitor,
            flow_control: FlowControl::new(Instant::now()),
            metrics,
            timeout,
            ping_to_answer: None,
        }
    }

    /// Whether little enough waits to be written for more to be sent.
    pub(super) fn has_room(&self) -> bool {
        self.monitor.has_room()
    }

    /// Waits until more has been written.
    pub(super) async fn progress(&self) {
        self.monitor.progress().await;
    }

    /// Whether the client receives nothing, or so little that it occupies memory on purpose.
    pub(super) fn is_stalled(&self, now: Instant) -> bool {
        self.flow_control.is_stalled(self.timeout, now)
            || self.monitor.is_stalling(self.timeout, now)
    }

    /// Sends a reply, which is in the backlog already.
    pub(super) async fn reply(&mut self, text: String) -> Result<(), Closed> {
        let counted = text.len();
        self.text(text, counted).await?;
        if self.flow_control.wants_ping() {
            self.ping().await?;
        }
        Ok(())
    }

    /// Sends a text message that is not in the backlog.
    pub(super) async fn event(&mut self, text: String) -> Result<(), Closed> {
        self.text(text, 0).await
    }

    /// Sends a frame, and before it the text message that speaks of the same step.
    pub(super) async fn frame(&mut self, frame: Frame) -> Result<(), Closed> {
        let Frame {
            step_result, bytes, ..
        } = frame;
        let n_bytes = bytes.len() + step_result.as_ref().map_or(0, String::len);
        self.ping_before_frame().await?;
        if let Some(step_result) = step_result {
            self.text(step_result, 0).await?;
        }
        self.metrics.frame_sent();
        self.record_sent(bytes.len(), 0);
        let sending = self.socket.binary(bytes);
        within(self.timeout, sending).await?;
        self.ping_behind(n_bytes).await?;
        self.flow_control.frame_was_made(instant(frame.made));
        Ok(())
    }

    pub(super) async fn checkpoint(&mut self, text: String) -> Result<(), Closed> {
        let n_bytes = text.len();
        self.ping_before_frame().await?;
        self.text(text, 0).await?;
        self.ping_behind(n_bytes).await
    }

    pub(super) async fn ping(&mut self) -> Result<(), Closed> {
        let payload = self.flow_control.ping(Instant::now());
        self.send_ping(payload).await
    }

    /// Answers a ping, as soon as there is room.
    pub(super) async fn answer_ping(&mut self, payload: Bytes) -> Result<(), Closed> {
        self.ping_to_answer = Some(payload);
        self.answer_waiting_ping().await
    }

    /// Answers the newest ping that has not been answered, if there is room.
    pub(super) async fn answer_waiting_ping(&mut self) -> Result<(), Closed> {
        if self.has_room()
            && let Some(payload) = self.ping_to_answer.take()
        {
            self.monitor.handed_over(payload.len(), 0);
            within(self.timeout, self.socket.pong(&payload)).await?;
        }
        Ok(())
    }

    /// Sends a close frame, the last one.
    pub(super) async fn close(&self, reason: Option<CloseReason>) -> Result<(), Closed> {
        let payload_bytes = reason.as_ref().map_or(0, |reason| {
            size_of::<u16>() + reason.description.as_ref().map_or(0, String::len)
        });
        self.monitor.handed_over(payload_bytes, 0);
        within(self.timeout, self.socket.clone().close(reason)).await
    }

    /// Sends a text message, of which `counted` bytes are in the backlog already.
    async fn text(&mut self, text: String, counted: usize) -> Result<(), Closed> {
        self.record_sent(text.len(), counted);
        within(self.timeout, self.socket.text(text)).await
    }

    fn record_sent(&mut self, n_bytes: usize, counted: usize) {
        self.metrics.sent(n_bytes);
        self.monitor.handed_over(n_bytes, counted);
        self.flow_control.record_sent(n_bytes, Instant::now());
    }

    async fn send_ping(&mut self, payload: [u8; 8]) -> Result<(), Closed> {
        self.monitor.handed_over(payload.len(), 0);
        within(self.timeout, self.socket.ping(&payload)).await
    }

    /// Sends a ping before something large, so that its time on the link can be told from the round
    /// trip.
    async fn ping_before_frame(&mut self) -> Result<(), Closed> {
        if self.flow_control.wants_ping_before_frame() {
            self.ping().await?;
        }
        Ok(())
    }

    /// Sends a ping behind something of `n_bytes`.
    async fn ping_behind(&mut self, n_bytes: usize) -> Result<(), Closed> {
        let payload = self.flow_control.ping_behind_frame(n_bytes, Instant::now());
        self.send_ping(payload).await
    }
}

/// Sends, but waits no longer for a client that reads nothing than for one that sends nothing.
async fn within(
    limit: Duration,
    sending: impl Future<Output = Result<(), Closed>>,
) -> Result<(), Closed> {
    timeout(limit, sending).await.unwrap_or(Err(Closed))
}
