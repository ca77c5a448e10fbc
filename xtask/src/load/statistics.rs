//! Ranks among many measurements.

/// The value that `share` of the values do not exceed (nearest rank); `None` of none.
pub(super) fn quantile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied()
}

/// How evenly something is shared: the least of the values over their median.
pub(super) fn fairness(values: &[f64]) -> Option<f64> {
    let least = quantile(values, 0.0)?;
    Some(least / quantile(values, 0.5)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_values_that_there_are() {
        let values: Vec<f64> = (1..=200).rev().map(f64::from).collect();
        for (share, value) in [(0.0, 1.0), (0.5, 100.0), (0.99, 198.0), (1.0, 200.0)] {
            assert_eq!(quantile(&values, share), Some(value));
        }
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn equal_shares_are_fair() {
        assert_eq!(fairness(&[3.0, 3.0, 3.0]), Some(1.0));
        assert_eq!(fairness(&[1.0, 4.0, 2.0]), Some(0.5));
    }
}
