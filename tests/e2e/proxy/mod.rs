//! Two servers behind nginx, with the reference configuration.

mod failover;
mod routes;
