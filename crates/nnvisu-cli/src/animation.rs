//! A GIF of the decision boundary evolving: what to remember of a run, and how to draw it.

use std::borrow::Cow;
use std::collections::HashMap;

use anyhow::Context as _;
use color_quant::NeuQuant;
use gif::{DisposalMethod, Encoder, Frame, Repeat};
use nnvisu_core::{Dataset, Evaluation, Grid, Mlp, Palette, Rasterizer};

use crate::image::{Image, LINE_HEIGHT, draw_map};
use crate::text;

/// Colours of the GIF; one more entry of its table is transparent: the pixel before shows.
const N_COLORS: usize = 255;
const TRANSPARENT_INDEX: u8 = 255;

/// Pixels whose channels differ by no more than this from what is shown stay as they are. They do
/// not drift away: it is what is shown that counts.
const TOLERANCE: u8 = 3;

/// How many frames the colours are chosen from.
const N_SAMPLED_FRAMES: usize = 12;

/// Hundredths of a second that a frame stays, and the last one.
const FRAME_DELAY: u16 = 5;
const LAST_DELAY: u16 = 250;

/// The networks of a run at evenly spaced steps, not many more than asked for however long the
/// run turns out to be.
///
/// Where the length is not known, every step is kept at first. When there are twice as many as
/// asked for, every second one is dropped, and only every second of the coming ones is kept.
#[derive(Debug)]
pub(crate) struct Recorder {
    n_frames: usize,
    interval: u64,
    n_offered: u64,
    kept: Vec<(u64, Mlp)>,
    /// The latest one, when it is not kept.
    latest: Option<(u64, Mlp)>,
}

impl Recorder {
    /// Keeps about `n_frames` networks of a run of `n_steps`; where that is not known, up to twice
    /// as many of a run that is long enough.
    pub(crate) fn new(n_frames: usize, n_steps: Option<u64>) -> Self {
        let interval = n_steps.map_or(1, |steps| steps.div_ceil(n_frames as u64));
        Self {
            n_frames,
            interval: interval.max(1),
            n_offered: 0,
            kept: Vec::new(),
            latest: None,
        }
    }

    /// Takes notice of the network after a step.
    pub(crate) fn offer(&mut self, step: u64, mlp: &Mlp) {
        if self.n_offered.is_multiple_of(self.interval) {
            if self.kept.len() >= 2 * self.n_frames {
                let mut index = 0;
                self.kept.retain(|_| {
                    index += 1;
                    index % 2 == 1
                });
                self.interval *= 2;
            }
            if self.n_offered.is_multiple_of(self.interval) {
                self.kept.push((step, mlp.clone()));
            }
        }
        self.n_offered += 1;
    }

    /// Ends with this network, whether or not it would have been kept.
    pub(crate) fn finish(&mut self, step: u64, mlp: &Mlp) {
        // A diverged run has gone back to its last good state.
        self.kept.retain(|&(kept, _)| kept < step);
        self.latest = Some((step, mlp.clone()));
    }

    fn networks(&self) -> impl ExactSizeIterator<Item = &(u64, Mlp)> + Clone {
        let n = self.kept.len() + usize::from(self.latest.is_some());
        (0..n).map(|i| self.kept.get(i).or(self.latest.as_ref()).expect("one of n"))
    }
}

/// How frames are drawn.
pub(crate) struct FrameStyle<'a> {
    pub(crate) grid: Grid,
    pub(crate) palette: Palette,
    /// Drawn on every frame.
    pub(crate) points: Option<&'a Dataset>,
    /// What the caption's loss and accuracy are measured on.
    pub(crate) data: &'a Dataset,
}

