//! The middle and the ends of a few measurements.

/// The median and the extremes of some numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Summary {
    pub(super) median: f64,
    pub(super) lowest: f64,
    pub(super) highest: f64,
}

impl Summary {
    /// Of `values`, or nothing if there are none.
    pub(super) fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let (lowest, highest) = (*values.first()?, *values.last()?);
        let middle = values.len() / 2;
        let median = if values.len() % 2 == 1 {
            values[middle]
        } else {
            f64::midpoint(values[middle - 1], values[middle])
        };
        Some(Self {
            median,
            lowest,
            highest,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_of_odd_even_and_no_numbers() {
        let summary = |median, lowest, highest| {
            Some(Summary {
                median,
                lowest,
                highest,
            })
        };
        assert_eq!(Summary::of([3.0, 1.0, 2.0]), summary(2.0, 1.0, 3.0));
        assert_eq!(Summary::of([4.0, 1.0, 2.0, 3.0]), summary(2.5, 1.0, 4.0));
        assert_eq!(Summary::of([]), None);
    }
}
