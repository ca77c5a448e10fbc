//! Maps that are the same on every machine: from arithmetic that IEEE 754 defines exactly.

use nnvisu_protocol::{
    FRAME_PREAMBLE_BYTES, FrameEncoder, FrameInfo, MapSize, PosteriorEncoding, Precision,
    SECTION_HEADER_BYTES,
};

/// Where the payload of the only section of a frame begins.
pub(crate) const PAYLOAD: usize = FRAME_PREAMBLE_BYTES + SECTION_HEADER_BYTES;

/// A map before it is encoded.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Drawing {
    pub(crate) size: MapSize,
    pub(crate) encoding: PosteriorEncoding,
    pub(crate) precision: Precision,
    pub(crate) planes: Vec<u8>,
}

impl Drawing {
    /// The frame whose only section this is.
    pub(crate) fn frame(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut FrameEncoder::new(), &mut out);
        out
    }

    pub(crate) fn write(&self, encoder: &mut FrameEncoder, out: &mut Vec<u8>) {
        encoder
            .start(&INFO, out)
            .posteriors(self.size, self.encoding, self.precision, &self.planes)
            .unwrap();
    }

    pub(crate) fn encoded_as(self, encoding: PosteriorEncoding) -> Self {
        Self { encoding, ..self }
    }
}

pub(crate) const INFO: FrameInfo = FrameInfo {
    running: true,
    run: 0,
    generation: 3,
    step: 250,
};

pub(crate) fn map_size((width, height, classes): (u16, u16, u16)) -> MapSize {
    MapSize {
        width,
        height,
        classes,
    }
}

/// A map whose posteriors are `posterior(class, x, y)`, rounded one by one as the server does.
pub(crate) fn draw(
    size: (u16, u16, u16),
    precision: Precision,
    posterior: impl Fn(u16, f64, f64) -> f64,
) -> Drawing {
    let (width, height, classes) = size;
    let coordinate = |idx: u16, n: u16| 2.0 * f64::from(idx) / f64::from(n - 1) - 1.0;
    let mut planes = Vec::new();
    for class in 0..classes {
        for row in 0..height {
            for column in 0..width {
                let (x, y) = (coordinate(column, width), -coordinate(row, height));
                planes.push((posterior(class, x, y) * 255.0).round() as u8);
            }
        }
    }
    Drawing {
        size: map_size(size),
        encoding: PosteriorEncoding::Planes,
        precision,
        planes,
    }
}

/// Something between -1 and 1 that bends as a network's units do.
fn soft_sign(x: f64) -> f64 {
    x / (1.0 + x.abs())
}

/// Two classes with a curved boundary; the greater `sharpness`, the longer it was trained.
pub(crate) fn boundary(size: (u16, u16), precision: Precision, sharpness: f64) -> Drawing {
    let logit = |x: f64, y: f64| {
        let bend = soft_sign(6.0 * x + 1.0) - soft_sign(4.0 * x - 3.0);
        soft_sign(sharpness * (y + 0.9 * bend - 0.8 + 0.2 * x))
    };
    // Squares saturate faster, as a softmax does.
    let odds =
        |class: u16, x: f64, y: f64| (1.0 + [1.0, -1.0][usize::from(class)] * logit(x, y)).powi(2);
    draw((size.0, size.1, 2), precision, |class, x, y| {
        odds(class, x, y) / (odds(0, x, y) + odds(1, x, y))
    })
}

/// `classes` classes around as many centres.
pub(crate) fn regions(size: (u16, u16, u16), precision: Precision, sharpness: i32) -> Drawing {
    let odds = |class: u16, x: f64, y: f64| {
        let class = f64::from(class);
        let (dx, dy) = (x - soft_sign(class - 3.0), y + soft_sign(3.0 * class - 8.0));
        (1.0 / (0.1 + dx * dx + dy * dy)).powi(sharpness)
    };
    draw(size, precision, |class, x, y| {
        odds(class, x, y) / (0..size.2).map(|class| odds(class, x, y)).sum::<f64>()
    })
}

/// Bytes without any sense, which do not sum to anything either.
pub(crate) fn noise(size: (u16, u16, u16), precision: Precision) -> Drawing {
    let size = map_size(size);
    let mut state = 1_u32;
    let planes = (0..size.n_posteriors())
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect();
    Drawing {
        size,
        encoding: PosteriorEncoding::Planes,
        precision,
        planes,
    }
}
