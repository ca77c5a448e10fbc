//! Maps, sample by sample against the reference.

use nnvisu_core::{Activation, Grid, HiddenLayers, Mlp, Palette, Rasterizer};
use proptest::prelude::*;

use crate::reference::Network;
use crate::support::{any_hidden_layers, architecture, hidden};

/// The error of the engine's posteriors, in units of one byte step.
const BYTE_ERROR: f64 = 0.02;

/// Where sample `index` of `n` lies on [-1, 1], both ends included.
fn coordinate(index: usize, n: usize) -> f64 {
    -1.0 + 2.0 * index as f64 / (n - 1) as f64
}

fn check_map(mlp: &Mlp, width: usize, height: usize, palette: &Palette) {
    let network = Network::of(mlp);
    let grid = Grid::new(width, height).unwrap();
    let n_samples = width * height;
    let mut rasterizer = Rasterizer::new();
    let (mut planes, mut pixels) = (vec![1; 3], vec![1; 5]);
    rasterizer.posteriors(mlp, grid, &mut planes);
    rasterizer.rgb(mlp, grid, palette, &mut pixels);
    assert_eq!(planes.len(), n_samples * mlp.n_classes());
    assert_eq!(pixels.len(), n_samples * 3);
    for row in 0..height {
        for column in 0..width {
            let at = [coordinate(column, width), -coordinate(row, height)];
            let posteriors = network.posteriors(at);
            let sample = row * width + column;
            let near = |actual: u8, expected: f64| {
                assert!(
                    (f64::from(actual) - expected).abs() <= 0.5 + BYTE_ERROR,
                    "{actual} instead of {expected} at row {row}, column {column}"
                );
            };
            for (class, posterior) in posteriors.iter().enumerate() {
                near(planes[class * n_samples + sample], 255.0 * posterior);
            }
            let channels: [fn(nnvisu_core::Rgb) -> u8; 3] = [|c| c.r, |c| c.g, |c| c.b];
            for (index, channel) in channels.into_iter().enumerate() {
                let colors = palette.colors().iter();
                let blend = colors
                    .zip(&posteriors)
                    .map(|(&c, p)| f64::from(channel(c)) * p);
                near(pixels[3 * sample + index], blend.sum());
            }
        }
    }
}

/// A fresh network with its weights multiplied, so that it has something to show.
/// A network without hidden layers.
fn linear(n_classes: usize, parameters: &[f32]) -> Mlp {
    let architecture = architecture(&hidden("0"), Activation::Tanh);
    Mlp::from_parameters(architecture.with_outputs(n_classes).unwrap(), parameters).unwrap()
}

fn network(layers: &HiddenLayers, n_classes: usize, activation: Activation, gain: f32) -> Mlp {
    let architecture = architecture(layers, activation)
        .with_outputs(n_classes)
        .unwrap();
    let fresh = Mlp::new(architecture.clone(), 3);
    let parameters: Vec<f32> = fresh.parameters().iter().map(|p| gain * p).collect();
    Mlp::from_parameters(architecture, &parameters).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn any_map_is_that_of_the_reference(
        layers in any_hidden_layers(30),
        n_classes in 2_usize..=8,
        activation in prop::sample::select(&Activation::ALL[..]),
        gain in prop_oneof![Just(1.0_f32), 1.0_f32..2.5],
        (width, height) in (2_usize..40, 2_usize..40),
    ) {
        let mlp = network(&layers, n_classes, activation, gain);
        check_map(&mlp, width, height, &Palette::CLASSIC);
        check_map(&mlp, width, height, &Palette::PETROFF);
    }
}

#[test]
fn sizes_around_blocks_of_work() {
    let mlp = network(&hidden("10-5"), 3, Activation::Tanh, 2.0);
    for (width, height) in [
        (2, 2),
        (2, 128),
        (256, 2),
        (16, 16),
        (257, 3),
        (3, 85),
        (100, 100),
    ] {
        check_map(&mlp, width, height, &Palette::CLASSIC);
    }
}

