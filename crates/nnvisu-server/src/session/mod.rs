//! Sessions: each connection has one, each on a thread of its own, and they share nothing.
//!
//! A connection holds a [`SessionHandle`]: it puts commands into the session's inbox and takes
//! what there is to send out of its outbox. Neither side ever waits for the other while it holds
//! anything the other needs, and the end of the connection is the end of the session.

mod actor;
mod advance;
mod backlog;
mod convert;
mod frame_renderer;
mod handle;
mod inbox;
mod outbox;
mod priority;
mod requests;
mod schedule;
mod scheduler;
mod shared_flags;
mod state;
mod threads;

#[cfg(test)]
mod tests;

pub(crate) use backlog::Backlog;
pub(crate) use handle::SessionHandle;
pub(crate) use inbox::Command;
pub(crate) use outbox::{Frame, OutboxReader, Outgoing};
pub(crate) use state::SessionOptions;
pub(crate) use threads::SessionThreads;
