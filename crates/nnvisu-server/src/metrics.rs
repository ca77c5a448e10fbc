//! What the server counts of itself, in the text format that Prometheus reads (`OpenMetrics`
//! 1.0).
//!
//! Sessions count their steps once per burst, never one by one.

use std::{fmt, str::FromStr, sync::Arc, time::Duration};

use nnvisu_protocol::ErrorCode;
use prometheus_client::{
    encoding::text::encode,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram, info::Info},
    registry::{Registry, Unit},
};

/// What [`ServerMetrics::text`] is in.
pub(crate) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Who may read `/metrics`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum MetricsAccess {
    /// Nobody.
    Off,
    /// This machine itself, unless a proxy asks on behalf of another client. Where there is an
    /// access token, every client that has it.
    #[default]
    Local,
    /// Every client that may use the server.
    Open,
}

/// The text is no [`MetricsAccess`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it must be off, local or open")]
pub struct InvalidMetricsAccess;

impl FromStr for MetricsAccess {
    type Err = InvalidMetricsAccess;

    fn from_str(text: &str) -> Result<Self, InvalidMetricsAccess> {
        [Self::Off, Self::Local, Self::Open]
            .into_iter()
            .find(|access| access.to_string() == text)
            .ok_or(InvalidMetricsAccess)
    }
}

impl fmt::Display for MetricsAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "off",
            Self::Local => "local",
            Self::Open => "open",
        })
    }
}

/// One label and its value.
type Label = [(&'static str, &'static str); 1];

/// The counters of one server. Clones share them.
#[derive(Clone)]
pub(crate) struct ServerMetrics {
    counts: Arc<Counts>,
}

struct Counts {
    registry: Registry,
    sessions: Gauge,
    training: Gauge,
    opened: Counter,
    refused: Family<Label, Counter>,
    panics: Counter,
    steps: Counter,
    drawn: Counter,
    dropped: Counter,
    sent: Counter,
    sent_bytes: Counter,
    received_bytes: Counter,
    errors: Family<Label, Counter>,
    queue: Histogram,
    frame_age: Histogram,
}

impl fmt::Debug for ServerMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerMetrics")
    }
}

impl Default for ServerMetrics {
    fn default() -> Self {
        // From 0.1 ms to 6.5 s.
        let ages = || Histogram::new((0..9).map(|power| 1e-4 * 4_f64.powi(power)));
        let mut counts = Counts {
            registry: Registry::with_prefix("nnvisu"),
            sessions: Gauge::default(),
            training: Gauge::default(),
            opened: Counter::default(),
            refused: Family::default(),
            panics: Counter::default(),
            steps: Counter::default(),
            drawn: Counter::default(),
            dropped: Counter::default(),
            sent: Counter::default(),
            sent_bytes: Counter::default(),
            received_bytes: Counter::default(),
            errors: Family::default(),
            queue: ages(),
            frame_age: ages(),
        };
        counts.register();
        Self {
            counts: Arc::new(counts),
        }
    }
}

impl Counts {
    fn register(&mut self) {
        let registry = &mut self.registry;
        let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The program", version);
        for (name, help, gauge) in [
            ("sessions", "Sessions that there are", &self.sessions),
            ("sessions_training", "Sessions that train", &self.training),
        ] {
            registry.register(name, help, gauge.clone());
        }
        for (name, help, counter) in [
            ("sessions_opened", "Sessions begun", &self.opened),
            (
                "session_panics",
                "Sessions that failed by a defect",
                &self.panics,
            ),
            ("steps", "Optimizer steps of all sessions", &self.steps),
            ("frames_rendered", "Frames rendered", &self.drawn),
            (
                "frames_dropped",
                "Frames that were out of date before they could be sent",
                &self.dropped,
            ),
            ("frames_sent", "Frames sent", &self.sent),
        ] {
            registry.register(name, help, counter.clone());
        }
        for (name, help, counter) in [
            ("sent", "Bytes of messages sent", &self.sent_bytes),
            (
                "received",
                "Bytes received by WebSockets",
                &self.received_bytes,
            ),
        ] {
            registry.register_with_unit(name, help, Unit::Bytes, counter.clone());
        }
        registry.register(
            "refused",
            "Requests that were not let in, by reason",
            self.refused.clone(),
        );
        registry.register(
            "request_errors",
            "Requests that sessions answered by an error, by its code",
            self.errors.clone(),
        );
        for (name, help, histogram) in [
            (
                "request_queue",
                "How long requests waited for their session",
                &self.queue,
            ),
            (
                "frame_age",
                "How old frames were when the client acknowledged them",
                &self.frame_age,
            ),
        ] {
            registry.register_with_unit(name, help, Unit::Seconds, histogram.clone());
        }
    }
}

