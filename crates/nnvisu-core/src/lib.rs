//! Train small multi-layer perceptrons on labelled 2-D points and draw their decision boundaries.
//!
//! ```
//! use nnvisu_core::{
//!     Architecture, ClassCount, Distribution, Grid, Palette, Rasterizer, Seeds, Trainer,
//!     TrainingConfig, generate_seeded,
//! };
//!
//! // 200 points on two interleaving half circles.
//! let data = generate_seeded(Distribution::Moons, ClassCount::new(2)?, 200, 1);
//!
//! // A network 2-10-5-2 with tanh, trained by Adam on the full batch.
//! let (architecture, training) = (Architecture::default(), TrainingConfig::default());
//! let mut trainer = Trainer::new(architecture, training, Seeds::from_master(1), data);
//! for _ in 0..500 {
//!     trainer.train_step()?;
//! }
//! let metrics = trainer.evaluate().expect("there are points");
//! assert!(metrics.accuracy > 0.98);
//!
//! // Its decision boundary, 256 × 256 pixels of red, green, blue.
//! let mut pixels = Vec::new();
//! let grid = Grid::new(256, 256)?;
//! Rasterizer::new().rgb(trainer.mlp(), grid, &Palette::PETROFF, &mut pixels);
//! assert_eq!(pixels.len(), 256 * 256 * 3);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is where
//!
//! - Settings are types that cannot be out of range: [`HiddenLayers`], [`LearningRate`],
//!   [`WeightDecay`], [`Dropout`], [`BatchSize`]; [`Architecture`] and [`TrainingConfig`] hold
//!   them. Text such as `"10-5"` or `"relu"` parses into them, with errors for a person to read.
//! - [`Dataset`] is a list of labelled [`Point`]s in [-1, 1]²; [`generate`] makes five kinds.
//! - [`Mlp`] is a network: its architecture and its parameters, as nalgebra views or one flat slice.
//! - [`Trainer`] makes optimizer steps; [`Checkpoint`] stops and continues a run exactly.
//! - [`Rasterizer`] draws a network as class posteriors or as colours, [`draw_points`] points over
//!   it; [`Evaluation`] measures it on any points.
//!
//! # Own points, and continuing later
//!
//! A [`Dataset`] is collected from any [`Point`]s. Each is checked when it is made, so nothing can
//! be wrong later. Points and training settings may change between two steps; the weights stay,
//! and the output layer grows when a class comes in.
//!
//! ```
//! use nnvisu_core::{
//!     Architecture, Dataset, Evaluation, Label, LearningRate, Point, Seeds, Trainer,
//!     TrainingConfig,
//! };
//!
//! let corner = |x: f32, y: f32, class| Point::new(x, y, Label::new(class).expect("0 to 7"));
//! let xor: Dataset = [
//!     corner(-0.5, -0.5, 0)?,
//!     corner(0.5, 0.5, 0)?,
//!     corner(-0.5, 0.5, 1)?,
//!     corner(0.5, -0.5, 1)?,
//! ]
//! .into_iter()
//! .collect();
//!
//! let architecture = Architecture::default().with_hidden_layers(&"8".parse()?);
//! let mut training = TrainingConfig::default();
//! let mut trainer = Trainer::new(architecture, training, Seeds::from_master(1), xor.clone());
//! for _ in 0..200 {
//!     trainer.train_step()?;
//! }
//!
//! // The whole state of a run as plain data; a run restored from it continues bit for bit.
//! let checkpoint = trainer.checkpoint();
//! let mut again = Trainer::restore(training, xor, &checkpoint)?;
//! assert_eq!(again.train_step()?, trainer.train_step()?);
//!
//! // Settings of the training act on the running network.
//! training.learning_rate = LearningRate::new(0.1)?;
//! trainer.set_training_config(training);
//! for _ in 0..200 {
//!     trainer.train_step()?;
//! }
//! let measured = Evaluation::new(trainer.mlp(), trainer.data())?.expect("there are points");
//! assert_eq!((measured.confusion(0), measured.confusion(1)), (&[2, 0][..], &[0, 2][..]));
//!
//! // Errors are sentences for the person who typed the value.
//! let error = LearningRate::new(-1.0).unwrap_err();
//! assert_eq!(error.to_string(), "Learning rate must be above 0 and at most 10, not -1");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The directory `examples` has whole programs: a map in twenty lines (`train_and_draw`), own
//! data (`own_dataset`), the boundary moving in a terminal (`terminal`).
//!
//! # Memory layout
//!
//! Matrices are column-major, as everywhere in nalgebra. Weights are out × in. Inside the trainer,
//! activations are samples × units: the values of one unit for neighbouring samples are neighbours
//! in memory and share a vector register, so that layers of 2 units run as fast per weight as
//! layers of 100.
//!
//! # What is random, and what repeats
//!
//! Nothing here reads a clock or the system's entropy. Data, initial weights, batches and dropout
//! each have a seed of their own ([`Seeds`], [`generate_seeded`]). The same settings, seeds, data
//! and number of steps give bit-identical weights on the same machine and version of this crate.
//! Between processors the last bits may differ, because sums are added in the order that the vector
//! width gives (16, 8, 4 or 1 lanes) and because AVX2, AVX-512 and NEON fuse multiplication and
//! addition while the plain fallback rounds twice; training amplifies such differences. Data sets,
//! initial weights, batches and dropout masks are the same everywhere up to the rounding of the
//! mathematical functions of the platform.
//!
//! # Features
//!
//! `serde` (off by default): `Serialize` and `Deserialize` for settings, points, data sets, seeds,
//! metrics and checkpoints. What is read is checked as strictly as what is constructed.
//!
//! `files` (off by default, implies `serde`): sessions, data sets and models as files, in module
//! `files`.
//!
//! # Speed
//!
//! The vector instructions are chosen when the program runs: AVX-512, AVX2 with FMA, NEON, or plain
//! scalar code ([`InstructionSet`]), without `unsafe` in this crate. A step allocates nothing. `BENCHMARKS.md` compares
//! it with other frameworks.

