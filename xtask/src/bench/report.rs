//! The tables, in Markdown, so that they can be read here and kept.

use super::peer::Program;
use super::rounds::{Comparison, Measured, OURS};
use super::workloads::Workload;

/// What the project promises: (workload, peer, how many times as fast).
const TARGETS: [(&str, &str, f64); 7] = [
    ("T1", "JAX", 6.0),
    ("T2", "JAX", 3.0),
    ("T3", "JAX", 1.3),
    ("T4", "JAX", 10.0),
    ("R1", "scikit-learn", 5.0),
    ("R2", "JAX", 3.0),
    ("R3", "JAX", 1.3),
];

/// Prints everything.
pub(super) fn print(workloads: &[Workload], programs: &[Program], measured: &Measured) {
    println!();
    print_machine(programs, measured);
    println!("\nTime per step or map, the median of the rounds:\n");
    print_times(workloads, programs, measured);
    println!("\nHow many times as long as nnvisu (lowest to highest round):\n");
    print_ratios(workloads, programs, measured);
    println!();
    print_targets(workloads, programs, measured);
}

fn print_machine(programs: &[Program], measured: &Measured) {
    let processor = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processor
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("unknown processor", |(_, model)| model);
    println!("Processor: {model}");
    for program in programs {
        println!("{}: {}", program.name, program.version);
    }
    if let Ok(load) = std::fs::read_to_string("/proc/loadavg") {
        let minute = load.split(' ').next().unwrap_or_default();
        println!("Load at the end: {minute}");
    }
    if let Some(share) = measured.cpu_share() {
        println!(
            "Share of a processor that a program had in its turn: {:.2} (lowest {:.2})",
            share.median, share.lowest
        );
    }
}

fn print_times(workloads: &[Workload], programs: &[Program], measured: &Measured) {
    print_head(
        "workload",
        programs.iter().map(|program| program.name),
        "floor",
    );
    for (index, workload) in workloads.iter().enumerate() {
        let times = (0..programs.len()).map(|program| {
            cell(measured.comparison(index, program), |it| {
                duration(it.seconds.median)
            })
        });
        let floor = cell(measured.floor(index), |it| duration(it.seconds.median));
        print_row(
            &format!("{}: {}", workload.name, workload.title),
            times,
            &floor,
        );
    }
}

fn print_ratios(workloads: &[Workload], programs: &[Program], measured: &Measured) {
    let peers = programs.iter().skip(OURS + 1).map(|program| program.name);
    print_head("workload", peers, "nnvisu to floor");
    let ratio = |comparison: Option<Comparison>| {
        cell(comparison, |Comparison { ratio, .. }| {
            format!(
                "{} ({}–{})",
                digits(ratio.median),
                digits(ratio.lowest),
                digits(ratio.highest)
            )
        })
    };
    for (index, workload) in workloads.iter().enumerate() {
        let ratios =
            (OURS + 1..programs.len()).map(|program| ratio(measured.comparison(index, program)));
        print_row(&workload.name, ratios, &ratio(measured.floor(index)));
    }
}

fn print_targets(workloads: &[Workload], programs: &[Program], measured: &Measured) {
    for (workload, peer, wanted) in TARGETS {
        let workload_index = workloads.iter().position(|it| it.name == workload);
        let program = programs.iter().position(|it| it.name == peer);
        let found = workload_index
            .zip(program)
            .and_then(|(workload, program)| measured.comparison(workload, program));
        match found {
            None => println!("{workload}: not compared with {peer}"),
            Some(Comparison { ratio, .. }) => {
                let verdict = if ratio.median >= wanted {
                    "reached"
                } else {
                    "NOT reached"
                };
                println!(
                    "{workload}: {} times as fast as {peer}, at least {wanted} wanted: {verdict}",
                    digits(ratio.median)
                );
            }
        }
    }
}

fn print_head<'a>(first: &str, columns: impl Iterator<Item = &'a str>, last: &str) {
    let columns: Vec<&str> = columns.collect();
    print_row(first, columns.iter().map(ToString::to_string), last);
    print_row("---", columns.iter().map(|_| "---:".to_owned()), "---:");
}

fn print_row(first: &str, columns: impl Iterator<Item = String>, last: &str) {
    let columns: Vec<String> = columns.collect();
    println!("| {first} | {} | {last} |", columns.join(" | "));
}

fn cell(comparison: Option<Comparison>, show: impl Fn(Comparison) -> String) -> String {
    comparison.map_or_else(|| "–".to_owned(), show)
}

/// Three significant digits.
pub(super) fn digits(value: f64) -> String {
    let decimals = match value {
        100.0.. => 0,
        10.0.. => 1,
        _ => 2,
    };
    format!("{value:.decimals$}")
}

/// Three significant digits in the unit that suits.
pub(super) fn duration(seconds: f64) -> String {
    let (scale, unit) = match seconds {
        1.0.. => (1.0, "s"),
        1e-3.. => (1e3, "ms"),
        1e-6.. => (1e6, "µs"),
        _ => (1e9, "ns"),
    };
    format!("{} {unit}", digits(seconds * scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_three_digits() {
        assert_eq!(duration(1.372e-6), "1.37 µs");
        assert_eq!(duration(2.7e-7), "270 ns");
        assert_eq!(duration(0.0544), "54.4 ms");
        assert_eq!(duration(1.5), "1.50 s");
    }
}
