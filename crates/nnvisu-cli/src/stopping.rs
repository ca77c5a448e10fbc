//! When a training run has come to its end.

use std::fmt;
use std::num::NonZeroU64;
use std::time::Duration;

use nnvisu_core::Metrics;
use serde::{Serialize, Serializer};

use crate::value_parsers;

/// How many steps a run makes where nothing says when to stop.
const DEFAULT_STEPS: u64 = 1_000;

/// What ends a run: the first condition that is met.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "When to stop (whichever comes first)")]
pub(crate) struct StopArgs {
    /// Make this many steps [default: 1000, unless another condition is given]
    #[arg(long, value_name = "N")]
    steps: Option<u64>,

    /// Train for this long, such as 90, 90s, 1.5m or 2h
    #[arg(long, value_name = "TIME", value_parser = duration)]
    time: Option<Duration>,

    /// Stop when the loss has come down to this
    #[arg(long, value_name = "LOSS", value_parser = value_parsers::number)]
    loss: Option<f32>,

    /// Stop when the accuracy has come up to this, such as 0.99 or 99%
    #[arg(long, value_name = "SHARE", value_parser = share)]
    accuracy: Option<f32>,

    /// Stop when the loss has found no new lowest value for this many steps
    #[arg(long, value_name = "STEPS")]
    patience: Option<NonZeroU64>,

    /// Measure loss and accuracy every N steps: for the conditions above, the metrics and --json
    #[arg(long, value_name = "N", default_value = "10")]
    pub(crate) every: NonZeroU64,
}

impl StopArgs {
    /// The conditions, with the default if there is none.
    pub(crate) fn conditions(&self) -> StopConditions {
        let others = [
            self.time.is_some(),
            self.loss.is_some(),
            self.accuracy.is_some(),
            self.patience.is_some(),
        ];
        let default = (!others.contains(&true)).then_some(DEFAULT_STEPS);
        StopConditions {
            steps: self.steps.or(default),
            time: self.time,
            loss: self.loss,
            accuracy: self.accuracy,
            patience: self.patience.map(NonZeroU64::get),
        }
    }
}

/// The conditions of a run, at least one of them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct StopConditions {
    /// Steps of this run, whatever came before it.
    pub(crate) steps: Option<u64>,
    pub(crate) time: Option<Duration>,
    pub(crate) loss: Option<f32>,
    pub(crate) accuracy: Option<f32>,
    pub(crate) patience: Option<u64>,
}

impl StopConditions {
    /// How many steps the run makes, if nothing else can end it.
    pub(crate) fn known_steps(&self) -> Option<u64> {
        let only_steps = Self {
            steps: self.steps,
            ..Self::default()
        };
        self.steps.filter(|_| *self == only_steps)
    }
}

/// Why a run has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StopReason {
    Steps,
    Time,
    Loss,
    Accuracy,
    Patience,
    /// By a signal, such as Ctrl-C sends.
    Interrupted,
    /// The loss or the weights would not have been finite any more.
    Diverged,
    /// The reader of the output has closed it, and there is no other result.
    Unread,
}

impl StopReason {
    /// The name in files.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Steps => "steps",
            Self::Time => "time",
            Self::Loss => "loss",
            Self::Accuracy => "accuracy",
            Self::Patience => "patience",
            Self::Interrupted => "interrupted",
            Self::Diverged => "diverged",
            Self::Unread => "unread",
        }
    }
}

impl Serialize for StopReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Steps => "all steps made",
            Self::Time => "time is up",
            Self::Loss => "the loss is low enough",
            Self::Accuracy => "the accuracy is high enough",
            Self::Patience => "the loss falls no further",
            Self::Interrupted => "interrupted",
            Self::Diverged => "diverged",
            Self::Unread => "the output is closed",
        })
    }
}

/// Holds the conditions against what is measured.
#[derive(Debug)]
pub(crate) struct Stopping {
    conditions: StopConditions,
    lowest_loss: f32,
    lowest_at: u64,
}

impl Stopping {
    pub(crate) fn new(conditions: StopConditions) -> Self {
        Self {
            conditions,
            lowest_loss: f32::INFINITY,
            lowest_at: 0,
        }
    }

    /// Whether a run ends whose first `n_steps` steps have led to `metrics`.
    pub(crate) fn measured(&mut self, n_steps: u64, metrics: Metrics) -> Option<StopReason> {
        if metrics.loss < self.lowest_loss {
            (self.lowest_loss, self.lowest_at) = (metrics.loss, n_steps);
        }
        let stuck_for = n_steps - self.lowest_at;
        let StopConditions {
            loss,
            accuracy,
            patience,
            ..
        } = self.conditions;
        if loss.is_some_and(|enough| metrics.loss <= enough) {
            Some(StopReason::Loss)
        } else if accuracy.is_some_and(|enough| metrics.accuracy >= enough) {
            Some(StopReason::Accuracy)
        } else if patience.is_some_and(|patience| stuck_for >= patience) {
            Some(StopReason::Patience)
        } else {
            None
        }
    }
}

