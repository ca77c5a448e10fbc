//! The version 2 frame: a preamble that says which weights it shows, then sections, each with its
//! kind, encoding and length, so that a client skips the kinds it does not know.

use super::planes::Precision;
use super::posteriors::{self, Encoders, MapSize, PosteriorEncoding, Posteriors};
use super::{FrameError, check_tag};
use crate::metrics::Metrics;
use crate::names::names;

/// First byte of a version 2 frame.
pub const FRAME_TAG: u8 = 3;
/// Bytes before the first section.
pub const FRAME_PREAMBLE_BYTES: usize = 24;
/// Bytes before the payload of a section.
pub const SECTION_HEADER_BYTES: usize = 8;

/// Bit of the flags: training is running.
const RUNNING: u8 = 1;
/// Where the number of sections stands in the preamble.
const N_SECTIONS_OFFSET: usize = 2;

names!(
    /// What a section of a frame is about, by the name that a `view` asks for.
    #[non_exhaustive]
    SectionKind, "Section" {
        /// Loss, accuracy, speed and epoch.
        Metrics = "metrics",
        /// What the network says at every pixel of the map.
        Posteriors = "posteriors",
    }
);

impl SectionKind {
    /// The byte that says so in a section.
    #[must_use]
    pub fn byte(self) -> u8 {
        match self {
            Self::Metrics => 1,
            Self::Posteriors => 2,
        }
    }
}

/// Which weights a frame shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameInfo {
    /// Whether training is running.
    pub running: bool,
    /// Which run of the session; there is one, 0.
    pub run: u32,
    /// One more each time the weights are thrown away.
    pub generation: u32,
    /// Optimizer steps done.
    pub step: u64,
}

/// How good the weights of a frame are, and how training goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FrameMetrics {
    /// Loss and accuracy; `None` when there are no points.
    pub metrics: Option<Metrics>,
    /// Measured speed, 0 while paused; `None` if it has not been measured.
    pub steps_per_second: Option<f32>,
    /// Index of the current epoch, from 0.
    pub epoch: u64,
}

/// One section of a decoded frame.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Section<'a> {
    /// Loss, accuracy, speed and epoch.
    Metrics(FrameMetrics),
    /// What the network says at every pixel of the map.
    Posteriors(Posteriors<'a>),
}

/// A decoded frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame<'a> {
    /// Which weights it shows.
    pub info: FrameInfo,
    /// The sections of known kinds, as they came.
    pub sections: Vec<Section<'a>>,
}

impl<'a> Frame<'a> {
    /// The first section of metrics.
    #[must_use]
    pub fn metrics(&self) -> Option<FrameMetrics> {
        self.sections.iter().find_map(|section| match section {
            Section::Metrics(metrics) => Some(*metrics),
            Section::Posteriors(_) => None,
        })
    }

    /// The first section of posteriors.
    #[must_use]
    pub fn posteriors(&self) -> Option<&Posteriors<'a>> {
        self.sections.iter().find_map(|section| match section {
            Section::Posteriors(posteriors) => Some(posteriors),
            Section::Metrics(_) => None,
        })
    }
}

/// Writes frames; it keeps its memory from one to the next.
#[derive(Debug, Default)]
pub struct FrameEncoder {
    encoders: Encoders,
}

impl FrameEncoder {
    /// An encoder without memory yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins a frame in `out`, which is cleared first. Without a section it is complete.
    pub fn start<'a>(&'a mut self, info: &FrameInfo, out: &'a mut Vec<u8>) -> FrameWriter<'a> {
        out.clear();
        out.extend_from_slice(&[FRAME_TAG, if info.running { RUNNING } else { 0 }, 0, 0]);
        out.extend_from_slice(&info.run.to_le_bytes());
        out.extend_from_slice(&info.generation.to_le_bytes());
        out.extend_from_slice(&0_u32.to_le_bytes());
        out.extend_from_slice(&info.step.to_le_bytes());
        FrameWriter {
            encoders: &mut self.encoders,
            out,
            n_sections: 0,
        }
    }
}

/// A frame to which sections are appended.
#[derive(Debug)]
pub struct FrameWriter<'a> {
    encoders: &'a mut Encoders,
    out: &'a mut Vec<u8>,
    n_sections: u16,
}

