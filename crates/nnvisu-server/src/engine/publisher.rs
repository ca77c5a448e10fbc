//! Renders what viewers want to see of a run, each view once.

use std::time::Duration;

use bytes::Bytes;
use nnvisu_core::{Grid, Palette, Rasterizer};
use nnvisu_protocol::{
    FrameEncoder, FrameInfo, FrameMetrics, MapSize, Metrics, PosteriorEncoding, encode_map,
};

use super::{
    convert,
    run::{Run, StateId},
    schedule::Quality,
    time::Clock,
};

/// One way to show a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RenderedView {
    pub(super) run: usize,
    pub(super) format: FrameFormat,
    pub(super) quality: Quality,
}

/// What a frame is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FrameFormat {
    /// A map in colours.
    Colors,
    /// Sections: numbers, and the posteriors in this encoding.
    Sections(Sections),
}

/// The sections of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sections {
    pub(super) metrics: bool,
    pub(super) posteriors: Option<PosteriorEncoding>,
}

impl FrameFormat {
    /// Whether there is nothing in such a frame.
    pub(super) fn is_empty(self) -> bool {
        match self {
            Self::Colors => false,
            Self::Sections(sections) => !sections.metrics && sections.posteriors.is_none(),
        }
    }
}

/// A rendered view. Clones share its bytes.
#[derive(Debug, Clone)]
pub(super) struct Rendered {
    pub(super) bytes: Bytes,
    /// Loss and accuracy of the weights that are shown; `None` without points.
    pub(super) metrics: Option<Metrics>,
    /// What drawing took; it does not include what a frame needs besides.
    pub(super) drawing: Duration,
}

/// Renders, in memory that it keeps, and remembers what it has rendered of the present states.
pub(super) struct Publisher {
    rasterizer: Rasterizer,
    encoder: FrameEncoder,
    samples: Vec<u8>,
    rendered: Vec<(RenderedView, RenderedState, Rendered)>,
}

/// The state that a frame shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct RenderedState {
    id: StateId,
    running: bool,
}

impl Publisher {
    /// Without memory yet.
    pub(super) fn new() -> Self {
        Self {
            rasterizer: Rasterizer::new(),
            encoder: FrameEncoder::new(),
            samples: Vec::new(),
            rendered: Vec::new(),
        }
    }

    /// The view of the run as it is now; rendered now unless another viewer has had it already.
    pub(super) fn render(
        &mut self,
        run: &mut Run,
        view: RenderedView,
        clock: &dyn Clock,
    ) -> Rendered {
        let state = RenderedState {
            id: run.state_id(),
            running: run.is_running(),
        };
        self.rendered
            .retain(|(of, shows, _)| of.run != view.run || *shows == state);
        let known = self.rendered.iter().find(|(of, _, _)| *of == view);
        if let Some((_, _, rendered)) = known {
            return rendered.clone();
        }
        let started = clock.now();
        let metrics = run.evaluate().map(convert::wire_metrics);
        let speed = run.measure_speed(started);
        let drawing = clock.now();
        let bytes = self.draw(run, view, metrics, speed);
        let rendered = Rendered {
            bytes: bytes.into(),
            metrics,
            drawing: clock.now().saturating_duration_since(drawing),
        };
        self.rendered.push((view, state, rendered.clone()));
        rendered
    }

    fn draw(
        &mut self,
        run: &Run,
        view: RenderedView,
        metrics: Option<Metrics>,
        steps_per_second: f32,
    ) -> Vec<u8> {
        const VALID: &str = "the schedule's sizes are within the limits of a frame";
        let side = view.quality.side;
        let grid = Grid::new(side.into(), side.into()).expect(VALID);
        let mut frame = Vec::new();
        match view.format {
            FrameFormat::Colors => {
                self.rasterizer
                    .rgb(run.mlp(), grid, &Palette::CLASSIC, &mut self.samples);
                encode_map(side, side, &self.samples, &mut frame).expect(VALID);
            }
            FrameFormat::Sections(sections) => {
                let info = FrameInfo {
                    running: run.is_running(),
                    run: view.run as u32,
                    generation: run.generation(),
                    step: run.trainer().step(),
                };
                let mut writer = self.encoder.start(&info, &mut frame);
                if sections.metrics {
                    let metrics = FrameMetrics {
                        metrics,
                        steps_per_second: Some(steps_per_second),
                        epoch: run.epoch(),
                    };
                    writer.metrics(&metrics).expect(VALID);
                }
                if let Some(encoding) = sections.posteriors {
                    self.rasterizer
                        .posteriors(run.mlp(), grid, &mut self.samples);
                    let size = MapSize {
                        width: side,
                        height: side,
                        classes: run.mlp().n_classes() as u16,
                    };
                    let precision = view.quality.precision;
                    writer
                        .posteriors(size, encoding, precision, &self.samples)
                        .expect(VALID);
                }
            }
        }
        frame
    }
}
