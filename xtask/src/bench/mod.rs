//! `cargo xtask bench`: our engine and its peers doing the same work in turns, on one processor.
//!
//! Each program is started once and waits between its turns, so that neither its start nor its
//! compilation is measured, and whatever the machine does besides hits all alike. See
//! `xtask/peers` for the programs and `crates/nnvisu-core/BENCHMARKS.md` for what came out.

mod peer;
mod prepare;
mod report;
mod rounds;
mod server;
mod statistics;
mod workloads;

use std::time::Duration;

use anyhow::{Result, ensure};

pub(crate) use prepare::PeerName;

/// How to measure.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Few and short rounds: enough to see that everything works.
    #[arg(long)]
    quick: bool,
    /// Measure only this peer (may be given several times).
    #[arg(long, value_name = "PEER")]
    only: Vec<PeerName>,
    /// Measure only what the running server keeps of the engine's pace.
    #[arg(long, conflicts_with_all = ["only", "pin"])]
    through_server: bool,
    /// Compute as on a processor that has no more than these vector instructions.
    #[arg(long, conflicts_with = "through_server")]
    isa: Option<Isa>,
    /// Run everything on this processor, numbered from 0; it needs the command `taskset`.
    #[arg(long, value_name = "CPU")]
    pin: Option<usize>,
}

/// Vector instructions, narrowest first.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Isa {
    /// Plain code, one number at a time; SSE4.2 for peers, who have nothing below.
    Scalar,
    /// AVX2 with FMA, which most laptops have.
    Avx2,
    /// AVX-512.
    Avx512,
}

impl Isa {
    /// As `InstructionSet` of nnvisu-core reads it.
    fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    /// What keeps the peers' libraries to it: XLA's flag, and the variables of `PyTorch`, `oneDNN`
    /// and `OpenBLAS`.
    fn environment(self) -> [(&'static str, String); 4] {
        let (xla, pytorch, onednn, openblas) = match self {
            Self::Scalar => ("SSE4_2", "default", "SSE41", "NEHALEM"),
            Self::Avx2 => ("AVX2", "avx2", "AVX2", "HASWELL"),
            Self::Avx512 => ("AVX512", "avx512", "AVX512_CORE", "SKYLAKEX"),
        };
        [
            (
                "XLA_FLAGS",
                format!("{} --xla_cpu_max_isa={xla}", prepare::XLA_FLAGS),
            ),
            ("ATEN_CPU_CAPABILITY", pytorch.to_owned()),
            ("ONEDNN_MAX_CPU_ISA", onednn.to_owned()),
            ("OPENBLAS_CORETYPE", openblas.to_owned()),
        ]
    }
}

/// How long and how often everything is measured.
#[derive(Clone, Copy)]
struct Effort {
    n_rounds: usize,
    at_least: Duration,
    /// How often a turn is taken again in which the program was kept from the processor.
    n_retries: usize,
}

impl Effort {
    const QUICK: Self = Self {
        n_rounds: 3,
        at_least: Duration::from_millis(100),
        n_retries: 0,
    };
    const FULL: Self = Self {
        n_rounds: 9,
        at_least: Duration::from_millis(300),
        n_retries: 3,
    };
}

/// Installs, builds, measures and prints; fails if a program did other work than ours.
pub(crate) fn run(args: &Args) -> Result<()> {
    let effort = if args.quick {
        Effort::QUICK
    } else {
        Effort::FULL
    };
    if args.through_server {
        return server::compare(effort);
    }
    let (workloads, mut programs) = prepare::all(args)?;
    println!();
    let measured = rounds::measure(&workloads, &mut programs, effort)?;
    report::print(&workloads, &programs, &measured);
    let disagreements = measured.disagreements(&workloads, &programs);
    for disagreement in &disagreements {
        println!("{disagreement}");
    }
    ensure!(
        disagreements.is_empty(),
        "not all programs did the same work, so their times mean nothing"
    );
    println!("All results agree: every program did the same work.");
    if args.only.is_empty() && args.isa.is_none() {
        drop(programs);
        server::compare(effort)?;
    }
    Ok(())
}
