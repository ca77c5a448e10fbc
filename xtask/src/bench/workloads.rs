//! The workloads as far as measuring needs to know them; `bench-nnvisu` writes their file.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

/// What one vector tanh or exp costs, in flops of multiply-adds: 5·10⁹ of the one were measured
/// where 177·10⁹ of the other were.
const FLOPS_PER_FUNCTION: f64 = 177.0 / 5.0;

/// A workload.
#[derive(Deserialize)]
pub(super) struct Workload {
    pub(super) name: String,
    pub(super) title: String,
    task: Task,
    arithmetic: Arithmetic,
}

#[derive(Deserialize)]
struct Task {
    kind: Kind,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Train,
    Map,
}

#[derive(Deserialize)]
struct Arithmetic {
    flops: f64,
    elementary_functions: f64,
}

impl Workload {
    /// Reads the file.
    pub(super) fn read_all(path: &Path) -> Result<Vec<Self>> {
        let text = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
        serde_json::from_slice(&text).with_context(|| format!("reading {}", path.display()))
    }

    /// The least time its arithmetic can take where one flop takes `seconds_per_flop`.
    pub(super) fn floor(&self, seconds_per_flop: f64) -> f64 {
        let functions = self.arithmetic.elementary_functions * FLOPS_PER_FUNCTION;
        (self.arithmetic.flops + functions) * seconds_per_flop
    }

    /// Why `theirs` is not the result of the same work as `ours`, if it is not.
    pub(super) fn disagreement(&self, ours: &[f64], theirs: &[f64]) -> Option<String> {
        if ours.len() != theirs.len() {
            return Some(format!("{} numbers, not {}", theirs.len(), ours.len()));
        }
        let tolerance = |a: f64| match self.task.kind {
            // The loss after hundreds of steps in single precision.
            Kind::Train => 1e-3 * a.abs() + 1e-6,
            // Our posteriors are bytes.
            Kind::Map => 0.5 / 255.0 + 1e-3,
        };
        let agree = |a: f64, b: f64| (a - b).abs() <= tolerance(a);
        let mut pairs = ours.iter().zip(theirs);
        pairs
            .find(|&(&a, &b)| !agree(a, b))
            .map(|(a, b)| format!("{b} where nnvisu has {a}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workload(kind: Kind) -> Workload {
        Workload {
            name: "T0".to_owned(),
            title: String::new(),
            task: Task { kind },
            arithmetic: Arithmetic {
                flops: 1e6,
                elementary_functions: 1e3,
            },
        }
    }

    #[test]
    fn the_floor_counts_flops_and_functions() {
        let floor = workload(Kind::Train).floor(1.0 / 177e9);
        assert!((floor - (1e6 / 177e9 + 1e3 / 5e9)).abs() < 1e-12);
    }

    #[test]
    fn losses_agree_within_a_thousandth() {
        let workload = workload(Kind::Train);
        assert_eq!(workload.disagreement(&[0.5], &[0.5004]), None);
        assert!(workload.disagreement(&[0.5], &[0.501]).is_some());
        assert!(workload.disagreement(&[0.5], &[f64::NAN]).is_some());
        assert!(workload.disagreement(&[0.5], &[]).is_some());
    }

    #[test]
    fn posteriors_agree_within_a_byte() {
        let workload = workload(Kind::Map);
        assert_eq!(workload.disagreement(&[0.0, 1.0], &[0.0019, 0.9981]), None);
        assert!(workload.disagreement(&[0.0, 1.0], &[0.0, 0.99]).is_some());
    }
}
