//! The memory that only steps and evaluations need, so that they themselves never allocate.

use super::Trainer;
use crate::aligned::AlignedVec;
use crate::epochs::EpochOrder;
use crate::kernels::dropout::Mask;
use crate::propagation::{Propagation, block_rows};
use crate::{InstructionSet, Mlp, Samples, Split};

/// What only steps and evaluations need.
#[derive(Clone, Debug)]
pub(super) struct WorkSpace {
    pub(super) samples: Samples,
    /// The samples of a mini-batch.
    pub(super) batch: Samples,
    pub(super) propagation: Propagation,
    pub(super) order: EpochOrder,
    pub(super) gradient: AlignedVec,
    /// The dropout mask of each hidden layer that has one.
    pub(super) masks: Vec<Option<Mask>>,
}

impl WorkSpace {
    /// No room for anything.
    pub(super) fn none(arch: InstructionSet, mlp: &Mlp) -> Self {
        Self {
            samples: Samples::zeros(0, mlp.layer_sizes()[0], mlp.n_classes()),
            batch: Samples::zeros(0, 0, 0),
            propagation: Propagation::new(arch, mlp.layer_sizes(), 0),
            order: EpochOrder::default(),
            gradient: AlignedVec::zeros(0),
            masks: Vec::new(),
        }
    }
}

impl Trainer {
    /// Computes with these instructions from now on; at first a trainer uses the widest that the
    /// machine has. The weights, and all else, stay.
    pub fn set_instruction_set(&mut self, instructions: InstructionSet) {
        self.drop_pending();
        self.work = WorkSpace::none(instructions, &self.mlp);
        self.reserve();
    }

    /// Gives back the memory that only steps and evaluations need, as when a run pauses for long.
    /// The next of them takes it again; nothing else changes.
    pub fn release_work_space(&mut self) {
        self.drop_pending();
        self.work = WorkSpace::none(self.work.propagation.arch(), &self.mlp);
    }

    pub(super) fn reserve_after_release(&mut self) {
        if !self.work.propagation.has_room() {
            self.reserve();
        }
    }

    /// Makes all room that steps need, so that they themselves never allocate.
    pub(super) fn reserve(&mut self) {
        let n_points = self.data.len();
        let (mlp, work) = (&self.mlp, &mut self.work);
        let (architecture, sizes) = (mlp.architecture(), mlp.layer_sizes());
        let features = architecture.features();
        work.samples = Samples::new(&self.data, features, mlp.n_classes(), Split::NONE)
            .expect("the network has an output for each class");
        let batch_size = self.training_config.batch_size.resolve(n_points);
        let n_batch_rows = if batch_size < n_points { batch_size } else { 0 };
        work.batch = Samples::zeros(n_batch_rows, features.len(), mlp.n_classes());
        let rows = n_points.clamp(1, block_rows(mlp));
        work.propagation = Propagation::new(work.propagation.arch(), sizes, rows);
        work.propagation.reserve_derivatives(architecture);
        work.order
            .resize(if n_batch_rows > 0 { n_points } else { 0 });
        work.gradient = AlignedVec::zeros(mlp.padded_parameters().len());
        let layers = architecture.layers();
        let has_dropout = layers.iter().any(|layer| layer.dropout.get() > 0.0);
        work.masks = vec![None; if has_dropout { layers.len() } else { 0 }];
    }
}
