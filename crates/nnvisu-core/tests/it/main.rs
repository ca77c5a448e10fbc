//! Tests of the engine from outside, against a slow reference implementation
//! and against PyTorch.

#![allow(
    clippy::float_cmp,
    reason = "where values are compared exactly, that is the promise"
)]

mod batches;
mod divergence;
mod dropout;
#[cfg(feature = "files")]
mod files;
mod growth;
mod learning;
mod metrics;
mod network;
mod pytorch;
mod raster;
mod reference;
mod reference_gradient;
mod repeatability;
mod steps;
mod support;
