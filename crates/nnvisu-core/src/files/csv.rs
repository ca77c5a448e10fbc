//! Data sets as comma-separated values: one line per point, `x,y,label`.
//!
//! # What is read
//!
//! - UTF-8 text, with or without a byte order mark; lines end as on any system.
//! - Columns are separated by commas, semicolons, tabs or blanks; the first line decides which. With
//!   semicolons and tabs a number may have a decimal comma, as spreadsheets write it in half of the
//!   world.
//! - A header is optional. With it, the columns `x`, `y` and `label` (or `class`) may stand in any
//!   order and among others, which are left out. Without it there are three columns.
//! - A number is written in decimal, with or without an exponent; a value may stand in double
//!   quotes. `x` and `y` are from -1 to 1; `label` is a whole number from 0 to 7 (`1.0` is one).
//! - Empty lines, and lines that begin with `#`, are skipped.
//!
//! Lines are split by hand: general CSV parsers count neither skipped lines nor the line ends of
//! all systems, and here the number of the line is half of every error message.

use super::{MAX_BYTES, MAX_POINTS};
use crate::error::Quoted;
use crate::{Dataset, Label, MAX_CLASSES, Point};
use std::fmt::{self, Write as _};

/// Why a text is not a data set, with the first wrong lines.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidCsv {
    /// It is larger than [`MAX_BYTES`].
    #[error("The file is larger than {} MiB", MAX_BYTES / (1024 * 1024))]
    TooLarge,
    /// It is not UTF-8.
    #[error("The file is not plain text in UTF-8 (spreadsheets call that \"CSV UTF-8\")")]
    NotText,
    /// There is neither a header nor a point in it.
    #[error("The file has no points: each line must be x, y and label, such as 0.5,-0.25,1")]
    Empty,
    /// It has more points than [`MAX_POINTS`].
    #[error("The file has more than {MAX_POINTS} points")]
    TooManyPoints,
    /// Some lines are not points.
    #[error("{}", Lines(.problems, *.n_more))]
    Lines {
        /// The first wrong lines, at least one and at most [`InvalidCsv::MAX_PROBLEMS`].
        problems: Vec<Problem>,
        /// How many more lines are wrong.
        n_more: usize,
    },
}

impl InvalidCsv {
    /// How many wrong lines are described; the others are counted.
    pub const MAX_PROBLEMS: usize = 5;
}

/// One wrong line. Its text form begins with its number: `line 7: …`.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// Its number, from 1, as text editors count.
    pub line: usize,
    /// What is wrong with it and what is allowed.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

/// Problems, one in a line.
struct Lines<'a>(&'a [Problem], usize);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_char('\n')?;
            }
            write!(f, "{problem}")?;
        }
        match self.1 {
            0 => Ok(()),
            1 => f.write_str("\nand 1 more line"),
            n => write!(f, "\nand {n} more lines"),
        }
    }
}

/// Reads a data set, or says which lines are wrong.
///
/// ```
/// use nnvisu_core::files::csv;
///
/// assert_eq!(csv::read(b"0.5;-0,25;1\n0;0;0\n")?.len(), 2);
///
/// let error = csv::read(b"x,y,label\n0.5,0.5,1\n0.5,1.5,1\n").unwrap_err();
/// assert_eq!(error.to_string(), "line 3: y must be a number from -1 to 1, not \"1.5\"");
/// # Ok::<(), csv::InvalidCsv>(())
/// ```
///
/// # Errors
///
/// [`InvalidCsv`] unless every line is a point.
pub fn read(text: &[u8]) -> Result<Dataset, InvalidCsv> {
    if text.len() > MAX_BYTES {
        return Err(InvalidCsv::TooLarge);
    }
    let text = std::str::from_utf8(text).map_err(|_| InvalidCsv::NotText)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = lines(text);
    let Some((number, first)) = lines.next() else {
        return Err(InvalidCsv::Empty);
    };
    let separator = Separator::of(first);
    let mut reader = Reader::default();
    let columns = if separator
        .split(first)
        .all(|field| number_in(field, separator).is_some())
    {
        reader.take(number, first, separator, &Columns::PLAIN)?;
        Columns::PLAIN
    } else {
        Columns::named_in(first, separator).map_err(|message| InvalidCsv::Lines {
            problems: vec![Problem {
                line: number,
                message,
            }],
            n_more: 0,
        })?
    };
    for (number, line) in lines {
        reader.take(number, line, separator, &columns)?;
    }
    reader.finish()
}

/// Writes a data set: a header, then one line per point, with the fewest digits that read back as
/// the same numbers.
#[must_use]
pub fn write(data: &Dataset) -> String {
    let mut text = String::from("x,y,label\n");
    for point in data.points() {
        let (x, y) = (Shortest(point.x()), Shortest(point.y()));
        writeln!(text, "{x},{y},{}", point.label().get()).expect("a string takes any text");
    }
    text
}

/// A coordinate in the fewest digits: `0.25`, `1e-7`.
struct Shortest(f32);

impl fmt::Display for Shortest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.0;
        if value == 0.0 || value.abs() >= 1e-5 {
            write!(f, "{value}")
        } else {
            write!(f, "{value:e}")
        }
    }
}

/// The lines that say something, with their numbers.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some(end) = text.find(['\n', '\r']) else {
            return rest.take();
        };
        let after = &text[end..];
        rest = Some(after.strip_prefix("\r\n").unwrap_or(&after[1..]));
        Some(&text[..end])
    })
    .enumerate()
    .map(|(i, line)| (i + 1, trim(line)))
    .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// What stands between two columns.
