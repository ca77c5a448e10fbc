//! The binary frames, decoded as the wire's documents describe them; only compressed posteriors
//! are left to the crate of the protocol, whose own tests are about them.

use nnvisu_protocol::decode_frame;

/// A v1 map: the colours of the network's output over [-1, 1]².
#[derive(Clone, PartialEq, Eq)]
pub struct Map {
    /// Columns, from x = -1 to x = 1, both included.
    pub width: usize,
    /// Rows, from y = 1 down to y = -1, both included.
    pub height: usize,
    rgb: Vec<u8>,
}

impl Map {
    /// Decodes a v1 frame.
    pub fn decode(frame: &[u8]) -> Self {
        assert_eq!(frame[0], 1, "a v1 map begins with the byte 1");
        let width = usize::from(u16_at(frame, 1));
        let height = usize::from(u16_at(frame, 3));
        assert!(
            width >= 100 && height >= 100,
            "a map has at least 100×100 pixels, not {width}×{height}"
        );
        let rgb = frame[5..].to_vec();
        assert_eq!(rgb.len(), width * height * 3, "three bytes a pixel");
        Self { width, height, rgb }
    }

    /// The colour at a place of the data's plane.
    pub fn color_at(&self, x: f64, y: f64) -> [u8; 3] {
        let (column, row) = pixel_at(x, y, self.width, self.height);
        let pixel = (row * self.width + column) * 3;
        [self.rgb[pixel], self.rgb[pixel + 1], self.rgb[pixel + 2]]
    }
}

impl std::fmt::Debug for Map {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a map of {}×{}", self.width, self.height)
    }
}

/// A v2 frame: posteriors, and the numbers that belong to the same weights.
#[derive(Clone, PartialEq)]
pub struct Frame {
    /// Columns, from x = -1 to x = 1, both included.
    pub width: usize,
    /// Rows, from y = 1 down to y = -1, both included.
    pub height: usize,
    /// Output units of the network.
    pub classes: usize,
    /// Which network of the session this is.
    pub generation: u32,
    /// Optimizer steps taken.
    pub step: u64,
    /// Mean cross-entropy over all points; not a number without points.
    pub loss: f32,
    /// Share of the points that are classified right, 0 to 1.
    pub accuracy: f32,
    /// Measured steps per second.
    pub steps_per_second: f32,
    planes: Vec<u8>,
}

impl Frame {
    /// Decodes a v2 frame.
    pub fn decode(frame: &[u8]) -> Self {
        assert_eq!(frame[0], 3, "a v2 frame begins with the byte 3");
        assert_eq!(u16_at(frame, 2), 2, "metrics and posteriors");
        let (metrics, rest) = section(&frame[24..], 1);
        let (posteriors, rest) = section(rest, 2);
        assert!(rest.is_empty(), "the frame ends with its last section");
        let decoded = decode_frame(frame).expect("a frame");
        let decoded = decoded.posteriors().expect("posteriors");
        let frame = Self {
            width: usize::from(u16_at(posteriors, 0)),
            height: usize::from(u16_at(posteriors, 2)),
            classes: usize::from(u16_at(posteriors, 4)),
            generation: u32::from_le_bytes(bytes_at(frame, 8)),
            step: u64::from_le_bytes(bytes_at(frame, 16)),
            loss: f32::from_le_bytes(bytes_at(metrics, 0)),
            accuracy: f32::from_le_bytes(bytes_at(metrics, 4)),
            steps_per_second: f32::from_le_bytes(bytes_at(metrics, 8)),
            planes: decoded.planes.to_vec(),
        };
        assert!((2..=8).contains(&frame.classes), "2 to 8 classes");
        assert_eq!(
            frame.planes.len(),
            frame.classes * frame.width * frame.height,
            "one byte a class and pixel"
        );
        frame
    }

    /// The class with the greatest posterior at a place of the data's plane.
    pub fn class_at(&self, x: f64, y: f64) -> usize {
        (0..self.classes)
            .max_by_key(|&class| self.posterior_at(class, x, y))
            .expect("there are classes")
    }

    /// The posterior of a class at a place of the data's plane; 255 is 1.
    pub fn posterior_at(&self, class: usize, x: f64, y: f64) -> u8 {
        let (column, row) = pixel_at(x, y, self.width, self.height);
        self.planes[(class * self.height + row) * self.width + column]
    }
}

impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Frame")
            .field("width", &self.width)
            .field("height", &self.height)
            .field("classes", &self.classes)
            .field("generation", &self.generation)
            .field("step", &self.step)
            .field("loss", &self.loss)
            .field("accuracy", &self.accuracy)
            .finish_non_exhaustive()
    }
}

/// The pixel nearest to a place, where the outer pixels' centres lie on ±1.
fn pixel_at(x: f64, y: f64, width: usize, height: usize) -> (usize, usize) {
    let column = f64::midpoint(x, 1.0) * (width - 1) as f64;
    let row = f64::midpoint(1.0, -y) * (height - 1) as f64;
    (column.round() as usize, row.round() as usize)
}

/// The payload of the section of `kind` with which `sections` begin, and what follows it.
fn section(sections: &[u8], kind: u8) -> (&[u8], &[u8]) {
    assert_eq!(sections[0], kind, "the kind of the section");
    let n_bytes = u32::from_le_bytes(bytes_at(sections, 4)) as usize;
    sections[8..].split_at(n_bytes)
}

fn u16_at(frame: &[u8], offset: usize) -> u16 {
    u16::from_le_bytes(bytes_at(frame, offset))
}

fn bytes_at<const N: usize>(frame: &[u8], offset: usize) -> [u8; N] {
    frame
        .get(offset..offset + N)
        .and_then(|bytes| bytes.try_into().ok())
        .unwrap_or_else(|| panic!("the frame ends within its header, at byte {offset}"))
}