impl ServerMetrics {
    /// Everything as text, with `n_sessions` that there are now.
    pub(crate) fn text(&self, n_sessions: usize) -> String {
        let n_sessions = i64::try_from(n_sessions).expect("the number of threads fits");
        self.counts.sessions.set(n_sessions);
        let mut text = String::new();
        encode(&mut text, &self.counts.registry).expect("a string takes everything");
        text
    }

    /// A session has begun.
    pub(crate) fn opened(&self) {
        self.counts.opened.inc();
    }

    /// A request has been refused.
    pub(crate) fn refused(&self, reason: &'static str) {
        self.counts
            .refused
            .get_or_create(&[("reason", reason)])
            .inc();
    }

    /// A session has failed by a defect.
    pub(crate) fn panicked(&self) {
        self.counts.panics.inc();
    }

    /// One session more trains, or one less.
    pub(crate) fn training(&self, training: bool) {
        if training {
            self.counts.training.inc();
        } else {
            self.counts.training.dec();
        }
    }

    /// A session has made steps.
    pub(crate) fn steps(&self, n_steps: u64) {
        self.counts.steps.inc_by(n_steps);
    }

    /// Frames have been rendered.
    pub(crate) fn drawn(&self, n_frames: u64) {
        self.counts.drawn.inc_by(n_frames);
    }

    /// Frames have been dropped before they were sent.
    pub(crate) fn dropped(&self, n_frames: u64) {
        self.counts.dropped.inc_by(n_frames);
    }

    /// A client has acknowledged a frame that was rendered `age` ago.
    pub(crate) fn frame_acknowledged(&self, age: Duration) {
        self.counts.frame_age.observe(age.as_secs_f64());
    }

    /// A message of `n_bytes` is sent.
    pub(crate) fn sent(&self, n_bytes: usize) {
        self.counts.sent_bytes.inc_by(n_bytes as u64);
    }

    /// A frame is sent.
    pub(crate) fn frame_sent(&self) {
        self.counts.sent.inc();
    }

    /// Bytes have come in.
    pub(crate) fn received(&self, n_bytes: usize) {
        self.counts.received_bytes.inc_by(n_bytes as u64);
    }

    /// A session has answered a request by an error.
    pub(crate) fn error(&self, code: ErrorCode) {
        let label = [("code", code.as_str())];
        self.counts.errors.get_or_create(&label).inc();
    }

    /// A request has waited for its session.
    pub(crate) fn queued(&self, waited: Duration) {
        self.counts.queue.observe(waited.as_secs_f64());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_what_prometheus_reads() {
        let metrics = ServerMetrics::default();
        metrics.steps(1000);
        metrics.drawn(1);
        metrics.dropped(1);
        metrics.frame_acknowledged(Duration::from_millis(20));
        metrics.refused("full");
        metrics.error(ErrorCode::NoData);
        metrics.queued(Duration::from_millis(1));
        metrics.sent("12345".len());
        metrics.training(true);
        let text = metrics.text(3);
        for line in [
            "nnvisu_sessions 3",
            "nnvisu_sessions_training 1",
            "nnvisu_steps_total 1000",
            "nnvisu_frames_dropped_total 1",
            "nnvisu_sent_bytes_total 5",
            "nnvisu_refused_total{reason=\"full\"} 1",
            "nnvisu_request_errors_total{code=\"no_data\"} 1",
            "nnvisu_frame_age_seconds_bucket{le=\"0.0256\"} 1",
            "nnvisu_frame_age_seconds_bucket{le=\"0.0064\"} 0",
            "nnvisu_request_queue_seconds_count 1",
            "nnvisu_request_queue_seconds_bucket{le=\"0.0016\"} 1",
            "# EOF",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in {text}");
        }
    }

    #[test]
    fn access_reads_as_it_prints() {
        for access in [
            MetricsAccess::Off,
            MetricsAccess::Local,
            MetricsAccess::Open,
        ] {
            assert_eq!(access.to_string().parse(), Ok(access));
        }
        assert!("everybody".parse::<MetricsAccess>().is_err());
    }
}