#[derive(Clone, Copy, PartialEq)]
enum Separator {
    Character(char),
    Blanks,
}

impl Separator {
    fn of(line: &str) -> Self {
        let found = ['\t', ';', ','].into_iter().find(|&c| line.contains(c));
        found.map_or(Self::Blanks, Self::Character)
    }

    /// The fields of a line, without blanks and quotes around them.
    fn split(self, line: &str) -> impl Iterator<Item = &str> {
        line.split(move |c| match self {
            Self::Character(separator) => c == separator,
            Self::Blanks => c == ' ',
        })
        .map(trim)
        .filter(move |field| self != Self::Blanks || !field.is_empty())
        .map(|field| {
            let inner = field.strip_prefix('"').and_then(|f| f.strip_suffix('"'));
            inner.map_or(field, trim)
        })
    }

    fn allows_decimal_comma(self) -> bool {
        matches!(self, Self::Character(';' | '\t'))
    }
}

/// Which columns hold x, y and label, and how many there are.
struct Columns {
    indices: [usize; 3],
    count: usize,
    in_header: bool,
}

impl Columns {
    const PLAIN: Self = Self {
        indices: [0, 1, 2],
        count: 3,
        in_header: false,
    };

    fn named_in(line: &str, separator: Separator) -> Result<Self, String> {
        let names: Vec<String> = separator.split(line).map(str::to_ascii_lowercase).collect();
        let index_of = |allowed: &[&str]| {
            let mut indices = (0..names.len()).filter(|&i| allowed.contains(&&*names[i]));
            match (indices.next(), indices.next()) {
                (Some(index), None) => Some(index),
                _ => None,
            }
        };
        let indices = (
            index_of(&["x"]),
            index_of(&["y"]),
            index_of(&["label", "class"]),
        );
        let (Some(x), Some(y), Some(label)) = indices else {
            return Err(format!(
                "the first line must be x, y and label as numbers, or a header with these three \
                 names, not \"{}\"",
                Quoted::new(line)
            ));
        };
        Ok(Self {
            indices: [x, y, label],
            count: names.len(),
            in_header: true,
        })
    }
}

/// Collects points, or what is wrong.
#[derive(Default)]
struct Reader {
    points: Vec<Point>,
    problems: Vec<Problem>,
    n_more: usize,
}

impl Reader {
    fn take(
        &mut self,
        number: usize,
        line: &str,
        separator: Separator,
        columns: &Columns,
    ) -> Result<(), InvalidCsv> {
        match point_in(line, separator, columns) {
            Ok(_) if self.points.len() == MAX_POINTS => return Err(InvalidCsv::TooManyPoints),
            Ok(point) => self.points.push(point),
            Err(message) if self.problems.len() < InvalidCsv::MAX_PROBLEMS => {
                self.problems.push(Problem {
                    line: number,
                    message,
                });
            }
            Err(_) => self.n_more += 1,
        }
        Ok(())
    }

    fn finish(self) -> Result<Dataset, InvalidCsv> {
        if self.problems.is_empty() {
            return Ok(Dataset::new(self.points));
        }
        Err(InvalidCsv::Lines {
            problems: self.problems,
            n_more: self.n_more,
        })
    }
}

fn point_in(line: &str, separator: Separator, columns: &Columns) -> Result<Point, String> {
    let mut values = [""; 3];
    let mut count = 0;
    for (column, field) in separator.split(line).enumerate() {
        count += 1;
        if let Some(i) = columns.indices.iter().position(|&index| index == column) {
            values[i] = field;
        }
    }
    if count != columns.count {
        let why = if columns.in_header {
            "as in the header"
        } else {
            "x, y and label"
        };
        let n = columns.count;
        return Err(format!("there must be {n} values, {why}, not {count}"));
    }
    let coordinate = |name, field| {
        number_in(field, separator)
            .filter(|value| (-1.0..=1.0).contains(value))
            .ok_or_else(|| {
                format!(
                    "{name} must be a number from -1 to 1, not \"{}\"",
                    Quoted::new(field)
                )
            })
    };
    let [x, y, label] = values;
    let (x, y) = (coordinate("x", x)?, coordinate("y", y)?);
    let label = label_in(label, separator).ok_or_else(|| {
        format!(
            "label must be a whole number from 0 to {}, not \"{}\"",
            MAX_CLASSES - 1,
            Quoted::new(label)
        )
    })?;
    Point::new(x, y, label).map_err(|error| error.to_string())
}

fn label_in(field: &str, separator: Separator) -> Option<Label> {
    let value = number_in(field, separator)?;
    let is_class = value.fract() == 0.0 && (0.0..MAX_CLASSES as f32).contains(&value);
    is_class.then(|| Label::new(value as u8).ok()).flatten()
}

/// The number in a field: digits, at most one point (or comma), maybe an exponent. Other words
/// that Rust reads as numbers, such as `inf`, are none.
fn number_in(field: &str, separator: Separator) -> Option<f32> {
    let is_part = |c: char| c.is_ascii_digit() || "+-.eE".contains(c);
    if separator.allows_decimal_comma() && field.contains(',') && !field.contains('.') {
        let with_point = field.replacen(',', ".", 1);
        return with_point
            .chars()
            .all(is_part)
            .then(|| with_point.parse().ok())?;
    }
    field.chars().all(is_part).then(|| field.parse().ok())?
}