impl FrameWriter<'_> {
    /// Appends a section of metrics.
    ///
    /// # Errors
    ///
    /// When the speed is not a number of 0 or more. Then the frame stays as it was.
    pub fn metrics(&mut self, metrics: &FrameMetrics) -> Result<(), FrameError> {
        let FrameMetrics {
            metrics,
            steps_per_second,
            epoch,
        } = *metrics;
        check_speed(steps_per_second)?;
        self.section(SectionKind::Metrics, 0, |_, out| {
            let loss = metrics.map_or(f32::NAN, Metrics::loss);
            let accuracy = metrics.map_or(f32::NAN, Metrics::accuracy);
            for number in [loss, accuracy, steps_per_second.unwrap_or(f32::NAN)] {
                out.extend_from_slice(&number.to_le_bytes());
            }
            out.extend_from_slice(&epoch.to_le_bytes());
            Ok(())
        })
    }

    /// Appends a section of posteriors. `planes` are laid out as in [`Posteriors::planes`];
    /// raw ones have full precision whatever is asked for.
    ///
    /// # Errors
    ///
    /// When the size is outside the limits or there are not as many bytes as it says. Then the
    /// frame stays as it was.
    pub fn posteriors(
        &mut self,
        size: MapSize,
        encoding: PosteriorEncoding,
        precision: Precision,
        planes: &[u8],
    ) -> Result<(), FrameError> {
        self.section(SectionKind::Posteriors, encoding.byte(), |encoders, out| {
            encoders.encode(size, (encoding, precision), planes, out)
        })
    }

    fn section(
        &mut self,
        kind: SectionKind,
        encoding: u8,
        write_payload: impl FnOnce(&mut Encoders, &mut Vec<u8>) -> Result<(), FrameError>,
    ) -> Result<(), FrameError> {
        let start = self.out.len();
        self.out.extend_from_slice(&[kind.byte(), encoding, 0, 0]);
        self.out.extend_from_slice(&[0; 4]);
        let payload = self.out.len();
        if let Err(error) = write_payload(self.encoders, self.out) {
            self.out.truncate(start);
            return Err(error);
        }
        let n_bytes = u32::try_from(self.out.len() - payload).expect("a map is within its limits");
        self.out[payload - 4..payload].copy_from_slice(&n_bytes.to_le_bytes());
        self.n_sections += 1;
        self.out[N_SECTIONS_OFFSET..][..2].copy_from_slice(&self.n_sections.to_le_bytes());
        Ok(())
    }
}

/// Reads a frame. Sections of kinds that this version does not know are left out.
///
/// # Errors
///
/// When the bytes are not a frame, or a section of a known kind has an unknown encoding or is
/// damaged.
pub fn decode_frame(bytes: &[u8]) -> Result<Frame<'_>, FrameError> {
    check_tag(bytes, FRAME_TAG)?;
    let mut bytes = ByteReader::new(bytes);
    bytes.u8()?;
    let running = bytes.u8()? & RUNNING != 0;
    let n_sections = bytes.u16()?;
    let [run, generation, _] = [bytes.u32()?, bytes.u32()?, bytes.u32()?];
    let info = FrameInfo {
        running,
        run,
        generation,
        step: bytes.u64()?,
    };
    let mut sections = Vec::new();
    for _ in 0..n_sections {
        let [kind, encoding] = [bytes.u8()?, bytes.u8()?];
        bytes.u16()?;
        let n_bytes = bytes.u32()?;
        let payload = bytes.take(n_bytes as usize)?;
        let kind = SectionKind::ALL.iter().find(|name| name.byte() == kind);
        match kind {
            Some(SectionKind::Metrics) => {
                sections.push(Section::Metrics(decode_metrics(encoding, payload)?));
            }
            Some(SectionKind::Posteriors) => {
                let posteriors = posteriors::decode(encoding, payload)?;
                sections.push(Section::Posteriors(posteriors));
            }
            None => {}
        }
    }
    match bytes.rest() {
        [] => Ok(Frame { info, sections }),
        _ => Err(FrameError::Damaged),
    }
}

/// Reads a section of metrics; later versions may append to it.
fn decode_metrics(encoding: u8, payload: &[u8]) -> Result<FrameMetrics, FrameError> {
    if encoding != 0 {
        return Err(FrameError::UnknownEncoding(encoding));
    }
    let mut payload = ByteReader::new(payload);
    let [loss, accuracy, speed] = [payload.f32()?, payload.f32()?, payload.f32()?];
    let metrics = if loss.is_nan() && accuracy.is_nan() {
        None
    } else {
        Some(Metrics::new(loss, accuracy).map_err(|_| FrameError::BadNumber)?)
    };
    let steps_per_second = Some(speed).filter(|speed| !speed.is_nan());
    check_speed(steps_per_second)?;
    Ok(FrameMetrics {
        metrics,
        steps_per_second,
        epoch: payload.u64()?,
    })
}

fn check_speed(steps_per_second: Option<f32>) -> Result<(), FrameError> {
    match steps_per_second {
        Some(speed) if !(speed.is_finite() && speed >= 0.0) => Err(FrameError::BadNumber),
        _ => Ok(()),
    }
}

/// Bytes of a frame that are read one number after the other.
pub(super) struct ByteReader<'a>(&'a [u8]);

impl<'a> ByteReader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    fn take(&mut self, n_bytes: usize) -> Result<&'a [u8], FrameError> {
        let (taken, rest) = self
            .0
            .split_at_checked(n_bytes)
            .ok_or(FrameError::TooShort {
                expected: n_bytes,
                given: self.0.len(),
            })?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], FrameError> {
        let bytes = self.take(N)?;
        Ok(bytes.try_into().expect("N bytes were taken"))
    }

    pub(super) fn u8(&mut self) -> Result<u8, FrameError> {
        self.array().map(u8::from_le_bytes)
    }

    pub(super) fn u16(&mut self) -> Result<u16, FrameError> {
        self.array().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Result<u32, FrameError> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, FrameError> {
        self.array().map(u64::from_le_bytes)
    }

    fn f32(&mut self) -> Result<f32, FrameError> {
        self.array().map(f32::from_le_bytes)
    }

    /// All that is left.
    pub(super) fn rest(self) -> &'a [u8] {
        self.0
    }
}