/// Draws a recorded run as a GIF that repeats for ever.
pub(crate) fn gif(recorder: &Recorder, style: &FrameStyle<'_>) -> anyhow::Result<Vec<u8>> {
    let mut rasterizer = Rasterizer::new();
    let mut draw = |(step, mlp): &(u64, Mlp)| draw_frame(&mut rasterizer, *step, mlp, style);
    let networks = recorder.networks();
    let stride = networks.len().div_ceil(N_SAMPLED_FRAMES).max(1);
    let mut sampled = Vec::new();
    // From the last one back, which stays the longest and is seen the best.
    let mut index = networks.len();
    while index > 0 {
        sampled.push(draw(
            networks.clone().nth(index - 1).expect("index is in range"),
        ));
        index = index.saturating_sub(stride);
    }
    let mut colors = Colors::choose(&sampled);
    let (width, height) = (sampled[0].width as u16, sampled[0].height as u16);
    drop(sampled);

    let mut file = Vec::new();
    let write = |file: &mut Vec<u8>| -> Result<(), gif::EncodingError> {
        let mut encoder = Encoder::new(file, width, height, &colors.table)?;
        encoder.set_repeat(Repeat::Infinite)?;
        let mut shown = Vec::new();
        let n_frames = networks.len();
        for (index, network) in networks.enumerate() {
            let changes = colors.changes(&draw(network), &mut shown);
            encoder.write_frame(&Frame {
                width,
                height,
                delay: if index + 1 == n_frames {
                    LAST_DELAY
                } else {
                    FRAME_DELAY
                },
                dispose: DisposalMethod::Keep,
                transparent: Some(TRANSPARENT_INDEX),
                buffer: Cow::Owned(changes),
                ..Frame::default()
            })?;
        }
        Ok(())
    };
    write(&mut file).context("The animation cannot be encoded")?;
    Ok(file)
}

fn draw_frame(rasterizer: &mut Rasterizer, step: u64, mlp: &Mlp, style: &FrameStyle<'_>) -> Image {
    let mut frame = draw_map(rasterizer, mlp, style.points, style.grid, &style.palette);
    frame.extend_down(LINE_HEIGHT);
    let caption = match Evaluation::new(mlp, style.data) {
        Ok(Some(measured)) => format!(
            "step {step}  loss {}  accuracy {}",
            text::loss(measured.loss()),
            text::percent(measured.accuracy())
        ),
        _ => format!("step {step}"),
    };
    frame.write(&caption, 4, style.grid.height());
    frame
}

/// One table of colours for all frames, so that nothing flickers.
struct Colors {
    quantizer: NeuQuant,
    table: Vec<u8>,
    known: HashMap<[u8; 3], u8>,
}

impl Colors {
    /// Fits the colours to those of `frames`.
    fn choose(frames: &[Image]) -> Self {
        let pixels: Vec<u8> = frames
            .iter()
            .flat_map(|frame| frame.pixels.chunks_exact(3))
            .flat_map(|rgb| [rgb[0], rgb[1], rgb[2], 255])
            .collect();
        // The sampling factor: 1 looks at every pixel, 30 at few.
        let factor = i32::from((pixels.len() / 4 / 100_000).clamp(1, 30) as u8);
        let quantizer = NeuQuant::new(factor, N_COLORS, &pixels);
        Self {
            table: quantizer.color_map_rgb(),
            quantizer,
            known: HashMap::new(),
        }
    }

    fn index(&mut self, rgb: [u8; 3]) -> u8 {
        *self.known.entry(rgb).or_insert_with(|| {
            let [r, g, b] = rgb;
            self.quantizer.index_of(&[r, g, b, 255]) as u8
        })
    }

    /// How the next frame differs from what is `shown`, which becomes that frame; nothing is shown
    /// before the first one. Pixels that stay take next to no room.
    fn changes(&mut self, image: &Image, shown: &mut Vec<u8>) -> Vec<u8> {
        let pixels = image.pixels.chunks_exact(3);
        let pixels = pixels.map(|rgb| [rgb[0], rgb[1], rgb[2]]);
        if shown.is_empty() {
            shown.extend(pixels.map(|rgb| self.index(rgb)));
            return shown.clone();
        }
        let change = |(rgb, shown): ([u8; 3], &mut u8)| {
            let start = 3 * usize::from(*shown);
            let before = &self.table[start..start + 3];
            let mut channels = rgb.iter().zip(before);
            if channels.all(|(now, before)| now.abs_diff(*before) <= TOLERANCE) {
                return TRANSPARENT_INDEX;
            }
            *shown = self.index(rgb);
            *shown
        };
        pixels.zip(shown).map(change).collect()
    }
}

