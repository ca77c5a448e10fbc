//! The shapes that data sets are drawn from, one per class.
//!
//! They stay inside the square by construction: every family is laid out within
//! [`EXTENT`] less the reach of its noise, and the noise is a Gaussian cut off
//! at [`CUTOFF`] standard deviations. Nothing is drawn and rejected, so every
//! data set takes the same, small number of steps.
//!
//! The elementary functions are those of `libm`, which give the same bits on
//! every platform; those of the standard library need not.

use std::f64::consts::{FRAC_PI_4, PI, TAU};

use rand::{Rng, RngExt as _};

/// Points lie within ±`EXTENT`, so that their markers are not cut at the edge.
pub(super) const EXTENT: f64 = 0.96;

/// Radius, in standard deviations, at which noise is cut off.
const CUTOFF: f64 = 3.0;

/// Where the points of one class are: a curve or a centre, and noise about it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// Part of a circle, from the angle `start` over the angle `sweep`, with
    /// round noise of standard deviation `noise`.
    Arc {
        center: [f64; 2],
        radius: f64,
        start: f64,
        sweep: f64,
        noise: f64,
    },
    /// A Gaussian whose axes, turned by `angle`, have the standard deviations `spread`.
    Cluster {
        center: [f64; 2],
        spread: [f64; 2],
        angle: f64,
    },
}

impl Shape {
    /// One point; on an arc the `index`-th of `count` along it, give or take
    /// half a stride.
    pub(super) fn sample(&self, [index, count]: [f64; 2], rng: &mut impl Rng) -> [f64; 2] {
        match *self {
            Self::Arc {
                center,
                radius,
                start,
                sweep,
                noise,
            } => {
                let stride = (index + rng.random::<f64>()) / count;
                let (sin, cos) = libm::sincos(start + sweep * stride);
                let [du, dv] = truncated_normal(rng);
                [
                    center[0] + radius * cos + noise * du,
                    center[1] + radius * sin + noise * dv,
                ]
            }
            Self::Cluster {
                center,
                spread,
                angle,
            } => {
                let [du, dv] = truncated_normal(rng);
                let (u, v) = (spread[0] * du, spread[1] * dv);
                let (sin, cos) = libm::sincos(angle);
                [center[0] + u * cos - v * sin, center[1] + u * sin + v * cos]
            }
        }
    }
}

/// A standard normal pair, conditioned on lying within the circle of radius
/// [`CUTOFF`].
///
/// Box and Muller's transform (1958): the radius r has the distribution function
/// 1 − exp(−r²/2), here cut off at r = `CUTOFF` and inverted, so that nothing
/// is ever drawn again.
fn truncated_normal(rng: &mut impl Rng) -> [f64; 2] {
    let mass_within = 1.0 - libm::exp(-0.5 * CUTOFF * CUTOFF);
    let radius = (-2.0 * libm::log(1.0 - mass_within * rng.random::<f64>())).sqrt();
    let (sin, cos) = libm::sincos(TAU * rng.random::<f64>());
    [radius * cos, radius * sin]
}

/// Puts `items` into a random order. Value-stable and free of rejection,
/// unlike `rand`'s own shuffle.
fn shuffle<T>(items: &mut [T], rng: &mut impl Rng) {
    items.sort_by_cached_key(|_| rng.next_u64());
}

pub(super) fn circles(n_classes: usize) -> Vec<Shape> {
    const OUTERMOST: f64 = 0.82;
    let spacing = OUTERMOST / n_classes as f64;
    let ring = |class| Shape::Arc {
        center: [0.0, 0.0],
        radius: spacing * (class + 1) as f64,
        start: 0.0,
        sweep: TAU,
        noise: (0.11 * spacing).min(0.045),
    };
    (0..n_classes).map(ring).collect()
}

/// The two half circles of scikit-learn's `make_moons`; further ones continue
/// the chain, from four on in two rows.
pub(super) fn moons(n_classes: usize) -> Vec<Shape> {
    // In units of the radius. Two moons are one radius apart; in a chain the
    // next but one needs room too.
    let pitch = if n_classes == 2 { 1.0 } else { 1.25 };
    let n_rows = if n_classes <= 3 { 1 } else { 2 };
    let per_row = n_classes.div_ceil(n_rows);
    let noise = 0.08;
    let row_width = 2.0 + pitch * (per_row - 1) as f64;
    let row_height = 1.5;
    let row_gap = 0.5;
    let height = row_height * n_rows as f64 + row_gap * (n_rows - 1) as f64;
    let reach = 2.0 * CUTOFF * noise;
    let radius = 2.0 * EXTENT / (row_width.max(height) + reach);
    // Two rows spread into the height that is there, up to a point.
    let room = 2.0 * EXTENT / radius - reach;
    let row_distance = (room - row_height).min(row_height + 2.0 * row_gap);

    let moon = |class: usize| {
        let (row, column) = (class / per_row, class % per_row);
        let in_row = per_row.min(n_classes - row * per_row);
        let opens_down = column % 2 == 0;
        let row_y = row_distance * (0.5 * (n_rows - 1) as f64 - row as f64);
        let x = pitch * (column as f64 - 0.5 * (in_row - 1) as f64);
        let y = row_y + if opens_down { -0.25 } else { 0.25 };
        Shape::Arc {
            center: [radius * x, radius * y],
            radius,
            start: 0.0,
            sweep: if opens_down { PI } else { -PI },
            noise: radius * noise,
        }
    };
    (0..n_classes).map(moon).collect()
}

