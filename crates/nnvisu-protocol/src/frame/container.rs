//! The version 2 frame: a preamble that says which weights it shows, then sections, each with its
//! kind, encoding and length, so that a client skips the kinds it does not know.

use bincode::config::{Configuration, Fixint, LittleEndian};
use bincode::{Decode, Encode};

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

/// The layout of the fixed parts: each field as it is, one after the other.
const LAYOUT: Configuration<LittleEndian, Fixint> = bincode::config::standard()
    .with_little_endian()
    .with_fixed_int_encoding();

/// What a frame begins with.
#[derive(Encode, Decode)]
struct Preamble {
    tag: u8,
    flags: u8,
    n_sections: u16,
    run: u32,
    generation: u32,
    reserved: u32,
    step: u64,
}

/// What a section begins with.
#[derive(Encode, Decode)]
struct SectionHeader {
    kind: u8,
    encoding: u8,
    reserved: u16,
    n_bytes: u32,
}

/// The payload of a section of metrics; what is absent is NaN.
#[derive(Encode, Decode)]
struct MetricsPayload {
    loss: f32,
    accuracy: f32,
    steps_per_second: f32,
    epoch: u64,
}

/// Bytes of [`MetricsPayload`].
const METRICS_BYTES: usize = 20;

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
        let preamble = Preamble {
            tag: FRAME_TAG,
            flags: if info.running { RUNNING } else { 0 },
            n_sections: 0,
            run: info.run,
            generation: info.generation,
            reserved: 0,
            step: info.step,
        };
        append(preamble, out);
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
            let payload = MetricsPayload {
                loss: metrics.map_or(f32::NAN, Metrics::loss),
                accuracy: metrics.map_or(f32::NAN, Metrics::accuracy),
                steps_per_second: steps_per_second.unwrap_or(f32::NAN),
                epoch,
            };
            append(payload, out);
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
        let header = SectionHeader {
            kind: kind.byte(),
            encoding,
            reserved: 0,
            n_bytes: 0,
        };
        append(header, self.out);
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

/// Appends a fixed part.
fn append(part: impl Encode, out: &mut Vec<u8>) {
    bincode::encode_into_std_write(part, out, LAYOUT).expect("memory takes all that is written");
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
    let preamble: Preamble = bytes.part(FRAME_PREAMBLE_BYTES)?;
    let info = FrameInfo {
        running: preamble.flags & RUNNING != 0,
        run: preamble.run,
        generation: preamble.generation,
        step: preamble.step,
    };
    let mut sections = Vec::new();
    for _ in 0..preamble.n_sections {
        let header: SectionHeader = bytes.part(SECTION_HEADER_BYTES)?;
        let encoding = header.encoding;
        let payload = bytes.take(header.n_bytes as usize)?;
        let kind = SectionKind::ALL
            .iter()
            .find(|name| name.byte() == header.kind);
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
    let MetricsPayload {
        loss,
        accuracy,
        steps_per_second,
        epoch,
    } = ByteReader::new(payload).part(METRICS_BYTES)?;
    let metrics = if loss.is_nan() && accuracy.is_nan() {
        None
    } else {
        Some(Metrics::new(loss, accuracy).map_err(|_| FrameError::BadNumber)?)
    };
    let steps_per_second = Some(steps_per_second).filter(|speed| !speed.is_nan());
    check_speed(steps_per_second)?;
    Ok(FrameMetrics {
        metrics,
        steps_per_second,
        epoch,
    })
}

fn check_speed(steps_per_second: Option<f32>) -> Result<(), FrameError> {
    match steps_per_second {
        Some(speed) if !(speed.is_finite() && speed >= 0.0) => Err(FrameError::BadNumber),
        _ => Ok(()),
    }
}

/// Bytes of a frame that are read one part after the other.
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

    /// Reads a fixed part of `n_bytes` bytes.
    pub(super) fn part<T: Decode<()>>(&mut self, n_bytes: usize) -> Result<T, FrameError> {
        let bytes = self.take(n_bytes)?;
        let (part, n_read) =
            bincode::decode_from_slice(bytes, LAYOUT).map_err(|_| FrameError::Damaged)?;
        debug_assert_eq!(n_read, n_bytes);
        Ok(part)
    }

    /// All that is left.
    pub(super) fn rest(self) -> &'a [u8] {
        self.0
    }
}
