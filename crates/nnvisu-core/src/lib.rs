//! Train small multi-layer perceptrons on labelled 2-D points and draw their
//! decision boundaries.

mod activation;
mod aligned;
mod checkpoint;
mod data;
mod error;
mod generate;
mod hidden_layers;
mod kernels;
mod mlp;
mod optimizer;
mod palette;
mod propagation;
mod raster;
mod sampler;
mod seeds;
mod settings;
mod trainer;

pub use activation::Activation;
pub use checkpoint::{Checkpoint, InvalidCheckpoint};
pub use data::{Dataset, InvalidLabel, InvalidPoint, Label, Point};
pub use error::{OutOfRange, Quoted, UnknownName};
pub use generate::{ClassCount, DEFAULT_N_POINTS, Distribution, generate, generate_seeded};
pub use hidden_layers::{HiddenLayers, InvalidHiddenLayers};
pub use mlp::{InvalidParameters, Mlp};
pub use optimizer::OptimizerState;
pub use palette::{Palette, Rgb};
pub use raster::{Grid, InvalidGrid, Rasterizer};
pub use seeds::{Rng, Seeds};
pub use settings::{
    BatchSize, Dropout, LearningRate, NetworkConfig, OptimizerKind, TrainingConfig, WeightDecay,
};
pub use trainer::{Metrics, TrainError, Trainer};

/// Greatest number of classes: labels are 0 to 7.
pub const MAX_CLASSES: usize = 8;