#[test]
fn one_rasterizer_draws_networks_of_all_shapes() {
    let mut rasterizer = Rasterizer::new();
    for layers in ["10-5", "0", "100", "3-3-3"] {
        for n_classes in [2, 8, 3] {
            let mlp = network(&hidden(layers), n_classes, Activation::Gelu, 1.5);
            for side in [64, 5, 33] {
                let grid = Grid::new(side, side).unwrap();
                let (mut reused, mut fresh) = (Vec::new(), Vec::new());
                rasterizer.posteriors(&mlp, grid, &mut reused);
                Rasterizer::new().posteriors(&mlp, grid, &mut fresh);
                assert_eq!(reused, fresh);
                rasterizer.rgb(&mlp, grid, &Palette::CLASSIC, &mut reused);
                Rasterizer::new().rgb(&mlp, grid, &Palette::CLASSIC, &mut fresh);
                assert_eq!(reused, fresh);
            }
        }
    }
}

/// Logits (s·(±x ± y − 2), 0) with a huge s are 0 in one corner alone, if that
/// corner is exactly at ±1; everywhere else class 1 has won.
#[test]
fn corners_are_exactly_at_one() {
    const S: f32 = 1e9;
    for (width, height) in [
        (2, 2),
        (3, 5),
        (100, 100),
        (127, 41),
        (256, 256),
        (197, 311),
    ] {
        let grid = Grid::new(width, height).unwrap();
        let corners = [
            (1.0, 1.0, width - 1),
            (-1.0, 1.0, 0),
            (1.0, -1.0, width * height - 1),
            (-1.0, -1.0, width * (height - 1)),
        ];
        for (x, y, corner) in corners {
            let parameters = [S * x, 0.0, S * y, 0.0, -2.0 * S, 0.0];
            let mlp = linear(2, &parameters);
            let mut planes = Vec::new();
            Rasterizer::new().posteriors(&mlp, grid, &mut planes);
            for (sample, &byte) in planes[..width * height].iter().enumerate() {
                let expected = if sample == corner { 127..=128 } else { 0..=0 };
                assert!(
                    expected.contains(&byte),
                    "{width} × {height}: {sample}: {byte}"
                );
            }
        }
    }
}

#[test]
fn a_map_in_parts_is_the_whole_map() {
    let mlp = network(&hidden("20-10"), 4, Activation::Gelu, 3.0);
    let grid = Grid::new(61, 47).unwrap();
    let palette = &Palette::PETROFF;
    let (mut whole, mut parts) = (Vec::new(), Vec::new());
    let (mut whole_rgb, mut rgb_parts) = (Vec::new(), Vec::new());
    let mut rasterizer = Rasterizer::new();
    rasterizer.posteriors(&mlp, grid, &mut whole);
    rasterizer.rgb(&mlp, grid, palette, &mut whole_rgb);
    for rows in [20..21, 0..20, 47..47, 21..47] {
        rasterizer.posteriors_rows(&mlp, grid, rows.clone(), &mut parts);
        rasterizer.rgb_rows(&mlp, grid, rows, palette, &mut rgb_parts);
    }
    assert_eq!(parts, whole);
    assert_eq!(rgb_parts, whole_rgb);
}

#[test]
fn a_part_of_a_map_is_smaller_the_larger_the_network_is() {
    let grid = Grid::new(256, 256).unwrap();
    let rows = |layers: &str| {
        let mlp = network(&hidden(layers), 2, Activation::Relu, 1.0);
        Rasterizer::rows_per_part(&mlp, grid)
    };
    let largest = rows("100-100-100-100-100-100-100-100-100-100");
    assert!((1..=16).contains(&largest), "{largest}");
    assert!(rows("20-10") >= grid.height(), "one part is enough");
    let wide = Grid::new(Grid::MAX_SIDE, 2).unwrap();
    let mlp = network(&hidden("100-100-100-100-100-100"), 2, Activation::Relu, 1.0);
    assert_eq!(Rasterizer::rows_per_part(&mlp, wide), 1);
}

