//! What `cargo xtask bench` measures, and how it talks to the programs that do the work.
//!
//! Every program, whatever it is written in, is started once with the path of a file of
//! [`Workload`]s. It answers one line on its output for every line on its input (see [`serve`]),
//! timing nothing but the work itself: no start-up, no compilation, no reading of data.

mod serve;
mod workload;

pub use serve::{Measurement, Time, repeat, serve};
pub use workload::{Arithmetic, Task, Workload};
