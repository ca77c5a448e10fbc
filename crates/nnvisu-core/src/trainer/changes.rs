//! Changes of a run between two steps: its settings, its points, and a fresh start.

use super::Trainer;
use crate::optimizer::Optimizer;
use crate::output_rows::AbsentRow;
use crate::{Architecture, Dataset, Seeds, TrainingConfig};

impl Trainer {
    /// Changes the settings that act on the running network. The weights stay; another kind of
    /// optimizer starts with a fresh state.
    pub fn set_training_config(&mut self, config: TrainingConfig) {
        if config == self.training_config {
            return;
        }
        let n_points = self.data.len();
        let old_size = self.training_config.batch_size.resolve(n_points);
        let has_other_batches = config.batch_size.resolve(n_points) != old_size;
        self.training_config = config;
        self.diverged = false;
        self.follow_optimizer();
        self.drop_pending();
        if has_other_batches {
            self.position.end_epoch();
            self.reserve();
        }
    }

    /// Begins with a fresh state if the settings ask for another kind of optimizer.
    pub(super) fn follow_optimizer(&mut self) {
        if self.training_config.optimizer != self.optimizer.kind() {
            self.reset_optimizer();
        }
    }

    pub(super) fn reset_optimizer(&mut self) {
        let kind = self.training_config.optimizer;
        self.optimizer = Optimizer::new(kind, &self.mlp);
        for row in &mut self.absent_rows {
            row.slots = vec![vec![0.0; row.parameters.len()]; kind.n_slots()];
            row.steps = 0;
        }
    }

    /// Replaces the points.
    ///
    /// If the number of classes changes (two without points), the output layer grows or shrinks in
    /// place, with the optimizer's state that belongs to it; all other weights, and the rows that
    /// stay, are kept bit for bit. Rows that leave are set aside and come back with their class,
    /// until [`reset`](Self::reset).
    pub fn set_data(&mut self, data: Dataset) {
        if data == self.data {
            return;
        }
        self.data = data;
        self.diverged = false;
        self.position.end_epoch();
        self.last_good.points_changed();
        self.follow_classes();
        self.drop_pending();
        self.reserve();
    }

    /// Gives the output layer the rows that the data ask for.
    pub(super) fn follow_classes(&mut self) {
        let n_classes = self.data.n_classes();
        let rows = self.mlp.output_rows();
        if n_classes == rows.n_rows {
            return;
        }
        for class in n_classes..rows.n_rows {
            let (slots, steps) = self.optimizer.row(rows, class);
            self.absent_rows.push(AbsentRow {
                class,
                parameters: rows.row(self.mlp.parameters(), class),
                slots,
                steps,
            });
        }
        self.absent_rows.sort_by_key(|row| row.class);
        let (absent, seed) = (&self.absent_rows, self.seeds.init);
        self.mlp
            .resize_output(n_classes, seed, absent, &mut self.last_good.parameters);
        self.optimizer.resize_output(rows, &self.mlp, absent);
        self.absent_rows.retain(|row| row.class >= n_classes);
    }

    /// Starts over: a new network with fresh weights from `seeds`, a fresh optimizer, step 0, and
    /// no memory of classes that have left.
    /// The points and the training settings stay; the number of outputs follows the points.
    pub fn reset(&mut self, architecture: Architecture, seeds: Seeds) {
        let data = std::mem::take(&mut self.data);
        let instructions = self.work.propagation.arch();
        *self = Self::new(architecture, self.training_config, seeds, data);
        self.set_instruction_set(instructions);
    }

    /// What has been begun is of another state.
    pub(super) fn drop_pending(&mut self) {
        self.pending_step = None;
        self.pending_evaluation = None;
        self.last_loss = None;
    }
}
