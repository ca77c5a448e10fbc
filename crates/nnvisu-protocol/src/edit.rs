//! Changes of the points as differences, so that a click among many points costs few bytes.

use serde::{Deserialize, Serialize};

use crate::error::{ErrorCode, OutOfRange, RequestError};
use crate::limits::Limits;
use crate::lists::Bounded;
use crate::numbers::{COUNTS, Label, count};
use crate::objects::only_from_objects;
use crate::point::{Point, check_coordinate};

/// How one list of points becomes another. The indices of every list are ascending, so that
/// nothing happens to a point twice.
///
/// Made from a list of points by [`DataEdit::between`]; out of a request it fits a list of
/// [`before`](Self::before) points, whatever these are.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(remote = "Self")]
pub struct DataEdit {
    /// Number of points before.
    #[serde(deserialize_with = "count")]
    #[cfg_attr(test, ts(type = "number"))]
    before: u64,
    /// Where points move to. Indices are those of the list before.
    #[serde(rename = "move", default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(type = "[number, number, number][]", optional))]
    moves: Vec<Move>,
    /// Which points get another class. Indices are those of the list before.
    #[serde(rename = "relabel", default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(type = "[number, number][]", optional))]
    relabels: Vec<Relabel>,
    /// Which points go. Indices are those of the list before.
    #[serde(rename = "remove", default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(type = "number[]", optional))]
    removals: Vec<Index>,
    /// Which points come. Indices are those of the list after.
    #[serde(rename = "add", default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(type = "[number, number, number, number][]", optional))]
    additions: Vec<Addition>,
}
only_from_objects!(DataEdit);

/// The place of a point in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Index(#[serde(deserialize_with = "count")] u64);

/// `[index, x, y]`
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Bounded<f64, 4>", into = "(u64, f32, f32)")]
struct Move {
    index: u64,
    x: f32,
    y: f32,
}

/// `[index, label]`
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Bounded<f64, 4>", into = "(u64, Label)")]
struct Relabel {
    index: u64,
    label: Label,
}

/// `[index, x, y, label]`
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Bounded<f64, 4>", into = "(u64, f32, f32, Label)")]
struct Addition {
    index: u64,
    point: Point,
}

impl TryFrom<Bounded<f64, 4>> for Move {
    type Error = OutOfRange;

    fn try_from(Bounded(values): Bounded<f64, 4>) -> Result<Self, OutOfRange> {
        let [index, x, y] = exactly(&values, "[index, x, y]")?;
        Ok(Self {
            index: to_index(index)?,
            x: check_coordinate("x", x)?,
            y: check_coordinate("y", y)?,
        })
    }
}

impl TryFrom<Bounded<f64, 4>> for Relabel {
    type Error = OutOfRange;

    fn try_from(Bounded(values): Bounded<f64, 4>) -> Result<Self, OutOfRange> {
        let [index, label] = exactly(&values, "[index, label]")?;
        Ok(Self {
            index: to_index(index)?,
            label: Label::try_from(label)?,
        })
    }
}

impl TryFrom<Bounded<f64, 4>> for Addition {
    type Error = OutOfRange;

    fn try_from(Bounded(values): Bounded<f64, 4>) -> Result<Self, OutOfRange> {
        let [index, x, y, label] = exactly(&values, "[index, x, y, label]")?;
        let [x, y] = [check_coordinate("x", x)?, check_coordinate("y", y)?];
        Ok(Self {
            index: to_index(index)?,
            point: Point::new(x, y, Label::try_from(label)?)?,
        })
    }
}

fn exactly<const N: usize>(values: &[f64], allowed: &str) -> Result<[f64; N], OutOfRange> {
    let given = format_args!("a list of {}", values.len());
    values
        .try_into()
        .map_err(|_| OutOfRange::of_field(allowed, given))
}

fn to_index(index: f64) -> Result<u64, OutOfRange> {
    if COUNTS.contains(index) {
        Ok(index as u64)
    } else {
        Err(OutOfRange::new("An index", COUNTS, index))
    }
}

impl From<Move> for (u64, f32, f32) {
    fn from(Move { index, x, y }: Move) -> Self {
        (index, x, y)
    }
}

impl From<Relabel> for (u64, Label) {
    fn from(Relabel { index, label }: Relabel) -> Self {
        (index, label)
    }
}

impl From<Addition> for (u64, f32, f32, Label) {
    fn from(Addition { index, point }: Addition) -> Self {
        (index, point.x(), point.y(), point.label())
    }
}

