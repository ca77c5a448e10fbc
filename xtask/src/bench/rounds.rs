//! The measuring itself: in every round, each program has its turn at each workload.

use std::io::Write;

use anyhow::Result;

use super::Effort;
use super::peer::{Program, Turn};
use super::statistics::Summary;
use super::workloads::Workload;

/// The first program is ours; it also measures the processor's peak, under this name.
pub(super) const OURS: usize = 0;
const PEAK: &str = "peak";

/// A turn in which a program had less of a processor than this is taken again, if there is time.
const UNDISTURBED: f64 = 0.98;

/// One turn of everybody at one workload.
struct Round {
    floor: f64,
    /// As the programs; none where a program cannot do the workload.
    turns: Vec<Option<Turn>>,
}

/// All rounds.
pub(super) struct Measured {
    /// For each workload.
    rounds: Vec<Vec<Round>>,
}

/// What came of one program at one workload.
pub(super) struct Comparison {
    /// Per step or map.
    pub(super) seconds: Summary,
    /// How many times as long it takes as our engine, round by round.
    pub(super) ratio: Summary,
}

/// Measures everybody at everything.
pub(super) fn measure(
    workloads: &[Workload],
    programs: &mut [Program],
    effort: Effort,
) -> Result<Measured> {
    let mut rounds: Vec<Vec<Round>> = workloads.iter().map(|_| Vec::new()).collect();
    for n in 0..effort.n_rounds {
        print!("Round {} of {}:", n + 1, effort.n_rounds);
        for (workload, rounds) in workloads.iter().zip(&mut rounds) {
            print!(" {}", workload.name);
            std::io::stdout().flush()?;
            let peak = undisturbed_turn(&mut programs[OURS], PEAK, effort)?;
            let mut turns: Vec<Option<Turn>> = programs.iter().map(|_| None).collect();
            // Everybody is the first at times.
            for place in 0..programs.len() {
                let index = (place + n) % programs.len();
                let program = &mut programs[index];
                if program.does(&workload.name) {
                    turns[index] = Some(undisturbed_turn(program, &workload.name, effort)?);
                }
            }
            let floor = workload.floor(peak.seconds);
            rounds.push(Round { floor, turns });
        }
        println!();
    }
    Ok(Measured { rounds })
}

/// A turn that nothing else on the machine cut short, or else the least disturbed one of several.
fn undisturbed_turn(program: &mut Program, workload: &str, effort: Effort) -> Result<Turn> {
    let mut best = program.measure(workload, effort.at_least)?;
    for _ in 0..effort.n_retries {
        if best.cpu_share >= UNDISTURBED {
            break;
        }
        let turn = program.measure(workload, effort.at_least)?;
        if turn.cpu_share > best.cpu_share {
            best = turn;
        }
    }
    Ok(best)
}

impl Measured {
    /// Program `program` on workload `workload`, or nothing if it cannot do it.
    pub(super) fn comparison(&self, workload: usize, program: usize) -> Option<Comparison> {
        let pairs = || {
            self.rounds[workload].iter().filter_map(|round| {
                let ours = round.turns[OURS].as_ref()?;
                Some((ours.seconds, round.turns[program].as_ref()?.seconds))
            })
        };
        Some(Comparison {
            seconds: Summary::of(pairs().map(|(_, theirs)| theirs))?,
            ratio: Summary::of(pairs().map(|(ours, theirs)| theirs / ours))?,
        })
    }

    /// The floor of workload `workload`, and how many times as long our engine takes.
    pub(super) fn floor(&self, workload: usize) -> Option<Comparison> {
        let rounds = &self.rounds[workload];
        let ratios = rounds.iter().filter_map(|round| {
            let ours = round.turns[OURS].as_ref()?;
            Some(ours.seconds / round.floor)
        });
        Some(Comparison {
            seconds: Summary::of(rounds.iter().map(|round| round.floor))?,
            ratio: Summary::of(ratios)?,
        })
    }

    /// The share of a processor that the programs had in their turns.
    pub(super) fn cpu_share(&self) -> Option<Summary> {
        let rounds = self.rounds.iter().flatten();
        let turns = rounds.flat_map(|round| round.turns.iter().flatten());
        Summary::of(turns.map(|turn| turn.cpu_share))
    }

    /// A sentence for each program and workload whose result is not ours.
    pub(super) fn disagreements(
        &self,
        workloads: &[Workload],
        programs: &[Program],
    ) -> Vec<String> {
        let mut found = Vec::new();
        for (workload, rounds) in workloads.iter().zip(&self.rounds) {
            let Some(last) = rounds.last() else { continue };
            let Some(ours) = &last.turns[OURS] else {
                continue;
            };
            for (program, turn) in programs.iter().zip(&last.turns) {
                let problem = turn
                    .as_ref()
                    .and_then(|turn| workload.disagreement(&ours.result, &turn.result));
                if let Some(problem) = problem {
                    found.push(format!("{} at {}: {problem}", program.name, workload.name));
                }
            }
        }
        found
    }
}
