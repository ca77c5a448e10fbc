//! `cargo xtask load` on a few sessions: that it works and reports, not what it finds.

use std::collections::BTreeMap;

use nnvisu_tests::program::{nnvisu, xtask};
use std::time::Duration;
use tokio::process::Command;

/// It waits for the server to settle several times, which is slow on a busy machine.
const GUARD: Duration = Duration::from_secs(240);

#[tokio::test]
async fn every_scenario_reports_its_figures() {
    let mut load = Command::new(xtask());
    load.args(["load", "--as-built", "--quick", "--program"])
        .arg(nnvisu())
        .kill_on_drop(true);
    let output = tokio::time::timeout(GUARD, load.output())
        .await
        .expect("it ends")
        .expect("it starts");
    let report = String::from_utf8(output.stdout).expect("UTF-8");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{report}\n{errors}");

    for heading in [
        "A server that nobody uses",
        "8 idle sessions",
        "30 connections that come and go",
        "4 sessions train at 60 steps a second",
        "4 sessions train as fast as possible",
        "Two sessions train beside 2 that reset",
        "Two sessions train beside 2 that send stateless steps",
        "Two sessions train beside 2 that train the largest network",
    ] {
        assert!(report.contains(heading), "{heading} in {report}");
    }
    let rows: BTreeMap<&str, Vec<&str>> = report
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"))
        .map(|line| line.split(" | ").collect::<Vec<_>>())
        .filter_map(|cells| Some((*cells.first()?, cells)))
        .collect();
    for what in [
        "memory of an idle server",
        "memory of a connected session",
        "memory of a paused session",
        "idle sessions that answer",
        "threads left behind",
        "open files left behind",
        "memory left behind",
        "fairness at 60 steps/s",
        "control p99 at 60 steps/s",
        "fairness at full speed",
        "control p99 at full speed",
        "control p99 beside resets",
        "control p99 beside stateless steps",
        "control p99 beside long steps",
    ] {
        let [_, measured, target, verdict] = rows[what].as_slice() else {
            panic!("four cells for {what}: {report}");
        };
        let number = measured.split(' ').next().unwrap_or_default();
        assert!(number.parse::<f64>().is_ok(), "{what}: {measured}");
        assert!(target.starts_with(['≥', '≤']), "{what}: {target}");
        assert!(verdict.ends_with(char::is_alphabetic), "{what}: {verdict}");
    }
}