#[cfg(test)]
mod tests {
    use nnvisu_core::{Architecture, ClassCount, Distribution, generate_seeded};

    use super::*;

    fn mlp(seed: u64) -> Mlp {
        Mlp::new(Architecture::default(), seed)
    }

    fn kept_steps(n_frames: usize, n_steps: u64) -> Vec<u64> {
        record(Recorder::new(n_frames, None), n_steps)
    }

    fn record(mut recorder: Recorder, n_steps: u64) -> Vec<u64> {
        let mlp = mlp(1);
        for step in 0..=n_steps {
            recorder.offer(step, &mlp);
        }
        recorder.finish(n_steps, &mlp);
        recorder.networks().map(|(step, _)| *step).collect()
    }

    #[test]
    fn short_runs_are_kept_whole() {
        assert_eq!(kept_steps(10, 0), [0]);
        assert_eq!(kept_steps(10, 12), (0..=12).collect::<Vec<_>>());
    }

    #[test]
    fn long_runs_are_kept_at_even_steps() {
        for n_steps in [20, 99, 1_000, 12_345] {
            let steps = kept_steps(10, n_steps);
            assert!((10..=21).contains(&steps.len()), "{steps:?}");
            assert_eq!((steps[0], *steps.last().unwrap()), (0, n_steps));
            let strides: Vec<_> = steps.windows(2).map(|pair| pair[1] - pair[0]).collect();
            let (last, even) = strides.split_last().unwrap();
            assert!(even.iter().all(|stride| *stride == even[0]), "{steps:?}");
            assert!(*last <= even[0], "{steps:?}");
        }
    }

    #[test]
    fn a_run_of_known_length_has_the_frames_asked_for() {
        let steps = |n_steps| record(Recorder::new(10, Some(n_steps)), n_steps);
        assert_eq!(steps(5), [0, 1, 2, 3, 4, 5]);
        assert_eq!(steps(20), (0..=20).step_by(2).collect::<Vec<_>>());
        assert_eq!(steps(95), [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95]);
    }

    #[test]
    fn frames_show_what_they_should() {
        let data = generate_seeded(Distribution::Moons, ClassCount::default(), 30, 1);
        let mut recorder = Recorder::new(10, None);
        for step in 0..5 {
            recorder.offer(step, &mlp(step));
        }
        recorder.finish(4, &mlp(4));
        let style = FrameStyle {
            grid: Grid::new(60, 50).unwrap(),
            palette: Palette::PETROFF,
            points: Some(&data),
            data: &data,
        };
        let file = gif(&recorder, &style).unwrap();

        let mut options = gif::DecodeOptions::new();
        options.set_color_output(gif::ColorOutput::RGBA);
        let mut decoder = options.read_info(&file[..]).unwrap();
        let mut rasterizer = Rasterizer::new();
        let mut shown = vec![0; 4 * 60 * (50 + LINE_HEIGHT)];
        for step in 0..5 {
            let frame = decoder.read_next_frame().unwrap().unwrap();
            assert_eq!(
                frame.delay,
                if step == 4 { LAST_DELAY } else { FRAME_DELAY }
            );
            for (pixel, new) in shown.chunks_exact_mut(4).zip(frame.buffer.chunks_exact(4)) {
                if new[3] != 0 {
                    pixel.copy_from_slice(new);
                }
            }
            let expected = draw_frame(&mut rasterizer, step, &mlp(step), &style);
            let distance: u64 = shown
                .chunks_exact(4)
                .zip(expected.pixels.chunks_exact(3))
                .flat_map(|(shown, expected)| (0..3).map(|k| shown[k].abs_diff(expected[k])))
                .map(u64::from)
                .sum();
            let mean = distance as f64 / expected.pixels.len() as f64;
            assert!(mean < 4.0, "frame {step} is off by {mean} on average");
        }
        assert!(decoder.read_next_frame().unwrap().is_none());
    }
}