pub(super) fn blobs(n_classes: usize, rng: &mut impl Rng) -> Vec<Shape> {
    let spread = 0.15 - 0.009 * n_classes as f64;
    round_clusters(&vec![spread; n_classes], rng)
}

pub(super) fn varied_variance(n_classes: usize, rng: &mut impl Rng) -> Vec<Shape> {
    let (narrowest, widest) = (0.035, 0.2 - 0.008 * n_classes as f64);
    let ratio = libm::pow(widest / narrowest, 1.0 / (n_classes - 1) as f64);
    let mut spreads: Vec<f64> = (0..n_classes)
        .map(|class| widest / libm::pow(ratio, class as f64))
        .collect();
    shuffle(&mut spreads, rng);
    round_clusters(&spreads, rng)
}

/// Clusters of these standard deviations, placed at random but well apart.
fn round_clusters(spreads: &[f64], rng: &mut impl Rng) -> Vec<Shape> {
    let centers = spaced_centers(spreads, rng);
    let cluster = |(&center, &spread): (&[f64; 2], &f64)| Shape::Cluster {
        center,
        spread: [spread; 2],
        angle: 0.0,
    };
    centers.iter().zip(spreads).map(cluster).collect()
}

/// Centres of discs of the radii [`CUTOFF`]·`spreads` within the extent, with
/// wide gaps between them.
///
/// Each attempt places the discs one after the other, the widest first, each at
/// the best of several random positions (Mitchell's best candidate, 1991); the
/// attempt with the widest narrowest gap wins. Gaps beyond what is easily seen
/// earn nothing, so that few clusters do not always end up in the corners.
fn spaced_centers(spreads: &[f64], rng: &mut impl Rng) -> Vec<[f64; 2]> {
    const ATTEMPTS: usize = 32;
    const CANDIDATES: usize = 48;
    const WIDE: f64 = 0.2;

    let mut widest_first: Vec<usize> = (0..spreads.len()).collect();
    widest_first.sort_by(|&a, &b| spreads[b].total_cmp(&spreads[a]));

    let mut best = (f64::NEG_INFINITY, Vec::new());
    for _ in 0..ATTEMPTS {
        let mut centers = vec![[0.0; 2]; spreads.len()];
        let mut narrowest_gap = WIDE;
        for (n_placed, &class) in widest_first.iter().enumerate() {
            let room = EXTENT - CUTOFF * spreads[class];
            let mut widest_gap = f64::NEG_INFINITY;
            for _ in 0..CANDIDATES {
                let candidate = [(); 2].map(|()| room * (2.0 * rng.random::<f64>() - 1.0));
                let gap_to = |&other: &usize| {
                    let [dx, dy]: [f64; 2] =
                        std::array::from_fn(|axis| candidate[axis] - centers[other][axis]);
                    (dx * dx + dy * dy).sqrt() - CUTOFF * (spreads[class] + spreads[other])
                };
                let placed = &widest_first[..n_placed];
                let gap = placed.iter().map(gap_to).fold(WIDE, f64::min);
                if gap > widest_gap {
                    widest_gap = gap;
                    centers[class] = candidate;
                }
            }
            narrowest_gap = narrowest_gap.min(widest_gap);
        }
        if narrowest_gap > best.0 {
            best = (narrowest_gap, centers);
        }
    }
    best.1
}

/// Long clusters side by side across a common random direction, in random
/// order, each turned a little from it.
pub(super) fn anisotropic(n_classes: usize, rng: &mut impl Rng) -> Vec<Shape> {
    const REACH: f64 = 0.66; // of the outermost centre, across
    let spacing = (2.0 * REACH / (n_classes - 1) as f64).min(0.55);
    let short = (0.15 * spacing).min(0.06);
    let sway = 0.25 * spacing; // how far an end may turn towards its neighbour
    // Between the axes: a quarter turn this way or that, give or take a bit.
    let turns_left = rng.random::<f64>() < 0.5;
    let lean = FRAC_PI_4 * (0.7 + 0.6 * rng.random::<f64>());
    let common = if turns_left { lean } else { -lean };

    let mut order: Vec<usize> = (0..n_classes).collect();
    shuffle(&mut order, rng);
    let cluster = |position: usize| {
        let across = spacing * (position as f64 - 0.5 * (n_classes - 1) as f64);
        // What the disc of radius EXTENT leaves of a line at this distance.
        let outer_edge = across.abs() + sway + CUTOFF * short;
        let half_length = (EXTENT * EXTENT - outer_edge * outer_edge).sqrt();
        let long = (half_length / (CUTOFF + 0.6)).min(0.24);
        let slack = half_length - CUTOFF * long;
        let along = slack * (2.0 * rng.random::<f64>() - 1.0);
        let wobble = (sway / (CUTOFF * long)).min(0.3);
        let (sin, cos) = libm::sincos(common);
        Shape::Cluster {
            center: [along * cos - across * sin, along * sin + across * cos],
            spread: [long, short],
            angle: common + wobble * (2.0 * rng.random::<f64>() - 1.0),
        }
    };
    order.into_iter().map(cluster).collect()
}
