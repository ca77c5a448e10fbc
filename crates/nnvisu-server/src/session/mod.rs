//! Sessions: each connection has one, each on a thread of its own, and they share nothing.
//!
//! A connection holds a [`SessionHandle`]: it puts commands into the session's inbox and takes
//! what there is to send out of its outbox. Neither side ever waits for the other while it holds
//! anything the other needs, and the end of the connection is the end of the session.

mod actor;
mod backlog;
mod clock;
mod handle;
mod inbox;
mod outbox;
mod priority;
mod scheduler;
mod shared_flags;
mod threads;

#[cfg(test)]
mod tests;

pub(crate) use backlog::Backlog;
#[cfg(test)]
pub(crate) use backlog::LARGEST_REPLY_BYTES;
pub(crate) use clock::instant;
pub(crate) use handle::{SessionHandle, SessionOptions};
pub(crate) use inbox::Command;
pub(crate) use outbox::{OutboxReader, Outgoing};
pub(crate) use threads::SessionThreads;
