//! What all workers and all connections of a service share.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use nnvisu_protocol::Limits;

use crate::{
    access::{AccessToken, HostName, Origin},
    admission::AdmissionLimiter,
    config::{ServiceConfig, SessionLimits},
    guess_limiter::GuessLimiter,
    metrics::{MetricsAccess, ServerMetrics},
    session::SessionThreads,
    shutdown::Shutdown,
};

/// How many sessions may be uploaded and converted at the same time: that many times the largest
/// message is the memory they may take.
const MAX_CONVERSIONS: usize = 16;
/// How many of them may come from one client subnet, so that a client that sends slowly does not
/// keep the others from saving.
const MAX_CONVERSIONS_PER_SUBNET: usize = 4;

/// What all workers and all connections of a service share.
pub(crate) struct Shared {
    pub(crate) allowed_origins: Vec<Origin>,
    pub(crate) allowed_hosts: Vec<HostName>,
    pub(crate) access_token: Option<AccessToken>,
    /// What browsers keep that have signed in.
    pub(crate) sign_in_pass: AccessToken,
    pub(crate) guesses: GuessLimiter,
    pub(crate) metrics: ServerMetrics,
    pub(crate) metrics_access: MetricsAccess,
    pub(crate) limits: Limits,
    pub(crate) client_timeout: Duration,
    pub(crate) session_limits: SessionLimits,
    pub(crate) trust_forwarded_for: bool,
    /// Limits the sessions.
    pub(crate) admission: AdmissionLimiter,
    /// Limits the models that are being converted.
    pub(crate) conversions: AdmissionLimiter,
    pub(crate) shutdown: Shutdown,
    pub(crate) threads: SessionThreads,
    n_sessions: AtomicU64,
}

impl Shared {
    pub(crate) fn new(config: ServiceConfig) -> Self {
        Self {
            allowed_origins: config.allowed_origins,
            allowed_hosts: config.allowed_hosts,
            access_token: config.access_token,
            sign_in_pass: AccessToken::random(),
            guesses: GuessLimiter::new(),
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
            conversions: AdmissionLimiter::new(MAX_CONVERSIONS, MAX_CONVERSIONS_PER_SUBNET),
            shutdown: Shutdown::new(),
            threads: SessionThreads::new(),
            n_sessions: AtomicU64::new(0),
        }
    }

    /// The number of the next session, from 1.
    pub(crate) fn next_session_id(&self) -> u64 {
        self.n_sessions.fetch_add(1, Ordering::Relaxed) + 1
    }
}
