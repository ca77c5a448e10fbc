//! The rows of the output layer, one per class, which come and go with the classes in the data.

/// The output row of a class that is not in the data, set aside with its part of the optimizer's
/// state until the class comes back or the run is reset.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct AbsentRow {
    /// The class: not below the network's number of outputs, below [`MAX_CLASSES`](crate::MAX_CLASSES).
    pub class: usize,
    /// Its weights from each input of the output layer, then its bias.
    pub parameters: Vec<f32>,
    /// What the optimizer remembers for each of them, as many lists as it has slots.
    pub slots: Vec<Vec<f32>>,
    /// How many updates the optimizer has made of them.
    pub steps: u64,
}

/// The position of the output layer in a flat slice of parameters: rows × columns, column-major,
/// from `start` to the end. The last column is the biases.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OutputRows {
    pub(crate) start: usize,
    pub(crate) n_rows: usize,
    pub(crate) n_columns: usize,
}

impl OutputRows {
    /// The length of the flat slice, padding not counted.
    pub(crate) fn n_parameters(self) -> usize {
        self.start + self.n_rows * self.n_columns
    }

    /// One row of `flat`.
    pub(crate) fn row(self, flat: &[f32], row: usize) -> Vec<f32> {
        let output = &flat[self.start..self.n_parameters()];
        output[row..].iter().step_by(self.n_rows).copied().collect()
    }

    /// `flat` with the output layer cut or extended to `n_rows` rows; `fill(row, column)` gives the
    /// values of new rows, column by column.
    pub(crate) fn resize(
        self,
        flat: &[f32],
        n_rows: usize,
        mut fill: impl FnMut(usize, usize) -> f32,
    ) -> Vec<f32> {
        let mut resized = Vec::with_capacity(self.start + n_rows * self.n_columns);
        resized.extend_from_slice(&flat[..self.start]);
        let output = flat[self.start..self.n_parameters()].chunks_exact(self.n_rows);
        for (column, values) in output.enumerate() {
            resized.extend_from_slice(&values[..n_rows.min(self.n_rows)]);
            resized.extend((self.n_rows..n_rows).map(|row| fill(row, column)));
        }
        resized
    }

    /// Sets every value of each row of `flat`.
    pub(crate) fn fill(self, flat: &mut [f32], value: impl Fn(usize) -> f32) {
        let end = self.n_parameters();
        for column in flat[self.start..end].chunks_exact_mut(self.n_rows) {
            for (row, target) in column.iter_mut().enumerate() {
                *target = value(row);
            }
        }
    }
}
