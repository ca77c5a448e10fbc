//! What a scenario has found, and the table at the end.

use std::fmt;

/// One figure that there is a target for.
#[derive(Clone, Debug)]
pub(super) struct Check {
    pub(super) what: &'static str,
    pub(super) unit: &'static str,
    /// `None` if it could not be measured.
    pub(super) measured: Option<f64>,
    pub(super) target: Target,
}

/// What a figure should be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target {
    AtLeast(f64),
    AtMost(f64),
}

/// Everything that a scenario has found.
#[derive(Clone, Debug)]
pub(super) struct Findings {
    /// What was done, as a heading.
    pub(super) title: String,
    /// What came out, as lines.
    pub(super) lines: Vec<String>,
    pub(super) checks: Vec<Check>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Reached,
    Missed,
    NotMeasured,
}

impl Check {
    fn verdict(&self) -> Verdict {
        let reached = match (self.measured, self.target) {
            (None, _) => return Verdict::NotMeasured,
            (Some(measured), Target::AtLeast(least)) => measured >= least,
            (Some(measured), Target::AtMost(most)) => measured <= most,
        };
        if reached {
            Verdict::Reached
        } else {
            Verdict::Missed
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Reached => "reached",
            Self::Missed => "NOT REACHED",
            Self::NotMeasured => "not measured",
        })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&match self {
            Self::AtLeast(least) => format!("≥ {least}"),
            Self::AtMost(most) => format!("≤ {most}"),
        })
    }
}

/// Prints what a scenario has found, as soon as it has.
pub(super) fn print_findings(findings: &Findings) {
    println!("\n{}", findings.title);
    for line in &findings.lines {
        println!("  {line}");
    }
}

/// Prints all checks; returns whether every one that could be measured is reached.
pub(super) fn print_table(all: &[Findings]) -> bool {
    println!("\n| what | measured | target | |");
    println!("| --- | ---: | ---: | --- |");
    let checks = || all.iter().flat_map(|findings| &findings.checks);
    for check in checks() {
        let Check {
            what, unit, target, ..
        } = check;
        let measured = check.measured.map_or("–".to_owned(), short);
        println!(
            "| {what} | {measured}{unit} | {target}{unit} | {} |",
            check.verdict()
        );
    }
    checks().all(|check| check.verdict() != Verdict::Missed)
}

/// A number in three digits or so.
pub(super) fn short(value: f64) -> String {
    let size = value.abs();
    let digits = if size >= 100.0 || value.fract() == 0.0 {
        0
    } else if size >= 10.0 {
        1
    } else {
        2
    };
    format!("{value:.digits$}")
}

/// The quotient, where both are known.
pub(super) fn each(before: Option<f64>, after: Option<f64>, n: usize) -> Option<f64> {
    Some((after? - before?) / n as f64)
}

/// A figure with its unit, or that it is not known.
pub(super) fn known(value: Option<f64>, unit: &str) -> String {
    value.map_or("not known".to_owned(), |value| {
        format!("{}{unit}", short(value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(measured: Option<f64>, target: Target) -> Verdict {
        let check = Check {
            what: "",
            unit: "",
            measured,
            target,
        };
        check.verdict()
    }

    #[test]
    fn targets_are_met_at_their_border() {
        assert_eq!(verdict(Some(0.7), Target::AtLeast(0.7)), Verdict::Reached);
        assert_eq!(verdict(Some(0.69), Target::AtLeast(0.7)), Verdict::Missed);
        assert_eq!(verdict(Some(50.0), Target::AtMost(50.0)), Verdict::Reached);
        assert_eq!(verdict(Some(51.0), Target::AtMost(50.0)), Verdict::Missed);
        assert_eq!(verdict(None, Target::AtMost(1.0)), Verdict::NotMeasured);
    }

    #[test]
    fn numbers_are_short() {
        for (value, text) in [
            (1234.5, "1234"),
            (12.34, "12.3"),
            (0.996, "1.00"),
            (3.0, "3"),
        ] {
            assert_eq!(short(value), text);
        }
    }
}