/// Reads a length of time: a number, in seconds unless s, m or h follows.
fn duration(text: &str) -> Result<Duration, String> {
    let (number, factor) = match text.char_indices().last() {
        Some((at, 's')) => (&text[..at], 1.0),
        Some((at, 'm')) => (&text[..at], 60.0),
        Some((at, 'h')) => (&text[..at], 3600.0),
        _ => (text, 1.0),
    };
    number
        .parse::<f64>()
        .ok()
        .and_then(|number| Duration::try_from_secs_f64(number * factor).ok())
        .ok_or_else(|| "it must be a length of time, such as 90, 90s, 1.5m or 2h".to_owned())
}

/// Reads a share of the whole, as a number from 0 to 1 or in percent.
fn share(text: &str) -> Result<f32, String> {
    let share = match text.strip_suffix('%') {
        Some(percent) => percent.trim_end().parse::<f32>().map(|n| n / 100.0),
        None => text.parse(),
    };
    match share {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("it must be from 0 to 1, or from 0% to 100%".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metrics(loss: f32, accuracy: f32) -> Metrics {
        Metrics { loss, accuracy }
    }

    #[test]
    fn times_and_shares_are_read() {
        for (text, milliseconds) in [
            ("2", 2_000),
            ("0.5s", 500),
            ("1.5m", 90_000),
            ("2h", 7_200_000),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_millis(milliseconds)));
        }
        for bad in ["", "s", "-1", "ten", "1d", "inf", "nan", "1e300h"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
        assert_eq!(share("0.5"), Ok(0.5));
        assert_eq!(share("50%"), Ok(0.5));
        assert_eq!(share("100 %"), Ok(1.0));
        for bad in ["", "%", "1.1", "101%", "-0.1", "nan"] {
            assert!(share(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn without_a_condition_the_steps_are_bounded() {
        let steps = |args: StopArgs| args.conditions().steps;
        let none = StopArgs {
            every: NonZeroU64::MIN,
            ..given()
        };
        assert_eq!(steps(none.clone()), Some(DEFAULT_STEPS));
        assert_eq!(
            steps(StopArgs {
                accuracy: Some(0.9),
                ..none.clone()
            }),
            None
        );
        assert_eq!(
            steps(StopArgs {
                steps: Some(5),
                loss: Some(0.1),
                ..none
            }),
            Some(5)
        );
    }

    #[test]
    fn the_length_is_known_if_nothing_else_can_end_a_run() {
        let steps = StopConditions {
            steps: Some(7),
            ..Default::default()
        };
        assert_eq!(steps.known_steps(), Some(7));
        let loss = Some(0.5);
        assert_eq!(StopConditions { loss, ..steps }.known_steps(), None);
        assert_eq!(StopConditions::default().known_steps(), None);
    }

    fn given() -> StopArgs {
        StopArgs {
            steps: None,
            time: None,
            loss: None,
            accuracy: None,
            patience: None,
            every: NonZeroU64::MIN,
        }
    }

    #[test]
    fn goals_end_a_run() {
        let conditions = StopConditions {
            loss: Some(0.1),
            accuracy: Some(0.9),
            ..Default::default()
        };
        let mut stopping = Stopping::new(conditions);
        assert_eq!(stopping.measured(1, metrics(0.2, 0.8)), None);
        assert_eq!(
            stopping.measured(2, metrics(0.1, 0.8)),
            Some(StopReason::Loss)
        );
        assert_eq!(
            stopping.measured(3, metrics(0.2, 0.9)),
            Some(StopReason::Accuracy)
        );
    }

    #[test]
    fn patience_counts_from_the_lowest_loss() {
        let conditions = StopConditions {
            patience: Some(20),
            ..Default::default()
        };
        let mut stopping = Stopping::new(conditions);
        for (step, loss) in [
            (0, 1.0),
            (10, 0.5),
            (20, 0.6),
            (29, 0.5),
            (30, 0.4),
            (40, 0.4),
            (49, 0.7),
        ] {
            assert_eq!(stopping.measured(step, metrics(loss, 0.0)), None, "{step}");
        }
        assert_eq!(
            stopping.measured(50, metrics(0.5, 0.0)),
            Some(StopReason::Patience)
        );
    }
}
