//! Turns the network into the frames that clients show.

use nnvisu_core::{Grid, Mlp, Palette, Rasterizer};
use nnvisu_protocol::{
    Encoding, Metrics, PictureEncoder, PictureHeader, ProtocolVersion, encode_map,
};

use super::schedule::Quality;

/// What a frame says besides the posteriors.
#[derive(Debug, Clone, Copy)]
pub(super) struct FrameInfo {
    pub(super) generation: u32,
    pub(super) step: u64,
    pub(super) metrics: Option<Metrics>,
    pub(super) steps_per_second: f32,
}

/// Draws, in memory that it keeps.
pub(super) struct FrameRenderer {
    rasterizer: Rasterizer,
    encoder: PictureEncoder,
    samples: Vec<u8>,
}

impl FrameRenderer {
    /// Without memory yet.
    pub(super) fn new() -> Self {
        Self {
            rasterizer: Rasterizer::new(),
            encoder: PictureEncoder::new(),
            samples: Vec::new(),
        }
    }

    /// The binary frame with a frame: for version 1 a map in the classic colours, for version 2
    /// the posteriors with the info before them.
    pub(super) fn render(
        &mut self,
        version: ProtocolVersion,
        mlp: &Mlp,
        quality: Quality,
        info: FrameInfo,
    ) -> Vec<u8> {
        const VALID: &str = "the schedule's sizes are within the limits of a frame";
        let side = quality.side;
        let grid = Grid::new(side.into(), side.into()).expect(VALID);
        let mut frame = Vec::new();
        match version {
            ProtocolVersion::V1 => {
                self.rasterizer
                    .rgb(mlp, grid, &Palette::CLASSIC, &mut self.samples);
                encode_map(side, side, &self.samples, &mut frame).expect(VALID);
            }
            ProtocolVersion::V2 => {
                self.rasterizer.posteriors(mlp, grid, &mut self.samples);
                let header = PictureHeader {
                    encoding: Encoding::Compressed(quality.precision),
                    width: side,
                    height: side,
                    classes: mlp.n_classes() as u16,
                    generation: info.generation,
                    step: info.step,
                    metrics: info.metrics,
                    steps_per_second: info.steps_per_second,
                };
                self.encoder
                    .encode(&header, &self.samples, &mut frame)
                    .expect(VALID);
            }
        }
        frame
    }
}