impl DataEdit {
    /// The edit that makes one list of points of another: points that differ at the same place
    /// are moved and relabelled if there are as many as before; otherwise what differs between
    /// a common beginning and a common end is removed and added.
    #[must_use]
    pub fn between(before: &[Point], after: &[Point]) -> Self {
        let mut edit = Self {
            before: before.len() as u64,
            ..Self::default()
        };
        if before.len() == after.len() {
            for (index, (old, new)) in (0..).zip(before.iter().zip(after)) {
                let [x, y] = [new.x(), new.y()];
                if *old != new.relabelled(old.label()) {
                    edit.moves.push(Move { index, x, y });
                }
                if old.label() != new.label() {
                    let label = new.label();
                    edit.relabels.push(Relabel { index, label });
                }
            }
            return edit;
        }
        let is_same = |(old, new): &(&Point, &Point)| old == new;
        let start = before.iter().zip(after).take_while(is_same).count();
        let ends = before[start..]
            .iter()
            .rev()
            .zip(after[start..].iter().rev());
        let n_end = ends.take_while(is_same).count();
        edit.removals = (start..before.len() - n_end)
            .map(|index| Index(index as u64))
            .collect();
        edit.additions = (start..after.len() - n_end)
            .map(|index| Addition {
                index: index as u64,
                point: after[index],
            })
            .collect();
        edit
    }

    /// Number of points before the edit.
    #[must_use]
    pub fn before(&self) -> u64 {
        self.before
    }

    /// Number of points after the edit.
    #[must_use]
    pub fn after(&self) -> u64 {
        self.before - self.removals.len() as u64 + self.additions.len() as u64
    }

    /// Makes the edit.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::OutOfSync`] when there are not as many points as before the edit; then they
    /// stay as they are.
    pub fn apply(&self, points: &mut Vec<Point>) -> Result<(), RequestError> {
        if points.len() as u64 != self.before {
            let message = format!(
                "These changes are of {} points, but there are {}",
                self.before,
                points.len()
            );
            return Err(RequestError::new(ErrorCode::OutOfSync, message).with_field("before"));
        }
        for &Move { index, x, y } in &self.moves {
            points[index as usize] = points[index as usize].moved_to(x, y);
        }
        for &Relabel { index, label } in &self.relabels {
            points[index as usize] = points[index as usize].relabelled(label);
        }
        if self.removals.is_empty() && self.additions.is_empty() {
            return Ok(());
        }
        let mut removals = self.removals.iter().map(|index| index.0).peekable();
        let mut kept = (0..)
            .zip(points.iter().copied())
            .filter(|&(index, _)| removals.next_if_eq(&index).is_none())
            .map(|(_, point)| point);
        let mut edited = Vec::with_capacity(self.after() as usize);
        for addition in &self.additions {
            let n_between = addition.index as usize - edited.len();
            edited.extend(kept.by_ref().take(n_between));
            edited.push(addition.point);
        }
        edited.extend(kept);
        *points = edited;
        Ok(())
    }

    /// Refuses indices that are not in the lists or not ascending, and more points than allowed.
    pub(crate) fn check(&self, limits: &Limits) -> Result<(), RequestError> {
        let before = |_| self.before;
        check_indices("move", self.moves.iter().map(|one| one.index), before)?;
        check_indices("relabel", self.relabels.iter().map(|one| one.index), before)?;
        check_indices("remove", self.removals.iter().map(|one| one.0), before)?;
        // Each addition is inserted into the points that are kept and the additions before it.
        let n_kept = self.before - self.removals.len() as u64;
        let indices = self.additions.iter().map(|one| one.index);
        check_indices("add", indices, |n_added| n_kept + n_added + 1)?;
        check_n_points("add", self.after(), limits)
    }
}

/// Refuses indices that are not ascending, or not below their bound.
fn check_indices(
    field: &str,
    indices: impl Iterator<Item = u64>,
    bound: impl Fn(u64) -> u64,
) -> Result<(), RequestError> {
    let mut least = 0;
    for (position, index) in (0..).zip(indices) {
        let bound = bound(position);
        if (least..bound).contains(&index) {
            least = index + 1;
            continue;
        }
        let message = if index >= bound {
            format!("An index in “{field}” must be below {bound}, not {index}")
        } else {
            format!("The indices in “{field}” must be ascending; {index} is not")
        };
        let error = RequestError::new(ErrorCode::OutOfRange, message);
        return Err(error.with_field(format!("{field}[{position}]")));
    }
    Ok(())
}

/// Refuses more points than the server takes.
pub(crate) fn check_n_points(
    field: &str,
    n_points: u64,
    limits: &Limits,
) -> Result<(), RequestError> {
    if n_points <= limits.max_points as u64 {
        return Ok(());
    }
    let message = format!(
        "There can be at most {} points, not {n_points}",
        limits.max_points
    );
    Err(RequestError::new(ErrorCode::TooManyPoints, message).with_field(field))
}
