//! Renders what viewers want to see of a run, each view once.

use std::{
    task::{Poll, ready},
    time::Duration,
};

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

impl RenderedView {
    fn grid(self) -> Grid {
        let side = usize::from(self.quality.side);
        Grid::new(side, side).expect(VALID)
    }
}

/// Why a frame can be made.
const VALID: &str = "the schedule's sizes are within the limits of a frame";

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
    /// What drawing took, and what all of the frame took.
    pub(super) drawing: Duration,
    pub(super) cost: Duration,
}

/// Renders, in memory that it keeps, and remembers what it has rendered of the present states.
pub(super) struct Publisher {
    rasterizer: Rasterizer,
    encoder: FrameEncoder,
    samples: Vec<u8>,
    rendered: Vec<(RenderedView, StateId, Rendered)>,
    unfinished: Option<Unfinished>,
}

/// A frame of which parts have been made.
struct Unfinished {
    view: RenderedView,
    state: StateId,
    /// `None` without points.
    metrics: Poll<Option<Metrics>>,
    /// The speed when it was begun, in steps a second.
    speed: f32,
    /// How many rows of the map are drawn.
    n_rows: usize,
    drawing: Duration,
    cost: Duration,
}

impl Publisher {
    /// Without memory yet.
    pub(super) fn new() -> Self {
        Self {
            rasterizer: Rasterizer::new(),
            encoder: FrameEncoder::new(),
            samples: Vec::new(),
            rendered: Vec::new(),
            unfinished: None,
        }
    }

    /// Renders a part of the view of the run as it is now, unless another viewer has had it
    /// already; ready with the last part. A part takes no more than a few milliseconds. Of what has
    /// been begun of another view, or of what is no more, nothing is kept.
    pub(super) fn render_part(
        &mut self,
        run: &mut Run,
        view: RenderedView,
        clock: &dyn Clock,
    ) -> Poll<Rendered> {
        let state = run.state_id();
        self.rendered
            .retain(|(of, shows, _)| of.run != view.run || *shows == state);
        let known = self.rendered.iter().find(|(of, _, _)| *of == view);
        if let Some((_, _, rendered)) = known {
            return Poll::Ready(rendered.clone());
        }
        let started = clock.now();
        let begun = self.unfinished.take();
        let mut unfinished = begun
            .filter(|it| (it.view, it.state) == (view, state))
            .unwrap_or_else(|| Unfinished {
                view,
                state,
                metrics: Poll::Pending,
                speed: run.measure_speed(started),
                n_rows: 0,
                drawing: Duration::ZERO,
                cost: Duration::ZERO,
            });
        let frame = self.advance(run, &mut unfinished, clock);
        unfinished.cost += clock.now().saturating_duration_since(started);
        let Poll::Ready((bytes, metrics)) = frame else {
            self.unfinished = Some(unfinished);
            return Poll::Pending;
        };
        let rendered = Rendered {
            bytes: bytes.into(),
            metrics,
            drawing: unfinished.drawing,
            cost: unfinished.cost,
        };
        self.rendered.push((view, state, rendered.clone()));
        Poll::Ready(rendered)
    }

    /// Measures or draws a part, and makes the frame once all is there.
    fn advance(
        &mut self,
        run: &mut Run,
        unfinished: &mut Unfinished,
        clock: &dyn Clock,
    ) -> Poll<(Vec<u8>, Option<Metrics>)> {
        let metrics = match unfinished.metrics {
            Poll::Ready(metrics) => metrics,
            Poll::Pending => ready!(run.evaluate_part()).map(convert::wire_metrics),
        };
        unfinished.metrics = Poll::Ready(metrics);
        let started = clock.now();
        let drawn = self.draw(run, unfinished);
        let drawn = drawn.map(|()| (self.encode(run, unfinished, metrics), metrics));
        unfinished.drawing += clock.now().saturating_duration_since(started);
        drawn
    }

    /// Draws a part of the map, if the view has one.
    fn draw(&mut self, run: &Run, unfinished: &mut Unfinished) -> Poll<()> {
        let RenderedView { format, .. } = unfinished.view;
        let (mlp, grid) = (run.mlp(), unfinished.view.grid());
        let first = unfinished.n_rows;
        let end = (first + Rasterizer::rows_per_part(mlp, grid)).min(grid.height());
        match format {
            FrameFormat::Colors => {
                let palette = &Palette::CLASSIC;
                self.rasterizer
                    .rgb_rows(mlp, grid, first..end, palette, &mut self.samples);
            }
            FrameFormat::Sections(sections) if sections.posteriors.is_some() => {
                self.rasterizer
                    .posteriors_rows(mlp, grid, first..end, &mut self.samples);
            }
            FrameFormat::Sections(_) => return Poll::Ready(()),
        }
        unfinished.n_rows = end;
        if end == grid.height() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }

    /// The frame of what has been measured and drawn.
    fn encode(&mut self, run: &Run, unfinished: &Unfinished, metrics: Option<Metrics>) -> Vec<u8> {
        let view = unfinished.view;
        let side = view.quality.side;
        let mut frame = Vec::new();
        match view.format {
            FrameFormat::Colors => {
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
                        steps_per_second: Some(unfinished.speed),
                        epoch: run.epoch(),
                    };
                    writer.metrics(&metrics).expect(VALID);
                }
                if let Some(encoding) = sections.posteriors {
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