mod activation;
mod aligned;
mod architecture;
mod checkpoint;
mod data;
mod epochs;
mod error;
mod evaluation;
mod evaluator;
#[cfg(feature = "files")]
pub mod files;
mod generate;
mod hidden_layers;
mod instruction_set;
mod kernels;
mod last_good;
mod markers;
mod mlp;
mod optimizer;
mod output_rows;
mod palette;
mod propagation;
mod raster;
mod samples;
mod seeds;
#[cfg(feature = "serde")]
mod serialization;
mod settings;
mod step_report;
mod trainer;

pub use activation::Activation;
pub use architecture::{Architecture, Feature, InvalidArchitecture, LayerSpec};
pub use checkpoint::{Checkpoint, InvalidCheckpoint};
pub use data::{Dataset, InvalidLabel, InvalidPoint, Label, Point};
pub use error::{OutOfRange, Quoted, UnknownName};
pub use evaluation::{Evaluation, UnknownClass};
pub use evaluator::{ActivationStatistics, Evaluator};
pub use generate::{ClassCount, DEFAULT_N_POINTS, Distribution, generate, generate_seeded};
pub use hidden_layers::{HiddenLayers, InvalidHiddenLayers};
pub use instruction_set::InstructionSet;
pub use last_good::LastGood;
pub use markers::draw_points;
pub use mlp::{InvalidParameters, Mlp};
pub use optimizer::{OptimizerKind, OptimizerState};
pub use output_rows::AbsentRow;
pub use palette::{Palette, Rgb};
pub use raster::{Grid, InvalidGrid, Rasterizer};
pub use samples::{Part, Samples, Split};
pub use seeds::{Rng, Seeds};
pub use settings::{BatchSize, Dropout, LearningRate, TrainingConfig, WeightDecay};
pub use step_report::{LayerReport, StepReport};
pub use trainer::{Metrics, TrainError, Trainer};

/// Smallest number of classes: a network always has at least two outputs.
pub const MIN_CLASSES: usize = 2;

/// Greatest number of classes: labels are 0 to `MAX_CLASSES - 1`.
pub const MAX_CLASSES: usize = 8;
