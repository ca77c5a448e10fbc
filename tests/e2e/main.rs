//! End-to-end tests: the program as its users meet it, over real sockets and
//! in a real browser. They are written from the documents of the wire formats,
//! and share no code with the program; only where page and engine must agree to the last bit, the
//! engine itself is asked.

mod browser;
mod cli;
mod deploy;
mod examples;
mod formats;
mod guide;
mod hostile;
mod http;
mod library;
mod limits;
mod load;
mod program;
mod proxy;
mod sessions;
mod slow_link;
mod tidy;
mod v1;
mod v2;
