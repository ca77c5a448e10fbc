//! The conversation with `cargo xtask bench`, over standard input and output.
//!
//! First the program says who it is: `{"version": "…", "workloads": ["T1", …]}`. Then each line
//! `T1 0.3` asks it to do that work for at least 0.3 seconds, and is answered by
//! `{"seconds": …, "cpu_share": …, "result": […]}` or `{"error": "…"}`.

use std::io::{BufRead as _, Write as _};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde::Serialize;
use serde_json::json;

/// What a piece of work took.
#[derive(Clone, Debug, Serialize)]
pub struct Measurement {
    /// What the clock says.
    #[serde(flatten)]
    pub time: Time,
    /// What came out, to be compared with the others: the loss before the last step, or the
    /// posteriors at some samples.
    pub result: Vec<f32>,
}

/// The time of one step, or one map.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Time {
    /// On the wall clock.
    pub seconds: f64,
    /// How much of it this program had a processor: less than 1 says that the machine was busy
    /// with other things.
    pub cpu_share: f64,
}

/// Answers requests until the input ends.
///
/// # Errors
///
/// If the input is not what it should be, or the output is closed.
pub fn serve(
    version: &str,
    workloads: &[String],
    mut measure: impl FnMut(&str, Duration) -> Result<Measurement>,
) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{}",
        json!({ "version": version, "workloads": workloads })
    )?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (work, seconds) = line
            .split_once(' ')
            .context("expected `<work> <seconds>`")?;
        let at_least = Duration::try_from_secs_f64(seconds.parse()?)?;
        let answer = match measure(work, at_least) {
            Ok(measurement) => serde_json::to_string(&measurement)?,
            Err(error) => json!({ "error": format!("{error:#}") }).to_string(),
        };
        writeln!(out, "{answer}")?;
    }
    Ok(())
}

/// Prepares (outside the clock) and runs, over and over until the runs have taken `at_least`.
/// Each run makes `n_units` steps or maps.
///
/// # Errors
///
/// The first error of `prepare` or `run`.
pub fn repeat<State, Output>(
    at_least: Duration,
    n_units: u64,
    mut prepare: impl FnMut() -> Result<State>,
    mut run: impl FnMut(&mut State) -> Result<Output>,
) -> Result<(Time, Output)> {
    let (mut elapsed, mut on_cpu, mut n_runs) = (Duration::ZERO, Duration::ZERO, 0_u64);
    loop {
        let mut state = prepare()?;
        let (start, start_on_cpu) = (Instant::now(), cpu_time());
        let output = run(&mut state)?;
        elapsed += start.elapsed();
        on_cpu += cpu_time().saturating_sub(start_on_cpu);
        n_runs += 1;
        if elapsed >= at_least {
            let time = Time {
                seconds: elapsed.as_secs_f64() / (n_runs * n_units) as f64,
                cpu_share: on_cpu.as_secs_f64() / elapsed.as_secs_f64(),
            };
            return Ok((time, output));
        }
    }
}

/// How long this process has had a processor.
#[cfg(unix)]
fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(
        time.tv_sec.unsigned_abs(),
        time.tv_nsec.unsigned_abs() as u32,
    )
}

/// Not known here: as if it always had one.
#[cfg(not(unix))]
fn cpu_time() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}