#[test]
fn even_odds_give_the_mean_of_the_colors() {
    for palette in [Palette::CLASSIC, Palette::PETROFF] {
        for n_classes in 2..=8 {
            // All weights zero: every class is equally likely everywhere.
            let parameters = vec![0.0; 3 * n_classes];
            let mlp = linear(n_classes, &parameters);
            let mut pixels = Vec::new();
            let grid = Grid::new(17, 9).unwrap();
            Rasterizer::new().rgb(&mlp, grid, &palette, &mut pixels);
            let colors = &palette.colors()[..n_classes];
            let mean = |channel: fn(&nnvisu_core::Rgb) -> u8| {
                colors.iter().map(|c| f64::from(channel(c))).sum::<f64>() / n_classes as f64
            };
            let expected = [mean(|c| c.r), mean(|c| c.g), mean(|c| c.b)];
            for pixel in pixels.chunks_exact(3) {
                for (actual, expected) in pixel.iter().zip(expected) {
                    assert!((f64::from(*actual) - expected).abs() <= 0.501, "{pixel:?}");
                }
            }
        }
    }
}

#[test]
fn certainty_gives_the_pure_color() {
    for winner in 0..8 {
        let mut parameters = vec![0.0; 24];
        parameters[16 + winner] = 100.0;
        let mlp = linear(8, &parameters);
        let mut pixels = Vec::new();
        let grid = Grid::new(4, 4).unwrap();
        Rasterizer::new().rgb(&mlp, grid, &Palette::CLASSIC, &mut pixels);
        let color = Palette::CLASSIC.colors()[winner];
        assert!(
            pixels
                .chunks_exact(3)
                .all(|pixel| pixel == [color.r, color.g, color.b])
        );
    }
}

proptest! {
    /// A network that has run out of numbers is drawn all the same.
    #[test]
    fn overflow_never_panics(
        layers in any_hidden_layers(8),
        n_classes in 2_usize..=8,
        activation in prop::sample::select(&Activation::ALL[..]),
        signs: u64,
        size in prop_oneof![Just(f32::MAX), Just(1e38_f32), Just(1e20_f32), Just(1e4_f32)],
    ) {
        let n_parameters = network(&layers, n_classes, activation, 1.0).parameters().len();
        let parameters: Vec<f32> = (0..n_parameters)
            .map(|i| if signs >> (i % 61) & 1 == 1 { size } else { -size })
            .collect();
        let architecture = architecture(&layers, activation).with_outputs(n_classes).unwrap();
        let mlp = Mlp::from_parameters(architecture, &parameters).unwrap();
        let grid = Grid::new(7, 11).unwrap();
        let (mut planes, mut pixels) = (Vec::new(), Vec::new());
        let mut rasterizer = Rasterizer::new();
        rasterizer.posteriors(&mlp, grid, &mut planes);
        rasterizer.rgb(&mlp, grid, &Palette::CLASSIC, &mut pixels);
        prop_assert_eq!(pixels.len(), 7 * 11 * 3);
        // Whatever came out is a distribution, up to rounding to bytes.
        for sample in 0..7 * 11 {
            let bytes = planes.iter().skip(sample).step_by(7 * 11);
            let sum: u32 = bytes.map(|&byte| u32::from(byte)).sum();
            prop_assert!(sum.abs_diff(255) <= n_classes as u32, "{}", sum);
        }
    }
}

#[test]
fn map_sizes_are_checked() {
    for (width, height) in [(2, 2), (4_096, 2), (2, 4_096)] {
        assert!(Grid::new(width, height).is_ok());
    }
    for (width, height) in [(0, 5), (1, 5), (5, 1), (4_097, 5), (5, usize::MAX)] {
        let message = Grid::new(width, height).unwrap_err().to_string();
        assert!(message.contains("2 to 4096"), "{message}");
    }
}
